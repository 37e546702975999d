/* Real logs of other people, which are not in the tree: held against what they are known to say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCORE "../shared/corpus/score"

/* The score tells field by field; asked here is that nothing is invented and nothing breaks. */
static void no_event_is_invented(void **state)
{
	char line[256], last[256] = "", extra[256] = "";
	(void)state;
	if (access(SCORE, X_OK) != 0) {
		print_message("[  SKIP    ] %s is not here\n", SCORE);
		skip();
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "no event is invented in a real log, and none breaks the parser", no_event_is_invented, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
