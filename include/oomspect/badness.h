/* oom_badness() and /proc/PID/oom_score, integer for integer.
 *
 * Pure arithmetic in pages, in the kernel's order of operations: no files, no clocks, no
 * floating point. Source: mm/oom_kill.c:oom_badness(), fs/proc/base.c:proc_oom_score(). */
#ifndef OOMSPECT_BADNESS_H
#define OOMSPECT_BADNESS_H

#include "oomspect/era.h"

#include <stdbool.h>
#include <stdint.h>

#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

/* Points of a task that must not be killed. The kernel says LONG_MIN since v5.9, 0 before:
 * one value here for both. */
#define BADNESS_UNKILLABLE INT64_MIN

/* What oom_badness() adds up, in pages; none of them may be unknown (negative). */
struct badness_terms {
	int64_t rss; /* file + anon + shmem; ERA_UNSUMMED_RSS says from which file */
	int64_t swapents;
	int64_t pgtables; /* as badness_pgtables() gives it */
	int oom_score_adj;
	bool cap_sys_admin; /* only the eras with a root bonus ask */
};

/* Page tables as the era counts them, in pages, from /proc/PID/status: `pte_kb` is VmPTE,
 * `pmd_kb` VmPMD (4.0 to 4.14; 0 where it is not shown). `page_size` in bytes. */
int64_t badness_pgtables(const struct era *era, int64_t pte_kb, int64_t pmd_kb, int64_t page_size);

/* What oom_badness() comes to. Points order tasks of one domain and nothing else: most eras count
 * them in pages, but 2.6.36 to 3.4 in permille of totalpages. So they are no number to print or to
 * multiply: points_in_pages() says whether they are pages, badness_share() gives the thousandths
 * that every era has. */
struct points {
	int64_t order;
};

/* Points in a domain of `totalpages`: signed pages since ERA_SIGNED_POINTS, pages of at least 1
 * before, permille 1..1000 with ERA_POINTS_PERMILLE. BADNESS_UNKILLABLE for an adj of -1000. */
struct points badness_points(
	const struct era *era, const struct badness_terms *terms, int64_t totalpages);

static inline bool points_can_die(struct points points)
{
	return points.order != BADNESS_UNKILLABLE;
}

/* The pages that they stand for, or how many pages lie between two; false, and `ret_pages`
 * untouched, for BADNESS_UNKILLABLE and in eras that do not count pages. */
bool points_in_pages(const struct era *era, struct points points, int64_t *ret_pages);
bool points_apart(
	const struct era *era, struct points more, struct points less, int64_t *ret_pages);

/* What /proc/PID/oom_score prints for a task whose points in a domain of the whole machine
 * (totalpages = RAM + swap) are `points`. 0 for BADNESS_UNKILLABLE. */
int64_t badness_oom_score(const struct era *era, struct points points, int64_t totalpages);

/* MEM, ADJ and BAD as they are shown, in tenths of a thousandth of totalpages: the same sum in
 * every place, bad = mem + adj to the digit. An adj weighs what the kernel lets it weigh: whole
 * thousandths of totalpages, which is less than it says in a domain below 390 MiB and nothing below
 * 1000 pages. A root bonus is taken from the part that the era takes it from. The eras that lift
 * points to at least 1 do so after this sum. `totalpages` must be positive. */
struct badness_share {
	int64_t mem, adj, bad;
};
struct badness_share badness_share(
	const struct era *era, const struct badness_terms *terms, int64_t totalpages);

/* Whether an adj weighs as many thousandths as it says in a domain of `totalpages`, to a tenth. */
bool badness_adj_has_full_weight(int64_t totalpages);

/* The weight of an oom_score_adj in pages: adj * (totalpages / 1000), the division first. */
int64_t badness_adj_pages(int oom_score_adj, int64_t totalpages);

/* rss, swapents and page tables together, in pages. */
int64_t badness_mem_pages(const struct badness_terms *terms);

/* `pages` as tenths of a permille of `totalpages`, cut toward zero: 2896 stands for 289.6. */
int64_t badness_tenths(int64_t pages, int64_t totalpages);

/* Changes that a CPU may hold back from a per-CPU counter: a batch of them goes to the common part
 * at once (lib/percpu_counter.c). */
int64_t badness_counter_batch(int64_t cpus);

/* The swap that badness reads of a task whose VmSwap is `swap_pages`. No file shows the unsummed
 * counter of ERA_UNSUMMED_RSS. But pages of swap come and go one by one, so its common part is whole
 * batches: where one CPU swapped, what status sums but for the rest. 87 of 87 figures in the tables
 * of a 6.12 were such. */
int64_t badness_swapents(const struct era *era, int64_t swap_pages, int64_t cpus);

#endif
