/* What is prepared while all is well, for when it is not. The terminal is given back when the program
 * crashes, or is ended by a library: a signal handler only writes bytes and settings. Descriptors are
 * kept back for when there are none left. Knows no curses. */
#ifndef OOMSPECT_RESCUE_H
#define OOMSPECT_RESCUE_H

#include <stddef.h>
#include <termios.h>

/* Keeps the settings that the terminal `fd` is to get back, and `bytes` to write to it before; and
 * installs handlers for every signal that would end the program and that nothing else listens to,
 * those of a crash and the real-time ones among them: they do so, and then die of the same one. An
 * exit(3) while it is armed does so too, and says that it was not ours. */
void rescue_arm(int fd, const struct termios *termios, const char *bytes, size_t length);

/* The terminal is in order again; a crash need not touch it. */
void rescue_disarm(void);

/* Descriptors for what helps when there are none left: to change or to end a process takes some. */
#define RESERVE_COUNT \
	6 /* one process, its files, one of them written, and a pidfd; and some more */

struct reserve {
	int fds[RESERVE_COUNT]; /* -1: none could be had */
};

#define RESERVE_EMPTY ((struct reserve){ { -1, -1, -1, -1, -1, -1 } })

/* Takes what is missing, as far as there are any. */
void reserve_fill(struct reserve *reserve);

/* Lets go of all: for what is done at once, or for good. */
void reserve_yield(struct reserve *reserve);

#endif
