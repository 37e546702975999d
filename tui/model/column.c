#include "column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int64_t known(int64_t value)
{
	return value < 0 ? COLUMN_MISSING : value;
}

static int64_t kb_of(const struct column_context *context, int64_t pages)
{
	return pages < 0 ? COLUMN_MISSING : pages * context->measure.page_kb;
}

static int64_t value_rank(const struct column_context *context, const struct ranking_row *row)
{
	size_t rank = outlook_rank(context->outlook, row);
	return rank ? (int64_t)rank : COLUMN_MISSING;
}

static int64_t value_moved(const struct column_context *context, const struct ranking_row *row)
{
	return context->moved ? context->moved[row->task - context->snapshot->tasks] : 0;
}

static int64_t value_pid(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->pid;
}

static int64_t value_ppid(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->ppid;
}

static int64_t value_uid(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->uid == UID_UNKNOWN ? COLUMN_MISSING : (int64_t)row->task->uid;
}

static int64_t value_state(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->state == '?' ? COLUMN_MISSING : (int64_t)row->task->state;
}

static int64_t value_start(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->start_ticks > INT64_MAX ? COLUMN_MISSING
						  : (int64_t)row->task->start_ticks;
}

static int64_t value_mem(const struct column_context *context, const struct ranking_row *row)
{
	return column_mem_tenths(context->outlook, row);
}

static int64_t value_adj(const struct column_context *context, const struct ranking_row *row)
{
	return column_adj_tenths(context->outlook, row);
}

static int64_t value_bad(const struct column_context *context, const struct ranking_row *row)
{
	return column_bad_tenths(context->outlook, row);
}

static int64_t value_score(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return known(row->task->oom_score);
}

static int64_t value_rss(const struct column_context *context, const struct ranking_row *row)
{
	return kb_of(context, row->task->rss_pages);
}

static int64_t value_anon(const struct column_context *context, const struct ranking_row *row)
{
	return kb_of(context, row->task->rss_anon_pages);
}

static int64_t value_file(const struct column_context *context, const struct ranking_row *row)
{
	return kb_of(context, row->task->rss_file_pages);
}

static int64_t value_shmem(const struct column_context *context, const struct ranking_row *row)
{
	return kb_of(context, row->task->rss_shmem_pages);
}

static int64_t value_swap(const struct column_context *context, const struct ranking_row *row)
{
	return kb_of(context, row->task->swap_pages);
}

static int64_t value_pt(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return known(row->task->pte_kb);
}

static int64_t value_growth(const struct column_context *context, const struct ranking_row *row)
{
	int64_t kb_min = UNKNOWN_SIGNED;
	if (context->growth)
		kb_min = context->growth[row->task - context->snapshot->tasks].kb_min;
	return kb_min == UNKNOWN_SIGNED ? COLUMN_MISSING : kb_min;
}

const char column_flags_legend[] =
	"FLG g=memory.oom.group kills together  u=adj -1000  i=init  v=vfork  x=exiting";

/* Three letters: kills together; on its way out; why it cannot be killed. */
static int64_t value_flags(const struct column_context *context, const struct ranking_row *row)
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
	int32_t index = row->task->memcg;
	bool group = index >= 0 && context->snapshot->memcgs->rows[index].oom_group == 1;
	return (group ? 'g' : '-') << 16 | (row->task->exiting ? 'x' : '-') << 8 |
	       reasons[row->unkillable];
}

static const char *string_user(const struct column_context *context, const struct ranking_row *row)
{
	return context->lookup.user(context->lookup.context, row->task);
}

static const char *string_command(
	const struct column_context *context, const struct ranking_row *row)
{
	return context->lookup.command(context->lookup.context, row->task);
}

static const char *string_comm(const struct column_context *context, const struct ranking_row *row)
{
	(void)context;
	return row->task->comm;
}

static const char *string_cgroup(
	const struct column_context *context, const struct ranking_row *row)
{
	const char *path = snapshot_cgroup(context->snapshot, row->task);
	if (!path)
		return "-";
	return path[0] == '/' && path[1] ? path + 1 : path;
}

static void format_number(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	snprintf(buffer, FORMAT_SIZE, "%" PRId64, value);
}

static void format_rank(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	bool next = value == 1 && outlook_next(context->outlook);
	snprintf(buffer, FORMAT_SIZE, "%" PRId64 "%s", value, next ? "*" : "");
}

static void format_moved(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	buffer[0] = '\0';
	if (value != 0)
		snprintf(buffer, FORMAT_SIZE, "%c%" PRId64, value > 0 ? '^' : 'v',
			value > 0 ? value : -value);
}

static void format_state(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	snprintf(buffer, FORMAT_SIZE, "%c", (char)value);
}

/* The time of a start today, the date of an older one. */
static void format_start(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	const struct host *host = &context->snapshot->host;
	int64_t ticks = host->clock_ticks > 0 ? host->clock_ticks : 100;
	int64_t age = host->boot_ms / 1000 - value / ticks;
	time_t when = (time_t)((int64_t)host->time_unix - age);
	struct tm tm;
	if (host->time_unix <= 0 || !localtime_r(&when, &tm))
		snprintf(buffer, FORMAT_SIZE, "-");
	else
		strftime(buffer, FORMAT_SIZE, age < 86400 ? "%H:%M:%S" : "%Y%m%d", &tm);
}

static void format_permille(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	format_tenths(value, buffer);
}

static void format_adj(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	format_weight(value, buffer);
}

static void format_sized(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	format_size(&context->measure, value, buffer);
}

static void format_growth(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	char size[FORMAT_SIZE];
	format_size(&context->measure, value < 0 ? -value : value, size);
	snprintf(buffer, FORMAT_SIZE, "%s%.*s",
		value > 0   ? "+"
		: value < 0 ? "-"
			    : "",
		FORMAT_SIZE - 2, size);
}

/* Page tables below a megabyte decide nothing, and change by pages all the time. */
static void format_pt(const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	if (context->measure.units == UNITS_AUTO && value > 0 && value < 1024)
		snprintf(buffer, FORMAT_SIZE, "<1M");
	else
		format_size(&context->measure, value, buffer);
}

static void format_flags(
	const struct column_context *context, int64_t value, char buffer[FORMAT_SIZE])
{
	(void)context;
	snprintf(buffer, FORMAT_SIZE, "%c%c%c", (char)(value >> 16), (char)(value >> 8),
		(char)value);
}

#define WIDE 100 /* from this width on the parts of the memory are shown too */

const struct column columns[COL_COUNT] = {
	[COL_RK] = { "rk", "RK", 3, false, true, COLUMN_ALWAYS, 0, value_rank, format_rank, NULL,
		"order of death in the domain; * is the next victim" },
	[COL_MOVED] = { "+-", "+-", 3, false, false, 9, WIDE, value_moved, format_moved, NULL,
		"places up (^) or down (v) since the last sample" },
	[COL_PID] = { "pid", "PID", 7, false, true, COLUMN_ALWAYS, 0, value_pid, format_number,
		NULL, "process" },
	[COL_PPID] = { "ppid", "PPID", 7, false, true, COLUMN_ASKED, 0, value_ppid, format_number,
		NULL, "its parent" },
	[COL_UID] = { "uid", "UID", 7, false, true, COLUMN_ASKED, 0, value_uid, format_number, NULL,
		"effective user, as a number" },
	[COL_USER] = { "user", "USER", 8, true, true, 5, 0, value_uid, NULL, string_user,
		"effective user" },
	[COL_S] = { "s", "S", 1, false, true, COLUMN_ASKED, 0, value_state, format_state, NULL,
		"state: R S D Z T as in ps(1)" },
	[COL_START] = { "start", "START", 8, false, true, COLUMN_ASKED, 0, value_start,
		format_start, NULL, "when it was started" },
	[COL_MEM] = { "mem", "MEM", 6, false, false, 2, 0, value_mem, format_permille, NULL,
		"rss + swap + page tables, in thousandths" },
	[COL_ADJ] = { "adj", "ADJ", 5, false, false, 1, 0, value_adj, format_adj, NULL,
		"oom_score_adj, as much as it weighs; the same unit as MEM" },
	[COL_BAD] = { "bad", "BAD", 7, false, false, COLUMN_ALWAYS, 0, value_bad, format_permille,
		NULL, "badness: MEM + ADJ; the highest is killed; unk: never" },
	[COL_SCORE] = { "score", "SCORE", 5, false, false, 4, 0, value_score, format_number, NULL,
		"what /proc/PID/oom_score says" },
	[COL_RSS] = { "rss", "RSS", 5, false, false, 3, 0, value_rss, format_sized, NULL,
		"resident memory" },
	[COL_ANON] = { "anon", "ANON", 5, false, false, 8, WIDE, value_anon, format_sized, NULL,
		"of it: anonymous" },
	[COL_FILE] = { "file", "FILE", 5, false, false, 10, WIDE, value_file, format_sized, NULL,
		"of it: mapped from files" },
	[COL_SHMEM] = { "shmem", "SHMEM", 5, false, false, 11, WIDE, value_shmem, format_sized,
		NULL, "of it: shared" },
	[COL_SWAP] = { "swap", "SWAP", 5, false, false, 6, 0, value_swap, format_sized, NULL,
		"swapped out" },
	[COL_PT] = { "pt", "PT", 5, false, false, 7, WIDE, value_pt, format_pt, NULL,
		"page tables" },
	[COL_GROW] = { "grow/m", "GROW/m", 6, false, false, 12, WIDE, value_growth, format_growth,
		NULL, "growth of rss + swap + page tables in a minute" },
	[COL_FLG] = { "flg", "FLG", 3, false, false, 13, WIDE, value_flags, format_flags, NULL,
		"g oom.group, u adj -1000, i init, v vfork, n no mm, x exits" },
	[COL_CGROUP] = { "cgroup", "CGROUP", 29, true, true, 14, WIDE, NULL, NULL, string_cgroup,
		"memory cgroup" },
	[COL_COMM] = { "comm", "COMM", 15, true, true, COLUMN_ASKED, 0, NULL, NULL, string_comm,
		"name, as the kernel log has it" },
	[COL_COMMAND] = { "command", "COMMAND", 14, true, true, COLUMN_ALWAYS, 0, NULL, NULL,
		string_command, "command line; sorted by the name, as COMM" },
};

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

void column_format_adj(
	const struct outlook *outlook, const struct ranking_row *row, char buffer[FORMAT_SIZE])
{
	int64_t tenths = column_adj_tenths(outlook, row);
	if (tenths == COLUMN_MISSING)
		snprintf(buffer, FORMAT_SIZE, "-");
	else
		format_weight(tenths, buffer);
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

enum column_id column_find(const char *name, size_t length)
{
	for (enum column_id id = 0; id < COL_COUNT; id++)
		if (strlen(columns[id].name) == length &&
			strncasecmp(columns[id].name, name, length) == 0)
			return id;
	return COL_COUNT;
}

static int digits(size_t number)
{
	int count = 1;
	while (number >= 10) {
		number /= 10;
		count++;
	}
	return count;
}

int column_width(enum column_id id, const struct column_context *context)
{
	const struct column *column = &columns[id];
	int need = 0;
	if (column->format == format_sized || column->format == format_pt ||
		column->format == format_growth)
		need = units_rows[context->measure.units].width + (id == COL_GROW);
	if (id == COL_RK)
		need = digits(context->outlook->ranking.killable) + 1;
	return need > column->width ? need : column->width;
}

const char *column_cell(enum column_id id, const struct column_context *context,
	const struct ranking_row *row, char buffer[FORMAT_SIZE])
{
	const struct column *column = &columns[id];
	if (column->string)
		return column->string(context, row);
	int64_t value = column->value(context, row);
	if (value == COLUMN_UNKILLABLE)
		return "unk";
	if (value == COLUMN_MISSING)
		return "-";
	column->format(context, value, buffer);
	return buffer;
}
