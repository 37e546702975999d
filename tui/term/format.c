#include "format.h"

#include "grid.h"

#include "oomspect/amount.h"
#include "oomspect/saturate.h"

#include <inttypes.h>
#include <stdio.h>

#define GIB_KB ((int64_t)1 << 20)

const struct units_row units_rows[UNITS_COUNT] = {
	[UNITS_AUTO] = { "auto", 5 },
	[UNITS_K] = { "K", 10 },
	[UNITS_M] = { "M", 7 },
	[UNITS_G] = { "G", 6 },
	[UNITS_PAGES] = { "pages", 9 },
	[UNITS_SHARE] = { "% of RAM+swap", 6 },
};

static void format_unknown(char buffer[FORMAT_SIZE])
{
	snprintf(buffer, FORMAT_SIZE, "-");
}

/* `value` in units of `unit`, rounded to one decimal. */
static void format_decimal(
	int64_t value, int64_t unit, const char *suffix, char buffer[FORMAT_SIZE])
{
	int64_t whole = value / unit;
	int64_t tenth = (value % unit * 10 + unit / 2) / unit;
	if (tenth == 10) {
		whole++;
		tenth = 0;
	}
	snprintf(buffer, FORMAT_SIZE, "%" PRId64 ".%" PRId64 "%s", whole, tenth, suffix);
}

/* Half up; no sum that could overflow. */
static int64_t rounded(int64_t value, int64_t unit)
{
	return value / unit + (value % unit * 2 >= unit);
}

void format_kb(int64_t kb, char buffer[FORMAT_SIZE])
{
	static const char suffixes[] = "KMGTPE";
	const char *suffix = suffixes;
	int64_t unit = 1;
	if (kb < 0) {
		format_unknown(buffer);
		return;
	}
	/* 999.5 of a unit is already 1.0 of the next: four digits would not fit the column. */
	while (suffix[1] && rounded(kb, unit) >= 1000) {
		unit *= 1024;
		suffix++;
	}
	int64_t whole = rounded(kb, unit);
	if (kb == 0)
		snprintf(buffer, FORMAT_SIZE, "0");
	else if (*suffix == 'K' || *suffix == 'M' || whole >= 100)
		snprintf(buffer, FORMAT_SIZE, "%" PRId64 "%c", whole, *suffix);
	else
		format_decimal(kb, unit, (char[]){ *suffix, '\0' }, buffer);
}

void format_count(int64_t count, char buffer[FORMAT_SIZE])
{
	static const char suffixes[] = "kMGTPE";
	const char *suffix = suffixes;
	int64_t unit = 1000;
	if (count < 0) {
		format_unknown(buffer);
		return;
	}
	if (count < unit) {
		snprintf(buffer, FORMAT_SIZE, "%" PRId64, count);
		return;
	}
	/* 999.5 of a unit is already 1.0 of the next. */
	for (; suffix[1] && count / (unit / 10) >= 9995; suffix++)
		unit *= 1000;
	int64_t tenths = (count / (unit / 100) + 5) / 10;
	if (tenths < 100)
		snprintf(buffer, FORMAT_SIZE, "%d.%d%c", (int)tenths / 10, (int)tenths % 10,
			*suffix);
	else
		snprintf(buffer, FORMAT_SIZE, "%d%c", (int)(tenths + 5) / 10, *suffix);
}

void format_size(const struct measure *measure, int64_t kb, char buffer[FORMAT_SIZE])
{
	if (kb < 0) {
		format_unknown(buffer);
		return;
	}
	switch (measure->units) {
	case UNITS_K:
		snprintf(buffer, FORMAT_SIZE, "%" PRId64 "K", kb);
		break;
	case UNITS_M:
		snprintf(buffer, FORMAT_SIZE, "%" PRId64 "M", (kb + 512) / 1024);
		break;
	case UNITS_G:
		format_decimal(kb, GIB_KB, "G", buffer);
		break;
	case UNITS_PAGES:
		snprintf(buffer, FORMAT_SIZE, "%" PRId64, kb / measure->page_kb);
		break;
	case UNITS_SHARE:
		kb = format_share_tenths(kb / measure->page_kb, measure->totalpages);
		if (kb < 0)
			format_unknown(buffer);
		else
			format_decimal(kb, 100, "%", buffer);
		break;
	default:
		format_kb(kb, buffer);
	}
}

void format_gib(int64_t kb, char buffer[FORMAT_SIZE])
{
	if (kb < 0)
		format_unknown(buffer);
	else
		format_decimal(kb, GIB_KB, "", buffer);
}

void format_tenths(int64_t tenths, char buffer[FORMAT_SIZE])
{
	uint64_t size = tenths < 0 ? 0 - (uint64_t)tenths : (uint64_t)tenths;
	snprintf(buffer, FORMAT_SIZE, "%s%" PRIu64 ".%" PRIu64, tenths < 0 ? "-" : "", size / 10,
		size % 10);
}

void format_weight(int64_t tenths, char buffer[FORMAT_SIZE])
{
	if (tenths % 10 == 0)
		snprintf(buffer, FORMAT_SIZE, "%" PRId64, tenths / 10);
	else
		format_tenths(tenths, buffer);
}

void format_hundredths(int64_t hundredths, char buffer[FORMAT_SIZE])
{
	if (hundredths < 0)
		format_unknown(buffer);
	else
		snprintf(buffer, FORMAT_SIZE, "%" PRId64 ".%02d", hundredths / 100,
			(int)(hundredths % 100));
}

void format_span(int64_t seconds, char buffer[FORMAT_SIZE])
{
	static const struct {
		int64_t seconds;
		char suffix;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	const size_t last = sizeof(units) / sizeof(units[0]) - 1;
	size_t i = 0;
	while (i < last && seconds < units[i].seconds)
		i++;
	snprintf(buffer, FORMAT_SIZE, "%" PRId64 "%c", seconds / units[i].seconds, units[i].suffix);
}

int64_t format_share_tenths(int64_t part, int64_t whole)
{
	if (part < 0 || whole <= 0)
		return UNKNOWN;
	return saturate_scale(part, 10000, whole);
}

enum level level_of(const struct levels *levels, int64_t part, int64_t whole)
{
	if (part < 0 || whole <= 0)
		return LEVEL_CALM;
	double percent = (double)part / (double)whole * 100;
	if (percent >= levels->critical_percent)
		return LEVEL_CRITICAL;
	return percent >= levels->warn_percent ? LEVEL_WARN : LEVEL_CALM;
}

unsigned level_style(enum level level)
{
	static const unsigned styles[] = { STYLE_NORMAL, STYLE_RISK, STYLE_RISK | STYLE_BOLD };
	return styles[level];
}

const char *level_end(enum level level)
{
	static const char *const ends[] = { "]", "!", "!!" };
	return ends[level];
}
