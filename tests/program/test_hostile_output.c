/* What the commands print, to standard output and to standard error, on a machine whose names of
 * processes, users and cgroups hold anything a name can hold, and with such arguments: not a
 * character of it acts on a terminal, and no two names are one. */
#include "support.h"
#include "support_child.h"
#include "support_hostile.h"
#include "support_machine.h"
#include "support_run.h"

#include "oomspect/utf8.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
	unsigned seed;
	char root[64], log[96], root_option[80];
} all;

static void make_machine(void)
{
	machine_make(all.root, sizeof(all.root));
	hostile_machine(all.seed, all.root);
	snprintf(all.root_option, sizeof(all.root_option), "--root=%s", all.root);
	snprintf(all.log, sizeof(all.log), "%s/log\033[31m\342\200\256\xff", all.root);
	char *text = hostile_log(all.seed, 40);
	machine_write(all.root, "log\033[31m\342\200\256\xff", text);
	free(text);
}

static void remove_machine(void)
{
	machine_remove(all.root);
}

/* --- the judge ----------------------------------------------------------------------------------- */

/* What no terminal may get, in words of its own: not the list of the program. */
static bool acts(uint32_t code)
{
	return (code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0) || code == 0xad ||
	       code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0xfeff || (code >= 0xe0000 && code <= 0xe0fff);
}

static void assert_harmless(const char *what, const char *text, bool ascii)
{
	for (const char *at = text; *at;) {
		uint32_t code = 0;
		size_t length = utf8_decode(at, strnlen(at, 4), &code);
		if (!length || acts(code) || (ascii && code > 0x7e))
			fail_msg("seed %u: %s: byte %zu, U+%04X, in: %.60s", all.seed, what,
				(size_t)(at - text), (unsigned)code,
				at - text > 30 ? at - 30 : text);
		at += length;
	}
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* --- every command --------------------------------------------------------------------------------- */

#define ROOT all.root_option
#define LOG  all.log

struct command_row {
	const char *claim;
	const char *words[8];
	bool data;    /* UTF-8 in any locale */
	int status;   /* -1: any */
	size_t lines; /* of the output, at least */
};

static const struct command_row commands[] = {
	{ "list", { "list", ROOT, "-opid,user,comm,cgroup,command" }, false, 0, 200 },
	{ "list, the name in between", { "list", ROOT, "-ocomm,command,cgroup,user,pid" }, false, 0,
		200 },
	{ "list by name", { "list", ROOT, "-scomm", "-ocgroup,comm" }, false, 0, 200 },
	{ "list --json", { "list", ROOT, "--json" }, true, 0, 1 },
	{ "cgroups", { "cgroups", ROOT }, false, 0, 20 },
	{ "cgroups by name", { "cgroups", ROOT, "-scgroup", "-ocgroup,victim" }, false, 0, 20 },
	{ "cgroups --json", { "cgroups", ROOT, "--json" }, true, 0, 1 },
	{ "victim", { "victim", ROOT }, false, 0, 5 },
	{ "victim --json", { "victim", ROOT, "--json" }, true, 0, 1 },
	{ "metrics", { "metrics", ROOT }, true, 0, 50 },
	{ "events", { "events", LOG }, false, 0, 40 },
	{ "events --json", { "events", "--json", LOG }, true, 0, 40 },
	{ "the screen without a terminal", { ROOT }, false, 0, 200 },
};

static void check_command(void **state)
{
	const struct command_row *row = *state;
	static const char *const locales[] = { "C.UTF-8", "C" };
	for (size_t i = 0; i < ARRAY_SIZE(locales); i++) {
		bool ascii = i > 0;
		setenv("LC_ALL", locales[i], 1);
		struct run run = run_program(row->words);
		assert_harmless("output", run.out, ascii && !row->data);
		assert_harmless("errors", run.err, ascii);
		assert_int_equal(run.status, row->status);
		assert_true(count_lines(run.out) >= row->lines);
		if (ascii && !row->data)
			assert_non_null(strstr(run.out, "\\x")); /* it was spelled, not left out */
		run_release(&run);
	}
}

/* --- hostile arguments ------------------------------------------------------------------------------ */

#define BAD     "\033]0;x\007\302\233m\342\200\256\xff\n"
#define NO_FILE ("/no/" BAD)

static const struct command_row arguments[] = {
	{ "a command", { BAD }, false, 2, 0 },
	{ "an option", { "--" BAD }, false, 2, 0 },
	{ "an option with an argument", { "--" BAD "=1" }, false, 2, 0 },
	{ "a letter", { "-\033" }, false, 2, 0 },
	{ "a word too many", { "list", BAD }, false, 2, 0 },
	{ "a root", { "list", "--root", BAD }, false, 1, 0 },
	{ "a delay", { "list", "-d", BAD }, false, 2, 0 },
	{ "a number of lines", { "list", "-l", BAD }, false, 2, 0 },
	{ "processes", { "list", "-p", BAD }, false, 2, 0 },
	{ "a user", { "list", ROOT, "-u", BAD }, false, 1, 0 },
	{ "a cgroup", { "victim", ROOT, "-c", BAD }, false, 1, 0 },
	{ "nodes", { "victim", ROOT, "--nodes", BAD }, false, -1, 0 },
	{ "a column", { "list", ROOT, "-o", BAD }, false, 2, 0 },
	{ "a column to sort by", { "cgroups", ROOT, "-s", BAD }, false, 2, 0 },
	{ "a boot", { "events", "--boot", BAD }, false, 2, 0 },
	{ "a log", { "events", "/" BAD }, false, 1, 0 },
	{ "a log as JSON", { "events", "--json", "/" BAD }, false, 1, 0 },
	{ "a log without an event", { "events", "/dev/../dev/null" }, false, 0, 1 },
	{ "a directory", { "capture", "/no/such/" BAD }, false, 1, 0 },
	{ "a value", { "adj", BAD, "1" }, false, 2, 0 },
	{ "a process", { "adj", "0", BAD }, false, 2, 0 },
	{ "a name", { "adj", "0", "--dry-run", "--name", BAD }, false, 1, 0 },
	{ "an audit file", { "adj", "0", "1", "--dry-run", "--audit", NO_FILE }, false, 1, 0 },
	{ "settings", { "--config", "/no/" BAD }, false, -1, 0 },
	{ "a log of the screen", { "--log", "/no/" BAD }, false, -1, 0 },
};

static void check_arguments(void **state)
{
	const struct command_row *row = *state;
	setenv("LC_ALL", "C.UTF-8", 1);
	struct run run = run_program(row->words);
	assert_harmless("output", run.out, false);
	assert_harmless("errors", run.err, false);
	if (row->status >= 0)
		assert_int_equal(run.status, row->status);
	if (run.status)
		run_assert_sentence(&run); /* a newline in it is none */
	run_release(&run);
}

/* A file without an event is named in the answer. */
static void an_empty_log_is_named(void **state)
{
	char path[128];
	(void)state;
	snprintf(path, sizeof(path),
		"%s/"
		"e\033[31m\xff\342\200\256",
		all.root);
	machine_write(all.root, "e\033[31m\xff\342\200\256", "nothing\n");
	struct run run = RUN("events", path);
	assert_int_equal(run.status, 0);
	assert_harmless("output", run.out, false);
	assert_non_null(strstr(run.out, "/e\\x1b[31m\\xff\\u202e."));
	run_release(&run);
}

/* --- processes of ours, which adj names ---------------------------------------------------------------- */

static void adj_names_a_process(void **state)
{
	const char *const name = "\033[1m\302\233\xff\342\200\256x";
	const char *const text[] = { "adj", "500", "--dry-run", "--name", name, NULL };
	const char *const json[] = { "adj", "500", "--dry-run", "--json", "--name", name, NULL };
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	pid_t child = child_start(name);
	struct run run = run_program(text);
	assert_harmless("output", run.out, false);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "\\x1b[1m\\u009b\\xff\\u202ex"));
	run_release(&run);
	run = run_program(json);
	assert_harmless("output", run.out, false);
	assert_non_null(strstr(run.out, "\\u001B[1m\\u009B\xef\xbf\xbd\\u202Ex\""));
	assert_non_null(strstr(run.out, "\"comm_hex\":\"1b5b316dc29bffe280ae78\""));
	run_release(&run);
	child_end(child);
}

/* --- no two names are one -------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A series is what stands before the last blank of its line. */
static void no_series_is_there_twice(void **state)
{
	enum { LINES_MAX = 2000 };
	char *lines[LINES_MAX], *rest = NULL;
	size_t count = 0;
	(void)state;
	struct run run = RUN("metrics", ROOT);
	for (char *line = strtok_r(run.out, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		assert_true(count < LINES_MAX);
		*strrchr(line, ' ') = '\0';
		if (line[0] != '#')
			lines[count++] = line;
	}
	assert_true(count > 50);
	qsort(lines, count, sizeof(lines[0]), compare_lines);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(lines[i - 1], lines[i]);
	run_release(&run);
}

static size_t count_bad(const json_t *value, const char *name, const json_t *object);

static size_t count_bad_members(const json_t *value)
{
	size_t bad = 0, index;
	const char *key;
	json_t *member;
	json_object_foreach((json_t *)(uintptr_t)value, key, member) bad +=
		count_bad(member, key, value);
	json_array_foreach(value, index, member) bad += count_bad(member, NULL, NULL);
	return bad;
}

/* A text with U+FFFD in it has its bytes beside it, but for one that has U+FFFD by itself. */
static size_t count_bad(const json_t *value, const char *name, const json_t *object)
{
	char hex[64];
	if (!json_is_string(value))
		return count_bad_members(value);
	if (!strstr(json_string_value(value), UTF8_REPLACEMENT) || !name)
		return 0;
	snprintf(hex, sizeof(hex), "%s_hex", name);
	if (!json_is_string(json_object_get(object, hex)))
		fail_msg("seed %u: no %s for %s", all.seed, hex, json_string_value(value));
	return 1;
}

static void every_text_of_a_document_has_its_bytes(void **state)
{
	static const char *const words[][4] = { { "list", "--json", ROOT },
		{ "cgroups", "--json", ROOT }, { "victim", "--json", ROOT },
		{ "events", "--json", LOG } };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct run run = run_program(words[i]);
		char *rest = NULL;
		size_t bad = 0;
		for (char *line = strtok_r(run.out, "\n", &rest); line;
			line = strtok_r(NULL, "\n", &rest)) {
			json_t *document = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(document);
			bad += count_bad_members(document);
			json_decref(document);
		}
		assert_true(bad > 0);
		run_release(&run);
	}
}

int main(void)
{
	const char *seed = getenv("OOMSPECT_SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_log_is_named),
		cmocka_unit_test(adj_names_a_process),
		cmocka_unit_test(no_series_is_there_twice),
		cmocka_unit_test(every_text_of_a_document_has_its_bytes),
	};
	all.seed = seed ? (unsigned)strtoul(seed, NULL, 0) : (unsigned)time(NULL);
	print_message("seed %u (OOMSPECT_SEED)\n", all.seed);
	make_machine();
	int failed = run_rows("commands", commands, check_command) +
		     run_rows("hostile arguments", arguments, check_arguments) +
		     cmocka_run_group_tests_name("names", tests, NULL, NULL);
	remove_machine();
	return failed;
}
