/* Inside of oomlog: the phases of a report (oomlog_state.c), used by the table (oomlog.c). */
#ifndef OOMSPECT_OOMLOG_STATE_H
#define OOMSPECT_OOMLOG_STATE_H

#include "oomspect/oomlog.h"

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

/* An oom_reaper line: marks the victim wherever it is known. */
void oomlog_mark_reaped(struct oomlog *log, const struct oom_victim *victim);

/* Seconds between the message at hand and the start of the open event; 0 if unknown. */
int64_t oomlog_age_s(const struct oomlog *log);

/* Delivers the events that are held. */
void oomlog_deliver_held(struct oomlog *log);

#endif
