/* A terminal that shows a grid and sends keys. The only user of curses.
 *
 * Whatever way the program ends, the terminal is as it was before: by screen_close, or by rescue.h
 * after a crash. Knows no view and no process. */
#ifndef OOMSPECT_SCREEN_H
#define OOMSPECT_SCREEN_H

#include "grid.h"

struct screen;

/* How it looks and what it listens to, as far as the terminal can. */
struct screen_look {
	bool color;
	bool mouse; /* the terminal's own selecting of text needs the Shift key then */
};

/* Takes over the terminal of stdout; keys come from stdin, or from /dev/tty when that is none.
 * ERR_UNSUPPORTED names TERM when there is no such terminal type. Nothing was changed then. */
enum err_code screen_open(struct screen **ret, const struct screen_look *look, struct err *err);
void screen_close(struct screen *screen);

/* Switches colours and mouse on or off. */
void screen_set_look(struct screen *screen, const struct screen_look *look);

/* Becomes readable with each key. */
int screen_fd(const struct screen *screen);

/* The size of the terminal, at least 1x1; 80x24 if it does not say. */
void screen_size(const struct screen *screen, int *ret_rows, int *ret_cols);

/* Sends what differs from what is shown. */
void screen_draw(struct screen *screen, const struct grid *grid);

/* The next draw sends everything: something else may have written to the terminal. */
void screen_repaint(struct screen *screen);

/* Takes over the size that the terminal has now. True when it is another. */
bool screen_resize(struct screen *screen);

/* The next key (input.h), INPUT_NONE when none is waiting. After INPUT_MOUSE, what the mouse did. */
int screen_key(struct screen *screen);
struct input_mouse screen_mouse(const struct screen *screen);

/* Whether the terminal has been hung up: it is readable, and there is nothing to read. */
bool screen_gone(const struct screen *screen);

/* Gives the terminal back for a while; takes it again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);

/* After a stop that was not announced: sets the terminal up again and repaints it. */
void screen_continue(struct screen *screen);

#endif
