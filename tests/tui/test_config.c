#include "support.h"

#include "support_files.h"

#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct config_ignored parse(struct config *config, const char *text)
{
	struct config_ignored ignored;
	config_defaults(config);
	config_parse(config, text_of(text), &ignored);
	return ignored;
}

static enum err_code read_settings(
	struct config *config, const char *path, bool required, struct err *err)
{
	struct config_ignored ignored;
	config_defaults(config);
	return config_read(config, path, required, &ignored, err);
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
	(void)state;
	struct config_ignored ignored = parse(&config,
		"# mine\n\n delay=0.5 # fast\n\tcolumns = pid,BAD,command\nsort = MEM\nunits = "
		"M\n"
		"header = off\nvi_keys = on\ncolor = off\nascii = on\nshow = all\nreverse = "
		"on\n"
		"meters = zones, memory\nmouse = on\n"
		"warn = 70\ncritical = 95");
	if (ignored.count)
		fail_msg("%s", ignored.why.text);
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

static const struct ignored_row {
	const char *claim, *text;
	unsigned line;
	const char *sentence;
} ignored_rows[] = {
	{ "an unknown key is named with its line", "delay = 1\n\ncolour = on\n", 3,
		"'colour': no such setting" },
	{ "keys are written in lower case", "Delay = 1", 1, "'Delay': no such setting" },
	{ "a line without a value", "# x\nheader\n", 2, "no '=' in it" },
	{ "a line without a key", "= on\n", 1, "'': no such setting" },
	{ "an empty value", "header =\n", 1, "header = : neither on nor off" },
	{ "a value that is none", "header = yes\n", 1, "header = yes: neither on nor off" },
	{ "a delay out of range", "delay = 0.05\n", 1,
		"delay = 0.05: not a number of seconds from 0.1 to 3600" },
	{ "a column that is none", "columns = pid,foo\n", 1,
		"columns = pid,foo: not a list of columns" },
	{ "a sort column that is none", "sort = foo\n", 1, "sort = foo: not a column" },
	{ "a key that is set twice", "header = on\nheader = off\n", 2, "'header': set twice" },
	{ "a key that is set again to what is none", "header = on\nheader = maybe\n", 2,
		"header = maybe: neither on nor off" },
	{ "a share of nothing", "warn = 0\n", 1, "warn = 0: not a number from 1 to 100" },
	{ "a share above the whole", "critical = 101\n", 1,
		"critical = 101: not a number from 1 to 100" },
	{ "a share with its sign", "warn = 80%\n", 1, "warn = 80%: not a number from 1 to 100" },
	{ "a warning that comes after the worst", "warn = 95\n", 1,
		"warn = 95 is above critical = 90" },
	{ "a meter that is none", "meters = memory,cpu\n", 1,
		"meters = memory,cpu: neither all, none nor a list of lines" },
	{ "a meter named twice", "meters = psi,swap,psi\n", 1,
		"meters = psi,swap,psi: neither all, none nor a list of lines" },
	{ "an empty meter", "meters = psi,\n", 1,
		"meters = psi,: neither all, none nor a list of lines" },
	{ "what always has its place is no meter", "meters = next\n", 1,
		"meters = next: neither all, none nor a list of lines" },
	{ "units in the wrong case", "units = k\n", 1,
		"units = k: none of auto, K, M, G, pages, share" },
};

/* Nothing but that line: what stands around it is taken over. */
static void check_ignored(void **state)
{
	const struct ignored_row *row = *state;
	struct config config, expected;
	struct config_ignored ignored = parse(&config, row->text);
	assert_int_equal(ignored.count, 1);
	assert_int_equal(ignored.first, row->line);
	assert_string_equal(ignored.why.text, row->sentence);
	char around[128];
	snprintf(around, sizeof(around), "vi_keys = on\n%s\nascii = on\n", row->text);
	ignored = parse(&expected, row->text);
	expected.vi_keys = expected.ascii = true;
	ignored = parse(&config, around);
	assert_int_equal(ignored.count, 1);
	assert_int_equal(ignored.first, row->line + 1);
	assert_memory_equal(&config, &expected, sizeof(config));
}

static void what_is_none_does_not_stand_in_the_way_of_what_is_one(void **state)
{
	struct config config;
	(void)state;
	struct config_ignored ignored = parse(&config, "delay = 0\nfoo = 1\ndelay = 7\n=\n");
	assert_int_equal(config.delay_ms, 7000);
	assert_int_equal(ignored.count, 3);
	assert_int_equal(ignored.first, 1);
	assert_string_equal(
		ignored.why.text, "delay = 0: not a number of seconds from 0.1 to 3600");
}

static void shares_that_do_not_agree_are_both_ignored(void **state)
{
	struct config config;
	(void)state;
	struct config_ignored ignored =
		parse(&config, "ascii = on\ncritical = 60\nmouse = on\nwarn = 70\n");
	assert_int_equal(config.warn_percent, 80);
	assert_int_equal(config.critical_percent, 90);
	assert_true(config.ascii && config.mouse);
	assert_int_equal(ignored.count, 2);
	assert_int_equal(ignored.first, 2);
	assert_string_equal(ignored.why.text, "warn = 70 is above critical = 60");
}

static void bytes_that_are_no_text_are_ignored(void **state)
{
	struct config config, defaults;
	struct config_ignored ignored;
	char text[600] = "delay = 1";
	(void)state;
	config_defaults(&config);
	config_defaults(&defaults);
	config_parse(&config, (struct text){ text, 10 }, &ignored); /* NUL */
	assert_int_equal(ignored.count, 1);
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "sort = ", 7);
	assert_int_equal(parse(&config, text).count, 1);
	assert_memory_equal(&config, &defaults, sizeof(config));
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
	assert_int_equal(read_settings(&read, place->path, true, &err), ERR_OK);
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
	assert_int_equal(read_settings(&config, place->path, false, &err), ERR_OK);
	assert_int_equal(read_settings(&config, "", false, &err), ERR_OK);
	assert_int_equal(read_settings(&config, place->path, true, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, place->path));
	assert_int_not_equal(read_settings(&config, place->dir, false, &err), ERR_OK);
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

/* /proc/self/mem is a regular file of which the first page cannot be read. */
static void a_reason_is_the_kernels(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	assert_int_equal(read_settings(&config, "/proc/self/mem", true, &err), ERR_IO);
	assert_string_equal(err.text, "cannot read settings '/proc/self/mem': Input/output error");
	assert_int_equal(read_settings(&config, place->dir, true, &err), ERR_IO);
	assert_non_null(strstr(err.text, ": Is a directory"));
}

static void write_text(const struct place *place, const char *text)
{
	FILE *file = fopen(place->path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void lines_that_are_no_settings_are_kept_as_they_are(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	config_defaults(&config);
	assert_int_equal(config_write(&config, place->path, &err), ERR_OK);
	write_text(place, "# mine\n  colour=on\t# of a later one\nascii = on\nascii = off\n"
			  "delay = soon\nwarn = 95\n\xff\x1b[31m");
	for (int times = 0; times < 2; times++) {
		if (config_write(&config, place->path, &err))
			fail_msg("%s", err.text);
		char *text = file_text(place->path);
		assert_non_null(
			strstr(text, "\nascii = off\n\n# Lines that are no settings, as "
				     "they were:\n  colour=on\t# of a later one\n"
				     "ascii = off\ndelay = soon\nwarn = 95\n\xff\x1b[31m\n"));
		assert_null(strstr(text, "mine"));
		free(text);
	}
	assert_int_equal(read_settings(&config, place->path, true, &err), ERR_OK);
	assert_int_equal(config.delay_ms, 3000);
	assert_int_equal(config.warn_percent, 80);
}

static void what_cannot_be_kept_is_not_overwritten(void **state)
{
	const struct place *place = *state;
	struct config config;
	struct err err = { 0 };
	struct stat found;
	config_defaults(&config);
	assert_int_equal(config_write(&config, place->path, &err), ERR_OK);
	write_text(place, "");
	assert_int_equal(truncate(place->path, 65536), 0);
	assert_int_equal(config_write(&config, place->path, &err), ERR_TOO_BIG);
	assert_non_null(strstr(err.text, "not written: cannot read what is in '"));
	assert_int_equal(truncate(place->path, 65000), 0); /* one line of NULs */
	assert_int_equal(config_write(&config, place->path, &err), ERR_TOO_BIG);
	assert_int_equal(stat(place->path, &found), 0);
	assert_int_equal(found.st_size, 65000);
}

static void the_place_is_that_of_the_xdg_specification(void **state)
{
	char path[PATH_MAX];
	(void)state;
	setenv("XDG_CONFIG_HOME", "/x", 1);
	setenv("HOME", "/h", 1);
	assert_int_equal(config_locate(path, NULL, NULL), ERR_OK);
	assert_string_equal(path, "/x/oomspect/config");
	assert_int_equal(config_locate(path, "mine", NULL), ERR_OK);
	assert_string_equal(path, "mine");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	assert_int_equal(config_locate(path, NULL, NULL), ERR_OK);
	assert_string_equal(path, "/h/.config/oomspect/config");
	unsetenv("HOME");
	assert_int_equal(config_locate(path, NULL, NULL), ERR_OK);
	assert_string_equal(path, "");
}

/* "/" and then "./" as often as fits, of that length. */
static char *long_path(char *buffer, size_t length)
{
	for (size_t i = 0; i < length; i++)
		buffer[i] = i % 2 ? '.' : '/';
	buffer[length] = '\0';
	return buffer;
}

static void a_path_is_whole_or_none(void **state)
{
	char path[PATH_MAX], home[2 * PATH_MAX];
	struct err err = { 0 };
	const size_t fits = PATH_MAX - 1 - strlen("/.config/oomspect/config");
	(void)state;
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", long_path(home, fits), 1);
	assert_int_equal(config_locate(path, NULL, &err), ERR_OK);
	assert_int_equal(strlen(path), PATH_MAX - 1);
	for (size_t length = fits + 1; length < sizeof(home); length += 997) {
		setenv("HOME", long_path(home, length), 1);
		assert_int_equal(config_locate(path, NULL, &err), ERR_TOO_BIG);
		assert_string_equal(path, "");
		assert_int_equal(config_locate(path, home + 1, &err),
			length > PATH_MAX ? ERR_TOO_BIG : ERR_OK);
	}
	setenv("XDG_CONFIG_HOME", home, 1);
	setenv("HOME", "/h", 1);
	assert_int_equal(config_locate(path, NULL, &err), ERR_TOO_BIG);
	assert_string_equal(path, "");
	assert_string_equal(err.text, "no settings: their path has more than 4095 bytes");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole_and_named_once),
		cmocka_unit_test(what_a_row_writes_it_reads),
		cmocka_unit_test(settings_comments_and_blank_lines_are_read),
		cmocka_unit_test(what_is_none_does_not_stand_in_the_way_of_what_is_one),
		cmocka_unit_test(shares_that_do_not_agree_are_both_ignored),
		cmocka_unit_test(bytes_that_are_no_text_are_ignored),
		WITH_PLACE(what_is_written_is_read_again),
		WITH_PLACE(only_a_file_that_was_asked_for_has_to_be_there),
		WITH_PLACE(a_link_stays_a_link_and_nothing_is_left_beside),
		WITH_PLACE(a_file_of_somebody_else_is_not_written),
		cmocka_unit_test(the_place_is_that_of_the_xdg_specification),
		cmocka_unit_test(a_path_is_whole_or_none),
		WITH_PLACE(a_reason_is_the_kernels),
		WITH_PLACE(lines_that_are_no_settings_are_kept_as_they_are),
		WITH_PLACE(what_cannot_be_kept_is_not_overwritten),
	};
	return run_rows("ignored settings", ignored_rows, check_ignored) +
	       cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
