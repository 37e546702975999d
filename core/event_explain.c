#include "oomspect/event_explain.h"

#include "event_say.h"

#include "oomspect/line.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHIELDED_MAX  3  /* larger ones that are named */
#define NEXT_RANK_MAX 64 /* how far down the next one is looked for */

/* Unsummed per-CPU counters (v6.2 to v6.19) differ by this much per counter on small machines. */
#define COUNTER_DOUBT_PAGES 128

void event_say(
	struct event_explanation *explanation, enum event_answer answer, const char *format, ...)
{
	va_list args;
	char *text;
	if (explanation->count == EVENT_SENTENCES_MAX)
		return;
	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		explanation->no_memory = true;
		return;
	}
	explanation->sentences[explanation->count].answer = answer;
	explanation->sentences[explanation->count++].text = text;
}

static void say_killed(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_victim *victim = &event->victims[0];
	if (victim->anon_rss_kb == OOM_UNKNOWN)
		event_say(to, EVENT_WHO,
			"%lld (%s) was killed; the text does not say how large it was.",
			(long long)victim->pid, victim->comm);
	else if (victim->shmem_rss_kb == OOM_UNKNOWN) /* up to v4.4 it counts as files */
		event_say(to, EVENT_WHO, "%lld (%s) was killed: %s anonymous, %s of files.",
			(long long)victim->pid, victim->comm, event_kb(victim->anon_rss_kb).text,
			event_kb(victim->file_rss_kb).text);
	else
		event_say(to, EVENT_WHO,
			"%lld (%s) was killed: %s anonymous, %s of files, %s shared memory.",
			(long long)victim->pid, victim->comm, event_kb(victim->anon_rss_kb).text,
			event_kb(victim->file_rss_kb).text, event_kb(victim->shmem_rss_kb).text);
	if (victim->oom_score_adj != OOM_UNKNOWN && victim->oom_score_adj != 0)
		event_say(to, EVENT_WHO, "Its oom_score_adj was %lld.",
			(long long)victim->oom_score_adj);
	if (event->group)
		event_say(to, EVENT_WHO,
			"memory.oom.group is set: %zu more of its cgroup died with it%s.",
			event->victim_count - 1,
			event->already_exiting ? ", others were dying already" : "");
	else if (event->sharing)
		event_say(to, EVENT_WHO, "%zu more died because they share its memory.",
			event->victim_count - 1);
	if (victim->reaped)
		event_say(to, EVENT_WHO, "The oom_reaper took its memory before it had exited.");
}

static void explain_who(const struct oom_event *event, struct event_explanation *to)
{
	if (event->victim_count)
		say_killed(event, to);
	else if (event->outcome == OOM_OUTCOME_SKIPPED)
		event_say(
			to, EVENT_WHO, "Nobody was killed: the chosen process was dying already.");
	else if (event->outcome == OOM_OUTCOME_NO_VICTIM)
		event_say(to, EVENT_WHO,
			"Nobody was killed: no process there may be killed, and the allocation "
			"failed.");
	else if (event->outcome == OOM_OUTCOME_UNKNOWN)
		event_say(to, EVENT_WHO, "The text ends before it says who died.");
	if (event->outcome == OOM_OUTCOME_PANIC)
		event_say(to, EVENT_WHO, "The kernel panicked instead of killing%s.",
			event->task_table_headed && !event_task_of_rank(event, 1)
				? ": nobody was left to kill"
				: "");
}

/* Kernels up to v5.0 killed a child with an mm of its own in place of the chosen process. */
static bool is_child_kill(const struct oom_event *event)
{
	return event->victim_count && event->chosen.score != OOM_UNKNOWN &&
	       event->chosen.pid != event->victims[0].pid;
}

static void say_terms(
	const struct oom_event *event, const struct oom_task *task, struct event_explanation *to)
{
	int64_t tables = task->page_tables != OOM_UNKNOWN ? task->page_tables
			 : task->pgtables_bytes != OOM_UNKNOWN
				 ? task->pgtables_bytes / event->page_size
				 : 0;
	int64_t swap = task->swapents_pages == OOM_UNKNOWN ? 0 : task->swapents_pages;
	event_say(to, EVENT_WHY,
		"%lld (%s) weighs %lld pages%s: rss %lld, page tables %lld, swap %lld, "
		"oom_score_adj %lld.",
		(long long)task->tgid, task->comm, (long long)task->badness_pages,
		event_weighs(event, task) ? ""
					  : " without its oom_score_adj, as the text does not "
					    "say how large the domain was",
		(long long)task->rss_pages, (long long)tables, (long long)swap,
		(long long)task->oom_score_adj);
}

static void say_first(
	const struct oom_event *event, const struct oom_task *chosen, struct event_explanation *to)
{
	const struct oom_task *second = event_task_of_rank(event, 2);
	if (event->task_count == 1)
		event_say(to, EVENT_WHY, "%lld (%s) is the only process in the table.",
			(long long)chosen->tgid, chosen->comm);
	else
		event_say(to, EVENT_WHY,
			"%lld (%s) had the highest badness of the %llu processes in the table.",
			(long long)chosen->tgid, chosen->comm,
			(unsigned long long)event->task_count);
	say_terms(event, chosen, to);
	if (!second)
		return;
	int64_t margin = chosen->badness_pages - second->badness_pages;
	if (margin)
		event_say(to, EVENT_WHY, "%lld (%s) is next, %s behind.", (long long)second->tgid,
			second->comm, event_pages(event, margin).text);
	else
		event_say(to, EVENT_WHY,
			"%lld (%s) weighs the same; the order of the scan decided.",
			(long long)second->tgid, second->comm);
}

static bool any_adj(const struct oom_event *event)
{
	for (size_t i = 0; i < event->tasks_kept; i++) {
		if (event->tasks[i].oom_score_adj != 0 && event->tasks[i].rank != OOM_UNKNOWN)
			return true;
	}
	return false;
}

/* Why our first is not the kernel's, as far as the text lets one know. */
static const char *reason_of_difference(
	const struct oom_event *event, const struct oom_task *chosen, const struct oom_task *first)
{
	struct era era = event_era(event);
	if (event->trigger == OOM_TRIGGER_ALLOCATING_TASK)
		return "vm.oom_kill_allocating_task is set: whoever asks for memory dies, however "
		       "small";
	if (event->constraint == OOM_CONSTRAINT_MEMPOLICY)
		return "only tasks whose memory policy allows these nodes are candidates, and the "
		       "text does not say which";
	if (chosen->rank == OOM_UNKNOWN)
		return "by its row it may not be killed at all";
	if (event->elided)
		return "lines were cut out of the text; or the larger one was dying already";
	if (!event->task_table_headed)
		return "the head of the table is not in the text, so its columns are guessed";
	int64_t gap = first->badness_pages - chosen->badness_pages;
	if (gap <= COUNTER_DOUBT_PAGES && era_has(&era, ERA_UNSUMMED_RSS))
		return "this kernel ranks by counters that lag behind by more than the difference";
	if ((era_has(&era, ERA_ROOT_3_PERCENT) || era_has(&era, ERA_ROOT_MINUS_30)) &&
		gap <= first->badness_pages / 20)
		return "root processes weigh a little less on this kernel, and the table does not "
		       "say which have that right";
	if (!event->totalpages_exact && any_adj(event))
		return "oom_score_adj counts in shares of RAM and swap, and the text does not say "
		       "how much swap applies";
	return "a larger one may have been dying already, or borrowing its memory in a vfork; the "
	       "text does not say";
}

static void say_difference(const struct oom_event *event, const struct oom_task *chosen,
	const struct oom_task *first, struct event_explanation *to)
{
	event_say(to, EVENT_WHY,
		"By the table %lld (%s) weighs more, %lld pages, yet the kernel chose %lld (%s).",
		(long long)first->tgid, first->comm, (long long)first->badness_pages,
		(long long)chosen->tgid, chosen->comm);
	event_say(to, EVENT_WHY, "The reason may be this: %s.",
		reason_of_difference(event, chosen, first));
}

static int64_t memory_of(const struct oom_task *task)
{
	int64_t swap = task->swapents_pages == OOM_UNKNOWN ? 0 : task->swapents_pages, sum;
	return task->rss_pages == OOM_UNKNOWN || __builtin_add_overflow(task->rss_pages, swap, &sum)
		       ? 0
		       : sum;
}

static const char *shield_of(const struct oom_task *task)
{
	return task->oom_score_adj == -1000 ? "makes it unkillable"
	       : task->oom_score_adj < 0    ? "protects it"
					    : "is lower";
}

static void say_shielded(
	const struct oom_event *event, const struct oom_task *chosen, struct event_explanation *to)
{
	int named = 0;
	for (size_t i = 0; i < event->tasks_kept && named < SHIELDED_MAX; i++) {
		const struct oom_task *task = &event->tasks[i];
		if (task == chosen || task->oom_score_adj == OOM_UNKNOWN ||
			memory_of(task) <= memory_of(chosen) ||
			task->oom_score_adj >= chosen->oom_score_adj)
			continue;
		event_say(to, EVENT_WHY, "%lld (%s) is larger (%s), but its oom_score_adj %lld %s.",
			(long long)task->tgid, task->comm, event_pages(event, memory_of(task)).text,
			(long long)task->oom_score_adj, shield_of(task));
		named++;
	}
}

static void say_no_table(const struct oom_event *event, struct event_explanation *to)
{
	if (event->outcome != OOM_OUTCOME_KILLED)
		return;
	if (!event->headed)
		event_say(to, EVENT_WHY,
			"The report before the kill is not in the text (cut off, or one of more "
			"than "
			"10 in 5 seconds), so why cannot be told.");
	else
		event_say(to, EVENT_WHY,
			"The text has no task table (vm.oom_dump_tasks=0, or cut out), so why "
			"cannot be told.");
}

static void explain_choice(const struct oom_event *event, struct event_explanation *to)
{
	struct era era = event_era(event);
	const struct oom_task *chosen = event_chosen_task(event),
			      *first = event_task_of_rank(event, 1);
	if (event->trigger == OOM_TRIGGER_ALLOCATING_TASK)
		event_say(to, EVENT_WHY,
			"vm.oom_kill_allocating_task is set: whoever asks for memory dies.");
	if (era_has(&era, ERA_VIRTUAL_SIZE)) {
		event_say(to, EVENT_WHY,
			"This kernel ranked by virtual size, run time and nice value, which the "
			"log does "
			"not show.");
	} else if (!event->tasks_kept) {
		say_no_table(event, to);
	} else if (event->outcome == OOM_OUTCOME_KILLED && !chosen) {
		event_say(to, EVENT_WHY, "The row of the chosen process is not in the text.");
	} else if (chosen && first) {
		if (chosen == first)
			say_first(event, chosen, to);
		else
			say_difference(event, chosen, first, to);
		say_shielded(event, chosen, to);
	}
}

static void explain_why(const struct oom_event *event, struct event_explanation *to)
{
	if (event->invoker.comm[0])
		event_say(to, EVENT_WHY, "%s asked for the memory.", event->invoker.comm);
	if (event->suppressed > 0)
		event_say(to, EVENT_WHY, "%lld reports before it were not printed (rate limit).",
			(long long)event->suppressed);
	explain_choice(event, to);
	if (is_child_kill(event))
		event_say(to, EVENT_WHY,
			"The kernel chose %lld (%s) and killed its child in its place, as it did "
			"before v5.1.",
			(long long)event->chosen.pid, event->chosen.comm);
	else if (event->victim_count && event->chosen.pid != OOM_UNKNOWN &&
		 event->chosen.pid != event->victims[0].pid)
		event_say(to, EVENT_WHY,
			"%lld is a thread of the chosen process %lld, whose main thread had "
			"exited.",
			(long long)event->victims[0].pid, (long long)event->chosen.pid);
	if (event->repeats)
		event_say(to, EVENT_WHY, "The same report came %llu times before.",
			(unsigned long long)event->repeats);
}

static bool is_victim(const struct oom_event *event, const struct oom_task *task)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		if (event->victims[i].pid == task->pid || event->victims[i].pid == task->tgid)
			return true;
	}
	return false;
}

static void explain_next(const struct oom_event *event, struct event_explanation *to)
{
	for (int64_t rank = 1; rank <= NEXT_RANK_MAX; rank++) {
		const struct oom_task *task = event_task_of_rank(event, rank);
		if (!task || is_victim(event, task))
			continue;
		event_say(to, EVENT_NEXT,
			"%lld (%s) would have been next, with %s and oom_score_adj %lld.",
			(long long)task->tgid, task->comm, event_pages(event, memory_of(task)).text,
			(long long)task->oom_score_adj);
		return;
	}
}

enum err_code event_explain(const struct oom_event *event, struct event_explanation *ret)
{
	ret->count = 0;
	ret->no_memory = false;
	event_explain_what(event, ret);
	explain_who(event, ret);
	explain_why(event, ret);
	explain_next(event, ret);
	return ret->no_memory ? ERR_NO_MEMORY : ERR_OK;
}

void event_explanation_release(struct event_explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
		free(explanation->sentences[i].text);
	explanation->count = 0;
}

char *event_explanation_text(const struct event_explanation *explanation)
{
	size_t size = 1;
	for (size_t i = 0; i < explanation->count; i++)
		size += strlen(explanation->sentences[i].text) + 1;
	char *text = malloc(size);
	if (!text)
		return NULL;
	struct line line = line_begin(text, size);
	for (size_t i = 0; i < explanation->count; i++) {
		enum event_answer answer = explanation->sentences[i].answer;
		if (answer != EVENT_WHAT && answer != EVENT_WHY)
			continue;
		line_add(&line, "%s%s", line.used ? " " : "", explanation->sentences[i].text);
	}
	return text;
}
