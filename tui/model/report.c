#include "report.h"

#include "events_text.h"

#include "oomspect/memtext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_init(struct report *report)
{
	*report = (struct report){ 0 };
}

void report_release(struct report *report)
{
	free(report->text);
	free(report->lines);
	report->text = NULL;
	report->lines = NULL;
	report->count = 0;
}

static bool index_lines(struct report *report, size_t length)
{
	size_t lines = 1;
	for (size_t i = 0; i < length; i++)
		lines += report->text[i] == '\n';
	report->lines = calloc(lines, sizeof(*report->lines));
	if (!report->lines)
		return false;
	for (size_t at = 0; at < length; report->count++) {
		const char *end = memchr(report->text + at, '\n', length - at);
		report->lines[report->count] = at;
		at = end ? (size_t)(end - report->text) + 1 : length;
	}
	return true;
}

/* False when memory ran out. */
static bool write_report(FILE *out, const struct oom_event *event, int width, bool raw)
{
	if (!raw)
		return events_text_print(out, event, width) == ERR_OK;
	fwrite(event->raw ? event->raw : "", 1, event->raw ? event->raw_len : 0, out);
	return true;
}

void report_make(struct report *report, const struct oom_event *event, int width, bool raw)
{
	struct memtext made;
	struct report indexed = { .text = NULL };
	if (memtext_open(&made) && !write_report(made.file, event, width, raw))
		memtext_release(&made);
	else if (made.file && memtext_close(&made))
		indexed.text = made.text;
	if (indexed.text && !index_lines(&indexed, made.length))
		report_release(&indexed);
	report_release(report);
	*report = indexed;
}

const char *report_line(const struct report *report, size_t index, size_t *ret_length)
{
	const char *line = report->text + report->lines[index];
	*ret_length = strcspn(line, "\n");
	return line;
}
