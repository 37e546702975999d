/* Where the parts of each view stand on the screen, and how many rows they get. */
#ifndef OOMSPECT_PLACE_H
#define OOMSPECT_PLACE_H

#include "live.h"

#define PLACE_STRIP_HEADING 2 /* rows above the cgroups of the strip: a rule and titles */
#define PLACE_STRIP_EVENTS  3 /* that the strip shows at most */

/* The Events view: the list beside the report on a wide screen, above it on a narrow one. */
struct events_layout {
	struct layout parts; /* what all views share; list_rows is of the events */
	int list_cols;
	int note; /* the line that compares the log with the counters; -1: none */
	int report, report_col, report_rows, report_cols;
	bool ruled; /* a line above the report separates it from the list */
};

/* For a screen of that size with `events` in the list. Pure arithmetic. */
struct events_layout place_events(int rows, int cols, int events);

/* What all the other views ask of layout.h: the parts that they do without, and rows below the list. */
struct layout_wish place_wish(const struct app *app);

/* Rows of the cgroups in the strip below the processes; 0: no cgroup has a limit. */
int place_strip_cgroups(const struct app *app);

#endif
