/* What keys do in the views that are one long text: the help, and those of view_pages.h. */
#ifndef OOMSPECT_REACT_PAGES_H
#define OOMSPECT_REACT_PAGES_H

#include "live.h"
#include "model/keymap.h"

/* The key that `key` stands for in the chosen view: in a text the space bar turns the page. */
int react_pages_key(const struct app *app, int key);

/* Does what `row` means in such a view, or says that it means nothing there. False when the view is
 * none of them, or the key means the same everywhere. */
bool react_pages(struct app *app, const struct key_row *row);

/* Searches for what was typed. False when the view is none of them, or it was typed for
 * something else. */
bool react_pages_take_text(struct app *app);

/* To be called after each key: when it has opened a page from the view `before`, what the page
 * tells is asked for. */
void react_pages_entered(struct app *app, enum view_id before);

#endif
