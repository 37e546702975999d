/* What a reader of kernel logs tells, as text that a test can hold beside what was expected. */
#ifndef TESTS_SUPPORT_OOMLOG_H
#define TESTS_SUPPORT_OOMLOG_H

#include "oomspect/oomlog.h"

#define OOMLOG_TOLD_MAX 4096

struct oomlog_told {
	char text[OOMLOG_TOLD_MAX]; /* a line an event; only what is known is said */
	size_t length;
	size_t events;
	size_t reaped_late;
};

/* The two functions of a struct oomlog_sink whose argument is a struct oomlog_told. */
void oomlog_told_event(void *arg, struct oom_event *event);
void oomlog_told_reaped(void *arg, uint64_t number, int64_t pid);

/* Gives each line to the reader, from memory of its own so that reading beyond it is seen. */
void oomlog_told_lines(struct oomlog *log, struct text text, enum klog_form form);

/* Reads a whole log. */
void oomlog_told_read(const char *text, enum klog_form form, struct oomlog_told *told);

#endif
