/* The whole command line of one process, wrapped in a box over the list, which has one line for it.
 *
 * The text is that of the moment when it was opened. */
#ifndef OOMSPECT_WHOLE_COMMAND_H
#define OOMSPECT_WHOLE_COMMAND_H

#include "live.h"

/* Opens it for the process under the cursor; says why when it cannot. */
void whole_command_open(struct app *app);

#endif
