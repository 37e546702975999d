/* Names that would do something to a terminal if they reached it as they are: escape sequences, C0
 * and C1 controls, text from right to left, what is no UTF-8, and bytes at random. */
#ifndef TESTS_SUPPORT_HOSTILE_H
#define TESTS_SUPPORT_HOSTILE_H

#include <stddef.h>

/* Name `number` of a seed, at most `size` - 1 bytes and at least one, NUL-terminated, without the
 * bytes of `without`. */
void hostile_name(unsigned seed, size_t number, const char *without, char *name, size_t size);

#endif
