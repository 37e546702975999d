#include "targets.h"

#include "oomspect/line.h"

#include <stdlib.h>

void targets_release(struct targets *targets)
{
	targets_truncate(targets, 0);
	free(targets->items);
	*targets = (struct targets){ 0 };
}

void targets_truncate(struct targets *targets, size_t count)
{
	while (targets->count > count)
		action_release(&targets->items[--targets->count].held);
}

static enum err_code hold(struct target *target, const struct root *root)
{
	const struct task *task = target->task;
	if (target->held.dir_fd >= 0)
		return ERR_OK;
	target->refused.code = ERR_OK;
	return action_hold(&target->held, root, task->pid, task->start_ticks, &target->refused);
}

enum err_code targets_reach(struct targets *targets, struct target *target, const struct root *root)
{
	enum err_code code = hold(target, root);
	if (!err_is_shortage(code))
		return code;
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].done)
			action_release(&targets->items[i].held);
	return hold(target, root);
}

enum err_code targets_add(
	struct targets *targets, const struct task *task, const struct root *root, struct err *err)
{
	if (targets->count == targets->capacity) {
		size_t capacity = targets->capacity ? targets->capacity * 2 : 16;
		struct target *items = reallocarray(targets->items, capacity, sizeof(*items));
		if (!items)
			return err_set(
				err, ERR_NO_MEMORY, "cannot point at processes: out of memory");
		targets->items = items;
		targets->capacity = capacity;
	}
	struct target *target = &targets->items[targets->count++];
	*target =
		(struct target){ .task = task, .held = ACTION_NOBODY, .adj = task->oom_score_adj };
	if (!root || targets->count > TARGETS_HELD)
		return ERR_OK;
	enum err_code code = hold(target, root);
	if (code == ERR_OK)
		action_get_adj(&target->held, &target->adj, NULL);
	else if (err_is_shortage(code))
		target->refused.code = ERR_OK;
	return ERR_OK;
}

bool targets_has(const struct targets *targets, const struct task *task)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].task == task)
			return true;
	return false;
}

bool targets_look(struct targets *targets)
{
	bool found = false;
	for (size_t i = 0; i < targets->count; i++) {
		struct target *target = &targets->items[i];
		if (target->held.dir_fd < 0 || target->done || target->refused.code == ERR_GONE ||
			!action_has_ended(&target->held))
			continue;
		err_set(&target->refused, ERR_GONE, "process %d has ended", (int)target->held.pid);
		found = true;
	}
	return found;
}

size_t targets_done(const struct targets *targets)
{
	size_t count = 0;
	for (size_t i = 0; i < targets->count; i++)
		count += targets->items[i].done;
	return count;
}

size_t targets_refused(const struct targets *targets)
{
	size_t count = 0;
	for (size_t i = 0; i < targets->count; i++)
		count += targets->items[i].refused.code != ERR_OK;
	return count;
}

void targets_sum_up(const struct targets *targets, const char *verb, char *buffer, size_t size)
{
	size_t refused = targets_refused(targets);
	struct line line = line_begin(buffer, size);
	line_add(&line, "%zu %s", targets_done(targets), verb);
	for (size_t i = 0; i < targets->count; i++) {
		const struct err *why = &targets->items[i].refused;
		if (why->code == ERR_OK)
			continue;
		line_add(&line, ", %zu refused: %s", refused, why->text);
		return;
	}
}
