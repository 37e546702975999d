/* The machine: meminfo, PSI, zones, counters, and the vm.* settings that decide an OOM. */
#ifndef OOMSPECT_HOST_H
#define OOMSPECT_HOST_H

#include "oomspect/amount.h"
#include "oomspect/era.h"
#include "oomspect/root.h"
#include "oomspect/text.h"

#include <stdbool.h>
#include <stdint.h>

/* /proc/meminfo in kB, UNKNOWN where a line is missing. */
struct host_meminfo {
	int64_t mem_total, mem_free, mem_available;
	int64_t buffers, cached, swap_cached;
	int64_t active_file, inactive_file;
	int64_t anon, shmem, slab, slab_reclaimable, page_tables, kernel_stack;
	int64_t mlocked, unevictable;
	int64_t low_total, low_free, high_total, high_free; /* 32-bit kernels with HighMem */
	int64_t swap_total, swap_free, zswap, zswapped;
	int64_t commit_limit, committed;
	int64_t hugetlb;
};

/* One line of a PSI file: averages in hundredths of a percent, total in microseconds. */
struct host_psi_line {
	int64_t avg10, avg60, avg300, total_us; /* UNKNOWN */
};

struct host_psi {
	struct host_psi_line some, full;
};

/* /proc/vmstat, since boot, UNKNOWN where missing. */
struct host_vmstat {
	int64_t oom_kill, pswpin, pswpout, allocstall, pgscan, pgsteal;
};

/* vm.*: settings are small integers; UNKNOWN_SIGNED where a file is missing. */
struct host_settings {
	int64_t overcommit_memory, overcommit_ratio, panic_on_oom, oom_kill_allocating_task;
	int64_t oom_dump_tasks, swappiness, min_free_kbytes;
};

#define HOST_NODE_BITS      64
#define HOST_ZONES_MAX      64
#define HOST_ZONE_NAME_SIZE 16

/* One populated zone of /proc/zoneinfo, in pages. */
struct host_zone {
	int node;
	char name[HOST_ZONE_NAME_SIZE];
	int64_t free, min, low, high, spanned, present, managed;
};

struct host {
	char kernel[128]; /* release, as uname -r */
	char hostname[65];
	int64_t page_size;   /* bytes */
	int64_t clock_ticks; /* USER_HZ */
	int64_t cpus;        /* online */
	int64_t total_pages; /* totalram_pages + total_swap_pages: totalpages of a host OOM;
	                        UNKNOWN like ram_pages */
	int64_t ram_pages, swap_total_pages,
		swap_free_pages; /* the first and last may be UNKNOWN */
	bool init_pid_ns;        /* pid 1 seen here is the global init */
	bool init_pid_ns_known;
	int64_t boot_ms;    /* milliseconds since boot at this sample */
	double time_unix;   /* wall clock at this sample; 0: not known */
	uint64_t node_mask; /* NUMA nodes with memory, bit 63: 63 and above; 1 where not said */
	struct era era;
	struct host_meminfo meminfo;
	struct host_psi psi_memory, psi_io;
	struct host_vmstat vmstat;
	struct host_settings vm;
	int64_t node_present[HOST_NODE_BITS];       /* pages of memory by bit of node_mask */
	struct host_zone zones[HOST_ZONES_MAX + 1]; /* the first ones; one more for the reader */
	unsigned zone_count;
};

/* The parsers: unknown lines are skipped, a missing one leaves UNKNOWN, a malformed number too.
 * Sources: proc_meminfo(5), Documentation/accounting/psi.rst, proc_vmstat(5), proc_zoneinfo(5). */
void host_parse_meminfo(struct text text, struct host_meminfo *ret);
void host_parse_psi(struct text text, struct host_psi *ret);
void host_parse_vmstat(struct text text, struct host_vmstat *ret);

/* /proc/zoneinfo grows with the CPUs, so it is fed line by line: fills zones (those with memory)
 * and node_mask. */
void host_zoneinfo_begin(struct host *host);
void host_zoneinfo_line(struct host *host, struct text line);
void host_zoneinfo_end(struct host *host);

/* What does not change while the program runs: release, page size, era (probed). */
enum err_code host_identify(const struct root *root, struct host *host, struct err *err);

/* What changes: everything else. Needs host_identify once before. A file that cannot be read
 * leaves its fields unknown; only a machine without a readable meminfo is an error. */
enum err_code host_read(const struct root *root, struct host *host, struct err *err);

/* Pages of the domain of an OOM bound to `nodes` (cpuset, mempolicy): present pages of those
 * nodes plus all swap. UNKNOWN when zoneinfo was not readable. Source: mm/oom_kill.c:
 * constrained_alloc(). */
int64_t host_node_totalpages(const struct host *host, uint64_t nodes);

#endif
