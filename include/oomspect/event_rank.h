/* What the numbers of an OOM report prove: badness and rank of the processes in its table.
 *
 * The tables of Linux: mm/oom_kill.c, dump_tasks and dump_task; the arithmetic is that of
 * badness.h, in the era of the kernel that wrote the report. */
#ifndef OOMSPECT_EVENT_RANK_H
#define OOMSPECT_EVENT_RANK_H

#include "oomspect/era.h"
#include "oomspect/err.h"
#include "oomspect/event.h"

/* Era of the event's kernel: from its release, else from the columns and the kill line. */
struct era event_era(const struct oom_event *event);

/* Works out what the numbers of a report prove: page_size, counter, totalpages, whether the task
 * table is whole, and badness_pages and rank of its rows. A badness that something open would change
 * is unknown, and so is a rank; there is none without a whole table. Kernels before 2.6.36 ranked by
 * run time and virtual size: their rows stay without. Clears `complete` where the table is not
 * whole. ERR_NO_MEMORY: the ranks are missing. */
enum err_code event_rank(struct oom_event *event);

/* The row of rank `rank`, or NULL. */
const struct oom_task *event_task_of_rank(const struct oom_event *event, int64_t rank);

/* The row of the process the kernel chose (not of a child that died for it), or NULL. */
const struct oom_task *event_chosen_task(const struct oom_event *event);

/* The row of a victim: by its pid, or the only one with its sizes (it is a thread then), or NULL. */
const struct oom_task *event_victim_task(
	const struct oom_event *event, const struct oom_victim *victim);

/* The chosen pid is a thread's: no row has it, in a memcg of a kernel before 5.3. */
bool event_chose_thread(const struct oom_event *event);

/* Page tables of a row in pages, UNKNOWN_SIGNED if the table does not say. */
int64_t event_table_pages(const struct oom_event *event, const struct oom_task *task);

#endif
