#include "support_oomlog.h"

#include "support.h"

#include "oomspect/logline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct oomlog_told *told, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct oomlog_told *told, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (told->length < OOMLOG_TOLD_MAX)
		told->length += (size_t)vsnprintf(
			told->text + told->length, OOMLOG_TOLD_MAX - told->length, format, args);
	va_end(args);
}

static void add_number(struct oomlog_told *told, const char *name, int64_t value)
{
	if (value != UNKNOWN_SIGNED)
		add(told, " %s=%lld", name, (long long)value);
}

static void add_victim(struct oomlog_told *told, const struct oom_victim *victim)
{
	add(told, " killed=%lld(%s)", (long long)victim->pid, victim->comm);
	add_number(told, "vm", victim->total_vm_kb);
	add_number(told, "anon", victim->anon_rss_kb);
	add_number(told, "file", victim->file_rss_kb);
	add_number(told, "shmem", victim->shmem_rss_kb);
	add_number(told, "uid", victim->uid);
	add_number(told, "adj", victim->oom_score_adj);
	if (victim->reaped)
		add(told, " reaped");
}

void oomlog_told_event(void *arg, struct oom_event *event)
{
	struct oomlog_told *told = arg;
	told->events++;
	add(told, "%s%s", told->length ? "\n" : "",
		event->invoker.comm[0] ? event->invoker.comm : "-");
	add(told, " %s/%s", oom_constraint_names[event->constraint], oom_scope_names[event->scope]);
	add(told, " %s", oom_outcome_names[event->outcome]);
	if (event->trigger != OOM_TRIGGER_ALLOC)
		add(told, " %s", oom_trigger_names[event->trigger]);
	if (event->gfp_mask[0])
		add(told, " %s", event->gfp_mask);
	add_number(told, "order", event->order);
	if (event->kernel[0])
		add(told, " kernel=%s", event->kernel);
	if (event->oom_memcg)
		add(told, " memcg=%s", event->oom_memcg);
	add_number(told, "limit", event->memcg.limit_kb);
	if (event->chosen.pid != UNKNOWN_SIGNED && event->chosen.score != UNKNOWN_SIGNED)
		add(told, " chosen=%lld(%s):%lld", (long long)event->chosen.pid, event->chosen.comm,
			(long long)event->chosen.score);
	for (size_t i = 0; i < event->victim_count; i++)
		add_victim(told, &event->victims[i]);
	if (event->task_count)
		add(told, " tasks=%llu", (unsigned long long)event->task_count);
	if (event->repeats)
		add(told, " repeats=%llu", (unsigned long long)event->repeats);
}

void oomlog_told_reaped(void *arg, uint64_t number, int64_t pid)
{
	struct oomlog_told *told = arg;
	(void)number;
	(void)pid;
	told->reaped_late++;
}

void oomlog_told_lines(struct oomlog *log, struct text text, enum klog_form form)
{
	struct text line;
	for (uint64_t number = 1; text_next_line(&text, &line); number++) {
		struct klog_record record;
		char *bytes = malloc(line.len + 1);
		memcpy(bytes, line.at, line.len);
		logline_parse((struct text){ bytes, line.len }, &record);
		record.line = number;
		record.form = form;
		assert_int_equal(oomlog_push(log, &record), ERR_OK);
		free(bytes);
	}
}

void oomlog_told_read(const char *text, enum klog_form form, struct oomlog_told *told)
{
	struct oomlog log;
	struct oomlog_sink sink = {
		.event = oomlog_told_event, .reaped = oomlog_told_reaped, .arg = told
	};
	assert_int_equal(oomlog_init(&log, "test", sink, 0), ERR_OK);
	oomlog_told_lines(&log, text_of(text), form);
	oomlog_finish(&log);
	oomlog_release(&log);
}
