/* One record of a kernel log, whatever carried it here.
 *
 * Borrows its bytes: valid until the next one is read. Knows nothing of what the text means. */
#ifndef OOMSPECT_KLOGRECORD_H
#define OOMSPECT_KLOGRECORD_H

#include "oomspect/amount.h"
#include "oomspect/text.h"

#include <stdbool.h>
#include <stdint.h>

enum klog_form {
	KLOG_WHOLE, /* the record as the kernel wrote it, newlines in it included: kmsg, journal */
	KLOG_LINE,  /* one line of a text, which may be a piece of a wrapped one */
};

struct klog_record {
	struct text text;  /* the message behind every prefix */
	struct text stamp; /* the time as it is written, empty if there is none */
	uint64_t line;     /* from 1: line of a text, ordinal of a record */
	int64_t boot_us;   /* since boot, UNKNOWN_SIGNED */
	int64_t unix_us;   /* UNKNOWN_SIGNED; only where the zone is certain */
	uint64_t lost;     /* records that were overwritten right before this one */
	int level;         /* 0..7, -1 unknown */
	int facility;      /* 0 is the kernel, -1 unknown */
	enum klog_form form;
	bool stamped;   /* has a prefix of its own: starts a message, does not continue one */
	bool ring;      /* its stamp is of the kernel's own buffer, in the form of dmesg(1) */
	bool tagged;    /* syslog's tag of the kernel stands before the text */
	bool escaped;   /* `text` holds the \xHH of /dev/kmsg (klog_unescape) */
	bool continues; /* flag 'c' of /dev/kmsg: may belong to the record before */
	bool foreign;   /* a program says this, not the kernel */
	bool proven; /* the carrier says that the kernel does: a line of text could be anybody's */
	uint64_t indent; /* blanks before the text where there is no other prefix */
	bool blank_end;  /* the line ended in blanks, which `text` does not have */
	uint64_t width;  /* bytes of the line as it stood there */
};

/* An empty record: nothing known, form KLOG_LINE. */
void klog_record_init(struct klog_record *record);

/* Turns the \xHH of /dev/kmsg into bytes, in place. Returns the new length. */
size_t klog_unescape(char *bytes, size_t length);

#endif
