/* The times that stand before a message. */
#include "logtime.h"

#include "oomspect/logscan.h"

#include <string.h>

/* "123.456789" as microseconds. */
static bool take_seconds(struct text *rest, int64_t *ret_us)
{
	struct text text = *rest;
	int64_t seconds, fraction = 0, scale = 100000;
	if (!text.len || !scan_is_digit(*text.at) || !scan_number(&text, &seconds) ||
		seconds > INT64_MAX / 2000000 || !text_skip(&text, "."))
		return false;
	size_t digits = 0;
	for (; text.len && scan_is_digit(*text.at); digits++, scale /= 10) {
		fraction += (*text.at - '0') * scale;
		text = scan_from(text, text.at + 1);
	}
	if (digits < 3)
		return false;
	*rest = text;
	*ret_us = seconds * 1000000 + fraction;
	return true;
}

/* "[T1234]", "[    C3]": CONFIG_PRINTK_CALLER, v5.1 (15ff2069cb7f). */
bool logtime_take_caller(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t id;
	(void)record;
	if (!text_skip(&text, "["))
		return false;
	scan_blanks(&text);
	if (!text_skip(&text, "T") && !text_skip(&text, "C"))
		return false;
	if (!scan_number(&text, &id) || !text_skip(&text, "]"))
		return false;
	*rest = text;
	return true;
}

/* "<    0.000012>" behind the number, by dmesg -d. */
static void skip_delta(struct text *rest)
{
	scan_blanks(rest);
	const char *end = text_starts(*rest, "<")
				  ? memchr(rest->at, '>', rest->len < 20 ? rest->len : 20)
				  : NULL;
	if (end)
		*rest = scan_from(*rest, end + 1);
}

/* "[   12.345678]"; "[  +0.000005]" of dmesg -H is only the time since the line before. */
bool logtime_take_boot_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t boot_us;
	if (!text_skip(&text, "["))
		return false;
	scan_blanks(&text);
	bool relative = text_skip(&text, "+");
	const char *at = text.at;
	if (!take_seconds(&text, &boot_us))
		return false;
	struct text stamp = { at, (size_t)(text.at - at) };
	skip_delta(&text);
	if (!text_skip(&text, "]"))
		return false;
	*rest = text;
	record->stamped = record->ring = true;
	if (!relative) {
		record->boot_us = boot_us;
		record->stamp = record->stamp.len ? record->stamp : stamp;
	}
	scan_blanks(&text);
	if (logtime_take_caller(&text, record))
		*rest = text;
	return true;
}

/* "hh:mm:ss" somewhere in `text`. */
bool logtime_has_clock(struct text text)
{
	for (size_t i = 0; i + 8 <= text.len; i++) {
		const char *c = text.at + i;
		if (c[2] == ':' && c[5] == ':' && scan_is_digit(c[0]) && scan_is_digit(c[1]) &&
			scan_is_digit(c[3]) && scan_is_digit(c[4]) && scan_is_digit(c[6]) &&
			scan_is_digit(c[7]))
			return true;
	}
	return false;
}

static bool is_short_clock(struct text text)
{
	return text.len >= 5 && text.at[text.len - 3] == ':' &&
	       scan_is_digit(text.at[text.len - 1]) && scan_is_digit(text.at[text.len - 4]);
}

/* "[Mon Aug 31 18:23:18 2015]" of dmesg -T, in whatever language; "[Aug31 18:23]" of dmesg -H. */
bool logtime_take_clock_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	if (!text_skip(&text, "["))
		return false;
	const char *end = memchr(text.at, ']', text.len < 64 ? text.len : 64);
	if (!end)
		return false;
	struct text stamp = scan_until(text, end);
	if (!logtime_has_clock(stamp) && !(is_short_clock(stamp) && stamp.len < 16))
		return false;
	*rest = scan_from(text, end + 1);
	record->stamp = stamp;
	record->stamped = record->ring = true;
	struct text caller = *rest;
	scan_blanks(&caller);
	if (logtime_take_caller(&caller, record))
		*rest = caller;
	return true;
}

static bool take_digits(struct text *rest, size_t count, int64_t *ret)
{
	if (rest->len < count)
		return false;
	int64_t value = 0;
	for (size_t i = 0; i < count; i++) {
		if (!scan_is_digit(rest->at[i]))
			return false;
		value = value * 10 + (rest->at[i] - '0');
	}
	*rest = scan_from(*rest, rest->at + count);
	*ret = value;
	return true;
}

/* Days from 1970-01-01 of a civil date, by the calendar of Gregor. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void take_fraction(struct text *rest, int64_t *us)
{
	int64_t scale = 100000;
	if (!text_skip(rest, ".") && !text_skip(rest, ","))
		return;
	for (; rest->len && scan_is_digit(*rest->at); scale /= 10) {
		*us += (*rest->at - '0') * scale;
		*rest = scan_from(*rest, rest->at + 1);
	}
}

/* " UTC": the only name of a zone that means the same everywhere. */
static bool take_utc(struct text *rest)
{
	struct text text = *rest;
	if (!text_skip(&text, " ") || (!text_skip(&text, "UTC") && !text_skip(&text, "GMT")) ||
		(text.len && !scan_is_blank(*text.at)))
		return false;
	*rest = text;
	return true;
}

/* "Z", "+01:00", "+0100", " UTC" or nothing. */
static bool take_zone(struct text *rest, int64_t *ret_seconds)
{
	struct text text = *rest;
	int64_t hours, minutes;
	*ret_seconds = 0;
	if (text_skip(rest, "Z") || take_utc(rest))
		return true;
	int64_t sign = text_skip(&text, "+") ? 1 : text_skip(&text, "-") ? -1 : 0;
	if (!sign || !take_digits(&text, 2, &hours))
		return false;
	text_skip(&text, ":");
	if (!take_digits(&text, 2, &minutes))
		return false;
	*rest = text;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* "2025-03-04T05:06:07.25+01:00" and its relatives at the start of `rest`: takes it off and gives
 * the time, UNKNOWN_SIGNED without a zone. */
static bool take_iso_time(struct text *rest, int64_t *ret_unix_us)
{
	struct text text = *rest;
	int64_t year, month, day, hour, minute, second, zone, us = 0;
	if (!take_digits(&text, 4, &year) || !(text_skip(&text, "-") || text_skip(&text, "/")) ||
		!take_digits(&text, 2, &month) ||
		!(text_skip(&text, "-") || text_skip(&text, "/")) || !take_digits(&text, 2, &day) ||
		!(text_skip(&text, "T") || text_skip(&text, " ")) ||
		!take_digits(&text, 2, &hour) || !text_skip(&text, ":") ||
		!take_digits(&text, 2, &minute) || !text_skip(&text, ":") ||
		!take_digits(&text, 2, &second))
		return false;
	take_fraction(&text, &us);
	bool zoned = take_zone(&text, &zone);
	*rest = text;
	*ret_unix_us = UNKNOWN_SIGNED;
	if (zoned && month >= 1 && month <= 12)
		*ret_unix_us = us + 1000000 * (days_from_civil(year, month, day) * 86400 +
						      hour * 3600 + minute * 60 + second - zone);
	return true;
}

bool logtime_take_unix_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t unix_us;
	if (!take_seconds(&text, &unix_us) || unix_us < 100000000000000 || !text.len ||
		!scan_is_blank(*text.at))
		return false;
	record->stamp = scan_until(*rest, text.at);
	record->unix_us = unix_us;
	record->stamped = true;
	*rest = text;
	return true;
}

/* "Thu ", and behind the time " UTC": as whoever has the locale writes them. */
static void skip_day(struct text *rest)
{
	struct text text = *rest, day;
	if (rest->len && !scan_is_digit(*rest->at) && text_next_field(&text, &day) &&
		day.len <= 12) {
		scan_blanks(&text);
		*rest = text;
	}
}

static void skip_zone(struct text *rest)
{
	struct text text = *rest, zone;
	if (!text_next_field(&text, &zone) || zone.len < 2 || zone.len > 5)
		return;
	for (size_t i = 0; i < zone.len; i++) {
		char c = zone.at[i];
		if (!(c >= 'A' && c <= 'Z') && !scan_is_digit(c) && c != '+' && c != '-')
			return;
	}
	*rest = text;
}

bool logtime_take_iso_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	bool bracket = text_skip(&text, "[");
	const char *start = text.at;
	if (!bracket)
		skip_day(&text);
	bool day = text.at != start;
	struct text stamp = text;
	int64_t unix_us;
	if (!take_iso_time(&text, &unix_us) || (bracket && !text_skip(&text, "]")))
		return false;
	if (day)
		skip_zone(&text);
	record->stamp = scan_until(stamp, text.at);
	record->unix_us = unix_us;
	record->stamped = true;
	*rest = text;
	return true;
}

static bool take_name(struct text *rest)
{
	struct text text = *rest, field;
	if (!text_next_field(&text, &field) || field.len < 2 || field.len > 12 ||
		scan_is_digit(*field.at))
		return false;
	*rest = text;
	return true;
}

/* " 2021" behind the clock: ctime(3), as OpenWrt's logread has it. */
static void take_year(struct text *rest)
{
	struct text text = *rest, field;
	uint64_t year;
	if (text_next_field(&text, &field) && field.len == 4 && text_to_u64(field, &year))
		*rest = text;
}

/* "Aug 15 08:29:53" of syslog: a month in any language, a day, a clock; a year before or behind
 * the day is allowed. "Mon Apr 12 18:29:48 2021" of ctime(3). */
bool logtime_take_syslog_date(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, field;
	if (!text.len || *text.at == '[' || scan_is_digit(*text.at))
		return false;
	const char *start = text.at;
	if (!take_name(&text))
		return false;
	bool day = take_name(&text);
	for (int i = 0; i < 3; i++) {
		if (!text_next_field(&text, &field) || !scan_is_digit(*field.at))
			return false;
		if (field.len >= 8 && logtime_has_clock(field)) {
			if (day)
				take_year(&text);
			record->stamp = (struct text){ start, (size_t)(text.at - start) };
			record->stamped = true;
			*rest = text;
			return true;
		}
		if (field.len > 5)
			return false;
	}
	return false;
}
