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

/* A sample is finished: ranks it and shows it. When it cannot be ranked there is none to show. */
enum err_code state_sampled(struct app *app, struct err *err);

/* names.h has something new: shows it. */
void state_named(struct app *app);

/* Filters by the user that was sought, if there is an answer: who it is, or why not. */
void state_take_sought(struct app *app);

/* A sample failed: the one before it stays, with the reason. */
void state_missed(struct app *app, const struct err *why);

/* Builds the list anew: another filter, order, or sample. The cursor stays on its process. */
void state_relist(struct app *app);

/* Gives every part of the chosen view its place. */
void state_lay_out(struct app *app);

/* Brings the chosen view up to date: after each sample, and when it is opened. False when it failed,
 * which the status line says. */
bool state_update(struct app *app);

/* Lays out, and asks for what the rows that are seen need: names, command lines. */
void state_fetch(struct app *app);

/* Ranks the latest sample in another domain; `path` of a cgroup, or NULL. */
void state_set_scope(struct app *app, enum watch_scope scope, const char *path);

/* The next one for a row of the cgroup tree: that cgroup, the ancestor that limits it, the
 * machine. */
void state_next_scope(struct app *app, int32_t row);

/* Back to the domain the program was started with. False when it is that already. */
bool state_leave_scope(struct app *app);

/* The name of the domain that is ranked. */
const char *state_scope(const struct app *app);

#endif
