#include "support.h"

#include "support_hierarchy.h"

#include "oomspect/memcg_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define V1_TOP "/sys/fs/cgroup/memory"

static void no_hierarchy_is_no_error(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_open(hierarchy, "22 27 0:21 / /proc rw - proc proc rw\n");
	assert_int_equal(hierarchy->tree.version, 0);
	assert_int_equal(hierarchy->tree.count, 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/"), -1);
}

static void a_v1_hierarchy_is_found(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, ".", "4096\n", "9223372036854771712\n");
	hierarchy_put_v1(hierarchy, "a", "8192\n", "52428800\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(hierarchy->tree.version, 1);
	assert_int_equal(hierarchy->tree.count, 2);
	assert_amount(hierarchy_row(hierarchy, "/")->limit, AMOUNT_UNLIMITED, 0);
	assert_amount(hierarchy_row(hierarchy, "/a")->limit, AMOUNT_BYTES, 52428800);
	assert_consistent(&hierarchy->tree);
}

static void a_v2_hierarchy_is_found(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "cpu io memory pids\n");
	hierarchy_put(hierarchy, "a", "memory.current", "4096\n");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(hierarchy->tree.version, 2);
	assert_amount(hierarchy_row(hierarchy, "/")->usage, AMOUNT_UNKNOWN, 0);
	assert_amount(hierarchy_row(hierarchy, "/")->limit, AMOUNT_UNLIMITED, 0);
	assert_amount(hierarchy_row(hierarchy, "/a")->usage, AMOUNT_BYTES, 4096);
}

static void cgroup2_without_memory_is_not_it(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "hugetlb\n");
	files_put(&hierarchy->files, "v1/memory.usage_in_bytes", "4096\n");
	hierarchy_open(hierarchy, V2_MOUNT "36 31 0:33 / /v1 rw - cgroup cgroup rw,memory\n");
	assert_int_equal(hierarchy->tree.version, 1);
	assert_amount(hierarchy_row(hierarchy, "/")->usage, AMOUNT_BYTES, 4096);
}

static void a_mount_that_is_not_below_the_root_is_passed_over(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, ".", "4096\n", "max\n");
	hierarchy_open(
		hierarchy, "30 31 0:33 / /elsewhere rw - cgroup cgroup rw,memory\n" V1_MOUNT);
	assert_int_equal(hierarchy->tree.count, 1);
}

static void the_whole_hierarchy_is_better_than_a_part(void **state)
{
	struct hierarchy *hierarchy = *state;
	files_put(&hierarchy->files, "part/memory.usage_in_bytes", "1\n");
	hierarchy_put_v1(hierarchy, ".", "4096\n", "max\n");
	hierarchy_open(
		hierarchy, "30 31 0:33 /docker/x /part rw - cgroup cgroup rw,memory\n" V1_MOUNT);
	assert_amount(hierarchy_row(hierarchy, "/")->usage, AMOUNT_BYTES, 4096);
}

static void process_1_knows_the_mounts_of_another_root(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, ".", "4096\n", "max\n");
	files_put(&hierarchy->files, "proc/1/mountinfo",
		"35 31 0:32 /../.. /cg rw - cgroup cgroup rw,memory\n");
	hierarchy_open(hierarchy, "35 31 0:32 / /host/cg rw - cgroup cgroup rw,memory\n");
	assert_int_equal(hierarchy->tree.version, 1);
}

static void a_bind_mounted_part_is_named_as_proc_names_it(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, ".", "4096\n", "max\n");
	hierarchy_put_v1(hierarchy, "sub", "1\n", "max\n");
	hierarchy_open(hierarchy, "35 31 0:32 /docker/ID /cg rw - cgroup cgroup rw,memory\n");
	assert_string_equal(hierarchy->tree.rows[0].path, "/docker/ID");
	assert_amount(hierarchy_row(hierarchy, "/docker/ID/sub")->usage, AMOUNT_BYTES, 1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/docker/ID/none"), 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/docker/OTHER"), -1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/"), -1);
	assert_consistent(&hierarchy->tree);
}

static void a_mount_from_outside_strips_the_climb(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "system.slice", "4096\n", "max\n");
	hierarchy_open(hierarchy, "35 31 0:32 /../.. /cg rw - cgroup cgroup rw,memory\n");
	int32_t slice = memcg_tree_find(&hierarchy->tree, "/system.slice");
	assert_int_equal(slice, 1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../../system.slice"), slice);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../../system.slice/x"), slice);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../.."), 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../../../x"), -1);
}

static void a_process_beyond_the_namespace_is_in_no_row(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, ".", "4096\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../.."), -1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/../other"), -1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/..hidden"), 0);
}

static void the_nearest_ancestor_is_found(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put_v1(hierarchy, "a/b", "4096\n", "max\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	int32_t b = memcg_tree_find(&hierarchy->tree, "/a/b");
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/a/b/c/d"), b);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/a/b (deleted)"), 1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/a/bc"), 1);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/x"), 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "/"), 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, ""), 0);
	assert_int_equal(memcg_tree_find(&hierarchy->tree, "x"), -1);
}

static void the_order_of_joining_is_read_on_v2(void **state)
{
	struct hierarchy *hierarchy = *state;
	pid_t pids[2] = { 0 };
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "a", "memory.current", "1\n");
	hierarchy_put(hierarchy, "a", "cgroup.procs", "30\n7\n0\nx\n99999999999\n12\n");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(memcg_procs(&hierarchy->tree, 1, pids, 2), 4);
	assert_int_equal(pids[0], 30);
	assert_int_equal(pids[1], 7);
	assert_int_equal(memcg_procs(&hierarchy->tree, 0, pids, 2), -ENOENT);
}

/* Whose limit it was changes only with an OOM: it is not read until there was another one. */
static void local_events_are_read_after_an_oom(void **state)
{
	struct hierarchy *hierarchy = *state;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "a", "memory.current", "1\n");
	hierarchy_put(hierarchy, "a", "memory.events", "oom 1\n");
	hierarchy_put(hierarchy, "a", "memory.events.local", "oom 1\n");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(hierarchy_row(hierarchy, "/a")->events_local.oom, 1);
	hierarchy_put(hierarchy, "a", "memory.current", "2\n");
	hierarchy_put(hierarchy, "a", "memory.events.local", "oom 2\n");
	for (int i = 0; i < 9; i++) /* in turn it is not read either */
		hierarchy_read(hierarchy);
	assert_int_equal(hierarchy_row(hierarchy, "/a")->events_local.oom, 1);
	hierarchy_put(hierarchy, "a", "memory.current", "3\n");
	hierarchy_put(hierarchy, "a", "memory.events", "oom 3\n");
	hierarchy_read(hierarchy);
	assert_int_equal(hierarchy_row(hierarchy, "/a")->events_local.oom, 2);
}

static void counters_are_looked_at_again_in_a_copy(void **state)
{
	struct hierarchy *hierarchy = *state;
	struct memcg after;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "a", "memory.current", "1\n");
	hierarchy_put(hierarchy, "a", "memory.events", "oom 1\n");
	hierarchy_put(hierarchy, "a", "memory.events.local", "oom 1\n");
	hierarchy_open(hierarchy, V2_MOUNT);
	hierarchy_put(hierarchy, "a", "memory.events", "oom 2\noom_kill 5\n");
	hierarchy_put(hierarchy, "a", "memory.events.local", "oom 2\n");
	assert_true(memcg_look_again(&hierarchy->tree, "/a", &after));
	assert_int_equal(after.events.oom, 2);
	assert_int_equal(after.events.oom_kill, 5);
	assert_int_equal(after.events_local.oom, 2);
	assert_int_equal(hierarchy_row(hierarchy, "/a")->events.oom, 1);
	assert_false(memcg_look_again(&hierarchy->tree, "/a/b", &after));
	assert_false(memcg_look_again(&hierarchy->tree, "/gone", &after));
}

static void the_order_of_joining_cannot_be_had_on_v1(void **state)
{
	struct hierarchy *hierarchy = *state;
	pid_t pid;
	hierarchy_put(hierarchy, ".", "cgroup.procs", "1\n");
	hierarchy_open(hierarchy, V1_MOUNT);
	assert_int_equal(memcg_procs(&hierarchy->tree, 0, &pid, 1), -ENOTSUP);
}

static void many_processes_are_read_in_pieces(void **state)
{
	struct hierarchy *hierarchy = *state;
	enum { PROCESSES = 3000 };
	static pid_t pids[PROCESSES];
	static char text[PROCESSES * 8];
	size_t length = 0;
	for (int i = 0; i < PROCESSES; i++)
		length += (size_t)sprintf(text + length, "%d\n", 100000 + i);
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, ".", "cgroup.procs", text);
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(memcg_procs(&hierarchy->tree, 0, pids, PROCESSES), PROCESSES);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(pids[i], 100000 + i);
}

static void a_list_of_processes_without_end_is_none(void **state)
{
	struct hierarchy *hierarchy = *state;
	char path[128];
	pid_t pids[2];
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, ".", "cgroup.procs", "5\n");
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_int_equal(memcg_procs(&hierarchy->tree, 0, pids, 2), 1);
	snprintf(path, sizeof(path), "%s/cg/cgroup.procs", hierarchy->files.path);
	assert_return_code(truncate(path, (off_t)1 << 36), errno);
	assert_int_equal(memcg_procs(&hierarchy->tree, 0, pids, 2), -EFBIG);
}

/* The last number of a part may be cut, and keys may be missing. */
static void a_file_that_is_too_long_is_unknown_and_not_a_part_of_it(void **state)
{
	struct hierarchy *hierarchy = *state;
	static char text[MEMCG_FILE_TEXT_SIZE + 64];
	size_t used = (size_t)sprintf(text, "anon 4096\nfile 8192\n");
	while (used < MEMCG_FILE_TEXT_SIZE)
		used += (size_t)sprintf(text + used, "some_other_key 1234567890\n");
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "a", "memory.current", "16384\n");
	hierarchy_put(hierarchy, "a", "memory.stat", text);
	hierarchy_open(hierarchy, V2_MOUNT);
	assert_amount(hierarchy_row(hierarchy, "/a")->anon, AMOUNT_UNKNOWN, 0);
	text[MEMCG_FILE_TEXT_SIZE - 1] = '\0';
	hierarchy_put(hierarchy, "b", "memory.current", "16384\n");
	hierarchy_put(hierarchy, "b", "memory.stat", text);
	hierarchy_read(hierarchy);
	assert_amount(hierarchy_row(hierarchy, "/b")->anon, AMOUNT_BYTES, 4096);
}

/* A user may mount something of their own with a name that ends like another mount. */
static void the_rest_of_a_long_line_is_no_mount(void **state)
{
	struct hierarchy *hierarchy = *state;
	static char mounts[3 * ROOT_LINE_MAX];
	static const char forged[] = " 35 31 0:32 / /evil rw - cgroup cgroup rw,memory\n";
	for (size_t cut = 1024; cut <= 2 * ROOT_LINE_MAX; cut *= 2) {
		size_t used = (size_t)sprintf(mounts, "20 1 0:9 / /mnt rw - fuse ");
		memset(mounts + used, 'x', cut - used - 1);
		strcpy(mounts + cut - 1, forged); /* at the beginning of another piece */
		hierarchy_put(hierarchy, "../evil", "memory.usage_in_bytes", "4096\n");
		files_open(&hierarchy->files, mounts, &hierarchy->root);
		assert_int_equal(memcg_tree_open(&hierarchy->tree, &hierarchy->root, NULL), ERR_OK);
		assert_int_equal(hierarchy->tree.version, 0);
		root_release(&hierarchy->root);
	}
}

/* The live machine against a recomputation that shares no code. */
static uint64_t number_in(const char *directory, const char *file, const char *key)
{
	char path[PATH_MAX], word[128];
	unsigned long long number, found = UINT64_MAX;
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	FILE *stream = fopen(path, "re");
	if (!stream)
		return UINT64_MAX;
	if (!key && fscanf(stream, "%llu", &number) == 1)
		found = number;
	while (key && fscanf(stream, "%127s %llu", word, &number) == 2)
		if (strcmp(word, key) == 0)
			found = number;
	fclose(stream);
	return found;
}

static bool amount_is(struct amount amount, uint64_t number)
{
	return number >> 62 ? amount.kind == AMOUNT_UNLIMITED
			    : amount.kind == AMOUNT_BYTES && amount.bytes == number;
}

/* The limit of the level with the least headroom, from `directory` upwards. */
static uint64_t binding_limit(const char *directory)
{
	char path[PATH_MAX];
	uint64_t binding = UINT64_MAX, least = UINT64_MAX;
	snprintf(path, sizeof(path), "%s", directory);
	while (strlen(path) >= strlen(V1_TOP)) {
		uint64_t limit = number_in(path, "memory.limit_in_bytes", NULL);
		uint64_t usage = number_in(path, "memory.usage_in_bytes", NULL);
		uint64_t headroom = limit > usage ? limit - usage : 0;
		if (limit >> 62 == 0 && headroom < least) {
			least = headroom;
			binding = limit;
		}
		*strrchr(path, '/') = '\0';
	}
	return binding;
}

/* A cgroup that moves between the two looks does not agree. */
static bool agrees(const struct memcg *row, const char *directory)
{
	uint64_t usage = number_in(directory, "memory.usage_in_bytes", NULL);
	uint64_t limit = number_in(directory, "memory.limit_in_bytes", NULL);
	uint64_t lowest = number_in(directory, "memory.stat", "hierarchical_memory_limit");
	uint64_t kills = number_in(directory, "memory.oom_control", "oom_kill");
	uint64_t reclaimable = number_in(directory, "memory.stat", "total_inactive_file") +
			       number_in(directory, "memory.stat", "total_active_file");
	uint64_t unclean = number_in(directory, "memory.stat", "total_dirty") +
			   number_in(directory, "memory.stat", "total_writeback");
	reclaimable = reclaimable > unclean ? reclaimable - unclean : 0;
	return amount_is(row->usage, usage) && amount_is(row->limit, limit) &&
	       amount_is(row->hierarchical_limit, lowest) &&
	       amount_is(row->effective_limit, binding_limit(directory)) &&
	       (uint64_t)row->events.oom_kill == kills &&
	       amount_is(row->reclaimable, reclaimable < usage ? reclaimable : usage);
}

/* How many cgroups agree with their files, of which a few may be busy all the time. */
static size_t count_agreeing(const struct memcg_tree *tree)
{
	char directory[PATH_MAX];
	size_t agreeing = 0;
	for (size_t i = 0; i < tree->count; i++) {
		snprintf(directory, sizeof(directory), "/sys/fs/cgroup/memory%s",
			tree->rows[i].path);
		agreeing += agrees(&tree->rows[i], directory);
	}
	return agreeing;
}

/* Of the cgroup that we are in, as a directory; false when it is not on v1. */
static bool own_directory(char *buffer, size_t size)
{
	char line[PATH_MAX];
	FILE *stream = fopen("/proc/self/cgroup", "re");
	const char *path = NULL;
	while (stream && !path && fgets(line, sizeof(line), stream))
		path = strstr(line, ":memory:");
	if (stream)
		fclose(stream);
	if (path)
		snprintf(buffer, size, V1_TOP "%.*s/oomspect-order-%d",
			(int)strcspn(path + 8, "\n"), path + 8, (int)getpid());
	return path != NULL;
}

static void live_siblings_stand_in_the_order_of_creation(void **state)
{
	struct hierarchy *hierarchy = *state;
	static const char *const names[] = { "m", "z", "a", "k", "b" };
	char top[PATH_MAX], path[PATH_MAX + 8];
	if (!own_directory(top, sizeof(top)) || mkdir(top, 0755) != 0)
		skip_because("no v1 memory cgroup can be made");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, names[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	assert_int_equal(root_open(&hierarchy->root, "/", NULL), ERR_OK);
	assert_int_equal(memcg_tree_open(&hierarchy->tree, &hierarchy->root, NULL), ERR_OK);
	hierarchy_read(hierarchy);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, names[i]);
		rmdir(path);
	}
	rmdir(top);
	int32_t first = memcg_tree_find(&hierarchy->tree, top + strlen(V1_TOP)) + 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(
			strrchr(hierarchy->tree.rows[first + (int32_t)i].path, '/') + 1, names[i]);
}

static void the_live_machine_agrees_with_its_files(void **state)
{
	struct hierarchy *hierarchy = *state;
	const struct memcg_tree *tree = &hierarchy->tree;
	size_t best = 0;
	assert_int_equal(root_open(&hierarchy->root, "/", NULL), ERR_OK);
	assert_int_equal(memcg_tree_open(&hierarchy->tree, &hierarchy->root, NULL), ERR_OK);
	if (tree->version != 1 || access(V1_TOP "/memory.usage_in_bytes", R_OK) != 0)
		skip_because("no v1 memory hierarchy at " V1_TOP);
	for (int tries = 0; tries < 100 && (best == 0 || best < tree->count); tries++) {
		hierarchy_read(hierarchy);
		size_t agreeing = count_agreeing(tree);
		best = agreeing > best ? agreeing : best;
	}
	print_message("%zu of %zu cgroups agree\n", best, tree->count);
	assert_true(best + 3 + tree->count / 4 >= tree->count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_HIERARCHY(no_hierarchy_is_no_error),
		ON_A_HIERARCHY(a_v1_hierarchy_is_found),
		ON_A_HIERARCHY(a_v2_hierarchy_is_found),
		ON_A_HIERARCHY(cgroup2_without_memory_is_not_it),
		ON_A_HIERARCHY(a_mount_that_is_not_below_the_root_is_passed_over),
		ON_A_HIERARCHY(the_whole_hierarchy_is_better_than_a_part),
		ON_A_HIERARCHY(process_1_knows_the_mounts_of_another_root),
		ON_A_HIERARCHY(a_bind_mounted_part_is_named_as_proc_names_it),
		ON_A_HIERARCHY(a_mount_from_outside_strips_the_climb),
		ON_A_HIERARCHY(a_process_beyond_the_namespace_is_in_no_row),
		ON_A_HIERARCHY(the_nearest_ancestor_is_found),
		ON_A_HIERARCHY(the_order_of_joining_is_read_on_v2),
		ON_A_HIERARCHY(local_events_are_read_after_an_oom),
		ON_A_HIERARCHY(counters_are_looked_at_again_in_a_copy),
		ON_A_HIERARCHY(the_order_of_joining_cannot_be_had_on_v1),
		ON_A_HIERARCHY(many_processes_are_read_in_pieces),
		ON_A_HIERARCHY(a_list_of_processes_without_end_is_none),
		ON_A_HIERARCHY(a_file_that_is_too_long_is_unknown_and_not_a_part_of_it),
		ON_A_HIERARCHY(the_rest_of_a_long_line_is_no_mount),
		ON_A_HIERARCHY(live_siblings_stand_in_the_order_of_creation),
		ON_A_HIERARCHY(the_live_machine_agrees_with_its_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
