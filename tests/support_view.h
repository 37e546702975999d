/* The screen's state on a captured machine, without a terminal: keys in, screens of text out. */
#ifndef TESTS_SUPPORT_VIEW_H
#define TESTS_SUPPORT_VIEW_H

#include "../tui/app.h"

#define SCREEN_MAX 262144

struct fixture {
	char path[64]; /* of the machine made for it; "": it was given one */
	struct options options;
	struct app app;
};

/* Opens the machine below `root`, or for NULL that of the drawings, with one sample taken; `log`
 * as --log has it, not yet read. Ends the test when it cannot. */
struct fixture *fixture_open(const char *root, const char *log);
void fixture_close(struct fixture *fixture);

/* Each test has the machine of the drawings in *state. */
#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

void draw(struct app *app, int rows, int cols);
void keys(struct app *app, const char *typed);

/* Lines without trailing blanks; `text` has room for SCREEN_MAX. */
void print_screen(const struct grid *grid, char *text);

/* Compares with tests/screens/NAME.txt. With UPDATE_SCREENS in the environment the file is
 * written instead. */
void compare_screen(const struct app *app, const char *name);

#endif
