/* The settings file and the state of the screen: taken over at the start, given back by W. */
#ifndef OOMSPECT_STATE_CONFIG_H
#define OOMSPECT_STATE_CONFIG_H

#include "live.h"

/* Takes over settings, which come from `path`. What was given on the command line is stronger. */
void state_configure(struct app *app, const struct config *config, const char *path);

/* Says why the settings file was not read, or which of its lines were ignored, behind what was said
 * before; nothing when all of it was taken over. */
void state_config_say_unread(
	struct app *app, const struct err *unread, const struct config_ignored *ignored);

/* The settings as the screen has them now. */
void state_config_get(const struct app *app, struct config *ret);

/* Shows the screen as these settings have it. */
void state_config_set(struct app *app, const struct config *config);

/* Writes the settings as they are on the screen now, and says so. */
void state_save_config(struct app *app);

#endif
