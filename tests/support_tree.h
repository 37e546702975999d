/* A machine made of files under a temporary directory, opened as a root. */
#ifndef TESTS_SUPPORT_TREE_H
#define TESTS_SUPPORT_TREE_H

#include "oomspect/root.h"

#include "support.h"

struct tree {
	char path[64];
	struct root root;
};

/* What a process of the tree shows. Members left out (0, NULL) have the value in brackets. */
struct tree_process {
	pid_t pid, ppid;
	const char *comm;      /* ["task"] */
	char state;            /* ['S'] */
	uint64_t flags, start; /* stat fields 9 and 22 */
	int64_t rss, stat_rss; /* pages of 4 KiB; stat_rss [rss] */
	int64_t swap, pte_kb;
	int adj;
	int64_t oom_score;
	int threads;        /* [1] */
	const char *cgroup; /* path in a v1 memory hierarchy [no cgroup file] */
	bool no_mm;
	uint64_t cap_eff;
};

/* A directory with a meminfo of 4 GB, 1 GB swap, 4 KiB pages and the release 6.1.0. */
void tree_init(struct tree *tree);
void tree_release(struct tree *tree);

/* Writes a file below the tree with the directories it needs. */
void tree_write(const struct tree *tree, const char *path, const char *text);
void tree_write_bytes(const struct tree *tree, const char *path, const void *bytes, size_t length);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_remove(const struct tree *tree, const char *path);

/* Writes stat, status, oom_score, oom_score_adj and cgroup of a process. */
void tree_add(const struct tree *tree, const struct tree_process *process);

/* cmocka set-up and tear-down with a struct tree in *state. */
int tree_setup(void **state);
int tree_teardown(void **state);

/* Removes `path` and all below it; nothing is followed out of it. */
void remove_tree(const char *path);

#endif
