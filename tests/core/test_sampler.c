/* Samples of a machine made of files: who is there, slices, memory cgroups, no allocation. */
#include "oomspect/sampler.h"

#include "oomspect/ranking.h"

#include "support.h"
#include "support_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAP_SYS_ADMIN (UINT64_C(1) << 21)

/* --- allocations are counted: these stand before those of the C library */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define COUNTS_ALLOCATIONS 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

static unsigned long allocations;

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	allocations++;
	return __libc_realloc(memory, size);
}

void free(void *memory)
{
	__libc_free(memory);
}
#else
#define COUNTS_ALLOCATIONS 0
static unsigned long allocations;
#endif

/* --- a tree and its sampler */

struct fixture {
	struct tree tree;
	struct sampler sampler;
};

static void add(const struct fixture *fixture, pid_t pid, uint64_t start, int64_t rss)
{
	tree_add(&fixture->tree, &(struct tree_process){ .pid = pid,
					 .ppid = 1,
					 .start = start,
					 .rss = rss,
					 .oom_score = 667,
					 .cgroup = "/a" });
}

static void add_hierarchy(const struct tree *tree)
{
	tree_write(tree, "proc/self/mountinfo",
		"30 20 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
	tree_write(tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	tree_write(tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "104857600\n");
	tree_write(tree, "sys/fs/cgroup/memory/b/memory.limit_in_bytes", "209715200\n");
}

static int setup(void **state)
{
	struct fixture *fixture = malloc(sizeof(*fixture));
	const struct sampler_options options = { .memcgs = true };
	if (!fixture)
		return -1;
	tree_init(&fixture->tree);
	add_hierarchy(&fixture->tree);
	add(fixture, 1, 1, 100);
	add(fixture, 10, 500, 1000);
	add(fixture, 20, 600, 2000);
	assert_int_equal(
		sampler_init(&fixture->sampler, &fixture->tree.root, &options, NULL), ERR_OK);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	sampler_release(&fixture->sampler);
	tree_release(&fixture->tree);
	free(fixture);
	return 0;
}

static const struct snapshot *sample(struct fixture *fixture)
{
	assert_int_equal(sampler_sample(&fixture->sampler, NULL), ERR_OK);
	return sampler_latest(&fixture->sampler);
}

static const struct task *row(const struct snapshot *snapshot, pid_t pid)
{
	const struct task *task = snapshot_find(snapshot, pid);
	assert_non_null(task);
	return task;
}

static void become_unreadable(const struct fixture *fixture, pid_t pid)
{
	char path[32], odd[64];
	snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	tree_remove(&fixture->tree, path);
	snprintf(odd, sizeof(odd), "%s/x", path); /* a directory where the file was */
	tree_write(&fixture->tree, odd, "");
}

/* --- who is there */

static void samples_every_process_by_ascending_pid(void **state)
{
	const struct snapshot *snapshot = sample(*state);
	assert_int_equal(snapshot->count, 3);
	assert_int_equal(snapshot->tasks[0].pid, 1);
	assert_int_equal(snapshot->tasks[2].pid, 20);
	assert_int_equal(row(snapshot, 10)->rss_pages, 1000);
	assert_int_equal(row(snapshot, 10)->age, 0);
	assert_false(snapshot->hidepid);
}

static bool step(struct sampler *sampler, unsigned processes)
{
	bool finished;
	assert_int_equal(sampler_step(sampler, processes, &finished, NULL), ERR_OK);
	return finished;
}

static void our_pid_in_a_captured_machine_is_somebody_else(void **state)
{
	struct fixture *fixture = *state;
	fixture->sampler.options.leave_out_self = true;
	add(fixture, getpid(), 700, 3000);
	row(sample(fixture), getpid());
}

static void who_has_vanished_is_not_in_the_next(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture);
	tree_remove(&fixture->tree, "proc/10");
	const struct snapshot *snapshot = sample(fixture);
	assert_int_equal(snapshot->count, 2);
	assert_null(snapshot_find(snapshot, 10));
}

static void who_goes_while_the_sample_is_taken_is_not_in_it(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(sampler_begin(&fixture->sampler, NULL), ERR_OK);
	assert_false(step(&fixture->sampler, 1)); /* lists them */
	assert_false(step(&fixture->sampler, 1));
	tree_remove(&fixture->tree, "proc/10");
	while (!step(&fixture->sampler, 1))
		;
	assert_int_equal(sampler_latest(&fixture->sampler)->count, 2);
}

/* There is one tree of cgroups: it stands still as long as the latest snapshot is the latest. */
static void cgroups_stand_still_until_the_next_sample_is_finished(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *latest = sample(fixture);
	const struct memcg_tree *tree = latest->memcgs;
	assert_int_equal(tree->count, 3);
	tree_remove(&fixture->tree, "sys/fs/cgroup/memory/a");
	assert_int_equal(sampler_begin(&fixture->sampler, NULL), ERR_OK);
	while (!step(&fixture->sampler, 1)) {
		assert_int_equal(tree->count, 3);
		assert_string_equal(tree->rows[row(latest, 10)->memcg].path, "/a");
	}
	assert_int_equal(tree->count, 2);
	latest = sampler_latest(&fixture->sampler);
	assert_string_equal(tree->rows[row(latest, 10)->memcg].path, "/");
}

static void a_process_is_known_by_its_start_time_as_well(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture);
	assert_int_equal(row(sample(fixture), 10)->sightings, 2);
	add(fixture, 10, 9999, 5);
	const struct snapshot *snapshot = sample(fixture);
	assert_int_equal(row(snapshot, 10)->sightings, 1);
	assert_int_equal(row(snapshot, 10)->rss_pages, 5);
	assert_int_equal(row(snapshot, 20)->sightings, 3);
}

static void what_cannot_be_read_keeps_its_figures_and_grows_old(void **state)
{
	struct fixture *fixture = *state;
	sample(fixture);
	become_unreadable(fixture, 10);
	assert_int_equal(row(sample(fixture), 10)->age, 1);
	const struct snapshot *snapshot = sample(fixture);
	assert_int_equal(row(snapshot, 10)->age, 2);
	assert_int_equal(row(snapshot, 10)->rss_pages, 1000);
	assert_int_equal(row(snapshot, 20)->age, 0);
	tree_remove(&fixture->tree, "proc/10");
	add(fixture, 10, 500, 1500);
	snapshot = sample(fixture);
	assert_int_equal(row(snapshot, 10)->age, 0);
	assert_int_equal(row(snapshot, 10)->rss_pages, 1500);
}

static void what_could_never_be_read_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	become_unreadable(fixture, 10);
	const struct task *task = row(sample(fixture), 10);
	assert_int_equal(task->rss_pages, UNKNOWN);
	assert_int_equal(task->oom_score, UNKNOWN);
	assert_false(task->adj_known);
	assert_int_equal(task->age, 1);
}

static void without_pid_1_processes_are_hidden(void **state)
{
	struct fixture *fixture = *state;
	become_unreadable(fixture, 1); /* hidepid=1 */
	assert_true(sample(fixture)->hidepid);
	tree_remove(&fixture->tree, "proc/1"); /* hidepid=2 */
	assert_true(sample(fixture)->hidepid);
}

/* The link that the kernel gives in a namespace that is not the first. */
#define OTHER_NS "pid:[4026532001]"

static struct snapshot unseen_with(struct fixture *fixture, const char *ns, const char *loadavg)
{
	struct sampler sampler;
	const struct sampler_options options = { .memcgs = false };
	if (ns)
		tree_link(&fixture->tree, "proc/self/ns/pid", ns);
	if (loadavg)
		tree_write(&fixture->tree, "proc/loadavg", loadavg);
	assert_int_equal(sampler_init(&sampler, &fixture->tree.root, &options, NULL), ERR_OK);
	assert_int_equal(sampler_sample(&sampler, NULL), ERR_OK);
	struct snapshot seen = *sampler_latest(&sampler); /* its numbers outlive it */
	sampler_release(&sampler);
	return seen;
}

static void threads_outside_a_pid_namespace_are_counted(void **state)
{
	struct fixture *fixture = *state;
	struct snapshot seen = unseen_with(fixture, OTHER_NS, "1.72 2.33 1.59 2/103 12003\n");
	assert_true(seen.pid_ns);
	assert_false(seen.hidepid);
	assert_int_equal(seen.threads_unseen, 103 - 3);
}

static void with_kthreadd_all_are_there(void **state)
{
	struct fixture *fixture = *state;
	tree_add(&fixture->tree,
		&(struct tree_process){
			.pid = 2, .comm = "kthreadd", .flags = 0x200000, .no_mm = true });
	struct snapshot seen = unseen_with(fixture, OTHER_NS, "1.72 2.33 1.59 2/103 12003\n");
	assert_false(seen.pid_ns);
	assert_int_equal(seen.threads_unseen, UNKNOWN);
}

static const struct loadavg_row {
	const char *claim, *loadavg;
	int64_t unseen;
} loadavg_rows[] = {
	{ "no loadavg", NULL, UNKNOWN },
	{ "an empty one", "", UNKNOWN },
	{ "fewer fields", "0.00 0.00 0.00\n", UNKNOWN },
	{ "no slash", "0.00 0.00 0.00 103 5\n", UNKNOWN },
	{ "a number beyond any", "0.00 0.00 0.00 1/99999999999 5\n", UNKNOWN },
	{ "fewer than are seen", "0.00 0.00 0.00 1/2 5\n", 0 },
	{ "none but those seen", "0.00 0.00 0.00 1/3 5\n", 0 },
};

static void a_loadavg_that_says_nothing_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_SIZE(loadavg_rows); i++) {
		struct snapshot seen =
			unseen_with(fixture, i ? NULL : OTHER_NS, loadavg_rows[i].loadavg);
		if (seen.threads_unseen != loadavg_rows[i].unseen)
			fail_msg("%s: %lld", loadavg_rows[i].claim, (long long)seen.threads_unseen);
	}
}

static void a_machine_that_cannot_be_read_leaves_the_latest(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	sample(fixture);
	tree_remove(&fixture->tree, "proc/meminfo");
	assert_int_equal(sampler_sample(&fixture->sampler, &err), ERR_NOT_FOUND);
	assert_int_equal(sampler_latest(&fixture->sampler)->count, 3);
	tree_write(&fixture->tree, "proc/meminfo", "MemTotal: 4096 kB\n");
	assert_int_equal(sample(fixture)->host.total_pages, 1024);
}

/* --- slices */

static const struct slice_case {
	const char *claim;
	unsigned step;
} slice_cases[] = {
	{ "one process at a time", 1 },
	{ "two at a time", 2 },
	{ "seven at a time", 7 },
	{ "all but one", 39 },
	{ "exactly all", 40 },
	{ "more than there are", 1000 },
};

static void fill(const struct fixture *fixture)
{
	for (int i = 0; i < 37; i++)
		add(fixture, 100 + 3 * i, 700 + (uint64_t)(i % 5), 50 + 10 * (i % 7));
}

static void sample_in_slices(struct sampler *sampler, unsigned processes)
{
	assert_int_equal(sampler_begin(sampler, NULL), ERR_OK);
	while (!step(sampler, processes))
		;
}

static void any_step_gives_the_same_snapshot(void **state)
{
	const struct slice_case *slice = *state;
	const struct sampler_options options = { .memcgs = true };
	struct sampler sliced;
	void *whole_state;
	setup(&whole_state);
	struct fixture *whole = whole_state;
	fill(whole);
	const struct snapshot *a = sample(whole);
	assert_int_equal(sampler_init(&sliced, &whole->tree.root, &options, NULL), ERR_OK);
	sample_in_slices(&sliced, slice->step);
	const struct snapshot *b = sampler_latest(&sliced);
	assert_int_equal(a->count, 40);
	assert_int_equal(b->count, 40);
	assert_memory_equal(a->tasks, b->tasks, a->count * sizeof(*a->tasks));
	sampler_release(&sliced);
	teardown(&whole_state);
}

static void the_latest_stands_still_while_the_next_is_read(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *before = sample(fixture);
	add(fixture, 10, 500, 7777);
	assert_int_equal(sampler_begin(&fixture->sampler, NULL), ERR_OK);
	do {
		assert_ptr_equal(sampler_latest(&fixture->sampler), before);
		assert_int_equal(row(before, 10)->rss_pages, 1000);
	} while (!step(&fixture->sampler, 1));
	assert_int_equal(row(sampler_latest(&fixture->sampler), 10)->rss_pages, 7777);
	assert_int_equal(row(before, 10)->rss_pages, 1000);
}

/* --- memory cgroups */

static const char *cgroup_of(const struct snapshot *snapshot, pid_t pid)
{
	return snapshot_cgroup(snapshot, row(snapshot, pid));
}

static void a_task_has_the_row_of_its_cgroup(void **state)
{
	struct fixture *fixture = *state;
	tree_write(&fixture->tree, "proc/20/cgroup", "2:memory:/b/not-there\n");
	tree_remove(&fixture->tree, "proc/1/cgroup");
	const struct snapshot *snapshot = sample(fixture);
	const struct memcg_tree *tree = snapshot->memcgs;
	assert_int_equal(tree->count, 3);
	assert_string_equal(tree->rows[row(snapshot, 10)->memcg].path, "/a");
	assert_string_equal(tree->rows[row(snapshot, 20)->memcg].path, "/b");
	assert_int_equal(row(snapshot, 1)->memcg, UNKNOWN);
	assert_string_equal(cgroup_of(snapshot, 20), "/b/not-there");
	assert_int_equal(tree->rows[0].processes, 2);
	assert_int_equal(tree->rows[row(snapshot, 10)->memcg].processes, 1);
}

static void a_cgroup_is_read_at_first_and_second_sight_and_then_in_turn(void **state)
{
	/* Managers move a child just after fork. */
	struct fixture *fixture = *state;
	assert_string_equal(cgroup_of(sample(fixture), 10), "/a");
	tree_write(&fixture->tree, "proc/10/cgroup", "2:memory:/b\n");
	assert_string_equal(cgroup_of(sample(fixture), 10), "/b");
	tree_write(&fixture->tree, "proc/10/cgroup", "2:memory:/a\n");
	assert_string_equal(cgroup_of(sample(fixture), 10), "/b");
	const char *path = "/b";
	for (int samples = 0; samples < 16 && strcmp(path, "/b") == 0; samples++)
		path = cgroup_of(sample(fixture), 10);
	assert_string_equal(path, "/a");
}

static void paths_that_nobody_is_in_are_forgotten_in_the_end(void **state)
{
	struct fixture *fixture = *state;
	for (int samples = 0; samples < 600; samples++)
		sample(fixture);
	assert_string_equal(cgroup_of(sample(fixture), 10), "/a");
}

/* --- who shares an mm */

static void of_a_captured_machine_nobody_can_be_asked(void **state)
{
	struct fixture *fixture = *state;
	add(fixture, 21, 601, 2000); /* the counters of 20, and the same parent */
	const struct snapshot *snapshot = sample(fixture);
	assert_true(row(snapshot, 20)->mm_sharers_unknown);
	assert_true(row(snapshot, 21)->mm_sharers_unknown);
	assert_false(row(snapshot, 10)->mm_sharers_unknown);
	assert_int_equal(row(snapshot, 21)->mm_owner, 21);
}

/* --- which rss the kernel reads */

static const struct witness_case {
	const char *claim;
	const char *release;
	int64_t rss, stat_rss; /* of 1310720 pages with swap: 1311 pages are a permille */
	int64_t oom_score;
	bool unsummed;
	int64_t swap;
} witness_cases[] = {
	/* (1000 + 40000 * 1000 / 1310720) * 2 / 3 = 686, with 20000: 676 */
	{ "live scores show the unsummed rss of a back-port", "6.1.0", 40000, 20000, 676, true, 0 },
	{ "live scores show the summed rss of a back-port", "6.12.0", 40000, 20000, 686, false, 0 },
	{ "live scores that agree with none change nothing: unsummed", "6.12.0", 40000, 20000, 900,
		true, 0 },
	{ "live scores that agree with none change nothing: summed", "6.1.0", 40000, 20000, 900,
		false, 0 },
	{ "equal sources tell nothing", "6.12.0", 40000, 40000, 686, true, 0 },
	/* Unsummed counters have whole batches of swap: 20960 pages are 676, 31 more would be 677. */
	{ "of swap the kernel reads whole batches", "6.1.0", 40000, 20960, 676, true, 31 },
};

static void learns_which_rss_the_kernel_reads(void **state)
{
	const struct witness_case *witness = *state;
	struct tree tree;
	struct sampler sampler;
	const struct sampler_options options = { .memcgs = false };
	tree_init(&tree);
	tree_write(&tree, "proc/sys/kernel/osrelease", witness->release);
	for (pid_t pid = 10; pid < 13; pid++)
		tree_add(&tree, &(struct tree_process){ .pid = pid,
					.rss = witness->rss,
					.stat_rss = witness->stat_rss,
					.swap = witness->swap,
					.oom_score = witness->oom_score });
	assert_int_equal(sampler_init(&sampler, &tree.root, &options, NULL), ERR_OK);
	assert_int_equal(sampler_sample(&sampler, NULL), ERR_OK);
	bool unsummed = era_has(&sampler_latest(&sampler)->host.era, ERA_UNSUMMED_RSS);
	sampler_release(&sampler);
	tree_release(&tree);
	assert_int_equal(unsummed, witness->unsummed);
}

/* --- which bonus it gives to root */

static const struct bonus_case {
	const char *claim;
	const char *release;
	int64_t oom_score; /* 131072 pages are 100 permille: 70, or 97 */
	uint64_t cap_eff;
	const char *name;
} bonus_cases[] = {
	{ "live scores show the 3 % of a back-port", "3.10.40", 97, CAP_SYS_ADMIN,
		"root_3_percent" },
	{ "live scores show the 30 of an older one", "3.10.108", 70, CAP_SYS_ADMIN,
		"root_minus_30" },
	{ "scores of others tell nothing", "3.10.40", 97, 0, "root_minus_30" },
	{ "scores that agree with none change nothing", "3.10.40", 100, CAP_SYS_ADMIN,
		"root_minus_30" },
	{ "permille kernels have one bonus", "3.2.0", 97, CAP_SYS_ADMIN, "root_minus_30" },
	{ "kernels without a bonus get none", "5.4.0", 97, CAP_SYS_ADMIN, "" },
};

static const char *bonus_of(const struct era *era)
{
	if (era_has(era, ERA_ROOT_MINUS_30))
		return era_rows[ERA_ROOT_MINUS_30].name;
	return era_has(era, ERA_ROOT_3_PERCENT) ? era_rows[ERA_ROOT_3_PERCENT].name : "";
}

static void learns_which_bonus_root_has(void **state)
{
	const struct bonus_case *witness = *state;
	struct tree tree;
	struct sampler sampler;
	const struct sampler_options options = { .memcgs = false };
	tree_init(&tree);
	tree_write(&tree, "proc/sys/kernel/osrelease", witness->release);
	for (pid_t pid = 10; pid < 13; pid++)
		tree_add(&tree, &(struct tree_process){ .pid = pid,
					.rss = 131072,
					.cap_eff = witness->cap_eff,
					.oom_score = witness->oom_score });
	assert_int_equal(sampler_init(&sampler, &tree.root, &options, NULL), ERR_OK);
	assert_int_equal(sampler_sample(&sampler, NULL), ERR_OK);
	const char *name = bonus_of(&sampler_latest(&sampler)->host.era);
	sampler_release(&sampler);
	tree_release(&tree);
	assert_string_equal(name, witness->name);
}

/* --- no allocation */

static void a_steady_refresh_allocates_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct ranking ranking;
	if (!COUNTS_ALLOCATIONS)
		skip_because("the sanitizer's allocator cannot be stood before");
	fill(fixture);
	ranking_init(&ranking);
	unsigned long before = 0;
	for (int samples = 0; samples < 40; samples++) {
		if (samples == 4)
			before = allocations;
		sampler_sample(&fixture->sampler, NULL);
		const struct snapshot *snapshot = sampler_latest(&fixture->sampler);
		const struct domain domain = domain_host(snapshot);
		ranking_build(&ranking, snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_NOW }, NULL);
		ranking_build(&ranking, snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_OOM }, NULL);
	}
	unsigned long counted = allocations - before;
	ranking_release(&ranking);
	assert_true(before > 0);
	assert_int_equal(counted, 0);
}

#define SAMPLER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SAMPLER_TEST(samples_every_process_by_ascending_pid),
		SAMPLER_TEST(our_pid_in_a_captured_machine_is_somebody_else),
		SAMPLER_TEST(who_has_vanished_is_not_in_the_next),
		SAMPLER_TEST(who_goes_while_the_sample_is_taken_is_not_in_it),
		SAMPLER_TEST(a_process_is_known_by_its_start_time_as_well),
		SAMPLER_TEST(cgroups_stand_still_until_the_next_sample_is_finished),
		SAMPLER_TEST(what_cannot_be_read_keeps_its_figures_and_grows_old),
		SAMPLER_TEST(what_could_never_be_read_is_unknown),
		SAMPLER_TEST(without_pid_1_processes_are_hidden),
		SAMPLER_TEST(threads_outside_a_pid_namespace_are_counted),
		SAMPLER_TEST(with_kthreadd_all_are_there),
		SAMPLER_TEST(a_loadavg_that_says_nothing_is_unknown),
		SAMPLER_TEST(a_machine_that_cannot_be_read_leaves_the_latest),
		SAMPLER_TEST(the_latest_stands_still_while_the_next_is_read),
		SAMPLER_TEST(a_task_has_the_row_of_its_cgroup),
		SAMPLER_TEST(a_cgroup_is_read_at_first_and_second_sight_and_then_in_turn),
		SAMPLER_TEST(paths_that_nobody_is_in_are_forgotten_in_the_end),
		SAMPLER_TEST(of_a_captured_machine_nobody_can_be_asked),
		SAMPLER_TEST(a_steady_refresh_allocates_nothing),
	};
	return run_rows("slices", slice_cases, any_step_gives_the_same_snapshot) +
	       run_rows("witnesses", witness_cases, learns_which_rss_the_kernel_reads) +
	       run_rows("the bonus of root", bonus_cases, learns_which_bonus_root_has) +
	       cmocka_run_group_tests_name("sampler", tests, NULL, NULL);
}
