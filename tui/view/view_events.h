/* The OOM events of the kernel's log, and the report of the one under the cursor. */
#ifndef OOMSPECT_VIEW_EVENTS_H
#define OOMSPECT_VIEW_EVENTS_H

#include "live.h"

void view_events_draw(const struct app *app, struct grid *grid);

#endif
