/* The processes a dialog is about: held from the moment it opens until something is done to them,
 * with what became of each; and whose they are. */
#ifndef OOMSPECT_TARGETS_H
#define OOMSPECT_TARGETS_H

#include "history.h"
#include "names.h"

#include "oomspect/action.h"
#include "oomspect/line.h"
#include "oomspect/snapshot.h"

/* More than this many, or than there are descriptors, are not held by one but by pid and start time,
 * which are compared at the moment something is done. */
#define TARGETS_HELD 256

struct target {
	const struct task *task; /* in the frozen snapshot */
	struct action_target held;
	struct action_facts
		seen; /* what is shown of it: as of the snapshot, until it was confirmed */
	int adj; /* oom_score_adj when it was added, or written to: newer than the task's, of a sample */
	struct err refused; /* why it cannot be, or was not changed; ERR_OK: nothing against it */
	bool done;
	int before, after; /* oom_score_adj at the write, once it is done or refused */
};

struct targets {
	struct target *items;
	size_t count, capacity;
	struct names *names; /* of users; NULL: they are numbers */
};

void targets_release(struct targets *targets);

/* Adds a process and takes hold of it, if there is a live `root` (NULL: it is only looked at).
 * ERR_NO_MEMORY; a process that cannot be held is added with the reason. */
enum err_code targets_add(
	struct targets *targets, const struct task *task, const struct root *root, struct err *err);

/* Lets go of all behind the first `count`. */
void targets_truncate(struct targets *targets, size_t count);

/* Takes hold of a target that is not held yet; if there is no descriptor for that, of those to whom
 * something was done already. Not ERR_OK: the sentence is in target->refused. */
enum err_code targets_reach(
	struct targets *targets, struct target *target, const struct root *root);

/* Whether all that can be reached are what is shown of them: name, user, program. If not, `buffer`
 * becomes a sentence that tells what has changed, and that is what is shown of them from now on. */
bool targets_confirm(struct targets *targets, const struct root *root, char *buffer, size_t size);

/* What comes before anything is done to them: they are confirmed, or `*ret_asks_again` is set; and there
 * is room in the history. False, and the sentence in `buffer`, when either is not so. */
bool targets_prepare(struct targets *targets, const struct root *root, struct history *history,
	bool *ret_asks_again, char *buffer, size_t size);

/* Reaches one and looks at it again, for what is done to it at once. Not ERR_OK: it cannot be
 * reached, or is something else again; the sentence is in target->refused. */
enum err_code targets_ready(
	struct targets *targets, struct target *target, const struct root *root);

bool targets_has(const struct targets *targets, const struct task *task);

/* Looks which of those that are held have ended meanwhile; true when one was found. */
bool targets_look(struct targets *targets);

/* How many were done, and how many refused so far. */
size_t targets_done(const struct targets *targets);
size_t targets_refused(const struct targets *targets);

/* "38 written, 1 refused: 911 mysqld ..." for what is called `verb`. */
void targets_sum_up(const struct targets *targets, const char *verb, char *buffer, size_t size);

/* Whose processes something is done to at once: their users, and how many each has. A process that
 * runs with the rights of another user than the one who started it belongs to both. */
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
