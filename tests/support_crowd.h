/* Many child processes of known memory and oom_score_adj on this machine. */
#ifndef TESTS_SUPPORT_CROWD_H
#define TESTS_SUPPORT_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct crowd {
	pid_t *pids;
	size_t count;
	int ready_fds[2], life_fds[2];
	int refused; /* children whose adj the machine did not allow: they have its opposite */
};

/* What the child of this number is to have. */
struct crowd_member {
	size_t pages; /* touched, of its own */
	int adj;
};

/* Starts `count` children and waits until each has its memory. They die with their parent. */
bool crowd_start(struct crowd *crowd, size_t count, struct crowd_member (*member)(size_t number));

/* Kills and reaps them, and none but them. */
void crowd_stop(struct crowd *crowd);

#endif
