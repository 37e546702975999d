#include "oomspect/root.h"

#include "root_within.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: what is no file after all must not hold the program. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_retrying(int dir_fd, const char *path, int flags)
{
	int fd;
	do
		fd = openat(dir_fd, path, flags);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

int root_noted(const struct root *root, int result)
{
	if (root->lacking && result < 0 && err_is_shortage(err_code_of(-result)))
		*root->lacking = -result;
	return result;
}

enum err_code root_check_lacking(const struct root *root, struct err *err)
{
	if (!root->lacking || !*root->lacking)
		return ERR_OK;
	return err_set_errno(err, *root->lacking, "cannot read all of the machine");
}

/* Files of the live kernel are what their names say, and are read in one system call less for each;
 * what stands below another root may be anything. */
static int open_below(const struct root *root, const char *path, int flags)
{
	if (root->live)
		return root_noted(root, open_retrying(root->fd, path, OPEN_FLAGS | flags));
	return root_noted(root, within_open(root->fd, path, WITHIN_FOLLOW, flags));
}

/* "4242/stat" as "proc/4242/stat". */
static const char *below_proc(const char *path, char buffer[PATH_MAX])
{
	snprintf(buffer, PATH_MAX, "proc/%s", path);
	return buffer;
}

static int open_proc(const struct root *root, const char *path, int flags)
{
	char below_root[PATH_MAX];
	if (root->live)
		return root_noted(root, open_retrying(root->proc_fd, path, OPEN_FLAGS | flags));
	return open_below(root, below_proc(path, below_root), flags);
}

/* 0 or a negative errno. */
static int find_meminfo(const struct root *root)
{
	if (root->live)
		return faccessat(root->proc_fd, "meminfo", F_OK, 0) == 0 ? 0 : -errno;
	int found = within_find(root->fd, "proc/meminfo", WITHIN_FOLLOW);
	if (found >= 0)
		close(found);
	return found < 0 ? found : 0;
}

enum err_code root_open(struct root *root, const char *path, struct err *err)
{
	struct root opened = { .fd = -1, .proc_fd = -1 };
	opened.live = strcmp(path, "/") == 0;
	opened.fd = open_retrying(AT_FDCWD, path, OPEN_FLAGS | O_DIRECTORY);
	if (opened.fd < 0)
		return err_set_errno(err, -opened.fd, "cannot open '%s'", path);
	opened.proc_fd = open_below(&opened, "proc", O_DIRECTORY);
	bool no_proc_here = opened.proc_fd == -ENOSYS;
	int why = opened.proc_fd < 0 ? opened.proc_fd : find_meminfo(&opened);
	if (why == 0) {
		*root = opened;
		return ERR_OK;
	}
	root_release(&opened);
	if (no_proc_here)
		return err_set(err, ERR_UNSUPPORTED,
			"cannot open '%s': it is read through /proc, which is not mounted", path);
	if (err_is_shortage(err_code_of(-why)))
		return err_set_errno(err, -why, "cannot open '%s/proc'", path[1] ? path : "");
	return err_set(
		err, ERR_UNSUPPORTED, "'%s' is not a machine: no proc/meminfo below it", path);
}

void root_release(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	if (root->proc_fd >= 0)
		close(root->proc_fd);
	*root = (struct root){ .fd = -1, .proc_fd = -1 };
}

/* Reads `fd` to its end or to the end of the buffer; with `one_record` a read that leaves room is
 * known to have been the last. */
static ssize_t read_whole(int fd, char *buffer, size_t size, bool one_record)
{
	size_t length = 0;
	while (length < size - 1) {
		ssize_t got = read(fd, buffer + length, size - 1 - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		length += (size_t)got;
		if (got == 0 || (one_record && length < size - 1))
			break;
	}
	buffer[length] = '\0';
	char more;
	if (length == size - 1 && read(fd, &more, 1) > 0)
		return -EFBIG;
	return (ssize_t)length;
}

/* Reads and closes `fd`, which may be a negative errno instead. */
static ssize_t read_opened(int fd, char *buffer, size_t size, bool one_record)
{
	buffer[0] = '\0';
	if (fd < 0)
		return fd;
	ssize_t length = read_whole(fd, buffer, size, one_record);
	close(fd);
	return length;
}

ssize_t root_read_at(int dir_fd, const char *name, char *buffer, size_t size)
{
	return read_opened(open_retrying(dir_fd, name, OPEN_FLAGS), buffer, size, false);
}

static void tell_file(
	const struct root *root, const char *path, size_t offset, const char *bytes, ssize_t length)
{
	if (root->listener && length >= 0)
		root->listener->file(root->listener->context, path, offset, bytes, (size_t)length);
}

void root_tell(const struct root *root, const char *path, const char *bytes, size_t length)
{
	tell_file(root, path, 0, bytes, (ssize_t)length);
}

ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t length = read_opened(open_below(root, path, 0), buffer, size, false);
	tell_file(root, path, 0, buffer, length);
	return length;
}

ssize_t root_read_proc(const struct root *root, const char *path, char *buffer, size_t size)
{
	char below_root[PATH_MAX];
	ssize_t length = read_opened(open_proc(root, path, 0), buffer, size, true);
	if (root->listener)
		tell_file(root, below_proc(path, below_root), 0, buffer, length);
	return length;
}

static ssize_t read_link(const struct root *root, const char *path, char *buffer, size_t size)
{
	char below_root[PATH_MAX];
	if (root->live) {
		ssize_t length = readlinkat(root->proc_fd, path, buffer, size);
		return length < 0 ? -errno : length;
	}
	int found = within_find(root->fd, below_proc(path, below_root), WITHIN_LAST);
	if (found < 0)
		return root_noted(root, found);
	ssize_t length = readlinkat(found, "", buffer, size);
	/* The kernel says ENOENT then for what is no link. */
	if (length < 0)
		length = errno == ENOENT ? -EINVAL : -errno;
	close(found);
	return length;
}

ssize_t root_readlink_proc(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t length = read_link(root, path, buffer, size - 1);
	if (length < 0)
		return length;
	buffer[length] = '\0';
	if (root->listener) {
		char below_root[PATH_MAX];
		root->listener->link(root->listener->context, below_proc(path, below_root), buffer);
	}
	return length;
}

int root_open_dir(const struct root *root, const char *path)
{
	return open_below(root, path, O_DIRECTORY);
}

/* The owner of the directory makes these links: on a live machine too they lead to anything. */
static int open_linked(const struct root *root, const char *path, int flags)
{
	if (!root->live)
		return open_below(root, path, flags);
	int found = open_retrying(root->fd, path, O_PATH | O_CLOEXEC);
	return root_noted(root, found < 0 ? found : within_reopen(found, flags));
}

int root_open_dir_linked(const struct root *root, const char *path)
{
	return open_linked(root, path, O_DIRECTORY);
}

ssize_t root_read_linked(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t length = read_opened(open_linked(root, path, 0), buffer, size, false);
	tell_file(root, path, 0, buffer, length);
	return length;
}

/* The bytes of a file between two reads: a beginning of a line, or the rest of one that is left out. */
struct lines {
	char buffer[ROOT_LINE_MAX];
	size_t filled;
	bool skipping;
};

/* Hands out the whole lines, and at the end what is left; a line that fills the buffer is left out.
 * False when `visit` has seen enough. */
static bool visit_lines(struct lines *lines, bool at_end,
	bool (*visit)(void *context, struct text line), void *context)
{
	struct text rest = { lines->buffer, lines->filled }, line;
	while (text_split(&rest, '\n', &line)) {
		if (!lines->skipping && !visit(context, line))
			return false;
		lines->skipping = false;
	}
	if (at_end && rest.len && !lines->skipping)
		return visit(context, rest);
	if (rest.len == sizeof(lines->buffer)) {
		lines->skipping = true;
		rest.len = 0;
	}
	memmove(lines->buffer, rest.at, rest.len);
	lines->filled = rest.len;
	return true;
}

static ssize_t read_some(int fd, char *buffer, size_t size)
{
	ssize_t got;
	do
		got = read(fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* `root` and `path`: the listener to tell, and of which file; or NULL. */
static int each_line(const struct root *root, const char *path, int fd, size_t most,
	bool (*visit)(void *context, struct text line), void *context)
{
	struct lines lines;
	lines.filled = 0;
	lines.skipping = false;
	size_t offset = 0;
	ssize_t got;
	do {
		char *end = lines.buffer + lines.filled;
		got = read_some(fd, end, sizeof(lines.buffer) - lines.filled);
		if (root)
			tell_file(root, path, offset, end, got);
		if (got > 0) {
			offset += (size_t)got;
			lines.filled += (size_t)got;
		}
		if (offset > most)
			got = -EFBIG;
	} while (got >= 0 && visit_lines(&lines, got == 0, visit, context) && got > 0);
	return got < 0 ? (int)got : 0;
}

int root_each_line(const struct root *root, const char *path, size_t most,
	bool (*visit)(void *context, struct text line), void *context)
{
	int fd = open_below(root, path, 0);
	if (fd < 0)
		return fd;
	int result = each_line(root, path, fd, most, visit, context);
	close(fd);
	return result;
}

int root_each_line_of(
	int fd, size_t most, bool (*visit)(void *context, struct text line), void *context)
{
	return each_line(NULL, NULL, fd, most, visit, context);
}

static bool number_of(const char *name, pid_t *ret)
{
	int64_t number;
	if (!text_to_i64(text_of(name), &number) || number <= 0 || number > INT32_MAX)
		return false;
	*ret = (pid_t)number;
	return true;
}

int root_some_numbers(int dir_fd, bool (*visit)(void *context, pid_t number), void *context)
{
	/* getdents64(2) itself: opendir(3) allocates, and /proc is listed on every sample. */
	_Alignas(struct dirent64) char buffer[16384];
	pid_t number;
	ssize_t length = getdents64(dir_fd, buffer, sizeof(buffer));
	for (ssize_t at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);
		at += entry->d_reclen;
		if (number_of(entry->d_name, &number) && !visit(context, number))
			return 0;
	}
	return length < 0 ? -errno : length > 0;
}

int root_each_number(const struct root *root, const char *path,
	bool (*visit)(void *context, pid_t number), void *context)
{
	int fd = open_proc(root, path, O_DIRECTORY);
	if (fd < 0)
		return fd;
	int result;
	do
		result = root_some_numbers(fd, visit, context);
	while (result > 0);
	close(fd);
	return result;
}

static int open_at(const struct root *root, int dir_fd, const char *path, int flags)
{
	if (!root->live)
		return root_noted(root, within_open(dir_fd, path, WITHIN_REFUSE, flags));
	int fd = openat(dir_fd, path, OPEN_FLAGS | O_NOFOLLOW | flags);
	return root_noted(root, fd < 0 ? -errno : fd);
}

int root_open_at(const struct root *root, int dir_fd, const char *path)
{
	return open_at(root, dir_fd, path, 0);
}

int root_open_dir_at(const struct root *root, int dir_fd, const char *path)
{
	return open_at(root, dir_fd, path, O_DIRECTORY);
}

int root_stat_at(const struct root *root, int dir_fd, const char *path, struct stat *ret)
{
	if (root->live)
		return fstatat(dir_fd, path, ret, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
	int found = within_find(dir_fd, path, WITHIN_REFUSE);
	if (found < 0)
		return root_noted(root, found);
	int result = fstat(found, ret) < 0 ? -errno : 0;
	close(found);
	return result;
}

static bool is_directory(int dir_fd, const struct dirent64 *entry)
{
	struct stat status;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dir_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(status.st_mode);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int root_each_entry(
	int dir_fd, bool (*visit)(void *context, const struct root_entry *entry), void *context)
{
	/* getdents64(2) itself: opendir(3) allocates. */
	_Alignas(struct dirent64) char buffer[16384];
	ssize_t length;
	while ((length = getdents64(dir_fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < length;) {
			const struct dirent64 *found =
				(const struct dirent64 *)(const void *)(buffer + at);
			at += found->d_reclen;
			if (is_dots(found->d_name))
				continue;
			struct root_entry entry = { found->d_name, found->d_ino,
				is_directory(dir_fd, found) };
			if (!visit(context, &entry))
				return 0;
		}
	}
	return length < 0 ? -errno : 0;
}
