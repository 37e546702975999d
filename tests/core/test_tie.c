/* Equals inside one v2 cgroup: who joined first, and whether that had to be asked. */
#include "support.h"
#include "support_hierarchy.h"
#include "support_snapshot.h"

#include "oomspect/ranking.h"

#include <stdlib.h>
#include <string.h>

/* Two cgroups, /a with 11 and 12 that weigh the same, /a/b with 13 that weighs less. */
struct tied {
	struct hierarchy *hierarchy;
	struct machine machine;
};

static struct tied *open_tied(const char *release, const char *procs)
{
	struct tied *tied = calloc(1, sizeof(*tied));
	void *hierarchy;
	assert_non_null(tied);
	assert_int_equal(hierarchy_set_up(&hierarchy), 0);
	tied->hierarchy = hierarchy;
	hierarchy_put(hierarchy, ".", "cgroup.controllers", "memory\n");
	hierarchy_put(hierarchy, "a", "memory.current", "4096\n");
	hierarchy_put(hierarchy, "a", "memory.max", "409600000\n");
	hierarchy_put(hierarchy, "a/b", "memory.current", "4096\n");
	if (procs)
		hierarchy_put(hierarchy, "a", "cgroup.procs", procs);
	hierarchy_open(hierarchy, V2_MOUNT);
	machine_init(&tied->machine, release, 1000000);
	tied->machine.snapshot.memcgs = &tied->hierarchy->tree;
	int32_t a = memcg_tree_find(&tied->hierarchy->tree, "/a");
	machine_add(&tied->machine, 11, 700, 0)->memcg = a;
	machine_add(&tied->machine, 12, 700, 0)->memcg = a;
	machine_add(&tied->machine, 13, 300, 0)->memcg =
		memcg_tree_find(&tied->hierarchy->tree, "/a/b");
	return tied;
}

static void close_tied(struct tied *tied)
{
	void *hierarchy = tied->hierarchy;
	machine_release(&tied->machine);
	hierarchy_tear_down(&hierarchy);
	free(tied);
}

/* The order without the machine having been asked: an outlook asks it at once. */
static void rank(struct tied *tied)
{
	const struct snapshot *snapshot = &tied->machine.snapshot;
	struct domain domain = domain_memcg(snapshot, memcg_tree_find(snapshot->memcgs, "/a"));
	assert_int_equal(
		ranking_build(&tied->machine.outlook.ranking, snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_NOW }, NULL),
		ERR_OK);
}

/* --- what cgroup.procs says */

struct settle_row {
	const char *claim, *release, *procs;
	const char *order; /* "pid pid ..." from the first to die */
	bool settled;
};

static const struct settle_row settle_rows[] = {
	{ "the last to join dies since 5.3", "6.1.0", "11\n12\n", "12 11 13", true },
	{ "even if it was created first", "6.1.0", "12\n11\n", "11 12 13", true },
	{ "the first to join died before 5.3", "4.19.0", "12\n11\n", "12 11 13", true },
	{ "in the order of creation as well", "4.19.0", "11\n12\n", "11 12 13", true },
	{ "others in the file do not matter", "6.1.0", "99\n12\n98\n11\n97\n", "11 12 13", true },
	{ "one that is not listed came last", "6.1.0", "12\n", "11 12 13", true },
	{ "an empty file leaves the order of creation", "6.1.0", "", "12 11 13", false },
	{ "a missing file as well", "6.1.0", NULL, "12 11 13", false },
	{ "pids of another namespace are 0", "6.1.0", "0\n0\n12\n0\n11\n", "11 12 13", true },
};

static void check_settled(void **state)
{
	const struct settle_row *row = *state;
	struct tied *tied = open_tied(row->release, row->procs);
	const struct snapshot *snapshot = &tied->machine.snapshot;
	rank(tied);
	assert_int_not_equal(ranking_tied_memcg(&tied->machine.outlook.ranking, snapshot), UNKNOWN);
	ranking_settle_tie(&tied->machine.outlook.ranking, snapshot, NULL);
	assert_order(&tied->machine, row->order);
	bool asks = ranking_tied_memcg(&tied->machine.outlook.ranking, snapshot) != UNKNOWN;
	assert_int_equal(asks, !row->settled);
	machine_rank(&tied->machine, tied->machine.outlook.ranking.domain, MOMENT_NOW, NULL, 0);
	assert_order(&tied->machine, row->order);
	unsigned unsure = tied->machine.outlook.uncertain;
	assert_int_equal(unsure >> UNCERTAIN_TIE_ORDER & 1, !row->settled);
	close_tied(tied);
}

/* --- whether it has to be asked at all */

static void make_unequal(struct machine *machine)
{
	machine->tasks[0].rss_pages = machine->tasks[0].rss_stat_pages = 701;
}

static void make_others_equal(struct machine *machine)
{
	machine->tasks[2].rss_pages = machine->tasks[2].rss_stat_pages = 900;
}

static void put_apart(struct machine *machine)
{
	machine->tasks[1].memcg = machine->tasks[2].memcg;
}

static void leave_one(struct machine *machine)
{
	machine->tasks[1].oom_score_adj = machine->tasks[2].oom_score_adj = -1000;
}

static void leave_none(struct machine *machine)
{
	leave_one(machine);
	machine->tasks[0].oom_score_adj = -1000;
}

struct untied_row {
	const char *claim;
	void (*change)(struct machine *machine);
};

static const struct untied_row untied_rows[] = {
	{ "one page more decides", make_unequal },
	{ "equals behind the first do not matter", make_others_equal },
	{ "across cgroups the tree decides", put_apart },
	{ "one alone has no equal", leave_one },
	{ "nobody has no equal", leave_none },
};

static void check_untied(void **state)
{
	const struct untied_row *row = *state;
	struct tied *tied = open_tied("6.1.0", "12\n11\n");
	char before[MACHINE_ORDER_SIZE];
	row->change(&tied->machine);
	rank(tied);
	machine_order(&tied->machine, before);
	const struct snapshot *snapshot = &tied->machine.snapshot;
	assert_int_equal(ranking_tied_memcg(&tied->machine.outlook.ranking, snapshot), UNKNOWN);
	ranking_settle_tie(&tied->machine.outlook.ranking, snapshot, NULL);
	assert_order(&tied->machine, before);
	close_tied(tied);
}

static void the_machine_is_scanned_in_the_order_of_creation(void **state)
{
	struct tied *tied = open_tied("6.1.0", "12\n11\n");
	(void)state;
	machine_rank_host(&tied->machine);
	ranking_settle_tie(&tied->machine.outlook.ranking, &tied->machine.snapshot, NULL);
	assert_order(&tied->machine, "12 11 13");
	close_tied(tied);
}

static void a_tie_that_lasts_takes_no_more_memory(void **state)
{
	struct tied *tied = open_tied("6.1.0", "12\n11\n");
	struct ranking *ranking = &tied->machine.outlook.ranking;
	(void)state;
	rank(tied);
	ranking_settle_tie(ranking, &tied->machine.snapshot, NULL);
	const pid_t *joined = ranking->joined;
	assert_non_null(joined);
	rank(tied);
	ranking_settle_tie(ranking, &tied->machine.snapshot, NULL);
	assert_ptr_equal(ranking->joined, joined);
	assert_order(&tied->machine, "11 12 13");
	close_tied(tied);
}

static void v1_does_not_show_the_order(void **state)
{
	struct tied *tied = open_tied("6.1.0", "12\n11\n");
	(void)state;
	rank(tied);
	tied->hierarchy->tree.version = 1;
	ranking_settle_tie(&tied->machine.outlook.ranking, &tied->machine.snapshot, NULL);
	assert_order(&tied->machine, "12 11 13");
	close_tied(tied);
}

/* --- the ranking alone */

static void joining_moves_only_its_own_cgroup(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	const struct snapshot *snapshot = &tied->machine.snapshot;
	static const pid_t pids[] = { 13, 12, 11 };
	(void)state;
	tied->machine.tasks[2].rss_pages = tied->machine.tasks[2].rss_stat_pages = 700;
	rank(tied);
	assert_order(&tied->machine, "13 12 11");
	/* /a was asked: its child /a/b is still scanned behind it, and wins as the last. */
	ranking_apply_joining(
		&tied->machine.outlook.ranking, snapshot, tied->machine.tasks[0].memcg, pids, 3);
	assert_order(&tied->machine, "13 11 12");
	assert_int_equal(ranking_tied_memcg(&tied->machine.outlook.ranking, snapshot), UNKNOWN);
	close_tied(tied);
}

/* A process that came after the sample, or that is left out of it, is listed as well. */
static void pids_without_a_row_push_nobody_into_another_cgroup(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	static const pid_t pids[] = { 99, 98, 12, 97, 11 };
	(void)state;
	tied->machine.tasks[2].rss_pages = tied->machine.tasks[2].rss_stat_pages = 700;
	rank(tied);
	ranking_apply_joining(&tied->machine.outlook.ranking, &tied->machine.snapshot,
		tied->machine.tasks[0].memcg, pids, 5);
	assert_order(&tied->machine, "13 11 12");
	close_tied(tied);
}

static void those_not_listed_keep_their_order(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	static const pid_t pids[] = { 99 };
	(void)state;
	rank(tied);
	ranking_apply_joining(&tied->machine.outlook.ranking, &tied->machine.snapshot,
		tied->machine.tasks[0].memcg, pids, 1);
	assert_order(&tied->machine, "12 11 13");
	close_tied(tied);
}

static bool keep_pid(const void *context, const struct task *task)
{
	return task->pid >= *(const pid_t *)context;
}

static void restricting_keeps_the_order_of_those_left(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	pid_t from = 12;
	(void)state;
	tied->machine.tasks[2].oom_score_adj = -1000;
	rank(tied);
	assert_false(tied->machine.outlook.ranking.restricted);
	ranking_restrict(&tied->machine.outlook.ranking, &tied->machine.snapshot, keep_pid, &from);
	assert_order(&tied->machine, "12 | 13");
	assert_true(tied->machine.outlook.ranking.restricted);
	assert_int_equal(tied->machine.outlook.ranking.killable, 1);
	close_tied(tied);
}

static void restricting_to_all_restricts_nothing(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	pid_t from = 0;
	(void)state;
	rank(tied);
	ranking_restrict(&tied->machine.outlook.ranking, &tied->machine.snapshot, keep_pid, &from);
	assert_order(&tied->machine, "12 11 13");
	assert_false(tied->machine.outlook.ranking.restricted);
	close_tied(tied);
}

static void restricting_to_nobody_leaves_no_victim(void **state)
{
	struct tied *tied = open_tied("6.1.0", NULL);
	pid_t from = 100;
	(void)state;
	rank(tied);
	ranking_restrict(&tied->machine.outlook.ranking, &tied->machine.snapshot, keep_pid, &from);
	assert_null(ranking_victim(&tied->machine.outlook.ranking));
	assert_int_equal(tied->machine.outlook.ranking.count, 0);
	close_tied(tied);
}

/* Before 5.1 the worst child died in place of the chosen one: of those that are left. */
static void restricting_chooses_the_child_anew(void **state)
{
	struct tied *tied = open_tied("4.19.0", NULL);
	pid_t from = 12;
	(void)state;
	tied->machine.tasks[0].ppid = tied->machine.tasks[2].ppid = 12;
	for (pid_t i = 0; i < 3; i++)
		tied->machine.tasks[i].mm_owner = 11 + i;
	tied->machine.tasks[1].rss_pages = tied->machine.tasks[1].rss_stat_pages = 900;
	rank(tied);
	const struct ranking *ranking = &tied->machine.outlook.ranking;
	assert_int_equal(ranking_victim(ranking)->task->pid, 11);
	ranking_restrict(&tied->machine.outlook.ranking, &tied->machine.snapshot, keep_pid, &from);
	assert_int_equal(ranking_victim(ranking)->task->pid, 13);
	close_tied(tied);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machine_is_scanned_in_the_order_of_creation),
		cmocka_unit_test(a_tie_that_lasts_takes_no_more_memory),
		cmocka_unit_test(v1_does_not_show_the_order),
		cmocka_unit_test(joining_moves_only_its_own_cgroup),
		cmocka_unit_test(pids_without_a_row_push_nobody_into_another_cgroup),
		cmocka_unit_test(those_not_listed_keep_their_order),
		cmocka_unit_test(restricting_keeps_the_order_of_those_left),
		cmocka_unit_test(restricting_to_all_restricts_nothing),
		cmocka_unit_test(restricting_to_nobody_leaves_no_victim),
		cmocka_unit_test(restricting_chooses_the_child_anew),
	};
	return run_rows("what cgroup.procs says", settle_rows, check_settled) +
	       run_rows("no tie to settle", untied_rows, check_untied) +
	       cmocka_run_group_tests_name("tie", tests, NULL, NULL);
}
