#include "grid.h"

#include "oomspect/array.h"
#include "oomspect/safe_text.h"
#include "oomspect/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffd
#define SPELLED     0
#define GLYPH_BYTES 10 /* of a text, that tell what its beginning is: a backslash and \UHHHHHHHH */
#define LINE_SIZE   4096 /* of a row that is searched; its rest is not */

void grid_init(struct grid *grid, bool ascii)
{
	*grid = (struct grid){ .ascii = ascii };
}

void grid_release(struct grid *grid)
{
	free(grid->cells);
	*grid = (struct grid){ .ascii = grid->ascii, .spell = grid->spell };
}

enum err_code grid_resize(struct grid *grid, int rows, int cols, struct err *err)
{
	size_t need = (size_t)rows * (size_t)cols;
	if (!ARRAY_RESERVE(grid->cells, grid->capacity, need))
		return err_set(err, ERR_NO_MEMORY, "cannot draw %dx%d: out of memory", cols, rows);
	grid->rows = rows;
	grid->cols = cols;
	grid_clear(grid);
	return ERR_OK;
}

void grid_clear(struct grid *grid)
{
	size_t count = (size_t)grid->rows * (size_t)grid->cols;
	for (size_t i = 0; i < count; i++)
		grid->cells[i] = (struct cell){ L' ', STYLE_NORMAL, 1 };
}

struct pen grid_pen(struct grid *grid, int row, int col)
{
	return grid_pen_until(grid, row, col, grid->cols);
}

struct pen grid_pen_until(struct grid *grid, int row, int col, int end)
{
	bool inside = row >= 0 && row < grid->rows && col >= 0;
	if (end > grid->cols)
		end = grid->cols;
	return (struct pen){ grid, row, col, inside ? end : col, 0, col, false };
}

struct pen grid_pen_shifted(struct grid *grid, int row, int col, int shift)
{
	struct pen pen = grid_pen(grid, row, col);
	pen.shift = shift;
	pen.begin += shift;
	if (pen.end > pen.col)
		pen.end += shift;
	return pen;
}

int grid_left(const struct pen *pen)
{
	return pen->end > pen->col ? pen->end - pen->col : 0;
}

struct pen grid_begin_item(struct pen *pen)
{
	pen->cut = false;
	return *pen;
}

bool grid_end_item(struct pen *pen, const struct pen *begin)
{
	if (!pen->cut)
		return true;
	*pen = *begin;
	grid_fill(pen, STYLE_NORMAL, ' ', grid_left(pen));
	*pen = *begin;
	return false;
}

static struct cell *cell_at(const struct grid *grid, int row, int col)
{
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

/* A wide character of which one half is overwritten leaves a blank, as on a terminal. */
static void split_wide(struct grid *grid, int row, int col)
{
	struct cell *cell = cell_at(grid, row, col);
	if (cell->width == 0 && col > 0)
		cell[-1] = (struct cell){ L' ', cell[-1].style, 1 };
	if (cell->width == 2 && col + 1 < grid->cols)
		cell[1] = (struct cell){ L' ', cell[1].style, 1 };
}

/* Sets cells of the grid, whose columns are counted here as the line's. */
static void set_cells(struct pen *pen, unsigned style, wchar_t ch, int width)
{
	int col = pen->col - pen->shift;
	for (int i = 0; i < width; i++)
		split_wide(pen->grid, pen->row, col + i);
	struct cell *cell = cell_at(pen->grid, pen->row, col);
	cell[0] = (struct cell){ ch, (uint16_t)style, (uint16_t)width };
	if (width == 2)
		cell[1] = (struct cell){ L' ', (uint16_t)style, 0 };
}

/* False when it does not fit: the pen is then at its end. */
static bool put_char(struct pen *pen, unsigned style, wchar_t ch, int width)
{
	if (grid_left(pen) < width) {
		pen->col = pen->end > pen->col ? pen->end : pen->col;
		pen->cut = true;
		return false;
	}
	if (pen->col >= pen->begin) {
		set_cells(pen, style, ch, width);
	} else if (pen->col + width > pen->begin) { /* half of it is hidden */
		pen->col++;
		set_cells(pen, style, L' ', 1);
		pen->col--;
	}
	pen->col += width;
	return true;
}

void grid_put(struct pen *pen, unsigned style, const char *text)
{
	while (*text && put_char(pen, style, (wchar_t)*text, 1))
		text++;
}

void grid_printf(struct pen *pen, unsigned style, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	grid_put(pen, style, text);
}

static wchar_t line_of(const char *at)
{
	switch (*at) {
	case '|':
		return at[1] == '-' ? L'\u251c' : L'\u2502';
	case '`':
		return L'\u2514';
	case '-':
		return L'\u2500';
	default:
		return (wchar_t)*at;
	}
}

void grid_put_lines(struct pen *pen, unsigned style, const char *lines)
{
	for (; *lines; lines++)
		put_char(pen, style, pen->grid->ascii ? (wchar_t)*lines : line_of(lines), 1);
}

void grid_put_right(struct pen *pen, unsigned style, const char *text, int width)
{
	int length = (int)strlen(text);
	if (length < width)
		grid_fill(pen, style, ' ', width - length);
	for (int i = 0; i < length && i < width; i++)
		put_char(pen, style, (wchar_t)text[i], 1);
}

/* What stands for a character of foreign text, or for a bad byte. */
struct glyph {
	wchar_t ch;    /* SPELLED: more than one */
	int width;     /* columns of it all */
	size_t length; /* bytes of the text that it stands for */
};

static size_t spell(const char *bytes, char ret[SAFE_TEXT_MAX], size_t *ret_length)
{
	struct text text = { bytes, strnlen(bytes, GLYPH_BYTES) };
	const char *end = text.at + text.len;
	size_t given = safe_text_next(&text, ret);
	*ret_length = (size_t)(end - bytes) - text.len;
	return given;
}

static struct glyph spelled_glyph(const char *bytes)
{
	char piece[SAFE_TEXT_MAX];
	struct glyph glyph = { .ch = SPELLED };
	glyph.width = (int)spell(bytes, piece, &glyph.length);
	return glyph;
}

/* The first of NUL-terminated `bytes`, which are not empty. */
static struct glyph next_glyph(const struct grid *grid, const char *bytes)
{
	uint32_t ch = 0;
	size_t length = utf8_decode(bytes, strnlen(bytes, 4), &ch);
	bool safe = length && !utf8_unsafe(ch);
	if (!length)
		length = 1;
	if (grid->spell && (!safe || ch == '\\'))
		return spelled_glyph(bytes);
	if (safe && ch <= 0x7e)
		return (struct glyph){ (wchar_t)ch, 1, length };
	if (grid->ascii)
		return (struct glyph){ L'?', 1, length };
	int width = safe ? wcwidth((wchar_t)ch) : -1;
	if (width != 1 && width != 2)
		return (struct glyph){ REPLACEMENT, 1, length };
	return (struct glyph){ (wchar_t)ch, width, length };
}

static void put_glyph(struct pen *pen, unsigned style, struct glyph glyph, const char *bytes)
{
	char piece[SAFE_TEXT_MAX];
	if (glyph.ch != SPELLED) {
		put_char(pen, style, glyph.ch, glyph.width);
		return;
	}
	spell(bytes, piece, &glyph.length);
	grid_put(pen, style, piece);
}

int grid_put_foreign(struct pen *pen, unsigned style, const char *bytes, int width)
{
	int start = pen->col, left = grid_left(pen);
	int end = width < left ? pen->col + width : pen->end;
	bool whole = true;
	while (*bytes && pen->col < end) {
		struct glyph glyph = next_glyph(pen->grid, bytes);
		whole = pen->col + glyph.width <= end;
		if (!whole)
			break;
		put_glyph(pen, style, glyph, bytes);
		bytes += glyph.length;
	}
	pen->cut |= (*bytes || !whole) && width > left; /* not where `width` cut it */
	return pen->col - start;
}

int grid_foreign_width(const struct grid *grid, const char *bytes)
{
	int sum = 0;
	while (*bytes) {
		struct glyph glyph = next_glyph(grid, bytes);
		sum += glyph.width;
		bytes += glyph.length;
	}
	return sum;
}

void grid_fill(struct pen *pen, unsigned style, char ch, int width)
{
	for (int i = 0; i < width && put_char(pen, style, (wchar_t)ch, 1); i++)
		;
}

void grid_skip(struct pen *pen, int width)
{
	if (width > 0)
		grid_fill(pen, STYLE_NORMAL, ' ', width);
}

void grid_skip_to(struct pen *pen, int col)
{
	grid_skip(pen, col - pen->col);
}

void grid_bar(
	struct pen *pen, unsigned style, int64_t part, int64_t whole, int width, const char *end)
{
	int inner = width - 2;
	if (inner < 1)
		return;
	int full = 0;
	if (whole > 0 && part > 0)
		full = part >= whole ? inner : (int)((double)part / (double)whole * inner + 0.5);
	int covered = (int)strlen(end) - 1;
	full = full > inner - covered ? inner - covered : full;
	grid_put(pen, STYLE_NORMAL, "[");
	grid_fill(pen, style, '|', full);
	grid_fill(pen, STYLE_DIM, '.', inner - covered - full);
	grid_put(pen, end[0] == ']' ? STYLE_NORMAL : style, end);
}

void grid_mark_row(struct grid *grid, int row, unsigned marks)
{
	if (row < 0 || row >= grid->rows)
		return;
	for (int col = 0; col < grid->cols; col++)
		cell_at(grid, row, col)->style |= (uint16_t)marks;
}

void grid_copy_rows(struct grid *grid, int row, const struct grid *from, int top, int rows)
{
	for (int i = 0; i < rows && row + i < grid->rows && top + i < from->rows; i++)
		memcpy(cell_at(grid, row + i, 0), cell_at(from, top + i, 0),
			(size_t)grid->cols * sizeof(struct cell));
}

size_t grid_row_text(const struct grid *grid, int row, char *buffer, size_t size)
{
	int last = grid->cols;
	while (last > 0 && cell_at(grid, row, last - 1)->ch == L' ' &&
		cell_at(grid, row, last - 1)->width == 1)
		last--;
	size_t used = 0;
	for (int col = 0; col < last; col++) {
		const struct cell *cell = cell_at(grid, row, col);
		if (cell->width == 0)
			continue;
		if (used + 4 >= size)
			break;
		used += utf8_encode((uint32_t)cell->ch, buffer + used);
	}
	buffer[used] = '\0';
	return used;
}

int grid_find_row(const struct grid *grid, const char *text, int from, int step)
{
	char line[LINE_SIZE];
	for (int i = 0; i < grid->rows; i++) {
		int row = ((from + step * i) % grid->rows + grid->rows) % grid->rows;
		grid_row_text(grid, row, line, sizeof(line));
		if (strcasestr(line, text))
			return row;
	}
	return -1;
}
