/* The cgroups nearest their limit and the last OOM events, below the processes of a tall screen. */
#ifndef OOMSPECT_VIEW_STRIP_H
#define OOMSPECT_VIEW_STRIP_H

#include "live.h"

void view_strip_draw(const struct app *app, struct grid *grid);

#endif
