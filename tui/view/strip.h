/* What stands below the processes on a tall screen: the cgroups nearest their limit, and the last
 * events of the kernel's log. */
#ifndef OOMSPECT_STRIP_H
#define OOMSPECT_STRIP_H

#include "live.h"

void strip_draw(const struct app *app, struct grid *grid);

/* Rows that it wants. */
int strip_rows(const struct app *app);

#endif
