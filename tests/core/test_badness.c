/* The arithmetic of oom_badness() and oom_score. Every expected number is worked out by hand from
 * the kernel source named above its rows, not from badness.c. */
#include "oomspect/badness.h"

#include "support.h"

/* RAM and swap of 4 GiB in pages of 4 KiB: a thousandth is 1048.576 pages, cut 1048. */
#define GIB4       1048576
#define UNKILLABLE BADNESS_UNKILLABLE

struct points_case {
	const char *claim;
	const char *release;
	int64_t rss, swapents, pgtables;
	int adj;
	bool root;
	int64_t totalpages;
	int64_t points;
};

static const struct points_case points[] = {
	/* v2.6.36 to v3.4, mm/oom_kill.c:
	 *   points = (rss + swap [+ nr_ptes]) * 1000 / totalpages; root: points -= 30;
	 *   points += adj; if (points <= 0) return 1; return points < 1000 ? points : 1000. */
	{ "permille: a quarter of the machine", "2.6.36", 262144, 0, 0, 0, 0, GIB4, 250 },
	{ "permille: swap counts like rss", "2.6.36", 131072, 131072, 0, 0, 0, GIB4, 250 },
	{ "permille: the share is cut", "3.2.0", 1048, 0, 0, 0, 0, GIB4, 1 },
	{ "permille: page tables are in the sum that is cut", "3.2.0", 1048, 0, 1049, 0, 0, GIB4,
		1 },
	{ "permille: adj is added as it is", "3.2.0", 262144, 0, 0, 300, 0, GIB4, 550 },
	{ "permille: a task without memory has one point", "3.2.0", 0, 0, 0, 0, 0, GIB4, 1 },
	{ "permille: below zero becomes one", "3.2.0", 262144, 0, 0, -999, 0, GIB4, 1 },
	{ "permille: exactly zero becomes one", "3.2.0", 262144, 0, 0, -250, 0, GIB4, 1 },
	{ "permille: exactly one stays", "3.2.0", 262144, 0, 0, -249, 0, GIB4, 1 },
	{ "permille: 1000 is the most", "3.2.0", 262144, 0, 0, 1000, 0, GIB4, 1000 },
	{ "permille: 999 is not raised", "3.2.0", 262144, 0, 0, 749, 0, GIB4, 999 },
	{ "permille: root has 30 less", "3.2.0", 262144, 0, 0, 0, 1, GIB4, 220 },
	{ "permille: a small root task has one point", "3.2.0", 100, 0, 0, 0, 1, GIB4, 1 },
	{ "permille: root's 30 go before the clamp", "3.2.0", 262144, 0, 0, 780, 1, GIB4, 1000 },
	{ "permille: -1000 cannot be killed", "3.2.0", 262144, 0, 0, -1000, 0, GIB4, UNKILLABLE },
	{ "permille: in a domain of 12800 pages", "3.2.0", 6400, 0, 0, 0, 0, 12800, 500 },
	{ "permille: adj weighs in a tiny domain too", "3.2.0", 500, 0, 0, 100, 0, 999, 600 },

	{ "el6: the same, under its number 2.6.32", "2.6.32-754.el6.x86_64", 262144, 0, 0, 300, 1,
		GIB4, 520 },

	/* v3.5 to v3.13 (a7f638f999ff): pages; root: adj -= 30;
	 *   adj *= totalpages / 1000; points += adj; return points > 0 ? points : 1. */
	{ "3.5: points are pages", "3.5.0", 5000, 600, 70, 0, 0, GIB4, 5670 },
	{ "3.5: a point of adj is totalpages / 1000, cut", "3.5.0", 5000, 0, 0, 100, 0, GIB4,
		109800 },
	{ "3.5: root has 30 thousandths of the machine less", "3.5.0", 50000, 0, 0, 0, 1, GIB4,
		18560 },
	{ "3.5: root's share is taken off a positive adj", "3.5.0", 5000, 0, 0, 100, 1, GIB4,
		78360 },
	{ "3.5: a root task below zero has one point", "3.5.0", 5000, 0, 0, 0, 1, GIB4, 1 },
	{ "3.5: root at -999 falls below -1000 and has one point", "3.5.0", 5000, 0, 0, -999, 1,
		GIB4, 1 },
	{ "3.13: still 30 thousandths", "3.13.11", 50000, 0, 0, 0, 1, GIB4, 18560 },
	{ "3.5: -1000 cannot be killed", "3.5.0", 5000, 0, 0, -1000, 0, GIB4, UNKILLABLE },

	/* v3.14 to v4.16 (778c14affaf9): root: points -= (points * 3) / 100. */
	{ "3.14: root has 3 % of its own pages less", "3.14.0", 50000, 0, 0, 0, 1, GIB4, 48500 },
	{ "3.14: the 3 % are cut", "3.14.0", 133, 0, 0, 0, 1, GIB4, 130 },
	{ "3.14: 33 pages are too few for a bonus", "3.14.0", 33, 0, 0, 0, 1, GIB4, 33 },
	{ "3.14: 34 pages are enough for one", "3.14.0", 34, 0, 0, 0, 1, GIB4, 33 },
	{ "3.14: swap and page tables share the bonus", "3.14.0", 40000, 6000, 4000, 0, 1, GIB4,
		48500 },
	{ "3.14: the bonus goes before adj is added", "3.14.0", 50000, 0, 0, 100, 1, GIB4, 153300 },
	{ "4.14: the same", "4.14.336", 50000, 0, 0, 0, 1, GIB4, 48500 },
	{ "4.16: for the last time", "4.16.18", 50000, 0, 0, 0, 1, GIB4, 48500 },
	{ "el7: the same, under its number 3.10", "3.10.0-1160.el7.x86_64", 50000, 0, 0, 0, 1, GIB4,
		48500 },

	/* v4.17 to v5.8 (d46078b28889): no bonus. */
	{ "4.17: root is like everybody", "4.17.0", 50000, 0, 0, 0, 1, GIB4, 50000 },
	{ "4.19: below zero becomes one", "4.19.222", 5000, 0, 0, -998, 0, GIB4, 1 },
	{ "4.19: exactly zero becomes one", "4.19.222", 1048, 0, 0, -1, 0, GIB4, 1 },
	{ "4.19: one page above zero stays one", "4.19.222", 1049, 0, 0, -1, 0, GIB4, 1 },
	{ "4.19: two pages above zero stay two", "4.19.222", 1050, 0, 0, -1, 0, GIB4, 2 },
	{ "5.8: a pod's tasks at -998 tie at one, the small one", "5.8.18", 10, 0, 0, -998, 0, GIB4,
		1 },
	{ "5.8: and the large one", "5.8.18", 900000, 0, 0, -998, 0, GIB4, 1 },
	{ "5.8: -1000 cannot be killed", "5.8.18", 900000, 0, 0, -1000, 0, GIB4, UNKILLABLE },

	/* v5.9 (9066e5cfb73c): long, no floor, LONG_MIN for what must not be killed. */
	{ "5.9: points may be negative", "5.9.0", 5000, 0, 0, -998, 0, GIB4, -1040904 },
	{ "5.9: so the larger of a pod's tasks is ahead", "5.9.0", 900000, 0, 0, -998, 0, GIB4,
		-145904 },
	{ "5.9: exactly zero stays zero", "5.9.0", 1048, 0, 0, -1, 0, GIB4, 0 },
	{ "5.9: a task without memory has no points", "5.9.0", 0, 0, 0, 0, 0, GIB4, 0 },
	{ "5.9: root is like everybody", "5.9.0", 50000, 0, 0, 0, 1, GIB4, 50000 },
	{ "5.9: -1000 cannot be killed", "5.9.0", 900000, 0, 0, -1000, 0, GIB4, UNKILLABLE },
	{ "5.9: -999 can", "5.9.0", 0, 0, 0, -999, 0, GIB4, -1046952 },
	{ "6.12: rss, swap and page tables add up", "6.12.117", 5000, 600, 70, 0, 0, GIB4, 5670 },
	{ "7.1: the same", "7.1.5", 5000, 600, 70, -1, 0, GIB4, 4622 },

	/* adj *= totalpages / 1000: the division comes first. */
	{ "totalpages is cut before the product", "6.12.0", 0, 0, 0, 500, 0, 1999, 500 },
	{ "with 1000 pages a point of adj is one page", "6.12.0", 0, 0, 0, 1000, 0, 1000, 1000 },
	{ "below 1000 pages adj has no weight", "6.12.0", 307, 0, 0, 1000, 0, 999, 307 },
	{ "below 1000 pages a negative adj has none", "6.12.0", 916, 0, 0, -999, 0, 999, 916 },
	{ "below 1000 pages -1000 still protects", "6.12.0", 916, 0, 0, -1000, 0, 999, UNKILLABLE },
	{ "below 1000 pages on 4.19 too", "4.19.0", 916, 0, 0, -999, 0, 999, 916 },
	{ "below 1000 pages root's 30 have no weight", "3.5.0", 916, 0, 0, 0, 1, 999, 916 },
	{ "50 MiB: twelve pages a point, not 12.8", "6.12.0", 100, 0, 0, 10, 0, 12800, 220 },
	{ "a limit of nothing counts as a domain of one page", "6.12.0", 5, 0, 0, 1000, 0, 1, 5 },
	{ "16 TiB do not overflow", "6.12.0", 4294967296, 0, 0, 1000, 0, 4294967296, 8589934296 },
};

static void check_points(void **state)
{
	const struct points_case *row = *state;
	struct era era = era_of_release(row->release);
	struct badness_terms terms = {
		.rss = row->rss,
		.swapents = row->swapents,
		.pgtables = row->pgtables,
		.oom_score_adj = row->adj,
		.cap_sys_admin = row->root,
	};
	assert_int_equal(badness_points(&era, &terms, row->totalpages).order, row->points);
}

struct score_case {
	const char *claim;
	const char *release;
	int64_t points, totalpages;
	int64_t oom_score;
};

static const struct score_case scores[] = {
	/* fs/proc/base.c up to v3.4: prints the points. */
	{ "permille: oom_score is the points", "3.2.0", 250, GIB4, 250 },
	{ "permille: one point is one", "3.2.0", 1, GIB4, 1 },
	{ "permille: unkillable is 0", "3.2.0", UNKILLABLE, GIB4, 0 },
	/* v3.5 to v5.8: points * 1000 / totalpages. */
	{ "3.5: a quarter of the machine", "3.5.0", 262144, GIB4, 250 },
	{ "3.5: a small task shows 0", "3.5.0", 1048, GIB4, 0 },
	{ "3.5: the first point", "3.5.0", 1049, GIB4, 1 },
	{ "3.5: the floor of one page shows 0", "3.5.0", 1, GIB4, 0 },
	{ "5.8: it is not clamped at 1000", "5.8.0", 1310720, GIB4, 1250 },
	{ "5.8: adj 1000 of a machine that does not divide is 999", "5.8.0", 1048000, GIB4, 999 },
	{ "5.8: unkillable is 0", "5.8.0", UNKILLABLE, GIB4, 0 },
	/* v5.9: (1000 + points * 1000 / totalpages) * 2 / 3, each division toward zero. */
	{ "5.9: no points are 666", "5.9.0", 0, GIB4, 666 },
	{ "5.9: half a permille is still 666", "5.9.0", 524, GIB4, 666 },
	{ "5.9: one permille is 667", "5.9.0", 1049, GIB4, 667 },
	{ "5.9: two permille are 668", "5.9.0", 2098, GIB4, 668 },
	{ "5.9: just below zero is cut toward zero", "5.9.0", -1, GIB4, 666 },
	{ "5.9: less than a permille below zero too", "5.9.0", -1048, GIB4, 666 },
	{ "5.9: one permille below zero is 666 as well", "5.9.0", -1049, GIB4, 666 },
	{ "5.9: two permille below zero are 665", "5.9.0", -2098, GIB4, 665 },
	{ "5.9: adj 500 of a small task", "5.9.0", 524000, GIB4, 999 },
	{ "5.9: adj 1000 of a small task", "5.9.0", 1048000, GIB4, 1332 },
	{ "5.9: all memory and adj 1000", "5.9.0", 2096576, GIB4, 1999 },
	{ "5.9: all memory and adj 0", "5.9.0", 1048576, GIB4, 1333 },
	{ "5.9: adj -998 of a small task is 2", "5.9.0", -1045904, GIB4, 2 },
	{ "5.9: adj -999 of a small task is 1", "5.9.0", -1046952, GIB4, 1 },
	{ "5.9: adj -999 of a machine that divides is 0", "5.9.0", -999000, 1000000, 0 },
	{ "5.9: adj -998 of a machine that divides is 1", "5.9.0", -998000, 1000000, 1 },
	{ "5.9: unkillable is 0, not 666", "5.9.0", UNKILLABLE, GIB4, 0 },
	{ "7.1: the same", "7.1.5", 262144, GIB4, 833 },
	{ "16 TiB do not overflow", "6.12.0", 8589934296, 4294967296, 1999 },
	{ "a machine of no pages is not divided by", "6.12.0", 5, 0, 0 },
	{ "nor on 4.19", "4.19.0", 5, 0, 0 },
};

static void check_score(void **state)
{
	const struct score_case *row = *state;
	struct era era = era_of_release(row->release);
	assert_int_equal(badness_oom_score(&era, (struct points){ row->points }, row->totalpages),
		row->oom_score);
}

struct pgtables_case {
	const char *claim;
	const char *release;
	int64_t pte_kb, pmd_kb, page_size;
	int64_t pages;
};

/* status prints nr_ptes * PTRS_PER_PTE * sizeof(pte_t) >> 10, a page each on x86; since v4.15
 * mm_pgtables_bytes >> 10 with all levels in it. */
static const struct pgtables_case pgtables[] = {
	{ "2.6.36 does not count page tables", "2.6.36", 400, 0, 4096, 0 },
	{ "2.6.38 does not either", "2.6.38.8", 400, 0, 4096, 0 },
	{ "2.6.39 counts last-level tables", "2.6.39", 400, 0, 4096, 100 },
	{ "3.19 does not count the middle level", "3.19.8", 400, 40, 4096, 100 },
	{ "4.0 counts it", "4.0.0", 400, 40, 4096, 110 },
	{ "4.14 counts both", "4.14.336", 400, 40, 4096, 110 },
	{ "4.15 has all levels in VmPTE", "4.15.0", 400, 0, 4096, 100 },
	{ "4.15 does not add a VmPMD again", "4.15.0", 400, 40, 4096, 100 },
	{ "4.15 cuts bytes to pages", "4.15.0", 7, 0, 4096, 1 },
	{ "less than a page is none", "6.12.0", 3, 0, 4096, 0 },
	{ "pages of 16 KiB", "6.12.0", 400, 0, 16384, 25 },
	{ "pages of 64 KiB", "6.12.0", 400, 0, 65536, 6 },
	{ "no page tables are none", "6.12.0", 0, 0, 4096, 0 },
	{ "el6 counts them under its number 2.6.32", "2.6.32-754.el6.x86_64", 400, 0, 4096, 100 },
};

static void check_pgtables(void **state)
{
	const struct pgtables_case *row = *state;
	struct era era = era_of_release(row->release);
	assert_int_equal(
		badness_pgtables(&era, row->pte_kb, row->pmd_kb, row->page_size), row->pages);
}

struct adj_case {
	const char *claim;
	int adj;
	int64_t totalpages, pages;
};

static const struct adj_case adjs[] = {
	{ "adj 0 weighs nothing", 0, GIB4, 0 },
	{ "adj 1 weighs a thousandth, cut", 1, GIB4, 1048 },
	{ "adj 1000 weighs less than the machine", 1000, GIB4, 1048000 },
	{ "a negative adj weighs as much", -1000, GIB4, -1048000 },
	{ "999 pages give it no weight", 1000, 999, 0 },
	{ "1000 pages give it one page a point", -7, 1000, -7 },
};

static void check_adj(void **state)
{
	const struct adj_case *row = *state;
	assert_int_equal(badness_adj_pages(row->adj, row->totalpages), row->pages);
}

struct tenths_case {
	const char *claim;
	int64_t pages, totalpages, tenths;
};

static const struct tenths_case tenths[] = {
	{ "a half is 500.0", 500, 1000, 5000 },
	{ "a third is cut", 1, 3, 3333 },
	{ "a negative third is cut toward zero", -1, 3, -3333 },
	{ "of no pages there is no share", 5, 0, 0 },
};

static void check_tenths(void **state)
{
	const struct tenths_case *row = *state;
	assert_int_equal(badness_tenths(row->pages, row->totalpages), row->tenths);
}

/* --- as it is shown: MEM, ADJ and BAD in tenths of a thousandth of the domain ----------------------- */

struct share_case {
	const char *claim;
	const char *release;
	int64_t rss, swapents, pgtables;
	int adj;
	bool root;
	int64_t totalpages;
	int64_t mem, adj_tenths, bad;
};

static const struct share_case shares[] = {
	{ "a quarter of the machine", "6.12.0", 262144, 0, 0, 0, 0, GIB4, 2500, 0, 2500 },
	{ "rss, swap and page tables are one sum before it is cut", "6.12.0", 100, 100, 10, 0, 0,
		GIB4, 2, 0, 2 },
	{ "an adj is shown as it is set", "6.12.0", 262144, 0, 0, 300, 0, GIB4, 2500, 3000, 5500 },
	{ "below zero", "6.12.0", 5000, 0, 0, -998, 0, GIB4, 47, -9980, -9933 },
	{ "and where points are lifted to one the sum is the sum", "4.19.0", 5000, 0, 0, -998, 0,
		GIB4, 47, -9980, -9933 },
	{ "what cannot be killed has a sum", "6.12.0", 262144, 0, 0, -1000, 0, GIB4, 2500, -10000,
		-7500 },

	/* adj * (totalpages / 1000), as thousandths of totalpages. */
	{ "999 pages: no weight", "6.12.0", 300, 0, 0, 1000, 0, 999, 3003, 0, 3003 },
	{ "1000 pages: its whole weight", "6.12.0", 300, 0, 0, -7, 0, 1000, 3000, -70, 2930 },
	{ "1999 pages: half", "6.12.0", 0, 0, 0, 500, 0, 1999, 0, 2501, 2501 },
	{ "5000 pages: its whole weight", "6.12.0", 600, 0, 0, 994, 0, 5000, 1200, 9940, 11140 },
	{ "5999 pages: 994 weighs 828.4", "6.12.0", 600, 0, 0, 994, 0, 5999, 1000, 8284, 9284 },
	{ "5999 pages: -994 as much", "6.12.0", 600, 0, 0, -994, 0, 5999, 1000, -8284, -7284 },
	{ "12800 pages", "6.12.0", 128, 0, 0, 1000, 0, 12800, 100, 9375, 9475 },
	{ "99,999 pages", "6.12.0", 0, 0, 0, 1000, 0, 99999, 0, 9900, 9900 },
	{ "100,000 pages", "6.12.0", 0, 0, 0, 1000, 0, 100000, 0, 10000, 10000 },

	/* A root bonus goes from the part that the kernel takes it from. */
	{ "3.14: 3 % of its own pages, from MEM", "3.14.0", 50000, 0, 0, 0, 1, GIB4, 462, 0, 462 },
	{ "3.14: without the right nothing", "3.14.0", 50000, 0, 0, 0, 0, GIB4, 476, 0, 476 },
	{ "3.5: 30 thousandths, from ADJ", "3.5.0", 50000, 0, 0, 100, 1, GIB4, 476, 700, 1176 },
	{ "3.5: which weigh less in a small domain", "3.5.0", 600, 0, 0, 0, 1, 5999, 1000, -250,
		750 },
	{ "3.5: and nothing below 1000 pages", "3.5.0", 600, 0, 0, 0, 1, 999, 6006, 0, 6006 },
	{ "4.17: root is like everybody", "4.17.0", 50000, 0, 0, 0, 1, GIB4, 476, 0, 476 },

	/* 2.6.36 to 3.4: whole thousandths, and an adj weighs what it says everywhere. */
	{ "permille: memory is cut to a whole one", "3.2.0", 262600, 0, 0, 0, 0, GIB4, 2500, 0,
		2500 },
	{ "permille: adj", "3.2.0", 262144, 0, 0, 300, 0, GIB4, 2500, 3000, 5500 },
	{ "permille: root", "3.2.0", 262144, 0, 0, 300, 1, GIB4, 2500, 2700, 5200 },
	{ "permille: in a tiny domain too", "3.2.0", 500, 0, 0, 100, 0, 999, 5000, 1000, 6000 },
	{ "permille: more than 1000 is shown", "3.2.0", 262144, 0, 0, 1000, 0, GIB4, 2500, 10000,
		12500 },
};

static struct badness_share share_of(const char *release, int64_t rss, int adj, bool root,
	int64_t totalpages, struct points *ret_points)
{
	struct era era = era_of_release(release);
	const struct badness_terms terms = {
		.rss = rss,
		.oom_score_adj = adj,
		.cap_sys_admin = root,
	};
	*ret_points = badness_points(&era, &terms, totalpages);
	return badness_share(&era, &terms, totalpages);
}

static void check_share(void **state)
{
	const struct share_case *row = *state;
	struct era era = era_of_release(row->release);
	const struct badness_terms terms = {
		.rss = row->rss,
		.swapents = row->swapents,
		.pgtables = row->pgtables,
		.oom_score_adj = row->adj,
		.cap_sys_admin = row->root,
	};
	struct badness_share share = badness_share(&era, &terms, row->totalpages);
	assert_int_equal(share.mem, row->mem);
	assert_int_equal(share.adj, row->adj_tenths);
	assert_int_equal(share.bad, row->bad);
}

static const char *const all_arithmetics[] = { "2.6.36", "2.6.32-754.el6.x86_64", "3.2.0", "3.5.0",
	"3.13.11", "3.14.0", "4.9.0", "4.19.0", "5.2.0", "5.10.0", "6.12.0", "7.1.5" };

/* In every era, for root and others, in domains of all sizes: to the digit. */
static void bad_is_mem_and_adj(void **state)
{
	static const int64_t totals[] = { 1, 999, 1000, 1999, 5000, 5999, 12800, 99999, 100000,
		100999, GIB4, 9437184 };
	(void)state;
	for (size_t e = 0; e < ARRAY_SIZE(all_arithmetics); e++)
		for (size_t t = 0; t < ARRAY_SIZE(totals); t++)
			for (int adj = -1000; adj <= 1000; adj += 7) {
				struct points unused;
				int64_t rss = totals[t] * (adj + 1000) / 2100;
				struct badness_share share = share_of(
					all_arithmetics[e], rss, adj, adj % 2, totals[t], &unused);
				assert_int_equal(share.bad, share.mem + share.adj);
			}
}

/* Where every adj has its whole weight the BAD that is shown is the points, cut to tenths: to the last
 * digit, as each part is cut by itself. */
static void bad_is_what_the_kernel_counts(void **state)
{
	static const int64_t totals[] = { 1000, 5000, 100000, 1000000 };
	static const char *const releases[] = { "3.5.0", "3.14.0", "5.10.0", "6.12.0" };
	(void)state;
	for (size_t e = 0; e < ARRAY_SIZE(releases); e++)
		for (size_t t = 0; t < ARRAY_SIZE(totals); t++)
			for (int adj = -999; adj <= 1000; adj += 13) {
				struct points kernels;
				int64_t rss = totals[t] * (adj + 1000) / 1500;
				struct badness_share share = share_of(
					releases[e], rss, adj, adj % 2, totals[t], &kernels);
				int64_t off = share.bad - badness_tenths(kernels.order, totals[t]);
				bool lifted = share.bad < 10;
				assert_true(lifted || (off >= -1 && off <= 1));
			}
}

/* --- points have a unit ------------------------------------------------------------------------------- */

static const struct unit_case {
	const char *claim, *release;
	bool in_pages;
} units[] = {
	{ "2.6.35 has a heuristic of its own", "2.6.35", false },
	{ "2.6.36 counts permille", "2.6.36", false },
	{ "el6 does", "2.6.32-754.el6.x86_64", false },
	{ "3.4 still does", "3.4.113", false },
	{ "3.5 counts pages", "3.5.0", true },
	{ "4.19 does", "4.19.0", true },
	{ "today", "6.12.0", true },
};

static void check_unit(void **state)
{
	const struct unit_case *row = *state;
	struct era era = era_of_release(row->release);
	const struct points more = { 700 }, less = { -50 }, never = { UNKILLABLE };
	int64_t pages = 12345;
	assert_int_equal(points_in_pages(&era, more, &pages), row->in_pages);
	assert_int_equal(pages, row->in_pages ? 700 : 12345);
	pages = 12345;
	assert_int_equal(points_apart(&era, more, less, &pages), row->in_pages);
	assert_int_equal(pages, row->in_pages ? 750 : 12345);
	pages = 12345;
	assert_false(points_in_pages(&era, never, &pages));
	assert_false(points_apart(&era, more, never, &pages));
	assert_false(points_apart(&era, never, less, &pages));
	assert_int_equal(pages, 12345);
	assert_true(points_can_die(less));
	assert_false(points_can_die(never));
}

static void behind_is_negative(void **state)
{
	struct era era = era_of_release("6.12.0");
	int64_t pages;
	(void)state;
	assert_true(points_apart(&era, (struct points){ -50 }, (struct points){ 700 }, &pages));
	assert_int_equal(pages, -750);
}

/* --- counters that are per CPU ------------------------------------------------------------------------- */

static const struct swap_case {
	const char *claim, *release;
	int64_t swap, cpus, swapents;
} swaps[] = {
	{ "6.1 reads the sum", "6.1.0", 127, 2, 127 },
	{ "6.12 reads whole batches of 32", "6.12.0", 127, 2, 96 },
	{ "less than a batch is none", "6.12.0", 31, 16, 0 },
	{ "a batch of 64 CPUs is 128", "6.12.0", 300, 64, 256 },
	{ "7.0 reads the sum", "7.0.0", 127, 2, 127 },
};

static void check_swap(void **state)
{
	const struct swap_case *row = *state;
	struct era era = era_of_release(row->release);
	assert_int_equal(badness_swapents(&era, row->swap, row->cpus), row->swapents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_is_mem_and_adj),
		cmocka_unit_test(bad_is_what_the_kernel_counts),
		cmocka_unit_test(behind_is_negative),
	};
	int failed = run_rows("points", points, check_points);
	failed += run_rows("oom_score", scores, check_score);
	failed += run_rows("page tables", pgtables, check_pgtables);
	failed += run_rows("oom_score_adj in pages", adjs, check_adj);
	failed += run_rows("tenths of a permille", tenths, check_tenths);
	failed += run_rows("MEM, ADJ and BAD", shares, check_share);
	failed += run_rows("unit of points", units, check_unit);
	failed += run_rows("swap", swaps, check_swap);
	failed += cmocka_run_group_tests_name("badness", tests, NULL, NULL);
	return failed > 0;
}
