#include "oomspect/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

/* O_NONBLOCK: a FIFO in a captured tree must not hold the program. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_retrying(int dir_fd, const char *path, int flags)
{
	int fd;
	do
		fd = openat(dir_fd, path, flags);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

enum err_code root_open(struct root *root, const char *path, struct err *err)
{
	struct root opened = { .fd = -1, .proc_fd = -1 };
	opened.live = strcmp(path, "/") == 0;
	opened.fd = open_retrying(AT_FDCWD, path, OPEN_FLAGS | O_DIRECTORY);
	if (opened.fd < 0)
		return err_set_errno(err, -opened.fd, "cannot open '%s'", path);
	opened.proc_fd = open_retrying(opened.fd, "proc", OPEN_FLAGS | O_DIRECTORY);
	if (opened.proc_fd < 0 || faccessat(opened.proc_fd, "meminfo", F_OK, 0) < 0) {
		root_release(&opened);
		return err_set(err, ERR_UNSUPPORTED,
			"'%s' is not a machine: no proc/meminfo below it", path);
	}
	*root = opened;
	return ERR_OK;
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

static ssize_t read_file(int dir_fd, const char *name, char *buffer, size_t size, bool one_record)
{
	buffer[0] = '\0';
	int fd = open_retrying(dir_fd, name, OPEN_FLAGS);
	if (fd < 0)
		return fd;
	ssize_t length = read_whole(fd, buffer, size, one_record);
	close(fd);
	return length;
}

ssize_t root_read_at(int dir_fd, const char *name, char *buffer, size_t size)
{
	return read_file(dir_fd, name, buffer, size, false);
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
	ssize_t length = root_read_at(root->fd, path, buffer, size);
	tell_file(root, path, 0, buffer, length);
	return length;
}

ssize_t root_read_proc(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t length = read_file(root->proc_fd, path, buffer, size, true);
	if (root->listener) {
		char below_root[PATH_MAX];
		snprintf(below_root, sizeof(below_root), "proc/%s", path);
		tell_file(root, below_root, 0, buffer, length);
	}
	return length;
}

ssize_t root_readlink_proc(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t length = readlinkat(root->proc_fd, path, buffer, size - 1);
	if (length < 0)
		return -errno;
	buffer[length] = '\0';
	if (root->listener) {
		char below_root[PATH_MAX];
		snprintf(below_root, sizeof(below_root), "proc/%s", path);
		root->listener->link(root->listener->context, below_root, buffer);
	}
	return length;
}

int root_open_dir(const struct root *root, const char *path)
{
	return open_retrying(root->fd, path, OPEN_FLAGS | O_DIRECTORY);
}

static int open_linked(const struct root *root, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT };
	if (root->live)
		return open_retrying(root->fd, path, flags);
	long fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
	/* A container's filter that does not know the call may answer EPERM. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_retrying(root->fd, path, flags | O_NOFOLLOW);
	return fd < 0 ? -errno : (int)fd;
}

int root_open_dir_linked(const struct root *root, const char *path)
{
	return open_linked(root, path, OPEN_FLAGS | O_DIRECTORY);
}

ssize_t root_read_linked(const struct root *root, const char *path, char *buffer, size_t size)
{
	buffer[0] = '\0';
	int fd = open_linked(root, path, OPEN_FLAGS);
	if (fd < 0)
		return fd;
	ssize_t length = read_whole(fd, buffer, size, false);
	close(fd);
	tell_file(root, path, 0, buffer, length);
	return length;
}

/* Hands out the whole lines of `buffer`; at the end, or when one line fills it, all of it.
 * Gives how many bytes were handed out, SIZE_MAX when `visit` has seen enough. */
static size_t visit_lines(struct text buffer, bool flush,
	bool (*visit)(void *context, struct text line), void *context)
{
	struct text rest = buffer, line;
	while (text_split(&rest, '\n', &line))
		if (!visit(context, line))
			return SIZE_MAX;
	if (rest.len && (flush || rest.len == buffer.len)) {
		if (!visit(context, rest))
			return SIZE_MAX;
		rest.len = 0;
	}
	return buffer.len - rest.len;
}

int root_each_line(const struct root *root, const char *path,
	bool (*visit)(void *context, struct text line), void *context)
{
	char buffer[4096];
	size_t filled = 0, offset = 0;
	ssize_t got;
	int fd = open_retrying(root->fd, path, OPEN_FLAGS);
	if (fd < 0)
		return fd;
	do {
		got = read(fd, buffer + filled, sizeof(buffer) - filled);
		if (got < 0 && errno == EINTR)
			continue;
		tell_file(root, path, offset, buffer + filled, got);
		offset += got > 0 ? (size_t)got : 0;
		filled += got > 0 ? (size_t)got : 0;
		size_t done =
			visit_lines((struct text){ buffer, filled }, got <= 0, visit, context);
		if (done == SIZE_MAX)
			break;
		filled -= done;
		memmove(buffer, buffer + done, filled);
	} while (got > 0 || (got < 0 && errno == EINTR));
	int result = got < 0 ? -errno : 0;
	close(fd);
	return result;
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
	int fd = open_retrying(root->proc_fd, path, OPEN_FLAGS | O_DIRECTORY);
	if (fd < 0)
		return fd;
	int result;
	do
		result = root_some_numbers(fd, visit, context);
	while (result > 0);
	close(fd);
	return result;
}
