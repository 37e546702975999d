/* The rows of the processes that are listed, and the cursor among them: what is pointed at, in
 * whichever view. */
#ifndef OOMSPECT_PROCESS_LIST_H
#define OOMSPECT_PROCESS_LIST_H

#include "live.h"

/* Builds the rows anew: another filter, order, or sample. The cursor stays on its process. */
void process_list_relist(struct app *app);

/* The row under the cursor; NULL in an empty list. */
const struct ranking_row *process_list_pointed(const struct app *app);

/* Puts the cursor on row `index` of the list (or the nearest there is) and scrolls to it. */
void process_list_point_at(struct app *app, long index);

/* Scrolls as little as is needed to see the cursor. */
void process_list_scroll(struct app *app);

#endif
