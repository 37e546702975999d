/* Prints the rows of a grid as lines of text, so that batch output is the very picture the screen
 * would draw, with foreign text made safe in the same place; and knows whether they arrived. */
#ifndef OOMSPECT_PRINTER_H
#define OOMSPECT_PRINTER_H

#include "grid.h"

#include <stdio.h>

struct printer {
	struct grid grid; /* one row */
	struct pen pen;   /* where the line goes on */
	char *text;
	FILE *out;
};

/* A printer of lines up to `width` columns. */
enum err_code printer_init(struct printer *printer, FILE *out, int width, struct err *err);
void printer_release(struct printer *printer);

/* Makes lines of up to `width` columns possible. The line begun is lost. */
enum err_code printer_widen(struct printer *printer, int width, struct err *err);

/* Ends the line and begins the next. */
void printer_end_line(struct printer *printer);

/* Prints `text`, which may have foreign names in it, as a line of its own. */
void printer_line(struct printer *printer, const char *text);

/* Prints "oomspect: SENTENCE" to standard error; the sentence may have foreign names in it. Needs no
 * memory, which may be what it complains about. */
void printer_complain(const struct err *err);

/* Whether the locale's codeset cannot show more than ASCII. */
bool printer_ascii_only(void);

/* Puts something that can neither be read nor written in place of a standard descriptor that is
 * closed: a file opened later would get its number, and then what is printed. */
void output_guard_descriptors(void);

/* Sends on what was printed to `out`; the reason when not all of it, since the beginning, has
 * arrived: a full disk is a failure. */
enum err_code output_flush(FILE *out, struct err *err);

#endif
