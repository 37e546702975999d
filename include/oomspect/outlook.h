/* Who dies in one OOM domain, when memory has run out or now: the prediction, as one noun.
 *
 * Everything that shows, prints, exports, previews or compares a prediction reads an outlook, and
 * nothing else computes one: the order, the next victim and why it is the one, who dies along, how
 * far ahead it is, what comes back, and what /proc cannot decide. Pure function of a snapshot but
 * for ties inside a v2 cgroup, which it settles by asking the machine again
 * (ranking_settle_tie). */
#ifndef OOMSPECT_OUTLOOK_H
#define OOMSPECT_OUTLOOK_H

#include "oomspect/death.h"
#include "oomspect/ranking.h"

/* What the kernel would do. A choice of the kernel's can be overruled by vm.panic_on_oom and
 * vm.oom_kill_allocating_task, where they apply to this kind of domain. */
enum prediction {
	PREDICTION_VICTIM,
	PREDICTION_NONE,
	PREDICTION_PANIC,
	PREDICTION_ALLOCATING_TASK,
	PREDICTION_UNKNOWN, /* nobody who is seen can be killed, and not everybody is seen; or how
	                       large the domain is cannot be read */
	PREDICTION_COUNT,
};

/* The name of each in JSON, NULL for PREDICTION_UNKNOWN. */
extern const char *const prediction_names[PREDICTION_COUNT];

/* What /proc cannot decide here; bits of enum uncertainty. */
enum uncertainty {
	UNCERTAIN_NEAR_TIE,     /* the lead is within the error of the counters */
	UNCERTAIN_TIE_ORDER,    /* equal points, and their scan order cannot be told */
	UNCERTAIN_V1_TIE_ORDER, /* the same in a v1 memcg, whose order of joining is not shown */
	UNCERTAIN_COUNTERS,     /* per-CPU counters: VmSwap has no unsummed twin */
	UNCERTAIN_MEMPOLICY,    /* per-task memory policies are not looked at */
	UNCERTAIN_SHARED_MM,    /* who shares the victim's memory could not be asked */
	UNCERTAIN_SHMEM_SWAP,   /* how much shmem will be in swap decides */
	UNCERTAIN_HIDDEN,       /* processes are hidden from us */
	UNCERTAIN_PID_NS,       /* processes outside our pid namespace are not seen */
	UNCERTAIN_COUNT,
};
extern const char *const uncertainty_names[UNCERTAIN_COUNT];

/* How far one process is from another, in the two units that a lead is told in. */
struct lead {
	bool known;    /* there are two of them, and both can be killed */
	bool tied;     /* equal points: the order of the scan decides */
	bool in_pages; /* the era counts pages: `pages` means something */
	int64_t pages; /* of points; negative: behind */
	int64_t tenths; /* of a thousandth of totalpages, as BAD is shown: the difference of two BADs */
};

struct outlook {
	const struct snapshot *snapshot;
	struct ranking ranking; /* domain, moment and order: rows[0] is the next victim */
	enum prediction prediction;
	/* NULL when nobody can be killed; with PREDICTION_ALLOCATING_TASK who is killed if the
	 * asking task has an oom_score_adj of -1000; with PREDICTION_PANIC and where processes are
	 * hidden NULL. */
	const struct ranking_row *victim;
	const struct ranking_row *chosen;    /* its points decided; a parent whose child dies */
	const struct ranking_row *runner_up; /* next when the victim is protected: the best of
	                                        those who neither die nor were chosen; or NULL */
	struct lead lead;                    /* of the chosen one over the runner-up */
	size_t deaths;                 /* who die with the victim, in the domain and outside */
	struct ranking_row *outsiders; /* those outside, without points */
	size_t outsider_count;
	struct freed frees; /* by the victim and all that die with it; 0 without a victim */
	bool unseen; /* the domain may have processes of which nothing can be read: they are hidden,
	                live outside our pid namespace, or their files are denied */
	unsigned uncertain;       /* bits of enum uncertainty */
	size_t outsider_capacity; /* its own memory */
};

/* An empty one, safe to release. */
void outlook_init(struct outlook *outlook);
void outlook_release(struct outlook *outlook);

/* Fills `outlook` anew for a domain at a moment, with `edits` (by pid, ascending; may be NULL) as
 * if they were so. Its memory is reused: no allocation when nothing grew. Valid while the snapshot
 * lives, which must be the latest of its sampler. ERR_NO_MEMORY leaves it empty. */
enum err_code outlook_build(struct outlook *outlook, const struct snapshot *snapshot,
	const struct domain *domain, enum moment moment, const struct ranking_edit *edits,
	size_t edit_count, struct err *err);

/* The same of the tasks `among` alone, which are all of the domain, in scan order. */
enum err_code outlook_build_among(struct outlook *outlook, const struct snapshot *snapshot,
	const struct domain *domain, enum moment moment, const struct ranking_tasks *among,
	struct err *err);

/* Leaves only the rows that `keep` wants: who of these would be the first. */
enum err_code outlook_restrict(struct outlook *outlook,
	bool (*keep)(const void *context, const struct task *task), const void *context,
	struct err *err);

/* The next victim where the kernel will choose one; else NULL. */
const struct ranking_row *outlook_next(const struct outlook *outlook);

/* What the death of any `row` of the outlook would take along, whoever is chosen: calls `visit` for
 * each, with `inside` false and a row that is gone after the call for those outside of the domain.
 * Returns what comes back by it all. */
typedef void outlook_visit(void *context, const struct ranking_row *row, bool inside);
struct freed outlook_death(const struct outlook *outlook, const struct ranking_row *row,
	outlook_visit *visit, void *context);

/* Whether two outlooks of one snapshot name different next victims, or none and one. */
bool outlook_differs(const struct outlook *a, const struct outlook *b);

/* The place of a row, 1 first; 0 when it cannot be killed. */
size_t outlook_rank(const struct outlook *outlook, const struct ranking_row *row);

/* MEM, ADJ and BAD of a row as they are shown; false when its memory or totalpages is unknown. */
bool outlook_share(
	const struct outlook *outlook, const struct ranking_row *row, struct badness_share *ret);

/* How far `row` is ahead of `other`; unknown when one of them is NULL or cannot be killed. */
struct lead outlook_lead(const struct outlook *outlook, const struct ranking_row *row,
	const struct ranking_row *other);

#endif
