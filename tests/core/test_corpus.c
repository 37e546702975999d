/* Real logs of other people, which are not in the tree: held against what they are known to say. */

#include "support.h"

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CORPUS "../shared/corpus"
#define SCORE  CORPUS "/score"

static void skip_without_corpus(void)
{
	if (access(SCORE, X_OK) != 0)
		skip_because(SCORE " is not here");
}

/* The score tells field by field; asked here is that nothing is invented and nothing breaks. */
static void no_event_is_invented(void **state)
{
	char line[256], last[256] = "", extra[256] = "";
	(void)state;
	skip_without_corpus();
	FILE *score = popen(SCORE " --oomspect build/oomspect", "r");
	assert_non_null(score);
	while (fgets(line, sizeof(line), score)) {
		if (strncmp(line, "extra events", 12) == 0)
			snprintf(extra, sizeof(extra), "%s", line);
		snprintf(last, sizeof(last), "%s", line);
	}
	pclose(score);
	print_message("%s", last);
	assert_string_equal(extra, "extra events 0, files failed 0\n");
}

static const json_t *task_by(const json_t *event, const char *key, json_int_t value)
{
	size_t i;
	json_t *task;
	json_array_foreach(json_object_get(event, "tasks"), i, task)
	{
		if (json_integer_value(json_object_get(task, key)) == value)
			return task;
	}
	return NULL;
}

static json_int_t chosen_pid(const json_t *event)
{
	const json_t *chosen = json_object_get(event, "chosen");
	const json_t *victim = json_array_get(json_object_get(event, "victims"), 0);
	return json_integer_value(json_object_get(json_is_object(chosen) ? chosen : victim, "pid"));
}

static void print_task(const json_t *task)
{
	print_message(" %lld %s %lld |",
		(long long)json_integer_value(json_object_get(task, "tgid")),
		json_string_value(json_object_get(task, "comm")),
		(long long)json_integer_value(json_object_get(task, "badness_pages")));
}

/* One line: the kernel's chosen, our first, and if they differ what the explanation says. Where ranks
 * are not told, there is no first. */
static void check_event(const char *file, const json_t *event)
{
	const char *why = json_string_value(json_object_get(event, "why"));
	const json_t *first = task_by(event, "rank", 1),
		     *chosen = task_by(event, "pid", chosen_pid(event));
	if (!first)
		return;
	if (!chosen)
		chosen = task_by(event, "tgid", chosen_pid(event));
	print_message("%.44s #%lld |", file,
		(long long)json_integer_value(json_object_get(event, "event")));
	if (chosen)
		print_task(chosen);
	print_task(first);
	if (chosen && chosen == first) {
		print_message(" same\n");
		return;
	}
	const char *reason = strstr(why, "The reason may be");
	if (!reason)
		reason = strstr(why, "The row of the chosen");
	assert_non_null(reason);
	print_message(" %s\n", reason);
}

static void check_file(const char *path)
{
	char command[512];
	char *line = NULL;
	size_t size = 0;
	snprintf(command, sizeof(command), "build/oomspect events --json '%s'", path);
	FILE *events = popen(command, "r");
	assert_non_null(events);
	while (getline(&line, &size, events) > 0) {
		json_t *event = json_loads(line, 0, NULL);
		assert_non_null(event);
		if (json_array_size(json_object_get(event, "tasks")) &&
			strcmp(json_string_value(json_object_get(event, "outcome")), "killed") == 0)
			check_event(strrchr(path, '/') + 1, event);
		json_decref(event);
	}
	free(line);
	assert_int_equal(pclose(events), 0);
}

static void our_first_is_the_kernels(void **state)
{
	glob_t files;
	(void)state;
	skip_without_corpus();
	assert_int_equal(glob(CORPUS "/*.log", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		check_file(files.gl_pathv[i]);
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "no event is invented in a real log, and none breaks the parser",
			no_event_is_invented, NULL, NULL, NULL },
		{ "our first is the kernel's chosen, or the text says why not",
			our_first_is_the_kernels, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
