/* The signal dialog: which signal, to whom, what comes back and who is next then. The state behind
 * it is sending.h. */
#ifndef OOMSPECT_DIALOG_SIGNAL_H
#define OOMSPECT_DIALOG_SIGNAL_H

#include "live.h"

void dialog_signal_draw(const struct app *app, struct grid *grid);
void dialog_signal_key(struct app *app, int key);

#endif
