#include "page.h"

#include "oomspect/utf8.h"

#include <string.h>

#define CHUNK_SIZE 2048
#define MIN_WIDTH  8 /* when less is left behind the labels, text is cut rather than wrapped */

struct pen page_line(struct page *page)
{
	int row = page->line++ - page->top;
	if (row < 0 || row >= page->rows)
		return grid_pen(page->grid, -1, 0);
	return grid_pen_until(page->grid, page->row + row, page->col, page->end);
}

void page_gap(struct page *page)
{
	page_line(page);
}

void page_heading(struct page *page, const char *text)
{
	struct pen pen = page_line(page);
	grid_put(&pen, STYLE_BOLD, text);
}

struct pen page_labelled(struct page *page, const char *label, int indent)
{
	struct pen pen = page_line(page);
	grid_put(&pen, STYLE_DIM, label);
	grid_skip_to(&pen, page->col + indent);
	return pen;
}

static size_t length_of_char(const char *text)
{
	size_t length = utf8_decode(text, strnlen(text, 4), NULL);
	return length ? length : 1;
}

static int width_of_char(const struct grid *grid, const char *text, size_t length)
{
	char one[5] = "";
	memcpy(one, text, length);
	return grid_foreign_width(grid, one);
}

/* How many bytes of `text` go into a line of `width` columns: at least a character. */
static size_t fitting(const struct grid *grid, const char *text, int width)
{
	size_t used = 0, blank = 0;
	int cols = 0;
	while (text[used] && used + 4 < CHUNK_SIZE) {
		size_t length = length_of_char(text + used);
		cols += width_of_char(grid, text + used, length);
		if (cols > width && used)
			break;
		used += length;
		if (text[used] == ' ')
			blank = used;
	}
	return text[used] && blank ? blank : used;
}

void page_wrap(struct page *page, unsigned style, const char *label, int indent, const char *text)
{
	char chunk[CHUNK_SIZE];
	int width = page->end - page->col - indent;
	do {
		size_t length = width < MIN_WIDTH ? strnlen(text, CHUNK_SIZE - 1)
						  : fitting(page->grid, text, width);
		struct pen pen = page_labelled(page, label, indent);
		memcpy(chunk, text, length);
		chunk[length] = '\0';
		grid_put_foreign(&pen, style, chunk, grid_left(&pen));
		text += width < MIN_WIDTH ? strlen(text) : length;
		text += *text == ' ';
		label = "";
	} while (*text);
}
