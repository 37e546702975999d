/* Where the files of a unit are looked for, and under which names. */
#include "support.h"
#include "support_files.h"

#include "oomspect/unit_path.h"

#include <stdio.h>
#include <string.h>

static const struct name_row {
	const char *claim;
	const char *name;
	const char *names[8]; /* in order; NULL behind the last */
} name_rows[] = {
	{ "a plain name is the only one", "app.service", { "app.service" } },
	{ "every prefix up to a dash", "a-b-c.service",
		{ "a-b-c.service", "a-b-.service", "a-.service" } },
	{ "an instance has its template", "tty@1.service", { "tty@1.service", "tty@.service" } },
	{ "and the prefixes of both", "a-b@1.service",
		{ "a-b@1.service", "a-b@.service", "a-@.service", "a-@1.service" } },
	{ "dashes of the instance are none of the prefix", "a@b-c.service",
		{ "a@b-c.service", "a@.service" } },
	{ "a dash at the beginning ends no prefix", "-app.service", { "-app.service" } },
	{ "two dashes in a row", "a--b.service", { "a--b.service", "a--.service", "a-.service" } },
	{ "a template is no instance", "a@.service", { "a@.service" } },
	{ "a name of dashes", "--.service", { "--.service" } },
};

static struct files files;
static struct root root;

static void check_names(void **state)
{
	const struct name_row *row = *state;
	struct unit_path path;
	unit_path_init(&path, &root, row->name, UNIT_USER_NONE);
	for (size_t i = 0; row->names[i]; i++) {
		assert_true(i < path.name_count);
		assert_string_equal(path.names[i], row->names[i]);
		assert_true(i + 1 < path.name_count || !row->names[i + 1]);
	}
	assert_true(path.name_count == 1 || row->names[path.name_count - 1]);
}

static bool comes_before(const struct unit_path *path, const char *first, const char *second)
{
	char dir[UNIT_PATH_SIZE];
	size_t at[2] = { SIZE_MAX, SIZE_MAX };
	for (size_t i = 0; unit_path_drop_ins(path, i, dir); i++) {
		if (strcmp(dir, first) == 0)
			at[0] = i;
		if (strcmp(dir, second) == 0)
			at[1] = i;
	}
	assert_true(at[0] != SIZE_MAX && at[1] != SIZE_MAX);
	return at[0] < at[1];
}

static void directories_come_first_then_names_and_the_type_last(void **state)
{
	struct unit_path path;
	(void)state;
	unit_path_init(&path, &root, "a-b.service", UNIT_USER_NONE);
	assert_true(comes_before(
		&path, "etc/systemd/system/a-b.service.d", "etc/systemd/system/a-.service.d"));
	assert_true(comes_before(
		&path, "etc/systemd/system/a-.service.d", "usr/lib/systemd/system/a-b.service.d"));
	assert_true(comes_before(&path, "usr/lib/systemd/system/a-.service.d",
		"etc/systemd/system.control/service.d"));
	assert_true(comes_before(
		&path, "etc/systemd/system/service.d", "run/systemd/system/service.d"));
}

static void a_users_directories_are_those_of_that_user(void **state)
{
	struct unit_path path;
	(void)state;
	files_put(&files, "etc/passwd", "u:x:1000:1000::/home/u:/bin/sh\n");
	unit_path_init(&path, &root, "m.service", 1000);
	assert_true(comes_before(
		&path, "home/u/.config/systemd/user/m.service.d", "etc/systemd/user/m.service.d"));
	assert_true(comes_before(
		&path, "etc/systemd/user/m.service.d", "run/user/1000/systemd/user/m.service.d"));
	assert_true(comes_before(
		&path, "run/systemd/user/m.service.d", "usr/lib/systemd/user/m.service.d"));
}

static void a_name_of_a_hundred_dashes_has_an_end(void **state)
{
	char name[UNIT_PATH_NAME], dir[UNIT_PATH_SIZE];
	struct unit_path path;
	size_t count = 0;
	(void)state;
	for (size_t i = 0; i < 200; i++)
		name[i] = i % 2 ? '-' : 'a';
	strcpy(name + 200, "@x.service");
	unit_path_init(&path, &root, name, UNIT_USER_NONE);
	assert_int_equal(path.name_count, UNIT_NAMES);
	while (unit_path_drop_ins(&path, count, dir))
		count++;
	assert_true(count > UNIT_NAMES);
}

static int set_up(void **state)
{
	(void)state;
	files_make(&files);
	files_open(&files, "", &root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	root_release(&root);
	files_remove(&files);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories_come_first_then_names_and_the_type_last),
		cmocka_unit_test(a_users_directories_are_those_of_that_user),
		cmocka_unit_test(a_name_of_a_hundred_dashes_has_an_end),
	};
	set_up(NULL);
	int failed = run_rows("names", name_rows, check_names);
	tear_down(NULL);
	return failed + cmocka_run_group_tests_name("unit_path", tests, set_up, tear_down);
}
