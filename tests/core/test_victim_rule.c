/* Whom the program names is whom the kernel's rule names, computed a second time and in another way
 * (support_rule.h) from the same files: on captured machines of both eras and on this one. */

#include "oomspect/ranking.h"
#include "oomspect/sampler.h"

#include "support.h"
#include "support_crowd.h"
#include "support_rule.h"

#include <unistd.h>

struct view {
	struct root root;
	struct sampler sampler;
	struct ranking ranking;
};

static void look_at(struct view *view, const char *path)
{
	const struct sampler_options options = { .memcgs = false, .leave_out_self = true };
	assert_int_equal(root_open(&view->root, path, NULL), ERR_OK);
	assert_int_equal(sampler_init(&view->sampler, &view->root, &options, NULL), ERR_OK);
	ranking_init(&view->ranking);
}

static void sample(struct view *view)
{
	assert_int_equal(sampler_sample(&view->sampler, NULL), ERR_OK);
	const struct snapshot *snapshot = sampler_latest(&view->sampler);
	const struct domain domain = domain_host(snapshot);
	assert_int_equal(
		ranking_build(&view->ranking, snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_NOW }, NULL),
		ERR_OK);
}

static pid_t named(const struct view *view)
{
	const struct ranking_row *victim = ranking_victim(&view->ranking);
	return victim ? victim->task->pid : 0;
}

static void look_away(struct view *view)
{
	ranking_release(&view->ranking);
	sampler_release(&view->sampler);
	root_release(&view->root);
}

/* --- captured machines */

static const struct captured_case {
	const char *claim;
	const char *root;
	int ties;           /* how many have the highest points */
	bool newest, child; /* who of them dies: the newest; a child in its place */
} captured_cases[] = {
	{ "6.18: of three equal hogs the newest dies", "tests/fixtures/machine-6.18", 3, true,
		false },
	{ "4.19: of three equal hogs the oldest is chosen, and the elder of its equal children "
	  "dies",
		"tests/fixtures/machine-4.19", 3, false, true },
};

static void names_the_victim_of_a_captured_machine(void **state)
{
	const struct captured_case *row = *state;
	struct rule rule = rule_of(row->root);
	struct view view;
	int ties;
	pid_t victim = rule_victim(&rule, row->root, 0, &ties);
	look_at(&view, row->root);
	sample(&view);
	assert_true(victim > 0);
	assert_int_equal(named(&view), victim);
	assert_int_equal(ties, row->ties);
	const struct ranking_row *chosen = ranking_chosen(&view.ranking);
	const struct task *first = chosen->task, *second = chosen[1].task;
	assert_int_equal(first->pid > second->pid, row->newest);
	assert_int_equal(ranking_victim(&view.ranking)->task->ppid == first->pid, row->child);
	look_away(&view);
}

static void ranks_every_process_of_a_captured_machine_as_the_rule_does(void **state)
{
	const struct captured_case *row = *state;
	struct rule rule = rule_of(row->root);
	struct view view;
	look_at(&view, row->root);
	sample(&view);
	assert_true(view.ranking.count > 30);
	for (size_t i = 0; i < view.ranking.count; i++) {
		const struct ranking_row *ranked = &view.ranking.rows[i];
		struct rule_task task;
		assert_true(rule_read(&rule, row->root, ranked->task->pid, &task));
		assert_int_equal(ranked->unkillable == KILLABLE, task.killable);
		if (task.killable)
			assert_int_equal(ranked->points.order, task.points);
		assert_int_equal(ranked->oom_score, task.score);
		assert_int_equal(ranked->oom_score, task.score_read);
	}
	look_away(&view);
}

static void the_captured_machines_hold_what_is_hard(void **state)
{
	const struct captured_case *row = *state;
	int zombies = 0, leaders = 0, lent = 0;
	struct view view;
	look_at(&view, row->root);
	sample(&view);
	for (size_t i = 0; i < view.ranking.count; i++) {
		const struct ranking_row *ranked = &view.ranking.rows[i];
		zombies += ranked->unkillable == UNKILLABLE_NO_MM && ranked->task->state == 'Z';
		leaders += ranked->unkillable == KILLABLE && ranked->task->state == 'Z';
		lent += ranked->task->mm_sharers_unknown;
	}
	look_away(&view);
	assert_true(zombies > 0);
	assert_true(leaders > 0);
	assert_true(lent > 0);
}

/* --- this machine */

/* Three equal and larger than the rest, with the highest adj there is. */
static struct crowd_member equal_hog(size_t number)
{
	(void)number;
	return (struct crowd_member){ .pages = 24576, .adj = 1000 };
}

/* The machine moves between two readings: the rule is asked before and after ours, and only where
 * it gave one answer twice that answer counts. */
static bool judge_once(
	struct view *view, const struct rule *rule, pid_t *ret_named, pid_t *ret_rule)
{
	int ties;
	pid_t before = rule_victim(rule, "/", getpid(), &ties);
	sample(view);
	*ret_rule = rule_victim(rule, "/", getpid(), &ties);
	*ret_named = named(view);
	return before == *ret_rule && *ret_rule;
}

static void names_the_victim_of_this_machine(void **state)
{
	struct rule rule = rule_of("/");
	struct crowd crowd;
	struct view view;
	pid_t ours = 0, judged = 0;
	bool still = false;
	(void)state;
	bool started = crowd_start(&crowd, 3, equal_hog);
	look_at(&view, "/");
	for (int tries = 0; started && tries < 20 && !still; tries++)
		still = judge_once(&view, &rule, &ours, &judged);
	crowd_stop(&crowd);
	look_away(&view);
	assert_true(started);
	if (!still)
		skip_because("the machine did not stand still for two readings");
	assert_int_equal(ours, judged);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_victim_of_this_machine),
	};
	return run_rows("victim", captured_cases, names_the_victim_of_a_captured_machine) +
	       run_rows("ranking", captured_cases,
		       ranks_every_process_of_a_captured_machine_as_the_rule_does) +
	       run_rows("contents", captured_cases, the_captured_machines_hold_what_is_hard) +
	       cmocka_run_group_tests_name("victim rule", tests, NULL, NULL);
}
