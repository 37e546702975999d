/* The memory cgroups; below them, on a tall screen, all about the one under the cursor. */
#ifndef OOMSPECT_CGROUPS_H
#define OOMSPECT_CGROUPS_H

#include "live.h"

/* The cgroup under the cursor; NULL without any. */
const struct memcg *cgroups_pointed(const struct cgroups *cgroups);

/* Puts the cursor on the cgroup with this path, unfolding and unfiltering what hides it. False when
 * there is none. */
bool cgroups_find(struct app *app, const char *path);

#endif
