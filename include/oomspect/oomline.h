/* The lines of an OOM report, one parser each: text in, fields of an event out.
 *
 * Pure, and the grammar of the kernel only: prefixes are gone (logline.h), wrapped lines joined
 * (logjoin.h). A parser takes what is there and leaves the rest unknown; it returns false when
 * the text is not of its shape, and then has changed nothing. Names are hostile: they may hold
 * anything, up to 15 bytes of it. Formats: mm/oom_kill.c, mm/memcontrol.c, mm/show_mem.c,
 * lib/dump_stack.c of 2.6.18 to 7.1. */
#ifndef OOMSPECT_OOMLINE_H
#define OOMSPECT_OOMLINE_H

#include "oomspect/event.h"
#include "oomspect/text.h"

/* "Out of memory: Kill process 1 (x) score 9 or sacrifice child", "Killed process 1 (x) ...". */
struct oom_kill_line {
	struct oom_victim victim;
	int64_t score;            /* of the "Kill process" form */
	bool killed;              /* "Killed", not "Kill" */
	bool sharing;             /* "sharing same memory" */
	bool memcg;               /* said by the prefix */
	bool host;                /* said by the prefix */
	bool allocating_task;     /* said by the prefix */
	const char *release_hint; /* the latest release that words it so, a static string; NULL */
};
bool oomline_kill(struct text text, struct oom_kill_line *ret);

/* "x invoked oom-killer: gfp_mask=..., order=0, oom_score_adj=0"; "oom-killer: gfp_mask=" of
 * 2.6.18 and older. */
bool oomline_header(struct text text, struct oom_event *event);

/* "oom-kill:constraint=...", v5.0 (ef8444ea01d7). Fills constraint, paths and, if the line is
 * whole there, the chosen process. */
bool oomline_constraint(struct text text, struct oom_event *event);

/* "Task in A killed as a result of limit of B", "Memory limit reached of cgroup B": to v4.20. */
bool oomline_task_in(struct text text, struct oom_event *event);

/* The two paths of it, with the damage of wrapping mended. `ret_limit` is empty if the text ends
 * before it. */
bool oomline_task_in_paths(struct text text, struct text *ret_task, struct text *ret_limit);

/* "memory: usage 1kB, limit 1kB, failcnt 0" and memory+swap, swap, kmem. */
bool oomline_usage(struct text text, struct oom_event *event);

/* One "key value" line of memory.stat (v5.3+), or the "cache:0KB rss:4KB" row before. */
bool oomline_memcg_stat(struct text text, struct oom_event *event);

/* "CPU: 1 PID: 2 Comm: x Not tainted 6.1.0 #1": kernel release, and the invoker's pid if it is
 * the invoker. */
bool oomline_cpu(struct text text, struct oom_event *event);

/* Anything of Mem-Info. */
bool oomline_meminfo(struct text text, struct oom_event *event);

/* "Tasks in /a are going to be killed due to memory.oom.group set", v4.19 (3d8b38eb81ca): the path. */
bool oomline_group(struct text text, struct oom_event *event);

/* "oom_reaper: reaped process 1 (x), now anon-rss:0kB, ...": pid, name, and what was left. */
bool oomline_reaped(struct text text, struct oom_victim *ret);

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
bool oomline_is_table(struct text text);

bool oomline_columns(struct text text, struct oom_columns *ret);

/* A row below `columns`, whose count may be 0: then they are told from the row. `stamp_pid` is
 * the pid where columns->mangled. `ret_named` is false if the text ends before the name. */
bool oomline_row(struct text text, const struct oom_columns *columns, int64_t stamp_pid,
	struct oom_task *ret, bool *ret_named);

#endif
