#include "view_cgroups.h"

#include "cgroup_line.h"
#include "frame.h"
#include "view_bar.h"
#include "view_cgroup_detail.h"
#include "view_header.h"
#include "view_next.h"

#include "oomspect/line.h"
#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <string.h>

#define WIDE      120
#define NAME_COLS 40

int view_cgroups_longest(const struct app *app)
{
	return column_set_width(&app->cgroups.line);
}

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
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	if (domain->kind == DOMAIN_MEMCG)
		put_short_name(pen, STYLE_NORMAL, &app->watch.snapshot->memcgs->rows[domain->memcg],
			width);
	else
		grid_put(pen, STYLE_NORMAL, domain->kind == DOMAIN_HOST ? "host" : "nodes");
}

void view_cgroups_put_next(const struct app *app, struct pen *pen, const struct ranking_row *next)
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
	put_short_name(pen, STYLE_RISK, &app->watch.snapshot->memcgs->rows[cgroups->first],
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
	bool pointed = place == cgroups->at;
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
		cgroups->top + (size_t)drawn < cgroups->rows.count) {
		draw_row(app, grid, app->layout.rows[PART_LIST] + drawn,
			cgroups->top + (size_t)drawn);
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
	const struct memcg *level = &app->watch.snapshot->memcgs->rows[row->limited_by];
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
	const struct memcg_tree *tree = app->watch.snapshot->memcgs;
	char size[FORMAT_SIZE];
	size_t first = cgroup_rows_shows_top(tree) ? 0 : 1, unlimited = 0;
	for (size_t i = first; i < tree->count; i++)
		unlimited += !amount_known(tree->rows[i].effective_limit);
	format_size(&app->context.measure, (int64_t)(charged_bytes(tree) / 1024), size);
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
	size_t count = cgroups->rows.count, last = cgroups->top + (size_t)app->layout.list_rows;
	struct line line = line_begin(buffer, size);
	line_add(&line, " rows %zu-%zu of %zu", count ? cgroups->top + 1 : 0,
		last < count ? last : count, count);
	if (cgroups->rows.filtered)
		line_add(&line, "  %zu filtered out (=)", cgroups->rows.filtered);
	if (cgroups->rows.unlimited)
		line_add(&line, "  %zu without a limit hidden (K)", cgroups->rows.unlimited);
	line_add(&line, "   Enter processes  o domain  c back  + - * fold  w path");
}

static void draw_nothing(const struct app *app, struct grid *grid)
{
	bool none = app->watch.snapshot->memcgs->version == 0;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_LIST], 1);
	grid_put(&pen, STYLE_NORMAL,
		none ? "no memory cgroups: no hierarchy with the memory "
		       "controller is mounted here"
		     : "no cgroup matches: = shows all");
}

void view_cgroups_draw(const struct app *app, struct grid *grid)
{
	char status[256] = " reading cgroups ...";
	view_header_draw(app, grid);
	view_next_draw(app, grid);
	frame_tabs_draw(app, grid, put_state);
	if (app->watch.snapshot && app->cgroups.rows.count == 0) {
		draw_nothing(app, grid);
		status[0] = '\0';
	} else if (app->watch.snapshot) {
		draw_heading(app, grid);
		draw_notes(app, grid, app->layout.list_rows - draw_list(app, grid));
		status_text(app, status, sizeof(status));
		view_cgroup_detail_draw(app, grid);
	}
	view_bar_draw(app, grid);
	frame_status_draw(app, grid, status);
}
