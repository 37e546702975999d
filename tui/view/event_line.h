/* One OOM event of the kernel's log in one line: a row of the Events view, or a sentence of the strip
 * below the processes. */
#ifndef OOMSPECT_EVENT_LINE_H
#define OOMSPECT_EVENT_LINE_H

#include "term/grid.h"

#include "oomspect/event.h"

#include <stdbool.h>
#include <stdint.h>

/* How a list of them is written: `now_s` is the wall clock, 0 if it is not known. */
struct event_line_form {
	int64_t now_s;
	int time_cols;   /* event_line_time_cols() of the widest */
	bool with_memcg; /* the cgroup whose limit it was, where there is room for it */
};

/* "13:58:02" of today, "11-27 13:58:02" of this year, "2025-11-27 13:58"; as the log has it where no
 * time can be made of that; "+226s" after boot, or "-". `stamp` may be "". */
#define EVENT_LINE_TIME_SIZE 40
void event_line_time(int64_t unix_us, int64_t boot_us, const char *stamp, int64_t now_s,
	char buffer[EVENT_LINE_TIME_SIZE]);

/* Columns of an event's time in a list: those of a clock at least. */
int event_line_time_cols(const struct oom_event *event, int64_t now_s);

/* The titles, and a row. */
void event_line_put_titles(struct pen *pen, const struct event_line_form *form);
void event_line_put(
	struct pen *pen, const struct oom_event *event, const struct event_line_form *form);

/* The same in words, for 140 columns and more. */
void event_line_put_words(
	struct pen *pen, const struct oom_event *event, const struct event_line_form *form);

#endif
