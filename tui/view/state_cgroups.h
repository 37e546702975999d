/* Keeps the Cgroups view of struct app consistent, as state.h does for the processes. */
#ifndef OOMSPECT_STATE_CGROUPS_H
#define OOMSPECT_STATE_CGROUPS_H

#include "live.h"

/* Whether anything of it is on the screen: only then it is computed. */
bool state_cgroups_shown(const struct app *app);

/* Computes what it needs of the latest sample, once. */
void state_cgroups_sampled(struct app *app);

/* Brings it up to date: with the sample, the filter, the order, the size. */
void state_cgroups_relist(struct app *app);

/* Puts the cursor on row `index` of the list (or the nearest there is) and scrolls to it. */
void state_cgroups_point_at(struct app *app, long index);

/* Puts it on the cgroup with this path, unfolding and unfiltering what hides it. False when there
 * is none. */
bool state_cgroups_find(struct app *app, const char *path);

/* Asks for names and command lines of the processes that are seen. */
void state_cgroups_fetch(struct app *app);

#endif
