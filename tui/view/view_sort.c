#include "view_sort.h"

#define MENU_WIDTH 66

size_t view_sort_count(const struct app *app)
{
	return app->view == VIEW_CGROUPS ? (size_t)CGROUP_COL_COUNT : (size_t)COL_COUNT;
}

static const char *title_of(const struct app *app, size_t id)
{
	return app->view == VIEW_CGROUPS ? cgroup_columns[id].title : columns[id].title;
}

static const char *help_of(const struct app *app, size_t id)
{
	return app->view == VIEW_CGROUPS ? cgroup_columns[id].help : columns[id].help;
}

/* The first line that is seen. */
static size_t first_of(const struct app *app)
{
	size_t at = app->sort_menu_at, rows = (size_t)app->layout.list_rows;
	return at >= rows ? at - rows + 1 : 0;
}

int view_sort_line_at(const struct app *app, int row)
{
	int line = row - app->layout.rows[PART_LIST];
	if (app->layout.rows[PART_LIST] < 0 || line < 0 || line >= app->layout.list_rows)
		return -1;
	size_t id = first_of(app) + (size_t)line;
	return id < view_sort_count(app) ? (int)id : -1;
}

/* The columns as a menu over the list; Enter sorts by the one that is marked. */
void view_sort_draw(const struct app *app, struct grid *grid)
{
	int rows = app->layout.list_rows, top = app->layout.rows[PART_LIST];
	int width = grid->cols < MENU_WIDTH ? grid->cols : MENU_WIDTH;
	size_t at = app->sort_menu_at;
	for (int i = 0; i < rows; i++) {
		size_t id = first_of(app) + (size_t)i;
		struct pen pen = grid_pen_until(grid, top + i, 0, width - 1);
		struct pen edge = grid_pen(grid, top + i, width - 1);
		if (id >= view_sort_count(app))
			break;
		unsigned style = id == at ? STYLE_REVERSE : STYLE_NORMAL;
		grid_printf(&pen, style, "%s%-8s", id == at ? ">" : " ", title_of(app, id));
		grid_printf(&pen, style, "%s", help_of(app, id));
		grid_fill(&pen, style, ' ', grid_left(&pen));
		grid_put(&edge, STYLE_NORMAL, "|");
	}
}
