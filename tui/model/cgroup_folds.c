#include "cgroup_folds.h"

#include <stdlib.h>
#include <string.h>

void cgroup_folds_init(struct cgroup_folds *folds)
{
	*folds = (struct cgroup_folds){ 0 };
}

void cgroup_folds_release(struct cgroup_folds *folds)
{
	free(folds->inodes);
	cgroup_folds_init(folds);
}

/* The place of the first one that is not smaller. */
static size_t place_of(const struct cgroup_folds *folds, uint64_t inode)
{
	size_t low = 0, high = folds->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (folds->inodes[middle] < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool cgroup_folds_has(const struct cgroup_folds *folds, uint64_t inode)
{
	size_t place = place_of(folds, inode);
	return place < folds->count && folds->inodes[place] == inode;
}

enum err_code cgroup_folds_add(struct cgroup_folds *folds, uint64_t inode, struct err *err)
{
	size_t place = place_of(folds, inode);
	if (cgroup_folds_has(folds, inode))
		return ERR_OK;
	if (folds->count == folds->capacity) {
		size_t capacity = folds->capacity * 2 + 64;
		uint64_t *inodes = reallocarray(folds->inodes, capacity, sizeof(*inodes));
		if (!inodes)
			return err_set(err, ERR_NO_MEMORY, "cannot fold a cgroup: out of memory");
		folds->inodes = inodes;
		folds->capacity = capacity;
	}
	memmove(folds->inodes + place + 1, folds->inodes + place,
		(folds->count - place) * sizeof(*folds->inodes));
	folds->inodes[place] = inode;
	folds->count++;
	return ERR_OK;
}

void cgroup_folds_remove(struct cgroup_folds *folds, uint64_t inode)
{
	size_t place = place_of(folds, inode);
	if (!cgroup_folds_has(folds, inode))
		return;
	folds->count--;
	memmove(folds->inodes + place, folds->inodes + place + 1,
		(folds->count - place) * sizeof(*folds->inodes));
}

void cgroup_folds_clear(struct cgroup_folds *folds)
{
	folds->count = 0;
}
