#include "oomspect/action.h"

#include "oomspect/badness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The first user namespace maps all ids to themselves. */
#define INIT_UID_MAP_COUNT   4294967295u
#define OVERFLOW_UID         65534
#define UID_MAP_MAX          65536 /* 340 lines since 4.15 */
#define CAP_DAC_OVERRIDE_BIT 1
#define CAP_KILL_BIT         5
#define CAP_SYS_RESOURCE_BIT 24
#define FILE_SIZE            8192

static ssize_t read_file(
	const struct action_target *target, const char *name, char *buffer, size_t size)
{
	return root_read_at(target->dir_fd, name, buffer, size);
}

/* Why a file of the held directory could not be read: a living process is not gone because we have
 * no descriptor left. `length` as root_read_at() gives it. */
static enum err_code unread(
	const struct action_target *target, const char *name, ssize_t length, struct err *err)
{
	if (length == 0 || length == -ESRCH || length == -ENOENT)
		return err_set(err, ERR_GONE, "process %d is gone", (int)target->pid);
	return err_set_errno(
		err, (int)-length, "cannot read %s of process %d", name, (int)target->pid);
}

/* Fills start time, comm and the kind of process from the held directory. */
static enum err_code read_stat(
	const struct action_target *target, struct task *task, struct err *err)
{
	char buffer[FILE_SIZE];
	ssize_t length = read_file(target, "stat", buffer, sizeof(buffer));
	if (length <= 0)
		return unread(target, "stat", length, err);
	return proc_parse_stat((struct text){ buffer, (size_t)length }, task, err);
}

/* What a status file says: a thread's id opens a directory too, but owns nothing. */
struct status {
	int64_t tgid, threads;
	uid_t uid, real_uid;
};

static bool next_uid(struct text *line, uid_t *ret)
{
	struct text field;
	uint64_t uid;
	if (!text_next_field(line, &field) || !text_to_u64(field, &uid) || uid >= UID_UNKNOWN)
		return false;
	*ret = (uid_t)uid;
	return true;
}

static bool take_status(void *context, struct text line)
{
	struct status *status = context;
	if (text_skip(&line, "Tgid:"))
		text_to_i64(text_trim(line), &status->tgid);
	else if (text_skip(&line, "Threads:"))
		text_to_i64(text_trim(line), &status->threads);
	else if (text_skip(&line, "Uid:") && next_uid(&line, &status->real_uid))
		next_uid(&line, &status->uid);
	return true;
}

/* Whoever is in thousands of groups has them all before the number of threads. */
static enum err_code read_status(
	const struct action_target *target, struct status *ret, struct err *err)
{
	*ret = (struct status){ .uid = UID_UNKNOWN, .real_uid = UID_UNKNOWN };
	int fd = openat(target->dir_fd, "status", O_RDONLY | O_CLOEXEC);
	int result = fd < 0 ? -errno : root_each_line_of(fd, ROOT_STATUS_MAX, take_status, ret);
	if (fd >= 0)
		close(fd);
	if (result < 0 || ret->tgid == 0)
		return unread(target, "status", result, err);
	return ERR_OK;
}

/* What the link leads to, which may be on a server that gives no answer: what is known of it will do. */
static void read_exe(const struct action_target *target, char state, struct action_facts *ret)
{
	struct statx found;
	if (state == 'D')
		return;
	ret->exe = ACTION_EXE_HIDDEN;
	if (statx(target->dir_fd, "exe", AT_STATX_DONT_SYNC, STATX_INO, &found) < 0)
		return;
	ret->exe = ACTION_EXE_SEEN;
	ret->exe_dev = makedev(found.stx_dev_major, found.stx_dev_minor);
	ret->exe_inode = found.stx_ino;
}

/* All that is known of the held process at this moment. */
static enum err_code look(const struct action_target *target, struct task *task,
	struct status *status, struct action_facts *ret, struct err *err)
{
	*task = proc_unknown(target->pid);
	enum err_code code = read_stat(target, task, err);
	if (code == ERR_OK)
		code = read_status(target, status, err);
	if (code != ERR_OK)
		return code;
	*ret = (struct action_facts){ .uid = status->uid, .real_uid = status->real_uid };
	memcpy(ret->comm, task->comm, sizeof(ret->comm));
	read_exe(target, task->state, ret);
	return ERR_OK;
}

/* A zombie leader may still have living threads: those are killed through it. */
static bool is_zombie(const struct task *task, const struct status *status)
{
	return task->state == 'Z' && status->threads <= 1;
}

static enum err_code refuse_kind(
	const struct task *task, const struct status *status, struct err *err)
{
	int pid = (int)task->pid;
	if (task->kthread)
		return err_set(
			err, ERR_SYNTAX, "%d: is a kernel thread, which is never killed", pid);
	if (status->tgid != pid)
		return err_set(err, ERR_SYNTAX, "%d: is a thread of process %d, name that", pid,
			(int)status->tgid);
	if (is_zombie(task, status))
		return err_set(err, ERR_SYNTAX, "%d: has ended already (a zombie)", pid);
	return ERR_OK;
}

static enum err_code check_identity(
	struct action_target *target, uint64_t start_ticks, struct err *err)
{
	struct task task;
	struct status status;
	enum err_code code = look(target, &task, &status, &target->facts, err);
	if (code != ERR_OK)
		return code;
	target->start_ticks = task.start_ticks;
	if (start_ticks && task.start_ticks != start_ticks)
		return err_set(err, ERR_GONE, "process %d is another one by now", (int)target->pid);
	return refuse_kind(&task, &status, err);
}

enum err_code action_look(
	const struct action_target *target, struct action_facts *ret, struct err *err)
{
	struct task task;
	struct status status;
	enum err_code code = look(target, &task, &status, ret, err);
	if (code == ERR_OK && is_zombie(&task, &status))
		code = err_set(err, ERR_GONE, "process %d has ended", (int)target->pid);
	return code;
}

bool action_is_other_exe(const struct action_facts *before, const struct action_facts *now)
{
	if (before->exe == ACTION_EXE_NOT_ASKED || now->exe == ACTION_EXE_NOT_ASKED)
		return false;
	if (before->exe != now->exe)
		return true;
	return now->exe == ACTION_EXE_SEEN &&
	       (before->exe_dev != now->exe_dev || before->exe_inode != now->exe_inode);
}

enum err_code action_hold(struct action_target *target, const struct root *root, pid_t pid,
	uint64_t start_ticks, struct err *err)
{
	struct action_target held = { .dir_fd = -1, .pid = pid };
	char name[16];
	if (!root->live)
		return err_set(err, ERR_UNSUPPORTED, "a captured machine cannot be changed");
	if (pid <= 0)
		return err_set(err, ERR_SYNTAX, "%d: is no process", (int)pid);
	snprintf(name, sizeof(name), "%d", (int)pid);
	held.dir_fd = openat(root->proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (held.dir_fd < 0 && errno == ENOENT)
		return err_set(
			err, ERR_GONE, "%d: there is no such process (or it is hidden)", (int)pid);
	if (held.dir_fd < 0)
		return err_set_errno(err, errno, "cannot open process %d", (int)pid);
	enum err_code code = check_identity(&held, start_ticks, err);
	if (code != ERR_OK) {
		action_release(&held);
		return code;
	}
	*target = held;
	return ERR_OK;
}

void action_release(struct action_target *target)
{
	if (target->dir_fd >= 0)
		close(target->dir_fd);
	*target = ACTION_NOBODY;
}

static enum err_code refuse_number(const char *text, unsigned base, struct err *err)
{
	const char *kind = base == 8 ? "octal" : "hexadecimal";
	char *end;
	long value = strtol(text, &end, 0);
	if (*end)
		return err_set(err, ERR_SYNTAX, "'%s' is not a number", text);
	return err_set(err, ERR_SYNTAX,
		"'%s' is ambiguous: the kernel reads it as %s, %ld; write it in decimal", text,
		kind, value);
}

enum err_code action_parse_adj(const char *text, int *ret, const char **ret_note, struct err *err)
{
	struct text digits = text_of(text);
	int64_t value;
	bool negative = text_skip(&digits, "-");
	if (!negative)
		text_skip(&digits, "+");
	if (text_starts(digits, "0x") || text_starts(digits, "0X"))
		return refuse_number(text, 16, err);
	if (digits.len > 1 && digits.at[0] == '0')
		return refuse_number(text, 8, err);
	uint64_t magnitude;
	if (digits.len == 0 || strspn(digits.at, "0123456789") != digits.len)
		return err_set(err, ERR_SYNTAX, "'%s' is not a number", text);
	value = text_to_u64(digits, &magnitude) && magnitude <= INT32_MAX ? (int64_t)magnitude
									  : INT32_MAX;
	if (value > OOM_SCORE_ADJ_MAX)
		return err_set(err, ERR_RANGE, "'%s' is out of range: -1000 to 1000", text);
	*ret = negative ? -(int)value : (int)value;
	if (ret_note)
		*ret_note = *ret == -17 ? "-17 meant 'never' to the old oom_adj; here it is only "
					  "-17, never is -1000"
					: NULL;
	return ERR_OK;
}

enum err_code action_get_adj(const struct action_target *target, int *ret, struct err *err)
{
	char buffer[64];
	int64_t adj;
	ssize_t length = read_file(target, "oom_score_adj", buffer, sizeof(buffer));
	if (length <= 0)
		return unread(target, "oom_score_adj", length, err);
	if (!text_to_i64(text_trim((struct text){ buffer, (size_t)length }), &adj) ||
		adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX)
		return err_set(err, ERR_SYNTAX, "cannot parse oom_score_adj of process %d",
			(int)target->pid);
	*ret = (int)adj;
	return ERR_OK;
}

static enum err_code refused(const struct action_target *target, bool at_open, struct err *err)
{
	int pid = (int)target->pid, sys_errno = errno;
	if (sys_errno == ESRCH || sys_errno == ENOENT)
		return err_set(err, ERR_GONE, "process %d is gone", pid);
	if (sys_errno == EACCES && at_open)
		return err_set(err, ERR_DENIED,
			"%d: the file belongs to another user, or to root because the process is "
			"not dumpable",
			pid);
	if (sys_errno == EACCES)
		return err_set(err, ERR_DENIED,
			"%d: below the floor set by root; lowering needs CAP_SYS_RESOURCE in the "
			"initial user namespace",
			pid);
	return err_set_errno(err, sys_errno, "cannot set oom_score_adj of %d", pid);
}

static enum err_code write_adj(const struct action_target *target, int adj, struct err *err)
{
	char value[16];
	int length = snprintf(value, sizeof(value), "%d", adj);
	int fd = openat(target->dir_fd, "oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return refused(target, true, err);
	enum err_code code = ERR_OK;
	if (write(fd, value, (size_t)length) != length)
		code = refused(target, false, err);
	close(fd);
	return code;
}

enum err_code action_set_adj(const struct action_target *target, int adj, int *ret_before,
	int *ret_after, struct err *err)
{
	*ret_before = *ret_after = ACTION_ADJ_UNKNOWN;
	struct err unread = { 0 };
	enum err_code code = action_get_adj(target, ret_before, err);
	if (code != ERR_OK)
		return code;
	code = write_adj(target, adj, err);
	if (action_get_adj(target, ret_after, &unread) == ERR_OK || code != ERR_OK)
		return code;
	return err_set(err, unread.code, "%s%s",
		unread.code == ERR_GONE ? "" : "written, but not verified: ", unread.text);
}

/* Before 5.1 no signal goes through a descriptor: the descriptor tells that the pid is still its,
 * and kill(2) follows at once. */
static long signal_by_pid(const struct action_target *target, int signal, struct err *err)
{
	struct task task = proc_unknown(target->pid);
	enum err_code code = read_stat(target, &task, err);
	if (code == ERR_OK && task.start_ticks == target->start_ticks)
		return kill(target->pid, signal);
	errno = code == ERR_OK || code == ERR_GONE ? ESRCH : err->sys_errno ? err->sys_errno : EIO;
	return -1;
}

enum err_code action_signal(const struct action_target *target, int signal, struct err *err)
{
	struct err unread = { 0 };
	long result = syscall(SYS_pidfd_send_signal, target->dir_fd, signal, NULL, 0);
	if (result < 0 && (errno == ENOSYS || errno == EBADF))
		result = signal_by_pid(target, signal, &unread);
	if (result == 0)
		return ERR_OK;
	if (errno == ESRCH)
		return err_set(err, ERR_GONE, "process %d is gone", (int)target->pid);
	if (errno == EPERM)
		return err_set(err, ERR_DENIED,
			"%d belongs to another user: a signal needs CAP_KILL", (int)target->pid);
	return err_set_errno(err, errno, "cannot signal %d", (int)target->pid);
}

enum err_code action_release_memory(const struct action_target *target, struct err *err)
{
	struct task task = proc_unknown(target->pid);
	/* process_mrelease(2) takes no /proc descriptor. The held directory answering after the pidfd
	 * was opened proves that the pid had not changed hands. */
	int pidfd = (int)syscall(SYS_pidfd_open, target->pid, 0);
	if (pidfd < 0)
		return err_set_errno(err, errno, "cannot open process %d", (int)target->pid);
	enum err_code code = read_stat(target, &task, err);
	if (code == ERR_OK && syscall(SYS_process_mrelease, pidfd, 0) < 0)
		code = err_set_errno(
			err, errno, "cannot release the memory of %d", (int)target->pid);
	close(pidfd);
	return code;
}

bool action_has_ended(const struct action_target *target)
{
	struct task task = proc_unknown(target->pid);
	enum err_code code = read_stat(target, &task, NULL);
	return code == ERR_GONE || (code == ERR_OK && (task.state == 'Z' || task.state == 'X'));
}

static bool take_capabilities(void *context, struct text line)
{
	char digits[32];
	if (!text_skip(&line, "CapEff:"))
		return true;
	text_copy(text_trim(line), digits, sizeof(digits));
	*(uint64_t *)context = strtoull(digits, NULL, 16);
	return false;
}

static uint64_t read_capabilities(const struct root *root)
{
	uint64_t mask = 0;
	root_each_line(root, "proc/self/status", ROOT_STATUS_MAX, take_capabilities, &mask);
	return mask;
}

/* What a uid_map says: of the first user namespace, in one line, that all are themselves. */
struct uid_map {
	size_t lines;
	bool all_themselves;
	bool nobody_mapped;
};

/* A line of one: first inside, first outside, how many. */
static bool take_mapping(void *context, struct text line)
{
	struct uid_map *map = context;
	struct text field;
	uint64_t number[3];
	for (size_t i = 0; i < 3; i++)
		if (!text_next_field(&line, &field) || !text_to_u64(field, &number[i]))
			return false;
	map->lines++;
	map->all_themselves = number[0] == 0 && number[1] == 0 && number[2] == INIT_UID_MAP_COUNT;
	map->nobody_mapped |= OVERFLOW_UID >= number[0] && OVERFLOW_UID - number[0] < number[2];
	return true;
}

struct action_rights action_rights_probe(const struct root *root, bool read_only)
{
	struct uid_map map = { 0 };
	uint64_t mask = read_capabilities(root);
	root_each_line(root, "proc/self/uid_map", UID_MAP_MAX, take_mapping, &map);
	bool init_user_ns = map.lines == 1 && map.all_themselves;
	return (struct action_rights){
		.writable_root = root->live && !read_only,
		.sys_resource = init_user_ns && (mask >> CAP_SYS_RESOURCE_BIT & 1),
		.write_any = mask >> CAP_DAC_OVERRIDE_BIT & 1,
		.kill_any = mask >> CAP_KILL_BIT & 1,
		.init_user_ns = init_user_ns,
		.nobody_mapped = map.nobody_mapped,
		.euid = geteuid(),
	};
}

bool action_is_foreign(const struct action_rights *rights, const struct task *task)
{
	return !rights->init_user_ns && !rights->nobody_mapped && task->uid == OVERFLOW_UID &&
	       rights->euid != OVERFLOW_UID;
}

static bool is_reached(
	const struct action_rights *rights, const struct task *task, bool whosever_it_is)
{
	return rights->writable_root && !task->kthread && !action_is_foreign(rights, task) &&
	       (whosever_it_is || rights->euid == task->uid);
}

bool action_may_adjust(const struct action_rights *rights, const struct task *task)
{
	return is_reached(rights, task, rights->write_any);
}

bool action_may_signal(const struct action_rights *rights, const struct task *task)
{
	return is_reached(rights, task, rights->kill_any);
}
