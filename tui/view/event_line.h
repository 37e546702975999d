/* One OOM event of the kernel's log in one line: a row of the Events view, or a sentence of the strip
 * below the processes. */
#ifndef OOMSPECT_EVENT_LINE_H
#define OOMSPECT_EVENT_LINE_H

#include "term/grid.h"

#include "oomspect/event.h"

/* "13:58:02", "+226s" after boot, or "-". */
#define EVENT_LINE_TIME_SIZE 32
void event_line_time(int64_t unix_us, int64_t boot_us, char buffer[EVENT_LINE_TIME_SIZE]);

/* The titles, and a row: with the cgroup whose limit it was where there is room for it. */
void event_line_put_titles(struct pen *pen, bool with_memcg);
void event_line_put(struct pen *pen, const struct oom_event *event, bool with_memcg);

/* The same in words, for 140 columns and more. */
void event_line_put_words(struct pen *pen, const struct oom_event *event);

#endif
