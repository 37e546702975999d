#include "view.h"

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

/* The columns as a menu over the list; Enter sorts by the one that is marked. */
void view_sort_draw(const struct app *app, struct grid *grid)
{
	int rows = app->layout.list_rows, top = app->layout.rows[PART_LIST];
	int width = grid->cols < MENU_WIDTH ? grid->cols : MENU_WIDTH;
	size_t at = app->sort_menu_at, first = 0;
	if (rows < 1)
		return;
	if (at >= (size_t)rows)
		first = at - (size_t)rows + 1;
	for (int i = 0; i < rows; i++) {
		size_t id = first + (size_t)i;
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
