#include "setup.h"

#include "oomspect/line.h"

#include <stdio.h>
#include <string.h>

const char *const setup_pages[CONFIG_PAGE_COUNT] = {
	[CONFIG_COLUMNS] = "Columns",
	[CONFIG_METERS] = "Meters",
	[CONFIG_DISPLAY] = "Display",
	[CONFIG_COLORS] = "Colours",
};

/* Setting `index` of a page, or NULL when it has no more. */
static const struct config_row *setting_of(enum config_page page, size_t index)
{
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		if (row->page == page && row->step && index-- == 0)
			return row;
	}
	return NULL;
}

static size_t settings_of(enum config_page page)
{
	size_t count = 0;
	while (setting_of(page, count))
		count++;
	return count;
}

/* The part of meter `index`; PART_COUNT when there are no more. */
static enum part meter_of(size_t index)
{
	for (enum part part = 0; part < PART_COUNT; part++)
		if (meters[part].name && index-- == 0)
			return part;
	return PART_COUNT;
}

static size_t meters_count(void)
{
	size_t count = 0;
	while (meter_of(count) != PART_COUNT)
		count++;
	return count;
}

size_t setup_count(enum config_page page)
{
	size_t count = settings_of(page);
	if (page == CONFIG_COLUMNS)
		count += 1 + COL_COUNT; /* "auto" and each */
	if (page == CONFIG_METERS)
		count += meters_count();
	return count;
}

/* --- columns ---------------------------------------------------------------------------------- */

/* The line of the first column: "auto" stands above it. */
static size_t columns_from(void)
{
	return settings_of(CONFIG_COLUMNS) + 1;
}

static bool is_shown(const struct column_set *set, enum column_id id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->ids[i] == id)
			return true;
	return false;
}

/* The columns that are shown in their order, then the others in that of the table. */
static enum column_id column_at(const struct column_set *set, size_t place)
{
	if (place < set->count)
		return set->ids[place];
	place -= set->count;
	enum column_id id = 0;
	while (is_shown(set, id) || place-- > 0)
		id++;
	return id;
}

static size_t place_of(const struct column_set *set, enum column_id id)
{
	size_t place = 0;
	while (column_at(set, place) != id)
		place++;
	return place;
}

static void write_columns(struct config *config, const struct column_set *set)
{
	struct line line = line_begin(config->columns, sizeof(config->columns));
	for (size_t i = 0; i < set->count; i++)
		line_add(&line, "%s%s", i > 0 ? "," : "", columns[set->ids[i]].name);
}

static void remove_at(struct column_set *set, size_t place)
{
	set->count--;
	memmove(&set->ids[place], &set->ids[place + 1], (set->count - place) * sizeof(set->ids[0]));
}

/* Puts it where the table has it: the command line, which has no end, stays the last. */
static void insert(struct column_set *set, enum column_id id)
{
	size_t place = 0;
	while (place < set->count && set->ids[place] < id)
		place++;
	memmove(&set->ids[place + 1], &set->ids[place], (set->count - place) * sizeof(set->ids[0]));
	set->ids[place] = id;
	set->count++;
}

static enum err_code step_column(
	const struct setup_state *state, size_t place, size_t *ret_place, struct err *err)
{
	struct column_set set = *state->shown;
	enum column_id id = column_at(&set, place);
	if (place >= set.count)
		insert(&set, id);
	else if (set.count == 1)
		return err_set(err, ERR_SYNTAX, "one column has to stay");
	else
		remove_at(&set, place);
	write_columns(state->config, &set);
	*ret_place = place_of(&set, id);
	return ERR_OK;
}

static void step_auto(const struct setup_state *state)
{
	if (state->config->columns[0])
		state->config->columns[0] = '\0';
	else
		write_columns(state->config, state->shown);
}

bool setup_move(const struct setup_state *state, struct setup *setup, int by)
{
	struct column_set set = *state->shown;
	if (setup->page != CONFIG_COLUMNS || setup->at < columns_from())
		return false;
	size_t from = setup->at - columns_from(), to = from + (size_t)by;
	if (from >= set.count || to >= set.count)
		return false;
	enum column_id moved = set.ids[from];
	set.ids[from] = set.ids[to];
	set.ids[to] = moved;
	write_columns(state->config, &set);
	setup->at = to + columns_from();
	return true;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void put_cross(struct setup_line *line, bool on)
{
	snprintf(line->value, sizeof(line->value), "%s", on ? "x" : " ");
}

static void column_line(const struct setup_state *state, size_t index, struct setup_line *ret)
{
	if (index < columns_from()) {
		ret->name = "auto";
		ret->help = "as many as the width of the screen allows";
		put_cross(ret, !state->config->columns[0]);
		return;
	}
	enum column_id id = column_at(state->shown, index - columns_from());
	ret->name = columns[id].title;
	ret->help = columns[id].help;
	put_cross(ret, is_shown(state->shown, id));
}

static void meter_line(const struct setup_state *state, size_t index, struct setup_line *ret)
{
	enum part part = meter_of(index);
	ret->name = meters[part].name;
	ret->help = meters[part].help;
	put_cross(ret, !(state->config->meters_off >> part & 1));
}

static void setting_line(
	const struct setup_state *state, const struct config_row *row, struct setup_line *ret)
{
	ret->name = row->name;
	ret->help = row->help;
	row->format((const char *)state->config + row->field, ret->value);
	if (strcmp(ret->value, "on") == 0 || strcmp(ret->value, "off") == 0)
		put_cross(ret, ret->value[1] == 'n');
}

void setup_line(const struct setup_state *state, enum config_page page, size_t index,
	struct setup_line *ret)
{
	const struct config_row *row = setting_of(page, index);
	if (row)
		setting_line(state, row, ret);
	else if (page == CONFIG_COLUMNS)
		column_line(state, index, ret);
	else
		meter_line(state, index - settings_of(page), ret);
}

static enum err_code step_setting(
	struct config *config, const struct config_row *row, int by, struct err *err)
{
	struct config changed = *config;
	row->step((char *)&changed + row->field, by);
	enum err_code code = config_check(&changed, err);
	if (!code)
		*config = changed;
	return code;
}

enum err_code setup_step(
	const struct setup_state *state, struct setup *setup, int by, struct err *err)
{
	const struct config_row *row = setting_of(setup->page, setup->at);
	if (row)
		return step_setting(state->config, row, by, err);
	if (setup->page == CONFIG_METERS) {
		state->config->meters_off ^= 1u << meter_of(setup->at - settings_of(setup->page));
		return ERR_OK;
	}
	if (setup->at < columns_from()) {
		step_auto(state);
		return ERR_OK;
	}
	size_t place = 0;
	enum err_code code = step_column(state, setup->at - columns_from(), &place, err);
	if (!code)
		setup->at = place + columns_from();
	return code;
}
