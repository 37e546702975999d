/* What time it is, by one of the kernel's clocks. CLOCK_BOOTTIME is the one of processes' start
 * times, of the samples and of the screen; CLOCK_MONOTONIC is the one of the kernel's log. */
#ifndef OOMSPECT_CLOCK_H
#define OOMSPECT_CLOCK_H

#include <stdint.h>
#include <time.h>

int64_t clock_us(clockid_t id);
int64_t clock_ms(clockid_t id);

#endif
