#include "oomspect/memcg_file.h"

#include "oomspect/array.h"

#include <string.h>

/* Where "this is no limit" begins. Source: include/linux/page_counter.h:PAGE_COUNTER_MAX. */
#define NO_LIMIT (UINT64_C(1) << 62)

void memcg_parse_amount(struct text text, struct amount *ret)
{
	uint64_t bytes;
	text = text_trim(text);
	*ret = (struct amount){ AMOUNT_UNKNOWN, 0 };
	if (text_equals(text, "max"))
		ret->kind = AMOUNT_UNLIMITED;
	else if (text_to_u64(text, &bytes))
		*ret = bytes >= NO_LIMIT ? (struct amount){ AMOUNT_UNLIMITED, 0 }
					 : amount_bytes(bytes);
}

void memcg_parse_count(struct text text, int64_t *ret)
{
	*ret = UNKNOWN;
	if (!text_to_i64(text_trim(text), ret) || *ret < 0)
		*ret = UNKNOWN;
}

void memcg_parse_flag(struct text text, int8_t *ret)
{
	text = text_trim(text);
	*ret = text_equals(text, "1") ? 1 : text_equals(text, "0") ? 0 : UNKNOWN;
}

/* A line "KEY NUMBER" of a file whose keys are looked up by name. */
struct key {
	const char *name;
	size_t length;
	size_t offset; /* in struct memcg, or memcg_events */
};

#define KEY(name, field) \
	{ \
		name, sizeof(name) - 1, offsetof(struct memcg, field) \
	}

static const struct key stat_v2_keys[] = {
	KEY("anon", anon),
	KEY("file", file),
	KEY("kernel", kernel), /* since 5.18 */
	KEY("shmem", shmem),
	KEY("file_dirty", dirty),
	KEY("file_writeback", writeback),
	KEY("inactive_file", inactive_file),
	KEY("active_file", active_file),
	KEY("slab_reclaimable", slab_reclaimable),
};

static const struct key stat_v1_keys[] = {
	KEY("rss", anon),
	KEY("cache", file),
	KEY("swap", swap_usage),
	KEY("shmem", shmem),
	KEY("dirty", dirty),
	KEY("writeback", writeback),
	KEY("inactive_file", inactive_file),
	KEY("active_file", active_file),
	KEY("hierarchical_memory_limit", hierarchical_limit),
};

#define EVENT_KEY(name) \
	{ \
#name, sizeof(#name) - 1, offsetof(struct memcg_events, name) \
	}

static const struct key event_keys[] = {
	EVENT_KEY(low),
	EVENT_KEY(high),
	EVENT_KEY(max),
	EVENT_KEY(oom),
	EVENT_KEY(oom_kill),
	EVENT_KEY(oom_group_kill),
};

static const struct key *key_of(const struct key *keys, size_t count, struct text name)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].length == name.len && memcmp(keys[i].name, name.at, name.len) == 0)
			return &keys[i];
	return NULL;
}

static void *field_of(void *of, size_t offset)
{
	return (char *)of + offset;
}

static void forget_amounts(const struct key *keys, size_t count, struct memcg *row)
{
	for (size_t i = 0; i < count; i++)
		memcg_parse_amount((struct text){ "", 0 }, field_of(row, keys[i].offset));
}

void memcg_parse_stat_v2(struct text text, struct memcg *row)
{
	struct text line, name;
	forget_amounts(stat_v2_keys, ARRAY_SIZE(stat_v2_keys), row);
	while (text_next_line(&text, &line)) {
		if (!text_split(&line, ' ', &name))
			continue;
		const struct key *key = key_of(stat_v2_keys, ARRAY_SIZE(stat_v2_keys), name);
		if (key)
			memcg_parse_amount(line, field_of(row, key->offset));
	}
}

void memcg_parse_stat_v1(struct text text, struct memcg *row)
{
	struct text line, name;
	unsigned totals = 0; /* keys that were seen as "total_KEY" */
	forget_amounts(stat_v1_keys, ARRAY_SIZE(stat_v1_keys), row);
	while (text_next_line(&text, &line)) {
		if (!text_split(&line, ' ', &name))
			continue;
		bool total = text_skip(&name, "total_");
		const struct key *key = key_of(stat_v1_keys, ARRAY_SIZE(stat_v1_keys), name);
		if (!key)
			continue;
		unsigned bit = 1u << (key - stat_v1_keys);
		if (total || !(totals & bit))
			memcg_parse_amount(line, field_of(row, key->offset));
		totals |= total ? bit : 0;
	}
}

void memcg_parse_events(struct text text, struct memcg_events *ret)
{
	struct text line, name;
	for (size_t i = 0; i < ARRAY_SIZE(event_keys); i++)
		*(int64_t *)field_of(ret, event_keys[i].offset) = UNKNOWN;
	while (text_next_line(&text, &line)) {
		if (!text_split(&line, ' ', &name))
			continue;
		const struct key *key = key_of(event_keys, ARRAY_SIZE(event_keys), name);
		if (key)
			memcg_parse_count(line, field_of(ret, key->offset));
	}
}

void memcg_parse_oom_control(struct text text, struct memcg *row)
{
	struct text rest = text, line, name;
	memcg_parse_events(text, &row->events);
	row->oom_kill_disable = row->under_oom = UNKNOWN;
	while (text_next_line(&rest, &line)) {
		if (!text_split(&line, ' ', &name))
			continue;
		if (text_equals(name, "oom_kill_disable"))
			memcg_parse_flag(line, &row->oom_kill_disable);
		else if (text_equals(name, "under_oom"))
			memcg_parse_flag(line, &row->under_oom);
	}
}

/* The parsers as the table calls them. */
static void amount(struct text text, void *field)
{
	memcg_parse_amount(text, field);
}

static void count(struct text text, void *field)
{
	memcg_parse_count(text, field);
}

static void flag(struct text text, void *field)
{
	memcg_parse_flag(text, field);
}

static void psi(struct text text, void *field)
{
	host_parse_psi(text, field);
}

static void stat_v2(struct text text, void *row)
{
	memcg_parse_stat_v2(text, row);
}

static void stat_v1(struct text text, void *row)
{
	memcg_parse_stat_v1(text, row);
}

static void events(struct text text, void *field)
{
	memcg_parse_events(text, field);
}

static void oom_control(struct text text, void *row)
{
	memcg_parse_oom_control(text, row);
}

#define EACH      MEMCG_FILE_EACH_TIME
#define MOVED     MEMCG_FILE_WHEN_MOVED
#define OOM       MEMCG_FILE_AFTER_OOM
#define TURN      MEMCG_FILE_IN_TURN
#define REOPEN    MEMCG_FILE_REOPENED
#define AT(field) offsetof(struct memcg, field)

/* Sources: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst. */
const struct memcg_file memcg_files[] = {
	{ "memory.current", 2, EACH, 0, AT(usage), amount },
	{ "memory.events", 2, EACH, 1, AT(events), events },
	{ "memory.events.local", 2, OOM, REOPEN, AT(events_local), events }, /* 5.2 */
	{ "memory.max", 2, EACH, 2, AT(limit), amount },
	{ "memory.stat", 2, MOVED, 3, 0, stat_v2 },
	{ "memory.pressure", 2, MOVED, REOPEN, AT(psi), psi },
	{ "memory.swap.current", 2, MOVED, REOPEN, AT(swap_usage), amount },
	{ "memory.swap.max", 2, TURN, REOPEN, AT(swap_limit), amount },
	{ "memory.high", 2, TURN, REOPEN, AT(high), amount },
	{ "memory.low", 2, TURN, REOPEN, AT(low), amount },
	{ "memory.min", 2, TURN, REOPEN, AT(min), amount },
	{ "memory.peak", 2, TURN, REOPEN, AT(peak), amount },         /* 5.19 */
	{ "memory.oom.group", 2, TURN, REOPEN, AT(oom_group), flag }, /* 4.19 */

	{ "memory.usage_in_bytes", 1, EACH, 0, AT(usage), amount },
	{ "memory.oom_control", 1, EACH, 1, 0, oom_control },
	{ "memory.limit_in_bytes", 1, EACH, 2, AT(limit), amount },
	{ "memory.stat", 1, MOVED, 3, 0, stat_v1 },
	{ "memory.memsw.limit_in_bytes", 1, TURN, REOPEN, AT(memsw_limit), amount },
	{ "memory.kmem.usage_in_bytes", 1, TURN, REOPEN, AT(kernel), amount },
	{ "memory.max_usage_in_bytes", 1, TURN, REOPEN, AT(peak), amount },
	{ "memory.failcnt", 1, MOVED, REOPEN, AT(failcnt), count },
	{ "memory.swappiness", 1, TURN, REOPEN, AT(swappiness), count },
	{ "memory.use_hierarchy", 1, TURN, REOPEN, AT(use_hierarchy), flag },
};

const size_t memcg_file_count = ARRAY_SIZE(memcg_files);

void memcg_row_forget(struct memcg *row, int version)
{
	const struct text absent = { "", 0 };
	const int other = version == 1 ? 2 : 1;
	for (size_t i = 0; i < memcg_file_count; i++)
		if (memcg_files[i].version == other)
			memcg_files[i].parse(absent, field_of(row, memcg_files[i].offset));
	for (size_t i = 0; i < memcg_file_count; i++)
		if (memcg_files[i].version == version)
			memcg_files[i].parse(absent, field_of(row, memcg_files[i].offset));
}

/* v1 limits memory and swap together. */
static struct amount swap_alone(struct amount memsw, struct amount memory)
{
	if (!amount_known(memsw))
		return memsw;
	if (!amount_known(memory))
		return (struct amount){ AMOUNT_UNKNOWN, 0 };
	return amount_bytes(memsw.bytes > memory.bytes ? memsw.bytes - memory.bytes : 0);
}

void memcg_row_finish(struct memcg *row, int version)
{
	if (version == 1) {
		row->swap_limit = swap_alone(row->memsw_limit, row->limit);
	} else if (row->parent < 0 && row->usage.kind == AMOUNT_UNKNOWN &&
		   row->limit.kind == AMOUNT_UNKNOWN) {
		row->limit.kind = AMOUNT_UNLIMITED;
	}
}
