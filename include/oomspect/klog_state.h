/* What is known of a log while it is read: the descriptor and its bytes, the entry that is open, what
 * carries the records. For what reads it (klog.h and what is beside it in core/klog); users look at
 * the counters only. */
#ifndef OOMSPECT_KLOG_STATE_H
#define OOMSPECT_KLOG_STATE_H

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

#endif
