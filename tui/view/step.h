/* How far an action moves: the same keys in everything that has rows. */
#ifndef OOMSPECT_STEP_H
#define OOMSPECT_STEP_H

#include "model/keymap.h"

#define STEP_FAR (1 << 24) /* further than any list is long */

/* Rows that `action` moves down, negative when it moves up, where a page has `page` of them; to the
 * first row -STEP_FAR, to the last STEP_FAR. 0: it moves nothing. */
int step_of(enum action action, int page);

#endif
