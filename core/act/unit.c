#include "oomspect/unit.h"

#include "oomspect/badness.h"
#include "oomspect/line.h"
#include "oomspect/unit_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_SIZE     65536
#define DROP_INS_READ 64 /* of one unit; a hostile tree has more */

/* --- the name --------------------------------------------------------------------------------- */

static bool text_ends(struct text text, const char *suffix)
{
	size_t length = strlen(suffix);
	return text.len > length && memcmp(text.at + text.len - length, suffix, length) == 0;
}

/* "user@1000.service" runs the units inside for that user. */
static bool manager_of(struct text part, int64_t *ret_uid)
{
	uint64_t uid;
	if (!text_skip(&part, "user@") || !text_ends(part, ".service"))
		return false;
	part.len -= strlen(".service");
	if (!text_to_u64(part, &uid) || uid > UINT32_MAX)
		return false;
	*ret_uid = (int64_t)uid;
	return true;
}

/* The innermost component that is a service or a scope, and whose manager runs it. */
static bool name_unit(const char *cgroup, struct unit *unit, int64_t *ret_uid)
{
	struct text rest = text_of(cgroup), part;
	int64_t uid = UNIT_USER_NONE;
	bool more = true;
	while (more) {
		more = text_split(&rest, '/', &part);
		if (!more)
			part = rest;
		bool service = text_ends(part, ".service");
		if ((!service && !text_ends(part, ".scope")) || part.len >= sizeof(unit->name))
			continue;
		*ret_uid = uid;
		unit->user = uid != UNIT_USER_NONE;
		unit->service = service;
		text_copy(part, unit->name, sizeof(unit->name));
		manager_of(part, &uid);
	}
	return unit->name[0] != '\0';
}

/* --- one file --------------------------------------------------------------------------------- */

/* systemd leaves out what it cannot read as a value, and keeps the one before. */
static bool is_value(struct text text)
{
	char number[UNIT_VALUE_SIZE], *end;
	if (text.len >= sizeof(number))
		return false;
	text_copy(text, number, sizeof(number));
	if (strspn(number, "+-0123456789abcdefxABCDEFX") != text.len)
		return false;
	errno = 0;
	long value = strtol(number, &end, 0);
	return !*end && errno == 0 && value >= OOM_SCORE_ADJ_MIN && value <= OOM_SCORE_ADJ_MAX;
}

/* The value of the line, if it sets one. */
static bool take_setting(struct text line, struct text *ret)
{
	if (!text_skip(&line, "OOMScoreAdjust"))
		return false;
	line = text_trim(line);
	if (!text_skip(&line, "="))
		return false;
	*ret = text_trim(line);
	return ret->len == 0 || is_value(*ret);
}

bool unit_parse(struct text text, char value[UNIT_VALUE_SIZE])
{
	struct text line, setting;
	bool in_service = false, continued = false, found = false;
	while (text_next_line(&text, &line)) {
		line = text_trim(line);
		if (text_starts(line, "#") || text_starts(line, ";"))
			continue; /* also in the middle of a continued line */
		bool rest = continued;
		continued = line.len && line.at[line.len - 1] == '\\';
		if (rest)
			continue;
		if (text_starts(line, "["))
			in_service = text_equals(line, "[Service]");
		if (!in_service || !take_setting(line, &setting))
			continue;
		text_copy(setting, value, UNIT_VALUE_SIZE);
		found = true;
	}
	return found;
}

/* --- all of them ------------------------------------------------------------------------------ */

struct reader {
	const struct root *root;
	struct unit_path path;
	struct unit *unit;
	char buffer[FILE_SIZE];
};

/* What another user keeps to himself, or what is no unit file by its size, is not unset. */
static bool read_file(struct reader *reader, const char *path, struct text *ret)
{
	ssize_t length =
		root_read_linked(reader->root, path, reader->buffer, sizeof(reader->buffer));
	reader->unit->unread |= length < 0 && length != -ENOENT && length != -ENOTDIR;
	*ret = (struct text){ reader->buffer, length < 0 ? 0 : (size_t)length };
	return length >= 0;
}

static bool read_fragment(struct reader *reader, const char *name)
{
	char path[UNIT_PATH_SIZE];
	struct text text;
	for (size_t i = 0; unit_path_dir(&reader->path, i, path); i++) {
		struct line line = line_continue(path, sizeof(path));
		if (!path[0])
			continue;
		line_add(&line, "/%s", name);
		if (!read_file(reader, path, &text))
			continue;
		unit_parse(text, reader->unit->value);
		return true;
	}
	return false;
}

/* The greatest name below a bound, and the first directory that has it. */
struct drop_in {
	const char *below; /* "": no bound */
	char name[UNIT_NAME_SIZE];
	size_t dir;
	size_t looking; /* the directory that is gone through */
};

static bool visit_drop_in(void *context, const struct root_entry *entry)
{
	struct drop_in *drop_in = context;
	if (text_ends(text_of(entry->name), ".conf") &&
		strlen(entry->name) < sizeof(drop_in->name) &&
		strcmp(entry->name, drop_in->name) > 0 &&
		(!*drop_in->below || strcmp(entry->name, drop_in->below) < 0)) {
		snprintf(drop_in->name, sizeof(drop_in->name), "%s", entry->name);
		drop_in->dir = drop_in->looking;
	}
	return true;
}

static bool find_drop_in(struct reader *reader, struct drop_in *drop_in)
{
	char path[UNIT_PATH_SIZE];
	drop_in->name[0] = '\0';
	for (size_t i = 0; unit_path_drop_ins(&reader->path, i, path); i++) {
		int fd = path[0] ? root_open_dir_linked(reader->root, path) : -ENOENT;
		reader->unit->unread |= fd == -EACCES;
		if (fd < 0)
			continue;
		drop_in->looking = i;
		root_each_entry(fd, visit_drop_in, drop_in);
		close(fd);
	}
	return drop_in->name[0] != '\0';
}

/* All are applied in the order of their names, wherever they are, so the last that sets a value
 * has the last word; of equal names the one that comes first hides the others, empty or not. */
static void read_drop_ins(struct reader *reader)
{
	char path[UNIT_PATH_SIZE], below[UNIT_NAME_SIZE] = "";
	struct drop_in drop_in = { .below = below };
	struct text text;
	for (int i = 0; i < DROP_INS_READ; i++) {
		if (!find_drop_in(reader, &drop_in))
			return;
		unit_path_drop_ins(&reader->path, drop_in.dir, path);
		struct line line = line_continue(path, sizeof(path));
		line_add(&line, "/%s", drop_in.name);
		if (read_file(reader, path, &text) && unit_parse(text, reader->unit->value))
			return;
		memcpy(below, drop_in.name, sizeof(below));
	}
	reader->unit->unread = true;
}

static void read_files(struct reader *reader)
{
	char template[UNIT_PATH_NAME];
	if (!read_fragment(reader, reader->unit->name) &&
		unit_path_template(reader->unit->name, template))
		read_fragment(reader, template);
	read_drop_ins(reader);
	reader->unit->set = reader->unit->value[0] != '\0';
	reader->unit->unread |= reader->path.home_skipped;
}

bool unit_find(const struct root *root, const char *cgroup, struct unit *ret)
{
	struct unit unit = { 0 };
	int64_t uid = UNIT_USER_NONE;
	if (!cgroup || !name_unit(cgroup, &unit, &uid))
		return false;
	if (unit.service) {
		struct reader *reader = calloc(1, sizeof(*reader));
		unit.unread = !reader;
		if (reader) {
			reader->root = root;
			reader->unit = &unit;
			unit_path_init(&reader->path, root, unit.name, uid);
			read_files(reader);
			free(reader);
		}
	}
	*ret = unit;
	return true;
}
