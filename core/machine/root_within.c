#include "root_within.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#define FIND_FLAGS   (O_PATH | O_CLOEXEC)
#define READ_FLAGS   (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define RETRIES_MAX  64 /* somebody renames all the time */
#define RESTARTS_MAX 64 /* links and ".." of one path; the kernel follows 40 links */

/* --- by openat2(2) ------------------------------------------------------------------------------ */

static int find_by_kernel(int top_fd, const char *path, enum within_links links)
{
	struct open_how how = { .flags = FIND_FLAGS, .resolve = RESOLVE_NO_MAGICLINKS };
	long fd;
	how.flags |= links == WITHIN_LAST ? O_NOFOLLOW : 0;
	how.resolve |=
		links == WITHIN_REFUSE ? RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS : RESOLVE_IN_ROOT;
	int tries = 0;
	/* EAGAIN: whether ".." led out could not be told, since something was renamed meanwhile. */
	do
		fd = syscall(SYS_openat2, top_fd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR) && tries++ < RETRIES_MAX);
	return fd < 0 ? -errno : (int)fd;
}

/* --- where that is missing: before 5.6, or kept back by a container's filter -------------------- */

/* A walk from component to component, each opened without following a link. */
struct walk {
	int top_fd, fd;      /* fd: where it has come to; at first top_fd itself */
	char done[PATH_MAX]; /* the path there, which has no link and no ".." in it */
	char path[PATH_MAX]; /* the path that is gone */
	const char *rest;    /* what is left of it */
	enum within_links links;
	int restarts;
};

static void come_to(struct walk *walk, int fd)
{
	if (walk->fd != walk->top_fd)
		close(walk->fd);
	walk->fd = fd;
}

/* Begins again at the top, with `path` before what is left to go. */
static int restart(struct walk *walk, const char *path)
{
	char joined[2 * PATH_MAX + 2];
	size_t length = (size_t)snprintf(joined, sizeof(joined), "%s/%s", path, walk->rest);
	if (length >= sizeof(walk->path))
		return -ENAMETOOLONG;
	if (walk->restarts++ == RESTARTS_MAX)
		return -ELOOP;
	memcpy(walk->path, joined, length + 1);
	walk->rest = walk->path;
	walk->done[0] = '\0';
	come_to(walk, walk->top_fd);
	return 0;
}

/* ".." leads to where the directory was found, not to where somebody may have moved it. */
static int go_up(struct walk *walk)
{
	char parent[PATH_MAX];
	memcpy(parent, walk->done, strlen(walk->done) + 1);
	char *slash = strrchr(parent, '/');
	*(slash ? slash : parent) = '\0';
	return restart(walk, parent);
}

static int follow(struct walk *walk, int link_fd)
{
	char target[PATH_MAX], path[2 * PATH_MAX + 2];
	ssize_t length = readlinkat(link_fd, "", target, sizeof(target) - 1);
	close(link_fd);
	if (length <= 0)
		return length < 0 ? -errno : -ENOENT;
	target[length] = '\0';
	snprintf(path, sizeof(path), "%s/%s", target[0] == '/' ? "" : walk->done, target);
	return restart(walk, path);
}

static bool is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

static int go_down(struct walk *walk, const char *name)
{
	struct stat found;
	size_t used = strlen(walk->done), length = strlen(name);
	int fd = openat(walk->fd, name, FIND_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	bool link = fstat(fd, &found) == 0 && S_ISLNK(found.st_mode);
	if (link && walk->links != WITHIN_REFUSE && !(walk->links == WITHIN_LAST && is_last(walk)))
		return follow(walk, fd);
	if ((link && walk->links == WITHIN_REFUSE) || used + 1 + length >= sizeof(walk->done)) {
		close(fd);
		return link ? -ELOOP : -ENAMETOOLONG;
	}
	walk->done[used] = '/';
	memcpy(walk->done + used + 1, name, length + 1);
	come_to(walk, fd);
	return 0;
}

/* The next component of what is left, "" at the end; false when it is longer than any. */
static bool take_component(struct walk *walk, char name[NAME_MAX + 1])
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	if (length > NAME_MAX)
		return false;
	memcpy(name, begin, length);
	name[length] = '\0';
	walk->rest = begin + length;
	return true;
}

static int walk_on(struct walk *walk)
{
	char name[NAME_MAX + 1];
	int result = 0;
	while (result == 0) {
		if (!take_component(walk, name))
			return -ENAMETOOLONG;
		if (!name[0])
			return 0;
		if (strcmp(name, "..") == 0)
			result = walk->links == WITHIN_REFUSE ? -EXDEV : go_up(walk);
		else if (strcmp(name, ".") != 0)
			result = go_down(walk, name);
	}
	return result;
}

static int find_by_walking(int top_fd, const char *path, enum within_links links)
{
	struct walk walk = { .top_fd = top_fd, .fd = top_fd, .links = links };
	size_t length = strlen(path);
	if (length >= sizeof(walk.path))
		return -ENAMETOOLONG;
	memcpy(walk.path, path, length + 1);
	walk.rest = walk.path;
	int result = walk_on(&walk);
	if (result < 0) {
		come_to(&walk, top_fd);
		return result;
	}
	if (walk.fd == top_fd)
		walk.fd = openat(top_fd, ".", FIND_FLAGS);
	return walk.fd < 0 ? -errno : walk.fd;
}

/* ------------------------------------------------------------------------------------------------ */

int within_find(int top_fd, const char *path, enum within_links links)
{
	int fd = find_by_kernel(top_fd, path, links);
	return fd == -ENOSYS || fd == -EPERM ? find_by_walking(top_fd, path, links) : fd;
}

/* Opens exactly what was found, whatever has its name by now. */
static int open_found(int found, int flags)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	int fd = open(path, READ_FLAGS | flags);
	if (fd < 0 && errno == ENOENT)
		return -ENOSYS; /* there is no /proc: what is gone can be opened through it */
	return fd < 0 ? -errno : fd;
}

int within_reopen(int found, int flags)
{
	struct stat what;
	int result = fstat(found, &what) < 0 ? -errno : 0;
	if (result == 0 && (flags & O_DIRECTORY) && !S_ISDIR(what.st_mode))
		result = -ENOTDIR;
	if (result == 0 && S_ISLNK(what.st_mode))
		result = -ELOOP;
	if (result == 0 && !S_ISREG(what.st_mode) && !S_ISDIR(what.st_mode))
		result = -ENOTSUP;
	if (result == 0)
		result = open_found(found, flags);
	close(found);
	return result;
}

int within_open(int top_fd, const char *path, enum within_links links, int flags)
{
	int found = within_find(top_fd, path, links);
	return found < 0 ? found : within_reopen(found, flags);
}
