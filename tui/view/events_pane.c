#include "events_pane.h"

#include "oomspect/outfile.h"

#include <stdio.h>
#include <string.h>

void events_pane_open(struct events_pane *pane, const char *file, bool live)
{
	*pane = (struct events_pane){ .follow = true };
	report_init(&pane->report);
	if (file || live)
		event_log_open(&pane->log, file);
	else
		event_log_open_none(&pane->log, "a captured machine has none, see --log FILE");
}

void events_pane_release(struct events_pane *pane)
{
	event_log_release(&pane->log);
	report_release(&pane->report);
}

const struct oom_event *events_pane_event(const struct events_pane *pane)
{
	return event_log_get(&pane->log, pane->cursor);
}

static void point_at(struct events_pane *pane, size_t cursor)
{
	pane->cursor = cursor;
	const struct oom_event *event = events_pane_event(pane);
	if (event && event->number != pane->chosen)
		pane->report_top = 0;
	pane->chosen = event ? event->number : 0;
}

void events_pane_update(struct events_pane *pane)
{
	size_t at = 0;
	const struct oom_event *event;
	if (!pane->follow && pane->chosen) {
		while ((event = event_log_get(&pane->log, at)) && event->number != pane->chosen)
			at++;
		/* What it pointed at has made room: the oldest there is. */
		if (!event)
			at = pane->log.count ? pane->log.count - 1 : 0;
	}
	point_at(pane, at);
}

void events_pane_move(struct events_pane *pane, long rows)
{
	long last = (long)pane->log.count - 1, at = (long)pane->cursor + rows;
	if (last < 0)
		return;
	at = at < 0 ? 0 : at > last ? last : at;
	pane->follow = at == 0;
	point_at(pane, (size_t)at);
}

void events_pane_follow(struct events_pane *pane, bool follow)
{
	pane->follow = follow;
	if (follow)
		point_at(pane, 0);
}

void events_pane_scroll(struct events_pane *pane, long lines)
{
	long last = (long)pane->report.count - 1, top = (long)pane->report_top + lines;
	pane->report_top = top < 0 || last < 0 ? 0 : top > last ? (size_t)last : (size_t)top;
}

static bool is_made(const struct events_pane *pane, const struct oom_event *event, int width)
{
	return pane->made_of == event->number && pane->made_victims == event->victim_count &&
	       pane->made_width == width && pane->made_raw == pane->raw;
}

void events_pane_prepare(struct events_pane *pane, int width, int rows)
{
	const struct oom_event *event = events_pane_event(pane);
	if (event && !is_made(pane, event, width)) {
		report_make(&pane->report, event, width, pane->raw);
		pane->made_of = event->number;
		pane->made_victims = event->victim_count;
		pane->made_width = width;
		pane->made_raw = pane->raw;
	}
	size_t seen = rows > 0 ? (size_t)rows : 1;
	if (pane->cursor < pane->top)
		pane->top = pane->cursor;
	if (pane->cursor >= pane->top + seen)
		pane->top = pane->cursor - seen + 1;
}

static bool matches(const struct oom_event *event, const char *text)
{
	char pid[24];
	if (strcasestr(event->invoker.comm, text) ||
		(event->oom_memcg && strcasestr(event->oom_memcg, text)) ||
		(event->task_memcg && strcasestr(event->task_memcg, text)))
		return true;
	for (size_t i = 0; i < event->victim_count; i++) {
		snprintf(pid, sizeof(pid), "%lld", (long long)event->victims[i].pid);
		if (strcasestr(event->victims[i].comm, text) || strcmp(pid, text) == 0)
			return true;
	}
	return false;
}

bool events_pane_search(struct events_pane *pane, const char *text, int step)
{
	size_t count = pane->log.count;
	for (size_t tried = 1; tried <= count; tried++) {
		size_t away = step > 0 ? tried : count - tried;
		size_t at = (pane->cursor + away) % count;
		if (!matches(event_log_get(&pane->log, at), text))
			continue;
		pane->follow = false;
		point_at(pane, at);
		return true;
	}
	return false;
}

enum err_code events_pane_save(
	const struct events_pane *pane, char *name, size_t size, struct err *err)
{
	const struct oom_event *event = events_pane_event(pane);
	if (!event || !event->raw)
		return err_set(err, ERR_NOT_FOUND, "no event to save");
	snprintf(name, size, "oom-%lld-%llu.log",
		event->victim_count ? (long long)event->victims[0].pid : 0LL,
		(unsigned long long)event->number);
	return outfile_create(name, (struct text){ event->raw, event->raw_len }, err);
}
