/* The views that are one long text: they are scrolled, and left again. */
#ifndef OOMSPECT_VIEW_PAGES_H
#define OOMSPECT_VIEW_PAGES_H

#include "live.h"

/* Whether the chosen view is one of them. */
bool view_pages_shown(const struct app *app);

/* The first line that is seen when `top` is asked for: not beyond the last page. */
int view_pages_top(const struct app *app, int top);

/* The line in which the text that is searched stands next, from line `from` on in steps of 1 or -1,
 * all around; -1: in none. ERR_NO_MEMORY. */
enum err_code view_pages_find(
	const struct app *app, int from, int step, int *ret_line, struct err *err);

void view_pages_draw(const struct app *app, struct grid *grid);

#endif
