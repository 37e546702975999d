/* The bar of keys in the last line. */
#ifndef OOMSPECT_VIEW_BAR_H
#define OOMSPECT_VIEW_BAR_H

#include "live.h"

void view_bar_draw(const struct app *app, struct grid *grid);

/* The key of the label at a column of the bar of a screen `cols` wide, INPUT_NONE beside them. */
int view_bar_key_at(int cols, int col);

#endif
