/* The screen's state on a captured machine, without a terminal: keys in, screens of text out. */
#ifndef TESTS_SUPPORT_VIEW_H
#define TESTS_SUPPORT_VIEW_H

#include "view/live.h"

struct fixture {
	char path[64]; /* of the machine made for it; "": it was given one */
	struct options options;
	struct app app;
};

/* Opens the machine below `root`, or for NULL that of the drawings, with one sample taken; `log`
 * as --log has it, not yet read. Ends the test when it cannot. */
struct fixture *fixture_open(const char *root, const char *log);

/* The same on a machine that a test has made at `path`; it is removed with the fixture. */
struct fixture *fixture_take(const char *path);
void fixture_close(struct fixture *fixture);

/* Each test has the machine of the drawings in *state. */
#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Lets the program believe that the machine is this one and that it may do anything: its files are
 * written then, no process is touched. */
void fixture_go_live(struct fixture *fixture);

void take_sample(struct app *app);
void draw(struct app *app, int rows, int cols);

/* One key after the other, as they are typed; react_key by itself brings them in one burst. */
void press(struct app *app, int key);
void keys(struct app *app, const char *typed);

/* The screen as lines without trailing blanks. Free it. */
char *screen_text(const struct grid *grid);

/* Whether a text stands somewhere on it. */
bool shows(const struct app *app, const char *text);
void assert_shows(const struct app *app, const char *text);

/* The same after what the keys before have changed is drawn, at 80x24. */
bool then_shows(struct fixture *fixture, const char *text);

/* Fails unless it is the golden screen of that name (support_golden.h). */
void compare_screen(const struct app *app, const char *name);

#endif
