/* Which domain the processes are ranked in: chosen on the screen, and left again. */
#ifndef OOMSPECT_REACT_SCOPE_H
#define OOMSPECT_REACT_SCOPE_H

#include "live.h"

/* The next one for a row of the cgroup tree: that cgroup, the ancestor that limits it, the
 * machine. */
void react_scope_next(struct app *app, int32_t row);

/* Back to the domain the program was started with. False when it is that already. */
bool react_scope_leave(struct app *app);

/* From a process to its cgroup. */
void react_scope_jump(struct app *app);

#endif
