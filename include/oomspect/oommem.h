/* Where the memory was, as a report tells it: Mem-Info, and the counters of a memory cgroup. A line
 * in, fields of an event out, as oomline.h says. Formats: show_mem() (mm/show_mem.c, lib/show_mem.c
 * before 6.2), mem_cgroup_print_oom_meminfo() (mm/memcontrol.c). */
#ifndef OOMSPECT_OOMMEM_H
#define OOMSPECT_OOMMEM_H

#include "oomspect/event.h"
#include "oomspect/text.h"

/* "memory: usage 1kB, limit 1kB, failcnt 0" and memory+swap, swap, kmem. */
bool oommem_usage(struct text text, struct oom_event *event);

/* One "key value" line of memory.stat (v5.3+), or the "cache:0KB rss:4KB" row before. */
bool oommem_memcg_stat(struct text text, struct oom_event *event);

/* Anything of Mem-Info. */
bool oommem_meminfo(struct text text, struct oom_event *event);

#endif
