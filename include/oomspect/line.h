/* A line of text that is put together piece by piece in a buffer of fixed size.
 *
 * Whatever does not fit is cut, at a whole UTF-8 character, and so is all that would follow:
 * nothing is ever written outside the buffer. Knows nothing of what the text is for. */
#ifndef OOMSPECT_LINE_H
#define OOMSPECT_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Borrows the buffer, which always holds a NUL-terminated text. */
struct line {
	char *at;
	size_t size, used; /* in bytes; `used` without the NUL */
	bool cut;          /* something did not fit */
};

/* Begins with an empty text, or behind the text that is in the buffer. `size`: 1 at least. */
struct line line_begin(char *buffer, size_t size);
struct line line_continue(char *buffer, size_t size);

void line_add(struct line *line, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
void line_add_args(struct line *line, const char *format, va_list args)
	__attribute__((format(__printf__, 2, 0)));

#endif
