#include "status.h"

#include <stdarg.h>
#include <stdio.h>

#define NEWS_MS 5000 /* news stand as long after they were told last */

void status_say(struct app *app, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->status.message, sizeof(app->status.message), format, args);
	va_end(args);
	app->status.message_ms = app->clock.now_ms;
}

void status_say_failure(struct app *app, const struct err *err)
{
	if (app->status.failure_ms == app->clock.now_ms &&
		app->status.message_ms == app->clock.now_ms)
		return;
	status_say(app, "%s", err->text);
	app->status.failure_ms = app->clock.now_ms;
}

void status_tell(struct app *app, const char *news, int64_t now_ms)
{
	snprintf(app->status.news, sizeof(app->status.news), "%s", news);
	app->status.news_ms = now_ms;
}

void status_age(struct app *app, int64_t now_ms)
{
	if (now_ms - app->status.news_ms >= NEWS_MS)
		app->status.news[0] = '\0';
	/* What a dialog says is about the dialog. */
	if (app->status.news[0] && app->acting.dialog == DIALOG_NONE &&
		now_ms - app->status.message_ms >= STATUS_ANSWER_MS)
		app->status.message[0] = '\0';
}
