/* The live machine as the judge: what the program predicts for /proc/PID/oom_score is what the
 * kernel prints, for over a thousand processes made for it and for all others that are there. */

#include "oomspect/ranking.h"
#include "oomspect/sampler.h"

#include "support.h"
#include "support_crowd.h"

#include <stdlib.h>
#include <unistd.h>

enum { CROWD = 1200, TRIES = 20 };

/* Memory of 0 to 199 pages, now and then 4 to 12 MB, and every adj from -999 to 1000. */
static struct crowd_member mixed(size_t number)
{
	size_t pages = number % 40 == 0 ? 1024 * (1 + number / 40 % 3) : number * 37 % 200;
	return (struct crowd_member){ pages, (int)(number * 1237 % 2000) - 999 };
}

struct machine_view {
	struct root root;
	struct sampler sampler;
	struct ranking ranking;
};

static void look(struct machine_view *view)
{
	const struct sampler_options options = { .memcgs = false };
	assert_int_equal(root_open(&view->root, "/", NULL), ERR_OK);
	assert_int_equal(sampler_init(&view->sampler, &view->root, &options, NULL), ERR_OK);
	ranking_init(&view->ranking);
}

static void look_away(struct machine_view *view)
{
	ranking_release(&view->ranking);
	sampler_release(&view->sampler);
	root_release(&view->root);
}

static void sample(struct machine_view *view)
{
	assert_int_equal(sampler_sample(&view->sampler, NULL), ERR_OK);
	const struct snapshot *snapshot = sampler_latest(&view->sampler);
	const struct domain domain = domain_host(snapshot);
	assert_int_equal(
		ranking_build(&view->ranking, snapshot,
			&(struct ranking_wish){ .domain = &domain, .moment = MOMENT_NOW }, NULL),
		ERR_OK);
}

/* VmSwap has no unsummed twin: there the kernel may have read a few pages more or less. */
static bool may_be_off(const struct machine_view *view, const struct task *task)
{
	const struct era *era = &sampler_latest(&view->sampler)->host.era;
	return era_has(era, ERA_UNSUMMED_RSS) && task->swap_pages > 0;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* How many were as predicted, one off where they may be, and neither. */
struct verdict {
	size_t exact, off_by_one, wrong, unknown;
};

static void judge(
	const struct machine_view *view, const struct ranking_row *row, struct verdict *verdict)
{
	const struct task *task = row->task;
	if (task->oom_score == UNKNOWN || row->oom_score == UNKNOWN)
		verdict->unknown++;
	else if (task->oom_score == row->oom_score)
		verdict->exact++;
	else if (distance(task->oom_score, row->oom_score) == 1 && may_be_off(view, task))
		verdict->off_by_one++;
	else
		verdict->wrong++;
}

static void every_process_of_the_crowd_has_the_predicted_score(void **state)
{
	struct crowd crowd;
	struct machine_view view;
	struct verdict verdict = { 0 };
	(void)state;
	bool started = crowd_start(&crowd, CROWD, mixed);
	size_t count = crowd.count;
	int refused = crowd.refused;
	look(&view);
	sample(&view);
	for (size_t i = 0; i < crowd.count; i++) {
		const struct ranking_row *row = ranking_find(&view.ranking, crowd.pids[i]);
		if (row)
			judge(&view, row, &verdict);
	}
	crowd_stop(&crowd);
	look_away(&view);
	print_message("%zu processes started, %d of them with another adj than asked for: "
		      "%zu scores exact, %zu off by one, %zu wrong\n",
		count, refused, verdict.exact, verdict.off_by_one, verdict.wrong);
	assert_true(started);
	assert_int_equal(verdict.exact + verdict.off_by_one, CROWD);
}

static bool still_wrong(const struct machine_view *view, pid_t pid)
{
	const struct ranking_row *row = ranking_find(&view->ranking, pid);
	struct verdict verdict = { 0 };
	if (row)
		judge(view, row, &verdict);
	return verdict.wrong > 0;
}

/* Those of the latest sample that are not as predicted; *ret_verdict counts all. */
static size_t find_wrong(
	const struct machine_view *view, pid_t *wrong, size_t capacity, struct verdict *ret_verdict)
{
	size_t count = 0;
	for (size_t i = 0; i < view->ranking.count; i++) {
		const struct ranking_row *row = &view->ranking.rows[i];
		judge(view, row, ret_verdict);
		if (count < capacity && still_wrong(view, row->task->pid))
			wrong[count++] = row->task->pid;
	}
	return count;
}

static void every_other_process_has_the_predicted_score(void **state)
{
	pid_t wrong[256];
	struct machine_view view;
	struct verdict verdict = { 0 };
	(void)state;
	look(&view);
	sample(&view);
	size_t count = find_wrong(&view, wrong, ARRAY_SIZE(wrong), &verdict), moved = count;
	/* Whoever moved between two files is read again until it stood still once. */
	for (int tries = 0; tries < TRIES && count; tries++) {
		usleep(50000);
		sample(&view);
		size_t left = 0;
		for (size_t i = 0; i < count; i++)
			if (still_wrong(&view, wrong[i]))
				wrong[left++] = wrong[i];
		count = left;
	}
	print_message(
		"%zu other processes: %zu scores exact at once, %zu off by one, %zu read again, "
		"%zu unreadable, %zu wrong\n",
		view.ranking.count, verdict.exact, verdict.off_by_one, moved, verdict.unknown,
		count);
	look_away(&view);
	assert_int_equal(count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_of_the_crowd_has_the_predicted_score),
		cmocka_unit_test(every_other_process_has_the_predicted_score),
	};
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
