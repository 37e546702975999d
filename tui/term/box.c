#include "box.h"

#include <string.h>

#define EDGE_ROWS  3 /* both edges and the status line */
#define PIECES_MAX 8
#define PIECE_GAP  2
#define MIN_ROWS   2 /* below, a frame would be all there is */
#define LEVEL      3 /* columns of a level of a tree */
#define SKIPPED    ".."

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
	if (grid_left(&pen) >= length - 3) {
		grid_fill(&pen, STYLE_NORMAL, '-', grid_left(&pen) - length);
		grid_printf(&pen, STYLE_DIM, " %s ", remark);
	}
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

struct piece {
	const char *text;
	size_t length;
};

static size_t take_pieces(const char *text, struct piece pieces[PIECES_MAX])
{
	size_t count = 0;
	while (*text && count < PIECES_MAX) {
		const char *end = strstr(text, "  ");
		size_t length = end ? (size_t)(end - text) : strlen(text);
		pieces[count++] = (struct piece){ text, length };
		text += length;
		text += strspn(text, " ");
	}
	return count;
}

/* The last one that can be spared, or `count`. */
static size_t find_spare(const struct piece *pieces, size_t count)
{
	for (size_t i = count; i-- > 0;)
		if (strncmp(pieces[i].text, "Esc", 3) != 0)
			return i;
	return count;
}

static size_t width_of(const struct piece *pieces, size_t count)
{
	size_t width = 0;
	for (size_t i = 0; i < count; i++)
		width += pieces[i].length + (i ? PIECE_GAP : 0);
	return width;
}

static void put_pieces(struct pen *pen, const char *text)
{
	struct piece pieces[PIECES_MAX];
	size_t count = take_pieces(text, pieces), spare;
	size_t room = grid_left(pen) > 0 ? (size_t)grid_left(pen) : 0;
	while (width_of(pieces, count) > room && (spare = find_spare(pieces, count)) < count) {
		count--;
		memmove(&pieces[spare], &pieces[spare + 1], (count - spare) * sizeof(*pieces));
	}
	for (size_t i = 0; i < count; i++)
		grid_printf(pen, STYLE_NORMAL, "%s%.*s", i ? "  " : "", (int)pieces[i].length,
			pieces[i].text);
}

void box_close(struct box *box, const char *text)
{
	if (box->rows == 0)
		return;
	struct pen pen = begin_edge(box, box->next);
	grid_put(&pen, STYLE_NORMAL, " ");
	struct pen inside = pen;
	inside.end -= 2;
	if ((int)strlen(text) <= grid_left(&inside))
		grid_put(&inside, STYLE_NORMAL, text);
	else
		put_pieces(&inside, text);
	pen.col = inside.col;
	grid_put(&pen, STYLE_NORMAL, " ");
	end_edge(&pen);
}

static int levels_drawn(struct branch branch, int room)
{
	int most = room / 2 / LEVEL;
	if (most > BRANCH_LEVELS_MAX)
		most = BRANCH_LEVELS_MAX;
	if (most < 1)
		most = 1;
	return branch.depth < most ? branch.depth : most;
}

int branch_width(struct branch branch, int room)
{
	int levels = levels_drawn(branch, room);
	return levels * LEVEL + (levels < branch.depth ? (int)strlen(SKIPPED) : 0);
}

void branch_put(struct pen *pen, unsigned style, struct branch branch, int room)
{
	int levels = levels_drawn(branch, room);
	if (levels < branch.depth)
		grid_put(pen, style, SKIPPED);
	for (int above = levels - 1; above > 0; above--)
		grid_put_lines(pen, style, branch.lines >> above & 1 ? "|  " : "   ");
	if (levels > 0)
		grid_put_lines(pen, style, branch.lines & 1 ? "|- " : "`- ");
}
