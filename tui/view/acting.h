/* What the live screen does to processes: rights, tags, the dialogs that lead to an action, the
 * record of what was done, and the memory that comes back. The reactions to the keys of the group
 * ACT; each that is refused answers with the reason. */
#ifndef OOMSPECT_ACTING_H
#define OOMSPECT_ACTING_H

#include "view.h"

/* Probes the rights once, opens the audit file, and with --protect shields the program itself;
 * what is refused then is said in the status line. */
enum err_code acting_init(struct app *app, struct err *err);
void acting_release(struct acting *acting);

/* "READ-WRITE", or "READ-ONLY" with the reason when there is room for it. */
const char *acting_rights_words(const struct app *app, bool with_reason);

/* What the keys of the group ACT do to the process pointed at, or to those that are tagged. */
extern reaction *const acting_reactions[ACTION_COUNT];

/* Takes all tags away. */
void acting_untag(struct app *app);

/* True when `key` was one of those that do the same in every dialog: it leaves, closes, paints. */
bool acting_took_key(struct app *app, int key);

/* What Enter does in a dialog. */
void acting_write(struct app *app);
void acting_send(struct app *app);

/* Closes the dialog that is open: its processes are let go of, the list goes on. */
void acting_close(struct app *app);

/* A moment has passed with a dialog open: looks whether its processes have ended. */
void acting_look(struct app *app);

/* A moment has passed after a kill: reads how much memory is back and tells it in the status line,
 * for some seconds more when it has come to rest. */
void acting_watch_memory(struct app *app, int64_t now_ms);

#endif
