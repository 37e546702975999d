/* The manual pages name what the tables hold: keys, columns, options, commands, settings. */
#include "support.h"

#include "model/cgroup_columns.h"
#include "model/config.h"
#include "model/process_columns.h"
#include "term/input.h"
#include "view/keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX 262144

/* What a reader sees of a byte after a backslash; the rest of roff's escapes is not looked into. */
static char seen_of(char escape)
{
	return escape == 'e' ? '\\' : escape == '-' ? '-' : escape == ' ' ? ' ' : '\0';
}

/* Reads a page, its escapes resolved as far as words need it. */
static char *read_page(const char *path)
{
	char *page = calloc(1, PAGE_MAX), *to = page;
	FILE *file = fopen(path, "re");
	assert_non_null(page);
	assert_non_null(file);
	size_t length = fread(page, 1, PAGE_MAX - 1, file);
	fclose(file);
	assert_in_range(length, 100, PAGE_MAX - 2);
	for (const char *at = page; *at; at++) {
		if (*at != '\\') {
			*to++ = *at;
		} else if (at[1] == 'f' && at[2]) {
			at += 2; /* a change of the font */
		} else {
			at++;
			char seen = seen_of(*at);
			if (seen)
				*to++ = seen;
		}
	}
	*to = '\0';
	return page;
}

/* Cuts everything but the section away. */
static char *read_section(const char *path, const char *name)
{
	char *page = read_page(path), heading[64];
	snprintf(heading, sizeof(heading), "\n.S%c %s\n", name[0] == ' ' ? 'S' : 'H',
		name[0] == ' ' ? name + 1 : name);
	char *start = strstr(page, heading);
	if (!start)
		fail_msg("%s has no section %s", path, name);
	start += strlen(heading) - 1;
	char *end = strstr(start, name[0] == ' ' ? "\n.S" : "\n.SH");
	if (end)
		end[1] = '\0';
	char *section = strdup(start);
	assert_non_null(section);
	free(page);
	return section;
}

static bool is_delimiter(char byte)
{
	return byte == '\0' || strchr(" \",[]\n", byte) != NULL;
}

/* Whether `word` stands in a line that is set in bold: there the names are. */
static bool names(const char *section, const char *word)
{
	size_t length = strlen(word);
	for (const char *line = strstr(section, "\n.B"); line; line = strstr(line + 1, "\n.B")) {
		const char *end = strchr(line + 1, '\n');
		for (const char *at = line + 3; at && *at && (!end || at < end); at++)
			if (strncmp(at, word, length) == 0 && is_delimiter(at[-1]) &&
				is_delimiter(at[length]))
				return true;
	}
	return false;
}

static void assert_named(const char *section, const char *word)
{
	if (!names(section, word))
		fail_msg("not in the manual: %s", word);
}

static void every_key_is_named(void **state)
{
	char *section = read_section("man/oomspect.1", "KEYS");
	(void)state;
	for (size_t i = 0; i < key_row_count; i++) {
		char name[32];
		input_name(key_rows[i].key, name, sizeof(name));
		assert_named(section, name);
	}
	free(section);
}

static void every_column_is_named(void **state)
{
	char *processes = read_section("man/oomspect.1", " Columns");
	char *cgroups = read_section("man/oomspect.1", " Columns of cgroups");
	(void)state;
	for (enum column_id id = 0; id < COL_COUNT; id++)
		assert_named(processes, columns[id].title);
	for (enum cgroup_column_id id = 0; id < cgroup_table.count; id++)
		assert_named(cgroups, cgroup_columns[id].title);
	free(processes);
	free(cgroups);
}

/* Names behind .TP and .TQ, of which each has to be known. */
static size_t check_tags(const char *section, bool (*known)(const char *name))
{
	size_t count = 0;
	for (const char *at = strstr(section, "\n.T"); at; at = strstr(at + 1, "\n.T")) {
		char name[64];
		const char *tag = strchr(at + 1, '\n');
		if (!tag || sscanf(tag, "\n.B %63s", name) != 1)
			continue;
		if (!known(name))
			fail_msg("in the manual, but not in the program: %s", name);
		count++;
	}
	return count;
}

static bool is_column(const char *name)
{
	return column_find(&process_table, name, strlen(name)) != COL_COUNT;
}

static bool is_setting(const char *name)
{
	for (size_t i = 0; i < config_row_count; i++)
		if (strcmp(config_rows[i].name, name) == 0)
			return true;
	return false;
}

static void no_column_is_promised_that_is_none(void **state)
{
	char *section = read_section("man/oomspect.1", " Columns");
	(void)state;
	assert_int_equal(check_tags(section, is_column), COL_COUNT);
	free(section);
}

static void settings_are_those_of_the_table(void **state)
{
	char *section = read_section("man/oomspect.conf.5", "SETTINGS");
	(void)state;
	for (size_t i = 0; i < config_row_count; i++)
		assert_named(section, config_rows[i].name);
	assert_int_equal(check_tags(section, is_setting), config_row_count);
	free(section);
}

/* --- what the program says of itself --------------------------------------------------------- */

static char *read_help(void)
{
	const char *program = getenv("OOMSPECT");
	char command[512], *text = calloc(1, PAGE_MAX);
	snprintf(command, sizeof(command), "%s --help", program ? program : "build/oomspect");
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	FILE *pipe = popen(command, "re");
	assert_non_null(text);
	assert_non_null(pipe);
	assert_true(fread(text, 1, PAGE_MAX - 1, pipe) > 100);
	assert_int_equal(pclose(pipe), 0);
	return text;
}

static void every_option_is_named(void **state)
{
	char *section = read_section("man/oomspect.1", "OPTIONS"), *help = read_help();
	size_t count = 0;
	(void)state;
	for (const char *at = strstr(help, "\nOptions\n"); at; at = strchr(at + 1, '\n')) {
		char name[64], letter[4];
		if (sscanf(at, "\n  %3[^, ], %63s", letter, name) == 2)
			assert_named(section, letter);
		else if (sscanf(at, "\n      %63s", name) != 1 || strncmp(name, "--", 2) != 0)
			continue;
		assert_named(section, name);
		count++;
	}
	assert_true(count > 20);
	free(section);
	free(help);
}

static void every_command_is_named(void **state)
{
	char *section = read_section("man/oomspect.1", "COMMANDS"), *help = read_help();
	size_t count = 0;
	(void)state;
	for (const char *at = strstr(help, "\noomspect "); at; at = strstr(at + 1, "\noomspect ")) {
		char name[32];
		assert_int_equal(sscanf(at, "\noomspect %31s", name), 1);
		if (name[0] == '[')
			continue;
		assert_named(section, name);
		count++;
	}
	assert_true(count >= 7);
	free(section);
	free(help);
}

static void a_word_in_prose_is_no_name(void **state)
{
	(void)state;
	assert_true(names("x\n.BR Up \", \" a\nb c\n", "a"));
	assert_true(names("x\n.B a\n", "a"));
	assert_false(names("x\n.B ab\nand a key\n", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_named),
		cmocka_unit_test(every_column_is_named),
		cmocka_unit_test(no_column_is_promised_that_is_none),
		cmocka_unit_test(settings_are_those_of_the_table),
		cmocka_unit_test(every_option_is_named),
		cmocka_unit_test(every_command_is_named),
		cmocka_unit_test(a_word_in_prose_is_no_name),
	};
	return cmocka_run_group_tests_name("manual pages", tests, NULL, NULL);
}
