/* Processes that come and go, take and give back memory, and change their names, and cgroups that
 * are made and removed, for as long as it takes: a busy machine for a program that watches it. */
#ifndef TESTS_SUPPORT_CHURN_H
#define TESTS_SUPPORT_CHURN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct churn {
	pid_t keeper; /* starts, reaps and ends the others */
};

/* Starts `population` processes that live from 0.1 to 5 seconds each, a new one for each that has
 * ended. All end with us. */
bool churn_start(struct churn *churn, size_t population, unsigned seed);
void churn_stop(struct churn *churn);

#endif
