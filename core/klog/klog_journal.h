/* Inside of klog: the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS), its verbose one,
 * and JSON, of whatever writes logs so. After KLOG_AGAIN or KLOG_MORE the next call goes on with the
 * entry that was begun. */
#ifndef OOMSPECT_KLOG_JOURNAL_H
#define OOMSPECT_KLOG_JOURNAL_H

#include "oomspect/klog_state.h"

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

/* A line that is a JSON object with a message in it: of journalctl -o json, of a container
 * runtime, of a log shipper. False if it is not one. */
bool klog_parse_json(struct klog *klog, struct text line, struct klog_record *ret);

/* The same over several lines: journalctl -o json-pretty. `first` is "{", or NULL to go on with what
 * has been gathered (klog->gathered). What turns out to be none is given line by line. */
enum klog_status klog_read_pretty(
	struct klog *klog, const char *first, struct klog_record *ret, struct err *err);

#endif
