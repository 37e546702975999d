/* What is wrong on a command line is refused before anything is done: each option of another command,
 * each value that is none, with a terminal and without one. */
#include "support.h"
#include "support_machine.h"
#include "support_run.h"
#include "support_session.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "tests/fixtures/machine-6.18"

static const char *const commands[] = { "list", "cgroups", "victim", "events", "adj", "metrics",
	"capture" };

/* --- options of other commands ------------------------------------------------------------------- */

/* Those that the screen has as well, so that they may stand without a command; those of the list
 * make it the list. */
static const char without_command[] = " --help --version --root --read-only --delay --iterations "
				      "--batch --pid --user --cgroup --log --config --audit "
				      "--protect --sort --columns --list-columns --no-color "
				      "--ascii --mouse --lines --json --host --moment ";

static bool has_word(const char *words, const char *word)
{
	char with_blanks[64];
	snprintf(with_blanks, sizeof(with_blanks), " %s ", word);
	return strstr(words, with_blanks) != NULL;
}

static char *help_of(const char *command)
{
	struct run run = command ? RUN(command, "--help") : RUN("--help");
	assert_int_equal(run.status, 0);
	for (char *at = run.out; *at; at++)
		if (*at == '\n')
			*at = ' ';
	free(run.err);
	return run.out;
}

/* "      --name ARGUMENT  help": the next option of a help, and whether it has an argument. */
static const char *next_option(const char *at, char name[32], bool *ret_argument)
{
	at = strstr(at, " --");
	if (!at || sscanf(at, " %31[a-z-]", name) != 1)
		return NULL;
	at += 1 + strlen(name);
	*ret_argument = at[0] == ' ' && at[1] >= 'A' && at[1] <= 'Z';
	return at;
}

static void refuse(const char *command, const char *option, bool argument)
{
	const char *words[] = { option, argument ? "1" : command, argument ? command : NULL, NULL };
	struct run run = run_program(words);
	if (run.status != 2 || run.out[0])
		fail_msg("%s %s: status %d, \"%.60s\"", command ? command : "", option, run.status,
			run.out);
	run_assert_sentence(&run);
	run_release(&run);
}

static void options_of_other_commands_are_refused(void **state)
{
	char *all = help_of(NULL), name[32];
	size_t options = 0, refused = 0;
	bool argument;
	(void)state;
	for (const char *at = strstr(all, " Options "); (at = next_option(at, name, &argument));
		options++)
		for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
			char *own = help_of(commands[i]);
			if (!has_word(own, name)) {
				refuse(commands[i], name, argument);
				refused++;
			}
			free(own);
		}
	assert_true(options > 20);
	assert_true(refused > 60);
	free(all);
}

static void options_without_a_command_are_those_of_screen_and_list(void **state)
{
	char *all = help_of(NULL), name[32];
	size_t refused = 0;
	bool argument;
	(void)state;
	for (const char *at = strstr(all, " Options "); (at = next_option(at, name, &argument));)
		if (!has_word(without_command, name)) {
			refuse(NULL, name, argument);
			refused++;
		}
	assert_true(refused >= 6);
	free(all);
}

/* --- values that are none -------------------------------------------------------------------------- */

struct usage_row {
	const char *claim;
	const char *words[8];
	int status;
};

static const struct usage_row values[] = {
	{ "no root", { "list", "--root", "" }, 2 },
	{ "a root that is not there", { "list", "--root", "/no/such" }, 1 },
	{ "a delay", { "list", "--delay", "x" }, 2 },
	{ "a delay of metrics", { "metrics", "--delay", "0" }, 2 },
	{ "a number of samples", { "cgroups", "--iterations", "x" }, 2 },
	{ "a process", { "list", "--pid", "x" }, 2 },
	{ "a process that is not there", { "list", "--root", MACHINE, "--pid", "999999999" }, 1 },
	{ "no user", { "list", "--user", "" }, 2 },
	{ "a user that is not there", { "list", "--root", MACHINE, "--user", "no such" }, 1 },
	{ "no cgroup", { "victim", "--cgroup", "" }, 2 },
	{ "a cgroup that is not there", { "victim", "--root", MACHINE, "--cgroup", "/no" }, 1 },
	{ "nodes", { "victim", "--nodes", "x" }, 2 },
	{ "nodes in reverse", { "victim", "--nodes", "3-1" }, 2 },
	{ "nodes with a hole", { "victim", "--nodes", "0,,1" }, 2 },
	{ "no nodes", { "victim", "--nodes", "" }, 2 },
	{ "nodes that are not there", { "victim", "--root", MACHINE, "--nodes", "7" }, 1 },
	{ "nodes and a cgroup", { "victim", "--nodes", "0", "--cgroup", "/" }, 2 },
	{ "a column to sort by", { "list", "--sort", "x" }, 2 },
	{ "two columns to sort by", { "list", "--sort", "pid,adj" }, 2 },
	{ "a column of cgroups in the list", { "list", "--sort", "limit" }, 2 },
	{ "a column to sort cgroups by", { "cgroups", "--sort", "pid" }, 2 },
	{ "a column to show", { "list", "--columns", "pid,x" }, 2 },
	{ "a column of cgroups", { "cgroups", "--columns", "x" }, 2 },
	{ "a column beside all names", { "list", "--list-columns", "--sort", "x" }, 2 },
	{ "a column without a command", { "--columns", "x" }, 2 },
	{ "a column to sort by without a command", { "--batch", "--sort", "x" }, 2 },
	{ "a number of lines", { "list", "--lines", "0" }, 2 },
	{ "a boot", { "events", "--boot", "x" }, 2 },
	{ "a boot and a file", { "events", "--boot", "0", "/dev/null" }, 2 },
	{ "two files to follow", { "events", "--follow", "/dev/null", "/dev/zero" }, 2 },
	{ "a log that is not there", { "events", "/no/such" }, 1 },
	{ "no value", { "adj" }, 2 },
	{ "a value", { "adj", "x", "1" }, 2 },
	{ "a value out of range", { "adj", "1001", "1" }, 2 },
	{ "no process to adjust", { "adj", "0" }, 2 },
	{ "a process to adjust", { "adj", "0", "x" }, 2 },
	{ "no name to adjust", { "adj", "0", "--name", "" }, 2 },
	{ "an audit file out of reach", { "adj", "0", "1", "--dry-run", "--audit", "/no/such" },
		1 },
	{ "no directory", { "capture" }, 2 },
	{ "two directories", { "capture", "/no/a", "/no/b" }, 2 },
	{ "a directory out of reach", { "capture", "/no/such" }, 1 },
	{ "settings that are not there", { "--config", "/no/such" }, 1 },
	{ "settings beside an option of the list", { "--json", "--config", "/no/such" }, 1 },
	{ "a log that the screen would show", { "--log", "/no/such" }, 1 },
	{ "that log with --batch", { "--batch", "--log", "/no/such" }, 1 },
	{ "an audit file of the screen", { "--audit", "/no/such" }, 1 },
};

static void check_value(void **state)
{
	const struct usage_row *row = *state;
	struct run run = run_program(row->words);
	if (run.status != row->status)
		fail_msg("status %d, \"%.60s\", \"%s\"", run.status, run.out, run.err);
	run_assert_sentence(&run);
	run_release(&run);
}

/* --- on a terminal ----------------------------------------------------------------------------------- */

static const struct usage_row on_terminal[] = {
	{ "a column to show", { "--columns", "x" }, 2 },
	{ "a column to sort by", { "--sort", "x" }, 2 },
	{ "two columns to sort by", { "--sort", "pid,adj" }, 2 },
	{ "an option of another command", { "--nodes", "0" }, 2 },
	{ "a user that is not there", { "--user", "no such" }, 1 },
	{ "settings that are not there", { "--config", "/no/such" }, 1 },
	{ "a log that is not there", { "--log", "/no/such" }, 1 },
	{ "an audit file out of reach", { "--audit", "/no/such" }, 1 },
	{ "the names of columns are no screen", { "--list-columns" }, 0 },
};

static void check_terminal(void **state)
{
	const struct usage_row *row = *state;
	struct session *session = session_new();
	struct terminal *terminal = session_start(session, 24, 80, NULL, row->words, NULL);
	session_ends_with(terminal, row->status);
	assert_true(terminal_is_like(terminal, row->status ? "oomspect: " : "\ncommand "));
	session_free(session);
}

/* --- options that hold for the text too ------------------------------------------------------------------ */

static void ascii_is_asked_for(void **state)
{
	char root[64];
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	machine_make(root, sizeof(root));
	machine_add_process(root, 777, "caf\303\251");
	struct run utf8 = RUN("--batch", "--root", root), ascii = RUN("-bU", "--root", root);
	assert_non_null(strstr(utf8.out, " caf\303\251\n"));
	assert_non_null(strstr(ascii.out, " caf?\n"));
	run_release(&utf8);
	run_release(&ascii);
	machine_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_other_commands_are_refused),
		cmocka_unit_test(options_without_a_command_are_those_of_screen_and_list),
		cmocka_unit_test(ascii_is_asked_for),
	};
	return run_rows("values", values, check_value) +
	       run_rows("on a terminal", on_terminal, check_terminal) +
	       cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
