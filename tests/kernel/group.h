/* Memory cgroups of the guest, v1 and v2 alike. Paths are as /proc/PID/cgroup names them. */
#ifndef JUDGE_GROUP_H
#define JUDGE_GROUP_H

#include <stdbool.h>
#include <stddef.h>

enum { GROUP_NO_LIMIT = -1 };

/* Mounts the memory controller; called once, by init. */
bool group_mount(int version);
int group_version(void);

/* Makes the group and those above it, with the memory controller on. */
bool group_make(const char *path);
bool group_join(const char *path); /* the caller moves in */

/* Limits in pages. Swap is what may be used beside memory; it is set after the memory limit. */
bool group_limit(const char *path, long pages);
bool group_limit_swap(const char *path, long limit_pages, long swap_pages);

/* Any other file of a group. */
bool group_set(const char *path, const char *file, const char *value);
long group_usage(const char *path);    /* pages */
bool group_is_empty(const char *path); /* and those below it; v2 only, else false */
void group_remove_all(void);           /* all of them; no process must be left inside */

#endif
