#include "support.h"

#include "support_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

void files_make(struct files *files)
{
	strcpy(files->path, "/tmp/oomspect-test-XXXXXX");
	assert_non_null(mkdtemp(files->path));
	/* Others may look, so that a test can give up its privileges. */
	assert_int_equal(chmod(files->path, 0755), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

void files_remove(struct files *files)
{
	if (*files->path)
		nftw(files->path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	*files->path = '\0';
}

static const char *below(const struct files *files, const char *path, char *buffer)
{
	assert_true(snprintf(buffer, PATH_MAX, "%s/%s", files->path, path) < PATH_MAX);
	return buffer;
}

static void make_dirs(char *path, size_t from)
{
	for (char *at = path + from; (at = strchr(at + 1, '/')) != NULL; *at = '/') {
		*at = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	}
}

void files_dir(const struct files *files, const char *path)
{
	char buffer[PATH_MAX];
	below(files, path, buffer);
	make_dirs(buffer, strlen(files->path));
	assert_true(mkdir(buffer, 0755) == 0 || errno == EEXIST);
}

void files_put(const struct files *files, const char *path, const char *text)
{
	char buffer[PATH_MAX];
	below(files, path, buffer);
	make_dirs(buffer, strlen(files->path));
	int fd = open(buffer, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void files_drop(const struct files *files, const char *path)
{
	char buffer[PATH_MAX];
	assert_int_equal(nftw(below(files, path, buffer), remove_one, 32, FTW_DEPTH | FTW_PHYS), 0);
}

void files_open(const struct files *files, const char *mountinfo, struct root *root)
{
	struct err err = { 0 };
	files_put(files, "proc/meminfo", "MemTotal: 1048576 kB\n");
	files_put(files, "proc/self/mountinfo", mountinfo);
	if (root_open(root, files->path, &err) != ERR_OK)
		fail_msg("%s", err.text);
}

void files_put_kind(const struct files *files, const char *path, enum files_kind kind)
{
	char buffer[PATH_MAX];
	if (kind == FILES_ABSENT)
		return;
	if (kind == FILES_DIRECTORY) {
		files_dir(files, path);
		return;
	}
	files_put(
		files, path, kind == FILES_BINARY ? "\177ELF\001\377\376\n\033[2J: kB\n\200" : "");
	if (kind == FILES_GIGABYTE)
		assert_int_equal(truncate(below(files, path, buffer), 1 << 30), 0);
}

char *file_text(const char *path)
{
	char *text = NULL;
	FILE *file = fopen(path, "re");
	if (!file)
		fail_msg("no %s", path);
	assert_true(getdelim(&text, &(size_t){ 0 }, '\0', file) > 0);
	fclose(file);
	return text;
}

bool files_without_openat2(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_SIZE(steps), steps };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

void files_with_and_without_openat2(void (*check)(void))
{
	enum { CANNOT = 77 };
	int status = -1;
	check();
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		setenv("CMOCKA_TEST_ABORT", "1", 1); /* what is wrong here ends this process */
		if (!files_without_openat2())
			_exit(CANNOT);
		check();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		skip_because("openat2(2) cannot be taken away here");
	assert_int_equal(status, 0);
}
