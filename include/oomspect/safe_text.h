/* Foreign bytes as they may be shown: printable text as it is, all else spelled in ASCII.
 *
 *   \xHH        a byte that is no UTF-8, or a control of ASCII
 *   \uHHHH      another character of utf8_unsafe()
 *   \UHHHHHHHH  the same above U+FFFF
 *   \x5c        a backslash in front of what reads like one of these
 *
 * So two names are never shown alike, and a name as systemd(1) writes it, dev-disk-by\x2duuid.swap,
 * stays what it is. Knows no terminal and no columns. */
#ifndef OOMSPECT_SAFE_TEXT_H
#define OOMSPECT_SAFE_TEXT_H

#include "oomspect/text.h"

#include <stdio.h>

#define SAFE_TEXT_MAX 11 /* bytes one step can give, its NUL included */

/* Takes the next character or bad byte off `rest` and gives it as it may be shown. Returns the
 * bytes given, 0 when nothing is left. */
size_t safe_text_next(struct text *rest, char ret[SAFE_TEXT_MAX]);

/* Writes all of `text`; with `ascii` any other character that is not ASCII as '?'. Whether `out`
 * took it is for the caller to ask (ferror). */
void safe_text_put(FILE *out, struct text text, bool ascii);

#endif
