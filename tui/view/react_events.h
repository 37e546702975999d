/* What the keys do in the Events view where that is not what they do elsewhere. */
#ifndef OOMSPECT_REACT_EVENTS_H
#define OOMSPECT_REACT_EVENTS_H

#include "live.h"
#include "model/keymap.h"

/* True when `action` was the Events view's own. */
bool react_events(struct app *app, enum action action);

/* False for what would change a list that is not on the screen. */
bool react_events_knows(enum action action);

/* Goes to the next event (step 1: older) with the text that is searched. */
void react_events_search(struct app *app, int step);

#endif
