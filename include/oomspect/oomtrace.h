/* Whom the kernel kills, by its tracepoint oom:mark_victim: no rate limit and no overwritten log keep
 * a kill from it. Since v6.9 it has the victim's name and sizes, before that its pid alone.
 *
 * Read by perf_event_open(2), which takes CAP_PERFMON, and forgotten by the kernel when it is closed;
 * of tracefs two files are read and nothing is written. A process that is dying anyway is marked as
 * well, so what comes from here is not in itself a kill (unlogged.h).
 * Source: include/trace/events/oom.h; perf_event_open(2). */
#ifndef OOMSPECT_OOMTRACE_H
#define OOMSPECT_OOMTRACE_H

#include "oomspect/err.h"
#include "oomspect/event.h"
#include "oomspect/root.h"
#include "oomspect/text.h"

enum oomtrace_field_id {
	OOMTRACE_PID,
	OOMTRACE_COMM, /* where it is in the record, and how long */
	OOMTRACE_TOTAL_VM,
	OOMTRACE_ANON_RSS,
	OOMTRACE_FILE_RSS,
	OOMTRACE_SHMEM_RSS,
	OOMTRACE_UID,
	OOMTRACE_PGTABLES,
	OOMTRACE_ADJ,
	OOMTRACE_FIELD_COUNT,
};

/* Where the fields of a record are; `size` 0: it has no such field. */
struct oomtrace_format {
	struct {
		size_t offset, size;
		bool is_signed;
	} fields[OOMTRACE_FIELD_COUNT];
};

struct oomtrace_ring {
	int fd;
	void *pages; /* as perf_event_open(2) maps them */
};

struct oomtrace {
	struct oomtrace_format format;
	struct oomtrace_ring *rings; /* of each CPU */
	size_t count, capacity;
	size_t page_size;
};

/* One that was marked, at `mono_us` of CLOCK_MONOTONIC; the victim is borrowed. */
typedef void oomtrace_sink(void *arg, const struct oom_victim *victim, int64_t mono_us);

/* Reads the tracepoint's `format`. False when it has no pid. */
bool oomtrace_parse_format(struct text text, struct oomtrace_format *ret);

/* Reads one record of that format. False when it is cut. */
bool oomtrace_decode(const struct oomtrace_format *format, const void *record, size_t size,
	struct oom_victim *ret);

/* An empty one, safe to release and to drain. */
void oomtrace_init(struct oomtrace *trace);

/* Begins to listen on all CPUs. Without tracefs, the tracepoint or the right to it nothing is open,
 * and `err` says why. */
enum err_code oomtrace_open(struct oomtrace *trace, const struct root *root, struct err *err);
void oomtrace_release(struct oomtrace *trace);

/* All that were marked since the last call. */
void oomtrace_drain(struct oomtrace *trace, oomtrace_sink *sink, void *arg);

#endif
