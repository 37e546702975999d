#include "oomspect/death.h"

/* The highest cgroup with memory.oom.group from the victim's up to the domain's own, or UNKNOWN.
 * The top of the hierarchy has no such file. */
static int32_t oom_group_of(
	const struct snapshot *snapshot, const struct domain *domain, const struct task *task)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	int32_t group = UNKNOWN;
	int32_t top = domain->kind == DOMAIN_MEMCG ? domain->memcg : 0;
	if (!era_has(&snapshot->host.era, ERA_OOM_GROUP))
		return UNKNOWN;
	for (int32_t row = task->memcg; row >= top; row = tree->rows[row].parent)
		if (tree->rows[row].oom_group == 1)
			group = row;
	return group;
}

struct death death_of(
	const struct snapshot *snapshot, const struct domain *domain, const struct task *task)
{
	return (struct death){ snapshot, task, oom_group_of(snapshot, domain, task) };
}

static bool in_subtree(const struct memcg_tree *tree, int32_t top, int32_t row)
{
	return row >= top && row < tree->rows[top].subtree_end;
}

/* The end of a pid namespace's first process is the end of all in it. They descend from it: orphans
 * inside are given to it. One that entered by setns(2) has its parent outside and is not seen. */
bool death_ends_namespace_of(
	const struct snapshot *snapshot, const struct task *first, const struct task *task)
{
	enum { GENERATIONS = 64 };
	if (!first->ns_init)
		return false;
	for (int i = 0; task && i < GENERATIONS; i++) {
		if (task->ppid == first->pid)
			return true;
		task = snapshot_find(snapshot, task->ppid);
	}
	return false;
}

bool death_takes(const struct death *death, const struct ranking_row *row)
{
	const struct task *task = row->task;
	if (task == death->task || row->unkillable == UNKILLABLE_INIT ||
		row->unkillable == UNKILLABLE_KTHREAD)
		return false;
	/* All that share the mm die, even with an oom_score_adj of -1000. */
	if (task->has_mm && task->mm_owner == death->task->mm_owner)
		return true;
	if (death_ends_namespace_of(death->snapshot, death->task, task))
		return true;
	return death->oom_group != UNKNOWN && row->unkillable != UNKILLABLE_ADJ && task->has_mm &&
	       task->memcg != UNKNOWN &&
	       in_subtree(death->snapshot->memcgs, death->oom_group, task->memcg);
}

struct ranking_row death_row_of(const struct snapshot *snapshot, const struct task *task)
{
	bool init = task->pid == 1 && snapshot->host.init_pid_ns;
	return (struct ranking_row){
		.task = task,
		.oom_score_adj = task->oom_score_adj,
		.unkillable = init            ? UNKILLABLE_INIT
			      : task->kthread ? UNKILLABLE_KTHREAD
					      : KILLABLE,
		.mem_pages = UNKNOWN,
		.oom_score = UNKNOWN,
		.points = { BADNESS_UNKILLABLE },
	};
}

struct freed freed_of(const struct host *host, const struct task *task)
{
	int64_t page_kb = host->page_size / 1024;
	/* Before 4.5 nobody says how much of rss is anonymous: all of it is the best guess. */
	int64_t anon = task->rss_anon_pages == UNKNOWN ? task->rss_pages : task->rss_anon_pages;
	int64_t pmd_kb = task->pmd_kb == UNKNOWN ? 0 : task->pmd_kb;
	if (!task->has_mm)
		return (struct freed){ 0, 0 };
	return (struct freed){ anon * page_kb + task->pte_kb + pmd_kb, task->swap_pages * page_kb };
}

struct freed freed_by_end_of(const struct snapshot *snapshot, const struct task *task)
{
	const struct freed nothing = { 0, 0 };
	if (!task->has_mm)
		return nothing;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *other = &snapshot->tasks[i];
		if (other != task && other->has_mm && other->mm_owner == task->mm_owner)
			return nothing;
	}
	return freed_of(&snapshot->host, task);
}
