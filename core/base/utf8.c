#include "oomspect/utf8.h"

#include "oomspect/array.h"

#include <string.h>

/* Length, the least code point that needs it, and what the first byte must be under a mask. */
static const struct form {
	size_t length;
	uint32_t least;
	unsigned char mask, lead;
} forms[] = {
	{ 1, 0, 0x80, 0x00 },
	{ 2, 0x80, 0xe0, 0xc0 },
	{ 3, 0x800, 0xf0, 0xe0 },
	{ 4, 0x10000, 0xf8, 0xf0 },
};

static const struct form *form_of(unsigned char lead)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if ((lead & forms[i].mask) == forms[i].lead)
			return &forms[i];
	return NULL;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *ret)
{
	const struct form *form = length ? form_of((unsigned char)bytes[0]) : NULL;
	if (!form || form->length > length)
		return 0;
	uint32_t code = (unsigned char)bytes[0] & (unsigned char)~form->mask;
	for (size_t i = 1; i < form->length; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		if ((byte & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte & 0x3f);
	}
	if (code < form->least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	if (ret)
		*ret = code;
	return form->length;
}

bool utf8_valid(const char *bytes, size_t length)
{
	while (length) {
		size_t taken = utf8_decode(bytes, length, NULL);
		if (!taken)
			return false;
		bytes += taken;
		length -= taken;
	}
	return true;
}

size_t utf8_encode(uint32_t code, char ret[4])
{
	static const unsigned char leads[] = { 0, 0xc0, 0xe0, 0xf0 };
	if (code < 0x80) {
		ret[0] = (char)code;
		return 1;
	}
	size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	ret[0] = (char)(leads[more] | code >> (6 * more));
	for (size_t i = 1; i <= more; i++)
		ret[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
	return more + 1;
}

size_t utf8_whole(const char *bytes, size_t length)
{
	for (size_t back = 1; back < 4 && back <= length; back++) {
		unsigned char byte = (unsigned char)bytes[length - back];
		const struct form *form = form_of(byte);
		if ((byte & 0xc0) != 0x80)
			return form && form->length > back ? length - back : length;
	}
	return length;
}

bool utf8_unsafe(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0000, 0x001f }, /* C0 */
		{ 0x007f, 0x009f }, /* DEL, C1 */
		{ 0x00ad, 0x00ad }, /* soft hyphen */
		{ 0x034f, 0x034f }, /* combining grapheme joiner */
		{ 0x061c, 0x061c }, /* arabic letter mark */
		{ 0x115f, 0x1160 }, /* hangul fillers */
		{ 0x17b4, 0x17b5 }, /* khmer inherent vowels */
		{ 0x180b, 0x180f }, /* mongolian selectors */
		{ 0x200b, 0x200f }, /* zero-width characters, LRM, RLM */
		{ 0x2028, 0x202e }, /* separators of lines and paragraphs, embeddings, overrides */
		{ 0x2060, 0x206f }, /* invisible operators, isolates, deprecated formats */
		{ 0x3164, 0x3164 }, /* hangul filler */
		{ 0xfe00, 0xfe0f }, /* variation selectors */
		{ 0xfeff, 0xfeff }, /* byte order mark */
		{ 0xffa0, 0xffa0 }, /* halfwidth hangul filler */
		{ 0xfff0, 0xfffb }, /* unassigned, interlinear annotation */
		{ 0x1bca0, 0x1bca3 }, /* shorthand formats */
		{ 0x1d173, 0x1d17a }, /* musical formats */
		{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
	};
	for (size_t i = 0; i < ARRAY_SIZE(ranges) && code >= ranges[i].first; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

size_t utf8_replace_invalid(const char *bytes, size_t length, char *ret)
{
	size_t used = 0;
	for (size_t at = 0; at < length;) {
		size_t taken = utf8_decode(bytes + at, length - at, NULL);
		if (taken)
			memcpy(ret + used, bytes + at, taken);
		else
			memcpy(ret + used, UTF8_REPLACEMENT, UTF8_REPLACEMENT_SIZE);
		used += taken ? taken : UTF8_REPLACEMENT_SIZE;
		at += taken ? taken : 1;
	}
	ret[used] = '\0';
	return used;
}
