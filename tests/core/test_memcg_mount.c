#include "support.h"

#include "oomspect/memcg_mount.h"

#include <string.h>

struct mount_row {
	const char *claim, *line;
	int version; /* 0: no mount of interest */
	const char *point, *shown;
};

static const struct mount_row mounts[] = {
	{ "v1's memory controller",
		"35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory", 1,
		"/sys/fs/cgroup/memory", "/" },
	{ "v1 with other controllers beside it",
		"35 31 0:32 / /cg rw - cgroup cgroup rw,cpu,memory,pids,release_agent=/x", 1, "/cg",
		"/" },
	{ "v1 without memory", "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset", 0,
		"", "" },
	{ "a named v1 hierarchy",
		"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=memory", 0, "",
		"" },
	{ "cgroup2",
		"29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate", 2,
		"/sys/fs/cgroup", "/" },
	{ "optional fields are skipped",
		"29 23 0:26 / /c rw shared:4 master:1 propagate_from:2 unbindable - cgroup2 none "
		"rw",
		2, "/c", "/" },
	{ "a part of the hierarchy, by a bind mount",
		"612 600 0:32 /docker/ID /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory", 1,
		"/sys/fs/cgroup/memory", "/docker/ID" },
	{ "a mount from outside of the namespace",
		"35 31 0:32 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw", 2, "/sys/fs/cgroup",
		"/../.." },
	{ "octal escapes", "35 31 0:32 /a\\040b /c\\011d\\012e\\134f rw - cgroup2 x\\040y rw", 2,
		"/c\td\ne\\f", "/a b" },
	{ "a cut escape stays", "35 31 0:32 / /a\\04 rw - cgroup2 x rw", 2, "/a\\04", "/" },
	{ "an empty source", "35 31 0:32 / /a rw - cgroup  rw,memory", 1, "/a", "/" },
	{ "another file system", "22 27 0:21 / /proc rw - proc proc rw,memory", 0, "", "" },
	{ "no separator", "35 31 0:32 / /a rw cgroup2 cgroup2 rw", 0, "", "" },
	{ "nothing after the separator", "35 31 0:32 / /a rw -", 0, "", "" },
	{ "an empty line", "", 0, "", "" },
	{ "a relative mount point", "35 31 0:32 / a rw - cgroup2 cgroup2 rw", 0, "", "" },
};

static void check_mount(void **state)
{
	const struct mount_row *row = *state;
	struct memcg_mount mount = { .version = 77 };
	bool found = memcg_mount_parse(text_of(row->line), &mount);
	assert_int_equal(found, row->version != 0);
	assert_int_equal(mount.version, found ? row->version : 77);
	if (!found)
		return;
	assert_string_equal(mount.point, row->point);
	assert_string_equal(mount.shown, row->shown);
}

static void a_path_that_does_not_fit_is_another_one_when_cut(void **state)
{
	(void)state;
	static char line[3 * PATH_MAX];
	struct memcg_mount mount;
	const size_t begin = strlen("35 31 0:32 / ");
	memset(line, 'a', sizeof(line));
	memcpy(line, "35 31 0:32 / /", begin + 1);
	strcpy(line + begin + PATH_MAX - 1, " rw - cgroup2 cgroup2 rw");
	assert_true(memcg_mount_parse(text_of(line), &mount));
	assert_int_equal(strlen(mount.point), PATH_MAX - 1);
	memset(line + begin + 1, 'a', sizeof(line) - begin - 1);
	strcpy(line + begin + PATH_MAX, " rw - cgroup2 cgroup2 rw");
	assert_false(memcg_mount_parse(text_of(line), &mount));
}

static void controllers_are_words(void **state)
{
	(void)state;
	assert_true(memcg_mount_has_memory(text_of("cpuset cpu io memory hugetlb pids\n")));
	assert_true(memcg_mount_has_memory(text_of("memory\n")));
	assert_false(memcg_mount_has_memory(text_of("hugetlb\n")));
	assert_false(memcg_mount_has_memory(text_of("memoryx xmemory\n")));
	assert_false(memcg_mount_has_memory(text_of("")));
}

static void climbing_out_is_a_top(void **state)
{
	(void)state;
	assert_true(memcg_mount_is_top("/"));
	assert_true(memcg_mount_is_top("/.."));
	assert_true(memcg_mount_is_top("/../../.."));
	assert_false(memcg_mount_is_top("/docker/ID"));
	assert_false(memcg_mount_is_top("/../sibling"));
	assert_false(memcg_mount_is_top("/..hidden"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_that_does_not_fit_is_another_one_when_cut),
		cmocka_unit_test(controllers_are_words),
		cmocka_unit_test(climbing_out_is_a_top),
	};
	return run_rows("lines of mountinfo", mounts, check_mount) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
