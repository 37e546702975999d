#include "oomspect/explain.h"

#include "oomspect/line.h"
#include "oomspect/size.h"

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
	[UNCERTAIN_NEAR_TIE] = "the lead is within the error of the kernel's counters",
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

static const char *domain_words(const struct outlook *outlook)
{
	switch (outlook->ranking.domain.kind) {
	case DOMAIN_MEMCG:
		return "this cgroup";
	case DOMAIN_NODES:
		return "these nodes";
	case DOMAIN_HOST:
		break;
	}
	return "the host";
}

static void say_unseen(struct line *line, const struct outlook *outlook)
{
	const struct snapshot *snapshot = outlook->snapshot;
	const char *unseen = "some processes cannot be read";
	if (outlook->ranking.domain.totalpages == UNKNOWN) {
		line_add(line, "the limit of %s cannot be read", domain_words(outlook));
		return;
	}
	if (snapshot->hidepid)
		unseen = "processes of other users are hidden (hidepid)";
	else if (snapshot->pid_ns && outlook->ranking.domain.kind != DOMAIN_MEMCG)
		unseen = "processes outside this pid namespace are not seen";
	line_add(line, "%s, and none of those seen can be killed", unseen);
}

static void say_nobody(struct line *line, const struct outlook *outlook)
{
	const struct domain *domain = &outlook->ranking.domain;
	if (domain->kind == DOMAIN_MEMCG &&
		outlook->snapshot->memcgs->rows[domain->memcg].oom_kill_disable == 1)
		line_add(line, "memory.oom_control has oom_kill_disable set: nobody is killed, "
			       "tasks wait until memory is freed");
	else if (outlook->ranking.restricted)
		line_add(line, "none of the processes asked for can be killed in %s",
			domain_words(outlook));
	else
		line_add(line, "no process of %s can be killed: %s", domain_words(outlook),
			domain->kind == DOMAIN_MEMCG ? "the allocation fails"
						     : "the kernel would panic");
}

static void say_no_prediction(struct line *line, const struct outlook *outlook)
{
	const struct ranking_row *victim = outlook->victim;
	switch (outlook->prediction) {
	case PREDICTION_UNKNOWN:
		say_unseen(line, outlook);
		break;
	case PREDICTION_PANIC:
		line_add(line, "vm.panic_on_oom is %lld: the kernel panics instead of killing",
			(long long)outlook->snapshot->host.vm.panic_on_oom);
		break;
	case PREDICTION_ALLOCATING_TASK:
		line_add(line, "vm.oom_kill_allocating_task is set: the process that asks for "
			       "memory is killed");
		if (victim)
			line_add(line, ", or %d %s if that one has oom_score_adj -1000",
				(int)victim->task->pid, victim->task->comm);
		break;
	default:
		say_nobody(line, outlook);
	}
}

static void say_sum(struct line *line, const struct outlook *outlook, const struct ranking_row *row)
{
	struct badness_share share;
	int64_t pages, total = outlook->ranking.domain.totalpages;
	bool whole = badness_adj_has_full_weight(total) || !row->oom_score_adj;
	if (!outlook_share(outlook, row, &share))
		return;
	line_add(line, ": ");
	say_tenths(line, share.bad);
	line_add(line, " points");
	if (points_in_pages(&outlook->snapshot->host.era, row->points, &pages))
		line_add(line, " (%lld pages)", (long long)pages);
	line_add(line, " = ");
	say_tenths(line, share.mem);
	line_add(line, " for its memory %c ", share.adj < 0 ? '-' : '+');
	say_tenths(line, llabs(share.adj));
	line_add(line, " for oom_score_adj %d", row->oom_score_adj);
	if (total < 1000 && !whole)
		line_add(line, ", which has no weight in a domain of %lld pages", (long long)total);
	else if (!whole)
		line_add(line, ", which weighs less in a small domain");
}

static void say_alone(struct line *line, const struct outlook *outlook)
{
	if (outlook->ranking.killable > 1)
		line_add(line, "; every other candidate dies with it");
	else
		line_add(line, outlook->ranking.restricted ? "; no other was asked for"
							   : "; it is the only candidate");
}

static void say_lead(struct line *line, const struct outlook *outlook)
{
	const struct ranking_row *next = outlook->runner_up;
	const struct lead *lead = &outlook->lead;
	const struct host *host = &outlook->snapshot->host;
	if (!next) {
		say_alone(line, outlook);
		return;
	}
	if (lead->tied) {
		bool newest = era_has(&host->era, ERA_NEWEST_WINS_TIES);
		line_add(line, "; %d %s has the same: of equals the %s scanned dies",
			(int)next->task->pid, next->task->comm, newest ? "last" : "first");
		return;
	}
	if (!lead->known)
		return;
	line_add(line, "; ");
	say_tenths(line, lead->tenths);
	line_add(line, " points");
	if (lead->in_pages)
		line_add(line, " (%s)", size_of_kb(lead->pages * (host->page_size / 1024)).text);
	line_add(line, " ahead of %d %s", (int)next->task->pid, next->task->comm);
}

/* Who uses more memory than the chosen one and lives all the same. */
static void say_shielded(struct line *line, const struct outlook *outlook)
{
	const struct ranking *ranking = &outlook->ranking;
	const struct ranking_row *largest = NULL;
	struct badness_share share;
	for (size_t i = 0; i < ranking->count; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		if (row->mem_pages > outlook->chosen->mem_pages && row != outlook->victim &&
			!row->dies_along && (!largest || row->mem_pages > largest->mem_pages))
			largest = row;
	}
	if (!largest || !outlook_share(outlook, largest, &share))
		return;
	line_add(line, "; %d %s uses more memory (", (int)largest->task->pid, largest->task->comm);
	say_tenths(line, share.mem);
	if (largest->unkillable == KILLABLE)
		line_add(line, ") but has oom_score_adj %d", largest->oom_score_adj);
	else
		line_add(line, ") but cannot be killed: %s",
			explain_unkillable(largest->unkillable));
}

void explain_no_victim(const struct outlook *outlook, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	say_no_prediction(&line, outlook);
}

void explain_victim(const struct outlook *outlook, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	if (outlook->prediction != PREDICTION_VICTIM) {
		say_no_prediction(&line, outlook);
		return;
	}
	const struct ranking *ranking = &outlook->ranking;
	const struct task *chosen = outlook->chosen->task, *victim = outlook->victim->task;
	line_add(&line, "%d %s ", (int)chosen->pid, chosen->comm);
	if (ranking->killable == 1)
		line_add(&line, "is the only candidate%s in %s",
			ranking->restricted ? " asked for" : "", domain_words(outlook));
	else
		line_add(&line, "has the highest badness of %zu candidates%s in %s",
			ranking->killable, ranking->restricted ? " asked for" : "",
			domain_words(outlook));
	say_sum(&line, outlook, outlook->chosen);
	if (ranking->killable > 1)
		say_lead(&line, outlook);
	say_shielded(&line, outlook);
	if (victim != chosen)
		line_add(&line, "; this kernel kills its child %d %s in its place",
			(int)victim->pid, victim->comm);
}

/* The points of `row` with another adj: the same domain, the same numbers. */
static struct points points_with(
	const struct outlook *outlook, const struct ranking_row *row, int adj)
{
	struct badness_terms terms = row->terms;
	terms.oom_score_adj = adj;
	return badness_points(
		&outlook->snapshot->host.era, &terms, outlook->ranking.domain.totalpages);
}

/* Of equals the kernel takes the one that it scans last, or first in some eras. */
static bool wins_tie(
	const struct era *era, const struct ranking_row *row, const struct ranking_row *other)
{
	return era_has(era, ERA_NEWEST_WINS_TIES) == (row->scan_order > other->scan_order);
}

/* Whether `row` with that adj would be chosen rather than `other`. */
static bool beats(const struct outlook *outlook, const struct ranking_row *row, int adj,
	const struct ranking_row *other)
{
	struct points points = points_with(outlook, row, adj);
	if (points.order != other->points.order)
		return points.order > other->points.order;
	return wins_tie(&outlook->snapshot->host.era, row, other);
}

bool explain_not_first_below(
	const struct outlook *outlook, const struct ranking_row *row, int *ret_adj)
{
	const struct ranking_row *next = outlook->runner_up;
	if (!next || row != outlook->chosen)
		return false;
	for (int adj = row->oom_score_adj; adj > OOM_SCORE_ADJ_MIN; adj--)
		if (!beats(outlook, row, adj, next)) {
			*ret_adj = adj;
			return true;
		}
	return false;
}

bool explain_first_from(const struct outlook *outlook, const struct ranking_row *row, int *ret_adj)
{
	const struct ranking_row *first = ranking_chosen(&outlook->ranking);
	bool shielded = row->unkillable == UNKILLABLE_ADJ;
	if (row == first || (row->unkillable != KILLABLE && !shielded))
		return false;
	int lowest = shielded ? OOM_SCORE_ADJ_MIN + 1 : row->oom_score_adj;
	for (int adj = lowest; adj <= OOM_SCORE_ADJ_MAX; adj++)
		if (!first || beats(outlook, row, adj, first)) {
			*ret_adj = adj;
			return true;
		}
	return false;
}

enum threshold_kind explain_threshold(
	const struct outlook *outlook, const struct ranking_row *row, int *ret_adj)
{
	if (row->unkillable != KILLABLE && row->unkillable != UNKILLABLE_ADJ)
		return THRESHOLD_NONE;
	/* A child that dies in its parent's place is not there for its own points. */
	if (row == outlook->victim && row != outlook->chosen)
		return THRESHOLD_NONE;
	if (explain_not_first_below(outlook, row, ret_adj))
		return THRESHOLD_NOT_FIRST;
	if (explain_first_from(outlook, row, ret_adj))
		return THRESHOLD_FIRST;
	if (row != ranking_chosen(&outlook->ranking))
		return THRESHOLD_NEVER;
	return outlook->runner_up ? THRESHOLD_ALWAYS : THRESHOLD_ALONE;
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
