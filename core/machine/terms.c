#include "oomspect/terms.h"

const char *const moment_names[MOMENT_COUNT] = {
	[MOMENT_OOM] = "oom",
	[MOMENT_NOW] = "now",
};

/* Pages that will have left rss when memory has run out: file pages, dirty ones after writing, but
 * not locked ones; shmem moves to swap and, unlike anonymous memory, is not in VmSwap then. */
static int64_t leaves_rss(const struct task *task, bool shmem_to_swap)
{
	int64_t locked = count_or_zero(task->locked_pages);
	int64_t file = count_or_zero(task->rss_file_pages);
	int64_t shmem = shmem_to_swap && !locked ? count_or_zero(task->rss_shmem_pages) : 0;
	return file - count_smaller(file, locked) + shmem;
}

/* The rss that badness reads: from 6.2 to 6.19 the per-CPU counters unsummed, which is what stat
 * shows while status sums them (f1a7941243c1; summed for both since 7.0). */
static int64_t rss_now(const struct era *era, const struct task *task)
{
	return era_has(era, ERA_UNSUMMED_RSS) ? task->rss_stat_pages : task->rss_pages;
}

struct badness_terms terms_in_era(
	const struct era *era, const struct host *host, const struct task *task)
{
	return (struct badness_terms){
		.rss = rss_now(era, task),
		.swapents = badness_swapents(era, task->swap_pages, host->cpus),
		.pgtables = badness_pgtables(
			era, task->pte_kb, count_or_zero(task->pmd_kb), host->page_size),
		.oom_score_adj = task->oom_score_adj,
		.cap_sys_admin = task->cap_sys_admin,
	};
}

struct badness_terms terms_of_task(
	const struct host *host, const struct task *task, enum moment moment, bool shmem_to_swap)
{
	struct badness_terms terms = terms_in_era(&host->era, host, task);
	if (moment == MOMENT_OOM)
		terms.rss -= count_smaller(terms.rss, leaves_rss(task, shmem_to_swap));
	return terms;
}
