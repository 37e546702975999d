#include "tags.h"

#include <stdlib.h>
#include <string.h>

void tags_release(struct tags *tags)
{
	free(tags->items);
	*tags = (struct tags){ 0 };
}

/* The first place whose pid is not below `pid`. */
static size_t place_of(const struct tags *tags, pid_t pid)
{
	size_t low = 0, high = tags->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (tags->items[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct tags *tags, size_t place, const struct task *task)
{
	return place < tags->count && tags->items[place].pid == task->pid &&
	       tags->items[place].start_ticks == task->start_ticks;
}

bool tags_has(const struct tags *tags, const struct task *task)
{
	return is_at(tags, place_of(tags, task->pid), task);
}

static enum err_code make_room(struct tags *tags, struct err *err)
{
	if (tags->count < tags->capacity)
		return ERR_OK;
	size_t capacity = tags->capacity ? tags->capacity * 2 : 64;
	struct tag *items = reallocarray(tags->items, capacity, sizeof(*items));
	if (!items)
		return err_set(err, ERR_NO_MEMORY, "cannot tag processes: out of memory");
	tags->items = items;
	tags->capacity = capacity;
	return ERR_OK;
}

enum err_code tags_add(struct tags *tags, const struct task *task, struct err *err)
{
	size_t place = place_of(tags, task->pid);
	if (is_at(tags, place, task))
		return ERR_OK;
	if (make_room(tags, err))
		return ERR_NO_MEMORY;
	memmove(&tags->items[place + 1], &tags->items[place],
		(tags->count - place) * sizeof(*tags->items));
	tags->items[place] = (struct tag){ task->pid, task->start_ticks };
	tags->count++;
	return ERR_OK;
}

void tags_remove(struct tags *tags, const struct task *task)
{
	size_t place = place_of(tags, task->pid);
	if (!is_at(tags, place, task))
		return;
	tags->count--;
	memmove(&tags->items[place], &tags->items[place + 1],
		(tags->count - place) * sizeof(*tags->items));
}

void tags_clear(struct tags *tags)
{
	tags->count = 0;
}

void tags_keep_living(struct tags *tags, const struct snapshot *snapshot)
{
	size_t kept = 0;
	for (size_t i = 0; i < tags->count; i++) {
		struct tag tag = tags->items[i];
		const struct task *task = snapshot_find(snapshot, tag.pid);
		if (task && task->start_ticks == tag.start_ticks)
			tags->items[kept++] = tag;
	}
	tags->count = kept;
}
