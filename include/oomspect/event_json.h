/* An event as the JSON contract has it ("oomspect.events/1").
 *
 * Unknown is null; text that is not UTF-8 gets a member <name>_hex beside it. */
#ifndef OOMSPECT_EVENT_JSON_H
#define OOMSPECT_EVENT_JSON_H

#include "oomspect/event.h"

/* One document as a string without a newline, for free(); NULL if memory ran out. The event has
 * been ranked (event_rank()). */
char *event_to_json(const struct oom_event *event);

#endif
