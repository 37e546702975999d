/* A captured machine below a directory that somebody else may change: while the program reads,
 * files and directories are exchanged for links that lead out. Nothing from outside is ever shown. */
#include "support.h"
#include "support_files.h"
#include "support_machine.h"
#include "support_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RACES = 200 };

/* What is exchanged, below the root. */
static const char *const swapped[] = {
	"proc/4242",
	"proc/911/stat",
	"proc/8807/status",
	"proc/9120/cmdline",
	"proc/3321/cgroup",
	"proc/sys/kernel",
	"proc/vmstat",
	"etc/passwd",
	"sys/fs/cgroup/pod",
	"sys/fs/cgroup/system.slice/memory.current",
};

/* What stands outside under the same names. */
static const struct {
	const char *path, *text;
} foreign[] = {
	{ "proc/4242/stat", "4242 (FOREIGN) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 8000 0 7777777 "
			    "0 0 0 0 0 0 0 0 0 0 0\n" },
	{ "proc/4242/status", "Name:\tFOREIGN\nUid:\t5 5 5 5\nVmRSS:\t7777776 kB\nThreads:\t1\n" },
	{ "proc/4242/oom_score_adj", "777\n" },
	{ "proc/4242/oom_score", "777\n" },
	{ "proc/4242/cgroup", "0::/FOREIGN\n" },
	{ "proc/4242/cmdline", "FOREIGN" },
	{ "proc/911/stat", "911 (FOREIGN) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 700 0 7777777 "
			   "0 0 0 0 0 0 0 0 0 0 0\n" },
	{ "proc/8807/status", "Name:\tFOREIGN\nUid:\t5 5 5 5\nVmRSS:\t7777776 kB\nThreads:\t1\n" },
	{ "proc/9120/cmdline", "FOREIGN" },
	{ "proc/3321/cgroup", "0::/FOREIGN\n" },
	{ "proc/sys/kernel/osrelease", "6.0.0-FOREIGN\n" },
	{ "proc/vmstat", "oom_kill 7777777\n" },
	{ "etc/passwd", "FOREIGN:x:1001:1::/:/bin/sh\n" },
	{ "sys/fs/cgroup/pod/memory.current", "7777777\n" },
	{ "sys/fs/cgroup/pod/FOREIGN/memory.current", "7777777\n" },
	{ "sys/fs/cgroup/system.slice/memory.current", "7777777\n" },
};

/* Marks of what is outside; none of them is anywhere in the machine. */
static const char *const marks[] = { "FOREIGN", "777777" };

struct fixture {
	struct files files; /* root and outside, side by side */
	char root[128];
	unsigned long *exchanges; /* shared with the attacker */
};

static void put_outside(const struct fixture *fixture)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		snprintf(path, sizeof(path), "outside/%s", foreign[i].path);
		files_put(&fixture->files, path, foreign[i].text);
	}
}

static void name_aside(const struct fixture *fixture, const char *path, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s/%s.aside", fixture->root, path);
}

/* A link out beside each of them, absolute or not. */
static void put_links(const struct fixture *fixture, bool absolute)
{
	char aside[PATH_MAX], target[PATH_MAX], up[64];
	for (size_t i = 0; i < ARRAY_SIZE(swapped); i++) {
		strcpy(up, "..");
		for (const char *at = swapped[i]; (at = strchr(at, '/')) != NULL; at++)
			strcat(up, "/..");
		snprintf(target, sizeof(target), "%s/outside/%s",
			absolute ? fixture->files.path : up, swapped[i]);
		name_aside(fixture, swapped[i], aside);
		assert_return_code(symlink(target, aside), errno);
		assert_return_code(access(aside, R_OK), errno); /* it does lead there */
	}
}

static void attack(const struct fixture *fixture)
{
	char one[PATH_MAX], aside[PATH_MAX];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0;; i = (i + 1) % ARRAY_SIZE(swapped)) {
		snprintf(one, sizeof(one), "%s/%s", fixture->root, swapped[i]);
		name_aside(fixture, swapped[i], aside);
		if (renameat2(AT_FDCWD, one, AT_FDCWD, aside, RENAME_EXCHANGE) == 0)
			++*fixture->exchanges;
	}
}

static struct run ask(const struct fixture *fixture, size_t which)
{
	static const char *const questions[][2] = { { "list", "--json" }, { "cgroups", "--json" },
		{ "victim", "--json" }, { "list", NULL }, { "cgroups", NULL },
		{ "metrics", NULL } };
	const char *const *question = questions[which % ARRAY_SIZE(questions)];
	return RUN("--root", fixture->root, question[0], question[1]);
}

static bool is_from_outside(const struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strstr(run->out, marks[i]) || strstr(run->err, marks[i]))
			return true;
	return false;
}

static void set_up(struct fixture *fixture, bool absolute)
{
	char made[64], from[128];
	files_make(&fixture->files);
	machine_make(made, sizeof(made));
	machine_write(made, "sys/fs/cgroup/pod/memory.current", "4096\n");
	machine_write(made, "sys/fs/cgroup/system.slice/memory.current", "8192\n");
	snprintf(fixture->root, sizeof(fixture->root), "%s/root", fixture->files.path);
	snprintf(from, sizeof(from), "%s", made);
	assert_return_code(rename(from, fixture->root), errno);
	put_outside(fixture);
	put_links(fixture, absolute);
	fixture->exchanges = mmap(NULL, sizeof(*fixture->exchanges), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fixture->exchanges, MAP_FAILED);
}

static void tear_down(struct fixture *fixture)
{
	munmap(fixture->exchanges, sizeof(*fixture->exchanges));
	files_remove(&fixture->files);
}

static const struct link_row {
	const char *claim;
	bool absolute;
} link_rows[] = {
	{ "absolute links", true },
	{ "links that climb", false },
};

static void shows_nothing_from_outside(void **state)
{
	const struct link_row *row = *state;
	struct fixture fixture;
	unsigned long asked = 0, raced = 0, lost = 0, answered = 0;
	set_up(&fixture, row->absolute);
	pid_t attacker = fork();
	if (attacker == 0)
		attack(&fixture);
	/* Where all processors are busy it may not have its turn in every one. */
	for (; raced < RACES && asked < 20L * RACES; asked++) {
		unsigned long before = *fixture.exchanges;
		struct run run = ask(&fixture, asked);
		raced += *fixture.exchanges > before + ARRAY_SIZE(swapped);
		lost += is_from_outside(&run);
		answered += run.status == 0;
		run_release(&run);
	}
	kill(attacker, SIGKILL);
	waitpid(attacker, NULL, 0);
	tear_down(&fixture);
	print_message("%lu of %lu raced, %lu lost\n", raced, asked, lost);
	assert_int_equal(raced, RACES);
	assert_int_equal(answered, asked);
	assert_int_equal(lost, 0);
}

/* The same without openat2(2), where the program goes from component to component itself. */
int main(void)
{
	int failed = run_rows("swapped", link_rows, shows_nothing_from_outside);
	if (files_without_openat2())
		failed += run_rows(
			"swapped, without openat2(2)", link_rows, shows_nothing_from_outside);
	return failed;
}
