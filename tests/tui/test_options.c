#include "support.h"

#include "model/options.h"

#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
	{ COMMAND_SCREEN, NULL, "", "the screen", 0, NULL },
	{ COMMAND_LIST, "list", "", "the list", 0, NULL },
	{ COMMAND_VICTIM, "victim", "", "the victim", 0, NULL },
	{ COMMAND_ADJ, "adj", "VALUE PID ...", "sets", 1000, NULL },
};

/* Parses words that are separated by single blanks; the options borrow from `line`. */
static enum err_code parse(struct options *options, char *line, struct err *err)
{
	char *argv[32] = { line }; /* the first word is the program */
	int argc = 1;
	for (char *at = strchr(line, ' '); at && argc < 31; at = strchr(at, ' ')) {
		*at++ = '\0';
		argv[argc++] = at;
	}
	return options_parse(options, argc, argv, commands, ARRAY_SIZE(commands), err);
}

struct refused_row {
	const char *claim, *line, *sentence;
};

static const struct refused_row refused_rows[] = {
	{ "an unknown option", "o --frob", "--frob: no such option, try --help" },
	{ "an unknown letter", "o -x", "-x: no such option, try --help" },
	{ "a letter among others", "o -bx", "-x: no such option, try --help" },
	{ "the beginning of an option is not enough", "o --vers",
		"--vers: no such option, try --help" },
	{ "an unknown command", "o frob", "frob: no such command, try --help" },
	{ "a word too many", "o list extra", "extra: one word too many for list" },
	{ "an option of another command", "o list -C", "--no-color: not an option of list" },
	{ "an option before its wrong command", "o --lines 3 victim",
		"--lines: not an option of victim" },
	{ "an option of no command here", "o --nodes 0",
		"--nodes: not an option without a command" },
	{ "a missing argument", "o -d", "-d: needs an argument SECONDS" },
	{ "an argument that is not wanted", "o --batch=1", "--batch: takes no argument" },
	{ "a delay that is too short", "o -d 0.09",
		"-d 0.09: not a number of seconds from 0.1 to 3600" },
	{ "a delay that is too long", "o -d 3600.001",
		"-d 3600.001: not a number of seconds from 0.1 to 3600" },
	{ "a delay that overflows", "o -d 99999999999999999999",
		"-d 99999999999999999999: not a number of seconds from 0.1 to 3600" },
	{ "a negative delay", "o -d -1", "-d -1: not a number of seconds from 0.1 to 3600" },
	{ "a delay with a unit", "o -d 3s", "-d 3s: not a number of seconds from 0.1 to 3600" },
	{ "a delay that ends in its point", "o -d 3.",
		"-d 3.: not a number of seconds from 0.1 to 3600" },
	{ "no iterations", "o -n 0", "-n 0: not a number from 1 to 1000000000" },
	{ "iterations that overflow", "o -n 18446744073709551617",
		"-n 18446744073709551617: not a number from 1 to 1000000000" },
	{ "a pid of zero", "o -p 0", "-p 0: not a list of process numbers" },
	{ "a pid that does not fit", "o -p 2147483648",
		"-p 2147483648: not a list of process numbers" },
	{ "a list of pids with a hole", "o -p 1,,2", "-p 1,,2: not a list of process numbers" },
	{ "a list of pids that ends in a comma", "o -p 1,",
		"-p 1,: not a list of process numbers" },
	{ "an empty argument", "o --root= list", "--root : not a directory" },
};

static void check_refused(void **state)
{
	const struct refused_row *row = *state;
	struct options options;
	struct err err = { 0 };
	char line[256];
	snprintf(line, sizeof(line), "%s", row->line);
	assert_int_not_equal(parse(&options, line, &err), ERR_OK);
	assert_string_equal(err.text, row->sentence);
	options_release(&options);
}

#define PARSED(line) \
	struct options options; \
	char words[] = line; \
	struct err err = { 0 }; \
	(void)state; \
	if (parse(&options, words, &err)) \
		fail_msg("%s", err.text);

static void options_stand_before_and_after_the_command(void **state)
{
	PARSED("o -d 0.5 list --lines=7 --json")
	assert_int_equal(options.command, COMMAND_LIST);
	assert_int_equal(options.delay_ms, 500);
	assert_int_equal(options.lines, 7);
	assert_true(options.json);
	options_release(&options);
}

static void letters_stand_together(void **state)
{
	PARSED("o -bCn12 -d1.2345")
	assert_int_equal(options.command, COMMAND_SCREEN);
	assert_true(options.batch && options.no_color);
	assert_int_equal(options.iterations, 12);
	assert_int_equal(options.delay_ms, 1234);
	options_release(&options);
}

static void defaults_are_those_of_the_contract(void **state)
{
	PARSED("o")
	assert_int_equal(options.command, COMMAND_SCREEN);
	assert_int_equal(options.delay_ms, 3000);
	assert_string_equal(options.root, "/");
	assert_int_equal(options.iterations, 0);
	options_release(&options);
}

static void an_option_of_the_list_makes_it_the_list(void **state)
{
	PARSED("o --json -C")
	assert_int_equal(options.command, COMMAND_LIST);
	options_release(&options);
}

static void pids_are_parsed(void **state)
{
	PARSED("o list -p 1,2147483647,33 -p 7,8")
	assert_int_equal(options.pid_count, 2);
	assert_int_equal(options.pids[0], 7);
	assert_int_equal(options.pids[1], 8);
	options_release(&options);
}

static void negative_numbers_are_operands(void **state)
{
	PARSED("o adj -500 42")
	assert_int_equal(options.operand_count, 2);
	assert_string_equal(options.operands[0], "-500");
	options_release(&options);
}

static void two_dashes_end_the_options(void **state)
{
	PARSED("o adj -- -h --json -")
	assert_int_equal(options.operand_count, 3);
	assert_false(options.help);
	options_release(&options);
}

static void help_names_every_option(void **state)
{
	static const char *const names[] = { "--help", "--version", "--root DIR", "--read-only",
		"--delay", "--iterations", "--batch", "--pid", "--user", "--cgroup", "--sort",
		"--columns", "--list-columns", "--lines", "--json", "--no-color", "--ascii",
		"--mouse" };
	struct options options = { .command = COMMAND_SCREEN };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	(void)state;
	options_print_help(out, &options, commands, ARRAY_SIZE(commands));
	fclose(out);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(strstr(text, names[i]));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_before_and_after_the_command),
		cmocka_unit_test(letters_stand_together),
		cmocka_unit_test(defaults_are_those_of_the_contract),
		cmocka_unit_test(an_option_of_the_list_makes_it_the_list),
		cmocka_unit_test(pids_are_parsed),
		cmocka_unit_test(negative_numbers_are_operands),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(help_names_every_option),
	};
	return run_rows("refused command lines", refused_rows, check_refused) +
	       cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
