#include "oomspect/logline.h"

#include "oomspect/logscan.h"

#include <string.h>

/* How far into a line a prefix may reach. */
#define PREFIX_MAX 320

void klog_record_init(struct klog_record *record)
{
	memset(record, 0, sizeof(*record));
	record->text = record->stamp = text_of("");
	record->boot_us = record->unix_us = KLOG_UNKNOWN;
	record->level = record->facility = -1;
	record->form = KLOG_LINE;
}

static int hex_digit(char c)
{
	if (scan_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t klog_unescape(char *bytes, size_t length)
{
	size_t out = 0;
	for (size_t i = 0; i < length; i++) {
		bool escape = bytes[i] == '\\' && i + 3 < length && bytes[i + 1] == 'x';
		int high = escape ? hex_digit(bytes[i + 2]) : -1;
		int low = escape ? hex_digit(bytes[i + 3]) : -1;
		if (high >= 0 && low >= 0) {
			bytes[out++] = (char)(high * 16 + low);
			i += 3;
		} else {
			bytes[out++] = bytes[i];
		}
	}
	return out;
}

static void set_priority(struct klog_record *record, int64_t priority)
{
	if (priority < 0 || priority > 1023)
		return;
	record->level = (int)(priority & 7);
	record->facility = (int)(priority >> 3);
	record->foreign = record->facility != 0;
}

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
		text_skip(&text, (char[]){ *text.at, '\0' });
	}
	if (digits < 3)
		return false;
	*rest = text;
	*ret_us = seconds * 1000000 + fraction;
	return true;
}

/* "[T1234]", "[    C3]": CONFIG_PRINTK_CALLER, v5.1 (15ff2069cb7f). */
static bool take_caller(struct text *rest, struct klog_record *record)
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

/* "[   12.345678]", also with dmesg -d's "<    0.000012>" behind the number. */
static bool take_boot_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t boot_us;
	if (!text_skip(&text, "["))
		return false;
	scan_blanks(&text);
	text_skip(&text, "+");
	const char *at = text.at;
	if (!take_seconds(&text, &boot_us))
		return false;
	struct text stamp = { at, (size_t)(text.at - at) };
	scan_blanks(&text);
	if (text_starts(text, "<") && text_find(text, ">") == memchr(text.at, '>', text.len < 20 ? text.len : 20))
		text = scan_from(text, text_find(text, ">") ? text_find(text, ">") + 1 : text.at);
	if (!text_skip(&text, "]"))
		return false;
	*rest = text;
	record->boot_us = boot_us;
	if (!record->stamp.len)
		record->stamp = stamp;
	record->stamped = true;
	record->foreign = false;
	struct text caller = text;
	scan_blanks(&caller);
	if (take_caller(&caller, record))
		*rest = caller;
	return true;
}

/* "hh:mm:ss" somewhere in `text`. */
static bool has_clock(struct text text)
{
	for (size_t i = 0; i + 8 <= text.len; i++) {
		const char *c = text.at + i;
		if (c[2] == ':' && c[5] == ':' && scan_is_digit(c[0]) && scan_is_digit(c[1]) &&
			scan_is_digit(c[3]) && scan_is_digit(c[4]) && scan_is_digit(c[6]) && scan_is_digit(c[7]))
			return true;
	}
	return false;
}

static bool is_short_clock(struct text text)
{
	return text.len >= 5 && text.at[text.len - 3] == ':' && scan_is_digit(text.at[text.len - 1]) &&
		scan_is_digit(text.at[text.len - 4]);
}

/* "[Mon Aug 31 18:23:18 2015]" of dmesg -T, in whatever language; "[Aug31 18:23]" of dmesg -H. */
static bool take_clock_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	if (!text_skip(&text, "["))
		return false;
	const char *end = memchr(text.at, ']', text.len < 64 ? text.len : 64);
	if (!end)
		return false;
	struct text stamp = scan_until(text, end);
	if (!has_clock(stamp) && !(is_short_clock(stamp) && stamp.len < 16))
		return false;
	*rest = scan_from(text, end + 1);
	record->stamp = stamp;
	record->stamped = true;
	struct text caller = *rest;
	scan_blanks(&caller);
	if (take_caller(&caller, record))
		*rest = caller;
	return true;
}

/* "<4>" of raw logs; "<6>1 " starts an RFC 5424 line. */
static bool take_priority(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t priority;
	if (!text_skip(&text, "<") || !text.len || !scan_is_digit(*text.at) || !scan_number(&text, &priority) ||
		!text_skip(&text, ">") || priority > 191)
		return false;
	*rest = text;
	if (text_skip(&text, "1 ") && text.len > 4 && scan_is_digit(*text.at))
		*rest = text;
	set_priority(record, priority);
	record->stamped = true;
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
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
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

/* "Z", "+01:00", "+0100" or nothing. */
static bool take_zone(struct text *rest, int64_t *ret_seconds)
{
	struct text text = *rest;
	int64_t hours, minutes;
	*ret_seconds = 0;
	if (text_skip(rest, "Z"))
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

bool logline_take_iso_time(struct text *rest, int64_t *ret_unix_us)
{
	struct text text = *rest;
	int64_t year, month, day, hour, minute, second, zone, us = 0;
	if (!take_digits(&text, 4, &year) || !(text_skip(&text, "-") || text_skip(&text, "/")) ||
		!take_digits(&text, 2, &month) || !(text_skip(&text, "-") || text_skip(&text, "/")) ||
		!take_digits(&text, 2, &day) || !(text_skip(&text, "T") || text_skip(&text, " ")) ||
		!take_digits(&text, 2, &hour) || !text_skip(&text, ":") || !take_digits(&text, 2, &minute) ||
		!text_skip(&text, ":") || !take_digits(&text, 2, &second))
		return false;
	take_fraction(&text, &us);
	bool zoned = take_zone(&text, &zone);
	*rest = text;
	*ret_unix_us = KLOG_UNKNOWN;
	if (zoned && month >= 1 && month <= 12)
		*ret_unix_us = us + 1000000 * (days_from_civil(year, month, day) * 86400 + hour * 3600 +
			minute * 60 + second - zone);
	return true;
}

static bool take_iso_stamp(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	bool bracket = text_skip(&text, "[");
	struct text stamp = text;
	int64_t unix_us;
	if (!logline_take_iso_time(&text, &unix_us) || (bracket && !text_skip(&text, "]")))
		return false;
	record->stamp = scan_until(stamp, text.at);
	record->unix_us = unix_us;
	record->stamped = true;
	*rest = text;
	return true;
}

/* "Aug 15 08:29:53" of syslog: a month in any language, a day, a clock; a year before or behind
 * the day is allowed. */
static bool take_syslog_date(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, field;
	if (!text.len || *text.at == '[' || scan_is_digit(*text.at))
		return false;
	const char *start = text.at;
	if (!text_next_field(&text, &field) || field.len < 2 || field.len > 12)
		return false;
	for (int i = 0; i < 3; i++) {
		if (!text_next_field(&text, &field) || !scan_is_digit(*field.at))
			return false;
		if (field.len >= 8 && has_clock(field)) {
			record->stamp = (struct text){ start, (size_t)(field.at + field.len - start) };
			record->stamped = true;
			*rest = text;
			return true;
		}
		if (field.len > 5)
			return false;
	}
	return false;
}

/* Words that start a message of the kernel and end in a colon: no program of that name wrote it. */
static bool is_kernel_word(struct text word)
{
	static const char *const words[] = { "oom_reaper:", "memory:", "memory+swap:", "swap:", "kmem:",
		"Mem-Info:", "Mem-info:", "DMA:", "DMA32:", "Normal:", "HighMem:", "Movable:", "CPU:", "Pid:",
		"sysrq:", "SysRq", "Modules", "RIP:", "RSP:", "Code:", "Workqueue:", "Tasks" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_equals(word, words[i]))
			return true;
	}
	return text_starts(word, "oom-kill:") || text_starts(word, "active_anon:");
}

static bool is_kernel_ident(struct text word)
{
	static const char *const idents[] = { "kernel:", "kernel", "kernel[0]:", "vmunix:", "klogd:", "kern:",
		"dmesg:", "kmsg:" };
	for (size_t i = 0; i < sizeof(idents) / sizeof(idents[0]); i++) {
		if (text_equals(word, idents[i]))
			return true;
	}
	return false;
}

/* RFC 5424 has three more words behind the name: "- - -" from the kernel. */
static void skip_nil_words(struct text *rest)
{
	scan_blanks(rest);
	while (text_skip(rest, "- "))
		scan_blanks(rest);
	text_skip(rest, "\xef\xbb\xbf");
}

/* "host kernel: " or "host prog[12]: " behind a date. A name that is not the kernel's makes the
 * record foreign, unless a stamp of the kernel follows (a console relayed by a program). Behind
 * a stamp of the kernel a task's name may look like one. */
static bool take_ident(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, word;
	bool in_kernel_log = record->boot_us != KLOG_UNKNOWN;
	for (int i = 0; i < 3; i++) {
		if (!text_next_field(&text, &word))
			return false;
		if (is_kernel_ident(word)) {
			record->foreign = record->facility > 0;
			*rest = text;
			skip_nil_words(rest);
			take_caller(rest, record);
			return true;
		}
		if (word.at[word.len - 1] == ':' && i < 2) {
			bool has_pid = word.len > 3 && word.at[word.len - 2] == ']';
			if (is_kernel_word(word) || (i == 0 && (!has_pid || in_kernel_log)) ||
				(in_kernel_log && text_find(*rest, "invoked oom-killer")))
				return false;
			record->foreign = true;
			*rest = text;
			return true;
		}
	}
	return false;
}

/* ESC [ ... m */
static bool take_colour(struct text *rest, struct klog_record *record)
{
	(void)record;
	if (!text_starts(*rest, "\x1b["))
		return false;
	size_t i = 2;
	while (i < rest->len && (scan_is_digit(rest->at[i]) || rest->at[i] == ';'))
		i++;
	if (i >= rest->len || (rest->at[i] != 'm' && rest->at[i] != 'K'))
		return false;
	*rest = scan_from(*rest, rest->at + i + 1);
	return true;
}

static bool take_quote(struct text *rest, struct klog_record *record)
{
	(void)record;
	return text_skip(rest, ">") || text_skip(rest, "|") || text_skip(rest, "`") || text_skip(rest, "* ") ||
		text_skip(rest, "\xef\xbb\xbf");
}

/* "kern  :warn  : " of dmesg -x. */
static bool take_facility_words(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, facility, level;
	if (!text.len || *text.at < 'a' || *text.at > 'z')
		return false;
	struct text head = { text.at, text.len < 24 ? text.len : 24 };
	if (!text_split(&head, ':', &facility) || !text_split(&head, ':', &level) || facility.len > 9 ||
		level.len > 8 || level.len < 3)
		return false;
	facility = text_trim(facility);
	level = text_trim(level);
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" };
	for (int i = 0; i < 8; i++) {
		if (!text_equals(level, levels[i]))
			continue;
		record->level = i;
		record->foreign = !text_equals(facility, "kern");
		record->stamped = true;
		*rest = scan_from(*rest, head.at);
		return true;
	}
	return false;
}

/* "stdout F " of container runtimes, "name  | " of docker compose. */
static bool take_container(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, word;
	if (record->stamped && (text_skip(rest, "stdout F ") || text_skip(rest, "stderr F ")))
		return true;
	struct text head = { text.at, text.len < 80 ? text.len : 80 };
	if (!memchr(head.at, '|', head.len) || !text_next_field(&text, &word))
		return false;
	scan_blanks(&text);
	if (!text_skip(&text, "| "))
		return false;
	*rest = text;
	return true;
}

static bool take_kmsg_head(struct text *rest, struct klog_record *record)
{
	uint64_t seq;
	struct klog_record kmsg;
	if (!logline_parse_kmsg(*rest, &kmsg, &seq))
		return false;
	*rest = kmsg.text;
	record->level = kmsg.level;
	record->facility = kmsg.facility;
	record->foreign = kmsg.foreign;
	record->boot_us = kmsg.boot_us;
	record->continues = kmsg.continues;
	record->escaped = record->stamped = true;
	return true;
}

bool logline_parse_kmsg(struct text bytes, struct klog_record *ret, uint64_t *ret_seq)
{
	struct text rest = bytes, field;
	uint64_t priority, seq, usec;
	if (!bytes.len || !scan_is_digit(*bytes.at))
		return false;
	if (!text_split(&rest, ',', &field) || !text_to_u64(field, &priority) || priority > 2047 ||
		!text_split(&rest, ',', &field) || !text_to_u64(field, &seq) || !text_split(&rest, ',', &field) ||
		!text_to_u64(field, &usec) || usec > INT64_MAX || !text_split(&rest, ';', &field) || !field.len ||
		field.len > 64 || text_find(field, "\n"))
		return false;
	struct text line = rest;
	text_next_line(&rest, &line);
	klog_record_init(ret);
	set_priority(ret, (int64_t)priority);
	ret->foreign = ret->facility != 0;
	ret->boot_us = (int64_t)usec;
	ret->continues = *field.at == 'c' || *field.at == '+';
	ret->text = line;
	ret->escaped = ret->stamped = true;
	*ret_seq = seq;
	return true;
}

static bool is_month(struct text text)
{
	return text.len > 3 && *text.at >= 'A' && *text.at <= 'Z' && has_clock(text);
}

/* "166250 ", "12:", "12\t": only where something follows that starts a line. */
static bool take_line_number(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t number;
	(void)record;
	if (!text.len || !scan_is_digit(*text.at) || !scan_number(&text, &number) || !text.len)
		return false;
	char separator = *text.at;
	if (separator != ':' && separator != ' ' && separator != '\t' && separator != '|' && separator != '-')
		return false;
	struct text next = scan_from(text, text.at + 1);
	if (separator == ':' && next.len && scan_is_digit(*next.at))
		return false; /* a clock */
	scan_blanks(&next);
	struct text head = { next.at, next.len < 32 ? next.len : 32 };
	bool starts = next.len && (*next.at == '[' || *next.at == '<' || *next.at == '>' || is_month(head));
	if (!starts && separator != '\t' && separator != ':')
		return false;
	*rest = next;
	return true;
}

typedef bool take_fn(struct text *rest, struct klog_record *record);

static take_fn *const takers[] = { take_boot_stamp, take_clock_stamp, take_priority, take_quote, take_colour,
	take_kmsg_head, take_iso_stamp, take_line_number, take_syslog_date, take_facility_words, take_container };

static bool take_one(struct text *rest, struct klog_record *record)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (takers[i](rest, record))
			return true;
	}
	return false;
}

/* A dmesg stamp or "kernel: " behind a prefix nobody knows: a file name, a pod, console junk. */
static bool skip_to_stamp(struct text *rest, struct klog_record *record)
{
	struct text head = { rest->at, rest->len < PREFIX_MAX ? rest->len : PREFIX_MAX };
	struct text seek = head;
	for (const char *at; seek.len && (at = memchr(seek.at, '[', seek.len)); seek = scan_from(seek, at + 1)) {
		struct text text = scan_from(*rest, at);
		struct text stamp = text;
		if (take_boot_stamp(&text, record) && text_find(scan_until(stamp, text.at), ".")) {
			*rest = text;
			return true;
		}
	}
	const char *kernel = record->foreign ? NULL : scan_word(head, "kernel: ");
	if (!kernel)
		return false;
	*rest = scan_from(*rest, kernel + strlen("kernel: "));
	record->stamped = true;
	return true;
}

static void take_prefixes(struct text *rest, struct klog_record *record)
{
	for (int i = 0; i < 16 && !record->escaped; i++) {
		struct text trimmed = *rest;
		scan_blanks(&trimmed);
		if (!take_one(&trimmed, record))
			break;
		*rest = trimmed;
		if (record->stamp.len)
			take_ident(rest, record);
	}
}

void logline_parse(struct text line, struct klog_record *ret)
{
	klog_record_init(ret);
	struct text rest = scan_trim_end(line);
	ret->width = line.len;
	ret->blank_end = rest.len < line.len && scan_is_blank(line.at[rest.len]);
	take_prefixes(&rest, ret);
	if (!ret->escaped && ret->boot_us == KLOG_UNKNOWN && (!ret->stamped || ret->foreign) &&
		skip_to_stamp(&rest, ret))
		take_prefixes(&rest, ret);
	struct text text = rest;
	scan_blanks(&text);
	ret->indent = (uint64_t)(text.at - rest.at);
	ret->text = text;
}
