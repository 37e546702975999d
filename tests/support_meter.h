/* How fast a program on a terminal answers, and how much it writes. The terminal's emulator does not
 * see what is read here. */
#ifndef TESTS_SUPPORT_METER_H
#define TESTS_SUPPORT_METER_H

#include "support_terminal.h"

/* Of some measured values. */
struct figures {
	size_t count;
	double median, mean, p90, p99, max;
};

/* Sorts `values`. */
struct figures figures_of(double *values, size_t count);

/* Presses Down and Up in turn, each at a random moment of the next `apart_ms`, and measures for
 * each press the milliseconds until the cursor's mark arrives at its new row; a second for one that
 * never does. */
void meter_keys(const struct terminal *terminal, double *ret_ms, size_t presses, int apart_ms);

/* Counts the bytes of each refresh that begins in the next `ms`; a quarter of a second without any
 * separates two of them. Returns how many there were, at most `capacity`. */
size_t meter_refreshes(const struct terminal *terminal, int ms, double *ret_bytes, size_t capacity);

#endif
