/* One line that is typed into the status line: a search, a filter, a number. */
#ifndef OOMSPECT_PROMPT_H
#define OOMSPECT_PROMPT_H

#include <stdbool.h>

#define PROMPT_TEXT_SIZE 64

enum prompt_id {
	PROMPT_NONE,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_USER,
	PROMPT_DELAY,
	PROMPT_COUNT,
};

struct prompt {
	enum prompt_id id;           /* PROMPT_NONE: nothing is being typed */
	char text[PROMPT_TEXT_SIZE]; /* UTF-8 */
};

enum prompt_result { PROMPT_GOES_ON, PROMPT_DONE, PROMPT_LEFT };

/* What stands before the text on the screen. */
extern const char *const prompt_labels[PROMPT_COUNT];

void prompt_open(struct prompt *prompt, enum prompt_id id, const char *text);

/* Takes a key: Enter is done, Esc leaves, Backspace and Ctrl-U take away, the rest is text. The
 * prompt is not closed by it. */
enum prompt_result prompt_key(struct prompt *prompt, int key);

#endif
