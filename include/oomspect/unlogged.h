/* OOM kills that no log mentions: its lines were overwritten, or we may not read it.
 *
 * /proc/vmstat counts every kill and each cgroup those of its own processes; what has ended since the
 * sample before says whom it may have been. Compares three samples, so that a log that comes late has
 * its say first. Pure function of the samples and of what the log told. */
#ifndef OOMSPECT_UNLOGGED_H
#define OOMSPECT_UNLOGGED_H

#include "oomspect/event.h"
#include "oomspect/sightings.h"

struct unlogged {
	bool begun;
	int64_t ahead;   /* of the log: what vmstat counted more than it told, and was said */
	uint64_t number; /* of the last event of this kind */
};

/* Called for each cgroup of such kills with an event of the source "counters"; moved as from oomlog.h.
 * Kills that no cgroup counts are one event without any. */
typedef void unlogged_sink(void *arg, struct oom_event *event);

/* After each sample that was noted and a look at the log, which has told of `told` victims so far; or
 * 0 where there is no log. `caught_up`: what was in it at the start has been read. Kills before that
 * are nobody's. ERR_NO_MEMORY: some are missing. */
enum err_code unlogged_look(struct unlogged *unlogged, const struct sightings *sightings,
	uint64_t told, bool caught_up, unlogged_sink *sink, void *arg);

#endif
