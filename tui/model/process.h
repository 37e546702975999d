/* One process under inspection: its badness in every domain that can kill it, its cgroups, its
 * children, and what was asked about it once.
 *
 * Everything is copied, so that the last figures stand when the process is gone. Follows the
 * samples without an allocation. Knows no screen. */
#ifndef OOMSPECT_PROCESS_H
#define OOMSPECT_PROCESS_H

#include "watch.h"

#include "oomspect/explain.h"
#include "oomspect/memcg_name.h"

/* What is told of it when an operator asks for it: by whom and how it was started, what it waits for,
 * what it shares, its limits. Asked once, never in a refresh: some of these files take the target's
 * mmap_lock. */
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

#define PROCESS_DOMAINS  12
#define PROCESS_LEVELS   24
#define PROCESS_CHILDREN 64
#define PROCESS_COMPANY  8

/* Another process, by name. pid 0: nobody. */
struct process_name {
	pid_t pid;
	char comm[TASK_COMM_SIZE];
};

/* Its place in one OOM domain. Pages; the terms of oom_badness() and what they come to. */
struct process_domain {
	char name[MEMCG_NAME_SIZE]; /* "host", or of the cgroup; raw bytes */
	int64_t totalpages;
	int64_t rss, swapents, pgtables, adj_pages;
	struct points points;
	bool in_pages; /* the era counts pages: `points_pages` means something */
	int64_t points_pages;
	int64_t mem_tenths, adj_tenths, bad_tenths; /* as the columns show them */
	enum unkillable unkillable;
	enum prediction prediction;
	size_t rank, candidates; /* rank 1 is the first */
	bool victim;             /* it would be the one that dies, as NEXT says */
	bool chosen;             /* its points decide: it is the victim, or a child dies for it */
	bool dies_along;         /* with the victim, who is another one */
	struct process_name instead; /* of a victim that was not chosen its parent, in whose place
	                                it dies; of one chosen who is not the victim that child */
	struct process_name rival;   /* the runner-up; of all who are behind the chosen one */
	struct lead lead;            /* ahead of the rival, or (negative) behind it */
	enum threshold_kind threshold_kind;
	int threshold;                                /* the oom_score_adj that this is about */
	struct process_name company[PROCESS_COMPANY]; /* who dies with it if it is killed */
	size_t company_count;                         /* of all of them */
	struct freed frees;
};

/* A cgroup on its path, the top first. */
struct process_level {
	char name[MEMCG_NAME_SIZE]; /* the last component; raw bytes */
	struct amount usage, limit, high, headroom, swap_limit;
	int64_t oom_kill;
	bool oom_group, binding;
};

struct process_child {
	struct process_name name;
	int64_t rss_kb, swap_kb;
	int oom_score_adj;
};

struct process_detail {
	pid_t pid; /* 0: nobody is inspected */
	uint64_t start_ticks;
	bool gone;
	struct task task; /* as of the last sample that had it */
	struct process_name parent;
	char cgroup[4096];
	struct memcg_name memcg;
	int64_t started_ago_s, page_kb, clock_ticks;
	int64_t predicted_score;
	bool unsummed;                                  /* rss is from the unsummed counters */
	struct process_domain domains[PROCESS_DOMAINS]; /* the host, then its cgroups upwards */
	size_t domain_count;
	struct process_level levels[PROCESS_LEVELS];
	size_t level_count;
	bool limit_hidden; /* an ancestor out of sight limits it */
	struct process_child children[PROCESS_CHILDREN];
	size_t child_count; /* of all of them */
	struct process_facts facts;
	enum moment moment;     /* of all domains */
	struct outlook outlook; /* its own memory, reused */
};

void process_detail_init(struct process_detail *detail);
void process_detail_release(struct process_detail *detail);

/* Inspects `task` of the latest sample from now on, and asks for its facts. */
void process_detail_open(
	struct process_detail *detail, struct watch *watch, const struct task *task);

/* Asks for the facts anew. */
void process_detail_ask(struct process_detail *detail, struct watch *watch);

/* Writes the names of its users and groups again: more are known by now. */
void process_detail_name(struct process_detail *detail, struct names *names);

/* Takes the figures of the latest sample; when the process is not in it any more they stay as they
 * are. ERR_NO_MEMORY. */
enum err_code process_detail_update(
	struct process_detail *detail, const struct watch *watch, struct err *err);

/* Whether the kernel's oom_score is another than ours by more than rounding. */
bool process_detail_disagrees(const struct process_detail *detail);

#endif
