/* A scenario: a row says what is set up, which question is asked, what makes the kernel choose, and
 * which of the answers it judges. */
#ifndef JUDGE_SCENE_H
#define JUDGE_SCENE_H

#include "answer.h"
#include "guest.h"
#include "hog.h"
#include "kernlog.h"

enum need {
	NEED_V1 = 1 << 0,
	NEED_V2 = 1 << 1,
	NEED_DISK = 1 << 2,  /* a disk, for file pages */
	NEED_SWAP = 1 << 3,  /* the swap disk is switched on */
	NEED_NODES = 1 << 4, /* two NUMA nodes */
	NEED_THP = 1 << 5,
	NEED_HUGE = 1 << 6,
	NEED_SMALL_PAGES = 1 << 7, /* 4 KiB: the claim is about sizes in between */
	NEED_HIGHMEM = 1 << 8,
	NEED_TERMINFO = 1 << 9, /* what curses must know of a terminal */
};

/* Which answer the kernel's choice is held against. */
enum judged {
	JUDGE_NOW,    /* of now: nothing is reclaimed before the choice */
	JUDGE_AT_OOM, /* of at OOM: memory truly runs out */
};

struct scene;

struct kind {
	const char *name;
	const char *claim;
	void (*check)(struct scene *scene); /* instead of all below: looks and claims by itself */
	void (*setup)(struct scene *scene);
	void (*trigger)(struct scene *scene);
	enum judged judged;
	unsigned needs;
	const char *prediction; /* other than "victim" */
	const char *doubt;     /* a word that must stand in `uncertain`: /proc cannot decide this */
	const char *may_doubt; /* a miss with this word is no failure: it was announced */
	bool differ;           /* the claim is void unless both answers differ */
	bool tie;              /* the claim is void unless the margin is 0 */
	unsigned kills;        /* on the same processes, one after another; 0 means 1 */
	unsigned runs;         /* with new sizes; 0 means 1 */
	bool quick;            /* is in the quick selection */
};

struct scene {
	const struct kind *kind;
	struct chance chance;
	unsigned run;
	bool last_try;    /* a setup that does not show the claim is broken, and not tried again */
	struct pids hogs; /* those started, in order */
	struct pids leaderless; /* those whose first thread has exited, and ... */
	struct pids survivors;  /* ... the other thread of each, in the same order */
	const char *group;      /* the cgroup that is asked about; NULL */
	const char *nodes;      /* the NUMA nodes that are asked about; NULL */
	const char *fill; /* the cgroup in which memory is used up; NULL: that of the question */
	long lower_to;    /* the limit that the trigger sets, pages */
	uid_t asks_as;
	const char *inside; /* the cgroup in whose namespace oomspect runs, asked about no domain */
	pid_t trigger;      /* the process that uses memory up; 0 */
};

/* All kinds, by file; each ends with a row without a name. */
extern const struct kind kinds_host[], kinds_oom[], kinds_group[], kinds_odd[], kinds_random[],
	kinds_facts[], kinds_events[], kinds_burst[], kinds_screen[], kinds_action[], kinds_last[];

/* Starts a hog or ends the scenario as broken. */
pid_t scene_hog(struct scene *scene, const struct hog *hog);
/* `count` hogs of different sizes, up to 6 MiB. */
void scene_sizes(struct scene *scene, const char *name, int count);
/* A cgroup, made and limited (GROUP_NO_LIMIT) or broken. */
void scene_group(struct scene *scene, const char *path, long limit_pages);
/* Writes a setting or ends the scenario as broken. */
void scene_set(const char *path, const char *value);
/* Ends it: a reason on the report, and no verdict. */
_Noreturn void scene_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The verdict of a check, with what was found. */
void scene_claim(const struct scene *scene, bool holds, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Alt-SysRq-F, for checks: whom the kernel chose; 0: nobody in ten seconds. */
pid_t scene_kill_by(struct scene *scene, void (*trigger)(struct scene *scene));
pid_t scene_kill(struct scene *scene);

/* Sets one up, asks, triggers and compares; reports each kill. Runs in a process of its own. */
_Noreturn void scene_play(const struct kind *kind, uint64_t seed, unsigned run, bool last_try);
enum { SCENE_VOID = 2 }; /* its exit status when the setup came out other than claimed */

/* One line to the host: tab-separated, "judge" first. */
void report(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Triggers. */
void trigger_sysrq(struct scene *scene);    /* Alt-SysRq-F: a choice without any shortage */
void trigger_host(struct scene *scene);     /* an unkillable process uses up all memory */
void trigger_ordinary(struct scene *scene); /* the same by a process that may be killed */
void trigger_group(struct scene *scene);    /* by an unkillable one, inside a cgroup */
void trigger_nodes(struct scene *scene);    /* the same, in a cpuset */
void trigger_policy(struct scene *scene);   /* the same, bound by a memory policy */
void trigger_lower(struct scene *scene);    /* the limit goes below the usage */

#endif
