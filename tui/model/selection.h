/* Processes that an operator named at once: by pid, by name, by cgroup, with their descendants.
 *
 * A pure function of a snapshot; each process is in it once, in ascending order of pid. */
#ifndef OOMSPECT_SELECTION_H
#define OOMSPECT_SELECTION_H

#include "marks.h"

#include "oomspect/snapshot.h"

struct selection_query {
	const pid_t *pids; /* taken as they are, whether the snapshot has them or not */
	size_t pid_count;
	const char *name; /* the whole comm, exactly, or a program's whole name, of which the kernel
	                     keeps 15 bytes as the comm; NULL: not asked */
	const struct root *root; /* where a name longer than a comm is looked up; or NULL */
	const char *cgroup;      /* this memory cgroup and all below; NULL: not asked */
	bool descendants;        /* children of those found, and theirs */
	const uid_t *user; /* of those that are found, not of `pids`: only his; NULL: anybody's */
};

/* Whether it is that user's alone: with another's rights, or started by another, it is not. */
bool selection_is_of(const struct task *task, const uid_t *user);

struct selection {
	struct marks pids;
};

/* Fills `selection`, to be released in any case. ERR_NOT_FOUND when a name or a cgroup is nobody's:
 * kernel threads are nobody. */
enum err_code selection_build(struct selection *selection, const struct snapshot *snapshot,
	const struct selection_query *query, struct err *err);
void selection_release(struct selection *selection);

/* The process at `index`, below pids.count. */
pid_t selection_pid(const struct selection *selection, size_t index);

bool selection_has(const struct selection *selection, pid_t pid);

#endif
