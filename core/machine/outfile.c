#include "oomspect/outfile.h"

#include "oomspect/root.h"

#include "root_within.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* O_NONBLOCK: what is no file after all must not hold the program. */
#define OLD_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
#define NEW_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define DIR_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define TEMP_SIZE 40
#define TRIES_MAX 16

/* --- what may be written to ----------------------------------------------------------------------- */

static enum err_code fail(int sys_errno, const char *path, struct err *err)
{
	return err_set_errno(err, sys_errno, "cannot write '%s'", path);
}

static const char *kind_of(const struct stat *what)
{
	switch (what->st_mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFDIR:
		return "a directory";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

static enum err_code check_file(const struct stat *what, const char *path, struct err *err)
{
	if (!S_ISREG(what->st_mode))
		return err_set(err, ERR_IO, "cannot write '%s': it is %s, not a regular file", path,
			kind_of(what));
	if (what->st_uid != geteuid())
		return err_set(err, ERR_DENIED,
			"cannot write '%s': it belongs to uid %u, not to you", path,
			(unsigned)what->st_uid);
	if (what->st_nlink > 1)
		return err_set(err, ERR_DENIED,
			"cannot write '%s': it has other names, too (%ju hard links)", path,
			(uintmax_t)what->st_nlink);
	return ERR_OK;
}

/* Opens what is there, if it may be written to. */
static enum err_code open_old(const struct outfile_place *place, int flags, const char *path,
	int *ret_fd, struct stat *ret, struct err *err)
{
	/* Looked at first: to open a device may already do something. */
	if (fstatat(place->dir_fd, place->name, ret, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(errno, path, err);
	enum err_code code = check_file(ret, path, err);
	if (code != ERR_OK)
		return code;
	int fd = openat(place->dir_fd, place->name, flags | OLD_FLAGS);
	if (fd < 0)
		return fail(errno, path, err);
	code = fstat(fd, ret) < 0 ? fail(errno, path, err) : check_file(ret, path, err);
	if (code == ERR_OK)
		*ret_fd = fd;
	else
		close(fd);
	return code;
}

static int write_whole(int fd, struct text text, off_t offset)
{
	while (text.len) {
		ssize_t written = pwrite(fd, text.at, text.len, offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		text.at += written;
		text.len -= (size_t)written;
		offset += written;
	}
	return 0;
}

/* Some file systems say only here that there was no room (close(2)). */
static int close_after(int fd, int result)
{
	int closed = close(fd) < 0 && errno != EINTR ? -errno : 0;
	return result < 0 ? result : closed;
}

/* --- a file that is replaced ---------------------------------------------------------------------- */

static enum err_code check_directory(int dir_fd, const char *path, struct err *err)
{
	struct stat dir;
	if (fstat(dir_fd, &dir) < 0)
		return fail(errno, path, err);
	if (outfile_dir_is_kept(&dir) || outfile_dir_is_shared(&dir))
		return ERR_OK;
	return err_set(err, ERR_DENIED,
		"cannot write '%s': its directory belongs to uid %u and gid %u, mode %04o, so "
		"others may change it",
		path, (unsigned)dir.st_uid, (unsigned)dir.st_gid, dir.st_mode & 07777);
}

enum err_code outfile_find(struct outfile *file, const char *path, struct err *err)
{
	struct outfile found = { .old_fd = -1 };
	struct stat what;
	enum err_code code =
		outfile_place_find(&found.place, path, PLACE_FOLLOW_LAST | PLACE_MAKE, err);
	if (code != ERR_OK)
		return code;
	if (fstatat(found.place.dir_fd, found.place.name, &what, AT_SYMLINK_NOFOLLOW) == 0)
		code = open_old(&found.place, O_RDONLY, path, &found.old_fd, &found.old, err);
	else if (errno != ENOENT)
		code = fail(errno, path, err);
	if (code == ERR_OK)
		code = check_directory(found.place.dir_fd, path, err);
	if (code == ERR_OK)
		*file = found;
	else
		outfile_release(&found);
	return code;
}

void outfile_release(struct outfile *file)
{
	if (file->old_fd >= 0)
		close(file->old_fd);
	file->old_fd = -1;
	outfile_place_release(&file->place);
}

/* A name nobody can foresee: whoever takes it first only makes us take another. */
static int make_temporary(const struct outfile_place *place, char name[TEMP_SIZE])
{
	uint64_t number;
	int fd = -1;
	for (int tries = 0; fd < 0 && tries < TRIES_MAX; tries++) {
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
			number = (uint64_t)getpid() << 32 | (uint64_t)tries;
		snprintf(name, TEMP_SIZE, ".oomspect-%016llx", (unsigned long long)number);
		fd = openat(place->dir_fd, name, NEW_FLAGS, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* chown(2) takes the set-id bits away, so the mode comes behind it. */
static int dress(const struct outfile *file, int fd)
{
	struct stat made;
	if (file->old_fd < 0)
		return 0;
	if (fstat(fd, &made) < 0)
		return -errno;
	if (made.st_gid != file->old.st_gid && fchown(fd, (uid_t)-1, file->old.st_gid) < 0)
		return -errno;
	return fchmod(fd, file->old.st_mode & 07777) < 0 ? -errno : 0;
}

/* Takes the place of the file that was found there, and of no other; or of nothing. */
static int put_in_place(const struct outfile *file, const char *temporary)
{
	const struct outfile_place *place = &file->place;
	struct stat now;
	bool absent = fstatat(place->dir_fd, place->name, &now, AT_SYMLINK_NOFOLLOW) < 0;
	if (absent != (file->old_fd < 0) ||
		(!absent && (now.st_dev != file->old.st_dev || now.st_ino != file->old.st_ino)))
		return -ESTALE;
	int result = -1;
	errno = EINVAL;
	if (absent)
		result = renameat2(
			place->dir_fd, temporary, place->dir_fd, place->name, RENAME_NOREPLACE);
	/* Before 3.15, and on file systems that do not know the flag. */
	if (result < 0 && (errno == EINVAL || errno == ENOSYS))
		result = renameat(place->dir_fd, temporary, place->dir_fd, place->name);
	return result < 0 ? -errno : 0;
}

/* Keeps the new name through a loss of power; where that cannot be had, the file is there anyplace. */
static void sync_directory(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static int replace(const struct outfile *file, struct text text)
{
	char temporary[TEMP_SIZE];
	int fd = make_temporary(&file->place, temporary);
	if (fd < 0)
		return fd;
	int result = write_whole(fd, text, 0);
	if (result == 0)
		result = dress(file, fd);
	if (result == 0 && fsync(fd) < 0)
		result = -errno;
	result = close_after(fd, result);
	if (result == 0)
		result = put_in_place(file, temporary);
	if (result == 0)
		sync_directory(file->place.dir_fd);
	else
		unlinkat(file->place.dir_fd, temporary, 0);
	return result;
}

enum err_code outfile_replace(
	const struct outfile *file, const char *path, struct text text, struct err *err)
{
	int result = replace(file, text);
	if (result == -ESTALE || result == -EEXIST)
		return err_set(err, ERR_IO, "cannot write '%s': somebody else just did", path);
	return result < 0 ? fail(-result, path, err) : ERR_OK;
}

/* --- a new file, a growing file ------------------------------------------------------------------- */

/* Takes away what could not be written whole, if it still is what has the name. */
static void take_back(const struct outfile_place *place, const struct stat *made)
{
	struct stat now;
	if (fstatat(place->dir_fd, place->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_dev == made->st_dev && now.st_ino == made->st_ino)
		unlinkat(place->dir_fd, place->name, 0);
}

static int write_new(const struct outfile_place *place, int fd, struct text text)
{
	struct stat made;
	if (fstat(fd, &made) < 0)
		return close_after(fd, -errno);
	int result = close_after(fd, write_whole(fd, text, 0));
	if (result < 0)
		take_back(place, &made);
	return result;
}

enum err_code outfile_create(const char *path, struct text text, struct err *err)
{
	struct outfile_place place;
	enum err_code code = outfile_place_find(&place, path, 0, err);
	if (code != ERR_OK)
		return code;
	int fd = openat(place.dir_fd, place.name, NEW_FLAGS, 0600);
	if (fd < 0)
		code = err_set_errno(err, errno, "cannot create '%s'", path);
	int result = fd < 0 ? 0 : write_new(&place, fd, text);
	if (result < 0)
		code = fail(-result, path, err);
	outfile_place_release(&place);
	return code;
}

enum err_code outfile_append(int *ret_fd, const char *path, struct err *err)
{
	struct outfile_place place;
	struct stat old;
	enum err_code code = outfile_place_find(&place, path, 0, err);
	if (code != ERR_OK)
		return code;
	int fd = openat(place.dir_fd, place.name, NEW_FLAGS | O_APPEND, 0600);
	if (fd >= 0)
		*ret_fd = fd;
	else if (errno != EEXIST)
		code = fail(errno, path, err);
	else
		code = open_old(&place, O_WRONLY | O_APPEND, path, ret_fd, &old, err);
	outfile_place_release(&place);
	return code;
}

static enum err_code check_append(
	const struct outfile_place *place, const char *path, struct err *err)
{
	struct stat what;
	const char *touched = place->name;
	enum err_code code = ERR_OK;
	if (fstatat(place->dir_fd, place->name, &what, AT_SYMLINK_NOFOLLOW) == 0)
		code = check_file(&what, path, err);
	else if (errno == ENOENT)
		touched = ".";
	else
		code = fail(errno, path, err);
	if (code == ERR_OK && faccessat(place->dir_fd, touched, W_OK, AT_EACCESS) < 0)
		code = fail(errno, path, err);
	return code;
}

enum err_code outfile_check_append(const char *path, struct err *err)
{
	struct outfile_place place;
	enum err_code code = outfile_place_find(&place, path, 0, err);
	if (code != ERR_OK)
		return code;
	code = check_append(&place, path, err);
	outfile_place_release(&place);
	return code;
}

/* --- a directory of our own ----------------------------------------------------------------------- */

static bool note_entry(void *context, const struct root_entry *entry)
{
	(void)entry;
	*(bool *)context = false;
	return false;
}

static enum err_code check_own(int dir_fd, const char *path, struct err *err)
{
	struct stat dir;
	bool empty = true;
	if (fstat(dir_fd, &dir) < 0)
		return fail(errno, path, err);
	if (dir.st_uid != geteuid())
		return err_set(err, ERR_DENIED,
			"cannot write into '%s': it belongs to uid %u, not to you", path,
			(unsigned)dir.st_uid);
	if (dir.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_DENIED,
			"cannot write into '%s': others may write into it as well (mode %04o)",
			path, dir.st_mode & 07777);
	int result = root_each_entry(dir_fd, note_entry, &empty);
	if (result < 0)
		return fail(-result, path, err);
	if (!empty)
		return err_set(err, ERR_IO, "cannot write into '%s': it is not empty", path);
	return ERR_OK;
}

static enum err_code make_own(
	const struct outfile_place *place, const char *path, int *ret_fd, struct err *err)
{
	if (mkdirat(place->dir_fd, place->name, 0700) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "cannot create '%s'", path);
	int fd =
		openat(place->dir_fd, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot open '%s'", path);
	enum err_code code = check_own(fd, path, err);
	if (code == ERR_OK)
		*ret_fd = fd;
	else
		close(fd);
	return code;
}

enum err_code outfile_directory(int *ret_fd, const char *path, struct err *err)
{
	struct outfile_place place;
	enum err_code code =
		outfile_place_find(&place, path, PLACE_FOLLOW_LAST | PLACE_DIRECTORY, err);
	if (code != ERR_OK)
		return code;
	code = make_own(&place, path, ret_fd, err);
	outfile_place_release(&place);
	return code;
}

/* --- files below it ------------------------------------------------------------------------------- */

static int open_or_make(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, DIR_FLAGS);
	if (fd < 0 && errno == ENOENT && (mkdirat(dir_fd, name, 0700) == 0 || errno == EEXIST))
		fd = openat(dir_fd, name, DIR_FLAGS);
	return fd < 0 ? -errno : fd;
}

/* From component to component: directories that are missing are made, and nothing else is gone
 * through. */
static int make_way(int dir_fd, struct text path)
{
	char name[NAME_MAX + 1];
	struct text part;
	int fd = openat(dir_fd, ".", DIR_FLAGS);
	fd = fd < 0 ? -errno : fd;
	while (fd >= 0 && text_split(&path, '/', &part)) {
		text_copy(part, name, sizeof(name));
		int next = part.len > NAME_MAX  ? -ENAMETOOLONG
			   : strcmp(name, "..") ? open_or_make(fd, part.len ? name : ".")
						: -EXDEV;
		close(fd);
		fd = next;
	}
	return fd;
}

/* The directory of `path`, which has `*ret_name` in it. Most often it is there already. */
static int open_parent(int dir_fd, const char *path, const char **ret_name)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	*ret_name = slash ? slash + 1 : path;
	int fd = -ENOENT;
	if (length > 0 && length < sizeof(parent)) {
		text_copy((struct text){ path, length }, parent, sizeof(parent));
		fd = within_find(dir_fd, parent, WITHIN_REFUSE);
	}
	if (fd == -ENOENT)
		fd = make_way(dir_fd, (struct text){ path, slash ? length + 1 : 0 });
	return fd;
}

static int open_piece(int parent, const char *name, bool first)
{
	struct stat old;
	int fd = first ? openat(parent, name, NEW_FLAGS, 0600) : -1;
	if (fd >= 0 || (first && errno != EEXIST))
		return fd < 0 ? -errno : fd;
	fd = openat(parent, name, O_WRONLY | OLD_FLAGS);
	if (fd < 0)
		return -errno;
	int result = fstat(fd, &old) < 0 ? -errno : 0;
	if (result == 0 && (!S_ISREG(old.st_mode) || old.st_uid != geteuid() || old.st_nlink > 1))
		result = -EEXIST;
	if (result == 0 && first && ftruncate(fd, 0) < 0)
		result = -errno;
	if (result == 0)
		return fd;
	close(fd);
	return result;
}

int outfile_put(int dir_fd, const char *path, size_t offset, struct text text)
{
	const char *name;
	int parent = open_parent(dir_fd, path, &name);
	if (parent < 0)
		return parent;
	int fd = open_piece(parent, name, offset == 0);
	close(parent);
	return fd < 0 ? fd : close_after(fd, write_whole(fd, text, (off_t)offset));
}

int outfile_put_link(int dir_fd, const char *path, const char *target)
{
	const char *name;
	int parent = open_parent(dir_fd, path, &name);
	if (parent < 0)
		return parent;
	int result = symlinkat(target, parent, name) < 0 && errno != EEXIST ? -errno : 0;
	close(parent);
	return result;
}
