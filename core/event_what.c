/* Which limit was hit, and where the memory was. */
#include "event_say.h"

#include <ctype.h>
#include <string.h>

/* From these shares on, a kind of memory gets a sentence of its own. */
#define NOTABLE_PERCENT     20
#define PAGE_TABLES_PERCENT 10

struct event_size event_kb(int64_t kb)
{
	struct event_size size;
	if (kb == OOM_UNKNOWN)
		snprintf(size.text, sizeof(size.text), "an unknown amount");
	else if (kb == OOM_UNLIMITED)
		snprintf(size.text, sizeof(size.text), "no limit");
	else if (kb < 1024)
		snprintf(size.text, sizeof(size.text), "%lld KiB", (long long)kb);
	else if (kb < 1024 * 1024)
		snprintf(size.text, sizeof(size.text), "%lld.%lld MiB", (long long)(kb / 1024),
			(long long)(kb % 1024 * 10 / 1024));
	else
		snprintf(size.text, sizeof(size.text), "%lld.%lld GiB", (long long)(kb >> 20),
			(long long)((kb & 0xfffff) * 10 >> 20));
	return size;
}

struct event_size event_pages(const struct oom_event *event, int64_t pages)
{
	int64_t kb;
	if (pages == OOM_UNKNOWN || __builtin_mul_overflow(pages, event->page_size / 1024, &kb))
		kb = OOM_UNKNOWN;
	return event_kb(kb);
}

int64_t event_percent(int64_t part, int64_t whole)
{
	int64_t hundredfold;
	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || whole <= 0 ||
		__builtin_mul_overflow(part, 100, &hundredfold))
		return 0;
	return hundredfold / whole;
}

static size_t hex_length(const char *at)
{
	size_t length = 0;
	while (isxdigit((unsigned char)at[length]))
		length++;
	return length;
}

struct event_container event_container_of(const char *path)
{
	static const struct {
		const char *before;
		const char *name;
	} rows[] = {
		{ "cri-containerd-", "container" },
		{ "crio-", "CRI-O container" },
		{ "libpod-", "Podman container" },
		{ "docker-", "Docker container" },
		{ "/docker/", "Docker container" },
		{ "/pod", "container" },
		{ "-pod", "container" },
	};
	struct event_container container = { "" };
	for (size_t i = 0; path && i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = strstr(path, rows[i].before);
		const char *slash = at && i >= 5 ? strchr(at + 1, '/') : NULL;
		const char *id =
			at ? (i >= 5 ? (slash ? slash + 1 : "") : at + strlen(rows[i].before)) : "";
		if (hex_length(id) >= 12) {
			snprintf(container.text, sizeof(container.text), "%s %.12s", rows[i].name,
				id);
			break;
		}
	}
	if (!container.text[0] && path && strstr(path, "kubepods"))
		snprintf(container.text, sizeof(container.text), "Kubernetes pod");
	return container;
}

static void say_memcg_limit(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	struct event_container container = event_container_of(event->oom_memcg);
	const char *open = container.text[0] ? " (" : "", *close = container.text[0] ? ")" : "";
	const char *path = event->oom_memcg ? event->oom_memcg : "whose path is not in the text";
	if (memcg->limit_kb == OOM_UNLIMITED)
		event_say(to, EVENT_WHAT,
			"Memory cgroup %s%s%s%s has no limit of its own; it held %s.", path, open,
			container.text, close, event_kb(memcg->usage_kb).text);
	else if (memcg->limit_kb != OOM_UNKNOWN)
		event_say(to, EVENT_WHAT,
			"Memory cgroup %s%s%s%s reached its limit of %s (usage %s).", path, open,
			container.text, close, event_kb(memcg->limit_kb).text,
			event_kb(memcg->usage_kb).text);
	else
		event_say(to, EVENT_WHAT, "Memory cgroup %s%s%s%s reached its limit.", path, open,
			container.text, close);
	if (memcg->memsw_limit_kb != OOM_UNKNOWN && memcg->memsw_limit_kb != OOM_UNLIMITED &&
		memcg->memsw_usage_kb > 0)
		event_say(to, EVENT_WHAT, "Memory and swap together were %s of %s.",
			event_kb(memcg->memsw_usage_kb).text, event_kb(memcg->memsw_limit_kb).text);
	else if (memcg->swap_limit_kb == 0)
		event_say(to, EVENT_WHAT, "It may not use swap.");
	if (event->task_memcg && event->oom_memcg &&
		strcmp(event->task_memcg, event->oom_memcg) != 0)
		event_say(to, EVENT_WHAT, "The limit is the ancestor's: the process ran in %s.",
			event->task_memcg);
	event_say(to, EVENT_WHAT, "The machine itself was not out of memory.");
}

static void say_memcg_content(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	if (memcg->anon_kb == OOM_UNKNOWN)
		return;
	event_say(to, EVENT_WHAT, "It held %s anonymous memory and %s of files.",
		event_kb(memcg->anon_kb).text, event_kb(memcg->file_kb).text);
	if (event_percent(memcg->shmem_kb, memcg->usage_kb) >= NOTABLE_PERCENT)
		event_say(to, EVENT_WHAT,
			"%s of that is shared memory and tmpfs, which no kill frees.",
			event_kb(memcg->shmem_kb).text);
	int64_t kernel = memcg->kernel_kb != OOM_UNKNOWN ? memcg->kernel_kb : memcg->slab_kb;
	if (event_percent(kernel, memcg->usage_kb) >= NOTABLE_PERCENT)
		event_say(to, EVENT_WHAT, "%s is memory of the kernel on its behalf.",
			event_kb(kernel).text);
}

static int64_t ram_pages(const struct oom_event *event)
{
	const struct oom_meminfo *mem = &event->mem;
	if (mem->ram_pages == OOM_UNKNOWN)
		return OOM_UNKNOWN;
	return mem->ram_pages - (mem->reserved_pages == OOM_UNKNOWN ? 0 : mem->reserved_pages);
}

static void say_host_limit(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_meminfo *mem = &event->mem;
	if (event->constraint == OOM_CONSTRAINT_CPUSET)
		event_say(to, EVENT_WHAT,
			"The memory nodes %s that cpuset %s allows ran out; other nodes do not "
			"help.",
			event->mems_allowed[0] ? event->mems_allowed : "(unknown)", event->cpuset);
	else if (event->constraint == OOM_CONSTRAINT_MEMPOLICY)
		event_say(to, EVENT_WHAT,
			"The memory nodes %s of the task's policy ran out; other nodes do not "
			"help.",
			event->nodemask[0] ? event->nodemask : "(unknown)");
	else if (event->trigger == OOM_TRIGGER_SYSRQ)
		event_say(to, EVENT_WHAT,
			"Somebody asked for a kill (sysrq-f); memory need not have run out.");
	else if (event->scope == OOM_SCOPE_HOST)
		event_say(to, EVENT_WHAT, "The machine ran out of memory.");
	else
		event_say(to, EVENT_WHAT,
			"Memory ran out; the text does not say of the machine or of a cgroup.");
	if (ram_pages(event) != OOM_UNKNOWN)
		event_say(to, EVENT_WHAT, "It has %s of RAM.",
			event_pages(event, ram_pages(event)).text);
	if (mem->swap_total_kb == 0)
		event_say(to, EVENT_WHAT, "There is no swap.");
	else if (mem->swap_total_kb != OOM_UNKNOWN)
		event_say(to, EVENT_WHAT, "Of %s swap %s was free.",
			event_kb(mem->swap_total_kb).text, event_kb(mem->swap_free_kb).text);
}

static int64_t rss_sum(const struct oom_event *event)
{
	int64_t sum = 0;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		int64_t pages = event->tasks[i].rss_pages;
		if (pages != OOM_UNKNOWN && __builtin_add_overflow(sum, pages, &sum))
			return OOM_UNKNOWN;
	}
	return sum;
}

/* What no kill would have freed. */
static void say_not_in_processes(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_meminfo *mem = &event->mem;
	int64_t ram = ram_pages(event), sum = rss_sum(event);
	if (event_percent(mem->slab_unreclaimable_pages, ram) >= NOTABLE_PERCENT)
		event_say(to, EVENT_WHAT,
			"%s (%lld %%) is slab memory of the kernel that cannot be reclaimed.",
			event_pages(event, mem->slab_unreclaimable_pages).text,
			(long long)event_percent(mem->slab_unreclaimable_pages, ram));
	if (event_percent(mem->shmem_pages, ram) >= NOTABLE_PERCENT)
		event_say(to, EVENT_WHAT,
			"%s (%lld %%) is shared memory and tmpfs, which no kill frees for certain.",
			event_pages(event, mem->shmem_pages).text,
			(long long)event_percent(mem->shmem_pages, ram));
	if (event_percent(mem->pagetables_pages, ram) >= PAGE_TABLES_PERCENT)
		event_say(to, EVENT_WHAT, "%s is page tables.",
			event_pages(event, mem->pagetables_pages).text);
	if (event_percent(mem->file_pages, ram) >= NOTABLE_PERCENT)
		event_say(to, EVENT_WHAT,
			"%s of page cache could not be dropped in time (%s dirty, %s under "
			"writeback).",
			event_pages(event, mem->file_pages).text,
			event_pages(event, mem->dirty_pages).text,
			event_pages(event, mem->writeback_pages).text);
	if (event->task_table_headed && event->task_count > 3 && ram != OOM_UNKNOWN &&
		sum != OOM_UNKNOWN && event->constraint != OOM_CONSTRAINT_CPUSET &&
		event->constraint != OOM_CONSTRAINT_MEMPOLICY && event_percent(sum, ram) < 50)
		event_say(to, EVENT_WHAT, "The processes of the table hold only %s of it in RAM.",
			event_pages(event, sum).text);
}

static bool is_low_zone(const struct oom_zone *zone)
{
	return strcmp(zone->name, "HighMem") != 0 && strcmp(zone->name, "Movable") != 0;
}

static bool is_below_min(const struct oom_zone *zone)
{
	return zone->free_kb != OOM_UNKNOWN && zone->min_kb != OOM_UNKNOWN &&
	       zone->free_kb < zone->min_kb;
}

static void say_low_zones(const struct oom_event *event, struct event_explanation *to)
{
	const struct oom_zone *low = NULL, *spare = NULL;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		if (is_below_min(zone) && is_low_zone(zone))
			low = zone;
		if (!is_low_zone(zone) && zone->free_kb != OOM_UNKNOWN &&
			zone->free_kb / 16 > zone->min_kb)
			spare = zone;
	}
	if (!low)
		return;
	event_say(to, EVENT_WHAT, "Zone %s was below its minimum (%s free, minimum %s).", low->name,
		event_kb(low->free_kb).text, event_kb(low->min_kb).text);
	if (spare)
		event_say(to, EVENT_WHAT,
			"%s had %s free, which the kernel cannot use for its own data.",
			spare->name, event_kb(spare->free_kb).text);
}

/* order > 0 needs that many pages in a row. */
static void say_fragmentation(const struct oom_event *event, struct event_explanation *to)
{
	if (event->order <= 0 || event->order > 20)
		return;
	int64_t needed_kb = (event->page_size / 1024) << event->order;
	bool free_enough = false, any = false, block = false;
	for (size_t i = 0; i < event->mem.zone_count; i++) {
		const struct oom_zone *zone = &event->mem.zones[i];
		any |= zone->largest_free_kb != OOM_UNKNOWN;
		block |= zone->largest_free_kb != OOM_UNKNOWN &&
			 zone->largest_free_kb >= needed_kb && is_low_zone(zone);
		free_enough |=
			zone->free_kb != OOM_UNKNOWN && !is_below_min(zone) && is_low_zone(zone);
	}
	event_say(to, EVENT_WHAT, "The request was for %s in one piece (order %lld)%s.",
		event_kb(needed_kb).text, (long long)event->order,
		any && !block && free_enough ? ": free memory was there, but in smaller pieces"
					     : "");
}

void event_explain_what(const struct oom_event *event, struct event_explanation *to)
{
	if (event->scope == OOM_SCOPE_MEMCG) {
		say_memcg_limit(event, to);
		say_memcg_content(event, to);
		return;
	}
	say_host_limit(event, to);
	say_not_in_processes(event, to);
	say_low_zones(event, to);
	say_fragmentation(event, to);
}
