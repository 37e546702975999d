#include "support_attacker.h"

#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECRET   "root's\n"
#define LATER_NS 200000

bool battlefield_make(struct battlefield *field)
{
	if (geteuid() != 0)
		return false;
	files_make(&field->files);
	snprintf(field->theirs, sizeof(field->theirs), "%s/theirs", field->files.path);
	snprintf(field->shared, sizeof(field->shared), "%s/shared", field->files.path);
	snprintf(field->outside, sizeof(field->outside), "%s/outside", field->files.path);
	snprintf(field->file, sizeof(field->file), "%s/file", field->outside);
	snprintf(field->directory, sizeof(field->directory), "%s/directory", field->outside);
	files_dir(&field->files, "theirs");
	files_dir(&field->files, "shared");
	files_put(&field->files, "outside/file", SECRET);
	files_dir(&field->files, "outside/directory");
	assert_int_equal(chown(field->theirs, ATTACKER_UID, ATTACKER_UID), 0);
	assert_int_equal(chmod(field->shared, 01777), 0);
	assert_int_equal(chmod(field->directory, 0700), 0);
	assert_int_equal(chmod(field->outside, 0700), 0);
	return true;
}

void battlefield_remove(struct battlefield *field)
{
	files_remove(&field->files);
}

/* That nothing is in the directory but `expected`. */
static void assert_only(const char *path, const char *const expected[], size_t count)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	if (!dir)
		fail_msg("%s is gone", path);
	while ((entry = readdir(dir))) {
		bool known = false;
		for (size_t i = 0; i < count; i++)
			known |= strcmp(entry->d_name, expected[i]) == 0;
		if (!known)
			fail_msg("%s was put into %s", entry->d_name, path);
	}
	closedir(dir);
}

/* The attacker's own file, if it is there and not one that was put in its place. */
static void assert_empty(const char *directory)
{
	char path[BATTLEFIELD_PATH_SIZE];
	struct stat found;
	if (stat(battlefield_path(directory, "mine", path), &found) == 0 &&
		found.st_uid == ATTACKER_UID)
		assert_int_equal(found.st_size, 0);
}

void battlefield_assert_held(const struct battlefield *field)
{
	static const char *const names[] = { ".", "..", "file", "directory" };
	struct stat status;
	char *text = file_text(field->file);
	assert_string_equal(text, SECRET);
	free(text);
	assert_int_equal(stat(field->file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(status.st_uid, 0);
	assert_only(field->outside, names, ARRAY_SIZE(names));
	assert_only(field->directory, names, 2);
	assert_empty(field->theirs);
	assert_empty(field->shared);
}

const char *battlefield_path(
	const char *directory, const char *name, char path[BATTLEFIELD_PATH_SIZE])
{
	int length = snprintf(path, BATTLEFIELD_PATH_SIZE, "%s/%s", directory, name);
	assert_in_range(length, 1, BATTLEFIELD_PATH_SIZE - 1);
	return path;
}

void attacker_swap_file(const struct battlefield *field, const char *directory, const char *name)
{
	char path[BATTLEFIELD_PATH_SIZE], own[BATTLEFIELD_PATH_SIZE],
		missing[BATTLEFIELD_PATH_SIZE];
	battlefield_path(directory, name, path);
	if (symlink(field->file, path) == 0)
		unlink(path);
	if (symlink(battlefield_path(field->outside, "new", missing), path) == 0)
		unlink(path);
	battlefield_path(directory, "mine", own);
	close(open(own, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
	if (link(own, path) == 0)
		unlink(path);
	rename(own, path);
	rename(path, own);
	if (mkfifo(path, 0666) == 0)
		unlink(path);
}

static _Noreturn void attack(
	unsigned long *turns, void (*turn)(const void *context), const void *context)
{
	if (setgroups(0, NULL) || setresgid(ATTACKER_UID, ATTACKER_UID, ATTACKER_UID) ||
		setresuid(ATTACKER_UID, ATTACKER_UID, ATTACKER_UID))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user would have lost it again */
	for (;;) {
		turn(context);
		__atomic_add_fetch(turns, 1, __ATOMIC_RELAXED);
	}
}

void attacker_start(
	struct attacker *attacker, void (*turn)(const void *context), const void *context)
{
	attacker->waits = 0;
	attacker->turns = mmap(NULL, sizeof(*attacker->turns), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(attacker->turns != MAP_FAILED);
	attacker->pid = fork();
	if (attacker->pid == 0)
		attack(attacker->turns, turn, context);
	while (__atomic_load_n(attacker->turns, __ATOMIC_RELAXED) == 0) {
		assert_int_equal(waitpid(attacker->pid, NULL, WNOHANG), 0);
		usleep(1000);
	}
}

void attacker_wait(struct attacker *attacker)
{
	if (attacker->waits++ % 10)
		return;
	struct timespec pause = { 0, (long)(attacker->waits * 7919 % LATER_NS) };
	unsigned long before = __atomic_load_n(attacker->turns, __ATOMIC_RELAXED);
	while (__atomic_load_n(attacker->turns, __ATOMIC_RELAXED) == before)
		sched_yield();
	nanosleep(&pause, NULL);
}

void attacker_stop(struct attacker *attacker)
{
	kill(attacker->pid, SIGKILL);
	assert_int_equal(waitpid(attacker->pid, NULL, 0), attacker->pid);
	munmap(attacker->turns, sizeof(*attacker->turns));
}
