#include "react_sort.h"

#include "react_cgroups.h"
#include "state.h"
#include "term/input.h"
#include "view_sort.h"

void react_sort_by(struct app *app, enum column_id column, bool reversed)
{
	app->order = (struct listing_order){ column, reversed };
	state_relist(app);
	state_scroll_to_cursor(app);
	state_say(app, "sorted by %s%s%s", columns[column].title,
		column == COL_COMMAND ? " (its name, as COMM)" : "", reversed ? ", reversed" : "");
}

static void open_menu(struct app *app)
{
	bool cgroups = app->view == VIEW_CGROUPS;
	app->sort_menu = true;
	app->sort_menu_at = cgroups ? (size_t)app->cgroups.sort : (size_t)app->order.column;
}

static void by_points(struct app *app)
{
	react_sort_by(app, COL_RK, false);
}

static void by_memory(struct app *app)
{
	react_sort_by(app, COL_MEM, false);
}

static void by_age(struct app *app)
{
	react_sort_by(app, COL_START, false);
}

/* The neighbour of the sort column among those that are shown. */
static void sort_beside(struct app *app, size_t step)
{
	const struct column_set *set = &app->columns;
	size_t at = 0;
	if (set->count == 0)
		return;
	while (at < set->count && set->ids[at] != app->order.column)
		at++;
	at = at == set->count ? 0 : (at + step + set->count) % set->count;
	react_sort_by(app, set->ids[at], false);
}

static void to_the_left(struct app *app)
{
	sort_beside(app, (size_t)-1);
}

static void to_the_right(struct app *app)
{
	sort_beside(app, 1);
}

static void reverse(struct app *app)
{
	react_sort_by(app, app->order.column, !app->order.reversed);
}

static void (*const reactions[ACTION_COUNT])(struct app *) = {
	[ACTION_SORT_MENU] = open_menu,
	[ACTION_SORT_POINTS] = by_points,
	[ACTION_SORT_MEMORY] = by_memory,
	[ACTION_SORT_AGE] = by_age,
	[ACTION_SORT_LEFT] = to_the_left,
	[ACTION_SORT_RIGHT] = to_the_right,
	[ACTION_SORT_REVERSE] = reverse,
};

bool react_sort(struct app *app, enum action action)
{
	if (!reactions[action])
		return false;
	reactions[action](app);
	return true;
}

static void take_sort(struct app *app)
{
	if (app->view == VIEW_CGROUPS)
		react_cgroups_sort(app, (enum cgroup_column_id)app->sort_menu_at, false);
	else
		react_sort_by(app, (enum column_id)app->sort_menu_at, false);
}

void react_sort_menu(struct app *app, int key)
{
	size_t count = view_sort_count(app);
	const struct key_row *row = keymap_find(key);
	enum action action = row ? row->action : ACTION_NONE;
	if (action == ACTION_UP && app->sort_menu_at > 0)
		app->sort_menu_at--;
	else if (action == ACTION_DOWN && app->sort_menu_at + 1 < count)
		app->sort_menu_at++;
	else if (action == ACTION_FIRST)
		app->sort_menu_at = 0;
	else if (action == ACTION_LAST)
		app->sort_menu_at = count - 1;
	else if (action == ACTION_QUIT)
		app->quit = true;
	else if (key == INPUT_ENTER)
		take_sort(app);
	if (key == INPUT_ENTER || action == ACTION_BACK || action == ACTION_CLOSE)
		app->sort_menu = false;
}

void react_sort_menu_click(struct app *app, int row)
{
	int line = view_sort_line_at(app, row);
	app->sort_menu = false;
	if (line < 0)
		return;
	app->sort_menu_at = (size_t)line;
	take_sort(app);
}
