#include "box.h"

#define EDGE_ROWS 3 /* both edges and the status line */
#define MIN_ROWS  2 /* below, a frame would be all there is */

int box_room(const struct grid *grid)
{
	int room = grid->rows - EDGE_ROWS;
	return room < MIN_ROWS ? 0 : room;
}

static struct pen begin_edge(const struct box *box, int row)
{
	struct pen pen = grid_pen_until(box->grid, row, 0, box->width);
	grid_put(&pen, STYLE_NORMAL, "+--");
	return pen;
}

static void end_edge(struct pen *pen)
{
	grid_fill(pen, STYLE_NORMAL, '-', grid_left(pen) - 1);
	grid_put(pen, STYLE_NORMAL, "+");
}

struct box box_open(
	struct grid *grid, int rows, unsigned style, const char *title, const char *remark)
{
	int room = box_room(grid);
	struct box box = { grid, grid->cols < BOX_COLS ? grid->cols : BOX_COLS,
		rows < room ? rows : room, 0 };
	if (box.rows == 0)
		return box;
	int top = grid->rows - EDGE_ROWS - box.rows;
	struct pen pen = begin_edge(&box, top);
	int length = grid_foreign_width(grid, remark) + 6;
	grid_printf(&pen, style, " %s ", title);
	grid_fill(&pen, STYLE_NORMAL, '-', grid_left(&pen) - length);
	grid_printf(&pen, STYLE_DIM, " %s ", remark);
	end_edge(&pen);
	box.next = top + 1;
	return box;
}

struct pen box_line(struct box *box)
{
	struct pen pen = grid_pen_until(box->grid, box->next, 0, box->width);
	struct pen edge = grid_pen(box->grid, box->next, box->width - 1);
	box->next++;
	grid_put(&pen, STYLE_NORMAL, "|");
	grid_fill(&pen, STYLE_NORMAL, ' ', grid_left(&pen));
	grid_put(&edge, STYLE_NORMAL, "|");
	return grid_pen_until(box->grid, box->next - 1, 2, box->width - 1);
}

void box_close(struct box *box, const char *text)
{
	if (box->rows == 0)
		return;
	struct pen pen = begin_edge(box, box->next);
	grid_printf(&pen, STYLE_NORMAL, " %s ", text);
	end_edge(&pen);
}
