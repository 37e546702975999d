/* Members of a JSON object, read where they stand in its text (RFC 8259).
 *
 * Takes no memory, so that there is no answer for want of it, and nothing is built of what nobody
 * asks for. Bytes of strings are not looked at for UTF-8: a log may hold others. */
#ifndef OOMSPECT_JSONLINE_H
#define OOMSPECT_JSONLINE_H

#include "oomspect/text.h"

#define JSONLINE_DEPTH_MAX 32 /* what is nested deeper is no object for us */

/* Whether `text` is one whole object, blanks around it aside. */
bool jsonline_is_object(struct text text);

/* The value of a member of such an object, as it stands there; the last one of that name, empty
 * where there is none. Borrows from `object`. */
struct text jsonline_get(struct text object, const char *name);

/* The bytes of a value that is a string, or an array of numbers up to 255, as journalctl gives what
 * is not UTF-8. `bytes` has room for value.len; false, and nothing written to `ret_length`, if it
 * is neither. */
bool jsonline_bytes(struct text value, char *bytes, size_t *ret_length);

#endif
