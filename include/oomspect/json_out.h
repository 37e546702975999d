/* JSON as it is written: member after member to a stream, on one line, without memory.
 *
 * Knows the grammar and the bytes, nothing of what the documents say. Text that is not UTF-8 has
 * U+FFFD for each bad byte, and a member NAME_hex with the true bytes beside it; a character that is
 * not to be shown (utf8_unsafe) is escaped. Numbers never follow the locale. Whether the stream took
 * it all is for the caller to ask (ferror). */
#ifndef OOMSPECT_JSON_OUT_H
#define OOMSPECT_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out {
	FILE *file;
	bool filled; /* the object or array begun last has something in it */
};

struct json_out json_out_to(FILE *file);

/* Begins an object ('{') or an array ('['), and ends it ('}' or ']'). `name` is that of the member,
 * here and below; NULL in an array, and for the document itself. */
void json_out_begin(struct json_out *out, const char *name, char bracket);
void json_out_end(struct json_out *out, char bracket);

/* Ends the document: its only newline. */
void json_out_finish(struct json_out *out);

void json_out_null(struct json_out *out, const char *name);
void json_out_bool(struct json_out *out, const char *name, bool value);

/* A whole number; null when it is not `known`, or UNKNOWN where it cannot be negative. */
void json_out_integer(struct json_out *out, const char *name, int64_t value);
void json_out_number(struct json_out *out, const char *name, bool known, int64_t value);
void json_out_known(struct json_out *out, const char *name, int64_t value);

/* `value` divided by ten to the power of `decimals`, with one decimal at least and no zeros behind
 * it. */
void json_out_decimal(struct json_out *out, const char *name, int64_t value, unsigned decimals);

/* Bytes from anywhere, NUL-terminated; NULL is null. */
void json_out_text(struct json_out *out, const char *name, const char *bytes);

#endif
