/* Opens what stands below a root that is not this machine's "/": a captured tree, a mounted host, a
 * directory that somebody else may change at any moment. Shared by core/machine/root.c and core/machine/outfile.c
 * only.
 *
 * Whatever is swapped for what meanwhile, nothing outside of the directory is reached, and only
 * regular files and directories are opened: not even looked into is what blocks (a FIFO) or does
 * something by being opened (a device). */
#ifndef CORE_ROOT_WITHIN_H
#define CORE_ROOT_WITHIN_H

enum within_links {
	WITHIN_FOLLOW, /* links, absolute ones and ".." too, lead within the directory */
	WITHIN_REFUSE, /* -ELOOP for a link anywhere in the path */
	WITHIN_LAST, /* as WITHIN_FOLLOW, but the last component may be a link, and is what is found */
};

/* Opens `path` below `top_fd` for reading, with O_DIRECTORY in `flags` a directory. The descriptor,
 * or a negative errno: -ENOTSUP for what is neither a regular file nor a directory. */
int within_open(int top_fd, const char *path, enum within_links links, int flags);

/* The same of anything, as an O_PATH descriptor: to be looked at, not to be read. */
int within_find(int top_fd, const char *path, enum within_links links);

/* Opens what the O_PATH descriptor `found` stands for, if it is a regular file or a directory, and
 * closes `found` in any case. -ENOSYS where /proc is not mounted: it is opened through that. */
int within_reopen(int found, int flags);

#endif
