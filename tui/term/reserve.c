#include "reserve.h"

#include <fcntl.h>
#include <unistd.h>

void reserve_fill(struct reserve *reserve)
{
	/* An open file, not a duplicate: the machine counts those (fs.file-max). */
	for (int i = 0; i < RESERVE_COUNT; i++)
		if (reserve->fds[i] < 0)
			reserve->fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void reserve_yield(struct reserve *reserve)
{
	for (int i = 0; i < RESERVE_COUNT; i++) {
		if (reserve->fds[i] >= 0)
			close(reserve->fds[i]);
		reserve->fds[i] = -1;
	}
}
