#include "oomspect/utf8.h"

uint32_t utf8_code(const char *at, size_t length)
{
	static const unsigned char first_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)at[0] & first_mask[length];
	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3f);
	return code;
}

size_t utf8_sequence(struct text text)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (!text.len)
		return 0;
	unsigned char first = (unsigned char)text.at[0];
	size_t length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 :
		first < 0xf8 ? 4 : 0;
	if (!length || length > text.len)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)text.at[i] & 0xc0) != 0x80)
			return 0;
	}
	uint32_t code = utf8_code(text.at, length);
	bool valid = code >= smallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
	return valid ? length : 0;
}
