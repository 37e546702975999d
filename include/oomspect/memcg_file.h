/* The files of a memory cgroup directory: which there are in v1 and in v2, which field of a row
 * each one fills, and what its text means. Pure: opens nothing (memcg_walk.h does).
 *
 * To add a file: a field in struct memcg, a row in memcg_file.c, rows in test_memcg_file. */
#ifndef OOMSPECT_MEMCG_FILE_H
#define OOMSPECT_MEMCG_FILE_H

#include "oomspect/memcg.h"
#include "oomspect/text.h"

#include <stdint.h>

/* How many descriptors of a row may be kept open. */
#define MEMCG_FILE_KEPT     4
#define MEMCG_FILE_REOPENED (-1)

/* When a file is read: all of a row at first sight, and then */
enum memcg_file_turn {
	MEMCG_FILE_EACH_TIME,  /* by its kept descriptor; without one as the next, but for usage */
	MEMCG_FILE_WHEN_MOVED, /* when usage is not what it was, and every 8th time */
	MEMCG_FILE_AFTER_OOM,  /* when memory.events, which stands before it, counts another OOM: no
	                          other of these counters is looked at */
	MEMCG_FILE_IN_TURN,    /* every 8th time: it changes rarely */
};

struct memcg_file {
	const char *name;
	int version;
	enum memcg_file_turn turn;
	int keep;      /* its place among the kept descriptors, or MEMCG_FILE_REOPENED */
	size_t offset; /* of the field in struct memcg; 0 for a parser that takes the whole row */

	/* Sets the field from the file's text: unknown when the text is empty (absent, denied) or
	 * not of its grammar. */
	void (*parse)(struct text text, void *field);
};

/* Usage is the first of its version: whether it moved is known before the others are read. */
extern const struct memcg_file memcg_files[];
extern const size_t memcg_file_count;

/* Below this is the longest text of any of these files: one that is longer is unknown. */
#define MEMCG_FILE_TEXT_SIZE 16384

/* "max", and every number of 2^62 and above, is no limit: v1 prints LONG_MAX rounded down to a
 * page, whose size differs, and LLONG_MAX up to 3.18. */
void memcg_parse_amount(struct text text, struct amount *ret);

/* A count (int64_t), or UNKNOWN. */
void memcg_parse_count(struct text text, int64_t *ret);

/* "0" or "1", else UNKNOWN. */
void memcg_parse_flag(struct text text, int8_t *ret);

/* memory.stat, by key. v1: the hierarchical "total_*" keys, the local ones where a kernel has no
 * others. Source: mm/memcontrol.c:memory_stat_format(), memcontrol-v1.c:memcg1_stat_format(). */
void memcg_parse_stat_v2(struct text text, struct memcg *row);
void memcg_parse_stat_v1(struct text text, struct memcg *row);

/* memory.events, memory.events.local (v2); memory.oom_control (v1: fills oom_kill_disable and
 * under_oom too). */
void memcg_parse_events(struct text text, struct memcg_events *ret);
void memcg_parse_oom_control(struct text text, struct memcg *row);

/* Makes a row whose every field from a file is unknown; path and place are kept. */
void memcg_row_forget(struct memcg *row, int version);

/* To be called when the files of a row are read: v1's limit of memory and swap together becomes one
 * of swap alone, and the top of v2, which has no limit files, becomes unlimited. */
void memcg_row_finish(struct memcg *row, int version);

#endif
