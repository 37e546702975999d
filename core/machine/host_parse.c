#include "oomspect/host.h"

#include "oomspect/saturate.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
			find_field(meminfo_fields, COUNT(meminfo_fields), name);
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
			find_field(vmstat_fields, COUNT(vmstat_fields), name);
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
	const struct named_field *field = find_field(zone_fields, COUNT(zone_fields), name);
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
