/* Standard output, and whether it took what was written. */
#ifndef OOMSPECT_OUTPUT_H
#define OOMSPECT_OUTPUT_H

#include "oomspect/err.h"

#include <stdio.h>

/* Puts something that can neither be read nor written in place of a standard descriptor that is
 * closed: a file opened later would get its number, and then what is printed. */
void output_guard_descriptors(void);

/* Sends on what was printed to `out`; the reason when not all of it, since the beginning, has
 * arrived: a full disk is a failure. */
enum err_code output_flush(FILE *out, struct err *err);

#endif
