#include "oomspect/event_json.h"

#include "oomspect/event_explain.h"
#include "oomspect/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* NULL and "" are unknown. */
static void set_text(json_t *object, const char *name, const char *string)
{
	json_set_bytes(object, name, string && *string ? string : NULL);
}

static void set_number(json_t *object, const char *name, int64_t value)
{
	bool known = value != OOM_UNKNOWN && value != OOM_UNLIMITED;
	json_object_set_new(object, name, known ? json_integer(value) : json_null());
}

static void set_seconds(json_t *object, const char *name, int64_t us)
{
	json_object_set_new(
		object, name, us == OOM_UNKNOWN ? json_null() : json_real((double)us / 1e6));
}

static json_t *invoker_json(const struct oom_event *event)
{
	json_t *object = json_object();
	set_text(object, "comm", event->invoker.comm);
	set_number(object, "pid", event->invoker.pid);
	set_number(object, "oom_score_adj", event->invoker.oom_score_adj);
	return object;
}

static json_t *chosen_json(const struct oom_event *event)
{
	if (event->chosen.pid == OOM_UNKNOWN)
		return json_null();
	json_t *object = json_object();
	set_number(object, "pid", event->chosen.pid);
	set_text(object, "comm", event->chosen.comm);
	set_number(object, "score", event->chosen.score);
	return object;
}

static json_t *victim_json(const struct oom_victim *victim)
{
	json_t *object = json_object();
	set_number(object, "pid", victim->pid);
	set_text(object, "comm", victim->comm);
	set_number(object, "uid", victim->uid);
	set_number(object, "total_vm_kb", victim->total_vm_kb);
	set_number(object, "anon_rss_kb", victim->anon_rss_kb);
	set_number(object, "file_rss_kb", victim->file_rss_kb);
	set_number(object, "shmem_rss_kb", victim->shmem_rss_kb);
	set_number(object, "pgtables_kb", victim->pgtables_kb);
	set_number(object, "oom_score_adj", victim->oom_score_adj);
	json_object_set_new(object, "reaped", json_boolean(victim->reaped));
	return object;
}

static json_t *task_json(const struct oom_event *event, const struct oom_task *task)
{
	json_t *object = json_object();
	int64_t tables = task->pgtables_bytes;
	if (tables == OOM_UNKNOWN && task->page_tables != OOM_UNKNOWN &&
		__builtin_mul_overflow(task->page_tables, event->page_size, &tables))
		tables = OOM_UNKNOWN;
	set_number(object, "pid", task->pid);
	set_number(object, "tgid", task->tgid);
	set_number(object, "uid", task->uid);
	set_number(object, "total_vm_pages", task->total_vm_pages);
	set_number(object, "rss_pages", task->rss_pages);
	set_number(object, "pgtables_bytes", tables);
	set_number(object, "swapents_pages", task->swapents_pages);
	set_number(object, "oom_score_adj", task->oom_score_adj);
	set_text(object, "comm", task->comm);
	set_number(object, "badness_pages",
		event_weighs(event, task) ? task->badness_pages : OOM_UNKNOWN);
	set_number(object, "rank", task->rank);
	return object;
}

static void set_lists(json_t *object, const struct oom_event *event)
{
	json_t *victims = json_array(), *tasks = json_array();
	for (size_t i = 0; i < event->victim_count; i++)
		json_array_append_new(victims, victim_json(&event->victims[i]));
	for (size_t i = 0; i < event->tasks_kept; i++)
		json_array_append_new(tasks, task_json(event, &event->tasks[i]));
	json_object_set_new(object, "victims", victims);
	json_object_set_new(object, "tasks", tasks);
	json_object_set_new(object, "task_count", json_integer((json_int_t)event->task_count));
}

static void set_why(json_t *object, const struct oom_event *event)
{
	struct event_explanation explanation;
	event_explain(event, &explanation);
	char *why = event_explanation_text(&explanation);
	set_text(object, "why", why);
	free(why);
	event_explanation_release(&explanation);
}

static void set_what(json_t *object, const struct oom_event *event)
{
	set_text(object, "gfp_mask", event->gfp_mask);
	set_text(object, "gfp_flags", event->gfp_flags);
	set_number(object, "order", event->order);
	set_text(object, "constraint", oom_constraint_name(event->constraint));
	set_text(object, "scope", oom_scope_name(event->scope));
	set_text(object, "oom_memcg", event->oom_memcg);
	set_text(object, "task_memcg", event->task_memcg);
	set_text(object, "trigger", oom_trigger_name(event->trigger));
	set_text(object, "outcome", oom_outcome_name(event->outcome));
	json_object_set_new(object, "complete", json_boolean(event->complete));
	json_object_set_new(object, "chosen", chosen_json(event));
}

char *event_to_json(const struct oom_event *event)
{
	json_t *object = json_object();
	if (!object)
		return NULL;
	json_object_set_new(object, "schema", json_string("oomspect.events/1"));
	set_text(object, "source", event->source);
	json_object_set_new(object, "event", json_integer((json_int_t)event->number));
	set_seconds(object, "time_unix", event->unix_us);
	set_seconds(object, "boot_s", event->boot_us);
	set_text(object, "kernel", event->kernel);
	json_object_set_new(object, "invoker", invoker_json(event));
	set_what(object, event);
	set_lists(object, event);
	set_number(object, "limit_kb", event->memcg.limit_kb);
	set_number(object, "usage_kb", event->memcg.usage_kb);
	json_object_set_new(object, "repeats", json_integer((json_int_t)event->repeats));
	set_why(object, event);
	json_object_set_new(object, "lines",
		json_pack("[I,I]", (json_int_t)event->first_line, (json_int_t)event->last_line));
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(16));
	json_decref(object);
	return text;
}
