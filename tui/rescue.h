/* Gives the terminal back when the program crashes: the bytes and the settings are prepared while
 * all is well, and a signal handler only writes them. Knows no curses. */
#ifndef OOMSPECT_RESCUE_H
#define OOMSPECT_RESCUE_H

#include <stddef.h>
#include <termios.h>

/* Keeps the settings that the terminal `fd` is to get back, and `bytes` to write to it before; and
 * installs handlers for the signals of a crash (SEGV, BUS, FPE, ILL, ABRT, SYS, QUIT), which do so
 * and then die of the same signal. */
void rescue_arm(int fd, const struct termios *termios, const char *bytes, size_t length);

/* The terminal is in order again; a crash need not touch it. */
void rescue_disarm(void);

#endif
