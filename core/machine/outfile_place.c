#include "oomspect/outfile_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIND_FLAGS (O_PATH | O_CLOEXEC)
#define LINKS_MAX  40 /* as many as the kernel follows */

/* --- who may change what -------------------------------------------------------------------------- */

static bool is_ours_or_roots(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* The group of root, or a user's private one, which has the user's number (pam_umask(8)): where
 * there is one, directories are writable by it. */
static bool is_nobody_elses(gid_t gid)
{
	return gid == 0 || (gid == getegid() && gid == geteuid());
}

static bool is_writable_by_others(const struct stat *dir)
{
	return (dir->st_mode & S_IWOTH) ||
	       ((dir->st_mode & S_IWGRP) && !is_nobody_elses(dir->st_gid));
}

bool outfile_dir_is_kept(const struct stat *dir)
{
	return is_ours_or_roots(dir->st_uid) && !is_writable_by_others(dir);
}

bool outfile_dir_is_shared(const struct stat *dir)
{
	return is_ours_or_roots(dir->st_uid) && (dir->st_mode & S_ISVTX);
}

/* --- the walk ------------------------------------------------------------------------------------- */

struct walk {
	struct outfile_place place;
	char rest[PATH_MAX]; /* what is left to go behind place.name */
	const char *path;    /* all of it, for sentences */
	unsigned flags;
	int links;
	bool trusted; /* no directory of the way so far is another user's to change */
	struct err *err;
};

static enum err_code fail(const struct walk *walk, int sys_errno)
{
	return err_set_errno(walk->err, sys_errno, "cannot write '%s'", walk->path);
}

static enum err_code come_to(struct walk *walk, int fd)
{
	struct stat dir;
	if (walk->place.dir_fd >= 0)
		close(walk->place.dir_fd);
	walk->place.dir_fd = fd;
	if (fstat(fd, &dir) < 0)
		return fail(walk, errno);
	walk->trusted = walk->trusted && (outfile_dir_is_kept(&dir) || outfile_dir_is_shared(&dir));
	return ERR_OK;
}

/* Where a path begins: the working directory, for a link's target the directory it has come to. */
static enum err_code go_to_start(struct walk *walk, const char *path)
{
	if (path[0] != '/' && walk->place.dir_fd >= 0)
		return ERR_OK;
	int fd = open(path[0] == '/' ? "/" : ".", FIND_FLAGS | O_DIRECTORY);
	if (fd < 0)
		return fail(walk, errno);
	walk->trusted = true;
	return come_to(walk, fd);
}

/* Takes the next component into place.name; "." when there is none, as in "/". */
static enum err_code take_name(struct walk *walk)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	if (length > NAME_MAX)
		return fail(walk, ENAMETOOLONG);
	snprintf(walk->place.name, sizeof(walk->place.name), "%.*s", (int)length,
		length ? begin : ".");
	memmove(walk->rest, begin + length, strlen(begin + length) + 1);
	return ERR_OK;
}

static bool is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

/* A link that another user may have made, or may change, leads where that user likes; and below a
 * directory of theirs anything may be said to be root's (a file system of their own, fuse(4)). */
static enum err_code check_link(const struct walk *walk, const struct stat *link)
{
	struct stat dir;
	if (!is_ours_or_roots(link->st_uid))
		return err_set(walk->err, ERR_DENIED,
			"cannot write '%s': the link '%s' on the way belongs to uid %u", walk->path,
			walk->place.name, (unsigned)link->st_uid);
	if (fstat(walk->place.dir_fd, &dir) < 0)
		return fail(walk, errno);
	if (!walk->trusted || !outfile_dir_is_kept(&dir))
		return err_set(walk->err, ERR_DENIED,
			"cannot write '%s': the link '%s' on the way is where others may make one",
			walk->path, walk->place.name);
	return ERR_OK;
}

/* Puts the link's target before what is left to go. */
static enum err_code follow(struct walk *walk, int link_fd)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t length = readlinkat(link_fd, "", target, sizeof(target) - 1);
	if (length < 0)
		return fail(walk, errno);
	target[length] = '\0';
	int joined_length = snprintf(joined, sizeof(joined), "%s%s", target, walk->rest);
	if (length == 0 || walk->links++ == LINKS_MAX)
		return fail(walk, length ? ELOOP : ENOENT);
	if ((size_t)joined_length >= sizeof(walk->rest))
		return fail(walk, ENAMETOOLONG);
	memcpy(walk->rest, joined, (size_t)joined_length + 1);
	return go_to_start(walk, target);
}

static enum err_code make_directory(const struct walk *walk)
{
	struct stat dir;
	if (fstat(walk->place.dir_fd, &dir) < 0)
		return fail(walk, errno);
	if (!outfile_dir_is_kept(&dir) && !outfile_dir_is_shared(&dir))
		return err_set(walk->err, ERR_DENIED,
			"cannot write '%s': the directory in which '%s' would be made is not yours "
			"alone (uid %u, mode %04o)",
			walk->path, walk->place.name, (unsigned)dir.st_uid, dir.st_mode & 07777);
	/* Whatever stands there now is looked at as if it had been there before. */
	if (mkdirat(walk->place.dir_fd, walk->place.name, 0700) < 0 && errno != EEXIST)
		return err_set_errno(walk->err, errno, "cannot create '%s' for '%s'",
			walk->place.name, walk->path);
	return ERR_OK;
}

/* What stands under place.name: its descriptor, -1 when there is nothing and that is no error. */
static enum err_code look(struct walk *walk, int *ret_fd, struct stat *ret)
{
	*ret_fd = openat(walk->place.dir_fd, walk->place.name, FIND_FLAGS | O_NOFOLLOW);
	if (*ret_fd < 0 && errno == ENOENT && !is_last(walk) && (walk->flags & PLACE_MAKE)) {
		enum err_code code = make_directory(walk);
		if (code != ERR_OK)
			return code;
		*ret_fd = openat(walk->place.dir_fd, walk->place.name, FIND_FLAGS | O_NOFOLLOW);
	}
	if (*ret_fd < 0)
		return errno == ENOENT && is_last(walk) ? ERR_OK : fail(walk, errno);
	if (fstat(*ret_fd, ret) == 0)
		return ERR_OK;
	int sys_errno = errno;
	close(*ret_fd);
	return fail(walk, sys_errno);
}

static enum err_code go_through(struct walk *walk, int link_fd, const struct stat *link)
{
	enum err_code code = check_link(walk, link);
	return code == ERR_OK ? follow(walk, link_fd) : code;
}

/* Goes on from place.name; `*ret_there` when that is what the path names. */
static enum err_code step(struct walk *walk, bool *ret_there)
{
	struct stat found = { 0 };
	int fd = -1;
	enum err_code code = ERR_OK;
	bool look_first = !is_last(walk) || (walk->flags & PLACE_FOLLOW_LAST);
	if (look_first)
		code = look(walk, &fd, &found);
	if (code != ERR_OK)
		return code;
	if (S_ISDIR(found.st_mode) && !is_last(walk))
		return come_to(walk, fd);
	if (S_ISLNK(found.st_mode))
		code = go_through(walk, fd, &found);
	else if (is_last(walk))
		*ret_there = true;
	else
		code = fail(walk, ENOTDIR);
	if (fd >= 0)
		close(fd);
	return code;
}

static enum err_code walk_all(struct walk *walk)
{
	bool there = false;
	enum err_code code = go_to_start(walk, walk->path);
	while (code == ERR_OK && !there) {
		code = take_name(walk);
		if (code == ERR_OK)
			code = step(walk, &there);
	}
	if (code == ERR_OK && walk->rest[0] && !(walk->flags & PLACE_DIRECTORY))
		code = fail(walk, EISDIR);
	return code;
}

enum err_code outfile_place_find(
	struct outfile_place *place, const char *path, unsigned flags, struct err *err)
{
	struct walk walk = { .place = { .dir_fd = -1 }, .path = path, .flags = flags, .err = err };
	size_t length = strlen(path);
	if (length == 0 || length >= sizeof(walk.rest))
		return fail(&walk, length ? ENAMETOOLONG : ENOENT);
	memcpy(walk.rest, path, length + 1);
	enum err_code code = walk_all(&walk);
	if (code == ERR_OK)
		*place = walk.place;
	else
		outfile_place_release(&walk.place);
	return code;
}

void outfile_place_release(struct outfile_place *place)
{
	if (place->dir_fd >= 0)
		close(place->dir_fd);
	place->dir_fd = -1;
}
