/* Inside of klog: bytes to lines (klog_reader.c), journal entries (klog_journal.c). */
#ifndef OOMSPECT_KLOG_READER_H
#define OOMSPECT_KLOG_READER_H

#include "oomspect/klog.h"

enum err_code klog_reader_init(struct klog_reader *reader, int fd, struct err *err);
void klog_reader_release(struct klog_reader *reader);

/* The next line without its newline, valid until the next call. The buffer is the caller's to
 * change in place. A line beyond the buffer is cut. */
enum klog_status klog_reader_line(struct klog_reader *reader, struct text *ret, struct err *err);

/* The next `count` bytes as they are; fewer at the end of the file or beyond the buffer, the
 * rest of which is skipped. */
enum klog_status klog_reader_bytes(struct klog_reader *reader, uint64_t count, struct text *ret, struct err *err);

/* Runs a program with its output on *ret_fd; `stdin_fd` < 0 gives it /dev/null. */
enum err_code klog_spawn(const char *const argv[], int stdin_fd, pid_t *ret_pid, int *ret_fd, struct err *err);

/* One entry of `journalctl -o export`. */
enum klog_status klog_read_export(struct klog *klog, struct klog_record *ret, struct err *err);

/* A line that is a JSON object with a message in it: of journalctl -o json, of a container
 * runtime, of a log shipper. False if it is not one. */
bool klog_parse_json(struct klog *klog, struct text line, struct klog_record *ret);

/* The same over several lines, from behind its first on, which was "{": journalctl -o json-pretty.
 * What turns out to be none is given line by line. */
enum klog_status klog_read_pretty(struct klog *klog, struct klog_record *ret, struct err *err);

#endif
