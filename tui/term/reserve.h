/* Descriptors that are kept back for what helps when there are none left: to change or to end a
 * process takes some. */
#ifndef OOMSPECT_RESERVE_H
#define OOMSPECT_RESERVE_H

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
