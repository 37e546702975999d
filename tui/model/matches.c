#include "matches.h"

#include "oomspect/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void matches_init(struct matches *matches)
{
	*matches = (struct matches){ .count = 0 };
}

void matches_release(struct matches *matches)
{
	free(matches->answers);
	free(matches->former);
	free(matches->found);
	matches_init(matches);
}

void matches_forget(struct matches *matches)
{
	matches->count = 0;
}

static enum err_code reserve(struct matches *matches, size_t count, struct err *err)
{
	if (ARRAY_RESERVE_TOO(matches->answers, matches->capacity, count) &&
		ARRAY_RESERVE_TOO(matches->former, matches->capacity, count) &&
		ARRAY_RESERVE(matches->found, matches->capacity, count))
		return ERR_OK;
	matches_forget(matches);
	return err_set(err, ERR_NO_MEMORY, "cannot find among %zu processes: out of memory", count);
}

static bool contains(const char *haystack, const char *needle)
{
	return haystack && strcasestr(haystack, needle);
}

bool matches_pid(const struct task *task, const char *text)
{
	char pid[16];
	snprintf(pid, sizeof(pid), "%d", (int)task->pid);
	return text[strspn(text, "0123456789")] == '\0' && strncmp(pid, text, strlen(text)) == 0;
}

static bool found_by_sample(
	const struct snapshot *snapshot, const struct task *task, const char *text)
{
	return matches_pid(task, text) || contains(task->comm, text) ||
	       contains(snapshot_cgroup(snapshot, task), text);
}

/* In an uninterruptible sleep it cannot be asked; what the screen shows is known from before. */
static bool can_be_asked(const struct task *task)
{
	return task->state != 'D';
}

static bool found_by_command(
	struct watch *watch, struct visible *visible, const struct task *task, const char *text)
{
	return contains(visible_whole_command(visible, watch, task), text);
}

bool matches_task(
	struct watch *watch, struct visible *visible, const struct task *task, const char *text)
{
	return found_by_sample(watch->snapshot, task, text) ||
	       found_by_command(watch, visible, task, text);
}

/* Both are sorted by pid: `next` walks along the former answers. */
static struct matches_answer answer_before(
	const struct matches *matches, size_t *next, const struct task *task)
{
	struct matches_answer fresh = { .pid = task->pid, .start_ticks = task->start_ticks };
	memcpy(fresh.comm, task->comm, sizeof(fresh.comm));
	while (*next < matches->count && matches->former[*next].pid < task->pid)
		++*next;
	const struct matches_answer *former = &matches->former[*next];
	if (*next == matches->count || former->pid != task->pid ||
		former->start_ticks != task->start_ticks || strcmp(former->comm, task->comm) != 0)
		return fresh;
	return *former;
}

enum err_code matches_update(struct matches *matches, struct watch *watch, struct visible *visible,
	const char *text, struct err *err)
{
	const struct snapshot *snapshot = watch->snapshot;
	enum err_code code = reserve(matches, snapshot->count, err);
	if (code)
		return code;
	struct matches_answer *former = matches->answers;
	matches->answers = matches->former;
	matches->former = former;
	size_t next = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		struct matches_answer answer = answer_before(matches, &next, task);
		bool found = found_by_sample(snapshot, task, text);
		if (!found && !answer.asked) {
			answer.found = found_by_command(watch, visible, task, text);
			answer.asked = can_be_asked(task);
		}
		matches->found[i] = found || answer.found;
		matches->answers[i] = answer;
	}
	matches->count = snapshot->count;
	return ERR_OK;
}
