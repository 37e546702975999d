/* The processes, in the order in which the kernel would choose them. */
#ifndef OOMSPECT_PROCS_H
#define OOMSPECT_PROCS_H

#include "view.h"

/* What is shown of the process pointed at, and of all: also where it is not the list that is seen. */
extern reaction *const procs_look[ACTION_COUNT];

#endif
