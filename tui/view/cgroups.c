#include "cgroups.h"

#include "cgroup_line.h"
#include "frame.h"
#include "process_list.h"
#include "react.h"
#include "state.h"
#include "status.h"
#include "view.h"

#include "oomspect/line.h"
#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WIDE          120
#define NAME_COLS     40
#define FETCH_MAX     64
#define PANEL_ROWS    10 /* about the one under the cursor, below the list */
#define PANEL_HEADING 4  /* of them: the rule, two lines of facts, the titles */

/* --- what is computed for a sample ------------------------------------------------------------ */

static enum err_code init(struct app *app, struct err *err)
{
	struct cgroups *cgroups = &app->cgroups;
	(void)err;
	*cgroups = (struct cgroups){ .sort = CGROUP_COL_SHARE, .first = UNKNOWN };
	cgroup_rows_init(&cgroups->rows);
	cgroup_rates_init(&cgroups->rates);
	memcg_victims_init(&cgroups->victims);
	outlook_init(&cgroups->inside);
	column_set_parse(&cgroups->inside_columns, &process_table,
		"rk,pid,user,mem,adj,bad,rss,swap,command", NULL);
	return ERR_OK;
}

static void release(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	cgroup_rows_release(&cgroups->rows);
	marks_release(&cgroups->folds);
	cgroup_rates_release(&cgroups->rates);
	memcg_victims_release(&cgroups->victims);
	outlook_release(&cgroups->inside);
}

/* Whether a limit is met in this row: its own, or one above the top that is hidden. */
static bool has_limit(const struct memcg_tree *tree, int32_t row)
{
	const struct memcg *memcg = &tree->rows[row];
	if (!amount_known(memcg->effective_limit))
		return false;
	return memcg->limited_by == row || (memcg->limit_hidden && row == 0);
}

/* Enters a row where its danger puts it among the nearest. */
static void enter_nearest(struct cgroups *cgroups, const struct memcg_tree *tree, int32_t row)
{
	int64_t danger = cgroup_bar_danger(&tree->rows[row]);
	size_t at = cgroups->nearest_count;
	while (at > 0 && danger > cgroup_bar_danger(&tree->rows[cgroups->nearest[at - 1].row]))
		at--;
	if (at == CGROUPS_NEAREST)
		return;
	if (cgroups->nearest_count < CGROUPS_NEAREST)
		cgroups->nearest_count++;
	memmove(&cgroups->nearest[at + 1], &cgroups->nearest[at],
		(cgroups->nearest_count - at - 1) * sizeof(cgroups->nearest[0]));
	cgroups->nearest[at] = (struct cgroup_entry){ .row = row };
}

static void find_nearest(struct cgroups *cgroups)
{
	const struct column_context *context = &cgroups->context.columns;
	const struct memcg_tree *tree = context->snapshot->memcgs;
	cgroups->nearest_count = 0;
	cgroups->first = UNKNOWN;
	cgroups->first_s = UNKNOWN;
	for (int32_t row = 0; row < (int32_t)tree->count; row++) {
		if (!has_limit(tree, row))
			continue;
		enter_nearest(cgroups, tree, row);
		int64_t seconds = column_value(
			&cgroup_columns[CGROUP_COL_ETA], context, cgroup_row(&tree->rows[row]));
		if (seconds == COLUMN_MISSING)
			continue;
		if (cgroups->first == UNKNOWN || seconds < cgroups->first_s) {
			cgroups->first = row;
			cgroups->first_s = seconds;
		}
	}
	cgroups->limits_seen |= cgroups->nearest_count > 0;
}

static enum err_code take_sample(struct cgroups *cgroups, const struct snapshot *snapshot,
	enum moment moment, struct err *err)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	enum err_code code = memcg_victims_build(&cgroups->victims, snapshot, moment, err);
	cgroups->context = (struct cgroup_line_context){
		.columns = { .snapshot = snapshot, .victims = &cgroups->victims },
		.rows = &cgroups->rows,
		.rates = &cgroups->rates,
	};
	/* Whoever dies in them, the rows of before are not those of this tree. */
	cgroup_rates_update(&cgroups->rates, tree, snapshot->host.boot_ms);
	find_nearest(cgroups);
	if (!cgroups->shaped && tree->count > 1) {
		cgroups->tree = cgroup_rows_is_nested(tree);
		cgroups->shaped = true;
	}
	return code;
}

const struct memcg *cgroups_pointed(const struct cgroups *cgroups)
{
	if (cgroups->cursor.at >= cgroups->rows.count)
		return NULL;
	const struct memcg_tree *tree = cgroups->context.columns.snapshot->memcgs;
	return &tree->rows[cgroups->rows.entries[cgroups->cursor.at].row];
}

/* Finds the cursor's cgroup again; if it is gone, the one in its place is pointed at. */
static void find_cursor(struct cgroups *cgroups)
{
	const struct memcg_tree *tree = cgroups->context.columns.snapshot->memcgs;
	struct cursor *cursor = &cgroups->cursor;
	long at = -1;
	if (!cursor->bound) {
		cursor->at = 0;
		return;
	}
	int32_t row = memcg_tree_find(tree, cgroups->path);
	if (row >= 0 && strcmp(tree->rows[row].path, cgroups->path) == 0)
		at = cgroup_rows_find(&cgroups->rows, row);
	cursor->at = cursor_nearest(at >= 0 ? at : (long)cursor->at, cgroups->rows.count);
	const struct memcg *pointed = cgroups_pointed(cgroups);
	if (pointed)
		text_copy(text_of(pointed->path), cgroups->path, sizeof(cgroups->path));
}

static enum err_code arrange(struct cgroups *cgroups, struct err *err)
{
	const struct cgroup_rows_wish wish = { cgroups->tree, cgroups->limited_only,
		cgroups->filter_text, cgroups->sort, cgroups->reversed, &cgroups->folds };
	cgroups->context.tree = cgroups->tree;
	cgroups->context.full_paths = cgroups->full_paths;
	enum err_code code =
		cgroup_rows_build(&cgroups->rows, &cgroups->context.columns, &wish, err);
	find_cursor(cgroups);
	return code;
}

static enum err_code rank_pointed(struct cgroups *cgroups, struct err *err)
{
	const struct snapshot *snapshot = cgroups->context.columns.snapshot;
	const struct memcg *pointed = cgroups_pointed(cgroups);
	struct outlook *inside = &cgroups->inside;
	inside->ranking.count = inside->ranking.killable = 0;
	if (!pointed)
		return ERR_OK;
	struct domain domain = domain_memcg(snapshot, (int32_t)(pointed - snapshot->memcgs->rows));
	enum err_code code =
		outlook_build(inside, snapshot, &domain, cgroups->victims.moment, NULL, 0, err);
	if (code)
		return code;
	cgroups->inside_context.snapshot = snapshot;
	cgroups->inside_context.outlook = inside;
	cgroups->inside_context.measure = cgroups->context.columns.measure;
	cgroups->inside_context.measure.totalpages = domain.totalpages;
	column_set_measure(&cgroups->inside_columns, &cgroups->inside_context);
	return ERR_OK;
}

/* --- kept up to date -------------------------------------------------------------------------- */

static void scroll_to_cursor(struct app *app)
{
	cursor_scroll(&app->cgroups.cursor, app->cgroups.rows.count, app->layout.list_rows);
}

/* Whether anything of it is on the screen: only then it is computed. */
static bool is_shown(const struct app *app)
{
	return app->view == VIEW_CGROUPS || app->grid.rows >= LAYOUT_BELOW_ROWS;
}

static void say_failure(struct app *app, enum err_code code, const struct err *err)
{
	if (code)
		status_say_failure(app, err);
}

static void rank_inside(struct app *app)
{
	struct err err;
	if (app->view != VIEW_CGROUPS || app->layout.below_rows == 0)
		return;
	app->cgroups.inside_context.lookup = app->model.context.lookup;
	say_failure(app, rank_pointed(&app->cgroups, &err), &err);
}

static void sampled(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	struct err err;
	bool done = cgroups->samples == app->clock.samples &&
		    cgroups->victims.moment == app->model.watch.moment;
	if (done || !is_shown(app))
		return;
	say_failure(app,
		take_sample(cgroups, app->model.watch.snapshot, app->model.watch.moment, &err),
		&err);
	cgroups->samples = app->clock.samples;
}

static void relist(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	struct err err;
	if (!app->model.watch.snapshot || !is_shown(app))
		return;
	sampled(app);
	cgroups->context.columns.measure = app->model.context.measure;
	cgroups->context.levels = (struct levels){
		app->settings.config.warn_percent,
		app->settings.config.critical_percent,
	};
	const struct ranking_row *next = outlook_next(watch_outlook(&app->model.watch));
	cgroups->context.next_victim = next ? next->task->pid : 0;
	say_failure(app, arrange(cgroups, &err), &err);
	cgroup_line_choose(
		&cgroups->line, &cgroups->context, app->grid.cols, app->view != VIEW_CGROUPS);
	if (app->follow)
		scroll_to_cursor(app);
	cursor_clamp(&cgroups->cursor, cgroups->rows.count, app->layout.list_rows);
	rank_inside(app);
}

/* Puts the cursor on row `index` of the list (or the nearest there is) and scrolls to it. */
static void point_at(struct app *app, long index)
{
	struct cgroups *cgroups = &app->cgroups;
	cgroups->cursor.at = cursor_nearest(index, cgroups->rows.count);
	const struct memcg *pointed = cgroups_pointed(cgroups);
	cgroups->cursor.bound = pointed != NULL;
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

bool cgroups_find(struct app *app, const char *path)
{
	struct cgroups *cgroups = &app->cgroups;
	const struct memcg_tree *tree = app->model.watch.snapshot->memcgs;
	int32_t row = memcg_tree_find(tree, path);
	if (row < 0)
		return false;
	unfold_to(cgroups, tree, row);
	relist(app);
	long at = cgroup_rows_find(&cgroups->rows, row);
	if (at < 0) {
		cgroups->filter_text[0] = '\0';
		cgroups->limited_only = false;
		relist(app);
		at = cgroup_rows_find(&cgroups->rows, row);
	}
	if (at < 0)
		return false;
	point_at(app, at);
	return true;
}

static void fetch(struct app *app)
{
	const struct task *seen[FETCH_MAX];
	const struct ranking *inside = &app->cgroups.inside.ranking;
	size_t count = 0, rows = (size_t)app->layout.below_rows;
	while (count < inside->count && count < rows && count < FETCH_MAX) {
		seen[count] = inside->rows[count].task;
		count++;
	}
	visible_fetch(&app->model.visible, seen, count);
}

/* --- the tab line and NEXT -------------------------------------------------------------------- */

static void put_short_name(struct pen *pen, unsigned style, const struct memcg *row, int width)
{
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	bool cut = grid_foreign_width(pen->grid, name.name) > width;
	grid_put_foreign(pen, style, name.name, width - cut);
	if (cut && width > 0)
		grid_put(pen, style, "+");
}

static void put_filter(struct pen *pen, const char *text)
{
	struct pen begin = grid_begin_item(pen);
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "filter: ");
	if (text[0])
		frame_put_filter_text(pen, text);
	else
		grid_put(pen, STYLE_NORMAL, "none");
	if (!text[0])
		grid_end_item(pen, &begin);
}

/* What is hidden comes first where columns are few. */
static void put_state(const struct app *app, struct pen *pen)
{
	const struct cgroups *cgroups = &app->cgroups;
	bool hides = cgroups->filter_text[0] || cgroups->limited_only;
	const char *reversed = frame_is_roomy(pen->grid) ? " reversed" : " rev";
	if (!hides || frame_is_roomy(pen->grid)) {
		frame_put_gap(pen);
		grid_put(pen, STYLE_NORMAL, cgroups->tree ? "tree" : "flat");
	}
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "sort ");
	grid_printf(pen, STYLE_NORMAL, "%s%s", cgroup_columns[cgroups->sort].title,
		cgroups->reversed ? reversed : "");
	if (cgroups->limited_only) {
		frame_put_gap(pen);
		grid_put(pen, STYLE_BOLD,
			frame_is_roomy(pen->grid) ? "with a limit only" : "limited");
	}
	put_filter(pen, cgroups->filter_text);
}

static void put_scope(struct pen *pen, const struct app *app, int width)
{
	const struct domain *domain = &watch_outlook(&app->model.watch)->ranking.domain;
	if (domain->kind == DOMAIN_MEMCG)
		put_short_name(pen, STYLE_NORMAL,
			&app->model.watch.snapshot->memcgs->rows[domain->memcg], width);
	else
		grid_put(pen, STYLE_NORMAL, domain->kind == DOMAIN_HOST ? "host" : "nodes");
}

/* Behind NEXT: who dies, in which scope, and which cgroup meets its limit first. */
static void put_next(const struct app *app, struct pen *pen, const struct ranking_row *next)
{
	const struct cgroups *cgroups = &app->cgroups;
	bool wide = pen->grid->cols >= WIDE;
	char span[FORMAT_SIZE];
	grid_printf(pen, STYLE_VICTIM, "%d ", (int)next->task->pid);
	grid_put_foreign(pen, STYLE_VICTIM, next->task->comm, TASK_COMM_SIZE);
	grid_put(pen, STYLE_NORMAL, "  (");
	put_scope(pen, app, wide ? NAME_COLS : 20);
	grid_put(pen, STYLE_NORMAL, ")");
	if (cgroups->first < 0)
		return;
	format_span(cgroups->first_s, span);
	grid_put(pen, STYLE_NORMAL, wide ? "      " : "   ");
	grid_put(pen, STYLE_NORMAL, "first cgroup to hit its limit: ");
	put_short_name(pen, STYLE_RISK, &app->model.watch.snapshot->memcgs->rows[cgroups->first],
		wide ? NAME_COLS : grid_left(pen) - (int)strlen(span) - 2);
	grid_printf(pen, STYLE_RISK, wide ? " in ~%s" : " ~%s", span);
	if (!wide)
		return;
	const struct task *victim = cgroups->victims.rows[cgroups->first].task;
	if (!victim)
		return;
	grid_printf(pen, STYLE_NORMAL, ", would kill %d ", (int)victim->pid);
	grid_put_foreign(pen, STYLE_NORMAL, victim->comm, TASK_COMM_SIZE);
}

/* --- the list --------------------------------------------------------------------------------- */

static void draw_row(const struct app *app, struct grid *grid, int row, size_t place)
{
	const struct cgroups *cgroups = &app->cgroups;
	struct pen mark = grid_pen(grid, row, 0);
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	bool pointed = place == cgroups->cursor.at;
	grid_put(&mark, STYLE_NORMAL, pointed ? ">" : " ");
	cgroup_line_put_row(&cgroups->line, &cgroups->context, &cgroups->rows.entries[place], &pen);
	if (pointed)
		grid_mark_row(grid, row, STYLE_REVERSE);
}

/* Returns how many rows it took. */
static int draw_list(const struct app *app, struct grid *grid)
{
	const struct cgroups *cgroups = &app->cgroups;
	int drawn = 0;
	while (drawn < app->layout.list_rows &&
		cgroups->cursor.top + (size_t)drawn < cgroups->rows.count) {
		draw_row(app, grid, app->layout.rows[PART_LIST] + drawn,
			cgroups->cursor.top + (size_t)drawn);
		drawn++;
	}
	return drawn;
}

static void draw_heading(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_HEADING];
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	cgroup_line_put_titles(&app->cgroups.line, &pen, app->cgroups.sort);
	grid_mark_row(grid, row, STYLE_REVERSE);
}

/* --- what is said below the list, in the rows it leaves free ---------------------------------- */

/* How near it is to an OOM of its own, or whose limit it would be. */
static void note_danger(const struct app *app, struct pen *pen, const struct memcg *row)
{
	const struct memcg *level = &app->model.watch.snapshot->memcgs->rows[row->limited_by];
	char share[FORMAT_SIZE];
	int64_t danger = cgroup_bar_danger(level);
	if (level != row) {
		grid_put(pen, STYLE_NORMAL, " is limited by ");
		grid_put_foreign(pen, STYLE_NORMAL, level->path, NAME_COLS);
	}
	if (danger < 0)
		return;
	format_tenths(danger / 10, share);
	grid_printf(pen, level_style(cgroup_bar_level(level, &app->cgroups.context.levels)),
		": %s%% of the limit cannot be reclaimed", share);
}

static void note_selected(const struct app *app, struct pen *pen)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	if (!row)
		return;
	put_short_name(pen, STYLE_NORMAL, row, NAME_COLS);
	if (row->oom_kill_disable == 1)
		grid_put(pen, STYLE_RISK,
			": the OOM killer is off (memory.oom_control), its processes wait");
	else if (row->limit_hidden)
		grid_put(pen, STYLE_NORMAL, ": limited above what is visible from here");
	else if (row->limited_by < 0)
		grid_put(pen, STYLE_NORMAL, " has no limit: only an OOM of the host kills in it");
	else
		note_danger(app, pen, row);
}

/* A top that is a row like the others has the usage of all below it. */
static uint64_t charged_bytes(const struct memcg_tree *tree)
{
	uint64_t bytes = 0;
	if (cgroup_rows_shows_top(tree) && amount_known(tree->rows[0].usage))
		return tree->rows[0].usage.bytes;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->rows[i].depth == 1 && amount_known(tree->rows[i].usage))
			bytes += tree->rows[i].usage.bytes;
	return bytes;
}

static void note_charged(const struct app *app, struct pen *pen)
{
	const struct memcg_tree *tree = app->model.watch.snapshot->memcgs;
	char size[FORMAT_SIZE];
	size_t first = cgroup_rows_shows_top(tree) ? 0 : 1, unlimited = 0;
	for (size_t i = first; i < tree->count; i++)
		unlimited += !amount_known(tree->rows[i].effective_limit);
	format_size(&app->model.context.measure, (int64_t)(charged_bytes(tree) / 1024), size);
	grid_printf(pen, STYLE_DIM,
		"charged %s with page cache (sum of the outermost)   %zu of %zu unlimited", size,
		unlimited, tree->count - first);
	if (tree->left_out)
		grid_printf(pen, STYLE_RISK, "   %zu could not be read", tree->left_out);
}

static void note_signs(const struct app *app, struct pen *pen)
{
	(void)app;
	grid_put(pen, STYLE_DIM,
		"^ limit of an ancestor  h memory.high  : reclaimable  g oom.group: all die");
}

/* From the most important on; the list comes first. */
static void draw_notes(const struct app *app, struct grid *grid, int free_rows)
{
	static void (*const notes[])(const struct app *app, struct pen *pen) = {
		note_selected,
		note_charged,
		note_signs,
	};
	int count = sizeof(notes) / sizeof(notes[0]);
	int row = app->layout.rows[PART_LIST] + app->layout.list_rows;
	count = count < free_rows ? count : free_rows;
	for (int i = 0; i < count; i++) {
		struct pen pen = grid_pen(grid, row - count + i, 1);
		notes[i](app, &pen);
	}
}

static void status_text(const struct app *app, char *buffer, size_t size)
{
	const struct cgroups *cgroups = &app->cgroups;
	size_t count = cgroups->rows.count,
	       last = cgroups->cursor.top + (size_t)app->layout.list_rows;
	struct line line = line_begin(buffer, size);
	line_add(&line, " rows %zu-%zu of %zu", count ? cgroups->cursor.top + 1 : 0,
		last < count ? last : count, count);
	if (cgroups->rows.filtered)
		line_add(&line, "  %zu filtered out (=)", cgroups->rows.filtered);
	if (cgroups->rows.unlimited)
		line_add(&line, "  %zu without a limit hidden (K)", cgroups->rows.unlimited);
	line_add(&line, "   Enter processes  o domain  c back  + - * fold  w path");
}

static void draw_nothing(const struct app *app, struct grid *grid)
{
	bool none = app->model.watch.snapshot->memcgs->version == 0;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_LIST], 1);
	grid_put(&pen, STYLE_NORMAL,
		none ? "no memory cgroups: no hierarchy with the memory "
		       "controller is mounted here"
		     : "no cgroup matches: = shows all");
}

/* --- the panel below the list: all about the cgroup under the cursor --------------------------- */

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
	format_size(&app->model.context.measure, (int64_t)(amount.bytes / 1024), size);
	grid_put(pen, STYLE_NORMAL, size);
}

static void put_count(struct pen *pen, const char *label, int64_t count)
{
	if (count == UNKNOWN)
		return;
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%" PRId64, count);
}

static void draw_panel_rule(struct grid *grid, int row, const struct memcg *memcg)
{
	struct pen pen = grid_pen(grid, row, 0);
	grid_put(&pen, STYLE_DIM, "-- ");
	grid_put_foreign(&pen, STYLE_BOLD, memcg->path, grid_left(&pen) - 4);
	grid_put(&pen, STYLE_NORMAL, " ");
	grid_fill(&pen, STYLE_DIM, '-', grid_left(&pen));
}

static void put_limit(struct pen *pen, const struct app *app, const struct memcg *row)
{
	const struct memcg_tree *tree = app->model.watch.snapshot->memcgs;
	put_amount(pen, app, "limit ", row->effective_limit);
	if (row->limit_hidden) {
		grid_put(pen, STYLE_NORMAL, " of an ancestor that is not visible");
	} else if (row->limited_by >= 0 && &tree->rows[row->limited_by] == row) {
		grid_put(pen, STYLE_NORMAL, " set here");
	} else if (row->limited_by >= 0) {
		grid_put(pen, STYLE_NORMAL, " of ");
		grid_put_foreign(pen, STYLE_NORMAL, tree->rows[row->limited_by].path, 40);
	}
	column_put_labelled(&cgroup_table, &app->model.context, cgroup_row(row), pen);
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

static void draw_inside_titles(const struct app *app, struct grid *grid, int line)
{
	const struct domain *domain = &app->cgroups.inside.ranking.domain;
	struct pen pen = grid_pen(grid, line, 1);
	char total[FORMAT_SIZE];
	column_put_titles(&app->cgroups.inside_columns, &pen, COL_RK);
	if (domain->totalpages < 0)
		return;
	format_kb(domain->totalpages * app->model.context.measure.page_kb, total);
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

static void draw_panel(const struct app *app, struct grid *grid)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	int line = app->layout.rows[PART_BELOW], rows = app->layout.below_rows;
	if (line < 0 || !row)
		return;
	draw_panel_rule(grid, line, row);
	draw_limits(app, grid, line + 1, row);
	draw_facts(app, grid, line + 2, row);
	draw_inside_titles(app, grid, line + 3);
	draw_processes(app, grid, line + PANEL_HEADING, rows - PANEL_HEADING);
}

static int panel_rows(const struct app *app)
{
	return app->cgroups.rows.count ? PANEL_ROWS : 0;
}

static void draw(const struct app *app, struct grid *grid)
{
	if (!app->model.watch.snapshot)
		return;
	if (app->cgroups.rows.count == 0) {
		draw_nothing(app, grid);
		return;
	}
	draw_heading(app, grid);
	draw_notes(app, grid, app->layout.list_rows - draw_list(app, grid));
	draw_panel(app, grid);
}

static void describe(const struct app *app, char *buffer, size_t size)
{
	if (!app->model.watch.snapshot)
		snprintf(buffer, size, " reading cgroups ...");
	else if (app->cgroups.rows.count)
		status_text(app, buffer, size);
}

/* --- moving ----------------------------------------------------------------------------------- */

/* The first row is a place: the cursor stays there whatever comes to stand in it. */
static void move(struct app *app, int rows)
{
	point_at(app, (long)app->cgroups.cursor.at + rows);
	if (rows == -CURSOR_FAR)
		app->cgroups.cursor.bound = false;
}

static int row_at(const struct app *app, int line)
{
	size_t index = app->cgroups.cursor.top + (size_t)line;
	return index < app->cgroups.rows.count ? (int)index : -1;
}

static void line_end(struct app *app)
{
	react_shift_to(app, column_set_width(&app->cgroups.line) - app->grid.cols + 1);
}

/* --- what is shown ---------------------------------------------------------------------------- */

static void toggle_tree(struct app *app)
{
	app->cgroups.tree = !app->cgroups.tree;
	app->cgroups.shaped = true;
	relist(app);
	point_at(app, (long)app->cgroups.cursor.at);
}

static void full_paths(struct app *app)
{
	app->cgroups.full_paths = !app->cgroups.full_paths;
	app->shift = 0;
	relist(app);
}

static void limited_only(struct app *app)
{
	app->cgroups.limited_only = !app->cgroups.limited_only;
	status_say(app, "%s",
		app->cgroups.limited_only ? "cgroups without a limit are hidden"
					  : "every cgroup is shown");
	relist(app);
}

static const struct cgroup_entry *pointed_entry(const struct cgroups *cgroups)
{
	return cgroups->cursor.at < cgroups->rows.count ? &cgroups->rows.entries[cgroups->cursor.at]
							: NULL;
}

static void set_folded(struct app *app, bool folded)
{
	struct cgroups *cgroups = &app->cgroups;
	const struct cgroup_entry *entry = pointed_entry(cgroups);
	if (!entry || !entry->parent) {
		status_say(
			app, cgroups->tree ? "nothing is below it" : "a list has no branches: t");
		return;
	}
	uint64_t inode = app->model.watch.snapshot->memcgs->rows[entry->row].inode;
	if (!folded)
		marks_remove(&cgroups->folds, inode);
	else if (!marks_add(&cgroups->folds, inode))
		status_say(app, "cannot fold a cgroup: out of memory");
	point_at(app, (long)cgroups->cursor.at);
	relist(app);
}

static void fold(struct app *app)
{
	set_folded(app, true);
}

static void unfold(struct app *app)
{
	set_folded(app, false);
}

/* Everything is folded, or, when anything is, nothing. */
static void fold_all(struct app *app)
{
	struct cgroups *cgroups = &app->cgroups;
	bool any = cgroups->folds.count > 0;
	if (!app->model.watch.snapshot)
		return;
	const struct memcg_tree *all = app->model.watch.snapshot->memcgs;
	marks_clear(&cgroups->folds);
	for (size_t i = 0; i < all->count && !any; i++) {
		bool parent = all->rows[i].subtree_end > (int32_t)i + 1;
		if (parent && !marks_add(&cgroups->folds, all->rows[i].inode)) {
			status_say(app, "cannot fold a cgroup: out of memory");
			break;
		}
	}
	relist(app);
	point_at(app, (long)cgroups->cursor.at);
}

static void follow(struct app *app)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	struct memcg_name name;
	app->follow = !app->follow;
	if (!app->follow || !row) {
		status_say(app, "following nothing");
		return;
	}
	point_at(app, (long)app->cgroups.cursor.at);
	memcg_name_of(row->path, &name);
	status_say(app, "following %s", name.name);
}

/* --- finding ---------------------------------------------------------------------------------- */

static void search_from(struct app *app, long start, int step)
{
	const struct cgroup_rows *rows = &app->cgroups.rows;
	long count = (long)rows->count;
	if (!app->typing.search_text[0]) {
		status_say(app, "nothing to search: / first");
		return;
	}
	for (long i = 0; i < count; i++) {
		long at = ((start + step * i) % count + count) % count;
		int32_t row = rows->entries[at].row;
		if (cgroup_rows_matches(&app->model.watch.snapshot->memcgs->rows[row],
			    app->typing.search_text)) {
			point_at(app, at);
			return;
		}
	}
	status_say(app, "not found: %s", app->typing.search_text);
}

static void search_next(struct app *app)
{
	search_from(app, (long)app->cgroups.cursor.at + 1, 1);
}

static void search_previous(struct app *app)
{
	search_from(app, (long)app->cgroups.cursor.at - 1, -1);
}

static void filter(struct app *app)
{
	prompt_open(&app->typing.prompt, PROMPT_FILTER, app->cgroups.filter_text);
}

static void user(struct app *app)
{
	status_say(app, "a cgroup has no user: 1 shows the processes");
}

static void clear(struct app *app)
{
	app->cgroups.filter_text[0] = '\0';
	app->cgroups.limited_only = false;
	relist(app);
	status_say(app, "no filter");
}

static bool take_text(struct app *app)
{
	switch (app->typing.prompt.id) {
	case PROMPT_SEARCH:
		memcpy(app->typing.search_text, app->typing.prompt.text,
			sizeof(app->typing.search_text));
		search_from(app, (long)app->cgroups.cursor.at, 1);
		return true;
	case PROMPT_FILTER:
		memcpy(app->cgroups.filter_text, app->typing.prompt.text,
			sizeof(app->cgroups.filter_text));
		relist(app);
		return true;
	default:
		return false;
	}
}

/* --- sorting ---------------------------------------------------------------------------------- */

static void sort_by(struct app *app, enum cgroup_column_id column, bool reversed)
{
	app->cgroups.sort = column;
	app->cgroups.reversed = reversed;
	relist(app);
	point_at(app, (long)app->cgroups.cursor.at);
	status_say(
		app, "sorted by %s%s", cgroup_columns[column].title, reversed ? ", reversed" : "");
}

static void sort_share(struct app *app)
{
	sort_by(app, CGROUP_COL_SHARE, false);
}

static void sort_used(struct app *app)
{
	sort_by(app, CGROUP_COL_USED, false);
}

static void sort_eta(struct app *app)
{
	sort_by(app, CGROUP_COL_ETA, false);
}

static void sort_reverse(struct app *app)
{
	sort_by(app, app->cgroups.sort, !app->cgroups.reversed);
}

static void sort_left(struct app *app)
{
	enum cgroup_column_id now = app->cgroups.sort;
	sort_by(app, now == 0 ? cgroup_table.count - 1 : now - 1, false);
}

static void sort_right(struct app *app)
{
	sort_by(app, (app->cgroups.sort + 1) % cgroup_table.count, false);
}

/* --- to the processes and back ---------------------------------------------------------------- */

static void open_processes(struct app *app)
{
	const struct memcg *row = cgroups_pointed(&app->cgroups);
	if (!row)
		return;
	state_set_scope(app, WATCH_CGROUP, row->path);
	state_show(app, VIEW_PROCS);
	process_list_point_at(app, 0);
	app->procs.cursor.bound = false;
	status_say(app, "the processes of %s: Esc leaves", app->model.watch.scope_path);
}

static void back_to_process(struct app *app)
{
	state_show(app, VIEW_PROCS);
	process_list_scroll(app);
}

static void scope(struct app *app)
{
	const struct cgroup_entry *entry = pointed_entry(&app->cgroups);
	if (entry)
		state_next_scope(app, entry->row);
}

/* One step out: search, filter, scope. Never quits. */
static void back(struct app *app)
{
	if (app->typing.search_text[0])
		app->typing.search_text[0] = '\0';
	else if (app->cgroups.filter_text[0] || app->cgroups.limited_only ||
		 !state_leave_scope(app))
		clear(app);
}

/* --- the view --------------------------------------------------------------------------------- */

static size_t chosen_column(const struct app *app, bool *ret_reversed)
{
	*ret_reversed = app->cgroups.reversed;
	return app->cgroups.sort;
}

static void sort_by_id(struct app *app, size_t id, bool reversed)
{
	sort_by(app, (enum cgroup_column_id)id, reversed);
}

static int column_at(const struct app *app, int col)
{
	return cgroup_line_at(&app->cgroups.line, col);
}

static const struct view_sorting sorting = {
	.columns = &cgroup_table,
	.chosen = chosen_column,
	.by = sort_by_id,
	.at = column_at,
};

static bool is_tree(const struct app *app)
{
	return app->cgroups.tree;
}

static reaction *const own[ACTION_COUNT] = {
	[ACTION_LINE_END] = line_end,
	[ACTION_OPEN] = open_processes,
	[ACTION_CGROUP] = back_to_process,
	[ACTION_SCOPE] = scope,
	[ACTION_TREE] = toggle_tree,
	[ACTION_FOLD] = fold,
	[ACTION_UNFOLD] = unfold,
	[ACTION_FOLD_ALL] = fold_all,
	[ACTION_FULL] = full_paths,
	[ACTION_FOLLOW] = follow,
	[ACTION_KILLABLE] = limited_only,
	[ACTION_SEARCH_NEXT] = search_next,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_FILTER] = filter,
	[ACTION_USER] = user,
	[ACTION_CLEAR] = clear,
	[ACTION_SORT_POINTS] = sort_share,
	[ACTION_SORT_MEMORY] = sort_used,
	[ACTION_SORT_AGE] = sort_eta,
	[ACTION_SORT_LEFT] = sort_left,
	[ACTION_SORT_RIGHT] = sort_right,
	[ACTION_SORT_REVERSE] = sort_reverse,
	[ACTION_BACK] = back,
};

static const struct view_rows rows = {
	.at = row_at,
	.point_at = point_at,
};

const struct view view_cgroups = {
	.rows = &rows,
	.tab = "Cgroups",
	.opened_by = ACTION_VIEW_CGROUPS,
	.way_to_processes = "Enter shows those of this cgroup",
	.sorting = &sorting,
	.reactions = { own, react_lists, react_program },
	.without = 1u << PART_ZONES | 1u << PART_RUNNER_UP | 1u << PART_COMMIT,
	.below = panel_rows,
	.put_state = put_state,
	.put_next = put_next,
	.draw = draw,
	.describe = describe,
	.is_tree = is_tree,
	.init = init,
	.release = release,
	.sampled = sampled,
	.relist = relist,
	.fetch = fetch,
	.take_text = take_text,
	.move = move,
};
