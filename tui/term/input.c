#include "input.h"

#include <stdio.h>

static const struct {
	int key;
	const char *name;
} names[] = {
	{ INPUT_TAB, "Tab" },
	{ INPUT_ENTER, "Enter" },
	{ INPUT_ESC, "Esc" },
	{ INPUT_SPACE, "Space" },
	{ INPUT_BACKSPACE, "Backspace" },
	{ INPUT_UP, "Up" },
	{ INPUT_DOWN, "Dn" },
	{ INPUT_LEFT, "Left" },
	{ INPUT_RIGHT, "Right" },
	{ INPUT_PAGE_UP, "PgUp" },
	{ INPUT_PAGE_DOWN, "PgDn" },
	{ INPUT_HOME, "Home" },
	{ INPUT_END, "End" },
	{ INPUT_BACKTAB, "Shift-Tab" },
	{ INPUT_UNKNOWN, "unknown key" },
};

void input_name(int key, char *buffer, size_t size)
{
	const char *alt = key & INPUT_ALT ? "Alt-" : "";
	key &= ~INPUT_ALT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].key == key) {
			snprintf(buffer, size, "%s%s", alt, names[i].name);
			return;
		}
	}
	if (key > INPUT_F0 && key <= INPUT_F_LAST)
		snprintf(buffer, size, "%sF%d", alt, key - INPUT_F0);
	else if (key > 0 && key < ' ')
		snprintf(buffer, size, "%sCtrl-%c", alt, key + '@');
	else if (key > ' ' && key < 0x7f)
		snprintf(buffer, size, "%s%c", alt, key);
	else
		snprintf(buffer, size, "%sU+%04X", alt, (unsigned)key);
}
