/* A process of the test's own that rests until it is ended, for what acts on processes. */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#define CHILD_ADJ_UNREADABLE 12345

/* Starts one called `comm` and waits until it is. It ends with the test at the latest. */
pid_t child_start(const char *comm);

/* The same with so many MiB of memory and a child of its own. */
pid_t child_start_parent(const char *comm, size_t mib);

/* The same of another user; with `effective` another than `real` it runs with the rights of one and
 * was started by the other. Skips the test where that takes root. */
pid_t child_start_of(const char *comm, uid_t real, uid_t effective);

/* Kills it and waits for its end; nothing for pid 0. */
void child_end(pid_t pid);

/* The oom_score_adj of any process, CHILD_ADJ_UNREADABLE where there is none to read. */
int child_adj(pid_t pid);

#endif
