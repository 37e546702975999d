#include "oomspect/host.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A named number and where it goes. */
struct named_field {
	const char *name;
	size_t offset;
};

#define MEMINFO(name, field) { name, offsetof(struct host_meminfo, field) }
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

#define VMSTAT(name, field) { name, offsetof(struct host_vmstat, field) }
static const struct named_field vmstat_fields[] = {
	VMSTAT("oom_kill", oom_kill),
	VMSTAT("pswpin", pswpin),
	VMSTAT("pswpout", pswpout),
	VMSTAT("allocstall", allocstall), /* one counter up to 4.9, one a zone since */
	VMSTAT("allocstall_normal", allocstall),
	VMSTAT("allocstall_movable", allocstall),
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

static bool next_count(struct text *rest, int64_t *ret)
{
	struct text field;
	uint64_t value;
	if (!text_next_field(rest, &field) || !text_to_u64(field, &value) || value > INT64_MAX)
		return false;
	*ret = (int64_t)value;
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
			find_field(meminfo_fields, COUNT(meminfo_fields), name);
		if (field)
			next_count(&line, (int64_t *)(void *)((char *)ret + field->offset));
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
			find_field(vmstat_fields, COUNT(vmstat_fields), name);
		if (!field || !next_count(&line, &count))
			continue;
		/* Several lines may add up to one counter. */
		int64_t *sum = (int64_t *)(void *)((char *)ret + field->offset);
		*sum = *sum == UNKNOWN ? count : *sum + count;
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
		else if (text_skip(&field, "total=") && text_to_u64(field, &total) && total <= INT64_MAX)
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

#define ZONE(name, field) { name, offsetof(struct host_zone, field) }
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
		next_count(&line, &zone->free);
		return;
	}
	if (!text_next_field(&line, &name))
		return;
	const struct named_field *field = find_field(zone_fields, COUNT(zone_fields), name);
	int64_t *count = field ? (int64_t *)(void *)((char *)zone + field->offset) : NULL;
	/* The first of a name is the zone's; per-CPU lists below repeat "high". */
	if (count && *count == UNKNOWN)
		next_count(&line, count);
}

static uint64_t node_bit(int node)
{
	return 1ull << (node < 63 ? node : 63);
}

void host_zoneinfo_begin(struct host *host)
{
	host->zone_count = 0;
	host->zones[0].present = UNKNOWN;
	host->node_mask = 0;
}

/* zones[zone_count] is the zone being read; it is kept once its "present" is above 0. */
void host_zoneinfo_line(struct host *host, struct text line)
{
	struct host_zone head;
	if (host->zone_count == HOST_ZONES_MAX)
		return;
	struct host_zone *zone = &host->zones[host->zone_count];
	if (!parse_zone_head(line, &head)) {
		parse_zone_line(line, zone);
		return;
	}
	host_zoneinfo_end(host);
	if (host->zone_count < HOST_ZONES_MAX)
		host->zones[host->zone_count] = head;
}

void host_zoneinfo_end(struct host *host)
{
	if (host->zone_count == HOST_ZONES_MAX || host->zones[host->zone_count].present <= 0)
		return;
	host->node_mask |= node_bit(host->zones[host->zone_count].node);
	host->zone_count++;
	if (host->zone_count < HOST_ZONES_MAX)
		host->zones[host->zone_count].present = UNKNOWN;
}

int64_t host_node_totalpages(const struct host *host, uint64_t nodes)
{
	int64_t pages = host->swap_total_pages;
	if (!host->zone_count)
		return UNKNOWN;
	for (unsigned i = 0; i < host->zone_count; i++)
		if (nodes & node_bit(host->zones[i].node))
			pages += host->zones[i].present;
	return pages;
}
