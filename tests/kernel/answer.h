/* What oomspect says before the kernel acts: `oomspect victim --json`, asked as a user would. */
#ifndef JUDGE_ANSWER_H
#define JUDGE_ANSWER_H

#include "guest.h"

/* The one chosen, and with it all that die. */
struct death {
	pid_t victim; /* 0: nobody */
	struct pids dead;
};

struct answer {
	char prediction[24]; /* "victim", "none", "panic", "allocating_task" */
	struct death death;  /* of the moment that was asked for */
	bool differ;         /* the other moment has another one */
	char domain[16];     /* its kind */
	pid_t listed;        /* who stands first in `list`, asked right after */
	long margin_pages;
	char uncertain[160]; /* the words, joined by "+"; empty: it is sure */
};

/* About a cgroup (`--cgroup`), about NUMA nodes (`--nodes`), or without either about the domain that
 * oomspect begins in: the host, and inside a cgroup namespace what limits that. */
struct question {
	const char *group, *nodes; /* at most one */
	uid_t uid;                 /* as whom it is asked */
	const char *inside;        /* the cgroup in whose own namespace it is asked; NULL: ours */
	bool now;                  /* the moment: now, not at OOM */
};

/* False, and a reason in `why`, when no document came. */
bool answer_ask(struct answer *answer, const struct question *question, char *why, size_t size);

bool answer_doubts(const struct answer *answer, const char *word);

/* In a child: becomes who asks, where that is asked, or ends. */
void question_become(const struct question *question);

/* Runs oomspect with these arguments as the question says, and gives what it printed,
 * NUL-terminated; exit status, or -1. */
int oomspect_run(char *const args[], const struct question *question, char *output, size_t size);

#endif
