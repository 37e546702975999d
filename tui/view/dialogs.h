/* The dialogs: what stands over the frozen list, and takes every key while it does. */
#ifndef OOMSPECT_DIALOGS_H
#define OOMSPECT_DIALOGS_H

#include "live.h"

/* Draws the dialog that is open, if one is. */
void dialogs_draw(const struct app *app, struct grid *grid);

/* Gives the key to the open dialog. False when none is open. */
bool dialogs_key(struct app *app, int key);

#endif
