/* The whole command line of one process, wrapped in a box over the list, which has one line for it.
 *
 * The text is that of the moment when it was opened. */
#ifndef OOMSPECT_WHOLE_COMMAND_H
#define OOMSPECT_WHOLE_COMMAND_H

#include "live.h"

/* Opens it for the process under the cursor; says why when it cannot. */
void whole_command_open(struct app *app);
void whole_command_close(struct whole_command *whole);

/* Takes a key while it is open: scrolls, or closes it. */
void whole_command_key(struct app *app, int key);

void whole_command_draw(const struct app *app, struct grid *grid);

#endif
