#include "oomspect/text.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static struct text from(struct text text, size_t offset)
{
	return (struct text){ text.at + offset, text.len - offset };
}

struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

bool text_next_line(struct text *rest, struct text *ret_line)
{
	if (rest->len == 0)
		return false;
	if (!text_split(rest, '\n', ret_line)) {
		*ret_line = *rest;
		*rest = from(*rest, rest->len);
	}
	return true;
}

bool text_next_field(struct text *rest, struct text *ret_field)
{
	size_t start = 0;
	while (start < rest->len && is_blank(rest->at[start]))
		start++;
	if (start == rest->len)
		return false;
	size_t end = start;
	while (end < rest->len && !is_blank(rest->at[end]))
		end++;
	*ret_field = (struct text){ rest->at + start, end - start };
	*rest = from(*rest, end);
	return true;
}

bool text_split(struct text *rest, char delimiter, struct text *ret_head)
{
	const char *found = rest->len ? memchr(rest->at, delimiter, rest->len) : NULL;
	if (!found)
		return false;
	size_t head = (size_t)(found - rest->at);
	*ret_head = (struct text){ rest->at, head };
	*rest = from(*rest, head + 1);
	return true;
}

struct text text_trim(struct text text)
{
	while (text.len && is_space(text.at[text.len - 1]))
		text.len--;
	while (text.len && is_space(*text.at))
		text = from(text, 1);
	return text;
}

bool text_equals(struct text text, const char *string)
{
	return text.len == strlen(string) && memcmp(text.at, string, text.len) == 0;
}

bool text_skip(struct text *text, const char *prefix)
{
	if (!text_starts(*text, prefix))
		return false;
	*text = from(*text, strlen(prefix));
	return true;
}

uint64_t text_hash(uint64_t hash, struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

bool text_to_u64(struct text text, uint64_t *ret)
{
	uint64_t value = 0;
	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
		if (digit > 9 || __builtin_mul_overflow(value, 10u, &value) ||
			__builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

bool text_to_i64(struct text text, int64_t *ret)
{
	uint64_t magnitude;
	bool negative = text_skip(&text, "-");
	if (!text_to_u64(text, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

void text_copy(struct text text, char *buffer, size_t size)
{
	size_t length = text.len < size - 1 ? text.len : size - 1;
	memcpy(buffer, text.at, length);
	buffer[length] = '\0';
}
