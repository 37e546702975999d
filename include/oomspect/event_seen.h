/* An OOM event joined with what our own samples saw before it: the cgroup of the victim, whose limit
 * it was, and the victim's rank there.
 *
 * A burst is rate-limited, and all that its log has of most kills is a bare "Killed process" line.
 * Pure function of the event, the samples and the counters afterwards; that a statement is from our
 * sample stays in it. */
#ifndef OOMSPECT_EVENT_SEEN_H
#define OOMSPECT_EVENT_SEEN_H

#include "oomspect/event.h"
#include "oomspect/sightings.h"

/* Fills event->seen of an event that has just come, `now_us` of CLOCK_MONOTONIC, and marks its
 * victims as told. Nothing is known of one that is older than the clocks can be apart, nor of a
 * process with another name than the victim's. ERR_NO_MEMORY: nothing is known. */
enum err_code event_seen_join(struct oom_event *event, struct sightings *sightings, int64_t now_us);

#endif
