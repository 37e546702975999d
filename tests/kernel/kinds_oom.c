/* The whole machine truly out of memory: what can be reclaimed has gone before the choice, so the
 * answer that counts is the one "at OOM". */
#include "scene.h"

#include <stdio.h>
#include <unistd.h>

/* Differences that a shortage does not blur: it takes the text pages of everyone. */
static void start_sizes(struct scene *scene)
{
	for (int i = 0; i < 4; i++) {
		struct hog hog = { .name = "hog", .anon = guest_mib(2) * (1 + (i * 3) % 4) };
		hog.anon += chance_between(&scene->chance, 0, guest_mib(1));
		scene_hog(scene, &hog);
	}
}

static void set_up_largest(struct scene *scene)
{
	start_sizes(scene);
}

static void set_up_adj(struct scene *scene)
{
	for (int i = 0; i < 8; i++) {
		struct hog hog = { .name = "adjusted", .adj = (i - 4) * 60 };
		hog.anon = chance_between(&scene->chance, guest_mib(1), guest_mib(8));
		hog.adj += (int)chance_between(&scene->chance, 0, 10);
		scene_hog(scene, &hog);
	}
}

static void set_up_file(struct scene *scene)
{
	struct hog hog = { .name = "reader", .file = guest_mib(24) };
	start_sizes(scene);
	scene_hog(scene, &hog);
}

static void set_up_dirty(struct scene *scene)
{
	struct hog hog = { .name = "writer", .dirty = guest_mib(24) };
	start_sizes(scene);
	scene_hog(scene, &hog);
}

static void set_up_locked(struct scene *scene)
{
	struct hog hog = { .name = "locked", .file = guest_mib(24), .file_locked = true };
	start_sizes(scene);
	scene_hog(scene, &hog);
}

static void set_up_shmem(struct scene *scene)
{
	struct hog hog = { .name = "shmem", .shmem = guest_mib(30) };
	start_sizes(scene);
	scene_hog(scene, &hog);
}

static void set_up_swapped(struct scene *scene)
{
	struct hog hog = { .name = "swapped", .anon = guest_mib(20), .swapped = true };
	start_sizes(scene);
	scene_hog(scene, &hog);
}

static void set_up_tables(struct scene *scene)
{
	struct hog hog = { .name = "tables", .tables = 600 };
	struct hog less = { .name = "less", .anon = guest_mib(3) };
	scene_hog(scene, &less);
	scene_hog(scene, &hog);
}

static void set_up_sharers(struct scene *scene)
{
	struct hog hog = { .name = "sharer", .kin = HOG_SHARES_MM, .kin_count = 2 };
	start_sizes(scene);
	hog.anon = guest_mib(14);
	scene_hog(scene, &hog);
}

/* vm.oom_kill_allocating_task: whoever asks for the last page dies. */
static void set_up_allocating(struct scene *scene)
{
	start_sizes(scene);
	scene_set("/proc/sys/vm/oom_kill_allocating_task", "1");
}

const struct kind kinds_oom[] = {
	{ "oom-largest", "the largest dies", .setup = set_up_largest, .trigger = trigger_host,
		.judged = JUDGE_AT_OOM, .runs = 2, .quick = true },
	{ "oom-adj", "oom_score_adj weighs", .setup = set_up_adj, .trigger = trigger_host,
		.judged = JUDGE_AT_OOM, .runs = 2 },
	{ "oom-clean-file", "clean file pages have gone before", .setup = set_up_file,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM, .needs = NEED_DISK, .differ = true,
		.quick = true },
	{ "oom-dirty-file", "dirty file pages have been written and gone", .setup = set_up_dirty,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM, .needs = NEED_DISK,
		.differ = true },
	{ "oom-locked-file", "locked file pages stay", .setup = set_up_locked,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM, .needs = NEED_DISK },
	{ "oom-shmem", "without swap, shared memory stays", .setup = set_up_shmem,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM },
	{ "oom-shmem-to-swap", "shared memory in swap counts for nobody", .setup = set_up_shmem,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM, .needs = NEED_SWAP,
		.doubt = "shmem_swap", .differ = true },
	{ "oom-swap-full", "swap is full, and counts", .setup = set_up_swapped,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM, .needs = NEED_SWAP },
	{ "oom-tables", "page tables cannot be reclaimed", .setup = set_up_tables,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM },
	{ "oom-sharers", "who shares the mm dies too", .setup = set_up_sharers,
		.trigger = trigger_host, .judged = JUDGE_AT_OOM },
	{ "oom-allocating-task", "vm.oom_kill_allocating_task kills who asks",
		.setup = set_up_allocating, .trigger = trigger_ordinary, .judged = JUDGE_AT_OOM,
		.prediction = "allocating_task" },
	{ .name = NULL },
};

static void set_up_panic(struct scene *scene)
{
	start_sizes(scene);
	scene_set("/proc/sys/vm/panic_on_oom", "1");
}

/* The last one: the host finds the kernel's last words on the console. */
const struct kind kinds_last[] = {
	{ "oom-panic", "vm.panic_on_oom panics", .setup = set_up_panic, .trigger = trigger_host,
		.prediction = "panic" },
	{ .name = NULL },
};
