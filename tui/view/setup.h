/* The settings of the screen: taken over at the start, changed in a box over its lower part, so that
 * what changes is seen above it, and given back by W. The box has pages of lines, each a setting, a
 * column or a meter, which follow from the tables of config.h, columns.h and layout.h. */
#ifndef OOMSPECT_SETUP_H
#define OOMSPECT_SETUP_H

#include "live.h"

/* Takes over settings, which come from `path`. What was given on the command line is stronger. */
void setup_begin(struct app *app, const struct config *config, const char *path);

/* Says why the settings file was not read, or which of its lines were ignored, behind what was said
 * before; nothing when all of it was taken over. */
void setup_say_unread(
	struct app *app, const struct err *unread, const struct config_ignored *ignored);

/* The settings as the screen has them now. */
void setup_get(const struct app *app, struct config *ret);

/* Shows the screen as these settings have it. */
void setup_set(struct app *app, const struct config *config);

/* Writes the settings as they are on the screen now, and says so. */
void setup_save(struct app *app);

/* --- its lines, which know neither screen nor keys --------------------------------------------- */

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
