/* The whole picture: a pure function of struct app. */
#ifndef OOMSPECT_VIEW_H
#define OOMSPECT_VIEW_H

#include "live.h"

/* Draws the view that is chosen, what is being typed, and what stands over it. */
void view_draw(const struct app *app, struct grid *grid);

#endif
