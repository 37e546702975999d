#include "oomspect/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_SIZE 16384
#define PATH_SIZE 768

/* Where unit files are, the ones that win first. Source: systemd.unit(5). */
static const char *const system_dirs[] = {
	"etc/systemd/system",
	"run/systemd/system",
	"run/systemd/transient",
	"usr/local/lib/systemd/system",
	"usr/lib/systemd/system",
	"lib/systemd/system",
};
static const char *const user_dirs[] = {
	"etc/systemd/user",
	"run/systemd/user",
	"usr/local/lib/systemd/user",
	"usr/lib/systemd/user",
};

struct dirs {
	const char *const *paths;
	size_t count;
};

static struct dirs dirs_of(const struct unit *unit)
{
	if (unit->user)
		return (struct dirs){ user_dirs, sizeof(user_dirs) / sizeof(user_dirs[0]) };
	return (struct dirs){ system_dirs, sizeof(system_dirs) / sizeof(system_dirs[0]) };
}

static bool text_ends(struct text text, const char *suffix)
{
	size_t length = strlen(suffix);
	return text.len > length && memcmp(text.at + text.len - length, suffix, length) == 0;
}

/* The innermost component that is a service or a scope; user@1000.service manages those inside. */
static bool name_unit(const char *cgroup, struct unit *unit)
{
	struct text rest = text_of(cgroup), part;
	bool more = true, managed = false;
	while (more) {
		more = text_split(&rest, '/', &part);
		if (!more)
			part = rest;
		bool service = text_ends(part, ".service");
		if ((!service && !text_ends(part, ".scope")) || part.len >= sizeof(unit->name))
			continue;
		unit->user = managed;
		unit->service = service;
		text_copy(part, unit->name, sizeof(unit->name));
		managed |= text_starts(part, "user@");
	}
	return unit->name[0] != '\0';
}

bool unit_parse(struct text text, char value[UNIT_VALUE_SIZE])
{
	struct text line;
	bool in_service = false, found = false;
	while (text_next_line(&text, &line)) {
		line = text_trim(line);
		if (text_starts(line, "["))
			in_service = text_equals(line, "[Service]");
		if (!in_service || !text_skip(&line, "OOMScoreAdjust"))
			continue;
		line = text_trim(line);
		if (!text_skip(&line, "="))
			continue;
		text_copy(text_trim(line), value, UNIT_VALUE_SIZE);
		found = true;
	}
	return found;
}

static bool read_fragment(const struct root *root, const struct dirs *dirs, const char *name,
	char value[UNIT_VALUE_SIZE])
{
	char path[PATH_SIZE], buffer[FILE_SIZE];
	for (size_t i = 0; i < dirs->count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs->paths[i], name);
		ssize_t length = root_read(root, path, buffer, sizeof(buffer));
		if (length >= 0) {
			unit_parse((struct text){ buffer, (size_t)length }, value);
			return true;
		}
	}
	return false;
}

/* Drop-ins of one directory. Of all directories the one whose name is the last in the alphabet
 * wins, and of equal names the one in the directory that comes first. */
struct drop_ins {
	int dir_fd;
	char last[UNIT_NAME_SIZE];
	char value[UNIT_VALUE_SIZE];
};

static bool read_drop_in(void *context, const struct root_entry *entry)
{
	struct drop_ins *drop_ins = context;
	char buffer[FILE_SIZE];
	if (!text_ends(text_of(entry->name), ".conf") || strcmp(entry->name, drop_ins->last) <= 0)
		return true;
	ssize_t length = root_read_at(drop_ins->dir_fd, entry->name, buffer, sizeof(buffer));
	if (length > 0 && unit_parse((struct text){ buffer, (size_t)length }, drop_ins->value))
		text_copy(text_of(entry->name), drop_ins->last, sizeof(drop_ins->last));
	return true;
}

static void read_drop_ins(const struct root *root, const struct dirs *dirs, const char *name,
	char value[UNIT_VALUE_SIZE])
{
	struct drop_ins drop_ins = { 0 };
	for (size_t i = 0; i < dirs->count; i++) {
		char path[PATH_SIZE];
		snprintf(path, sizeof(path), "%s/%s.d", dirs->paths[i], name);
		drop_ins.dir_fd = root_open_dir(root, path);
		if (drop_ins.dir_fd < 0)
			continue;
		root_each_entry(drop_ins.dir_fd, read_drop_in, &drop_ins);
		close(drop_ins.dir_fd);
	}
	if (drop_ins.last[0])
		memcpy(value, drop_ins.value, UNIT_VALUE_SIZE);
}

/* "getty@tty1.service" is made from "getty@.service". */
static bool template_of(const char *name, char template[UNIT_NAME_SIZE])
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	if (!at || !dot || dot < at)
		return false;
	snprintf(template, UNIT_NAME_SIZE, "%.*s%s", (int)(at + 1 - name), name, dot);
	return true;
}

bool unit_find(const struct root *root, const char *cgroup, struct unit *ret)
{
	struct unit unit = { 0 };
	char template[UNIT_NAME_SIZE];
	if (!cgroup || !name_unit(cgroup, &unit))
		return false;
	struct dirs dirs = dirs_of(&unit);
	bool instance = template_of(unit.name, template);
	if (!read_fragment(root, &dirs, unit.name, unit.value) && instance)
		read_fragment(root, &dirs, template, unit.value);
	if (instance)
		read_drop_ins(root, &dirs, template, unit.value);
	read_drop_ins(root, &dirs, unit.name, unit.value);
	unit.set = unit.service && unit.value[0] != '\0';
	*ret = unit;
	return true;
}
