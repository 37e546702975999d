/* Inside of oomlog: the phases of a report (oomlog_state.c), used by the table (oomlog.c). */
#ifndef OOMSPECT_OOMLOG_STATE_H
#define OOMSPECT_OOMLOG_STATE_H

#include "oomspect/logjoin.h"
#include "oomspect/oomlog.h"

/* Takes a message of its shape; false if it is none after all. */
typedef bool oomlog_take_fn(struct oomlog *log, struct text text);

/* A row carries all that is known of a shape. */
struct oomlog_shape {
	const char *marker;
	bool quoted; /* also behind what quotes it */
	oomlog_take_fn *take;
	logjoin_open *open; /* NULL: never wrapped in a way that matters */
	const char *note;   /* where it comes from */
};

/* The first row that may take the text, and where its marker is. NULL: only the last one. */
const struct oomlog_shape *oomlog_shape_of(struct text text, size_t *ret_at);

/* Gives the message at hand to the rows from the first that may take it to the last, which takes
 * anything. False if it is of no known shape. */
bool oomlog_take(struct oomlog *log);

/* A text of no known shape and the line behind it make one, with `gap` between them: the break
 * is inside the marker. */
bool oomlog_makes_shape(struct text text, struct text next, const char *gap);

/* Ends what is open: delivers a report, drops what never proved to be one. */
void oomlog_end(struct oomlog *log);

/* An event begins with the message at hand. */
void oomlog_begin(struct oomlog *log, enum oomlog_phase phase);

/* A line that proves an event: the open one if it has no outcome yet, else a new headless one. */
void oomlog_need_report(struct oomlog *log);

/* A line of a report's body: the open event, else a tentative one. */
void oomlog_need_body(struct oomlog *log);

void oomlog_add_victim(struct oomlog *log, const struct oom_victim *victim);
void oomlog_add_task(struct oomlog *log, const struct oom_task *task);

/* The first victim of a group kill is named twice. Where only the kill lines are in the text, each had
 * been taken for an event: they are one again, and it is the open one. */
bool oomlog_rejoin_group(struct oomlog *log, const struct oom_victim *victim);

/* An oom_reaper line: marks the victim wherever it is known. */
void oomlog_mark_reaped(struct oomlog *log, const struct oom_victim *victim);

/* Seconds between the message at hand and the start of the open event, whichever is later; 0 if
 * unknown. */
int64_t oomlog_age_s(const struct oomlog *log);

/* Delivers the events that are held. */
void oomlog_deliver_held(struct oomlog *log);

#endif
