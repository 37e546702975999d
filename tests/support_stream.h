/* What a program sends to a terminal, looked at byte by byte: control sequences that it may use,
 * and between them printable text. A byte that is neither is a fault.
 *
 * Two dialects. On an xterm a program moves the cursor by CR, LF, BS and TAB as well, and such a
 * byte may have come from anywhere. The strict terminal (stream_terminfo) has no control character
 * and a dozen sequences: there every control outside of those came out of some text. */
#ifndef TESTS_SUPPORT_STREAM_H
#define TESTS_SUPPORT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#define STREAM_TERM "oomspect-strict"

struct stream {
	bool strict, ascii; /* ascii: nothing above 0x7e either */
	bool alternate;     /* the alternate screen is shown: outside of it lines end in CR LF */
	char pending[64];   /* the sequence or character that has begun */
	size_t pending_length;
	size_t sequences, printed; /* seen so far */
	size_t faults;
	char first[192]; /* the first fault, in words */
};

void stream_init(struct stream *stream, bool strict, bool ascii);

/* Takes bytes as they come, in pieces of any size. `stream` is a struct stream. */
void stream_feed(void *stream, const char *bytes, size_t length);

/* Compiles the strict terminal below a new directory, for the environment's TERMINFO. False when
 * there is no tic(1). */
bool stream_terminfo_make(char *directory, size_t size);
void stream_terminfo_remove(const char *directory);

#endif
