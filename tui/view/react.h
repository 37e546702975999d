/* What a key does: changes struct app, and nothing else. Knows no terminal. */
#ifndef OOMSPECT_REACT_H
#define OOMSPECT_REACT_H

#include "live.h"
#include "model/keymap.h"

/* Takes a key: into what is being typed, the open menu, or the view; by keymap.h. */
void react_key(struct app *app, int key);

#endif
