#include "oomspect/era.h"

#include "oomspect/array.h"

#include <ctype.h>
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

/* What is shipped under an older number. The tag of a vendor says something of the vendor's own base
 * version only: others build newer kernels for the same distribution. */
static const struct back_port {
	const char *tag; /* "": whoever built it */
	uint32_t since, until;
	uint32_t acts_as;
} back_ports[] = {
	{ ".el6", K(2, 6, 32), K(2, 6, 33), K(2, 6, 39) }, /* the rewrite of 2.6.36, nr_ptes */
	{ ".el7", K(3, 10, 0), K(3, 10, 1), K(3, 14, 0) }, /* the root bonus of 3.14 */
	{ "", K(3, 10, 108), K(3, 11, 0), K(3, 14, 0) },   /* the same, in the last of 3.10.y */
};

/* A whole tag: ".el6" is in ".el6.x86_64", and not in ".el6uek", which has another base. */
static bool has_tag(const char *release, const char *tag)
{
	const char *found = strstr(release, tag);
	return !*tag || (found && !isalnum((unsigned char)found[strlen(tag)]));
}

static uint32_t version_in_effect(const char *release)
{
	uint32_t version = version_of(release);
	for (size_t i = 0; i < ARRAY_SIZE(back_ports); i++) {
		const struct back_port *row = &back_ports[i];
		if (version >= row->since && version < row->until && has_tag(release, row->tag))
			return row->acts_as;
	}
	return version;
}

static struct era era_at(uint32_t version)
{
	struct era era = { 0 };
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++) {
		const struct era_row *row = &era_rows[i];
		if (version >= row->since && (!row->until || version < row->until))
			era.flags |= 1u << i;
	}
	return era;
}

struct era era_of_release(const char *release)
{
	return era_at(version_in_effect(release));
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

void era_correct_arithmetic(
	struct era *era, int oom_score_adj, int64_t oom_score, int64_t mem_permille)
{
	/* There is an oom_score_adj, whatever the release says: it came with the rewrite. */
	if (era_has(era, ERA_VIRTUAL_SIZE))
		*era = era_at(K(2, 6, 36));
	bool permille = era_has(era, ERA_POINTS_PERMILLE);
	int64_t badness_permille = oom_score_adj + mem_permille;
	int64_t rescaled = (1000 + badness_permille) * 2 / 3;
	int64_t plain = badness_permille > 0 ? badness_permille : 0;
	int64_t off_rescaled = distance(oom_score, rescaled);
	int64_t off_plain = distance(oom_score, plain);
	/* Ten points are 1 % of the machine: more than a probe changes while it is read. */
	bool is_rescaled = off_rescaled <= 10 && off_plain > 10;
	/* A release that is contradicted is taken for the first that does what is seen. Permille were
	 * at least 1. */
	if (permille && (is_rescaled || oom_score == 0))
		*era = era_at(is_rescaled ? K(5, 9, 0) : K(3, 5, 0));
	else if (is_rescaled)
		era->flags |= 1u << ERA_SIGNED_POINTS;
	else if (off_plain <= 10 && off_rescaled > 10)
		era->flags &= ~(1u << ERA_SIGNED_POINTS);
}

/* Whether enough of them agree with one of two behaviours, and none with the other. */
static bool is_proven(unsigned agree, unsigned agree_other)
{
	return agree >= 3 && agree_other == 0;
}

void era_correct_rss(struct era *era, unsigned agree_unsummed, unsigned agree_summed)
{
	if (is_proven(agree_unsummed, agree_summed))
		era->flags |= 1u << ERA_UNSUMMED_RSS;
	else if (is_proven(agree_summed, agree_unsummed))
		era->flags &= ~(1u << ERA_UNSUMMED_RSS);
}

void era_correct_root_bonus(struct era *era, unsigned agree_minus_30, unsigned agree_3_percent)
{
	const uint32_t minus_30 = 1u << ERA_ROOT_MINUS_30, percent = 1u << ERA_ROOT_3_PERCENT;
	if (is_proven(agree_minus_30, agree_3_percent))
		era->flags = (era->flags & ~percent) | minus_30;
	else if (is_proven(agree_3_percent, agree_minus_30))
		era->flags = (era->flags & ~minus_30) | percent;
}
