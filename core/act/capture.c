#include "oomspect/capture.h"

#include "oomspect/array.h"
#include "oomspect/killer.h"
#include "oomspect/outfile.h"
#include "oomspect/sampler.h"

#include <limits.h>
#include <stdio.h>
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

static void note_failure(struct capture *capture, const char *path, int result)
{
	if (result == 0 || capture->sys_errno)
		return;
	capture->sys_errno = -result;
	snprintf(capture->failed, sizeof(capture->failed), "%s", path);
}

static void hear_file(
	void *context, const char *path, size_t offset, const char *bytes, size_t length)
{
	struct capture *capture = context;
	const struct text text = { bytes, length };
	note_failure(capture, path, outfile_put(capture->dir_fd, path, offset, text));
	capture->files += offset == 0;
}

static void hear_link(void *context, const char *path, const char *target)
{
	struct capture *capture = context;
	note_failure(capture, path, outfile_put_link(capture->dir_fd, path, target));
	capture->files++;
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
	for (size_t i = 0; i < ARRAY_SIZE(extra_files); i++)
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
	enum err_code code = outfile_directory(&capture.dir_fd, path, err);
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
