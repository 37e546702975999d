/* What the boxes over the list are written with: their lines, and the words for a process. */
#ifndef OOMSPECT_DIALOG_H
#define OOMSPECT_DIALOG_H

#include "live.h"
#include "term/box.h"

/* Which form of a dialog a line belongs to: where there are columns for two values and a remark, or
 * where there are fewer. */
enum dialog_form { DIALOG_ANY, DIALOG_WIDE, DIALOG_NARROW };

/* One line of a dialog. Lines with the greatest `priority` are left out first on a low screen; 0:
 * never. */
struct dialog_line {
	void (*put)(const struct app *app, struct pen *pen, int index);
	bool (*needs)(const struct app *app, int index); /* NULL: always there */
	int index;
	int priority;
	enum dialog_form form;
};

/* Draws those of `lines` that are there and fit into the box. */
void dialog_draw_lines(const struct app *app, struct grid *grid, const struct dialog_line *lines,
	size_t count, const char *title, const char *keys);

/* The last line of the screen: what Enter does, or what was just said. */
void dialog_status_draw(const struct app *app, struct grid *grid, unsigned style, const char *text);

/* A line of its own for lines without a text. */
void dialog_blank(const struct app *app, struct pen *pen, int index);

/* Whether lines have to be written in their narrow form. */
bool dialog_is_narrow(const struct app *app);

/* "   user app", if there is room for all of it. */
void dialog_put_user(const struct app *app, struct pen *pen, const struct target *target);

/* The name of the user. Borrowed until the next call. */
const char *dialog_user_of(const struct app *app, const struct target *target);

/* "4242 java" in at most `width` columns. */
void dialog_put_target(struct pen *pen, unsigned style, const struct target *target, int width);

/* "   users: root (1), alice (3)", if they are several users'. */
void dialog_put_owners(const struct app *app, struct pen *pen, const struct targets *targets);

/* "4242 java" in at most `width` columns. */
void dialog_put_process(struct pen *pen, unsigned style, const struct task *task, int width);

/* Line `index` of `text` broken between words to the width of the pen. */
void dialog_put_wrapped(struct pen *pen, unsigned style, const char *text, int index);

#endif
