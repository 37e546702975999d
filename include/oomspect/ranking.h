/* Ranks the tasks of a snapshot as the kernel would choose among them in one OOM domain.
 *
 * Knows badness, ties and who cannot be killed; knows nothing of who dies along (death.h), of
 * settings that overrule the choice (outlook.h), of where the numbers came from or how they are
 * shown. A ranking borrows from its snapshot and is valid while that lives. Asking twice gives the
 * same answer. Whoever shows or compares a prediction reads an outlook, which holds a ranking. */
#ifndef OOMSPECT_RANKING_H
#define OOMSPECT_RANKING_H

#include "oomspect/domain.h"
#include "oomspect/row_order.h"
#include "oomspect/snapshot.h"
#include "oomspect/terms.h"

#include <stddef.h>

enum unkillable {
	KILLABLE,
	UNKILLABLE_INIT, /* pid 1 of the initial pid namespace */
	UNKILLABLE_KTHREAD,
	UNKILLABLE_ADJ,     /* oom_score_adj -1000 */
	UNKILLABLE_NO_MM,   /* no memory left to free: zombie, exiting, already reaped */
	UNKILLABLE_VFORK,   /* borrows its parent's memory until it execs */
	UNKILLABLE_UNKNOWN, /* its files could not be read: no statement is made */
};

/* The name of each in JSON ("init", "kthread", ...), NULL for KILLABLE. */
extern const char *const unkillable_names[UNKILLABLE_UNKNOWN + 1];

/* "What if this process had that oom_score_adj, or were gone?" */
struct ranking_edit {
	pid_t pid;
	bool gone;
	int oom_score_adj; /* without `gone` */
};

/* Puts edits into the order that ranking_build wants. */
void ranking_sort_edits(struct ranking_edit *edits, size_t count);

struct ranking_row {
	const struct task *task;
	enum unkillable unkillable;
	bool terms_known;           /* `terms` mean something: it has an mm */
	struct badness_terms terms; /* of the ranking's moment, with the edits applied */
	int oom_score_adj;          /* with the edits applied */
	int64_t mem_pages;    /* rss + swapents + page tables as the era counts them; UNKNOWN */
	struct points points; /* BADNESS_UNKILLABLE if it cannot be killed */
	int64_t oom_score;    /* what /proc/PID/oom_score should print, whatever the domain is;
	                         UNKNOWN for UNKILLABLE_UNKNOWN */
	uint32_t scan_order;  /* place in the kernel's scan, 0 first */
	bool dies_along;      /* with rows[0], by death.h; set by an outlook */
};

struct ranking {
	struct domain domain;
	enum moment moment;
	struct ranking_row *rows; /* the next victim, then the order of death, then those that
	                             cannot be killed */
	size_t count;             /* all tasks in the domain */
	size_t killable; /* how many of them, the first ones, can be killed: rank = index + 1 */
	size_t chosen;   /* index of the one with the most points: 0, but for ERA_SACRIFICE_CHILD,
	                    where it is 1 when a child of it dies in its place; meaningless when
	                    killable is 0 */
	size_t capacity;
	struct row_order order; /* its own memory */
	pid_t *joined;          /* the same, for ranking_settle_tie */
	size_t joined_capacity;
	bool restricted;      /* ranking_restrict left some out */
	bool shmem_to_swap;   /* MOMENT_OOM: all shmem of the domain fits into its free swap */
	int32_t joined_memcg; /* row whose order of joining was applied (ranking_apply_joining) */
};

void ranking_init(struct ranking *ranking);
void ranking_release(struct ranking *ranking);

/* The tasks of one domain, in the kernel's scan order there; and all in the snapshot, inside or not,
 * that share their mm with another one. */
struct ranking_tasks {
	const struct task *const *tasks;
	size_t count;
	const struct task *const *sharers;
	size_t sharer_count;
};

/* What is to be ranked, and by which figures. */
struct ranking_wish {
	const struct domain *domain;
	enum moment moment;
	const struct ranking_tasks
		*among; /* holds every task of the domain; NULL: all that there are */
	const struct ranking_edit *edits; /* by pid, ascending (ranking_sort_edits); may be NULL */
	size_t edit_count;
};

/* Fills `ranking` anew; its memory is reused. ERR_NO_MEMORY. */
enum err_code ranking_build(struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_wish *wish, struct err *err);

/* Leaves only the rows that `keep` wants, in their order: who of these would be the first. */
void ranking_restrict(struct ranking *ranking, const struct snapshot *snapshot,
	bool (*keep)(const void *context, const struct task *task), const void *context);

/* Inside one v2 memory cgroup the kernel scans in the order of joining, which no file of a process
 * tells: until told, the order of creation stands in. The row of snapshot->memcgs in which equals
 * compete for the first place and whose order is needed, or UNKNOWN. */
int32_t ranking_tied_memcg(const struct ranking *ranking, const struct snapshot *snapshot);

/* Applies that order: `pids` as cgroup.procs of row `memcg` lists them (memcg_procs). */
void ranking_apply_joining(struct ranking *ranking, const struct snapshot *snapshot, int32_t memcg,
	const pid_t *pids, size_t count);

/* Asks the machine for the order that is needed, and only then, and applies it: the one place where
 * a ranking reads anything. Of equals the kernel kills the last (5.3) or the first. Where the order
 * cannot be read, and with ERR_NO_MEMORY, the ranking keeps UNCERTAIN_TIE_ORDER. `snapshot` must be
 * its sampler's latest. */
enum err_code ranking_settle_tie(
	struct ranking *ranking, const struct snapshot *snapshot, struct err *err);

/* The process that would die, or NULL when nobody can be killed. */
const struct ranking_row *ranking_victim(const struct ranking *ranking);

/* The one with the most points: the victim itself, or the parent in whose place it dies. */
const struct ranking_row *ranking_chosen(const struct ranking *ranking);

/* The row of a pid, or NULL. */
const struct ranking_row *ranking_find(const struct ranking *ranking, pid_t pid);

#endif
