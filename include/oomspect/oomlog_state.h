/* The report that is being read, and the few finished ones that wait for their reaper: how one
 * begins, gets its victims and tasks, and ends. For what reads the lines (oomlog.h) and what a line
 * does (core/oomlog/shapes.h); users of either look at the counters only. */
#ifndef OOMSPECT_OOMLOG_STATE_H
#define OOMSPECT_OOMLOG_STATE_H

#include "oomspect/err.h"
#include "oomspect/event.h"
#include "oomspect/klogrecord.h"
#include "oomspect/oomnotice.h"
#include "oomspect/oomtable.h"

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
	const struct oomlog_shape *shape; /* the first row of the table that may take it */
};

/* The rows of the table of shapes that a message may be of, a bit each, by its first byte. */
struct oomlog_filter {
	uint64_t rows[256];
};

struct oomlog {
	struct oomlog_sink sink;
	struct oomlog_filter filter;
	char *source;
	unsigned flags;
	uint64_t events;    /* found so far */
	uint64_t victims;   /* of them */
	uint64_t doubled;   /* lines of victims that were named before: vmstat counts those too */
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
