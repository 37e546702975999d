/* The views that are one long text: they are scrolled, and left again. */
#ifndef OOMSPECT_VIEW_PAGES_H
#define OOMSPECT_VIEW_PAGES_H

#include "app.h"

/* Whether the chosen view is one of them. */
bool view_pages_shown(const struct app *app);

/* The first line that is seen when `top` is asked for: not beyond the last page. */
int view_pages_top(const struct app *app, int top);

void view_pages_draw(const struct app *app, struct grid *grid);

#endif
