/* A directory that stands for the machine's "/": the live one, a captured tree, a mounted host.
 *
 * All reading of /proc and /sys goes through here, by descriptors relative to the root, into
 * buffers of the caller. Nothing is ever opened for writing. Below a root that is not live, links
 * lead within it, absolute ones and those with ".." too, as they do on the machine that it stands
 * for, whatever is swapped for what meanwhile; and only regular files and directories are opened,
 * all else is -ENOTSUP. No file is read without a bound. Knows no file's format. */
#ifndef OOMSPECT_ROOT_H
#define OOMSPECT_ROOT_H

#include "oomspect/err.h"
#include "oomspect/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Hears every file and link that is read through a root; capture.h is the one who listens. A file
 * comes in pieces by `offset`; `path` is relative to the root. */
struct root_listener {
	void *context;
	void (*file)(
		void *context, const char *path, size_t offset, const char *bytes, size_t length);
	void (*link)(void *context, const char *path, const char *target);
};

struct root {
	int fd;      /* the directory itself */
	int proc_fd; /* its "proc" */
	bool live;   /* it is this machine's "/": syscalls may be asked too */
	const struct root_listener
		*listener; /* or NULL; borrowed, set by the caller after opening */
	/* Where the errno is noted when something could not be opened for want of descriptors or
	 * memory, whoever asked for it: EMFILE, ENFILE, ENOMEM. Or NULL; borrowed, as the listener. A
	 * screen goes on with what it has; an answer that is given once has to be whole. */
	int *lacking;
};

/* Opens `path` ("/": the live machine). ERR_NOT_FOUND and ERR_DENIED as the system says;
 * ERR_UNSUPPORTED when there is no proc/meminfo below it: that is no machine. */
enum err_code root_open(struct root *root, const char *path, struct err *err);
void root_release(struct root *root);

/* Notes it if `result`, a negative errno or anything else, is such a want. Returns `result`. */
int root_noted(const struct root *root, int result);

/* ERR_OK, or the reason if something was noted since root->lacking was cleared. */
enum err_code root_check_lacking(const struct root *root, struct err *err);

/* Reads the file `path` (relative: "proc/meminfo") whole into `buffer`, of which one byte is kept
 * for a NUL. Returns its length, or a negative errno: -EFBIG when the file is longer than that
 * (the buffer then holds its beginning, terminated), -EISDIR, -ENOENT, -ESRCH, -EACCES... */
ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size);

/* The same below "proc", by the descriptor kept for it, for files that the kernel makes as one
 * record ("4242/status", not "4242/cmdline"): one read less for each. */
ssize_t root_read_proc(const struct root *root, const char *path, char *buffer, size_t size);

/* The target of a symbolic link below "proc", NUL-terminated. Length or negative errno. */
ssize_t root_readlink_proc(const struct root *root, const char *path, char *buffer, size_t size);

/* Calls `visit` for each line of the file `path`, without its newline, until it returns false: for
 * files of any length up to `most` bytes. A line of ROOT_LINE_MAX bytes or more is left out. 0 or a
 * negative errno: -EFBIG, after the lines before that, for a file that is longer than `most`. */
#define ROOT_LINE_MAX 16384
int root_each_line(const struct root *root, const char *path, size_t most,
	bool (*visit)(void *context, struct text line), void *context);

/* The same of a file that is open, from where it was last read; nobody is told of it. */
int root_each_line_of(
	int fd, size_t most, bool (*visit)(void *context, struct text line), void *context);

/* What `most` is for files that grow with the machine. */
#define ROOT_CPUS_MAX   ((size_t)256 << 20) /* zoneinfo, stat: 64 nodes of 4096 CPUs have 60 MiB */
#define ROOT_MOUNTS_MAX ((size_t)64 << 20)  /* mountinfo: 100,000 mounts */
#define ROOT_USERS_MAX  ((size_t)16 << 20)  /* passwd: 200,000 users */
#define ROOT_STATUS_MAX ((size_t)1 << 20)   /* status: 65,536 groups of ten digits, and the rest */
#define ROOT_CGROUP_MAX ((size_t)1 << 20)   /* cgroup: a path for each of v1's hierarchies */
#define ROOT_PIDS_MAX   ((size_t)64 << 20)  /* cgroup.procs: as many pids as a kernel has */
#define ROOT_ARGS_MAX   ((size_t)4 << 20)   /* cmdline: an execve(2) takes 2 MiB by default */

/* Calls `visit` for each entry of the directory `path` below "proc" (".": itself) whose name is a
 * number above 0, in the directory's order, until it returns false. 0 or a negative errno. */
int root_each_number(const struct root *root, const char *path,
	bool (*visit)(void *context, pid_t number), void *context);

/* The same in pieces: those of the directory `dir_fd` that one system call lists, from where it was
 * last read. 1 when there may be more, 0 at the end or when `visit` has seen enough, or a negative
 * errno. */
int root_some_numbers(int dir_fd, bool (*visit)(void *context, pid_t number), void *context);

/* Tells the listener, if there is one, of a file that was read by a descriptor of the caller's. */
void root_tell(const struct root *root, const char *path, const char *bytes, size_t length);

/* Opens a directory below the root for reading entries; negative errno on failure. */
int root_open_dir(const struct root *root, const char *path);

/* root_read and root_open_dir for places where other users may have put something: on a live machine
 * too nothing but regular files and directories is opened, wherever links lead. */
ssize_t root_read_linked(const struct root *root, const char *path, char *buffer, size_t size);
int root_open_dir_linked(const struct root *root, const char *path);

/* Reads `name` below the directory `dir_fd` (as root_open_dir gives it), as root_read does. */
ssize_t root_read_at(int dir_fd, const char *name, char *buffer, size_t size);

/* Opens a file, or a directory, below the directory `dir_fd` of the root for a caller that keeps it:
 * no component of `path` may be a symbolic link (of a live machine: the last one, its kernel makes
 * no others there). The descriptor, or a negative errno. */
int root_open_at(const struct root *root, int dir_fd, const char *path);
int root_open_dir_at(const struct root *root, int dir_fd, const char *path);

/* What stands there, a link itself. 0 or a negative errno. */
int root_stat_at(const struct root *root, int dir_fd, const char *path, struct stat *ret);

struct root_entry {
	const char *name; /* raw bytes from outside, never "." or ".." */
	uint64_t inode;
	bool is_dir; /* a symbolic link is none */
};

/* Calls `visit` for each entry of the directory `dir_fd`, from where it was last read, until it
 * returns false. 0 or a negative errno. */
int root_each_entry(
	int dir_fd, bool (*visit)(void *context, const struct root_entry *entry), void *context);

#endif
