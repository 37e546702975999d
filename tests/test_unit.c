/* The unit of a cgroup, and the value that its files would give it. */
#include "support.h"
#include "support_files.h"

#include "oomspect/unit.h"

#include <string.h>

struct parse_row {
	const char *claim;
	const char *text;
	const char *value; /* NULL: the file has none */
};

static const struct parse_row parse_rows[] = {
	{ "a value of the service", "[Service]\nOOMScoreAdjust=-500\n", "-500" },
	{ "blanks around it are left out", "[Service]\n OOMScoreAdjust = 100 \n", "100" },
	{ "the last one counts", "[Service]\nOOMScoreAdjust=1\nOOMScoreAdjust=2\n", "2" },
	{ "an empty one takes it back", "[Service]\nOOMScoreAdjust=1\nOOMScoreAdjust=\n", "" },
	{ "other sections do not count", "[Unit]\nOOMScoreAdjust=1\n[Service]\n", NULL },
	{ "a longer name is another setting", "[Service]\nOOMScoreAdjustment=1\n", NULL },
	{ "a comment is none", "[Service]\n#OOMScoreAdjust=1\n", NULL },
	{ "nothing at all", "", NULL },
};

static void check_parse(void **state)
{
	const struct parse_row *row = *state;
	char value[UNIT_VALUE_SIZE] = "untouched";
	assert_int_equal(unit_parse(text_of(row->text), value), row->value != NULL);
	assert_string_equal(value, row->value ? row->value : "untouched");
}

struct name_row {
	const char *claim;
	const char *cgroup;
	const char *name; /* NULL: no unit */
	bool user, service;
};

static const struct name_row name_rows[] = {
	{ "a service", "/system.slice/app.service", "app.service", false, true },
	{ "a cgroup below its service", "/system.slice/app.service/worker", "app.service", false,
		true },
	{ "a scope", "/user.slice/user-1000.slice/session-4.scope", "session-4.scope", false,
		false },
	{ "a service of a user's manager",
		"/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service",
		"mail.service", true, true },
	{ "the manager itself", "/user.slice/user-1000.slice/user@1000.service/init.scope",
		"init.scope", true, false },
	{ "a slice is nobody's", "/system.slice", NULL, false, false },
	{ "the top", "/", NULL, false, false },
	{ "a suffix alone is no name", "/.service", NULL, false, false },
};

static void check_name(void **state)
{
	const struct name_row *row = *state;
	struct files files;
	struct root root;
	struct unit unit = { 0 };
	files_make(&files);
	files_open(&files, "", &root);
	assert_int_equal(unit_find(&root, row->cgroup, &unit), row->name != NULL);
	if (row->name) {
		assert_string_equal(unit.name, row->name);
		assert_int_equal(unit.user, row->user);
		assert_int_equal(unit.service, row->service);
		assert_false(unit.set);
	}
	root_release(&root);
	files_remove(&files);
}

static struct unit find_app(const struct files *files)
{
	struct root root;
	struct unit unit = { 0 };
	files_open(files, "", &root);
	assert_true(unit_find(&root, "/system.slice/app@1.service", &unit));
	root_release(&root);
	return unit;
}

static void the_file_that_wins_is_read(void **state)
{
	struct files files;
	(void)state;
	files_make(&files);
	files_put(&files, "usr/lib/systemd/system/app@.service", "[Service]\nOOMScoreAdjust=1\n");
	assert_string_equal(find_app(&files).value, "1");
	files_put(&files, "etc/systemd/system/app@.service", "[Service]\nOOMScoreAdjust=2\n");
	assert_string_equal(find_app(&files).value, "2");
	files_put(&files, "run/systemd/system/app@1.service", "[Service]\nOOMScoreAdjust=3\n");
	assert_string_equal(find_app(&files).value, "3");
	files_remove(&files);
}

static void drop_ins_come_after_the_file(void **state)
{
	struct files files;
	(void)state;
	files_make(&files);
	files_put(&files, "usr/lib/systemd/system/app@.service", "[Service]\nOOMScoreAdjust=1\n");
	files_put(&files, "etc/systemd/system/app@1.service.d/50-b.conf",
		"[Service]\nOOMScoreAdjust=-50\n");
	assert_string_equal(find_app(&files).value, "-50");
	/* The last in the alphabet wins, wherever it is; of equal names the one in /etc. */
	files_put(&files, "usr/lib/systemd/system/app@1.service.d/90-c.conf",
		"[Service]\nOOMScoreAdjust=-90\n");
	assert_string_equal(find_app(&files).value, "-90");
	files_put(&files, "etc/systemd/system/app@1.service.d/90-c.conf",
		"[Service]\nOOMScoreAdjust=-91\n");
	assert_string_equal(find_app(&files).value, "-91");
	files_put(&files, "etc/systemd/system/app@1.service.d/99-none.conf", "[Service]\nNice=1\n");
	files_put(&files, "etc/systemd/system/app@1.service.d/99-no.txt",
		"[Service]\nOOMScoreAdjust=7\n");
	assert_string_equal(find_app(&files).value, "-91");
	assert_true(find_app(&files).set);
	files_remove(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_that_wins_is_read),
		cmocka_unit_test(drop_ins_come_after_the_file),
	};
	return run_rows("files of units", parse_rows, check_parse) +
	       run_rows("units of cgroups", name_rows, check_name) +
	       cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
