#include "mouse.h"

#include "frame.h"
#include "react.h"
#include "view.h"

#define WHEEL_ROWS  3
#define CURSOR_COLS 1 /* before the columns of a list */

static struct hit hit_of(enum hit_kind kind, int what)
{
	return what < 0 ? (struct hit){ HIT_NOTHING, 0 } : (struct hit){ kind, what };
}

static int title_at(const struct app *app, int col)
{
	const struct view_sorting *sorting = view_of(app)->sorting;
	return sorting && col >= CURSOR_COLS ? sorting->at(app, col - CURSOR_COLS + app->shift)
					     : -1;
}

struct hit mouse_hit(const struct app *app, int row, int col)
{
	const struct view *view = view_of(app);
	const struct layout *layout = &app->layout;
	int line = row - layout->rows[PART_LIST];
	if (view->bare || row < 0)
		return hit_of(HIT_NOTHING, -1);
	if (row == layout->rows[PART_TABS])
		return hit_of(HIT_TAB, frame_tab_at(col));
	if (row == layout->rows[PART_HEADING])
		return hit_of(HIT_TITLE, title_at(app, col));
	if (row == layout->rows[PART_BAR]) {
		int key = frame_key_at(app->grid.cols, col);
		return hit_of(HIT_LABEL, key == INPUT_NONE ? -1 : key);
	}
	if (view->rows && view->rows->scrolls && view->rows->scrolls(app, row, col))
		return hit_of(HIT_SCROLLED, 0);
	if (view->rows && layout->rows[PART_LIST] >= 0 && line >= 0 && line < layout->list_rows)
		return hit_of(HIT_ROW, view->rows->at(app, line));
	return hit_of(HIT_NOTHING, -1);
}

static void turn_wheel(struct app *app, struct input_mouse mouse)
{
	int by = mouse.kind == MOUSE_WHEEL_UP ? -1 : 1;
	if (!view_overlay(app) && mouse_hit(app, mouse.row, mouse.col).kind == HIT_SCROLLED) {
		view_of(app)->rows->scroll(app, by * WHEEL_ROWS);
		return;
	}
	for (int i = 0; i < WHEEL_ROWS; i++)
		react_key(app, by < 0 ? INPUT_UP : INPUT_DOWN);
}

/* By another column, or by the same the other way round. */
static void sort_by(struct app *app, int column)
{
	const struct view_sorting *sorting = view_of(app)->sorting;
	bool reversed;
	size_t chosen = sorting->chosen(app, &reversed), id = (size_t)column;
	sorting->by(app, id, id == chosen && !reversed);
}

static void click(struct app *app, struct input_mouse mouse)
{
	struct hit hit = mouse_hit(app, mouse.row, mouse.col);
	switch (hit.kind) {
	case HIT_ROW:
		app->status.message[0] = '\0';
		view_of(app)->rows->point_at(app, hit.what);
		break;
	case HIT_TITLE:
		sort_by(app, hit.what);
		break;
	case HIT_TAB:
		react_key(app, '1' + hit.what);
		break;
	case HIT_LABEL:
		react_key(app, hit.what);
		break;
	default:
		break;
	}
}

void mouse_react(struct app *app, struct input_mouse mouse)
{
	const struct overlay *overlay = view_overlay(app);
	if (mouse.kind == MOUSE_NOTHING || app->typing.prompt.id != PROMPT_NONE ||
		(overlay && !overlay->click))
		return;
	if (mouse.kind != MOUSE_CLICK)
		turn_wheel(app, mouse);
	else if (overlay)
		overlay->click(app, mouse.row, mouse.col);
	else
		click(app, mouse);
}
