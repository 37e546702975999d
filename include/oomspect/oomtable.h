/* The task table of a report: its header, and a row in, a task out. As oomline.h says a parser takes
 * what is there, and changes nothing when it returns false. Format: dump_tasks(), mm/oom_kill.c. */
#ifndef OOMSPECT_OOMTABLE_H
#define OOMSPECT_OOMTABLE_H

#include "oomspect/event.h"
#include "oomspect/text.h"

#define OOM_COLUMNS_MAX 24
enum oom_column {
	OOM_COLUMN_OTHER,
	OOM_COLUMN_UID,
	OOM_COLUMN_TGID,
	OOM_COLUMN_TOTAL_VM,
	OOM_COLUMN_RSS,
	OOM_COLUMN_RSS_SHMEM,
	OOM_COLUMN_NR_PTES,
	OOM_COLUMN_NR_PMDS,
	OOM_COLUMN_PGTABLES_BYTES,
	OOM_COLUMN_SWAPENTS,
	OOM_COLUMN_ADJ,
};

/* The numeric columns between "[ pid ]" and the name. */
struct oom_columns {
	enum oom_column column[OOM_COLUMNS_MAX];
	size_t count; /* 0: no header was seen */
	bool mangled; /* the bracket was eaten as a time stamp: the pid is in the stamp */
	bool whole;   /* ends in "name" */
};
/* "[ 1234]" or "[ pid ]" starts it. */
bool oomtable_begins(struct text text);

bool oomtable_columns(struct text text, struct oom_columns *ret);

/* A row below `columns`, whose count may be 0: then they are told from the row. `stamp_pid` is
 * the pid where columns->mangled. `ret_named` is false if the text ends before the name. */
bool oomtable_row(struct text text, const struct oom_columns *columns, int64_t stamp_pid,
	struct oom_task *ret, bool *ret_named);

#endif
