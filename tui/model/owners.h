/* Whose processes something is done to at once: their users, and how many each has. A process that
 * runs with the rights of another user than the one who started it belongs to both. */
#ifndef OOMSPECT_OWNERS_H
#define OOMSPECT_OWNERS_H

#include "oomspect/line.h"
#include "oomspect/proc.h"

#define OWNERS_KEPT 8

struct owner {
	uid_t uid, real_uid;
	size_t count; /* of processes */
};

struct owners {
	struct owner rows[OWNERS_KEPT];
	size_t count;
	size_t others; /* processes of further ones */
};

/* The name of a user, borrowed until the next call. */
typedef const char *owner_name(void *context, uid_t uid);

void owners_add(struct owners *owners, const struct task *task);

bool owners_are_several(const struct owners *owners);

/* "alice", or "root for alice" when that is who started it. */
void owners_put(struct line *line, uid_t uid, uid_t real_uid, owner_name *name, void *context);

/* "root (1), alice (3)". */
void owners_describe(
	const struct owners *owners, struct line *line, owner_name *name, void *context);

#endif
