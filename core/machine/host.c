#include "oomspect/host.h"

#include "oomspect/array.h"
#include "oomspect/clock.h"
#include "oomspect/saturate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/auxvec.h>

#define HOST_FILE_SIZE 32768 /* meminfo, vmstat: ten times what the largest kernels print */

#define BOOT_TIME_MAX (UINT64_C(1) << 40) /* seconds: the year 36812 */

/* The first pid namespace has this fixed inode (include/linux/proc_ns.h: PROC_PID_INIT_INO). */
#define INIT_PID_NS "pid:[4026531836]"

/* --- what the files say ----------------------------------------------------------------------- */

/* A named number and where it goes. */
struct named_field {
	const char *name;
	size_t offset;
};

#define MEMINFO(name, field) \
	{ \
		name, offsetof(struct host_meminfo, field) \
	}
static const struct named_field meminfo_fields[] = {
	MEMINFO("MemTotal", mem_total),
	MEMINFO("MemFree", mem_free),
	MEMINFO("MemAvailable", mem_available),
	MEMINFO("Buffers", buffers),
	MEMINFO("Cached", cached),
	MEMINFO("SwapCached", swap_cached),
	MEMINFO("Active(file)", active_file),
	MEMINFO("Inactive(file)", inactive_file),
	MEMINFO("Unevictable", unevictable),
	MEMINFO("Mlocked", mlocked),
	MEMINFO("HighTotal", high_total),
	MEMINFO("HighFree", high_free),
	MEMINFO("LowTotal", low_total),
	MEMINFO("LowFree", low_free),
	MEMINFO("SwapTotal", swap_total),
	MEMINFO("SwapFree", swap_free),
	MEMINFO("Zswap", zswap),
	MEMINFO("Zswapped", zswapped),
	MEMINFO("AnonPages", anon),
	MEMINFO("Shmem", shmem),
	MEMINFO("Slab", slab),
	MEMINFO("SReclaimable", slab_reclaimable),
	MEMINFO("KernelStack", kernel_stack),
	MEMINFO("PageTables", page_tables),
	MEMINFO("CommitLimit", commit_limit),
	MEMINFO("Committed_AS", committed),
	MEMINFO("Hugetlb", hugetlb),
};

#define VMSTAT(name, field) \
	{ \
		name, offsetof(struct host_vmstat, field) \
	}
static const struct named_field vmstat_fields[] = {
	VMSTAT("oom_kill", oom_kill),
	VMSTAT("pswpin", pswpin),
	VMSTAT("pswpout", pswpout),
	VMSTAT("allocstall", allocstall), /* one counter up to 4.9, one a zone since */
	VMSTAT("allocstall_dma", allocstall),
	VMSTAT("allocstall_dma32", allocstall),
	VMSTAT("allocstall_normal", allocstall),
	VMSTAT("allocstall_high", allocstall),
	VMSTAT("allocstall_movable", allocstall),
	VMSTAT("allocstall_device", allocstall),
	VMSTAT("pgscan_direct", pgscan),
	VMSTAT("pgscan_kswapd", pgscan),
	VMSTAT("pgsteal_direct", pgsteal),
	VMSTAT("pgsteal_kswapd", pgsteal),
};

static const struct named_field *find_field(
	const struct named_field *fields, size_t count, struct text name)
{
	for (size_t i = 0; i < count; i++)
		if (text_equals(name, fields[i].name))
			return &fields[i];
	return NULL;
}

static void set_all_unknown(void *fields, size_t size)
{
	int64_t *field = fields;
	for (size_t i = 0; i < size / sizeof(*field); i++)
		field[i] = UNKNOWN;
}

/* The next number, at most `most`. */
static bool next_count(struct text *rest, int64_t most, int64_t *ret)
{
	struct text field;
	uint64_t value;
	if (!text_next_field(rest, &field) || !text_to_u64(field, &value) || value > INT64_MAX)
		return false;
	*ret = (int64_t)value < most ? (int64_t)value : most;
	return true;
}

void host_parse_meminfo(struct text text, struct host_meminfo *ret)
{
	struct text line, name;
	set_all_unknown(ret, sizeof(*ret));
	while (text_next_line(&text, &line)) {
		if (!text_split(&line, ':', &name))
			continue;
		const struct named_field *field =
			find_field(meminfo_fields, ARRAY_SIZE(meminfo_fields), name);
		if (field)
			next_count(&line, AMOUNT_KB_MAX,
				(int64_t *)(void *)((char *)ret + field->offset));
	}
}

void host_parse_vmstat(struct text text, struct host_vmstat *ret)
{
	struct text line, name;
	int64_t count;
	set_all_unknown(ret, sizeof(*ret));
	while (text_next_line(&text, &line)) {
		if (!text_next_field(&line, &name))
			continue;
		const struct named_field *field =
			find_field(vmstat_fields, ARRAY_SIZE(vmstat_fields), name);
		if (!field || !next_count(&line, INT64_MAX, &count))
			continue;
		/* Several lines may add up to one counter. */
		int64_t *sum = (int64_t *)(void *)((char *)ret + field->offset);
		*sum = *sum == UNKNOWN ? count : saturate_add(*sum, count);
	}
}

/* "12.31" as 1231; UNKNOWN on anything else. */
static int64_t hundredths(struct text text)
{
	struct text whole;
	uint64_t high, low;
	if (!text_split(&text, '.', &whole) || text.len != 2 || !text_to_u64(whole, &high) ||
		!text_to_u64(text, &low) || high > INT32_MAX)
		return UNKNOWN;
	return (int64_t)(high * 100 + low);
}

static void parse_psi_line(struct text line, struct host_psi_line *ret)
{
	struct text field;
	uint64_t total;
	while (text_next_field(&line, &field)) {
		if (text_skip(&field, "avg10="))
			ret->avg10 = hundredths(field);
		else if (text_skip(&field, "avg60="))
			ret->avg60 = hundredths(field);
		else if (text_skip(&field, "avg300="))
			ret->avg300 = hundredths(field);
		else if (text_skip(&field, "total=") && text_to_u64(field, &total) &&
			 total <= INT64_MAX)
			ret->total_us = (int64_t)total;
	}
}

void host_parse_psi(struct text text, struct host_psi *ret)
{
	struct text line;
	set_all_unknown(ret, sizeof(*ret));
	while (text_next_line(&text, &line)) {
		if (text_skip(&line, "some "))
			parse_psi_line(line, &ret->some);
		else if (text_skip(&line, "full "))
			parse_psi_line(line, &ret->full);
	}
}

/* "Node 0, zone   Normal" */
static bool parse_zone_head(struct text line, struct host_zone *zone)
{
	struct text node, name;
	uint64_t number;
	if (!text_skip(&line, "Node ") || !text_split(&line, ',', &node) ||
		!text_to_u64(node, &number) || number > INT32_MAX)
		return false;
	line = text_trim(line);
	if (!text_skip(&line, "zone"))
		return false;
	name = text_trim(line);
	set_all_unknown(&zone->free, sizeof(*zone) - offsetof(struct host_zone, free));
	zone->node = (int)number;
	text_copy(name, zone->name, sizeof(zone->name));
	return true;
}

#define ZONE(name, field) \
	{ \
		name, offsetof(struct host_zone, field) \
	}
static const struct named_field zone_fields[] = {
	ZONE("min", min),
	ZONE("low", low),
	ZONE("high", high),
	ZONE("spanned", spanned),
	ZONE("present", present),
	ZONE("managed", managed),
};

static void parse_zone_line(struct text line, struct host_zone *zone)
{
	struct text name;
	line = text_trim(line);
	if (text_skip(&line, "pages free")) {
		next_count(&line, AMOUNT_PAGES_MAX, &zone->free);
		return;
	}
	if (!text_next_field(&line, &name))
		return;
	const struct named_field *field = find_field(zone_fields, ARRAY_SIZE(zone_fields), name);
	int64_t *count = field ? (int64_t *)(void *)((char *)zone + field->offset) : NULL;
	/* The first of a name is the zone's; per-CPU lists below repeat "high". */
	if (count && *count == UNKNOWN)
		next_count(&line, AMOUNT_PAGES_MAX, count);
}

static unsigned node_bit(int node)
{
	return node < HOST_NODE_BITS - 1 ? (unsigned)node : HOST_NODE_BITS - 1;
}

/* zones[zone_count] is the zone being read, of node UNKNOWN between two; one without memory is not
 * kept, nor one beyond the table, of which only the memory counts. */
static void start_zone(struct host *host)
{
	host->zones[host->zone_count] = (struct host_zone){ .node = UNKNOWN };
}

void host_zoneinfo_begin(struct host *host)
{
	host->zone_count = 0;
	host->node_mask = 0;
	memset(host->node_present, 0, sizeof(host->node_present));
	start_zone(host);
}

void host_zoneinfo_line(struct host *host, struct text line)
{
	struct host_zone head;
	struct host_zone *zone = &host->zones[host->zone_count];
	if (!text_starts(line, "Node ")) {
		if (zone->node != UNKNOWN)
			parse_zone_line(line, zone);
		return;
	}
	host_zoneinfo_end(host);
	if (parse_zone_head(line, &head))
		host->zones[host->zone_count] = head;
}

/* Of many nodes it is no more than of one. */
static int64_t sum_of_pages(int64_t a, int64_t b)
{
	return a + b < AMOUNT_PAGES_MAX ? a + b : AMOUNT_PAGES_MAX;
}

void host_zoneinfo_end(struct host *host)
{
	const struct host_zone *zone = &host->zones[host->zone_count];
	if (zone->node != UNKNOWN && zone->present > 0) {
		host->node_mask |= 1ull << node_bit(zone->node);
		int64_t *present = &host->node_present[node_bit(zone->node)];
		*present = sum_of_pages(*present, zone->present);
		host->zone_count += host->zone_count < HOST_ZONES_MAX;
	}
	start_zone(host);
}

int64_t host_node_totalpages(const struct host *host, uint64_t nodes)
{
	int64_t pages = host->swap_total_pages;
	if (!host->zone_count)
		return UNKNOWN;
	for (unsigned bit = 0; bit < HOST_NODE_BITS; bit++)
		if (nodes >> bit & 1)
			pages = sum_of_pages(pages, host->node_present[bit]);
	return pages;
}

/* --- reading them ----------------------------------------------------------------------------- */

/* False for a file that does not fit: its last number may be cut, and counters that are added up
 * may be missing. */
static bool read_text(
	const struct root *root, const char *path, char *buffer, size_t size, struct text *ret)
{
	ssize_t length = root_read(root, path, buffer, size);
	*ret = (struct text){ buffer, length > 0 ? (size_t)length : 0 };
	return length > 0;
}

static int64_t read_setting(const struct root *root, const char *path)
{
	char buffer[64];
	struct text text;
	int64_t value;
	if (!read_text(root, path, buffer, sizeof(buffer), &text) ||
		!text_to_i64(text_trim(text), &value))
		return UNKNOWN_SIGNED;
	return value;
}

/* The page size and clock of the kernel that made proc/self/auxv: a vector of pairs of its own
 * word size, so that a machine captured elsewhere is read right. */
static uint64_t word_at(const char *at, size_t word)
{
	uint32_t narrow;
	uint64_t wide;
	memcpy(&narrow, at, sizeof(narrow));
	if (word == sizeof(narrow))
		return narrow;
	memcpy(&wide, at, sizeof(wide));
	return wide;
}

static uint64_t auxv_value(struct text auxv, size_t word, uint64_t type)
{
	for (size_t at = 0; at + 2 * word <= auxv.len; at += 2 * word)
		if (word_at(auxv.at + at, word) == type)
			return word_at(auxv.at + at + word, word);
	return 0;
}

static bool is_page_size(uint64_t size)
{
	return size >= 4096 && size <= 1u << 20 && (size & (size - 1)) == 0;
}

static void read_auxv(const struct root *root, struct host *host)
{
	static const size_t words[] = { 8, 4 };
	char buffer[4096];
	struct text auxv;
	host->page_size = sysconf(_SC_PAGESIZE);
	host->clock_ticks = sysconf(_SC_CLK_TCK);
	if (!read_text(root, "proc/self/auxv", buffer, sizeof(buffer), &auxv))
		return;
	for (size_t i = 0; i < 2; i++) {
		uint64_t page_size = auxv_value(auxv, words[i], AT_PAGESZ);
		uint64_t ticks = auxv_value(auxv, words[i], AT_CLKTCK);
		if (is_page_size(page_size) && ticks >= 1 && ticks <= 100000) {
			host->page_size = (int64_t)page_size;
			host->clock_ticks = (int64_t)ticks;
			return;
		}
	}
}

static void read_line(const struct root *root, const char *path, char *ret, size_t size)
{
	char buffer[512];
	struct text text;
	read_text(root, path, buffer, sizeof(buffer), &text);
	text_copy(text_trim(text), ret, size);
}

static bool count_cpu_line(void *context, struct text line)
{
	int64_t *cpus = context;
	if (!text_skip(&line, "cpu"))
		return false;
	*cpus += line.len && line.at[0] != ' ';
	return true;
}

/* The probe: what our own oom_score says of the arithmetic in force. */
static void probe_era(const struct root *root, struct host *host)
{
	int64_t adj = read_setting(root, "proc/self/oom_score_adj");
	int64_t score = read_setting(root, "proc/self/oom_score");
	if (adj > -1000 && adj <= 1000 && score >= 0)
		era_correct_arithmetic(&host->era, (int)adj, score, 0);
}

enum err_code host_identify(const struct root *root, struct host *host, struct err *err)
{
	char ns[64];
	memset(host, 0, sizeof(*host));
	read_line(root, "proc/sys/kernel/osrelease", host->kernel, sizeof(host->kernel));
	read_line(root, "proc/sys/kernel/hostname", host->hostname, sizeof(host->hostname));
	read_auxv(root, host);
	host->era = era_of_release(host->kernel);
	probe_era(root, host);
	root_each_line(root, "proc/stat", ROOT_CPUS_MAX, count_cpu_line, &host->cpus);
	host->init_pid_ns_known = root_readlink_proc(root, "self/ns/pid", ns, sizeof(ns)) > 0;
	host->init_pid_ns = !host->init_pid_ns_known || strcmp(ns, INIT_PID_NS) == 0;
	return host_read(root, host, err);
}

static const struct {
	const char *path;
	size_t offset;
} settings[] = {
	{ "proc/sys/vm/overcommit_memory", offsetof(struct host_settings, overcommit_memory) },
	{ "proc/sys/vm/overcommit_ratio", offsetof(struct host_settings, overcommit_ratio) },
	{ "proc/sys/vm/panic_on_oom", offsetof(struct host_settings, panic_on_oom) },
	{ "proc/sys/vm/oom_kill_allocating_task",
		offsetof(struct host_settings, oom_kill_allocating_task) },
	{ "proc/sys/vm/oom_dump_tasks", offsetof(struct host_settings, oom_dump_tasks) },
	{ "proc/sys/vm/swappiness", offsetof(struct host_settings, swappiness) },
	{ "proc/sys/vm/min_free_kbytes", offsetof(struct host_settings, min_free_kbytes) },
};

static void read_settings(const struct root *root, struct host_settings *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		*(int64_t *)(void *)((char *)ret + settings[i].offset) =
			read_setting(root, settings[i].path);
}

/* Seconds with a fraction, as in "12345.67 ...", in milliseconds. */
static int64_t milliseconds(struct text text)
{
	struct text field, whole;
	uint64_t seconds, hundredths;
	if (!text_next_field(&text, &field) || !text_split(&field, '.', &whole) ||
		!text_to_u64(whole, &seconds) || !text_to_u64(field, &hundredths) ||
		seconds > UINT32_MAX || field.len != 2)
		return UNKNOWN;
	return (int64_t)(seconds * 1000 + hundredths * 10);
}

static bool take_boot_time(void *context, struct text line)
{
	uint64_t *btime = context;
	uint64_t seconds;
	if (!text_skip(&line, "btime ") || !text_to_u64(text_trim(line), &seconds))
		return true;
	*btime = seconds <= BOOT_TIME_MAX ? seconds : 0;
	return false;
}

/* By the clock that processes' start times and the kernel's log go by: lxcfs overlays /proc/uptime
 * with the age of the container. */
static void ask_clocks(struct host *host)
{
	host->boot_ms = clock_ms(CLOCK_BOOTTIME);
	host->time_unix = (double)clock_us(CLOCK_REALTIME) / 1e6;
}

static void read_clocks(const struct root *root, struct host *host)
{
	char buffer[128];
	struct text text;
	if (root->live) {
		ask_clocks(host);
		return;
	}
	read_text(root, "proc/uptime", buffer, sizeof(buffer), &text);
	host->boot_ms = milliseconds(text);
	uint64_t btime = 0;
	root_each_line(root, "proc/stat", ROOT_CPUS_MAX, take_boot_time, &btime);
	host->time_unix = btime ? (double)btime + (double)host->boot_ms / 1000 : 0;
}

static int64_t pages_of_kb(int64_t kb, int64_t page_kb)
{
	return kb == UNKNOWN ? UNKNOWN : kb / page_kb;
}

static int64_t pages_of_units(uint64_t units, uint64_t unit, const struct host *host)
{
	return (int64_t)(units * unit / (uint64_t)host->page_size);
}

static void forget_above(int64_t *part, int64_t whole)
{
	if (whole != UNKNOWN && *part > whole)
		*part = UNKNOWN;
}

/* lxcfs says 0 where a container has no limit that it can find, and counts the free swap of the host
 * beside the total of the container: no machine is so. */
static void forget_impossible(struct host_meminfo *meminfo)
{
	if (meminfo->mem_total == 0)
		meminfo->mem_total = UNKNOWN;
	forget_above(&meminfo->mem_free, meminfo->mem_total);
	forget_above(&meminfo->mem_available, meminfo->mem_total);
	forget_above(&meminfo->swap_free, meminfo->swap_total);
}

/* The kernel's own numbers where they can be had: lxcfs overlays /proc/meminfo with the limit of
 * the container, sysinfo(2) cannot be faked that way. */
static void count_pages(const struct root *root, struct host *host)
{
	const struct host_meminfo *meminfo = &host->meminfo;
	int64_t page_kb = host->page_size / 1024;
	struct sysinfo info;
	host->ram_pages = pages_of_kb(meminfo->mem_total, page_kb);
	host->swap_total_pages = meminfo->swap_total == UNKNOWN ? 0 : meminfo->swap_total / page_kb;
	host->swap_free_pages = pages_of_kb(meminfo->swap_free, page_kb);
	if (root->live && sysinfo(&info) == 0) {
		host->ram_pages = pages_of_units(info.totalram, info.mem_unit, host);
		host->swap_total_pages = pages_of_units(info.totalswap, info.mem_unit, host);
		host->swap_free_pages = pages_of_units(info.freeswap, info.mem_unit, host);
	}
	host->total_pages =
		host->ram_pages == UNKNOWN ? UNKNOWN : host->ram_pages + host->swap_total_pages;
}

static bool take_zone_line(void *context, struct text line)
{
	host_zoneinfo_line(context, line);
	return true;
}

enum err_code host_read(const struct root *root, struct host *host, struct err *err)
{
	char buffer[HOST_FILE_SIZE];
	struct text text;
	ssize_t length = root_read(root, "proc/meminfo", buffer, sizeof(buffer));
	if (length < 0)
		return err_set_errno(err, (int)-length, "cannot read proc/meminfo");
	host_parse_meminfo((struct text){ buffer, (size_t)length }, &host->meminfo);
	if (host->meminfo.mem_total == UNKNOWN)
		return err_set(err, ERR_SYNTAX, "cannot read proc/meminfo: no MemTotal in it");
	forget_impossible(&host->meminfo);
	count_pages(root, host);
	read_text(root, "proc/vmstat", buffer, sizeof(buffer), &text);
	host_parse_vmstat(text, &host->vmstat);
	read_text(root, "proc/pressure/memory", buffer, sizeof(buffer), &text);
	host_parse_psi(text, &host->psi_memory);
	read_text(root, "proc/pressure/io", buffer, sizeof(buffer), &text);
	host_parse_psi(text, &host->psi_io);
	host_zoneinfo_begin(host);
	root_each_line(root, "proc/zoneinfo", ROOT_CPUS_MAX, take_zone_line, host);
	host_zoneinfo_end(host);
	if (!host->node_mask)
		host->node_mask = 1;
	read_settings(root, &host->vm);
	read_clocks(root, host);
	return ERR_OK;
}
