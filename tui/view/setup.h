/* The setup of the screen: pages of lines, each a setting, a column or a meter. What is on them
 * follows from the tables of config.h, columns.h and layout.h. Knows neither screen nor keys. */
#ifndef OOMSPECT_SETUP_H
#define OOMSPECT_SETUP_H

#include "model/config.h"
#include "model/process_columns.h"

struct setup {
	bool open;
	enum config_page page;
	size_t at; /* the line pointed at */
};

/* The names of the pages. */
extern const char *const setup_pages[CONFIG_PAGE_COUNT];

struct setup_line {
	const char *name, *help;
	char value[CONFIG_TEXT_SIZE]; /* "x" or " " for what is on or off */
};

/* What the setup is about: settings, and the columns that the screen shows under them. */
struct setup_state {
	struct config *config;
	const struct column_set *shown;
};

/* How many lines a page has. */
size_t setup_count(enum config_page page);

/* Line `index` of a page. */
void setup_line(const struct setup_state *state, enum config_page page, size_t index,
	struct setup_line *ret);

/* Changes over what is on or off, or puts the next value (by 1) or the one before (-1) in its place;
 * the cursor stays on its column. ERR_SYNTAX, and nothing changed, says why that cannot be. */
enum err_code setup_step(
	const struct setup_state *state, struct setup *setup, int by, struct err *err);

/* Moves the column pointed at up (by -1) or down (1). False when there is none, or no room. */
bool setup_move(const struct setup_state *state, struct setup *setup, int by);

#endif
