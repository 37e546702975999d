#include "hit.h"

#include "frame.h"
#include "place.h"
#include "term/input.h"
#include "view_bar.h"

#define CURSOR_COLS 1 /* before the columns of a list */

static struct hit hit_of(enum hit_kind kind, int what)
{
	return what < 0 ? (struct hit){ HIT_NOTHING, 0 } : (struct hit){ kind, what };
}

/* The column at a place of a line; the last one has no end. */
static int column_at(const struct column_set *set, int col)
{
	int end = 0;
	for (size_t i = 0; i < set->count; i++) {
		end += set->widths[i] + 1;
		if (col < end || i + 1 == set->count)
			return (int)set->ids[i];
	}
	return -1;
}

static int title_at(const struct app *app, int col)
{
	int place = col - CURSOR_COLS + app->shift;
	if (col < CURSOR_COLS)
		return -1;
	if (app->view == VIEW_CGROUPS)
		return cgroup_line_at(&app->cgroups.line, place);
	return app->view == VIEW_PROCS ? column_at(&app->columns, place) : -1;
}

/* The row of the list at line `line` of it. */
static int row_at(const struct app *app, int line)
{
	size_t top = 0, count = 0;
	if (app->view == VIEW_PROCS) {
		top = app->top;
		count = app->listing.count;
	} else if (app->view == VIEW_CGROUPS) {
		top = app->cgroups.top;
		count = app->cgroups.rows.count;
	} else if (app->view == VIEW_EVENTS) {
		top = app->events.top;
		count = app->events.log.count;
	}
	size_t index = top + (size_t)line;
	return index < count ? (int)index : -1;
}

static bool is_in_report(const struct app *app, int row, int col)
{
	if (app->view != VIEW_EVENTS)
		return false;
	struct events_layout layout =
		place_events(app->grid.rows, app->grid.cols, (int)app->events.log.count);
	return row >= layout.report && row < layout.report + layout.report_rows &&
	       col >= layout.report_col;
}

struct hit hit_test(const struct app *app, int row, int col)
{
	const struct layout *layout = &app->layout;
	int line = row - layout->rows[PART_LIST];
	if (app->view == VIEW_HELP || row < 0)
		return hit_of(HIT_NOTHING, -1);
	if (row == layout->rows[PART_TABS])
		return hit_of(HIT_TAB, frame_tab_at(col));
	if (row == layout->rows[PART_HEADING])
		return hit_of(HIT_TITLE, title_at(app, col));
	if (row == layout->rows[PART_BAR]) {
		int key = view_bar_key_at(app->grid.cols, col);
		return hit_of(HIT_LABEL, key == INPUT_NONE ? -1 : key);
	}
	if (is_in_report(app, row, col))
		return hit_of(HIT_REPORT, 0);
	if (layout->rows[PART_LIST] >= 0 && line >= 0 && line < layout->list_rows)
		return hit_of(HIT_ROW, row_at(app, line));
	return hit_of(HIT_NOTHING, -1);
}
