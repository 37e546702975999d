#include "marks.h"

#include "oomspect/array.h"

#include <stdlib.h>
#include <string.h>

void marks_release(struct marks *marks)
{
	free(marks->items);
	*marks = (struct marks){ 0 };
}

void marks_clear(struct marks *marks)
{
	marks->count = 0;
}

static bool is_below(struct mark a, struct mark b)
{
	return a.number != b.number ? a.number < b.number : a.start_ticks < b.start_ticks;
}

/* The place of the first one that is not below `mark`. */
static size_t place_of(const struct marks *marks, struct mark mark)
{
	size_t low = 0, high = marks->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (is_below(marks->items[middle], mark))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct marks *marks, size_t place, struct mark mark)
{
	return place < marks->count && !is_below(mark, marks->items[place]);
}

static bool has(const struct marks *marks, struct mark mark)
{
	return is_at(marks, place_of(marks, mark), mark);
}

static bool make_room(struct marks *marks)
{
	return ARRAY_RESERVE(marks->items, marks->capacity, marks->count + 1);
}

static bool add(struct marks *marks, struct mark mark)
{
	size_t place = place_of(marks, mark);
	if (is_at(marks, place, mark))
		return true;
	if (!make_room(marks))
		return false;
	memmove(&marks->items[place + 1], &marks->items[place],
		(marks->count - place) * sizeof(*marks->items));
	marks->items[place] = mark;
	marks->count++;
	return true;
}

static void take_away(struct marks *marks, struct mark mark)
{
	size_t place = place_of(marks, mark);
	if (!is_at(marks, place, mark))
		return;
	marks->count--;
	memmove(&marks->items[place], &marks->items[place + 1],
		(marks->count - place) * sizeof(*marks->items));
}

bool marks_has(const struct marks *marks, uint64_t number)
{
	return has(marks, (struct mark){ number, 0 });
}

bool marks_add(struct marks *marks, uint64_t number)
{
	return add(marks, (struct mark){ number, 0 });
}

void marks_remove(struct marks *marks, uint64_t number)
{
	take_away(marks, (struct mark){ number, 0 });
}

static struct mark mark_of(const struct task *task)
{
	return (struct mark){ (uint64_t)task->pid, task->start_ticks };
}

bool marks_has_task(const struct marks *marks, const struct task *task)
{
	return has(marks, mark_of(task));
}

enum err_code marks_add_task(struct marks *marks, const struct task *task, struct err *err)
{
	if (!add(marks, mark_of(task)))
		return err_set(err, ERR_NO_MEMORY, "cannot tag processes: out of memory");
	return ERR_OK;
}

void marks_remove_task(struct marks *marks, const struct task *task)
{
	take_away(marks, mark_of(task));
}

void marks_keep_living(struct marks *marks, const struct snapshot *snapshot)
{
	size_t kept = 0;
	for (size_t i = 0; i < marks->count; i++) {
		struct mark mark = marks->items[i];
		const struct task *task = snapshot_find(snapshot, (pid_t)mark.number);
		if (task && task->start_ticks == mark.start_ticks)
			marks->items[kept++] = mark;
	}
	marks->count = kept;
}
