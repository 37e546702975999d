/* The report of an event as lines of a given width. */
#include "support.h"

#include "model/event_log.h"
#include "model/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG "tests/fixtures/klog/5.10-global.kmsg"

struct made {
	struct event_log log;
	struct report report;
};

static int set_up(void **state)
{
	static struct made made;
	event_log_open(&made.log, LOG);
	event_log_read(&made.log, UINT32_MAX, 0, false);
	report_init(&made.report);
	*state = &made;
	return made.log.count == 1 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct made *made = *state;
	report_release(&made->report);
	event_log_release(&made->log);
	return 0;
}

static const struct oom_event *event_of(const struct made *made)
{
	return event_log_get(&made->log, 0);
}

static bool has_line(const struct report *report, const char *wanted)
{
	for (size_t i = 0; i < report->count; i++) {
		size_t length;
		const char *line = report_line(report, i, &length);
		if (length == strlen(wanted) && memcmp(line, wanted, length) == 0)
			return true;
	}
	return false;
}

static size_t widest(const struct report *report)
{
	size_t widest = 0;
	for (size_t i = 0; i < report->count; i++) {
		size_t length;
		report_line(report, i, &length);
		widest = length > widest ? length : widest;
	}
	return widest;
}

struct width_row {
	const char *claim;
	int width;
	size_t widest;
};

/* The table has 75 columns wherever it stands; only the sentences are wrapped. */
static const struct width_row width_rows[] = {
	{ "as wide as the screen", 100, 100 },
	{ "80 columns", 80, 80 },
	{ "the table is not wrapped", 60, 75 },
	{ "never below 40 columns", 1, 75 },
	{ "a width below zero is as none", -5, 75 },
	{ "a very wide screen", 5000, 5000 },
};

static void check_width(void **state)
{
	const struct width_row *row = *state;
	void *fixture;
	assert_int_equal(set_up(&fixture), 0);
	struct made *made = fixture;
	report_make(&made->report, event_of(made), row->width, false);
	assert_true(made->report.count > 5);
	assert_true(widest(&made->report) <= row->widest);
	assert_true(has_line(&made->report, "OOM 1  5.851 s after boot  host  killed 122 a"));
	tear_down(&fixture);
}

static void the_four_answers_stand_in_their_order(void **state)
{
	static const char *const answers[] = { " What ", " Who ", " Why ", " Lines " };
	struct made *made = *state;
	size_t answer = 0;
	report_make(&made->report, event_of(made), 80, false);
	for (size_t i = 0; i < made->report.count && answer < ARRAY_SIZE(answers); i++) {
		size_t length;
		const char *line = report_line(&made->report, i, &length);
		answer += strncmp(line, answers[answer], strlen(answers[answer])) == 0;
	}
	assert_int_equal(answer, ARRAY_SIZE(answers));
}

static void the_raw_lines_are_the_kernels(void **state)
{
	struct made *made = *state;
	report_make(&made->report, event_of(made), 80, true);
	/* Mem-Info is one record of several lines. */
	assert_true(made->report.count > event_of(made)->last_line - event_of(made)->first_line);
	assert_true(has_line(&made->report,
		"trigger invoked oom-killer: "
		"gfp_mask=0x100dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), order=0, "
		"oom_score_adj=-1000"));
}

static void an_event_without_raw_lines_has_none(void **state)
{
	struct made *made = *state;
	struct oom_event event;
	oom_event_init(&event);
	report_make(&made->report, &event, 80, true);
	assert_int_equal(made->report.count, 0);
	oom_event_release(&event);
}

static void an_event_of_which_nothing_is_known_has_a_report(void **state)
{
	struct made *made = *state;
	struct oom_event event;
	oom_event_init(&event);
	report_make(&made->report, &event, 80, false);
	assert_true(made->report.count > 0);
	assert_true(has_line(&made->report, "OOM 0  time unknown  unknown  unknown"));
	oom_event_release(&event);
}

static void making_anew_forgets_what_was_there(void **state)
{
	struct made *made = *state;
	report_make(&made->report, event_of(made), 80, true);
	size_t raw = made->report.count;
	report_make(&made->report, event_of(made), 80, false);
	assert_true(made->report.count < raw);
	report_release(&made->report);
	report_release(&made->report);
	assert_int_equal(made->report.count, 0);
	assert_null(made->report.text);
}

#define WITH_EVENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EVENT(the_four_answers_stand_in_their_order),
		WITH_EVENT(the_raw_lines_are_the_kernels),
		WITH_EVENT(an_event_without_raw_lines_has_none),
		WITH_EVENT(an_event_of_which_nothing_is_known_has_a_report),
		WITH_EVENT(making_anew_forgets_what_was_there),
	};
	return run_rows("widths", width_rows, check_width) +
	       cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
