/* Which bytes are UTF-8, what to show for those that are not, and which characters are not shown as
 * they are. */
#ifndef OOMSPECT_UTF8_H
#define OOMSPECT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT      "\xef\xbf\xbd" /* U+FFFD */
#define UTF8_REPLACEMENT_SIZE 3

/* The length in bytes of the character that begins at `bytes` (1 to 4), 0 if those bytes begin
 * none: stray continuation, overlong form, surrogate, above U+10FFFF, cut short. NUL is a
 * character. `*ret` (may be NULL) is its code point. Source: RFC 3629. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *ret);

/* Writes a character, `code` up to 0x1fffff, in 1 to 4 bytes without a NUL behind. Their number. */
size_t utf8_encode(uint32_t code, char ret[4]);

bool utf8_valid(const char *bytes, size_t length);

/* How many of the bytes are left when a character that is cut short at their end is left out. */
size_t utf8_whole(const char *bytes, size_t length);

/* Whether a character could do something to a terminal, or to the text around it, instead of being
 * seen: controls, line and paragraph separators, and what has no look of its own, such as direction
 * marks, joiners and fillers. The one list of the program: every output escapes what is on it.
 * Source: Unicode 16, general categories Cc, Zl and Zp, and Default_Ignorable_Code_Point
 * (DerivedCoreProperties.txt); with the interlinear annotation marks, U+FFF9 to U+FFFB. */
bool utf8_unsafe(uint32_t code);

/* Copies `length` bytes to `ret`, which has room for UTF8_REPLACEMENT_SIZE times as many and a NUL,
 * with U+FFFD for each byte that begins no character. The length of the copy. */
size_t utf8_replace_invalid(const char *bytes, size_t length, char *ret);

#endif
