/* Damages text as it gets damaged on its way, and as somebody does who wants to do harm: bits, lines,
 * numbers, prefixes, cuts, bytes that no text holds. Knows nothing of logs or of /proc. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* A text that does not grow beyond this. */
#define MUTATE_MAX (256 << 10)

struct bytes {
	char *at; /* room for MUTATE_MAX */
	size_t len;
};

/* The same seed gives the same numbers. */
struct dice {
	uint64_t state;
};

/* 0 to below - 1; 0 for 0. */
size_t dice_roll(struct dice *dice, size_t below);

/* One to `most` damages, one upon the other. `other` is a text that a piece may come from. */
void mutate(struct bytes *text, const struct bytes *other, size_t most, struct dice *dice);

/* Nothing but some of its numbers: what reads it believes the rest, and computes with these. */
void mutate_numbers(struct bytes *text, struct dice *dice);

#endif
