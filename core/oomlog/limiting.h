/* Whose limit it was, by the counters of a sample before an OOM and those afterwards.
 *
 * An inference, with its ground. Pure. */
#ifndef OOMSPECT_LIMITING_H
#define OOMSPECT_LIMITING_H

#include "oomspect/event.h"
#include "oomspect/sightings.h"

/* Between which two moments counters are compared. */
struct limiting_span {
	const struct sightings *sightings;
	const struct sight *sight; /* the sample that rows are of */
	const struct sight *later; /* what is afterwards; NULL: as sightings->look_again says */
	int64_t when_us;           /* no counter before was read after that; SIGHTINGS_NEVER */
};

/* One cgroup before and after. */
struct limiting_level {
	int32_t row;
	const struct memcg *before;
	struct memcg after;
	bool looked; /* there is an `after` */
};

struct limiting {
	struct limiting_level level; /* but for OOM_SEEN_UNDECIDED */
	enum oom_seen_ground ground;
};

struct limiting_level limiting_level_of(const struct limiting_span *span, int32_t row);

/* Among the cgroups that row `own` is in and that have a limit. */
struct limiting limiting_infer(const struct limiting_span *span, int32_t own);

/* The one of them with that path, of which the log speaks; undecided when there is none. */
struct limiting limiting_said(const struct limiting_span *span, int32_t own, const char *path);

/* What a ground speaks of; unknown for those that are no counter. */
struct oom_seen_count limiting_hits(
	const struct limiting_level *level, enum oom_seen_ground ground);

/* Kills of processes that were in this very cgroup. */
struct oom_seen_count limiting_kills(const struct limiting_level *level);
bool limiting_went_up(struct oom_seen_count count);

/* Fills what `seen` has of it. False without memory. */
bool limiting_keep(
	const struct limiting *limiting, const struct sight *sight, struct oom_seen *seen);

#endif
