/* The journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS) and JSON lines. */
#include "klog_reader.h"

#include "oomspect/logline.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What an entry says, gathered over its fields. */
struct entry {
	bool any, has_message, from_kernel, has_transport;
	size_t length; /* of the message, in scratch */
};

static bool keep(struct klog *klog, struct text text)
{
	if (text.len + 1 > klog->scratch_size) {
		char *bigger = realloc(klog->scratch, text.len + 1);
		if (!bigger)
			return false;
		klog->scratch = bigger;
		klog->scratch_size = text.len + 1;
	}
	memcpy(klog->scratch, text.at, text.len);
	klog->scratch[text.len] = '\0';
	return true;
}

static void take_field(struct klog *klog, struct text name, struct text value, struct entry *entry,
	struct klog_record *record)
{
	uint64_t number;
	entry->any = true;
	if (text_equals(name, "MESSAGE")) {
		entry->has_message = keep(klog, value);
		entry->length = value.len;
	} else if (text_equals(name, "_TRANSPORT")) {
		entry->has_transport = true;
		entry->from_kernel = text_equals(value, "kernel");
	} else if (text_equals(name, "PRIORITY") && text_to_u64(value, &number) && number < 8) {
		record->level = (int)number;
	} else if (text_equals(name, "SYSLOG_FACILITY") && text_to_u64(value, &number) &&
		   number < 128) {
		record->facility = (int)number;
	} else if (text_equals(name, "_SOURCE_MONOTONIC_TIMESTAMP") &&
		   text_to_u64(value, &number) && number < INT64_MAX) {
		record->boot_us = (int64_t)number;
	} else if (text_equals(name, "__REALTIME_TIMESTAMP") && text_to_u64(value, &number) &&
		   number < INT64_MAX) {
		record->unix_us = (int64_t)number;
	}
}

/* "NAME" alone on its line: eight bytes of length, little endian, the value, a newline. */
static enum klog_status take_binary(struct klog *klog, struct text name, struct entry *entry,
	struct klog_record *record, struct err *err)
{
	char field[64];
	struct text bytes, value;
	text_copy(name, field, sizeof(field));
	enum klog_status status = klog_reader_bytes(&klog->reader, 8, &bytes, err);
	if (status != KLOG_RECORD || bytes.len < 8)
		return status == KLOG_RECORD ? KLOG_END : status;
	uint64_t length = 0;
	for (int i = 7; i >= 0; i--)
		length = length << 8 | (unsigned char)bytes.at[i];
	status = length ? klog_reader_bytes(&klog->reader, length, &value, err) : KLOG_RECORD;
	if (status != KLOG_RECORD)
		return status;
	if (length) {
		take_field(klog, text_of(field), value, entry, record);
		for (length -= value.len; length && status == KLOG_RECORD; length -= value.len)
			status = klog_reader_bytes(&klog->reader, length, &value, err);
	}
	return status == KLOG_RECORD ? klog_reader_bytes(&klog->reader, 1, &value, err) : status;
}

/* The record of an entry; false if the entry has none. */
static bool finish_entry(struct klog *klog, const struct entry *entry, struct klog_record *record)
{
	if (!entry->has_message)
		return false;
	record->form = KLOG_WHOLE;
	record->stamped = true;
	record->foreign = entry->has_transport && !entry->from_kernel;
	record->text = (struct text){ klog->scratch, entry->length };
	record->line = klog->reader.line;
	return true;
}

enum klog_status klog_read_export(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct entry entry = { .any = false };
	struct text line, name;
	enum klog_status status;
	klog_record_init(ret);
	while ((status = klog_reader_line(&klog->reader, &line, err)) == KLOG_RECORD) {
		if (!line.len) {
			if (finish_entry(klog, &entry, ret))
				return KLOG_RECORD;
			entry = (struct entry){ .any = false };
			klog_record_init(ret);
			continue;
		}
		struct text value = line;
		if (text_split(&value, '=', &name))
			take_field(klog, name, value, &entry, ret);
		else if ((status = take_binary(klog, line, &entry, ret, err)) != KLOG_RECORD)
			return status;
	}
	if (status == KLOG_END && finish_entry(klog, &entry, ret))
		return KLOG_RECORD;
	return status;
}

static struct text json_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return json_is_string(value)
		       ? (struct text){ json_string_value(value), json_string_length(value) }
		       : (struct text){ "", 0 };
}

/* journalctl gives a message that is not UTF-8 as an array of its bytes. */
static bool json_bytes(struct klog *klog, const json_t *array, struct text *ret)
{
	size_t count = json_array_size(array);
	char *bytes = malloc(count + 1);
	if (!bytes)
		return false;
	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)json_integer_value(json_array_get(array, i));
	bool kept = keep(klog, (struct text){ bytes, count });
	free(bytes);
	*ret = (struct text){ klog->scratch, count };
	return kept;
}

static bool from_journal(struct klog *klog, json_t *object, struct klog_record *ret)
{
	static const char *const names[] = { "_TRANSPORT", "PRIORITY", "SYSLOG_FACILITY",
		"_SOURCE_MONOTONIC_TIMESTAMP", "__REALTIME_TIMESTAMP" };
	const json_t *message = json_object_get(object, "MESSAGE");
	struct entry entry = { .any = true };
	struct text text = json_text(object, "MESSAGE");
	if (json_is_array(message) ? !json_bytes(klog, message, &text) : !json_is_string(message))
		return false;
	if (!json_is_array(message) && !keep(klog, text))
		return false;
	entry.has_message = true;
	entry.length = text.len;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct text value = json_text(object, names[i]);
		if (value.len)
			take_field(klog, text_of(names[i]), value, &entry, ret);
	}
	return finish_entry(klog, &entry, ret);
}

bool klog_parse_json(struct klog *klog, struct text line, struct klog_record *ret)
{
	static const char *const keys[] = { "log", "message", "msg", "MESSAGE", "text" };
	line = text_trim(line);
	if (line.len < 8 || *line.at != '{' || line.at[line.len - 1] != '}')
		return false;
	json_t *object = json_loadb(line.at, line.len, 0, NULL);
	if (!object)
		return false;
	klog_record_init(ret);
	if (json_object_get(object, "__REALTIME_TIMESTAMP") ||
		json_object_get(object, "_TRANSPORT")) {
		bool found = from_journal(klog, object, ret);
		json_decref(object);
		return found;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct text text = json_text(object, keys[i]);
		if (!text.len)
			continue;
		if (klog->json)
			json_decref(klog->json);
		klog->json = object;
		klog->inner = text;
		text_next_line(&klog->inner, &text);
		logline_parse(text, ret);
		return true;
	}
	json_decref(object);
	return false;
}

#define PRETTY_LINES_MAX 512

static bool gather(struct klog *klog, struct text line)
{
	if (klog->object_len + line.len + 1 > klog->object_size) {
		size_t size = (klog->object_len + line.len + 1) * 2;
		char *bigger = realloc(klog->object, size);
		if (!bigger)
			return false;
		klog->object = bigger;
		klog->object_size = size;
	}
	memcpy(klog->object + klog->object_len, line.at, line.len);
	klog->object[klog->object_len + line.len] = '\n';
	klog->object_len += line.len + 1;
	return true;
}

enum klog_status klog_read_pretty(struct klog *klog, struct klog_record *ret, struct err *err)
{
	struct text line = text_of("{");
	enum klog_status status = KLOG_RECORD;
	bool closed = false;
	klog->object_len = 0;
	for (int lines = 0; lines < PRETTY_LINES_MAX && !closed; lines++) {
		if (!gather(klog, line)) {
			err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
			return KLOG_FAILED;
		}
		closed = text_starts(line, "}");
		if (!closed &&
			(status = klog_reader_line(&klog->reader, &line, err)) != KLOG_RECORD)
			break;
	}
	if (status == KLOG_FAILED)
		return status;
	struct text object = { klog->object, klog->object_len };
	if (closed && klog_parse_json(klog, object, ret))
		return KLOG_RECORD;
	klog->inner = object;
	text_next_line(&klog->inner, &line);
	logline_parse(line, ret);
	return KLOG_RECORD;
}
