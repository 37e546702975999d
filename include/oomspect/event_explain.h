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

#define EVENT_SENTENCES_MAX 32

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

/* Fills page_size and totalpages, and badness_pages and rank of every row. Kernels before
 * 2.6.36 ranked by run time and virtual size: their rows stay without. ERR_NO_MEMORY leaves all
 * rows without. */
enum err_code event_rank(struct oom_event *event);

/* Whether badness_pages is all of it: not where the text does not say how large the domain was, by
 * which oom_score_adj weighs. The order goes by the rest then. */
bool event_weighs(const struct oom_event *event, const struct oom_task *task);

/* The row of rank `rank`, or NULL. */
const struct oom_task *event_task_of_rank(const struct oom_event *event, int64_t rank);

/* The row of the process the kernel chose (not of a child that died for it), or NULL. */
const struct oom_task *event_chosen_task(const struct oom_event *event);

/* All sentences of a ranked event. With ERR_NO_MEMORY there are some; release them in any case. */
enum err_code event_explain(const struct oom_event *event, struct event_explanation *ret);
void event_explanation_release(struct event_explanation *explanation);

/* The sentences of WHAT and WHY in one line, for free(). NULL if memory ran out. */
char *event_explanation_text(const struct event_explanation *explanation);

#endif
