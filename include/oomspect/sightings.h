/* What our last samples knew, kept apart from them: a kill is told of when the sampler may
 * already have gone on, and whoever died and the cgroup that went with it are then in no sample.
 *
 * Copies of the processes and the memory cgroups of a snapshot, in which a victim is looked up and
 * ranked as of then. Knows no log and no clock. */
#ifndef OOMSPECT_SIGHTINGS_H
#define OOMSPECT_SIGHTINGS_H

#include "oomspect/outlook.h"

#define SIGHTINGS_KEPT 4

/* Microseconds of CLOCK_MONOTONIC, the clock of the kernel's log; of no time. */
#define SIGHTINGS_NEVER UNKNOWN_SIGNED

/* One sample. Owns all it has. */
struct sight {
	struct snapshot shot;   /* without kernel threads; its tree is the one below */
	struct memcg_tree tree; /* rows alone: nothing can be read through it */
	size_t row_capacity, path_capacity, told_capacity;
	char *paths;
	bool *told;         /* by place in shot.tasks: a log has told of its death since */
	int64_t begun_us;   /* no process of it was read before */
	int64_t counted_us; /* its cgroups were read until then; SIGHTINGS_NEVER: no sample */
};

struct sightings {
	struct sight sights[SIGHTINGS_KEPT];
	unsigned latest;
	struct outlook outlook; /* of the latest sightings_rank() */
	/* Reads the counters of a cgroup as they are now into a copy of its row; false when it is
	 * gone. NULL: nothing is known of afterwards. */
	bool (*look_again)(const void *context, const char *path, struct memcg *row);
	const void *context;
};

/* The clocks of the machine at one moment, in microseconds. */
struct sightings_clock {
	int64_t mono_us; /* CLOCK_MONOTONIC */
	int64_t boot_us; /* CLOCK_BOOTTIME */
};

void sightings_init(struct sightings *sightings);
void sightings_release(struct sightings *sightings);

/* Counters afterwards are those of this tree, which must outlive their use. */
void sightings_look_at(struct sightings *sightings, const struct memcg_tree *tree);

/* Keeps a copy of a finished sample; the oldest makes room. No allocation when nothing
 * grew. ERR_NO_MEMORY: this sample is not kept. */
enum err_code sightings_note(struct sightings *sightings, const struct snapshot *snapshot,
	struct sightings_clock now, struct err *err);

/* The `age`-th sample before the latest; NULL when there is none. */
const struct sight *sightings_get(const struct sightings *sightings, unsigned age);

/* Whether it could be killed as of then: it has memory, and is not about to exit. */
bool sightings_alive(const struct task *task);

/* A process in a sample. */
struct sighting {
	const struct sight *sight;
	const struct task *task; /* alive then */
};

/* The last time that a process was seen before `until_us`; of a thread its process. SIGHTINGS_NEVER:
 * ever. False when it was in no sample. Valid until the next sightings_note(). */
bool sightings_find(
	const struct sightings *sightings, pid_t pid, int64_t until_us, struct sighting *ret);

/* A log has told of its death: of the process itself, not of another with its pid. */
void sightings_tell(struct sightings *sightings, const struct task *task);
bool sightings_told(const struct sight *sight, const struct task *task);

/* The very same cgroup as `row` in another sample, or NULL; looked for at `place` first. */
const struct memcg *sightings_row(const struct sight *sight, const struct memcg *row, size_t place);

/* The same in the last sample that was counted before `until_us`, or of this one. */
const struct memcg *sightings_row_before(const struct sightings *sightings,
	const struct sight *sight, int32_t row, int64_t until_us);

/* Looks ahead from a sample as it was: sightings->outlook. */
enum err_code sightings_rank(struct sightings *sightings, const struct sight *sight,
	const struct domain *domain, enum moment moment, struct err *err);

#endif
