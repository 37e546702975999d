#include "oomspect/snapshot.h"

#include "oomspect/cgroup_paths.h"

#include "support.h"

/* AddressSanitizer ends a program whose allocation fails, unless asked not to. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static const struct find_case {
	const char *claim;
	pid_t pids[5];
	size_t count;
	pid_t wanted;
	int index; /* -1: none */
} find_cases[] = {
	{ "nothing is found among none", { 0 }, 0, 1, -1 },
	{ "the only one", { 5 }, 1, 5, 0 },
	{ "below the only one", { 5 }, 1, 4, -1 },
	{ "above the only one", { 5 }, 1, 6, -1 },
	{ "the first", { 1, 3, 5, 7, 9 }, 5, 1, 0 },
	{ "the middle", { 1, 3, 5, 7, 9 }, 5, 5, 2 },
	{ "the last", { 1, 3, 5, 7, 9 }, 5, 9, 4 },
	{ "between two", { 1, 3, 5, 7, 9 }, 5, 4, -1 },
	{ "above the last", { 1, 3, 5, 7, 9 }, 5, 10, -1 },
	{ "the largest pid there can be", { 1, 3, 5, 7, INT32_MAX }, 5, INT32_MAX, 4 },
};

static void finds_a_pid(void **state)
{
	const struct find_case *row = *state;
	struct task tasks[5];
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	for (size_t i = 0; i < row->count; i++)
		tasks[i] = proc_unknown(row->pids[i]);
	snapshot.tasks = tasks;
	snapshot.count = row->count;
	const struct task *found = snapshot_find(&snapshot, row->wanted);
	assert_ptr_equal(found, row->index < 0 ? NULL : &tasks[row->index]);
}

static void room_is_made_once_and_keeps_what_is_there(void **state)
{
	struct snapshot snapshot;
	(void)state;
	snapshot_init(&snapshot);
	assert_int_equal(snapshot_reserve(&snapshot, 10, NULL), ERR_OK);
	assert_true(snapshot.capacity >= 10);
	snapshot.tasks[9] = proc_unknown(4711);
	size_t capacity = snapshot.capacity;
	const struct task *tasks = snapshot.tasks;
	assert_int_equal(snapshot_reserve(&snapshot, capacity, NULL), ERR_OK);
	assert_ptr_equal(snapshot.tasks, tasks);
	assert_int_equal(snapshot_reserve(&snapshot, capacity + 1, NULL), ERR_OK);
	assert_true(snapshot.capacity > capacity);
	assert_int_equal(snapshot.tasks[9].pid, 4711);
	snapshot_release(&snapshot);
}

static void room_that_cannot_be_had_leaves_it_as_it_was(void **state)
{
	struct snapshot snapshot;
	struct err err;
	(void)state;
	snapshot_init(&snapshot);
	assert_int_equal(snapshot_reserve(&snapshot, 10, &err), ERR_OK);
	struct snapshot before = snapshot;
	assert_int_equal(snapshot_reserve(&snapshot, SIZE_MAX / 4, &err), ERR_NO_MEMORY);
	assert_memory_equal(&snapshot, &before, sizeof(snapshot));
	snapshot_release(&snapshot);
}

static void an_empty_snapshot_may_be_released_again_and_again(void **state)
{
	struct snapshot snapshot;
	(void)state;
	snapshot_init(&snapshot);
	snapshot_release(&snapshot);
	snapshot_release(&snapshot);
	assert_null(snapshot.tasks);
	assert_int_equal(snapshot.count, 0);
}

static void a_task_has_the_path_of_its_cgroup(void **state)
{
	struct cgroup_paths *paths = cgroup_paths_new();
	struct task task = proc_unknown(5);
	struct snapshot snapshot;
	(void)state;
	assert_non_null(paths);
	snapshot_init(&snapshot);
	assert_null(snapshot_cgroup(&snapshot, &task));
	snapshot.paths = paths;
	assert_null(snapshot_cgroup(&snapshot, &task));
	task.cgroup = cgroup_paths_id(paths, "/a");
	assert_string_equal(snapshot_cgroup(&snapshot, &task), "/a");
	cgroup_paths_free(paths);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_made_once_and_keeps_what_is_there),
		cmocka_unit_test(room_that_cannot_be_had_leaves_it_as_it_was),
		cmocka_unit_test(an_empty_snapshot_may_be_released_again_and_again),
		cmocka_unit_test(a_task_has_the_path_of_its_cgroup),
	};
	return run_rows("find", find_cases, finds_a_pid) +
	       cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
