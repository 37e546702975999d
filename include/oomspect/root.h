/* A directory that stands for the machine's "/": the live one, a captured tree, a mounted host.
 *
 * All reading of /proc and /sys goes through here, by descriptors relative to the root, into
 * buffers of the caller. Nothing is ever opened for writing. Knows no file's format. */
#ifndef OOMSPECT_ROOT_H
#define OOMSPECT_ROOT_H

#include "oomspect/err.h"
#include "oomspect/text.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct root {
	int fd;      /* the directory itself */
	int proc_fd; /* its "proc" */
	bool live;   /* it is this machine's "/": syscalls may be asked too */
	int tee_fd;  /* -1, or a directory below which each file read is written (capture.h) */
};

/* Opens `path` ("/": the live machine). ERR_NOT_FOUND and ERR_DENIED as the system says;
 * ERR_UNSUPPORTED when there is no proc/meminfo below it: that is no machine. */
enum err_code root_open(struct root *root, const char *path, struct err *err);
void root_release(struct root *root);

/* Reads the file `path` (relative: "proc/meminfo") whole into `buffer`, of which one byte is kept
 * for a NUL. Returns its length, or a negative errno: -EFBIG when the file is longer than that
 * (the buffer then holds its beginning, terminated), -EISDIR, -ENOENT, -ESRCH, -EACCES...
 * Never blocks on a FIFO or device in a captured tree. */
ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size);

/* The same below "proc", by the descriptor kept for it: "4242/status". */
ssize_t root_read_proc(const struct root *root, const char *path, char *buffer, size_t size);

/* The target of a symbolic link below "proc", NUL-terminated. Length or negative errno. */
ssize_t root_readlink_proc(const struct root *root, const char *path, char *buffer, size_t size);

/* Opens a directory below the root for reading entries; negative errno on failure. */
int root_open_dir(const struct root *root, const char *path);

/* Reads `name` below the directory `dir_fd` (as root_open_dir gives it), as root_read does. Such
 * reads are not captured by tee_fd: capture.h names what it copies from there. */
ssize_t root_read_at(int dir_fd, const char *name, char *buffer, size_t size);

#endif
