#include "oomspect/proc.h"

#include "oomspect/array.h"
#include "oomspect/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kcmp.h>

#define PF_EXITING     0x00000004 /* include/linux/sched.h */
#define PF_SIGNALED    0x00000400
#define PF_KTHREAD     0x00200000
#define CAP_SYS_ADMIN  21
#define PROC_FILE_SIZE 8192
#define START_MAX      (INT64_C(1) << 53) /* ticks: millions of years */

/* stat: what stands after the comm, counted from field 3. */
enum stat_field { STAT_STATE = 3, STAT_PPID = 4, STAT_FLAGS = 9, STAT_START = 22, STAT_RSS = 24 };

static bool parse_stat_tail(struct text rest, struct task *task)
{
	struct text field;
	int64_t value = 0;
	for (int number = STAT_STATE; number <= STAT_RSS; number++) {
		if (!text_next_field(&rest, &field))
			return false;
		if (number == STAT_STATE) {
			task->state = field.at[0];
			continue;
		}
		/* The stack limits and the like may exceed an int64: only those asked for count. */
		bool valid = text_to_i64(field, &value);
		switch (number) {
		case STAT_PPID:
			valid = valid && value >= 0 && value <= INT32_MAX;
			task->ppid = (pid_t)value;
			break;
		case STAT_FLAGS:
			task->kthread = value & PF_KTHREAD;
			task->exiting = value & (PF_EXITING | PF_SIGNALED);
			break;
		case STAT_START:
			valid = valid && value >= 0;
			task->start_ticks = (uint64_t)(value < START_MAX ? value : START_MAX);
			break;
		case STAT_RSS:
			task->rss_stat_pages = value < 0                  ? 0
					       : value < AMOUNT_PAGES_MAX ? value
									  : AMOUNT_PAGES_MAX;
			break;
		default:
			continue;
		}
		if (!valid)
			return false;
	}
	return true;
}

enum err_code proc_parse_stat(struct text text, struct task *task, struct err *err)
{
	struct task parsed = *task;
	struct text head;
	int64_t pid;
	const char *open = text.len ? memchr(text.at, '(', text.len) : NULL;
	const char *close = text.len ? memrchr(text.at, ')', text.len) : NULL;
	if (!open || !close || close < open)
		return err_set(err, ERR_SYNTAX, "no comm in a stat file");
	head = text_trim((struct text){ text.at, (size_t)(open - text.at) });
	struct text comm = { open + 1, (size_t)(close - open - 1) };
	struct text tail = { close + 1, (size_t)(text.at + text.len - close - 1) };
	if (!text_to_i64(head, &pid) || pid <= 0 || pid > INT32_MAX ||
		!parse_stat_tail(text_trim(tail), &parsed))
		return err_set(err, ERR_SYNTAX, "cannot parse the stat file of a process");
	parsed.pid = (pid_t)pid;
	text_copy(comm, parsed.comm, sizeof(parsed.comm));
	*task = parsed;
	return ERR_OK;
}

struct status_parser {
	struct task *task;
	int64_t page_kb;
	bool bad;
};

typedef bool (*status_field_fn)(struct status_parser *parser, struct text value, void *field);

static bool parse_number(struct status_parser *parser, struct text value, void *field)
{
	struct text text;
	int64_t number;
	(void)parser;
	if (!text_next_field(&value, &text) || !text_to_i64(text, &number) || number < 0)
		return false;
	*(int64_t *)field = number < AMOUNT_KB_MAX ? number : AMOUNT_KB_MAX;
	return true;
}

static bool parse_pages(struct status_parser *parser, struct text value, void *field)
{
	int64_t *pages = field;
	if (!parse_number(parser, value, field))
		return false;
	*pages /= parser->page_kb;
	return true;
}

static bool next_uid(struct text *value, uid_t *ret)
{
	struct text field;
	uint64_t uid;
	if (!text_next_field(value, &field) || !text_to_u64(field, &uid) || uid > UINT32_MAX)
		return false;
	*ret = (uid_t)uid;
	return true;
}

static bool parse_uids(struct status_parser *parser, struct text value, void *task)
{
	struct task *of = task;
	(void)parser;
	return next_uid(&value, &of->real_uid) && next_uid(&value, &of->uid);
}

static bool parse_cap_eff(struct status_parser *parser, struct text value, void *field)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t mask = 0;
	(void)parser;
	for (size_t i = 0; i < value.len; i++) {
		const char *digit = memchr(digits, value.at[i], sizeof(digits) - 1);
		if (!digit)
			return false;
		mask = mask << 4 | (uint64_t)(digit - digits);
	}
	*(bool *)field = mask >> CAP_SYS_ADMIN & 1;
	return true;
}

static bool parse_nodes(struct status_parser *parser, struct text value, void *field)
{
	(void)parser;
	return proc_parse_list(value, field);
}

/* A pid for each namespace from ours down to the process's own (pid_namespaces(7)). */
static bool parse_ns_pids(struct status_parser *parser, struct text value, void *field)
{
	(void)parser;
	const char *last = memrchr(value.at, '\t', value.len);
	*(bool *)field = last && value.at + value.len - last == 2 && last[1] == '1';
	return true;
}

#define NAMED(name) name, sizeof(name) - 1
static const struct status_field {
	const char *name;
	size_t name_length;
	status_field_fn parse;
	size_t offset;
} status_fields[] = {
	{ NAMED("NSpid"), parse_ns_pids, offsetof(struct task, ns_init) },
	{ NAMED("Uid"), parse_uids, 0 },
	{ NAMED("VmLck"), parse_pages, offsetof(struct task, locked_pages) },
	{ NAMED("VmRSS"), parse_pages, offsetof(struct task, rss_pages) },
	{ NAMED("RssAnon"), parse_pages, offsetof(struct task, rss_anon_pages) },
	{ NAMED("RssFile"), parse_pages, offsetof(struct task, rss_file_pages) },
	{ NAMED("RssShmem"), parse_pages, offsetof(struct task, rss_shmem_pages) },
	{ NAMED("VmSwap"), parse_pages, offsetof(struct task, swap_pages) },
	{ NAMED("VmPTE"), parse_number, offsetof(struct task, pte_kb) },
	{ NAMED("VmPMD"), parse_number, offsetof(struct task, pmd_kb) },
	{ NAMED("Threads"), parse_number, offsetof(struct task, threads) },
	{ NAMED("CapEff"), parse_cap_eff, offsetof(struct task, cap_sys_admin) },
	{ NAMED("Mems_allowed_list"), parse_nodes, offsetof(struct task, mems_allowed) },
};

static void forget_status(struct task *task)
{
	task->uid = task->real_uid = UID_UNKNOWN;
	task->has_mm = false;
	task->cap_sys_admin = false;
	task->ns_init = false;
	task->rss_pages = task->rss_anon_pages = task->rss_file_pages = UNKNOWN;
	task->rss_shmem_pages = task->swap_pages = task->pte_kb = task->pmd_kb = UNKNOWN;
	task->locked_pages = task->threads = UNKNOWN;
	task->mems_allowed = UINT64_MAX;
	task->mm_key = 0;
}

/* Kernels that count no swap or page tables print no such line: nothing counted is 0. */
static void complete_mm(struct task *task)
{
	task->has_mm = task->rss_pages != UNKNOWN;
	if (!task->has_mm) {
		task->mm_key = 0;
		return;
	}
	if (task->swap_pages == UNKNOWN)
		task->swap_pages = 0;
	if (task->pte_kb == UNKNOWN)
		task->pte_kb = 0;
}

static bool parse_status_line(struct status_parser *parser, struct text line)
{
	struct text name;
	if (!text_split(&line, ':', &name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(status_fields); i++) {
		const struct status_field *field = &status_fields[i];
		if (name.len == field->name_length && memcmp(name.at, field->name, name.len) == 0)
			return field->parse(
				parser, text_trim(line), (char *)parser->task + field->offset);
	}
	return true;
}

/* Takes one line of status; the context is a struct status_parser. False ends it: a bad line. */
static bool take_status_line(void *context, struct text line)
{
	struct status_parser *parser = context;
	struct task *task = parser->task;
	parser->bad = !parse_status_line(parser, line);
	if (text_starts(line, "Vm") || text_starts(line, "Rss"))
		task->mm_key = text_hash(task->mm_key, line);
	return !parser->bad;
}

static struct status_parser begin_status(struct task *task, int64_t page_size)
{
	forget_status(task);
	task->mm_key = TEXT_HASH;
	return (struct status_parser){ task, page_size / 1024, false };
}

enum err_code proc_parse_status(
	struct text text, int64_t page_size, struct task *task, struct err *err)
{
	struct task parsed = *task;
	struct status_parser parser = begin_status(&parsed, page_size);
	struct text line;
	while (text_next_line(&text, &line))
		if (!take_status_line(&parser, line))
			return err_set(err, ERR_SYNTAX, "cannot parse a status file: '%.*s'",
				(int)(line.len < 80 ? line.len : 80), line.at);
	complete_mm(&parsed);
	*task = parsed;
	return ERR_OK;
}

/* Whether `names` (comma separated) has `wanted`. */
static bool list_names(struct text names, const char *wanted)
{
	struct text name;
	while (text_split(&names, ',', &name))
		if (text_equals(name, wanted))
			return true;
	return text_equals(names, wanted);
}

bool proc_parse_cgroup(struct text text, bool v2, struct text *ret_path)
{
	struct text line, id, controllers;
	while (text_next_line(&text, &line)) {
		/* Paths may hold colons: only the first two delimit. */
		if (!text_split(&line, ':', &id) || !text_split(&line, ':', &controllers))
			continue;
		bool wanted = v2 ? text_equals(id, "0") && controllers.len == 0
				 : list_names(controllers, "memory");
		if (wanted && text_starts(line, "/")) {
			*ret_path = line;
			return true;
		}
	}
	return false;
}

static uint64_t bit_of(uint64_t number)
{
	return 1ull << (number < 63 ? number : 63);
}

bool proc_parse_list(struct text text, uint64_t *ret_mask)
{
	uint64_t mask = 0;
	while (text.len) {
		struct text item, low;
		uint64_t first, last;
		if (!text_split(&text, ',', &item)) {
			item = text;
			text.len = 0;
		}
		if (!text_split(&item, '-', &low))
			low = item;
		if (!text_to_u64(low, &first) || !text_to_u64(item, &last) || last < first)
			return false;
		if (last > 63)
			last = 63;
		for (uint64_t number = first; number <= last; number++)
			mask |= bit_of(number);
		mask |= first > 63 ? bit_of(63) : 0;
	}
	*ret_mask = mask;
	return true;
}

static ssize_t read_file(
	const struct root *root, pid_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	return root_read_proc(root, path, buffer, size);
}

static bool is_gone(ssize_t length)
{
	return length == -ENOENT || length == -ESRCH || length == 0;
}

/* Not a fault of that file: nothing of any process could be read now. */
static bool is_shortage(ssize_t length)
{
	return length < 0 && err_is_shortage(err_code_of((int)-length));
}

/* A file with one number; `*ret` is untouched when it holds something else, or cannot be read. The
 * length, or a negative errno. */
static ssize_t read_number(const struct root *root, pid_t pid, const char *name, int64_t *ret)
{
	char buffer[64];
	ssize_t length = read_file(root, pid, name, buffer, sizeof(buffer));
	if (length > 0)
		text_to_i64(text_trim((struct text){ buffer, (size_t)length }), ret);
	return length;
}

/* 0, or what nothing can be read for. */
static ssize_t read_scores(const struct root *root, pid_t pid, struct task *task)
{
	int64_t adj = INT64_MAX, live = UNKNOWN;
	ssize_t score = read_number(root, pid, "oom_score", &live);
	ssize_t length = read_number(root, pid, "oom_score_adj", &adj);
	task->oom_score = live >= 0 && live <= INT32_MAX ? live : UNKNOWN;
	task->adj_known = adj >= -1000 && adj <= 1000;
	task->oom_score_adj = task->adj_known ? (int)adj : 0;
	return is_shortage(score) ? score : is_shortage(length) ? length : 0;
}

/* Whoever is in many groups has them all in status, before the memory. */
static ssize_t read_long_status(
	const struct root *root, pid_t pid, const char *name, int64_t page_size, struct task *task)
{
	char path[64];
	struct task read = *task;
	struct status_parser parser = begin_status(&read, page_size);
	snprintf(path, sizeof(path), "proc/%d/%s", (int)pid, name);
	int result = root_each_line(root, path, ROOT_STATUS_MAX, take_status_line, &parser);
	if (result < 0 || parser.bad)
		return result < 0 ? result : -EINVAL;
	complete_mm(&read);
	*task = read;
	return PROC_FILE_SIZE;
}

/* Reads and parses a status file. Its length, or a negative errno; -EINVAL for a bad line. */
static ssize_t read_status(
	const struct root *root, pid_t pid, const char *name, int64_t page_size, struct task *task)
{
	char buffer[PROC_FILE_SIZE];
	ssize_t length = read_file(root, pid, name, buffer, sizeof(buffer));
	if (length == -EFBIG)
		return read_long_status(root, pid, name, page_size, task);
	if (length > 0 &&
		proc_parse_status((struct text){ buffer, (size_t)length }, page_size, task, NULL))
		return -EINVAL;
	return length;
}

struct thread_search {
	const struct root *root;
	int64_t page_size;
	struct task *task;
	bool found;
};

static void take_mm(struct task *task, const struct task *thread)
{
	task->mm_tid = thread->pid;
	task->has_mm = true;
	task->rss_pages = thread->rss_pages;
	task->rss_anon_pages = thread->rss_anon_pages;
	task->rss_file_pages = thread->rss_file_pages;
	task->rss_shmem_pages = thread->rss_shmem_pages;
	task->swap_pages = thread->swap_pages;
	task->pte_kb = thread->pte_kb;
	task->pmd_kb = thread->pmd_kb;
	task->locked_pages = thread->locked_pages;
	task->mm_key = thread->mm_key;
	task->rss_stat_pages = thread->rss_stat_pages;
}

static bool try_thread(void *context, pid_t tid)
{
	struct thread_search *search = context;
	char buffer[PROC_FILE_SIZE], name[32];
	struct task thread = *search->task;
	snprintf(name, sizeof(name), "task/%d/status", (int)tid);
	ssize_t length =
		read_status(search->root, search->task->pid, name, search->page_size, &thread);
	if (length <= 0 || !thread.has_mm)
		return true;
	snprintf(name, sizeof(name), "task/%d/stat", (int)tid);
	length = read_file(search->root, search->task->pid, name, buffer, sizeof(buffer));
	if (length <= 0 || proc_parse_stat((struct text){ buffer, (size_t)length }, &thread, NULL))
		return true;
	take_mm(search->task, &thread);
	search->found = true;
	return false;
}

/* A leader that has exited shows no memory, yet its living threads hold it and the kernel counts
 * it: any thread that has the mm will do (mm/oom_kill.c:find_lock_task_mm()). */
static void read_living_thread(const struct root *root, int64_t page_size, struct task *task)
{
	char path[32];
	struct thread_search search = { root, page_size, task, false };
	snprintf(path, sizeof(path), "%d/task", (int)task->pid);
	root_each_number(root, path, try_thread, &search);
}

struct task proc_unknown(pid_t pid)
{
	struct task task = { .pid = pid, .mm_tid = pid, .mm_owner = pid, .state = '?' };
	task.cgroup = task.memcg = UNKNOWN;
	task.oom_score = task.rss_stat_pages = UNKNOWN;
	forget_status(&task);
	return task;
}

enum err_code proc_read(
	const struct root *root, pid_t pid, int64_t page_size, struct task *task, struct err *err)
{
	char buffer[PROC_FILE_SIZE];
	struct task read = *task;
	ssize_t length = read_file(root, pid, "stat", buffer, sizeof(buffer));
	if (is_gone(length))
		return err_set(err, ERR_GONE, "process %d is gone", (int)pid);
	if (length < 0)
		return err_set_errno(
			err, (int)-length, "cannot read the stat file of process %d", (int)pid);
	if (proc_parse_stat((struct text){ buffer, (size_t)length }, &read, err))
		return ERR_SYNTAX;
	if (read.pid != pid)
		return err_set(err, ERR_SYNTAX, "the stat file of process %d is of process %d",
			(int)pid, (int)read.pid);
	read.mm_tid = pid;
	ssize_t shortage = read_scores(root, pid, &read);
	forget_status(&read);
	length = read_status(root, pid, "status", page_size, &read);
	if (is_gone(length))
		return err_set(err, ERR_GONE, "process %d is gone", (int)pid);
	if (shortage || is_shortage(length))
		return err_set_errno(err, (int)-(shortage ? shortage : length),
			"cannot read process %d", (int)pid);
	if (length == -EINVAL)
		return err_set(
			err, ERR_SYNTAX, "cannot parse the status file of process %d", (int)pid);
	if (!read.has_mm && !read.kthread && (read.oom_score > 0 || read.threads > 1))
		read_living_thread(root, page_size, &read);
	*task = read;
	return ERR_OK;
}

ssize_t proc_read_cmdline(const struct root *root, pid_t pid, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "proc/%d/cmdline", (int)pid);
	ssize_t length = root_read(root, path, buffer, size);
	if (length == -EFBIG)
		length = (ssize_t)utf8_whole(buffer, size - 1);
	while (length > 0 && buffer[length - 1] == '\0')
		length--;
	for (ssize_t i = 0; i < length; i++)
		if (buffer[i] == '\0')
			buffer[i] = ' ';
	if (length >= 0)
		buffer[length] = '\0';
	return length;
}

struct cgroup_search {
	bool v2;
	char *buffer;
	size_t size;
	ssize_t result;
};

/* Takes the path out of one line, or out of several. False when it is found. */
static bool take_cgroup(void *context, struct text text)
{
	struct cgroup_search *search = context;
	struct text path;
	if (!proc_parse_cgroup(text, search->v2, &path))
		return true;
	search->result = path.len < search->size ? (ssize_t)path.len : -EFBIG;
	text_copy(path, search->buffer, search->size);
	return false;
}

ssize_t proc_read_cgroup(const struct root *root, pid_t pid, bool v2, char *buffer, size_t size)
{
	char file[PROC_FILE_SIZE], path[64];
	struct cgroup_search search = { v2, buffer, size, -ENOENT };
	ssize_t length = read_file(root, pid, "cgroup", file, sizeof(file));
	if (length < 0 && length != -EFBIG)
		return length;
	/* A dozen hierarchies of v1, each with a long path. */
	snprintf(path, sizeof(path), "proc/%d/cgroup", (int)pid);
	if (length == -EFBIG)
		root_each_line(root, path, ROOT_CGROUP_MAX, take_cgroup, &search);
	else
		take_cgroup(&search, (struct text){ file, (size_t)length });
	return search.result;
}

enum proc_same proc_same_mm(pid_t a, pid_t b)
{
	long order = syscall(SYS_kcmp, a, b, KCMP_VM, 0L, 0L);
	if (order < 0)
		return PROC_UNDECIDED;
	return order == 0 ? PROC_SAME : PROC_DIFFERENT;
}
