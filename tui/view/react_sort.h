/* What the keys of the order do to the list of processes, and the menu of columns of both lists. */
#ifndef OOMSPECT_REACT_SORT_H
#define OOMSPECT_REACT_SORT_H

#include "live.h"
#include "model/keymap.h"

/* True when `action` is one of those that sort. */
bool react_sort(struct app *app, enum action action);

void react_sort_by(struct app *app, enum column_id column, bool reversed);

/* Takes a key while the menu is open. */
void react_sort_menu(struct app *app, int key);

/* A click in this row while it is open: on a line of it takes that column, beside it closes it. */
void react_sort_menu_click(struct app *app, int row);

#endif
