/* The sentences: why this victim, what would change it. Plain text with foreign names raw in it:
 * whoever shows a sentence makes it safe. */
#ifndef OOMSPECT_EXPLAIN_H
#define OOMSPECT_EXPLAIN_H

#include "oomspect/outlook.h"

#include <stddef.h>

/* Why the next victim of `outlook` is the one, with its lead over the next, who is larger but
 * shielded, and what overrules the choice. One paragraph into `buffer`, always terminated. */
void explain_victim(const struct outlook *outlook, char *buffer, size_t size);

/* Why nobody is named: the sentence for any prediction but PREDICTION_VICTIM. */
void explain_no_victim(const struct outlook *outlook, char *buffer, size_t size);

/* "init", "kernel thread", "oom_score_adj -1000", ... for people. */
const char *explain_unkillable(enum unkillable unkillable);

/* What an uncertainty means, one clause. */
const char *explain_uncertainty(enum uncertainty uncertainty);

/* The highest oom_score_adj at which `row`, the chosen one, would no longer be the first; false when
 * even -999 keeps it first. */
bool explain_not_first_below(
	const struct outlook *outlook, const struct ranking_row *row, int *ret_adj);

/* The lowest oom_score_adj at which `row`, which is not the first, would be; false when even 1000
 * is not enough, and for what no value makes killable. */
bool explain_first_from(const struct outlook *outlook, const struct ranking_row *row, int *ret_adj);

/* What oom_score_adj could do for the place of a process. */
enum threshold_kind {
	THRESHOLD_NONE,      /* it cannot be killed, or dies in its parent's place: whatever the
	                        value is */
	THRESHOLD_NOT_FIRST, /* with a value or a lower one it is not the first any more */
	THRESHOLD_FIRST,     /* from a value on it is the first */
	THRESHOLD_ALWAYS,    /* first even at -999 */
	THRESHOLD_ALONE,     /* first, and nobody else is there */
	THRESHOLD_NEVER,     /* not first even at 1000 */
};

/* The same for any row; `ret_adj` is set for the two kinds that have a value. */
enum threshold_kind explain_threshold(
	const struct outlook *outlook, const struct ranking_row *row, int *ret_adj);

/* "not first even at 1000", ...; NULL for the kinds that have a value, and for THRESHOLD_NONE. */
const char *explain_threshold_without_value(enum threshold_kind kind);

#endif
