/* Walks to the place where a file is written, along a path of which others may own a part. For
 * outfile.h only.
 *
 * The walk goes from directory to directory by descriptors. A symbolic link is followed only where
 * nobody but us and root could have put it: it and its directory belong to one of the two, and no
 * other may write into that directory. So a link in /tmp, in the home of another user or in a
 * directory of a group leads nowhere; the rule is stricter than the kernel's own
 * (Documentation/admin-guide/sysctl/fs.rst, protected_symlinks), which also may be switched off. */
#ifndef OOMSPECT_OUTFILE_PLACE_H
#define OOMSPECT_OUTFILE_PLACE_H

#include "oomspect/err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Where a file is, or would be. */
struct outfile_place {
	int dir_fd;              /* O_PATH: of the directory */
	char name[NAME_MAX + 1]; /* in it; never empty */
};

enum place_flags {
	PLACE_FOLLOW_LAST =
		1,      /* what the path names may be a link, too; it need not lead to anything */
	PLACE_MAKE = 2, /* directories that are missing are made, with mode 0700 */
	PLACE_DIRECTORY = 4, /* a directory is meant: there may be a slash at the end */
};

/* Finds where `path` leads; "" and what cannot be reached are errors. */
enum err_code outfile_place_find(
	struct outfile_place *place, const char *path, unsigned flags, struct err *err);
void outfile_place_release(struct outfile_place *place);

/* Whether we and root alone may add, remove and rename what stands in this directory; and whether
 * all others at least cannot touch what is ours (a sticky one, such as /tmp). */
bool outfile_dir_is_kept(const struct stat *dir);
bool outfile_dir_is_shared(const struct stat *dir);

#endif
