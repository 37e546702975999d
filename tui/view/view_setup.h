/* The setup over the lower part of a view, so that what it changes is seen above it. */
#ifndef OOMSPECT_VIEW_SETUP_H
#define OOMSPECT_VIEW_SETUP_H

#include "live.h"

void view_setup_draw(const struct app *app, struct grid *grid);

/* How many lines of its page are seen. */
int view_setup_rows(const struct app *app);

/* The line of its page in a row of the screen, the page whose name stands at a place; -1: none. */
int view_setup_line_at(const struct app *app, int row);
int view_setup_page_at(const struct app *app, int row, int col);

#endif
