/* Sums, differences and products that stay at the end of their range instead of leaving it: the files
 * of a captured machine may say any number. What is read as an amount of memory is bounded when it
 * is parsed (amount.h), so that only what adds up many of them, or scales counters, needs these. */
#ifndef OOMSPECT_SATURATE_H
#define OOMSPECT_SATURATE_H

#include <stdint.h>

static inline int64_t saturate_add(int64_t a, int64_t b)
{
	int64_t sum;
	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static inline int64_t saturate_sub(int64_t a, int64_t b)
{
	int64_t difference;
	if (__builtin_sub_overflow(a, b, &difference))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return difference;
}

static inline int64_t saturate_mul(int64_t a, int64_t b)
{
	int64_t product;
	if (__builtin_mul_overflow(a, b, &product))
		return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
	return product;
}

/* `part` * `factor` / `whole`, rounded to nearest; all positive. */
static inline int64_t saturate_scale(int64_t part, int64_t factor, int64_t whole)
{
	return saturate_add(saturate_mul(part, factor), whole / 2) / whole;
}

#endif
