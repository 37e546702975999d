/* Whether a line of text is the rest of the one before, broken by a mail program, a terminal or a
 * web page, and what the break has eaten.
 *
 * Decided by what the first line lacks, one predicate for each shape of an OOM report, so that a
 * line is never joined to one that is whole. Pure. */
#ifndef OOMSPECT_LOGJOIN_H
#define OOMSPECT_LOGJOIN_H

#include "oomspect/oomtable.h"

enum logjoin_gap {
	LOGJOIN_NONE,  /* break was inside a word */
	LOGJOIN_BLANK, /* a blank was there */
};

/* What the predicates may ask. */
struct logjoin {
	struct text text;                  /* the message so far */
	struct text next;                  /* the line behind it, without blanks around */
	const struct oom_columns *columns; /* of the table that is open; count 0: none */
	uint64_t width;                    /* bytes of the last line of `text`, prefix included */
	bool widest;                       /* no line so far was wider */
	bool stamped;   /* `text` began with a prefix, so whole lines have one here */
	bool cut;       /* this text is cut at a column, and `text` reaches up to it */
	bool indented;  /* blanks before `next` */
	bool blank_end; /* blanks behind `text`, which it does not have */
};

/* True if `text` of that shape is unfinished and `next` can be its rest. */
typedef bool logjoin_open(const struct logjoin *join);
logjoin_open logjoin_header, logjoin_kill, logjoin_constraint, logjoin_task_in, logjoin_table,
	logjoin_cpu, logjoin_usage, logjoin_panic, logjoin_group, logjoin_reaped, logjoin_zone;

enum logjoin_gap logjoin_gap(const struct logjoin *join);

/* "...", "[snip]", "<trim>": somebody took lines out. */
bool logjoin_is_elision(struct text line);

#endif
