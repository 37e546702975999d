/* What is said in the status line: answers to keys, and news of what goes on by itself. */
#ifndef OOMSPECT_STATUS_H
#define OOMSPECT_STATUS_H

#include "live.h"

#define STATUS_ANSWER_MS 3000 /* an answer stands at least as long */

/* A sentence for the status line. */
void status_say(struct app *app, const char *format, ...) __attribute__((format(__printf__, 2, 3)));

/* Why something failed. What follows from it, in the same picture, does not take its place. */
void status_say_failure(struct app *app, const struct err *err);

/* What goes on by itself, for the status line. An answer to a key is not overwritten by it. */
void status_tell(struct app *app, const char *news, int64_t now_ms);

/* Time has passed: an answer that has stood for some seconds gives way to news, if there are any,
 * and news that were not told again for some are none. */
void status_age(struct app *app, int64_t now_ms);

#endif
