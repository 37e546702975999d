/* Included before every file of core/: the core returns errors, it does not print, draw or exit. */
#include <stdio.h>
#include <stdlib.h>
#undef stdout
#undef stderr
#pragma GCC poison exit abort printf puts putchar perror stdout stderr initscr stdscr
