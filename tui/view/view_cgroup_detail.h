/* All about the cgroup under the cursor, below the list. */
#ifndef OOMSPECT_VIEW_CGROUP_DETAIL_H
#define OOMSPECT_VIEW_CGROUP_DETAIL_H

#include "live.h"

void view_cgroup_detail_draw(const struct app *app, struct grid *grid);

#endif
