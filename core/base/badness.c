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

/* From here on the thousandths of an adj are off by less than a hundredth of a thousandth. */
#define FULL_WEIGHT_PAGES 100000

int64_t badness_adj_pages(int oom_score_adj, int64_t totalpages)
{
	return oom_score_adj * (totalpages / 1000);
}

int64_t badness_mem_pages(const struct badness_terms *terms)
{
	return terms->rss + terms->swapents + terms->pgtables;
}

bool badness_adj_has_full_weight(int64_t totalpages)
{
	return totalpages >= FULL_WEIGHT_PAGES;
}

/* v2.6.36 gave root 30 thousandths less, as an adjustment ... */
static int64_t adj_with_bonus(const struct era *era, const struct badness_terms *terms)
{
	bool bonus = terms->cap_sys_admin && era_has(era, ERA_ROOT_MINUS_30);
	return terms->oom_score_adj - (bonus ? 30 : 0);
}

/* ... and v3.14 (778c14affaf9) a share of the task's own use. */
static int64_t mem_with_bonus(const struct era *era, const struct badness_terms *terms)
{
	int64_t pages = badness_mem_pages(terms);
	bool bonus = terms->cap_sys_admin && era_has(era, ERA_ROOT_3_PERCENT);
	return pages - (bonus ? pages * 3 / 100 : 0);
}

static int64_t at_least_one(int64_t points)
{
	return points > 0 ? points : 1;
}

static int64_t permille_of(int64_t pages, int64_t totalpages)
{
	return totalpages ? pages * 1000 / totalpages : pages * 1000;
}

/* v2.6.36 (a63d83f427fb) to v3.4: a share of totalpages in permille, an int. */
static int64_t points_permille(
	const struct era *era, const struct badness_terms *terms, int64_t totalpages)
{
	int64_t memory = permille_of(badness_mem_pages(terms), totalpages);
	int64_t points = at_least_one(memory + adj_with_bonus(era, terms));
	return points < 1000 ? points : 1000;
}

struct points badness_points(
	const struct era *era, const struct badness_terms *terms, int64_t totalpages)
{
	if (terms->oom_score_adj == OOM_SCORE_ADJ_MIN)
		return (struct points){ BADNESS_UNKILLABLE };
	if (era_has(era, ERA_POINTS_PERMILLE))
		return (struct points){ points_permille(era, terms, totalpages) };
	/* totalpages / 1000 first: below 1000 pages the adjustment has no weight at all. */
	int64_t points = mem_with_bonus(era, terms) +
			 badness_adj_pages((int)adj_with_bonus(era, terms), totalpages);
	return (struct points){ era_has(era, ERA_SIGNED_POINTS) ? points : at_least_one(points) };
}

static bool counts_pages(const struct era *era)
{
	return !era_has(era, ERA_POINTS_PERMILLE) && !era_has(era, ERA_VIRTUAL_SIZE);
}

bool points_in_pages(const struct era *era, struct points points, int64_t *ret_pages)
{
	if (!points_can_die(points) || !counts_pages(era))
		return false;
	*ret_pages = points.order;
	return true;
}

bool points_apart(const struct era *era, struct points more, struct points less, int64_t *ret_pages)
{
	if (!points_can_die(more) || !points_can_die(less) || !counts_pages(era))
		return false;
	*ret_pages = more.order - less.order;
	return true;
}

struct badness_share badness_share(
	const struct era *era, const struct badness_terms *terms, int64_t totalpages)
{
	struct badness_share share;
	int64_t adj = adj_with_bonus(era, terms);
	if (era_has(era, ERA_POINTS_PERMILLE)) {
		share.mem = permille_of(badness_mem_pages(terms), totalpages) * 10;
		share.adj = adj * 10;
	} else {
		share.mem = badness_tenths(mem_with_bonus(era, terms), totalpages);
		share.adj = badness_adj_has_full_weight(totalpages)
				    ? adj * 10
				    : badness_tenths(
					      badness_adj_pages((int)adj, totalpages), totalpages);
	}
	share.bad = share.mem + share.adj;
	return share;
}

int64_t badness_oom_score(const struct era *era, struct points points, int64_t totalpages)
{
	if (!points_can_die(points))
		return 0;
	if (era_has(era, ERA_POINTS_PERMILLE))
		return points.order;
	if (totalpages <= 0)
		return 0;
	int64_t permille = points.order * 1000 / totalpages;
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
