#include "adjust.h"

#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what would be ---------------------------------------------------------------------------- */

static void domain_release(struct adjust_domain *domain)
{
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		outlook_release(&domain->outlooks[stage]);
}

static enum err_code look_into(struct adjust_domain *domain, const struct adjust *adjust,
	enum adjust_stage stage, struct err *err)
{
	bool after = stage == ADJUST_AFTER;
	const struct ranking_edit *edits = after ? adjust->edits : adjust->known;
	size_t count = after ? adjust->edit_count : adjust->known_count;
	if (!domain->there)
		return ERR_OK;
	return outlook_build(&domain->outlooks[stage], adjust->snapshot, &domain->domain,
		adjust->moment, edits, count, err);
}

/* The room was made when the outlooks of before were built, so this cannot fail after that. */
static enum err_code look_ahead(struct adjust *adjust, struct err *err)
{
	for (size_t i = 0; i < adjust->edit_count; i++)
		adjust->edits[i].oom_score_adj = adjust->value;
	enum err_code code = look_into(&adjust->host, adjust, ADJUST_AFTER, err);
	return code ? code : look_into(&adjust->cgroup, adjust, ADJUST_AFTER, err);
}

/* As it is: what was written since the sample counts already. */
static enum err_code look_at_now(struct adjust *adjust, struct err *err)
{
	const struct targets *targets = &adjust->targets;
	struct ranking_edit *known =
		reallocarray(adjust->known, targets->count + 1, sizeof(*known));
	if (!known)
		return err_set(err, ERR_NO_MEMORY, "cannot look ahead: out of memory");
	adjust->known = known;
	adjust->known_count = 0;
	for (size_t i = 0; i < targets->count; i++) {
		const struct target *target = &targets->items[i];
		if (target->adj != target->task->oom_score_adj)
			known[adjust->known_count++] =
				(struct ranking_edit){ .pid = target->task->pid,
					.oom_score_adj = target->adj };
	}
	ranking_sort_edits(known, adjust->known_count);
	enum err_code code = look_into(&adjust->host, adjust, ADJUST_BEFORE, err);
	return code ? code : look_into(&adjust->cgroup, adjust, ADJUST_BEFORE, err);
}

/* After a write another question is asked: from the values that are in force since. */
static void begin_again(struct adjust *adjust)
{
	if (!adjust->written)
		return;
	adjust->written = false;
	adjust->result[0] = '\0';
	for (size_t i = 0; i < adjust->targets.count; i++) {
		struct target *target = &adjust->targets.items[i];
		target->done = false;
		if (target->refused.code != ERR_GONE)
			target->refused.code = ERR_OK;
	}
	look_at_now(adjust, NULL);
}

static enum err_code look_around(struct adjust *adjust, struct err *err)
{
	const struct memcg_tree *tree = adjust->snapshot->memcgs;
	int32_t own = adjust->targets.items[0].task->memcg;
	adjust->host.there = true;
	adjust->host.domain = domain_host(adjust->snapshot);
	adjust->cgroup.there = own >= 0;
	if (own >= 0) {
		int32_t limited_by = tree->rows[own].limited_by;
		adjust->cgroup_limited = limited_by >= 0;
		adjust->cgroup.domain =
			domain_memcg(adjust->snapshot, limited_by >= 0 ? limited_by : own);
	}
	return look_at_now(adjust, err);
}

/* --- whom it reaches -------------------------------------------------------------------------- */

/* The targets, each list ascending: their pids, and who owns the mm of those that have one. */
struct reach {
	pid_t *pids, *owners;
	size_t count, owner_count;
};

static int compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;
	return (left > right) - (left < right);
}

static bool among(const pid_t *pids, size_t count, pid_t pid)
{
	return count && bsearch(&pid, pids, count, sizeof(pid), compare_pids);
}

static enum err_code reach_init(struct reach *reach, const struct targets *targets, struct err *err)
{
	size_t room = targets->count ? targets->count : 1;
	*reach = (struct reach){ .count = targets->count };
	reach->pids = calloc(room, sizeof(*reach->pids));
	reach->owners = calloc(room, sizeof(*reach->owners));
	if (!reach->pids || !reach->owners)
		return err_set(err, ERR_NO_MEMORY, "cannot look ahead: out of memory");
	for (size_t i = 0; i < targets->count; i++) {
		const struct task *task = targets->items[i].task;
		reach->pids[i] = task->pid;
		if (task->has_mm)
			reach->owners[reach->owner_count++] = task->mm_owner;
	}
	qsort(reach->pids, reach->count, sizeof(*reach->pids), compare_pids);
	qsort(reach->owners, reach->owner_count, sizeof(*reach->owners), compare_pids);
	return ERR_OK;
}

static void reach_release(struct reach *reach)
{
	free(reach->pids);
	free(reach->owners);
}

static bool shares_mm(
	const struct adjust *adjust, const struct reach *reach, const struct task *task)
{
	if (!task->has_mm || !among(reach->owners, reach->owner_count, task->mm_owner) ||
		among(reach->pids, reach->count, task->pid))
		return false;
	/* A child between vfork and exec keeps its own value (fs/proc/base.c:__set_oom_adj()). */
	const struct ranking_row *row =
		ranking_find(&adjust->host.outlooks[ADJUST_BEFORE].ranking, task->pid);
	return row && row->unkillable != UNKILLABLE_VFORK;
}

/* The kernel gives the value to every process that shares the mm as well (44a70adec910, v4.8). */
static void list_sharers(struct adjust *adjust, const struct reach *reach)
{
	const struct snapshot *snapshot = adjust->snapshot;
	adjust->sharers = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		if (!shares_mm(adjust, reach, &snapshot->tasks[i]))
			continue;
		adjust->sharers++;
		adjust->edits[adjust->edit_count++] =
			(struct ranking_edit){ .pid = snapshot->tasks[i].pid };
	}
}

static enum err_code list_edits(struct adjust *adjust, struct err *err)
{
	struct reach reach;
	struct ranking_edit *edits =
		reallocarray(adjust->edits, adjust->snapshot->count + 1, sizeof(*edits));
	if (!edits)
		return err_set(err, ERR_NO_MEMORY, "cannot look ahead: out of memory");
	adjust->edits = edits;
	adjust->edit_count = 0;
	for (size_t i = 0; i < adjust->targets.count; i++)
		if (adjust->targets.items[i].refused.code == ERR_OK)
			edits[adjust->edit_count++] =
				(struct ranking_edit){ .pid = adjust->targets.items[i].task->pid };
	enum err_code code = reach_init(&reach, &adjust->targets, err);
	if (code == ERR_OK)
		list_sharers(adjust, &reach);
	reach_release(&reach);
	ranking_sort_edits(edits, adjust->edit_count);
	return code;
}

/* All living descendants of those named, which are among the result. */
static enum err_code select_family(
	const struct adjust *adjust, struct selection *selection, struct err *err)
{
	pid_t *pids = calloc(adjust->named, sizeof(*pids));
	if (!pids)
		return err_set(err, ERR_NO_MEMORY, "cannot look for children: out of memory");
	for (size_t i = 0; i < adjust->named; i++)
		pids[i] = adjust->targets.items[i].task->pid;
	struct selection_query query = {
		.pids = pids,
		.pid_count = adjust->named,
		.descendants = true,
	};
	enum err_code code = selection_build(selection, adjust->snapshot, &query, err);
	free(pids);
	return code;
}

static enum err_code add_family(
	struct adjust *adjust, const struct selection *selection, struct err *err)
{
	const struct root *root = adjust->writable ? adjust->root : NULL;
	for (size_t i = 0; i < selection->pids.count; i++) {
		const struct task *task =
			snapshot_find(adjust->snapshot, selection_pid(selection, i));
		if (task && !targets_has(&adjust->targets, task) &&
			targets_add(&adjust->targets, task, root, err))
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

enum err_code adjust_toggle_descendants(struct adjust *adjust, struct err *err)
{
	struct selection selection = { 0 };
	enum err_code code = ERR_OK;
	begin_again(adjust);
	targets_truncate(&adjust->targets, adjust->named);
	adjust->with_descendants = !adjust->with_descendants;
	if (adjust->with_descendants) {
		code = select_family(adjust, &selection, err);
		if (code == ERR_OK)
			code = add_family(adjust, &selection, err);
		selection_release(&selection);
	}
	if (code != ERR_OK) {
		targets_truncate(&adjust->targets, adjust->named);
		adjust->with_descendants = false;
	}
	/* What went wrong first is told. */
	struct err *second = code == ERR_OK ? err : NULL;
	if (look_at_now(adjust, second) || list_edits(adjust, second) || look_ahead(adjust, second))
		return ERR_NO_MEMORY;
	return code;
}

static enum err_code count_family(struct adjust *adjust, struct err *err)
{
	struct selection selection = { 0 };
	enum err_code code = select_family(adjust, &selection, err);
	if (code == ERR_OK)
		adjust->descendants = selection.pids.count - adjust->named;
	selection_release(&selection);
	return code;
}

/* --- opening, the value ----------------------------------------------------------------------- */

static void know_first(struct adjust *adjust, const struct history *history)
{
	const struct task *first = adjust->targets.items[0].task;
	adjust->first_known =
		history_first_adj(history, first->pid, first->start_ticks, &adjust->first_value);
}

static void identify(struct adjust *adjust, const struct adjust_query *query)
{
	const struct task *first = adjust->targets.items[0].task;
	know_first(adjust, query->history);
	unit_find(query->root, snapshot_cgroup(query->snapshot, first), &adjust->unit);
}

enum err_code adjust_open(struct adjust *adjust, const struct adjust_query *query,
	struct targets *targets, struct err *err)
{
	*adjust = (struct adjust){
		.snapshot = query->snapshot,
		.root = query->root,
		.moment = query->moment,
		.writable = query->why_not == NULL,
		.sys_resource = query->rights->sys_resource,
		.targets = *targets,
		.named = targets->count,
	};
	*targets = (struct targets){ 0 };
	if (query->why_not)
		snprintf(adjust->why_not, sizeof(adjust->why_not), "%s", query->why_not);
	enum err_code code = look_around(adjust, err);
	if (code == ERR_OK)
		code = count_family(adjust, err);
	if (code == ERR_OK)
		code = list_edits(adjust, err);
	if (code == ERR_OK)
		code = look_ahead(adjust, err);
	if (code != ERR_OK) {
		adjust_release(adjust);
		return code;
	}
	identify(adjust, query);
	adjust_set(adjust, adjust->targets.items[0].adj);
	return ERR_OK;
}

void adjust_release(struct adjust *adjust)
{
	targets_release(&adjust->targets);
	domain_release(&adjust->host);
	domain_release(&adjust->cgroup);
	free(adjust->known);
	free(adjust->edits);
	*adjust = (struct adjust){ 0 };
}

static void take_text(struct adjust *adjust)
{
	begin_again(adjust);
	adjust->invalid.code = ERR_OK;
	if (action_parse_adj(adjust->text, &adjust->value, &adjust->note, &adjust->invalid))
		return;
	look_ahead(adjust, NULL);
}

void adjust_set(struct adjust *adjust, int value)
{
	if (value < OOM_SCORE_ADJ_MIN)
		value = OOM_SCORE_ADJ_MIN;
	if (value > OOM_SCORE_ADJ_MAX)
		value = OOM_SCORE_ADJ_MAX;
	snprintf(adjust->text, sizeof(adjust->text), "%d", value);
	adjust->untouched = true;
	take_text(adjust);
}

void adjust_step(struct adjust *adjust, int by)
{
	adjust_set(adjust, adjust->value + by);
}

void adjust_type(struct adjust *adjust, char ch)
{
	size_t used = adjust->untouched ? 0 : strlen(adjust->text);
	if (used + 2 > sizeof(adjust->text))
		return;
	adjust->text[used] = ch;
	adjust->text[used + 1] = '\0';
	adjust->untouched = false;
	take_text(adjust);
}

void adjust_erase(struct adjust *adjust, bool all)
{
	size_t used = strlen(adjust->text);
	adjust->text[all || used == 0 ? 0 : used - 1] = '\0';
	adjust->untouched = false;
	take_text(adjust);
}

/* --- what follows from it --------------------------------------------------------------------- */

const struct ranking_row *adjust_row(
	const struct adjust *adjust, const struct adjust_domain *domain, enum adjust_stage stage)
{
	return ranking_find(&domain->outlooks[stage].ranking, adjust->targets.items[0].task->pid);
}

bool adjust_changes_victim(const struct adjust_domain *domain)
{
	return domain->there &&
	       outlook_differs(&domain->outlooks[ADJUST_BEFORE], &domain->outlooks[ADJUST_AFTER]);
}

bool adjust_is_over(const struct adjust *adjust)
{
	return adjust->written && adjust->named > 1;
}

bool adjust_is_mixed(const struct adjust *adjust)
{
	const struct target *targets = adjust->targets.items;
	for (size_t i = 1; i < adjust->targets.count; i++)
		if (targets[i].adj != targets[0].adj)
			return true;
	return false;
}

enum threshold_kind adjust_threshold(const struct adjust *adjust, int *ret_adj)
{
	const struct ranking_row *row = adjust_row(adjust, &adjust->host, ADJUST_BEFORE);
	return row ? explain_threshold(&adjust->host.outlooks[ADJUST_BEFORE], row, ret_adj)
		   : THRESHOLD_NONE;
}

static void write_one(struct adjust *adjust, struct target *target, struct history *history,
	const struct audit *audit)
{
	struct err unaudited = { 0 };
	target->done = false;
	target->before = target->after = ACTION_ADJ_UNKNOWN;
	enum err_code code = targets_ready(&adjust->targets, target, adjust->root);
	if (target->held.dir_fd < 0)
		return;
	if (code == ERR_OK) {
		target->refused.code = ERR_OK;
		code = action_set_adj(&target->held, adjust->value, &target->before, &target->after,
			&target->refused);
	}
	history_add_adj(history, &target->held, target->before, target->after);
	if (target->after != ACTION_ADJ_UNKNOWN)
		target->adj = target->after;
	audit_adj(audit, &target->held, target->before, adjust->value, target->after,
		code ? target->refused.text : NULL, &unaudited);
	target->done = code == ERR_OK;
	if (target->done && unaudited.code)
		target->refused = unaudited;
}

static void sum_up(struct adjust *adjust)
{
	const struct target *target = &adjust->targets.items[0];
	if (adjust->targets.count > 1)
		targets_sum_up(&adjust->targets, "written", adjust->result, sizeof(adjust->result));
	else if (target->done)
		snprintf(adjust->result, sizeof(adjust->result),
			"%d %s oom_score_adj %d -> %d, read back%s%s", (int)target->task->pid,
			target->seen.comm, target->before, target->after,
			target->refused.code ? "; " : "",
			target->refused.code ? target->refused.text : "");
	else if (target->after == ACTION_ADJ_UNKNOWN)
		snprintf(adjust->result, sizeof(adjust->result), "%s", target->refused.text);
	else
		snprintf(adjust->result, sizeof(adjust->result), "in force: %d. Refused: %s",
			target->after, target->refused.text);
}

bool adjust_write(struct adjust *adjust, struct history *history, const struct audit *audit)
{
	if (!targets_prepare(&adjust->targets, adjust->root, history, &adjust->asks_again,
		    adjust->result, sizeof(adjust->result)))
		return false;
	for (size_t i = 0; i < adjust->targets.count; i++)
		write_one(adjust, &adjust->targets.items[i], history, audit);
	adjust->written = true;
	know_first(adjust, history);
	sum_up(adjust);
	return targets_refused(&adjust->targets) == 0;
}
