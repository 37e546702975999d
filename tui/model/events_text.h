/* An event as a report for people: What, Who, Why with the table's head, Next. */
#ifndef EVENTS_TEXT_H
#define EVENTS_TEXT_H

#include "oomspect/err.h"
#include "oomspect/event.h"

#include <stdio.h>

/* The report of a ranked event, `width` columns wide (at least 40), foreign text made safe. With
 * ERR_NO_MEMORY nothing is written. */
enum err_code events_text_print(FILE *out, const struct oom_event *event, int width);

#endif
