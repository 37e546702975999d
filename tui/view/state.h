/* Keeps struct app consistent: after a sample, after a change of what is listed, after a resize.
 * Knows no terminal, so that tests can do without. */
#ifndef OOMSPECT_STATE_H
#define OOMSPECT_STATE_H

#include "live.h"

/* Opens the machine. ERR_NOT_FOUND, ERR_SYNTAX for a bad column or user. */
enum err_code state_init(
	struct app *app, const struct options *options, bool ascii, struct err *err);
void state_release(struct app *app);

/* Gives the grids the size of the terminal. */
enum err_code state_resize(struct app *app, int rows, int cols, struct err *err);

/* Shows another view, laid out and up to date. */
void state_show(struct app *app, enum view_id view);

/* Ranks the latest sample in another domain; `path` of a cgroup, or NULL. */
void state_set_scope(struct app *app, enum watch_scope scope, const char *path);

/* A sample is finished: ranks it and shows it. When it cannot be ranked there is none to show. */
enum err_code state_sampled(struct app *app, struct err *err);

/* names.h has something new: shows it. */
void state_named(struct app *app);

/* Filters by the user that was sought, if there is an answer: who it is, or why not. */
void state_take_sought(struct app *app);

/* A sample failed: the one before it stays, with the reason. */
void state_missed(struct app *app, const struct err *why);

/* Writes the help anew: for another width, for other keys. */
void state_write_help(struct app *app);

/* Builds the list anew: another filter, order, or sample. The cursor stays on its process. */
void state_relist(struct app *app);

/* Gives every part of the chosen view its place. */
void state_lay_out(struct app *app);

/* Lays out, and asks for names and command lines of the rows that are seen. */
void state_fetch(struct app *app);

/* The row under the cursor; NULL in an empty list. */
const struct ranking_row *state_cursor_row(const struct app *app);

/* Puts the cursor on row `index` of the list (or the nearest there is) and scrolls to it. */
void state_point_at(struct app *app, long index);

/* Scrolls as little as is needed to see the cursor. */
void state_scroll_to_cursor(struct app *app);

/* A sentence for the status line. */
void state_say(struct app *app, const char *format, ...) __attribute__((format(__printf__, 2, 3)));

/* Why something failed. What follows from it, in the same picture, does not take its place. */
void state_say_failure(struct app *app, const struct err *err);

/* What goes on by itself, for the status line. An answer to a key is not overwritten by it. */
void state_tell(struct app *app, const char *news, int64_t now_ms);

/* Time has passed: an answer that has stood for some seconds gives way to news, if there are any,
 * and news that were not told again for some are none. */
void state_age(struct app *app, int64_t now_ms);

#endif
