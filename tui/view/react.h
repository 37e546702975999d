/* What keys do: in what is open over a view, in a line that is typed, in the view that is chosen.
 * Changes struct app, and nothing else. Knows no terminal. */
#ifndef OOMSPECT_REACT_H
#define OOMSPECT_REACT_H

#include "view.h"

/* Takes a key: into what is open over the view, what is being typed, or the view; by keymap.h.
 *
 * Text that is pasted must do no harm. Where the terminal tells what is pasted, that goes into what
 * is being typed, or nowhere. Where it does not, pasted text comes as a burst of keys, of which none
 * but the first confirms anything or writes a file. */
void react_key(struct app *app, int key);

/* Some time has passed since the last key: the next one is no part of what came before. */
void react_burst_over(struct app *app);

/* Tables of struct view: what does the same in every list, and everywhere. */
extern reaction *const react_lists[ACTION_COUNT];
extern reaction *const react_program[ACTION_COUNT];

/* Scrolls the lines of a list sideways, so that `shift` columns of them are not seen. */
void react_shift_to(struct app *app, int shift);

reaction react_search;  /* what is to be searched is typed */
reaction react_repaint; /* all is painted again, and names are asked for again */

#endif
