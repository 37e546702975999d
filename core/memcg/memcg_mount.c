#include "oomspect/memcg_mount.h"

#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* mountinfo writes blank, tab, newline and backslash as a backslash and three octal digits.
 * False when it does not fit. Source: fs/proc_namespace.c:mangle(). */
static bool unescape(struct text text, char *buffer, size_t size)
{
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.at + i;
		char c = *at;
		if (c == '\\' && text.len - i > 3 && is_octal(at[1]) && is_octal(at[2]) &&
			is_octal(at[3])) {
			c = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
			i += 3;
		}
		if (length == size - 1)
			return false;
		buffer[length++] = c;
	}
	buffer[length] = '\0';
	return true;
}

/* Whether a list such as "rw,cpu,memory" has `word`. */
static bool list_has(struct text list, char delimiter, const char *word)
{
	struct text item;
	while (text_split(&list, delimiter, &item))
		if (text_equals(item, word))
			return true;
	return text_equals(list, word);
}

static int version_of(struct text type, struct text super_options)
{
	if (text_equals(type, "cgroup2"))
		return 2;
	return text_equals(type, "cgroup") && list_has(super_options, ',', "memory") ? 1 : 0;
}

/* 36 35 98:0 /root /mount/point rw,noatime master:1 - fstype source super,options */
bool memcg_mount_parse(struct text line, struct memcg_mount *ret)
{
	struct text field, shown, point, type, super_options;
	for (int skipped = 0; skipped < 3; skipped++)
		if (!text_next_field(&line, &field))
			return false;
	if (!text_next_field(&line, &shown) || !text_next_field(&line, &point))
		return false;
	do
		if (!text_next_field(&line, &field))
			return false;
	while (!text_equals(field, "-"));
	if (!text_next_field(&line, &type) || !text_next_field(&line, &super_options))
		return false;
	if (text_next_field(&line, &field)) /* else the source was an empty name */
		super_options = field;
	int version = version_of(type, super_options);
	if (version == 0 || *point.at != '/' || *shown.at != '/')
		return false;
	if (!unescape(point, ret->point, sizeof(ret->point)) ||
		!unescape(shown, ret->shown, sizeof(ret->shown)))
		return false;
	ret->version = version;
	return true;
}

bool memcg_mount_has_memory(struct text controllers)
{
	return list_has(text_trim(controllers), ' ', "memory");
}

bool memcg_mount_is_top(const char *shown)
{
	while (strncmp(shown, "/..", 3) == 0 && (shown[3] == '/' || shown[3] == '\0'))
		shown += 3;
	return *shown == '\0' || strcmp(shown, "/") == 0;
}
