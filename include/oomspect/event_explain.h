/* An OOM event made plain: who should have died by the kernel's own arithmetic, and the
 * sentences that answer which limit, who, why this one, who is next.
 *
 * Pure functions of the event. Source of the rules: mm/oom_kill.c. Knows no screen; names in
 * the sentences are foreign text as the log had it. */
#ifndef OOMSPECT_EVENT_EXPLAIN_H
#define OOMSPECT_EVENT_EXPLAIN_H

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

/* All sentences of a ranked event. With ERR_NO_MEMORY there are some; release them in any case. */
enum err_code event_explain(const struct oom_event *event, struct event_explanation *ret);
void event_explanation_release(struct event_explanation *explanation);

/* The sentences of WHAT and WHY in one line, for free(). NULL if memory ran out. */
char *event_explanation_text(const struct event_explanation *explanation);

#endif
