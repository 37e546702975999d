/* OOM kills that no log mentions: its lines were overwritten, or we may not read it.
 *
 * /proc/vmstat counts every kill and each cgroup those of its own processes; where we may listen to
 * the tracepoint oom:mark_victim it names the victim, else what has ended since the sample before says
 * whom it may have been. Compares three samples, so that a log that comes late has its say first. Pure
 * function of the samples, of what the tracepoint marked and of what the log told. */
#ifndef OOMSPECT_UNLOGGED_H
#define OOMSPECT_UNLOGGED_H

#include "oomspect/event.h"
#include "oomspect/sightings.h"

#define UNLOGGED_MARKED_MAX 256 /* between two samples; of more the last are not named */

/* One that the tracepoint marked. */
struct unlogged_marked {
	struct oom_victim victim;
	int64_t mono_us; /* of CLOCK_MONOTONIC */
	bool told;       /* by the log */
};

struct unlogged {
	bool begun;
	int64_t ahead;   /* of the log: what vmstat counted more than it told, and was said */
	uint64_t number; /* of the last event of this kind */
	bool left;       /* cgroups counted more, in the gap before, than vmstat then did: */
	size_t left_row; /* from this row of that gap's sample on */
	struct unlogged_marked marked[UNLOGGED_MARKED_MAX]; /* that nothing was said of */
	size_t marked_count;
	int64_t told[UNLOGGED_MARKED_MAX]; /* pids that the log told of last, a ring */
	size_t told_next;
};

/* Called for each victim that was marked, and for each cgroup of other such kills, with an event of
 * the source "tracepoint" or "counters"; moved as from oomlog.h. Kills that no cgroup counts are one
 * event without any. */
typedef void unlogged_sink(void *arg, struct oom_event *event);

/* The tracepoint has marked a victim (oomtrace_sink of a struct unlogged). */
void unlogged_mark(void *arg, const struct oom_victim *victim, int64_t mono_us);

/* The log has told of an event. */
void unlogged_tell(struct unlogged *unlogged, const struct oom_event *event);

/* After each sample that was noted, what was marked until then and a look at the log, which has told
 * of `told` victims so far; or 0 where there is no log. `caught_up`: what was in it at the start has
 * been read. Kills before that are nobody's. ERR_NO_MEMORY: some are missing. */
enum err_code unlogged_look(struct unlogged *unlogged, struct sightings *sightings, uint64_t told,
	bool caught_up, unlogged_sink *sink, void *arg);

#endif
