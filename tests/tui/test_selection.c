/* Processes named at once: which ones an operator means. */
#include "support.h"

#include "model/selection.h"

#include <stdio.h>
#include <string.h>

/* 10 postgres has the children 20 (postgres) and 5 (a smaller pid), 5 has 30; 40 is a kernel
 * thread called postgres; 50 stands alone. */
static const struct {
	pid_t pid, ppid;
	const char *comm;
	bool kthread;
} people[] = {
	{ 5, 10, "worker", false },
	{ 10, 1, "postgres", false },
	{ 20, 10, "postgres", false },
	{ 30, 5, "helper", false },
	{ 40, 2, "postgres", true },
	{ 50, 1, "postgres2", false },
};

static const struct memcg_tree no_tree;

static void build_snapshot(struct snapshot *snapshot)
{
	snapshot_init(snapshot);
	snapshot->memcgs = &no_tree;
	assert_int_equal(snapshot_reserve(snapshot, ARRAY_SIZE(people), NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_SIZE(people); i++) {
		struct task *task = &snapshot->tasks[snapshot->count++];
		*task = proc_unknown(people[i].pid);
		task->ppid = people[i].ppid;
		task->kthread = people[i].kthread;
		snprintf(task->comm, sizeof(task->comm), "%s", people[i].comm);
	}
}

static const struct selection_row {
	const char *claim;
	struct selection_query query;
	enum err_code code;
	pid_t expected[8]; /* 0 ends */
} rows[] = {
	{ "pids are taken as they are, unknown ones too",
		{ .pids = (const pid_t[]){ 99, 5 }, .pid_count = 2 }, ERR_OK, { 5, 99 } },
	{ "a pid given twice is in once", { .pids = (const pid_t[]){ 5, 5, 5 }, .pid_count = 3 },
		ERR_OK, { 5 } },
	{ "a name is the whole name, and never a kernel thread", { .name = "postgres" }, ERR_OK,
		{ 10, 20 } },
	{ "a part of a name is nobody", { .name = "post" }, ERR_NOT_FOUND, { 0 } },
	{ "letters count", { .name = "Postgres" }, ERR_NOT_FOUND, { 0 } },
	{ "descendants of any depth, also those with smaller pids",
		{ .pids = (const pid_t[]){ 10 }, .pid_count = 1, .descendants = true }, ERR_OK,
		{ 5, 10, 20, 30 } },
	{ "pid and name add up",
		{ .pids = (const pid_t[]){ 50 }, .pid_count = 1, .name = "helper" }, ERR_OK,
		{ 30, 50 } },
	{ "a cgroup that is not there", { .cgroup = "/nowhere" }, ERR_NOT_FOUND, { 0 } },
};

static void check_selection(void **state)
{
	const struct selection_row *row = *state;
	struct snapshot snapshot;
	struct selection selection;
	struct err err = { 0 };
	size_t expected = 0;
	build_snapshot(&snapshot);
	assert_int_equal(selection_build(&selection, &snapshot, &row->query, &err), row->code);
	while (row->expected[expected])
		expected++;
	if (row->code == ERR_OK) {
		assert_int_equal(selection.pids.count, expected);
		for (size_t i = 0; i < expected; i++)
			assert_int_equal(selection_pid(&selection, i), row->expected[i]);
		assert_true(selection_has(&selection, row->expected[0]));
		assert_false(selection_has(&selection, 12345));
	}
	selection_release(&selection);
	snapshot_release(&snapshot);
}

int main(void)
{
	return run_rows("selections", rows, check_selection);
}
