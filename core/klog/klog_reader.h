/* Inside of klog: bytes to lines. After KLOG_AGAIN or KLOG_MORE the next call goes on with the line
 * that was begun. */
#ifndef OOMSPECT_KLOG_READER_H
#define OOMSPECT_KLOG_READER_H

#include "oomspect/klog_state.h"

/* An entry of which nothing has been read. */
void klog_entry_init(struct klog_entry *entry);

enum err_code klog_reader_init(struct klog_reader *reader, int fd, struct err *err);
void klog_reader_release(struct klog_reader *reader);

/* The next line without its newline, valid until the next call. The buffer is the caller's to
 * change in place. A line beyond the buffer is cut. */
enum klog_status klog_reader_line(struct klog_reader *reader, struct text *ret, struct err *err);

/* The next `count` bytes as they are; fewer at the end of the file or beyond the buffer, the
 * rest of which is skipped. */
enum klog_status klog_reader_bytes(
	struct klog_reader *reader, uint64_t count, struct text *ret, struct err *err);

/* What is there of a line whose end has not come; false if that is nothing new. What comes later
 * is a line of its own. */
bool klog_reader_rest(struct klog_reader *reader, struct text *ret);

/* What was read last still stands right before the place that is read next. */
bool klog_reader_is_same(const struct klog_reader *reader);

/* Reads `fd` from now on, from its first line; what was there is forgotten. */
void klog_reader_restart(struct klog_reader *reader, int fd);

/* The line that was given last is given once more, unless its end has not come. */
void klog_reader_unread(struct klog_reader *reader, struct text line);

#endif
