#include "dialogs.h"

#include "acting.h"
#include "dialog_adjust.h"
#include "dialog_signal.h"
#include "model/keymap.h"

static const struct dialog {
	void (*draw)(const struct app *app, struct grid *grid);
	void (*key)(struct app *app, int key);
} dialogs[DIALOG_COUNT] = {
	[DIALOG_ADJUST] = { dialog_adjust_draw, dialog_adjust_key },
	[DIALOG_SIGNAL] = { dialog_signal_draw, dialog_signal_key },
};

void dialogs_draw(const struct app *app, struct grid *grid)
{
	if (app->acting.dialog != DIALOG_NONE)
		dialogs[app->acting.dialog].draw(app, grid);
}

bool dialogs_key(struct app *app, int key)
{
	const struct key_row *row = keymap_find(key);
	enum action action = row ? row->action : ACTION_NONE;
	if (app->acting.dialog == DIALOG_NONE)
		return false;
	app->message[0] = '\0';
	if (action == ACTION_QUIT)
		app->quit = true;
	else if (action == ACTION_REPAINT)
		app->repaint = true;
	else if (action == ACTION_SUSPEND)
		app->suspend = true;
	else if (action == ACTION_BACK || action == ACTION_CLOSE)
		acting_close(app);
	else
		dialogs[app->acting.dialog].key(app, key);
	return true;
}
