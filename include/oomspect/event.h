/* One run of the kernel's OOM killer, as a log tells it.
 *
 * A value object: filled by oomlog.c, ranked by event_explain.c, shown by others. Knows nothing
 * of where the text came from. A number that the log does not say is UNKNOWN_SIGNED, a text NULL or
 * empty; neither is ever zero by default. Bytes of names and paths are as the kernel had them:
 * whoever shows them makes them safe. */
#ifndef OOMSPECT_EVENT_H
#define OOMSPECT_EVENT_H

#include "oomspect/amount.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OOM_COMM_SIZE   24    /* TASK_COMM_LEN is 16; a damaged log may show more */
#define OOM_ZONES_MAX   32    /* zones beyond these are not kept */
#define OOM_TASKS_MAX   32768 /* rows kept of one task table; all are counted */
#define OOM_VICTIMS_MAX 4096

enum oom_constraint {
	OOM_CONSTRAINT_UNKNOWN,
	OOM_CONSTRAINT_NONE,
	OOM_CONSTRAINT_MEMCG,
	OOM_CONSTRAINT_CPUSET,
	OOM_CONSTRAINT_MEMPOLICY,
	OOM_CONSTRAINT_COUNT,
};

enum oom_scope { OOM_SCOPE_UNKNOWN, OOM_SCOPE_HOST, OOM_SCOPE_MEMCG, OOM_SCOPE_COUNT };

enum oom_trigger {
	OOM_TRIGGER_ALLOC,
	OOM_TRIGGER_SYSRQ,
	OOM_TRIGGER_ALLOCATING_TASK,
	OOM_TRIGGER_COUNT
};

enum oom_outcome {
	OOM_OUTCOME_UNKNOWN, /* the text ends before it says */
	OOM_OUTCOME_KILLED,
	OOM_OUTCOME_PANIC,
	OOM_OUTCOME_NO_VICTIM, /* "no killable processes", and the machine went on */
	OOM_OUTCOME_SKIPPED,   /* the chosen one was dying already */
	OOM_OUTCOME_COUNT,
};

/* Why the kernel panicked, by its own words. */
enum oom_panic {
	OOM_PANIC_NONE,
	OOM_PANIC_NO_CANDIDATE, /* "no killable processes", "deadlocked on memory" */
	OOM_PANIC_SETTING,      /* "panic_on_oom is enabled", of whatever kind */
	OOM_PANIC_COMPULSORY, /* "compulsory panic_on_oom": in a cgroup, cpuset or policy as well */
	OOM_PANIC_INIT,       /* "Attempted to kill init!": a group kill took it along */
	OOM_PANIC_COUNT,
};

/* Which counter of the memory cgroup was at its limit. */
enum oom_counter {
	OOM_COUNTER_UNKNOWN,
	OOM_COUNTER_MEMORY,
	OOM_COUNTER_MEMSW, /* v1: memory and swap together */
	OOM_COUNTER_KMEM,  /* v1: kernel memory */
	OOM_COUNTER_COUNT,
};

/* Who asked for the memory. */
struct oom_invoker {
	char comm[OOM_COMM_SIZE];
	int64_t pid;
	int64_t oom_score_adj;
};

/* Whom select_bad_process() chose; before v5.1 a child could die in its place. */
struct oom_chosen {
	char comm[OOM_COMM_SIZE];
	int64_t pid;
	int64_t score; /* "score N" of kernels before v5.1 */
};

struct oom_victim {
	char comm[OOM_COMM_SIZE];
	int64_t pid;
	int64_t uid;
	int64_t total_vm_kb;
	int64_t anon_rss_kb;
	int64_t file_rss_kb;
	int64_t shmem_rss_kb;
	int64_t pgtables_kb;
	int64_t oom_score_adj;
	bool reaped;            /* an oom_reaper line says so */
	int64_t reaped_left_kb; /* what anonymous memory that line says was left */
};

/* A row of the task table. */
struct oom_task {
	char comm[OOM_COMM_SIZE];
	int64_t pid; /* of a thread that has the mm; tgid is the process */
	int64_t tgid;
	int64_t uid;
	int64_t total_vm_pages;
	int64_t rss_pages;
	int64_t rss_shmem_pages; /* v6.8+ */
	int64_t pgtables_bytes;  /* as printed since v4.15 */
	int64_t page_tables;     /* nr_ptes (+ nr_pmds) before that */
	int64_t swapents_pages;
	int64_t oom_score_adj;
	int64_t badness_pages; /* event_rank(); UNKNOWN_SIGNED if it cannot be killed or computed */
	int64_t rank; /* event_rank(); 1 is the one we would have chosen; UNKNOWN_SIGNED also
				* where the table is not whole, or two could change places */
};

struct oom_zone {
	char name[16];
	int64_t node; /* UNKNOWN_SIGNED before NUMA names were printed */
	int64_t free_kb;
	int64_t min_kb;
	int64_t high_kb;
	int64_t present_kb;
	int64_t managed_kb;
	int64_t largest_free_kb; /* the largest free block of the buddy row */
};

/* The Mem-Info part, in pages where the kernel prints pages. */
struct oom_meminfo {
	int64_t anon_pages; /* active + inactive */
	int64_t file_pages; /* active + inactive */
	int64_t active_anon_pages, inactive_anon_pages, active_file_pages, inactive_file_pages;
	int64_t unevictable_pages, dirty_pages, writeback_pages;
	int64_t slab_reclaimable_pages, slab_unreclaimable_pages;
	int64_t mapped_pages, shmem_pages, pagetables_pages, free_pages;
	int64_t swap_free_kb, swap_total_kb;
	int64_t ram_pages, highmem_pages, reserved_pages;
	int64_t hugepages_kb, hugepages_free_kb; /* of every size and node together */
	int64_t page_kb;                         /* the smallest block of a buddy row */
	struct oom_zone zones[OOM_ZONES_MAX];
	size_t zone_count;
};

/* The memcg part: what the OOM memcg held, in KiB; limits of OOM_UNLIMITED are no limits. */
#define OOM_UNLIMITED INT64_MAX
struct oom_memcg_stat {
	int64_t usage_kb, limit_kb;
	int64_t swap_usage_kb, swap_limit_kb;   /* v2 */
	int64_t memsw_usage_kb, memsw_limit_kb; /* v1 memory+swap */
	int64_t kmem_usage_kb, kmem_limit_kb;   /* v1, v3.10+ */
	int64_t anon_kb, file_kb, shmem_kb, slab_kb, kernel_kb, pagetables_kb, sock_kb,
		unevictable_kb;
	bool hierarchical; /* the statistics are of the whole subtree: v2, and total_* of v1 */
};

/* How we know whose limit it was. */
enum oom_seen_ground {
	OOM_SEEN_UNDECIDED,
	OOM_SEEN_SAID,       /* the log says it */
	OOM_SEEN_ONLY_LIMIT, /* none of the other cgroups that it was in has a limit */
	OOM_SEEN_LOCAL_OOM,  /* `oom` of memory.events.local went up there */
	OOM_SEEN_OOM,        /* `oom` of memory.events did, and in none below it that it was in */
	OOM_SEEN_FAILCNT,    /* the same of v1's memory.failcnt */
	OOM_SEEN_LEAST_LEFT, /* it had the least left */
	OOM_SEEN_GROUND_COUNT,
};

/* A counter in our sample and afterwards; UNKNOWN_SIGNED. */
struct oom_seen_count {
	int64_t before, after;
};

#define OOM_GONE_MAX 16 /* that are named */

/* What our own last sample before a kill knew of the first victim (event_seen.h). It is an inference
 * of ours, never the kernel's word. Owns its texts. */
struct oom_seen {
	bool known;     /* the victim was in a sample */
	int64_t age_us; /* of the sample at the kill */
	int64_t pid;    /* of the process, whose thread the log may name */
	int64_t start_ticks;
	char *task_memcg; /* the cgroup that it was in */
	char *oom_memcg;  /* whose limit it was; NULL: the host's, or not known */
	enum oom_seen_ground ground;
	int64_t limit_kb, usage_kb; /* of oom_memcg in the sample; OOM_UNLIMITED */
	int64_t left_kb;
	struct oom_seen_count hits;  /* of oom_memcg, what `ground` speaks of */
	struct oom_seen_count kills; /* oom_kill of task_memcg */
	int64_t badness_pages; /* in the domain; UNKNOWN_SIGNED also where the era has no pages */
	int64_t rank, candidates; /* there, as of the sample */
	int64_t ahead;            /* how many before it were not told dead when it was killed */
	int64_t ahead_pid, ahead_pages; /* the first of them, and by how much */
	char ahead_comm[OOM_COMM_SIZE];
	/* Of kills that no log mentions, which counters alone tell of (unlogged.h): */
	bool named;       /* the name of the victim is from our sample */
	int64_t unlogged; /* how many there were; 0: the event is of a log */
	struct oom_seen_gone {
		char comm[OOM_COMM_SIZE];
		int64_t pid;
	} gone[OOM_GONE_MAX]; /* processes of the cgroup in the sample before that ended since */
	size_t gone_count;    /* all of them */
};

/* Owns every pointer it holds. */
struct oom_event {
	char *source;
	uint64_t number;  /* 1, 2, ... in its source */
	uint64_t repeats; /* how many identical reports without a victim came right before it */
	int64_t unix_us;
	int64_t boot_us;
	char stamp[40]; /* the time as the log writes it, "" if it does not */
	char kernel[80];
	struct oom_invoker invoker;
	char gfp_mask[24]; /* "0x201d2" */
	char *gfp_flags;
	int64_t order;
	enum oom_constraint constraint;
	enum oom_scope scope;
	enum oom_trigger trigger;
	enum oom_outcome outcome;
	enum oom_panic panic;
	enum oom_counter counter; /* event_rank() */
	char *oom_memcg;
	char *task_memcg;
	char *group_memcg; /* whose memory.oom.group it was */
	char cpuset[96];
	char mems_allowed[64];
	char nodemask[64];
	struct oom_chosen chosen;
	struct oom_victim *
		victims; /* the chosen one (or its child) first, none twice, OOM_VICTIMS_MAX at most */
	size_t victim_count;
	struct oom_task *tasks; /* the first OOM_TASKS_MAX rows */
	size_t tasks_kept;
	uint64_t task_count;    /* rows in the text */
	bool task_table_headed; /* its header line was in the text */
	bool tasks_announced;   /* "Tasks state (memory values in pages):", which stands before a
				 * header with a wide pid since v4.19 (c3b78b11efbb) */
	bool tasks_wide;        /* the header is such a one */
	bool tasks_closed;      /* a line that the kernel prints behind the table came behind it */
	bool tasks_damaged;     /* a row could not be read, or stands where none can be */
	bool tasks_whole;       /* event_rank(): nothing says that a row is missing */
	struct oom_meminfo mem;
	struct oom_memcg_stat memcg;
	int64_t suppressed;      /* "N callbacks suppressed" right before: reports not printed */
	int64_t already_exiting; /* members of a group that were dying already */
	bool headed;             /* its "invoked oom-killer" line is in the text */
	bool group;              /* memory.oom.group: the whole cgroup was killed */
	bool elided;             /* somebody cut lines out of it, or they were overwritten */
	bool complete;
	bool no_candidate; /* the kernel said that it found nobody to kill */
	bool has_cpu_line; /* of dump_stack(), which follows the header at once */
	bool proven; /* each of its lines is of a record that the kernel wrote, by its carrier */
	bool has_meminfo;
	bool has_page_lines; /* "N pages RAM" and its like: the end of Mem-Info */
	bool has_stats;      /* of the memory cgroup, whatever they say */
	const char
		*release_hint; /* a static string: the latest release with a shape that was seen */
	bool sharing;          /* others died because they shared the memory */
	bool no_memory;        /* a text of it could not be kept */
	uint64_t first_line, last_line;
	int64_t page_size;     /* event_rank(); 4096 unless the log shows another */
	int64_t totalpages;    /* event_rank() */
	bool totalpages_exact; /* event_rank(); false: swap or nodes are not in the log */
	bool bonus_proven;     /* event_rank(): "score N" tells whether the chosen one had the */
	bool bonus_taken;      /* bonus of root, and it had */
	struct oom_seen seen;
	char *raw; /* the messages, a line each, if the oomlog was told to keep them */
	size_t raw_len;
};

/* All unknown, nothing owned. */
void oom_event_init(struct oom_event *event);
void oom_event_release(struct oom_event *event);

void oom_victim_init(struct oom_victim *victim);
void oom_task_init(struct oom_task *task);

/* The names that they have in JSON; NULL for OOM_COUNTER_UNKNOWN and OOM_SEEN_UNDECIDED. */
extern const char *const oom_constraint_names[OOM_CONSTRAINT_COUNT];
extern const char *const oom_scope_names[OOM_SCOPE_COUNT];
extern const char *const oom_trigger_names[OOM_TRIGGER_COUNT];
extern const char *const oom_outcome_names[OOM_OUTCOME_COUNT];
extern const char *const oom_counter_names[OOM_COUNTER_COUNT];
extern const char *const oom_seen_ground_names[OOM_SEEN_GROUND_COUNT];

/* Usage and limit of the counter that was full; of the memory where that is not known. */
struct oom_usage {
	int64_t usage_kb, limit_kb;
};
struct oom_usage oom_event_usage(const struct oom_event *event);

/* The table row of a process or thread, or NULL. */
const struct oom_task *oom_event_task(const struct oom_event *event, int64_t pid);

/* Two reports that differ in nothing but their time, and killed nobody: a memcg without anyone to
 * kill repeats its report some thousand times a second. */
bool oom_event_repeats(const struct oom_event *a, const struct oom_event *b);

/* How many kills the log does not mention: `oom_kill` of /proc/vmstat (which counts every victim
 * since boot, v4.13+) less the victims seen in a log that starts at boot. Never negative. */
uint64_t oom_kills_missing(uint64_t vmstat_oom_kill, uint64_t victims_seen);

#endif
