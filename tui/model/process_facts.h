/* What is told of one process when an operator asks for it: by whom and how it was started, what
 * it waits for, what it shares, its limits.
 *
 * Asked once, never in a refresh: some of these files take the target's mmap_lock. Knows no
 * ranking and no screen. */
#ifndef OOMSPECT_PROCESS_FACTS_H
#define OOMSPECT_PROCESS_FACTS_H

#include "names.h"

#include "oomspect/proc.h"

#define FACTS_COMMAND_SIZE 8192
#define FACTS_TEXT_SIZE    256
#define FACTS_LIMITS       7
#define FACTS_GROUPS       32 /* whose names are told */

/* A resource limit (getrlimit(2)) as /proc/PID/limits has it; "" when it was not read. */
struct process_limit {
	char soft[24], hard[24];
	bool bytes; /* both are sizes, or "unlimited" */
};

extern const char *const process_limit_names[FACTS_LIMITS];

/* Texts are raw bytes from outside, "" where nobody says; numbers UNKNOWN. */
struct process_facts {
	bool stuck; /* in an uninterruptible sleep: what could block us as well was not asked */
	bool gone;  /* another process, or none, has this pid by now */
	char command[FACTS_COMMAND_SIZE];
	uid_t real_uid;
	gid_t gid, gids[FACTS_GROUPS];
	size_t gid_count; /* of all supplementary ones */
	char user[NAME_SIZE], real_user[NAME_SIZE], group[NAME_SIZE];
	char groups[FACTS_GROUPS * NAME_SIZE + 32];
	char unit[FACTS_TEXT_SIZE], lxc[FACTS_TEXT_SIZE];
	char exe[FACTS_TEXT_SIZE], tty[FACTS_TEXT_SIZE], wchan[FACTS_TEXT_SIZE];
	int64_t cpu_ticks; /* user and system time of all threads */
	/* From smaps_rollup, in kB: its share of what it maps with others. */
	int64_t pss_kb, pss_anon_kb, pss_file_kb, pss_shmem_kb, swap_pss_kb;
	struct process_limit limits[FACTS_LIMITS];
};

/* Asks for everything about `task`, of libproc2 on a live root. What cannot be told is left
 * unknown, and so are the names of its users and groups. */
void process_facts_ask(
	struct process_facts *facts, const struct root *root, const struct task *task);

/* Writes the names as far as they are known by now. */
void process_facts_name(struct process_facts *facts, struct names *names, const struct task *task);

#endif
