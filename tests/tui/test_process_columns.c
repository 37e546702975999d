#include "support.h"

#include "model/listing.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TASKS 6

/* A machine of 1000 pages of 4 kB: a page is a thousandth. */
struct machine {
	struct snapshot snapshot;
	struct memcg_tree memcgs;
	struct task tasks[TASKS];
	struct outlook outlook;
	struct column_context context;
};

static const char *user(void *context, const struct task *task)
{
	(void)context;
	return task->uid ? "someone" : "root";
}

static const char *command(void *context, const struct task *task)
{
	(void)context;
	return task->comm;
}

static struct task task_of(pid_t pid, const char *comm, int64_t rss_pages, int adj)
{
	struct task task = proc_unknown(pid);
	task.uid = (uid_t)pid % 2;
	task.state = 'S';
	task.threads = 1;
	task.start_ticks = 1000 - (uint64_t)pid;
	task.adj_known = true;
	task.oom_score_adj = adj;
	task.oom_score = 666;
	task.has_mm = rss_pages >= 0;
	task.mm_owner = pid;
	task.rss_pages = task.rss_anon_pages = task.rss_stat_pages = rss_pages;
	task.rss_file_pages = task.rss_shmem_pages = 0;
	task.swap_pages = 0;
	task.pte_kb = 0;
	snprintf(task.comm, sizeof(task.comm), "%s", comm);
	return task;
}

static int set_up(void **state)
{
	static struct machine machine;
	machine = (struct machine){ 0 };
	machine.tasks[0] = task_of(10, "small", 10, 0);
	machine.tasks[1] = task_of(11, "large", 289, 0);
	machine.tasks[2] = task_of(12, "shielded", 400, -900);
	machine.tasks[3] = task_of(13, "never", 500, -1000);
	machine.tasks[4] = task_of(14, "thread", -1, 0);
	machine.tasks[4].kthread = true;
	machine.tasks[5] = task_of(15, "first", 20, 500);
	machine.snapshot.host = (struct host){ .page_size = 4096,
		.total_pages = 1000,
		.ram_pages = 1000,
		.era = era_of_release("7.1"),
		.node_mask = 1,
		.boot_ms = 100000,
		.clock_ticks = 100 };
	memcg_tree_init(&machine.memcgs);
	machine.snapshot.memcgs = &machine.memcgs;
	machine.snapshot.tasks = machine.tasks;
	machine.snapshot.count = machine.snapshot.capacity = TASKS;
	struct domain domain = { .kind = DOMAIN_HOST, .memcg = -1, .totalpages = 1000 };
	outlook_init(&machine.outlook);
	assert_int_equal(outlook_build(&machine.outlook, &machine.snapshot, &domain, MOMENT_NOW,
				 NULL, 0, NULL),
		ERR_OK);
	machine.context = (struct column_context){ .snapshot = &machine.snapshot,
		.outlook = &machine.outlook,
		.measure = { UNITS_AUTO, 4, 1000 },
		.lookup = { NULL, user, command } };
	*state = &machine;
	return 0;
}

static int tear_down(void **state)
{
	outlook_release(&((struct machine *)*state)->outlook);
	return 0;
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (enum column_id id = 0; id < COL_COUNT; id++) {
		const struct column *column = &columns[id];
		assert_non_null(column->name);
		assert_non_null(column->title);
		assert_non_null(column->help);
		assert_true(column->width >= (int)strlen(column->title));
		/* A number has a value and a way to write it, a text has a string. */
		assert_true((column->kind == COLUMN_TEXT) == (column->string != NULL));
		assert_true(column->kind == COLUMN_TEXT || column->kind == COLUMN_PAGES ||
			    column->value);
		assert_int_equal(column->kind == COLUMN_PAGES, column->field != 0);
		assert_int_equal(strlen(column->name), strlen(column->title));
		for (size_t i = 0; column->name[i]; i++)
			assert_int_equal(column->name[i], tolower(column->title[i]));
		assert_int_equal(
			column_find(&process_table, column->name, strlen(column->name)), id);
	}
}

static void no_two_columns_are_dropped_together(void **state)
{
	(void)state;
	for (enum column_id a = 0; a < COL_COUNT; a++)
		for (enum column_id b = 0; b < a; b++)
			assert_true(columns[a].screen.drop <= 0 ||
				    columns[a].screen.drop != columns[b].screen.drop);
}

static void cell(const struct machine *machine, enum column_id id, pid_t pid, const char *expected)
{
	char buffer[COLUMN_CELL_SIZE];
	const struct ranking_row *row = ranking_find(&machine->outlook.ranking, pid);
	assert_non_null(row);
	assert_string_equal(
		column_cell(&columns[id], &machine->context, process_row(row), buffer), expected);
}

static void cells_are_what_the_drawings_have(void **state)
{
	const struct machine *machine = *state;
	cell(machine, COL_RK, 15, "1*");
	cell(machine, COL_RK, 11, "2");
	cell(machine, COL_RK, 13, "-");
	cell(machine, COL_MEM, 11, "289.0");
	cell(machine, COL_ADJ, 12, "-900");
	cell(machine, COL_BAD, 12, "-500.0");
	cell(machine, COL_BAD, 15, "520.0");
	cell(machine, COL_BAD, 13, "unk");
	cell(machine, COL_BAD, 14, "unk");
	cell(machine, COL_MEM, 14, "-");
	cell(machine, COL_RSS, 14, "-");
	cell(machine, COL_RSS, 11, "1M");
	cell(machine, COL_SWAP, 11, "0");
	cell(machine, COL_FLG, 13, "--u");
	cell(machine, COL_FLG, 14, "--k");
	cell(machine, COL_FLG, 10, "---");
	cell(machine, COL_CGROUP, 13, "-");
	cell(machine, COL_USER, 10, "root");
}

static void page_tables_below_a_megabyte_are_not_told_apart(void **state)
{
	struct machine *machine = *state;
	static const struct {
		int64_t kb;
		const char *cell;
	} cases[] = { { 0, "0" }, { 4, "<1M" }, { 1023, "<1M" }, { 1024, "1M" }, { 9216, "9M" } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		machine->tasks[1].pte_kb = cases[i].kb;
		cell(machine, COL_PT, 11, cases[i].cell);
	}
	machine->tasks[1].pte_kb = 100;
	machine->context.measure.units = UNITS_K; /* asked for */
	cell(machine, COL_PT, 11, "100K");
}

static void unknown_is_a_dash_not_a_zero(void **state)
{
	struct machine *machine = *state;
	machine->tasks[1].swap_pages = UNKNOWN;
	machine->tasks[1].pte_kb = UNKNOWN;
	machine->tasks[1].oom_score = UNKNOWN;
	machine->tasks[1].adj_known = false;
	cell(machine, COL_SWAP, 11, "-");
	cell(machine, COL_GROW, 11, "-");
	cell(machine, COL_PT, 11, "-");
	cell(machine, COL_SCORE, 11, "-");
	cell(machine, COL_ADJ, 11, "-");
}

static void assert_order(
	const struct machine *machine, struct listing_order order, const pid_t *pids, size_t count)
{
	struct listing listing;
	struct listing_filter filter = { .show = LISTING_ALL, .uid = UID_UNKNOWN };
	listing_init(&listing);
	assert_int_equal(listing_build(&listing, &machine->context, &filter, order, NULL), ERR_OK);
	assert_int_equal(listing.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(listing.rows[i]->task->pid, pids[i]);
	listing_release(&listing);
}

static void missing_values_stand_last_in_every_order(void **state)
{
	const struct machine *machine = *state;
	static const pid_t dying[] = { 15, 11, 10, 12, 14, 13 };
	static const pid_t living[] = { 12, 10, 11, 15, 14, 13 };
	static const pid_t large[] = { 13, 12, 11, 15, 10, 14 };
	static const pid_t names[] = { 15, 11, 13, 12, 10, 14 };
	assert_order(machine, (struct listing_order){ COL_BAD, false }, dying, TASKS);
	assert_order(machine, (struct listing_order){ COL_BAD, true }, living, TASKS);
	assert_order(machine, (struct listing_order){ COL_MEM, false }, large, TASKS);
	assert_order(machine, (struct listing_order){ COL_COMMAND, false }, names, TASKS);
}

static void every_order_of_many_is_sorted(void **state)
{
	struct machine *machine = *state;
	struct listing listing;
	struct listing_filter filter = { .show = LISTING_ALL, .uid = UID_UNKNOWN };
	listing_init(&listing);
	for (enum column_id id = 0; id < COL_COUNT; id++)
		for (int reversed = 0; reversed < 2; reversed++) {
			struct listing_order order = { id, reversed };
			assert_int_equal(
				listing_build(&listing, &machine->context, &filter, order, NULL),
				ERR_OK);
			assert_int_equal(listing.count, TASKS);
			if (!column_has_value(&columns[id]))
				continue;
			bool ascending =
				(columns[id].flags & COLUMN_ASCENDING) != (unsigned)reversed;
			for (size_t i = 1; i < listing.count; i++) {
				int64_t a = column_value(&columns[id], &machine->context,
					process_row(listing.rows[i - 1]));
				int64_t b = column_value(&columns[id], &machine->context,
					process_row(listing.rows[i]));
				if (b > COLUMN_UNKILLABLE)
					assert_true(ascending ? a <= b : a >= b);
			}
		}
	listing_release(&listing);
}

struct names_row {
	const char *claim, *names;
	enum err_code code;
	size_t count;
};

static const struct names_row names_rows[] = {
	{ "columns are named by their titles in lower case", "rk,pid,+-,bad", ERR_OK, 4 },
	{ "or in upper case", "PID,Bad", ERR_OK, 2 },
	{ "an unknown one is refused", "pid,frob", ERR_NOT_FOUND, 0 },
	{ "an empty one is refused", "pid,,bad", ERR_NOT_FOUND, 0 },
	{ "a beginning is not enough", "pi", ERR_NOT_FOUND, 0 },
	{ "one that is named twice is refused", "pid,bad,pid", ERR_SYNTAX, 0 },
};

static void check_names(void **state)
{
	const struct names_row *row = *state;
	struct column_set set = { .count = 0 };
	assert_int_equal(column_set_parse(&set, &process_table, row->names, NULL), row->code);
	assert_int_equal(set.count, row->count);
}

static void columns_are_dropped_in_the_order_of_the_design(void **state)
{
	const struct machine *machine = *state;
	struct column_set set;
	size_t before = COL_COUNT;
	for (int cols = 300; cols > 0; cols--) {
		column_set_choose(&set, &process_table, &machine->context, cols, 0);
		assert_true(set.count <= before);
		before = set.count;
		assert_true(column_set_has(&set, COL_RK) && column_set_has(&set, COL_PID) &&
			    column_set_has(&set, COL_BAD));
		assert_true(column_set_has(&set, COL_COMMAND));
		assert_true(!column_set_has(&set, COL_CGROUP) || column_set_has(&set, COL_FLG));
		assert_true(!column_set_has(&set, COL_FLG) || column_set_has(&set, COL_GROW));
		assert_true(!column_set_has(&set, COL_GROW) || column_set_has(&set, COL_SHMEM));
		assert_true(!column_set_has(&set, COL_SHMEM) || column_set_has(&set, COL_PT));
		assert_true(!column_set_has(&set, COL_SWAP) || column_set_has(&set, COL_USER));
		assert_true(!column_set_has(&set, COL_MEM) || column_set_has(&set, COL_ADJ));
	}
	assert_int_equal(set.count, 4);
	column_set_choose(&set, &process_table, &machine->context, 80, 0);
	assert_int_equal(set.count, 10);
}

static void moves_are_places_gained(void **state)
{
	struct machine *machine = *state;
	struct moves moves;
	moves_init(&moves);
	moves_update(&moves, &machine->snapshot, &machine->outlook.ranking);
	for (size_t i = 0; i < TASKS; i++)
		assert_int_equal(moves.places[i], 0);
	machine->tasks[0].rss_pages = machine->tasks[0].rss_anon_pages = 900;
	machine->tasks[0].rss_stat_pages = 900;
	struct domain domain = machine->outlook.ranking.domain;
	assert_int_equal(outlook_build(&machine->outlook, &machine->snapshot, &domain, MOMENT_NOW,
				 NULL, 0, NULL),
		ERR_OK);
	moves_update(&moves, &machine->snapshot, &machine->outlook.ranking);
	assert_int_equal(moves.places[0], 2);
	assert_int_equal(moves.places[1], -1);
	assert_int_equal(moves.places[3], 0);
	machine->context.moved = moves.places;
	cell(machine, COL_MOVED, 10, "^2");
	cell(machine, COL_MOVED, 11, "v1");
	cell(machine, COL_MOVED, 13, "");
	moves_release(&moves);
}

static void growth_is_shown_with_its_sign_and_sorted_by(void **state)
{
	struct machine *machine = *state;
	static const pid_t fastest[] = { 11, 15, 10, 12, 14, 13 };
	struct growth_row rows[TASKS] = {
		{ 10, 990, 40, 0, 0 },
		{ 11, 989, 40, 0, 301 << 10 },
		{ 12, 988, 40, 0, -12288 },
		{ 13, 987, 40, 0, UNKNOWN_SIGNED },
		{ 14, 986, UNKNOWN, 0, UNKNOWN_SIGNED },
		{ 15, 985, 40, 0, 3 },
	};
	machine->context.growth = rows;
	cell(machine, COL_GROW, 10, "0");
	cell(machine, COL_GROW, 11, "+301M");
	cell(machine, COL_GROW, 12, "-12M");
	cell(machine, COL_GROW, 13, "-");
	cell(machine, COL_GROW, 15, "+3K");
	assert_order(machine, (struct listing_order){ COL_GROW, false }, fastest, TASKS);
}

struct size_row {
	const char *claim;
	int64_t kb;
	const char *text;
};

static const struct size_row size_rows[] = {
	{ "unknown is a dash", UNKNOWN, "-" },
	{ "nothing is 0", 0, "0" },
	{ "kB", 999, "999K" },
	{ "MB without a decimal", 9216, "9M" },
	{ "never four digits", 1024000, "1.0G" },
	{ "GB with a decimal", 10590018, "10.1G" },
	{ "hundreds of GB without", 250LL << 20, "250G" },
	{ "TB", 3LL << 30, "3.0T" },
	{ "a decimal that is rounded up", (2LL << 20) - 1, "2.0G" },
	{ "the largest number", INT64_MAX, "8192E" },
};

static const struct size_row count_rows[] = {
	{ "an unknown count is a dash", UNKNOWN, "-" },
	{ "a small count", 41, "41" },
	{ "three digits", 999, "999" },
	{ "thousands with a decimal", 1000, "1.0k" },
	{ "tens of thousands without", 91234, "91k" },
	{ "a decimal that is rounded up to ten", 9960, "10k" },
	{ "a thousand thousands", 999600, "1.0M" },
	{ "the largest number", INT64_MAX, "9.2E" },
};

static void check_count(void **state)
{
	const struct size_row *row = *state;
	char text[FORMAT_SIZE];
	format_count(row->kb, text);
	assert_string_equal(text, row->text);
	assert_true(strlen(text) <= 4);
}

static void check_size(void **state)
{
	const struct size_row *row = *state;
	char text[FORMAT_SIZE];
	format_kb(row->kb, text);
	assert_string_equal(text, row->text);
	assert_true(strlen(text) <= 5);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(no_two_columns_are_dropped_together),
		WITH_MACHINE(cells_are_what_the_drawings_have),
		WITH_MACHINE(page_tables_below_a_megabyte_are_not_told_apart),
		WITH_MACHINE(unknown_is_a_dash_not_a_zero),
		WITH_MACHINE(missing_values_stand_last_in_every_order),
		WITH_MACHINE(every_order_of_many_is_sorted),
		WITH_MACHINE(columns_are_dropped_in_the_order_of_the_design),
		WITH_MACHINE(moves_are_places_gained),
		WITH_MACHINE(growth_is_shown_with_its_sign_and_sorted_by),
	};
	return run_rows("sizes", size_rows, check_size) +
	       run_rows("counts", count_rows, check_count) +
	       run_rows("names of columns", names_rows, check_names) +
	       cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
