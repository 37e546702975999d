/* The adjust dialog: one value for one process or for the tagged ones, and what it would change,
 * before it is written. The state behind it is adjust.h. */
#ifndef OOMSPECT_DIALOG_ADJUST_H
#define OOMSPECT_DIALOG_ADJUST_H

#include "live.h"

void dialog_adjust_draw(const struct app *app, struct grid *grid);
void dialog_adjust_key(struct app *app, int key);

#endif
