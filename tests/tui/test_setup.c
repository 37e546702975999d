/* What stands on the pages of the setup, and what its lines change in the settings. */
#include "support.h"

#include "view/setup.h"

#include <stdio.h>
#include <string.h>

struct fixture {
	struct config config;
	struct column_set shown;
	struct setup setup;
};

static struct setup_state state_of(struct fixture *fixture)
{
	return (struct setup_state){ &fixture->config, &fixture->shown };
}

/* The screen follows the settings. */
static void follow(struct fixture *fixture)
{
	const char *names = fixture->config.columns;
	assert_int_equal(column_set_parse(&fixture->shown, &process_table,
				 names[0] ? names : "rk,pid,user,bad,command", NULL),
		ERR_OK);
}

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .setup = { .open = true } };
	config_defaults(&fixture.config);
	follow(&fixture);
	*state = &fixture;
	return 0;
}

static struct setup_line line_at(struct fixture *fixture, size_t index)
{
	struct setup_state state = state_of(fixture);
	struct setup_line line;
	setup_line(&state, fixture->setup.page, index, &line);
	return line;
}

/* Points at the line called `name` of a page. */
static void point_at(struct fixture *fixture, enum config_page page, const char *name)
{
	fixture->setup.page = page;
	for (size_t i = 0; i < setup_count(page); i++) {
		if (strcmp(line_at(fixture, i).name, name) == 0) {
			fixture->setup.at = i;
			return;
		}
	}
	fail_msg("no line %s", name);
}

static enum err_code step(struct fixture *fixture, int by, struct err *err)
{
	struct setup_state state = state_of(fixture);
	enum err_code code = setup_step(&state, &fixture->setup, by, err);
	follow(fixture);
	return code;
}

static bool move(struct fixture *fixture, int by)
{
	struct setup_state state = state_of(fixture);
	bool moved = setup_move(&state, &fixture->setup, by);
	follow(fixture);
	return moved;
}

static void every_line_is_whole(void **state)
{
	struct fixture *fixture = *state;
	for (enum config_page page = 0; page < CONFIG_PAGE_COUNT; page++) {
		assert_non_null(setup_pages[page]);
		assert_true(setup_count(page) > 0);
		fixture->setup.page = page;
		for (size_t i = 0; i < setup_count(page); i++) {
			struct setup_line line = line_at(fixture, i);
			assert_true(line.name && line.help && line.value[0]);
		}
	}
}

/* A new setting is in the setup by its row of the table. */
static void every_setting_can_be_changed_in_it(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		struct config before = fixture->config;
		struct err err;
		if (row->step) {
			point_at(fixture, row->page, row->name);
		} else {
			fixture->setup.page = row->page;
			fixture->setup.at = setup_count(row->page) - 1;
		}
		assert_int_equal(step(fixture, -1, &err), ERR_OK);
		char now[CONFIG_TEXT_SIZE], then[CONFIG_TEXT_SIZE];
		row->format((const char *)&fixture->config + row->field, now);
		row->format((const char *)&before + row->field, then);
		assert_string_not_equal(now, then);
	}
}

struct step_row {
	const char *claim, *setting, *from;
	int by;
	const char *to;
};

static const struct step_row step_rows[] = {
	{ "a switch changes over", "reverse", "off", 1, "on" },
	{ "and back, by whatever key", "reverse", "on", -1, "off" },
	{ "words go round", "units", "share", 1, "auto" },
	{ "and back", "units", "auto", -1, "share" },
	{ "what is shown goes round", "show", "killable", 1, "processes" },
	{ "the order is by the next column", "sort", "bad", 1, "score" },
	{ "after the last column comes the first", "sort", "command", 1, "rk" },
	{ "a delay is a usual one", "delay", "3.0", 1, "5.0" },
	{ "and shorter", "delay", "3.0", -1, "2.0" },
	{ "a delay between is left upwards", "delay", "2.5", 1, "3.0" },
	{ "and downwards", "delay", "2.5", -1, "2.0" },
	{ "the shortest delay stays", "delay", "0.1", -1, "0.1" },
	{ "the longest delay stays", "delay", "3600.0", 1, "3600.0" },
	{ "a share goes by fives", "warn", "80", 1, "85" },
	{ "a share between goes to the next five", "warn", "78", 1, "80" },
	{ "or to the one before", "warn", "78", -1, "75" },
	{ "no share is nothing", "warn", "5", -1, "1" },
	{ "no share is above the whole", "critical", "98", 1, "100" },
	{ "and the whole stays", "critical", "100", 1, "100" },
};

static const struct config_row *row_of(const char *name)
{
	for (size_t i = 0; i < config_row_count; i++)
		if (strcmp(config_rows[i].name, name) == 0)
			return &config_rows[i];
	return NULL;
}

static void check_step(void **state)
{
	const struct step_row *row = *state;
	const struct config_row *setting = row_of(row->setting);
	struct config config;
	char value[CONFIG_TEXT_SIZE];
	config_defaults(&config);
	assert_non_null(setting);
	assert_true(setting->parse((char *)&config + setting->field, row->from));
	setting->step((char *)&config + setting->field, row->by);
	setting->format((const char *)&config + setting->field, value);
	assert_string_equal(value, row->to);
}

static void what_does_not_agree_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	point_at(fixture, CONFIG_DISPLAY, "warn");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_int_equal(step(fixture, 1, &err), ERR_SYNTAX);
	assert_string_equal(err.text, "warn = 95 is above critical = 90");
	assert_int_equal(fixture->config.warn_percent, 90);
}

static void columns_are_taken_out_and_put_back_where_they_were(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	point_at(fixture, CONFIG_COLUMNS, "USER");
	assert_string_equal(line_at(fixture, fixture->setup.at).value, "x");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_string_equal(fixture->config.columns, "rk,pid,bad,command");
	/* The cursor is on it still, among those that are not shown. */
	assert_string_equal(line_at(fixture, fixture->setup.at).name, "USER");
	assert_string_equal(line_at(fixture, fixture->setup.at).value, " ");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_string_equal(fixture->config.columns, "rk,pid,user,bad,command");
	point_at(fixture, CONFIG_COLUMNS, "SWAP");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_string_equal(fixture->config.columns, "rk,pid,user,bad,swap,command");
}

static void columns_are_moved(void **state)
{
	struct fixture *fixture = *state;
	point_at(fixture, CONFIG_COLUMNS, "BAD");
	assert_true(move(fixture, -1));
	assert_true(move(fixture, -1));
	assert_string_equal(fixture->config.columns, "rk,bad,pid,user,command");
	assert_string_equal(line_at(fixture, fixture->setup.at).name, "BAD");
	assert_true(move(fixture, 1));
	assert_string_equal(fixture->config.columns, "rk,pid,bad,user,command");
	point_at(fixture, CONFIG_COLUMNS, "RK");
	assert_false(move(fixture, -1));
	point_at(fixture, CONFIG_COLUMNS, "COMMAND");
	assert_false(move(fixture, 1));
	point_at(fixture, CONFIG_COLUMNS, "SWAP"); /* is not shown */
	assert_false(move(fixture, -1));
	point_at(fixture, CONFIG_COLUMNS, "auto");
	assert_false(move(fixture, 1));
	point_at(fixture, CONFIG_DISPLAY, "units");
	assert_false(move(fixture, 1));
	assert_string_equal(fixture->config.columns, "rk,pid,bad,user,command");
}

static void auto_keeps_what_is_shown_as_a_list_and_drops_it_again(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	point_at(fixture, CONFIG_COLUMNS, "auto");
	assert_string_equal(line_at(fixture, fixture->setup.at).value, "x");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_string_equal(fixture->config.columns, "rk,pid,user,bad,command");
	assert_string_equal(line_at(fixture, fixture->setup.at).value, " ");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_string_equal(fixture->config.columns, "");
}

static void all_columns_have_room_and_the_last_one_stays(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	char value[CONFIG_TEXT_SIZE];
	for (enum column_id id = 0; id < COL_COUNT; id++) {
		point_at(fixture, CONFIG_COLUMNS, columns[id].title);
		if (line_at(fixture, fixture->setup.at).value[0] == ' ')
			assert_int_equal(step(fixture, 1, &err), ERR_OK);
	}
	assert_int_equal(fixture->shown.count, COL_COUNT);
	row_of("columns")->format(fixture->config.columns, value);
	assert_true(row_of("columns")->parse(fixture->config.columns, value));
	for (enum column_id id = 0; id < COL_COUNT - 1; id++) {
		point_at(fixture, CONFIG_COLUMNS, columns[id].title);
		assert_int_equal(step(fixture, 1, &err), ERR_OK);
	}
	point_at(fixture, CONFIG_COLUMNS, columns[COL_COUNT - 1].title);
	assert_int_equal(step(fixture, 1, &err), ERR_SYNTAX);
	assert_string_equal(err.text, "one column has to stay");
	assert_int_equal(fixture->shown.count, 1);
}

static void meters_are_switched_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	char value[CONFIG_TEXT_SIZE];
	point_at(fixture, CONFIG_METERS, "psi");
	assert_int_equal(step(fixture, 1, &err), ERR_OK);
	assert_int_equal(fixture->config.meters_off, 1u << PART_PSI);
	assert_string_equal(line_at(fixture, fixture->setup.at).value, " ");
	row_of("meters")->format(&fixture->config.meters_off, value);
	assert_null(strstr(value, "psi"));
	assert_non_null(strstr(value, "title,memory,swap,"));
	assert_int_equal(step(fixture, -1, &err), ERR_OK);
	assert_int_equal(fixture->config.meters_off, 0);
}

/* What can be hidden at all can be hidden by itself; what is always there has no name. */
static void every_part_that_may_go_has_a_name(void **state)
{
	(void)state;
	const struct layout_wish all = { .header = true, .below = 5 };
	const struct layout_wish bare = { .without = ~0u, .header = false, .below = 5 };
	const struct layout_wish low = { .header = false, .below = 5 };
	struct layout full = layout_of(60, &all), least = layout_of(60, &bare);
	struct layout headless = layout_of(60, &low);
	for (enum part part = 0; part < PART_COUNT; part++) {
		assert_true((meters[part].name == NULL) == (meters[part].help == NULL));
		if (full.rows[part] >= 0 && headless.rows[part] < 0)
			assert_non_null(meters[part].name);
		if (!meters[part].name)
			continue;
		assert_true(full.rows[part] >= 0);
		assert_int_equal(least.rows[part], -1);
		const struct layout_wish without = {
			.header = true, .below = 5, .without = 1u << part
		};
		struct layout layout = layout_of(60, &without);
		assert_int_equal(layout.rows[part], -1);
		assert_true(layout.list_rows > full.list_rows);
	}
	assert_null(meters[PART_NEXT].name);
	assert_null(meters[PART_LIST].name);
}

#define WITH_SETUP(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SETUP(every_line_is_whole),
		WITH_SETUP(every_setting_can_be_changed_in_it),
		WITH_SETUP(what_does_not_agree_is_refused),
		WITH_SETUP(columns_are_taken_out_and_put_back_where_they_were),
		WITH_SETUP(columns_are_moved),
		WITH_SETUP(auto_keeps_what_is_shown_as_a_list_and_drops_it_again),
		WITH_SETUP(all_columns_have_room_and_the_last_one_stays),
		WITH_SETUP(meters_are_switched_one_by_one),
		WITH_SETUP(every_part_that_may_go_has_a_name),
	};
	return run_rows("steps of a setting", step_rows, check_step) +
	       cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
