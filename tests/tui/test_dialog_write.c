/* What the adjust dialog writes, and what is known of it afterwards, on the machine of the drawings. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/react.h"
#include "view/state.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct adjust *adjust_of(const struct fixture *fixture)
{
	return &fixture->app.acting.adjust;
}

/* With sampling paused, too, where the sample stays the one of before. */
static void a_value_written_since_the_sample_is_what_a_dialog_begins_with(void **state)
{
	struct fixture *fixture = *state;
	const struct adjust *adjust = adjust_of(fixture);
	fixture_go_live(fixture);
	keys(&fixture->app, "Za-200\r/4242\ra");
	assert_int_equal(adjust->value, -200);
	assert_true(then_shows(fixture, "now  -200 "));
	assert_int_equal(outlook_next(&adjust->host.outlooks[ADJUST_BEFORE])->task->pid, 9120);
	keys(&fixture->app, "0");
	assert_true(adjust_changes_victim(&adjust->host));
	keys(&fixture->app, "\033\033[");
	assert_int_equal(adjust->value, -150);
}

static void a_written_value_is_read_back_and_kept_for_u(void **state)
{
	struct fixture *fixture = *state;
	const struct history *history = &fixture->app.acting.history;
	fixture_go_live(fixture);
	keys(&fixture->app, "a-200\r");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_true(fixture->app.request.thawed);
	assert_true(then_shows(fixture, "4242 java oom_score_adj 0 -> -200, read back"));
	assert_int_equal(history->count, 1);
	assert_int_equal(history->entries[0].after, -200);
	take_sample(&fixture->app);
	keys(&fixture->app, "/4242\ra");
	assert_int_equal(adjust_of(fixture)->value, -200);
	keys(&fixture->app, "u");
	assert_int_equal(adjust_of(fixture)->value, 0);
}

static void the_cursor_stays_on_whom_was_written_to(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "ga-200\r");
	take_sample(&fixture->app);
	assert_int_not_equal(fixture->app.procs.cursor.at, 0);
	keys(&fixture->app, "au");
	assert_int_equal(adjust_of(fixture)->targets.items[0].task->pid, 4242);
	assert_int_equal(adjust_of(fixture)->value, 0);
}

static void a_group_is_written_with_one_enter_and_shows_each_result(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "   a-200");
	assert_int_equal(adjust_of(fixture)->targets.count, 3);
	machine_write(fixture->path, "proc/9120/oom_score_adj", "no number\n");
	press(&fixture->app, INPUT_ENTER);
	assert_true(then_shows(
		fixture, "2 written, 1 refused: cannot parse oom_score_adj of process 9120"));
	assert_int_equal(fixture->app.acting.dialog, DIALOG_ADJUST);
	press(&fixture->app, INPUT_ENTER);
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_int_equal(fixture->app.acting.history.count, 2);
}

static void a_group_that_was_written_shows_what_was_done(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "   a");
	assert_true(then_shows(fixture, "now mixed "));
	keys(&fixture->app, "100\r");
	assert_true(then_shows(fixture, "now   100 "));
	/* A key that does nothing takes the message away, not what was done. */
	keys(&fixture->app, "z");
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app, "\n 3 written\n");
	assert_shows(&fixture->app, "0 ->   100  written");
	assert_shows(&fixture->app, "Enter close ");
	assert_false(shows(&fixture->app, "writes"));
	draw(&fixture->app, 16, 30);
	assert_shows(&fixture->app, "| 4242 java     written   100|");
	assert_shows(&fixture->app, "   3 written");
}

static void another_value_after_a_write_is_a_new_question(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "   a100\r[");
	assert_true(then_shows(fixture, "writes \"150\" to 3 processes"));
	draw(&fixture->app, 24, 80);
	assert_shows(&fixture->app, "4242 java                   100 ->   150   BAD   386.3");
	press(&fixture->app, INPUT_ENTER);
	assert_int_equal(fixture->app.acting.dialog, DIALOG_ADJUST);
	assert_true(then_shows(fixture, "now   150 "));
	/* Of the first three two had 100 already. */
	assert_int_equal(fixture->app.acting.history.count, 1 + 3);
	keys(&fixture->app, "u");
	assert_int_equal(adjust_of(fixture)->value, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_value_written_since_the_sample_is_what_a_dialog_begins_with),
		WITH_MACHINE(a_written_value_is_read_back_and_kept_for_u),
		WITH_MACHINE(the_cursor_stays_on_whom_was_written_to),
		WITH_MACHINE(a_group_is_written_with_one_enter_and_shows_each_result),
		WITH_MACHINE(a_group_that_was_written_shows_what_was_done),
		WITH_MACHINE(another_value_after_a_write_is_a_new_question),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("dialog writes", tests, NULL, NULL);
}
