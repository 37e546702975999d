/* Keeps an eye on this machine while its log is followed: a sample each second, so that what a kill
 * leaves out of the log was seen before it.
 *
 * A sample is read in slices, between two looks at the log. Whatever cannot be read is not seen,
 * which is no error for who follows a log. */
#ifndef OOMSPECT_LOOKOUT_H
#define OOMSPECT_LOOKOUT_H

#include "oomspect/oomtrace.h"
#include "oomspect/sampler.h"
#include "oomspect/sightings.h"

struct lookout {
	struct root root;
	struct sampler sampler;
	struct sightings sightings;
	struct oomtrace trace; /* where we may listen */
	bool open;
	bool sampling;            /* a sample is being read */
	int64_t begun_ms, due_ms; /* when the last one was begun, and the next one is */
};

/* Takes the first sample at once. */
void lookout_open(struct lookout *lookout, int64_t now_ms);
void lookout_release(struct lookout *lookout);

/* Milliseconds until there is something to do, 0: now; -1: never. */
int lookout_due_ms(const struct lookout *lookout, int64_t now_ms);

/* Does some of it, if it is due. True when a sample has been finished. */
bool lookout_step(struct lookout *lookout, int64_t now_ms);

/* Something died: others may be about to, and the next sample is not far. */
void lookout_hurry(struct lookout *lookout, int64_t now_ms);

/* The clocks as they are now. */
struct sightings_clock lookout_clock(void);

#endif
