/* A log text with the newest line first, as journalctl -r gives it, put in order.
 *
 * Told by the times of its lines, or where those are all of one second by the order of lines that the
 * kernel prints one behind the other. Knows nothing of what carries the text. */
#ifndef OOMSPECT_KLOGORDER_H
#define OOMSPECT_KLOGORDER_H

#include "oomspect/err.h"
#include "oomspect/text.h"

#include <stdint.h>

/* Bytes that are enough to tell. */
#define KLOGORDER_LOOK (64 * 1024)

/* A larger log is not turned: the copy is in memory, and somebody waits for the first frame. */
#define KLOGORDER_MAX (64 * 1024 * 1024)

/* Whether the lines of `text`, which is the beginning of a log, run back in time. */
bool klogorder_is_reversed(struct text text);

/* A copy of the regular file `fd`, last record first, in memory that no file system has: the caller
 * closes it. Lines without a time of their own stay behind the one before them. `ret_lines` is how
 * many lines there are. ERR_TOO_BIG beyond KLOGORDER_MAX. */
enum err_code klogorder_turn(int fd, int *ret_fd, uint64_t *ret_lines, struct err *err);

#endif
