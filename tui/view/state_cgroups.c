#include "state_cgroups.h"

#include "state.h"

#include <string.h>

#define FETCH_MAX 64

bool state_cgroups_shown(const struct app *app)
{
	return app->view == VIEW_CGROUPS || app->grid.rows >= LAYOUT_BELOW_ROWS;
}

static void say_failure(struct app *app, enum err_code code, const struct err *err)
{
	if (code)
		state_say_failure(app, err);
}

static void clamp_top(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	size_t rows = (size_t)app->layout.list_rows, count = cgroups->rows.count;
	size_t last = count > rows ? count - rows : 0;
	if (cgroups->top > last)
		cgroups->top = last;
}

static void scroll_to_cursor(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	size_t rows = (size_t)app->layout.list_rows;
	if (cgroups->at < cgroups->top)
		cgroups->top = cgroups->at;
	else if (rows && cgroups->at >= cgroups->top + rows)
		cgroups->top = cgroups->at - rows + 1;
	clamp_top(app);
}

static void rank_inside(struct app *app)
{
	struct err err;
	if (app->view != VIEW_CGROUPS || app->layout.below_rows == 0)
		return;
	app->cgroups.inside_context.lookup = app->context.lookup;
	say_failure(app, cgroups_rank_inside(&app->cgroups, &err), &err);
}

void state_cgroups_sampled(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	struct err err;
	bool done =
		cgroups->samples == app->samples && cgroups->victims.moment == app->watch.moment;
	if (done || !state_cgroups_shown(app))
		return;
	say_failure(
		app, cgroups_sampled(cgroups, app->watch.snapshot, app->watch.moment, &err), &err);
	cgroups->samples = app->samples;
}

void state_cgroups_relist(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	struct err err;
	if (!app->watch.snapshot || !state_cgroups_shown(app))
		return;
	state_cgroups_sampled(app);
	cgroups->context.columns.measure = app->context.measure;
	cgroups->context.levels = (struct levels){
		app->config.warn_percent,
		app->config.critical_percent,
	};
	const struct ranking_row *next = outlook_next(watch_outlook(&app->watch));
	cgroups->context.next_victim = next ? next->task->pid : 0;
	say_failure(app, cgroups_arrange(cgroups, &err), &err);
	cgroup_line_choose(
		&cgroups->line, &cgroups->context, app->grid.cols, app->view != VIEW_CGROUPS);
	if (app->follow)
		scroll_to_cursor(app);
	clamp_top(app);
	rank_inside(app);
}

void state_cgroups_point_at(struct app *app, long index)
{
	struct cgroups *cgroups = &app->cgroups;
	long count = (long)cgroups->rows.count;
	if (index >= count)
		index = count - 1;
	cgroups->at = index < 0 ? 0 : (size_t)index;
	const struct memcg *pointed = cgroups_pointed(cgroups);
	cgroups->bound = pointed != NULL;
	if (pointed)
		text_copy(text_of(pointed->path), cgroups->path, sizeof(cgroups->path));
	scroll_to_cursor(app);
	rank_inside(app);
}

/* Unfolds what a row is below. */
static void unfold_to(struct cgroups *cgroups, const struct memcg_tree *tree, int32_t row)
{
	for (row = tree->rows[row].parent; row >= 0; row = tree->rows[row].parent)
		marks_remove(&cgroups->folds, tree->rows[row].inode);
}

bool state_cgroups_find(struct app *app, const char *path)
{
	struct cgroups *cgroups = &app->cgroups;
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
	int32_t row = memcg_tree_find(tree, path);
	if (row < 0)
		return false;
	unfold_to(cgroups, tree, row);
	state_cgroups_relist(app);
	long at = cgroup_rows_find(&cgroups->rows, row);
	if (at < 0) {
		cgroups->filter_text[0] = '\0';
		cgroups->limited_only = false;
		state_cgroups_relist(app);
		at = cgroup_rows_find(&cgroups->rows, row);
	}
	if (at < 0)
		return false;
	state_cgroups_point_at(app, at);
	return true;
}

void state_cgroups_fetch(struct app *app)
{
	const struct task *seen[FETCH_MAX];
	const struct ranking *inside = &app->cgroups.inside.ranking;
	size_t count = 0, rows = (size_t)app->layout.below_rows;
	while (count < inside->count && count < rows && count < FETCH_MAX) {
		seen[count] = inside->rows[count].task;
		count++;
	}
	detail_fetch(&app->detail, seen, count);
}
