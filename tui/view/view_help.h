/* The help: written whole into a grid of its own, of which the view shows a page. */
#ifndef OOMSPECT_VIEW_HELP_H
#define OOMSPECT_VIEW_HELP_H

#include "live.h"

int view_help_rows(int cols);
void view_help_write(struct grid *grid, bool vi_keys);
void view_help_draw(const struct app *app, struct grid *grid);

/* Rows of help on a screen, and the first one when `top` is asked for: not beyond the last page. */
int view_help_page(const struct app *app);
int view_help_top(const struct app *app, int top);

#endif
