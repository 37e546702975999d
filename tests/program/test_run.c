/* tests/run, which counts all others: made-up programs that say what cmocka says. The files of
 * tests/fixtures/cmocka are the output of cmocka 1.1.5 (Debian 12) and 1.1.7 (Debian 13). */
#include "support.h"

#include "support_files.h"
#include "support_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CMOCKA(name) "cat tests/fixtures/cmocka/" name "; "
#define BEGIN(count) "echo '[==========] Running " count " test(s).'; "
#define PASS(name)   "echo '[ RUN      ] " name "'; echo '[       OK ] " name "'; "
#define SKIP(name, reason) \
	"echo '[ RUN      ] " name "'; echo '" reason "'; echo '[  SKIPPED ] " name "'; "

struct row {
	const char *claim;
	const char *program; /* what it does, for sh */
	const char *sum;     /* the last line that tests/run prints */
	const char *says;    /* another line of it, or NULL */
};

static const struct row rows[] = {
	{ "cmocka 1.1.5: passed, failed and skipped", CMOCKA("1.1.5-mixed") "exit 1",
		"2 passed, 1 failed, 1 skipped", "failing: /" },
	{ "cmocka 1.1.7: passed, failed and skipped", CMOCKA("1.1.7-mixed") "exit 1",
		"2 passed, 1 failed, 1 skipped", "skipped in tested: no cheese (skipping)" },
	{ "cmocka 1.1.5: a program that skips all its tests has run them",
		CMOCKA("1.1.5-skips") BEGIN("1") PASS("x"), "1 passed, 0 failed, 2 skipped", NULL },
	{ "cmocka 1.1.7: a program that skips all its tests has run them",
		CMOCKA("1.1.7-skips") BEGIN("1") PASS("x"), "1 passed, 0 failed, 2 skipped",
		"skipped in tested: no cheese (skipping and 1 more)" },
	{ "cmocka 1.1.5: a test whose set-up fails has failed", CMOCKA("1.1.5-setup") "exit 1",
		"1 passed, 1 failed, 0 skipped", NULL },
	{ "cmocka 1.1.7: a test whose set-up fails has failed", CMOCKA("1.1.7-setup") "exit 1",
		"1 passed, 1 failed, 0 skipped", NULL },
	{ "cmocka 1.1.5: a group whose set-up fails is one failure", CMOCKA("1.1.5-group") "exit 1",
		"0 passed, 1 failed, 0 skipped", "/tested: ended with status 1" },
	{ "cmocka 1.1.7: a group whose set-up fails is one failure", CMOCKA("1.1.7-group") "exit 1",
		"0 passed, 1 failed, 0 skipped", "/tested: ended with status 1" },
	{ "a skip is listed with its reason", BEGIN("1") SKIP("a", "skipped: no b"),
		"0 passed, 0 failed, 1 skipped", "skipped in tested: no b (a)" },
	{ "a skip without a reason is a failure, though it was skipped",
		BEGIN("2") SKIP("a", "") PASS("b"), "1 passed, 1 failed, 1 skipped",
		"/tested: a test was skipped without a reason" },
	{ "a reason is that of its own test",
		BEGIN("2") SKIP("a", "skipped: x\nskipped: y") SKIP("b", ""),
		"0 passed, 1 failed, 2 skipped", "/tested: a test was skipped without a reason" },
	{ "a program that crashes is a failure", BEGIN("2") PASS("a") "kill -SEGV $$",
		"1 passed, 1 failed, 0 skipped", "/tested: ended with status 139" },
	{ "a program that ends well before its tests do is a failure", BEGIN("3") PASS("a"),
		"1 passed, 1 failed, 0 skipped", "/tested: ended before 2 of its tests" },
	{ "a program that hangs is a failure", BEGIN("2") PASS("a") "exec sleep 60",
		"1 passed, 1 failed, 0 skipped", "/tested: ended with status 124" },
	{ "a program that runs no test is a failure", "true", "0 passed, 1 failed, 0 skipped",
		"/tested: ran no test" },
	{ "what a test prints itself ends no test",
		BEGIN("1") PASS("a") "echo '[       OK ] a'; "
				     "echo ' 1 FAILED TEST(S)'",
		"1 passed, 0 failed, 0 skipped", NULL },
	{ "the wish for another form of output is not passed on",
		"[ $CMOCKA_MESSAGE_OUTPUT = STDOUT ] && " BEGIN("1") PASS("a"),
		"1 passed, 0 failed, 0 skipped", NULL },
};

/* Runs tests/run on a program that does this, with the settings of somebody who wants another form
 * of output. */
static struct run run_on(const struct files *files, const char *program)
{
	char path[128], text[1024];
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", program);
	files_put(files, "tested", text);
	snprintf(path, sizeof(path), "%s/tested", files->path);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(setenv("OOMSPECT", "/usr/bin/env", 1), 0);
	return RUN("-u", "TEST_WRAPPER", "TEST_SECONDS=2", "CMOCKA_MESSAGE_OUTPUT=TAP", "tests/run",
		path);
}

static const char *last_line(const char *text)
{
	size_t end = strlen(text);
	assert_true(end > 0 && text[end - 1] == '\n');
	for (end--; end > 0 && text[end - 1] != '\n'; end--)
		;
	return text + end;
}

static void check_row(void **state)
{
	const struct row *row = *state;
	struct files files;
	unsigned passed, failed, skipped;
	char sum[64];
	files_make(&files);
	struct run run = run_on(&files, row->program);
	files_remove(&files);
	snprintf(sum, sizeof(sum), "%s\n", row->sum);
	assert_string_equal(last_line(run.out), sum);
	if (row->says)
		assert_non_null(strstr(run.out, row->says));
	assert_int_equal(
		sscanf(sum, "%u passed, %u failed, %u skipped", &passed, &failed, &skipped), 3);
	assert_int_equal(run.status, passed > 0 && failed == 0 ? 0 : 1);
	run_release(&run);
}

int main(void)
{
	return run_rows("run", rows, check_row);
}
