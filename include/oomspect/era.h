/* Which behaviours the running kernel has where they differ between releases.
 *
 * An era is a set of behaviours, not a version: vendors back-port. The release string gives the
 * first guess (era_of_release), what /proc shows corrects it (era_correct_*). This is the only
 * file that compares versions. Knows nothing of arithmetic (badness.h) or of reading (host.h). */
#ifndef OOMSPECT_ERA_H
#define OOMSPECT_ERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum era_flag {
	ERA_VIRTUAL_SIZE,     /* a heuristic over total_vm, run time, nice: not computed */
	ERA_POINTS_PERMILLE,  /* points are permille of totalpages, clamped to 1..1000 */
	ERA_NR_PTES,          /* page tables count as nr_ptes, in pages of page table */
	ERA_NR_PMDS,          /* ... and nr_pmds too */
	ERA_PGTABLES_BYTES,   /* page tables count as mm_pgtables_bytes / PAGE_SIZE */
	ERA_ROOT_MINUS_30,    /* CAP_SYS_ADMIN: 30 permille less */
	ERA_ROOT_3_PERCENT,   /* CAP_SYS_ADMIN: points * 3 / 100 less */
	ERA_SIGNED_POINTS,    /* points may be negative; oom_score is rescaled to 0..2000 */
	ERA_UNSUMMED_RSS,     /* rss counters are per CPU and badness reads them unsummed */
	ERA_NEWEST_WINS_TIES, /* of equals the last in scan order dies, else the first */
	ERA_SACRIFICE_CHILD,  /* a child of the chosen process is killed in its place */
	ERA_VFORK_SHIELD,     /* a vfork child that still borrows its parent's mm is skipped */
	ERA_OOM_GROUP,        /* memory.oom.group is honoured (cgroup v2) */
	ERA_FLAG_COUNT,
};

/* Behaviours in force. `flags` has bit (1 << enum era_flag) set for each. */
struct era {
	uint32_t flags;
};

struct era_row {
	const char *name;   /* as in the JSON member host.era */
	uint32_t since;     /* first release that has it, as ERA_KERNEL(); 0: older than 2.6.18 */
	uint32_t until;     /* first release without it; 0: still there in 7.1 */
	const char *commit; /* the mainline commit of the change, abbreviated */
	const char *what;   /* one sentence */
};

#define ERA_KERNEL(major, minor, patch) \
	(((uint32_t)(major) << 16) | ((uint32_t)(minor) << 8) | (uint32_t)(patch))

/* One row for each flag, in their order. */
extern const struct era_row era_rows[ERA_FLAG_COUNT];

static inline bool era_has(const struct era *era, enum era_flag flag)
{
	return (era->flags >> flag) & 1;
}

/* The behaviours of mainline at a release such as "5.10.0-46-cloud-amd64" or
 * "3.10.0-1160.el7.x86_64" (RHEL 6 and 7 are known by name, at the version they are built on, for
 * what they back-ported). A string without a version gives the newest era. */
struct era era_of_release(const char *release);

/* Corrects the arithmetic from one process of known oom_score_adj (> -1000) and live
 * oom_score, best one's own: about (1000 + adj) * 2 / 3 under the arithmetic of v5.9
 * (9066e5cfb73c, back-ported to 5.4.y), about max(adj, 0) before, and never 0 where points are
 * permille. Ambiguous values change nothing. `mem_permille` is the process's own share of
 * totalpages. */
void era_correct_arithmetic(
	struct era *era, int oom_score_adj, int64_t oom_score, int64_t mem_permille);

/* Corrects ERA_UNSUMMED_RSS from processes whose live oom_score told the two sources of rss apart:
 * how many agreed with the unsummed counters (stat field 24), how many with status. Changes
 * something only when at least three say one thing and none the other. */
void era_correct_rss(struct era *era, unsigned agree_unsummed, unsigned agree_summed);

/* The same for the two bonuses of CAP_SYS_ADMIN, from processes that have one. */
void era_correct_root_bonus(struct era *era, unsigned agree_minus_30, unsigned agree_3_percent);

#endif
