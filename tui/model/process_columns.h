/* The columns of a process list, for the live screen and `list`: one row each.
 *
 * MEM, ADJ and BAD are thousandths of the domain's totalpages with one decimal, and add up as they
 * are shown. */
#ifndef OOMSPECT_PROCESS_COLUMNS_H
#define OOMSPECT_PROCESS_COLUMNS_H

#include "columns.h"

enum column_id {
	COL_RK,
	COL_MOVED,
	COL_PID,
	COL_PPID,
	COL_UID,
	COL_USER,
	COL_S,
	COL_START,
	COL_MEM,
	COL_ADJ,
	COL_BAD,
	COL_SCORE,
	COL_RSS,
	COL_ANON,
	COL_FILE,
	COL_SHMEM,
	COL_SWAP,
	COL_PT,
	COL_GROW,
	COL_FLG,
	COL_CGROUP,
	COL_COMM,
	COL_COMMAND,
	COL_COUNT,
};

extern const struct column columns[COL_COUNT];
extern const struct column_table process_table;

/* What the letters of FLG mean, for a screen that has room for it. */
extern const char column_flags_legend[];

/* Tenths of a thousandth that MEM, ADJ and BAD show; COLUMN_MISSING or COLUMN_UNKILLABLE. */
int64_t column_mem_tenths(const struct outlook *outlook, const struct ranking_row *row);
int64_t column_adj_tenths(const struct outlook *outlook, const struct ranking_row *row);
int64_t column_bad_tenths(const struct outlook *outlook, const struct ranking_row *row);

/* ADJ as it is shown: the value that is set, and where that weighs less in the domain, or a root
 * bonus comes to it, the thousandths that it weighs. */
void column_format_adj(
	const struct outlook *outlook, const struct ranking_row *row, char buffer[FORMAT_SIZE]);

#endif
