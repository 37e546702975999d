/* Who cannot be killed, and why: where a task stands then, and what is said of it. */
#include "oomspect/ranking.h"

#include "support.h"
#include "support_snapshot.h"

static void make_init(struct machine *machine, struct task *task)
{
	(void)machine;
	task->pid = 1;
}

static void make_container_init(struct machine *machine, struct task *task)
{
	machine->snapshot.host.init_pid_ns = false;
	task->pid = 1;
}

static void make_kthread(struct machine *machine, struct task *task)
{
	(void)machine;
	task->kthread = true;
	task->has_mm = false;
}

static void make_zombie(struct machine *machine, struct task *task)
{
	(void)machine;
	task->state = 'Z';
	task->has_mm = false;
}

static void make_shielded(struct machine *machine, struct task *task)
{
	(void)machine;
	task->oom_score_adj = -1000;
}

static void make_nearly_shielded(struct machine *machine, struct task *task)
{
	(void)machine;
	task->oom_score_adj = -999;
}

static void make_passed_over(struct machine *machine, struct task *task)
{
	(void)machine;
	task->oom_score = 0; /* where the numbers give (1000 + 5) * 2 / 3 */
}

static void make_passed_over_small(struct machine *machine, struct task *task)
{
	(void)machine;
	task->oom_score = 0;
	task->oom_score_adj = -999; /* (1000 - 994) * 2 / 3 = 4 */
}

static void make_old_and_small(struct machine *machine, struct task *task)
{
	machine->snapshot.host.era = era_of_release("4.19.0");
	task->oom_score = 0;
	task->rss_pages = 900; /* 0 permille: the kernel prints 0 for it as well */
}

static void make_old_passed_over(struct machine *machine, struct task *task)
{
	machine->snapshot.host.era = era_of_release("4.19.0");
	task->oom_score = 0; /* where the numbers give 5 */
}

static void make_older_than_the_shield(struct machine *machine, struct task *task)
{
	machine->snapshot.host.era = era_of_release("4.7.0");
	task->oom_score = 0;
}

static void make_reaped(struct machine *machine, struct task *task)
{
	(void)machine;
	task->oom_score = 0;
	task->exiting = true;
}

static void make_without_adj(struct machine *machine, struct task *task)
{
	(void)machine;
	task->adj_known = false;
}

static void make_without_status(struct machine *machine, struct task *task)
{
	(void)machine;
	task->threads = UNKNOWN;
	task->has_mm = false;
}

static const struct unkillable_case {
	const char *claim;
	void (*make)(struct machine *machine, struct task *task);
	enum unkillable unkillable;
	int64_t oom_score; /* predicted; 5000 of a million pages: 1005 * 2 / 3 = 670 */
} unkillable_cases[] = {
	{ "init of the machine lives", make_init, UNKILLABLE_INIT, 0 },
	{ "init of a container is a task like any", make_container_init, KILLABLE, 670 },
	{ "a kernel thread lives", make_kthread, UNKILLABLE_KTHREAD, 0 },
	{ "a zombie has nothing to free", make_zombie, UNKILLABLE_NO_MM, 0 },
	{ "an adj of -1000 lives", make_shielded, UNKILLABLE_ADJ, 0 },
	{ "an adj of -999 is one of the last", make_nearly_shielded, KILLABLE, 4 },
	{ "a live score of 0 against the numbers is a vfork child", make_passed_over,
		UNKILLABLE_VFORK, 0 },
	{ "that is seen of a small score too", make_passed_over_small, UNKILLABLE_VFORK, 0 },
	{ "before 5.9 a score of 0 is that of any small task", make_old_and_small, KILLABLE, 0 },
	{ "before 5.9 a score of 0 where 5 is due is a vfork child", make_old_passed_over,
		UNKILLABLE_VFORK, 0 },
	{ "before 4.8 nobody is passed over", make_older_than_the_shield, KILLABLE, 5 },
	{ "a score of 0 of a task that exits: reaped already", make_reaped, UNKILLABLE_NO_MM, 0 },
	{ "without its adj nothing is said of it", make_without_adj, UNKILLABLE_UNKNOWN, UNKNOWN },
	{ "without its status nothing is said of it", make_without_status, UNKILLABLE_UNKNOWN,
		UNKNOWN },
};

static void says_who_cannot_be_killed(void **state)
{
	const struct unkillable_case *row = *state;
	struct machine machine;
	machine_init(&machine, "6.1.0", 1000000);
	row->make(&machine, machine_add(&machine, 10, 5000, 0));
	machine_add(&machine, 20, 1, 0);
	machine_rank_host(&machine);
	const struct ranking_row *ranked =
		ranking_find(&machine.outlook.ranking, machine.tasks[0].pid);
	assert_int_equal(ranked->unkillable, row->unkillable);
	assert_int_equal(ranked->oom_score, row->oom_score);
	assert_int_equal(machine.outlook.ranking.killable, row->unkillable == KILLABLE ? 2 : 1);
	if (row->unkillable != KILLABLE)
		assert_true(!points_can_die(ranked->points));
	machine_release(&machine);
}

static void those_who_live_stand_last_in_scan_order(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 1, 100, 0);
	machine_add(machine, 9, 999, -1000);
	machine_add(machine, 10, 50, 0);
	machine_add(machine, 11, 60, 0);
	machine_rank_host(machine);
	assert_order(machine, "11 10 | 1 9");
}

static void every_reason_has_a_name(void **state)
{
	(void)state;
	assert_null(unkillable_names[KILLABLE]);
	for (int reason = KILLABLE + 1; reason <= UNKILLABLE_UNKNOWN; reason++)
		assert_non_null(unkillable_names[reason]);
	for (int prediction = 0; prediction < PREDICTION_COUNT; prediction++)
		assert_int_equal(
			prediction_names[prediction] == NULL, prediction == PREDICTION_UNKNOWN);
	for (int uncertainty = 0; uncertainty < UNCERTAIN_COUNT; uncertainty++)
		assert_non_null(uncertainty_names[uncertainty]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(those_who_live_stand_last_in_scan_order),
		cmocka_unit_test(every_reason_has_a_name),
	};
	return run_rows("unkillable", unkillable_cases, says_who_cannot_be_killed) +
	       cmocka_run_group_tests_name("of those who live", tests, NULL, NULL);
}
