/* One line of a log text, taken out of what people and programs put before it: dmesg time stamps
 * (plain, -T in any locale, -H, -x, with a caller id), syslog and RFC 5424 headers, journalctl's
 * short forms, /dev/kmsg records, priorities, line numbers, quoting, grep's file names, colour.
 *
 * Pure; knows no message of the kernel. A prefix that is not known is skipped up to a dmesg stamp
 * or "kernel:" further right, where there is one. */
#ifndef OOMSPECT_LOGLINE_H
#define OOMSPECT_LOGLINE_H

#include "oomspect/klogrecord.h"

/* Splits `line` (no newline) into prefix and message. Always succeeds: without any prefix the
 * message is the line. `ret` borrows from `line`; its `line` is left 0. */
void logline_parse(struct text line, struct klog_record *ret);

/* A record as read(2) gives it from /dev/kmsg. False if it is not of that form. `text` ends
 * before the first newline (key=value lines follow) and is still escaped. */
bool logline_parse_kmsg(struct text bytes, struct klog_record *ret, uint64_t *ret_seq);

/* Whether syslog's name of who wrote a line, its colon included or not, is that of the kernel. */
bool logline_is_kernel_tag(struct text tag);

#endif
