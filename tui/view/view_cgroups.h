/* The memory cgroups; below them, on a tall screen, all about the one under the cursor. */
#ifndef OOMSPECT_VIEW_CGROUPS_H
#define OOMSPECT_VIEW_CGROUPS_H

#include "live.h"

void view_cgroups_draw(const struct app *app, struct grid *grid);

/* Columns of a line of the list. */
int view_cgroups_longest(const struct app *app);

/* Who dies next, in which scope, and which cgroup meets its limit first: behind NEXT. */
void view_cgroups_put_next(const struct app *app, struct pen *pen, const struct ranking_row *next);

#endif
