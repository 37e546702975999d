/* Machines that are none, and files of machines that are not what they should be. */
#include "support.h"
#include "support_files.h"
#include "support_machine.h"
#include "support_run.h"

#include <stdio.h>
#include <string.h>

/* --- machines that are none */

struct machine_row {
	const char *claim;
	const char *file; /* below the root; "": the root itself */
	enum files_kind kind;
	const char *why;
};

static const struct machine_row machine_rows[] = {
	{ "a root that is not there", "", FILES_ABSENT, "No such file or directory" },
	{ "a root that is a file", "", FILES_BINARY, "Not a directory" },
	{ "an empty directory", "", FILES_DIRECTORY, "is not a machine: no proc/meminfo below it" },
	{ "a proc that is empty", "proc", FILES_DIRECTORY, "is not a machine: no proc/meminfo" },
	{ "a proc that is a file", "proc", FILES_EMPTY, "is not a machine: no proc/meminfo" },
	{ "a meminfo that is a directory", "proc/meminfo", FILES_DIRECTORY,
		"meminfo: Is a directory" },
	{ "a meminfo that is empty", "proc/meminfo", FILES_EMPTY, "meminfo: no MemTotal in it" },
	{ "a meminfo of 1 GB", "proc/meminfo", FILES_GIGABYTE, "meminfo: File too large" },
	{ "a meminfo that is binary", "proc/meminfo", FILES_BINARY, "meminfo: no MemTotal in it" },
};

static void check_machine(void **state)
{
	static const char *const commands[] = { "list", "victim", "cgroups", "metrics" };
	const struct machine_row *row = *state;
	struct files files;
	char root[128], name[128];
	files_make(&files);
	snprintf(root, sizeof(root), "%s/root", files.path);
	snprintf(name, sizeof(name), "root/%s", row->file);
	if (!row->file[0])
		name[strlen("root")] = '\0';
	files_put_kind(&files, name, row->kind);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run run = RUN(commands[i], "--root", root);
		if (run.status != 1 || !strstr(run.err, row->why))
			fail_msg("%s: status %d, \"%s\"", commands[i], run.status, run.err);
		run_assert_sentence(&run);
		assert_string_equal(run.out, "");
		run_release(&run);
	}
	files_remove(&files);
}

/* --- files of a machine that are not what they should be: unknown, not a failure */

struct damage_row {
	const char *claim, *file;
	enum files_kind kind;
	bool no_cgroups; /* then their command cannot but fail */
};

static const struct damage_row damage_rows[] = {
	{ "a stat that is a directory", "proc/4242/stat", FILES_DIRECTORY, false },
	{ "a stat that is empty", "proc/4242/stat", FILES_EMPTY, false },
	{ "a stat of 1 GB", "proc/4242/stat", FILES_GIGABYTE, false },
	{ "a stat that is binary", "proc/4242/stat", FILES_BINARY, false },
	{ "a status that is a directory", "proc/4242/status", FILES_DIRECTORY, false },
	{ "a status that is empty", "proc/4242/status", FILES_EMPTY, false },
	{ "a status of 1 GB", "proc/4242/status", FILES_GIGABYTE, false },
	{ "a status that is binary", "proc/4242/status", FILES_BINARY, false },
	{ "an oom_score_adj that is binary", "proc/4242/oom_score_adj", FILES_BINARY, false },
	{ "an oom_score_adj of 1 GB", "proc/4242/oom_score_adj", FILES_GIGABYTE, false },
	{ "a command line of 1 GB", "proc/4242/cmdline", FILES_GIGABYTE, false },
	{ "a command line that is a directory", "proc/4242/cmdline", FILES_DIRECTORY, false },
	{ "a cgroup that is binary", "proc/4242/cgroup", FILES_BINARY, false },
	{ "a vmstat of 1 GB", "proc/vmstat", FILES_GIGABYTE, false },
	{ "a mountinfo that is binary", "proc/self/mountinfo", FILES_BINARY, true },
	{ "a mountinfo of 1 GB", "proc/self/mountinfo", FILES_GIGABYTE, true },
	{ "a zoneinfo that is a directory", "proc/zoneinfo", FILES_DIRECTORY, false },
	{ "an osrelease that is binary", "proc/sys/kernel/osrelease", FILES_BINARY, false },
	{ "a passwd of 1 GB", "etc/passwd", FILES_GIGABYTE, false },
	{ "a passwd that is a directory", "etc/passwd", FILES_DIRECTORY, false },
};

static void check_damage(void **state)
{
	static const char *const commands[] = { "list", "cgroups" };
	const struct damage_row *row = *state;
	struct files files;
	machine_make(files.path, sizeof(files.path));
	files_drop(&files, row->file);
	files_put_kind(&files, row->file, row->kind);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run run = RUN(commands[i], "--root", files.path);
		bool refused = row->no_cgroups && strcmp(commands[i], "cgroups") == 0;
		if (run.status != refused)
			fail_msg("%s: status %d, \"%s\"", commands[i], run.status, run.err);
		if (refused)
			run_assert_sentence(&run);
		assert_null(strchr(run.out, '\033'));
		run_release(&run);
	}
	machine_remove(files.path);
}

int main(void)
{
	return run_rows("machines that are none", machine_rows, check_machine) +
	       run_rows("damaged machines", damage_rows, check_damage);
}
