/* Bad input from a shell: each gives one sentence `oomspect: WHAT: WHY` and its exit status. */
#include "support.h"
#include "support_files.h"
#include "support_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE   "tests/fixtures/machine-6.18"
#define MAX_WORDS 8

/* --- the command line */

struct usage_row {
	const char *claim;
	int status;
	const char *words[MAX_WORDS];
	const char *why; /* in the sentence */
};

static const struct usage_row usage_rows[] = {
	{ "an unknown command", 2, { "frob" }, "frob: no such command" },
	{ "an unknown option", 2, { "list", "--frob" }, "--frob: no such option" },
	{ "an option of another command", 2, { "metrics", "--json" },
		"--json: not an option of metrics" },
	{ "a missing argument", 2, { "--root" }, "--root: needs an argument" },
	{ "an unknown column of the list", 2, { "list", "-o", "pid,frob" },
		"column 'frob': no such" },
	{ "an unknown column to sort by", 2, { "list", "-s", "frob" }, "column 'frob': no such" },
	{ "an unknown column of cgroups", 2, { "cgroups", "-o", "frob" },
		"column 'frob': no such" },
	{ "to sort cgroups by", 2, { "cgroups", "-s", "frob" }, "column 'frob': no such" },
	{ "a column that is named twice", 2, { "list", "-o", "pid,pid" }, "'pid': named twice" },
	{ "no column", 2, { "list", "-o", "," }, "column ''" },
	{ "a pid that is no number", 2, { "list", "-p", "init" }, "not a list of process numbers" },
	{ "a pid that overflows", 2, { "list", "-p", "4294967297" }, "not a list of process" },
	{ "a pid that is not there", 1, { "list", "--root", MACHINE, "-p", "4194305" },
		"process 4194305: no such process" },
	{ "a victim that is not there", 1, { "victim", "--root", MACHINE, "-p", "4194305" },
		"process 4194305: no such process" },
	{ "a user that is not there", 1, { "list", "--root", MACHINE, "-u", "frob" },
		"user 'frob': no such user" },
	{ "a user number that overflows", 1, { "victim", "--root", MACHINE, "-u", "4294967296" },
		"user '4294967296': no such user" },
	{ "a cgroup that is not there", 1, { "victim", "--root", MACHINE, "-c", "/frob" },
		"cgroup '/frob': no such memory cgroup" },
	{ "nodes that are not there", 1, { "victim", "--root", MACHINE, "--nodes", "63" },
		"nodes '63': no such NUMA nodes" },
	{ "nodes that are no list", 2, { "victim", "--root", MACHINE, "--nodes", "0-" },
		"--nodes 0-: not a list of nodes" },
	{ "two domains", 2, { "victim", "--nodes", "0", "-c", "/" }, "not together with" },
	{ "a delay of nothing", 2, { "list", "-d", "0" }, "not a number of seconds" },
	{ "a delay of 30 years", 2, { "cgroups", "-d", "1e9" }, "not a number of seconds" },
	{ "a negative delay", 2, { "list", "-d", "-1" }, "not a number of seconds" },
	{ "a delay that overflows", 2, { "metrics", "-d", "18446744073709551616" },
		"not a number of seconds" },
	{ "iterations that overflow", 2, { "list", "-n", "18446744073709551617" }, "not a number" },
	{ "no lines", 2, { "cgroups", "-l", "0" }, "not a number" },
	{ "a boot that overflows", 2, { "events", "--boot", "9223372036854775808" },
		"not a boot number" },
	{ "a boot of a file", 2, { "events", "--boot", "0", "x" }, "--boot: is about the journal" },
	{ "to follow two files", 2, { "events", "--follow", "a", "b" }, "one file at most" },
	{ "to capture nowhere", 2, { "capture" }, "needs a directory" },
	{ "to capture twice", 2, { "capture", "a", "b" }, "b: one word too many" },
	{ "to set nothing", 2, { "adj" }, "needs a value" },
	{ "a value that is no number", 2, { "adj", "x", "1" }, "'x' is not a number" },
	{ "a value out of range", 2, { "adj", "1001", "1" }, "out of range" },
	{ "a value that overflows", 2, { "adj", "99999999999999999999", "1" }, "adj: " },
	{ "a process that is no number", 2, { "adj", "0", "init" }, "is not a process number" },
	{ "names with escape codes", 2, { "list", "-s", "\033[2J" }, "no such column" },
};

static void check_usage(void **state)
{
	const struct usage_row *row = *state;
	struct run run = run_program(row->words);
	if (run.status != row->status || !strstr(run.err, row->why))
		fail_msg("status %d, \"%s\"", run.status, run.err);
	run_assert_sentence(&run);
	if (row->status == 2)
		assert_string_equal(run.out, "");
	run_release(&run);
}

/* --- logs */

struct log_row {
	const char *claim;
	enum files_kind kind;
	int status;
	const char *said;
};

static const struct log_row log_rows[] = {
	{ "a log that is not there", FILES_ABSENT, 1, "No such file or directory" },
	{ "a log that is a directory", FILES_DIRECTORY, 1, "Is a directory" },
	{ "a log that is empty", FILES_EMPTY, 0, "No OOM event in " },
	{ "a log that is binary", FILES_BINARY, 0, "No OOM event in " },
	{ "a log of 1 GB of zeros", FILES_GIGABYTE, 0, "No OOM event in " },
};

static void check_log(void **state)
{
	const struct log_row *row = *state;
	struct files files;
	char path[128];
	files_make(&files);
	snprintf(path, sizeof(path), "%s/log", files.path);
	files_put_kind(&files, "log", row->kind);
	struct run run = RUN("events", path);
	files_remove(&files);
	assert_int_equal(run.status, row->status);
	assert_non_null(strstr(row->status ? run.err : run.out, row->said));
	if (row->status)
		run_assert_sentence(&run);
	run_release(&run);
}

static void a_bad_log_among_good_ones_fails_but_they_are_read(void **state)
{
	(void)state;
	struct run run =
		RUN("events", "/nowhere", "tests/fixtures/klog/6.12-memcg.kmsg", "/proc/self/mem");
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "oomspect: cannot read /nowhere: No such file"));
	assert_non_null(strstr(run.err, "oomspect: cannot read /proc/self/mem: Input/output"));
	assert_non_null(strstr(run.out, "killed 224 a"));
	run_release(&run);
}

static void unreadable_files_are_denied(void **state)
{
	struct files files;
	char path[128];
	(void)state;
	if (geteuid() == 0)
		skip_because("root reads every file");
	files_make(&files);
	files_put(&files, "log", "x");
	snprintf(path, sizeof(path), "%s/log", files.path);
	assert_int_equal(chmod(path, 0), 0);
	struct run run = RUN("events", path);
	files_remove(&files);
	assert_int_equal(run.status, 1);
	run_assert_sentence(&run);
	assert_non_null(strstr(run.err, "Permission denied"));
	run_release(&run);
}

/* --- where it writes */

static void capture_refuses_what_is_not_its_own(void **state)
{
	struct files files;
	char file[128], below[128];
	(void)state;
	files_make(&files);
	files_put(&files, "file", "x");
	snprintf(file, sizeof(file), "%s/file", files.path);
	snprintf(below, sizeof(below), "%s/no/where", files.path);
	const char *const targets[] = { file, below, files.path };
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct run run = RUN("capture", targets[i]);
		assert_int_equal(run.status, 1);
		run_assert_sentence(&run);
		assert_non_null(strstr(run.err, targets[i]));
		run_release(&run);
	}
	files_remove(&files);
}

static void a_full_disk_is_a_failure(void **state)
{
	char command[512];
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip_because("there is no /dev/full here");
	snprintf(command, sizeof(command), "%s list --root " MACHINE " >/dev/full 2>/dev/null",
		run_program_path());
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	int status = system(command);
	assert_int_equal(status >> 8, 1);
}

static void not_a_terminal_gets_the_list(void **state)
{
	(void)state;
	struct run screen = RUN("--root", MACHINE), list = RUN("list", "--root", MACHINE);
	assert_int_equal(screen.status, 0);
	assert_string_equal(screen.out, list.out);
	assert_string_equal(screen.err, list.err);
	run_release(&screen);
	run_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_log_among_good_ones_fails_but_they_are_read),
		cmocka_unit_test(unreadable_files_are_denied),
		cmocka_unit_test(capture_refuses_what_is_not_its_own),
		cmocka_unit_test(a_full_disk_is_a_failure),
		cmocka_unit_test(not_a_terminal_gets_the_list),
	};
	return run_rows("command lines", usage_rows, check_usage) +
	       run_rows("logs", log_rows, check_log) +
	       cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
