#include "support.h"

#include "model/cgroup_columns.h"

#include <string.h>

static struct snapshot snapshot;
static struct memcg_tree tree;
static struct memcg rows[2];
static struct memcg_victim victims[2];
static struct memcg_victims all_victims;
static struct task task;

/* Two cgroups: the top without a limit, and a child whose limit is `limited_by`'s. */
static struct column_context context_of(int32_t limited_by)
{
	memset(rows, 0, sizeof(rows));
	task = proc_unknown(4242);
	strcpy(task.comm, "ja\x1bva");
	rows[0] = (struct memcg){ .path = "/",
		.parent = -1,
		.subtree_end = 2,
		.processes = 7,
		.effective_limit = { AMOUNT_UNLIMITED, 0 },
		.limited_by = -1,
		.failcnt = UNKNOWN };
	rows[1] = (struct memcg){ .path = "/system.slice/mysql.service",
		.parent = 0,
		.depth = 1,
		.subtree_end = 2,
		.usage = amount_bytes(UINT64_C(768) << 20),
		.effective_limit = amount_bytes(UINT64_C(1024) << 20),
		.limited_by = limited_by,
		.headroom = amount_bytes(UINT64_C(256) << 20),
		.failcnt = 12 };
	rows[0].psi.some.avg10 = rows[0].events.max = rows[0].events.oom_kill = UNKNOWN;
	rows[1].psi.some.avg10 = 1231;
	rows[1].events.max = UNKNOWN;
	rows[1].events.oom_kill = 3;
	tree = (struct memcg_tree){ .version = 1, .rows = rows, .count = 2 };
	snapshot = (struct snapshot){ .memcgs = &tree };
	victims[0] = (struct memcg_victim){ .prediction = PREDICTION_NONE };
	victims[1] = (struct memcg_victim){
		.task = &task, .points = { 100 }, .prediction = PREDICTION_VICTIM
	};
	all_victims = (struct memcg_victims){ .rows = victims, .count = 2 };
	return (struct column_context){
		.snapshot = &snapshot,
		.victims = &all_victims,
		.measure = { UNITS_AUTO, 4, UNKNOWN },
	};
}

static const char *cell(
	enum cgroup_column_id id, const struct column_context *context, int32_t row, char *buffer)
{
	return column_cell(&cgroup_columns[id], context, cgroup_row(&rows[row]), buffer);
}

struct cell_row {
	const char *claim;
	enum cgroup_column_id id;
	int32_t row, limited_by;
	const char *text;
};

static const struct cell_row cells[] = {
	{ "a size", CGROUP_COL_USED, 1, 1, "768M" },
	{ "an unknown size is no number", CGROUP_COL_USED, 0, 1, "-" },
	{ "a limit of its own", CGROUP_COL_LIMIT, 1, 1, "1.0G" },
	{ "the limit of an ancestor is marked", CGROUP_COL_LIMIT, 1, 0, "1.0G^" },
	{ "the limit of a hidden ancestor is marked", CGROUP_COL_LIMIT, 1, -1, "1.0G^" },
	{ "no limit", CGROUP_COL_LIMIT, 0, 1, "none" },
	{ "the share of the limit, in percent", CGROUP_COL_SHARE, 1, 1, "75.0" },
	{ "without a limit there is no share", CGROUP_COL_SHARE, 0, 1, "-" },
	{ "what is left", CGROUP_COL_LEFT, 1, 1, "256M" },
	{ "processes", CGROUP_COL_PROCS, 0, 1, "7" },
	{ "pressure", CGROUP_COL_PSI, 1, 1, "12.31" },
	{ "no pressure known", CGROUP_COL_PSI, 0, 1, "-" },
	{ "kills", CGROUP_COL_K, 1, 1, "3" },
	{ "v1's failcnt where v2 has max events", CGROUP_COL_MAXED, 1, 1, "12" },
	{ "no trend", CGROUP_COL_GROWTH, 1, 1, "-" },
	{ "no end in sight", CGROUP_COL_ETA, 1, 1, "-" },
	{ "a victim", CGROUP_COL_VICTIM, 1, 1, "4242 ja\x1bva" },
	{ "no victim", CGROUP_COL_VICTIM, 0, 1, "-" },
	{ "the kind", CGROUP_COL_KIND, 1, 1, "service" },
	{ "the short name", CGROUP_COL_NAME, 1, 1, "mysql.service" },
	{ "the path", CGROUP_COL_CGROUP, 1, 1, "/system.slice/mysql.service" },
};

static void check_cell(void **state)
{
	const struct cell_row *row = *state;
	char buffer[COLUMN_CELL_SIZE];
	struct column_context context = context_of(row->limited_by);
	assert_string_equal(cell(row->id, &context, row->row, buffer), row->text);
}

/* Without memory for the victims nothing is kept of them, least of all those of a sample before. */
static void without_victims_that_were_built_none_is_named(void **state)
{
	(void)state;
	char buffer[COLUMN_CELL_SIZE];
	struct column_context context = context_of(1);
	all_victims.count = 0; /* as a build leaves it that failed */
	assert_string_equal(cell(CGROUP_COL_VICTIM, &context, 1, buffer), "-");
	all_victims.rows = NULL;
	assert_string_equal(cell(CGROUP_COL_VICTIM, &context, 1, buffer), "-");
	assert_int_equal(
		column_value(&cgroup_columns[CGROUP_COL_VICTIM], &context, cgroup_row(&rows[1])),
		COLUMN_MISSING);
}

static void growth_and_its_end_are_estimates(void **state)
{
	(void)state;
	char buffer[COLUMN_CELL_SIZE];
	struct column_context context = context_of(1);
	for (int64_t second = 0; second <= 120; second += 5)
		trend_add(&rows[1].trend, second * 1000, second << 20);
	assert_string_equal(cell(CGROUP_COL_GROWTH, &context, 1, buffer), "+1M/s");
	assert_string_equal(cell(CGROUP_COL_ETA, &context, 1, buffer), "~4m");
}

static void every_column_is_whole(void **state)
{
	(void)state;
	for (enum cgroup_column_id id = 0; id < cgroup_table.count; id++) {
		const struct column *column = &cgroup_columns[id];
		assert_non_null(column->name);
		assert_non_null(column->title);
		assert_non_null(column->help);
		assert_true(column->width >= (int)strlen(column->title));
		assert_int_equal(strcasecmp(column->name, column->title), 0);
		assert_int_equal(column->kind == COLUMN_TEXT, column->string != NULL);
		assert_true(column->string || column->kind == COLUMN_AMOUNT || column->value);
		assert_int_equal(column->kind == COLUMN_AMOUNT, column->field != 0);
		assert_int_equal(
			column_find(&cgroup_table, column->name, strlen(column->name)), id);
		assert_true(strlen(column->name) <= 8);
	}
}

static void a_wide_screen_has_every_column_of_a_place_once(void **state)
{
	(void)state;
	struct column_context context = context_of(1);
	struct column_set set;
	unsigned placed = cgroup_table.drawn_count;
	for (unsigned id = 0; id < cgroup_table.count; id++) {
		const struct column *column = &cgroup_columns[id];
		assert_int_equal(column->screen.place > 0, column->screen.drop != COLUMN_ASKED);
		placed += column->screen.place > 0;
	}
	column_set_choose(&set, &cgroup_table, &context, 1000, 0);
	assert_int_equal(set.count, placed);
	assert_int_equal(set.ids[0], CGROUP_COL_CGROUP);
	for (size_t i = 1; i < set.count; i++)
		assert_true(column_set_at(&set, i - 1)->screen.place <
			    column_set_at(&set, i)->screen.place);
}

static void columns_are_named_in_a_list(void **state)
{
	(void)state;
	struct column_set set = { .count = 77 };
	struct err err;
	assert_int_equal(column_set_parse(&set, &cgroup_table, "used,x", &err), ERR_NOT_FOUND);
	assert_string_equal(err.text, "column 'x': no such column, --list-columns names them");
	assert_int_equal(column_set_parse(&set, &cgroup_table, "k,K", &err), ERR_SYNTAX);
	assert_int_equal(column_set_parse(&set, &cgroup_table, "", &err), ERR_NOT_FOUND);
	assert_int_equal(set.count, 77);
	assert_int_equal(column_set_parse(&set, &cgroup_table, "Used,%lim,CGROUP", &err), ERR_OK);
	assert_int_equal(set.count, 3);
	assert_int_equal(set.ids[1], CGROUP_COL_SHARE);
}

static void a_line_is_safe_and_aligned(void **state)
{
	(void)state;
	struct grid grid;
	char text[256];
	struct column_context context = context_of(0);
	struct column_set set;
	assert_int_equal(
		column_set_parse(&set, &cgroup_table, "used,limit,victim,cgroup", NULL), ERR_OK);
	grid_init(&grid, true);
	assert_int_equal(grid_resize(&grid, 2, 80, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		column_set_widen(&set, &grid, &context, cgroup_row(&rows[i]));
	struct pen pen = grid_pen(&grid, 0, 0);
	column_put_titles(&set, &pen, CGROUP_COL_USED);
	grid_row_text(&grid, 0, text, sizeof(text));
	assert_string_equal(text, " USED  LIMIT VICTIM       CGROUP");
	pen = grid_pen(&grid, 1, 0);
	column_put_row(&set, &context, cgroup_row(&rows[1]), NULL, &pen);
	grid_row_text(&grid, 1, text, sizeof(text));
	assert_string_equal(text, " 768M  1.0G^ 4242 ja?va   /system.slice/mysql.service");
	grid_release(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_victims_that_were_built_none_is_named),
		cmocka_unit_test(growth_and_its_end_are_estimates),
		cmocka_unit_test(every_column_is_whole),
		cmocka_unit_test(a_wide_screen_has_every_column_of_a_place_once),
		cmocka_unit_test(columns_are_named_in_a_list),
		cmocka_unit_test(a_line_is_safe_and_aligned),
	};
	return run_rows("cells of memory cgroups", cells, check_cell) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
