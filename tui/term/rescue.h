/* Gives the terminal back when the program crashes, or is ended by a library: the bytes and the settings are prepared while
 * all is well, and a signal handler only writes them. Knows no curses. */
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

#endif
