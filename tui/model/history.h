/* What was done to processes since the program was started: for putting a value back, and for the
 * trail that is printed at the end; and the file to which each change is appended at once. */
#ifndef OOMSPECT_HISTORY_H
#define OOMSPECT_HISTORY_H

#include "oomspect/action.h"

struct history_entry {
	pid_t pid;
	uint64_t start_ticks;
	char comm[TASK_COMM_SIZE];
	const char *signal; /* its name; NULL: oom_score_adj was changed */
	int before, after;  /* of a change */
};

struct history {
	struct history_entry *entries;
	size_t count, capacity;
};

void history_release(struct history *history);

/* Makes room for `count` more entries, so that nothing is done that could not be told later. */
enum err_code history_reserve(struct history *history, size_t count, struct err *err);

/* Room must have been made. A change from a value to itself is none. */
void history_add_adj(
	struct history *history, const struct action_target *target, int before, int after);
void history_add_signal(
	struct history *history, const struct action_target *target, const char *signal);

/* The oom_score_adj that a process had before the first change. False when it was never changed. */
bool history_first_adj(
	const struct history *history, pid_t pid, uint64_t start_ticks, int *ret_adj);

/* Prints each entry as a line to standard error: "oomspect: 4242 java oom_score_adj 0 -> -200". */
void history_print(const struct history *history);

/* A file to which every change is appended at once: who changed what, from which value to which. */

struct audit {
	int fd; /* -1: no file was asked for */
};

/* Opens `path` for appending; NULL: no audit. The file is made with mode 0600; one that is there must
 * be a regular file of ours, and neither a link nor one of several names (outfile_append). Where
 * nothing may be changed it is only looked at, and neither made nor opened. */
enum err_code audit_open(struct audit *audit, const char *path, bool may_change, struct err *err);
void audit_release(struct audit *audit);

/* Appends one line: time, uid, pid, start time, name, change, outcome (`refused` may be NULL). The
 * name is written with \xHH for what is not printable ASCII. */
enum err_code audit_adj(const struct audit *audit, const struct action_target *target, int before,
	int wanted, int after, const char *refused, struct err *err);
enum err_code audit_signal(const struct audit *audit, const struct action_target *target,
	int signal, const char *refused, struct err *err);

#endif
