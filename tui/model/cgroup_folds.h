/* Which memory cgroups are folded in the tree. Kept by inode, which survives every sample and is
 * not given again while the cgroup lives. Allocates only when something is folded. */
#ifndef OOMSPECT_CGROUP_FOLDS_H
#define OOMSPECT_CGROUP_FOLDS_H

#include "oomspect/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_folds {
	uint64_t *inodes; /* ascending */
	size_t count, capacity;
};

void cgroup_folds_init(struct cgroup_folds *folds);
void cgroup_folds_release(struct cgroup_folds *folds);

bool cgroup_folds_has(const struct cgroup_folds *folds, uint64_t inode);

/* ERR_NO_MEMORY leaves the set as it was. */
enum err_code cgroup_folds_add(struct cgroup_folds *folds, uint64_t inode, struct err *err);
void cgroup_folds_remove(struct cgroup_folds *folds, uint64_t inode);
void cgroup_folds_clear(struct cgroup_folds *folds);

#endif
