/* The kernel's choice once more, written from mm/oom_kill.c and read straight from the files, with
 * nothing of core/: what the tests hold the program against. Host domain, 3.14 and later. */
#ifndef TESTS_SUPPORT_RULE_H
#define TESTS_SUPPORT_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rule {
	int release; /* 6018 for 6.18 */
	long total;  /* pages of RAM and swap */
	bool pid_1_is_init;
};

struct rule_task {
	pid_t pid, ppid;
	bool killable;
	unsigned long long start;
	int adj;
	long points;     /* of the host domain */
	long score;      /* what the oom_score file should print */
	long score_read; /* what it printed */
};

/* Reads what the rule depends on below `root` ("/": this machine). */
struct rule rule_of(const char *root);

/* Reads process `pid` and judges it. False when it is gone. */
bool rule_read(const struct rule *rule, const char *root, pid_t pid, struct rule_task *ret);

/* Reads all processes but `without`, and gives the victim's pid, 0 for nobody; how many had the
 * highest points is in *ret_ties. */
pid_t rule_victim(const struct rule *rule, const char *root, pid_t without, int *ret_ties);

#endif
