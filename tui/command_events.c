#include "command_events.h"

#include "oomspect/event_explain.h"
#include "oomspect/event_json.h"
#include "oomspect/klog.h"
#include "oomspect/oomlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err_code command_events_parse(int argc, char **argv, struct events_options *ret, struct err *err)
{
	*ret = (struct events_options){ .files = (const char *const *)argv };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			ret->json = true;
		else
			argv[ret->file_count++] = argv[i];
	}
	(void)err;
	return ERR_OK;
}

static void on_event(void *arg, struct oom_event *event)
{
	(void)arg;
	event_rank(event);
	char *text = event_to_json(event);
	puts(text);
	free(text);
}

int command_events(const struct events_options *options)
{
	struct err err;
	for (size_t i = 0; i < options->file_count; i++) {
		struct klog klog;
		struct oomlog log;
		struct klog_record record;
		if (klog_open_file(&klog, options->files[i], &err)) {
			fprintf(stderr, "oomspect: %s\n", err.text);
			return 1;
		}
		oomlog_init(&log, options->files[i], (struct oomlog_sink){ .event = on_event }, false);
		while (klog_read(&klog, &record, &err) == KLOG_RECORD)
			oomlog_push(&log, &record);
		oomlog_finish(&log);
		oomlog_release(&log);
		klog_close(&klog);
	}
	return 0;
}
