/* The Events view's state: the log, the event pointed at, and its report.
 *
 * The cursor is on an event, not on a row: a new one moves it only while it follows the newest. */
#ifndef OOMSPECT_EVENTS_PANE_H
#define OOMSPECT_EVENTS_PANE_H

#include "model/event_log.h"
#include "model/report.h"

struct events_pane {
	struct event_log log;
	struct report report;
	bool follow;     /* the cursor stays on the newest */
	bool raw;        /* the report is the messages themselves */
	uint64_t chosen; /* number of the event pointed at; 0 before there was one */
	size_t cursor;   /* its place, 0 is the newest */
	size_t top;      /* first event of the list that is seen */
	size_t report_top;

	/* What the report was made from. */
	uint64_t made_of;
	size_t made_victims;
	int made_width;
	bool made_raw;
};

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
