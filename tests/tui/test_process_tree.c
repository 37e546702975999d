/* The tree of processes by parent, over lists made up in memory. */
#include "support.h"

#include "model/process_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROCESSES_MAX 8
#define MANY          50000
#define TEXT_SIZE     256

struct process {
	pid_t pid, ppid;
	uint64_t start_ticks; /* 0: as old as its pid says */
	bool unlisted;        /* known, but not in the list */
};

struct tree_row {
	const char *claim;
	struct process processes[PROCESSES_MAX]; /* in the order of the list */
	bool by_best;
	pid_t folds[PROCESSES_MAX];
	const char *shown; /* a dot a level, "+N" what is folded */
};

static const struct tree_row tree_rows[] = {
	{ "children hang below their parent, in the order of the list",
		{ { 4, 1, 0, 0 }, { 1, 0, 0, 0 }, { 3, 4, 0, 0 }, { 2, 1, 0, 0 }, { 5, 4, 0, 0 } },
		false, { 0 }, "1 .4 ..5 .2 3" },
	{ "siblings keep the order of the list",
		{ { 9, 1, 0, 0 }, { 7, 1, 0, 0 }, { 8, 1, 0, 0 }, { 1, 0, 0, 0 } }, false, { 0 },
		"1 .9 .7 .8" },
	{ "by the best, a branch stands where its first process would",
		{ { 7, 5, 0, 0 }, { 4, 1, 0, 0 }, { 1, 0, 0, 0 }, { 5, 1, 0, 0 } }, true, { 0 },
		"1 .5 ..7 .4" },
	{ "by itself it stands where it would alone",
		{ { 7, 5, 0, 0 }, { 4, 1, 0, 0 }, { 1, 0, 0, 0 }, { 5, 1, 0, 0 } }, false, { 0 },
		"1 .4 .5 ..7" },
	{ "without a parent in the list it is a root",
		{ { 7, 5, 0, 0 }, { 5, 1, 0, true }, { 8, 99, 0, 0 }, { 9, 0, 0, 0 } }, false,
		{ 0 }, "7 8 9" },
	{ "an ancestor further up is no parent",
		{ { 7, 5, 0, 0 }, { 5, 1, 0, true }, { 1, 0, 0, 0 } }, false, { 0 }, "7 1" },
	{ "the parent's number was taken by a younger process",
		{ { 5, 3, 50, 0 }, { 3, 1, 90, 0 }, { 1, 0, 1, 0 } }, false, { 0 }, "5 1 .3" },
	{ "a child of the same tick, whose pid went round, is a child",
		{ { 300, 32767, 70, 0 }, { 32767, 0, 70, 0 } }, false, { 0 }, "32767 .300" },
	{ "its own parent", { { 5, 5, 0, 0 }, { 6, 5, 0, 0 } }, false, { 0 }, "5 .6" },
	{ "each other's parent", { { 5, 6, 1, 0 }, { 6, 5, 1, 0 }, { 7, 6, 1, 0 } }, false, { 0 },
		"5 .6 ..7" },
	{ "a circle with a tail that comes first",
		{ { 8, 5, 1, 0 }, { 5, 6, 1, 0 }, { 6, 7, 1, 0 }, { 7, 5, 1, 0 } }, true, { 0 },
		"5 .8 .7 ..6" },
	{ "a negative parent", { { 5, -5, 0, 0 } }, false, { 0 }, "5" },
	{ "what is folded is counted",
		{ { 1, 0, 0, 0 }, { 4, 1, 0, 0 }, { 5, 4, 0, 0 }, { 6, 5, 0, 0 }, { 7, 1, 0, 0 } },
		false, { 4 }, "1 .4+2 .7" },
	{ "a fold in a fold is counted once",
		{ { 1, 0, 0, 0 }, { 4, 1, 0, 0 }, { 5, 4, 0, 0 }, { 6, 5, 0, 0 }, { 7, 1, 0, 0 } },
		false, { 1, 5 }, "1+4" },
	{ "without children nothing is folded", { { 1, 0, 0, 0 }, { 4, 1, 0, 0 } }, false, { 4 },
		"1 .4" },
	{ "nobody", { { 0 } }, false, { 0 }, "" },
};

/* A list of processes and what it is made of. */
struct forest {
	struct snapshot snapshot;
	struct ranking_row *ranked;
	const struct ranking_row **rows;
	size_t count;
	struct marks folds;
	struct process_tree tree;
};

static int by_pid(const void *a, const void *b)
{
	return ((const struct task *)a)->pid - ((const struct task *)b)->pid;
}

static void forest_init(struct forest *forest, const struct process *processes, size_t count)
{
	*forest = (struct forest){ 0 };
	process_tree_init(&forest->tree);
	forest->snapshot.tasks = calloc(count + 1, sizeof(struct task));
	forest->ranked = calloc(count + 1, sizeof(*forest->ranked));
	forest->rows = calloc(count + 1, sizeof(*forest->rows));
	assert_true(forest->snapshot.tasks && forest->ranked && forest->rows);
	for (size_t i = 0; i < count; i++) {
		struct task *task = &forest->snapshot.tasks[forest->snapshot.count++];
		*task = proc_unknown(processes[i].pid);
		task->ppid = processes[i].ppid;
		task->start_ticks = processes[i].start_ticks ? processes[i].start_ticks
							     : (uint64_t)processes[i].pid;
	}
	qsort(forest->snapshot.tasks, count, sizeof(struct task), by_pid);
	for (size_t i = 0; i < count; i++) {
		if (processes[i].unlisted)
			continue;
		struct ranking_row *row = &forest->ranked[forest->count];
		*row = (struct ranking_row){ .mem_pages = 10 };
		row->task = snapshot_find(&forest->snapshot, processes[i].pid);
		forest->rows[forest->count++] = row;
	}
}

static void forest_release(struct forest *forest)
{
	process_tree_release(&forest->tree);
	marks_release(&forest->folds);
	free(forest->rows);
	free(forest->ranked);
	free(forest->snapshot.tasks);
}

static void fold(struct forest *forest, pid_t pid)
{
	const struct task *task = snapshot_find(&forest->snapshot, pid);
	assert_non_null(task);
	assert_int_equal(marks_add_task(&forest->folds, task, NULL), ERR_OK);
}

static void arrange(struct forest *forest, bool by_best, pid_t next_victim)
{
	struct process_tree_wish wish = { &forest->folds, by_best, next_victim };
	assert_int_equal(process_tree_arrange(&forest->tree, &forest->snapshot, &wish, forest->rows,
				 &forest->count, NULL),
		ERR_OK);
}

static void print(const struct forest *forest, char text[TEXT_SIZE])
{
	text[0] = '\0';
	for (size_t i = 0; i < forest->count; i++) {
		const struct process_branch *branch = &forest->tree.branches[i];
		size_t used = strlen(text);
		used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s%.*s%d", i ? " " : "",
			branch->branch.depth, "........", (int)forest->rows[i]->task->pid);
		if (branch->folded)
			snprintf(text + used, TEXT_SIZE - used, "+%u", branch->hidden);
	}
}

static void check_tree(void **state)
{
	const struct tree_row *row = *state;
	struct forest forest;
	char text[TEXT_SIZE];
	size_t count = 0;
	while (count < PROCESSES_MAX && row->processes[count].pid)
		count++;
	forest_init(&forest, row->processes, count);
	for (size_t i = 0; i < PROCESSES_MAX && row->folds[i]; i++)
		fold(&forest, row->folds[i]);
	arrange(&forest, row->by_best, 0);
	print(&forest, text);
	assert_string_equal(text, row->shown);
	forest_release(&forest);
}

static void what_is_folded_is_found_where_it_is_shown(void **state)
{
	static const struct process processes[] = { { 1, 0, 0, 0 }, { 4, 1, 0, 0 }, { 5, 4, 0, 0 },
		{ 6, 5, 0, 0 }, { 7, 1, 0, 0 } };
	struct forest forest;
	(void)state;
	forest_init(&forest, processes, ARRAY_SIZE(processes));
	fold(&forest, 4);
	arrange(&forest, false, 6);
	assert_int_equal(process_tree_find(&forest.tree, 4, 4), 1);
	assert_int_equal(process_tree_find(&forest.tree, 6, 6), 1);
	assert_int_equal(process_tree_find(&forest.tree, 7, 7), 2);
	assert_int_equal(process_tree_find(&forest.tree, 7, 8), -1);
	assert_true(forest.tree.branches[1].hides_next);
	assert_int_equal(forest.tree.branches[1].hidden_pages, 20);
	assert_false(forest.tree.branches[0].hides_next);
	forest_release(&forest);
}

static void lines_go_on_where_a_sibling_follows(void **state)
{
	static const struct process processes[] = { { 1, 0, 0, 0 }, { 4, 1, 0, 0 }, { 5, 4, 0, 0 },
		{ 6, 5, 0, 0 }, { 7, 1, 0, 0 } };
	static const uint32_t lines[] = { 0, 1, 2, 4, 0 };
	struct forest forest;
	(void)state;
	forest_init(&forest, processes, ARRAY_SIZE(processes));
	arrange(&forest, false, 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(forest.tree.branches[i].branch.lines, lines[i]);
	forest_release(&forest);
}

static void everything_is_folded_from_a_depth_on(void **state)
{
	static const struct process processes[] = { { 1, 0, 0, 0 }, { 4, 1, 0, 0 }, { 5, 4, 0, 0 },
		{ 6, 5, 0, 0 }, { 7, 1, 0, 0 } };
	struct forest forest;
	char text[TEXT_SIZE];
	(void)state;
	forest_init(&forest, processes, ARRAY_SIZE(processes));
	arrange(&forest, false, 0);
	assert_int_equal(
		process_tree_fold_all(&forest.tree, &forest.snapshot, 1, &forest.folds, NULL),
		ERR_OK);
	assert_int_equal(forest.folds.count, 2);
	arrange(&forest, false, 0);
	print(&forest, text);
	assert_string_equal(text, "1 .4+2 .7");
	forest_release(&forest);
}

/* Always the same numbers. */
static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % limit;
}

static void assert_whole(const struct forest *forest, size_t all)
{
	size_t seen = forest->count;
	for (size_t i = 0; i < forest->count; i++) {
		const struct process_branch *branch = &forest->tree.branches[i];
		int32_t before = i ? forest->tree.branches[i - 1].branch.depth : -1;
		assert_in_range(branch->branch.depth, 0, before + 1);
		assert_true(branch->parent || !branch->folded);
		seen += branch->hidden;
	}
	assert_int_equal(seen, all);
}

static void forged_parents_lose_nobody(void **state)
{
	struct process processes[300];
	uint32_t seed = 1;
	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		struct forest forest;
		size_t count = 1 + random_below(&seed, ARRAY_SIZE(processes));
		for (size_t i = 0; i < count; i++)
			processes[i] = (struct process){ (pid_t)i + 1,
				(pid_t)random_below(&seed, (uint32_t)count + 2),
				1 + random_below(&seed, 3), false };
		forest_init(&forest, processes, count);
		for (size_t i = 0; i < count; i += 1 + random_below(&seed, 9))
			fold(&forest, (pid_t)i + 1);
		arrange(&forest, round % 2, 0);
		assert_whole(&forest, count);
		forest_release(&forest);
	}
}

struct many_row {
	const char *claim;
	pid_t (*parent)(pid_t pid);
};

static pid_t the_one_before(pid_t pid)
{
	return pid - 1;
}

static pid_t the_one_after(pid_t pid)
{
	return pid % MANY + 1;
}

static pid_t the_first(pid_t pid)
{
	return pid > 1;
}

static pid_t the_half(pid_t pid)
{
	return pid / 2;
}

static const struct many_row many_rows[] = {
	{ "each the child of the one before", the_one_before },
	{ "all in one circle", the_one_after },
	{ "all children of one", the_first },
	{ "each with two children", the_half },
};

/* What is not linear takes many times as long: 0.02 s here, a quadratic walk 5 s. */
static void check_many(void **state)
{
	const struct many_row *row = *state;
	struct process *processes = calloc(MANY, sizeof(*processes));
	struct forest forest;
	assert_non_null(processes);
	for (pid_t pid = 1; pid <= MANY; pid++)
		processes[MANY - pid] = (struct process){ pid, row->parent(pid), 1, false };
	forest_init(&forest, processes, MANY);
	clock_t start = clock();
	arrange(&forest, true, 0);
	assert_int_equal(
		process_tree_fold_all(&forest.tree, &forest.snapshot, 1, &forest.folds, NULL),
		ERR_OK);
	assert_whole(&forest, MANY);
	const struct process_node *nodes = forest.tree.nodes;
	arrange(&forest, true, 0);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 2);
	assert_whole(&forest, MANY);
	assert_ptr_equal(forest.tree.nodes, nodes); /* the memory of the first time does */
	forest_release(&forest);
	free(processes);
}

static void branches_keep_to_their_room(void **state)
{
	struct grid grid;
	(void)state;
	grid_init(&grid, true);
	assert_int_equal(grid_resize(&grid, 1, 200, NULL), ERR_OK);
	for (int32_t depth = 0; depth < 100; depth++)
		for (int room = 0; room < 120; room++) {
			struct branch branch = { depth, 0x55555555 };
			struct pen pen = grid_pen(&grid, 0, 0);
			branch_put(&pen, STYLE_NORMAL, branch, room);
			assert_int_equal(pen.col, branch_width(branch, room));
			assert_in_range(pen.col, 0, room < 6 ? 5 : room / 2 + 2);
		}
	grid_release(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_folded_is_found_where_it_is_shown),
		cmocka_unit_test(lines_go_on_where_a_sibling_follows),
		cmocka_unit_test(everything_is_folded_from_a_depth_on),
		cmocka_unit_test(forged_parents_lose_nobody),
		cmocka_unit_test(branches_keep_to_their_room),
	};
	return run_rows("trees", tree_rows, check_tree) +
	       run_rows("many processes", many_rows, check_many) +
	       cmocka_run_group_tests_name("process_tree", tests, NULL, NULL);
}
