#include "oomspect/era.h"

#include <stdlib.h>
#include <string.h>

#define K ERA_KERNEL

const struct era_row era_rows[ERA_FLAG_COUNT] = {
	[ERA_VIRTUAL_SIZE] = { "virtual_size", 0, K(2, 6, 36), "a63d83f427fb",
		"badness weighs virtual size, run time and nice value" },
	[ERA_POINTS_PERMILLE] = { "points_permille", K(2, 6, 36), K(3, 5, 0), "a63d83f427fb",
		"points are permille of totalpages, from 1 to 1000" },
	[ERA_NR_PTES] = { "nr_ptes", K(2, 6, 39), K(4, 15, 0), "f755a042d82b",
		"page tables count as whole last-level tables" },
	[ERA_NR_PMDS] = { "nr_pmds", K(4, 0, 0), K(4, 15, 0), "dc6c9a35b66b",
		"middle-level page tables count as well" },
	[ERA_PGTABLES_BYTES] = { "pgtables_bytes", K(4, 15, 0), 0, "af5b0f6a09e4",
		"all page tables count, by their bytes" },
	[ERA_ROOT_MINUS_30] = { "root_minus_30", K(2, 6, 36), K(3, 14, 0), "a63d83f427fb",
		"a task with CAP_SYS_ADMIN has 30 permille less" },
	[ERA_ROOT_3_PERCENT] = { "root_3_percent", K(3, 14, 0), K(4, 17, 0), "778c14affaf9",
		"a task with CAP_SYS_ADMIN has 3 percent of its own points less" },
	[ERA_SIGNED_POINTS] = { "signed_points", K(5, 9, 0), 0, "9066e5cfb73c",
		"points may be negative; oom_score is rescaled" },
	[ERA_UNSUMMED_RSS] = { "unsummed_rss", K(6, 2, 0), K(7, 0, 0), "f1a7941243c1",
		"badness reads per-CPU rss counters without summing them" },
	[ERA_NEWEST_WINS_TIES] = { "newest_wins_ties", K(5, 3, 0), 0, "f168a9a54ec3",
		"of equal points the last scanned is chosen" },
	[ERA_SACRIFICE_CHILD] = { "sacrifice_child", 0, K(5, 1, 0), "bbbe48029720",
		"a child of the chosen process is killed in its place" },
	[ERA_VFORK_SHIELD] = { "vfork_shield", K(4, 8, 0), 0, "b18dc5f291c0",
		"a vfork child that borrows its parent's memory is skipped" },
	[ERA_OOM_GROUP] = { "oom_group", K(4, 19, 0), 0, "3d8b38eb81ca",
		"memory.oom.group kills the whole cgroup" },
};

#undef K

static uint32_t take_number(const char **at)
{
	char *end;
	unsigned long number = strtoul(*at, &end, 10);
	*at = *end == '.' ? end + 1 : end;
	return number < 256 ? (uint32_t)number : 255;
}

static uint32_t version_of(const char *release)
{
	const char *at = release + strcspn(release, "0123456789");
	if (!*at)
		return UINT32_MAX;
	uint32_t major = take_number(&at);
	uint32_t minor = take_number(&at);
	return ERA_KERNEL(major, minor, take_number(&at));
}

/* What these vendors ship under an older number. */
static uint32_t version_in_effect(const char *release)
{
	uint32_t version = version_of(release);
	if (strstr(release, ".el6"))
		return ERA_KERNEL(2, 6, 39); /* has the rewrite of 2.6.36 and nr_ptes */
	if (strstr(release, ".el7") && version == ERA_KERNEL(3, 10, 0))
		return ERA_KERNEL(3, 14, 0); /* has the root bonus of 3.14 */
	return version;
}

struct era era_of_release(const char *release)
{
	uint32_t version = version_in_effect(release);
	struct era era = { 0 };
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++) {
		const struct era_row *row = &era_rows[i];
		if (version >= row->since && (!row->until || version < row->until))
			era.flags |= 1u << i;
	}
	return era;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

void era_correct_arithmetic(
	struct era *era, int oom_score_adj, int64_t oom_score, int64_t mem_permille)
{
	if (era_has(era, ERA_POINTS_PERMILLE) || era_has(era, ERA_VIRTUAL_SIZE))
		return;
	int64_t badness_permille = oom_score_adj + mem_permille;
	int64_t rescaled = (1000 + badness_permille) * 2 / 3;
	int64_t plain = badness_permille > 0 ? badness_permille : 0;
	int64_t off_rescaled = distance(oom_score, rescaled);
	int64_t off_plain = distance(oom_score, plain);
	/* Ten points are 1 % of the machine: more than a probe changes while it is read. */
	if (off_rescaled <= 10 && off_plain > 10)
		era->flags |= 1u << ERA_SIGNED_POINTS;
	else if (off_plain <= 10 && off_rescaled > 10)
		era->flags &= ~(1u << ERA_SIGNED_POINTS);
}

void era_correct_rss(struct era *era, unsigned agree_unsummed, unsigned agree_summed)
{
	if (agree_unsummed >= 3 && agree_summed == 0)
		era->flags |= 1u << ERA_UNSUMMED_RSS;
	else if (agree_summed >= 3 && agree_unsummed == 0)
		era->flags &= ~(1u << ERA_UNSUMMED_RSS);
}
