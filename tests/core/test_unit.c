/* The unit of a cgroup, and the value that its files would give it. */
#include "support.h"
#include "support_files.h"

#include "oomspect/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	{ "hexadecimal is a number to systemd", "[Service]\nOOMScoreAdjust=0x10\n", "0x10" },
	{ "what is no number does not count", "[Service]\nOOMScoreAdjust=5\nOOMScoreAdjust=never\n",
		"5" },
	{ "nor what is out of range", "[Service]\nOOMScoreAdjust=-1001\n", NULL },
	{ "nor escape codes", "[Service]\nOOMScoreAdjust=\033[2J\n", NULL },
	{ "nor a number longer than any", "[Service]\nOOMScoreAdjust=00000000000000000001\n",
		NULL },
	{ "a line that continues another is none of its own",
		"[Service]\nEnvironment=A \\\nOOMScoreAdjust=7\n", NULL },
	{ "a comment does not end the other", "[Service]\nExecStart=a \\\n# b\nOOMScoreAdjust=7\n",
		NULL },
	{ "the line after that counts", "[Service]\nExecStart=a \\\nb\nOOMScoreAdjust=7\n", "7" },
	{ "a carriage return is a blank", "[Service]\r\nOOMScoreAdjust=7\r\n", "7" },
	{ "a file without a last newline", "[Service]\nOOMScoreAdjust=7", "7" },
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
	{ "a manager of no number manages nobody", "/user@root.service/mail.service",
		"mail.service", false, true },
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

static struct unit find(const struct files *files, const char *cgroup)
{
	struct root root;
	struct unit unit = { 0 };
	files_open(files, "", &root);
	assert_true(unit_find(&root, cgroup, &unit));
	root_release(&root);
	return unit;
}

static struct unit find_app(const struct files *files)
{
	return find(files, "/system.slice/app@1.service");
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

static void an_empty_drop_in_hides_the_one_of_its_name(void **state)
{
	struct files files;
	(void)state;
	files_make(&files);
	files_put(&files, "usr/lib/systemd/system/app@.service", "[Service]\nOOMScoreAdjust=1\n");
	files_put(&files, "usr/lib/systemd/system/app@1.service.d/90.conf",
		"[Service]\nOOMScoreAdjust=90\n");
	files_put(&files, "usr/lib/systemd/system/app@1.service.d/20.conf",
		"[Service]\nOOMScoreAdjust=20\n");
	files_put(&files, "run/systemd/system/app@1.service.d/90.conf", "");
	assert_string_equal(find_app(&files).value, "20");
	files_put(&files, "etc/systemd/system/app@1.service.d/95.conf",
		"[Service]\nOOMScoreAdjust=\n");
	assert_string_equal(find_app(&files).value, "");
	assert_false(find_app(&files).set);
	files_remove(&files);
}

static void drop_ins_of_template_prefix_and_type_count(void **state)
{
	struct files files;
	const char *cgroup = "/system.slice/web-app@1.service";
	(void)state;
	files_make(&files);
	files_put(&files, "usr/lib/systemd/system/web-app@.service", "[Service]\n");
	files_put(&files, "etc/systemd/system/service.d/10.conf", "[Service]\nOOMScoreAdjust=1\n");
	assert_string_equal(find(&files, cgroup).value, "1");
	files_put(&files, "etc/systemd/system/web-@.service.d/20.conf",
		"[Service]\nOOMScoreAdjust=2\n");
	assert_string_equal(find(&files, cgroup).value, "2");
	files_put(&files, "etc/systemd/system/web-app@.service.d/30.conf",
		"[Service]\nOOMScoreAdjust=3\n");
	assert_string_equal(find(&files, cgroup).value, "3");
	/* Of equal names that of the unit itself wins, and that of the type loses, /etc or not. */
	files_put(&files, "etc/systemd/system/service.d/40.conf", "[Service]\nOOMScoreAdjust=4\n");
	files_put(&files, "usr/lib/systemd/system/web-app@1.service.d/40.conf",
		"[Service]\nOOMScoreAdjust=5\n");
	assert_string_equal(find(&files, cgroup).value, "5");
	assert_string_equal(find(&files, "/system.slice/other.service").value, "4");
	files_remove(&files);
}

#define MAIL "/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service"

static const struct home_row {
	const char *claim;
	const char *passwd, *mounts;
	const char *value;
	bool unread;
} home_rows[] = {
	{ "the home of the user", "u:x:1000:1000:U:/home/u:/bin/sh\n", "", "300", false },
	{ "a home of another name", "u:x:1000:1000::/srv/homes/u/:/bin/sh\n", "", "100", false },
	{ "a user that is not in passwd", "u:x:1001:1001::/home/u:/bin/sh\n", "", "100", true },
	{ "a passwd of rubbish", ":::\n\377\n1000:1000\n", "", "100", true },
	{ "a home that leads out of the root", "u:x:1000:1000::/../../home/u:/bin/sh\n", "", "300",
		false },
	{ "a home on a server", "u:x:1000:1000::/home/u:/bin/sh\n",
		"1 1 0:1 / / rw - ext4 a rw\n2 1 0:2 / /home rw shared:1 - nfs4 srv:/h rw\n", "100",
		true },
	{ "a home on a disk below one on a server", "u:x:1000:1000::/home/u:/bin/sh\n",
		"2 1 0:2 / /home rw - nfs srv:/h rw\n3 2 0:3 / /home/u rw - ext4 a rw\n", "300",
		false },
	{ "a server of a similar name", "u:x:1000:1000::/home/u:/bin/sh\n",
		"1 1 0:1 / / rw - ext4 a rw\n2 1 0:2 / /hom rw - nfs4 srv:/h rw\n", "300", false },
};

static void check_home(void **state)
{
	const struct home_row *row = *state;
	struct files files;
	struct root root;
	struct unit unit = { 0 };
	files_make(&files);
	files_put(&files, "etc/passwd", row->passwd);
	files_put(&files, "usr/lib/systemd/user/mail.service", "[Service]\nOOMScoreAdjust=100\n");
	files_put(&files, "usr/lib/systemd/system/mail.service", "[Service]\nOOMScoreAdjust=1\n");
	files_put(&files, "home/u/.config/systemd/user/mail.service",
		"[Service]\nOOMScoreAdjust=300\n");
	files_open(&files, row->mounts, &root);
	assert_true(unit_find(&root, MAIL, &unit));
	assert_true(unit.user);
	assert_string_equal(unit.value, row->value);
	assert_int_equal(unit.unread, row->unread);
	root_release(&root);
	files_remove(&files);
}

static void links_lead_within_the_root(void **state)
{
	struct files files;
	char link[128];
	(void)state;
	files_make(&files);
	files_put(&files, "lib/app@.service", "[Service]\nOOMScoreAdjust=8\n");
	files_dir(&files, "etc/systemd/system");
	snprintf(link, sizeof(link), "%s/etc/systemd/system/app@1.service", files.path);
	assert_int_equal(symlink("/lib/app@.service", link), 0);
	assert_string_equal(find_app(&files).value, "8");
	/* One that leads to itself is no file, and cannot tell that nothing is set. */
	snprintf(link, sizeof(link), "%s/etc/systemd/system/app.service", files.path);
	assert_int_equal(symlink("app.service", link), 0);
	struct unit unit = find(&files, "/system.slice/app.service");
	assert_true(unit.unread);
	assert_false(unit.set);
	files_remove(&files);
}

static void what_is_no_unit_file_is_not_read(void **state)
{
	static const enum files_kind kinds[] = { FILES_DIRECTORY, FILES_GIGABYTE };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct files files;
		files_make(&files);
		files_put_kind(&files, "etc/systemd/system/app@1.service", kinds[i]);
		files_put(&files, "etc/systemd/system/app@1.service.d/1.conf",
			"[Service]\nOOMScoreAdjust=1\n");
		assert_true(find_app(&files).unread);
		assert_string_equal(find_app(&files).value, "1");
		files_remove(&files);
	}
}

static void a_thousand_drop_ins_are_not_all_read(void **state)
{
	struct files files;
	char path[96];
	(void)state;
	files_make(&files);
	files_put(&files, "etc/systemd/system/app@1.service.d/0.conf",
		"[Service]\nOOMScoreAdjust=1\n");
	for (int i = 1; i < 1000; i++) {
		snprintf(path, sizeof(path), "etc/systemd/system/app@1.service.d/%04d.conf", i);
		files_put(&files, path, "");
	}
	assert_true(find_app(&files).unread);
	assert_false(find_app(&files).set);
	files_remove(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_that_wins_is_read),
		cmocka_unit_test(drop_ins_come_after_the_file),
		cmocka_unit_test(an_empty_drop_in_hides_the_one_of_its_name),
		cmocka_unit_test(drop_ins_of_template_prefix_and_type_count),
		cmocka_unit_test(links_lead_within_the_root),
		cmocka_unit_test(what_is_no_unit_file_is_not_read),
		cmocka_unit_test(a_thousand_drop_ins_are_not_all_read),
	};
	return run_rows("files of units", parse_rows, check_parse) +
	       run_rows("units of cgroups", name_rows, check_name) +
	       run_rows("homes", home_rows, check_home) +
	       cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
