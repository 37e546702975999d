#include "view_cgroup_detail.h"

#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>

#define HEADING_ROWS 4 /* the rule, two lines of facts, the titles */

static void put_amount(
	struct pen *pen, const struct app *app, const char *label, struct amount amount)
{
	char size[FORMAT_SIZE];
	if (amount.kind == AMOUNT_UNKNOWN)
		return;
	grid_put(pen, STYLE_DIM, label);
	if (amount.kind == AMOUNT_UNLIMITED) {
		grid_put(pen, STYLE_NORMAL, "none");
		return;
	}
	format_size(&app->context.measure, (int64_t)(amount.bytes / 1024), size);
	grid_put(pen, STYLE_NORMAL, size);
}

static void put_count(struct pen *pen, const char *label, int64_t count)
{
	if (count == UNKNOWN)
		return;
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%" PRId64, count);
}

static void draw_rule(struct grid *grid, int row, const struct memcg *memcg)
{
	struct pen pen = grid_pen(grid, row, 0);
	grid_put(&pen, STYLE_DIM, "-- ");
	grid_put_foreign(&pen, STYLE_BOLD, memcg->path, grid_left(&pen) - 4);
	grid_put(&pen, STYLE_NORMAL, " ");
	grid_fill(&pen, STYLE_DIM, '-', grid_left(&pen));
}

static void put_limit(struct pen *pen, const struct app *app, const struct memcg *row)
{
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
	put_amount(pen, app, "limit ", row->effective_limit);
	if (row->limit_hidden) {
		grid_put(pen, STYLE_NORMAL, " of an ancestor that is not visible");
	} else if (row->limited_by >= 0 && &tree->rows[row->limited_by] == row) {
		grid_put(pen, STYLE_NORMAL, " set here");
	} else if (row->limited_by >= 0) {
		grid_put(pen, STYLE_NORMAL, " of ");
		grid_put_foreign(pen, STYLE_NORMAL, tree->rows[row->limited_by].path, 40);
	}
	column_put_labelled(&cgroup_table, &app->context, cgroup_row(row), pen);
}

/* Limits, protections and events. */
static void draw_limits(const struct app *app, struct grid *grid, int line, const struct memcg *row)
{
	struct pen pen = grid_pen(grid, line, 1);
	put_limit(&pen, app, row);
	put_amount(&pen, app, "  low ", row->low);
	put_amount(&pen, app, "  min ", row->min);
	put_count(&pen, "   oom.group ", row->oom_group);
	if (row->oom_kill_disable == 1)
		grid_put(&pen, STYLE_RISK, "   oom_kill_disable 1");
	if (row->under_oom == 1)
		grid_put(&pen, STYLE_VICTIM, "   under_oom 1");
	put_count(&pen, "   events: high ", row->events.high);
	put_count(&pen, "  max ", row->events.max);
	put_count(&pen, "  failcnt ", row->failcnt);
	put_count(&pen, "  oom ", row->events.oom);
	put_count(&pen, "  oom_kill ", row->events.oom_kill);
	put_count(&pen, "  group_kill ", row->events.oom_group_kill);
}

static void put_trend(struct pen *pen, const struct app *app, const struct memcg *row)
{
	int64_t growth, eta;
	char size[FORMAT_SIZE], span[FORMAT_SIZE];
	grid_put(pen, STYLE_DIM, "   growth ");
	if (!trend_growth(&row->trend, &growth)) {
		grid_put(pen, STYLE_DIM, "- (needs a minute of samples)");
		return;
	}
	format_kb((growth < 0 ? -growth : growth) / 1024, size);
	grid_printf(pen, STYLE_NORMAL, "%s%s/s", growth < 0 ? "-" : "+", size);
	eta = column_value(
		&cgroup_columns[CGROUP_COL_ETA], &app->cgroups.context.columns, cgroup_row(row));
	if (eta == COLUMN_MISSING)
		return;
	format_span(eta, span);
	grid_printf(pen, STYLE_RISK, " -> limit in ~%s at this rate (estimate)", span);
}

/* What people call it, how many are in it, where it is heading. */
static void draw_facts(const struct app *app, struct grid *grid, int line, const struct memcg *row)
{
	struct pen pen = grid_pen(grid, line, 1);
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	grid_printf(&pen, STYLE_DIM, "%s ", memcg_kind_names[name.kind]);
	grid_put_foreign(&pen, STYLE_NORMAL, name.id[0] ? name.id : name.name, 40);
	if (name.pod[0]) {
		grid_put(&pen, STYLE_DIM, "  pod ");
		grid_put_foreign(&pen, STYLE_NORMAL, name.pod, 40);
		grid_printf(&pen, STYLE_NORMAL, " %s", name.qos);
	}
	put_count(&pen, "   processes ", row->processes);
	put_amount(&pen, app, "   peak ", row->peak);
	put_trend(&pen, app, row);
}

static void draw_titles(const struct app *app, struct grid *grid, int line)
{
	const struct domain *domain = &app->cgroups.inside.ranking.domain;
	struct pen pen = grid_pen(grid, line, 1);
	char total[FORMAT_SIZE];
	column_put_titles(&app->cgroups.inside_columns, &pen, COL_RK);
	if (domain->totalpages < 0)
		return;
	format_kb(domain->totalpages * app->context.measure.page_kb, total);
	grid_printf(&pen, STYLE_DIM,
		domain->limit.kind == AMOUNT_BYTES
			? "      (points of %s, what this cgroup may use)"
			: "      (points of %s: no limit is set here)",
		total);
}

static void draw_processes(const struct app *app, struct grid *grid, int line, int rows)
{
	const struct ranking *inside = &app->cgroups.inside.ranking;
	for (int i = 0; i < rows && (size_t)i < inside->count; i++) {
		struct pen pen = grid_pen(grid, line + i, 1);
		column_put_row(&app->cgroups.inside_columns, &app->cgroups.inside_context,
			process_row(&inside->rows[i]), NULL, &pen);
	}
	if (inside->count == 0 && rows > 0) {
		struct pen pen = grid_pen(grid, line, 1);
		grid_put(&pen, STYLE_DIM, "no processes");
	}
}

void view_cgroup_detail_draw(const struct app *app, struct grid *grid)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	int line = app->layout.rows[PART_BELOW], rows = app->layout.below_rows;
	if (line < 0 || !row)
		return;
	draw_rule(grid, line, row);
	draw_limits(app, grid, line + 1, row);
	draw_facts(app, grid, line + 2, row);
	draw_titles(app, grid, line + 3);
	draw_processes(app, grid, line + HEADING_ROWS, rows - HEADING_ROWS);
}
