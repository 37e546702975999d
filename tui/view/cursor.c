#include "cursor.h"

int cursor_step(enum action action, int page)
{
	switch (action) {
	case ACTION_UP:
		return -1;
	case ACTION_DOWN:
		return 1;
	case ACTION_PAGE_UP:
		return -page;
	case ACTION_PAGE_DOWN:
		return page;
	case ACTION_FIRST:
		return -CURSOR_FAR;
	case ACTION_LAST:
		return CURSOR_FAR;
	default:
		return 0;
	}
}

size_t cursor_nearest(long row, size_t count)
{
	if (row < 0 || count == 0)
		return 0;
	return (size_t)row < count ? (size_t)row : count - 1;
}

void cursor_clamp(struct cursor *cursor, size_t count, int rows)
{
	size_t seen = rows > 0 ? (size_t)rows : 0, last = count > seen ? count - seen : 0;
	if (cursor->top > last)
		cursor->top = last;
}

void cursor_scroll(struct cursor *cursor, size_t count, int rows)
{
	size_t seen = rows > 0 ? (size_t)rows : 0;
	if (cursor->at < cursor->top)
		cursor->top = cursor->at;
	else if (seen && cursor->at >= cursor->top + seen)
		cursor->top = cursor->at - seen + 1;
	cursor_clamp(cursor, count, rows);
}

int cursor_limit_top(int top, int lines, int rows)
{
	int last = lines - rows;
	return top > last ? (last > 0 ? last : 0) : top > 0 ? top : 0;
}

size_t cursor_first(size_t at, int rows)
{
	size_t seen = rows > 0 ? (size_t)rows : 0;
	return at >= seen ? at - seen + 1 : 0;
}
