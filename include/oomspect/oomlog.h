/* Kernel log records in, OOM events out, as they come.
 *
 * A table of line shapes, one row each, and a machine of four phases. Holds one report being
 * read and a few finished ones whose oom_reaper line may still come; memory does not grow with
 * the log. Reads nothing and has no clock: a live caller says when the log has been quiet. */
#ifndef OOMSPECT_OOMLOG_H
#define OOMSPECT_OOMLOG_H

#include "oomspect/oomlog_state.h"

/* "page allocation failures", ...: what the counter counts, in the plural. */
const char *oomlog_other_name(enum oomlog_other other);

/* `source` is copied into every event; `flags` are of enum oomlog_flag. */
enum err_code oomlog_init(
	struct oomlog *log, const char *source, struct oomlog_sink sink, unsigned flags);
void oomlog_release(struct oomlog *log);

/* The next record. ERR_NO_MEMORY if memory ran out; then the event in work is not complete. */
enum err_code oomlog_push(struct oomlog *log, const struct klog_record *record);

/* An event whose outcome is known, or a line that may be the last of one, waits for the next
 * record. A live caller then waits some 20 ms more, and calls oomlog_flush(). */
bool oomlog_waiting(const struct oomlog *log);

/* Nothing more came for a while: delivers what is decided. With `overdue` (records keep coming,
 * but the event is old enough) a group kill goes on waiting for its members. */
void oomlog_flush(struct oomlog *log, bool overdue);

/* The log has ended: delivers everything. */
void oomlog_finish(struct oomlog *log);

#endif
