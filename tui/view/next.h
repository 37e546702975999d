/* NEXT: who dies next, in one line of a tiny screen. */
#ifndef OOMSPECT_NEXT_H
#define OOMSPECT_NEXT_H

#include "live.h"

void next_draw(const struct app *app, struct grid *grid);

#endif
