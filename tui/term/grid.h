/* A rectangle of styled cells: what a view draws, batch mode prints and screen.c gives to curses.
 *
 * The one place that makes foreign text safe: nothing but printable characters of a known width
 * ever gets into a cell. Allocates in grid_resize only. Knows no terminal. */
#ifndef OOMSPECT_GRID_H
#define OOMSPECT_GRID_H

#include "oomspect/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* A meaning, which each terminal shows as well as it can, and two marks that combine with it. */
enum style {
	STYLE_NORMAL,
	STYLE_DIM,      /* secondary */
	STYLE_VICTIM,   /* the next victim */
	STYLE_RISK,     /* near to it, or near a limit */
	STYLE_SHIELDED, /* protected: oom_score_adj below 0 */
	STYLE_COUNT,
	STYLE_BOLD = 0x40,
	STYLE_REVERSE = 0x80,
};

struct cell {
	wchar_t ch;
	uint16_t style; /* enum style, marks added */
	uint16_t width; /* columns: 1 or 2; 0 for the right half of the cell before */
};

struct grid {
	struct cell *cells;
	int rows, cols;
	size_t capacity;
	bool ascii; /* nothing above 0x7e may be put */
	bool spell; /* foreign text that cannot be shown is spelled (safe_text.h) */
};

/* A place to write at, in one row, up to (not including) column `end`. A shifted pen writes a line
 * that is scrolled sideways: its columns are those of the line, of which the first are hidden. */
struct pen {
	struct grid *grid;
	int row, col, end;
	int shift; /* the line's column less the grid's */
	int begin; /* the line's first column that is seen */
	bool cut;  /* not all that was written did fit */
};

void grid_init(struct grid *grid, bool ascii);
void grid_release(struct grid *grid);

/* Gives the grid a size and blanks it. ERR_NO_MEMORY leaves it as it was. */
enum err_code grid_resize(struct grid *grid, int rows, int cols, struct err *err);
void grid_clear(struct grid *grid);

/* A pen at (row, col) that ends at the right edge, or earlier. Outside of the grid it writes
 * nothing. */
struct pen grid_pen(struct grid *grid, int row, int col);
struct pen grid_pen_until(struct grid *grid, int row, int col, int end);

/* The same for a line that is scrolled by `shift` columns to the left of column `col`. */
struct pen grid_pen_shifted(struct grid *grid, int row, int col, int shift);

/* Columns that are left to the pen. */
int grid_left(const struct pen *pen);

/* What is written between the two is an item, which stands there whole or not at all: when it was
 * cut, it is blanked and the pen is where it was. False then. */
struct pen grid_begin_item(struct pen *pen);
bool grid_end_item(struct pen *pen, const struct pen *begin);

/* Writes the program's own text: printable ASCII. What does not fit is cut. */
void grid_put(struct pen *pen, unsigned style, const char *text);
void grid_printf(struct pen *pen, unsigned style, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

/* Writes the lines of a tree, which are given as "|- ", "`- " and "|  ": in box characters where
 * these can be shown. */
void grid_put_lines(struct pen *pen, unsigned style, const char *lines);

/* Writes `text` flush right in `width` columns; if it is longer, its end is cut. */
void grid_put_right(struct pen *pen, unsigned style, const char *text, int width);

/* Writes bytes from outside, at most `width` columns of them, and returns the columns used.
 * UTF-8 is shown as it is where it is printable; each control character, bad byte, zero-width
 * or direction mark becomes U+FFFD ('?' in ASCII), or is spelled if the grid does that. A wide
 * character or a spelling that does not fit is left out. */
int grid_put_foreign(struct pen *pen, unsigned style, const char *bytes, int width);

/* Columns grid_put_foreign would use for all of `bytes`. */
int grid_foreign_width(const struct grid *grid, const char *bytes);

/* Writes `ch` `width` times; moves on without writing. */
void grid_fill(struct pen *pen, unsigned style, char ch, int width);
void grid_skip(struct pen *pen, int width);

/* Moves on to column `col` of the row if the pen is before it. */
void grid_skip_to(struct pen *pen, int col);

/* Draws "[|||||.....]" in `width` columns: `part` of `whole`, the rest dots. It ends in `end`: "]",
 * or what points it out, which may cover the last cell too. */
void grid_bar(
	struct pen *pen, unsigned style, int64_t part, int64_t whole, int width, const char *end);

/* Adds marks to what stands in a row, from its first to its last column. */
void grid_mark_row(struct grid *grid, int row, unsigned marks);

/* Copies `rows` rows of `from`, beginning with `top`, to row `row`. Both are equally wide. */
void grid_copy_rows(struct grid *grid, int row, const struct grid *from, int top, int rows);

/* The first row with `text` in it, in letters of any case, from row `from` on in steps of 1 or -1,
 * all around; -1 when there is none. */
int grid_find_row(const struct grid *grid, const char *text, int from, int step);

/* A row as UTF-8 text without trailing blanks, NUL-terminated, cut at `size`. Its length in bytes. */
size_t grid_row_text(const struct grid *grid, int row, char *buffer, size_t size);

#endif
