/* The live screen: its loop, and what it listens to. */
#ifndef OOMSPECT_APP_H
#define OOMSPECT_APP_H

#include "model/options.h"

/* Runs the live screen until it is quit. Returns the exit status. */
int app_run(const struct options *options, struct err *err);

#endif
