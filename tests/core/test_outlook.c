/* Who dies in one domain at one moment, why, who along, how far ahead, what comes back, and what /proc
 * cannot tell. */
#include "oomspect/outlook.h"

#include "support.h"
#include "support_snapshot.h"

#include <malloc.h>
#include <string.h>

/* / and /a (100 MiB) */
static void make_memcgs(struct machine *machine)
{
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100));
}

/* --- settings that overrule the choice */

static const struct prediction_case {
	const char *claim;
	int64_t panic_on_oom, allocating_task;
	enum prediction host, memcg, nodes;
} prediction_cases[] = {
	{ "by default somebody dies", 0, 0, PREDICTION_VICTIM, PREDICTION_VICTIM,
		PREDICTION_VICTIM },
	{ "panic_on_oom 1 panics when the machine is out of memory, not a part", 1, 0,
		PREDICTION_PANIC, PREDICTION_VICTIM, PREDICTION_VICTIM },
	{ "panic_on_oom 2 panics always, a cgroup's OOM included", 2, 0, PREDICTION_PANIC,
		PREDICTION_PANIC, PREDICTION_PANIC },
	{ "oom_kill_allocating_task kills whoever asks, but in a cgroup", 0, 1,
		PREDICTION_ALLOCATING_TASK, PREDICTION_VICTIM, PREDICTION_ALLOCATING_TASK },
	{ "panic comes before the allocating task", 1, 1, PREDICTION_PANIC, PREDICTION_VICTIM,
		PREDICTION_ALLOCATING_TASK },
	{ "unknown settings overrule nothing", UNKNOWN_SIGNED, UNKNOWN_SIGNED, PREDICTION_VICTIM,
		PREDICTION_VICTIM, PREDICTION_VICTIM },
};

static void predicts_what_the_kernel_does(void **state)
{
	const struct prediction_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	make_memcgs(&machine);
	machine_add_inside(&machine, 10, 100, 1);
	machine.snapshot.host.vm.panic_on_oom = row->panic_on_oom;
	machine.snapshot.host.vm.oom_kill_allocating_task = row->allocating_task;
	machine_rank_host(&machine);
	assert_int_equal(machine.outlook.prediction, row->host);
	machine_rank_memcg(&machine, 1);
	assert_int_equal(machine.outlook.prediction, row->memcg);
	machine_rank_nodes(&machine, 1);
	assert_int_equal(machine.outlook.prediction, row->nodes);
	machine_release(&machine);
}

static void with_nobody_to_kill_there_is_no_outcome(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 100, -1000);
	machine_rank_host(machine);
	const struct outlook *outlook = &machine->outlook;
	assert_int_equal(outlook->prediction, PREDICTION_NONE);
	assert_null(outlook->victim);
	assert_null(outlook->chosen);
	assert_null(outlook->runner_up);
	assert_false(outlook->lead.known);
	assert_int_equal(freed_kb(outlook->frees), 0);
	assert_int_equal(outlook->deaths, 0);
	assert_int_equal(outlook->uncertain, 0);
	assert_false(outlook->ranking.rows[0].dies_along);
}

/* None of those seen can be killed: whether somebody can be depends on who is not seen. */
static const struct unseen_case {
	const char *claim;
	bool hidepid, pid_ns;
	bool unread; /* the files of 11 */
	enum prediction host, memcg;
	unsigned uncertain; /* of the machine */
} unseen_cases[] = {
	{ "all are seen", false, false, false, PREDICTION_NONE, PREDICTION_NONE, 0 },
	{ "hidepid hides others, in a cgroup too", true, false, false, PREDICTION_UNKNOWN,
		PREDICTION_UNKNOWN, 1u << UNCERTAIN_HIDDEN },
	{ "a pid namespace has others outside, but not of its cgroups", false, true, false,
		PREDICTION_UNKNOWN, PREDICTION_NONE, 1u << UNCERTAIN_PID_NS },
	{ "one that cannot be read", false, false, true, PREDICTION_UNKNOWN, PREDICTION_UNKNOWN,
		1u << UNCERTAIN_HIDDEN },
};

static void who_is_not_seen_leaves_nothing_to_predict(void **state)
{
	const struct unseen_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	make_memcgs(&machine);
	machine.snapshot.hidepid = row->hidepid;
	machine.snapshot.pid_ns = row->pid_ns;
	machine_add_inside(&machine, 10, 100, 1)->oom_score_adj = -1000;
	machine_add_inside(&machine, 11, 100, 1)->oom_score_adj = -1000;
	machine.tasks[1].adj_known = !row->unread;
	machine_rank_host(&machine);
	assert_int_equal(machine.outlook.prediction, row->host);
	assert_int_equal(machine.outlook.uncertain, row->uncertain);
	machine_rank_memcg(&machine, 1);
	assert_int_equal(machine.outlook.prediction, row->memcg);
	machine_release(&machine);
}

static bool is_10(const void *context, const struct task *task)
{
	(void)context;
	return task->pid == 10;
}

static void who_was_asked_for_and_seen_is_known(void **state)
{
	struct machine *machine = *state;
	machine->snapshot.hidepid = true;
	machine_add(machine, 10, 100, -1000);
	machine_add(machine, 11, 100, -1000)->adj_known = false;
	machine_rank_host(machine);
	assert_int_equal(outlook_restrict(&machine->outlook, is_10, NULL, NULL), ERR_OK);
	assert_int_equal(machine->outlook.prediction, PREDICTION_NONE);
}

static void what_overrules_the_choice_is_known_without_seeing_anybody(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine->snapshot.hidepid = true;
	machine->memcgs[1].oom_kill_disable = 1;
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.prediction, PREDICTION_NONE);
	machine->snapshot.host.vm.panic_on_oom = 1;
	machine_rank_host(machine);
	assert_int_equal(machine->outlook.prediction, PREDICTION_PANIC);
}

static void a_cgroup_that_kills_nobody_has_no_victim(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add_inside(machine, 10, 100, 1);
	machine->memcgs[1].oom_kill_disable = 1;
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.prediction, PREDICTION_NONE);
	machine->memcgs[1].oom_kill_disable = 0;
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.prediction, PREDICTION_VICTIM);
}

/* --- the domain of a cgroup */

static void a_cgroup_ranks_its_own_tasks_by_its_own_limit(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add_inside(machine, 10, 9000, 0);
	machine_add_inside(machine, 11, 200, 1);
	machine_add_inside(machine, 12, 100, 1)->oom_score_adj = 10; /* 10 * (25600 / 1000) = 250 */
	machine_rank_memcg(machine, 1);
	assert_order(machine, "12 11");
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 350);
	/* The file of the kernel is of the machine: (1000 + 10100 * 1000 / 1000000) * 2 / 3. */
	assert_int_equal(machine->outlook.ranking.rows[0].oom_score, 673);
}

static void below_a_thousand_pages_an_adj_weighs_nothing(void **state)
{
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, amount_bytes(999 * 4096));
	machine_add_inside(machine, 10, 300, 1)->oom_score_adj = 1000;
	machine_add_inside(machine, 11, 900, 1);
	machine_add_inside(machine, 12, 950, 1)->oom_score_adj = -1000;
	machine_rank_memcg(machine, 1);
	assert_order(machine, "11 10 | 12");
	assert_int_equal(machine->outlook.ranking.rows[1].points.order, 300);
}

static void a_cgroup_is_scanned_before_its_children(void **state)
{
	/* Equal points: the last scanned dies, which is the one of the child, although it is older. */
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100));
	machine_add_memcg(machine, 1, MACHINE_NO_LIMIT);
	machine_add_inside(machine, 10, 500, 2);
	machine_add_inside(machine, 11, 500, 1);
	machine_rank_memcg(machine, 1);
	assert_order(machine, "10 11");
	machine_rank_host(machine);
	assert_order(machine, "11 10");
}

static void the_swap_of_a_cgroup_bounds_what_leaves(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add_mixed(machine, 10, 0, 0, 300)->memcg = 1;
	machine->snapshot.host.swap_free_pages = 100000;
	machine->memcgs[1].swap_limit = amount_bytes(400 * 4096);
	machine->memcgs[1].swap_usage = amount_bytes(101 * 4096);
	struct domain domain = domain_memcg(&machine->snapshot, 1);
	machine_rank(machine, domain, MOMENT_OOM, NULL, 0);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 300);
	machine->memcgs[1].swap_usage = amount_bytes(100 * 4096);
	machine_rank(machine, domain, MOMENT_OOM, NULL, 0);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 0);
	machine->memcgs[1].shmem =
		amount_bytes(0); /* others are charged for it: it is not in reach */
	machine_rank(machine, domain, MOMENT_OOM, NULL, 0);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 300);
	machine->memcgs[1].shmem = (struct amount){ 0 };
	machine->memcgs[1].swap_usage = amount_bytes(500 * 4096);
	machine_rank(machine, domain, MOMENT_OOM, NULL, 0);
	assert_int_equal(machine->outlook.ranking.rows[0].points.order, 300);
}

/* --- who dies along */

static bool dies_along(const struct machine *machine, pid_t pid)
{
	return ranking_find(&machine->outlook.ranking, pid)->dies_along;
}

static void who_shares_the_memory_dies_along_even_with_adj_minus_1000(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, -1000)->mm_owner = 10;
	machine_add(machine, 12, 100, 0);
	machine_rank_host(machine);
	assert_false(dies_along(machine, 10));
	assert_true(dies_along(machine, 11));
	assert_false(dies_along(machine, 12));
}

static void the_owner_dies_along_with_its_vfork_parent(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, 0)->mm_owner = 10;
	machine->tasks[1].oom_score = 0;
	machine_rank_host(machine);
	assert_order(machine, "10 | 11");
	assert_true(dies_along(machine, 11));
	machine->tasks[0].oom_score = 0;
	machine->tasks[1].oom_score = UNKNOWN;
	machine_rank_host(machine);
	assert_order(machine, "11 | 10");
	assert_true(dies_along(machine, 10));
}

/* 10 is pid 1 of a container, 11 and 12 descend from it, 13 does not. */
static void make_container(struct machine *machine)
{
	machine_add(machine, 10, 9000, 0)->ns_init = true;
	machine_add(machine, 11, 100, -1000)->ppid = 10;
	machine_add(machine, 12, 100, 0)->ppid = 11;
	machine_add(machine, 13, 100, 0)->ppid = 1;
}

static void a_pid_namespace_dies_with_its_first_process(void **state)
{
	struct machine *machine = *state;
	make_container(machine);
	machine_rank_host(machine);
	const struct ranking *ranking = &machine->outlook.ranking;
	for (pid_t pid = 10; pid <= 13; pid++)
		assert_int_equal(ranking_find(ranking, pid)->dies_along, pid == 11 || pid == 12);
	machine->tasks[0].ns_init = false;
	machine_rank_host(machine);
	assert_false(ranking_find(ranking, 12)->dies_along);
}

static void some_die_along_outside_the_domain(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	make_container(machine);
	machine->tasks[0].memcg = 1;
	machine_add(machine, 14, 9000, 0)->mm_owner = 10;
	machine->tasks[1].memcg = machine->tasks[2].memcg = machine->tasks[3].memcg = 0;
	machine->tasks[4].memcg = 0;
	machine_rank_memcg(machine, 1);
	const struct outlook *outlook = &machine->outlook;
	assert_int_equal(outlook->outsider_count, 3);
	assert_int_equal(outlook->outsiders[0].task->pid, 11);
	assert_int_equal(outlook->outsiders[1].task->pid, 12);
	assert_int_equal(outlook->outsiders[2].task->pid, 14);
	assert_false(points_can_die(outlook->outsiders[2].points));
	assert_int_equal(outlook->deaths, 3);
	machine_rank_host(machine);
	assert_int_equal(outlook->outsider_count, 0);
	assert_int_equal(outlook->deaths, 1); /* 10, with 14 */
}

static void init_outside_the_domain_does_not_die_along(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add(machine, 1, 9000, 0)->mm_owner = 10;
	machine_add(machine, 10, 9000, 0)->memcg = 1;
	machine->tasks[0].memcg = 0;
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.outsider_count, 0);
	machine->snapshot.host.init_pid_ns = false;
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.outsider_count, 1);
}

static void init_and_kernel_threads_never_die_along(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 1, 9000, 0)->mm_owner = 10;
	machine_add(machine, 2, 9000, 0)->kthread = true;
	machine->tasks[1].mm_owner = 10;
	machine_add(machine, 10, 9000, 0);
	machine_rank_host(machine);
	assert_false(dies_along(machine, 1));
	assert_false(dies_along(machine, 2));
}

/* /, /a (group), /a/b (group), /a/b/c, /d; 10 and 11 in c, 12 in b, 13 in a, 14 in d */
static void make_groups(struct machine *machine)
{
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, MACHINE_MIB(100))->oom_group = 1;
	machine_add_memcg(machine, 1, MACHINE_NO_LIMIT)->oom_group = 1;
	machine_add_memcg(machine, 2, MACHINE_NO_LIMIT)->oom_group = 0;
	machine_add_memcg(machine, 0, MACHINE_NO_LIMIT);
	machine_add_inside(machine, 10, 9000, 3);
	machine_add_inside(machine, 11, 1, 3)->oom_score_adj = -1000;
	machine_add_inside(machine, 12, 1, 2);
	machine_add_inside(machine, 13, 1, 1);
	machine_add_inside(machine, 14, 1, 4);
}

static void the_topmost_group_dies_whole_but_for_adj_minus_1000(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	machine_rank_host(machine);
	assert_false(dies_along(machine, 11));
	assert_true(dies_along(machine, 12));
	assert_true(dies_along(machine, 13));
	assert_false(dies_along(machine, 14));
}

static void a_group_above_the_domain_does_not_count(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	machine_rank_memcg(machine, 2);
	assert_true(dies_along(machine, 12));
	assert_null(ranking_find(&machine->outlook.ranking, 13));
	machine_rank_memcg(machine, 3);
	assert_false(dies_along(machine, 11));
}

static void before_4_19_there_are_no_groups(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "4.18.0", 1000000);
	make_groups(&machine);
	machine_rank_host(&machine);
	assert_false(dies_along(&machine, 12));
	machine_release(&machine);
}

static void a_zombie_in_the_group_has_died_already(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	machine->tasks[2].has_mm = false;
	machine_rank_host(machine);
	assert_false(dies_along(machine, 12));
}

/* --- margin and what comes back */

static void the_runner_up_is_the_best_of_those_who_live(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 8000, 0)->mm_owner = 10;
	machine_add(machine, 12, 7000, 0);
	machine_rank_host(machine);
	const struct ranking_row *next = machine->outlook.runner_up;
	assert_int_equal(next->task->pid, 12);
	assert_int_equal(machine->outlook.lead.pages, 2000);
}

static void the_only_candidate_has_no_margin(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_rank_host(machine);
	assert_null(machine->outlook.runner_up);
	assert_false(machine->outlook.lead.known);
}

static void a_sacrificed_child_leaves_its_parent_out_of_the_margin(void **state)
{
	struct machine machine;
	(void)state;
	machine_init(&machine, "4.19.0", 1000000);
	machine_add(&machine, 10, 9000, 0);
	machine_add(&machine, 11, 20, 0)->ppid = 10;
	machine_add(&machine, 12, 800, 0);
	machine_rank_host(&machine);
	assert_int_equal(machine.outlook.victim->task->pid, 11);
	assert_int_equal(machine.outlook.runner_up->task->pid, 12);
	assert_int_equal(machine.outlook.lead.pages, 8200);
	machine_release(&machine);
}

static void what_comes_back_is_anonymous_memory_swap_and_page_tables(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add_mixed(machine, 10, 9000, 500, 300);
	task->swap_pages = 50;
	task->pte_kb = 70;
	machine_rank_host(machine);
	/* (9000 + 50) pages of 4 kB and 70 kB of tables; file and shared pages stay. */
	assert_int_equal(freed_kb(machine->outlook.frees), 36270);
	task->rss_anon_pages = UNKNOWN; /* before 4.5: all of rss, 9800 pages */
	task->pmd_kb = 8;
	machine_rank_host(machine);
	assert_int_equal(freed_kb(machine->outlook.frees), 39478);
}

static void a_shared_mm_comes_back_once(void **state)
{
	struct machine *machine = *state;
	make_groups(machine);
	machine->tasks[1].mm_owner = 10; /* shares with the victim */
	machine->tasks[3].mm_owner = 12; /* 12 and 13 share another */
	machine_rank_host(machine);
	assert_true(dies_along(machine, 11));
	assert_int_equal(freed_kb(machine->outlook.frees), (9000 + 1) * 4);
}

/* --- settings and the victim that is known all the same ------------------------------------------- */

static void who_dies_for_an_asking_task_that_cannot_is_known(void **state)
{
	struct machine *machine = *state;
	const struct outlook *outlook = &machine->outlook;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 8000, 0);
	machine->snapshot.host.vm.oom_kill_allocating_task = 1;
	machine_rank_host(machine);
	assert_int_equal(outlook->prediction, PREDICTION_ALLOCATING_TASK);
	assert_null(outlook_next(outlook));
	assert_int_equal(outlook->victim->task->pid, 10);
	assert_int_equal(outlook->runner_up->task->pid, 11);
	assert_int_equal(outlook->lead.pages, 1000);
	assert_int_equal(freed_kb(outlook->frees), 9000 * 4);
}

static void a_panic_kills_nobody(void **state)
{
	struct machine *machine = *state;
	const struct outlook *outlook = &machine->outlook;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, 0)->mm_owner = 10;
	machine->snapshot.host.vm.panic_on_oom = 2;
	machine_rank_host(machine);
	assert_int_equal(outlook->prediction, PREDICTION_PANIC);
	assert_null(outlook->victim);
	assert_null(outlook_next(outlook));
	assert_int_equal(outlook->deaths, 0);
	assert_false(outlook->ranking.rows[0].dies_along || outlook->ranking.rows[1].dies_along);
}

static void a_domain_of_unknown_size_has_no_prediction(void **state)
{
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, MACHINE_NO_LIMIT);
	machine_add_memcg(machine, 0, (struct amount){ AMOUNT_UNKNOWN, 0 });
	machine_add_inside(machine, 10, 900, 1);
	machine_rank_memcg(machine, 1);
	assert_int_equal(machine->outlook.prediction, PREDICTION_UNKNOWN);
	assert_null(machine->outlook.victim);
	assert_false(machine->outlook.lead.known);
}

/* --- the first row --------------------------------------------------------------------------------- */

static const struct first_case {
	const char *claim, *release;
	pid_t parent_of_11; /* 10 has the most points */
	bool shares;        /* 11 has the memory of 10 */
	const char *order;
	pid_t victim, chosen, runner_up;
} first_cases[] = {
	{ "4.19: a child stands first, its parent next", "4.19.0", 10, false, "11 10 12", 11, 10,
		12 },
	{ "4.19: a child with the same memory does not die for it", "4.19.0", 10, true, "10 12 11",
		10, 10, 12 },
	{ "4.19: nor does a stranger", "4.19.0", 1, false, "10 12 11", 10, 10, 12 },
	{ "5.1: nobody dies in another's place", "5.1.0", 10, false, "10 12 11", 10, 10, 12 },
};

static void the_next_victim_is_the_first_row(void **state)
{
	const struct first_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	machine_add(&machine, 10, 9000, 0);
	machine_add(&machine, 11, 20, 0)->ppid = row->parent_of_11;
	machine.tasks[1].mm_owner = row->shares ? 10 : 11;
	machine_add(&machine, 12, 800, 0);
	machine_rank_host(&machine);
	const struct outlook *outlook = &machine.outlook;
	assert_order(&machine, row->order);
	assert_ptr_equal(outlook->victim, &outlook->ranking.rows[0]);
	assert_ptr_equal(outlook_next(outlook), outlook->victim);
	assert_ptr_equal(outlook->chosen, ranking_chosen(&outlook->ranking));
	assert_int_equal(outlook->victim->task->pid, row->victim);
	assert_int_equal(outlook->chosen->task->pid, row->chosen);
	assert_int_equal(outlook->runner_up->task->pid, row->runner_up);
	for (size_t i = 0; i < outlook->ranking.count; i++)
		assert_int_equal(outlook_rank(outlook, &outlook->ranking.rows[i]), i + 1);
	machine_release(&machine);
}

static void who_cannot_be_killed_has_no_rank(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, -1000);
	machine_add(machine, 11, 10, 0);
	machine_rank_host(machine);
	const struct ranking *ranking = &machine->outlook.ranking;
	assert_int_equal(outlook_rank(&machine->outlook, ranking_find(ranking, 11)), 1);
	assert_int_equal(outlook_rank(&machine->outlook, ranking_find(ranking, 10)), 0);
}

/* --- the moment --------------------------------------------------------------------------------------- */

static void all_figures_are_of_the_moment(void **state)
{
	struct machine *machine = *state;
	struct badness_share share;
	machine_add_mixed(machine, 10, 1000, 8000, 0);
	machine_add(machine, 11, 5000, 0);
	machine_rank_at_oom(machine);
	const struct outlook *outlook = &machine->outlook;
	assert_int_equal(outlook->ranking.moment, MOMENT_OOM);
	assert_int_equal(outlook->victim->task->pid, 11);
	assert_int_equal(outlook->lead.pages, 4000);
	assert_int_equal(outlook->lead.tenths, 40);
	assert_true(outlook_share(outlook, ranking_find(&outlook->ranking, 10), &share));
	assert_int_equal(share.mem, 10);
	machine_rank_host(machine);
	assert_int_equal(outlook->ranking.moment, MOMENT_NOW);
	assert_int_equal(outlook->victim->task->pid, 10);
	assert_int_equal(outlook->lead.pages, 4000);
	assert_true(outlook_share(outlook, outlook->victim, &share));
	assert_int_equal(share.mem, 90);
}

static void two_moments_may_differ(void **state)
{
	struct machine *machine = *state;
	struct outlook oom;
	struct domain domain = domain_host(&machine->snapshot);
	outlook_init(&oom);
	machine_add_mixed(machine, 10, 1000, 8000, 0);
	machine_rank_host(machine);
	assert_int_equal(
		outlook_build(&oom, &machine->snapshot, &domain, MOMENT_OOM, NULL, 0, NULL),
		ERR_OK);
	assert_false(outlook_differs(&oom, &machine->outlook));
	machine_add(machine, 11, 5000, 0);
	assert_int_equal(
		outlook_build(&oom, &machine->snapshot, &domain, MOMENT_OOM, NULL, 0, NULL),
		ERR_OK);
	machine_rank_host(machine);
	assert_true(outlook_differs(&oom, &machine->outlook));
	/* None and one differ, none and none do not. */
	machine->snapshot.host.vm.panic_on_oom = 1;
	machine_rank_host(machine);
	assert_true(outlook_differs(&oom, &machine->outlook));
	assert_true(outlook_differs(&machine->outlook, &oom));
	assert_false(outlook_differs(&machine->outlook, &machine->outlook));
	outlook_release(&oom);
}

/* --- edits ---------------------------------------------------------------------------------------------- */

static void rank_with(struct machine *machine, const struct ranking_edit *edits, size_t count)
{
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_NOW, edits, count);
}

static void an_edited_adj_is_as_if_it_were_so(void **state)
{
	struct machine *machine = *state;
	const struct ranking_edit edits[] = { { .pid = 10, .oom_score_adj = -1000 },
		{ .pid = 12, .oom_score_adj = 5 } };
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 8000, 0);
	machine_add(machine, 12, 7000, 0);
	rank_with(machine, edits, 2);
	assert_order(machine, "12 11 | 10");
	const struct outlook *outlook = &machine->outlook;
	assert_int_equal(outlook->lead.pages, 7000 + 5 * 1000 - 8000);
	assert_int_equal(outlook->victim->oom_score_adj, 5);
	assert_int_equal(outlook->victim->task->oom_score_adj, 0);
	rank_with(machine, NULL, 0);
	assert_order(machine, "10 11 12");
}

static void who_is_gone_neither_dies_nor_is_next(void **state)
{
	struct machine *machine = *state;
	const struct ranking_edit edits[] = { { .pid = 10, .gone = true },
		{ .pid = 11, .gone = true } };
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, 0)->mm_owner = 10;
	machine_add(machine, 12, 7000, 0);
	machine_add(machine, 13, 7000, 0)->mm_owner = 12;
	machine_add(machine, 14, 100, 0);
	rank_with(machine, edits, 2);
	const struct outlook *outlook = &machine->outlook;
	assert_null(ranking_find(&outlook->ranking, 10));
	assert_int_equal(outlook->ranking.count, 3);
	assert_int_equal(outlook->victim->task->mm_owner, 12);
	assert_int_equal(outlook->deaths, 1);
	assert_int_equal(outlook->runner_up->task->pid, 14);
	assert_int_equal(freed_kb(outlook->frees), 7000 * 4);
}

static void with_everybody_gone_nobody_is_left(void **state)
{
	struct machine *machine = *state;
	const struct ranking_edit edit = { .pid = 10, .gone = true };
	machine_add(machine, 10, 9000, 0);
	rank_with(machine, &edit, 1);
	assert_int_equal(machine->outlook.prediction, PREDICTION_NONE);
	assert_null(machine->outlook.victim);
}

/* --- who of some -------------------------------------------------------------------------------------- */

static bool is_not_10(const void *context, const struct task *task)
{
	(void)context;
	return task->pid != 10;
}

static bool is_nobody(const void *context, const struct task *task)
{
	(void)context;
	(void)task;
	return false;
}

static void who_of_these_is_answered_anew(void **state)
{
	struct machine *machine = *state;
	struct outlook *outlook = &machine->outlook;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, 0)->mm_owner = 10;
	machine_add(machine, 12, 7000, 0);
	machine_rank_host(machine);
	assert_int_equal(outlook_restrict(outlook, is_not_10, NULL, NULL), ERR_OK);
	assert_order(machine, "11 12");
	assert_int_equal(outlook->victim->task->pid, 11);
	assert_int_equal(outlook->runner_up->task->pid, 12);
	assert_int_equal(outlook->lead.pages, 2000);
	assert_int_equal(outlook_restrict(outlook, is_nobody, NULL, NULL), ERR_OK);
	assert_int_equal(outlook->prediction, PREDICTION_NONE);
	assert_null(outlook->victim);
	assert_null(outlook->chosen);
	assert_int_equal(outlook->deaths, 0);
	assert_int_equal(freed_kb(outlook->frees), 0);
}

/* --- the death of any row ------------------------------------------------------------------------------- */

struct visits {
	pid_t inside[8], outside[8];
	size_t inside_count, outside_count;
};

static void note_visit(void *context, const struct ranking_row *row, bool inside)
{
	struct visits *visits = context;
	if (inside)
		visits->inside[visits->inside_count++] = row->task->pid;
	else
		visits->outside[visits->outside_count++] = row->task->pid;
}

static void what_any_death_would_take_along(void **state)
{
	struct machine *machine = *state;
	struct visits visits = { .inside_count = 0 };
	make_memcgs(machine);
	machine_add_inside(machine, 10, 9000, 1);
	machine_add_inside(machine, 11, 100, 1);
	machine_add_inside(machine, 12, 100, 1)->mm_owner = 11;
	machine_add_inside(machine, 13, 100, 0)->mm_owner = 11;
	machine_rank_memcg(machine, 1);
	const struct outlook *outlook = &machine->outlook;
	assert_int_equal(outlook->victim->task->pid, 10);
	assert_int_equal(outlook->deaths, 0);
	struct freed freed =
		outlook_death(outlook, ranking_find(&outlook->ranking, 11), note_visit, &visits);
	assert_int_equal(visits.inside_count, 1);
	assert_int_equal(visits.inside[0], 12);
	assert_int_equal(visits.outside_count, 1);
	assert_int_equal(visits.outside[0], 13);
	assert_int_equal(freed_kb(freed), 400);
	assert_int_equal(outlook->outsider_count, 0); /* those are the victim's */
}

static void the_death_of_the_victim_is_what_the_outlook_says(void **state)
{
	struct machine *machine = *state;
	struct visits visits = { .inside_count = 0 };
	make_groups(machine);
	machine_rank_host(machine);
	const struct outlook *outlook = &machine->outlook;
	struct freed freed = outlook_death(outlook, outlook->victim, note_visit, &visits);
	assert_int_equal(visits.inside_count + visits.outside_count, outlook->deaths);
	assert_int_equal(freed_kb(freed), freed_kb(outlook->frees));
	for (size_t i = 0; i < visits.inside_count; i++)
		assert_true(dies_along(machine, visits.inside[i]));
}

/* --- the lead ----------------------------------------------------------------------------------------- */

static const struct lead_case {
	const char *claim, *release;
	int64_t more, less; /* rss of 10 and 11, of a million pages */
	bool tied, in_pages;
	int64_t pages, tenths;
} lead_cases[] = {
	{ "ahead", "6.1.0", 9000, 7000, false, true, 2000, 20 },
	{ "a tie", "6.1.0", 9000, 9000, true, true, 0, 0 },
	{ "less than a tenth is no tie", "6.1.0", 9001, 9000, false, true, 1, 0 },
	{ "where points are permille there are no pages", "3.2.0", 9000, 7000, false, false, 0,
		20 },
	{ "and what they do not tell apart is a tie", "3.2.0", 9900, 9000, true, false, 0, 0 },
};

static void is_ahead_in_pages_and_in_points(void **state)
{
	const struct lead_case *row = *state;
	struct machine machine;
	machine_init(&machine, row->release, 1000000);
	machine_add(&machine, 10, row->more, 0);
	machine_add(&machine, 11, row->less, 0);
	machine_rank_host(&machine);
	const struct outlook *outlook = &machine.outlook;
	const struct lead lead = outlook->lead;
	assert_true(lead.known);
	assert_int_equal(lead.tied, row->tied);
	assert_int_equal(lead.in_pages, row->in_pages);
	if (row->in_pages)
		assert_int_equal(lead.pages, row->pages);
	assert_int_equal(lead.tenths, row->tenths);
	/* From the other side the same, with the other sign. */
	struct lead behind = outlook_lead(outlook, outlook->runner_up, outlook->chosen);
	assert_true(behind.known);
	assert_int_equal(behind.tied, row->tied);
	assert_int_equal(behind.tenths, -row->tenths);
	if (row->in_pages)
		assert_int_equal(behind.pages, -row->pages);
	machine_release(&machine);
}

static void over_nobody_there_is_no_lead(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 9000, 0);
	machine_add(machine, 11, 9000, -1000);
	machine_rank_host(machine);
	const struct outlook *outlook = &machine->outlook;
	const struct ranking_row *never = ranking_find(&outlook->ranking, 11);
	assert_null(outlook->runner_up);
	assert_false(outlook_lead(outlook, outlook->victim, NULL).known);
	assert_false(outlook_lead(outlook, NULL, outlook->victim).known);
	assert_false(outlook_lead(outlook, outlook->victim, never).known);
	assert_false(outlook_lead(outlook, never, outlook->victim).known);
}

static void without_memory_or_a_size_there_is_no_share(void **state)
{
	struct machine *machine = *state;
	struct badness_share share = { 1, 2, 3 };
	machine_add(machine, 10, 9000, 0)->has_mm = false;
	*machine_add(machine, 11, 0, 0) = proc_unknown(11);
	machine_rank_host(machine);
	const struct outlook *outlook = &machine->outlook;
	assert_false(outlook_share(outlook, ranking_find(&outlook->ranking, 10), &share));
	assert_false(outlook_share(outlook, ranking_find(&outlook->ranking, 11), &share));
	assert_int_equal(share.bad, 3);
}

/* --- among those who are in the domain ------------------------------------------------------------------ */

static void of_its_own_tasks_alone_it_is_the_same(void **state)
{
	struct machine *machine = *state;
	struct outlook among;
	make_memcgs(machine);
	machine_add_inside(machine, 10, 900, 1);
	machine_add_inside(machine, 11, 900, 0)->mm_owner = 10;
	machine_add_inside(machine, 12, 800, 1);
	const struct task *const tasks[] = { &machine->tasks[0], &machine->tasks[2] };
	const struct task *const sharers[] = { &machine->tasks[0], &machine->tasks[1] };
	const struct ranking_tasks own = { tasks, 2, sharers, 2 };
	struct domain domain = domain_memcg(&machine->snapshot, 1);
	outlook_init(&among);
	assert_int_equal(
		outlook_build_among(&among, &machine->snapshot, &domain, MOMENT_NOW, &own, NULL),
		ERR_OK);
	machine_rank_memcg(machine, 1);
	const struct outlook *outlook = &machine->outlook;
	assert_ptr_equal(among.victim->task, outlook->victim->task);
	assert_ptr_equal(among.runner_up->task, outlook->runner_up->task);
	assert_int_equal(among.lead.pages, outlook->lead.pages);
	assert_int_equal(among.deaths, 1);
	assert_int_equal(among.outsider_count, outlook->outsider_count);
	assert_ptr_equal(among.outsiders[0].task, outlook->outsiders[0].task);
	assert_int_equal(freed_kb(among.frees), freed_kb(outlook->frees));
	outlook_release(&among);
}

/* --- its memory ------------------------------------------------------------------------------------------ */

static void another_one_in_its_place_takes_no_memory(void **state)
{
	struct machine *machine = *state;
	make_memcgs(machine);
	machine_add_inside(machine, 10, 9000, 1);
	machine_add_inside(machine, 11, 9000, 0)->mm_owner = 10;
	machine_add_inside(machine, 12, 9000, 1);
	machine_rank_memcg(machine, 1);
	machine_rank_host(machine);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 50; i++) {
		machine_rank_host(machine);
		machine_rank_memcg(machine, 1);
		machine_rank_at_oom(machine);
		machine_rank_nodes(machine, 1);
	}
	assert_int_equal(mallinfo2().uordblks, before);
}

static void an_empty_one_is_safe_to_release(void **state)
{
	struct outlook outlook;
	(void)state;
	outlook_init(&outlook);
	outlook_release(&outlook);
	outlook_release(&outlook);
}

static void every_name_is_there_and_another_one(void **state)
{
	(void)state;
	for (int i = 0; i < PREDICTION_COUNT; i++)
		assert_int_equal(prediction_names[i] == NULL, i == PREDICTION_UNKNOWN);
	for (int i = 0; i < UNCERTAIN_COUNT; i++)
		for (int j = 0; j <= i; j++)
			assert_int_equal(
				strcmp(uncertainty_names[i], uncertainty_names[j]) == 0, i == j);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(with_nobody_to_kill_there_is_no_outcome),
		MACHINE_TEST(who_was_asked_for_and_seen_is_known),
		MACHINE_TEST(what_overrules_the_choice_is_known_without_seeing_anybody),
		MACHINE_TEST(a_cgroup_that_kills_nobody_has_no_victim),
		MACHINE_TEST(a_cgroup_ranks_its_own_tasks_by_its_own_limit),
		MACHINE_TEST(below_a_thousand_pages_an_adj_weighs_nothing),
		MACHINE_TEST(a_cgroup_is_scanned_before_its_children),
		MACHINE_TEST(the_swap_of_a_cgroup_bounds_what_leaves),
		MACHINE_TEST(who_shares_the_memory_dies_along_even_with_adj_minus_1000),
		MACHINE_TEST(the_owner_dies_along_with_its_vfork_parent),
		MACHINE_TEST(a_pid_namespace_dies_with_its_first_process),
		MACHINE_TEST(some_die_along_outside_the_domain),
		MACHINE_TEST(init_outside_the_domain_does_not_die_along),
		MACHINE_TEST(init_and_kernel_threads_never_die_along),
		MACHINE_TEST(the_topmost_group_dies_whole_but_for_adj_minus_1000),
		MACHINE_TEST(a_group_above_the_domain_does_not_count),
		cmocka_unit_test(before_4_19_there_are_no_groups),
		MACHINE_TEST(a_zombie_in_the_group_has_died_already),
		MACHINE_TEST(the_runner_up_is_the_best_of_those_who_live),
		MACHINE_TEST(the_only_candidate_has_no_margin),
		cmocka_unit_test(a_sacrificed_child_leaves_its_parent_out_of_the_margin),
		MACHINE_TEST(what_comes_back_is_anonymous_memory_swap_and_page_tables),
		MACHINE_TEST(a_shared_mm_comes_back_once),
		MACHINE_TEST(who_dies_for_an_asking_task_that_cannot_is_known),
		MACHINE_TEST(a_panic_kills_nobody),
		MACHINE_TEST(a_domain_of_unknown_size_has_no_prediction),
		MACHINE_TEST(who_cannot_be_killed_has_no_rank),
		MACHINE_TEST(all_figures_are_of_the_moment),
		MACHINE_TEST(two_moments_may_differ),
		MACHINE_TEST(an_edited_adj_is_as_if_it_were_so),
		MACHINE_TEST(who_is_gone_neither_dies_nor_is_next),
		MACHINE_TEST(with_everybody_gone_nobody_is_left),
		MACHINE_TEST(who_of_these_is_answered_anew),
		MACHINE_TEST(what_any_death_would_take_along),
		MACHINE_TEST(the_death_of_the_victim_is_what_the_outlook_says),
		MACHINE_TEST(over_nobody_there_is_no_lead),
		MACHINE_TEST(without_memory_or_a_size_there_is_no_share),
		MACHINE_TEST(of_its_own_tasks_alone_it_is_the_same),
		MACHINE_TEST(another_one_in_its_place_takes_no_memory),
		cmocka_unit_test(an_empty_one_is_safe_to_release),
		cmocka_unit_test(every_name_is_there_and_another_one),
	};
	return run_rows("prediction", prediction_cases, predicts_what_the_kernel_does) +
	       run_rows("unseen", unseen_cases, who_is_not_seen_leaves_nothing_to_predict) +
	       run_rows("the first row", first_cases, the_next_victim_is_the_first_row) +
	       run_rows("lead", lead_cases, is_ahead_in_pages_and_in_points) +
	       cmocka_run_group_tests_name("outlook", tests, NULL, NULL);
}
