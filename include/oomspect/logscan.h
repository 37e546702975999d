/* Finding keys and numbers inside one line of foreign text.
 *
 * Nothing here reads past the text it is given. Knows no line shape (oomline.h). */
#ifndef OOMSPECT_LOGSCAN_H
#define OOMSPECT_LOGSCAN_H

#include "oomspect/text.h"

/* What is left of `text` from `at` on; `at` points into it. */
struct text scan_from(struct text text, const char *at);

/* What stands before `at`. */
struct text scan_until(struct text text, const char *at);

/* The last place of `needle`, or NULL. */
const char *scan_last(struct text text, const char *needle);

/* The first place where `needle` stands as a word of its own: no letter, digit, '_' or '-'
 * before it. NULL if there is none. */
const char *scan_word(struct text text, const char *needle);

/* No number of a kernel log is larger; sums of a few never overflow. */
#define SCAN_NUMBER_MAX (INT64_C(1) << 60)

/* Takes a decimal number, a minus allowed, off the start. False and nothing taken if there is
 * none or it is beyond SCAN_NUMBER_MAX. */
bool scan_number(struct text *rest, int64_t *ret);

/* The number right behind the first `key` that is a word of its own ("order=", "UID:"). False if
 * there is no such key, no number, or one that overprinting has damaged ("UID:00"). */
bool scan_key(struct text text, const char *key, int64_t *ret);

/* The same, and "kB" or "KB" must follow: a number that was cut short is not told. */
bool scan_kb(struct text text, const char *key, int64_t *ret);

void scan_blanks(struct text *rest);
bool scan_is_digit(char c);
bool scan_is_blank(char c);
/* Trailing blanks and line ends removed. */
struct text scan_trim_end(struct text text);

#endif
