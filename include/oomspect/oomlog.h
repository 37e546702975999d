/* Kernel log records in, OOM events out, as they come.
 *
 * A table of line shapes, one row each, and a machine of four phases. Holds one report being
 * read and a few finished ones whose oom_reaper line may still come; memory does not grow with
 * the log. Reads nothing and has no clock: a live caller says when the log has been quiet. */
#ifndef OOMSPECT_OOMLOG_H
#define OOMSPECT_OOMLOG_H

#include "oomspect/err.h"
#include "oomspect/event.h"
#include "oomspect/klogrecord.h"
#include "oomspect/oomline.h"
#include "oomspect/oomnotice.h"

#define OOMLOG_HELD_MAX   8  /* finished events waiting for their reaper */
#define OOMLOG_RECENT_MAX 64 /* victims of delivered events that are still known */

/* Lines that speak of memory running out and are not the kernel's OOM killer. Kills by programs are
 * notices (oomnotice.h). */
enum oomlog_other {
	OOMLOG_ALLOCATION_FAILURE,
	OOMLOG_SYSRQ_IGNORED,
	OOMLOG_FORGED, /* OOM lines that a program wrote */
	OOMLOG_OTHER_COUNT,
};

/* "page allocation failures", ...: what the counter counts, in the plural. */
const char *oomlog_other_name(enum oomlog_other other);

struct oomlog_sink {
	/* An event is complete. Borrowed; to keep it, move it: copy the struct and call
	 * oom_event_init() on `event`. */
	void (*event)(void *arg, struct oom_event *event);
	/* A victim of the delivered event `number` has been reaped. May be NULL. */
	void (*reaped)(void *arg, uint64_t number, int64_t pid);
	/* A program has written of a kill, its own or the kernel's. Borrowed. May be NULL. */
	void (*notice)(void *arg, const struct oom_notice *notice);
	void *arg;
};

enum oomlog_phase {
	OOMLOG_IDLE,
	OOMLOG_TENTATIVE, /* lines of a report, but nothing yet that proves one */
	OOMLOG_REPORT,
	OOMLOG_DECIDED, /* the outcome is known; more victims and the reaper may follow */
};

/* The message being put together of its lines. */
struct oomlog_message {
	char *bytes;
	size_t len, size;
	uint64_t first_line, last_line, width;
	unsigned pieces; /* lines it was put together of */
	int64_t boot_us, unix_us;
	char stamp[40];
	enum klog_form form;
	bool stamped, blank_end, pending, proven;
	const struct oomlog_shape *shape; /* NULL: not known, or not looked at */
	size_t shape_at;                  /* where the marker begins */
};

struct oomlog {
	struct oomlog_sink sink;
	char *source;
	unsigned flags;
	uint64_t events;    /* found so far */
	uint64_t victims;   /* of them */
	uint64_t records;   /* pushed */
	uint64_t unknown;   /* messages of no known shape: the last row of the table */
	uint64_t widest;    /* line of a text so far, in bytes */
	uint64_t cuts;      /* lines of that width before one without a stamp */
	bool after_foreign; /* a line without a stamp is the rest of what a program said */
	uint64_t others[OOMLOG_OTHER_COUNT];
	struct oom_notice_victim nohang; /* said in a line of its own */

	enum oomlog_phase phase;
	struct oom_event event;
	struct oom_columns columns;
	struct oom_victim reaped; /* seen in a report that has not named its victim */
	bool has_constraint_line, has_memcg_stats, in_failure, sysrq;
	char release[80];  /* of the kernel, by the last line that has it; "" */
	bool below_killer; /* the frame before was out_of_memory(): the next one called it */
	int64_t first_kill_us, last_kill_us; /* "Killed process" lines of the event, since boot */
	int64_t suppressed;
	size_t tasks_size, victims_size, raw_size;
	struct oomlog_message message;
	struct oom_event held[OOMLOG_HELD_MAX];
	size_t held_count;
	struct oom_event last; /* what tells a repeat: no tables */
	struct {
		uint64_t number;
		int64_t pid;
	} recent[OOMLOG_RECENT_MAX];
	size_t recent_next;
	enum err_code error; /* an allocation failed */
};

enum oomlog_flag {
	OOMLOG_KEEP_RAW = 1, /* the messages of each event are kept in it */
	OOMLOG_LIVE = 2, /* a finished event is delivered at once, without waiting for the reaper */
};

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
