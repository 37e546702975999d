/* Numbers that may be missing: unknown is not zero, and no limit is not a number. */
#ifndef OOMSPECT_AMOUNT_H
#define OOMSPECT_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* For counts that cannot be negative: pages, kB, permille, scores. */
#define UNKNOWN (-1)
/* For numbers that can be: rates, settings, times, oom_score_adj; and all that a log says. */
#define UNKNOWN_SIGNED INT64_MIN

/* More than any machine has: 64 PiB, of which 52 bits of physical address reach a sixteenth. A file
 * that says more is taken for this: arithmetic with a few of them cannot overflow then. */
#define AMOUNT_KB_MAX    (INT64_C(1) << 46)
#define AMOUNT_PAGES_MAX (INT64_C(1) << 44)

enum amount_kind { AMOUNT_UNKNOWN, AMOUNT_UNLIMITED, AMOUNT_BYTES };

struct amount {
	enum amount_kind kind;
	uint64_t bytes; /* only with AMOUNT_BYTES */
};

static inline struct amount amount_bytes(uint64_t bytes)
{
	return (struct amount){ AMOUNT_BYTES, bytes };
}

static inline bool amount_known(struct amount amount)
{
	return amount.kind == AMOUNT_BYTES;
}

/* The smaller of two that are known. */
static inline int64_t count_smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t count_or_zero(int64_t count)
{
	return count == UNKNOWN ? 0 : count;
}

#endif
