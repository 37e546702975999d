/* The keys of the setup. What they change is on the screen at once, and in the file only by W. */
#ifndef OOMSPECT_REACT_SETUP_H
#define OOMSPECT_REACT_SETUP_H

#include "live.h"
#include "model/keymap.h"

/* True when `action` is one of those that open it. */
bool react_setup_open(struct app *app, enum action action);

/* Takes a key while it is open. */
void react_setup(struct app *app, int key);

/* A click on a line points at it, and changes it when it was pointed at before; one on a page's name
 * shows that page. */
void react_setup_click(struct app *app, int row, int col);

#endif
