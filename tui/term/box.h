/* A frame over a view with lines in it, at the bottom of the screen above the status line. */
#ifndef OOMSPECT_BOX_H
#define OOMSPECT_BOX_H

#include "grid.h"

#define BOX_COLS 100 /* no wider than that */

struct box {
	struct grid *grid;
	int width;
	int rows; /* lines inside; 0 on a screen that is too low for a frame */
	int next; /* row of the grid of the next line */
};

/* How many lines there can be at most. */
int box_room(const struct grid *grid);

/* Draws the upper edge of a box with `rows` lines, with `title` and, to the right, `remark`. */
struct box box_open(
	struct grid *grid, int rows, unsigned style, const char *title, const char *remark);

/* Draws the sides of the next line, and gives a pen for what is between them. */
struct pen box_line(struct box *box);

/* Draws the lower edge with `text`, after the last line: pieces that stand two or more blanks apart.
 * Where not all have room the last ones are left out first, but never one that begins with "Esc". */
void box_close(struct box *box, const char *text);

#endif
