/* Where the memory controller's hierarchy is mounted, from a mountinfo file.
 *
 * Knows the format of mountinfo and what a cgroup namespace or a bind mount does to it; opens
 * nothing. Sources: proc_pid_mountinfo(5), cgroups(7), cgroup_namespaces(7). */
#ifndef OOMSPECT_MEMCG_MOUNT_H
#define OOMSPECT_MEMCG_MOUNT_H

#include "oomspect/text.h"

#include <limits.h>
#include <stdbool.h>

struct memcg_mount {
	int version;          /* 1: fstype cgroup with the memory controller; 2: any cgroup2 */
	char point[PATH_MAX]; /* where it is mounted, its octal escapes undone */
	char shown
		[PATH_MAX]; /* which part of the hierarchy is seen there (field 4): "/", "/docker/ID"
	                         by a bind mount, "/../.." for a mount from outside the namespace */
};

/* Reads one line of mountinfo. False, and *ret of no use, when it mounts neither v1's memory
 * controller nor cgroup2, is not of mountinfo's grammar, or has a path that is longer than any. */
bool memcg_mount_parse(struct text line, struct memcg_mount *ret);

/* Whether the text of cgroup.controllers names memory. */
bool memcg_mount_has_memory(struct text controllers);

/* Whether `shown` only climbs out of the namespace: "/", "/..", "/../..", and so on. Such a part
 * is the top of a hierarchy; anything else is a directory inside of one. */
bool memcg_mount_is_top(const char *shown);

#endif
