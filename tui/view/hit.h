/* What stands at a place of the screen: pure arithmetic over what the views draw there. */
#ifndef OOMSPECT_HIT_H
#define OOMSPECT_HIT_H

#include "live.h"

enum hit_kind {
	HIT_NOTHING,
	HIT_ROW,    /* of the list: its index there */
	HIT_TITLE,  /* of a column: its id, an enum cgroup_column_id in the Cgroups view */
	HIT_TAB,    /* an enum view_id */
	HIT_LABEL,  /* of the function bar: the key (input.h) */
	HIT_REPORT, /* of the Events view */
};

struct hit {
	enum hit_kind kind;
	int what;
};

/* What of the chosen view it is; what may stand over the view is not looked at. */
struct hit hit_test(const struct app *app, int row, int col);

#endif
