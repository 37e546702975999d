/* A text in memory that is written as a file is (open_memstream(3)).
 *
 * It is there as a whole or not at all: where the last allocation fails glibc's fclose(3) says that
 * all is well, and there is no text. */
#ifndef OOMSPECT_MEMTEXT_H
#define OOMSPECT_MEMTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct memtext {
	FILE *file; /* to write to; NULL when it is not open */
	char *text; /* owned, NUL-terminated; only after memtext_close */
	size_t length;
};

/* False without memory. */
bool memtext_open(struct memtext *memtext);

/* Ends the writing. False, and there is no text, when not all of it could be kept. */
bool memtext_close(struct memtext *memtext);

/* Of an open one as well, of a closed one, and of an empty one. */
void memtext_release(struct memtext *memtext);

#endif
