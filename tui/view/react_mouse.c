#include "react_mouse.h"

#include "hit.h"
#include "react.h"
#include "react_cgroups.h"
#include "react_setup.h"
#include "react_sort.h"
#include "state.h"
#include "state_cgroups.h"
#include "whole_command.h"

#define WHEEL_ROWS 3

static void turn_wheel(struct app *app, struct input_mouse mouse)
{
	int by = mouse.kind == MOUSE_WHEEL_UP ? -1 : 1;
	bool over = app->setup.open || app->sort_menu || app->whole_command.text;
	if (!over && hit_test(app, mouse.row, mouse.col).kind == HIT_REPORT) {
		events_pane_scroll(&app->events, by * WHEEL_ROWS);
		return;
	}
	for (int i = 0; i < WHEEL_ROWS; i++)
		react_key(app, by < 0 ? INPUT_UP : INPUT_DOWN);
}

static void point_at(struct app *app, int index)
{
	app->message[0] = '\0';
	if (app->view == VIEW_PROCS)
		state_point_at(app, index);
	else if (app->view == VIEW_CGROUPS)
		state_cgroups_point_at(app, index);
	else
		events_pane_move(&app->events, index - (long)app->events.cursor);
}

/* By another column, or by the same the other way round. */
static void sort_by(struct app *app, int column)
{
	const struct cgroups *cgroups = &app->cgroups;
	if (app->view == VIEW_CGROUPS)
		react_cgroups_sort(app, (enum cgroup_column_id)column,
			cgroups->sort == (enum cgroup_column_id)column && !cgroups->reversed);
	else
		react_sort_by(app, (enum column_id)column,
			app->order.column == (enum column_id)column && !app->order.reversed);
}

static void click(struct app *app, struct input_mouse mouse)
{
	struct hit hit = hit_test(app, mouse.row, mouse.col);
	switch (hit.kind) {
	case HIT_ROW:
		point_at(app, hit.what);
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

void react_mouse(struct app *app, struct input_mouse mouse)
{
	if (mouse.kind == MOUSE_NOTHING || app->acting.dialog != DIALOG_NONE ||
		app->prompt.id != PROMPT_NONE)
		return;
	if (mouse.kind != MOUSE_CLICK)
		turn_wheel(app, mouse);
	else if (app->whole_command.text)
		whole_command_close(&app->whole_command);
	else if (app->setup.open)
		react_setup_click(app, mouse.row, mouse.col);
	else if (app->sort_menu)
		react_sort_menu_click(app, mouse.row);
	else
		click(app, mouse);
}
