#include "klog_journal.h"

#include "klog_follow.h"
#include "klog_reader.h"

#include "oomspect/array.h"
#include "oomspect/jsonline.h"
#include "oomspect/logline.h"

#include <stdlib.h>
#include <string.h>

static bool keep(struct klog *klog, struct text text)
{
	if (!ARRAY_RESERVE(klog->scratch, klog->scratch_size, text.len + 1)) {
		klog->no_memory = true;
		return false;
	}
	memcpy(klog->scratch, text.at, text.len);
	klog->scratch[text.len] = '\0';
	return true;
}

/* Fields whose name begins with "_" are the journal's own; the others are what the program said. */
static void take_writer(struct text name, struct text value, struct klog_entry *entry)
{
	if (text_equals(name, "_TRANSPORT")) {
		entry->by_kernel = text_equals(value, "kernel");
		entry->by_other |= !entry->by_kernel;
	} else if (text_equals(name, "SYSLOG_IDENTIFIER")) {
		entry->by_other |= !text_equals(value, "kernel");
	} else if (text_equals(name, "SYSLOG_FACILITY")) {
		uint64_t number;
		bool known = text_to_u64(value, &number) && number < 128;
		if (known)
			entry->record.facility = (int)number;
		entry->by_other |= !known || number != 0;
	}
}

static void take_field(
	struct klog *klog, struct text name, struct text value, struct klog_entry *entry)
{
	uint64_t number;
	struct klog_record *record = &entry->record;
	take_writer(name, value, entry);
	if (text_equals(name, "MESSAGE")) {
		entry->has_message = keep(klog, value);
		entry->length = value.len;
	} else if (text_equals(name, "PRIORITY") && text_to_u64(value, &number) && number < 8) {
		record->level = (int)number;
	} else if (text_equals(name, "_SOURCE_MONOTONIC_TIMESTAMP") &&
		   text_to_u64(value, &number) && number < INT64_MAX) {
		record->boot_us = (int64_t)number;
	} else if (text_equals(name, "__REALTIME_TIMESTAMP") && text_to_u64(value, &number) &&
		   number < INT64_MAX) {
		record->unix_us = (int64_t)number;
	}
}

/* The record of an entry; false if the entry has none. */
static bool finish_entry(struct klog *klog, struct klog_entry *entry, struct klog_record *ret)
{
	bool has_message = entry->has_message;
	struct klog_record *record = &entry->record;
	record->form = KLOG_WHOLE;
	record->stamped = true;
	record->foreign = entry->by_other;
	record->proven = entry->by_kernel && !entry->by_other && record->facility == 0;
	record->text = (struct text){ klog->scratch, entry->length };
	record->line = klog->reader.line;
	if (has_message)
		*ret = *record;
	klog_entry_init(entry);
	return has_message;
}

static uint64_t little_endian(struct text bytes)
{
	uint64_t number = 0;
	for (size_t i = bytes.len; i-- > 0;)
		number = number << 8 | (unsigned char)bytes.at[i];
	return number;
}

/* "NAME" alone on its line: eight bytes of length, little endian, the value, a newline. Takes the
 * next of these; of a value beyond the buffer the rest is passed over. */
static enum klog_status go_on(struct klog *klog, struct klog_entry *entry, struct err *err)
{
	struct text bytes;
	bool length = entry->next == KLOG_ENTRY_LENGTH, newline = entry->next == KLOG_ENTRY_NEWLINE;
	uint64_t count = length ? 8 : newline ? 1 : entry->left;
	enum klog_status status = klog_reader_bytes(&klog->reader, count, &bytes, err);
	if (status == KLOG_AGAIN && klog->reader.grows)
		return klog_follow_end(klog, &bytes) == KLOG_AGAIN ? KLOG_AGAIN : KLOG_MORE;
	if (status != KLOG_RECORD)
		return status;
	if (newline) {
		entry->next = KLOG_ENTRY_LINE;
		return KLOG_RECORD;
	}
	if (length && bytes.len < count)
		return KLOG_END;
	if (entry->next == KLOG_ENTRY_VALUE)
		take_field(klog, text_of(entry->field), bytes, entry);
	entry->left = length ? little_endian(bytes) : entry->left - bytes.len;
	entry->next = !entry->left ? KLOG_ENTRY_NEWLINE
		      : length     ? KLOG_ENTRY_VALUE
				   : KLOG_ENTRY_REST;
	return KLOG_RECORD;
}

/* A line of an entry. True if it ends one that has a record. */
static bool take_entry_line(struct klog *klog, struct text line, struct klog_record *ret)
{
	struct klog_entry *entry = &klog->entry;
	struct text name, value = line;
	if (!line.len)
		return finish_entry(klog, entry, ret);
	if (text_split(&value, '=', &name)) {
		take_field(klog, name, value, entry);
	} else {
		text_copy(line, entry->field, sizeof(entry->field));
		entry->next = KLOG_ENTRY_LENGTH;
	}
	return false;
}

void klog_take_export_line(struct klog *klog, struct text line)
{
	struct klog_record none;
	take_entry_line(klog, line, &none);
}

enum klog_status klog_read_export(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct klog_entry *entry = &klog->entry;
	struct text line;
	enum klog_status status = KLOG_RECORD;
	while (status == KLOG_RECORD) {
		if (entry->next != KLOG_ENTRY_LINE) {
			status = go_on(klog, entry, err);
			continue;
		}
		status = klog_next_line(klog, &line, err);
		if (status == KLOG_RECORD && take_entry_line(klog, line, ret))
			return KLOG_RECORD;
	}
	bool whole = status == KLOG_END && entry->next == KLOG_ENTRY_LINE;
	return whole && finish_entry(klog, entry, ret) ? KLOG_RECORD : status;
}

/* --- journalctl -o verbose ---------------------------------------------------------------------- */

/* "t=5f3b550c118c1;" of a cursor: microseconds in hexadecimal digits. */
static int64_t cursor_us(struct text cursor, const char *key)
{
	const char *at = text_find(cursor, key);
	if (!at)
		return UNKNOWN_SIGNED;
	int64_t us = 0;
	size_t digits = 0;
	for (const char *c = at + strlen(key); c < cursor.at + cursor.len; c++, digits++) {
		const char *hex = "0123456789abcdef", *digit = *c ? strchr(hex, *c) : NULL;
		if (!digit || digits > 14)
			break;
		us = us * 16 + (digit - hex);
	}
	return digits ? us : UNKNOWN_SIGNED;
}

/* "Thu 2023-02-02 11:49:13.015489 CET [s=1d8f;i=1082;b=796d;m=1f67;t=5f3b;x=e534]" begins an entry. */
static bool take_verbose_head(struct klog *klog, struct text line)
{
	struct klog_entry *entry = &klog->entry;
	struct klog_record record;
	if (!line.len || line.at[line.len - 1] != ']' || !text_find(line, " [s="))
		return false;
	logline_parse(line, &record);
	if (!record.stamp.len || !text_starts(record.text, "[s=") || !text_find(record.text, ";i="))
		return false;
	klog_entry_init(entry);
	entry->record.boot_us = cursor_us(record.text, ";m=");
	entry->record.unix_us = cursor_us(record.text, ";t=");
	text_copy(record.stamp, entry->field, sizeof(entry->field));
	return true;
}

static bool is_field_name(struct text name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (c != '_' && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return name.len > 0;
}

/* "    PRIORITY=6"; the second line of a message stands further right. */
static bool take_verbose_field(struct klog *klog, struct text line)
{
	struct text value = line, name;
	if (!text_skip(&value, "    "))
		return false;
	bool field = text_split(&value, '=', &name) && is_field_name(name);
	if (field)
		take_field(klog, name, value, &klog->entry);
	return field || text_starts(line, "     ");
}

static bool finish_verbose(struct klog *klog, struct klog_record *ret)
{
	text_copy(text_of(klog->entry.field), klog->stamp, sizeof(klog->stamp));
	if (!finish_entry(klog, &klog->entry, ret))
		return false;
	ret->stamp = text_of(klog->stamp);
	ret->line = klog->reader.line - 1;
	return true;
}

enum klog_verbose klog_take_verbose(struct klog *klog, struct text line, struct klog_record *ret)
{
	if (klog->verbose && take_verbose_field(klog, line))
		return KLOG_VERBOSE_TAKEN;
	bool any = klog->verbose && finish_verbose(klog, ret);
	klog->verbose = take_verbose_head(klog, line);
	if (!klog->verbose)
		return any ? KLOG_VERBOSE_RECORD_BEFORE : KLOG_VERBOSE_NONE;
	return any ? KLOG_VERBOSE_RECORD : KLOG_VERBOSE_TAKEN;
}

bool klog_end_verbose(struct klog *klog, struct klog_record *ret)
{
	bool any = klog->verbose && finish_verbose(klog, ret);
	klog->verbose = false;
	if (any)
		ret->line++;
	return any;
}

/* --- JSON ---------------------------------------------------------------------------------------- */

#define SMALL_MAX 256 /* bytes of a field that is a number or a name */

static struct text small_text(struct text object, const char *key, char bytes[SMALL_MAX])
{
	struct text value = jsonline_get(object, key);
	size_t length;
	bool small =
		value.len <= SMALL_MAX && *value.at == '"' && jsonline_bytes(value, bytes, &length);
	return small ? (struct text){ bytes, length } : (struct text){ "", 0 };
}

static bool has(struct text object, const char *key)
{
	return jsonline_get(object, key).len > 0;
}

/* The bytes of a value, in a buffer that grows. */
static bool decode(struct klog *klog, struct text value, char **buffer, size_t *size, size_t *ret)
{
	if (!ARRAY_RESERVE(*buffer, *size, value.len + 1)) {
		klog->no_memory = true;
		return false;
	}
	return jsonline_bytes(value, *buffer, ret);
}

static bool from_journal(struct klog *klog, struct text object, struct klog_record *ret)
{
	static const char *const names[] = { "_TRANSPORT", "PRIORITY", "SYSLOG_FACILITY",
		"SYSLOG_IDENTIFIER", "_SOURCE_MONOTONIC_TIMESTAMP", "__REALTIME_TIMESTAMP" };
	struct klog_entry entry;
	char bytes[SMALL_MAX];
	klog_entry_init(&entry);
	entry.has_message = has(object, "MESSAGE") &&
			    decode(klog, jsonline_get(object, "MESSAGE"), &klog->scratch,
				    &klog->scratch_size, &entry.length);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct text value = small_text(object, names[i], bytes);
		/* More than one value is an array: not what the kernel's records have. */
		entry.by_other |= has(object, names[i]) && !value.len;
		if (value.len)
			take_field(klog, text_of(names[i]), value, &entry);
	}
	return finish_entry(klog, &entry, ret);
}

/* The writer, in the words of the usual shippers of syslog. */
static bool is_of_program(struct text object)
{
	static const char *const keys[] = { "SYSLOG_IDENTIFIER", "syslog_identifier", "ident",
		"programname", "program", "appname", "app_name" };
	char bytes[SMALL_MAX];
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct text writer = small_text(object, keys[i], bytes);
		if (writer.len && !logline_is_kernel_tag(writer))
			return true;
	}
	return false;
}

/* A line, or more, that a shipper of logs has put into an object. */
static bool from_shipper(struct klog *klog, struct text object, struct klog_record *ret)
{
	static const char *const keys[] = { "log", "message", "msg", "MESSAGE", "text" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct text value = jsonline_get(object, keys[i]), text;
		size_t length;
		if (!value.len || *value.at != '"' ||
			!decode(klog, value, &klog->decoded, &klog->decoded_size, &length) ||
			!length)
			continue;
		klog->inner = (struct text){ klog->decoded, length };
		text_next_line(&klog->inner, &text);
		logline_parse(text, ret);
		ret->foreign |= klog->inner_foreign = is_of_program(object);
		return true;
	}
	return false;
}

bool klog_parse_json(struct klog *klog, struct text line, struct klog_record *ret)
{
	line = text_trim(line);
	if (line.len < 8 || *line.at != '{' || line.at[line.len - 1] != '}' ||
		!jsonline_is_object(line))
		return false;
	klog_record_init(ret);
	return has(line, "__REALTIME_TIMESTAMP") || has(line, "_TRANSPORT")
		       ? from_journal(klog, line, ret)
		       : from_shipper(klog, line, ret);
}

#define PRETTY_LINES_MAX 512
#define PRETTY_BYTES_MAX KLOG_STEP_BYTES

static bool gather(struct klog *klog, struct text line)
{
	if (!ARRAY_RESERVE(klog->object, klog->object_size, klog->object_len + line.len + 1))
		return false;
	memcpy(klog->object + klog->object_len, line.at, line.len);
	klog->object[klog->object_len + line.len] = '\n';
	klog->object_len += line.len + 1;
	klog->gathered++;
	return true;
}

/* KLOG_RECORD when the object is closed, or is none: then `ret_closed` is false. */
static enum klog_status gather_object(struct klog *klog, bool *ret_closed, struct err *err)
{
	*ret_closed = false;
	while (klog->gathered < PRETTY_LINES_MAX && klog->object_len < PRETTY_BYTES_MAX) {
		struct text line;
		enum klog_status status = klog_next_line(klog, &line, err);
		if (status == KLOG_END)
			return KLOG_RECORD;
		if (status != KLOG_RECORD)
			return status;
		if (!gather(klog, line)) {
			err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
			return KLOG_FAILED;
		}
		*ret_closed = text_starts(line, "}");
		if (*ret_closed)
			break;
	}
	return KLOG_RECORD;
}

enum klog_status klog_read_pretty(
	struct klog *klog, const char *first, struct klog_record *ret, struct err *err)
{
	struct text line;
	bool closed;
	if (first) {
		klog->object_len = klog->gathered = 0;
		if (!gather(klog, text_of(first))) {
			err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
			return KLOG_FAILED;
		}
	}
	enum klog_status status = gather_object(klog, &closed, err);
	if (status != KLOG_RECORD)
		return status;
	klog->gathered = 0;
	struct text object = { klog->object, klog->object_len };
	if (closed && klog_parse_json(klog, object, ret))
		return KLOG_RECORD;
	klog->inner = object;
	klog->inner_foreign = false;
	text_next_line(&klog->inner, &line);
	logline_parse(line, ret);
	return KLOG_RECORD;
}
