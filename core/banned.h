/* Included before every file of core/: the core returns errors, it does not print, draw or exit.
 * The headers come first, and their macros of the same names go (glibc's fortified printf). */
#include <linux/perf_event.h> /* has a member `abort` */
#include <stdio.h>
#include <stdlib.h>
#undef printf
#undef stdout
#undef stderr
#pragma GCC poison exit abort printf puts putchar perror stdout stderr initscr stdscr
