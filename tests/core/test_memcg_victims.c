#include "support.h"

#include "oomspect/memcg_victims.h"

#include <string.h>

enum { ROWS = 24, TASKS = 60, SEEDS = 200 };

/* A machine made up from a number: a tree of cgroups, and processes with many ties among them. */
struct made_up {
	struct memcg rows[ROWS];
	struct task tasks[TASKS];
	struct memcg_tree tree;
	struct snapshot snapshot;
	unsigned random;
};

static unsigned random_below(struct made_up *made, unsigned bound)
{
	made->random = made->random * 1103515245u + 12345u;
	return (made->random >> 16) % bound;
}

static void make_rows(struct made_up *made)
{
	for (int32_t i = 0; i < ROWS; i++) {
		struct memcg *row = &made->rows[i];
		int32_t parent = i - 1;
		for (unsigned up = random_below(made, 3); parent > 0 && up > 0; up--)
			parent = made->rows[parent].parent;
		uint64_t pages = 500 + random_below(made, 100000);
		*row = (struct memcg){ .parent = parent,
			.subtree_end = i + 1,
			.use_hierarchy = 1,
			.swappiness = UNKNOWN,
			.limit = amount_bytes(pages * 4096) };
		if (random_below(made, 4) == 0)
			row->limit = (struct amount){ AMOUNT_UNLIMITED, 0 };
		if (random_below(made, 10) == 0)
			row->limit = (struct amount){ AMOUNT_UNKNOWN, 0 };
		row->oom_kill_disable = random_below(made, 8) == 0;
		row->oom_group = random_below(made, 4) == 0;
		if (random_below(made, 3) == 0)
			row->swap_limit = amount_bytes(random_below(made, 3000) * UINT64_C(4096));
	}
	for (int32_t i = ROWS - 1; i > 0; i--)
		if (made->rows[made->rows[i].parent].subtree_end < made->rows[i].subtree_end)
			made->rows[made->rows[i].parent].subtree_end = made->rows[i].subtree_end;
	made->tree = (struct memcg_tree){
		.version = 1 + (int)(made->random >> 7) % 2, .rows = made->rows, .count = ROWS
	};
}

static void make_tasks(struct made_up *made)
{
	for (int i = 0; i < TASKS; i++) {
		struct task *task = &made->tasks[i];
		*task = proc_unknown(100 + i);
		task->ppid = 100 + (pid_t)random_below(made, TASKS);
		task->start_ticks = random_below(made, 20);
		task->state = 'S';
		task->threads = 1;
		task->adj_known = true;
		task->oom_score_adj = (int)random_below(made, 4) * 300 - 100;
		if (random_below(made, 10) == 0)
			task->oom_score_adj = -1000;
		task->has_mm = random_below(made, 10) != 0;
		task->rss_anon_pages = 100 * (int64_t)random_below(made, 8);
		task->rss_file_pages = 100 * (int64_t)random_below(made, 3);
		task->rss_shmem_pages = random_below(made, 4) ? 0 : 300;
		task->rss_pages = task->rss_stat_pages =
			task->rss_anon_pages + task->rss_file_pages + task->rss_shmem_pages;
		task->swap_pages = random_below(made, 4) ? 0 : 64;
		task->locked_pages = random_below(made, 9) ? 0 : 50;
		task->cap_sys_admin = random_below(made, 3) == 0;
		task->ns_init = random_below(made, 12) == 0;
		task->mm_sharers_unknown = random_below(made, 9) == 0;
		task->pte_kb = 40;
		task->mm_owner = task->pid - (pid_t)random_below(made, 2);
		task->memcg = (int32_t)random_below(made, ROWS + 1) - 1;
	}
}

static void make_up(struct made_up *made, unsigned seed, const char *release)
{
	memset(made, 0, sizeof(*made));
	made->random = seed;
	make_rows(made);
	make_tasks(made);
	made->snapshot = (struct snapshot){
		.tasks = made->tasks, .count = TASKS, .capacity = TASKS, .memcgs = &made->tree
	};
	made->snapshot.host = (struct host){ .page_size = 4096,
		.ram_pages = 1000000,
		.cpus = 2,
		.swap_total_pages = 5000,
		.swap_free_pages = 2000,
		.total_pages = 1005000,
		.meminfo = { .shmem = UNKNOWN },
		.era = era_of_release(release) };
	made->snapshot.hidepid = seed % 11 == 0;
	made->snapshot.pid_ns = seed % 13 == 0;
	made->snapshot.host.vm.panic_on_oom = seed % 17 == 0 ? 2 : 0;
}

/* What the machines had of all that can differ: an agreement about nothing is none. */
struct seen {
	size_t predictions[PREDICTION_COUNT];
	size_t ties, leads, deaths, outsiders, swap, doubts[UNCERTAIN_COUNT];
};

static void see(struct seen *seen, const struct outlook *outlook)
{
	seen->predictions[outlook->prediction]++;
	seen->ties += outlook->lead.known && outlook->lead.tied;
	seen->leads += outlook->lead.known && !outlook->lead.tied;
	seen->deaths += outlook->deaths > outlook->outsider_count;
	seen->outsiders += outlook->outsider_count > 0;
	seen->swap += outlook->frees.swap_kb > 0;
	for (int i = 0; i < UNCERTAIN_COUNT; i++)
		seen->doubts[i] += outlook->uncertain >> i & 1;
}

static void assert_same_lead(const struct lead *a, const struct lead *b)
{
	assert_int_equal(a->known, b->known);
	assert_int_equal(a->tied, b->tied);
	assert_int_equal(a->in_pages, b->in_pages);
	assert_int_equal(a->pages, b->pages);
	assert_int_equal(a->tenths, b->tenths);
}

static void assert_same_as_outlook(const struct made_up *made, const struct memcg_victims *victims,
	struct outlook *outlook, int32_t row)
{
	const struct memcg_victim *victim = &victims->rows[row];
	struct domain domain = domain_memcg(&made->snapshot, row);
	assert_int_equal(
		outlook_build(outlook, &made->snapshot, &domain, victims->moment, NULL, 0, NULL),
		ERR_OK);
	const struct ranking_row *next = outlook_next(outlook);
	struct badness_share share = { 0, 0, 0 };
	assert_int_equal(victim->prediction, outlook->prediction);
	assert_int_equal(victim->uncertain, outlook->uncertain);
	assert_ptr_equal(victim->task, next ? next->task : NULL);
	if (next)
		assert_true(outlook_share(outlook, next, &share));
	assert_int_equal(victim->points.order, next ? next->points.order : BADNESS_UNKILLABLE);
	assert_int_equal(victim->share.mem, share.mem);
	assert_int_equal(victim->share.adj, share.adj);
	assert_int_equal(victim->share.bad, share.bad);
	assert_same_lead(&victim->lead, &outlook->lead);
	assert_int_equal(victim->deaths, outlook->deaths);
	assert_int_equal(victim->frees.ram_kb, outlook->frees.ram_kb);
	assert_int_equal(victim->frees.swap_kb, outlook->frees.swap_kb);
}

static const struct era_row_of_test {
	const char *claim, *release;
} releases[] = {
	{ "today: the newest of equals", "6.12.0" },
	{ "5.10: the newest of equals", "5.10.0" },
	{ "5.2: the oldest of equals, at least one point", "5.2.0" },
	{ "4.19: a child in its parent's place", "4.19.0" },
	{ "4.9: a bonus for root", "4.9.0" },
	{ "3.10: another bonus", "3.10.0" },
	{ "3.2: permille", "3.2.0" },
};

static void assert_seen(const struct seen *seen, const struct era *era)
{
	static const enum uncertainty everywhere[] = { UNCERTAIN_TIE_ORDER, UNCERTAIN_V1_TIE_ORDER,
		UNCERTAIN_SHARED_MM, UNCERTAIN_SHMEM_SWAP, UNCERTAIN_HIDDEN };
	assert_true(seen->predictions[PREDICTION_VICTIM] && seen->predictions[PREDICTION_NONE] &&
		    seen->predictions[PREDICTION_PANIC] && seen->predictions[PREDICTION_UNKNOWN]);
	assert_true(seen->ties && seen->leads && seen->deaths && seen->outsiders && seen->swap);
	for (size_t i = 0; i < ARRAY_SIZE(everywhere); i++)
		if (!seen->doubts[everywhere[i]])
			fail_msg("never '%s'", uncertainty_names[everywhere[i]]);
	assert_int_equal(seen->doubts[UNCERTAIN_COUNTERS] > 0, era_has(era, ERA_UNSUMMED_RSS));
}

static void check_release(void **state)
{
	const struct era_row_of_test *row = *state;
	static struct made_up made;
	struct memcg_victims victims;
	struct outlook outlook;
	memcg_victims_init(&victims);
	outlook_init(&outlook);
	struct seen seen = { .ties = 0 };
	for (unsigned seed = 0; seed < 2 * SEEDS; seed++) {
		unsigned doubts = 0;
		make_up(&made, seed / 2, row->release);
		assert_int_equal(
			memcg_victims_build(&victims, &made.snapshot, seed % 2, NULL), ERR_OK);
		assert_int_equal(victims.moment, seed % 2);
		for (int32_t i = 0; i < ROWS; i++) {
			assert_same_as_outlook(&made, &victims, &outlook, i);
			doubts |= outlook.uncertain;
			see(&seen, &outlook);
		}
		assert_int_equal(memcg_victims_uncertain(&victims), doubts);
	}
	assert_seen(&seen, &made.snapshot.host.era);
	outlook_release(&outlook);
	memcg_victims_release(&victims);
}

static void a_row_without_totalpages_has_no_victim(void **state)
{
	(void)state;
	static struct made_up made;
	struct memcg_victims victims;
	make_up(&made, 1, "6.12.0");
	made.rows[0].limit = (struct amount){ AMOUNT_UNKNOWN, 0 };
	memcg_victims_init(&victims);
	assert_int_equal(memcg_victims_build(&victims, &made.snapshot, MOMENT_NOW, NULL), ERR_OK);
	assert_null(victims.rows[0].task);
	memcg_victims_release(&victims);
}

static void no_cgroups_have_no_victims(void **state)
{
	(void)state;
	static struct made_up made;
	struct memcg_victims victims;
	make_up(&made, 1, "6.12.0");
	made.tree.count = 0;
	for (int i = 0; i < TASKS; i++)
		made.tasks[i].memcg = UNKNOWN;
	memcg_victims_init(&victims);
	assert_int_equal(memcg_victims_build(&victims, &made.snapshot, MOMENT_NOW, NULL), ERR_OK);
	assert_int_equal(victims.count, 0);
	memcg_victims_release(&victims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_without_totalpages_has_no_victim),
		cmocka_unit_test(no_cgroups_have_no_victims),
	};
	return run_rows("all victims at once are those of each ranking", releases, check_release) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
