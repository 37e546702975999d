/* The lines of an OOM report, one parser each: text in, fields of an event out. The task table and
 * the lines about memory have headers of their own, oomtable.h and oommem.h.
 *
 * Pure, and the grammar of the kernel only: prefixes are gone (logline.h), wrapped lines joined
 * (logjoin.h). A parser takes what is there and leaves the rest unknown; it returns false when
 * the text is not of its shape, and then has changed nothing. Names are hostile: they may hold
 * anything, up to 15 bytes of it. Formats: mm/oom_kill.c, mm/memcontrol.c and
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

/* "CPU: 1 PID: 2 Comm: x Not tainted 6.1.0 #1": kernel release, and the invoker's pid if it is
 * the invoker. */
bool oomline_cpu(struct text text, struct oom_event *event);

/* "Tasks in /a are going to be killed due to memory.oom.group set", v4.19 (3d8b38eb81ca): the path. */
bool oomline_group(struct text text, struct oom_event *event);

/* "oom_reaper: reaped process 1 (x), now anon-rss:0kB, ...": pid, name, and what was left. */
bool oomline_reaped(struct text text, struct oom_victim *ret);

#endif
