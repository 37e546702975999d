#include "process_detail.h"

#include <stdio.h>
#include <string.h>

void process_detail_init(struct process_detail *detail)
{
	*detail = (struct process_detail){ .pid = 0 };
	outlook_init(&detail->outlook);
}

void process_detail_release(struct process_detail *detail)
{
	outlook_release(&detail->outlook);
}

static struct process_name name_of(const struct task *task)
{
	struct process_name name = { .pid = task->pid };
	memcpy(name.comm, task->comm, sizeof(name.comm));
	return name;
}

/* --- one domain ------------------------------------------------------------------------------ */

static void add_company(void *context, const struct ranking_row *row, bool inside)
{
	struct process_domain *domain = context;
	(void)inside;
	if (domain->company_count < PROCESS_COMPANY)
		domain->company[domain->company_count] = name_of(row->task);
	domain->company_count++;
}

/* The terms of the outlook's moment; their sum is what the list calls MEM. */
static void take_terms(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	ret->adj_pages = badness_adj_pages(row->oom_score_adj, ret->totalpages);
	ret->rss = ret->swapents = ret->pgtables = UNKNOWN;
	if (row->terms_known && row->mem_pages >= 0) {
		ret->rss = row->terms.rss;
		ret->swapents = row->terms.swapents;
		ret->pgtables = row->terms.pgtables;
	}
	ret->mem_tenths = column_mem_tenths(outlook, row);
	ret->adj_tenths = column_adj_tenths(outlook, row);
	ret->bad_tenths = column_bad_tenths(outlook, row);
	ret->points = row->points;
	ret->in_pages =
		points_in_pages(&outlook->snapshot->host.era, row->points, &ret->points_pages);
}

static void take_rival(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	bool ahead = ret->victim || ret->chosen;
	const struct ranking_row *rival = ahead ? outlook->runner_up : outlook->chosen;
	const struct ranking_row *compared = ahead ? outlook->chosen : row;
	if (ahead && outlook->victim != outlook->chosen)
		ret->instead = name_of(ret->victim ? outlook->chosen->task : outlook->victim->task);
	if (!rival)
		return;
	ret->rival = name_of(rival->task);
	ret->lead = outlook_lead(outlook, compared, rival);
}

static void take_place(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	if (row->unkillable != KILLABLE)
		return;
	ret->rank = outlook_rank(outlook, row);
	ret->victim = row == outlook->victim;
	ret->chosen = row == outlook->chosen;
	ret->dies_along = row->dies_along;
	take_rival(ret, outlook, row);
	ret->frees = outlook_death(outlook, row, add_company, ret);
}

static enum err_code add_domain(struct process_detail *detail, const struct snapshot *snapshot,
	const struct domain *domain, const char *name, struct err *err)
{
	struct outlook *outlook = &detail->outlook;
	enum err_code code = outlook_build(outlook, snapshot, domain, detail->moment, NULL, 0, err);
	const struct ranking_row *row = ranking_find(&outlook->ranking, detail->pid);
	if (code || !row)
		return code;
	struct process_domain *added = &detail->domains[detail->domain_count++];
	*added = (struct process_domain){
		.totalpages = domain->totalpages,
		.prediction = outlook->prediction,
		.unkillable = row->unkillable,
		.candidates = outlook->ranking.killable,
	};
	text_copy(text_of(name), added->name, sizeof(added->name));
	take_terms(added, outlook, row);
	take_place(added, outlook, row);
	added->threshold_kind = explain_threshold(outlook, row, &added->threshold);
	if (domain->kind == DOMAIN_HOST)
		detail->predicted_score = row->oom_score;
	return ERR_OK;
}

static enum err_code take_domains(
	struct process_detail *detail, const struct snapshot *snapshot, struct err *err)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	struct domain domain = domain_host(snapshot);
	detail->domain_count = 0;
	detail->predicted_score = UNKNOWN;
	enum err_code code = add_domain(detail, snapshot, &domain, "host", err);
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
	detail->moment = watch->moment;
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
