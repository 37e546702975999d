#include "oomspect/oomlog.h"

#include "shapes.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <stdlib.h>
#include <string.h>

/* A message is cut here; the kernel's own are 1 KiB, memory.stat in one record somewhat more. */
#define MESSAGE_MAX 16384
#define RAW_MAX     (256 * 1024)

/* No record of 1 KiB is wrapped into more lines, not at 20 columns; it bounds the time as well. */
#define PIECES_MAX 64

static void keep_raw(struct oomlog *log, struct text text)
{
	struct oom_event *event = &log->event;
	size_t needed = event->raw_len + text.len + 2;
	if (!(log->flags & OOMLOG_KEEP_RAW) || needed > RAW_MAX)
		return;
	if (!ARRAY_RESERVE(event->raw, log->raw_size, needed)) {
		log->error = ERR_NO_MEMORY;
		return;
	}
	memcpy(event->raw + event->raw_len, text.at, text.len);
	event->raw_len += text.len;
	event->raw[event->raw_len++] = '\n';
	event->raw[event->raw_len] = '\0';
}

/* What a program says of a kill. */
static bool take_notice(
	struct oomlog *log, struct text text, struct text stamp, int64_t boot_us, int64_t unix_us)
{
	struct oom_notice notice = { .program = NULL };
	if (!oomnotice_parse(text, &log->nohang, &notice))
		return false;
	notice.stamp = stamp;
	notice.boot_us = boot_us;
	notice.unix_us = unix_us;
	if (log->sink.notice)
		log->sink.notice(log->sink.arg, &notice);
	return true;
}

/* The first line of an event that has a time tells it. */
static void complete_times(struct oomlog *log)
{
	const struct oomlog_message *message = &log->message;
	struct oom_event *event = &log->event;
	if (event->boot_us == UNKNOWN_SIGNED)
		event->boot_us = message->boot_us;
	if (event->unix_us == UNKNOWN_SIGNED)
		event->unix_us = message->unix_us;
	if (!event->stamp[0])
		memcpy(event->stamp, message->stamp, sizeof(event->stamp));
}

static void process_message(struct oomlog *log)
{
	struct oomlog_message *message = &log->message;
	if (message->pending && message->len) {
		enum oomlog_phase before = log->phase;
		struct text whole = { message->bytes, message->len };
		bool taken = oomlog_take(log);
		if (!taken)
			take_notice(log, whole, text_of(message->stamp), message->boot_us,
				message->unix_us);
		if (log->phase != OOMLOG_IDLE && (taken || before != OOMLOG_DECIDED))
			keep_raw(log, whole);
		if (log->phase != OOMLOG_IDLE && taken) {
			log->event.last_line = message->last_line;
			log->event.proven &= message->proven;
		}
		bool within = log->phase == OOMLOG_REPORT && message->boot_us != UNKNOWN_SIGNED;
		if (log->phase != OOMLOG_IDLE && (taken || within))
			complete_times(log);
		if (log->event.no_memory)
			log->error = ERR_NO_MEMORY;
	}
	message->pending = false;
}

static void append(struct oomlog *log, struct text text, bool escaped)
{
	struct oomlog_message *message = &log->message;
	size_t room = MESSAGE_MAX - message->len;
	size_t length = text.len < room ? text.len : room;
	memcpy(message->bytes + message->len, text.at, length);
	if (escaped)
		length = klog_unescape(message->bytes + message->len, length);
	message->len += length;
}

/* "#012" is what syslog daemons make of a newline inside a record. True if there was one. */
static bool restore_newlines(struct oomlog_message *message)
{
	struct text rest = { message->bytes, message->len };
	size_t out = 0;
	if (!text_find(rest, "#012"))
		return false;
	for (size_t i = 0; i < message->len; i++) {
		bool newline = i + 3 < message->len && memcmp(message->bytes + i, "#012", 4) == 0;
		message->bytes[out++] = newline ? '\n' : message->bytes[i];
		i += newline ? 3 : 0;
	}
	message->len = out;
	return true;
}

/* "Out of memory:" and "Killed process" on the next line: both are known, and are one. */
static bool makes_kill(const struct oomlog_message *message, struct text next)
{
	struct text text = scan_trim_end((struct text){ message->bytes, message->len });
	return message->shape->open == logjoin_kill && text.len && text.at[text.len - 1] == ':' &&
	       (text_starts(next, "Killed process ") || text_starts(next, "Kill process "));
}

/* Where lines have stamps, a line without one that follows the widest line so far may be its rest.
 * If that happens again at the same width, a terminal or a web page has cut all lines there. */
static bool reaches_the_cut(const struct oomlog *log, const struct klog_record *record)
{
	const struct oomlog_message *message = &log->message;
	return record->form == KLOG_LINE && message->pending && message->stamped &&
	       !record->stamped && record->indent <= 1 && message->width == log->widest;
}

static bool is_known(const struct oomlog_shape *shape)
{
	return shape->where != OOMLOG_LAST;
}

static bool joins(const struct oomlog *log, const struct klog_record *record,
	const struct oomlog_shape *shape, struct logjoin *join)
{
	const struct oomlog_message *message = &log->message;
	if (!message->pending || !message->len || message->len == MESSAGE_MAX ||
		message->pieces == PIECES_MAX || !record->text.len)
		return false;
	*join = (struct logjoin){ .text = { message->bytes, message->len },
		.next = record->text,
		.columns = &log->columns,
		.width = message->width,
		.widest = message->width >= log->widest,
		.stamped = message->stamped,
		.cut = log->cuts > 1 && reaches_the_cut(log, record),
		.indented = record->indent > 0,
		.blank_end = message->blank_end };
	if (record->stamped) {
		/* 1024 bytes are a record: a long cgroup path goes on in the next one, flagged 'c'
		 * in /dev/kmsg, on a line of its own elsewhere. */
		return message->shape->open == logjoin_constraint &&
		       (record->continues || text_find(record->text, ",task=")) &&
		       !is_known(shape) && logjoin_constraint(join);
	}
	if (logjoin_is_elision(record->text))
		return false;
	if (join->cut)
		return true;
	if (!is_known(message->shape))
		return oomlog_makes_shape(join->text, join->next, "") ||
		       oomlog_makes_shape(join->text, join->next, " ");
	if (makes_kill(message, record->text))
		return true;
	return message->shape->open && !is_known(shape) && message->shape->open(join);
}

static const struct oomlog_shape *shape_of(const struct oomlog *log)
{
	struct text text = { log->message.bytes, log->message.len };
	return oomlog_shape_of(&log->filter, text);
}

static void start_message(
	struct oomlog *log, const struct klog_record *record, const struct oomlog_shape *shape)
{
	struct oomlog_message *message = &log->message;
	/* A stamp that stands alone, its message wrapped to the next line. */
	bool lone_stamp = message->pending && !message->len && message->stamped && !record->stamped;
	message->len = 0;
	message->first_line = message->last_line = record->line;
	message->width = record->width;
	message->blank_end = record->blank_end;
	message->form = record->form;
	message->pieces = 1;
	if (!lone_stamp) {
		message->boot_us = record->boot_us;
		message->unix_us = record->unix_us;
		message->stamped = record->stamped;
		message->proven = record->proven;
		text_copy(record->stamp, message->stamp, sizeof(message->stamp));
	}
	append(log, record->text, record->escaped);
	bool changed = restore_newlines(message) || record->escaped;
	message->shape = changed ? shape_of(log) : shape;
	message->pending = true;
}

static void continue_message(
	struct oomlog *log, const struct klog_record *record, const struct logjoin *join)
{
	struct oomlog_message *message = &log->message;
	enum logjoin_gap gap = record->stamped ? LOGJOIN_NONE : logjoin_gap(join);
	if (!is_known(message->shape) && !record->stamped && !join->cut)
		gap = oomlog_makes_shape(join->text, join->next, "") ? LOGJOIN_NONE : LOGJOIN_BLANK;
	while (message->len && scan_is_blank(message->bytes[message->len - 1]))
		message->len--;
	if (gap == LOGJOIN_BLANK)
		append(log, text_of(" "), false);
	append(log, record->text, record->escaped);
	message->proven &= record->proven;
	message->width = record->width;
	message->blank_end = record->blank_end;
	message->last_line = record->line;
	message->pieces++;
	if (!is_known(message->shape))
		message->shape = shape_of(log);
}

/* The words of the kernel, wherever a program put them. */
static bool has_kernels_words(struct text text)
{
	if (text_find(text, "oom-kill"))
		return text_find(text, "invoked oom-killer: gfp_mask=") ||
		       text_find(text, "oom-kill:constraint=");
	return text_find(text, "ut of memory") &&
	       (text_find(text, "Killed process ") || text_find(text, "Kill process "));
}

/* A program may write anything into the log; it is the kernel that kills. */
static void take_foreign(struct oomlog *log, const struct klog_record *record)
{
	if (take_notice(log, record->text, record->stamp, record->boot_us, record->unix_us))
		return;
	if (has_kernels_words(record->text))
		log->others[OOMLOG_FORGED]++;
}

/* Where lines have stamps, journalctl(1) and some syslog daemons print the second line of a message
 * without one. */
static bool is_foreign(struct oomlog *log, const struct klog_record *record)
{
	bool rest = log->after_foreign && record->form == KLOG_LINE && !record->stamped &&
		    record->text.len;
	log->after_foreign = rest || record->foreign || record->facility > 0;
	return log->after_foreign;
}

enum err_code oomlog_push(struct oomlog *log, const struct klog_record *record)
{
	struct logjoin join;
	log->records++;
	if (record->form == KLOG_LINE && record->width > log->widest) {
		log->widest = record->width;
		log->cuts = 0;
	}
	log->cuts += reaches_the_cut(log, record);
	if (is_foreign(log, record)) {
		take_foreign(log, record);
		return log->error;
	}
	const struct oomlog_shape *shape = oomlog_shape_of(&log->filter, record->text);
	if (joins(log, record, shape, &join)) {
		continue_message(log, record, &join);
		return log->error;
	}
	process_message(log);
	start_message(log, record, shape);
	/* Whole records need no next line, but for the one that may be cut at 1024 bytes. */
	bool may_go_on = log->message.shape->open == logjoin_constraint;
	if (record->form == KLOG_WHOLE && !may_go_on)
		process_message(log);
	return log->error;
}

bool oomlog_waiting(const struct oomlog *log)
{
	return log->held_count || log->phase == OOMLOG_DECIDED ||
	       (log->message.pending && is_known(log->message.shape));
}

void oomlog_flush(struct oomlog *log, bool overdue)
{
	if (!overdue)
		process_message(log);
	if (log->phase == OOMLOG_DECIDED && !(overdue && log->event.group))
		oomlog_end(log);
	oomlog_deliver_held(log);
}

void oomlog_finish(struct oomlog *log)
{
	process_message(log);
	oomlog_end(log);
	oomlog_deliver_held(log);
}

enum err_code oomlog_init(
	struct oomlog *log, const char *source, struct oomlog_sink sink, unsigned flags)
{
	memset(log, 0, sizeof(*log));
	log->sink = sink;
	log->flags = flags;
	oomlog_filter_init(&log->filter);
	log->suppressed = UNKNOWN_SIGNED;
	log->source = strdup(source);
	log->message.bytes = malloc(MESSAGE_MAX);
	oom_event_init(&log->event);
	oom_event_init(&log->last);
	oom_victim_init(&log->reaped);
	if (log->source && log->message.bytes)
		return ERR_OK;
	oomlog_release(log);
	return log->error = ERR_NO_MEMORY;
}

void oomlog_release(struct oomlog *log)
{
	for (size_t i = 0; i < log->held_count; i++)
		oom_event_release(&log->held[i]);
	oom_event_release(&log->event);
	oom_event_release(&log->last);
	free(log->message.bytes);
	free(log->source);
	memset(log, 0, sizeof(*log));
}

const char *oomlog_other_name(enum oomlog_other other)
{
	static const char *const names[OOMLOG_OTHER_COUNT] = {
		[OOMLOG_ALLOCATION_FAILURE] = "page allocation failures",
		[OOMLOG_SYSRQ_IGNORED] = "sysrq-f requests without a candidate",
		[OOMLOG_FORGED] = "OOM lines written by programs, ignored",
	};
	return names[other];
}
