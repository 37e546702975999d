#include "oomspect/oomlog_state.h"

#include "oomspect/array.h"

#include <stdlib.h>
#include <string.h>

/* A report goes out within seconds, on a serial console within a minute or two. */
#define REPORT_MAX_S 300

int64_t oomlog_age_s(const struct oomlog *log)
{
	const struct oomlog_message *message = &log->message;
	const struct oom_event *event = &log->event;
	int64_t us = 0;
	if (log->columns.mangled)
		return 0; /* busybox dmesg made stamps of what is none */
	if (message->boot_us != UNKNOWN_SIGNED && event->boot_us != UNKNOWN_SIGNED)
		us = message->boot_us - event->boot_us;
	else if (message->unix_us != UNKNOWN_SIGNED && event->unix_us != UNKNOWN_SIGNED)
		us = message->unix_us - event->unix_us;
	return (us < 0 ? -us : us) / 1000000; /* back in time: the next boot */
}

void oomlog_begin(struct oomlog *log, enum oomlog_phase phase)
{
	const struct oomlog_message *message = &log->message;
	struct oom_event *event = &log->event;
	log->phase = phase;
	log->columns = (struct oom_columns){ .count = 0 };
	log->has_constraint_line = log->has_memcg_stats = log->below_killer = false;
	log->first_kill_us = log->last_kill_us = UNKNOWN_SIGNED;
	log->tasks_size = log->victims_size = log->raw_size = 0;
	oom_victim_init(&log->reaped);
	event->proven = message->proven;
	event->boot_us = message->boot_us;
	event->unix_us = message->unix_us;
	memcpy(event->stamp, message->stamp, sizeof(event->stamp));
	event->first_line = event->last_line = message->first_line;
	event->suppressed = log->suppressed;
	log->suppressed = UNKNOWN_SIGNED;
}

void oomlog_need_report(struct oomlog *log)
{
	if (log->phase == OOMLOG_DECIDED || oomlog_age_s(log) > REPORT_MAX_S)
		oomlog_end(log);
	if (log->phase == OOMLOG_IDLE)
		oomlog_begin(log, OOMLOG_REPORT);
	log->phase = OOMLOG_REPORT;
}

void oomlog_need_body(struct oomlog *log)
{
	if (log->phase == OOMLOG_DECIDED || oomlog_age_s(log) > REPORT_MAX_S)
		oomlog_end(log);
	if (log->phase == OOMLOG_IDLE)
		oomlog_begin(log, OOMLOG_TENTATIVE);
}

void oomlog_add_victim(struct oomlog *log, const struct oom_victim *victim)
{
	struct oom_event *event = &log->event;
	if (event->victim_count == OOM_VICTIMS_MAX)
		return;
	for (size_t i = 0; i < event->victim_count; i++) {
		if (event->victims[i].pid == victim->pid) {
			log->doubled++; /* memory.oom.group kills the chosen one twice */
			return;
		}
	}
	if (ARRAY_RESERVE(event->victims, log->victims_size, event->victim_count + 1))
		event->victims[event->victim_count++] = *victim;
	else
		log->error = ERR_NO_MEMORY;
}

void oomlog_add_task(struct oomlog *log, const struct oom_task *task)
{
	struct oom_event *event = &log->event;
	event->task_count++;
	if (event->tasks_kept == OOM_TASKS_MAX)
		return;
	if (ARRAY_RESERVE(event->tasks, log->tasks_size, event->tasks_kept + 1))
		event->tasks[event->tasks_kept++] = *task;
	else
		log->error = ERR_NO_MEMORY;
}

static bool reap_in(struct oom_event *event, const struct oom_victim *victim)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		if (event->victims[i].pid == victim->pid) {
			event->victims[i].reaped = true;
			event->victims[i].reaped_left_kb = victim->reaped_left_kb;
			return true;
		}
	}
	return false;
}

void oomlog_mark_reaped(struct oomlog *log, const struct oom_victim *victim)
{
	if (log->phase == OOMLOG_DECIDED && reap_in(&log->event, victim))
		return;
	for (size_t i = log->held_count; i-- > 0;) {
		if (reap_in(&log->held[i], victim))
			return;
	}
	for (size_t i = 0; i < OOMLOG_RECENT_MAX; i++) {
		if (log->recent[i].number && log->recent[i].pid == victim->pid) {
			if (log->sink.reaped)
				log->sink.reaped(log->sink.arg, log->recent[i].number, victim->pid);
			return;
		}
	}
	if (log->phase == OOMLOG_REPORT && log->reaped.pid == UNKNOWN_SIGNED) {
		log->reaped = *victim;
		log->reaped.reaped = true;
	}
}

/* Where the kill line is missing, the victim is told by the constraint line, which is printed
 * right before the kill, or by the reaper. */
static void find_victim(struct oomlog *log)
{
	struct oom_event *event = &log->event;
	struct oom_victim victim;
	if (event->victim_count || event->outcome != OOM_OUTCOME_UNKNOWN)
		return;
	oom_victim_init(&victim);
	if (log->has_constraint_line && event->chosen.pid != UNKNOWN_SIGNED) {
		victim.pid = event->chosen.pid;
		memcpy(victim.comm, event->chosen.comm, sizeof(victim.comm));
		victim.reaped = log->reaped.pid == victim.pid;
	} else if (log->reaped.pid != UNKNOWN_SIGNED) {
		victim = log->reaped;
	} else {
		return;
	}
	oomlog_add_victim(log, &victim);
	event->outcome = OOM_OUTCOME_KILLED;
}

static void complete_victims(struct oom_event *event)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		struct oom_victim *victim = &event->victims[i];
		const struct oom_task *task = oom_event_task(event, victim->pid);
		if (!task)
			continue;
		if (victim->oom_score_adj == UNKNOWN_SIGNED)
			victim->oom_score_adj = task->oom_score_adj;
		if (victim->uid == UNKNOWN_SIGNED)
			victim->uid = task->uid;
	}
}

static void settle(struct oomlog *log)
{
	struct oom_event *event = &log->event;
	find_victim(log);
	complete_victims(event);
	if (event->first_line > event->last_line) { /* the text has its newest line first */
		uint64_t first = event->last_line;
		event->last_line = event->first_line;
		event->first_line = first;
	}
	if (!event->kernel[0])
		memcpy(event->kernel, log->release, sizeof(event->kernel));
	/* The kernel prints the counters of a memcg where one of them is why. */
	if (event->has_stats && event->constraint == OOM_CONSTRAINT_UNKNOWN &&
		event->scope == OOM_SCOPE_UNKNOWN)
		event->constraint = OOM_CONSTRAINT_MEMCG;
	if (event->constraint == OOM_CONSTRAINT_MEMCG)
		event->scope = OOM_SCOPE_MEMCG;
	else if (event->scope == OOM_SCOPE_UNKNOWN && event->has_meminfo && event->headed)
		event->scope = OOM_SCOPE_HOST;
	event->complete =
		event->headed && event->outcome != OOM_OUTCOME_UNKNOWN && !event->elided &&
		!event->tasks_damaged && (!event->has_meminfo || event->has_page_lines) &&
		(event->kernel[0] || event->has_meminfo || event->memcg.usage_kb != UNKNOWN_SIGNED);
}

/* The few fields oom_event_repeats() compares. */
static void remember(struct oomlog *log, const struct oom_event *event)
{
	struct oom_event *last = &log->last;
	char *memcg = last->oom_memcg;
	uint64_t repeats = event->repeats;
	if (repeats && memcg) /* the same as before */
		return;
	free(memcg);
	oom_event_init(last);
	last->outcome = event->outcome;
	last->invoker = event->invoker;
	last->constraint = event->constraint;
	last->order = event->order;
	memcpy(last->gfp_mask, event->gfp_mask, sizeof(last->gfp_mask));
	last->memcg.limit_kb = event->memcg.limit_kb;
	last->oom_memcg = event->oom_memcg ? strdup(event->oom_memcg) : NULL;
	if (event->oom_memcg && !last->oom_memcg)
		log->error = ERR_NO_MEMORY;
}

static void deliver_first(struct oomlog *log)
{
	struct oom_event *event = &log->held[0];
	for (size_t i = 0; i < event->victim_count && i < OOMLOG_RECENT_MAX; i++) {
		log->recent[log->recent_next].number = event->victims[i].reaped ? 0 : event->number;
		log->recent[log->recent_next].pid = event->victims[i].pid;
		log->recent_next = (log->recent_next + 1) % OOMLOG_RECENT_MAX;
	}
	if (!log->error) /* what memory ran out for looks whole */
		log->sink.event(log->sink.arg, event);
	oom_event_release(event);
	log->held_count--;
	memmove(&log->held[0], &log->held[1], log->held_count * sizeof(log->held[0]));
}

void oomlog_deliver_held(struct oomlog *log)
{
	while (log->held_count)
		deliver_first(log);
}

/* A table without a report, below the kill of one of its rows: somebody quotes them one by one. */
static bool give_table(struct oomlog *log)
{
	struct oom_event *event = &log->event;
	struct oom_event *last = log->held_count ? &log->held[log->held_count - 1] : NULL;
	if (!last || !event->tasks_kept || last->task_count || !last->victim_count)
		return false;
	const struct oom_task *task = oom_event_task(event, last->victims[0].pid);
	if (!task || strcmp(task->comm, last->victims[0].comm) != 0)
		return false;
	last->tasks = event->tasks;
	last->tasks_kept = event->tasks_kept;
	last->task_count = event->task_count;
	last->tasks_damaged = true; /* what is not where the kernel puts it may be anything */
	last->complete = false;
	complete_victims(last);
	event->tasks = NULL;
	event->tasks_kept = 0;
	return true;
}

/* A kill that nothing but its line tells of. */
static bool is_bare(const struct oom_event *event)
{
	return !event->headed && !event->cpuset[0] && !event->task_count &&
	       event->outcome == OOM_OUTCOME_KILLED && event->victim_count > 0;
}

static bool is_first_victim(const struct oom_event *event, const struct oom_victim *victim)
{
	return event->victims[0].pid == victim->pid &&
	       strcmp(event->victims[0].comm, victim->comm) == 0;
}

/* The held event whose first victim is named again, with bare kills of its kind alone behind it. */
static size_t find_first_of_group(const struct oomlog *log, const struct oom_victim *victim)
{
	for (size_t i = log->held_count; i-- > 0;) {
		if (!is_bare(&log->held[i]) || log->held[i].scope != log->event.scope)
			break;
		if (is_first_victim(&log->held[i], victim))
			return i;
	}
	return log->held_count;
}

bool oomlog_rejoin_group(struct oomlog *log, const struct oom_victim *victim)
{
	struct oom_event rest = log->event;
	if (log->phase != OOMLOG_DECIDED || !is_bare(&rest) || oomlog_age_s(log) > 2)
		return false;
	size_t first = find_first_of_group(log, victim);
	if (first == log->held_count)
		return false;
	log->event = log->held[first];
	log->event.group = true;
	log->victims_size = log->event.victim_count;
	log->tasks_size = log->event.tasks_kept;
	log->raw_size = log->event.raw_len;
	log->victims -= log->event.victim_count;
	for (size_t i = first + 1; i < log->held_count; i++) {
		log->victims -= log->held[i].victim_count;
		for (size_t k = 0; k < log->held[i].victim_count; k++)
			oomlog_add_victim(log, &log->held[i].victims[k]);
		oom_event_release(&log->held[i]);
	}
	for (size_t k = 0; k < rest.victim_count; k++)
		oomlog_add_victim(log, &rest.victims[k]);
	oom_event_release(&rest);
	log->events = log->event.number - 1;
	log->held_count = first;
	free(log->event.source); /* the end of the event gives it one */
	log->event.source = NULL;
	return true;
}

void oomlog_end(struct oomlog *log)
{
	struct oom_event *event = &log->event;
	if (log->phase == OOMLOG_REPORT || log->phase == OOMLOG_DECIDED) {
		settle(log);
		event->number = ++log->events;
		log->victims += event->victim_count;
		event->repeats = oom_event_repeats(&log->last, event) ? log->last.repeats + 1 : 0;
		uint64_t repeats = event->repeats;
		remember(log, event);
		log->last.repeats = repeats;
		event->source = strdup(log->source);
		if (!event->source)
			log->error = ERR_NO_MEMORY;
		if (log->held_count == OOMLOG_HELD_MAX)
			deliver_first(log);
		log->held[log->held_count++] = *event;
		oom_event_init(event);
		if (log->flags & OOMLOG_LIVE)
			oomlog_deliver_held(log);
	} else {
		if (log->phase == OOMLOG_TENTATIVE)
			give_table(log);
		oom_event_release(event);
	}
	log->phase = OOMLOG_IDLE;
}
