/* The columns of a list of memory cgroups, for the live screen and `cgroups`: one row each. To show
 * a file of a cgroup: a row at the end of the table. */
#ifndef OOMSPECT_CGROUP_COLUMNS_H
#define OOMSPECT_CGROUP_COLUMNS_H

#include "columns.h"

/* Those that are spoken of elsewhere; what stands behind them in the table needs no name here. */
enum cgroup_column_id {
	CGROUP_COL_USED,
	CGROUP_COL_LIMIT,
	CGROUP_COL_SHARE,
	CGROUP_COL_LEFT,
	CGROUP_COL_UNRECL,
	CGROUP_COL_RECL,
	CGROUP_COL_ANON,
	CGROUP_COL_FILE,
	CGROUP_COL_SHMEM,
	CGROUP_COL_KERNEL,
	CGROUP_COL_SWAP,
	CGROUP_COL_SWMAX,
	CGROUP_COL_HIGH,
	CGROUP_COL_PEAK,
	CGROUP_COL_PROCS,
	CGROUP_COL_PSI,
	CGROUP_COL_K,
	CGROUP_COL_MAXED,
	CGROUP_COL_GROWTH,
	CGROUP_COL_ETA,
	CGROUP_COL_KIND,
	CGROUP_COL_NAME,
	CGROUP_COL_VICTIM,
	CGROUP_COL_CGROUP,

	CGROUP_COL_BAR = COLUMN_DRAWN,
	CGROUP_COL_HIGHS,
	CGROUP_COL_MAXES,
};

extern const struct column cgroup_columns[];
extern const struct column_table cgroup_table;

#endif
