#include "oomspect/helper.h"

#include "oomspect/array.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACES "/usr/bin, /bin, /usr/local/bin"

/* A program whose output has ended ends as well; one that is killed dies at once, but for disks and
 * servers that do not answer. Nobody waits longer than this for either. */
#define FINISH_MS 500
#define KILLED_MS 200

/* --- where it is ----------------------------------------------------------------------------- */

/* Who may write it may choose what we run. */
static enum err_code look_at(const char *path, bool directory, struct err *err)
{
	struct stat about;
	if (lstat(path, &about) < 0)
		return err_set_errno(err, errno, "%s", path);
	if (directory ? !S_ISDIR(about.st_mode) : !S_ISREG(about.st_mode))
		return err_set(err, ERR_DENIED, "%s is no %s", path,
			directory ? "directory" : "regular file");
	if (about.st_uid != 0 && about.st_uid != geteuid())
		return err_set(
			err, ERR_DENIED, "%s belongs to user %u", path, (unsigned)about.st_uid);
	if (about.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_DENIED, "%s can be written by others", path);
	return ERR_OK;
}

/* A true path: each directory of it from / on, and the file. */
static enum err_code look_along(const char *path, struct err *err)
{
	char part[PATH_MAX];
	enum err_code code = look_at("/", true, err);
	for (size_t i = 1; path[i] && code == ERR_OK; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		code = look_at(part, true, err);
	}
	return code == ERR_OK ? look_at(path, false, err) : code;
}

enum err_code helper_find(const char *name, char *path, struct err *err)
{
	static const char *const places[] = { "/usr/bin", "/bin", "/usr/local/bin" };
	struct err unsafe = { .code = ERR_OK };
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		char at[64];
		snprintf(at, sizeof(at), "%s/%s", places[i], name);
		if (!realpath(at, path))
			continue;
		if (look_along(path, &unsafe) == ERR_OK)
			return ERR_OK;
	}
	if (unsafe.code != ERR_OK)
		return err_set(err, ERR_DENIED, "cannot run %s: %s", name, unsafe.text);
	return err_set(err, ERR_NOT_FOUND, "cannot run %s: it is not in " PLACES, name);
}

/* --- starting -------------------------------------------------------------------------------- */

/* As setuid or setgid what is run would get back, or keep, what the caller does not have. */
static enum err_code same_rights(const char *name, struct err *err)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return ERR_OK;
	return err_set(err, ERR_DENIED,
		"cannot run %s: the rights in force are not those of the user who started this",
		name);
}

/* Before 5.11 there is no close_range(2) that sets the flag. */
static void close_each_on_exec(void)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		if (fd > STDERR_FILENO)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	if (directory)
		closedir(directory);
}

/* Descriptors of ours have the flag; those that whoever started us left open get it here. */
static void close_all_on_exec(void)
{
#if defined SYS_close_range && defined CLOSE_RANGE_CLOEXEC
	if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
#endif
	close_each_on_exec();
}

static int set_streams(posix_spawn_file_actions_t *actions, int out, int stdin_fd)
{
	int failed = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (!failed)
		failed = posix_spawn_file_actions_addopen(
			actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (failed)
		return failed;
	return stdin_fd < 0 ? posix_spawn_file_actions_addopen(
				      actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
			    : posix_spawn_file_actions_adddup2(actions, stdin_fd, STDIN_FILENO);
}

/* The screen takes its signals through a descriptor and blocks them; a program would inherit it. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int failed = posix_spawnattr_setsigmask(attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(attributes, &all);
	return failed ? failed
		      : posix_spawnattr_setflags(
				attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* What is printed is for us: no language, no zone, nothing that loads code or names a file. */
static int spawn(pid_t *ret_pid, const char *path, const char *const argv[],
	const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes)
{
	static const char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", NULL };
	/* posix_spawn() takes pointers to char for the sake of old programs; it changes none. */
	union {
		const char *const *in;
		char *const *out;
	} words = { .in = argv }, settings = { .in = environment };
	close_all_on_exec();
	return posix_spawn(ret_pid, path, actions, attributes, words.out, settings.out);
}

static int start(pid_t *ret_pid, const char *path, const char *const argv[], int out, int stdin_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed = posix_spawn_file_actions_init(&actions);
	if (failed)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (!failed) {
		failed = set_streams(&actions, out, stdin_fd);
		if (!failed)
			failed = set_signals(&attributes);
		if (!failed)
			failed = spawn(ret_pid, path, argv, &actions, &attributes);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

enum err_code helper_start(
	struct helper *helper, const char *const argv[], int stdin_fd, int *ret_fd, struct err *err)
{
	int ends[2];
	char path[PATH_MAX];
	pid_t pid;
	struct sigaction on_child;
	enum err_code code = same_rights(argv[0], err);
	if (code == ERR_OK)
		code = helper_find(argv[0], path, err);
	if (code != ERR_OK)
		return code;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "cannot run %s", argv[0]);
	/* Where it is ignored, which is inherited, nobody is told how a process ended. */
	if (sigaction(SIGCHLD, NULL, &on_child) == 0 && on_child.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
	int failed = start(&pid, path, argv, ends[1], stdin_fd);
	close(ends[1]);
	if (failed) {
		close(ends[0]);
		return err_set_errno(err, failed, "cannot run %s", argv[0]);
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	helper->pid = pid;
	*ret_fd = ends[0];
	return ERR_OK;
}

/* --- ending ---------------------------------------------------------------------------------- */

/* False if it has not ended within that time. */
static bool reap(struct helper *helper, int ms, int *ret_how)
{
	for (int waited = 0;; waited++) {
		pid_t got = waitpid(helper->pid, ret_how, WNOHANG);
		if (got != 0 && !(got < 0 && errno == EINTR)) {
			helper->pid = 0;
			return got > 0;
		}
		if (waited == ms)
			return false;
		poll(NULL, 0, 1);
	}
}

void helper_end(struct helper *helper)
{
	int how;
	if (helper->pid <= 0)
		return;
	kill(helper->pid, SIGKILL);
	reap(helper, KILLED_MS, &how);
	helper->pid = 0;
}

bool helper_finish(struct helper *helper)
{
	int how;
	if (helper->pid <= 0)
		return true;
	if (reap(helper, FINISH_MS, &how))
		return WIFEXITED(how) && WEXITSTATUS(how) == 0;
	helper_end(helper);
	return false;
}
