/* What the kernel says it killed, read from /dev/kmsg by a grep of our own: oomspect's parser is
 * among the judged. */
#ifndef JUDGE_KERNLOG_H
#define JUDGE_KERNLOG_H

#include "guest.h"

struct kernlog {
	int fd;
	pid_t chosen;       /* pid= of the first event's "oom-kill:" line; 0: rate-limited away */
	pid_t allocator;    /* pid of the first event's invoker, from its "CPU: " line */
	struct pids killed; /* named in "Killed process" lines of the first event */
	struct pids later;  /* named in those of further events */
	bool group;         /* memory.oom.group was at work in the first */
	bool nobody;        /* "no killable processes", or sysrq found no task eligible */
	unsigned events;
};

/* From the next record on. False when there is no kernel log. */
bool kernlog_begin(struct kernlog *log);
void kernlog_end(struct kernlog *log);

/* Takes in what has come. */
void kernlog_poll(struct kernlog *log);

/* Whom the first event chose: a process id, 0 for nobody. */
pid_t kernlog_victim(const struct kernlog *log);

#endif
