#include "oomspect/logline.h"

#include "logquote.h"
#include "logtime.h"
#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <string.h>

/* How far into a line a prefix may reach. */
#define PREFIX_MAX 320

void klog_record_init(struct klog_record *record)
{
	memset(record, 0, sizeof(*record));
	record->text = record->stamp = text_of("");
	record->boot_us = record->unix_us = UNKNOWN_SIGNED;
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
	record->foreign |= record->facility != 0;
}

/* "<4>" of raw logs; "<6>1 " starts an RFC 5424 line. */
static bool take_priority(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t priority;
	if (!text_skip(&text, "<") || !text.len || !scan_is_digit(*text.at) ||
		!scan_number(&text, &priority) || !text_skip(&text, ">") || priority > 191)
		return false;
	*rest = text;
	if (text_skip(&text, "1 ") && text.len > 4 && scan_is_digit(*text.at))
		*rest = text;
	set_priority(record, priority);
	record->stamped = true;
	return true;
}

/* Words that start a message of the kernel and end in a colon: no program of that name wrote it. */
static bool is_kernel_word(struct text word)
{
	static const char *const words[] = { "oom_reaper:", "memory:", "memory+swap:", "swap:",
		"kmem:", "Mem-Info:", "Mem-info:", "DMA:", "DMA32:", "Normal:", "HighMem:",
		"Movable:", "CPU:", "Pid:", "sysrq:", "SysRq", "Modules",
		"RIP:", "RSP:", "Code:", "Workqueue:", "Tasks" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_equals(word, words[i]))
			return true;
	}
	return text_starts(word, "oom-kill:") || text_starts(word, "active_anon:");
}

bool logline_is_kernel_tag(struct text tag)
{
	static const char *const tags[] = { "kernel", "kernel[0]", "vmunix" };
	if (tag.len && tag.at[tag.len - 1] == ':')
		tag.len--;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		if (text_equals(tag, tags[i]))
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

static bool is_one_of(struct text word, const char *const words[])
{
	for (size_t i = 0; words[i]; i++) {
		if (text_equals(word, words[i]))
			return true;
	}
	return false;
}

/* "user.notice", as busybox' syslogd and OpenWrt's logread have it: the name behind it is what a
 * program says it is, the facility is not. */
static bool is_other_facility(struct text word)
{
	static const char *const facilities[] = { "user", "mail", "daemon", "auth", "syslog", "lpr",
		"news", "uucp", "cron", "authpriv", "ftp", "local0", "local1", "local2", "local3",
		"local4", "local5", "local6", "local7", NULL };
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "error", "warn",
		"warning", "notice", "info", "debug", NULL };
	struct text facility;
	return text_split(&word, '.', &facility) && is_one_of(facility, facilities) &&
	       is_one_of(word, levels);
}

/* "host app 12 -" and "host app - -" of RFC 5424: `word` is the third of these. */
static bool is_rfc5424(struct text word, struct text rest)
{
	uint64_t pid;
	scan_blanks(&rest);
	return (text_equals(word, "-") || text_to_u64(word, &pid)) && text_starts(rest, "- ");
}

/* The name at the end of `word` is no name of a program: the message has begun. Behind a stamp of
 * the ring buffer a task's name may look like one. */
static bool is_message(const struct klog_record *record, struct text word, struct text rest, int i)
{
	bool has_pid = word.len > 3 && word.at[word.len - 2] == ']';
	return is_kernel_word(word) || (i == 0 && (!has_pid || record->ring)) ||
	       (record->ring && text_find(rest, "invoked oom-killer"));
}

/* "host kernel: " or "host prog[12]: " behind a date. What another name stands before is not of the
 * kernel, whatever follows: a console relayed by a program is that of another machine, or forged. */
static bool take_ident(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, word;
	for (int i = 0; i < 3; i++) {
		if (!text_next_field(&text, &word))
			return false;
		record->foreign |= is_other_facility(word);
		if (logline_is_kernel_tag(word)) {
			*rest = text;
			record->tagged = true;
			skip_nil_words(rest);
			logtime_take_caller(rest, record);
			return true;
		}
		bool name = word.at[word.len - 1] == ':' && i < 2;
		if (name && is_message(record, word, *rest, i))
			return false;
		if (name || (i == 2 && is_rfc5424(word, text))) {
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
	if (text_starts(*rest, "|__GFP") || text_starts(*rest, "|GFP"))
		return false; /* the rest of a broken line */
	/* One blank belongs to the sign; more of them are the line's own. */
	if (text_skip(rest, ">")) {
		text_skip(rest, " ");
		return true;
	}
	if (text_skip(rest, "# ")) /* "#1" may be the rest of a line */
		return true;
	return text_skip(rest, "|") || text_skip(rest, "`") || text_skip(rest, "* ") ||
	       text_skip(rest, "\xef\xbb\xbf");
}

/* "MESSAGE=" of journalctl -o verbose, "\"msg\": \"" of JSON printed over several lines. */
static bool take_message_key(struct text *rest, struct klog_record *record)
{
	static const char *const keys[] = { "\"MESSAGE\"", "\"message\"", "\"msg\"", "\"log\"" };
	struct text text = *rest;
	(void)record;
	if (text_skip(rest, "MESSAGE="))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(keys) && *text.at == '"'; i++) {
		if (!text_skip(&text, keys[i]))
			continue;
		scan_blanks(&text);
		if (!text_skip(&text, ":"))
			return false;
		scan_blanks(&text);
		if (!text_skip(&text, "\""))
			return false;
		*rest = text;
		return true;
	}
	return false;
}

/* "kern  :warn  : " of dmesg -x. */
static bool take_facility_words(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, facility, level;
	if (!text.len || *text.at < 'a' || *text.at > 'z')
		return false;
	struct text head = { text.at, text.len < 24 ? text.len : 24 };
	if (!text_split(&head, ':', &facility) || !text_split(&head, ':', &level) ||
		facility.len > 9 || level.len > 8 || level.len < 3)
		return false;
	facility = text_trim(facility);
	level = text_trim(level);
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "warn", "notice",
		"info", "debug" };
	for (int i = 0; i < 8; i++) {
		if (!text_equals(level, levels[i]))
			continue;
		record->level = i;
		record->foreign |= !text_equals(facility, "kern");
		record->stamped = true;
		*rest = scan_from(*rest, head.at);
		return true;
	}
	return false;
}

/* What vendors of Android put behind the stamp: "[1:      swapper/1:    0]", "(0)[1234:comm]". */
static bool take_android(struct text *rest, struct klog_record *record)
{
	struct text text = *rest;
	int64_t cpu, pid;
	if (record->boot_us == UNKNOWN_SIGNED)
		return false;
	bool mtk = text_skip(&text, "(");
	if (mtk && (!scan_number(&text, &cpu) || !text_skip(&text, ")")))
		return false;
	if (!text_skip(&text, "[") || !scan_number(&text, mtk ? &pid : &cpu) ||
		!text_skip(&text, ":"))
		return false;
	const char *end = text_find(text, "]");
	const char *colon = end && !mtk ? scan_last(scan_until(text, end), ":") : NULL;
	if (!end || (size_t)(end - text.at) > 40)
		return false;
	struct text number =
		colon ? scan_from(scan_until(text, end), colon + 1) : (struct text){ text.at, 0 };
	scan_blanks(&number);
	if (!mtk && (!scan_number(&number, &pid) || number.len))
		return false;
	*rest = scan_from(text, end + 1);
	return true;
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
	record->foreign |= kmsg.foreign;
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
		!text_split(&rest, ',', &field) || !text_to_u64(field, &seq) ||
		!text_split(&rest, ',', &field) || !text_to_u64(field, &usec) || usec > INT64_MAX ||
		!text_split(&rest, ';', &field) || !field.len || field.len > 64 ||
		text_find(field, "\n"))
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
	return text.len > 3 && *text.at >= 'A' && *text.at <= 'Z' && logtime_has_clock(text);
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
	if (separator != ':' && separator != ' ' && separator != '\t' && separator != '|' &&
		separator != '-')
		return false;
	struct text next = scan_from(text, text.at + 1);
	if (separator == ':' && next.len && scan_is_digit(*next.at))
		return false; /* a clock */
	scan_blanks(&next);
	struct text head = { next.at, next.len < 32 ? next.len : 32 };
	bool starts = next.len &&
		      (*next.at == '[' || *next.at == '<' || *next.at == '>' || is_month(head));
	if (!starts && separator != '\t' && separator != ':')
		return false;
	*rest = next;
	return true;
}

/* "11-28 14:02:31.123   123   124 W tag: " of logcat; the kernel's tag is empty. */
static bool take_logcat(struct text *rest, struct klog_record *record)
{
	struct text text = *rest, field;
	const char *start = text.at;
	if (!text.len || !scan_is_digit(*text.at) || !text_next_field(&text, &field) ||
		field.len != 5 || field.at[2] != '-' || !text_next_field(&text, &field) ||
		field.len < 8 || !logtime_has_clock(field))
		return false;
	struct text stamp = { start, (size_t)(field.at + field.len - start) };
	for (int i = 0; i < 4; i++) {
		if (!text_next_field(&text, &field))
			return false;
		if (field.len == 1 && strchr("VDIWEF", *field.at))
			break;
	}
	scan_blanks(&text);
	if (field.len != 1 || !text.len || scan_is_digit(*field.at))
		return false;
	record->stamp = stamp;
	record->stamped = true;
	record->tagged = text_skip(&text, ":") || text_skip(&text, "kernel: ");
	record->foreign |= !record->tagged;
	*rest = text;
	return true;
}

typedef bool take_fn(struct text *rest, struct klog_record *record);

/* What stands before the kernel's own stamp, and what stands there or behind it. Behind the stamp
 * the message begins: what looks like a carrier's prefix there is a part of it. */
static take_fn *const outer[] = { take_quote, take_kmsg_head, take_logcat, logtime_take_iso_stamp,
	logtime_take_unix_stamp, take_line_number, logtime_take_syslog_date, take_facility_words,
	take_container, take_message_key };
static take_fn *const inner[] = { logtime_take_boot_stamp, logtime_take_clock_stamp, take_priority,
	take_colour, take_android };

static bool take_any(
	take_fn *const *takers, size_t count, struct text *rest, struct klog_record *record)
{
	for (size_t i = 0; i < count; i++) {
		if (takers[i](rest, record))
			return true;
	}
	return false;
}

static bool take_one(struct text *rest, struct klog_record *record)
{
	if (!rest->len)
		return false;
	return take_any(inner, ARRAY_SIZE(inner), rest, record) ||
	       (!record->ring && take_any(outer, ARRAY_SIZE(outer), rest, record));
}

/* "prog: ", "prog[12]: ": what stands behind it is not the kernel's. Where syslog's date is known,
 * a name alone will do; else it may be a file's, a host's or a pod's. */
static bool has_program(struct text text, bool dated)
{
	struct text word;
	while (text_next_field(&text, &word)) {
		if (word.at[word.len - 1] == ':' &&
			(dated || (word.len > 4 && word.at[word.len - 2] == ']' &&
					  scan_is_digit(word.at[word.len - 3]))))
			return true;
	}
	return false;
}

static const char *find_stamp(struct text head, struct text *rest, struct klog_record *record)
{
	struct text seek = head;
	for (const char *at; seek.len && (at = memchr(seek.at, '[', seek.len));
		seek = scan_from(seek, at + 1)) {
		struct klog_record probe = *record;
		struct text text = scan_from(*rest, at);
		if (!logtime_take_boot_stamp(&text, &probe) &&
			!logtime_take_clock_stamp(&text, &probe))
			continue;
		*record = probe;
		*rest = text;
		return at;
	}
	const char *kernel = record->stamped ? NULL : scan_word(head, "kernel: ");
	if (kernel) {
		*rest = scan_from(*rest, kernel + strlen("kernel: "));
		record->stamped = record->tagged = true;
	}
	return kernel;
}

/* A dmesg stamp or "kernel: " behind a prefix nobody knows: a file name, a pod, console junk. Not
 * where that prefix names a program. */
static bool skip_to_stamp(struct text *rest, struct klog_record *record)
{
	struct text head = { rest->at, rest->len < PREFIX_MAX ? rest->len : PREFIX_MAX };
	struct text text = *rest;
	struct klog_record probe = *record;
	const char *at = find_stamp(head, &text, &probe);
	if (!at)
		return false;
	if (has_program(scan_until(head, at), record->stamped)) {
		record->foreign = true;
		return false;
	}
	*record = probe;
	*rest = text;
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
	rest = logquote_inside(rest);
	take_prefixes(&rest, ret);
	if (!ret->escaped && !ret->ring && !ret->tagged && !ret->foreign &&
		skip_to_stamp(&rest, ret))
		take_prefixes(&rest, ret);
	struct text text = rest;
	scan_blanks(&text);
	ret->indent = (uint64_t)(text.at - rest.at);
	ret->text = text;
}
