#include "oomspect/outfile.h"

#include "support.h"
#include "support_attacker.h"
#include "support_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATH_SIZE = 256, SOMEBODY = ATTACKER_UID };

static const char *below(const struct files *files, const char *name, char path[PATH_SIZE])
{
	assert_true(snprintf(path, PATH_SIZE, "%s/%s", files->path, name) < PATH_SIZE);
	return path;
}

static enum err_code replace(const char *path, const char *text, struct err *err)
{
	struct outfile file;
	enum err_code code = outfile_find(&file, path, err);
	if (code != ERR_OK)
		return code;
	code = outfile_replace(&file, path, text_of(text), err);
	outfile_release(&file);
	return code;
}

static void assert_holds(const char *path, const char *expected)
{
	char *text = file_text(path);
	assert_string_equal(text, expected);
	free(text);
}

static size_t count_entries(const char *path)
{
	size_t count = 0;
	DIR *dir = opendir(path);
	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2; /* "." and ".." */
}

static void give(const char *path, uid_t uid)
{
	assert_return_code(lchown(path, uid, uid), errno);
}

/* --- what is replaced, and what is not ------------------------------------------------------------ */

/* In an empty folder, in which "d/config" is written. */
static void make_none(const struct files *files)
{
	(void)files;
}

static void make_file(const struct files *files)
{
	files_put(files, "d/config", "old");
}

static void make_directory(const struct files *files)
{
	files_dir(files, "d/config");
}

static void make_fifo(const struct files *files)
{
	char path[PATH_SIZE];
	files_dir(files, "d");
	assert_return_code(mkfifo(below(files, "d/config", path), 0600), errno);
}

static void make_socket(const struct files *files)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	files_dir(files, "d");
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/d/config", files->path);
	assert_return_code(bind(fd, (struct sockaddr *)&name, sizeof(name)), errno);
	close(fd);
}

/* What /dev/null is. */
static void make_device(const struct files *files)
{
	char path[PATH_SIZE];
	files_dir(files, "d");
	if (mknod(below(files, "d/config", path), S_IFCHR | 0666, makedev(1, 3)) < 0)
		skip_because("no device can be made in /tmp: %s", strerror(errno));
}

static void make_two_names(const struct files *files)
{
	char path[PATH_SIZE], other[PATH_SIZE];
	make_file(files);
	assert_return_code(
		link(below(files, "d/config", path), below(files, "other", other)), errno);
}

static void make_link_to(const struct files *files, const char *name, const char *target)
{
	char path[PATH_SIZE];
	files_dir(files, "d");
	assert_return_code(symlink(target, below(files, name, path)), errno);
}

static void make_link(const struct files *files)
{
	files_put(files, "e/file", "old");
	make_link_to(files, "d/config", "../e/./file");
}

static void make_chain(const struct files *files)
{
	char path[PATH_SIZE];
	make_link_to(files, "e", below(files, "f/", path));
	files_put(files, "f/file", "old");
	make_link_to(files, "d/config", below(files, "d/second", path));
	make_link_to(files, "d/second", "../e/file");
}

static void make_dangling(const struct files *files)
{
	make_link_to(files, "d/config", "../e/file");
}

static void make_circle(const struct files *files)
{
	make_link_to(files, "d/config", "second");
	make_link_to(files, "d/second", "config");
}

static void make_link_to_device(const struct files *files)
{
	char path[PATH_SIZE], device[PATH_SIZE];
	make_device(files);
	assert_return_code(
		rename(below(files, "d/config", path), below(files, "null", device)), errno);
	make_link_to(files, "d/config", "../null");
}

static void give_below(const struct files *files, const char *name)
{
	char path[PATH_SIZE];
	give(below(files, name, path), SOMEBODY);
}

static void set_mode(const struct files *files, const char *name, mode_t mode)
{
	char path[PATH_SIZE];
	assert_return_code(chmod(below(files, name, path), mode), errno);
}

static void make_theirs(const struct files *files)
{
	make_file(files);
	give_below(files, "d/config");
}

static void make_in_theirs(const struct files *files)
{
	make_file(files);
	give_below(files, "d");
}

static void make_none_in_theirs(const struct files *files)
{
	files_dir(files, "d");
	give_below(files, "d");
}

static void make_their_link(const struct files *files)
{
	make_link(files);
	give_below(files, "d/config");
}

static void make_link_in_theirs(const struct files *files)
{
	make_link(files);
	give_below(files, "d");
}

/* As in a file system of theirs, which says of all in it that it is root's (fuse(4)). */
static void make_link_below_theirs(const struct files *files)
{
	files_put(files, "e/file", "old");
	files_dir(files, "t/own");
	make_link_to(files, "t/own/z", "../../e/file");
	give_below(files, "t");
	make_link_to(files, "d/config", "../t/own/z");
}

static void make_link_in_shared(const struct files *files)
{
	make_link(files);
	set_mode(files, "d", 01777);
}

static void make_in_shared(const struct files *files)
{
	make_file(files);
	set_mode(files, "d", 01777);
}

static void make_theirs_in_shared(const struct files *files)
{
	make_theirs(files);
	set_mode(files, "d", 01777);
}

static void make_in_group(const struct files *files)
{
	char path[PATH_SIZE];
	make_file(files);
	assert_return_code(chown(below(files, "d", path), (uid_t)-1, SOMEBODY), errno);
	set_mode(files, "d", 02775);
}

static void make_in_group_of_root(const struct files *files)
{
	make_file(files);
	set_mode(files, "d", 02775);
}

static void make_open_to_all(const struct files *files)
{
	make_file(files);
	set_mode(files, "d", 0777);
}

static const struct replaced_case {
	const char *claim;
	void (*make)(const struct files *files);
	bool as_root; /* it takes root to make that */
	enum err_code code;
	const char *sentence; /* a part of it; NULL: it is written */
} replaced_cases[] = {
	{ "nothing is there", make_none, false, ERR_OK, NULL },
	{ "a file is there", make_file, false, ERR_OK, NULL },
	{ "a link to a file", make_link, false, ERR_OK, NULL },
	{ "a link to a link through a linked directory", make_chain, false, ERR_OK, NULL },
	{ "a link to nothing in a directory that is missing", make_dangling, false, ERR_OK, NULL },
	{ "links in a circle", make_circle, false, ERR_IO, "Too many levels of symbolic links" },
	{ "a directory", make_directory, false, ERR_IO, "it is a directory, not a regular file" },
	{ "a FIFO", make_fifo, false, ERR_IO, "it is a FIFO" },
	{ "a socket", make_socket, false, ERR_IO, "it is a socket" },
	{ "a device", make_device, true, ERR_IO, "it is a device" },
	{ "a link to a device", make_link_to_device, true, ERR_IO, "it is a device" },
	{ "a file of two names", make_two_names, false, ERR_DENIED, "it has other names, too" },
	{ "a file of another user", make_theirs, true, ERR_DENIED, "belongs to uid 4242" },
	{ "a file of ours in a directory of another user", make_in_theirs, true, ERR_DENIED,
		"its directory belongs to uid 4242" },
	{ "nothing in a directory of another user", make_none_in_theirs, true, ERR_DENIED,
		"its directory belongs to uid 4242" },
	{ "a link of another user", make_their_link, true, ERR_DENIED,
		"the link 'config' on the way belongs to uid 4242" },
	{ "a link of ours in a directory of another user", make_link_in_theirs, true, ERR_DENIED,
		"where others may make one" },
	{ "a link of ours in a directory of ours below one of another user", make_link_below_theirs,
		true, ERR_DENIED, "the link 'z' on the way is where others may make one" },
	{ "a link of ours in a sticky directory of all", make_link_in_shared, false, ERR_DENIED,
		"where others may make one" },
	{ "a file of ours in a sticky directory of all", make_in_shared, false, ERR_OK, NULL },
	{ "a file of another user in a sticky directory of all", make_theirs_in_shared, true,
		ERR_DENIED, "belongs to uid 4242" },
	{ "a directory of a group", make_in_group, true, ERR_DENIED,
		"gid 4242, mode 2775, so others may change it" },
	{ "a directory of the group of root", make_in_group_of_root, true, ERR_OK, NULL },
	{ "a directory of all", make_open_to_all, false, ERR_DENIED, "mode 0777" },
};

/* What the link count and the text are of may be looked up through links: they are still there. */
static void assert_untouched(const struct stat *before, const char *path)
{
	struct stat now;
	assert_return_code(lstat(path, &now), errno);
	assert_int_equal(now.st_ino, before->st_ino);
	assert_int_equal(now.st_mode, before->st_mode);
	assert_int_equal(now.st_nlink, before->st_nlink);
	assert_int_equal(now.st_size, before->st_size);
	assert_int_equal(now.st_mtim.tv_nsec, before->st_mtim.tv_nsec);
}

static void check_replaced(void **state)
{
	const struct replaced_case *row = *state;
	struct files files;
	struct err err = { 0 };
	struct stat before = { 0 }, now;
	char path[PATH_SIZE], dir[PATH_SIZE];
	if (row->as_root && geteuid() != 0)
		skip_because("only root can make that");
	files_make(&files);
	row->make(&files);
	bool there = lstat(below(&files, "d/config", path), &before) == 0;
	size_t entries = there ? count_entries(below(&files, "d", dir)) : 0;
	enum err_code code = replace(path, "new", &err);
	if (code != row->code)
		fail_msg("%s", err.text);
	if (row->sentence && !strstr(err.text, row->sentence))
		fail_msg("%s", err.text);
	if (there && (row->sentence || S_ISLNK(before.st_mode)))
		assert_untouched(&before, path);
	if (row->sentence)
		assert_int_equal(lstat(path, &now) == 0, there);
	else
		assert_holds(path, "new");
	if (there)
		assert_int_equal(count_entries(below(&files, "d", dir)), entries);
	files_remove(&files);
}

static void mode_owner_and_group_are_kept(void **state)
{
	struct files files;
	struct stat before, after;
	char path[PATH_SIZE];
	(void)state;
	files_make(&files);
	make_file(&files);
	below(&files, "d/config", path);
	if (geteuid() == 0)
		assert_return_code(chown(path, 0, SOMEBODY), errno);
	assert_return_code(chmod(path, 02654), errno);
	assert_return_code(stat(path, &before), errno);
	assert_int_equal(replace(path, "new", NULL), ERR_OK);
	assert_return_code(stat(path, &after), errno);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	files_drop(&files, "d/config");
	assert_int_equal(replace(path, "new", NULL), ERR_OK);
	assert_return_code(stat(path, &after), errno);
	assert_int_equal(after.st_mode, S_IFREG | 0600);
	files_remove(&files);
}

/* A file that grows no further than so many bytes, as on a file system that is full. */
static void with_limit(rlim_t bytes, void (*check)(const char *path), const char *path)
{
	struct rlimit before, less;
	signal(SIGXFSZ, SIG_IGN);
	assert_return_code(getrlimit(RLIMIT_FSIZE, &before), errno);
	less = (struct rlimit){ bytes, before.rlim_max };
	assert_return_code(setrlimit(RLIMIT_FSIZE, &less), errno);
	check(path);
	assert_return_code(setrlimit(RLIMIT_FSIZE, &before), errno);
}

static void replace_in_vain(const char *path)
{
	struct err err;
	assert_int_equal(replace(path, "something longer", &err), ERR_TOO_BIG);
	assert_non_null(strstr(err.text, ": File too large"));
}

static void create_in_vain(const char *path)
{
	struct err err;
	enum err_code code = outfile_create(path, text_of("something longer"), &err);
	assert_int_equal(code, ERR_TOO_BIG);
}

static void what_cannot_be_written_whole_changes_nothing(void **state)
{
	struct files files;
	char path[PATH_SIZE];
	(void)state;
	files_make(&files);
	make_file(&files);
	with_limit(4, replace_in_vain, below(&files, "d/config", path));
	assert_holds(path, "old");
	with_limit(4, create_in_vain, below(&files, "d/saved", path));
	assert_int_equal(count_entries(below(&files, "d", path)), 1);
	files_remove(&files);
}

static void what_was_put_there_meanwhile_stays(void **state)
{
	struct files files;
	struct outfile file;
	struct err err;
	char path[PATH_SIZE];
	(void)state;
	files_make(&files);
	below(&files, "d/config", path);
	assert_int_equal(outfile_find(&file, path, NULL), ERR_OK);
	files_put(&files, "d/config", "somebody's");
	assert_int_equal(outfile_replace(&file, path, text_of("ours"), &err), ERR_IO);
	assert_non_null(strstr(err.text, "somebody else just did"));
	outfile_release(&file);
	assert_int_equal(outfile_find(&file, path, NULL), ERR_OK);
	files_put(&files, "d/other", "an editor's");
	char other[PATH_SIZE];
	assert_return_code(rename(below(&files, "d/other", other), path), errno);
	assert_int_equal(outfile_replace(&file, path, text_of("ours"), &err), ERR_IO);
	outfile_release(&file);
	assert_holds(path, "an editor's");
	assert_int_equal(count_entries(below(&files, "d", other)), 1);
	files_remove(&files);
}

/* --- a new file, a growing file ------------------------------------------------------------------- */

static enum err_code append(const char *path, const char *text, struct err *err)
{
	int fd;
	enum err_code code = outfile_append(&fd, path, err);
	if (code != ERR_OK)
		return code;
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return ERR_OK;
}

static const struct appended_case {
	const char *claim;
	void (*make)(const struct files *files);
	bool as_root;
	enum err_code code;
	const char *text; /* what is there in the end, or a part of the sentence */
} appended_cases[] = {
	{ "a file is made", make_none, false, ERR_OK, "+" },
	{ "a file grows", make_file, false, ERR_OK, "old+" },
	{ "a file of ours in a sticky directory of all", make_in_shared, false, ERR_OK, "old+" },
	{ "a file of ours in a directory of another user", make_in_theirs, true, ERR_OK, "old+" },
	{ "a link", make_link, false, ERR_IO, "it is a symbolic link" },
	{ "a link to nothing", make_dangling, false, ERR_IO, "it is a symbolic link" },
	{ "a file of another user", make_theirs, true, ERR_DENIED, "belongs to uid 4242" },
	{ "a file of another user in a sticky directory of all", make_theirs_in_shared, true,
		ERR_DENIED, "belongs to uid 4242" },
	{ "a file of two names", make_two_names, false, ERR_DENIED, "other names" },
	{ "a directory", make_directory, false, ERR_IO, "it is a directory" },
	{ "a FIFO", make_fifo, false, ERR_IO, "it is a FIFO" },
	{ "a device", make_device, true, ERR_IO, "it is a device" },
};

static void check_appended(void **state)
{
	const struct appended_case *row = *state;
	struct files files;
	struct err err = { 0 };
	struct stat before = { 0 };
	char path[PATH_SIZE];
	if (row->as_root && geteuid() != 0)
		skip_because("only root can make that");
	files_make(&files);
	files_dir(&files, "d");
	row->make(&files);
	bool there = lstat(below(&files, "d/config", path), &before) == 0;
	if (outfile_check_append(path, &err) != row->code)
		fail_msg("%s", err.text);
	if (!there)
		assert_int_equal(access(path, F_OK), -1);
	enum err_code code = append(path, "+", &err);
	if (code != row->code)
		fail_msg("%s", err.text);
	if (code == ERR_OK) {
		assert_holds(path, row->text);
		assert_return_code(lstat(path, &before), errno);
		assert_int_equal(before.st_mode & 07777, there ? 0644 : 0600);
	} else {
		assert_non_null(strstr(err.text, row->text));
		assert_untouched(&before, path);
	}
	files_remove(&files);
}

static void a_new_file_takes_the_place_of_nothing(void **state)
{
	struct files files;
	struct err err;
	struct stat made;
	char path[PATH_SIZE];
	(void)state;
	files_make(&files);
	make_dangling(&files);
	below(&files, "d/config", path);
	assert_int_equal(outfile_create(path, text_of("x"), &err), ERR_IO);
	assert_non_null(strstr(err.text, ": File exists"));
	below(&files, "d/saved", path);
	assert_int_equal(outfile_create(path, text_of("x"), &err), ERR_OK);
	assert_int_equal(outfile_create(path, text_of("y"), &err), ERR_IO);
	assert_holds(path, "x");
	assert_return_code(lstat(path, &made), errno);
	assert_int_equal(made.st_mode, S_IFREG | 0600);
	assert_int_equal(access(below(&files, "e", path), F_OK), -1);
	files_remove(&files);
}

/* --- a directory of our own ----------------------------------------------------------------------- */

static void make_linked_directory(const struct files *files)
{
	files_dir(files, "e");
	make_link_to(files, "d/config", "../e");
}

static void make_their_directory(const struct files *files)
{
	make_directory(files);
	give_below(files, "d/config");
}

static void make_directory_of(const struct files *files, mode_t mode)
{
	make_directory(files);
	set_mode(files, "d/config", mode);
}

static void make_directory_of_group(const struct files *files)
{
	make_directory_of(files, 0775);
}

static void make_directory_of_all(const struct files *files)
{
	make_directory_of(files, 01777);
}

static void make_directory_that_is_seen(const struct files *files)
{
	make_directory_of(files, 0755);
}

static void make_full(const struct files *files)
{
	files_put(files, "d/config/here", "");
}

static void make_their_linked_directory(const struct files *files)
{
	make_linked_directory(files);
	give_below(files, "d");
}

static const struct directory_case {
	const char *claim;
	void (*make)(const struct files *files);
	bool as_root;
	enum err_code code;
	const char *sentence;
} directory_cases[] = {
	{ "a directory is made", make_none, false, ERR_OK, NULL },
	{ "in a directory of another user, too", make_none_in_theirs, true, ERR_OK, NULL },
	{ "an empty one of ours will do", make_directory_that_is_seen, false, ERR_OK, NULL },
	{ "a link to one, where others can make none", make_linked_directory, false, ERR_OK, NULL },
	{ "a link where others can make one", make_their_linked_directory, true, ERR_DENIED,
		"where others may make one" },
	{ "a directory of another user", make_their_directory, true, ERR_DENIED,
		"it belongs to uid 4242, not to you" },
	{ "one that a group may write into", make_directory_of_group, false, ERR_DENIED,
		"others may write into it as well (mode 0775)" },
	{ "one that all may write into", make_directory_of_all, false, ERR_DENIED,
		"others may write into it as well (mode 1777)" },
	{ "one that is not empty", make_full, false, ERR_IO, "it is not empty" },
	{ "a file", make_file, false, ERR_NOT_FOUND, "Not a directory" },
};

static void check_directory(void **state)
{
	const struct directory_case *row = *state;
	struct files files;
	struct err err = { 0 };
	struct stat made;
	char path[PATH_SIZE];
	int fd = -1;
	if (row->as_root && geteuid() != 0)
		skip_because("only root can make that");
	files_make(&files);
	files_dir(&files, "d");
	row->make(&files);
	bool there = access(below(&files, "d/config", path), F_OK) == 0;
	enum err_code code = outfile_directory(&fd, path, &err);
	if (code != row->code || (row->sentence && !strstr(err.text, row->sentence)))
		fail_msg("%s", err.text);
	if (code == ERR_OK) {
		assert_return_code(fstat(fd, &made), errno);
		assert_int_equal(made.st_mode, S_IFDIR | (there ? 0755 : 0700));
		close(fd);
	}
	files_remove(&files);
}

static bool holds(int dir_fd, const char *path, const char *expected, mode_t mode)
{
	char text[64] = "";
	struct stat found;
	int fd = openat(dir_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0 && fstat(fd, &found) == 0 &&
		  strcmp(text, expected) == 0 && found.st_mode == mode;
	close(fd);
	return is;
}

static void put_files(void)
{
	struct files files;
	struct stat found;
	char path[PATH_SIZE];
	int fd;
	files_make(&files);
	assert_true(outfile_directory(&fd, below(&files, "own/", path), NULL) == ERR_OK);
	assert_true(outfile_put(fd, "proc/7/stat", 0, text_of("longer")) == 0);
	assert_true(outfile_put(fd, "proc/7/stat", 0, text_of("new")) == 0);
	assert_true(outfile_put(fd, "proc/7/stat", 3, text_of(" end")) == 0);
	assert_true(outfile_put(fd, "proc/7/status", 0, text_of("")) == 0);
	assert_true(outfile_put(fd, "top", 0, text_of("x")) == 0);
	assert_true(outfile_put(fd, "sys//fs/./cgroup/a b", 0, text_of("y")) == 0);
	assert_true(holds(fd, "proc/7/stat", "new end", S_IFREG | 0600));
	assert_true(holds(fd, "top", "x", S_IFREG | 0600));
	assert_true(holds(fd, "sys/fs/cgroup/a b", "y", S_IFREG | 0600));
	assert_true(fstatat(fd, "proc/7", &found, 0) == 0 && found.st_mode == (S_IFDIR | 0700));
	assert_true(outfile_put_link(fd, "proc/self", "7") == 0);
	assert_true(outfile_put_link(fd, "proc/self", "8") == 0);
	assert_true(outfile_put(fd, "proc/self/stat", 0, text_of("z")) < 0);
	assert_true(outfile_put(fd, "proc/self", 0, text_of("z")) == -ELOOP);
	assert_true(outfile_put(fd, "../up", 0, text_of("z")) < 0);
	assert_true(outfile_put(fd, "proc/../../up", 0, text_of("z")) < 0);
	assert_true(outfile_put(fd, "top/below", 0, text_of("z")) == -ENOTDIR);
	assert_true(outfile_put(fd, "proc/7", 0, text_of("z")) < 0);
	assert_true(access(below(&files, "up", path), F_OK) < 0);
	close(fd);
	files_remove(&files);
}

static void files_are_put_below_it_and_nowhere_else(void **state)
{
	(void)state;
	files_with_and_without_openat2(put_files);
}

static void a_path_may_be_longer_than_the_kernel_takes(void **state)
{
	struct files files;
	char path[PATH_SIZE], deep[6000];
	int fd;
	(void)state;
	files_make(&files);
	assert_int_equal(outfile_directory(&fd, below(&files, "own", path), NULL), ERR_OK);
	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = i % 60 == 59 ? '/' : 'n';
	deep[sizeof(deep) - 2] = 'n';
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(outfile_put(fd, deep, 0, text_of("x")), 0);
	assert_int_equal(outfile_put(fd, deep, 0, text_of("y")), 0);
	memset(deep, 'n', 300);
	assert_int_equal(outfile_put(fd, deep, 0, text_of("x")), -ENAMETOOLONG);
	close(fd);
	files_remove(&files);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_owner_and_group_are_kept),
		cmocka_unit_test(what_cannot_be_written_whole_changes_nothing),
		cmocka_unit_test(what_was_put_there_meanwhile_stays),
		cmocka_unit_test(a_new_file_takes_the_place_of_nothing),
		cmocka_unit_test(files_are_put_below_it_and_nowhere_else),
		cmocka_unit_test(a_path_may_be_longer_than_the_kernel_takes),
	};
	umask(022);
	return run_rows("what is replaced", replaced_cases, check_replaced) +
	       run_rows("what is appended to", appended_cases, check_appended) +
	       run_rows("directories", directory_cases, check_directory) +
	       cmocka_run_group_tests_name("written files", tests, NULL, NULL);
}
