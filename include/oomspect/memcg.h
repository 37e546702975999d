/* The memory cgroups of a root: where their hierarchy is (v1, v2, hybrid, namespaced), the tree,
 * and what each one's files say.
 *
 * A tree is read whole and then only looked at; rows are kept from sample to sample. Knows no
 * process: which cgroup a process is in comes from proc.h, who dies inside from ranking.h. */
#ifndef OOMSPECT_MEMCG_H
#define OOMSPECT_MEMCG_H

#include "oomspect/amount.h"
#include "oomspect/host.h"
#include "oomspect/root.h"
#include "oomspect/trend.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counters of memory.events or memory.oom_control; UNKNOWN where the kernel has no such line. */
struct memcg_events {
	int64_t low, high, max, oom, oom_kill, oom_group_kill;
};

struct memcg {
	const char *path; /* as /proc/PID/cgroup and the kernel log name it: "/" for the top, unless
	                       a bind mount shows only a part of the hierarchy ("/docker/ID");
	                       raw bytes from outside, owned by the tree until its next read */
	int32_t parent;   /* index in the tree, -1 for the top */
	int32_t depth;    /* 0 for the top */
	int32_t subtree_end; /* one past the index of its last descendant: rows stand pre-order,
	                        children in the order of their creation (directory inode); in a
	                        captured tree, which does not keep that, by name */
	uint64_t inode;

	struct amount usage, peak;
	struct amount limit;                  /* set here: memory.max, memory.limit_in_bytes */
	struct amount high, low, min;         /* v2 */
	struct amount swap_usage, swap_limit; /* swap alone; v1: from memory.stat, and memsw_limit
	                                         minus limit */
	struct amount memsw_limit;            /* v1: memory and swap together */
	struct amount
		hierarchical_limit; /* v1: the smallest of the path, also of hidden ancestors */
	struct amount anon, file, shmem, kernel; /* memory.stat, hierarchical */
	struct amount inactive_file, active_file, slab_reclaimable, dirty, writeback;
	struct memcg_events events; /* hierarchical (v2 since 5.2); v1: of this cgroup alone */
	struct memcg_events events_local; /* v2 since 5.2: `oom` of whose limit it was, `oom_kill`
	                                     of the cgroup that the victim was in; as of the last
	                                     time that `events` counted an OOM */
	int64_t failcnt;                  /* v1: charges that hit the limit, not OOMs */
	int64_t swappiness;               /* v1 per cgroup; UNKNOWN on v2 */
	int8_t oom_group, oom_kill_disable, under_oom; /* 0, 1, UNKNOWN */
	int8_t use_hierarchy; /* v1 before 5.11: 0 when its limit does not cover its children */
	struct host_psi psi;  /* v2 */

	/* Derived by memcg_tree_derive(). */
	struct amount effective_limit; /* of the binding level: own or an ancestor's */
	int32_t limited_by;            /* index of that level, -1: none, or hidden */
	bool limit_hidden;             /* the binding ancestor is outside this cgroup namespace */
	struct amount headroom;        /* of the binding level */
	struct amount reclaimable, unreclaimable;
	struct trend trend; /* of unreclaimable; filled by memcg_tree_note() */
	int64_t processes;  /* in the subtree; filled from a snapshot by its sampler */
};

struct memcg_tree {
	int version;        /* 1, 2; 0: no memory controller to be seen */
	struct memcg *rows; /* pre-order, the top first */
	size_t count;
	size_t left_out; /* directories that could not be listed, or whose path is longer than
	                           the kernel itself can name (PATH_MAX) */
	struct memcg_walk *walk; /* the reader's own memory */
};

/* An empty tree (version 0). Safe to release. */
void memcg_tree_init(struct memcg_tree *tree);
void memcg_tree_release(struct memcg_tree *tree);

/* Finds the hierarchy in proc/self/mountinfo: fstype cgroup with "memory" among its super options
 * is v1; cgroup2 whose root cgroup.controllers lists memory is v2. Sets tree->version, 0 and ERR_OK
 * when there is none. Sources: cgroups(7), Documentation/admin-guide/cgroup-v2.rst. */
enum err_code memcg_tree_open(struct memcg_tree *tree, const struct root *root, struct err *err);

/* Brings every row up to date. Cgroups that vanish meanwhile are left out; absent and denied files
 * leave their amounts unknown. No allocation when no more cgroups are there than before. Ends with
 * memcg_tree_derive.
 *
 * Directories are listed again only when their number of links tells that a child came or went,
 * and on v2 all of them every 16th time (a controller enabled on an existing cgroup leaves no other
 * trace). Usage, limit and events are read every time, stat and pressure when usage moved, what
 * changes rarely in turn, every 8th time (memcg_file.h). Descriptors of the busiest files are kept
 * as far as half of RLIMIT_NOFILE allows (4096 at most: each costs 4 to 5 KiB of kernel memory);
 * without one only usage is read every time. ERR_NO_MEMORY leaves the rows as they are. */
enum err_code memcg_tree_read(struct memcg_tree *tree, struct err *err);

/* Binding limits, headroom, reclaimable: pure arithmetic on the rows.
 * The binding level is the one with the least headroom, not with the smallest limit: a sibling may
 * have filled the parent. A limit of a hidden ancestor is known on v1 alone, its usage never, so
 * its headroom is an upper bound ("at most"); on v2 everything is "as far as can be seen". */
void memcg_tree_derive(struct memcg_tree *tree);

/* Seconds until unreclaimable memory fills what the binding limit leaves and what reclaim can drop
 * here, at the growth of the trend: an estimate. UNKNOWN without a trend or a limit. */
int64_t memcg_eta_s(const struct memcg *row);

/* Adds this moment's unreclaimable usage to the trend of each row. `now_ms`: any steady clock. */
void memcg_tree_note(struct memcg_tree *tree, int64_t now_ms);

/* The row with exactly this path, or its nearest ancestor that has a row (v2: a process's memory
 * cgroup is the nearest one with memory.* files); -1 in an empty tree, and for what is outside of
 * the visible hierarchy ("/../..": a process beyond this cgroup namespace).
 * `path` is as /proc/PID/cgroup gives it. O(1) on average (a hash kept by memcg_tree_read). */
int32_t memcg_tree_find(const struct memcg_tree *tree, const char *path);

/* Whether an OOM in row `index` looks at the tasks of row `other`: the same or a descendant, but
 * with v1's memory.use_hierarchy 0 not the descendants. */
bool memcg_tree_covers(const struct memcg_tree *tree, int32_t index, int32_t other);

/* The processes directly in row `index`, in the order of cgroup.procs: on v2 this is the order in
 * which the OOM killer scans them (order of joining, css_task_iter_start()), needed only to break a
 * tie; v1 sorts the file by pid and gives -ENOTSUP. How many there are (at most `capacity` are
 * stored), or a negative errno. Pids of processes outside the pid namespace are 0. */
ssize_t memcg_procs(const struct memcg_tree *tree, int32_t index, pid_t *pids, size_t capacity);

/* The row with this very path once more, its usage and counters as they are now. `ret` is a copy of
 * the row, which stays as it is. False when the cgroup is gone. */
bool memcg_look_again(const struct memcg_tree *tree, const char *path, struct memcg *ret);

/* totalpages of an OOM in row `index`: its own limit (host memory if none) plus the swap it may
 * use, in pages, 1 if 0. Source: mm/memcontrol.c:mem_cgroup_get_max(). UNKNOWN when the files do
 * not say. */
int64_t memcg_totalpages(const struct memcg_tree *tree, int32_t index, const struct host *host);

#endif
