/* What a key does: changes struct app, and nothing else. Knows no terminal. */
#ifndef OOMSPECT_REACT_H
#define OOMSPECT_REACT_H

#include "live.h"
#include "model/keymap.h"

/* Takes a key: into what is being typed, the open menu, or the view; by keymap.h.
 *
 * Text that is pasted must do no harm. Where the terminal tells what is pasted, that goes into what
 * is being typed, or nowhere. Where it does not, pasted text comes as a burst of keys, of which none
 * but the first confirms anything or writes a file. */
void react_key(struct app *app, int key);

/* Some time has passed since the last key: the next one is no part of what came before. */
void react_burst_over(struct app *app);

#endif
