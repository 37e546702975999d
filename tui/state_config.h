/* The settings file and the state of the screen: taken over at the start, given back by W. */
#ifndef OOMSPECT_STATE_CONFIG_H
#define OOMSPECT_STATE_CONFIG_H

#include "app.h"

/* Takes over settings, which come from `path`. What was given on the command line is stronger. */
void state_configure(struct app *app, const struct config *config, const char *path);

/* Writes the settings as they are on the screen now, and says so. */
void state_save_config(struct app *app);

#endif
