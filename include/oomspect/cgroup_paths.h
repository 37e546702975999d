/* Paths of cgroups as small numbers, so that ten thousand processes share a few hundred strings. */
#ifndef OOMSPECT_CGROUP_PATHS_H
#define OOMSPECT_CGROUP_PATHS_H

#include "oomspect/err.h"

#include <stddef.h>
#include <stdint.h>

struct cgroup_paths;

/* NULL when out of memory. */
struct cgroup_paths *cgroup_paths_new(void);
void cgroup_paths_free(struct cgroup_paths *paths);

/* The id of `path`, a new one if it was not known; UNKNOWN (-1) when out of memory. */
int32_t cgroup_paths_id(struct cgroup_paths *paths, const char *path);

/* The path of an id, valid until it is swept. */
const char *cgroup_paths_get(const struct cgroup_paths *paths, int32_t id);

/* Forgets every id that was not marked since the last sweep; their numbers are used again. */
void cgroup_paths_mark(struct cgroup_paths *paths, int32_t id);
void cgroup_paths_sweep(struct cgroup_paths *paths);

#endif
