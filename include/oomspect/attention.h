/* Which processes a refresh has to read again, when there are too many to read them all.
 *
 * Due are: new ones, the heaviest, those that changed at one of their last reads, a part of the
 * rest in turn; and everybody when the machine's memory grew more than the known processes
 * explain. The others keep their figures and grow older. Reads nothing itself. */
#ifndef OOMSPECT_ATTENTION_H
#define OOMSPECT_ATTENTION_H

#include "oomspect/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads for which a process stays due after it has changed. */
#define ATTENTION_RESTLESS 4

struct attention {
	size_t hot;                  /* how many of the heaviest are always due; 0: everybody is */
	bool everybody;              /* this refresh */
	int64_t heavy;               /* pages: whoever weighs more is always due */
	size_t turn_begin, turn_end; /* places in the list whose turn it is */
	int64_t unexplained_kb; /* memory of the machine that no process explained at the last full
	                           read; UNKNOWN before the first */
	int64_t *weights;       /* scratch, owned */
	size_t capacity;
};

void attention_init(struct attention *attention, size_t hot);
void attention_release(struct attention *attention);

/* Before a refresh of `count` processes: `latest` is the finished snapshot, `now` the host as it is
 * at this moment. */
void attention_begin(struct attention *attention, const struct snapshot *latest,
	const struct host *now, size_t count);

/* What a process counts for in "the heaviest", in pages: its memory and its adj in a domain of
 * `totalpages`; INT64_MIN for what has no memory. */
int64_t attention_weight(const struct task *task, int64_t totalpages);

/* For how many more reads a process stays due: it was `old` (NULL: new) and has become `now`. */
uint8_t attention_restless(const struct task *old, const struct task *now);

/* Whether the process at `place` in the list, whose last row is `old` (NULL: it is new), is due. */
bool attention_due(const struct attention *attention, const struct task *old, size_t place);

/* After a refresh: learns from the finished snapshot who is heavy. Without memory for that
 * everybody stays due. */
void attention_learn(struct attention *attention, const struct snapshot *finished);

#endif
