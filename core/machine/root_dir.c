#include "oomspect/root.h"

#include "root_within.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

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
