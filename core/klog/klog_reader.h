/* Inside of klog: bytes to lines (klog_reader.c), files that are followed by name (klog_follow.c),
 * journal entries (klog_journal.c). None of them forgets what it has begun when it returns
 * KLOG_AGAIN or KLOG_MORE: the next call goes on. */
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
enum klog_status klog_reader_bytes(
	struct klog_reader *reader, uint64_t count, struct text *ret, struct err *err);

/* What is there of a line whose end has not come; false if that is nothing new. What comes later
 * is a line of its own. */
bool klog_reader_rest(struct klog_reader *reader, struct text *ret);

/* What was read last still stands right before the place that is read next. */
bool klog_reader_is_same(const struct klog_reader *reader);

/* Reads `fd` from now on, from its first line; what was there is forgotten. */
void klog_reader_restart(struct klog_reader *reader, int fd);

/* At the end of a file that is followed: KLOG_RECORD with the rest of a line that has no end,
 * KLOG_MORE if there is another file to read or this one anew, else KLOG_AGAIN. */
enum klog_status klog_follow_end(struct klog *klog, struct text *ret_rest);

/* The next line, of a file that is followed as well. */
enum klog_status klog_next_line(struct klog *klog, struct text *ret, struct err *err);

void klog_entry_init(struct klog_entry *entry);

/* The line that shows that a file is of that format. */
void klog_take_export_line(struct klog *klog, struct text line);

/* One entry of `journalctl -o export`. */
enum klog_status klog_read_export(struct klog *klog, struct klog_record *ret, struct err *err);

/* A line of `journalctl -o verbose`, whose entries are a line with the time and a field a line. */
enum klog_verbose {
	KLOG_VERBOSE_NONE,          /* it is of no entry */
	KLOG_VERBOSE_TAKEN,         /* it is, and nothing is whole yet */
	KLOG_VERBOSE_RECORD,        /* it begins one, and the one before is in `ret` */
	KLOG_VERBOSE_RECORD_BEFORE, /* it is of none, and ends the one in `ret`: give it once more */
};
enum klog_verbose klog_take_verbose(struct klog *klog, struct text line, struct klog_record *ret);

/* The log has ended: the entry that is open, if it has a record. */
bool klog_end_verbose(struct klog *klog, struct klog_record *ret);

/* The line that was given last is given once more, unless its end has not come. */
void klog_reader_unread(struct klog_reader *reader, struct text line);

/* A line that is a JSON object with a message in it: of journalctl -o json, of a container
 * runtime, of a log shipper. False if it is not one. */
bool klog_parse_json(struct klog *klog, struct text line, struct klog_record *ret);

/* The same over several lines: journalctl -o json-pretty. `first` is "{", or NULL to go on with what
 * has been gathered (klog->gathered). What turns out to be none is given line by line. */
enum klog_status klog_read_pretty(
	struct klog *klog, const char *first, struct klog_record *ret, struct err *err);

#endif
