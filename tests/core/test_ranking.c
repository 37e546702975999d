#include "oomspect/ranking.h"

#include "support.h"
#include "support_snapshot.h"

#include <string.h>

/* --- the order of death, by the rule of each era; a million pages, so an adj of 1 weighs 1000 */

struct order_task {
	pid_t pid;
	uint64_t start;
	int64_t rss;
	int adj;
};

static const struct order_case {
	const char *claim;
	const char *release;
	struct order_task tasks[4]; /* ends at pid 0 */
	const char *order;
} order_cases[] = {
	{ "the largest dies first", "6.1.0",
		{ { 10, 1, 50, 0 }, { 11, 2, 90, 0 }, { 12, 3, 70, 0 } }, "11 12 10" },
	{ "one page decides", "6.1.0", { { 10, 9, 500001, 0 }, { 11, 1, 500000, 0 } }, "10 11" },
	{ "an adj weighs adj * (totalpages / 1000) pages", "6.1.0",
		{ { 10, 1, 5000, 0 }, { 11, 2, 1, 5 }, { 12, 3, 9000, -5 } }, "11 10 12" },
	{ "points below zero are still an order", "6.1.0",
		{ { 10, 1, 100, -500 }, { 11, 2, 100, -998 }, { 12, 3, 300, -500 } }, "12 10 11" },
	{ "before 5.9 points below one are one, so that they tie", "5.8.0",
		{ { 10, 1, 100, -500 }, { 11, 2, 100, -998 }, { 12, 3, 300, -500 } }, "12 11 10" },
	{ "of equals the newest dies since 5.3", "5.3.0",
		{ { 10, 7, 100, 0 }, { 11, 5, 100, 0 }, { 12, 6, 100, 0 } }, "10 12 11" },
	{ "of equals the oldest dies before 5.3", "5.2.0",
		{ { 10, 7, 100, 0 }, { 11, 5, 100, 0 }, { 12, 6, 100, 0 } }, "11 12 10" },
	{ "of one age the higher pid is the newer", "6.1.0",
		{ { 10, 5, 100, 0 }, { 11, 5, 100, 0 }, { 12, 5, 100, 0 } }, "12 11 10" },
	{ "of one age the lower pid is the older", "4.19.0",
		{ { 10, 5, 100, 0 }, { 11, 5, 100, 0 }, { 12, 5, 100, 0 } }, "10 11 12" },
	{ "a pid that was used again does not tell the age", "6.1.0",
		{ { 10, 900, 100, 0 }, { 32000, 2, 100, 0 } }, "10 32000" },
	{ "before 4.17 a task of root has three percent less", "4.14.0",
		{ { 10, 1, 1000, 0 }, { 11, 2, 980, 0 } }, "10 11" },
	{ "nobody to kill is no order", "6.1.0", { { 0 } }, "" },
};

static void ranks_in_the_order_of_death(void **state)
{
	const struct order_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	for (size_t i = 0; i < ARRAY_SIZE(row->tasks) && row->tasks[i].pid; i++) {
		const struct order_task *task = &row->tasks[i];
		machine_add(&machine, task->pid, task->rss, task->adj)->start_ticks = task->start;
	}
	machine_rank_host(&machine);
	assert_order(&machine, row->order);
	machine_rank_host(&machine); /* asked twice, the same */
	assert_order(&machine, row->order);
	machine_release(&machine);
}

static void the_bonus_of_root_turns_the_order(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "4.14.0", 1000000);
	machine_add(&machine, 10, 1000, 0)->cap_sys_admin = true; /* 1000 - 30 */
	machine_add(&machine, 11, 980, 0);
	machine_rank_host(&machine);
	assert_order(&machine, "11 10");
	assert_int_equal(machine.outlook.ranking.rows[1].points.order, 970);
	machine_release(&machine);
}

static void many_tasks_are_sorted(void **state)
{
	/* 15 * 7 mod 16 and so on: each size once, in no order. */
	struct machine *machine = *state;
	for (int i = 0; i < MACHINE_TASKS; i++)
		machine_add(machine, 10 + i, 100 * (1 + i * 7 % MACHINE_TASKS), 0);
	machine_rank_host(machine);
	for (size_t i = 0; i < machine->outlook.ranking.count; i++)
		assert_int_equal(machine->outlook.ranking.rows[i].points.order,
			100 * (MACHINE_TASKS - (int)i));
}

/* --- points and the predicted oom_score */

static void points_are_rss_swap_and_page_tables(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add(machine, 10, 1000, 10);
	task->swap_pages = 200;
	task->pte_kb = 47; /* 11 whole pages */
	machine_rank_host(machine);
	const struct ranking_row *row = ranking_find(&machine->outlook.ranking, 10);
	assert_int_equal(row->mem_pages, 1211);
	assert_int_equal(row->points.order, 11211);
	/* 11211 * 1000 / 1000000 = 11; (1000 + 11) * 2 / 3 = 674 */
	assert_int_equal(row->oom_score, 674);
	assert_null(ranking_find(&machine->outlook.ranking, 11));
}

static const struct rss_case {
	const char *claim;
	const char *release;
	int64_t swap, points;
} rss_cases[] = {
	{ "6.1 reads the rss that status shows", "6.1.0", 0, 1000 },
	{ "6.2 reads the unsummed rss of stat", "6.2.0", 0, 940 },
	{ "6.19 reads the unsummed rss of stat", "6.19.10", 0, 940 },
	{ "7.0 reads the rss that status shows", "7.0.0", 0, 1000 },
	{ "6.1 reads all swap", "6.1.0", 100, 1100 },
	{ "6.12 reads swap by whole batches, 32 on two CPUs", "6.12.0", 100, 1036 },
	{ "7.0 reads all swap", "7.0.0", 100, 1100 },
};

static void takes_rss_from_the_source_of_the_era(void **state)
{
	const struct rss_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	struct task *task = machine_add(&machine, 10, 1000, 0);
	task->rss_stat_pages = 940;
	task->swap_pages = row->swap;
	machine_rank_host(&machine);
	assert_int_equal(machine.outlook.ranking.rows[0].points.order, row->points);
	machine_release(&machine);
}

/* --- what if */

static void ranks_with_another(struct machine *machine, pid_t pid, int adj)
{
	const struct ranking_edit edit = { .pid = pid, .oom_score_adj = adj };
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_NOW, &edit, 1);
}

static void an_edit_changes_the_order_and_not_the_snapshot(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0);
	machine_add(machine, 11, 4000, 0);
	ranks_with_another(machine, 10, -2);
	assert_order(machine, "11 10");
	assert_int_equal(ranking_find(&machine->outlook.ranking, 10)->oom_score_adj, -2);
	assert_int_equal(ranking_find(&machine->outlook.ranking, 10)->points.order, 3000);
	assert_int_equal(machine->tasks[0].oom_score_adj, 0);
	machine_rank_host(machine);
	assert_order(machine, "10 11");
}

static void an_edit_shields_and_unshields(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0);
	machine_add(machine, 11, 4000, -1000)->oom_score = 0;
	ranks_with_another(machine, 10, -1000);
	assert_order(machine, "| 10 11");
	assert_int_equal(ranking_find(&machine->outlook.ranking, 10)->unkillable, UNKILLABLE_ADJ);
	ranks_with_another(machine, 11, 500);
	assert_order(machine, "11 10");
	assert_int_equal(ranking_find(&machine->outlook.ranking, 11)->points.order, 504000);
}

static void an_edit_of_nobody_changes_nothing(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0);
	ranks_with_another(machine, 4711, -1000);
	assert_order(machine, "10");
}

static void an_edit_does_not_make_a_vfork_child_killable(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 5000, 0)->oom_score = 0;
	ranks_with_another(machine, 10, 1000);
	assert_order(machine, "| 10");
}

/* --- a child in the place of its parent, before 5.1 */

static void make_family(struct machine *machine, const char *release)
{
	machine_init(machine, release, 1000000);
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 20, 0)->ppid = 10;
	machine_add(machine, 12, 30, 0)->ppid = 10;
	machine_add(machine, 13, 800, 0);
}

static pid_t victim_of(struct machine *machine)
{
	machine_rank_host(machine);
	return machine->outlook.victim->task->pid;
}

static void its_worst_child_dies_in_its_place(void **state)
{
	struct machine machine;
	(void)state;
	make_family(&machine, "5.0.0");
	assert_int_equal(victim_of(&machine), 12);
	/* The one that dies stands first, and the parent that was chosen next. */
	assert_order(&machine, "12 10 13 11");
	assert_int_equal(machine.outlook.ranking.chosen, 1);
	assert_int_equal(machine.outlook.chosen->task->pid, 10);
	machine_release(&machine);
}

static void since_5_1_it_dies_itself(void **state)
{
	struct machine machine;
	(void)state;
	make_family(&machine, "5.1.0");
	assert_int_equal(victim_of(&machine), 10);
	machine_release(&machine);
}

static void of_equal_children_the_elder_dies(void **state)
{
	struct machine machine;
	(void)state;
	make_family(&machine, "4.19.0");
	machine.tasks[1].rss_pages = 30;
	assert_int_equal(victim_of(&machine), 11);
	machine_release(&machine);
}

static void a_child_that_shares_its_memory_or_is_shielded_does_not(void **state)
{
	struct machine machine;
	(void)state;
	make_family(&machine, "4.19.0");
	machine.tasks[1].oom_score_adj = -1000;
	machine.tasks[2].mm_owner = 10;
	assert_int_equal(victim_of(&machine), 10);
	machine_release(&machine);
}

/* --- when memory has run out */

static const struct leaving_case {
	const char *claim;
	int64_t anon, file, shmem, locked, swap_free;
	int64_t points;
} leaving_cases[] = {
	{ "file pages leave", 100, 5000, 0, 0, 0, 100 },
	{ "locked file pages stay", 100, 5000, 0, 300, 0, 400 },
	{ "no more file pages stay than there are", 100, 200, 0, 300, 0, 300 },
	{ "shmem stays without swap", 100, 0, 5000, 0, 0, 5100 },
	{ "shmem stays if one page of it does not fit into swap", 100, 0, 5000, 0, 4999, 5100 },
	{ "shmem leaves if all of it fits into swap", 100, 0, 5000, 0, 5000, 100 },
	{ "locked shmem stays", 100, 0, 5000, 10, 9999, 5100 },
	{ "unknown free swap is none", 100, 0, 5000, 0, UNKNOWN, 5100 },
};

static void projects_to_the_oom(void **state)
{
	const struct leaving_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	struct task *task = machine_add_mixed(&machine, 10, row->anon, row->file, row->shmem);
	task->locked_pages = row->locked;
	machine.snapshot.host.swap_free_pages = row->swap_free;
	machine_rank_at_oom(&machine);
	assert_int_equal(machine.outlook.ranking.rows[0].points.order, row->points);
	/* What /proc prints is of this moment. */
	assert_int_equal(machine.outlook.ranking.rows[0].oom_score,
		(1000 + (row->anon + row->file + row->shmem) / 1000) * 2 / 3);
	machine_release(&machine);
}

static void the_next_victim_may_be_another_then(void **state)
{
	struct machine *machine = *state;
	machine_add_mixed(machine, 10, 1000, 0, 0);
	machine_add_mixed(machine, 11, 10, 5000, 0);
	machine_rank_host(machine);
	assert_order(machine, "11 10");
	machine_rank_at_oom(machine);
	assert_order(machine, "10 11");
}

static void shmem_of_all_must_fit_and_not_of_one(void **state)
{
	struct machine *machine = *state;
	machine_add_mixed(machine, 10, 0, 0, 300);
	machine_add_mixed(machine, 11, 0, 0, 300);
	machine->snapshot.host.swap_free_pages = 599;
	machine_rank_at_oom(machine);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 300);
	machine->snapshot.host.swap_free_pages = 600;
	machine_rank_at_oom(machine);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 0);
}

static void a_shared_segment_is_not_larger_than_all_shmem(void **state)
{
	/* Two map the same 300 pages; the machine has 300 pages of shmem = 1200 kB. */
	struct machine *machine = *state;
	machine_add_mixed(machine, 10, 0, 0, 300);
	machine_add_mixed(machine, 11, 0, 0, 300);
	machine->snapshot.host.swap_free_pages = 300;
	machine->snapshot.host.meminfo.shmem = 1200;
	machine_rank_at_oom(machine);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 0);
}

static void before_4_5_nobody_knows_the_file_pages(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add(machine, 10, 1000, 0);
	task->rss_anon_pages = task->rss_file_pages = task->rss_shmem_pages = UNKNOWN;
	machine_rank_at_oom(machine);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 1000);
}

static void no_more_leaves_than_the_unsummed_counters_hold(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "6.12.0", 1000000);
	machine_add_mixed(&machine, 10, 0, 500, 0)->rss_stat_pages = 450;
	machine_rank_at_oom(&machine);
	assert_int_equal(machine.outlook.ranking.rows[0].points.order, 0);
	machine_release(&machine);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bonus_of_root_turns_the_order),
		MACHINE_TEST(many_tasks_are_sorted),
		MACHINE_TEST(points_are_rss_swap_and_page_tables),
		MACHINE_TEST(an_edit_changes_the_order_and_not_the_snapshot),
		MACHINE_TEST(an_edit_shields_and_unshields),
		MACHINE_TEST(an_edit_of_nobody_changes_nothing),
		MACHINE_TEST(an_edit_does_not_make_a_vfork_child_killable),
		cmocka_unit_test(its_worst_child_dies_in_its_place),
		cmocka_unit_test(since_5_1_it_dies_itself),
		cmocka_unit_test(of_equal_children_the_elder_dies),
		cmocka_unit_test(a_child_that_shares_its_memory_or_is_shielded_does_not),
		MACHINE_TEST(the_next_victim_may_be_another_then),
		MACHINE_TEST(shmem_of_all_must_fit_and_not_of_one),
		MACHINE_TEST(a_shared_segment_is_not_larger_than_all_shmem),
		MACHINE_TEST(before_4_5_nobody_knows_the_file_pages),
		cmocka_unit_test(no_more_leaves_than_the_unsummed_counters_hold),
	};
	return run_rows("order", order_cases, ranks_in_the_order_of_death) +
	       run_rows("rss", rss_cases, takes_rss_from_the_source_of_the_era) +
	       run_rows("at OOM", leaving_cases, projects_to_the_oom) +
	       cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
