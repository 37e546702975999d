#include "view_procs.h"

#include "frame.h"
#include "view_bar.h"
#include "view_header.h"
#include "view_next.h"
#include "view_strip.h"

#include "oomspect/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOMY          120 /* columns from which on the status line has room for a reason */
#define SCOPE_COLS     40
#define SCOPE_LEAST    8
#define REVERSED_SHORT " rev"

/* --- the tab line ----------------------------------------------------------------------------- */

static void put_scope_form(struct pen *pen, const struct app *app, bool label, bool total, int cols)
{
	const struct domain *domain = &watch_outlook(&app->watch)->ranking.domain;
	const struct measure *measure = &app->context.measure;
	char text[FORMAT_SIZE];
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, label ? "domain " : "");
	if (domain->kind == DOMAIN_MEMCG) /* its name where the path is too long */
		cgroup_line_put_name(pen, STYLE_NORMAL,
			&app->watch.snapshot->memcgs->rows[domain->memcg], false, cols);
	else
		grid_put(pen, STYLE_NORMAL, frame_scope(app));
	if (!total || measure->totalpages < 0)
		return;
	format_kb(measure->totalpages * measure->page_kb, text);
	grid_printf(pen, STYLE_NORMAL, " %s", text);
}

/* As much of it as there is room for: the name at least, which may be cut and say so. */
static void put_scope(struct pen *pen, const struct app *app)
{
	static const struct {
		bool label, total;
	} forms[] = { { true, true }, { false, true }, { false, false } };
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct pen begin = grid_begin_item(pen);
		int room = grid_left(pen) - frame_gap_cols(pen->grid);
		bool last = !forms[i].total && room >= SCOPE_LEAST && room < SCOPE_COLS;
		put_scope_form(pen, app, forms[i].label, forms[i].total, last ? room : SCOPE_COLS);
		if (grid_end_item(pen, &begin))
			return;
	}
}

static bool is_filtered(const struct app *app)
{
	return app->filter_text[0] || app->filter.uid != UID_UNKNOWN || app->filter.pid_count;
}

static void put_filters(struct pen *pen, const struct app *app)
{
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "filter: ");
	if (app->filter_text[0])
		frame_put_filter_text(pen, app->filter_text);
	if (app->filter.uid != UID_UNKNOWN)
		grid_printf(pen, STYLE_BOLD, "%suid %u", app->filter_text[0] ? ", " : "",
			(unsigned)app->filter.uid);
	if (!app->filter_text[0] && app->filter.uid == UID_UNKNOWN)
		grid_put(pen, STYLE_NORMAL, app->filter.pid_count ? "pids" : "none");
}

/* Columns of put_filters where something is filtered. */
static int filters_cols(const struct app *app, const struct grid *grid)
{
	int cols = grid_foreign_width(grid, app->filter_text);
	if (cols > FRAME_FILTER_COLS)
		cols = FRAME_FILTER_COLS;
	if (app->filter.uid != UID_UNKNOWN)
		cols += (int)strlen(", uid 4294967295");
	else if (!app->filter_text[0])
		cols = (int)strlen("pids");
	return frame_gap_cols(grid) + (int)strlen("filter: ") + cols;
}

static int sort_cols(const struct app *app, const struct grid *grid, const char *reversed)
{
	return frame_gap_cols(grid) +
	       (int)(strlen("sort ") + strlen(columns[app->order.column].title) + strlen(reversed));
}

static void put_sort(struct pen *pen, const struct app *app)
{
	const char *reversed = app->order.reversed ? " reversed" : "";
	if (app->order.reversed && grid_left(pen) < sort_cols(app, pen->grid, reversed))
		reversed = REVERSED_SHORT;
	if (grid_left(pen) < sort_cols(app, pen->grid, reversed))
		return;
	frame_put_gap(pen);
	grid_put(pen, STYLE_DIM, "sort ");
	grid_printf(pen, STYLE_NORMAL, "%s%s", columns[app->order.column].title, reversed);
}

/* A filter hides processes, so it is said first where columns are few. What is the other way round
 * than one expects keeps its room. */
static void put_state(const struct app *app, struct pen *pen)
{
	bool roomy = frame_is_roomy(pen->grid), filtered = is_filtered(app);
	int end = pen->end;
	int filters = roomy && filtered ? filters_cols(app, pen->grid) : 0;
	int sort = app->order.reversed ? sort_cols(app, pen->grid, REVERSED_SHORT) : 0;
	pen->end = end - sort;
	if (filtered && !roomy)
		put_filters(pen, app);
	pen->end = end - sort - filters;
	put_scope(pen, app);
	pen->end = end - filters;
	put_sort(pen, app);
	pen->end = end;
	struct pen begin = grid_begin_item(pen);
	if (roomy)
		put_filters(pen, app);
	if (!filtered)
		grid_end_item(pen, &begin);
}

/* --- the list --------------------------------------------------------------------------------- */

/* Column 0 is the cursor's; the line begins behind it and may be scrolled. */
static void draw_row(const struct app *app, struct grid *grid, int row, size_t index)
{
	struct pen mark = grid_pen(grid, row, 0);
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	bool pointed = index == app->cursor.index;
	bool tagged = marks_has_task(&app->acting.tags, app->listing.rows[index]->task);
	grid_put(&mark, STYLE_NORMAL, tagged ? "+" : pointed ? ">" : " ");
	column_put_row(&app->columns, &app->context, process_row(app->listing.rows[index]),
		listing_branch(&app->listing, index), &pen);
	if (pointed)
		grid_mark_row(grid, row, STYLE_REVERSE);
}

static void draw_list(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_LIST];
	for (int i = 0; i < app->layout.list_rows; i++) {
		size_t index = app->top + (size_t)i;
		if (index >= app->listing.count)
			break;
		draw_row(app, grid, row + i, index);
	}
}

static void draw_heading(const struct app *app, struct grid *grid)
{
	int row = app->layout.rows[PART_HEADING];
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	column_put_titles(&app->columns, &pen, app->order.column);
	grid_mark_row(grid, row, STYLE_REVERSE);
}

/* What no key brings to the screen. */
static void add_unseen(const struct app *app, struct line *line)
{
	const struct snapshot *snapshot = app->watch.snapshot;
	char count[24] = "";
	if (snapshot->hidepid)
		line_add(line, "    hidepid: only your own processes are seen");
	if (snapshot->threads_unseen > 0)
		snprintf(count, sizeof(count), "%" PRId64 " ", snapshot->threads_unseen);
	if (snapshot->pid_ns)
		line_add(line, "    pid namespace: %sthreads outside unseen%s", count,
			app->grid.cols >= ROOMY && !snapshot->hidepid ? ", their memory counts"
								      : "");
	if (app->watch.root.live && !app->acting.rights.init_user_ns)
		line_add(line, "    user namespace: nobody is anyone outside");
}

/* The cursor stays on its process; where that has gone must be told before all that may be cut. */
static void add_cursor(const struct app *app, size_t last, struct line *line)
{
	size_t at = app->cursor.index;
	if (app->cursor.bound && (at < app->top || at >= last))
		line_add(line, ", cursor in row %zu", at + 1);
}

/* What is not on the screen, and which key brings it there. */
static void status_text(const struct app *app, char *buffer, size_t size)
{
	const struct listing *listing = &app->listing;
	size_t last = app->top + (size_t)app->layout.list_rows;
	struct line line = line_begin(buffer, size);
	line_add(&line, " rows %zu-%zu of %zu", listing->count ? app->top + 1 : 0,
		last < listing->count ? last : listing->count, listing->count);
	add_cursor(app, last, &line);
	line_add(&line, ", %zu can be killed", watch_outlook(&app->watch)->ranking.killable);
	if (listing->hidden_folded)
		line_add(&line, "    %zu folded (*)", listing->hidden_folded);
	if (listing->hidden_filtered)
		line_add(&line, "    %zu filtered out (=)", listing->hidden_filtered);
	add_unseen(app, &line);
	if (listing->hidden_kthreads)
		line_add(&line, "    %zu kernel threads hidden (K)", listing->hidden_kthreads);
	if (listing->hidden_unkillable)
		line_add(&line, "    %zu unkillable hidden (K)", listing->hidden_unkillable);
	if (app->acting.tags.count)
		line_add(&line, "    %zu tagged (U)", app->acting.tags.count);
	/* Whole or not at all, and only for letters that are to be seen. */
	int legend = (int)strlen(column_flags_legend) + 4;
	if (column_set_has(&app->columns, COL_FLG) && app->grid.cols - (int)line.used > legend)
		line_add(&line, "    %s", column_flags_legend);
}

void view_procs_draw(const struct app *app, struct grid *grid)
{
	char status[512] = " reading processes ...";
	view_header_draw(app, grid);
	view_next_draw(app, grid);
	frame_tabs_draw(app, grid, put_state);
	if (app->watch.snapshot) {
		draw_heading(app, grid);
		draw_list(app, grid);
		status_text(app, status, sizeof(status));
	}
	view_strip_draw(app, grid);
	view_bar_draw(app, grid);
	frame_status_draw(app, grid, status);
}

int view_procs_longest(const struct app *app)
{
	const struct listing *listing = &app->listing;
	int longest = 0;
	for (int i = 0; i < app->layout.list_rows; i++) {
		size_t index = app->top + (size_t)i;
		if (index >= listing->count)
			break;
		int width = column_row_width(&app->columns, &app->context,
			process_row(listing->rows[index]), listing_branch(listing, index),
			&app->grid);
		if (width > longest)
			longest = width;
	}
	return longest;
}
