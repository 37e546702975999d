#include "support_hostile.h"

#include <stdlib.h>
#include <string.h>

static const char *const known[] = {
	"\033[31mred",
	"\033]0;title\007",
	"\033[2J\033[H",
	"\033[6n\033[c",
	"\033c",
	"\033P+q\033\\",
	"\033[?1049l",
	"\033[?1000h",
	"\23331m",
	"\2350;x\234",
	"\302\23331m",
	"\xc2\x85\xc2\x90",
	"a\nb\rc",
	"\t\v\f\b",
	"\x7f\x7f\x7f",
	"\x01\x02\x0e\x0f",
	"\xff\xfe\xfd",
	"\xc0\xaf\xc1\xbf",
	"\xed\xa0\x80",
	"\xf4\x90\x80\x80",
	"\xe2\x80",
	"\xf0\x9f",
	"\342\200\256drow",
	"\xe2\x80\x8b\xef\xbb\xbf",
	"e\xcc\x81\xcc\x82",
	"\xe6\xbc\xa2\xe5\xad\x97",
	"\xf0\x9f\x92\xa3",
	"%s%n%1$x",
	") S 1 1",
	"\\x1b[5m",
	"a",
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static unsigned next(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

/* Half of them bytes from all of the range, half such as are more often a control. */
static char next_byte(unsigned *state, const char *without)
{
	static const char often[] = "\033\033[]m0;\x9b\xc2\x85\x07\x7f\xe2\x80\xae\n\r\b";
	for (;;) {
		unsigned random = next(state);
		char byte = random & 1 ? (char)(random >> 1)
				       : often[(random >> 1) % (sizeof(often) - 1)];
		if (byte && !strchr(without, byte))
			return byte;
	}
}

void hostile_name(unsigned seed, size_t number, const char *without, char *name, size_t size)
{
	unsigned state = seed * 2654435761u + (unsigned)number * 40503u + 1;
	size_t length = 1 + next(&state) % (size - 1), kept = 0;
	if (number < KNOWN) {
		for (const char *at = known[number]; *at && kept < size - 1; at++)
			if (!strchr(without, *at))
				name[kept++] = *at;
	}
	while (kept < length && (number >= KNOWN || kept == 0))
		name[kept++] = next_byte(&state, without);
	name[kept] = '\0';
}
