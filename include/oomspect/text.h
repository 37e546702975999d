/* Bytes from outside, and how to walk them: lines, blank-separated fields, whole numbers.
 *
 * A `struct text` borrows: it is valid while the buffer it points into is. The bytes may be
 * anything, NUL included; nothing here reads past `len`. Knows no file and no format. */
#ifndef OOMSPECT_TEXT_H
#define OOMSPECT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *at;
	size_t len;
};

/* A string literal or C string as a text. */
struct text text_of(const char *string);

/* Takes the next line off `rest`, without its newline; the last line may lack one.
 * False when nothing is left. */
bool text_next_line(struct text *rest, struct text *ret_line);

/* Takes the next field off `rest`: the bytes up to a blank or tab, leading ones skipped.
 * False when only blanks are left. */
bool text_next_field(struct text *rest, struct text *ret_field);

/* Takes what stands before the first `delimiter` off `rest`, and the delimiter with it.
 * False, and nothing taken, when `delimiter` is not there. */
bool text_split(struct text *rest, char delimiter, struct text *ret_head);

/* Leading and trailing blanks, tabs and line ends removed. */
struct text text_trim(struct text text);

bool text_equals(struct text text, const char *string);

/* Here, so that a constant prefix is compared without a call: a log is asked some fifty a line. */
static inline bool text_starts(struct text text, const char *prefix)
{
	size_t length = strlen(prefix);
	return text.len >= length && memcmp(text.at, prefix, length) == 0;
}

/* If `text` starts with `prefix`, skips it. */
bool text_skip(struct text *text, const char *prefix);

/* The first place of `needle`, which is not empty, in `text`; or NULL. An empty text may have no bytes
 * at all, which memmem(3) would not take. */
static inline const char *text_find(struct text text, const char *needle)
{
	return text.len ? (const char *)memmem(text.at, text.len, needle, strlen(needle)) : NULL;
}

/* A hash of the bytes, FNV-1a, for tables in memory: `hash` is TEXT_HASH, or that of what stands
 * before them. Names of one hash can be made at will: a table compares them too. */
#define TEXT_HASH UINT64_C(0xcbf29ce484222325)
uint64_t text_hash(uint64_t hash, struct text text);

/* The whole of `text` as a decimal number. False, and `*ret` untouched, when there is any
 * other byte in it, when it is empty, or when the number does not fit. */
bool text_to_u64(struct text text, uint64_t *ret);
bool text_to_i64(struct text text, int64_t *ret);

/* Copies `text` into `buffer` (at most size - 1 bytes) and ends it with a NUL. */
void text_copy(struct text text, char *buffer, size_t size);

#endif
