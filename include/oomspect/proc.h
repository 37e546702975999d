/* One process as the OOM killer sees it: what /proc/PID says, and how it is read.
 *
 * The parsers take bytes and fill a struct task; the reader takes a root. Knows no ranking. */
#ifndef OOMSPECT_PROC_H
#define OOMSPECT_PROC_H

#include "oomspect/amount.h"
#include "oomspect/root.h"
#include "oomspect/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define TASK_COMM_SIZE 64 /* kernel threads show up to 63 bytes, others 15 */
#define UID_UNKNOWN    ((uid_t)-1)

/* A thread group. Page counts are UNKNOWN where the kernel does not say. */
struct task {
	pid_t pid;
	pid_t ppid;
	uint64_t start_ticks; /* since boot, stat field 22: with the pid it is the identity */
	uid_t uid;            /* effective; UID_UNKNOWN */
	uid_t real_uid;       /* who started it */
	char state;           /* 'R', 'S', 'D', 'Z', ...; '?' unknown */
	bool kthread;
	bool exiting;       /* PF_EXITING, or a fatal signal is being handled */
	bool cap_sys_admin; /* effective; eras before 4.17 give it a bonus */
	bool adj_known;
	int oom_score_adj;
	int64_t oom_score; /* the kernel's live value, or UNKNOWN */

	/* From status: of the leader, or of a living thread when the leader is a zombie. */
	bool has_mm;
	pid_t mm_tid;                                            /* whose status that was */
	int64_t rss_pages;                                       /* VmRSS */
	int64_t rss_anon_pages, rss_file_pages, rss_shmem_pages; /* since 4.5 */
	int64_t swap_pages;                                      /* VmSwap: anonymous memory only */
	int64_t pte_kb;                                          /* VmPTE */
	int64_t pmd_kb;                                          /* VmPMD, only in 4.0 to 4.14 */
	int64_t locked_pages;                                    /* VmLck */
	int64_t threads;
	bool ns_init; /* pid 1 of a pid namespace below ours: with it all inside die */
	uint64_t
		mems_allowed; /* NUMA nodes of its cpuset; bit 63 stands for node 63 and all above */
	uint64_t mm_key;      /* of all Vm lines: equal for processes that share one mm; 0: no mm */

	int64_t rss_stat_pages; /* stat field 24: the per-CPU counters unsummed (6.2 to 6.19) */

	pid_t mm_owner;          /* the first pid known to share this mm, its own if none does */
	bool mm_sharers_unknown; /* another process has the same mm_key, and kcmp(2) was refused */
	int32_t cgroup;          /* id in the sampler's cgroup paths, UNKNOWN */
	int32_t memcg;           /* row of its memory cgroup in the snapshot's tree, UNKNOWN */
	uint32_t age;            /* samples since its figures were read: 0 now */
	uint32_t sightings;      /* samples it was in, this one included */
	int64_t weight_pages;    /* attention.h: what makes it heavy */
	uint8_t restless;        /* attention.h: reads for which it stays due */
	char comm[TASK_COMM_SIZE]; /* raw bytes from outside */
};

/* Parses /proc/PID/stat. Any bytes may stand in the comm; it ends at the last ')'.
 * Fills pid, ppid, start_ticks, state, kthread, exiting, rss_stat_pages, comm.
 * ERR_SYNTAX leaves `task` untouched. Source: proc_pid_stat(5). */
enum err_code proc_parse_stat(struct text text, struct task *task, struct err *err);

/* Parses /proc/PID/status: uids, threads, mems_allowed, cap_sys_admin and the Vm and Rss lines, as
 * pages of `page_size` bytes. Missing lines leave UNKNOWN; VmSwap and VmPTE missing beside a VmRSS
 * are 0, as kernels that do not count them. Fields are found by name. ERR_SYNTAX when a number
 * does not fit. Source: proc_pid_status(5), fs/proc/task_mmu.c:task_mem(). */
enum err_code proc_parse_status(
	struct text text, int64_t page_size, struct task *task, struct err *err);

/* The path of the memory controller's cgroup in /proc/PID/cgroup; `v2` tells which line holds it
 * ("0::PATH", or "N:...,memory,...:PATH"). False when there is none. Borrowed from `text`;
 * " (deleted)" is left on. Source: cgroups(7). */
bool proc_parse_cgroup(struct text text, bool v2, struct text *ret_path);

/* A list of nodes or CPUs as the kernel writes it ("0-3,8"), as a mask with bit 63 for 63 and all
 * above. False on other text. */
bool proc_parse_list(struct text text, uint64_t *ret_mask);

/* A task of which nothing is known but its pid. */
struct task proc_unknown(pid_t pid);

/* Reads process `pid` below `root`: stat, status, oom_score, oom_score_adj. `page_size` in bytes.
 * The fields from mm_owner to restless are the caller's and stay as they are.
 * ERR_GONE when it vanished at any point; a shortage (err.h) of what reading takes; unreadable
 * single files leave their fields unknown. */
enum err_code proc_read(
	const struct root *root, pid_t pid, int64_t page_size, struct task *task, struct err *err);

/* Reads the command line of `pid` into `buffer`: arguments separated by single blanks, raw bytes,
 * NUL-terminated, cut at `size` between two characters. Its length; 0 for kernel threads; negative errno.
 * May block on a process stuck in reclaim (it takes the target's mmap_lock): never per refresh. */
ssize_t proc_read_cmdline(const struct root *root, pid_t pid, char *buffer, size_t size);

/* Reads /proc/PID/cgroup and gives the memory cgroup's path, NUL-terminated. Its length, or a
 * negative errno; -ENOENT when no line names the memory controller. */
ssize_t proc_read_cgroup(const struct root *root, pid_t pid, bool v2, char *buffer, size_t size);

enum proc_same { PROC_DIFFERENT, PROC_SAME, PROC_UNDECIDED };

/* Whether two living threads share one mm, by kcmp(2); undecided without the right to ask. */
enum proc_same proc_same_mm(pid_t a, pid_t b);

#endif
