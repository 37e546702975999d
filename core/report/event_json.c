#include "oomspect/event_json.h"

#include "oomspect/event_explain.h"
#include "oomspect/json_out.h"

#include <stdlib.h>

/* NULL and "" are unknown. */
static void put_text(struct json_out *out, const char *name, const char *string)
{
	json_out_text(out, name, string && *string ? string : NULL);
}

static void put_number(struct json_out *out, const char *name, int64_t value)
{
	json_out_number(out, name, value != UNKNOWN_SIGNED && value != OOM_UNLIMITED, value);
}

static void put_seconds(struct json_out *out, const char *name, int64_t us)
{
	if (us == UNKNOWN_SIGNED)
		json_out_null(out, name);
	else
		json_out_decimal(out, name, us, 6);
}

static void put_invoker(struct json_out *out, const struct oom_event *event)
{
	json_out_begin(out, "invoker", '{');
	put_text(out, "comm", event->invoker.comm);
	put_number(out, "pid", event->invoker.pid);
	put_number(out, "oom_score_adj", event->invoker.oom_score_adj);
	json_out_end(out, '}');
}

static void put_chosen(struct json_out *out, const struct oom_event *event)
{
	if (event->chosen.pid == UNKNOWN_SIGNED) {
		json_out_null(out, "chosen");
		return;
	}
	json_out_begin(out, "chosen", '{');
	put_number(out, "pid", event->chosen.pid);
	put_text(out, "comm", event->chosen.comm);
	put_number(out, "score", event->chosen.score);
	json_out_end(out, '}');
}

static void put_victim(struct json_out *out, const struct oom_victim *victim)
{
	json_out_begin(out, NULL, '{');
	put_number(out, "pid", victim->pid);
	put_text(out, "comm", victim->comm);
	put_number(out, "uid", victim->uid);
	put_number(out, "total_vm_kb", victim->total_vm_kb);
	put_number(out, "anon_rss_kb", victim->anon_rss_kb);
	put_number(out, "file_rss_kb", victim->file_rss_kb);
	put_number(out, "shmem_rss_kb", victim->shmem_rss_kb);
	put_number(out, "pgtables_kb", victim->pgtables_kb);
	put_number(out, "oom_score_adj", victim->oom_score_adj);
	json_out_bool(out, "reaped", victim->reaped);
	json_out_end(out, '}');
}

static void put_task(
	struct json_out *out, const struct oom_event *event, const struct oom_task *task)
{
	int64_t tables = task->pgtables_bytes;
	if (tables == UNKNOWN_SIGNED && task->page_tables != UNKNOWN_SIGNED &&
		__builtin_mul_overflow(task->page_tables, event->page_size, &tables))
		tables = UNKNOWN_SIGNED;
	json_out_begin(out, NULL, '{');
	put_number(out, "pid", task->pid);
	put_number(out, "tgid", task->tgid);
	put_number(out, "uid", task->uid);
	put_number(out, "total_vm_pages", task->total_vm_pages);
	put_number(out, "rss_pages", task->rss_pages);
	put_number(out, "pgtables_bytes", tables);
	put_number(out, "swapents_pages", task->swapents_pages);
	put_number(out, "oom_score_adj", task->oom_score_adj);
	put_text(out, "comm", task->comm);
	put_number(out, "badness_pages", task->badness_pages);
	put_number(out, "rank", task->rank);
	json_out_end(out, '}');
}

static void put_lists(struct json_out *out, const struct oom_event *event)
{
	json_out_begin(out, "victims", '[');
	for (size_t i = 0; i < event->victim_count; i++)
		put_victim(out, &event->victims[i]);
	json_out_end(out, ']');
	json_out_begin(out, "tasks", '[');
	for (size_t i = 0; i < event->tasks_kept; i++)
		put_task(out, event, &event->tasks[i]);
	json_out_end(out, ']');
	json_out_bool(out, "tasks_whole", event->tasks_whole);
	json_out_integer(out, "task_count", (int64_t)event->task_count);
}

static void put_what(struct json_out *out, const struct oom_event *event)
{
	put_text(out, "gfp_mask", event->gfp_mask);
	put_text(out, "gfp_flags", event->gfp_flags);
	put_number(out, "order", event->order);
	put_text(out, "constraint", oom_constraint_names[event->constraint]);
	put_text(out, "scope", oom_scope_names[event->scope]);
	put_text(out, "oom_memcg", event->oom_memcg);
	put_text(out, "task_memcg", event->task_memcg);
	put_text(out, "trigger", oom_trigger_names[event->trigger]);
	put_text(out, "outcome", oom_outcome_names[event->outcome]);
	json_out_bool(out, "complete", event->complete);
	json_out_bool(out, "proven", event->proven);
	put_chosen(out, event);
}

static void put_lines(struct json_out *out, const struct oom_event *event)
{
	json_out_begin(out, "lines", '[');
	json_out_integer(out, NULL, (int64_t)event->first_line);
	json_out_integer(out, NULL, (int64_t)event->last_line);
	json_out_end(out, ']');
}

static void put_count(struct json_out *out, const char *name, const struct oom_seen_count *count)
{
	json_out_begin(out, name, '[');
	put_number(out, NULL, count->before);
	put_number(out, NULL, count->after);
	json_out_end(out, ']');
}

static void put_gone(struct json_out *out, const struct oom_seen *seen)
{
	size_t named = seen->gone_count < OOM_GONE_MAX ? seen->gone_count : OOM_GONE_MAX;
	json_out_begin(out, "gone", '[');
	for (size_t i = 0; i < named; i++) {
		json_out_begin(out, NULL, '{');
		put_number(out, "pid", seen->gone[i].pid);
		put_text(out, "comm", seen->gone[i].comm);
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
	json_out_integer(out, "gone_count", (int64_t)seen->gone_count);
	json_out_integer(out, "unlogged", seen->unlogged);
}

static void put_seen(struct json_out *out, const struct oom_seen *seen)
{
	if (!seen->known && !seen->unlogged) {
		json_out_null(out, "seen");
		return;
	}
	json_out_begin(out, "seen", '{');
	put_text(out, "oom_memcg", seen->oom_memcg);
	put_number(out, "limit_kb", seen->limit_kb);
	put_number(out, "badness_pages", seen->badness_pages);
	put_number(out, "rank", seen->rank);
	put_seconds(out, "age_s", seen->age_us);
	put_text(out, "ground", oom_seen_ground_names[seen->ground]);
	put_number(out, "candidates", seen->candidates);
	put_number(out, "ahead", seen->ahead);
	put_text(out, "task_memcg", seen->task_memcg);
	put_number(out, "usage_kb", seen->usage_kb);
	put_count(out, "oom_kill", &seen->kills);
	put_number(out, "pid", seen->pid);
	put_number(out, "start_ticks", seen->start_ticks);
	if (seen->unlogged)
		put_gone(out, seen);
	json_out_end(out, '}');
}

static void put_event(struct json_out *out, const struct oom_event *event, const char *why)
{
	json_out_begin(out, NULL, '{');
	json_out_text(out, "schema", "oomspect.events/1");
	put_text(out, "source", event->source);
	json_out_integer(out, "event", (int64_t)event->number);
	put_seconds(out, "time_unix", event->unix_us);
	put_seconds(out, "boot_s", event->boot_us);
	put_text(out, "stamp", event->stamp);
	put_text(out, "kernel", event->kernel);
	put_invoker(out, event);
	put_what(out, event);
	put_lists(out, event);
	struct oom_usage usage = oom_event_usage(event);
	put_number(out, "limit_kb", usage.limit_kb);
	put_number(out, "usage_kb", usage.usage_kb);
	put_text(out, "counter", oom_counter_names[event->counter]);
	json_out_integer(out, "repeats", (int64_t)event->repeats);
	put_text(out, "why", why);
	put_lines(out, event);
	put_seen(out, &event->seen);
	json_out_end(out, '}');
	json_out_finish(out);
}

enum err_code event_json(FILE *file, const struct oom_event *event)
{
	struct json_out out = json_out_to(file);
	struct event_explanation explanation;
	enum err_code code = event_explain(event, &explanation);
	char *why = code ? NULL : event_explanation_text(&explanation);
	event_explanation_release(&explanation);
	if (!why)
		return ERR_NO_MEMORY;
	put_event(&out, event, why);
	free(why);
	return ERR_OK;
}
