#include "view.h"

#include "oomspect/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOMY 120 /* columns from which on the status line has room for a reason */

/* Column 0 is the cursor's; the line begins behind it and may be scrolled. */
static void draw_row(const struct app *app, struct grid *grid, int row, size_t index)
{
	struct pen mark = grid_pen(grid, row, 0);
	struct pen pen = grid_pen_shifted(grid, row, 1, app->shift);
	bool pointed = index == app->cursor.index;
	bool tagged = tags_has(&app->acting.tags, app->listing.rows[index]->task);
	grid_put(&mark, STYLE_NORMAL, tagged ? "+" : pointed ? ">" : " ");
	column_put_row(&app->columns, &app->context, app->listing.rows[index],
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
	view_tabs_draw(app, grid);
	if (app->watch.snapshot) {
		draw_heading(app, grid);
		draw_list(app, grid);
		status_text(app, status, sizeof(status));
	}
	view_strip_draw(app, grid);
	view_bar_draw(app, grid);
	view_status_draw(app, grid, status);
}

int view_procs_longest(const struct app *app)
{
	const struct listing *listing = &app->listing;
	int longest = 0;
	for (int i = 0; i < app->layout.list_rows; i++) {
		size_t index = app->top + (size_t)i;
		if (index >= listing->count)
			break;
		int width = column_row_width(&app->columns, &app->context, listing->rows[index],
			listing_branch(listing, index), &app->grid);
		if (width > longest)
			longest = width;
	}
	return longest;
}
