#include "support.h"

#include "support_hierarchy.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void only_cgroups_with_memory_are_rows_on_v2(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "with", "memory.current", "1\n");
	hierarchy_put(hierarchy, "with/without", "cgroup.procs", "");
	hierarchy_put(hierarchy, "without/deep", "cgroup.procs", "");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(hierarchy->tree.count, 2);
	assert_string_equal(
		hierarchy->tree.rows[memcg_tree_find(&hierarchy->tree, "/with/without")].path,
		"/with");
	assert_string_equal(
		hierarchy->tree.rows[memcg_tree_find(&hierarchy->tree, "/without/deep")].path, "/");
}

static void siblings_of_a_copy_stand_by_name(void **state)
{
	struct hierarchy *hierarchy = *state;
	static const char *const names[] = { "m", "z", "a", "k", "b" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		hierarchy_put_v1(hierarchy, names[i], "1\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, ARRAY_SIZE(names) + 1);
	assert_consistent(&hierarchy->tree);
}

static void new_and_removed_cgroups_are_seen_at_once(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "a/x", "1\n", "max\n");
	hierarchy_put_v1(hierarchy, "b/y", "2\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 5);
	hierarchy_put_v1(hierarchy, "b/y/new/deep", "3\n", "max\n");
	hierarchy_read(hierarchy);
	assert_int_equal(hierarchy->tree.count, 7);
	assert_amount(hierarchy_row(hierarchy, "/b/y/new/deep")->usage, AMOUNT_BYTES, 3);
	assert_consistent(&hierarchy->tree);
	files_drop(&hierarchy->files, "cg/b");
	hierarchy_read(hierarchy);
	assert_int_equal(hierarchy->tree.count, 3);
	assert_false(hierarchy_has(hierarchy, "/b"));
	assert_true(hierarchy_has(hierarchy, "/a/x"));
	assert_consistent(&hierarchy->tree);
}

static void a_cgroup_made_anew_is_another_one(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "a", "1\n", "100\n");
	hierarchy_put_v1(hierarchy, "keeps-the-inode-busy", "1\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	char from[PATH_MAX], to[PATH_MAX];
	snprintf(from, sizeof(from), "%s/cg/a", hierarchy->files.path);
	snprintf(to, sizeof(to), "%s/old", hierarchy->files.path);
	assert_int_equal(rename(from, to), 0);
	hierarchy_put_v1(hierarchy, "a", "2\n", "200\n");
	hierarchy_read(hierarchy);
	assert_amount(hierarchy_row(hierarchy, "/a")->usage, AMOUNT_BYTES, 2);
	assert_amount(hierarchy_row(hierarchy, "/a")->limit, AMOUNT_BYTES, 200);
}

static void usage_is_fresh_and_the_rest_soon(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "a", "1\n", "100\n");
	hierarchy_put(hierarchy, "a", "memory.swappiness", "60\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	hierarchy_put_v1(hierarchy, "a", "2\n", "200\n");
	hierarchy_put(hierarchy, "a", "memory.swappiness", "0\n");
	hierarchy_read(hierarchy);
	assert_amount(hierarchy_row(hierarchy, "/a")->usage, AMOUNT_BYTES, 2);
	assert_amount(hierarchy_row(hierarchy, "/a")->limit, AMOUNT_BYTES, 200);
	for (int i = 0; i < 8; i++)
		hierarchy_read(hierarchy);
	assert_int_equal(hierarchy_row(hierarchy, "/a")->swappiness, 0);
}

static void a_controller_enabled_later_is_seen(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	files_dir(&hierarchy->files, "cg/a");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(hierarchy->tree.count, 1);
	hierarchy_put(hierarchy, "a", "memory.current", "1\n");
	for (int i = 0; i < 16; i++)
		hierarchy_read(hierarchy);
	assert_true(hierarchy_has(hierarchy, "/a"));
}

static void hostile_names_are_names(void **state)
{
	struct hierarchy *hierarchy = *state;
	static const char *const names[] = { "a:b", "new\nline", "\x1b[31mred", "\xff\xfe", " ",
		"...", "-", "memory.usage_in_bytes (deleted)", "\"quoted\"", "back\\slash",
		"%s%n" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		hierarchy_put_v1(hierarchy, names[i], "1\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, ARRAY_SIZE(names) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[300];
		snprintf(path, sizeof(path), "/%s", names[i]);
		assert_amount(hierarchy_row(hierarchy, path)->usage, AMOUNT_BYTES, 1);
	}
}

static void files_and_links_are_no_cgroups(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "a", "1\n", "max\n");
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/cg/link", hierarchy->files.path);
	assert_int_equal(symlink("a", path), 0);
	snprintf(path, sizeof(path), "%s/cg/a/loop", hierarchy->files.path);
	assert_int_equal(symlink("..", path), 0);
	snprintf(path, sizeof(path), "%s/cg/fifo", hierarchy->files.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 2);
}

static void a_tree_200_deep_is_read_whole(void **state)
{
	struct hierarchy *hierarchy = *state;
	char path[PATH_MAX] = "";
	for (int depth = 0; depth < 200; depth++)
		strcat(path, depth ? "/twelve-bytes" : "twelve-bytes");
	hierarchy_put_v1(hierarchy, path, "7\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 201);
	assert_int_equal(hierarchy->tree.rows[200].depth, 200);
	assert_amount(hierarchy->tree.rows[200].usage, AMOUNT_BYTES, 7);
	assert_consistent(&hierarchy->tree);
}

/* Paths that /proc/PID/cgroup cannot hold end the walk, and nothing worse. */
static void paths_beyond_path_max_are_left_out(void **state)
{
	struct hierarchy *hierarchy = *state;
	char name[256], top[PATH_MAX];
	memset(name, 'n', 255);
	name[255] = '\0';
	files_dir(&hierarchy->files, "cg");
	snprintf(top, sizeof(top), "%s/cg", hierarchy->files.path);
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(chdir(top), 0);
	for (int depth = 0; depth < 30; depth++) {
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
	}
	for (int depth = 0; depth < 15; depth++)
		assert_int_equal(chdir(".."), 0);
	int middle = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fchdir(here), 0);
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 16);
	assert_int_equal(hierarchy->tree.left_out, 1);
	assert_consistent(&hierarchy->tree);
	/* nftw(3) cannot name the rest either. */
	assert_int_equal(fchdir(middle), 0);
	for (int depth = 0; depth < 15; depth++)
		assert_int_equal(chdir(name), 0);
	for (int depth = 0; depth < 15; depth++) {
		assert_int_equal(chdir(".."), 0);
		assert_int_equal(rmdir(name), 0);
	}
	assert_int_equal(fchdir(here), 0);
	close(middle);
	close(here);
}

static void siblings_5000_are_read_whole(void **state)
{
	struct hierarchy *hierarchy = *state;
	char name[32];
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "cg/s%d", i);
		files_dir(&hierarchy->files, name);
	}
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 5001);
	assert_consistent(&hierarchy->tree);
}

/* Runs `what` as a user without privileges. */
static bool as_nobody(void (*what)(struct hierarchy *hierarchy), struct hierarchy *hierarchy)
{
	if (geteuid() != 0 || seteuid(65534) != 0)
		return false;
	what(hierarchy);
	assert_int_equal(seteuid(0), 0);
	return true;
}

static void denied_and_absent_files_are_unknown(void **state)
{
	struct hierarchy *hierarchy = *state;
	char path[PATH_MAX];
	hierarchy_put_v1(hierarchy, "denied", "1\n", "100\n");
	hierarchy_put_v1(hierarchy, "absent", "1\n", "100\n");
	hierarchy_put_v1(hierarchy, "a-dir", "1\n", "100\n");
	snprintf(path, sizeof(path), "%s/cg/denied/memory.limit_in_bytes", hierarchy->files.path);
	assert_int_equal(chmod(path, 0), 0);
	files_drop(&hierarchy->files, "cg/absent/memory.limit_in_bytes");
	files_drop(&hierarchy->files, "cg/a-dir/memory.limit_in_bytes");
	files_dir(&hierarchy->files, "cg/a-dir/memory.limit_in_bytes/x");
	files_open(&hierarchy->files, V1_MOUNT, &hierarchy->root);
	assert_int_equal(memcg_tree_open(&hierarchy->tree, &hierarchy->root, NULL), ERR_OK);
	if (!as_nobody(hierarchy_read, hierarchy))
		skip_because("only root can give up its privileges");
	assert_amount(hierarchy_row(hierarchy, "/denied")->limit, AMOUNT_UNKNOWN, 0);
	assert_amount(hierarchy_row(hierarchy, "/denied")->usage, AMOUNT_BYTES, 1);
	assert_amount(hierarchy_row(hierarchy, "/denied")->effective_limit, AMOUNT_UNKNOWN, 0);
	assert_amount(hierarchy_row(hierarchy, "/absent")->limit, AMOUNT_UNKNOWN, 0);
	assert_amount(hierarchy_row(hierarchy, "/a-dir")->limit, AMOUNT_UNKNOWN, 0);
}

static void a_denied_directory_is_a_row_without_children(void **state)
{
	struct hierarchy *hierarchy = *state;
	char path[PATH_MAX];
	hierarchy_put_v1(hierarchy, "shut/inner", "1\n", "100\n");
	snprintf(path, sizeof(path), "%s/cg/shut", hierarchy->files.path);
	assert_int_equal(chmod(path, 0), 0);
	files_open(&hierarchy->files, V1_MOUNT, &hierarchy->root);
	assert_int_equal(memcg_tree_open(&hierarchy->tree, &hierarchy->root, NULL), ERR_OK);
	if (!as_nobody(hierarchy_read, hierarchy))
		skip_because("only root can give up its privileges");
	assert_int_equal(hierarchy->tree.count, 2);
	assert_int_equal(hierarchy->tree.left_out, 1);
	hierarchy_read(hierarchy);
	assert_true(hierarchy_has(hierarchy, "/shut/inner"));
}

static void running_out_of_descriptors_only_costs_time(void **state)
{
	struct hierarchy *hierarchy = *state;
	struct rlimit before, few;
	char name[32];
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		hierarchy_put_v1(hierarchy, name, "5\n", "100\n");
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	hierarchy_open(hierarchy, V1_MOUNT);
	/* The rest of the program takes all that is left, and one more is needed at a time. */
	int taken[64], count = 0;
	while (count < 64 && (taken[count] = dup(0)) >= 0)
		count++;
	for (int i = 0; i < 10; i++)
		hierarchy_read(hierarchy);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "/c%d", i);
		assert_amount(hierarchy_row(hierarchy, name)->limit, AMOUNT_BYTES, 100);
	}
	while (count > 0)
		close(taken[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_HIERARCHY(only_cgroups_with_memory_are_rows_on_v2),
		ON_A_HIERARCHY(siblings_of_a_copy_stand_by_name),
		ON_A_HIERARCHY(new_and_removed_cgroups_are_seen_at_once),
		ON_A_HIERARCHY(a_cgroup_made_anew_is_another_one),
		ON_A_HIERARCHY(usage_is_fresh_and_the_rest_soon),
		ON_A_HIERARCHY(a_controller_enabled_later_is_seen),
		ON_A_HIERARCHY(hostile_names_are_names),
		ON_A_HIERARCHY(files_and_links_are_no_cgroups),
		ON_A_HIERARCHY(a_tree_200_deep_is_read_whole),
		ON_A_HIERARCHY(paths_beyond_path_max_are_left_out),
		ON_A_HIERARCHY(siblings_5000_are_read_whole),
		ON_A_HIERARCHY(denied_and_absent_files_are_unknown),
		ON_A_HIERARCHY(a_denied_directory_is_a_row_without_children),
		ON_A_HIERARCHY(running_out_of_descriptors_only_costs_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
