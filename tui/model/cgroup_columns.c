#include "cgroup_columns.h"

#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- values ----------------------------------------------------------------------------------- */

static int64_t known(int64_t value)
{
	return value == UNKNOWN ? COLUMN_MISSING : value;
}

static int64_t value_share(const struct column_context *context, union column_row row)
{
	const struct memcg *memcg = row.cgroup;
	(void)context;
	if (!amount_known(memcg->usage) || !amount_known(memcg->effective_limit))
		return COLUMN_MISSING;
	return known(format_share_tenths((int64_t)(memcg->usage.bytes / 1024),
		(int64_t)(memcg->effective_limit.bytes / 1024)));
}

static int64_t value_processes(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(row.cgroup->processes);
}

static int64_t value_psi(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(row.cgroup->psi.some.avg10);
}

static int64_t value_kills(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(row.cgroup->events.oom_kill);
}

/* v2 counts charges that were about to exceed the limit, v1 those that did: both mean reclaim. */
static int64_t value_maxed(const struct column_context *context, union column_row row)
{
	const struct memcg *memcg = row.cgroup;
	(void)context;
	return known(memcg->events.max == UNKNOWN ? memcg->failcnt : memcg->events.max);
}

static int64_t value_growth(const struct column_context *context, union column_row row)
{
	int64_t growth;
	(void)context;
	return trend_growth(&row.cgroup->trend, &growth) ? growth / 1024 : COLUMN_MISSING;
}

static int64_t value_eta(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(memcg_eta_s(row.cgroup));
}

static int32_t index_of(const struct column_context *context, union column_row row)
{
	return (int32_t)(row.cgroup - context->snapshot->memcgs->rows);
}

static const struct task *victim_of(const struct column_context *context, union column_row row)
{
	return memcg_victims_of(context->victims, index_of(context, row))->task;
}

static int64_t value_victim(const struct column_context *context, union column_row row)
{
	const struct task *task = victim_of(context, row);
	return task ? task->pid : COLUMN_MISSING;
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char *string_kind(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	struct memcg_name name;
	(void)context;
	(void)buffer;
	memcg_name_of(row.cgroup->path, &name);
	return memcg_kind_names[name.kind];
}

static const char *string_name(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	struct memcg_name name;
	(void)context;
	memcg_name_of(row.cgroup->path, &name);
	snprintf(buffer, COLUMN_CELL_SIZE, "%s", name.name);
	return buffer;
}

static const char *string_victim(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	const struct task *task = victim_of(context, row);
	if (!task)
		return "-";
	snprintf(buffer, COLUMN_CELL_SIZE, "%d %s", (int)task->pid, task->comm);
	return buffer;
}

static const char *string_cgroup(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	(void)context;
	(void)buffer;
	return row.cgroup->path;
}

/* --- numbers as they are written -------------------------------------------------------------- */

/* "16.0G^": an ancestor's. */
static void format_limit(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	bool own = row.cgroup->limited_by == index_of(context, row);
	format_size(&context->measure, value, size);
	snprintf(buffer, FORMAT_SIZE, "%.*s%s", FORMAT_SIZE - 2, size, own ? "" : "^");
}

static void format_percent(const struct column_context *context, union column_row row,
	int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	format_tenths(value / 10, buffer);
}

static void format_pressure(const struct column_context *context, union column_row row,
	int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	format_hundredths(value, buffer);
}

static void format_rate(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	(void)row;
	format_size(&context->measure, value < 0 ? -value : value, size);
	snprintf(buffer, FORMAT_SIZE, "%s%.*s/s", value < 0 ? "-" : "+", FORMAT_SIZE - 8, size);
}

/* "~": an estimate. */
static void format_eta(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	char span[FORMAT_SIZE];
	(void)context;
	(void)row;
	format_span(value, span);
	snprintf(buffer, FORMAT_SIZE, "~%.*s", FORMAT_SIZE - 2, span);
}

/* And "^". */
static int need_limit(const struct column_context *context)
{
	return units_rows[context->measure.units].width + 1;
}

static int need_kills(const struct column_context *context)
{
	const struct memcg_tree *tree = context->snapshot->memcgs;
	char text[FORMAT_SIZE];
	int64_t most = 0;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->rows[i].events.oom_kill > most)
			most = tree->rows[i].events.oom_kill;
	return snprintf(text, sizeof(text), "%" PRId64, most);
}

/* --- the table -------------------------------------------------------------------------------- */

#define AMOUNT(member) COLUMN_AMOUNT, .field = offsetof(struct memcg, member)

const struct column cgroup_columns[] = {
	[CGROUP_COL_USED] = {
		.name = "used",
		.title = "USED",
		.width = 5,
		.screen = { .place = 20, .drop = 1 },
		.flags = COLUMN_STRIP,
		.kind = AMOUNT(usage),
		.help = "memory charged to it and its descendants, page cache and kernel memory "
			"too",
	},
	[CGROUP_COL_LIMIT] = {
		.name = "limit",
		.title = "LIMIT",
		.width = 6,
		.screen = { .place = 90, .width = 7, .drop = 2 },
		.flags = COLUMN_ASCENDING | COLUMN_STRIP,
		.kind = AMOUNT(effective_limit),
		.format = format_limit,
		.need = need_limit,
		.help = "the limit that is nearest to be hit; ^ it is an ancestor's",
	},
	[CGROUP_COL_SHARE] = {
		.name = "%lim",
		.title = "%LIM",
		.width = 5,
		.screen = { .place = 110, .width = 4, .wide_width = 5 },
		.flags = COLUMN_STRIP,
		.value = value_share,
		.format = format_percent,
		.help = "USED in percent of LIMIT",
	},
	[CGROUP_COL_LEFT] = {
		.name = "left",
		.title = "LEFT",
		.width = 5,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.kind = AMOUNT(headroom),
		.label = "  headroom ",
		.help = "what is left of LIMIT, which siblings may use as well",
	},
	[CGROUP_COL_UNRECL] = {
		.name = "unrecl",
		.title = "UNRECL",
		.width = 6,
		.screen = { .drop = COLUMN_ASKED },
		.kind = AMOUNT(unreclaimable),
		.help = "of USED: cannot be dropped; this is what ends in an OOM",
	},
	[CGROUP_COL_RECL] = {
		.name = "recl",
		.title = "RECL",
		.width = 5,
		.screen = { .drop = COLUMN_ASKED },
		.kind = AMOUNT(reclaimable),
		.label = "  reclaimable ",
		.help = "of USED: clean page cache and slab, dropped before anybody dies",
	},
	[CGROUP_COL_ANON] = {
		.name = "anon",
		.title = "ANON",
		.width = 5,
		.screen = { .place = 30, .drop = 9, .min_cols = COLUMNS_WIDE },
		.kind = AMOUNT(anon),
		.help = "of USED: anonymous",
	},
	[CGROUP_COL_FILE] = {
		.name = "file",
		.title = "FILE",
		.width = 5,
		.screen = { .place = 40, .drop = 12, .min_cols = COLUMNS_WIDE },
		.kind = AMOUNT(file),
		.help = "of USED: page cache, shmem too",
	},
	[CGROUP_COL_SHMEM] = {
		.name = "shmem",
		.title = "SHMEM",
		.width = 5,
		.screen = { .place = 50, .drop = 13, .min_cols = COLUMNS_WIDE },
		.kind = AMOUNT(shmem),
		.help = "of FILE: shared memory and tmpfs, which cannot be dropped",
	},
	[CGROUP_COL_KERNEL] = {
		.name = "kernel",
		.title = "KERNEL",
		.width = 6,
		.screen = { .place = 60, .drop = 11, .min_cols = COLUMNS_WIDE },
		.kind = AMOUNT(kernel),
		.help = "of USED: kernel memory",
	},
	[CGROUP_COL_SWAP] = {
		.name = "swap",
		.title = "SWAP",
		.width = 5,
		.screen = { .place = 70, .drop = 7, .min_cols = COLUMNS_WIDE },
		.kind = AMOUNT(swap_usage),
		.help = "swapped out",
	},
	[CGROUP_COL_SWMAX] = {
		.name = "swmax",
		.title = "SWMAX",
		.width = 5,
		.screen = { .place = 100, .drop = 10, .min_cols = COLUMNS_WIDE },
		.flags = COLUMN_ASCENDING,
		.kind = AMOUNT(swap_limit),
		.label = "  swap limit ",
		.help = "limit of SWAP",
	},
	[CGROUP_COL_HIGH] = {
		.name = "high",
		.title = "HIGH",
		.width = 5,
		.screen = { .place = 80, .drop = 8, .min_cols = COLUMNS_WIDE },
		.flags = COLUMN_ASCENDING,
		.kind = AMOUNT(high),
		.label = "  high ",
		.help = "memory.high: above it the cgroup is slowed down, never killed",
	},
	[CGROUP_COL_PEAK] = {
		.name = "peak",
		.title = "PEAK",
		.width = 5,
		.screen = { .drop = COLUMN_ASKED },
		.kind = AMOUNT(peak),
		.help = "the most it ever used",
	},
	[CGROUP_COL_PROCS] = {
		.name = "procs",
		.title = "PROCS",
		.width = 5,
		.screen = { .drop = COLUMN_ASKED },
		.value = value_processes,
		.help = "processes in it and its descendants",
	},
	[CGROUP_COL_PSI] = {
		.name = "psi",
		.title = "PSI",
		.width = 5,
		.screen = { .place = 130, .width = 3, .wide_width = 5, .drop = 6 },
		.flags = COLUMN_STRIP,
		.value = value_psi,
		.format = format_pressure,
		.help = "percent of the last 10 s that some of it waited for memory",
	},
	[CGROUP_COL_K] = {
		.name = "k",
		.title = "K",
		.width = 3,
		.screen = { .place = 160, .width = 1, .wide_width = 2, .drop = 5 },
		.flags = COLUMN_STRIP,
		.value = value_kills,
		.need = need_kills,
		.help = "OOM kills in it (v1: not in its descendants)",
	},
	[CGROUP_COL_MAXED] = {
		.name = "maxed",
		.title = "MAXED",
		.width = 6,
		.screen = { .drop = COLUMN_ASKED },
		.value = value_maxed,
		.help = "how often the limit was met and memory reclaimed; no OOM kills",
	},
	[CGROUP_COL_GROWTH] = {
		.name = "growth",
		.title = "GROWTH",
		.width = 8,
		.screen = { .drop = COLUMN_ASKED },
		.value = value_growth,
		.format = format_rate,
		.help = "growth of UNRECL over at least a minute; an estimate",
	},
	[CGROUP_COL_ETA] = {
		.name = "eta",
		.title = "ETA",
		.width = 5,
		.screen = { .place = 170, .width = 4, .drop = 6, .min_cols = 100 },
		.flags = COLUMN_ASCENDING | COLUMN_STRIP,
		.value = value_eta,
		.format = format_eta,
		.help = "when LIMIT is met at this GROWTH; an estimate",
	},
	[CGROUP_COL_KIND] = {
		.name = "kind",
		.title = "KIND",
		.width = 10,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.kind = COLUMN_TEXT,
		.string = string_kind,
		.help = "slice, service, scope, docker, podman, containerd, crio, kubepod, lxc, "
			"other",
	},
	[CGROUP_COL_NAME] = {
		.name = "name",
		.title = "NAME",
		.width = 12,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.kind = COLUMN_TEXT,
		.string = string_name,
		.help = "unit, container or pod, short",
	},
	[CGROUP_COL_VICTIM] = {
		.name = "victim",
		.title = "VICTIM",
		.width = 12,
		.screen = { .place = 180, .width = 10, .wide_width = 12, .drop = 3 },
		.flags = COLUMN_ASCENDING | COLUMN_STRIP,
		.kind = COLUMN_TEXT,
		.value = value_victim,
		.string = string_victim,
		.help = "whom an OOM of it would kill, at the moment that is shown",
	},
	[CGROUP_COL_CGROUP] = {
		.name = "cgroup",
		.title = "CGROUP",
		.width = 12,
		.screen = { .place = 10 },
		.flags = COLUMN_ASCENDING | COLUMN_STRIP,
		.kind = COLUMN_TEXT,
		.string = string_cgroup,
		.help = "its path",
	},
};

static const struct column drawn[] = {
	[CGROUP_COL_BAR - COLUMN_DRAWN] = {
		.title = "0%",
		.width = 16,
		.screen = { .place = 120, .wide_width = 22, .drop = 4 },
		.flags = COLUMN_STRIP,
	},
	[CGROUP_COL_HIGHS - COLUMN_DRAWN] = {
		.title = "HIGH/s",
		.width = 6,
		.screen = { .place = 140, .drop = 15, .min_cols = COLUMNS_WIDE },
		.flags = COLUMN_STRIP,
	},
	[CGROUP_COL_MAXES - COLUMN_DRAWN] = {
		.title = "MAX/s",
		.width = 6,
		.screen = { .place = 150, .drop = 14, .min_cols = COLUMNS_WIDE },
		.flags = COLUMN_STRIP,
	},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const struct column_table cgroup_table = {
	.columns = cgroup_columns,
	.count = COUNT_OF(cgroup_columns),
	.drawn = drawn,
	.drawn_count = COUNT_OF(drawn),
};

_Static_assert(COUNT_OF(cgroup_columns) + COUNT_OF(drawn) <= COLUMNS_MAX,
	"a set has no room for all columns");
