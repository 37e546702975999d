#include "view.h"

#define MENU_WIDTH 66

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
		if (id >= COL_COUNT)
			break;
		unsigned style = id == at ? STYLE_REVERSE : STYLE_NORMAL;
		grid_printf(&pen, style, "%s%-8s", id == at ? ">" : " ", columns[id].title);
		grid_printf(&pen, style, "%s", columns[id].help);
		grid_fill(&pen, style, ' ', grid_left(&pen));
		grid_put(&edge, STYLE_NORMAL, "|");
	}
}
