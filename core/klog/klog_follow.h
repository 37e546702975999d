/* Inside of klog: a file that is followed by its name, through both ways of rotating it: renamed, with
 * a new file in its place; copied, and made shorter (copytruncate of logrotate(8)). */
#ifndef OOMSPECT_KLOG_FOLLOW_H
#define OOMSPECT_KLOG_FOLLOW_H

#include "oomspect/klog_state.h"

/* At the end of a file that is followed: KLOG_RECORD with the rest of a line that has no end,
 * KLOG_MORE if there is another file to read or this one anew, else KLOG_AGAIN. */
enum klog_status klog_follow_end(struct klog *klog, struct text *ret_rest);

/* The next line, of a file that is followed as well. */
enum klog_status klog_next_line(struct klog *klog, struct text *ret, struct err *err);

#endif
