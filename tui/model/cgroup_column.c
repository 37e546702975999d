#include "cgroup_column.h"

#include "column_names.h"
#include "column_set.h"

#include "oomspect/memcg_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct memcg *row_of(const struct cgroup_context *context, int32_t row)
{
	return &context->snapshot->memcgs->rows[row];
}

static int64_t kb_of(struct amount amount)
{
	if (amount.kind == AMOUNT_UNLIMITED)
		return CGROUP_NONE;
	return amount_known(amount) ? (int64_t)(amount.bytes / 1024) : COLUMN_MISSING;
}

static int64_t known(int64_t value)
{
	return value == UNKNOWN ? COLUMN_MISSING : value;
}

/* A column whose value is a size of the row. */
#define SIZE(field) \
	static int64_t value_##field(const struct cgroup_context *context, int32_t row) \
	{ \
		return kb_of(row_of(context, row)->field); \
	}
SIZE(usage)
SIZE(effective_limit)
SIZE(headroom)
SIZE(unreclaimable)
SIZE(reclaimable)
SIZE(anon)
SIZE(file)
SIZE(shmem)
SIZE(kernel)
SIZE(swap_usage)
SIZE(swap_limit)
SIZE(high)
SIZE(peak)

static int64_t value_share(const struct cgroup_context *context, int32_t row)
{
	const struct memcg *memcg = row_of(context, row);
	if (!amount_known(memcg->usage) || !amount_known(memcg->effective_limit))
		return COLUMN_MISSING;
	return known(format_share_tenths((int64_t)(memcg->usage.bytes / 1024),
		(int64_t)(memcg->effective_limit.bytes / 1024)));
}

static int64_t value_processes(const struct cgroup_context *context, int32_t row)
{
	return known(row_of(context, row)->processes);
}

static int64_t value_psi(const struct cgroup_context *context, int32_t row)
{
	return known(row_of(context, row)->psi.some.avg10);
}

static int64_t value_kills(const struct cgroup_context *context, int32_t row)
{
	return known(row_of(context, row)->events.oom_kill);
}

/* v2 counts charges that were about to exceed the limit, v1 those that did: both mean reclaim. */
static int64_t value_maxed(const struct cgroup_context *context, int32_t row)
{
	const struct memcg *memcg = row_of(context, row);
	return known(memcg->events.max == UNKNOWN ? memcg->failcnt : memcg->events.max);
}

static int64_t value_growth(const struct cgroup_context *context, int32_t row)
{
	int64_t growth;
	return trend_growth(&row_of(context, row)->trend, &growth) ? growth / 1024 : COLUMN_MISSING;
}

static int64_t value_eta(const struct cgroup_context *context, int32_t row)
{
	return known(memcg_eta_s(row_of(context, row)));
}

static int64_t value_victim(const struct cgroup_context *context, int32_t row)
{
	const struct task *task = memcg_victims_of(context->victims, row)->task;
	return task ? task->pid : COLUMN_MISSING;
}

static const char *string_kind(
	const struct cgroup_context *context, int32_t row, char buffer[CGROUP_CELL_SIZE])
{
	struct memcg_name name;
	(void)buffer;
	memcg_name_of(row_of(context, row)->path, &name);
	return memcg_kind_names[name.kind];
}

static const char *string_name(
	const struct cgroup_context *context, int32_t row, char buffer[CGROUP_CELL_SIZE])
{
	struct memcg_name name;
	memcg_name_of(row_of(context, row)->path, &name);
	snprintf(buffer, CGROUP_CELL_SIZE, "%s", name.name);
	return buffer;
}

static const char *string_victim(
	const struct cgroup_context *context, int32_t row, char buffer[CGROUP_CELL_SIZE])
{
	const struct task *task = memcg_victims_of(context->victims, row)->task;
	if (!task)
		return "-";
	snprintf(buffer, CGROUP_CELL_SIZE, "%d %s", (int)task->pid, task->comm);
	return buffer;
}

static const char *string_cgroup(
	const struct cgroup_context *context, int32_t row, char buffer[CGROUP_CELL_SIZE])
{
	(void)buffer;
	return row_of(context, row)->path;
}

static void format_sized(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	format_size(&context->measure, value, buffer);
}

static void format_percent(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	format_tenths(value / 10, buffer);
}

static void format_pressure(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	format_hundredths(value, buffer);
}

static void format_number(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	snprintf(buffer, FORMAT_SIZE, "%" PRId64, value);
}

static void format_rate(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	format_size(&context->measure, value < 0 ? -value : value, size);
	snprintf(buffer, FORMAT_SIZE, "%s%.*s/s", value < 0 ? "-" : "+", FORMAT_SIZE - 8, size);
}

/* "~": an estimate. */
static void format_eta(
	const struct cgroup_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	char span[FORMAT_SIZE];
	(void)context;
	format_span(value, span);
	snprintf(buffer, FORMAT_SIZE, "~%.*s", FORMAT_SIZE - 2, span);
}

const struct cgroup_column cgroup_columns[CGROUP_COL_COUNT] = {
	[CGROUP_COL_USED] = { "used", "USED", 5, false, false, value_usage, format_sized, NULL,
		"memory charged to it and its descendants, page cache and kernel memory too" },
	[CGROUP_COL_LIMIT] = { "limit", "LIMIT", 6, false, true, value_effective_limit,
		format_sized, NULL, "the limit that is nearest to be hit; ^ it is an ancestor's" },
	[CGROUP_COL_SHARE] = { "%lim", "%LIM", 5, false, false, value_share, format_percent, NULL,
		"USED in percent of LIMIT" },
	[CGROUP_COL_LEFT] = { "left", "LEFT", 5, false, true, value_headroom, format_sized, NULL,
		"what is left of LIMIT, which siblings may use as well" },
	[CGROUP_COL_UNRECL] = { "unrecl", "UNRECL", 6, false, false, value_unreclaimable,
		format_sized, NULL, "of USED: cannot be dropped; this is what ends in an OOM" },
	[CGROUP_COL_RECL] = { "recl", "RECL", 5, false, false, value_reclaimable, format_sized,
		NULL, "of USED: clean page cache and slab, dropped before anybody dies" },
	[CGROUP_COL_ANON] = { "anon", "ANON", 5, false, false, value_anon, format_sized, NULL,
		"of USED: anonymous" },
	[CGROUP_COL_FILE] = { "file", "FILE", 5, false, false, value_file, format_sized, NULL,
		"of USED: page cache, shmem too" },
	[CGROUP_COL_SHMEM] = { "shmem", "SHMEM", 5, false, false, value_shmem, format_sized, NULL,
		"of FILE: shared memory and tmpfs, which cannot be dropped" },
	[CGROUP_COL_KERNEL] = { "kernel", "KERNEL", 6, false, false, value_kernel, format_sized,
		NULL, "of USED: kernel memory" },
	[CGROUP_COL_SWAP] = { "swap", "SWAP", 5, false, false, value_swap_usage, format_sized, NULL,
		"swapped out" },
	[CGROUP_COL_SWMAX] = { "swmax", "SWMAX", 5, false, true, value_swap_limit, format_sized,
		NULL, "limit of SWAP" },
	[CGROUP_COL_HIGH] = { "high", "HIGH", 5, false, true, value_high, format_sized, NULL,
		"memory.high: above it the cgroup is slowed down, never killed" },
	[CGROUP_COL_PEAK] = { "peak", "PEAK", 5, false, false, value_peak, format_sized, NULL,
		"the most it ever used" },
	[CGROUP_COL_PROCS] = { "procs", "PROCS", 5, false, false, value_processes, format_number,
		NULL, "processes in it and its descendants" },
	[CGROUP_COL_PSI] = { "psi", "PSI", 5, false, false, value_psi, format_pressure, NULL,
		"percent of the last 10 s that some of it waited for memory" },
	[CGROUP_COL_K] = { "k", "K", 3, false, false, value_kills, format_number, NULL,
		"OOM kills in it (v1: not in its descendants)" },
	[CGROUP_COL_MAXED] = { "maxed", "MAXED", 6, false, false, value_maxed, format_number, NULL,
		"how often the limit was met and memory reclaimed; no OOM kills" },
	[CGROUP_COL_GROWTH] = { "growth", "GROWTH", 8, false, false, value_growth, format_rate,
		NULL, "growth of UNRECL over at least a minute; an estimate" },
	[CGROUP_COL_ETA] = { "eta", "ETA", 5, false, true, value_eta, format_eta, NULL,
		"when LIMIT is met at this GROWTH; an estimate" },
	[CGROUP_COL_KIND] = { "kind", "KIND", 10, true, true, NULL, NULL, string_kind,
		"slice, service, scope, docker, podman, containerd, crio, kubepod, lxc, other" },
	[CGROUP_COL_NAME] = { "name", "NAME", 12, true, true, NULL, NULL, string_name,
		"unit, container or pod, short" },
	[CGROUP_COL_VICTIM] = { "victim", "VICTIM", 12, true, true, value_victim, NULL,
		string_victim, "whom an OOM of it would kill, at the moment that is shown" },
	[CGROUP_COL_CGROUP] = { "cgroup", "CGROUP", 12, true, true, NULL, NULL, string_cgroup,
		"its path" },
};

enum cgroup_column_id cgroup_column_find(const char *name, size_t length)
{
	for (enum cgroup_column_id id = 0; id < CGROUP_COL_COUNT; id++)
		if (strlen(cgroup_columns[id].name) == length &&
			strncasecmp(cgroup_columns[id].name, name, length) == 0)
			return id;
	return CGROUP_COL_COUNT;
}

static unsigned find(const char *name, size_t length)
{
	return cgroup_column_find(name, length);
}

enum err_code cgroup_column_set_parse(
	struct cgroup_column_set *set, const char *names, struct err *err)
{
	static const struct column_table table = { find, CGROUP_COL_COUNT };
	unsigned ids[COLUMN_NAMES_MAX];
	size_t count;
	enum err_code code = column_names_parse(&table, names, ids, &count, err);
	if (code)
		return code;
	*set = (struct cgroup_column_set){ .count = count };
	for (size_t i = 0; i < count; i++)
		set->ids[i] = (enum cgroup_column_id)ids[i];
	return ERR_OK;
}

static bool is_ancestors(const struct cgroup_context *context, int32_t row)
{
	const struct memcg *memcg = row_of(context, row);
	return amount_known(memcg->effective_limit) && memcg->limited_by != row;
}

const char *cgroup_column_cell(enum cgroup_column_id id, const struct cgroup_context *context,
	int32_t row, char buffer[CGROUP_CELL_SIZE])
{
	const struct cgroup_column *column = &cgroup_columns[id];
	if (column->string)
		return column->string(context, row, buffer);
	int64_t value = column->value(context, row);
	if (value == COLUMN_MISSING)
		return "-";
	if (value == CGROUP_NONE)
		return "none";
	char number[FORMAT_SIZE];
	bool marked = id == CGROUP_COL_LIMIT && is_ancestors(context, row);
	column->format(context, value, number);
	snprintf(buffer, CGROUP_CELL_SIZE, "%s%s", number, marked ? "^" : "");
	return buffer;
}

void cgroup_column_set_fit(struct cgroup_column_set *set, const struct grid *grid,
	const struct cgroup_context *context, const int32_t *rows, size_t count)
{
	char buffer[CGROUP_CELL_SIZE];
	for (size_t i = 0; i < set->count; i++) {
		set->widths[i] = cgroup_columns[set->ids[i]].width;
		for (size_t r = 0; r < count; r++) {
			const char *cell =
				cgroup_column_cell(set->ids[i], context, rows[r], buffer);
			int width = grid_foreign_width(grid, cell);
			set->widths[i] = width > set->widths[i] ? width : set->widths[i];
		}
	}
}

int cgroup_column_set_width(const struct cgroup_column_set *set)
{
	int width = 0;
	for (size_t i = 0; i < set->count; i++)
		width += set->widths[i] + (i > 0);
	return width;
}

static void put_cell(struct pen *pen, const struct cgroup_column_set *set, size_t index,
	unsigned style, const char *text)
{
	if (index > 0)
		grid_skip(pen, 1);
	if (cgroup_columns[set->ids[index]].text)
		column_put_text(pen, style, text, set->widths[index], index + 1 == set->count);
	else
		grid_put_right(pen, style, text, set->widths[index]);
}

void cgroup_column_put_titles(
	const struct cgroup_column_set *set, struct pen *pen, enum cgroup_column_id sorted)
{
	for (size_t i = 0; i < set->count; i++)
		put_cell(pen, set, i, set->ids[i] == sorted ? STYLE_BOLD : STYLE_NORMAL,
			cgroup_columns[set->ids[i]].title);
}

void cgroup_column_put_row(const struct cgroup_column_set *set,
	const struct cgroup_context *context, int32_t row, struct pen *pen)
{
	char buffer[CGROUP_CELL_SIZE];
	for (size_t i = 0; i < set->count; i++)
		put_cell(pen, set, i, STYLE_NORMAL,
			cgroup_column_cell(set->ids[i], context, row, buffer));
}
