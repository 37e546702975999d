/* Where a list is looked at: the row pointed at, and the first one that is seen. What it is bound to,
 * a process, a cgroup, an event, is for its list to know, which finds that again after each change and
 * puts the cursor there. */
#ifndef OOMSPECT_CURSOR_H
#define OOMSPECT_CURSOR_H

#include "keymap.h"

struct cursor {
	bool bound; /* before the first move it is on whatever stands first */
	size_t at, top;
};

#define CURSOR_FAR (1 << 24) /* further than any list is long */

/* Rows that `action` moves down, negative when it moves up, where a page has `page` of them; to the
 * first row -CURSOR_FAR, to the last CURSOR_FAR. 0: it moves nothing. */
int cursor_step(enum action action, int page);

/* The row nearest to `row` that a list of `count` has; 0 in an empty one. */
size_t cursor_nearest(long row, size_t count);

/* Scrolls a list of `count` rows, of which `rows` are seen: as little as is needed to see the cursor,
 * or only to have no more room below the last row than there has to be. */
void cursor_scroll(struct cursor *cursor, size_t count, int rows);
void cursor_clamp(struct cursor *cursor, size_t count, int rows);

/* The first line of a text of `lines` that is seen when `top` is asked for: not beyond the last page of
 * `rows`. */
int cursor_limit_top(int top, int lines, int rows);

/* The first of `rows` that are seen of a menu that is not scrolled by itself. */
size_t cursor_first(size_t at, int rows);

#endif
