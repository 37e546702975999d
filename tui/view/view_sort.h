/* The columns as a menu over the list. */
#ifndef OOMSPECT_VIEW_SORT_H
#define OOMSPECT_VIEW_SORT_H

#include "live.h"

/* How many it has. */
size_t view_sort_count(const struct app *app);
void view_sort_draw(const struct app *app, struct grid *grid);

/* Its line in a row of the screen, -1: none. */
int view_sort_line_at(const struct app *app, int row);

#endif
