/* Inside of logline: the takers of times. Each takes one form off `rest` and notes it in the
 * record, or returns false and leaves both alone. */
#ifndef OOMSPECT_LOGTIME_H
#define OOMSPECT_LOGTIME_H

#include "oomspect/klogrecord.h"

/* "[   12.345678]" of the kernel, "[Mon Aug 31 18:23:18 2015]" of dmesg -T, "1732802551.123456" of
 * journalctl -o short-unix, an ISO time (with a day and a zone: -o short-full), "Aug 15 08:29:53" of
 * syslog, "[T1234]" of CONFIG_PRINTK_CALLER. */
bool logtime_take_boot_stamp(struct text *rest, struct klog_record *record);
bool logtime_take_clock_stamp(struct text *rest, struct klog_record *record);
bool logtime_take_unix_stamp(struct text *rest, struct klog_record *record);
bool logtime_take_iso_stamp(struct text *rest, struct klog_record *record);
bool logtime_take_syslog_date(struct text *rest, struct klog_record *record);
bool logtime_take_caller(struct text *rest, struct klog_record *record);

/* "hh:mm:ss" somewhere in `text`. */
bool logtime_has_clock(struct text text);

#endif
