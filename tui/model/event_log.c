#include "event_log.h"

#include "lookout.h"

#include "oomspect/event_rank.h"
#include "oomspect/event_seen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An event is complete when its log has been quiet for this long. */
#define QUIET_MS 20

/* What a call reads, about: a millisecond's worth. */
#define STEP_BYTES KLOG_STEP_BYTES

static struct oom_event *make_room(struct event_log *log)
{
	size_t next = (log->newest + 1) % EVENT_LOG_MAX;
	struct oom_event *event = log->events[next];
	if (!event)
		event = malloc(sizeof(*event));
	else
		oom_event_release(event);
	if (!event)
		return NULL;
	oom_event_init(event);
	log->events[next] = event;
	log->newest = next;
	if (log->count < EVENT_LOG_MAX)
		log->count++;
	return event;
}

static void take_event(void *context, struct oom_event *event)
{
	struct event_log *log = context;
	log->seen++;
	unlogged_tell(&log->unlogged, event);
	log->victims += event->victim_count;
	if (event->repeats) {
		log->repeats++;
		return;
	}
	struct oom_event *kept = make_room(log);
	if (!kept)
		return;
	*kept = *event;
	oom_event_init(event);
	event_rank(kept);
	if (log->live)
		event_seen_join(kept, &log->sightings, lookout_clock().mono_us);
}

static void take_unlogged(void *context, struct oom_event *event)
{
	struct event_log *log = context;
	struct oom_event *kept = make_room(log);
	if (!kept)
		return;
	*kept = *event;
	oom_event_init(event);
	kept->number += EVENT_LOG_UNLOGGED;
	event_rank(kept);
}

/* A sample that could not be kept is not joined with. */
void event_log_sampled(struct event_log *log, const struct snapshot *latest)
{
	struct err err;
	if (!log->live || sightings_note(&log->sightings, latest, lookout_clock(), &err) != ERR_OK)
		return;
	sightings_look_at(&log->sightings, latest->memcgs);
	oomtrace_drain(&log->trace, unlogged_mark, &log->unlogged);
	unlogged_look(&log->unlogged, &log->sightings, event_log_told(log),
		!log->open || (log->caught_up && !log->behind), take_unlogged, log);
}

/* The reaper is often seconds behind the kill. */
static void take_reaped(void *context, uint64_t number, int64_t pid)
{
	struct event_log *log = context;
	for (size_t i = 0; i < log->count; i++) {
		struct oom_event *event = log->events[i];
		for (size_t v = 0; event->number == number && v < event->victim_count; v++)
			event->victims[v].reaped |= event->victims[v].pid == pid;
	}
}

static enum err_code open_klog(struct event_log *log, const char *file)
{
	if (!file)
		return klog_open_live(&log->klog, true, &log->why);
	if (strcmp(file, "-") == 0 && isatty(STDIN_FILENO))
		return err_set(&log->why, ERR_UNSUPPORTED,
			"standard input is the terminal that keys come from");
	return klog_open_file(&log->klog, file, &log->why);
}

/* Without the right to it there are the log and the counters. */
static void open_trace(struct event_log *log)
{
	struct root root;
	struct err err;
	if (root_open(&root, "/", &err) != ERR_OK)
		return;
	oomtrace_open(&log->trace, &root, &err);
	root_release(&root);
}

void event_log_open(struct event_log *log, const char *file)
{
	struct oomlog_sink sink = { .event = take_event, .reaped = take_reaped, .arg = log };
	*log = (struct event_log){ .live = !file, .newest = EVENT_LOG_MAX - 1 };
	sightings_init(&log->sightings);
	if (log->live)
		open_trace(log);
	klog_init(&log->klog);
	if (open_klog(log, file) != ERR_OK)
		return;
	unsigned flags = OOMLOG_KEEP_RAW | (log->live ? OOMLOG_LIVE : 0);
	log->open = oomlog_init(&log->oomlog, log->klog.source, sink, flags) == ERR_OK;
	if (!log->open) {
		err_set(&log->why, ERR_NO_MEMORY, "cannot read the kernel's log: out of memory");
		klog_close(&log->klog);
	}
}

void event_log_open_none(struct event_log *log, const char *why)
{
	*log = (struct event_log){ .newest = EVENT_LOG_MAX - 1 };
	sightings_init(&log->sightings);
	klog_init(&log->klog);
	err_set(&log->why, ERR_UNSUPPORTED, "%s", why);
}

static void close_log(struct event_log *log)
{
	if (!log->open)
		return;
	oomlog_finish(&log->oomlog);
	oomlog_release(&log->oomlog);
	klog_close(&log->klog);
	log->open = false;
}

void event_log_release(struct event_log *log)
{
	log->sightings.look_again = NULL; /* whose tree that was may be gone */
	close_log(log);
	sightings_release(&log->sightings);
	oomtrace_release(&log->trace);
	for (size_t i = 0; i < EVENT_LOG_MAX; i++) {
		if (log->events[i])
			oom_event_release(log->events[i]);
		free(log->events[i]);
	}
	*log = (struct event_log){ 0 };
}

int event_log_fd(const struct event_log *log)
{
	return log->open ? klog_fd(&log->klog) : -1;
}

int event_log_due_ms(const struct event_log *log)
{
	if (!log->open)
		return -1;
	return log->waiting ? QUIET_MS : klog_due_ms(&log->klog);
}

bool event_log_is_silent(const struct event_log *log)
{
	return log->open && klog_is_silent(&log->klog);
}

/* How far back the log goes. */
static void note_oldest(struct event_log *log, const struct klog_record *record)
{
	if (log->begun)
		return;
	log->begun = true;
	log->oldest_unix_us = record->unix_us;
	log->oldest_boot_us = record->boot_us;
}

static enum klog_status take_record(struct event_log *log, const struct klog_record *record)
{
	note_oldest(log, record);
	if (oomlog_push(&log->oomlog, record) == ERR_OK)
		return KLOG_RECORD;
	err_set(&log->why, ERR_NO_MEMORY, "cannot read the kernel's log: out of memory");
	return KLOG_FAILED;
}

/* False when nothing more can be had now. */
static bool read_one(struct event_log *log)
{
	struct klog_record record;
	enum klog_status status = klog_read(&log->klog, &record, &log->why);
	if (status == KLOG_RECORD)
		status = take_record(log, &record);
	log->doubled = log->oomlog.doubled;
	if (status == KLOG_END && log->live)
		err_set(&log->why, ERR_GONE, "the log of the running kernel has ended");
	if (status == KLOG_END || status == KLOG_FAILED)
		close_log(log);
	return status == KLOG_RECORD || status == KLOG_MORE;
}

bool event_log_read(struct event_log *log, unsigned records, int64_t now_ms, bool quiet)
{
	uint64_t seen = log->seen;
	uint64_t enough = log->klog.reader.bytes + STEP_BYTES;
	bool more = log->open;
	while (more && records-- > 0 && log->klog.reader.bytes < enough)
		more = read_one(log);
	if (log->open && (quiet || !oomlog_waiting(&log->oomlog)))
		oomlog_flush(&log->oomlog, !quiet);
	log->waiting = log->open && oomlog_waiting(&log->oomlog);
	if (log->seen != seen)
		log->seen_ms = now_ms;
	log->behind = more;
	log->caught_up |= !more && !log->waiting && !event_log_is_silent(log);
	return more;
}

uint64_t event_log_told(const struct event_log *log)
{
	return log->victims + log->doubled;
}

const struct oom_event *event_log_get(const struct event_log *log, size_t index)
{
	if (index >= log->count)
		return NULL;
	return log->events[(log->newest + EVENT_LOG_MAX - index) % EVENT_LOG_MAX];
}
