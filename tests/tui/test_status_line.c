/* What the status line says, and for how long: answers to keys, and what goes on by itself. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/acting.h"
#include "view/frame.h"
#include "view/react.h"
#include "view/state.h"
#include "view/status.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 250

static void write_available(const struct fixture *fixture, int mib)
{
	char text[160];
	snprintf(text, sizeof(text), "MemTotal: 33554432 kB\nMemAvailable: %d kB\n", mib * 1024);
	machine_write(fixture->path, "proc/meminfo", text);
}

/* A kill, at which there were 2,000 MiB. */
static void kill_somebody(struct fixture *fixture)
{
	struct app *app = &fixture->app;
	recovery_begin(&app->acting.recovery, app->clock.now_ms, INT64_C(2000) * 1024);
	status_say(app, "SIGKILL sent to 4242 java");
	write_available(fixture, 9000);
}

static void pass(struct fixture *fixture, int ms)
{
	for (; ms > 0; ms -= TICK_MS) {
		fixture->app.clock.now_ms += TICK_MS;
		acting_watch_memory(&fixture->app, fixture->app.clock.now_ms);
	}
}

static void an_answer_stands_while_memory_comes_back(void **state)
{
	struct fixture *fixture = *state;
	kill_somebody(fixture);
	pass(fixture, 2750);
	assert_true(then_shows(fixture, "SIGKILL sent to 4242 java"));
	pass(fixture, 250);
	assert_true(then_shows(fixture, "memory back: avail 2.0G at the kill, 1 s 8.8G, now 8.8G"));
	keys(&fixture->app, "x");
	pass(fixture, 2750);
	assert_true(then_shows(fixture, "unknown key \"x\", ? for help"));
	pass(fixture, 250);
	assert_true(then_shows(fixture, "5 s 8.8G"));
}

static void memory_that_is_back_is_told_for_some_seconds(void **state)
{
	struct fixture *fixture = *state;
	kill_somebody(fixture);
	pass(fixture, 5000);
	assert_false(fixture->app.acting.recovery.watching);
	pass(fixture, 4750);
	assert_true(then_shows(fixture, ", at rest after 0.2 s"));
	pass(fixture, 250);
	assert_true(then_shows(fixture, " rows 1-14 of 14"));
	keys(&fixture->app, "x");
	pass(fixture, 60000);
	assert_true(then_shows(fixture, "unknown key \"x\", ? for help"));
}

static void a_dialog_keeps_what_it_says(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	kill_somebody(fixture);
	keys(&fixture->app, "a5000\r");
	pass(fixture, 4000);
	assert_true(then_shows(fixture, "not written: "));
	press(&fixture->app, INPUT_ESC);
	assert_true(then_shows(fixture, "memory back: "));
}

/* --- where the cursor is ------------------------------------------------------------------------ */

static void a_cursor_that_left_the_screen_is_told_before_what_may_be_cut(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fixture_go_live(fixture);
	draw(app, 14, 60);
	keys(app, "ga-999\r");
	take_sample(app);
	press(app, INPUT_RIGHT);
	frame_draw(app, &app->grid);
	assert_shows(app, " rows 1-7 of 14, cursor in row 10, 12 can be killed");
}

/* --- all at once -------------------------------------------------------------------------------- */

/* A machine that has all of it, with numbers of ten digits and of as many as a number can have. */
static void say_everything(struct app *app, size_t number)
{
	struct snapshot *snapshot =
		&app->model.watch.sampler.shots[app->model.watch.sampler.latest];
	struct listing *listing = &app->procs.listing;
	snapshot->hidepid = snapshot->pid_ns = true;
	snapshot->threads_unseen = (int64_t)(number / 2);
	app->acting.rights.init_user_ns = false;
	listing->hidden_folded = listing->hidden_filtered = number;
	listing->hidden_kthreads = listing->hidden_unkillable = number;
}

static void all_that_a_status_line_can_say_stays_in_its_place(void **state)
{
	static const size_t numbers[] = { 1234567890, SIZE_MAX };
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fixture_go_live(fixture);
	draw(app, 24, 600);
	keys(app, "A");
	app->status.message[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		say_everything(app, numbers[i]);
		frame_draw(app, &app->grid);
		assert_shows(app, "hidepid: only your own processes are seen");
		assert_shows(app, "threads outside unseen");
		assert_shows(app, "user namespace: nobody is anyone outside");
		assert_shows(app, "unkillable hidden (K)");
		assert_shows(app, " 14 tagged (U)");
	}
}

/* --- samples that fail ---------------------------------------------------------------------------- */

static void a_sample_that_fails_is_told_with_the_age_of_the_last(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	const struct err why = { ERR_NO_DESCRIPTOR, 0,
		"cannot list processes: Too many open files" };
	app->clock.now_ms += 7000;
	state_missed(app, &why);
	assert_true(then_shows(fixture, "STALE 7s"));
	assert_true(then_shows(fixture, " no new sample: cannot list processes: Too many open"));
	assert_true(then_shows(fixture, "4242 app"));
	keys(app, "x");
	assert_true(then_shows(fixture, "unknown key \"x\""));
	take_sample(app);
	app->status.message[0] = '\0';
	assert_true(then_shows(fixture, " rows 1-14 of 14"));
	assert_false(shows(app, "STALE"));
}

/* The picture before belongs to tables that have been written over. */
static void what_cannot_be_ranked_is_no_picture(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	struct err err = { 0 };
	keys(app, "F t");
	for (int i = 0; i < 3; i++) {
		fixture->options.cgroup = "/not/there";
		assert_int_equal(sampler_sample(&app->model.watch.sampler, NULL), ERR_OK);
		assert_int_equal(state_sampled(app, &err), ERR_NOT_FOUND);
		state_missed(app, &err);
		for (enum view_id view = 0; view < VIEW_COUNT; view++) {
			state_show(app, view);
			keys(app, " \033[BcoFtAak+*-/java\rnN\033");
			app->status.message[0] = '\0';
			draw(app, 50, 160);
			if (app->view != VIEW_HELP)
				assert_shows(app, "no such memory cgroup");
		}
		fixture->options.cgroup = NULL;
		state_show(app, VIEW_PROCS);
		take_sample(app);
		assert_true(then_shows(fixture, "4242 app"));
	}
}

/* --- following ---------------------------------------------------------------------------------- */

static void end_process(const struct fixture *fixture, int pid)
{
	char from[96], to[96];
	snprintf(from, sizeof(from), "%s/proc/%d", fixture->path, pid);
	snprintf(to, sizeof(to), "%s/proc/ended", fixture->path);
	assert_int_equal(rename(from, to), 0);
}

static void whoever_is_followed_and_ends_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	draw(app, 24, 160);
	press(app, INPUT_DOWN);
	keys(app, "F");
	draw(app, 24, 160);
	assert_shows(app, "FOLLOW");
	app->status.message_ms -=
		3000; /* a sample has the time of the machine, which stands still */
	end_process(fixture, 9120);
	take_sample(app);
	draw(app, 24, 160);
	assert_string_equal(app->status.message, "9120 node is gone");
	assert_false(shows(app, "FOLLOW"));
	assert_false(app->follow);
}

static void what_a_key_answered_just_before_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	keys(app, "F");
	status_say(app, "SIGKILL sent to 4242 java");
	end_process(fixture, 4242);
	take_sample(app);
	assert_string_equal(app->status.message, "SIGKILL sent to 4242 java; 4242 java is gone");
}

static void whoever_is_followed_may_be_filtered_out(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	keys(app, "F&node\r");
	assert_string_equal(app->status.message, "4242 java is not listed: following nobody");
	assert_false(app->follow);
}

static void without_following_the_cursor_goes_on_in_silence(void **state)
{
	struct fixture *fixture = *state;
	press(&fixture->app, INPUT_DOWN);
	end_process(fixture, 9120);
	take_sample(&fixture->app);
	assert_string_equal(fixture->app.status.message, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(an_answer_stands_while_memory_comes_back),
		WITH_MACHINE(memory_that_is_back_is_told_for_some_seconds),
		WITH_MACHINE(a_dialog_keeps_what_it_says),
		WITH_MACHINE(a_cursor_that_left_the_screen_is_told_before_what_may_be_cut),
		WITH_MACHINE(all_that_a_status_line_can_say_stays_in_its_place),
		WITH_MACHINE(a_sample_that_fails_is_told_with_the_age_of_the_last),
		WITH_MACHINE(what_cannot_be_ranked_is_no_picture),
		WITH_MACHINE(whoever_is_followed_and_ends_is_named),
		WITH_MACHINE(what_a_key_answered_just_before_is_kept),
		WITH_MACHINE(whoever_is_followed_may_be_filtered_out),
		WITH_MACHINE(without_following_the_cursor_goes_on_in_silence),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("status line", tests, NULL, NULL);
}
