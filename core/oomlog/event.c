#include "oomspect/event.h"

#include <stdlib.h>
#include <string.h>

/* Every int64_t of these structs starts unknown, and they hold little else. */
static void meminfo_init(struct oom_meminfo *mem)
{
	memset(mem, 0, sizeof(*mem));
	mem->anon_pages = mem->file_pages = UNKNOWN_SIGNED;
	mem->active_anon_pages = mem->inactive_anon_pages = UNKNOWN_SIGNED;
	mem->active_file_pages = mem->inactive_file_pages = UNKNOWN_SIGNED;
	mem->unevictable_pages = mem->dirty_pages = mem->writeback_pages = UNKNOWN_SIGNED;
	mem->slab_reclaimable_pages = mem->slab_unreclaimable_pages = UNKNOWN_SIGNED;
	mem->mapped_pages = mem->shmem_pages = mem->pagetables_pages = UNKNOWN_SIGNED;
	mem->free_pages = mem->swap_free_kb = mem->swap_total_kb = UNKNOWN_SIGNED;
	mem->ram_pages = mem->highmem_pages = mem->reserved_pages = UNKNOWN_SIGNED;
	mem->hugepages_kb = mem->hugepages_free_kb = mem->page_kb = UNKNOWN_SIGNED;
}

static void memcg_stat_init(struct oom_memcg_stat *memcg)
{
	memcg->usage_kb = memcg->limit_kb = UNKNOWN_SIGNED;
	memcg->swap_usage_kb = memcg->swap_limit_kb = UNKNOWN_SIGNED;
	memcg->memsw_usage_kb = memcg->memsw_limit_kb = UNKNOWN_SIGNED;
	memcg->kmem_usage_kb = memcg->kmem_limit_kb = UNKNOWN_SIGNED;
	memcg->anon_kb = memcg->file_kb = memcg->shmem_kb = memcg->slab_kb = UNKNOWN_SIGNED;
	memcg->kernel_kb = memcg->pagetables_kb = memcg->sock_kb = UNKNOWN_SIGNED;
	memcg->unevictable_kb = UNKNOWN_SIGNED;
}

static void seen_init(struct oom_seen *seen)
{
	seen->age_us = seen->pid = seen->start_ticks = UNKNOWN_SIGNED;
	seen->limit_kb = seen->usage_kb = seen->left_kb = UNKNOWN_SIGNED;
	seen->hits.before = seen->hits.after = seen->kills.before = seen->kills.after =
		UNKNOWN_SIGNED;
	seen->badness_pages = seen->rank = seen->candidates = UNKNOWN_SIGNED;
	seen->ahead = seen->ahead_pid = seen->ahead_pages = UNKNOWN_SIGNED;
}

void oom_event_init(struct oom_event *event)
{
	memset(event, 0, sizeof(*event));
	event->unix_us = event->boot_us = event->order = UNKNOWN_SIGNED;
	event->invoker.pid = event->invoker.oom_score_adj = UNKNOWN_SIGNED;
	event->chosen.pid = event->chosen.score = UNKNOWN_SIGNED;
	event->suppressed = event->totalpages = UNKNOWN_SIGNED;
	event->page_size = 4096;
	meminfo_init(&event->mem);
	memcg_stat_init(&event->memcg);
	seen_init(&event->seen);
}

void oom_event_release(struct oom_event *event)
{
	free(event->source);
	free(event->gfp_flags);
	free(event->oom_memcg);
	free(event->task_memcg);
	free(event->group_memcg);
	free(event->victims);
	free(event->tasks);
	free(event->seen.task_memcg);
	free(event->seen.oom_memcg);
	free(event->raw);
	oom_event_init(event);
}

void oom_victim_init(struct oom_victim *victim)
{
	memset(victim, 0, sizeof(*victim));
	victim->pid = victim->uid = victim->total_vm_kb = victim->anon_rss_kb = UNKNOWN_SIGNED;
	victim->file_rss_kb = victim->shmem_rss_kb = victim->pgtables_kb = UNKNOWN_SIGNED;
	victim->oom_score_adj = victim->reaped_left_kb = UNKNOWN_SIGNED;
}

void oom_task_init(struct oom_task *task)
{
	memset(task, 0, sizeof(*task));
	task->pid = task->tgid = task->uid = task->total_vm_pages = UNKNOWN_SIGNED;
	task->rss_pages = task->rss_shmem_pages = task->pgtables_bytes = UNKNOWN_SIGNED;
	task->page_tables = task->swapents_pages = task->oom_score_adj = UNKNOWN_SIGNED;
	task->badness_pages = task->rank = UNKNOWN_SIGNED;
}

const char *const oom_constraint_names[OOM_CONSTRAINT_COUNT] = {
	[OOM_CONSTRAINT_UNKNOWN] = "unknown",
	[OOM_CONSTRAINT_NONE] = "none",
	[OOM_CONSTRAINT_MEMCG] = "memcg",
	[OOM_CONSTRAINT_CPUSET] = "cpuset",
	[OOM_CONSTRAINT_MEMPOLICY] = "mempolicy",
};

const char *const oom_scope_names[OOM_SCOPE_COUNT] = {
	[OOM_SCOPE_UNKNOWN] = "unknown",
	[OOM_SCOPE_HOST] = "host",
	[OOM_SCOPE_MEMCG] = "memcg",
};

const char *const oom_trigger_names[OOM_TRIGGER_COUNT] = {
	[OOM_TRIGGER_ALLOC] = "alloc",
	[OOM_TRIGGER_SYSRQ] = "sysrq",
	[OOM_TRIGGER_ALLOCATING_TASK] = "allocating_task",
};

const char *const oom_outcome_names[OOM_OUTCOME_COUNT] = {
	[OOM_OUTCOME_UNKNOWN] = "unknown",
	[OOM_OUTCOME_KILLED] = "killed",
	[OOM_OUTCOME_PANIC] = "panic",
	[OOM_OUTCOME_NO_VICTIM] = "no_victim",
	[OOM_OUTCOME_SKIPPED] = "skipped",
};

const char *const oom_counter_names[OOM_COUNTER_COUNT] = {
	[OOM_COUNTER_MEMORY] = "memory",
	[OOM_COUNTER_MEMSW] = "memsw",
	[OOM_COUNTER_KMEM] = "kmem",
};

const char *const oom_seen_ground_names[OOM_SEEN_GROUND_COUNT] = {
	[OOM_SEEN_SAID] = "said",
	[OOM_SEEN_ONLY_LIMIT] = "only_limit",
	[OOM_SEEN_LOCAL_OOM] = "local_oom",
	[OOM_SEEN_OOM] = "oom",
	[OOM_SEEN_FAILCNT] = "failcnt",
	[OOM_SEEN_LEAST_LEFT] = "least_left",
};

struct oom_usage oom_event_usage(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	if (event->counter == OOM_COUNTER_MEMSW)
		return (struct oom_usage){ memcg->memsw_usage_kb, memcg->memsw_limit_kb };
	if (event->counter == OOM_COUNTER_KMEM)
		return (struct oom_usage){ memcg->kmem_usage_kb, memcg->kmem_limit_kb };
	return (struct oom_usage){ memcg->usage_kb, memcg->limit_kb };
}

const struct oom_task *oom_event_task(const struct oom_event *event, int64_t pid)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		const struct oom_task *task = &event->tasks[i];
		if (pid != UNKNOWN_SIGNED && (task->pid == pid || task->tgid == pid))
			return task;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool oom_event_repeats(const struct oom_event *a, const struct oom_event *b)
{
	return a->outcome == OOM_OUTCOME_NO_VICTIM && b->outcome == OOM_OUTCOME_NO_VICTIM &&
	       a->invoker.pid == b->invoker.pid && same_text(a->invoker.comm, b->invoker.comm) &&
	       a->constraint == b->constraint && a->order == b->order &&
	       same_text(a->gfp_mask, b->gfp_mask) && same_text(a->oom_memcg, b->oom_memcg) &&
	       a->memcg.limit_kb == b->memcg.limit_kb;
}

uint64_t oom_kills_missing(uint64_t vmstat_oom_kill, uint64_t victims_seen)
{
	return vmstat_oom_kill > victims_seen ? vmstat_oom_kill - victims_seen : 0;
}
