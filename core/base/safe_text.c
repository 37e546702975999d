#include "oomspect/safe_text.h"

#include "oomspect/utf8.h"

#include <string.h>

/* Whether so many digits stand at the beginning, as hexadecimal ones. */
static bool next_hex(struct text text, size_t digits, uint32_t *ret)
{
	uint32_t value = 0;
	if (text.len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		static const char all[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = text.at[i] ? strchr(all, text.at[i]) : NULL;
		if (!digit)
			return false;
		value = value << 4 | ((uint32_t)(digit - all) & 15);
	}
	*ret = value;
	return true;
}

/* Whether the text, which begins with a backslash, could be read as what is spelled here. */
static bool reads_as_spelled(struct text text)
{
	uint32_t code;
	if (text_skip(&text, "\\x"))
		return next_hex(text, 2, &code) &&
		       (code >= 0x80 || code == '\\' || utf8_unsafe(code));
	if (text_skip(&text, "\\u"))
		return next_hex(text, 4, &code) && utf8_unsafe(code);
	return text_skip(&text, "\\U") && next_hex(text, 8, &code) && utf8_unsafe(code);
}

size_t safe_text_next(struct text *rest, char ret[SAFE_TEXT_MAX])
{
	if (!rest->len)
		return 0;
	uint32_t code = 0;
	size_t length = utf8_decode(rest->at, rest->len, &code), taken = length ? length : 1;
	bool unsafe = length && utf8_unsafe(code);
	int given;
	if (!length || (unsafe && length == 1) || (code == '\\' && reads_as_spelled(*rest)))
		given = snprintf(ret, SAFE_TEXT_MAX, "\\x%02x", (unsigned char)*rest->at);
	else if (unsafe)
		given = snprintf(ret, SAFE_TEXT_MAX, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
	else
		given = snprintf(ret, SAFE_TEXT_MAX, "%.*s", (int)length, rest->at);
	*rest = (struct text){ rest->at + taken, rest->len - taken };
	return (size_t)given;
}

void safe_text_put(FILE *out, struct text text, bool ascii)
{
	char piece[SAFE_TEXT_MAX];
	size_t length;
	while ((length = safe_text_next(&text, piece))) {
		if (ascii && piece[0] & 0x80)
			fputc('?', out);
		else
			fwrite(piece, 1, length, out);
	}
}
