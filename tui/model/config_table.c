#include "column_set.h"
#include "config.h"
#include "options.h"

#include "oomspect/line.h"

#include <stdio.h>
#include <string.h>

static bool parse_switch(void *field, const char *value)
{
	bool on = strcmp(value, "on") == 0;
	if (!on && strcmp(value, "off") != 0)
		return false;
	*(bool *)field = on;
	return true;
}

static void format_switch(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", *(const bool *)field ? "on" : "off");
}

static void step_switch(void *field, int by)
{
	(void)by;
	*(bool *)field = !*(bool *)field;
}

/* `now` plus or minus one, all around. */
static int next_of(int now, int by, int count)
{
	return (now + by + count) % count;
}

static bool parse_delay(void *field, const char *value)
{
	return options_parse_seconds(value, field);
}

static void format_delay(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	int64_t ms = *(const int64_t *)field;
	int used = snprintf(buffer, CONFIG_TEXT_SIZE, "%lld.%03lld", (long long)(ms / 1000),
		(long long)(ms % 1000));
	while (buffer[used - 1] == '0' && buffer[used - 2] != '.')
		buffer[--used] = '\0';
}

static void step_delay(void *field, int by)
{
	static const int64_t usual[] = { 100, 200, 500, 1000, 2000, 3000, 5000, 10000, 15000, 30000,
		60000, 120000, 300000, 600000, 3600000 };
	int64_t *ms = field;
	int count = sizeof(usual) / sizeof(usual[0]), at = 0;
	while (at < count && usual[at] < *ms)
		at++;
	if (by < 0)
		at--;
	else if (at < count && usual[at] == *ms)
		at++;
	if (at >= 0 && at < count)
		*ms = usual[at];
}

static bool parse_columns(void *field, const char *value)
{
	struct column_set set;
	if (strcmp(value, "auto") == 0)
		value = "";
	else if (strlen(value) >= CONFIG_TEXT_SIZE || column_set_parse(&set, value, NULL))
		return false;
	snprintf(field, CONFIG_TEXT_SIZE, "%s", value);
	return true;
}

static void format_columns(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	const char *names = field;
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", names[0] ? names : "auto");
}

static bool parse_sort(void *field, const char *value)
{
	enum column_id id = column_find(value, strlen(value));
	if (id == COL_COUNT)
		return false;
	snprintf(field, sizeof(((struct config *)NULL)->sort), "%s", columns[id].name);
	return true;
}

static void format_sort(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", (const char *)field);
}

static void step_sort(void *field, int by)
{
	const char *name = field;
	int id = (int)column_find(name, strlen(name));
	snprintf(field, sizeof(((struct config *)NULL)->sort), "%s",
		columns[next_of(id, by, COL_COUNT)].name);
}

static const char *const units_words[UNITS_COUNT] = {
	[UNITS_AUTO] = "auto",
	[UNITS_K] = "K",
	[UNITS_M] = "M",
	[UNITS_G] = "G",
	[UNITS_PAGES] = "pages",
	[UNITS_SHARE] = "share",
};

static const char *const show_words[LISTING_SHOW_COUNT] = {
	[LISTING_NO_KTHREADS] = "processes",
	[LISTING_ALL] = "all",
	[LISTING_KILLABLE] = "killable",
};

/* The place of `value` among `words`, or -1. */
static int place_of(const char *value, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	return -1;
}

static bool parse_units(void *field, const char *value)
{
	int place = place_of(value, units_words, UNITS_COUNT);
	if (place >= 0)
		*(enum units *)field = (enum units)place;
	return place >= 0;
}

static void format_units(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", units_words[*(const enum units *)field]);
}

static void step_units(void *field, int by)
{
	enum units *units = field;
	*units = (enum units)next_of((int)*units, by, UNITS_COUNT);
}

static bool parse_show(void *field, const char *value)
{
	int place = place_of(value, show_words, LISTING_SHOW_COUNT);
	if (place >= 0)
		*(enum listing_show *)field = (enum listing_show)place;
	return place >= 0;
}

static void format_show(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", show_words[*(const enum listing_show *)field]);
}

static void step_show(void *field, int by)
{
	enum listing_show *show = field;
	*show = (enum listing_show)next_of((int)*show, by, LISTING_SHOW_COUNT);
}

/* All that can be switched off. */
static unsigned all_meters(void)
{
	unsigned all = 0;
	for (enum part part = 0; part < PART_COUNT; part++)
		if (meters[part].name)
			all |= 1u << part;
	return all;
}

static bool take_meter(unsigned *off, struct text name)
{
	for (enum part part = 0; part < PART_COUNT; part++) {
		if (!meters[part].name || !text_equals(name, meters[part].name))
			continue;
		bool first = *off >> part & 1;
		*off &= ~(1u << part);
		return first;
	}
	return false;
}

static bool parse_meters(void *field, const char *value)
{
	unsigned off = all_meters();
	struct text rest = text_of(value), name;
	if (strcmp(value, "all") == 0)
		off = 0;
	else if (strcmp(value, "none") != 0) {
		while (text_split(&rest, ',', &name))
			if (!take_meter(&off, text_trim(name)))
				return false;
		if (!take_meter(&off, text_trim(rest)))
			return false;
	}
	*(unsigned *)field = off;
	return true;
}

static void format_meters(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	unsigned off = *(const unsigned *)field;
	struct line line = line_begin(buffer, CONFIG_TEXT_SIZE);
	for (enum part part = 0; part < PART_COUNT && off; part++)
		if (meters[part].name && !(off >> part & 1))
			line_add(&line, "%s%s", line.used ? "," : "", meters[part].name);
	if (!line.used)
		line_add(&line, "%s", off ? "none" : "all");
}

static bool parse_percent(void *field, const char *value)
{
	uint64_t percent;
	if (!text_to_u64(text_of(value), &percent) || percent < 1 || percent > 100)
		return false;
	*(int *)field = (int)percent;
	return true;
}

static void format_percent(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%d", *(const int *)field);
}

#define PERCENT_STEP 5

static void step_percent(void *field, int by)
{
	int *percent = field, next = *percent / PERCENT_STEP * PERCENT_STEP;
	if (by > 0 || next == *percent)
		next += by * PERCENT_STEP;
	*percent = next < 1 ? 1 : next > 100 ? 100 : next;
}

#define FIELD(member) offsetof(struct config, member)
#define SWITCH        parse_switch, format_switch, step_switch, "neither on nor off"
#define PERCENT       parse_percent, format_percent, step_percent, "not a number from 1 to 100"

const struct config_row config_rows[] = {
	{ "delay", FIELD(delay_ms), CONFIG_DISPLAY, parse_delay, format_delay, step_delay,
		"not a number of seconds from 0.1 to 3600", "seconds between samples" },
	{ "columns", FIELD(columns), CONFIG_COLUMNS, parse_columns, format_columns, NULL,
		"not a list of columns",
		"names as in --columns, or auto: by the width of the screen" },
	{ "sort", FIELD(sort), CONFIG_DISPLAY, parse_sort, format_sort, step_sort, "not a column",
		"sorted by this column" },
	{ "reverse", FIELD(reverse), CONFIG_DISPLAY, SWITCH, "sorted the other way round" },
	{ "tree", FIELD(tree), CONFIG_DISPLAY, SWITCH, "processes below their parents" },
	{ "units", FIELD(units), CONFIG_DISPLAY, parse_units, format_units, step_units,
		"none of auto, K, M, G, pages, share", "of sizes: auto, K, M, G, pages, share" },
	{ "show", FIELD(show), CONFIG_DISPLAY, parse_show, format_show, step_show,
		"none of processes, all, killable",
		"processes, all (kernel threads too) or killable" },
	{ "header", FIELD(header), CONFIG_METERS, SWITCH, "the panel above the list" },
	{ "meters", FIELD(meters_off), CONFIG_METERS, parse_meters, format_meters, NULL,
		"neither all, none nor a list of lines",
		"lines around the list: names, all or none" },
	{ "warn", FIELD(warn_percent), CONFIG_DISPLAY, PERCENT,
		"percent of memory or of a limit: getting full" },
	{ "critical", FIELD(critical_percent), CONFIG_DISPLAY, PERCENT,
		"percent of memory or of a limit: at risk" },
	{ "vi_keys", FIELD(vi_keys), CONFIG_DISPLAY, SWITCH,
		"h j k l move, H is the help, F9 sends signals" },
	{ "mouse", FIELD(mouse), CONFIG_DISPLAY, SWITCH, "wheel and clicks; on: as with --mouse" },
	{ "color", FIELD(color), CONFIG_COLORS, SWITCH, "colours; off: as with --no-color" },
	{ "ascii", FIELD(ascii), CONFIG_COLORS, SWITCH, "ASCII only; on: as with --ascii" },
};
const size_t config_row_count = sizeof(config_rows) / sizeof(config_rows[0]);
