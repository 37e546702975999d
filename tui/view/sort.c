#include "cursor.h"
#include "view.h"

#define MENU_WIDTH 66

/* The columns as a menu over the list; Enter sorts by the one that is marked. */

static bool open_menu(struct app *app, enum action action)
{
	bool reversed;
	if (action != ACTION_SORT_MENU || !view_of(app)->sorting)
		return false;
	app->sort_menu = (struct sort_menu){ .open = true };
	app->sort_menu.at = view_of(app)->sorting->chosen(app, &reversed);
	return true;
}

static bool is_open(const struct app *app)
{
	return app->sort_menu.open;
}

static void take(struct app *app)
{
	view_of(app)->sorting->by(app, app->sort_menu.at, false);
}

static void key(struct app *app, int key)
{
	struct sort_menu *menu = &app->sort_menu;
	const struct key_row *row = keymap_find(key);
	enum action action = row ? row->action : ACTION_NONE;
	if (action == ACTION_UP || action == ACTION_DOWN || action == ACTION_FIRST ||
		action == ACTION_LAST)
		menu->at = cursor_nearest((long)menu->at + cursor_step(action, 1),
			view_of(app)->sorting->columns->count);
	else if (action == ACTION_QUIT)
		app->request.quit = true;
	else if (key == INPUT_ENTER)
		take(app);
	if (key == INPUT_ENTER || action == ACTION_BACK || action == ACTION_CLOSE)
		menu->open = false;
}

/* The first line that is seen. */
static size_t first_of(const struct app *app)
{
	return cursor_first(app->sort_menu.at, app->layout.list_rows);
}

static int line_at(const struct app *app, int row)
{
	int line = row - app->layout.rows[PART_LIST];
	if (app->layout.rows[PART_LIST] < 0 || line < 0 || line >= app->layout.list_rows)
		return -1;
	size_t id = first_of(app) + (size_t)line;
	return id < view_of(app)->sorting->columns->count ? (int)id : -1;
}

static void click(struct app *app, int row, int col)
{
	int line = line_at(app, row);
	(void)col;
	app->sort_menu.open = false;
	if (line < 0)
		return;
	app->sort_menu.at = (size_t)line;
	take(app);
}

static void draw(const struct app *app, struct grid *grid)
{
	int rows = app->layout.list_rows, top = app->layout.rows[PART_LIST];
	int width = grid->cols < MENU_WIDTH ? grid->cols : MENU_WIDTH;
	const struct view_sorting *sorting = view_of(app)->sorting;
	size_t at = app->sort_menu.at;
	for (int i = 0; i < rows; i++) {
		size_t id = first_of(app) + (size_t)i;
		struct pen pen = grid_pen_until(grid, top + i, 0, width - 1);
		struct pen edge = grid_pen(grid, top + i, width - 1);
		if (id >= sorting->columns->count)
			break;
		unsigned style = id == at ? STYLE_REVERSE : STYLE_NORMAL;
		grid_printf(&pen, style, "%s%-8s", id == at ? ">" : " ",
			sorting->columns->columns[id].title);
		grid_printf(&pen, style, "%s", sorting->columns->columns[id].help);
		grid_fill(&pen, style, ' ', grid_left(&pen));
		grid_put(&edge, STYLE_NORMAL, "|");
	}
}

const struct overlay overlay_sort = {
	.open = open_menu,
	.is_open = is_open,
	.draw = draw,
	.key = key,
	.click = click,
};
