/* Inside of event_explain: how a sentence is added, and how sizes are worded. */
#ifndef OOMSPECT_EVENT_SAY_H
#define OOMSPECT_EVENT_SAY_H

#include "oomspect/event_explain.h"

/* One more sentence; left out if there is no room for it, or no memory, which is noted. */
void event_say(struct event_explanation *explanation, enum event_answer answer, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

struct event_size { char text[32]; };

/* "512 KiB", "16.0 MiB", "3.2 GiB"; "an unknown amount", "no limit". */
struct event_size event_kb(int64_t kb);
struct event_size event_pages(const struct oom_event *event, int64_t pages);

/* Whole percent of `part` in `whole`, 0 where either is unknown. */
int64_t event_percent(int64_t part, int64_t whole);

/* The answers to WHAT: the limit, and where the memory was. */
void event_explain_what(const struct oom_event *event, struct event_explanation *explanation);

/* "Docker container 0f2b3fcdd257" for the cgroup of one, else "". */
struct event_container { char text[64]; };
struct event_container event_container_of(const char *path);

#endif
