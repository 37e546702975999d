#include "safe_text.h"

#include "oomspect/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Controls of C0 and C1, and what reorders or hides the text around it. */
static bool is_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) || code >= 0xe0000;
}

size_t safe_text_next(struct text *rest, char ret[SAFE_TEXT_MAX])
{
	if (!rest->len)
		return 0;
	uint32_t code = 0;
	size_t length = utf8_decode(rest->at, rest->len, &code), taken = length ? length : 1;
	int given;
	if (!length || (length == 1 && is_unsafe(code)))
		given = snprintf(ret, SAFE_TEXT_MAX, "\\x%02x", (unsigned char)*rest->at);
	else if (is_unsafe(code))
		given = snprintf(ret, SAFE_TEXT_MAX, "<U+%04X>", (unsigned)code & 0xffff);
	else
		given = snprintf(ret, SAFE_TEXT_MAX, "%.*s", (int)length, rest->at);
	*rest = (struct text){ rest->at + taken, rest->len - taken };
	return (size_t)given;
}
