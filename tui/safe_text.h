/* Foreign bytes on a terminal: what could move the cursor, colour, or lie about the order of the
 * text is shown as \xHH or <U+XXXX>. */
#ifndef SAFE_TEXT_H
#define SAFE_TEXT_H

#include "oomspect/text.h"

#define SAFE_TEXT_MAX 10 /* bytes one step can give, its NUL included */

/* Takes the next character or bad byte off `rest` and gives it as it may be shown. Returns the
 * bytes given, 0 when nothing is left. */
size_t safe_text_next(struct text *rest, char ret[SAFE_TEXT_MAX]);

#endif
