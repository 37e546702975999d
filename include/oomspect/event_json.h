/* An event as the JSON contract has it ("oomspect.events/1").
 *
 * Unknown is null; for text see json_out.h. */
#ifndef OOMSPECT_EVENT_JSON_H
#define OOMSPECT_EVENT_JSON_H

#include "oomspect/err.h"
#include "oomspect/event.h"

#include <stdio.h>

/* Writes one document, a line. The event has been ranked (event_rank()). With ERR_NO_MEMORY nothing
 * is written; whether the stream took it all is for the caller to ask (ferror). */
enum err_code event_json(FILE *file, const struct oom_event *event);

#endif
