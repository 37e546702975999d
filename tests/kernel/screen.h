/* The live screen on a pseudo-terminal of the guest: keys in, words out. There is no terminal
 * emulator here, so the screen is drawn anew for each look, and blanks, which curses may jump over,
 * do not count. */
#ifndef JUDGE_SCREEN_H
#define JUDGE_SCREEN_H

#include "answer.h"
#include "guest.h"

enum { SCREEN_SEEN = 65536, SCREEN_WORDS = 256 };

struct screen {
	int fd; /* the terminal's other end */
	pid_t pid;
	char seen[SCREEN_SEEN];  /* what came, `length` bytes and a NUL */
	char words[SCREEN_SEEN]; /* the same without escape sequences and blanks */
	size_t length;
	unsigned looks;
};

/* Starts oomspect, sampling every second, as whoever asks and where. False, with errno set, when there is no
 * terminal to be had. */
bool screen_open(struct screen *screen, const struct question *question);

/* Types; false when the program takes no keys any more. */
bool screen_type(struct screen *screen, const char *keys);

/* Reads on for so long, and forgets it. */
void screen_pass(struct screen *screen, long ms);

/* What stands on the screen now. */
const char *screen_look(struct screen *screen);

/* Waits until `words` (less than SCREEN_WORDS) are written, blanks apart; false when they did not
 * come in ten seconds. */
bool screen_wait(struct screen *screen, const char *words);

/* The pid behind NEXT; 0: none. */
pid_t screen_next(struct screen *screen);

/* Types Q, and gives what was said on the way out. */
const char *screen_quit(struct screen *screen);

#endif
