/* The processes, in the order in which the kernel would kill them or another one. */
#ifndef OOMSPECT_VIEW_PROCS_H
#define OOMSPECT_VIEW_PROCS_H

#include "live.h"

void view_procs_draw(const struct app *app, struct grid *grid);

/* Columns of the longest line that is seen. */
int view_procs_longest(const struct app *app);

#endif
