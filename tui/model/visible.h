/* What is told of a process only while it is on the screen: its user's name and command line.
 *
 * Asks libproc2 for command lines; a captured machine is asked through its root instead. Each answer
 * is kept as long as the process is the same, so that a refresh without new rows costs nothing. */
#ifndef OOMSPECT_VISIBLE_H
#define OOMSPECT_VISIBLE_H

#include "names.h"

#include "oomspect/proc.h"

#define VISIBLE_COMMAND_SIZE 512
#define VISIBLE_SETS         128
#define VISIBLE_WAYS         4

struct visible_entry {
	pid_t pid; /* 0: free */
	uint64_t start_ticks;
	unsigned long used;        /* by which fetch last */
	char comm[TASK_COMM_SIZE]; /* an exec changes it, and the command line with it */
	char command[VISIBLE_COMMAND_SIZE];
};

struct pids_info;
struct watch;

struct visible {
	const struct root *root;
	struct names *names;
	struct pids_info *info; /* of libproc2; NULL for a captured machine */
	unsigned long fetches;
	struct visible_entry *entries; /* VISIBLE_SETS times VISIBLE_WAYS */
};

/* `root` and `names` must outlive it. */
enum err_code visible_init(
	struct visible *visible, const struct root *root, struct names *names, struct err *err);
void visible_release(struct visible *visible);

/* Makes the entries of these tasks known, as far as they are not: those of the visible rows.
 * Processes in an uninterruptible sleep are left out, since their command line might not come
 * back. */
void visible_fetch(struct visible *visible, const struct task *const *tasks, size_t count);

/* Forgets everything: a process may have changed its command line. */
void visible_forget(struct visible *visible);

/* What is known; the uid, and the name in brackets or as it is, for a task that was not fetched.
 * Borrowed until the next call of any function of visible. */
const char *visible_user(struct visible *visible, const struct task *task);
const char *visible_command(struct visible *visible, const struct task *task);

/* The whole command line, read now; of a process in an uninterruptible sleep what is known. Borrowed
 * until the next call of a function of visible or watch. */
const char *visible_whole_command(
	struct visible *visible, struct watch *watch, const struct task *task);

#endif
