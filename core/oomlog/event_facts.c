#include "event_facts.h"

#include "oomspect/array.h"
#include "oomspect/badness.h"
#include "oomspect/event_rank.h"

#include <stdlib.h>
#include <string.h>

#define NEXT_RANK_MAX 64 /* how far down the next one is looked for */

static bool is_size(int64_t value)
{
	return value != UNKNOWN_SIGNED && value != OOM_UNLIMITED && value >= 0;
}

/* --- zones ------------------------------------------------------------------------------------- */

#define GFP_HIGHMEM UINT64_C(0x02) /* __GFP_HIGHMEM, in every kernel */

/* Whether the request could have been met from the zone: the kernel's own data is in none of the two,
 * and Movable is for pages that can be moved (__GFP_MOVABLE, whose bit has changed; its name in the
 * flags has not). */
static bool is_usable(const struct oom_event *event, const struct oom_zone *zone)
{
	bool highmem = strcmp(zone->name, "HighMem") == 0;
	bool movable = strcmp(zone->name, "Movable") == 0;
	if ((!highmem && !movable) || !event->gfp_mask[0])
		return true;
	bool may = strtoull(event->gfp_mask, NULL, 16) & GFP_HIGHMEM;
	return may && (highmem || !event->gfp_flags || strstr(event->gfp_flags, "MOVABLE"));
}

static bool is_printed(const struct oom_zone *zone)
{
	return is_size(zone->free_kb) && is_size(zone->min_kb);
}

static bool is_below_min(const struct oom_zone *zone)
{
	return is_printed(zone) && zone->free_kb < zone->min_kb;
}

/* Four times the minimum is free, and twice the mark at which reclaim rests. */
static bool is_ample(const struct oom_zone *zone)
{
	return is_printed(zone) && zone->free_kb / 4 > zone->min_kb &&
	       (!is_size(zone->high_kb) || zone->free_kb / 2 > zone->high_kb);
}

const struct oom_zone *event_short_zone(const struct oom_event *event)
{
	const struct oom_zone *found = NULL;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		if (is_below_min(zone) && is_usable(event, zone))
			found = zone;
	}
	return found;
}

const struct oom_zone *event_spare_zone(const struct oom_event *event)
{
	const struct oom_zone *found = NULL;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		if (!is_usable(event, zone) && is_ample(zone))
			found = zone;
	}
	return found;
}

const struct oom_zone *event_widest_zone(const struct oom_event *event)
{
	const struct oom_zone *found = NULL;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		if (is_printed(zone) && is_usable(event, zone) &&
			(!found || zone->free_kb > found->free_kb))
			found = zone;
	}
	return found;
}

static bool are_all_ample(const struct oom_event *event)
{
	bool any = false;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		if (!is_printed(zone) || !is_usable(event, zone))
			continue;
		if (!is_ample(zone))
			return false;
		any = true;
	}
	return any;
}

/* order > 0 needs that many pages in a row: enough is free, and no block of that size. */
static bool is_in_pieces(const struct oom_event *event)
{
	bool any = false, enough = false;
	int64_t needed_kb = (event->page_size / 1024) << event->order;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		any |= is_size(zone->largest_free_kb);
		if (!is_usable(event, zone))
			continue;
		if (zone->largest_free_kb >= needed_kb)
			return false;
		enough |= is_printed(zone) && !is_below_min(zone);
	}
	return any && enough;
}

static event_facts facts_of_zones(const struct oom_event *event)
{
	event_facts facts = 0;
	if (event_short_zone(event))
		facts |= EVENT_HAS(SHORT_ZONE);
	if (event_spare_zone(event))
		facts |= EVENT_HAS(SPARE_ZONE);
	if (event->order > 0 && event->order <= 20) {
		facts |= EVENT_HAS(ORDER);
		if (is_in_pieces(event))
			facts |= EVENT_HAS(IN_PIECES);
	}
	if (are_all_ample(event))
		facts |= EVENT_HAS(AMPLE);
	if (is_size(event->mem.hugepages_kb) && event->mem.hugepages_kb > 0)
		facts |= EVENT_HAS(HUGE_PAGES);
	return facts;
}

/* --- where, and what set it off ---------------------------------------------------------------- */

int64_t event_ram_pages(const struct oom_event *event)
{
	const struct oom_meminfo *mem = &event->mem;
	if (mem->ram_pages == UNKNOWN_SIGNED)
		return UNKNOWN_SIGNED;
	return mem->ram_pages - (mem->reserved_pages == UNKNOWN_SIGNED ? 0 : mem->reserved_pages);
}

/* Up to v5.15 a page fault that failed for whatever reason came to the OOM killer of the host, with
 * a mask of 0 (pagefault_out_of_memory(); 60e2793d440a). */
static bool is_fault(const struct oom_event *event)
{
	return event->gfp_mask[0] && strtoull(event->gfp_mask, NULL, 16) == 0 &&
	       event->scope != OOM_SCOPE_MEMCG && event->order == 0;
}

static bool is_asked(const struct oom_event *event)
{
	bool no_mask = event->gfp_mask[0] && strtoull(event->gfp_mask, NULL, 16) == 0;
	return event->invoker.comm[0] && event->trigger != OOM_TRIGGER_SYSRQ && !no_mask;
}

static event_facts facts_of_start(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	event_facts facts = 0;
	const struct {
		bool holds;
		event_facts fact;
	} rows[] = {
		{ event->scope == OOM_SCOPE_MEMCG, EVENT_HAS(MEMCG) },
		{ event->scope == OOM_SCOPE_HOST, EVENT_HAS(HOST) },
		{ event->constraint == OOM_CONSTRAINT_CPUSET, EVENT_HAS(CPUSET) },
		{ event->constraint == OOM_CONSTRAINT_MEMPOLICY, EVENT_HAS(MEMPOLICY) },
		{ event->trigger == OOM_TRIGGER_SYSRQ, EVENT_HAS(SYSRQ) },
		{ event->trigger == OOM_TRIGGER_ALLOCATING_TASK, EVENT_HAS(ALLOCATING_TASK) },
		{ is_fault(event), EVENT_HAS(FAULT) },
		{ is_asked(event), EVENT_HAS(ASKED) },
		{ event->suppressed > 0, EVENT_HAS(SUPPRESSED) },
		{ event->repeats > 0, EVENT_HAS(REPEATED) },
		{ event->headed, EVENT_HAS(HEADED) },
		{ event->counter != OOM_COUNTER_UNKNOWN, EVENT_HAS(COUNTER) },
		{ is_size(memcg->usage_kb) && is_size(memcg->limit_kb), EVENT_HAS(MEMORY_USED) },
		{ memcg->limit_kb == OOM_UNLIMITED, EVENT_HAS(UNLIMITED) },
		{ memcg->swap_limit_kb == 0, EVENT_HAS(NO_SWAP_ALLOWED) },
		{ event->oom_memcg && event->task_memcg &&
				strcmp(event->oom_memcg, event->task_memcg) != 0,
			EVENT_HAS(SUBTREE) },
		{ event_ram_pages(event) > 0, EVENT_HAS(RAM) },
		{ is_size(event->mem.swap_total_kb) && is_size(event->mem.swap_free_kb),
			EVENT_HAS(SWAP) },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		facts |= rows[i].holds ? rows[i].fact : 0;
	return facts;
}

static int64_t size_or_zero(int64_t kb)
{
	return is_size(kb) ? kb : 0;
}

int64_t event_memcg_kernel_kb(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	if (memcg->kernel_kb != UNKNOWN_SIGNED)
		return memcg->kernel_kb;
	return memcg->kmem_usage_kb != UNKNOWN_SIGNED ? memcg->kmem_usage_kb : memcg->slab_kb;
}

/* Statistics of v1 are of one cgroup alone, where the usage is of all below it; and some of what is
 * charged is in none of them. */
static bool is_content(const struct oom_event *event)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	if (!is_size(memcg->anon_kb) || !is_size(memcg->file_kb))
		return false;
	if (!is_size(memcg->usage_kb))
		return memcg->hierarchical;
	int64_t sum = memcg->anon_kb + memcg->file_kb + size_or_zero(memcg->sock_kb) +
		      size_or_zero(event_memcg_kernel_kb(event));
	return sum >= memcg->usage_kb - memcg->usage_kb / 4;
}

/* --- the outcome ------------------------------------------------------------------------------- */

static bool is_root_path(const char *path)
{
	return !path || strcmp(path, "/") == 0;
}

int64_t event_victim_tables_kb(const struct oom_event *event)
{
	const struct oom_victim *victim = &event->victims[0];
	int64_t kb;
	if (victim->pgtables_kb != UNKNOWN_SIGNED) /* printed since v5.4 */
		return victim->pgtables_kb;
	const struct oom_task *task = event_victim_task(event, victim);
	int64_t pages = task ? event_table_pages(event, task) : UNKNOWN_SIGNED;
	return pages == UNKNOWN_SIGNED ||
			       __builtin_mul_overflow(pages, event->page_size / 1024, &kb)
		       ? UNKNOWN_SIGNED
		       : kb;
}

static int64_t largest_of(const struct oom_victim *victim)
{
	int64_t largest = victim->anon_rss_kb;
	largest = victim->file_rss_kb > largest ? victim->file_rss_kb : largest;
	return victim->shmem_rss_kb > largest ? victim->shmem_rss_kb : largest;
}

static event_facts facts_of_victim(const struct oom_event *event)
{
	const struct oom_victim *victim = &event->victims[0];
	event_facts facts = EVENT_HAS(KILLED);
	if (is_size(victim->anon_rss_kb))
		facts |= EVENT_HAS(SIZES);
	if (is_size(victim->shmem_rss_kb)) /* up to v4.4 it counts as files */
		facts |= EVENT_HAS(SHMEM_SIZE);
	if (is_size(victim->anon_rss_kb) && event_victim_tables_kb(event) > largest_of(victim))
		facts |= EVENT_HAS(LARGE_TABLES);
	if (victim->oom_score_adj != UNKNOWN_SIGNED && victim->oom_score_adj != 0)
		facts |= EVENT_HAS(ADJ);
	if (event->group)
		facts |= EVENT_HAS(GROUP);
	if (event->victim_count > 1)
		facts |= event->sharing ? EVENT_HAS(SHARING) : EVENT_HAS(COMPANY);
	if (victim->reaped)
		facts |= EVENT_HAS(REAPED);
	if (victim->reaped && is_size(victim->anon_rss_kb) &&
		victim->reaped_left_kb > victim->anon_rss_kb / 2)
		facts |= EVENT_HAS(REAPED_IN_VAIN);
	return facts;
}

static event_facts facts_of_outcome(const struct oom_event *event)
{
	event_facts facts = event->victim_count ? facts_of_victim(event) : 0;
	const struct {
		bool holds;
		event_facts fact;
	} rows[] = {
		{ !is_root_path(event->task_memcg) && event->scope == OOM_SCOPE_HOST,
			EVENT_HAS(PLACE) },
		{ event->group_memcg, EVENT_HAS(GROUP_PATH) },
		{ event->already_exiting > 0, EVENT_HAS(EXITING) },
		{ event->outcome == OOM_OUTCOME_SKIPPED, EVENT_HAS(SKIPPED) },
		{ event->outcome == OOM_OUTCOME_NO_VICTIM, EVENT_HAS(NO_VICTIM) },
		{ event->outcome == OOM_OUTCOME_PANIC, EVENT_HAS(PANIC) },
		{ event->no_candidate, EVENT_HAS(NO_CANDIDATE) },
		{ event->panic == OOM_PANIC_SETTING, EVENT_HAS(PANIC_SETTING) },
		{ event->panic == OOM_PANIC_COMPULSORY, EVENT_HAS(PANIC_COMPULSORY) },
		{ event->panic == OOM_PANIC_INIT, EVENT_HAS(INIT_KILLED) },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		facts |= rows[i].holds ? rows[i].fact : 0;
	return facts;
}

/* --- the choice -------------------------------------------------------------------------------- */

int64_t event_task_memory(const struct oom_task *task)
{
	int64_t swap = task->swapents_pages == UNKNOWN_SIGNED ? 0 : task->swapents_pages, sum;
	return task->rss_pages == UNKNOWN_SIGNED ||
			       __builtin_add_overflow(task->rss_pages, swap, &sum)
		       ? 0
		       : sum;
}

static bool died(const struct oom_event *event, const struct oom_task *task)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		const struct oom_victim *victim = &event->victims[i];
		if (victim->pid == task->pid || victim->pid == task->tgid)
			return true;
	}
	return event->victim_count && event_victim_task(event, &event->victims[0]) == task;
}

const struct oom_task *event_next_task(const struct oom_event *event)
{
	for (int64_t rank = 1; rank <= NEXT_RANK_MAX; rank++) {
		const struct oom_task *task = event_task_of_rank(event, rank);
		if (!task)
			break;
		if (!died(event, task))
			return task;
	}
	return NULL;
}

/* Below 1000 pages an adj other than -1000 has no weight (mm/oom_kill.c:oom_badness()). */
static bool is_shielded(
	const struct oom_event *event, const struct oom_task *task, const struct oom_task *chosen)
{
	bool weighs = event->totalpages == UNKNOWN_SIGNED || event->totalpages >= 1000;
	return task != chosen && task->oom_score_adj != UNKNOWN_SIGNED &&
	       event_task_memory(task) > event_task_memory(chosen) &&
	       task->oom_score_adj < chosen->oom_score_adj &&
	       (weighs || task->oom_score_adj == OOM_SCORE_ADJ_MIN);
}

const struct oom_task *event_shielded_task(const struct oom_event *event, size_t index)
{
	const struct oom_task *chosen = event_chosen_task(event);
	if (!chosen)
		return NULL;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (is_shielded(event, &event->tasks[i], chosen) && index-- == 0)
			return &event->tasks[i];
	}
	return NULL;
}

/* How the one that was killed stands to the one that was chosen. A child needs a row of its own,
 * and an era that did so; a thread that was killed has the sizes of its process. */
static event_facts relation_of(const struct oom_event *event)
{
	struct era era = event_era(event);
	event_facts facts = 0;
	if (event_chose_thread(event))
		facts |= EVENT_HAS(THREAD_CHOSEN);
	if (!event->victim_count)
		return facts;
	const struct oom_victim *victim = &event->victims[0];
	const struct oom_task *row = event_victim_task(event, victim);
	const struct oom_task *chosen = oom_event_task(event, event->chosen.pid);
	if (row && row->tgid != victim->pid)
		facts |= EVENT_HAS(THREAD_KILLED);
	if (event->chosen.pid == UNKNOWN_SIGNED || event->chosen.pid == victim->pid ||
		(row && row == chosen))
		return facts;
	if (row && chosen && era_has(&era, ERA_SACRIFICE_CHILD))
		facts |= EVENT_HAS(CHILD);
	else
		facts |= EVENT_HAS(OTHER_KILLED);
	return facts;
}

static event_facts facts_of_choice(const struct oom_event *event)
{
	struct era era = event_era(event);
	const struct oom_task *chosen = event_chosen_task(event);
	const struct oom_task *first = event_task_of_rank(event, 1);
	const struct oom_task *second = event_task_of_rank(event, 2);
	bool decided = event->outcome == OOM_OUTCOME_KILLED;
	event_facts facts = relation_of(event);
	const struct {
		bool holds;
		event_facts fact;
	} rows[] = {
		{ event->chosen.pid != UNKNOWN_SIGNED, EVENT_HAS(CHOSEN) },
		{ event->chosen.score != UNKNOWN_SIGNED, EVENT_HAS(SCORE) },
		{ event->bonus_proven && event->bonus_taken, EVENT_HAS(BONUS) },
		{ era_has(&era, ERA_VIRTUAL_SIZE), EVENT_HAS(VIRTUAL_SIZE) },
		{ event->tasks_kept > 0, EVENT_HAS(TABLE) },
		{ event->tasks_whole, EVENT_HAS(WHOLE_TABLE) },
		{ chosen != NULL, EVENT_HAS(CHOSEN_ROW) },
		{ chosen && chosen->badness_pages != UNKNOWN_SIGNED, EVENT_HAS(BADNESS) },
		{ chosen && chosen == first, EVENT_HAS(FIRST) },
		{ chosen && first && chosen != first && decided, EVENT_HAS(OTHER_FIRST) },
		{ chosen && chosen == first && second, EVENT_HAS(SECOND) },
		{ event_shielded_task(event, 0) != NULL, EVENT_HAS(SHIELDED) },
		{ decided && event->victim_count && event_next_task(event), EVENT_HAS(NEXT) },
		{ event->seen.known && event->seen.rank != UNKNOWN_SIGNED, EVENT_HAS(SEEN) },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		facts |= rows[i].holds ? rows[i].fact : 0;
	return facts;
}

event_facts event_facts_of(const struct oom_event *event)
{
	return facts_of_start(event) | facts_of_zones(event) |
	       (is_content(event) ? EVENT_HAS(CONTENT) : 0) | facts_of_outcome(event) |
	       facts_of_choice(event);
}

static const char *const proofs[EVENT_FACT_COUNT] = {
	[EVENT_FACT_MEMCG] = ("\"Memory cgroup out of memory\", oom_memcg=, \"Task in ... limit "
			      "of\", CONSTRAINT_MEMCG, a frame of a charge"),
	[EVENT_FACT_HOST] = ("\"Out of memory:\", global_oom, a panic for memory, Mem-Info of an "
			     "allocation"),
	[EVENT_FACT_CPUSET] = "CONSTRAINT_CPUSET",
	[EVENT_FACT_MEMPOLICY] = "CONSTRAINT_MEMORY_POLICY",
	[EVENT_FACT_SYSRQ] = "\"Manual OOM execution\", order=-1",
	[EVENT_FACT_FAULT] = "gfp_mask=0x0, order=0, and no cgroup",
	[EVENT_FACT_ASKED] = "\"invoked oom-killer\" with a gfp_mask other than 0, no sysrq",
	[EVENT_FACT_ALLOCATING_TASK] = "\"(oom_kill_allocating_task)\"",
	[EVENT_FACT_SUPPRESSED] = "\"callbacks suppressed\" right before the report",
	[EVENT_FACT_REPEATED] = "equal reports without a victim right before",
	[EVENT_FACT_COUNTER] = ("the usage line whose usage is its limit, or the only one of "
				"them with a limit"),
	[EVENT_FACT_MEMORY_USED] = "\"memory: usage N, limit M\"",
	[EVENT_FACT_UNLIMITED] = "\"memory: usage N, limit\" of no limit",
	[EVENT_FACT_NO_SWAP_ALLOWED] = "\"swap: usage 0kB, limit 0kB\"",
	[EVENT_FACT_SUBTREE] = ("oom_memcg= and task_memcg=, or both paths of \"Task in\", "
				"differ"),
	[EVENT_FACT_CONTENT] = "statistics of a whole subtree, or whose sum is about the usage",
	[EVENT_FACT_RAM] = "\"pages RAM\"",
	[EVENT_FACT_SWAP] = "\"Free swap\" and \"Total swap\"",
	[EVENT_FACT_AMPLE] = "each printed zone that will do has several times its minimum free",
	[EVENT_FACT_HUGE_PAGES] = "hugepages_total= above 0",
	[EVENT_FACT_SHORT_ZONE] = "a zone line with free below min",
	[EVENT_FACT_SPARE_ZONE] = ("a HighMem or Movable line with plenty, and a gfp_mask without "
				   "that zone"),
	[EVENT_FACT_ORDER] = "order= above 0",
	[EVENT_FACT_IN_PIECES] = ("free blocks of the zones: none is large enough, and no zone "
				  "is short"),
	[EVENT_FACT_KILLED] = "\"Killed process\", or the line right before it",
	[EVENT_FACT_SIZES] = "anon-rss: of that line",
	[EVENT_FACT_SHMEM_SIZE] = "shmem-rss: of that line",
	[EVENT_FACT_LARGE_TABLES] = "pgtables: of that line, or of its row, is the largest part",
	[EVENT_FACT_ADJ] = "oom_score_adj: of that line or of the row",
	[EVENT_FACT_PLACE] = "task_memcg= of a kill of the host",
	[EVENT_FACT_GROUP] = "\"due to memory.oom.group set\", or the first victim named twice",
	[EVENT_FACT_GROUP_PATH] = "\"Tasks in PATH are going to be killed\"",
	[EVENT_FACT_COMPANY] = "more \"Killed process\" lines of the same event",
	[EVENT_FACT_EXITING] = "\"is already exiting\" in a group kill",
	[EVENT_FACT_SHARING] = "\"sharing same memory\"",
	[EVENT_FACT_REAPED] = "\"oom_reaper: reaped process\"",
	[EVENT_FACT_REAPED_IN_VAIN] = "its \"now anon-rss\" is more than half of what it was",
	[EVENT_FACT_SKIPPED] = "\"is already exiting\" of the chosen one",
	[EVENT_FACT_NO_VICTIM] = "\"no killable processes\", and no panic",
	[EVENT_FACT_PANIC] = "\"Kernel panic\" of the OOM killer",
	[EVENT_FACT_NO_CANDIDATE] = "\"no killable processes\", \"deadlocked on memory\"",
	[EVENT_FACT_PANIC_SETTING] = "\"panic_on_oom is enabled\", \"is selected\"",
	[EVENT_FACT_PANIC_COMPULSORY] = "\"compulsory panic_on_oom\"",
	[EVENT_FACT_INIT_KILLED] = "\"Attempted to kill init!\" right behind a group kill",
	[EVENT_FACT_CHOSEN] = "\"Kill process\", or task= and pid= of \"oom-kill:\"",
	[EVENT_FACT_SCORE] = "\"score N\"",
	[EVENT_FACT_BONUS] = "\"score N\" is reached with the bonus of root only",
	[EVENT_FACT_VIRTUAL_SIZE] = ("a release before 2.6.36, \"or a child\", oomkilladj=, a bare "
				     "\"oom-killer:\""),
	[EVENT_FACT_HEADED] = "\"invoked oom-killer\"",
	[EVENT_FACT_TABLE] = "rows of the task table",
	[EVENT_FACT_WHOLE_TABLE] = ("the table from its header to the line behind it, with a row "
				    "for each that died, below the report that stands before it"),
	[EVENT_FACT_CHOSEN_ROW] = "the row of the chosen process",
	[EVENT_FACT_BADNESS] = "the same, and how large the domain was wherever that counts",
	[EVENT_FACT_FIRST] = "a whole table, in which nothing open can change its place",
	[EVENT_FACT_OTHER_FIRST] = "a whole table, in which another is certainly first",
	[EVENT_FACT_SECOND] = "the same of the second",
	[EVENT_FACT_SHIELDED] = "two rows: more memory, and a lower oom_score_adj",
	[EVENT_FACT_CHILD] = "rows of both, and a kernel before 5.1",
	[EVENT_FACT_THREAD_CHOSEN] = "no row has the chosen pid, in a cgroup before 5.3",
	[EVENT_FACT_THREAD_KILLED] = "no row has its pid, and one has its sizes",
	[EVENT_FACT_OTHER_KILLED] = "\"Kill process\" and \"Killed process\" name two",
	[EVENT_FACT_NEXT] = "a whole table, a kill, and the rank of the first that is left",
	[EVENT_FACT_SEEN] = "nothing in the log: the victim's rank in our own sample before it",
};

const char *event_fact_proof(enum event_fact fact)
{
	return proofs[fact];
}
