/* The preview of the adjust dialog on this very machine: what it says for a value is what the next
 * sample shows after the value was written. */
#include "support.h"

#include "model/adjust.h"

#include "oomspect/explain.h"
#include "oomspect/sampler.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN    8
#define ADJUSTMENTS 200
#define MIB         ((size_t)1024 * 1024)

struct bench {
	struct root root;
	struct sampler sampler;
	struct action_rights rights;
	struct history history;
	enum moment moment;       /* of what is previewed */
	pid_t children[CHILDREN]; /* the last one shares its mm with `sharer` */
	pid_t sharer;
	int inherited;
	unsigned long seed;
	unsigned victims_compared;
};

static unsigned pick(struct bench *bench, unsigned below)
{
	bench->seed = bench->seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(bench->seed >> 33) % below;
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

static int share(void *unused)
{
	(void)unused;
	sleep_for_ever();
	return 0;
}

/* Touches `mib` of memory, and tells through the pipe when its size is final. */
static pid_t start_child(size_t mib, bool sharing, pid_t *ret_sharer)
{
	int ready[2];
	pid_t sharer = 0;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		char *memory = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (memory == MAP_FAILED)
			_exit(1);
		if (sharing) {
			/* A process of its own on the same memory, with a stack of its own. */
			char *stack = memory + mib * MIB / 2;
			sharer = clone(share, stack, CLONE_VM | SIGCHLD, NULL);
		}
		if (write(ready[1], &sharer, sizeof(sharer)) != (ssize_t)sizeof(sharer))
			_exit(1);
		sleep_for_ever();
	}
	assert_int_equal(read(ready[0], &sharer, sizeof(sharer)), sizeof(sharer));
	close(ready[0]);
	close(ready[1]);
	if (ret_sharer)
		*ret_sharer = sharer;
	return pid;
}

static int set_up(void **state)
{
	static struct bench bench;
	struct sampler_options options = { .memcgs = true };
	bench = (struct bench){ .seed = 20261121 };
	assert_int_equal(root_open(&bench.root, "/", NULL), ERR_OK);
	assert_int_equal(sampler_init(&bench.sampler, &bench.root, &options, NULL), ERR_OK);
	bench.rights = action_rights_probe(&bench.root, false);
	for (size_t i = 0; i < CHILDREN; i++)
		bench.children[i] = start_child(
			2 + i, i == CHILDREN - 1, i == CHILDREN - 1 ? &bench.sharer : NULL);
	assert_true(bench.sharer > 0);
	assert_int_equal(sampler_sample(&bench.sampler, NULL), ERR_OK);
	bench.inherited =
		snapshot_find(sampler_latest(&bench.sampler), bench.children[0])->oom_score_adj;
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	kill(bench->sharer, SIGKILL);
	for (size_t i = 0; i < CHILDREN; i++) {
		kill(bench->children[i], SIGKILL);
		waitpid(bench->children[i], NULL, 0);
	}
	history_release(&bench->history);
	sampler_release(&bench->sampler);
	root_release(&bench->root);
	return 0;
}

static void open_for(struct bench *bench, struct adjust *adjust, pid_t pid)
{
	const struct snapshot *snapshot = sampler_latest(&bench->sampler);
	struct adjust_query query = { snapshot, &bench->root, &bench->rights, &bench->history,
		bench->moment, NULL };
	struct targets targets = { 0 };
	struct err err;
	assert_int_equal(
		targets_add(&targets, snapshot_find(snapshot, pid), &bench->root, &err), ERR_OK);
	if (adjust_open(adjust, &query, &targets, &err))
		fail_msg("%s", err.text);
}

static bool is_ours(const struct bench *bench, pid_t pid)
{
	bool ours = pid == bench->sharer;
	for (size_t i = 0; i < CHILDREN; i++)
		ours |= bench->children[i] == pid;
	return ours;
}

/* The processes of this test in the order of death; others come and go meanwhile. */
static size_t ours_in_order(
	const struct bench *bench, const struct ranking *ranking, const struct ranking_row *rows[])
{
	size_t count = 0;
	for (size_t i = 0; i < ranking->count; i++)
		if (is_ours(bench, ranking->rows[i].task->pid))
			rows[count++] = &ranking->rows[i];
	return count;
}

static void assert_same(
	const struct bench *bench, const struct ranking *preview, const struct ranking *real)
{
	const struct ranking_row *said[CHILDREN + 1], *seen[CHILDREN + 1];
	size_t count = ours_in_order(bench, preview, said);
	assert_int_equal(count, CHILDREN + 1);
	assert_int_equal(ours_in_order(bench, real, seen), count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(said[i]->task->pid, seen[i]->task->pid);
		assert_int_equal(said[i]->oom_score_adj, seen[i]->oom_score_adj);
		assert_int_equal(said[i]->unkillable, seen[i]->unkillable);
		assert_int_equal(said[i]->points.order, seen[i]->points.order);
		assert_int_equal(said[i]->oom_score, seen[i]->oom_score);
		/* What the kernel itself prints. */
		if (seen[i]->task->oom_score != UNKNOWN)
			assert_int_equal(said[i]->oom_score, seen[i]->task->oom_score);
	}
}

/* Whom NEXT names. Other processes come, grow and go between preview and sample: where one of them
 * was or is the victim there is nothing to compare. */
static void compare_victims(
	struct bench *bench, const struct outlook *preview, const struct outlook *real)
{
	const struct ranking_row *said = outlook_next(preview), *seen = outlook_next(real);
	if (!said || !seen || !is_ours(bench, said->task->pid) || !is_ours(bench, seen->task->pid))
		return;
	assert_int_equal(said->task->pid, seen->task->pid);
	bench->victims_compared++;
}

static void adjust_once(struct bench *bench, struct outlook *real)
{
	struct adjust adjust;
	struct audit none = { -1 };
	struct domain domain;
	int lowest = bench->rights.sys_resource ? OOM_SCORE_ADJ_MIN : bench->inherited;
	int value = lowest + (int)pick(bench, (unsigned)(OOM_SCORE_ADJ_MAX - lowest + 1));
	open_for(bench, &adjust, bench->children[pick(bench, CHILDREN)]);
	adjust_set(&adjust, value);
	if (!adjust_write(&adjust, &bench->history, &none))
		fail_msg("%s", adjust.result);
	assert_int_equal(sampler_sample(&bench->sampler, NULL), ERR_OK);
	domain = domain_host(sampler_latest(&bench->sampler));
	const struct outlook *preview = &adjust.host.outlooks[ADJUST_AFTER];
	assert_int_equal(outlook_build(real, sampler_latest(&bench->sampler), &domain,
				 bench->moment, NULL, 0, NULL),
		ERR_OK);
	assert_same(bench, &preview->ranking, &real->ranking);
	compare_victims(bench, preview, real);
	adjust_release(&adjust);
}

static void the_next_sample_shows_what_was_previewed(void **state)
{
	struct bench *bench = *state;
	struct outlook real;
	outlook_init(&real);
	for (int i = 0; i < ADJUSTMENTS; i++) {
		bench->moment = i % 2 ? MOMENT_NOW : MOMENT_OOM;
		adjust_once(bench, &real);
	}
	bench->moment = MOMENT_OOM;
	assert_in_range(bench->victims_compared, ADJUSTMENTS / 16, ADJUSTMENTS);
	outlook_release(&real);
}

static void who_shares_the_memory_is_counted_and_gets_the_value(void **state)
{
	struct bench *bench = *state;
	const struct snapshot *snapshot = sampler_latest(&bench->sampler);
	struct adjust adjust;
	if (snapshot_find(snapshot, bench->sharer)->mm_sharers_unknown)
		skip_because("kcmp(2) is refused: who shares a mm cannot be asked");
	open_for(bench, &adjust, bench->children[CHILDREN - 1]);
	adjust_set(&adjust, 777);
	assert_int_equal(adjust.sharers, 1);
	const struct ranking_row *row =
		ranking_find(&adjust.host.outlooks[ADJUST_AFTER].ranking, bench->sharer);
	assert_int_equal(row->oom_score_adj, 777);
	adjust_release(&adjust);
}

static void the_first_value_is_remembered_over_several_changes(void **state)
{
	struct bench *bench = *state;
	struct adjust adjust;
	struct audit none = { -1 };
	pid_t pid = start_child(1, false, NULL);
	for (int value = 100; value <= 300; value += 100) {
		assert_int_equal(sampler_sample(&bench->sampler, NULL), ERR_OK);
		open_for(bench, &adjust, pid);
		assert_int_equal(adjust.first_known, value > 100);
		if (adjust.first_known)
			assert_int_equal(adjust.first_value, bench->inherited);
		adjust_set(&adjust, value);
		assert_true(adjust_write(&adjust, &bench->history, &none));
		adjust_release(&adjust);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_threshold_is_where_the_first_place_changes_hands(void **state)
{
	struct bench *bench = *state;
	struct adjust adjust;
	int adj;
	for (size_t i = 0; i < CHILDREN; i++) {
		open_for(bench, &adjust, bench->children[i]);
		enum threshold_kind kind = adjust_threshold(&adjust, &adj);
		if (kind == THRESHOLD_NOT_FIRST || kind == THRESHOLD_FIRST) {
			adjust_set(&adjust, adj);
			assert_true(adjust_changes_victim(&adjust.host));
			adjust_set(&adjust, kind == THRESHOLD_FIRST ? adj - 1 : adj + 1);
			assert_false(adjust_changes_victim(&adjust.host));
		}
		adjust_release(&adjust);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_sample_shows_what_was_previewed),
		cmocka_unit_test(who_shares_the_memory_is_counted_and_gets_the_value),
		cmocka_unit_test(the_first_value_is_remembered_over_several_changes),
		cmocka_unit_test(a_threshold_is_where_the_first_place_changes_hands),
	};
	return cmocka_run_group_tests_name("adjust", tests, set_up, tear_down);
}
