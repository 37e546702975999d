/* Fills one snapshot after another from a root, in slices, so that keys are answered meanwhile.
 *
 * Two snapshots take turns: the latest finished one stands still and may be looked at while the
 * next is being read, until that is finished. Rows live from sample to sample and carry their age: one that was not
 * due, or could not be read this time, keeps its figures. No allocation once the tables fit. */
#ifndef OOMSPECT_SAMPLER_H
#define OOMSPECT_SAMPLER_H

#include "oomspect/root.h"
#include "oomspect/snapshot.h"

struct sampler_options {
	bool memcgs;         /* read the memory cgroups too */
	bool leave_out_self; /* a one-shot program is no candidate: leave out the own pid, live */
	size_t hot;          /* attention.h: with many processes, how many of the heaviest are read
	                        each time; 0: all are. The first sample reads everything */
};

struct sampler {
	const struct root *root;
	struct sampler_options options;
	struct snapshot shots[2];
	unsigned latest;           /* index of the finished one */
	unsigned long samples;     /* finished ones so far */
	struct sampler_work *work; /* the sample in progress */
};

/* Identifies the host and its memory hierarchy. `root` must outlive the sampler. */
enum err_code sampler_init(struct sampler *sampler, const struct root *root,
	const struct sampler_options *options, struct err *err);
void sampler_release(struct sampler *sampler);

/* Processes that are looked at now: each sample reads them again, whatever else is due. Replaces the
 * ones named before; those beyond SAMPLER_WATCHED_MAX are left to chance. */
#define SAMPLER_WATCHED_MAX 512
void sampler_watch(struct sampler *sampler, const pid_t *pids, size_t count);

/* Starts a sample with the host's own figures; one that was not finished is given up. */
enum err_code sampler_begin(struct sampler *sampler, struct err *err);

/* Goes on with it for about as long as reading `processes` processes takes. `ret_finished` tells
 * whether it is finished and has become the latest; ranking_build on sampler_latest is then due.
 * After an error the latest is what it was, and another sample has to be begun: without memory or
 * descriptors, also when only root->lacking says so, and when the machine is gone. */
enum err_code sampler_step(
	struct sampler *sampler, unsigned processes, bool *ret_finished, struct err *err);

/* A whole sample at once. */
enum err_code sampler_sample(struct sampler *sampler, struct err *err);

/* The latest finished snapshot; valid until the next but one sample is begun. Its memory cgroups,
 * and the rows that its tasks have among them, are valid for a shorter time: there is one tree,
 * which is brought up to date when the next sample is finished. Do not keep its rows beyond that.
 * */
const struct snapshot *sampler_latest(const struct sampler *sampler);

#endif
