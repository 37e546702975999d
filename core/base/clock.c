#include "oomspect/clock.h"

int64_t clock_us(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(clockid_t id)
{
	return clock_us(id) / 1000;
}
