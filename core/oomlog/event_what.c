/* Which limit was hit, and where the memory was. */
#include "event_say.h"

#include "oomspect/array.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* From these shares on, a kind of memory gets a sentence of its own. */
#define NOTABLE_PERCENT     20
#define PAGE_TABLES_PERCENT 10

/* `value` tenths of a unit. */
static void put_tenths(struct event_size *size, int64_t tenths, const char *unit)
{
	snprintf(size->text, sizeof(size->text), "%lld.%lld %s", (long long)(tenths / 10),
		(long long)(tenths % 10), unit);
}

/* kb * 10 / unit_kb, rounded to nearest, without leaving 64 bits. */
static int64_t tenths_of(int64_t kb, int64_t unit_kb)
{
	return kb / unit_kb * 10 + (kb % unit_kb * 10 + unit_kb / 2) / unit_kb;
}

struct event_size event_kb(int64_t kb)
{
	const int64_t mib = 1024, gib = 1024 * 1024;
	struct event_size size = { "" };
	if (kb == UNKNOWN_SIGNED)
		snprintf(size.text, sizeof(size.text), "an unknown amount");
	else if (kb == OOM_UNLIMITED)
		snprintf(size.text, sizeof(size.text), "no limit");
	else if (kb < mib)
		snprintf(size.text, sizeof(size.text), "%lld KiB", (long long)kb);
	else if (tenths_of(kb, mib) < 10240)
		put_tenths(&size, tenths_of(kb, mib), "MiB");
	else
		put_tenths(&size, tenths_of(kb, gib), "GiB");
	return size;
}

struct event_size event_pages(const struct oom_event *event, int64_t pages)
{
	int64_t kb;
	if (pages == UNKNOWN_SIGNED || __builtin_mul_overflow(pages, event->page_size / 1024, &kb))
		kb = UNKNOWN_SIGNED;
	return event_kb(kb);
}

int64_t event_percent(int64_t part, int64_t whole)
{
	int64_t hundredfold;
	if (part == UNKNOWN_SIGNED || whole == UNKNOWN_SIGNED || whole <= 0 ||
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
	for (size_t i = 0; path && i < ARRAY_SIZE(rows); i++) {
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

struct event_place event_place_of(const char *path)
{
	struct event_place place = {
		.path = path, .open = "", .close = "", .container = event_container_of(path)
	};
	if (place.container.text[0]) {
		place.open = " (";
		place.close = ")";
	}
	return place;
}

/* --- a memory cgroup --------------------------------------------------------------------------- */

/* The subject of a sentence about the cgroup whose limit it was. */
static struct event_place oom_memcg_of(const struct oom_event *event)
{
	struct event_place place = event_place_of(event->oom_memcg);
	if (!event->oom_memcg)
		place.path = "(its path is missing from the log)";
	return place;
}

static void say_counter(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	static const char *const of[OOM_COUNTER_COUNT] = {
		[OOM_COUNTER_UNKNOWN] = "",
		[OOM_COUNTER_MEMORY] = "",
		[OOM_COUNTER_MEMSW] = " for memory and swap together",
		[OOM_COUNTER_KMEM] = " for kernel memory",
	};
	struct event_place place = oom_memcg_of(event);
	struct oom_usage usage = oom_event_usage(event);
	event_say(to, row->answer,
		"Memory cgroup " EVENT_PLACE " reached its limit of %s%s (usage %s).",
		EVENT_PLACE_ARGS(place), event_kb(usage.limit_kb).text, of[event->counter],
		event_kb(usage.usage_kb).text);
	if (event->counter != OOM_COUNTER_MEMORY && event->memcg.usage_kb != UNKNOWN_SIGNED)
		event_say(to, row->answer, "Its memory alone was %s of %s.",
			event_kb(event->memcg.usage_kb).text, event_kb(event->memcg.limit_kb).text);
}

static void say_some_counter(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = oom_memcg_of(event);
	event_say(to, row->answer,
		"Memory cgroup " EVENT_PLACE " reached a limit; the log does not say which: its "
		"memory was %s of %s.",
		EVENT_PLACE_ARGS(place), event_kb(event->memcg.usage_kb).text,
		event_kb(event->memcg.limit_kb).text);
}

static void say_unlimited(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = oom_memcg_of(event);
	event_say(to, row->answer,
		"Memory cgroup " EVENT_PLACE " has no memory limit of its own; it held %s.",
		EVENT_PLACE_ARGS(place), event_kb(event->memcg.usage_kb).text);
}

static void say_some_limit(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->oom_memcg);
	if (event->oom_memcg)
		event_say(to, row->answer,
			"Memory cgroup " EVENT_PLACE
			" reached its limit, whose size is missing from the log.",
			EVENT_PLACE_ARGS(place));
	else
		event_say(to, row->answer,
			"A memory cgroup reached its limit; its path and the limit are missing "
			"from "
			"the log.");
}

static bool is_below(const char *path, const char *of)
{
	size_t length = strlen(of);
	return strncmp(path, of, length) == 0 &&
	       (path[length] == '/' || (length && of[length - 1] == '/'));
}

static void say_subtree(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->task_memcg);
	event_say(to, row->answer, "%sThe process ran in " EVENT_PLACE ".",
		is_below(event->task_memcg, event->oom_memcg) ? "The limit is an ancestor's. " : "",
		EVENT_PLACE_ARGS(place));
}

static void say_content(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_memcg_stat *memcg = &event->memcg;
	int64_t kernel = event_memcg_kernel_kb(event);
	event_say(to, row->answer, "It held %s of anonymous memory and %s of files.",
		event_kb(memcg->anon_kb).text, event_kb(memcg->file_kb).text);
	if (event_percent(memcg->shmem_kb, memcg->usage_kb) >= NOTABLE_PERCENT)
		event_say(to, row->answer,
			"%s of that is shared memory and tmpfs files, which a kill need not free.",
			event_kb(memcg->shmem_kb).text);
	if (event_percent(kernel, memcg->usage_kb) >= NOTABLE_PERCENT)
		event_say(to, row->answer, "%s is kernel memory charged to it.",
			event_kb(kernel).text);
	if (event_percent(memcg->sock_kb, memcg->usage_kb) >= NOTABLE_PERCENT)
		event_say(to, row->answer, "%s is buffers of sockets.",
			event_kb(memcg->sock_kb).text);
}

/* --- the host ---------------------------------------------------------------------------------- */

static bool is_one_node(const char *nodes)
{
	return *nodes && strspn(nodes, "0123456789") == strlen(nodes);
}

/* `nodes` as in cpuset.mems, and whose choice they are. */
static void say_these_nodes(const struct oom_event *event, struct event_explanation *to,
	const char *nodes, const char *who, const char *name)
{
	const char *blank = *name ? " " : "";
	const char *out = event_spare_zone(event) ? "had no memory left for this request"
						  : "ran out of memory";
	if (!*nodes || strcmp(nodes, "(null)") == 0)
		event_say(to, EVENT_WHAT, "The NUMA nodes that %s%s%s allows %s.", who, blank, name,
			out);
	else
		event_say(to, EVENT_WHAT, "NUMA node%s %s, the only one%s that %s%s%s allows, %s.",
			is_one_node(nodes) ? "" : "s", nodes, is_one_node(nodes) ? "" : "s", who,
			blank, name, out);
}

static void say_cpuset(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	(void)row;
	say_these_nodes(event, to, event->mems_allowed, event->cpuset[0] ? "cpuset" : "the cpuset",
		event->cpuset);
}

static void say_mempolicy(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	(void)row;
	say_these_nodes(event, to, event->nodemask, "the memory policy", "");
}

static void say_ample(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_zone *zone = event_widest_zone(event);
	event_say(to, row->answer,
		"No zone in the log was short of memory: %s had %s free (minimum %s).", zone->name,
		event_kb(zone->free_kb).text, event_kb(zone->min_kb).text);
}

static void say_ram(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const char *before = to->count ? to->sentences[to->count - 1].text : "";
	bool named = strncmp(before, "The host ", strlen("The host ")) == 0;
	event_say(to, row->answer, "%s %s of RAM.", named ? "It has" : "The host has",
		event_pages(event, event_ram_pages(event)).text);
}

static void say_swap(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_meminfo *mem = &event->mem;
	if (mem->swap_total_kb == 0)
		event_say(to, row->answer, "There is no swap.");
	else
		event_say(to, row->answer, "Of %s swap %s was free.",
			event_kb(mem->swap_total_kb).text, event_kb(mem->swap_free_kb).text);
}

static void say_share(const struct oom_event *event, const struct event_saying *row,
	struct event_explanation *to, int64_t pages, int64_t at_least, const char *what)
{
	int64_t percent = event_percent(pages, event_ram_pages(event));
	if (percent >= at_least)
		event_say(to, row->answer, "%s (%lld %%) is %s.", event_pages(event, pages).text,
			(long long)percent, what);
}

/* What no kill would have freed, or not for certain. */
static void say_not_in_processes(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_meminfo *mem = &event->mem;
	say_share(event, row, to, mem->slab_unreclaimable_pages, NOTABLE_PERCENT,
		"slab memory of the kernel that cannot be reclaimed");
	say_share(event, row, to, mem->shmem_pages, NOTABLE_PERCENT,
		"shared memory and tmpfs files, which a kill need not free");
	say_share(event, row, to, mem->pagetables_pages, PAGE_TABLES_PERCENT, "page tables");
	if (event_percent(mem->file_pages, event_ram_pages(event)) >= NOTABLE_PERCENT)
		event_say(to, row->answer,
			"%s is page cache on the file lists (%s dirty, %s under writeback).",
			event_pages(event, mem->file_pages).text,
			event_pages(event, mem->dirty_pages).text,
			event_pages(event, mem->writeback_pages).text);
}

static void say_huge_pages(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	int64_t kb = event->mem.hugepages_kb, ram = event_ram_pages(event);
	int64_t percent = event_percent(kb / (event->page_size / 1024), ram);
	char share[32] = "";
	if (ram != UNKNOWN_SIGNED)
		snprintf(share, sizeof(share), " (%lld %%)", (long long)percent);
	event_say(to, row->answer, "%s%s is set aside for huge pages, which no kill frees.",
		event_kb(kb).text, share);
}

static int64_t rss_sum(const struct oom_event *event)
{
	int64_t sum = 0;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		int64_t pages = event->tasks[i].rss_pages;
		if (pages == UNKNOWN_SIGNED || __builtin_add_overflow(sum, pages, &sum))
			return UNKNOWN_SIGNED;
	}
	return sum;
}

static void say_sum(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	int64_t sum = rss_sum(event), ram = event_ram_pages(event);
	if (sum != UNKNOWN_SIGNED && event->task_count > 3 && event_percent(sum, ram) < 50)
		event_say(to, row->answer, "The processes of the table had only %s of it in RAM.",
			event_pages(event, sum).text);
}

static void say_short_zone(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_zone *zone = event_short_zone(event);
	struct event_size has = event_kb(zone->free_kb), min = event_kb(zone->min_kb);
	if (strcmp(has.text, min.text) != 0)
		event_say(to, row->answer, "Zone %s was below its minimum (%s free, minimum %s).",
			zone->name, has.text, min.text);
	else /* by less than what is rounded away */
		event_say(to, row->answer,
			"Zone %s was below its minimum (%lld KiB free, minimum %lld KiB).",
			zone->name, (long long)zone->free_kb, (long long)zone->min_kb);
}

static void say_spare_zone(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_zone *zone = event_spare_zone(event);
	bool movable = strcmp(zone->name, "Movable") == 0;
	event_say(to, row->answer, "%s had %s free, which %s.", zone->name,
		event_kb(zone->free_kb).text,
		movable ? "only pages that can be moved may use"
			: "the kernel cannot use for its own data");
}

static void say_order(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	int64_t needed_kb = (event->page_size / 1024) << event->order;
	bool pieces = row->needs & EVENT_HAS(IN_PIECES);
	event_say(to, row->answer, "The request was for %s in one piece (order %lld)%s.",
		event_kb(needed_kb).text, (long long)event->order,
		pieces ? ": free memory was there, but in smaller pieces" : "");
}

/* --- all of them ------------------------------------------------------------------------------- */

#define NOT_SHORT (EVENT_HAS(MEMCG) | EVENT_HAS(SYSRQ) | EVENT_HAS(FAULT))
#define NODES     (EVENT_HAS(CPUSET) | EVENT_HAS(MEMPOLICY))
#define HOST      EVENT_HAS(HOST)

const struct event_saying event_what_sayings[] = {
	{ EVENT_WHAT, EVENT_HAS(SYSRQ), 0,
		"Somebody asked for a kill (sysrq-f); memory need not have run out.", NULL },
	/* of a cgroup */
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(COUNTER), 0,
		"Memory cgroup PATH reached its limit of SIZE (usage SIZE). [Its memory alone was "
		"SIZE of SIZE.]",
		say_counter },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(UNLIMITED), EVENT_HAS(COUNTER),
		"Memory cgroup PATH has no memory limit of its own; it held SIZE.", say_unlimited },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(MEMORY_USED), EVENT_HAS(COUNTER),
		"Memory cgroup PATH reached a limit; the log does not say which: its memory was "
		"SIZE "
		"of SIZE.",
		say_some_counter },
	{ EVENT_WHAT, EVENT_HAS(MEMCG),
		EVENT_HAS(COUNTER) | EVENT_HAS(UNLIMITED) | EVENT_HAS(MEMORY_USED),
		"Memory cgroup PATH reached its limit, whose size is missing from the log. / A "
		"memory "
		"cgroup reached its limit; its path and the limit are missing from the log.",
		say_some_limit },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(NO_SWAP_ALLOWED), 0, "It may not use swap.",
		NULL },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(SUBTREE), 0,
		"[The limit is an ancestor's.] The process ran in PATH.", say_subtree },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(COUNTER), 0,
		"That limit is the reason, not the memory of the host.", NULL },
	{ EVENT_WHAT, EVENT_HAS(MEMCG) | EVENT_HAS(CONTENT), 0,
		"It held SIZE of anonymous memory and SIZE of files. [SIZE of that is shared "
		"memory "
		"and tmpfs files, which a kill need not free.] [SIZE is kernel memory charged to "
		"it.] "
		"[SIZE is buffers of sockets.]",
		say_content },
	/* of the host */
	{ EVENT_WHAT, HOST | EVENT_HAS(CPUSET), NOT_SHORT | EVENT_HAS(AMPLE),
		"NUMA node N, the only one that cpuset NAME allows, ran out of memory.",
		say_cpuset },
	{ EVENT_WHAT, HOST | EVENT_HAS(MEMPOLICY), NOT_SHORT | EVENT_HAS(AMPLE),
		"NUMA node N, the only one that the memory policy allows, ran out of memory / had "
		"no "
		"memory left for this request.",
		say_mempolicy },
	{ EVENT_WHAT, HOST, NOT_SHORT | NODES | EVENT_HAS(AMPLE) | EVENT_HAS(IN_PIECES),
		"The host ran out of memory.", NULL },
	{ EVENT_WHAT, HOST | EVENT_HAS(IN_PIECES), NOT_SHORT | NODES | EVENT_HAS(AMPLE),
		"The host had no piece of memory as large as the request.", NULL },
	{ EVENT_WHAT, EVENT_HAS(FAULT), EVENT_HAS(MEMCG) | EVENT_HAS(SYSRQ),
		"A page fault that had failed for another reason (gfp_mask=0) called the OOM "
		"killer of "
		"the host: that memory was short is not proven.",
		NULL },
	{ EVENT_WHAT, EVENT_HAS(AMPLE), EVENT_HAS(MEMCG) | EVENT_HAS(SYSRQ),
		"No zone in the log was short of memory: ZONE had SIZE free (minimum SIZE).",
		say_ample },
	{ EVENT_WHAT, EVENT_HAS(AMPLE), EVENT_HAS(MEMCG) | EVENT_HAS(SYSRQ) | EVENT_HAS(IN_PIECES),
		"Why the allocation failed is unknown.", NULL },
	{ EVENT_WHAT, 0, HOST | NOT_SHORT | EVENT_HAS(AMPLE),
		"The log does not say whether the host or a cgroup ran out of memory.", NULL },
	{ EVENT_WHAT, EVENT_HAS(RAM), EVENT_HAS(MEMCG), "The host has SIZE of RAM.", say_ram },
	{ EVENT_WHAT, EVENT_HAS(SWAP), EVENT_HAS(MEMCG), "Of SIZE swap SIZE was free.", say_swap },
	{ EVENT_WHAT, EVENT_HAS(RAM), EVENT_HAS(MEMCG),
		"[SIZE is slab memory of the kernel that cannot be reclaimed.] [SIZE is set aside "
		"for "
		"huge pages, which no kill frees.] [SIZE is shared memory and tmpfs files, which a "
		"kill "
		"need not free.] [SIZE is page tables.] [SIZE is page cache on the file lists.]",
		say_not_in_processes },
	{ EVENT_WHAT, EVENT_HAS(HUGE_PAGES), EVENT_HAS(MEMCG),
		"SIZE is set aside for huge pages, which no kill frees.", say_huge_pages },
	{ EVENT_WHAT, EVENT_HAS(RAM) | EVENT_HAS(WHOLE_TABLE) | HOST, NODES,
		"The processes of the table had only SIZE of it in RAM.", say_sum },
	{ EVENT_WHAT, EVENT_HAS(SHORT_ZONE), EVENT_HAS(MEMCG),
		"Zone NAME was below its minimum (SIZE free, minimum SIZE).", say_short_zone },
	{ EVENT_WHAT, EVENT_HAS(SPARE_ZONE), EVENT_HAS(MEMCG),
		"HighMem had SIZE free, which the kernel cannot use for its own data. / Movable "
		"had "
		"SIZE free, which only pages that can be moved may use.",
		say_spare_zone },
	{ EVENT_WHAT, EVENT_HAS(ORDER), EVENT_HAS(MEMCG) | EVENT_HAS(IN_PIECES),
		"The request was for SIZE in one piece (order N).", say_order },
	{ EVENT_WHAT, EVENT_HAS(ORDER) | EVENT_HAS(IN_PIECES), EVENT_HAS(MEMCG),
		"The request was for SIZE in one piece (order N): free memory was there, but in "
		"smaller "
		"pieces.",
		say_order },
};

const size_t event_what_saying_count = ARRAY_SIZE(event_what_sayings);
