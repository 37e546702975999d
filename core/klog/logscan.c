#include "oomspect/logscan.h"

#include <string.h>

bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool scan_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
	return scan_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '-';
}

struct text scan_from(struct text text, const char *at)
{
	return (struct text){ at, text.len - (size_t)(at - text.at) };
}

struct text scan_until(struct text text, const char *at)
{
	return (struct text){ text.at, (size_t)(at - text.at) };
}

const char *scan_last(struct text text, const char *needle)
{
	size_t length = strlen(needle);
	for (size_t i = text.len; i >= length; i--) {
		const char *at = text.at + (i - length);
		if (*at == *needle && memcmp(at, needle, length) == 0)
			return at;
		if (i == length)
			break;
	}
	return NULL;
}

const char *scan_word(struct text text, const char *needle)
{
	struct text rest = text;
	for (const char *at; rest.len && (at = text_find(rest, needle));
		rest = scan_from(text, at + 1)) {
		if (at == text.at || !is_word(at[-1]))
			return at;
	}
	return NULL;
}

bool scan_number(struct text *rest, int64_t *ret)
{
	size_t length = rest->len && *rest->at == '-';
	size_t digits = 0;
	while (length + digits < rest->len && scan_is_digit(rest->at[length + digits]))
		digits++;
	length += digits;
	int64_t value;
	if (!digits || !text_to_i64((struct text){ rest->at, length }, &value) ||
		value > SCAN_NUMBER_MAX || value < -SCAN_NUMBER_MAX)
		return false;
	*ret = value;
	*rest = scan_from(*rest, rest->at + length);
	return true;
}

static bool take_key(struct text text, const char *key, struct text *rest, int64_t *ret)
{
	const char *at = scan_word(text, key);
	if (!at)
		return false;
	*rest = scan_from(text, at + strlen(key));
	scan_blanks(rest);
	if (rest->len > 1 && rest->at[0] == '0' && scan_is_digit(rest->at[1]))
		return false;
	return scan_number(rest, ret);
}

bool scan_key(struct text text, const char *key, int64_t *ret)
{
	struct text rest;
	int64_t value;
	if (!take_key(text, key, &rest, &value))
		return false;
	*ret = value;
	return true;
}

bool scan_kb(struct text text, const char *key, int64_t *ret)
{
	struct text rest;
	int64_t value;
	if (!take_key(text, key, &rest, &value))
		return false;
	scan_blanks(&rest);
	if (!text_starts(rest, "kB") && !text_starts(rest, "KB"))
		return false;
	*ret = value;
	return true;
}

void scan_blanks(struct text *rest)
{
	size_t skip = 0;
	while (skip < rest->len && scan_is_blank(rest->at[skip]))
		skip++;
	*rest = scan_from(*rest, rest->at + skip);
}

struct text scan_trim_end(struct text text)
{
	while (text.len && (scan_is_blank(text.at[text.len - 1]) || text.at[text.len - 1] == '\n' ||
				   text.at[text.len - 1] == '\r'))
		text.len--;
	return text;
}
