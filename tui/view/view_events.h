/* Where the parts of the Events view stand: the list beside the report on a wide screen, above it
 * on a narrow one. */
#ifndef OOMSPECT_VIEW_EVENTS_H
#define OOMSPECT_VIEW_EVENTS_H

#include "term/layout.h"

struct events_layout {
	struct layout parts; /* what all views share; list_rows is of the events */
	int list_cols;
	int note; /* the line that compares the log with the counters; -1: none */
	int report, report_col, report_rows, report_cols;
	bool ruled; /* a line above the report separates it from the list */
};

/* For a screen of that size with `events` in the list. Pure arithmetic. */
struct events_layout view_events_layout(int rows, int cols, int events);

#endif
