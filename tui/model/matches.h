/* Whom a text finds: the beginning of a pid in digits, or a part of the name, the command line or
 * the cgroup, whatever the case of letters.
 *
 * Reading a command line costs as much as the figures of a row, and takes the mmap_lock of its
 * process. So each process is asked once for each text that is entered, when it is first seen, and
 * only the answer is kept. Knows no list. */
#ifndef OOMSPECT_MATCHES_H
#define OOMSPECT_MATCHES_H

#include "visible.h"
#include "watch.h"

struct matches_answer {
	pid_t pid;
	bool asked, found; /* by the command line */
	uint64_t start_ticks;
	char comm[TASK_COMM_SIZE]; /* an exec changes it, and the command line with it */
};

struct matches {
	struct matches_answer *answers; /* by pid, of the sample asked last */
	struct matches_answer *former;  /* memory for those of the next */
	size_t count;
	bool *found; /* by its place in snapshot->tasks */
	size_t capacity;
};

void matches_init(struct matches *matches);
void matches_release(struct matches *matches);

/* Forgets the answers: for another text, or since a process may have changed its command line. */
void matches_forget(struct matches *matches);

/* Finds those that `text` means in the latest sample: `matches->found`, valid until the next call.
 * Reads the command lines of processes that were not asked yet. ERR_NO_MEMORY forgets all. */
enum err_code matches_update(struct matches *matches, struct watch *watch, struct visible *visible,
	const char *text, struct err *err);

/* Whether `text` finds this one; reads its command line unless the rest does. */
bool matches_task(
	struct watch *watch, struct visible *visible, const struct task *task, const char *text);

/* Whether its pid begins with `text`, which has to be digits. */
bool matches_pid(const struct task *task, const char *text);

#endif
