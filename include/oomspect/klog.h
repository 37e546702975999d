/* Where kernel log records come from: /dev/kmsg, the journal, files, pipes, stdin.
 *
 * One source at a time, read record by record in constant memory. Nothing here waits: what is no
 * regular file is only read when it has something, a call reads a bounded number of bytes, and a
 * program that does not answer is given up. Knows how each carrier wraps a record, not what it
 * says (oomlog.h). Beside root.c the only code that opens files to read. */
#ifndef OOMSPECT_KLOG_H
#define OOMSPECT_KLOG_H

#include "oomspect/err.h"
#include "oomspect/helper.h"
#include "oomspect/klogrecord.h"

#include <sys/types.h>

#define KLOG_BUFFER_SIZE     (256 * 1024)  /* the rest of a longer line is dropped, and counted */
#define KLOG_STEP_BYTES      (1024 * 1024) /* a call of klog_read() reads about as much */
#define KLOG_KMSG_RECORD_MAX 8192          /* a smaller buffer makes read(2) drop a record */
#define KLOG_PATIENCE_MS     20000         /* that a program may say nothing */
#define KLOG_TAIL_SIZE       64

enum klog_status {
	KLOG_RECORD,
	KLOG_MORE,  /* enough for one call: call again */
	KLOG_AGAIN, /* nothing now: poll klog_fd(), but no longer than klog_due_ms() */
	KLOG_END,
	KLOG_FAILED,
};

enum klog_kind {
	KLOG_CLOSED,
	KLOG_KMSG,
	KLOG_PIPE, /* its first bytes have not come: packed or not */
	KLOG_TEXT,
	KLOG_EXPORT,
	KLOG_PROBE, /* the first bytes of the journal: may it be read at all? */
};

/* Bytes of a descriptor, line by line. */
struct klog_reader {
	int fd;
	const char *name; /* for a sentence */
	char *buffer;
	size_t start, end, scanned;
	uint64_t line;             /* lines given so far */
	uint64_t bytes;            /* read so far */
	uint64_t limit;            /* of `bytes`, for the call at hand */
	uint64_t cut;              /* lines longer than the buffer */
	char tail[KLOG_TAIL_SIZE]; /* the bytes that were read last, where the file is followed */
	size_t tail_len;
	bool eof, cutting;
	bool polled; /* read(2) might block */
	bool grows;  /* the end of the file is not the end of the log, nor of its line */
};

/* An entry of the journal's export format, as far as it has been read. */
struct klog_entry {
	enum {
		KLOG_ENTRY_LINE,
		KLOG_ENTRY_LENGTH,
		KLOG_ENTRY_VALUE,
		KLOG_ENTRY_REST,
		KLOG_ENTRY_NEWLINE
	} next;
	char field[64];
	uint64_t left; /* bytes of its value */
	bool has_message, by_kernel, by_other;
	size_t length; /* of the message, in scratch */
	struct klog_record record;
};

struct klog {
	enum klog_kind kind;
	struct klog_reader reader;
	struct helper helper; /* journalctl, gzip, xz, zstd, bzip2, iconv */
	const char *program;  /* its name */
	const char *source;   /* as the JSON member "source": "kmsg", "journal" or the path given */
	bool follow;          /* the caller waits for what comes */
	int next_fd;          /* the file that took the place of the one that is read, or -1 */
	int64_t partial_ms;  /* since when the last line of a followed file has no end; 0: it has */
	int64_t patience_ms; /* that `program` may say nothing */
	int64_t heard_ms;    /* since when it does */
	uint64_t heard_bytes;
	bool begun;     /* a pipe has its first bytes, too few to tell what it is */
	bool fed;       /* `program` reads a pipe, and waits as long as that does */
	bool no_memory; /* something of a record could not be kept */
	bool mixed;     /* some of the text is of no format that names each record's writer */
	struct err
		refused; /* why /dev/kmsg could not be read, where the journal stands in for it */
	char *scratch;   /* bytes of the record that was given last */
	size_t scratch_size;
	struct klog_entry entry;
	bool verbose;   /* of journalctl -o verbose: a line with a time began it */
	char stamp[64]; /* of the one that was given last */
	char *object;   /* of JSON over several lines, as it is gathered */
	size_t object_len, object_size;
	unsigned gathered; /* lines of it */
	struct text
		inner; /* lines left of a JSON string that holds several, or of no such object */
	bool inner_foreign; /* a program said them */
	char *decoded;      /* what `inner` points into, where it is of a JSON string */
	size_t decoded_size;
	uint64_t next_seq;    /* of /dev/kmsg */
	int64_t boot_unix_us; /* wall time of boot, for kmsg */
	uint64_t records, lost;
	uint64_t turned_lines; /* of a file that is read from its last line on; 0: it is not */
	bool seq_known;
};

/* A closed source; klog_close() accepts it. */
void klog_init(struct klog *klog);
void klog_close(struct klog *klog);

/* A log text in any form people keep them, gzip, xz, zstd and bzip2 by their usual programs,
 * UTF-16, journal export and JSON included; a plain file with its newest line first is put in order.
 * "-" is stdin. Pipes and sockets will do, devices not. The path must live as long as `klog`. */
enum err_code klog_open_file(struct klog *klog, const char *path, struct err *err);

/* The running kernel's records from the oldest on. ERR_DENIED says which right is missing. */
enum err_code klog_open_kmsg(struct klog *klog, struct err *err);

/* The same through klogctl(3): once, without what comes later. */
enum err_code klog_open_klogctl(struct klog *klog, struct err *err);

/* `journalctl -k`: `boot` as its --boot wants it (0 this boot, -1 the one before). */
enum err_code klog_open_journal(struct klog *klog, int boot, bool follow, struct err *err);

/* The running kernel's log by the first of the three ways that works. That the journal cannot be
 * read shows when its program answers: then klog_read() fails, with the sentence of the first way.
 * With `follow` klogctl is left out. */
enum err_code klog_open_live(struct klog *klog, bool follow, struct err *err);

/* From now on the end of /dev/kmsg or of a plain file is KLOG_AGAIN. Of a file it is its name that
 * is followed: one that was made shorter or written anew is read from its start, one that was
 * replaced to its end, and then the new one. One with its newest line first is not followed. */
void klog_follow(struct klog *klog);

/* The descriptor to poll for more, -1 if there is none at the time. klog_read() may change it;
 * another one never has the same number. */
int klog_fd(const struct klog *klog);

/* Milliseconds until klog_read() is due although nothing came; -1: it is not. */
int klog_due_ms(const struct klog *klog);

/* A program was asked for the log, and has not said anything yet. */
bool klog_is_silent(const struct klog *klog);

/* `oom_kill` of /proc/vmstat (v4.13+): kills since boot, in the log or not. */
enum err_code klog_kill_counter(uint64_t *ret, struct err *err);

/* The next record, which borrows until the next call. KLOG_FAILED: see `err`. */
enum klog_status klog_read(struct klog *klog, struct klog_record *ret, struct err *err);

#endif
