/* What a key does in the Cgroups view, where that differs from the processes. */
#ifndef OOMSPECT_REACT_CGROUPS_H
#define OOMSPECT_REACT_CGROUPS_H

#include "live.h"
#include "model/keymap.h"

/* True when `action` was the Cgroups view's own. */
bool react_cgroups(struct app *app, enum action action);

/* Takes what was typed as a search or a filter. False when the text is neither. */
bool react_cgroups_take_text(struct app *app);

void react_cgroups_sort(struct app *app, enum cgroup_column_id column, bool reversed);

#endif
