#include "oomspect/badness.h"

/* Each page of page table maps 1024 KiB / VmPTE units: nr_ptes counted whole tables, and
 * status printed them as nr_ptes * PTRS_PER_PTE * sizeof(pte_t), one page each. */
static int64_t tables_of_kb(int64_t kb, int64_t page_size)
{
	return kb * 1024 / page_size;
}

int64_t badness_pgtables(const struct era *era, int64_t pte_kb, int64_t pmd_kb, int64_t page_size)
{
	if (era_has(era, ERA_PGTABLES_BYTES))
		return pte_kb * 1024 / page_size;
	int64_t pages = 0;
	if (era_has(era, ERA_NR_PTES))
		pages += tables_of_kb(pte_kb, page_size);
	if (era_has(era, ERA_NR_PMDS))
		pages += tables_of_kb(pmd_kb, page_size);
	return pages;
}

int64_t badness_adj_pages(int oom_score_adj, int64_t totalpages)
{
	return oom_score_adj * (totalpages / 1000);
}

static int64_t at_least_one(int64_t points)
{
	return points > 0 ? points : 1;
}

/* v2.6.36 (a63d83f427fb) to v3.4: a share of totalpages in permille, an int. */
static int64_t points_permille(
	const struct era *era, const struct badness_terms *terms, int64_t pages, int64_t totalpages)
{
	int64_t points = totalpages ? pages * 1000 / totalpages : pages * 1000;
	if (era_has(era, ERA_ROOT_MINUS_30) && terms->cap_sys_admin)
		points -= 30;
	points = at_least_one(points + terms->oom_score_adj);
	return points < 1000 ? points : 1000;
}

int64_t badness_points(const struct era *era, const struct badness_terms *terms, int64_t totalpages)
{
	int64_t adj = terms->oom_score_adj;
	if (adj == OOM_SCORE_ADJ_MIN)
		return BADNESS_UNKILLABLE;
	int64_t points = terms->rss + terms->swapents + terms->pgtables;
	if (era_has(era, ERA_POINTS_PERMILLE))
		return points_permille(era, terms, points, totalpages);
	if (terms->cap_sys_admin) {
		/* v3.14 (778c14affaf9) made the bonus a share of the task's own use. */
		if (era_has(era, ERA_ROOT_3_PERCENT))
			points -= points * 3 / 100;
		else if (era_has(era, ERA_ROOT_MINUS_30))
			adj -= 30;
	}
	/* totalpages / 1000 first: below 1000 pages the adjustment has no weight at all. */
	points += adj * (totalpages / 1000);
	return era_has(era, ERA_SIGNED_POINTS) ? points : at_least_one(points);
}

int64_t badness_oom_score(const struct era *era, int64_t points, int64_t totalpages)
{
	if (points == BADNESS_UNKILLABLE)
		return 0;
	if (era_has(era, ERA_POINTS_PERMILLE))
		return points;
	if (totalpages <= 0)
		return 0;
	int64_t permille = points * 1000 / totalpages;
	return era_has(era, ERA_SIGNED_POINTS) ? (1000 + permille) * 2 / 3 : permille;
}

int64_t badness_tenths(int64_t pages, int64_t totalpages)
{
	return totalpages > 0 ? pages * 10000 / totalpages : 0;
}

int64_t badness_counter_batch(int64_t cpus)
{
	return 2 * cpus > 32 ? 2 * cpus : 32;
}

int64_t badness_swapents(const struct era *era, int64_t swap_pages, int64_t cpus)
{
	bool unsummed = era_has(era, ERA_UNSUMMED_RSS);
	return unsummed ? swap_pages - swap_pages % badness_counter_batch(cpus) : swap_pages;
}
