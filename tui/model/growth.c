#include "growth.h"

#include "oomspect/array.h"

#include <stdlib.h>

#define MINUTE_MS 60000
/* More than any machine has, and a product with a minute still fits. */
#define MOST_KB (INT64_C(1) << 40)

void growth_init(struct growth *growth)
{
	*growth = (struct growth){ .count = 0 };
}

void growth_release(struct growth *growth)
{
	free(growth->rows[0]);
	free(growth->rows[1]);
	growth_init(growth);
}

static bool reserve(struct growth *growth, size_t count)
{
	return ARRAY_RESERVE_TOO(growth->rows[0], growth->capacity, count) &&
	       ARRAY_RESERVE(growth->rows[1], growth->capacity, count);
}

static int64_t memory_kb(const struct task *task, int64_t page_kb)
{
	const int64_t most_pages = MOST_KB / page_kb;
	if (!task->has_mm || task->rss_pages < 0 || task->rss_pages > most_pages ||
		task->swap_pages < 0 || task->swap_pages > most_pages || task->pte_kb < 0 ||
		task->pte_kb > MOST_KB)
		return UNKNOWN;
	return (task->rss_pages + task->swap_pages) * page_kb + task->pte_kb;
}

/* What is known after this sample of a task; `old` is what was before it, or NULL. */
static struct growth_row next_row(
	const struct growth_row *old, const struct task *task, int64_t now_ms, int64_t page_kb)
{
	struct growth_row row = { task->pid, task->start_ticks, UNKNOWN, now_ms, UNKNOWN_SIGNED };
	if (task->age) /* not read in this sample */
		return old ? *old : row;
	row.kb = memory_kb(task, page_kb);
	if (!old || old->kb == UNKNOWN || row.kb == UNKNOWN || now_ms < old->read_ms)
		return row;
	int64_t elapsed_ms = now_ms - old->read_ms;
	if (elapsed_ms < GROWTH_LEAST_MS)
		return *old;
	row.kb_min = (row.kb - old->kb) * MINUTE_MS / elapsed_ms;
	return row;
}

enum err_code growth_update(struct growth *growth, const struct snapshot *snapshot, struct err *err)
{
	const struct host *host = &snapshot->host;
	int64_t page_kb = host->page_size >= 1024 ? host->page_size / 1024 : 4;
	if (!reserve(growth, snapshot->count)) {
		growth->count = 0;
		return err_set(err, ERR_NO_MEMORY, "cannot compare %zu processes: out of memory",
			snapshot->count);
	}
	const struct growth_row *before = growth->rows[growth->latest];
	struct growth_row *now = growth->rows[!growth->latest];
	size_t next = 0; /* both are sorted by pid: walks along the former ones */
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		while (next < growth->count && before[next].pid < task->pid)
			next++;
		bool same = next < growth->count && before[next].pid == task->pid &&
			    before[next].start_ticks == task->start_ticks;
		now[i] = next_row(same ? &before[next] : NULL, task, host->boot_ms, page_kb);
	}
	growth->latest = !growth->latest;
	growth->count = snapshot->count;
	return ERR_OK;
}

const struct growth_row *growth_rows(const struct growth *growth, const struct snapshot *snapshot)
{
	bool taken_in = growth->count > 0 && growth->count == snapshot->count;
	return taken_in ? growth->rows[growth->latest] : NULL;
}
