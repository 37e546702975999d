/* Any text as a kernel log: no event without words of the OOM killer in it, and each event can be
 * ranked, explained and written as JSON. The first byte says whether a line is a whole record. */
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"
#include "oomspect/logline.h"
#include "oomspect/oomlog.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_event(void *arg, struct oom_event *event)
{
	size_t *events = arg;
	(*events)++;
	event_rank(event);
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	if (!file)
		return;
	event_json(file, event);
	fclose(file);
	if (length && strchr(text, '\n') != text + length - 1)
		abort();
	free(text);
}

/* Who killed what is words that are in the text, cut to what there is room for. */
static void on_notice(void *arg, const struct oom_notice *notice)
{
	char text[64];
	(void)arg;
	oomnotice_say(notice, text, sizeof(text));
	if (strlen(text) >= sizeof(text))
		abort();
}

/* Wrapping may put a break inside any of them. */
static bool speaks_of_oom(struct text text)
{
	size_t letters = 0;
	for (size_t i = 0; i < text.len; i++)
		letters += text.at[i] == 'k' || text.at[i] == 'i' || text.at[i] == 'l' ||
			   text.at[i] == 'm';
	return letters >= 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t events = 0;
	struct oomlog log;
	struct text line, rest = { (const char *)data, size };
	struct oomlog_sink sink = { .event = on_event, .notice = on_notice, .arg = &events };
	if (!size ||
		oomlog_init(&log, "fuzz", sink, data[0] >> 4 & (OOMLOG_KEEP_RAW | OOMLOG_LIVE)))
		return 0;
	rest = (struct text){ rest.at + 1, size - 1 };
	struct text whole = rest;
	for (uint64_t number = 1; text_next_line(&rest, &line); number++) {
		struct klog_record record;
		logline_parse(line, &record);
		record.line = number;
		record.form = data[0] & 1 ? KLOG_WHOLE : KLOG_LINE;
		oomlog_push(&log, &record);
		if ((data[0] & 4) && (number & 7) == 0)
			oomlog_flush(&log, (data[0] & 8) != 0);
	}
	oomlog_finish(&log);
	oomlog_release(&log);
	if (events && !speaks_of_oom(whole))
		abort();
	return 0;
}
