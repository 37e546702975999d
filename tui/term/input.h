/* What a terminal can send: one number for each key, and what is done with the mouse. A printable character is its code point,
 * a control character its byte; the rest stand above Unicode. */
#ifndef OOMSPECT_INPUT_H
#define OOMSPECT_INPUT_H

#include <stddef.h>

enum {
	INPUT_NONE = 0, /* nothing more is waiting */
	INPUT_TAB = '\t',
	INPUT_ENTER = '\r',
	INPUT_ESC = 0x1b,
	INPUT_SPACE = ' ',
	INPUT_BACKSPACE = 0x7f,
	INPUT_UP = 0x110000,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_HOME,
	INPUT_END,
	INPUT_BACKTAB,
	INPUT_F0, /* F1 is INPUT_F0 + 1 */
	INPUT_F_LAST = INPUT_F0 + 24,
	INPUT_UNKNOWN,     /* a key without a meaning here */
	INPUT_MOUSE,       /* no key: what the mouse did is an input_mouse */
	INPUT_PASTE_BEGIN, /* no keys: what comes up to the end was pasted */
	INPUT_PASTE_END,
	INPUT_ALT = 1 << 24, /* added to the key */
};

enum mouse_kind {
	MOUSE_NOTHING, /* that has a meaning here */
	MOUSE_CLICK,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct input_mouse {
	enum mouse_kind kind;
	int row, col; /* of the screen, from 0 on */
};

#define INPUT_CTRL(letter) ((letter)&0x1f)
#define INPUT_F(number)    (INPUT_F0 + (number))

/* The name of a key for people: "F1", "Ctrl-L", "PgUp", "x". At most `size` bytes, ASCII; a
 * character that is not shown as U+1234. */
void input_name(int key, char *buffer, size_t size);

#endif
