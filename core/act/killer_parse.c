#include "oomspect/killer.h"

#include <string.h>

#define WHOLE 10000 /* hundredths of a percent */

/* --- numbers -------------------------------------------------------------------------------- */

/* "12.5" as 1250; digits behind the second one are cut. */
static bool parse_hundredths(struct text text, int64_t *ret)
{
	struct text whole = text, digits = { "", 0 };
	uint64_t units, ignored;
	if (text_split(&text, '.', &whole))
		digits = text;
	if (!text_to_u64(whole, &units) || units > INT32_MAX)
		return false;
	if (digits.len && !text_to_u64(digits, &ignored))
		return false;
	*ret = (int64_t)units * 100;
	if (digits.len > 0)
		*ret += (digits.at[0] - '0') * 10;
	if (digits.len > 1)
		*ret += digits.at[1] - '0';
	return true;
}

/* Takes `suffix` off the end of `text`. */
static bool take_suffix(struct text *text, const char *suffix)
{
	size_t length = strlen(suffix);
	if (text->len < length || memcmp(text->at + text->len - length, suffix, length) != 0)
		return false;
	text->len -= length;
	*text = text_trim(*text);
	return true;
}

/* A share as systemd writes it: percent, permille or permyriad, of 100 % at most. */
static int64_t parse_share(struct text text)
{
	static const struct {
		const char *suffix;
		int64_t divisor;
	} units[] = { { "%", 1 }, { "\xe2\x80\xb0", 10 }, { "\xe2\x80\xb1", 100 } };
	int64_t share;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (take_suffix(&text, units[i].suffix))
			return parse_hundredths(text, &share) && share / units[i].divisor <= WHOLE
				       ? share / units[i].divisor
				       : UNKNOWN;
	return UNKNOWN;
}

/* "30", "20s", "1min": one number and its unit, in milliseconds. */
static int64_t parse_span_ms(struct text text)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "msec", 1 }, { "min", 60000 }, { "minute", 60000 },
		{ "minutes", 60000 }, { "m", 60000 }, { "sec", 1000 }, { "second", 1000 },
		{ "seconds", 1000 }, { "s", 1000 }, { "", 1000 } };
	int64_t number;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct text digits = text;
		if (take_suffix(&digits, units[i].suffix) && parse_hundredths(digits, &number))
			return number * units[i].ms / 100;
	}
	return UNKNOWN;
}

static int64_t share_of(int64_t kb, int64_t total_kb)
{
	if (kb < 0 || total_kb <= 0)
		return UNKNOWN;
	return kb >= total_kb ? WHOLE : (int64_t)((double)kb / (double)total_kb * WHOLE);
}

/* --- systemd-oomd ---------------------------------------------------------------------------- */

#define PRESSURE_MS 30000 /* what 0 stands for */

static void set_oomd(struct killer *killer, struct text key, struct text value)
{
	int64_t share = parse_share(value), span = parse_span_ms(value);
	if (text_equals(key, "SwapUsedLimit"))
		killer->mem_free = killer->swap_free = share < 0 ? UNKNOWN : WHOLE - share;
	else if (text_equals(key, "DefaultMemoryPressureLimit"))
		killer->pressure = share;
	else if (text_equals(key, "DefaultMemoryPressureDurationSec"))
		killer->pressure_ms = span == 0 ? PRESSURE_MS : span;
}

void killer_parse_oomd(struct text text, struct killer *killer)
{
	struct text line, key;
	bool ours = false;
	while (text_next_line(&text, &line)) {
		line = text_trim(line);
		if (text_starts(line, "["))
			ours = text_equals(line, "[OOM]");
		if (!ours || text_starts(line, "#") || text_starts(line, ";") ||
			!text_split(&line, '=', &key))
			continue;
		line = text_trim(line);
		if (line.len) /* systemd warns of an empty value and keeps the one before */
			set_oomd(killer, text_trim(key), line);
	}
}

/* --- arguments ------------------------------------------------------------------------------- */

static bool next_argument(struct text *rest, struct text *ret)
{
	if (!rest->len)
		return false;
	if (!text_split(rest, '\0', ret)) {
		*ret = *rest;
		rest->len = 0;
	}
	return true;
}

bool killer_find_argument(struct text arguments, const char *wanted, struct text *ret_next)
{
	struct text argument, next = { "", 0 };
	while (next_argument(&arguments, &argument)) {
		if (!text_equals(argument, wanted))
			continue;
		next_argument(&arguments, &next);
		if (ret_next)
			*ret_next = next;
		return true;
	}
	return false;
}

/* --- earlyoom -------------------------------------------------------------------------------- */

#define EARLYOOM_SHARE 1000       /* without an option */
#define WITH_VALUE     "msMSrNPw" /* options of one letter */
#define WITHOUT_VALUE  "kingdvph"

/* One of its two thresholds, as a share or as a size; UNKNOWN where it is not given. */
struct asked {
	int64_t share, kb;
};

struct earlyoom {
	struct asked mem, swap;
	bool unclear, dry_run;
};

/* What stands before the comma is for SIGTERM, which comes first. */
static void set_earlyoom(struct earlyoom *earlyoom, char option, struct text value)
{
	struct asked *asked = option == 'm' || option == 'M' ? &earlyoom->mem : &earlyoom->swap;
	struct text first = value;
	uint64_t kb;
	text_split(&value, ',', &first);
	if (option == 'm' || option == 's') {
		earlyoom->unclear |= !parse_hundredths(first, &asked->share);
	} else if (option == 'M' || option == 'S') {
		bool good = text_to_u64(first, &kb) && kb <= INT64_MAX / 100;
		earlyoom->unclear |= !good;
		asked->kb = good ? (int64_t)kb : UNKNOWN;
	}
}

/* Letters that stand together, of which the last may have a value: "-n", "-m10", "-nm 10". */
static void take_letters(struct earlyoom *earlyoom, struct text letters, struct text *rest)
{
	for (; letters.len; letters.at++, letters.len--) {
		char option = *letters.at;
		if (strchr(WITHOUT_VALUE, option))
			continue;
		earlyoom->unclear |= !strchr(WITH_VALUE, option);
		struct text value = { letters.at + 1, letters.len - 1 };
		if (!value.len && !next_argument(rest, &value))
			earlyoom->unclear = true;
		set_earlyoom(earlyoom, option, value);
		return;
	}
}

/* Long options may be cut short: "--pref". */
static void take_long(struct earlyoom *earlyoom, struct text name, struct text *rest)
{
	struct text value;
	bool with_value =
		text_starts(name, "pre") || text_starts(name, "avo") || text_equals(name, "ignore");
	earlyoom->dry_run |= text_starts(name, "dr");
	if (with_value && !memchr(name.at, '=', name.len))
		next_argument(rest, &value);
}

static int64_t threshold(const struct asked *asked, int64_t total_kb)
{
	int64_t by_size = share_of(asked->kb, total_kb);
	if (asked->share < 0 && by_size < 0)
		return EARLYOOM_SHARE;
	if (asked->share < 0 || (by_size >= 0 && by_size < asked->share))
		return by_size;
	return asked->share;
}

void killer_parse_earlyoom(
	struct text arguments, const struct host_meminfo *mem, struct killer *killer)
{
	struct earlyoom earlyoom = { { UNKNOWN, UNKNOWN }, { UNKNOWN, UNKNOWN }, false, false };
	struct text argument;
	next_argument(&arguments, &argument); /* the name of the program */
	while (next_argument(&arguments, &argument)) {
		if (text_equals(argument, "--"))
			break;
		if (text_skip(&argument, "--"))
			take_long(&earlyoom, argument, &arguments);
		else if (text_skip(&argument, "-"))
			take_letters(&earlyoom, argument, &arguments);
	}
	killer->dry_run = earlyoom.dry_run;
	killer->mem_free = earlyoom.unclear ? UNKNOWN : threshold(&earlyoom.mem, mem->mem_total);
	killer->swap_free = earlyoom.unclear ? UNKNOWN : threshold(&earlyoom.swap, mem->swap_total);
}

/* --- nohang ---------------------------------------------------------------------------------- */

static int64_t nohang_share(struct text value, int64_t total_kb)
{
	int64_t number = UNKNOWN;
	if (take_suffix(&value, "%"))
		return parse_hundredths(value, &number) && number <= WHOLE ? number : UNKNOWN;
	if (!take_suffix(&value, "M") || !parse_hundredths(value, &number))
		return UNKNOWN;
	return total_kb == 0 ? 0 : share_of(number * 1024 / 100, total_kb);
}

void killer_parse_nohang(struct text text, const struct host_meminfo *mem, struct killer *killer)
{
	struct text line, key;
	while (text_next_line(&text, &line)) {
		/* A line that begins with a blank is a comment. */
		if (!text_split(&line, '=', &key) || !key.len || strchr(" \t", key.at[0]))
			continue;
		line = text_trim(line);
		if (text_equals(text_trim(key), "soft_threshold_min_mem"))
			killer->mem_free = nohang_share(line, mem->mem_total);
		else if (text_equals(text_trim(key), "soft_threshold_min_swap"))
			killer->swap_free = nohang_share(line, mem->swap_total);
	}
}
