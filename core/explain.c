#include "oomspect/explain.h"

#include "oomspect/line.h"

#include <stdlib.h>

/* "289.6" or "-0.4". */
static void say_tenths(struct line *line, int64_t tenths)
{
	line_add(line, "%s%lld.%lld", tenths < 0 ? "-" : "", (long long)llabs(tenths / 10),
		(long long)llabs(tenths % 10));
}

static const char *const unkillable_words[] = {
	[KILLABLE] = "can be killed",
	[UNKILLABLE_INIT] = "init",
	[UNKILLABLE_KTHREAD] = "kernel thread",
	[UNKILLABLE_ADJ] = "oom_score_adj -1000",
	[UNKILLABLE_NO_MM] = "no memory of its own left",
	[UNKILLABLE_VFORK] = "borrows its parent's memory (vfork)",
	[UNKILLABLE_UNKNOWN] = "its files cannot be read",
};

static const char *const uncertainty_words[UNCERTAIN_COUNT] = {
	[UNCERTAIN_NEAR_TIE] = "the margin is within the error of the kernel's counters",
	[UNCERTAIN_TIE_ORDER] = "equal points, and the order of joining the cgroup is not known",
	[UNCERTAIN_V1_TIE_ORDER] = "equal points, and cgroup v1 does not show the order of joining",
	[UNCERTAIN_COUNTERS] = "this kernel counts swap per CPU, and /proc shows only the sum",
	[UNCERTAIN_MEMPOLICY] = "memory policies of single tasks are not looked at",
	[UNCERTAIN_SHARED_MM] = "who shares the victim's memory could not be asked",
	[UNCERTAIN_SHMEM_SWAP] = "how much shared memory will be in swap by then decides",
	[UNCERTAIN_HIDDEN] = "processes of other users are hidden (hidepid)",
	[UNCERTAIN_PID_NS] = "processes outside this pid namespace are not seen",
};

const char *explain_unkillable(enum unkillable unkillable)
{
	return unkillable_words[unkillable];
}

const char *explain_uncertainty(enum uncertainty uncertainty)
{
	return uncertainty_words[uncertainty];
}

static const char *domain_words(const struct ranking *ranking)
{
	switch (ranking->domain.kind) {
	case DOMAIN_MEMCG:
		return "this cgroup";
	case DOMAIN_NODES:
		return "these nodes";
	case DOMAIN_HOST:
		break;
	}
	return "the machine";
}

static void say_unseen(
	struct line *line, const struct ranking *ranking, const struct snapshot *snapshot)
{
	const char *unseen = "some processes cannot be read";
	if (snapshot->hidepid)
		unseen = "processes of other users are hidden (hidepid)";
	else if (snapshot->pid_ns && ranking->domain.kind != DOMAIN_MEMCG)
		unseen = "processes outside this pid namespace are not seen";
	line_add(line, "%s, and none of those seen can be killed", unseen);
}

static void say_no_prediction(struct line *line, const struct ranking *ranking,
	const struct snapshot *snapshot, enum prediction prediction)
{
	const struct domain *domain = &ranking->domain;
	if (prediction == PREDICTION_UNKNOWN)
		say_unseen(line, ranking, snapshot);
	else if (prediction == PREDICTION_PANIC)
		line_add(line, "vm.panic_on_oom is %lld: the kernel panics instead of killing",
			(long long)snapshot->host.vm.panic_on_oom);
	else if (prediction == PREDICTION_ALLOCATING_TASK)
		line_add(line, "vm.oom_kill_allocating_task is set: whoever asks for memory then "
			       "is killed");
	else if (domain->kind == DOMAIN_MEMCG &&
		 snapshot->memcgs->rows[domain->memcg].oom_kill_disable == 1)
		line_add(line, "memory.oom_control has oom_kill_disable set: nobody is killed, "
			       "tasks wait until memory is freed");
	else if (ranking->restricted)
		line_add(line, "none of the processes asked for can be killed in %s",
			domain_words(ranking));
	else if (domain->kind == DOMAIN_HOST)
		line_add(line, "no process of %s can be killed: the kernel would panic",
			domain_words(ranking));
	else
		line_add(line, "no process of %s can be killed: the allocation fails",
			domain_words(ranking));
}

static void say_sum(struct line *line, const struct ranking *ranking, const struct ranking_row *row)
{
	int64_t total = ranking->domain.totalpages;
	int64_t adj_pages = badness_adj_pages(row->oom_score_adj, total);
	line_add(line, "badness %lld pages (", (long long)row->points);
	say_tenths(line, badness_tenths(row->points, total));
	line_add(line, " of 1000): memory %lld (", (long long)row->mem_pages);
	say_tenths(line, badness_tenths(row->mem_pages, total));
	line_add(line, ") %c %lld for oom_score_adj %d", adj_pages < 0 ? '-' : '+',
		(long long)llabs(adj_pages), row->oom_score_adj);
	if (total < 1000 && row->oom_score_adj)
		line_add(line, ", which has no weight in a domain of %lld pages", (long long)total);
}

static void say_margin(
	struct line *line, const struct ranking *ranking, const struct snapshot *snapshot)
{
	const struct ranking_row *next = ranking_runner_up(ranking, snapshot);
	int64_t margin = ranking_margin(ranking, snapshot);
	if (!next) {
		line_add(line, ranking->restricted ? "; no other was asked for"
						   : "; there is no other candidate");
		return;
	}
	if (margin == 0) {
		bool newest = era_has(&snapshot->host.era, ERA_NEWEST_WINS_TIES);
		line_add(line, "; %d %s has the same: of equals the %s scanned dies",
			(int)next->task->pid, next->task->comm, newest ? "last" : "first");
		return;
	}
	line_add(line, "; %lld pages (", (long long)margin);
	say_tenths(line, badness_tenths(margin, ranking->domain.totalpages));
	line_add(line, ") over %d %s", (int)next->task->pid, next->task->comm);
}

/* Who uses more memory than the victim and lives all the same. */
static void say_shielded(struct line *line, const struct ranking *ranking)
{
	const struct ranking_row *first = &ranking->rows[0], *largest = NULL;
	for (size_t i = 1; i < ranking->count; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		if (row->mem_pages > first->mem_pages &&
			(!largest || row->mem_pages > largest->mem_pages))
			largest = row;
	}
	if (!largest)
		return;
	line_add(line, "; %d %s is larger (", (int)largest->task->pid, largest->task->comm);
	say_tenths(line, badness_tenths(largest->mem_pages, ranking->domain.totalpages));
	if (largest->unkillable == KILLABLE)
		line_add(line, ") but has oom_score_adj %d", largest->oom_score_adj);
	else
		line_add(line, ") but cannot be killed: %s",
			explain_unkillable(largest->unkillable));
}

void explain_victim(
	const struct ranking *ranking, const struct snapshot *snapshot, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	enum prediction prediction = ranking_prediction(ranking, snapshot);
	buffer[0] = '\0';
	if (prediction != PREDICTION_VICTIM) {
		say_no_prediction(&line, ranking, snapshot, prediction);
		return;
	}
	const struct ranking_row *first = &ranking->rows[0];
	line_add(&line,
		"%d %s has the highest badness of %zu candidates%s in %s: ", (int)first->task->pid,
		first->task->comm, ranking->killable, ranking->restricted ? " asked for" : "",
		domain_words(ranking));
	say_sum(&line, ranking, first);
	say_margin(&line, ranking, snapshot);
	say_shielded(&line, ranking);
	if (ranking->victim) {
		const struct task *victim = ranking_victim(ranking)->task;
		line_add(&line, "; this kernel kills its child %d %s in its place",
			(int)victim->pid, victim->comm);
	}
}

/* The points of `row` with another adj: the same domain, the same numbers. */
static int64_t points_with(const struct ranking *ranking, const struct era *era,
	const struct ranking_row *row, int adj)
{
	struct badness_terms terms = {
		.rss = row->mem_pages,
		.oom_score_adj = adj,
		.cap_sys_admin = row->task->cap_sys_admin,
	};
	return badness_points(era, &terms, ranking->domain.totalpages);
}

/* Of equals the kernel takes the one that it scans last, or first in some eras. */
static bool wins_tie(
	const struct era *era, const struct ranking_row *row, const struct ranking_row *other)
{
	return era_has(era, ERA_NEWEST_WINS_TIES) == (row->scan_order > other->scan_order);
}

bool explain_not_first_below(const struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_row *row, int *ret_adj)
{
	const struct era *era = &snapshot->host.era;
	const struct ranking_row *next = ranking_runner_up(ranking, snapshot);
	if (!next || row != &ranking->rows[0])
		return false;
	bool wins = wins_tie(era, row, next);
	for (int adj = row->oom_score_adj; adj > OOM_SCORE_ADJ_MIN; adj--) {
		int64_t points = points_with(ranking, era, row, adj);
		if (points < next->points || (points == next->points && !wins)) {
			*ret_adj = adj;
			return true;
		}
	}
	return false;
}

bool explain_first_from(const struct ranking *ranking, const struct snapshot *snapshot,
	const struct ranking_row *row, int *ret_adj)
{
	const struct era *era = &snapshot->host.era;
	const struct ranking_row *first = ranking->killable ? &ranking->rows[0] : NULL;
	bool shielded = row->unkillable == UNKILLABLE_ADJ;
	if (row == first || (row->unkillable != KILLABLE && !shielded))
		return false;
	int lowest = shielded ? OOM_SCORE_ADJ_MIN + 1 : row->oom_score_adj;
	for (int adj = lowest; adj <= OOM_SCORE_ADJ_MAX; adj++) {
		int64_t points = points_with(ranking, era, row, adj);
		if (!first || points > first->points ||
			(points == first->points && wins_tie(era, row, first))) {
			*ret_adj = adj;
			return true;
		}
	}
	return false;
}

enum threshold_kind explain_threshold(const struct ranking *ranking,
	const struct snapshot *snapshot, const struct ranking_row *row, int *ret_adj)
{
	if (row->unkillable != KILLABLE && row->unkillable != UNKILLABLE_ADJ)
		return THRESHOLD_NONE;
	if (explain_not_first_below(ranking, snapshot, row, ret_adj))
		return THRESHOLD_NOT_FIRST;
	if (explain_first_from(ranking, snapshot, row, ret_adj))
		return THRESHOLD_FIRST;
	if (!ranking->killable || row != &ranking->rows[0])
		return THRESHOLD_NEVER;
	return ranking_runner_up(ranking, snapshot) ? THRESHOLD_ALWAYS : THRESHOLD_ALONE;
}

const char *explain_threshold_without_value(enum threshold_kind kind)
{
	static const char *const words[] = {
		[THRESHOLD_ALWAYS] = "first even at -999",
		[THRESHOLD_ALONE] = "no other candidate",
		[THRESHOLD_NEVER] = "not first even at 1000",
	};
	return words[kind];
}
