#include "status.h"

#include <stdarg.h>
#include <stdio.h>

#define NEWS_MS 5000 /* news stand as long after they were told last */

void state_say(struct app *app, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->message, sizeof(app->message), format, args);
	va_end(args);
	app->message_ms = app->now_ms;
}

void state_say_failure(struct app *app, const struct err *err)
{
	if (app->failure_ms == app->now_ms && app->message_ms == app->now_ms)
		return;
	state_say(app, "%s", err->text);
	app->failure_ms = app->now_ms;
}

void state_tell(struct app *app, const char *news, int64_t now_ms)
{
	snprintf(app->news, sizeof(app->news), "%s", news);
	app->news_ms = now_ms;
}

void state_age(struct app *app, int64_t now_ms)
{
	if (now_ms - app->news_ms >= NEWS_MS)
		app->news[0] = '\0';
	/* What a dialog says is about the dialog. */
	if (app->news[0] && app->acting.dialog == DIALOG_NONE &&
		now_ms - app->message_ms >= STATUS_ANSWER_MS)
		app->message[0] = '\0';
}
