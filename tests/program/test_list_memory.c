/* A document takes no memory beyond the snapshot that it is made of: on a machine with thousands of
 * processes, JSON costs what text costs. */
#include "support.h"
#include "support_machine.h"
#include "support_run.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 1500, CGROUPS = 1500, SLACK_KB = 1024 };

/* A member of each process takes a hundred bytes once kept: 1500 of them would be far above it. */
static const struct row {
	const char *claim;
	const char *json[2], *text[2];
} rows[] = {
	{ "a list of processes", { "list", "--json" }, { "list", "-opid" } },
	{ "a list of memory cgroups", { "cgroups", "--json" }, { "cgroups", "-ocgroup" } },
};

static char root[64];

static int make_machine(void **state)
{
	(void)state;
	machine_make(root, sizeof(root));
	for (int i = 0; i < PROCESSES; i++)
		machine_add_process(root, 20000 + i, "worker");
	for (int i = 0; i < CGROUPS; i++) {
		char name[64];
		snprintf(name, sizeof(name), "sys/fs/cgroup/w%d/memory.current", i);
		machine_write(root, name, "4096\n");
	}
	return 0;
}

static int remove_machine(void **state)
{
	(void)state;
	machine_remove(root);
	return 0;
}

/* The most that the program had in memory. */
static long peak_kb(const char *const words[2])
{
	struct rusage usage;
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		execl(run_program_path(), "oomspect", words[0], words[1], "--root", root, NULL);
		_exit(127);
	}
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return usage.ru_maxrss;
}

static void check_row(void **state)
{
	const struct row *row = *state;
#if defined(__SANITIZE_ADDRESS__)
	skip_because("the sanitizer keeps what was freed");
#endif
	long json = peak_kb(row->json), text = peak_kb(row->text);
	if (json > text + SLACK_KB)
		fail_msg("%ld KiB as JSON, %ld as text", json, text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i] = (struct CMUnitTest){ rows[i].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[i] };
	return _cmocka_run_group_tests(
		"memory of a document", tests, ARRAY_SIZE(rows), make_machine, remove_machine);
}
