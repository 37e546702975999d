/* The dialogs as whole screens of text, and what their keys do, on the machine of the drawings. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "term/input.h"
#include "view/react.h"
#include "view/state.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct adjust *adjust_of(const struct fixture *fixture)
{
	return &fixture->app.acting.adjust;
}

/* --- whole screens */

static void the_adjust_dialog_at_80x24(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "a-200");
	draw(&fixture->app, 24, 80);
	compare_screen(&fixture->app, "adjust-80x24");
}

static void the_adjust_dialog_at_160x50(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "a-200");
	draw(&fixture->app, 50, 160);
	compare_screen(&fixture->app, "adjust-160x50");
}

static void a_captured_machine_is_a_calculator(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "/911\ra-1000");
	draw(&fixture->app, 24, 80);
	compare_screen(&fixture->app, "adjust-read-only-80x24");
}

static void tagged_rows_are_one_group(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "   a-200");
	draw(&fixture->app, 24, 80);
	compare_screen(&fixture->app, "adjust-group-80x24");
}

static void the_signal_dialog_at_80x24(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "k");
	draw(&fixture->app, 24, 80);
	compare_screen(&fixture->app, "signal-80x24");
}

static void tags_are_marked(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "  ");
	draw(&fixture->app, 24, 80);
	compare_screen(&fixture->app, "tags-80x24");
}

static void every_size_from_1x1(void **state)
{
	struct fixture *fixture = *state;
	/* One after the other: a value, a signal, and both for all rows. */
	static const char *const states[] = { "a-17", "\033k", "\033Aa5", "\033k" };
	fixture_go_live(fixture);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		keys(&fixture->app, states[i]);
		assert_int_not_equal(fixture->app.acting.dialog, DIALOG_NONE);
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 130 ? 3 : 20)
				draw(&fixture->app, rows, cols);
	}
	draw(&fixture->app, 200, 500);
}

static void what_is_needed_most_stays_on_a_low_screen(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "a-200");
	draw(&fixture->app, 9, 80);
	char *text = screen_text(&fixture->app.grid);
	assert_non_null(strstr(text, "4242 java"));
	assert_non_null(strstr(text, "new [-200 ]"));
	assert_non_null(strstr(text, "<== CHANGES"));
	free(text);
}

/* What a label says is on the screen with it, or neither is. */
static void a_narrow_screen_has_the_answers(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fixture_go_live(fixture);
	keys(app, "a-200");
	for (int cols = 30; cols < 80; cols++) {
		draw(app, 12, cols);
		assert_shows(app, "now     0  new [-200 ]");
		assert_shows(app, "BAD 286.3 -> 86.3");
		assert_shows(app, "rank 1 -> 4");
		assert_shows(app, "NEXT       4242 java ");
		assert_shows(app, "CHANGES to 9120 node ");
		assert_shows(app, "Enter write ");
		assert_shows(app, " Esc cancel ");
	}
	draw(app, 8, 30);
	assert_shows(app, "BAD 286.3 -> 86.3");
	assert_shows(app, "CHANGES to 9120 node ");
	keys(app, "\033k");
	for (int cols = 30; cols < 80; cols++) {
		draw(app, 12, cols);
		assert_shows(app, "its end frees 10.3G");
		assert_shows(app, "NEXT now  4242 java ");
		assert_shows(app, "and then  9120 node ");
		assert_shows(app, "Esc cancel ");
	}
}

/* --- the value */

struct value_row {
	const char *claim;
	const char *typed;
	int value;           /* the last valid one */
	const char *refused; /* part of why what stands there is none; NULL: it is one */
};

static const struct value_row value_rows[] = {
	{ "the value that is in force comes first", "", 0, NULL },
	{ "digits begin a new value", "300", 300, NULL },
	{ "a sign and digits", "-200", -200, NULL },
	{ "a plus sign", "+5", 5, NULL },
	{ "a lone sign is no value yet", "-", 0, "not a number" },
	{ "-17 is taken for what it is", "-17", -17, NULL },
	{ "a leading zero: the kernel reads 8", "010", 0, "octal, 8" },
	{ "above the limit the last value stays", "1001", 100, "out of range" },
	{ "Ctrl-U takes all away", "300\025", 300, "not a number" },
	{ "Backspace takes one digit away", "300\177", 30, NULL },
	{ "u puts the value back", "300u", 0, NULL },
	{ "letters do nothing", "3z0", 30, NULL },
	{ "more digits than any value has", "123456789", 123, "out of range" },
	{ "[ and ] are steps of 50", "[[[]", 100, NULL },
};

static void check_value(void **state)
{
	const struct value_row *row = *state;
	struct fixture *fixture = fixture_open(NULL, NULL);
	fixture_go_live(fixture);
	keys(&fixture->app, "a");
	keys(&fixture->app, row->typed);
	assert_int_equal(adjust_of(fixture)->value, row->value);
	assert_int_equal(adjust_of(fixture)->invalid.code != ERR_OK, row->refused != NULL);
	if (row->refused) {
		assert_true(then_shows(fixture, row->refused));
		press(&fixture->app, INPUT_ENTER);
		assert_int_equal(fixture->app.acting.dialog, DIALOG_ADJUST);
		assert_true(then_shows(fixture, "not written: "));
	}
	fixture_close(fixture);
}

static void arrows_step_within_the_limits(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "a");
	press(&fixture->app, INPUT_UP);
	press(&fixture->app, INPUT_PAGE_UP);
	press(&fixture->app, INPUT_LEFT);
	assert_int_equal(adjust_of(fixture)->value, 109);
	press(&fixture->app, INPUT_DOWN);
	press(&fixture->app, INPUT_PAGE_DOWN);
	press(&fixture->app, INPUT_RIGHT);
	assert_int_equal(adjust_of(fixture)->value, 0);
	press(&fixture->app, INPUT_END);
	press(&fixture->app, INPUT_UP);
	assert_int_equal(adjust_of(fixture)->value, 1000);
	press(&fixture->app, INPUT_HOME);
	press(&fixture->app, INPUT_LEFT);
	assert_int_equal(adjust_of(fixture)->value, -1000);
}

static void f7_and_f8_open_it_50_away(void **state)
{
	struct fixture *fixture = *state;
	press(&fixture->app, INPUT_F(7));
	assert_int_equal(adjust_of(fixture)->value, -50);
	press(&fixture->app, INPUT_ESC);
	keys(&fixture->app, "[");
	assert_int_equal(adjust_of(fixture)->value, 50);
}

static void legacy_values_are_explained(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "a-17");
	assert_true(then_shows(fixture, "never is -1000"));
	keys(&fixture->app, "\025-1000");
	assert_true(then_shows(fixture, "no child it starts from now on"));
}

static void never_for_who_starts_sessions_is_never_for_all_of_them(void **state)
{
	struct fixture *fixture = *state;
	machine_write(fixture->path, "proc/771/stat",
		"771 (sshd) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 5 0 0 0 0 0 0 0 0 0 0\n");
	take_sample(&fixture->app);
	fixture_go_live(fixture);
	keys(&fixture->app, "/771\ra-999");
	assert_false(then_shows(fixture, "every session it starts"));
	keys(&fixture->app, "\025-1000");
	assert_true(then_shows(fixture, "every session it starts is never killed either"));
}

/* --- thresholds */

static void next_changes_at_the_threshold_and_not_before(void **state)
{
	struct fixture *fixture = *state;
	char value[16];
	int adj;
	keys(&fixture->app, "a");
	assert_int_equal(adjust_threshold(adjust_of(fixture), &adj), THRESHOLD_NOT_FIRST);
	snprintf(value, sizeof(value), "\025%d", adj);
	keys(&fixture->app, value);
	assert_true(adjust_changes_victim(&adjust_of(fixture)->host));
	press(&fixture->app, INPUT_RIGHT);
	assert_false(adjust_changes_victim(&adjust_of(fixture)->host));
	keys(&fixture->app, "\033/911\ra");
	assert_int_equal(adjust_threshold(adjust_of(fixture), &adj), THRESHOLD_FIRST);
	snprintf(value, sizeof(value), "\025%d", adj);
	keys(&fixture->app, value);
	assert_true(adjust_changes_victim(&adjust_of(fixture)->host));
	press(&fixture->app, INPUT_LEFT);
	assert_false(adjust_changes_victim(&adjust_of(fixture)->host));
}

static void what_it_says_of_the_first_place_is_said_of_the_moment_next_goes_by(void **state)
{
	struct fixture *fixture = fixture_open("tests/fixtures/machine-6.18", NULL);
	(void)state;
	/* The first of now; at OOM two others with the same adj of 1000 are ahead of it. */
	keys(&fixture->app, "/34\ra980");
	assert_int_equal(adjust_of(fixture)->targets.items[0].task->pid, 34);
	assert_true(then_shows(fixture, "not first even at 1000"));
	assert_false(then_shows(fixture, "no longer first at"));
	assert_true(then_shows(fixture, "|   at OOM    "));
	assert_true(then_shows(fixture, "3 of 36     6 of 36"));
	keys(&fixture->app, "\033/32\ra");
	assert_int_equal(adjust_of(fixture)->targets.items[0].task->pid, 32);
	assert_true(then_shows(fixture, "no longer first at 999 or lower "));
	assert_true(
		then_shows(fixture, "last killable: -999   ")); /* and no part of what follows */
	assert_true(then_shows(fixture, "1 of 36     1 of 36"));
	keys(&fixture->app, "\033m/34\ra980");
	assert_true(then_shows(fixture, "|   now       "));
	assert_true(then_shows(fixture, "no longer first at 999 or lower "));
	assert_true(then_shows(fixture, "1 of 36     6 of 36"));
	fixture_close(fixture);
}

/* --- what is refused */

static void a_captured_machine_refuses_and_says_why(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "a300\r");
	assert_true(then_shows(fixture, "not written: a captured machine cannot be changed"));
	keys(&fixture->app, "\033k\r");
	assert_true(then_shows(fixture, "not sent: a captured machine cannot be changed"));
}

static void another_users_process_is_only_looked_at(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	fixture->app.acting.rights.write_any = fixture->app.acting.rights.kill_any = false;
	fixture->app.acting.rights.euid = 1003;
	keys(&fixture->app, "a300");
	assert_true(then_shows(fixture, "What if ... (read-only)"));
	press(&fixture->app, INPUT_ENTER);
	assert_true(then_shows(
		fixture, "not written: no CAP_DAC_OVERRIDE, and 4242 belongs to user app"));
	keys(&fixture->app, "\033/emacs\ra300");
	assert_true(then_shows(fixture, "Enter write"));
	assert_true(then_shows(fixture, "OWN ONLY"));
}

static void a_group_of_several_users_says_whose_they_are(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	fixture_go_live(fixture);
	keys(app, "Ak");
	draw(app, 40, 120);
	assert_shows(app, "and 6 more   users: root (7), mysql (1), alice (1), app (1), www (2), ");
	keys(app, "\033a");
	draw(app, 40, 120);
	assert_shows(app, "14 tagged processes, one value for all   users: root (7), mysql (1)");
	keys(app, "\033U/9120\r  a");
	draw(app, 40, 120);
	assert_shows(app, "2 tagged processes, one value for all");
	assert_false(shows(app, "users: "));
}

static void a_process_that_is_another_by_now_is_not_pointed_at(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	machine_write(fixture->path, "proc/4242/stat",
		"4242 (other) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 0 0 0 0 "
		"0\n");
	keys(&fixture->app, "a");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_true(then_shows(fixture, "process 4242 is another one by now"));
}

static void a_kernel_thread_is_not_pointed_at(void **state)
{
	struct fixture *fixture = *state;
	fixture_go_live(fixture);
	keys(&fixture->app, "K/kthreadd\ra");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_true(then_shows(fixture, "2: is a kernel thread, which is never killed"));
	keys(&fixture->app, "k");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_true(then_shows(fixture, "2: is a kernel thread"));
}

static void init_is_never_killed_and_that_is_said(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "/systemd\rn");
	for (int i = 0; i < 20 && fixture->app.procs.pointed.pid != 1; i++)
		press(&fixture->app, INPUT_DOWN);
	keys(&fixture->app, "a500");
	assert_int_equal(adjust_of(fixture)->targets.items[0].task->pid, 1);
	assert_true(then_shows(fixture, "never killed: init"));
}

static void the_process_of_the_detail_view_is_acted_on(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "  /mysqld\r4a");
	assert_int_equal(fixture->app.view, VIEW_DETAIL);
	assert_int_equal(adjust_of(fixture)->targets.count, 1);
	assert_int_equal(adjust_of(fixture)->targets.items[0].task->pid, 911);
}

static void actions_belong_to_processes(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "2a");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	assert_true(then_shows(fixture, "choose a process first"));
	keys(&fixture->app, "?");
	keys(&fixture->app, "a");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
	keys(&fixture->app, "k");
	assert_int_equal(fixture->app.acting.dialog, DIALOG_NONE);
}

/* --- tags */

static void tags_come_and_go(void **state)
{
	struct fixture *fixture = *state;
	const struct marks *tags = &fixture->app.acting.tags;
	keys(&fixture->app, "  ");
	assert_int_equal(tags->count, 2);
	press(&fixture->app, INPUT_UP);
	keys(&fixture->app, " ");
	assert_int_equal(tags->count, 1);
	keys(&fixture->app, "&node\rA");
	assert_int_equal(tags->count, 3);
	keys(&fixture->app, "=U");
	assert_int_equal(tags->count, 0);
	keys(&fixture->app, "A\033");
	assert_int_equal(tags->count, 0);
}

static void a_process_that_ended_loses_its_tag(void **state)
{
	struct fixture *fixture = *state;
	keys(&fixture->app, "A");
	size_t before = fixture->app.acting.tags.count;
	machine_write(fixture->path, "proc/4242/stat",
		"4242 (other) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 0 0 0 0 "
		"0\n");
	take_sample(&fixture->app);
	assert_int_equal(fixture->app.acting.tags.count, before - 1);
}

/* --- signals */

static void sigterm_is_preselected_and_the_menu_ends_at_both_ends(void **state)
{
	struct fixture *fixture = *state;
	const struct sending *sending = &fixture->app.acting.sending;
	keys(&fixture->app, "k");
	assert_string_equal(signal_rows[sending->chosen].name, "SIGTERM");
	press(&fixture->app, INPUT_UP);
	assert_int_equal(sending->chosen, 0);
	press(&fixture->app, INPUT_END);
	assert_int_equal(sending->chosen, signal_row_count - 1);
	press(&fixture->app, INPUT_DOWN);
	assert_int_equal(sending->chosen, signal_row_count - 1);
	assert_int_equal(outlook_next(&sending->before)->task->pid, 4242);
	assert_int_equal(outlook_next(&sending->after)->task->pid, 9120);
}

/* --- who dies along */

/* 9120 becomes the first process of a pid namespace, in which 8807 and 911 live. */
static void make_container(struct fixture *fixture)
{
	static const pid_t inside[] = { 8807, 911 };
	char name[128], stat[128];
	snprintf(name, sizeof(name), "%s/proc/9120/status", fixture->path);
	FILE *status = fopen(name, "ae");
	assert_non_null(status);
	fputs("NSpid:\t9120\t1\n", status);
	fclose(status);
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		snprintf(name, sizeof(name), "proc/%d/stat", (int)inside[i]);
		snprintf(stat, sizeof(stat),
			"%d (inside) S 9120 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 "
			"0 "
			"0 0 0 0\n",
			(int)inside[i]);
		machine_write(fixture->path, name, stat);
	}
	take_sample(&fixture->app);
}

static void the_adjust_dialog_says_who_would_die_along(void **state)
{
	struct fixture *fixture = *state;
	make_container(fixture);
	keys(&fixture->app, "a");
	assert_false(then_shows(fixture, "die with it, host"));
	keys(&fixture->app, "-200");
	assert_true(then_shows(fixture, "die with it, host            0           2"));
}

static void the_signal_dialog_says_what_ends_with_a_namespace(void **state)
{
	struct fixture *fixture = *state;
	const struct sending *sending = &fixture->app.acting.sending;
	make_container(fixture);
	keys(&fixture->app, "k");
	assert_int_equal(sending->ending, 0);
	assert_true(
		then_shows(fixture, "2 more die with it")); /* with 9120, the next without 4242 */
	keys(&fixture->app, "\033/9120\rk");
	assert_int_equal(sending->ending, 2);
	assert_int_equal(sending->children, 0);
	assert_true(
		then_shows(fixture, "the first process of a pid namespace: 2 more end with it"));
	/* All three are gone then: neither is next. */
	assert_null(ranking_find(&sending->after.ranking, 8807));
	assert_true(freed_kb(sending->frees) > 10 * 1024 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(the_adjust_dialog_at_80x24),
		WITH_MACHINE(the_adjust_dialog_at_160x50),
		WITH_MACHINE(a_captured_machine_is_a_calculator),
		WITH_MACHINE(tagged_rows_are_one_group),
		WITH_MACHINE(the_signal_dialog_at_80x24),
		WITH_MACHINE(tags_are_marked),
		WITH_MACHINE(every_size_from_1x1),
		WITH_MACHINE(what_is_needed_most_stays_on_a_low_screen),
		WITH_MACHINE(a_narrow_screen_has_the_answers),
		WITH_MACHINE(arrows_step_within_the_limits),
		WITH_MACHINE(f7_and_f8_open_it_50_away),
		WITH_MACHINE(legacy_values_are_explained),
		WITH_MACHINE(never_for_who_starts_sessions_is_never_for_all_of_them),
		WITH_MACHINE(next_changes_at_the_threshold_and_not_before),
		cmocka_unit_test(
			what_it_says_of_the_first_place_is_said_of_the_moment_next_goes_by),
		WITH_MACHINE(a_captured_machine_refuses_and_says_why),
		WITH_MACHINE(another_users_process_is_only_looked_at),
		WITH_MACHINE(a_group_of_several_users_says_whose_they_are),
		WITH_MACHINE(a_process_that_is_another_by_now_is_not_pointed_at),
		WITH_MACHINE(a_kernel_thread_is_not_pointed_at),
		WITH_MACHINE(init_is_never_killed_and_that_is_said),
		WITH_MACHINE(actions_belong_to_processes),
		WITH_MACHINE(the_process_of_the_detail_view_is_acted_on),
		WITH_MACHINE(tags_come_and_go),
		WITH_MACHINE(a_process_that_ended_loses_its_tag),
		WITH_MACHINE(the_adjust_dialog_says_who_would_die_along),
		WITH_MACHINE(the_signal_dialog_says_what_ends_with_a_namespace),
		WITH_MACHINE(sigterm_is_preselected_and_the_menu_ends_at_both_ends),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("typed values", value_rows, check_value) +
	       cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
