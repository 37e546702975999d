/* The kernel's OOM events while the screen runs: the log's descriptor to wait for, and the last
 * events it told of.
 *
 * Bounded: the oldest event makes room for the newest. Memory is taken when an event comes, and never
 * by a refresh of as many processes and cgroups as before. Knows no screen. */
#ifndef OOMSPECT_EVENT_LOG_H
#define OOMSPECT_EVENT_LOG_H

#include "oomspect/klog.h"
#include "oomspect/oomlog.h"
#include "oomspect/oomtrace.h"
#include "oomspect/sightings.h"
#include "oomspect/unlogged.h"

#define EVENT_LOG_MAX 200

struct event_log {
	struct klog klog;
	struct oomlog oomlog;
	bool open;      /* there is a log, and it can still be read */
	bool live;      /* it is the running kernel's, and goes on */
	bool caught_up; /* what was in it at the start has been read: more is news */
	bool waiting;   /* an event is decided and may still get members */
	struct err why; /* why there is no log, when it could not be opened or read */
	struct oom_event *events[EVENT_LOG_MAX]; /* ranked; a ring, the newest at `newest` */
	size_t count, newest;
	uint64_t seen;    /* events since the log was opened, those that made room too */
	uint64_t victims; /* of all of them */
	uint64_t doubled; /* of victims that were named twice */
	uint64_t repeats; /* reports without a victim that were like the one before */
	int64_t oldest_unix_us, oldest_boot_us; /* of its first line; UNKNOWN_SIGNED */
	bool begun;                             /* there was a first line */
	bool behind;                            /* there was more of it than was read */
	struct unlogged unlogged;
	struct oomtrace trace;      /* where we may listen */
	struct sightings sightings; /* of the running kernel's machine, joined with its events */
	int64_t seen_ms; /* when the last one came that was news, by the caller's clock; 0: never */
};

/* Opens the running kernel's log, or `file`. Failing is no error for a screen: `log->why` then says
 * what is missing. */
void event_log_open(struct event_log *log, const char *file);

/* A log that is not there, for the reason given: a captured machine has none. */
void event_log_open_none(struct event_log *log, const char *why);
void event_log_release(struct event_log *log);

/* A sample of the machine is finished: what it saw fills the gaps of the events that come, and kills
 * that the log does not mention are listed as events of their own (unlogged.h), numbered from
 * EVENT_LOG_UNLOGGED on. `latest` is its sampler's, whose memory cgroups are
 * looked at again after a kill. */
#define EVENT_LOG_UNLOGGED (UINT64_C(1) << 62)
void event_log_sampled(struct event_log *log, const struct snapshot *latest);

/* What to poll for, -1 when there is nothing to wait for. */
int event_log_fd(const struct event_log *log);

/* Milliseconds after which event_log_read is due without more of the log; -1: none. */
int event_log_due_ms(const struct event_log *log);

/* The program that was asked for the log has not answered yet. */
bool event_log_is_silent(const struct event_log *log);

/* Reads at most `records`, and no more than KLOG_STEP_BYTES, so that neither a storm nor a line
 * without an end holds the screen. True when there may be more at once. `now_ms` is any clock;
 * `quiet` says that event_log_due_ms has passed. */
bool event_log_read(struct event_log *log, unsigned records, int64_t now_ms, bool quiet);

/* Kills that it told of, as /proc/vmstat counts them: who is chosen of a group is killed twice. */
uint64_t event_log_told(const struct event_log *log);

/* Event `index` counted from the newest, NULL when there are not so many. Valid until the next
 * read. */
const struct oom_event *event_log_get(const struct event_log *log, size_t index);

#endif
