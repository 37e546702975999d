/* Memory cgroups (v1) of our own on this machine, below the one we are in. */
#ifndef TESTS_SUPPORT_CGROUP_H
#define TESTS_SUPPORT_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct own_cgroup {
	char path[PATH_MAX]; /* its directory; "" when none could be made */
};

/* Makes the cgroup "oomspect-NAME-PID". False where there is no such hierarchy, or no right. */
bool own_cgroup_make(struct own_cgroup *cgroup, const char *name);

/* Makes a cgroup below it, or removes one; any bytes may be its name that the kernel allows. */
bool own_cgroup_add(const struct own_cgroup *cgroup, const char *child);
bool own_cgroup_drop(const struct own_cgroup *cgroup, const char *child);

/* Moves a process there. */
bool own_cgroup_join(const struct own_cgroup *cgroup, const char *child, pid_t pid);

/* Removes all of it; the processes in it must be gone, and may have been so for a moment only. */
void own_cgroup_remove(struct own_cgroup *cgroup);

#endif
