#include "oomspect/oomtrace.h"

#include "oomspect/array.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RING_PAGES 4 /* a power of two; some hundred records */
#define RECORD_MAX 1024
#define FORMAT_MAX 4096

static const char *const field_names[OOMTRACE_FIELD_COUNT] = {
	[OOMTRACE_PID] = "pid",
	[OOMTRACE_COMM] = "comm",
	[OOMTRACE_TOTAL_VM] = "total_vm",
	[OOMTRACE_ANON_RSS] = "anon_rss",
	[OOMTRACE_FILE_RSS] = "file_rss",
	[OOMTRACE_SHMEM_RSS] = "shmem_rss",
	[OOMTRACE_UID] = "uid",
	[OOMTRACE_PGTABLES] = "pgtables",
	[OOMTRACE_ADJ] = "oom_score_adj",
};

/* --- the format -------------------------------------------------------------------------------- */

static bool part_number(struct text part, const char *key, uint64_t *ret)
{
	part = text_trim(part);
	return text_skip(&part, key) && text_to_u64(part, ret);
}

/* The name of "field:unsigned long total_vm", without a dimension. */
static struct text name_of(struct text part)
{
	struct text name = { part.at, 0 }, word;
	while (text_next_field(&part, &word))
		name = word;
	const char *bracket = memchr(name.at, '[', name.len);
	if (bracket)
		name.len = (size_t)(bracket - name.at);
	return name;
}

static void take_field(struct text line, struct oomtrace_format *format)
{
	struct text declared, offset, size, sign;
	uint64_t at, bytes, is_signed;
	line = text_trim(line);
	if (!text_skip(&line, "field:") || !text_split(&line, ';', &declared) ||
		!text_split(&line, ';', &offset) || !text_split(&line, ';', &size) ||
		!text_split(&line, ';', &sign) || !part_number(offset, "offset:", &at) ||
		!part_number(size, "size:", &bytes) || !part_number(sign, "signed:", &is_signed) ||
		at > RECORD_MAX || bytes > sizeof(uint64_t))
		return;
	struct text name = name_of(declared);
	for (int i = 0; i < OOMTRACE_FIELD_COUNT; i++) {
		if (!text_equals(name, field_names[i]))
			continue;
		format->fields[i].offset = (size_t)at;
		format->fields[i].size = (size_t)bytes;
		format->fields[i].is_signed = is_signed;
	}
}

bool oomtrace_parse_format(struct text text, struct oomtrace_format *ret)
{
	struct text line;
	memset(ret, 0, sizeof(*ret));
	while (text_next_line(&text, &line))
		take_field(line, ret);
	return ret->fields[OOMTRACE_PID].size == sizeof(int32_t);
}

/* --- a record ---------------------------------------------------------------------------------- */

/* The number of a field, or UNKNOWN_SIGNED where there is none. */
static int64_t number_of(const struct oomtrace_format *format, enum oomtrace_field_id id,
	const unsigned char *record, size_t size)
{
	size_t offset = format->fields[id].offset, bytes = format->fields[id].size;
	uint8_t byte;
	uint16_t half;
	uint32_t word;
	uint64_t whole;
	if (!bytes || offset + bytes > size)
		return UNKNOWN_SIGNED;
	bool is_signed = format->fields[id].is_signed;
	switch (bytes) {
	case sizeof(byte):
		memcpy(&byte, record + offset, bytes);
		return is_signed ? (int8_t)byte : byte;
	case sizeof(half):
		memcpy(&half, record + offset, bytes);
		return is_signed ? (int16_t)half : half;
	case sizeof(word):
		memcpy(&word, record + offset, bytes);
		return is_signed ? (int32_t)word : (int64_t)word;
	case sizeof(whole):
		memcpy(&whole, record + offset, bytes);
		return whole > INT64_MAX ? UNKNOWN_SIGNED : (int64_t)whole;
	default:
		return UNKNOWN_SIGNED;
	}
}

/* "__data_loc char[] comm": its place in the low half, its length in the high one. */
static void take_comm(const struct oomtrace_format *format, const unsigned char *record,
	size_t size, struct oom_victim *victim)
{
	int64_t place = number_of(format, OOMTRACE_COMM, record, size);
	if (place < 0 || format->fields[OOMTRACE_COMM].size != sizeof(uint32_t))
		return;
	size_t at = (size_t)place & 0xffff, length = (size_t)place >> 16 & 0xffff;
	if (at + length > size)
		return;
	text_copy((struct text){ (const char *)record + at,
			  strnlen((const char *)record + at, length) },
		victim->comm, sizeof(victim->comm));
}

bool oomtrace_decode(const struct oomtrace_format *format, const void *record, size_t size,
	struct oom_victim *ret)
{
	oom_victim_init(ret);
	ret->pid = number_of(format, OOMTRACE_PID, record, size);
	ret->total_vm_kb = number_of(format, OOMTRACE_TOTAL_VM, record, size);
	ret->anon_rss_kb = number_of(format, OOMTRACE_ANON_RSS, record, size);
	ret->file_rss_kb = number_of(format, OOMTRACE_FILE_RSS, record, size);
	ret->shmem_rss_kb = number_of(format, OOMTRACE_SHMEM_RSS, record, size);
	ret->uid = number_of(format, OOMTRACE_UID, record, size);
	ret->pgtables_kb = number_of(format, OOMTRACE_PGTABLES, record, size);
	ret->oom_score_adj = number_of(format, OOMTRACE_ADJ, record, size);
	take_comm(format, record, size, ret);
	return ret->pid > 0;
}

/* --- listening --------------------------------------------------------------------------------- */

void oomtrace_init(struct oomtrace *trace)
{
	*trace = (struct oomtrace){ .count = 0 };
}

void oomtrace_release(struct oomtrace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		munmap(trace->rings[i].pages, (1 + RING_PAGES) * trace->page_size);
		close(trace->rings[i].fd);
	}
	free(trace->rings);
	oomtrace_init(trace);
}

/* tracefs where it is mounted by itself, or below debugfs as before v4.1. */
static ssize_t read_file(const struct root *root, const char *name, char *buffer, size_t size)
{
	static const char *const places[] = { "sys/kernel/tracing", "sys/kernel/debug/tracing" };
	char path[128];
	ssize_t length = -ENOENT;
	for (size_t i = 0; i < 2 && length < 0; i++) {
		snprintf(path, sizeof(path), "%s/events/oom/mark_victim/%s", places[i], name);
		length = root_read(root, path, buffer, size);
	}
	return length;
}

static int listen_on(uint64_t id, int cpu)
{
	struct perf_event_attr wish = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(wish),
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
	return (int)syscall(SYS_perf_event_open, &wish, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A CPU that is off line has none. False when there is no more to be had. */
static bool open_ring(struct oomtrace *trace, uint64_t id, int cpu)
{
	if (!ARRAY_RESERVE(trace->rings, trace->capacity, trace->count + 1)) {
		errno = ENOMEM;
		return false;
	}
	int fd = listen_on(id, cpu);
	if (fd < 0)
		return errno == ENODEV;
	void *pages = mmap(NULL, (1 + RING_PAGES) * trace->page_size, PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	if (pages == MAP_FAILED) {
		int error = errno;
		close(fd);
		errno = error;
		return false;
	}
	trace->rings[trace->count++] = (struct oomtrace_ring){ fd, pages };
	return true;
}

enum err_code oomtrace_open(struct oomtrace *trace, const struct root *root, struct err *err)
{
	char text[FORMAT_MAX];
	uint64_t id;
	oomtrace_init(trace);
	ssize_t length = read_file(root, "id", text, sizeof(text));
	if (length < 0)
		return err_set_errno(
			err, (int)-length, "cannot read the tracepoint oom:mark_victim");
	bool known = text_to_u64(text_trim((struct text){ text, (size_t)length }), &id);
	length = read_file(root, "format", text, sizeof(text));
	if (!known || length < 0 ||
		!oomtrace_parse_format((struct text){ text, (size_t)length }, &trace->format))
		return err_set(err, ERR_SYNTAX, "cannot read the tracepoint oom:mark_victim");
	trace->page_size = (size_t)sysconf(_SC_PAGESIZE);
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	for (int cpu = 0; cpu < cpus; cpu++) {
		if (open_ring(trace, id, cpu))
			continue;
		int error = errno;
		oomtrace_release(trace); /* some CPUs are as good as none */
		return err_set_errno(err, error, "cannot listen to oom:mark_victim");
	}
	return ERR_OK;
}

/* --- what came --------------------------------------------------------------------------------- */

/* A record may go on at the beginning of the ring. */
static void copy_out(const struct oomtrace *trace, const struct oomtrace_ring *ring, uint64_t at,
	void *to, size_t size)
{
	const unsigned char *data = (const unsigned char *)ring->pages + trace->page_size;
	size_t whole = RING_PAGES * trace->page_size, from = (size_t)(at % whole);
	size_t first = size < whole - from ? size : whole - from;
	memcpy(to, data + from, first);
	memcpy((unsigned char *)to + first, data, size - first);
}

/* PERF_SAMPLE_TIME, then PERF_SAMPLE_RAW: its size and its bytes. */
static void take_sample(const struct oomtrace *trace, const unsigned char *sample, size_t size,
	oomtrace_sink *sink, void *arg)
{
	uint64_t time_ns;
	uint32_t raw;
	struct oom_victim victim;
	if (size < sizeof(time_ns) + sizeof(raw))
		return;
	memcpy(&time_ns, sample, sizeof(time_ns));
	memcpy(&raw, sample + sizeof(time_ns), sizeof(raw));
	if (raw <= size - sizeof(time_ns) - sizeof(raw) &&
		oomtrace_decode(
			&trace->format, sample + sizeof(time_ns) + sizeof(raw), raw, &victim))
		sink(arg, &victim, (int64_t)(time_ns / 1000));
}

static void drain_ring(
	struct oomtrace *trace, const struct oomtrace_ring *ring, oomtrace_sink *sink, void *arg)
{
	struct perf_event_mmap_page *head = ring->pages;
	unsigned char record[RECORD_MAX];
	struct perf_event_header header;
	uint64_t end = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE);
	uint64_t at = head->data_tail;
	while (at < end) {
		copy_out(trace, ring, at, &header, sizeof(header));
		if (header.size < sizeof(header))
			break;
		size_t size = header.size - sizeof(header);
		if (header.type == PERF_RECORD_SAMPLE && size <= sizeof(record)) {
			copy_out(trace, ring, at + sizeof(header), record, size);
			take_sample(trace, record, size, sink, arg);
		}
		at += header.size;
	}
	__atomic_store_n(&head->data_tail, end, __ATOMIC_RELEASE);
}

void oomtrace_drain(struct oomtrace *trace, oomtrace_sink *sink, void *arg)
{
	for (size_t i = 0; i < trace->count; i++)
		drain_ring(trace, &trace->rings[i], sink, arg);
}
