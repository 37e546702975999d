#include "prompt.h"

#include "oomspect/utf8.h"

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
	size_t used = strlen(text), length = utf8_encode(ch, bytes);
	if (used + length < PROMPT_TEXT_SIZE)
		memcpy(text + used, bytes, length + 1);
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
