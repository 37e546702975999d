/* An OOM event made plain: who should have died by the kernel's own arithmetic, and the
 * sentences that answer which limit, who, why this one, who is next.
 *
 * Pure functions of the event. Source of the rules: mm/oom_kill.c. Knows no screen; names in
 * the sentences are foreign text as the log had it. */
#ifndef OOMSPECT_EVENT_EXPLAIN_H
#define OOMSPECT_EVENT_EXPLAIN_H

#include "oomspect/era.h"
#include "oomspect/err.h"
#include "oomspect/event.h"

enum event_answer {
	EVENT_WHAT, /* which limit was hit, where the memory was */
	EVENT_WHO,  /* who died, what that freed */
	EVENT_WHY,  /* by what margin, who was larger but shielded, where our figure differs */
	EVENT_NEXT, /* who was next among the rest */
	EVENT_ANSWER_COUNT,
};

#define EVENT_SENTENCES_MAX 48

/* Owns its sentences, in the order of the answers; each ends in a full stop. */
struct event_explanation {
	struct {
		enum event_answer answer;
		char *text;
	} sentences[EVENT_SENTENCES_MAX];
	size_t count;
	bool no_memory; /* a sentence is missing */
};

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

/* Page tables of a row in pages, OOM_UNKNOWN if the table does not say. */
int64_t event_table_pages(const struct oom_event *event, const struct oom_task *task);

/* All sentences of a ranked event. With ERR_NO_MEMORY there are some; release them in any case. */
enum err_code event_explain(const struct oom_event *event, struct event_explanation *ret);
void event_explanation_release(struct event_explanation *explanation);

/* The sentences of WHAT and WHY in one line, for free(). NULL if memory ran out. */
char *event_explanation_text(const struct event_explanation *explanation);

#endif
