/* The report of one OOM event for people: What, Who, Why with the table's head, Next; or the raw
 * messages. Printed, or as lines for a screen: made when another event is chosen, then only looked
 * at. */
#ifndef OOMSPECT_REPORT_H
#define OOMSPECT_REPORT_H

#include "oomspect/err.h"
#include "oomspect/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct report {
	char *text;    /* owned; foreign text in it was made safe for a terminal */
	size_t *lines; /* where each begins, owned */
	size_t count;
};

void report_init(struct report *report);
void report_release(struct report *report);

/* Makes the report of a ranked event, `width` columns wide; with `raw` its messages as the log has
 * them. Without memory it is empty. */
void report_make(struct report *report, const struct oom_event *event, int width, bool raw);

/* Line `index` up to its newline: bytes for grid_put_foreign with their number in `*ret_length`. */
const char *report_line(const struct report *report, size_t index, size_t *ret_length);

/* The report of a ranked event, `width` columns wide (at least 40), foreign text made safe. With
 * ERR_NO_MEMORY nothing is written. */
enum err_code report_print(FILE *out, const struct oom_event *event, int width);

#endif
