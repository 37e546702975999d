/* Where kernel log records come from: /dev/kmsg, the journal, files, stdin.
 *
 * One source at a time, read record by record in constant memory. Knows how each carrier wraps
 * a record, not what it says (oomlog.h). Beside root.c the only code that opens files to read. */
#ifndef OOMSPECT_KLOG_H
#define OOMSPECT_KLOG_H

#include "oomspect/err.h"
#include "oomspect/klogrecord.h"

#include <sys/types.h>

#define KLOG_BUFFER_SIZE     (256 * 1024) /* a longer line is cut, not lost */
#define KLOG_KMSG_RECORD_MAX 8192         /* a smaller buffer makes read(2) drop a record */

enum klog_status {
	KLOG_RECORD,
	KLOG_AGAIN, /* nothing now: poll klog_fd() */
	KLOG_END,
	KLOG_FAILED,
};

enum klog_kind { KLOG_CLOSED, KLOG_KMSG, KLOG_TEXT, KLOG_EXPORT };

/* Bytes of a descriptor, line by line. */
struct klog_reader {
	int fd;
	char *buffer;
	size_t start, end, scanned;
	uint64_t line; /* lines given so far */
	bool eof, cutting;
};

struct klog {
	enum klog_kind kind;
	struct klog_reader reader;
	pid_t child;        /* journalctl, gzip, xz, zstd, iconv; 0: none */
	const char *source; /* as the JSON member "source": "kmsg", "journal" or the path given */
	char *scratch;      /* bytes of the record that was given last */
	size_t scratch_size;
	char *object; /* of JSON over several lines, as it is gathered */
	size_t object_len, object_size;
	struct text
		inner; /* lines left of a JSON string that holds several, or of no such object */
	void *json;    /* what `inner` points into */
	uint64_t next_seq;    /* of /dev/kmsg */
	int64_t boot_unix_us; /* wall time of boot, for kmsg */
	uint64_t records, lost;
	bool seq_known;
};

/* A closed source; klog_close() accepts it. */
void klog_init(struct klog *klog);
void klog_close(struct klog *klog);

/* A log text in any form people keep them, gzip, xz and zstd by their usual programs, UTF-16,
 * journal export and JSON included. "-" is stdin. The path must live as long as `klog`. */
enum err_code klog_open_file(struct klog *klog, const char *path, struct err *err);

/* The running kernel's records from the oldest on. ERR_DENIED says which right is missing. */
enum err_code klog_open_kmsg(struct klog *klog, struct err *err);

/* The same through klogctl(3): once, without what comes later. */
enum err_code klog_open_klogctl(struct klog *klog, struct err *err);

/* `journalctl -k`: `boot` as its --boot wants it (0 this boot, -1 the one before). */
enum err_code klog_open_journal(struct klog *klog, int boot, bool follow, struct err *err);

/* The running kernel's log by the first of the three ways that works; else the sentence of the
 * first and what would help. With `follow` klogctl is left out. */
enum err_code klog_open_live(struct klog *klog, bool follow, struct err *err);

/* The descriptor to poll for more, -1 if there is none. */
int klog_fd(const struct klog *klog);

/* After KLOG_END of a plain file: true if it may grow, and klog_read() will look again. */
bool klog_resume(struct klog *klog);

/* `oom_kill` of /proc/vmstat (v4.13+): kills since boot, in the log or not. */
enum err_code klog_kill_counter(uint64_t *ret, struct err *err);

/* The next record, which borrows until the next call. KLOG_FAILED: see `err`. */
enum klog_status klog_read(struct klog *klog, struct klog_record *ret, struct err *err);

#endif
