/* What the wheel and clicks do: what a key would do at that place. */
#ifndef OOMSPECT_MOUSE_H
#define OOMSPECT_MOUSE_H

#include "live.h"
#include "term/input.h"

/* A dialog, and a line that is being typed, want keys: there the mouse does nothing. */
void mouse_react(struct app *app, struct input_mouse mouse);

enum hit_kind {
	HIT_NOTHING,
	HIT_ROW,      /* of the list: its index there */
	HIT_TITLE,    /* of a column: its id among those of the view */
	HIT_TAB,      /* an enum view_id */
	HIT_LABEL,    /* of the bar of keys: the key (input.h) */
	HIT_SCROLLED, /* a part of the view that the wheel scrolls by itself */
};

struct hit {
	enum hit_kind kind;
	int what;
};

/* What of the chosen view stands at a place of the screen; what may stand over the view is not looked
 * at. Pure arithmetic over what is drawn there. */
struct hit mouse_hit(const struct app *app, int row, int col);

#endif
