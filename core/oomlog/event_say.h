/* Inside of event_explain: the sentences about an event, one row each, and how they are put.
 *
 * A row is said when all of its facts hold and none of those that exclude it: no sentence can be
 * said without what proves it. */
#ifndef OOMSPECT_EVENT_SAY_H
#define OOMSPECT_EVENT_SAY_H

#include "event_facts.h"
#include "oomspect/event_explain.h"

struct event_saying {
	enum event_answer answer;
	event_facts needs, unless;
	const char *form; /* the sentence with its blanks, for the list of them all */
	void (*say)(const struct oom_event *event, const struct event_saying *row,
		struct event_explanation *to); /* NULL: the form is the sentence */
};

/* The rows of the answer to WHAT (event_what.c), and of the others (event_explain.c), in the order
 * in which they are said. */
extern const struct event_saying event_what_sayings[];
extern const size_t event_what_saying_count;
extern const struct event_saying event_choice_sayings[];
extern const size_t event_choice_saying_count;

/* The sentences from our own sample before the event (event_seen_say.c): those of the answer to WHAT,
 * or the others. */
void event_say_seen(const struct oom_event *event, bool what, struct event_explanation *to);

/* One more sentence; left out if there is no room for it, or no memory, which is noted. */
void event_say(struct event_explanation *explanation, enum event_answer answer, const char *format,
	...) __attribute__((format(__printf__, 3, 4)));

struct event_size {
	char text[32];
};

/* "512 KiB", "16.0 MiB", "3.2 GiB", rounded to nearest; "an unknown amount", "no limit". */
struct event_size event_kb(int64_t kb);
struct event_size event_pages(const struct oom_event *event, int64_t pages);

/* Whole percent of `part` in `whole`, 0 where either is unknown. */
int64_t event_percent(int64_t part, int64_t whole);

/* "Docker container 0f2b3fcdd257" for the cgroup of one, else "". */
struct event_container {
	char text[64];
};
struct event_container event_container_of(const char *path);

/* A cgroup as people know it: "/docker/0f2b... (Docker container 0f2b3fcdd257)". */
struct event_place {
	const char *path, *open, *close;
	struct event_container container;
};
struct event_place event_place_of(const char *path);
#define EVENT_PLACE             "%s%s%s%s"
#define EVENT_PLACE_ARGS(place) (place).path, (place).open, (place).container.text, (place).close

#endif
