/* The commands: each runs to its end and returns the exit status. A sentence in `err` is printed by
 * main.c, which is the only place that does. */
#ifndef OOMSPECT_COMMAND_H
#define OOMSPECT_COMMAND_H

#include "model/options.h"

int command_list(const struct options *options, struct err *err);
int command_cgroups(const struct options *options, struct err *err);
int command_victim(const struct options *options, struct err *err);
int command_metrics(const struct options *options, struct err *err);
int command_capture(const struct options *options, struct err *err);
int command_events(const struct options *options, struct err *err);
int command_adj(const struct options *options, struct err *err);

#endif
