/* The panel above the tabs, by the lines of app->layout. */
#ifndef OOMSPECT_VIEW_HEADER_H
#define OOMSPECT_VIEW_HEADER_H

#include "live.h"

void view_header_draw(const struct app *app, struct grid *grid);

#endif
