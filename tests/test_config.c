#include "support.h"

#include "../tui/model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_code parse(struct config *config, const char *text, struct err *err)
{
	config_defaults(config);
	return config_parse(config, text_of(text), "F", err);
}

/* --- reading --------------------------------------------------------------------------------- */

static void every_row_is_whole_and_named_once(void **state)
{
	struct config config;
	(void)state;
	config_defaults(&config);
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		assert_true(row->name && row->parse && row->format && row->expected && row->help);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(row->name, config_rows[j].name);
	}
}

static void what_a_row_writes_it_reads(void **state)
{
	char value[CONFIG_TEXT_SIZE];
	struct config config, read;
	(void)state;
	config_defaults(&config);
	memset(&read, 0, sizeof(read));
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		row->format((const char *)&config + row->field, value);
		assert_true(row->parse((char *)&read + row->field, value));
	}
	assert_int_equal(read.delay_ms, config.delay_ms);
	assert_string_equal(read.sort, config.sort);
	assert_string_equal(read.columns, config.columns);
	assert_true(read.header == config.header && read.color == config.color);
	assert_int_equal(read.warn_percent, 80);
	assert_int_equal(read.critical_percent, 90);
}

static void settings_comments_and_blank_lines_are_read(void **state)
{
	struct config config;
	struct err err = { 0 };
	(void)state;
	if (parse(&config,
		    "# mine\n\n delay=0.5 # fast\n\tcolumns = pid,BAD,command\nsort = MEM\nunits = "
		    "M\n"
		    "header = off\nvi_keys = on\ncolor = off\nascii = on\nshow = all\nreverse = "
		    "on\n"
		    "meters = zones, memory\nmouse = on\n"
		    "warn = 70\ncritical = 95",
		    &err))
		fail_msg("%s", err.text);
	assert_int_equal(config.delay_ms, 500);
	assert_string_equal(config.columns, "pid,BAD,command");
	assert_string_equal(config.sort, "mem");
	assert_int_equal(config.units, UNITS_M);
	assert_int_equal(config.show, LISTING_ALL);
	assert_true(config.vi_keys && config.ascii && config.reverse && config.mouse);
	assert_int_equal(config.meters_off >> PART_MEMORY & 1, 0);
	assert_int_equal(config.meters_off >> PART_ZONES & 1, 0);
	assert_int_equal(config.meters_off >> PART_TITLE & 1, 1);
	assert_int_equal(config.warn_percent, 70);
	assert_int_equal(config.critical_percent, 95);
	assert_false(config.header || config.color);
}

struct refused_row {
	const char *claim, *text, *sentence;
};

static const struct refused_row refused_rows[] = {
	{ "an unknown key is named with its line", "delay = 1\n\ncolour = on\n",
		"F:3: 'colour': no such setting" },
	{ "keys are written in lower case", "Delay = 1", "F:1: 'Delay': no such setting" },
	{ "a line without a value", "# x\nheader\n", "F:2: no '=' in it" },
	{ "a line without a key", "= on\n", "F:1: '': no such setting" },
	{ "an empty value", "header =\n", "F:1: header = : neither on nor off" },
	{ "a value that is none", "header = yes\n", "F:1: header = yes: neither on nor off" },
	{ "a delay out of range", "delay = 0.05\n",
		"F:1: delay = 0.05: not a number of seconds from 0.1 to 3600" },
	{ "a column that is none", "columns = pid,foo\n",
		"F:1: columns = pid,foo: not a list of columns" },
	{ "a sort column that is none", "sort = foo\n", "F:1: sort = foo: not a column" },
	{ "a key that is set twice", "header = on\nheader = off\n", "F:2: 'header': set twice" },
	{ "a share of nothing", "warn = 0\n", "F:1: warn = 0: not a number from 1 to 100" },
	{ "a share above the whole", "critical = 101\n",
		"F:1: critical = 101: not a number from 1 to 100" },
	{ "a share with its sign", "warn = 80%\n", "F:1: warn = 80%: not a number from 1 to 100" },
	{ "a warning that comes after the worst", "warn = 95\n",
		"F: warn = 95 is above critical = 90" },
	{ "a meter that is none", "meters = memory,cpu\n",
		"F:1: meters = memory,cpu: neither all, none nor a list of lines" },
	{ "a meter named twice", "meters = psi,swap,psi\n",
		"F:1: meters = psi,swap,psi: neither all, none nor a list of lines" },
	{ "an empty meter", "meters = psi,\n",
		"F:1: meters = psi,: neither all, none nor a list of lines" },
	{ "what always has its place is no meter", "meters = next\n",
		"F:1: meters = next: neither all, none nor a list of lines" },
	{ "units in the wrong case", "units = k\n",
		"F:1: units = k: none of auto, K, M, G, pages, share" },
};

static void check_refused(void **state)
{
	const struct refused_row *row = *state;
	struct config config, before;
	struct err err = { 0 };
	config_defaults(&before);
	assert_int_equal(parse(&config, row->text, &err), ERR_SYNTAX);
	assert_string_equal(err.text, row->sentence);
	assert_int_equal(config.delay_ms, before.delay_ms);
	assert_int_equal(config.header, before.header);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	struct config config;
	struct err err = { 0 };
	char text[600] = "delay = 1";
	(void)state;
	config_defaults(&config);
	assert_int_equal(
		config_parse(&config, (struct text){ text, 10 }, "F", &err), ERR_SYNTAX); /* NUL */
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "sort = ", 7);
	assert_int_equal(parse(&config, text, &err), ERR_SYNTAX);
}

/* --- files ----------------------------------------------------------------------------------- */

struct place {
	char dir[64], path[128];
};

static int set_up(void **state)
{
	static struct place place;
	snprintf(place.dir, sizeof(place.dir), "/tmp/oomspect-config-XXXXXX");
	assert_non_null(mkdtemp(place.dir));
	snprintf(place.path, sizeof(place.path), "%s/a/b/config", place.dir);
	*state = &place;
	return 0;
}

static int tear_down(void **state)
{
	const struct place *place = *state;
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", place->dir);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	return system(command);
}

static void what_is_written_is_read_again(void **state)
{
	const struct place *place = *state;
	struct config config, read;
	struct err err = { 0 };
	config_defaults(&config);
	config.delay_ms = 1250;
	config.vi_keys = true;
	config.units = UNITS_SHARE;
	snprintf(config.columns, sizeof(config.columns), "pid,bad");
	if (config_write(&config, place->path, &err))
		fail_msg("%s", err.text);
	config_defaults(&read);
	assert_int_equal(config_read(&read, place->path, true, &err), ERR_OK);
	assert_int_equal(read.delay_ms, 1250);
	assert_true(read.vi_keys);
	assert_int_equal(read.units, UNITS_SHARE);
	assert_string_equal(read.columns, "pid,bad");
}

static void only_a_file_that_was_asked_for_has_to_be_there(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	config_defaults(&config);
	assert_int_equal(config_read(&config, place->path, false, &err), ERR_OK);
	assert_int_equal(config_read(&config, "", false, &err), ERR_OK);
	assert_int_equal(config_read(&config, place->path, true, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, place->path));
	assert_int_not_equal(config_read(&config, place->dir, false, &err), ERR_OK);
}

static size_t count_files(const char *dir)
{
	char command[160];
	snprintf(command, sizeof(command), "ls -A %s/a/b | wc -l", dir);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	FILE *pipe = popen(command, "r");
	size_t count = 0;
	assert_int_equal(fscanf(pipe, "%zu", &count), 1);
	pclose(pipe);
	return count;
}

static void a_link_stays_a_link_and_nothing_is_left_beside(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	struct stat found;
	char link[160];
	config_defaults(&config);
	assert_int_equal(config_write(&config, place->path, &err), ERR_OK);
	snprintf(link, sizeof(link), "%s/a/b/link", place->dir);
	assert_int_equal(symlink("config", link), 0);
	assert_int_equal(config_write(&config, link, &err), ERR_OK);
	assert_int_equal(lstat(link, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	assert_int_equal(count_files(place->dir), 2);
}

static void a_file_of_somebody_else_is_not_written(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	struct stat before, after;
	config_defaults(&config);
	if (geteuid() != 0) {
		puts("skipped: only root can give a file away");
		skip();
	}
	assert_int_equal(config_write(&config, place->path, &err), ERR_OK);
	assert_int_equal(chown(place->path, 1000, 1000), 0);
	assert_int_equal(stat(place->path, &before), 0);
	assert_int_equal(config_write(&config, place->path, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "belongs to uid 1000"));
	assert_int_equal(stat(place->path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	/* Nor is one made in a directory of theirs. */
	assert_int_equal(unlink(place->path), 0);
	char dir[128];
	snprintf(dir, sizeof(dir), "%s/a/b", place->dir);
	assert_int_equal(chown(dir, 1000, 1000), 0);
	assert_int_equal(config_write(&config, place->path, &err), ERR_DENIED);
	assert_int_equal(stat(place->path, &after), -1);
}

static void the_place_is_that_of_the_xdg_specification(void **state)
{
	char path[PATH_MAX];
	(void)state;
	setenv("XDG_CONFIG_HOME", "/x", 1);
	setenv("HOME", "/h", 1);
	config_locate(path, NULL);
	assert_string_equal(path, "/x/oomspect/config");
	config_locate(path, "mine");
	assert_string_equal(path, "mine");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	config_locate(path, NULL);
	assert_string_equal(path, "/h/.config/oomspect/config");
	unsetenv("HOME");
	config_locate(path, NULL);
	assert_string_equal(path, "");
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole_and_named_once),
		cmocka_unit_test(what_a_row_writes_it_reads),
		cmocka_unit_test(settings_comments_and_blank_lines_are_read),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		WITH_PLACE(what_is_written_is_read_again),
		WITH_PLACE(only_a_file_that_was_asked_for_has_to_be_there),
		WITH_PLACE(a_link_stays_a_link_and_nothing_is_left_beside),
		WITH_PLACE(a_file_of_somebody_else_is_not_written),
		cmocka_unit_test(the_place_is_that_of_the_xdg_specification),
	};
	return run_rows("refused settings", refused_rows, check_refused) +
	       cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
