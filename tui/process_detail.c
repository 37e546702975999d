#include "process_detail.h"

#include "oomspect/tie.h"

#include <stdio.h>
#include <string.h>

void process_detail_init(struct process_detail *detail)
{
	*detail = (struct process_detail){ .pid = 0 };
	ranking_init(&detail->now);
	ranking_init(&detail->at_oom);
}

void process_detail_release(struct process_detail *detail)
{
	ranking_release(&detail->now);
	ranking_release(&detail->at_oom);
}

static struct process_name name_of(const struct task *task)
{
	struct process_name name = { .pid = task->pid };
	memcpy(name.comm, task->comm, sizeof(name.comm));
	return name;
}

/* --- one domain ------------------------------------------------------------------------------ */

/* Who would die with the row at `index` if it were chosen. */
static void take_company(struct process_domain *ret, const struct ranking *ranking, size_t index,
	const struct snapshot *snapshot)
{
	struct ranking_row outsiders[PROCESS_COMPANY];
	struct ranking chosen = *ranking; /* borrows the rows */
	chosen.victim = index;
	ret->frees_kb = ranking_frees_kb(&chosen, snapshot);
	for (size_t i = 0; i < chosen.count; i++) {
		if (!ranking_dies_with_victim(&chosen, snapshot, &chosen.rows[i]))
			continue;
		if (ret->company_count < PROCESS_COMPANY)
			ret->company[ret->company_count] = name_of(chosen.rows[i].task);
		ret->company_count++;
	}
	size_t count = ranking_outsiders(&chosen, snapshot, outsiders, PROCESS_COMPANY);
	for (size_t i = 0; i < count; i++) {
		if (ret->company_count < PROCESS_COMPANY)
			ret->company[ret->company_count] = name_of(outsiders[i].task);
		ret->company_count++;
	}
}

static void take_rival(struct process_domain *ret, const struct ranking *ranking,
	const struct ranking_row *row, const struct snapshot *snapshot)
{
	const struct ranking_row *rival =
		ret->victim ? ranking_runner_up(ranking, snapshot) : ranking_victim(ranking);
	if (!rival)
		return;
	ret->rival = name_of(rival->task);
	ret->margin_tenths = column_bad_tenths(ranking, row) - column_bad_tenths(ranking, rival);
}

/* The sum is the ranking's; its parts are what the era counts. */
static void take_terms(
	struct process_domain *ret, const struct ranking_row *row, const struct snapshot *snapshot)
{
	const struct task *task = row->task;
	ret->adj_pages = badness_adj_pages(row->oom_score_adj, ret->totalpages);
	ret->rss = ret->swapents = ret->pgtables = UNKNOWN;
	if (row->mem_pages < 0)
		return;
	ret->swapents = task->swap_pages;
	ret->pgtables = badness_pgtables(&snapshot->host.era, task->pte_kb,
		task->pmd_kb < 0 ? 0 : task->pmd_kb, snapshot->host.page_size);
	ret->rss = row->mem_pages - ret->swapents - ret->pgtables;
}

/* What the kernel's formula says of this moment: the figures of the list and of oom_score. */
static void take_sum(struct process_domain *ret, const struct ranking *now,
	const struct ranking_row *row, const struct snapshot *snapshot)
{
	ret->unkillable = row->unkillable;
	ret->points = row->points;
	ret->mem_tenths = column_mem_tenths(now, row);
	ret->bad_tenths = column_bad_tenths(now, row);
	ret->candidates = now->killable;
	ret->frees_kb = UNKNOWN;
	take_terms(ret, row, snapshot);
	if (row->unkillable == KILLABLE)
		ret->rank_now = (size_t)(row - now->rows) + 1;
}

static void take_place(struct process_domain *ret, const struct ranking *ranking,
	const struct ranking_row *row, const struct snapshot *snapshot)
{
	size_t index = (size_t)(row - ranking->rows);
	if (row->unkillable != KILLABLE)
		return;
	ret->rank = index + 1;
	ret->victim = index == ranking->victim;
	ret->dies_along = ranking_dies_with_victim(ranking, snapshot, row);
	take_rival(ret, ranking, row, snapshot);
	take_company(ret, ranking, index, snapshot);
}

static bool victims_differ(const struct ranking *now, const struct ranking *at_oom)
{
	const struct ranking_row *a = ranking_victim(now), *b = ranking_victim(at_oom);
	return a && b && a->task != b->task;
}

static void take_domain(struct process_detail *detail, const struct snapshot *snapshot,
	const struct domain *domain, const char *name)
{
	const struct ranking *now = &detail->now, *at_oom = &detail->at_oom;
	const struct ranking_row *row = ranking_find(now, detail->pid);
	const struct ranking_row *later = ranking_find(at_oom, detail->pid);
	if (!row || !later)
		return;
	struct process_domain *added = &detail->domains[detail->domain_count++];
	*added = (struct process_domain){ .totalpages = domain->totalpages };
	text_copy(text_of(name), added->name, sizeof(added->name));
	added->prediction = ranking_prediction(now, snapshot);
	added->differs = victims_differ(now, at_oom);
	take_sum(added, now, row, snapshot);
	/* As NEXT does: where both name the same one, its figures are those of the list. */
	take_place(added, added->differs ? at_oom : now, added->differs ? later : row, snapshot);
	added->threshold_kind = explain_threshold(at_oom, snapshot, later, &added->threshold);
	if (domain->kind == DOMAIN_HOST)
		detail->predicted_score = row->oom_score;
}

static enum err_code add_domain(struct process_detail *detail, const struct snapshot *snapshot,
	const struct domain *domain, const char *name, struct err *err)
{
	enum err_code code =
		ranking_build(&detail->now, snapshot, domain, RANKING_NOW, NULL, 0, err);
	if (!code)
		code = ranking_build(
			&detail->at_oom, snapshot, domain, RANKING_AT_OOM, NULL, 0, err);
	if (code)
		return code;
	tie_settle(&detail->now, snapshot, NULL);
	tie_settle(&detail->at_oom, snapshot, NULL);
	take_domain(detail, snapshot, domain, name);
	return ERR_OK;
}

static enum err_code take_domains(
	struct process_detail *detail, const struct snapshot *snapshot, struct err *err)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	struct domain domain = domain_host(snapshot);
	detail->domain_count = 0;
	detail->predicted_score = UNKNOWN;
	enum err_code code = add_domain(detail, snapshot, &domain, "the machine", err);
	for (int32_t i = detail->task.memcg; !code && i >= 0; i = tree->rows[i].parent) {
		struct memcg_name name;
		if (!amount_known(tree->rows[i].limit) || detail->domain_count == PROCESS_DOMAINS)
			continue;
		memcg_name_of(tree->rows[i].path, &name);
		domain = domain_memcg(snapshot, i);
		code = add_domain(detail, snapshot, &domain, name.name, err);
	}
	return code;
}

/* --- cgroups and children -------------------------------------------------------------------- */

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static void take_level(struct process_level *ret, const struct memcg *row, bool binding)
{
	*ret = (struct process_level){
		.usage = row->usage,
		.limit = row->limit,
		.high = row->high,
		.swap_limit = row->swap_limit,
		.headroom = { row->limit.kind, 0 },
		.oom_kill = row->events.oom_kill,
		.oom_group = row->oom_group == 1,
		.binding = binding,
	};
	if (amount_known(row->limit) && !amount_known(row->usage))
		ret->headroom.kind = AMOUNT_UNKNOWN;
	else if (amount_known(row->limit) && row->limit.bytes > row->usage.bytes)
		ret->headroom.bytes = row->limit.bytes - row->usage.bytes;
	text_copy(text_of(last_component(row->path)), ret->name, sizeof(ret->name));
}

/* Of a path that is deeper than there is room the top is left out. */
static void take_levels(struct process_detail *detail, const struct memcg_tree *tree)
{
	int32_t path[PROCESS_LEVELS], own = detail->task.memcg;
	size_t count = 0;
	detail->level_count = 0;
	detail->limit_hidden = false;
	if (own < 0)
		return;
	for (int32_t i = own; i >= 0 && count < PROCESS_LEVELS; i = tree->rows[i].parent)
		path[count++] = i;
	while (count-- > 0)
		take_level(&detail->levels[detail->level_count++], &tree->rows[path[count]],
			path[count] == tree->rows[own].limited_by);
	detail->limit_hidden = tree->rows[own].limit_hidden;
}

static int64_t kb_of(const struct process_detail *detail, int64_t pages)
{
	return pages < 0 ? UNKNOWN : pages * detail->page_kb;
}

static void take_children(struct process_detail *detail, const struct snapshot *snapshot)
{
	detail->child_count = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->ppid != detail->pid)
			continue;
		if (detail->child_count < PROCESS_CHILDREN)
			detail->children[detail->child_count] =
				(struct process_child){ name_of(task),
					kb_of(detail, task->rss_pages),
					kb_of(detail, task->swap_pages), task->oom_score_adj };
		detail->child_count++;
	}
}

static void take_identity(struct process_detail *detail, const struct snapshot *snapshot)
{
	const struct host *host = &snapshot->host;
	const struct task *parent = snapshot_find(snapshot, detail->task.ppid);
	const char *cgroup = snapshot_cgroup(snapshot, &detail->task);
	detail->page_kb = host->page_size >= 1024 ? host->page_size / 1024 : 4;
	detail->clock_ticks = host->clock_ticks > 0 ? host->clock_ticks : 100;
	detail->started_ago_s = host->boot_ms / 1000 -
				(int64_t)(detail->task.start_ticks / (uint64_t)detail->clock_ticks);
	detail->unsummed = era_has(&host->era, ERA_UNSUMMED_RSS);
	detail->parent = parent ? name_of(parent) : (struct process_name){ .pid = 0 };
	text_copy(text_of(cgroup ? cgroup : ""), detail->cgroup, sizeof(detail->cgroup));
	memcg_name_of(detail->cgroup, &detail->memcg);
}

/* --- what the screen asks for ---------------------------------------------------------------- */

void process_detail_open(
	struct process_detail *detail, struct watch *watch, const struct task *task)
{
	detail->pid = task->pid;
	detail->start_ticks = task->start_ticks;
	detail->task = *task;
	detail->gone = false;
	process_detail_ask(detail, watch);
}

void process_detail_ask(struct process_detail *detail, struct watch *watch)
{
	if (!detail->pid || detail->gone)
		return;
	process_facts_ask(&detail->facts, &watch->root, &detail->task);
	process_detail_name(detail, &watch->names);
}

void process_detail_name(struct process_detail *detail, struct names *names)
{
	if (detail->pid)
		process_facts_name(&detail->facts, names, &detail->task);
}

enum err_code process_detail_update(
	struct process_detail *detail, const struct watch *watch, struct err *err)
{
	const struct snapshot *snapshot = watch->snapshot;
	if (!detail->pid || !snapshot)
		return ERR_OK;
	const struct task *task = snapshot_find(snapshot, detail->pid);
	detail->gone = !task || task->start_ticks != detail->start_ticks;
	if (detail->gone)
		return ERR_OK;
	detail->task = *task;
	take_identity(detail, snapshot);
	take_levels(detail, snapshot->memcgs);
	take_children(detail, snapshot);
	return take_domains(detail, snapshot, err);
}

bool process_detail_disagrees(const struct process_detail *detail)
{
	int64_t live = detail->task.oom_score, predicted = detail->predicted_score;
	/* The two are read one after the other, and a score has steps of 1.5 thousandths. */
	return live >= 0 && predicted >= 0 && (live > predicted + 1 || predicted > live + 1);
}
