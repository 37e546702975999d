/* The OOM events of the kernel's log, and the report of the one under the cursor. */
#ifndef OOMSPECT_EVENTS_H
#define OOMSPECT_EVENTS_H

#include "live.h"

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

/* Opens the log: `file`, or when it is NULL the running kernel's if this is its machine. */
void events_pane_open(struct events_pane *pane, const char *file, bool live);
void events_pane_release(struct events_pane *pane);

/* After events came: puts the cursor where its event stands now. */
void events_pane_update(struct events_pane *pane);

/* Moves the cursor by `rows`; scrolls the report by `lines`. */
void events_pane_move(struct events_pane *pane, long rows);
void events_pane_scroll(struct events_pane *pane, long lines);
void events_pane_follow(struct events_pane *pane, bool follow);

/* Before drawing: makes the report of the event pointed at for `width` columns if that is another
 * than the one it has, and keeps the cursor among the `rows` of the list that are seen. */
void events_pane_prepare(struct events_pane *pane, int width, int rows);

/* The event pointed at, NULL when there is none. */
const struct oom_event *events_pane_event(const struct events_pane *pane);

/* Puts the cursor on the next event (step 1: older, -1: newer) in which `text` occurs: a pid, the
 * name of a victim or invoker, a cgroup. False when there is none. */
bool events_pane_search(struct events_pane *pane, const char *text, int step);

/* Writes the messages of the event pointed at to a new file in the working directory, whose name
 * becomes `name`. */
enum err_code events_pane_save(
	const struct events_pane *pane, char *name, size_t size, struct err *err);

#endif
