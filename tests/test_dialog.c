/* The dialogs as whole screens of text, and what their keys do, on the machine of the drawings. */
#include "support.h"
#include "support_machine.h"
#include "support_screens.h"

#include "../tui/input.h"
#include "../tui/state.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
	*state = stage_make();
	return 0;
}

static int tear_down(void **state)
{
	stage_remove(*state);
	return 0;
}

static bool shows(struct stage *stage, const char *text)
{
	stage_draw(stage, 24, 80);
	char *screen = stage_text(stage);
	bool found = strstr(screen, text) != NULL;
	free(screen);
	return found;
}

static const struct adjust *adjust_of(const struct stage *stage)
{
	return &stage->app.acting.adjust;
}

/* --- whole screens */

static void the_adjust_dialog_at_80x24(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "a-200");
	stage_draw(stage, 24, 80);
	stage_compare(stage, "adjust-80x24");
}

static void the_adjust_dialog_at_160x50(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "a-200");
	stage_draw(stage, 50, 160);
	stage_compare(stage, "adjust-160x50");
}

static void a_captured_machine_is_a_calculator(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "/911\ra-1000");
	stage_draw(stage, 24, 80);
	stage_compare(stage, "adjust-read-only-80x24");
}

static void tagged_rows_are_one_group(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "   a-200");
	stage_draw(stage, 24, 80);
	stage_compare(stage, "adjust-group-80x24");
}

static void the_signal_dialog_at_80x24(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "k");
	stage_draw(stage, 24, 80);
	stage_compare(stage, "signal-80x24");
}

static void tags_are_marked(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "  ");
	stage_draw(stage, 24, 80);
	stage_compare(stage, "tags-80x24");
}

static void every_size_from_1x1(void **state)
{
	struct stage *stage = *state;
	/* One after the other: a value, a signal, and both for all rows. */
	static const char *const states[] = { "a-17", "\033k", "\033Aa5", "\033k" };
	stage_go_live(stage);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		stage_type(stage, states[i]);
		assert_int_not_equal(stage->app.acting.dialog, DIALOG_NONE);
		for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
			for (int cols = 1; cols <= 200; cols += cols < 130 ? 3 : 20)
				stage_draw(stage, rows, cols);
	}
	stage_draw(stage, 200, 500);
}

static void what_is_needed_most_stays_on_a_low_screen(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "a-200");
	stage_draw(stage, 9, 80);
	char *text = stage_text(stage);
	assert_non_null(strstr(text, "4242 java"));
	assert_non_null(strstr(text, "new [-200 ]"));
	assert_non_null(strstr(text, "<== CHANGES"));
	free(text);
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
	struct stage *stage = stage_make();
	stage_go_live(stage);
	stage_type(stage, "a");
	stage_type(stage, row->typed);
	assert_int_equal(adjust_of(stage)->value, row->value);
	assert_int_equal(adjust_of(stage)->invalid.code != ERR_OK, row->refused != NULL);
	if (row->refused) {
		assert_true(shows(stage, row->refused));
		stage_key(stage, INPUT_ENTER);
		assert_int_equal(stage->app.acting.dialog, DIALOG_ADJUST);
		assert_true(shows(stage, "not written: "));
	}
	stage_remove(stage);
}

static void arrows_step_within_the_limits(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "a");
	stage_key(stage, INPUT_UP);
	stage_key(stage, INPUT_PAGE_UP);
	stage_key(stage, INPUT_LEFT);
	assert_int_equal(adjust_of(stage)->value, 109);
	stage_key(stage, INPUT_DOWN);
	stage_key(stage, INPUT_PAGE_DOWN);
	stage_key(stage, INPUT_RIGHT);
	assert_int_equal(adjust_of(stage)->value, 0);
	stage_key(stage, INPUT_END);
	stage_key(stage, INPUT_UP);
	assert_int_equal(adjust_of(stage)->value, 1000);
	stage_key(stage, INPUT_HOME);
	stage_key(stage, INPUT_LEFT);
	assert_int_equal(adjust_of(stage)->value, -1000);
}

static void f7_and_f8_open_it_50_away(void **state)
{
	struct stage *stage = *state;
	stage_key(stage, INPUT_F(7));
	assert_int_equal(adjust_of(stage)->value, -50);
	stage_key(stage, INPUT_ESC);
	stage_type(stage, "[");
	assert_int_equal(adjust_of(stage)->value, 50);
}

static void legacy_values_are_explained(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "a-17");
	assert_true(shows(stage, "never is -1000"));
	stage_type(stage, "\025-1000");
	assert_true(shows(stage, "no child it starts from now on"));
}

static void never_for_who_starts_sessions_is_never_for_all_of_them(void **state)
{
	struct stage *stage = *state;
	machine_write(stage->path, "proc/771/stat",
		"771 (sshd) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 5 0 0 0 0 0 0 0 0 0 0\n");
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
	stage_go_live(stage);
	stage_type(stage, "/771\ra-999");
	assert_false(shows(stage, "every session it starts"));
	stage_type(stage, "\025-1000");
	assert_true(shows(stage, "every session it starts is never killed either"));
}

/* --- thresholds */

static void next_changes_at_the_threshold_and_not_before(void **state)
{
	struct stage *stage = *state;
	const struct app *app = &stage->app;
	char value[16];
	int adj;
	stage_type(stage, "a");
	assert_int_equal(adjust_threshold(adjust_of(stage), &adj), THRESHOLD_NOT_FIRST);
	snprintf(value, sizeof(value), "\025%d", adj);
	stage_type(stage, value);
	assert_true(adjust_changes_victim(&adjust_of(stage)->machine, app->watch.snapshot));
	stage_key(stage, INPUT_RIGHT);
	assert_false(adjust_changes_victim(&adjust_of(stage)->machine, app->watch.snapshot));
	stage_type(stage, "\033/911\ra");
	assert_int_equal(adjust_threshold(adjust_of(stage), &adj), THRESHOLD_FIRST);
	snprintf(value, sizeof(value), "\025%d", adj);
	stage_type(stage, value);
	assert_true(adjust_changes_victim(&adjust_of(stage)->machine, app->watch.snapshot));
	stage_key(stage, INPUT_LEFT);
	assert_false(adjust_changes_victim(&adjust_of(stage)->machine, app->watch.snapshot));
}

/* --- what is refused */

static void a_captured_machine_refuses_and_says_why(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "a300\r");
	assert_true(shows(stage, "not written: a captured machine cannot be changed"));
	stage_type(stage, "\033k\r");
	assert_true(shows(stage, "not sent: a captured machine cannot be changed"));
}

static void another_users_process_is_only_looked_at(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage->app.acting.rights.write_any = stage->app.acting.rights.kill_any = false;
	stage->app.acting.rights.euid = 1003;
	stage_type(stage, "a300");
	assert_true(shows(stage, "What if ... (read-only)"));
	stage_key(stage, INPUT_ENTER);
	assert_true(shows(stage, "not written: no CAP_DAC_OVERRIDE, and 4242 belongs to user app"));
	stage_type(stage, "\033/emacs\ra300");
	assert_true(shows(stage, "Enter write"));
	assert_true(shows(stage, "OWN ONLY"));
}

static void a_process_that_is_another_by_now_is_not_pointed_at(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	machine_write(stage->path, "proc/4242/stat",
		"4242 (other) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 0 0 0 0 "
		"0\n");
	stage_type(stage, "a");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_true(shows(stage, "process 4242 is another one by now"));
}

static void a_kernel_thread_is_not_pointed_at(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "K/kthreadd\ra");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_true(shows(stage, "2 is a kernel thread: it is never killed"));
	stage_type(stage, "k");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_true(shows(stage, "2 is a kernel thread"));
}

static void init_is_never_killed_and_that_is_said(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "/systemd\rn");
	for (int i = 0; i < 20 && stage->app.cursor.pid != 1; i++)
		stage_key(stage, INPUT_DOWN);
	stage_type(stage, "a500");
	assert_int_equal(adjust_of(stage)->targets.items[0].task->pid, 1);
	assert_true(shows(stage, "never killed: init"));
}

static void the_process_of_the_detail_view_is_acted_on(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "  /mysqld\r4a");
	assert_int_equal(stage->app.view, VIEW_DETAIL);
	assert_int_equal(adjust_of(stage)->targets.count, 1);
	assert_int_equal(adjust_of(stage)->targets.items[0].task->pid, 911);
}

static void actions_belong_to_processes(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "2a");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_true(shows(stage, "choose a process first"));
	stage_type(stage, "?");
	stage_type(stage, "a");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	stage_type(stage, "k");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
}

/* --- what is written */

static void a_written_value_is_read_back_and_kept_for_u(void **state)
{
	struct stage *stage = *state;
	const struct history *history = &stage->app.acting.history;
	stage_go_live(stage);
	stage_type(stage, "a-200\r");
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_true(stage->app.acting.thawed);
	assert_true(shows(stage, "4242 java oom_score_adj 0 -> -200, read back"));
	assert_int_equal(history->count, 1);
	assert_int_equal(history->entries[0].after, -200);
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
	stage_type(stage, "/4242\ra");
	assert_int_equal(adjust_of(stage)->value, -200);
	stage_type(stage, "u");
	assert_int_equal(adjust_of(stage)->value, 0);
}

static void the_cursor_stays_on_whom_was_written_to(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "ga-200\r");
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
	assert_int_not_equal(stage->app.cursor.index, 0);
	stage_type(stage, "au");
	assert_int_equal(adjust_of(stage)->targets.items[0].task->pid, 4242);
	assert_int_equal(adjust_of(stage)->value, 0);
}

static void a_group_is_written_with_one_enter_and_shows_each_result(void **state)
{
	struct stage *stage = *state;
	stage_go_live(stage);
	stage_type(stage, "   a-200");
	assert_int_equal(adjust_of(stage)->targets.count, 3);
	machine_write(stage->path, "proc/9120/oom_score_adj", "no number\n");
	stage_key(stage, INPUT_ENTER);
	assert_true(shows(stage, "2 written, 1 refused: process 9120 is gone"));
	assert_int_equal(stage->app.acting.dialog, DIALOG_ADJUST);
	stage_key(stage, INPUT_ENTER);
	assert_int_equal(stage->app.acting.dialog, DIALOG_NONE);
	assert_int_equal(stage->app.acting.history.count, 2);
}

/* --- tags */

static void tags_come_and_go(void **state)
{
	struct stage *stage = *state;
	const struct tags *tags = &stage->app.acting.tags;
	stage_type(stage, "  ");
	assert_int_equal(tags->count, 2);
	stage_key(stage, INPUT_UP);
	stage_type(stage, " ");
	assert_int_equal(tags->count, 1);
	stage_type(stage, "&node\rA");
	assert_int_equal(tags->count, 3);
	stage_type(stage, "=U");
	assert_int_equal(tags->count, 0);
	stage_type(stage, "A\033");
	assert_int_equal(tags->count, 0);
}

static void a_process_that_ended_loses_its_tag(void **state)
{
	struct stage *stage = *state;
	stage_type(stage, "A");
	size_t before = stage->app.acting.tags.count;
	machine_write(stage->path, "proc/4242/stat",
		"4242 (other) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 5 0 0 0 0 0 0 0 0 0 "
		"0\n");
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
	assert_int_equal(stage->app.acting.tags.count, before - 1);
}

/* --- signals */

static void sigterm_is_preselected_and_the_menu_ends_at_both_ends(void **state)
{
	struct stage *stage = *state;
	const struct sending *sending = &stage->app.acting.sending;
	stage_type(stage, "k");
	assert_string_equal(signal_rows[sending->chosen].name, "SIGTERM");
	stage_key(stage, INPUT_UP);
	assert_int_equal(sending->chosen, 0);
	stage_key(stage, INPUT_END);
	assert_int_equal(sending->chosen, signal_row_count - 1);
	stage_key(stage, INPUT_DOWN);
	assert_int_equal(sending->chosen, signal_row_count - 1);
	assert_int_equal(ranking_victim(&sending->before)->task->pid, 4242);
	assert_int_equal(ranking_victim(&sending->after)->task->pid, 9120);
}

/* --- who dies along */

/* 9120 becomes the first process of a pid namespace, in which 8807 and 911 live. */
static void make_container(struct stage *stage)
{
	static const pid_t inside[] = { 8807, 911 };
	char name[128], stat[128];
	snprintf(name, sizeof(name), "%s/proc/9120/status", stage->path);
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
		machine_write(stage->path, name, stat);
	}
	assert_int_equal(sampler_sample(&stage->app.watch.sampler, NULL), ERR_OK);
	assert_int_equal(state_sampled(&stage->app, NULL), ERR_OK);
}

static void the_adjust_dialog_says_who_would_die_along(void **state)
{
	struct stage *stage = *state;
	make_container(stage);
	stage_type(stage, "a");
	assert_false(shows(stage, "die with it, global"));
	stage_type(stage, "-200");
	assert_true(shows(stage, "die with it, global           0           2"));
}

static void the_signal_dialog_says_what_ends_with_a_namespace(void **state)
{
	struct stage *stage = *state;
	const struct sending *sending = &stage->app.acting.sending;
	make_container(stage);
	stage_type(stage, "k");
	assert_int_equal(sending->ending, 0);
	assert_true(shows(stage, "2 more die with it")); /* with 9120, the next without 4242 */
	stage_type(stage, "\033/9120\rk");
	assert_int_equal(sending->ending, 2);
	assert_int_equal(sending->children, 0);
	assert_true(shows(stage, "the first process of a pid namespace: 2 more end with it"));
	/* All three are gone then: neither is next. */
	assert_int_equal(ranking_find(&sending->after, 8807)->unkillable, UNKILLABLE_ADJ);
	assert_true(sending->frees_kb > 10 * 1024 * 1024);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_STAGE(the_adjust_dialog_at_80x24),
		ON_A_STAGE(the_adjust_dialog_at_160x50),
		ON_A_STAGE(a_captured_machine_is_a_calculator),
		ON_A_STAGE(tagged_rows_are_one_group),
		ON_A_STAGE(the_signal_dialog_at_80x24),
		ON_A_STAGE(tags_are_marked),
		ON_A_STAGE(every_size_from_1x1),
		ON_A_STAGE(what_is_needed_most_stays_on_a_low_screen),
		ON_A_STAGE(arrows_step_within_the_limits),
		ON_A_STAGE(f7_and_f8_open_it_50_away),
		ON_A_STAGE(legacy_values_are_explained),
		ON_A_STAGE(never_for_who_starts_sessions_is_never_for_all_of_them),
		ON_A_STAGE(next_changes_at_the_threshold_and_not_before),
		ON_A_STAGE(a_captured_machine_refuses_and_says_why),
		ON_A_STAGE(another_users_process_is_only_looked_at),
		ON_A_STAGE(a_process_that_is_another_by_now_is_not_pointed_at),
		ON_A_STAGE(a_kernel_thread_is_not_pointed_at),
		ON_A_STAGE(init_is_never_killed_and_that_is_said),
		ON_A_STAGE(actions_belong_to_processes),
		ON_A_STAGE(the_process_of_the_detail_view_is_acted_on),
		ON_A_STAGE(a_written_value_is_read_back_and_kept_for_u),
		ON_A_STAGE(the_cursor_stays_on_whom_was_written_to),
		ON_A_STAGE(a_group_is_written_with_one_enter_and_shows_each_result),
		ON_A_STAGE(tags_come_and_go),
		ON_A_STAGE(a_process_that_ended_loses_its_tag),
		ON_A_STAGE(the_adjust_dialog_says_who_would_die_along),
		ON_A_STAGE(the_signal_dialog_says_what_ends_with_a_namespace),
		ON_A_STAGE(sigterm_is_preselected_and_the_menu_ends_at_both_ends),
	};
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("typed values", value_rows, check_value) +
	       cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
