/* The one door through which files are written: settings, saved events, the audit file, what is
 * captured. (Only core/act/action.c writes elsewhere, into /proc.)
 *
 * The program runs as root where others own names and directories, so the door holds on to
 * directories, not to paths: what others rename or put in their place meanwhile is not written to.
 * A symbolic link in a path is followed only where nobody but we and root can have put it. Made are
 * directories with mode 0700 and files with 0600. Knows nothing of what is in the files. */
#ifndef OOMSPECT_OUTFILE_H
#define OOMSPECT_OUTFILE_H

#include "oomspect/outfile_place.h"
#include "oomspect/text.h"

#include <stddef.h>
#include <sys/stat.h>

/* --- a file that is replaced --------------------------------------------------------------------- */

/* A file to be replaced, or a place where there is none yet. */
struct outfile {
	struct outfile_place place;
	int old_fd;      /* what is there, for reading; -1: nothing */
	struct stat old; /* of old_fd */
};

/* Finds the place, and makes directories that are missing on the way. If `path` is a link, the place
 * is where it leads. ERR_DENIED when the file is not ours or others may change its directory; and
 * an error when there is anything but a regular file with one name. */
enum err_code outfile_find(struct outfile *file, const char *path, struct err *err);

/* Puts a new file there, which has the mode, owner and group of the old one. There is the old one or
 * the whole new one at any moment. `path` is for the sentence. */
enum err_code outfile_replace(
	const struct outfile *file, const char *path, struct text text, struct err *err);
void outfile_release(struct outfile *file);

/* --- a new file, a growing file ------------------------------------------------------------------ */

/* Writes a file that is not there yet; nothing is left of one that cannot be written whole. */
enum err_code outfile_create(const char *path, struct text text, struct err *err);

/* Opens a file for appending, or makes it: a regular file of ours that has no other name, never what
 * a link leads to. The caller closes the descriptor. */
enum err_code outfile_append(int *ret_fd, const char *path, struct err *err);

/* Whether that could be done as things stand; nothing is opened and nothing made. */
enum err_code outfile_check_append(const char *path, struct err *err);

/* --- a directory of our own, and files below it -------------------------------------------------- */

/* Makes the directory, or takes one that is there if it is ours, empty, and others may not write
 * into it. The caller closes the descriptor; whatever becomes of the path, files are put into this
 * directory and nowhere else. */
enum err_code outfile_directory(int *ret_fd, const char *path, struct err *err);

/* Writes a piece of the file `path` below that directory; at offset 0 the file begins anew. 0 or a
 * negative errno: -ELOOP or -ENOTDIR when a component is a link, -EEXIST when something else than a
 * file of ours has the name. */
int outfile_put(int dir_fd, const char *path, size_t offset, struct text text);

/* Makes a symbolic link below it; one that is there stays. */
int outfile_put_link(int dir_fd, const char *path, const char *target);

#endif
