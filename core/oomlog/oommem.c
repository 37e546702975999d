#include "oomspect/oommem.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <string.h>

/* An unlimited counter is near LONG_MAX pages in kB, in each of its spellings. */
#define NEAR_UNLIMITED_KB (INT64_C(1) << 51)

static int64_t limit_or_unlimited(int64_t kb)
{
	return kb >= NEAR_UNLIMITED_KB ? OOM_UNLIMITED : kb;
}

bool oommem_usage(struct text text, struct oom_event *event)
{
	struct oom_memcg_stat *memcg = &event->memcg;
	int64_t *usage, *limit, usage_kb = UNKNOWN_SIGNED, limit_kb = UNKNOWN_SIGNED;
	if (text_starts(text, "memory: usage ")) {
		usage = &memcg->usage_kb;
		limit = &memcg->limit_kb;
	} else if (text_starts(text, "memory+swap: usage ")) {
		usage = &memcg->memsw_usage_kb;
		limit = &memcg->memsw_limit_kb;
	} else if (text_starts(text, "swap: usage ")) {
		usage = &memcg->swap_usage_kb;
		limit = &memcg->swap_limit_kb;
	} else if (text_starts(text, "kmem: usage ")) {
		usage = &memcg->kmem_usage_kb;
		limit = &memcg->kmem_limit_kb;
	} else {
		return false;
	}
	if (scan_kb(text, "usage ", &usage_kb))
		*usage = usage_kb;
	if (scan_kb(text, "limit ", &limit_kb))
		*limit = limit_or_unlimited(limit_kb);
	return true;
}

/* memory.stat: of v2 as it is, of v1 the group's own values first, then those of all below it
 * ("total_*"), which count if they are there. */
static bool stat_v53(struct text text, struct oom_memcg_stat *memcg)
{
	const struct {
		const char *key;
		int64_t *kb;
		bool v1, total;
	} rows[] = {
		{ "anon", &memcg->anon_kb, false, true },
		{ "file", &memcg->file_kb, false, true },
		{ "rss", &memcg->anon_kb, true, false },
		{ "cache", &memcg->file_kb, true, false },
		{ "total_rss", &memcg->anon_kb, true, true },
		{ "total_cache", &memcg->file_kb, true, true },
		{ "total_shmem", &memcg->shmem_kb, true, true },
		{ "total_unevictable", &memcg->unevictable_kb, true, true },
		{ "shmem", &memcg->shmem_kb, false, false },
		{ "slab", &memcg->slab_kb, false, false },
		{ "kernel", &memcg->kernel_kb, false, false },
		{ "pagetables", &memcg->pagetables_kb, false, false },
		{ "sock", &memcg->sock_kb, false, false },
		{ "unevictable", &memcg->unevictable_kb, false, false },
	};
	struct text key, value;
	uint64_t bytes;
	if (!text_next_field(&text, &key) || !text_next_field(&text, &value) ||
		!text_to_u64(value, &bytes) || text_next_field(&text, &value))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool over = rows[i].v1 && rows[i].total;
		if (!text_equals(key, rows[i].key) || (*rows[i].kb != UNKNOWN_SIGNED && !over))
			continue;
		*rows[i].kb = (int64_t)(bytes / 1024);
		memcg->hierarchical |= rows[i].total;
	}
	return true;
}

static void add_kb(int64_t *sum, struct text text, const char *key)
{
	int64_t kb;
	if (scan_kb(text, key, &kb) && kb >= 0 && kb < NEAR_UNLIMITED_KB)
		*sum = *sum == UNKNOWN_SIGNED ? kb : *sum + kb;
}

/* Up to v5.2 a row for each descendant, with its own pages only: they are added up. */
static void stat_before(struct text text, struct oom_memcg_stat *memcg)
{
	add_kb(&memcg->file_kb, text, "cache:");
	add_kb(&memcg->anon_kb, text, "rss:");
	add_kb(&memcg->shmem_kb, text, "shmem:");
	add_kb(&memcg->unevictable_kb, text, "unevictable:");
}

bool oommem_memcg_stat(struct text text, struct oom_event *event)
{
	struct text line;
	bool any = false;
	if (scan_word(text, "cache:") && scan_word(text, "rss:")) {
		stat_before(text, &event->memcg);
		return true;
	}
	while (text_next_line(&text, &line))
		any |= stat_v53(line, &event->memcg);
	return any;
}

static void set_pages(int64_t *pages, struct text text, const char *key)
{
	if (*pages == UNKNOWN_SIGNED)
		scan_key(text, key, pages);
}

static int64_t sum_of(int64_t a, int64_t b)
{
	return a == UNKNOWN_SIGNED || b == UNKNOWN_SIGNED ? UNKNOWN_SIGNED : a + b;
}

/* "active_anon:1 inactive_anon:2 ...", in pages; "Active:1 inactive:2 slab:3" up to 2.6.27. */
static void take_counts(struct text text, struct oom_meminfo *mem)
{
	set_pages(&mem->active_anon_pages, text, "active_anon:");
	set_pages(&mem->active_anon_pages, text, "Active_anon:");
	set_pages(&mem->inactive_anon_pages, text, "inactive_anon:");
	set_pages(&mem->active_file_pages, text, "active_file:");
	set_pages(&mem->inactive_file_pages, text, "inactive_file:");
	set_pages(&mem->unevictable_pages, text, "unevictable:");
	set_pages(&mem->dirty_pages, text, "dirty:");
	set_pages(&mem->writeback_pages, text, "writeback:");
	set_pages(&mem->slab_reclaimable_pages, text, "slab_reclaimable:");
	set_pages(&mem->slab_unreclaimable_pages, text, "slab_unreclaimable:");
	set_pages(&mem->slab_unreclaimable_pages, text, "slab:");
	set_pages(&mem->mapped_pages, text, "mapped:");
	set_pages(&mem->shmem_pages, text, "shmem:");
	set_pages(&mem->pagetables_pages, text, "pagetables:");
	set_pages(&mem->free_pages, text, "free:");
	mem->anon_pages = sum_of(mem->active_anon_pages, mem->inactive_anon_pages);
	mem->file_pages = sum_of(mem->active_file_pages, mem->inactive_file_pages);
}

static struct oom_zone *find_zone(struct oom_meminfo *mem, int64_t node, struct text name)
{
	for (size_t i = 0; i < mem->zone_count; i++) {
		if (mem->zones[i].node == node && text_equals(name, mem->zones[i].name))
			return &mem->zones[i];
	}
	if (mem->zone_count == OOM_ZONES_MAX || name.len >= sizeof(mem->zones[0].name))
		return NULL;
	struct oom_zone *zone = &mem->zones[mem->zone_count++];
	*zone = (struct oom_zone){ .node = node,
		.free_kb = UNKNOWN_SIGNED,
		.min_kb = UNKNOWN_SIGNED,
		.high_kb = UNKNOWN_SIGNED,
		.present_kb = UNKNOWN_SIGNED,
		.managed_kb = UNKNOWN_SIGNED,
		.largest_free_kb = UNKNOWN_SIGNED };
	text_copy(name, zone->name, sizeof(zone->name));
	return zone;
}

/* "1*4kB (U) 0*8kB ... = 15908kB": the largest order that has a block. */
static void take_buddy(struct text text, struct oom_meminfo *mem, struct oom_zone *zone)
{
	struct text field;
	while (text_next_field(&text, &field) && !text_equals(field, "=")) {
		int64_t count, kb;
		if (!scan_number(&field, &count) || !text_skip(&field, "*") ||
			!scan_number(&field, &kb) || !text_starts(field, "kB"))
			continue;
		if (mem->page_kb == UNKNOWN_SIGNED)
			mem->page_kb = kb;
		if (count || zone->largest_free_kb == UNKNOWN_SIGNED)
			zone->largest_free_kb = count ? kb : 0;
	}
}

static bool is_zone_name(struct text name)
{
	static const char *const names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable",
		"Device" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (text_equals(name, names[i]))
			return true;
	}
	return false;
}

/* "[Node N ]ZONE free:.. min:.." and "[Node N ]ZONE: 1*4kB ..". */
static bool take_zone(struct text text, struct oom_meminfo *mem)
{
	int64_t node = UNKNOWN_SIGNED;
	struct text name, next;
	if (text_skip(&text, "Node ") && !scan_number(&text, &node))
		return false;
	if (!text_next_field(&text, &name))
		return false;
	bool buddy = name.at[name.len - 1] == ':';
	name.len -= buddy;
	if (!is_zone_name(name))
		return false;
	next = text;
	scan_blanks(&next);
	if (!buddy && !text_starts(next, "free:"))
		return true; /* "Node 0 DMA per-cpu:" */
	struct oom_zone *zone = find_zone(mem, node, name);
	if (zone && buddy) {
		take_buddy(text, mem, zone);
	} else if (zone) {
		scan_kb(text, "free:", &zone->free_kb);
		scan_kb(text, "min:", &zone->min_kb);
		scan_kb(text, "high:", &zone->high_kb);
		scan_kb(text, "present:", &zone->present_kb);
		scan_kb(text, "managed:", &zone->managed_kb);
	}
	return true;
}

/* "8379834 pages RAM", "131052 pages of RAM", "2358 reserved pages". */
static bool take_page_line(struct text text, struct oom_meminfo *mem)
{
	int64_t pages;
	if (!text.len || !scan_is_digit(*text.at) || !scan_number(&text, &pages))
		return false;
	scan_blanks(&text);
	if (text_equals(text, "pages RAM") || text_equals(text, "pages of RAM"))
		mem->ram_pages = pages;
	else if (text_starts(text, "pages HighMem") || text_starts(text, "pages of HIGHMEM"))
		mem->highmem_pages = pages;
	else if (text_equals(text, "pages reserved") || text_equals(text, "reserved pages"))
		mem->reserved_pages = pages;
	else if (text_equals(text, "pages pagetables"))
		mem->pagetables_pages = pages;
	else
		return text_starts(text, "pages ") || text_starts(text, "total pagecache");
	return true;
}

static bool is_counts(struct text text)
{
	static const char *const starts[] = { "active_anon:", "Active_anon:", "Active:",
		"inactive_file:", "active_file:", "unevictable:", "free:", "slab_reclaimable:",
		"mapped:", "pagetables:", "sec_pagetables:", "kernel_misc_reclaimable:" };
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (text_starts(text, starts[i]))
			return true;
	}
	return false;
}

/* A whole record of the first block holds newlines, in syslog "#012". */
static bool take_count_lines(struct text text, struct oom_meminfo *mem)
{
	if (!is_counts(text) || scan_word(text, "isolated(anon):"))
		return false;
	const char *kb = text_find(text, "kB");
	if (kb && !text_find(scan_until(text, kb), "\n"))
		return true; /* the wrapped rest of a zone */
	take_counts(text, mem);
	return true;
}

/* "[Node 0 ]hugepages_total=8 hugepages_free=8 hugepages_surp=0 hugepages_size=2048kB": a line for
 * each node and size (mm/hugetlb.c:hugetlb_show_meminfo_node()). */
static bool take_hugepages(struct text text, struct oom_meminfo *mem)
{
	int64_t total, free_pages, size_kb, kb, free_kb;
	if (!scan_key(text, "hugepages_total=", &total) ||
		!scan_kb(text, "hugepages_size=", &size_kb) || total < 0 || size_kb < 0 ||
		__builtin_mul_overflow(total, size_kb, &kb))
		return false;
	if (!scan_key(text, "hugepages_free=", &free_pages) ||
		__builtin_mul_overflow(free_pages, size_kb, &free_kb))
		free_kb = 0;
	if (mem->hugepages_kb == UNKNOWN_SIGNED)
		mem->hugepages_kb = mem->hugepages_free_kb = 0;
	if (__builtin_add_overflow(mem->hugepages_kb, kb, &mem->hugepages_kb) ||
		__builtin_add_overflow(mem->hugepages_free_kb, free_kb, &mem->hugepages_free_kb))
		mem->hugepages_kb = mem->hugepages_free_kb = UNKNOWN_SIGNED;
	return true;
}

/* "Free swap  = 1kB", with one blank where a page has folded them, "Free swap:       0kB" up to
 * v2.6.27. */
static bool take_swap(struct text text, const char *key, int64_t *ret_kb)
{
	int64_t kb;
	if (!text_skip(&text, key))
		return false;
	scan_blanks(&text);
	if (!text_skip(&text, "=") && !text_skip(&text, ":"))
		return false;
	scan_blanks(&text);
	if (!scan_number(&text, &kb) || kb < 0)
		return false;
	scan_blanks(&text);
	if (!text_starts(text, "kB") && !text_starts(text, "KB"))
		return false;
	*ret_kb = kb;
	return true;
}

bool oommem_meminfo(struct text text, struct oom_event *event)
{
	struct oom_meminfo *mem = &event->mem;
	text = text_trim(text);
	if (!text.len)
		return false;
	bool known = take_hugepages(text, mem) || take_zone(text, mem) ||
		     take_page_line(text, mem) || take_count_lines(text, mem);
	known |= take_swap(text, "Free swap", &mem->swap_free_kb) ||
		 take_swap(text, "Total swap", &mem->swap_total_kb);
	event->has_page_lines |= mem->ram_pages != UNKNOWN_SIGNED;
	event->has_meminfo |= known;
	return known;
}
