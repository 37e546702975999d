/* Ranks the tasks of a snapshot as the kernel would choose among them in one OOM domain.
 *
 * Knows badness, ties, who cannot be killed and who dies along; knows nothing of where the numbers
 * came from or how they are shown. A ranking borrows from its snapshot and is valid while that
 * lives. Asking twice gives the same answer. */
#ifndef OOMSPECT_RANKING_H
#define OOMSPECT_RANKING_H

#include "oomspect/badness.h"
#include "oomspect/domain.h"
#include "oomspect/row_order.h"
#include "oomspect/snapshot.h"

#include <stddef.h>

/* Which numbers: the counters of this moment, or a projection to the moment when memory has run
 * out: clean and dirty file pages have been reclaimed (but not locked ones), and shmem has gone to
 * swap if all of it fits there. The projection is an estimate. */
enum ranking_moment { RANKING_NOW, RANKING_AT_OOM };

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

/* "What if this process had that oom_score_adj?" */
struct ranking_edit {
	pid_t pid;
	int oom_score_adj;
};

/* Puts edits into the order that ranking_build wants. */
void ranking_sort_edits(struct ranking_edit *edits, size_t count);

struct ranking_row {
	const struct task *task;
	enum unkillable unkillable;
	int oom_score_adj;   /* with the edits applied */
	int64_t mem_pages;   /* rss + swapents + page tables as the era counts them; UNKNOWN */
	int64_t points;      /* BADNESS_UNKILLABLE if it cannot be killed */
	int64_t oom_score;   /* what /proc/PID/oom_score should print, whatever the domain is;
	                        UNKNOWN for UNKILLABLE_UNKNOWN */
	uint32_t scan_order; /* place in the kernel's scan, 0 first */
};

struct ranking {
	struct domain domain;
	enum ranking_moment moment;
	struct ranking_row *rows; /* the order of death; then those that cannot be killed */
	size_t count;             /* all tasks in the domain */
	size_t killable; /* how many of them, the first ones, can be killed: rank = index + 1 */
	size_t victim; /* index of the one that dies: 0, but for ERA_SACRIFICE_CHILD, where a child of
	                    the chosen first may die in its place; meaningless when killable is 0 */
	size_t capacity;
	struct row_order order; /* its own memory */
	pid_t *joined;          /* the same, for tie.h */
	size_t joined_capacity;
	bool restricted;      /* ranking_restrict left some out */
	bool shmem_to_swap;   /* RANKING_AT_OOM: all shmem of the domain fits into its free swap */
	int32_t joined_memcg; /* row whose order of joining was applied (ranking_apply_joining) */
};

void ranking_init(struct ranking *ranking);
void ranking_release(struct ranking *ranking);

/* Fills `ranking` anew; its memory is reused. `edits` stand by pid, ascending, and may be NULL. */
enum err_code ranking_build(struct ranking *ranking, const struct snapshot *snapshot,
	const struct domain *domain, enum ranking_moment moment, const struct ranking_edit *edits,
	size_t edit_count, struct err *err);

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

/* What the kernel would do. A choice of the kernel's can be overruled by vm.panic_on_oom and
 * vm.oom_kill_allocating_task, where they apply to this kind of domain. */
enum prediction {
	PREDICTION_VICTIM,
	PREDICTION_NONE,
	PREDICTION_PANIC,
	PREDICTION_ALLOCATING_TASK,
	PREDICTION_UNKNOWN, /* nobody who is seen can be killed, and not everybody is seen */
	PREDICTION_COUNT,
};

/* The name of each in JSON, NULL for PREDICTION_UNKNOWN. */
extern const char *const prediction_names[PREDICTION_COUNT];

enum prediction ranking_prediction(const struct ranking *ranking, const struct snapshot *snapshot);

/* The process that would die, or NULL when nobody can be killed. */
const struct ranking_row *ranking_victim(const struct ranking *ranking);

/* The row of a pid, or NULL. */
const struct ranking_row *ranking_find(const struct ranking *ranking, pid_t pid);

/* The best of those who would neither die nor be chosen, or NULL: the one that is next when the
 * victim is protected. */
const struct ranking_row *ranking_runner_up(
	const struct ranking *ranking, const struct snapshot *snapshot);

/* Points between the first and the runner-up; UNKNOWN when there is no other. */
int64_t ranking_margin(const struct ranking *ranking, const struct snapshot *snapshot);

/* Whether `task` ends when `first` does: that is the first process of a pid namespace below ours,
 * and `task` lives in it. */
bool ranking_ends_with(
	const struct snapshot *snapshot, const struct task *first, const struct task *task);

/* Whether the death of the victim takes `row` along: it shares the mm, memory.oom.group kills its
 * cgroup, or the victim is the first process of its pid namespace. False for the victim itself. */
bool ranking_dies_with_victim(const struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_row *row);

/* Processes outside the domain that die all the same, since they share the victim's mm or live in
 * its pid namespace: at most `capacity` rows without points (NULL: none), and their number. */
size_t ranking_outsiders(const struct ranking *ranking, const struct snapshot *snapshot,
	struct ranking_row *rows, size_t capacity);

/* How many die with the victim, in the domain and outside. */
size_t ranking_deaths(const struct ranking *ranking, const struct snapshot *snapshot);

/* kB that come back when the victim and all that die with it are gone: anonymous memory, swap and
 * page tables (file and shared pages stay); an estimate. UNKNOWN without a victim. */
int64_t ranking_frees_kb(const struct ranking *ranking, const struct snapshot *snapshot);

/* kB that the end of this process alone brings back, by the same estimate: nothing while another
 * one shares its mm. */
int64_t ranking_private_kb(const struct snapshot *snapshot, const struct task *task);

/* What /proc cannot decide here; bits of enum uncertainty. */
enum uncertainty {
	UNCERTAIN_NEAR_TIE,     /* the margin is within the error of the counters */
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

unsigned ranking_uncertainty(const struct ranking *ranking, const struct snapshot *snapshot);

/* Whether the domain may have processes of which nothing can be read: they are hidden, live outside
 * our pid namespace, or their files are denied. */
bool ranking_has_unseen(const struct ranking *ranking, const struct snapshot *snapshot);

#endif
