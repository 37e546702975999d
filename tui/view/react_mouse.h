/* What the wheel and clicks do: what a key would do at that place. */
#ifndef OOMSPECT_REACT_MOUSE_H
#define OOMSPECT_REACT_MOUSE_H

#include "live.h"
#include "term/input.h"

/* A dialog, and a line that is being typed, want keys: there the mouse does nothing. */
void react_mouse(struct app *app, struct input_mouse mouse);

#endif
