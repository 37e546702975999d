#include "process_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- values ----------------------------------------------------------------------------------- */

static int64_t known(int64_t value)
{
	return value < 0 ? COLUMN_MISSING : value;
}

static int64_t value_rank(const struct column_context *context, union column_row row)
{
	size_t rank = outlook_rank(context->outlook, row.process);
	return rank ? (int64_t)rank : COLUMN_MISSING;
}

/* Its place in what a context has by task of the snapshot. */
static size_t place_of(const struct column_context *context, union column_row row)
{
	return (size_t)(row.process->task - context->snapshot->tasks);
}

static int64_t value_moved(const struct column_context *context, union column_row row)
{
	return context->moved ? context->moved[place_of(context, row)] : 0;
}

static int64_t value_pid(const struct column_context *context, union column_row row)
{
	(void)context;
	return row.process->task->pid;
}

static int64_t value_ppid(const struct column_context *context, union column_row row)
{
	(void)context;
	return row.process->task->ppid;
}

static int64_t value_uid(const struct column_context *context, union column_row row)
{
	uid_t uid = row.process->task->uid;
	(void)context;
	return uid == UID_UNKNOWN ? COLUMN_MISSING : (int64_t)uid;
}

static int64_t value_state(const struct column_context *context, union column_row row)
{
	char state = row.process->task->state;
	(void)context;
	return state == '?' ? COLUMN_MISSING : (int64_t)state;
}

static int64_t value_start(const struct column_context *context, union column_row row)
{
	uint64_t ticks = row.process->task->start_ticks;
	(void)context;
	return ticks > INT64_MAX ? COLUMN_MISSING : (int64_t)ticks;
}

static int64_t value_mem(const struct column_context *context, union column_row row)
{
	return column_mem_tenths(context->outlook, row.process);
}

static int64_t value_adj(const struct column_context *context, union column_row row)
{
	return column_adj_tenths(context->outlook, row.process);
}

static int64_t value_bad(const struct column_context *context, union column_row row)
{
	return column_bad_tenths(context->outlook, row.process);
}

static int64_t value_score(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(row.process->task->oom_score);
}

static int64_t value_pt(const struct column_context *context, union column_row row)
{
	(void)context;
	return known(row.process->task->pte_kb);
}

static int64_t value_growth(const struct column_context *context, union column_row row)
{
	int64_t kb_min = UNKNOWN_SIGNED;
	if (context->growth)
		kb_min = context->growth[place_of(context, row)].kb_min;
	return kb_min == UNKNOWN_SIGNED ? COLUMN_MISSING : kb_min;
}

const char column_flags_legend[] =
	"FLG g=memory.oom.group kills together  u=adj -1000  i=init  v=vfork  x=exiting";

/* Three letters: kills together; on its way out; why it cannot be killed. */
static int64_t value_flags(const struct column_context *context, union column_row row)
{
	static const char reasons[UNKILLABLE_UNKNOWN + 1] = {
		[KILLABLE] = '-',
		[UNKILLABLE_INIT] = 'i',
		[UNKILLABLE_KTHREAD] = 'k',
		[UNKILLABLE_ADJ] = 'u',
		[UNKILLABLE_NO_MM] = 'n',
		[UNKILLABLE_VFORK] = 'v',
		[UNKILLABLE_UNKNOWN] = '?',
	};
	const struct task *task = row.process->task;
	bool group =
		task->memcg >= 0 && context->snapshot->memcgs->rows[task->memcg].oom_group == 1;
	return (group ? 'g' : '-') << 16 | (task->exiting ? 'x' : '-') << 8 |
	       reasons[row.process->unkillable];
}

int64_t column_mem_tenths(const struct outlook *outlook, const struct ranking_row *row)
{
	struct badness_share share;
	return outlook_share(outlook, row, &share) ? share.mem : COLUMN_MISSING;
}

int64_t column_adj_tenths(const struct outlook *outlook, const struct ranking_row *row)
{
	struct badness_share share;
	if (!row->task->adj_known)
		return COLUMN_MISSING;
	/* What cannot be killed has a value, and no badness for it to weigh in. */
	if (row->unkillable != KILLABLE || !outlook_share(outlook, row, &share))
		return (int64_t)row->oom_score_adj * 10;
	return share.adj;
}

int64_t column_bad_tenths(const struct outlook *outlook, const struct ranking_row *row)
{
	struct badness_share share;
	if (row->unkillable == UNKILLABLE_UNKNOWN)
		return COLUMN_MISSING;
	if (row->unkillable != KILLABLE)
		return COLUMN_UNKILLABLE;
	return outlook_share(outlook, row, &share) ? share.bad : COLUMN_MISSING;
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char *string_user(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	(void)buffer;
	return context->lookup.user(context->lookup.context, row.process->task);
}

static const char *string_command(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	(void)buffer;
	return context->lookup.command(context->lookup.context, row.process->task);
}

static const char *string_comm(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	(void)context;
	(void)buffer;
	return row.process->task->comm;
}

static const char *string_cgroup(
	const struct column_context *context, union column_row row, char buffer[COLUMN_CELL_SIZE])
{
	const char *path = snapshot_cgroup(context->snapshot, row.process->task);
	(void)buffer;
	if (!path)
		return "-";
	return path[0] == '/' && path[1] ? path + 1 : path;
}

/* --- numbers as they are written -------------------------------------------------------------- */

static void format_rank(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	bool next = value == 1 && outlook_next(context->outlook);
	(void)row;
	snprintf(buffer, FORMAT_SIZE, "%" PRId64 "%s", value, next ? "*" : "");
}

static void format_moved(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	buffer[0] = '\0';
	if (value != 0)
		snprintf(buffer, FORMAT_SIZE, "%c%" PRId64, value > 0 ? '^' : 'v',
			value > 0 ? value : -value);
}

static void format_state(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	snprintf(buffer, FORMAT_SIZE, "%c", (char)value);
}

/* The time of a start today, the date of an older one. */
static void format_start(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	const struct host *host = &context->snapshot->host;
	int64_t ticks = host->clock_ticks > 0 ? host->clock_ticks : 100;
	int64_t age = host->boot_ms / 1000 - value / ticks;
	time_t when = (time_t)((int64_t)host->time_unix - age);
	struct tm tm;
	(void)row;
	if (host->time_unix <= 0 || !localtime_r(&when, &tm))
		snprintf(buffer, FORMAT_SIZE, "-");
	else
		strftime(buffer, FORMAT_SIZE, age < 86400 ? "%H:%M:%S" : "%Y%m%d", &tm);
}

static void format_adj(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	format_weight(value, buffer);
}

void column_format_adj(
	const struct outlook *outlook, const struct ranking_row *row, char buffer[FORMAT_SIZE])
{
	int64_t tenths = column_adj_tenths(outlook, row);
	if (tenths == COLUMN_MISSING)
		snprintf(buffer, FORMAT_SIZE, "-");
	else
		format_weight(tenths, buffer);
}

static void format_growth(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	(void)row;
	format_size(&context->measure, value < 0 ? -value : value, size);
	snprintf(buffer, FORMAT_SIZE, "%s%.*s",
		value > 0   ? "+"
		: value < 0 ? "-"
			    : "",
		FORMAT_SIZE - 2, size);
}

/* Page tables below a megabyte decide nothing, and change by pages all the time. */
static void format_pt(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	(void)row;
	if (context->measure.units == UNITS_AUTO && value > 0 && value < 1024)
		snprintf(buffer, FORMAT_SIZE, "<1M");
	else
		format_size(&context->measure, value, buffer);
}

static void format_flags(const struct column_context *context, union column_row row, int64_t value,
	char buffer[FORMAT_SIZE])
{
	(void)context;
	(void)row;
	snprintf(buffer, FORMAT_SIZE, "%c%c%c", (char)(value >> 16), (char)(value >> 8),
		(char)value);
}

/* The star stands behind the figure. */
static int need_rank(const struct column_context *context)
{
	int digits = 1;
	for (size_t most = context->outlook->ranking.killable; most >= 10; most /= 10)
		digits++;
	return digits + 1;
}

static int need_growth(const struct column_context *context)
{
	return units_rows[context->measure.units].width + 1;
}

/* --- the table -------------------------------------------------------------------------------- */

#define WIDE          100 /* from this width on the parts of the memory are shown too */
#define PAGES(member) COLUMN_PAGES, .field = offsetof(struct task, member)

const struct column columns[COL_COUNT] = {
	[COL_RK] = {
		.name = "rk",
		.title = "RK",
		.width = 3,
		.flags = COLUMN_ASCENDING | COLUMN_LEFT,
		.value = value_rank,
		.format = format_rank,
		.need = need_rank,
		.help = "order of death in the domain; * is the next victim",
	},
	[COL_MOVED] = {
		.name = "+-",
		.title = "+-",
		.width = 3,
		.screen = { .drop = 9, .min_cols = WIDE },
		.value = value_moved,
		.format = format_moved,
		.help = "places up (^) or down (v) since the last sample",
	},
	[COL_PID] = {
		.name = "pid",
		.title = "PID",
		.width = 7,
		.flags = COLUMN_ASCENDING,
		.value = value_pid,
		.help = "process",
	},
	[COL_PPID] = {
		.name = "ppid",
		.title = "PPID",
		.width = 7,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.value = value_ppid,
		.help = "its parent",
	},
	[COL_UID] = {
		.name = "uid",
		.title = "UID",
		.width = 7,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.value = value_uid,
		.help = "effective user, as a number",
	},
	[COL_USER] = {
		.name = "user",
		.title = "USER",
		.width = 8,
		.screen = { .drop = 5 },
		.flags = COLUMN_ASCENDING,
		.kind = COLUMN_TEXT,
		.value = value_uid,
		.string = string_user,
		.help = "effective user",
	},
	[COL_S] = {
		.name = "s",
		.title = "S",
		.width = 1,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.value = value_state,
		.format = format_state,
		.help = "state: R S D Z T as in ps(1)",
	},
	[COL_START] = {
		.name = "start",
		.title = "START",
		.width = 8,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING,
		.value = value_start,
		.format = format_start,
		.help = "when it was started",
	},
	[COL_MEM] = {
		.name = "mem",
		.title = "MEM",
		.width = 6,
		.screen = { .drop = 2 },
		.kind = COLUMN_TENTHS,
		.value = value_mem,
		.help = "rss + swap + page tables, in thousandths",
	},
	[COL_ADJ] = {
		.name = "adj",
		.title = "ADJ",
		.width = 5,
		.screen = { .drop = 1 },
		.value = value_adj,
		.format = format_adj,
		.help = "oom_score_adj, as much as it weighs; the same unit as MEM",
	},
	[COL_BAD] = {
		.name = "bad",
		.title = "BAD",
		.width = 7,
		.kind = COLUMN_TENTHS,
		.value = value_bad,
		.help = "badness: MEM + ADJ; the highest is killed; unk: never",
	},
	[COL_SCORE] = {
		.name = "score",
		.title = "SCORE",
		.width = 5,
		.screen = { .drop = 4 },
		.flags = COLUMN_DIM,
		.value = value_score,
		.help = "what /proc/PID/oom_score says",
	},
	[COL_RSS] = {
		.name = "rss",
		.title = "RSS",
		.width = 5,
		.screen = { .drop = 3 },
		.kind = PAGES(rss_pages),
		.help = "resident memory",
	},
	[COL_ANON] = {
		.name = "anon",
		.title = "ANON",
		.width = 5,
		.screen = { .drop = 8, .min_cols = WIDE },
		.kind = PAGES(rss_anon_pages),
		.help = "of it: anonymous",
	},
	[COL_FILE] = {
		.name = "file",
		.title = "FILE",
		.width = 5,
		.screen = { .drop = 10, .min_cols = WIDE },
		.kind = PAGES(rss_file_pages),
		.help = "of it: mapped from files",
	},
	[COL_SHMEM] = {
		.name = "shmem",
		.title = "SHMEM",
		.width = 5,
		.screen = { .drop = 11, .min_cols = WIDE },
		.kind = PAGES(rss_shmem_pages),
		.help = "of it: shared",
	},
	[COL_SWAP] = {
		.name = "swap",
		.title = "SWAP",
		.width = 5,
		.screen = { .drop = 6 },
		.kind = PAGES(swap_pages),
		.help = "swapped out",
	},
	[COL_PT] = {
		.name = "pt",
		.title = "PT",
		.width = 5,
		.screen = { .drop = 7, .min_cols = WIDE },
		.kind = COLUMN_SIZE,
		.value = value_pt,
		.format = format_pt,
		.help = "page tables",
	},
	[COL_GROW] = {
		.name = "grow/m",
		.title = "GROW/m",
		.width = 6,
		.screen = { .drop = 12, .min_cols = WIDE },
		.kind = COLUMN_SIZE,
		.value = value_growth,
		.format = format_growth,
		.need = need_growth,
		.help = "growth of rss + swap + page tables in a minute",
	},
	[COL_FLG] = {
		.name = "flg",
		.title = "FLG",
		.width = 3,
		.screen = { .drop = 13, .min_cols = WIDE },
		.value = value_flags,
		.format = format_flags,
		.help = "g oom.group, u adj -1000, i init, v vfork, n no mm, x exits",
	},
	[COL_CGROUP] = {
		.name = "cgroup",
		.title = "CGROUP",
		.width = 29,
		.screen = { .drop = 14, .min_cols = WIDE },
		.flags = COLUMN_ASCENDING,
		.kind = COLUMN_TEXT,
		.string = string_cgroup,
		.help = "memory cgroup",
	},
	[COL_COMM] = {
		.name = "comm",
		.title = "COMM",
		.width = 15,
		.screen = { .drop = COLUMN_ASKED },
		.flags = COLUMN_ASCENDING | COLUMN_BRANCHED,
		.kind = COLUMN_TEXT,
		.string = string_comm,
		.help = "name, as the kernel log has it",
	},
	[COL_COMMAND] = {
		.name = "command",
		.title = "COMMAND",
		.width = 14,
		.flags = COLUMN_ASCENDING | COLUMN_BRANCHED,
		.kind = COLUMN_TEXT,
		.string = string_command,
		.help = "command line; sorted by the name, as COMM",
	},
};

/* The four meanings of colour. A risk is a badness above half of the first one's. */
static unsigned style_of(const struct column_context *context, union column_row row)
{
	const struct outlook *outlook = context->outlook;
	if (row.process == outlook_next(outlook))
		return STYLE_VICTIM;
	if (row.process->unkillable != KILLABLE)
		return STYLE_DIM;
	if (row.process->oom_score_adj < 0)
		return STYLE_SHIELDED;
	int64_t first = column_bad_tenths(outlook, &outlook->ranking.rows[0]);
	int64_t own = column_bad_tenths(outlook, row.process);
	return first > 0 && own > first / 2 ? STYLE_RISK : STYLE_NORMAL;
}

#define NARROW 40 /* below this width only what always stays is shown */

const struct column_table process_table = {
	.columns = columns,
	.count = COL_COUNT,
	.narrow = NARROW,
	.style = style_of,
};

_Static_assert(COL_COUNT <= COLUMNS_MAX, "a set has no room for all columns");
