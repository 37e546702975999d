/* How fast a number of bytes grows, and when it reaches a limit: an estimate, and said to be one.
 *
 * A trend is a short history of fixed size. It keeps a sample every few seconds, not every sample,
 * so that it spans a minute at any refresh rate, and fits a straight line through what it has.
 * Nothing is stated before a minute of samples is there, nor when they scatter too much about the
 * line to speak of a direction. Knows no clock: the caller says when a sample was taken. */
#ifndef OOMSPECT_TREND_H
#define OOMSPECT_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREND_SAMPLES     20
#define TREND_MIN_SPAN_MS 60000  /* less history than this is no trend */
#define TREND_MAX_SPAN_MS 600000 /* older samples are forgotten */
#define TREND_STEP_MS     5000   /* samples closer than this replace each other */
#define TREND_MIN_SAMPLES 4
#define TREND_MAX_ETA_S   (INT64_C(30) * 86400) /* farther away is no danger worth a number */

struct trend {
	int64_t at_ms[TREND_SAMPLES]; /* ascending from `first`, wrapping */
	int64_t bytes[TREND_SAMPLES];
	uint8_t first, count;
};

void trend_init(struct trend *trend);

/* Adds a sample. A clock that went backwards, or a gap longer than TREND_MAX_SPAN_MS, starts the
 * history anew. */
void trend_add(struct trend *trend, int64_t at_ms, int64_t bytes);

/* Growth in bytes a second, negative when it shrinks. False, and `*ret` untouched, while there is
 * no trend: too few samples, too short a time, or a scatter larger than what the line explains.
 * A number that stands still is a trend of 0. */
bool trend_growth(const struct trend *trend, int64_t *ret_bytes_s);

/* Seconds until `headroom_bytes` more are used at the present growth: an estimate. UNKNOWN (-1)
 * without a trend, when it does not grow, or when that is more than TREND_MAX_ETA_S away. */
int64_t trend_eta_s(const struct trend *trend, uint64_t headroom_bytes);

#endif
