/* Which bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF). */
#ifndef OOMSPECT_UTF8_H
#define OOMSPECT_UTF8_H

#include "oomspect/text.h"

/* Length of the sequence that `text` starts with, 1 to 4; 0 if its first byte starts none. */
size_t utf8_sequence(struct text text);

/* The code point of a sequence of that length. */
uint32_t utf8_code(const char *at, size_t length);

#endif
