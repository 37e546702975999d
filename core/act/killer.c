#include "oomspect/killer.h"

#include "oomspect/array.h"
#include "oomspect/line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHOLE         10000 /* hundredths of a percent */
#define FILE_SIZE     65536 /* of settings: more is nothing people write */
#define ARGS_SIZE     16384
#define DROP_INS_MAX  64
#define DROP_IN_SIZE  256
#define PATH_MAX_HERE 320

/* --- numbers -------------------------------------------------------------------------------- */

/* "12.5" as 1250; digits behind the second one are cut. */
static bool parse_hundredths(struct text text, int64_t *ret)
{
	struct text whole = text, digits = { "", 0 };
	uint64_t units, ignored;
	if (text_split(&text, '.', &whole))
		digits = text;
	if (!text_to_u64(whole, &units) || units > INT32_MAX)
		return false;
	if (digits.len && !text_to_u64(digits, &ignored))
		return false;
	*ret = (int64_t)units * 100;
	if (digits.len > 0)
		*ret += (digits.at[0] - '0') * 10;
	if (digits.len > 1)
		*ret += digits.at[1] - '0';
	return true;
}

/* Takes `suffix` off the end of `text`. */
static bool take_suffix(struct text *text, const char *suffix)
{
	size_t length = strlen(suffix);
	if (text->len < length || memcmp(text->at + text->len - length, suffix, length) != 0)
		return false;
	text->len -= length;
	*text = text_trim(*text);
	return true;
}

/* A share as systemd writes it: percent, permille or permyriad, of 100 % at most. */
static int64_t parse_share(struct text text)
{
	static const struct {
		const char *suffix;
		int64_t divisor;
	} units[] = { { "%", 1 }, { "\xe2\x80\xb0", 10 }, { "\xe2\x80\xb1", 100 } };
	int64_t share;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (take_suffix(&text, units[i].suffix))
			return parse_hundredths(text, &share) && share / units[i].divisor <= WHOLE
				       ? share / units[i].divisor
				       : UNKNOWN;
	return UNKNOWN;
}

/* "30", "20s", "1min": one number and its unit, in milliseconds. */
static int64_t parse_span_ms(struct text text)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "msec", 1 }, { "min", 60000 }, { "minute", 60000 },
		{ "minutes", 60000 }, { "m", 60000 }, { "sec", 1000 }, { "second", 1000 },
		{ "seconds", 1000 }, { "s", 1000 }, { "", 1000 } };
	int64_t number;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		struct text digits = text;
		if (take_suffix(&digits, units[i].suffix) && parse_hundredths(digits, &number))
			return number * units[i].ms / 100;
	}
	return UNKNOWN;
}

static int64_t size_share(int64_t kb, int64_t total_kb)
{
	if (kb < 0 || total_kb <= 0)
		return UNKNOWN;
	return kb >= total_kb ? WHOLE : (int64_t)((double)kb / (double)total_kb * WHOLE);
}

/* --- systemd-oomd ---------------------------------------------------------------------------- */

#define PRESSURE_MS 30000 /* what 0 stands for */

static void set_oomd(struct killer *killer, struct text key, struct text value)
{
	int64_t share = parse_share(value), span = parse_span_ms(value);
	if (text_equals(key, "SwapUsedLimit"))
		killer->mem_free = killer->swap_free = share < 0 ? UNKNOWN : WHOLE - share;
	else if (text_equals(key, "DefaultMemoryPressureLimit"))
		killer->pressure = share;
	else if (text_equals(key, "DefaultMemoryPressureDurationSec"))
		killer->pressure_ms = span == 0 ? PRESSURE_MS : span;
}

void killer_parse_oomd(struct text text, struct killer *killer)
{
	struct text line, key;
	bool ours = false;
	while (text_next_line(&text, &line)) {
		line = text_trim(line);
		if (text_starts(line, "["))
			ours = text_equals(line, "[OOM]");
		if (!ours || text_starts(line, "#") || text_starts(line, ";") ||
			!text_split(&line, '=', &key))
			continue;
		line = text_trim(line);
		if (line.len) /* systemd warns of an empty value and keeps the one before */
			set_oomd(killer, text_trim(key), line);
	}
}

/* --- arguments ------------------------------------------------------------------------------- */

static bool next_argument(struct text *rest, struct text *ret)
{
	if (!rest->len)
		return false;
	if (!text_split(rest, '\0', ret)) {
		*ret = *rest;
		rest->len = 0;
	}
	return true;
}

bool killer_find_argument(struct text arguments, const char *wanted, struct text *ret_next)
{
	struct text argument, next = { "", 0 };
	while (next_argument(&arguments, &argument)) {
		if (!text_equals(argument, wanted))
			continue;
		next_argument(&arguments, &next);
		if (ret_next)
			*ret_next = next;
		return true;
	}
	return false;
}

/* --- earlyoom -------------------------------------------------------------------------------- */

#define EARLYOOM_SHARE 1000       /* without an option */
#define WITH_VALUE     "msMSrNPw" /* options of one letter */
#define WITHOUT_VALUE  "kingdvph"

/* One of its two thresholds, as a share or as a size; UNKNOWN where it is not given. */
struct asked {
	int64_t share, kb;
};

struct earlyoom {
	struct asked mem, swap;
	bool unclear, dry_run;
};

/* What stands before the comma is for SIGTERM, which comes first. */
static void set_earlyoom(struct earlyoom *earlyoom, char option, struct text value)
{
	struct asked *asked = option == 'm' || option == 'M' ? &earlyoom->mem : &earlyoom->swap;
	struct text first = value;
	uint64_t kb;
	text_split(&value, ',', &first);
	if (option == 'm' || option == 's') {
		earlyoom->unclear |= !parse_hundredths(first, &asked->share);
	} else if (option == 'M' || option == 'S') {
		bool good = text_to_u64(first, &kb) && kb <= INT64_MAX / 100;
		earlyoom->unclear |= !good;
		asked->kb = good ? (int64_t)kb : UNKNOWN;
	}
}

/* Letters that stand together, of which the last may have a value: "-n", "-m10", "-nm 10". */
static void take_letters(struct earlyoom *earlyoom, struct text letters, struct text *rest)
{
	for (; letters.len; letters.at++, letters.len--) {
		char option = *letters.at;
		if (strchr(WITHOUT_VALUE, option))
			continue;
		earlyoom->unclear |= !strchr(WITH_VALUE, option);
		struct text value = { letters.at + 1, letters.len - 1 };
		if (!value.len && !next_argument(rest, &value))
			earlyoom->unclear = true;
		set_earlyoom(earlyoom, option, value);
		return;
	}
}

/* Long options may be cut short: "--pref". */
static void take_long(struct earlyoom *earlyoom, struct text name, struct text *rest)
{
	struct text value;
	bool with_value =
		text_starts(name, "pre") || text_starts(name, "avo") || text_equals(name, "ignore");
	earlyoom->dry_run |= text_starts(name, "dr");
	if (with_value && !memchr(name.at, '=', name.len))
		next_argument(rest, &value);
}

static int64_t threshold(const struct asked *asked, int64_t total_kb)
{
	int64_t by_size = size_share(asked->kb, total_kb);
	if (asked->share < 0 && by_size < 0)
		return EARLYOOM_SHARE;
	if (asked->share < 0 || (by_size >= 0 && by_size < asked->share))
		return by_size;
	return asked->share;
}

void killer_parse_earlyoom(
	struct text arguments, const struct host_meminfo *mem, struct killer *killer)
{
	struct earlyoom earlyoom = { { UNKNOWN, UNKNOWN }, { UNKNOWN, UNKNOWN }, false, false };
	struct text argument;
	next_argument(&arguments, &argument); /* the name of the program */
	while (next_argument(&arguments, &argument)) {
		if (text_equals(argument, "--"))
			break;
		if (text_skip(&argument, "--"))
			take_long(&earlyoom, argument, &arguments);
		else if (text_skip(&argument, "-"))
			take_letters(&earlyoom, argument, &arguments);
	}
	killer->dry_run = earlyoom.dry_run;
	killer->mem_free = earlyoom.unclear ? UNKNOWN : threshold(&earlyoom.mem, mem->mem_total);
	killer->swap_free = earlyoom.unclear ? UNKNOWN : threshold(&earlyoom.swap, mem->swap_total);
}

/* --- nohang ---------------------------------------------------------------------------------- */

static int64_t nohang_share(struct text value, int64_t total_kb)
{
	int64_t number = UNKNOWN;
	if (take_suffix(&value, "%"))
		return parse_hundredths(value, &number) && number <= WHOLE ? number : UNKNOWN;
	if (!take_suffix(&value, "M") || !parse_hundredths(value, &number))
		return UNKNOWN;
	return total_kb == 0 ? 0 : size_share(number * 1024 / 100, total_kb);
}

void killer_parse_nohang(struct text text, const struct host_meminfo *mem, struct killer *killer)
{
	struct text line, key;
	while (text_next_line(&text, &line)) {
		/* A line that begins with a blank is a comment. */
		if (!text_split(&line, '=', &key) || !key.len || strchr(" \t", key.at[0]))
			continue;
		line = text_trim(line);
		if (text_equals(text_trim(key), "soft_threshold_min_mem"))
			killer->mem_free = nohang_share(line, mem->mem_total);
		else if (text_equals(text_trim(key), "soft_threshold_min_swap"))
			killer->swap_free = nohang_share(line, mem->swap_total);
	}
}

/* --- what is read of a new process ------------------------------------------------------------ */

/* Its arguments as /proc has them; empty when they cannot be had, or not whole. */
static struct text read_arguments(const struct root *root, pid_t pid, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "proc/%d/cmdline", (int)pid);
	ssize_t length = root_read(root, path, buffer, size);
	return (struct text){ buffer, length > 0 ? (size_t)length : 0 };
}

/* The directories of systemd's settings, the first one first. */
static const char *const systemd_dirs[] = {
	"etc/systemd",
	"run/systemd",
	"usr/local/lib/systemd",
	"usr/lib/systemd",
};

/* False when there is no such file. One that is there and cannot be read leaves nothing known. */
static bool read_oomd_file(const struct root *root, const char *path, struct killer *killer)
{
	char buffer[FILE_SIZE];
	ssize_t length = root_read(root, path, buffer, sizeof(buffer));
	if (length == -ENOENT || length == -ENOTDIR)
		return false;
	if (length < 0)
		killer->mem_free = killer->swap_free = killer->pressure = UNKNOWN;
	else
		killer_parse_oomd((struct text){ buffer, (size_t)length }, killer);
	return true;
}

/* The search for the drop-in whose name comes next. */
struct next_name {
	char after[DROP_IN_SIZE], found[DROP_IN_SIZE]; /* "": none */
};

static bool note_name(void *context, const struct root_entry *entry)
{
	struct next_name *next = context;
	size_t length = strlen(entry->name);
	if (entry->is_dir || length < 5 || length >= sizeof(next->found) ||
		strcmp(entry->name + length - 5, ".conf") != 0)
		return true;
	if (strcmp(entry->name, next->after) > 0 &&
		(!next->found[0] || strcmp(entry->name, next->found) < 0))
		memcpy(next->found, entry->name, length + 1);
	return true;
}

static void search_names(const struct root *root, struct next_name *next)
{
	char path[PATH_MAX_HERE];
	next->found[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(systemd_dirs); i++) {
		snprintf(path, sizeof(path), "%s/oomd.conf.d", systemd_dirs[i]);
		int fd = root_open_dir(root, path);
		if (fd < 0)
			continue;
		root_each_entry(fd, note_name, next);
		close(fd);
	}
}

/* A file hides those of the same name in the directories behind its own. */
static void read_drop_in(const struct root *root, const char *name, struct killer *killer)
{
	char path[PATH_MAX_HERE];
	for (size_t i = 0; i < ARRAY_SIZE(systemd_dirs); i++) {
		snprintf(path, sizeof(path), "%s/oomd.conf.d/%s", systemd_dirs[i], name);
		if (read_oomd_file(root, path, killer))
			return;
	}
}

static void read_oomd(
	struct killer *killer, const struct root *root, const struct snapshot *snapshot)
{
	char path[PATH_MAX_HERE], buffer[ARGS_SIZE];
	struct next_name next = { .after = "" };
	(void)snapshot;
	killer->mem_free = killer->swap_free = 1000;
	killer->pressure = 6000;
	killer->pressure_ms = 30000;
	killer->dry_run = killer_find_argument(
		read_arguments(root, killer->pid, buffer, sizeof(buffer)), "--dry-run", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(systemd_dirs); i++) {
		snprintf(path, sizeof(path), "%s/oomd.conf", systemd_dirs[i]);
		if (read_oomd_file(root, path, killer))
			break;
	}
	for (int i = 0; i < DROP_INS_MAX; i++) {
		search_names(root, &next);
		if (!next.found[0])
			return;
		read_drop_in(root, next.found, killer);
		memcpy(next.after, next.found, sizeof(next.after));
	}
	killer->mem_free = killer->swap_free = killer->pressure = UNKNOWN;
}

static void read_earlyoom(
	struct killer *killer, const struct root *root, const struct snapshot *snapshot)
{
	char buffer[ARGS_SIZE];
	struct text arguments = read_arguments(root, killer->pid, buffer, sizeof(buffer));
	if (arguments.len)
		killer_parse_earlyoom(arguments, &snapshot->host.meminfo, killer);
}

/* Anybody may give a process this name and these arguments, and opening a file can do things: only
 * where settings of the system stand. */
static bool is_system_path(struct text path)
{
	static const char *const dirs[] = { "/etc/nohang/", "/usr/local/etc/nohang/" };
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		struct text name = path;
		if (text_skip(&name, dirs[i]))
			return name.len && !memchr(name.at, '/', name.len);
	}
	return false;
}

static void read_nohang(
	struct killer *killer, const struct root *root, const struct snapshot *snapshot)
{
	char buffer[ARGS_SIZE], path[PATH_MAX_HERE], settings[FILE_SIZE];
	struct text arguments = read_arguments(root, killer->pid, buffer, sizeof(buffer)), file;
	if (!killer_find_argument(arguments, "--config", &file) &&
		!killer_find_argument(arguments, "-c", &file))
		return;
	if (!is_system_path(file) || file.len >= sizeof(path))
		return;
	text_copy((struct text){ file.at + 1, file.len - 1 }, path, sizeof(path));
	ssize_t length = root_read(root, path, settings, sizeof(settings));
	if (length > 0)
		killer_parse_nohang(
			(struct text){ settings, (size_t)length }, &snapshot->host.meminfo, killer);
}

static void read_nothing(
	struct killer *killer, const struct root *root, const struct snapshot *snapshot)
{
	(void)killer;
	(void)root;
	(void)snapshot;
}

/* --- who runs --------------------------------------------------------------------------------- */

static const struct kind {
	const char *comm;
	const char *mem, *swap; /* what it compares, in words */
	bool used;              /* it counts what is used, not what is left */
	bool needs_swap;        /* without swap it compares nothing */
	void (*read)(
		struct killer *killer, const struct root *root, const struct snapshot *snapshot);
} kinds[KILLER_COUNT] = {
	[KILLER_SYSTEMD_OOMD] = { "systemd-oomd", "mem", "swap used", true, true, read_oomd },
	[KILLER_EARLYOOM] = { "earlyoom", "avail", "swap free", false, false, read_earlyoom },
	[KILLER_NOHANG] = { "nohang", "avail", "swap free", false, false, read_nohang },
	[KILLER_OOMD] = { "oomd", "", "", false, false, read_nothing },
	[KILLER_BUSTD] = { "bustd", "", "", false, false, read_nothing },
};

const char *killer_name(enum killer_kind kind)
{
	return kinds[kind].comm;
}

static const struct task *find_process(const struct snapshot *snapshot, const char *comm)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->comm[0] == comm[0] && strcmp(task->comm, comm) == 0 && !task->kthread &&
			task->state != 'Z')
			return task;
	}
	return NULL;
}

static void update(struct killer *killer, const struct kind *kind, const struct root *root,
	const struct snapshot *snapshot)
{
	const struct task *task = find_process(snapshot, kind->comm);
	if (!task) {
		*killer = (struct killer){ 0 };
		return;
	}
	if (task->pid != killer->pid || task->start_ticks != killer->start_ticks)
		*killer = (struct killer){ .pid = task->pid,
			.start_ticks = task->start_ticks,
			.mem_free = UNKNOWN,
			.swap_free = UNKNOWN,
			.pressure = UNKNOWN,
			.pressure_ms = UNKNOWN };
	/* The arguments of a process in an uninterruptible sleep might not come back. */
	if (killer->read || task->state == 'D')
		return;
	kind->read(killer, root, snapshot);
	killer->read = true;
}

void killers_update(
	struct killers *killers, const struct root *root, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < KILLER_COUNT; i++)
		update(&killers->rows[i], &kinds[i], root, snapshot);
}

/* --- how near they are ------------------------------------------------------------------------ */

/* What is left of memory and swap, as a killer sees it. */
struct left {
	int64_t mem, mem_most; /* mem_most: by another measure, where versions differ */
	int64_t swap;
};

static int64_t share_of(int64_t part, double whole)
{
	if (part < 0 || whole < 0)
		return UNKNOWN;
	double share = whole > 0 ? (double)part / whole * WHOLE : 0;
	return share > WHOLE ? WHOLE : (int64_t)share;
}

/* Since 1.8 earlyoom measures available memory by what processes can have: available + anonymous. */
static struct left left_of(enum killer_kind kind, const struct host_meminfo *mem)
{
	struct left left = {
		.mem = share_of(mem->mem_available, (double)mem->mem_total),
		.swap = share_of(mem->swap_free, (double)mem->swap_total),
	};
	left.mem_most = left.mem;
	if (kind == KILLER_EARLYOOM && mem->mem_available >= 0 && mem->anon >= 0)
		left.mem_most = share_of(
			mem->mem_available, (double)mem->mem_available + (double)mem->anon);
	return left;
}

static bool is_clear(const struct killer *killer, const struct left *left)
{
	return killer->mem_free >= 0 && killer->swap_free >= 0 && left->mem >= 0 && left->swap >= 0;
}

enum killer_stand killer_stand(
	const struct killers *killers, enum killer_kind kind, const struct host *host)
{
	const struct killer *killer = &killers->rows[kind];
	struct left left = left_of(kind, &host->meminfo);
	if (killer->pid == 0)
		return KILLER_ABSENT;
	if (!is_clear(killer, &left))
		return KILLER_UNCLEAR;
	if (killer->dry_run || (kinds[kind].needs_swap && host->meminfo.swap_total == 0))
		return KILLER_WAITS;
	return left.mem <= killer->mem_free && left.swap <= killer->swap_free ? KILLER_DUE
									      : KILLER_WAITS;
}

static int64_t as_counted(const struct kind *kind, int64_t left)
{
	return ((kind->used ? WHOLE - left : left) + 50) / 100;
}

/* Whole percents where they are. */
static void add_limit(struct line *line, const struct kind *kind, int64_t left)
{
	int64_t limit = kind->used ? WHOLE - left : left;
	line_add(line, " of limit %" PRId64, limit / 100);
	if (limit % 100)
		line_add(line, ".%" PRId64, limit % 100 / 10);
	line_add(line, "%%");
}

static void add_swap(
	struct line *line, const struct kind *kind, const struct killer *killer, int64_t left)
{
	line_add(line, ", %s %" PRId64 "%%", kind->swap, as_counted(kind, left));
	if (killer->mem_free != killer->swap_free)
		add_limit(line, kind, killer->swap_free);
}

static void add_memory(struct line *line, const struct kind *kind, const struct killer *killer,
	const struct left *left)
{
	int64_t least = as_counted(kind, left->mem), most = as_counted(kind, left->mem_most);
	line_add(line, ", %s %" PRId64, kind->mem, least);
	if (most > least)
		line_add(line, "-%" PRId64, most);
	line_add(line, "%%");
	add_limit(line, kind, killer->mem_free);
}

static void add_nearness(struct line *line, const struct kind *kind, const struct killer *killer,
	const struct left *left, bool with_swap)
{
	if (with_swap)
		add_swap(line, kind, killer, left->swap);
	else
		line_add(line, ", no swap");
	add_memory(line, kind, killer, left);
}

static void add_pressure(struct line *line, const struct killer *killer)
{
	line_add(line, ", no swap: acts on pressure only");
	if (killer->pressure >= 0 && killer->pressure_ms >= 0)
		line_add(line, " (%" PRId64 "%% for %" PRId64 "s)", killer->pressure / 100,
			killer->pressure_ms / 1000);
}

void killer_explain(const struct killers *killers, enum killer_kind kind, const struct host *host,
	char buffer[KILLER_WORDS_SIZE])
{
	const struct killer *killer = &killers->rows[kind];
	struct left left = left_of(kind, &host->meminfo);
	struct line line = line_begin(buffer, KILLER_WORDS_SIZE);
	if (killer->pid == 0)
		return;
	line_add(&line, "%s active", kinds[kind].comm);
	if (killer->dry_run)
		line_add(&line, " as a dry run: it kills nothing");
	else if (!is_clear(killer, &left))
		line_add(&line, ", its thresholds are not known");
	else if (kinds[kind].needs_swap && host->meminfo.swap_total == 0)
		add_pressure(&line, killer);
	else
		add_nearness(&line, &kinds[kind], killer, &left, host->meminfo.swap_total > 0);
}
