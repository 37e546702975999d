#include "oomspect/capture.h"

#include "oomspect/killer.h"
#include "oomspect/sampler.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that no sample reads, but which the program asks for beside one. */
static const char *const extra_files[] = {
	"etc/passwd",
	"proc/uptime",
	"proc/version",
	"proc/cmdline",
	"proc/sys/kernel/panic",
	"proc/sys/kernel/dmesg_restrict",
	"proc/sys/vm/overcommit_kbytes",
	"proc/sys/vm/watermark_scale_factor",
	"proc/sys/vm/admin_reserve_kbytes",
	"proc/sys/vm/user_reserve_kbytes",
	"proc/sys/vm/nr_hugepages",
};

struct capture {
	int dir_fd;
	size_t files;
	int sys_errno; /* of the first write that failed */
	char failed[PATH_MAX];
};

static void note_failure(struct capture *capture, const char *path)
{
	if (capture->sys_errno)
		return;
	capture->sys_errno = errno;
	snprintf(capture->failed, sizeof(capture->failed), "%s", path);
}

static void make_parents(struct capture *capture, const char *path)
{
	char parent[PATH_MAX];
	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(capture->dir_fd, parent, 0755) < 0 && errno != EEXIST)
			note_failure(capture, path);
		*slash = '/';
	}
}

static bool write_whole(int fd, const char *bytes, size_t length, off_t offset)
{
	while (length) {
		ssize_t written = pwrite(fd, bytes, length, offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
		offset += written;
	}
	return true;
}

static void hear_file(
	void *context, const char *path, size_t offset, const char *bytes, size_t length)
{
	struct capture *capture = context;
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (offset ? 0 : O_TRUNC);
	make_parents(capture, path);
	int fd = openat(capture->dir_fd, path, flags, 0644);
	if (fd < 0) {
		note_failure(capture, path);
		return;
	}
	if (!write_whole(fd, bytes, length, (off_t)offset))
		note_failure(capture, path);
	if (close(fd) < 0)
		note_failure(capture, path);
	capture->files += offset == 0;
}

static void hear_link(void *context, const char *path, const char *target)
{
	struct capture *capture = context;
	make_parents(capture, path);
	if (symlinkat(target, capture->dir_fd, path) < 0 && errno != EEXIST)
		note_failure(capture, path);
	capture->files++;
}

static bool is_empty(int dir_fd)
{
	int fd = dup(dir_fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool empty = dir != NULL;
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	if (dir)
		closedir(dir);
	return empty;
}

static enum err_code open_target(struct capture *capture, const char *path, struct err *err)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "cannot create '%s'", path);
	capture->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (capture->dir_fd < 0)
		return err_set_errno(err, errno, "cannot open '%s'", path);
	if (!is_empty(capture->dir_fd)) {
		close(capture->dir_fd);
		return err_set(
			err, ERR_IO, "cannot capture into '%s': not an empty directory", path);
	}
	return ERR_OK;
}

static bool pass_by(void *context, struct text line)
{
	(void)context;
	(void)line;
	return true;
}

/* Reads a file of whatever length for the listener alone. */
static void read_over(const struct root *root, const char *path, size_t most)
{
	root_each_line(root, path, most, pass_by, NULL);
}

/* What a document asks beside the sample. */
static void read_extras(const struct root *root, const struct snapshot *snapshot)
{
	char path[64];
	struct killers killers = { 0 };
	for (size_t i = 0; i < sizeof(extra_files) / sizeof(extra_files[0]); i++)
		read_over(root, extra_files[i], ROOT_USERS_MAX);
	killers_update(&killers, root, snapshot);
	for (size_t i = 0; i < snapshot->count; i++) {
		snprintf(path, sizeof(path), "proc/%d/cmdline", (int)snapshot->tasks[i].pid);
		read_over(root, path, ROOT_ARGS_MAX);
	}
}

static enum err_code take_sample(
	const struct root *root, struct capture_result *ret, struct err *err)
{
	struct sampler sampler;
	struct sampler_options options = { .memcgs = true, .leave_out_self = true };
	enum err_code code = sampler_init(&sampler, root, &options, err);
	if (code != ERR_OK)
		return code;
	code = sampler_sample(&sampler, err);
	if (code == ERR_OK) {
		const struct snapshot *snapshot = sampler_latest(&sampler);
		read_extras(root, snapshot);
		ret->processes = snapshot->count;
		ret->cgroups = snapshot->memcgs->count;
	}
	sampler_release(&sampler);
	return code;
}

enum err_code capture_write(
	struct root *root, const char *path, struct capture_result *ret, struct err *err)
{
	struct capture capture = { .dir_fd = -1 };
	struct root_listener listener = { &capture, hear_file, hear_link };
	enum err_code code = open_target(&capture, path, err);
	if (code != ERR_OK)
		return code;
	root->listener = &listener;
	code = take_sample(root, ret, err);
	root->listener = NULL;
	close(capture.dir_fd);
	ret->files = capture.files;
	if (code == ERR_OK && capture.sys_errno)
		code = err_set_errno(
			err, capture.sys_errno, "cannot write '%s/%s'", path, capture.failed);
	return code;
}
