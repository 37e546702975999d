#include "oomspect/jsonline.h"

#include "oomspect/logscan.h"
#include "oomspect/utf8.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_BYTES 64 /* of a member that somebody asks for */

static void skip_blanks(struct text *rest)
{
	while (rest->len && memchr(" \t\r\n", *rest->at, 4))
		*rest = scan_from(*rest, rest->at + 1);
}

static bool skip_byte(struct text *rest, char c)
{
	skip_blanks(rest);
	if (!rest->len || *rest->at != c)
		return false;
	*rest = scan_from(*rest, rest->at + 1);
	return true;
}

/* --- strings --------------------------------------------------------------------------------- */

static int hex_of(char c)
{
	if (scan_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits behind "\u". */
static bool take_unit(struct text *rest, uint32_t *ret)
{
	uint32_t unit = 0;
	if (rest->len < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_of(rest->at[i]);
		if (digit < 0)
			return false;
		unit = unit << 4 | (uint32_t)digit;
	}
	*rest = scan_from(*rest, rest->at + 4);
	*ret = unit;
	return true;
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* A character beyond 16 bits is two units; half of one is none. */
static bool take_code(struct text *rest, uint32_t *ret)
{
	uint32_t low;
	if (!take_unit(rest, ret))
		return false;
	struct text behind = *rest;
	if (is_high(*ret) && text_skip(&behind, "\\u") && take_unit(&behind, &low) && is_low(low)) {
		*ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
		*rest = behind;
	} else if (is_high(*ret) || is_low(*ret)) {
		*ret = 0xfffd;
	}
	return true;
}

/* Behind a '\'. `bytes` has room for four. */
static bool take_escape(struct text *rest, char *bytes, size_t *ret_length)
{
	static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	uint32_t code;
	if (!rest->len)
		return false;
	char c = *rest->at;
	*rest = scan_from(*rest, rest->at + 1);
	const char *name = c ? strchr(names, c) : NULL;
	*ret_length = 1;
	if (name)
		bytes[0] = meanings[name - names];
	else if (c == 'u' && take_code(rest, &code))
		*ret_length = utf8_encode(code, bytes);
	else
		return false;
	return true;
}

/* From its first mark to behind its last one. `bytes`, which may be NULL, has room for what stands
 * there; an escape is never shorter than what it means. */
static bool take_string(struct text *rest, char *bytes, size_t *ret_length)
{
	size_t length = 0, more;
	if (!skip_byte(rest, '"'))
		return false;
	while (rest->len && *rest->at != '"') {
		char escaped[4] = { *rest->at };
		more = 1;
		if ((unsigned char)*rest->at < 0x20)
			return false;
		*rest = scan_from(*rest, rest->at + 1);
		if (escaped[0] == '\\' && !take_escape(rest, escaped, &more))
			return false;
		if (bytes)
			memcpy(bytes + length, escaped, more);
		length += more;
	}
	*ret_length = length;
	return skip_byte(rest, '"');
}

/* --- values ---------------------------------------------------------------------------------- */

static bool skip_value(struct text *rest, int depth);

static bool skip_number(struct text *rest)
{
	size_t length = 0;
	while (length < rest->len &&
		(scan_is_digit(rest->at[length]) || memchr("+-.eE", rest->at[length], 5)))
		length++;
	if (!length || (!scan_is_digit(*rest->at) && *rest->at != '-') ||
		!scan_is_digit(rest->at[length - 1]))
		return false;
	*rest = scan_from(*rest, rest->at + length);
	return true;
}

static bool skip_items(struct text *rest, int depth)
{
	if (skip_byte(rest, ']'))
		return true;
	do {
		if (!skip_value(rest, depth))
			return false;
	} while (skip_byte(rest, ','));
	return skip_byte(rest, ']');
}

static bool skip_members(struct text *rest, int depth)
{
	size_t length;
	if (skip_byte(rest, '}'))
		return true;
	do {
		if (!take_string(rest, NULL, &length) || !skip_byte(rest, ':') ||
			!skip_value(rest, depth))
			return false;
	} while (skip_byte(rest, ','));
	return skip_byte(rest, '}');
}

/* NOLINTNEXTLINE(misc-no-recursion): never deeper than JSONLINE_DEPTH_MAX. */
static bool skip_value(struct text *rest, int depth)
{
	size_t length;
	if (depth == 0)
		return false;
	skip_blanks(rest);
	if (text_starts(*rest, "\""))
		return take_string(rest, NULL, &length);
	if (text_skip(rest, "{"))
		return skip_members(rest, depth - 1);
	if (text_skip(rest, "["))
		return skip_items(rest, depth - 1);
	return text_skip(rest, "true") || text_skip(rest, "false") || text_skip(rest, "null") ||
	       skip_number(rest);
}

bool jsonline_is_object(struct text text)
{
	skip_blanks(&text);
	if (!text_starts(text, "{") || !skip_value(&text, JSONLINE_DEPTH_MAX))
		return false;
	skip_blanks(&text);
	return text.len == 0;
}

/* The next name; one that is longer than any that is asked for is "". */
static bool take_name(struct text *rest, char name[NAME_MAX_BYTES + 1])
{
	struct text start = *rest;
	size_t length;
	if (!take_string(rest, NULL, &length))
		return false;
	if (length > NAME_MAX_BYTES)
		length = 0;
	else
		take_string(&start, name, &length);
	name[length] = '\0';
	return true;
}

struct text jsonline_get(struct text object, const char *name)
{
	char here[NAME_MAX_BYTES + 1];
	struct text rest = object, found = { object.at, 0 };
	if (!skip_byte(&rest, '{'))
		return found;
	do {
		if (!take_name(&rest, here) || !skip_byte(&rest, ':'))
			break;
		skip_blanks(&rest);
		struct text value = rest;
		if (!skip_value(&rest, JSONLINE_DEPTH_MAX))
			break;
		if (strcmp(here, name) == 0)
			found = scan_until(value, rest.at);
	} while (skip_byte(&rest, ','));
	return found;
}

static bool take_numbers(struct text *rest, char *bytes, size_t *ret_length)
{
	size_t length = 0;
	int64_t number;
	if (!skip_byte(rest, '['))
		return false;
	while (!skip_byte(rest, ']')) {
		if (length && !skip_byte(rest, ','))
			return false;
		skip_blanks(rest);
		if (!scan_number(rest, &number) || number < 0 || number > 255)
			return false;
		bytes[length++] = (char)number;
	}
	*ret_length = length;
	return true;
}

bool jsonline_bytes(struct text value, char *bytes, size_t *ret_length)
{
	size_t length;
	if (!take_string(&value, bytes, &length) && !take_numbers(&value, bytes, &length))
		return false;
	*ret_length = length;
	return true;
}
