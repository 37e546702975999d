/* From which share on a thing that fills up is pointed out, and how: for memory and for cgroups
 * alike. A style for those who see it, a character for all. */
#ifndef OOMSPECT_LEVEL_H
#define OOMSPECT_LEVEL_H

#include "grid.h"

struct levels {
	int warn_percent, critical_percent; /* config.h */
};

enum level { LEVEL_CALM, LEVEL_WARN, LEVEL_CRITICAL };

/* Calm when either is unknown, or the whole is nothing. */
enum level level_of(const struct levels *levels, int64_t part, int64_t whole);

unsigned level_style(enum level level);

/* What a bar ends in: "]", "!" or "!!". */
const char *level_end(enum level level);

#endif
