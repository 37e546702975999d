/* The whole machine, and nothing reclaimed before the choice: Alt-SysRq-F asks the kernel whom it
 * would kill now. */
#include "scene.h"

#include "group.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Sizes between one and eight MiB, no two within half a MiB. */
static void start_sizes(struct scene *scene, size_t count)
{
	long start = chance_between(&scene->chance, 0, (long)count - 1);
	for (size_t i = 0; i < count; i++) {
		long place = (start + (long)i * 5) % (long)count; /* neither up nor down by age */
		struct hog hog = { .name = "hog", .anon = guest_mib(1) + place * guest_mib(1) };
		hog.anon += chance_between(&scene->chance, 0, guest_mib(1) / 2);
		scene_hog(scene, &hog);
	}
}

static void set_up_largest(struct scene *scene)
{
	start_sizes(scene, 6);
}

static void set_up_adj(struct scene *scene)
{
	for (int i = 0; i < 12; i++) {
		struct hog hog = { .name = "adjusted" };
		hog.anon = chance_between(&scene->chance, 100, guest_mib(4));
		hog.adj = (int)chance_between(&scene->chance, -999, 1000);
		scene_hog(scene, &hog);
	}
}

static void set_up_adj_extremes(struct scene *scene)
{
	static const int adjs[] = { 1000, -1000, -999, 0, 999, 1, -1 };
	for (size_t i = 0; i < sizeof(adjs) / sizeof(adjs[0]); i++) {
		struct hog hog = { .name = "extreme", .adj = adjs[i] };
		hog.anon = chance_between(&scene->chance, guest_mib(1), guest_mib(6));
		scene_hog(scene, &hog);
	}
}

/* An immune process dwarfs all others. */
static void set_up_immune(struct scene *scene)
{
	struct hog hog = { .name = "immune", .adj = -1000, .anon = guest_mib(30) };
	scene_hog(scene, &hog);
	start_sizes(scene, 4);
}

static void set_up_near(struct scene *scene)
{
	long size = chance_between(&scene->chance, guest_mib(2), guest_mib(5));
	for (int i = 0; i < 10; i++) {
		struct hog hog = { .name = "near", .anon = size };
		hog.anon += chance_between(&scene->chance, 0, 3);
		scene_hog(scene, &hog);
	}
}

static void set_up_tie(struct scene *scene)
{
	struct hog hog = { .name = "equal" };
	hog.anon = chance_between(&scene->chance, guest_mib(2), guest_mib(5));
	for (int i = 0; i < 6; i++)
		scene_hog(scene, &hog);
}

/* adj makes up for size: a tie of unlike processes, as near as the step of adj allows. */
static void set_up_adj_against_size(struct scene *scene)
{
	long step =
		guest_number("/proc/meminfo", "MemTotal:") * 1024 / sysconf(_SC_PAGESIZE) / 1000;
	for (int adj = 0; adj < 8; adj++) {
		struct hog hog = { .name = "balanced", .adj = adj };
		hog.anon = guest_mib(1) + (8 - adj) * step + chance_between(&scene->chance, -2, 2);
		scene_hog(scene, &hog);
	}
}

static void set_up_tables(struct scene *scene)
{
	struct hog hog = { .name = "tables", .tables = 150, .anon = guest_mib(2) };
	start_sizes(scene, 3);
	hog.tables += chance_between(&scene->chance, 0, 50);
	hog.anon = guest_mib(4) - hog.tables / 2; /* no more memory than others, but for tables */
	scene_hog(scene, &hog);
}

static void set_up_shmem(struct scene *scene)
{
	struct hog hog = { .name = "shmem" };
	start_sizes(scene, 4);
	hog.shmem = guest_mib(7) + chance_between(&scene->chance, 0, guest_mib(2));
	scene_hog(scene, &hog);
}

static void set_up_file(struct scene *scene)
{
	struct hog hog = { .name = "reader" };
	start_sizes(scene, 4);
	hog.file = guest_mib(9) + chance_between(&scene->chance, 0, guest_mib(2));
	scene_hog(scene, &hog);
}

static void set_up_forked(struct scene *scene)
{
	struct hog hog = { .name = "forked", .kin = HOG_FORKED, .kin_count = 4 };
	start_sizes(scene, 4);
	hog.anon = guest_mib(8) + chance_between(&scene->chance, 0, guest_mib(2));
	scene_hog(scene, &hog);
}

static void set_up_hugetlb(struct scene *scene)
{
	struct hog hog = { .name = "huge", .huge = 5, .anon = guest_mib(1) };
	scene_set("/proc/sys/vm/nr_hugepages", "8");
	if (guest_number("/proc/meminfo", "HugePages_Free:") < hog.huge)
		scene_broken("hugetlb pages cannot be had");
	scene_hog(scene, &hog);
	start_sizes(scene, 4);
}

static void set_up_zero_page(struct scene *scene)
{
	struct hog hog = { .name = "zero", .zero = guest_mib(40) };
	scene_hog(scene, &hog);
	start_sizes(scene, 4);
}

static void set_up_thp(struct scene *scene)
{
	struct hog hog = { .name = "thp", .thp = guest_mib(10) };
	scene_set("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	start_sizes(scene, 4);
	scene_hog(scene, &hog);
}

static void set_up_swapped(struct scene *scene)
{
	struct hog hog = { .name = "swapped", .swapped = true };
	start_sizes(scene, 4);
	hog.anon = guest_mib(12) + chance_between(&scene->chance, 0, guest_mib(2));
	scene_hog(scene, &hog);
}

static void set_up_sharers(struct scene *scene)
{
	struct hog hog = { .name = "sharer", .kin = HOG_SHARES_MM };
	start_sizes(scene, 3);
	hog.anon = guest_mib(8);
	hog.kin_count = (int)chance_between(&scene->chance, 1, 4);
	scene_hog(scene, &hog);
}

/* The child shows its parent's memory, but cannot be chosen; both die with it. */
static void set_up_vfork(struct scene *scene)
{
	struct hog hog = { .name = "vfork", .kin = HOG_VFORKED, .anon = guest_mib(8) };
	start_sizes(scene, 3);
	scene_hog(scene, &hog);
}

static void set_up_leader_gone(struct scene *scene)
{
	struct hog hog = { .name = "leaderless", .kin = HOG_LEADER_GONE, .anon = guest_mib(8) };
	start_sizes(scene, 3);
	scene_hog(scene, &hog);
}

static void set_up_many(struct scene *scene)
{
	struct hog hog = { .name = "one of many" };
	for (int i = 0; i < 200; i++) {
		hog.anon = chance_between(&scene->chance, 10, 80);
		scene_hog(scene, &hog);
	}
}

static void set_up_pid_ns(struct scene *scene)
{
	struct hog hog = { .name = "container", .kin = HOG_PID_NS, .kin_count = 3 };
	start_sizes(scene, 3);
	hog.anon = guest_mib(8) + chance_between(&scene->chance, 0, guest_mib(2));
	scene_hog(scene, &hog);
}

static void set_up_host_group(struct scene *scene)
{
	struct hog hog = { .name = "together", .group = "/together" };
	scene_group(scene, "/together", GROUP_NO_LIMIT);
	scene->group = NULL; /* the question is about the host */
	group_set("/together", "memory.oom.group", "1");
	start_sizes(scene, 3);
	for (int i = 0; i < 3; i++) {
		hog.anon = guest_mib(2) + (i == 1) * guest_mib(7);
		scene_hog(scene, &hog);
	}
	hog.adj = -1000; /* lives on */
	scene_hog(scene, &hog);
}

static void set_up_host_group_nested(struct scene *scene)
{
	struct hog hog = { .name = "nested" };
	scene_group(scene, "/outer/middle/inner", GROUP_NO_LIMIT);
	scene_group(scene, "/outer/beside", GROUP_NO_LIMIT);
	scene->group = NULL;
	group_set("/outer", "memory.oom.group", chance_one_in(&scene->chance, 2) ? "1" : "0");
	group_set("/outer/middle", "memory.oom.group", "1");
	group_set("/outer/middle/inner", "memory.oom.group", "1");
	start_sizes(scene, 2);
	hog.group = "/outer/beside";
	hog.anon = guest_mib(1);
	scene_hog(scene, &hog);
	hog.group = "/outer/middle/inner";
	scene_hog(scene, &hog);
	hog.anon = guest_mib(9);
	scene_hog(scene, &hog);
}

const struct kind kinds_host[] = {
	{ "host-largest", "the process with the most memory dies", .setup = set_up_largest,
		.trigger = trigger_sysrq, .runs = 2, .kills = 2, .quick = true },
	{ "host-adj", "oom_score_adj weighs totalpages / 1000 a step", .setup = set_up_adj,
		.trigger = trigger_sysrq, .runs = 2, .kills = 4, .quick = true },
	{ "host-adj-extremes", "from -1000, never chosen, to 1000", .setup = set_up_adj_extremes,
		.trigger = trigger_sysrq, .runs = 2, .kills = 6 },
	{ "host-immune", "-1000 is never chosen, however large", .setup = set_up_immune,
		.trigger = trigger_sysrq },
	{ "host-near", "a few pages decide", .setup = set_up_near, .trigger = trigger_sysrq,
		.runs = 2, .kills = 6, .quick = true },
	{ "host-tie", "of equals the newest dies", .setup = set_up_tie, .trigger = trigger_sysrq,
		.tie = true, .kills = 4 },
	{ "host-adj-against-size", "adj and size add up to the page",
		.setup = set_up_adj_against_size, .trigger = trigger_sysrq, .runs = 2, .kills = 6 },
	{ "host-tables", "page tables count", .setup = set_up_tables, .trigger = trigger_sysrq,
		.runs = 2 },
	{ "host-shmem", "resident shared memory counts", .setup = set_up_shmem,
		.trigger = trigger_sysrq },
	{ "host-file-now", "mapped file pages count while they are there", .setup = set_up_file,
		.trigger = trigger_sysrq, .needs = NEED_DISK },
	{ "host-forked", "pages shared by fork count for each", .setup = set_up_forked,
		.trigger = trigger_sysrq, .kills = 3 },
	{ "host-hugetlb", "hugetlb pages count for nobody", .setup = set_up_hugetlb,
		.trigger = trigger_sysrq, .needs = NEED_HUGE | NEED_SMALL_PAGES },
	{ "host-zero-page", "the zero page counts for nobody", .setup = set_up_zero_page,
		.trigger = trigger_sysrq },
	{ "host-thp", "transparent huge pages count by their small ones", .setup = set_up_thp,
		.trigger = trigger_sysrq, .needs = NEED_THP },
	{ "host-swapped", "swapped pages count like resident ones", .setup = set_up_swapped,
		.trigger = trigger_sysrq, .needs = NEED_SWAP, .quick = true },
	{ "host-sharers", "who shares the mm dies too", .setup = set_up_sharers,
		.trigger = trigger_sysrq, .runs = 2, .quick = true },
	{ "host-vfork", "a vfork child is passed over, and dies with its parent",
		.setup = set_up_vfork, .trigger = trigger_sysrq },
	{ "host-leader-gone", "a process outlives its first thread", .setup = set_up_leader_gone,
		.trigger = trigger_sysrq },
	{ "host-many", "hundreds of processes", .setup = set_up_many, .trigger = trigger_sysrq,
		.kills = 5 },
	{ "host-pid-ns", "with pid 1 of a namespace all of it dies", .setup = set_up_pid_ns,
		.trigger = trigger_sysrq },
	{ "host-group", "memory.oom.group also counts when the machine runs out",
		.setup = set_up_host_group, .trigger = trigger_sysrq, .needs = NEED_V2 },
	{ "host-group-nested", "the topmost memory.oom.group decides",
		.setup = set_up_host_group_nested, .trigger = trigger_sysrq, .needs = NEED_V2,
		.runs = 3 },
	{ .name = NULL },
};
