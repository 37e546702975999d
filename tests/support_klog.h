/* A log read as by somebody who has time: klog_read() never waits. */
#ifndef TESTS_SUPPORT_KLOG_H
#define TESTS_SUPPORT_KLOG_H

#include "oomspect/klog.h"

/* The next record, or the end; fails the test when neither comes within ten seconds. */
enum klog_status klog_wait(struct klog *klog, struct klog_record *record, struct err *err);

/* The same, and the record's text; "" at the end. */
enum klog_status klog_wait_text(struct klog *klog, char text[128], struct err *err);

#endif
