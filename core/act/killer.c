#include "oomspect/killer.h"

#include "oomspect/line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define WHOLE         10000 /* hundredths of a percent */
#define FILE_SIZE     65536 /* of settings: more is nothing people write */
#define ARGS_SIZE     16384
#define DROP_INS_MAX  64
#define DROP_IN_SIZE  256
#define PATH_MAX_HERE 320

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
	for (size_t i = 0; i < COUNT(systemd_dirs); i++) {
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
	for (size_t i = 0; i < COUNT(systemd_dirs); i++) {
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
	for (size_t i = 0; i < COUNT(systemd_dirs); i++) {
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
	for (size_t i = 0; i < COUNT(dirs); i++) {
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
