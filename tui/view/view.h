/* A view: one thing that can fill the screen. Its file has all of it: what it keeps, how it is drawn,
 * what its keys do, and one constant object that says so. */
#ifndef OOMSPECT_VIEW_H
#define OOMSPECT_VIEW_H

#include "keymap.h"
#include "live.h"
#include "term/input.h"

struct page; /* term/page.h */

#define VIEW_REACTIONS 6

/* What an action does. A table of them has a place for each action; NULL: it does nothing. */
typedef void reaction(struct app *app);

/* The columns that a list can be sorted by. */
struct view_sorting {
	const struct column_table *columns;
	size_t (*chosen)(const struct app *app, bool *ret_reversed);
	void (*by)(struct app *app, size_t id, bool reversed);
	int (*at)(const struct app *app, int col); /* whose title stands there; -1: none's */
};

/* The rows of a list, and the cursor among them. */
struct view_rows {
	int (*at)(const struct app *app, int line); /* of the list on the screen; -1: none */
	void (*point_at)(struct app *app, long index);

	/* A part of the view that the wheel scrolls by itself; elsewhere it moves the cursor. */
	bool (*scrolls)(const struct app *app, int row, int col);
	void (*scroll)(struct app *app, long rows);
};

/* A view that is one long text. */
struct view_text {
	const char *where; /* a key without a meaning "does nothing <where>" */
	/* Whether a key that is not a text's has a meaning here. */
	bool (*means)(const struct app *app, const struct key_row *row);
	int (*rows)(const struct app *app);  /* of the screen that it has */
	int (*lines)(const struct app *app); /* of it */
	/* The line with the text that is searched, from `from` on in steps of 1 or -1, all around; -1:
	 * none. ERR_NO_MEMORY. */
	enum err_code (*find)(
		const struct app *app, int from, int step, int *ret_line, struct err *err);
	enum view_id (*behind)(const struct app *app); /* where it is left to */

	/* Of a page: the text, and the line above it. */
	void (*write)(const struct app *app, struct page *page);
	void (*title)(const struct app *app, struct pen *pen);
};

struct view {
	const char *tab;                    /* its name among the tabs; NULL: it is none */
	enum action opened_by;              /* ACTION_NONE: something else opens it */
	const char *way_to_processes;       /* where the rows are none: how one comes to them */
	const struct view_rows *rows;       /* NULL: it has none */
	const struct view_text *text;       /* NULL: it is none */
	const struct view_sorting *sorting; /* NULL: it has no order to choose */

	/* The actions that it knows: of the first of its tables that has one. What moves goes to `move`,
	 * as many rows as cursor_step() says; NULL: that is in the tables as well. */
	reaction *const *reactions[VIEW_REACTIONS];
	void (*move)(struct app *app, int rows);

	/* Where it stands. */
	unsigned without;                    /* parts of layout.h that it does without */
	int (*below)(const struct app *app); /* rows it wants below its list; NULL: none */
	void (*lay_out)(struct app *app);    /* NULL: as layout.h has it */
	enum err_code (*resize)(struct app *app, struct err *err); /* app->grid has another size */

	/* What stands there: its state in the tab line, all between that and the bar of keys, and what
	 * is said in the status line. A bare one draws all of the screen by itself. */
	bool bare;
	void (*put_state)(const struct app *app, struct pen *pen);
	void (*put_next)(const struct app *app, struct pen *pen, const struct ranking_row *next);
	void (*draw)(const struct app *app, struct grid *grid);
	void (*describe)(const struct app *app, char *buffer, size_t size);
	bool (*is_tree)(const struct app *app);

	/* Its own state: made before the first sample. */
	enum err_code (*init)(struct app *app, struct err *err);
	void (*release)(struct app *app);

	/* What it is told of, each where it has something to do. */
	void (*configured)(struct app *app); /* there are other settings */
	void (*sampled)(struct app *app);    /* there is another sample */
	void (*relist)(struct app *app);     /* another filter, order, sample */
	void (*fetch)(struct app *app);      /* it is about to be drawn */
	enum err_code (*update)(struct app *app, struct err *err); /* while it is chosen */
	void (*entered)(struct app *app, enum view_id before);
	bool (*take_text)(struct app *app); /* what was typed; false: it is nothing of its own */
};

extern const struct view *const views[VIEW_COUNT];

/* The one that is chosen. */
const struct view *view_of(const struct app *app);

/* What stands over a view and takes every key while it does. */
struct overlay {
	/* Opens it by an action that nothing else knows; false: this is none of its own, or the view has
	 * nothing for it. NULL: something else opens it. */
	bool (*open)(struct app *app, enum action action);
	bool (*is_open)(const struct app *app);
	void (*draw)(const struct app *app, struct grid *grid);
	void (*key)(struct app *app, int key);
	void (*click)(struct app *app, int row, int col); /* NULL: the mouse does nothing */
	bool takes_digits;                                /* pasted ones */
	bool acts; /* what Enter does in it cannot be undone */
	bool says; /* it has a line of its own for what is said */
};

/* The one that is open; NULL: none is. */
const struct overlay *view_overlay(const struct app *app);

/* Opens what `action` opens over the view that is chosen; false when that is nothing. */
bool view_open_overlay(struct app *app, enum action action);

/* What is asked of the loop. */
reaction view_paint; /* everything is sent to the terminal again */
reaction view_suspend;
reaction view_quit;

#endif
