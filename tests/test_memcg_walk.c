#include "support.h"

#include "support_machine.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void only_cgroups_with_memory_are_rows_on_v2(void **state)
{
	struct machine *machine = *state;
	machine_put(machine, ".", "cgroup.controllers", "memory\n");
	machine_put(machine, "with", "memory.current", "1\n");
	machine_put(machine, "with/without", "cgroup.procs", "");
	machine_put(machine, "without/deep", "cgroup.procs", "");
	machine_open(machine, V2_MOUNT);
	assert_int_equal(machine->tree.count, 2);
	assert_string_equal(
		machine->tree.rows[memcg_tree_find(&machine->tree, "/with/without")].path, "/with");
	assert_string_equal(
		machine->tree.rows[memcg_tree_find(&machine->tree, "/without/deep")].path, "/");
}

static void siblings_stand_in_the_order_of_creation(void **state)
{
	struct machine *machine = *state;
	static const char *const names[] = { "m", "z", "a", "k", "b" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		machine_put_v1(machine, names[i], "1\n", "max\n");
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, ARRAY_SIZE(names) + 1);
	assert_consistent(&machine->tree);
}

static void new_and_removed_cgroups_are_seen_at_once(void **state)
{
	struct machine *machine = *state;
	machine_put_v1(machine, "a/x", "1\n", "max\n");
	machine_put_v1(machine, "b/y", "2\n", "max\n");
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, 5);
	machine_put_v1(machine, "b/y/new/deep", "3\n", "max\n");
	machine_read(machine);
	assert_int_equal(machine->tree.count, 7);
	assert_amount(machine_row(machine, "/b/y/new/deep")->usage, AMOUNT_BYTES, 3);
	assert_consistent(&machine->tree);
	tree_drop(&machine->files, "cg/b");
	machine_read(machine);
	assert_int_equal(machine->tree.count, 3);
	assert_false(machine_has(machine, "/b"));
	assert_true(machine_has(machine, "/a/x"));
	assert_consistent(&machine->tree);
}

static void a_cgroup_made_anew_is_another_one(void **state)
{
	struct machine *machine = *state;
	machine_put_v1(machine, "a", "1\n", "100\n");
	machine_put_v1(machine, "keeps-the-inode-busy", "1\n", "max\n");
	machine_open(machine, V1_MOUNT);
	char from[PATH_MAX], to[PATH_MAX];
	snprintf(from, sizeof(from), "%s/cg/a", machine->files.path);
	snprintf(to, sizeof(to), "%s/old", machine->files.path);
	assert_int_equal(rename(from, to), 0);
	machine_put_v1(machine, "a", "2\n", "200\n");
	machine_read(machine);
	assert_amount(machine_row(machine, "/a")->usage, AMOUNT_BYTES, 2);
	assert_amount(machine_row(machine, "/a")->limit, AMOUNT_BYTES, 200);
}

static void usage_is_fresh_and_the_rest_soon(void **state)
{
	struct machine *machine = *state;
	machine_put_v1(machine, "a", "1\n", "100\n");
	machine_put(machine, "a", "memory.swappiness", "60\n");
	machine_open(machine, V1_MOUNT);
	machine_put_v1(machine, "a", "2\n", "200\n");
	machine_put(machine, "a", "memory.swappiness", "0\n");
	machine_read(machine);
	assert_amount(machine_row(machine, "/a")->usage, AMOUNT_BYTES, 2);
	assert_amount(machine_row(machine, "/a")->limit, AMOUNT_BYTES, 200);
	for (int i = 0; i < 8; i++)
		machine_read(machine);
	assert_int_equal(machine_row(machine, "/a")->swappiness, 0);
}

static void a_controller_enabled_later_is_seen(void **state)
{
	struct machine *machine = *state;
	machine_put(machine, ".", "cgroup.controllers", "memory\n");
	tree_dir(&machine->files, "cg/a");
	machine_open(machine, V2_MOUNT);
	assert_int_equal(machine->tree.count, 1);
	machine_put(machine, "a", "memory.current", "1\n");
	for (int i = 0; i < 16; i++)
		machine_read(machine);
	assert_true(machine_has(machine, "/a"));
}

static void hostile_names_are_names(void **state)
{
	struct machine *machine = *state;
	static const char *const names[] = { "a:b", "new\nline", "\x1b[31mred", "\xff\xfe", " ",
		"...", "-", "memory.usage_in_bytes (deleted)", "\"quoted\"", "back\\slash",
		"%s%n" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		machine_put_v1(machine, names[i], "1\n", "max\n");
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, ARRAY_SIZE(names) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[300];
		snprintf(path, sizeof(path), "/%s", names[i]);
		assert_amount(machine_row(machine, path)->usage, AMOUNT_BYTES, 1);
	}
}

static void files_and_links_are_no_cgroups(void **state)
{
	struct machine *machine = *state;
	machine_put_v1(machine, "a", "1\n", "max\n");
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/cg/link", machine->files.path);
	assert_int_equal(symlink("a", path), 0);
	snprintf(path, sizeof(path), "%s/cg/a/loop", machine->files.path);
	assert_int_equal(symlink("..", path), 0);
	snprintf(path, sizeof(path), "%s/cg/fifo", machine->files.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, 2);
}

static void a_tree_200_deep_is_read_whole(void **state)
{
	struct machine *machine = *state;
	char path[PATH_MAX] = "";
	for (int depth = 0; depth < 200; depth++)
		strcat(path, depth ? "/twelve-bytes" : "twelve-bytes");
	machine_put_v1(machine, path, "7\n", "max\n");
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, 201);
	assert_int_equal(machine->tree.rows[200].depth, 200);
	assert_amount(machine->tree.rows[200].usage, AMOUNT_BYTES, 7);
	assert_consistent(&machine->tree);
}

/* Paths that /proc/PID/cgroup cannot hold end the walk, and nothing worse. */
static void paths_beyond_path_max_are_left_out(void **state)
{
	struct machine *machine = *state;
	char name[256], top[PATH_MAX];
	memset(name, 'n', 255);
	name[255] = '\0';
	tree_dir(&machine->files, "cg");
	snprintf(top, sizeof(top), "%s/cg", machine->files.path);
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
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, 16);
	assert_int_equal(machine->tree.left_out, 1);
	assert_consistent(&machine->tree);
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
	struct machine *machine = *state;
	char name[32];
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "cg/s%d", i);
		tree_dir(&machine->files, name);
	}
	machine_open(machine, V1_MOUNT);
	assert_int_equal(machine->tree.count, 5001);
	assert_consistent(&machine->tree);
}

/* Runs `what` as a user without privileges. */
static bool as_nobody(void (*what)(struct machine *machine), struct machine *machine)
{
	if (geteuid() != 0 || seteuid(65534) != 0)
		return false;
	what(machine);
	assert_int_equal(seteuid(0), 0);
	return true;
}

static void denied_and_absent_files_are_unknown(void **state)
{
	struct machine *machine = *state;
	char path[PATH_MAX];
	machine_put_v1(machine, "denied", "1\n", "100\n");
	machine_put_v1(machine, "absent", "1\n", "100\n");
	machine_put_v1(machine, "a-dir", "1\n", "100\n");
	snprintf(path, sizeof(path), "%s/cg/denied/memory.limit_in_bytes", machine->files.path);
	assert_int_equal(chmod(path, 0), 0);
	tree_drop(&machine->files, "cg/absent/memory.limit_in_bytes");
	tree_drop(&machine->files, "cg/a-dir/memory.limit_in_bytes");
	tree_dir(&machine->files, "cg/a-dir/memory.limit_in_bytes/x");
	tree_open(&machine->files, V1_MOUNT, &machine->root);
	assert_int_equal(memcg_tree_open(&machine->tree, &machine->root, NULL), ERR_OK);
	if (!as_nobody(machine_read, machine))
		skip_because("only root can give up its privileges");
	assert_amount(machine_row(machine, "/denied")->limit, AMOUNT_UNKNOWN, 0);
	assert_amount(machine_row(machine, "/denied")->usage, AMOUNT_BYTES, 1);
	assert_amount(machine_row(machine, "/denied")->effective_limit, AMOUNT_UNKNOWN, 0);
	assert_amount(machine_row(machine, "/absent")->limit, AMOUNT_UNKNOWN, 0);
	assert_amount(machine_row(machine, "/a-dir")->limit, AMOUNT_UNKNOWN, 0);
}

static void a_denied_directory_is_a_row_without_children(void **state)
{
	struct machine *machine = *state;
	char path[PATH_MAX];
	machine_put_v1(machine, "shut/inner", "1\n", "100\n");
	snprintf(path, sizeof(path), "%s/cg/shut", machine->files.path);
	assert_int_equal(chmod(path, 0), 0);
	tree_open(&machine->files, V1_MOUNT, &machine->root);
	assert_int_equal(memcg_tree_open(&machine->tree, &machine->root, NULL), ERR_OK);
	if (!as_nobody(machine_read, machine))
		skip_because("only root can give up its privileges");
	assert_int_equal(machine->tree.count, 2);
	assert_int_equal(machine->tree.left_out, 1);
	machine_read(machine);
	assert_true(machine_has(machine, "/shut/inner"));
}

static void running_out_of_descriptors_only_costs_time(void **state)
{
	struct machine *machine = *state;
	struct rlimit before, few;
	char name[32];
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		machine_put_v1(machine, name, "5\n", "100\n");
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	machine_open(machine, V1_MOUNT);
	/* The rest of the program takes all that is left, and one more is needed at a time. */
	int taken[64], count = 0;
	while (count < 64 && (taken[count] = dup(0)) >= 0)
		count++;
	for (int i = 0; i < 10; i++)
		machine_read(machine);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "/c%d", i);
		assert_amount(machine_row(machine, name)->limit, AMOUNT_BYTES, 100);
	}
	while (count > 0)
		close(taken[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_MACHINE(only_cgroups_with_memory_are_rows_on_v2),
		ON_A_MACHINE(siblings_stand_in_the_order_of_creation),
		ON_A_MACHINE(new_and_removed_cgroups_are_seen_at_once),
		ON_A_MACHINE(a_cgroup_made_anew_is_another_one),
		ON_A_MACHINE(usage_is_fresh_and_the_rest_soon),
		ON_A_MACHINE(a_controller_enabled_later_is_seen),
		ON_A_MACHINE(hostile_names_are_names),
		ON_A_MACHINE(files_and_links_are_no_cgroups),
		ON_A_MACHINE(a_tree_200_deep_is_read_whole),
		ON_A_MACHINE(paths_beyond_path_max_are_left_out),
		ON_A_MACHINE(siblings_5000_are_read_whole),
		ON_A_MACHINE(denied_and_absent_files_are_unknown),
		ON_A_MACHINE(a_denied_directory_is_a_row_without_children),
		ON_A_MACHINE(running_out_of_descriptors_only_costs_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
