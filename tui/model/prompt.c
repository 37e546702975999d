#include "prompt.h"

#include "term/input.h"

#include <stdio.h>
#include <string.h>

const char *const prompt_labels[PROMPT_COUNT] = {
	[PROMPT_NONE] = "",
	[PROMPT_SEARCH] = "search: ",
	[PROMPT_FILTER] = "show only: ",
	[PROMPT_USER] = "user (empty for all): ",
	[PROMPT_DELAY] = "seconds between samples: ",
};

void prompt_open(struct prompt *prompt, enum prompt_id id, const char *text)
{
	prompt->id = id;
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
}

static void remove_last(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
		length--; /* the rest of a character */
	if (length > 0)
		text[length - 1] = '\0';
}

static void append(char *text, unsigned ch)
{
	char bytes[5] = { 0 };
	size_t used = strlen(text);
	if (ch < 0x80) {
		bytes[0] = (char)ch;
	} else if (ch < 0x800) {
		bytes[0] = (char)(0xc0 | ch >> 6);
		bytes[1] = (char)(0x80 | (ch & 0x3f));
	} else if (ch < 0x10000) {
		bytes[0] = (char)(0xe0 | ch >> 12);
		bytes[1] = (char)(0x80 | (ch >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (ch & 0x3f));
	} else {
		bytes[0] = (char)(0xf0 | ch >> 18);
		bytes[1] = (char)(0x80 | (ch >> 12 & 0x3f));
		bytes[2] = (char)(0x80 | (ch >> 6 & 0x3f));
		bytes[3] = (char)(0x80 | (ch & 0x3f));
	}
	if (used + strlen(bytes) < PROMPT_TEXT_SIZE)
		memcpy(text + used, bytes, strlen(bytes) + 1);
}

enum prompt_result prompt_key(struct prompt *prompt, int key)
{
	switch (key) {
	case INPUT_ENTER:
		return PROMPT_DONE;
	case INPUT_ESC:
		return PROMPT_LEFT;
	case INPUT_BACKSPACE:
		remove_last(prompt->text);
		return PROMPT_GOES_ON;
	case INPUT_CTRL('U'):
		prompt->text[0] = '\0';
		return PROMPT_GOES_ON;
	default:
		if (key >= ' ' && key < INPUT_UP && !(key >= 0x7f && key < 0xa0))
			append(prompt->text, (unsigned)key);
		return PROMPT_GOES_ON;
	}
}
