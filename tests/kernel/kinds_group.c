/* Memory cgroups: the limit is the machine. Without swap nothing of a group's anonymous memory can
 * be reclaimed, so both answers agree unless a kind says otherwise. */
#include "scene.h"

#include "group.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Hogs of a few MiB in `path`. */
static void fill(struct scene *scene, const char *path, int count, long from_mib)
{
	for (int i = 0; i < count; i++) {
		struct hog hog = { .name = "member", .group = path };
		hog.anon = guest_mib(from_mib) + (i * 3 % count) * guest_mib(1);
		hog.anon += chance_between(&scene->chance, 0, guest_mib(1) / 2);
		scene_hog(scene, &hog);
	}
}

static void set_up_own_limit(struct scene *scene)
{
	struct hog outside = { .name = "outside", .anon = guest_mib(20) };
	scene_hog(scene, &outside);
	scene_group(scene, "/judge", guest_mib(32));
	fill(scene, "/judge", 5, 1);
}

/* The allocator's own group is far from a limit; its parent's is hit. */
static void set_up_parent_limit(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(40));
	scene_group(scene, "/judge/busy", guest_mib(100));
	scene_group(scene, "/judge/quiet", GROUP_NO_LIMIT);
	fill(scene, "/judge/busy", 3, 1);
	fill(scene, "/judge/quiet", 3, 5);
	scene->fill = "/judge/busy";
}

static void set_up_three_deep(struct scene *scene)
{
	scene_group(scene, "/judge/b", guest_mib(32));
	scene_group(scene, "/judge", GROUP_NO_LIMIT);
	scene_group(scene, "/judge/b/c/d", guest_mib(100));
	scene_group(scene, "/judge/b/e", GROUP_NO_LIMIT);
	scene_group(scene, "/judge/f", GROUP_NO_LIMIT);
	fill(scene, "/judge/b/c/d", 3, 2);
	fill(scene, "/judge/b/e", 3, 2);
	fill(scene, "/judge/f", 1, 12);
	scene->fill = "/judge/b/c/d";
}

/* The lowest counter that fails is the domain: the sibling's larger process is safe. */
static void set_up_sibling_is_safe(struct scene *scene)
{
	scene_group(scene, "/judge/tight", guest_mib(16));
	scene_group(scene, "/judge", guest_mib(80));
	scene_group(scene, "/judge/wide", guest_mib(60));
	fill(scene, "/judge/wide", 2, 12);
	fill(scene, "/judge/tight", 3, 1);
}

static void set_up_adj(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(40));
	for (int i = 0; i < 8; i++) {
		struct hog hog = { .name = "adjusted", .group = "/judge" };
		hog.anon = chance_between(&scene->chance, 100, guest_mib(4));
		hog.adj = (int)chance_between(&scene->chance, -900, 1000);
		scene_hog(scene, &hog);
	}
}

/* Less than 1000 pages: totalpages / 1000 is 0. */
static void set_up_tiny(struct scene *scene)
{
	struct hog hog = { .name = "tiny", .group = "/judge" };
	scene_group(scene, "/judge", 975);
	for (int i = 0; i < 4; i++) {
		hog.adj = 1000 - 500 * i;
		hog.anon = 40 + 45 * i + chance_between(&scene->chance, 0, 10);
		scene_hog(scene, &hog);
	}
}

static void set_up_near(struct scene *scene)
{
	long size = chance_between(&scene->chance, guest_mib(2), guest_mib(3));
	scene_group(scene, "/judge", guest_mib(48));
	for (int i = 0; i < 8; i++) {
		struct hog hog = { .name = "near", .group = "/judge" };
		hog.anon = size + chance_between(&scene->chance, 0, 3);
		scene_hog(scene, &hog);
	}
}

static void start_equals(struct scene *scene, const char *path, int count)
{
	struct hog hog = { .name = "equal", .group = path, .anon = guest_mib(3) };
	for (int i = 0; i < count; i++)
		scene_hog(scene, &hog);
}

static void set_up_tie(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(32));
	start_equals(scene, "/judge", 5);
}

static void write_pid(const char *group, pid_t pid)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", pid);
	if (!group_set(group, "cgroup.procs", text))
		scene_broken("%d cannot move to %s", pid, group);
}

/* Some leave and come back, which leaves their charges and makes them the last that joined: the
 * order of joining is no longer that of their ages. */
static void set_up_tie_joined(struct scene *scene)
{
	set_up_tie(scene);
	scene_group(scene, "/aside", GROUP_NO_LIMIT);
	for (size_t i = 0; i < 5; i += 2) {
		pid_t pid = scene->hogs.list[(i + scene->run) % 5];
		write_pid("/aside", pid);
		write_pid("/judge", pid);
	}
}

/* Equals in different groups: the groups' own order decides, the oldest first. */
static void set_up_tie_groups(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(40));
	scene_group(scene, "/judge/z", GROUP_NO_LIMIT);
	scene_group(scene, "/judge/a", GROUP_NO_LIMIT);
	scene_group(scene, "/judge/m", GROUP_NO_LIMIT);
	start_equals(scene, "/judge/m", 2);
	start_equals(scene, "/judge/a", 2);
	start_equals(scene, "/judge/z", 2);
	scene->fill = "/judge/a";
}

/* Its memory is charged outside: it dies inside all the same, and gives nothing back there. */
static void set_up_foreign_charge(struct scene *scene)
{
	struct hog stranger = { .name = "stranger", .moves_to = "/judge", .anon = guest_mib(30) };
	scene_group(scene, "/judge", guest_mib(24));
	fill(scene, "/judge", 3, 2);
	scene_hog(scene, &stranger);
}

static void set_up_group_kill(struct scene *scene)
{
	struct hog immune = { .name = "immune", .group = "/judge", .adj = -1000 };
	scene_group(scene, "/judge", guest_mib(32));
	group_set("/judge", "memory.oom.group", "1");
	fill(scene, "/judge", 4, 1);
	immune.anon = guest_mib(1);
	scene_hog(scene, &immune);
}

/* memory.oom.group above the limit that is hit does not count; at and below it the topmost does. */
static void set_up_group_kill_levels(struct scene *scene)
{
	static const char *const levels[] = { "/top", "/top/judge", "/top/judge/low",
		"/top/judge/low/leaf" };
	scene_group(scene, "/top/judge", guest_mib(36));
	scene_group(scene, "/top", GROUP_NO_LIMIT);
	scene_group(scene, "/top/beside", GROUP_NO_LIMIT);
	scene_group(scene, "/top/judge/other", GROUP_NO_LIMIT);
	scene_group(scene, "/top/judge/low/leaf", GROUP_NO_LIMIT);
	scene_group(scene, "/top/judge/low/twig", GROUP_NO_LIMIT);
	for (size_t i = 0; i < 4; i++)
		if (scene->run >> i & 1)
			group_set(levels[i], "memory.oom.group", "1");
	fill(scene, "/top/beside", 1, 2);
	fill(scene, "/top/judge/other", 2, 1);
	fill(scene, "/top/judge/low/twig", 2, 1);
	fill(scene, "/top/judge/low/leaf", 2, 6);
	scene->fill = "/top/judge/other";
}

static void set_up_sharer_outside(struct scene *scene)
{
	struct hog hog = { .name = "sharer", .group = "/judge", .kin = HOG_SHARES_MM };
	scene_group(scene, "/judge", guest_mib(24));
	scene_group(scene, "/elsewhere", GROUP_NO_LIMIT);
	fill(scene, "/judge", 3, 1);
	hog.anon = guest_mib(6);
	hog.kin_count = 2;
	hog.kin_group = "/elsewhere";
	scene_hog(scene, &hog);
}

static void set_up_leader_gone(struct scene *scene)
{
	struct hog hog = { .name = "leaderless", .group = "/judge", .kin = HOG_LEADER_GONE };
	scene_group(scene, "/judge", guest_mib(24));
	fill(scene, "/judge", 3, 1);
	hog.anon = guest_mib(6);
	scene_hog(scene, &hog);
}

static void set_up_tables(struct scene *scene)
{
	struct hog hog = { .name = "tables", .group = "/judge", .tables = 180 };
	struct hog less = { .name = "less", .group = "/judge", .anon = guest_mib(1) };
	scene_group(scene, "/judge", guest_mib(16));
	scene_hog(scene, &hog);
	scene_hog(scene, &less);
}

static void set_up_file(struct scene *scene)
{
	struct hog hog = { .name = "reader", .group = "/judge", .file = guest_mib(10) };
	scene_group(scene, "/judge", guest_mib(32));
	fill(scene, "/judge", 4, 1);
	scene_hog(scene, &hog);
}

static void start_with_shmem(struct scene *scene, long mib)
{
	struct hog hog = { .name = "shmem", .group = "/judge", .shmem = guest_mib(mib) };
	fill(scene, "/judge", 4, 1);
	scene_hog(scene, &hog);
}

static void set_up_shmem(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(32));
	start_with_shmem(scene, 10);
}

static void set_up_swap(struct scene *scene, long limit_mib, long swap_pages)
{
	scene_group(scene, "/judge", guest_mib(limit_mib));
	if (!group_limit_swap("/judge", guest_mib(limit_mib), swap_pages))
		scene_broken("the swap limit cannot be set");
}

static void set_up_no_swap(struct scene *scene)
{
	set_up_swap(scene, 24, 0);
	fill(scene, "/judge", 4, 1);
}

/* Its swap is filled before memory runs out, and counts for whom it was taken from. */
static void set_up_little_swap(struct scene *scene)
{
	struct hog hog = { .name = "swapped", .group = "/judge", .swapped = true };
	set_up_swap(scene, 24, guest_mib(12));
	hog.anon = guest_mib(9);
	scene_hog(scene, &hog);
	fill(scene, "/judge", 3, 1);
}

/* totalpages holds the swap that may be used: adj weighs more than the limit alone says. */
static void set_up_unlimited_swap(struct scene *scene)
{
	set_up_swap(scene, 16, GROUP_NO_LIMIT);
	for (int i = 0; i < 6; i++) {
		struct hog hog = { .name = "adjusted", .group = "/judge", .adj = i * 11 };
		hog.anon = guest_mib(3) - i * guest_mib(1) / 4;
		hog.anon += chance_between(&scene->chance, 0, 40);
		scene_hog(scene, &hog);
	}
}

static void set_up_shmem_to_swap(struct scene *scene)
{
	set_up_swap(scene, 32, guest_mib(40));
	start_with_shmem(scene, 7);
}

static void set_up_lower(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(40));
	fill(scene, "/judge", 4, 2);
	scene->lower_to = group_usage("/judge") - guest_mib(2);
}

static void set_up_immune_only(struct scene *scene)
{
	struct hog immune = { .name = "immune", .group = "/judge", .adj = -1000 };
	scene_group(scene, "/judge", guest_mib(8));
	immune.anon = guest_mib(2);
	scene_hog(scene, &immune);
}

static void set_up_kill_disabled(struct scene *scene)
{
	scene_group(scene, "/judge", guest_mib(16));
	group_set("/judge", "memory.oom_control", "1");
	fill(scene, "/judge", 3, 1);
}

static void set_up_allocating(struct scene *scene)
{
	scene_set("/proc/sys/vm/oom_kill_allocating_task", "1");
	set_up_own_limit(scene);
}

static void set_up_no_panic(struct scene *scene)
{
	scene_set("/proc/sys/vm/panic_on_oom", "1");
	set_up_own_limit(scene);
}

static void set_up_namespace(struct scene *scene)
{
	set_up_own_limit(scene);
	scene->inside = "/judge";
}

/* As a container manager leaves it: pid 1 of a namespace in a group of its own. */
static void set_up_container(struct scene *scene)
{
	struct hog hog = { .name = "container", .group = "/judge/c1", .kin = HOG_PID_NS };
	scene_group(scene, "/judge", guest_mib(40));
	scene_group(scene, "/judge/c1", GROUP_NO_LIMIT);
	scene_group(scene, "/judge/c2", GROUP_NO_LIMIT);
	fill(scene, "/judge/c2", 3, 1);
	hog.anon = guest_mib(6) + chance_between(&scene->chance, 0, guest_mib(1));
	hog.kin_count = 2;
	scene_hog(scene, &hog);
	scene->fill = "/judge/c2";
}

static void set_up_names(struct scene *scene)
{
	struct hog hog = { .group = "/judge/a b:c,pid=1" };
	scene_group(scene, "/judge", guest_mib(24));
	scene_group(scene, hog.group, GROUP_NO_LIMIT);
	scene->fill = hog.group;
	static const char *const names[] = { "x) total-vm:1", ",pid=1,uid=0", "a b\tc",
		"\xff\xfe" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hog.name = names[i];
		hog.anon = guest_mib(1) + chance_between(&scene->chance, 0, guest_mib(2));
		scene_hog(scene, &hog);
	}
}

const struct kind kinds_group[] = {
	{ "group-own-limit", "only members die", .setup = set_up_own_limit,
		.trigger = trigger_group, .runs = 2, .kills = 3, .quick = true },
	{ "group-parent-limit", "the limit that is hit is the domain: a sibling dies",
		.setup = set_up_parent_limit, .trigger = trigger_group, .kills = 3, .quick = true },
	{ "group-three-deep", "all descendants are candidates, neighbours are not",
		.setup = set_up_three_deep, .trigger = trigger_group, .kills = 3 },
	{ "group-sibling-is-safe", "the lowest limit that fails decides",
		.setup = set_up_sibling_is_safe, .trigger = trigger_group },
	{ "group-adj", "adj weighs by the group's limit", .setup = set_up_adj,
		.trigger = trigger_group, .runs = 2, .kills = 4, .quick = true },
	{ "group-tiny", "below 1000 pages adj has no weight", .setup = set_up_tiny,
		.trigger = trigger_group, .needs = NEED_SMALL_PAGES, .kills = 2 },
	{ "group-near", "a few pages decide", .setup = set_up_near, .trigger = trigger_group,
		.runs = 2, .kills = 5 },
	{ "group-tie", "of equals the last that joined dies", .setup = set_up_tie,
		.trigger = trigger_group, .needs = NEED_V2, .tie = true, .kills = 3 },
	{ "group-tie-joined", "... whatever their ages", .setup = set_up_tie_joined,
		.trigger = trigger_group, .needs = NEED_V2, .tie = true, .kills = 3 },
	{ "group-tie-groups", "of equal groups the youngest", .setup = set_up_tie_groups,
		.trigger = trigger_group, .needs = NEED_V2, .tie = true, .kills = 4 },
	{ "group-tie-v1", "v1 does not show the order of joining", .setup = set_up_tie_joined,
		.trigger = trigger_group, .needs = NEED_V1, .doubt = "v1_tie_order", .tie = true,
		.kills = 3 },
	{ "group-foreign-charge", "memory charged elsewhere counts", .setup = set_up_foreign_charge,
		.trigger = trigger_group },
	{ "group-kill", "memory.oom.group takes all but -1000", .setup = set_up_group_kill,
		.trigger = trigger_group, .needs = NEED_V2, .quick = true },
	{ "group-kill-levels", "... of the topmost group within the domain",
		.setup = set_up_group_kill_levels, .trigger = trigger_group, .needs = NEED_V2,
		.runs = 15 },
	{ "group-sharer-outside", "who shares the mm dies in other groups too",
		.setup = set_up_sharer_outside, .trigger = trigger_group },
	{ "group-leader-gone", "a process outlives its first thread", .setup = set_up_leader_gone,
		.trigger = trigger_group },
	{ "group-tables", "page tables count", .setup = set_up_tables, .trigger = trigger_group },
	{ "group-file", "file pages are dropped first", .setup = set_up_file,
		.trigger = trigger_group, .judged = JUDGE_AT_OOM, .needs = NEED_DISK,
		.differ = true },
	{ "group-shmem", "without swap, shared memory stays", .setup = set_up_shmem,
		.trigger = trigger_group, .judged = JUDGE_AT_OOM },
	{ "group-no-swap", "swap.max 0: as without swap", .setup = set_up_no_swap,
		.trigger = trigger_group, .judged = JUDGE_AT_OOM, .needs = NEED_SWAP },
	{ "group-little-swap", "swap is filled first, and counts", .setup = set_up_little_swap,
		.trigger = trigger_group, .judged = JUDGE_AT_OOM, .needs = NEED_SWAP },
	{ "group-unlimited-swap", "totalpages has the machine's swap",
		.setup = set_up_unlimited_swap, .trigger = trigger_group, .judged = JUDGE_AT_OOM,
		.needs = NEED_SWAP, .may_doubt = "counters" },
	{ "group-shmem-to-swap", "shared memory in swap counts for nobody",
		.setup = set_up_shmem_to_swap, .doubt = "shmem_swap", .trigger = trigger_group,
		.judged = JUDGE_AT_OOM, .needs = NEED_SWAP, .differ = true },
	{ "group-lowered-limit", "a limit set below the usage kills", .needs = NEED_V2,
		.setup = set_up_lower, .trigger = trigger_lower },
	{ "group-immune-only", "nobody to kill", .setup = set_up_immune_only,
		.trigger = trigger_group, .prediction = "none" },
	{ "group-kill-disabled", "oom_kill_disable: everybody waits", .setup = set_up_kill_disabled,
		.trigger = trigger_group, .needs = NEED_V1, .prediction = "none" },
	{ "group-not-allocating", "oom_kill_allocating_task is not for groups",
		.setup = set_up_allocating, .trigger = trigger_group },
	{ "group-not-panicking", "panic_on_oom 1 is for the whole machine",
		.setup = set_up_no_panic, .trigger = trigger_group },
	{ "group-namespace", "asked inside the group's own namespace", .setup = set_up_namespace,
		.trigger = trigger_group, .needs = NEED_V2, .kills = 3 },
	{ "group-container", "with pid 1 of a namespace all of it dies", .setup = set_up_container,
		.trigger = trigger_group },
	{ "group-names", "names may hold anything", .setup = set_up_names, .trigger = trigger_group,
		.kills = 3 },
	{ .name = NULL },
};
