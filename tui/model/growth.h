/* How fast the memory of each process grows, from one read of it to the next.
 *
 * Memory is rss, swap and page tables. A process that was not read again keeps the rate of its last
 * two reads, and the next one is measured over all the time between. Allocates only when there are
 * more processes than ever before. */
#ifndef OOMSPECT_GROWTH_H
#define OOMSPECT_GROWTH_H

#include "oomspect/snapshot.h"

/* Reads closer together are no rate yet: what a second brought is seldom what a minute brings. */
#define GROWTH_LEAST_MS 5000

struct growth_row {
	pid_t pid;
	uint64_t start_ticks;
	int64_t kb;      /* of memory at the last read that counted; UNKNOWN */
	int64_t read_ms; /* when that was, since boot */
	int64_t kb_min; /* growth in kB a minute, negative when it shrinks; UNKNOWN_SIGNED before two
	                    reads, or without memory */
};

struct growth {
	struct growth_row *rows[2]; /* by pid; they take turns */
	size_t count, capacity;
	unsigned latest;
};

void growth_init(struct growth *growth);
void growth_release(struct growth *growth);

/* Takes a finished sample in. The same one twice changes nothing. With ERR_NO_MEMORY
 * everything is unknown. */
enum err_code growth_update(
	struct growth *growth, const struct snapshot *snapshot, struct err *err);

/* The rows by task of this snapshot, which was the last one taken in; NULL when it was not. */
const struct growth_row *growth_rows(const struct growth *growth, const struct snapshot *snapshot);

#endif
