/* The live screen without a terminal, on the machine of the drawings: what it holds is compared
 * with whole screens of text below tests/screens. */
#ifndef TESTS_SUPPORT_SCREENS_H
#define TESTS_SUPPORT_SCREENS_H

#include "../tui/app.h"

struct stage {
	char path[64]; /* of the machine's files */
	struct options options;
	struct app app;
};

/* Makes the machine, takes one sample and shows it at 80x24. */
struct stage *stage_make(void);
void stage_remove(struct stage *stage);

/* Lets the program believe that the machine is this one and that it may do anything: its files are
 * written then, no process is touched. */
void stage_go_live(struct stage *stage);

/* Draws the screen anew in this size. */
void stage_draw(struct stage *stage, int rows, int cols);

/* Types one key, or the characters of a text. */
void stage_key(struct stage *stage, int key);
void stage_type(struct stage *stage, const char *text);

/* The screen as lines of text without trailing blanks. Free it. */
char *stage_text(const struct stage *stage);

/* Fails unless the text is that of tests/screens/NAME.txt. With UPDATE_SCREENS in the environment
 * the file is written instead. */
void screen_compare(const char *text, const char *name);

/* The same of the screen. */
void stage_compare(const struct stage *stage, const char *name);

#endif
