#include "oomspect/unit_path.h"

#include "oomspect/array.h"
#include "oomspect/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum base { BASE_ROOT, BASE_HOME, BASE_RUNTIME };

struct place {
	enum base base;
	const char *path;
};

static const struct place system_places[] = {
	{ BASE_ROOT, "etc/systemd/system.control" },
	{ BASE_ROOT, "run/systemd/system.control" },
	{ BASE_ROOT, "run/systemd/transient" },
	{ BASE_ROOT, "run/systemd/generator.early" },
	{ BASE_ROOT, "etc/systemd/system" },
	{ BASE_ROOT, "etc/systemd/system.attached" },
	{ BASE_ROOT, "run/systemd/system" },
	{ BASE_ROOT, "run/systemd/system.attached" },
	{ BASE_ROOT, "run/systemd/generator" },
	{ BASE_ROOT, "usr/local/lib/systemd/system" },
	{ BASE_ROOT, "usr/lib/systemd/system" },
	{ BASE_ROOT, "lib/systemd/system" }, /* where it is not the same as that in usr */
	{ BASE_ROOT, "run/systemd/generator.late" },
};

/* With the XDG variables at their defaults: those of another process's manager cannot be known. */
static const struct place user_places[] = {
	{ BASE_HOME, ".config/systemd/user.control" },
	{ BASE_RUNTIME, "systemd/user.control" },
	{ BASE_RUNTIME, "systemd/transient" },
	{ BASE_RUNTIME, "systemd/generator.early" },
	{ BASE_HOME, ".config/systemd/user" },
	{ BASE_ROOT, "etc/xdg/systemd/user" },
	{ BASE_ROOT, "etc/systemd/user" },
	{ BASE_RUNTIME, "systemd/user" },
	{ BASE_ROOT, "run/systemd/user" },
	{ BASE_RUNTIME, "systemd/generator" },
	{ BASE_HOME, ".local/share/systemd/user" },
	{ BASE_ROOT, "usr/local/share/systemd/user" },
	{ BASE_ROOT, "usr/share/systemd/user" },
	{ BASE_ROOT, "usr/local/lib/systemd/user" },
	{ BASE_ROOT, "usr/lib/systemd/user" },
	{ BASE_RUNTIME, "systemd/generator.late" },
};

static const struct place *place_at(const struct unit_path *path, size_t index)
{
	if (path->uid == UNIT_USER_NONE)
		return index < ARRAY_SIZE(system_places) ? &system_places[index] : NULL;
	return index < ARRAY_SIZE(user_places) ? &user_places[index] : NULL;
}

bool unit_path_dir(const struct unit_path *path, size_t index, char buffer[UNIT_PATH_SIZE])
{
	const struct place *place = place_at(path, index);
	buffer[0] = '\0';
	if (!place)
		return false;
	if (place->base == BASE_ROOT)
		snprintf(buffer, UNIT_PATH_SIZE, "%s", place->path);
	else if (place->base == BASE_RUNTIME)
		snprintf(buffer, UNIT_PATH_SIZE, "run/user/%" PRId64 "/%s", path->uid, place->path);
	else if (path->home[0])
		snprintf(buffer, UNIT_PATH_SIZE, "%s/%s", path->home, place->path);
	return true;
}

/* First by directory, then by name, the narrowest first; those of the type behind all others. */
bool unit_path_drop_ins(const struct unit_path *path, size_t index, char buffer[UNIT_PATH_SIZE])
{
	size_t places = 0;
	while (place_at(path, places))
		places++;
	size_t named = places * path->name_count;
	bool of_type = index >= named;
	const char *name = of_type ? "service" : path->names[index % path->name_count];
	if (!unit_path_dir(path, of_type ? index - named : index / path->name_count, buffer))
		return false;
	struct line line = line_continue(buffer, UNIT_PATH_SIZE);
	if (line.used)
		line_add(&line, "/%s.d", name);
	return true;
}

/* --- names ------------------------------------------------------------------------------------ */

bool unit_path_template(const char *name, char ret[UNIT_PATH_NAME])
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	if (!at || !dot || dot <= at + 1) /* the template itself has nothing between them */
		return false;
	snprintf(ret, UNIT_PATH_NAME, "%.*s%s", (int)(at + 1 - name), name, dot);
	return true;
}

/* "foo-bar@1.service" becomes "foo-@1.service". False when nothing is left to take away. */
static bool chop(const char *name, char ret[UNIT_PATH_NAME])
{
	size_t prefix = strcspn(name, "@"), end = prefix;
	const char *dot = strrchr(name, '.');
	if (name[prefix] == '\0')
		end = prefix = dot ? (size_t)(dot - name) : prefix;
	if (end && name[end - 1] == '-')
		end--;
	while (end && name[end - 1] != '-')
		end--;
	if (end < 2) /* a dash at the beginning is no end of a prefix */
		return false;
	snprintf(ret, UNIT_PATH_NAME, "%.*s%s", (int)end, name, name + prefix);
	return true;
}

static bool has_name(const struct unit_path *path, const char *name)
{
	for (size_t i = 0; i < path->name_count; i++)
		if (strcmp(path->names[i], name) == 0)
			return true;
	return false;
}

static void add_prefixes(struct unit_path *path, const char *name)
{
	char current[UNIT_PATH_NAME], next[UNIT_PATH_NAME];
	snprintf(next, sizeof(next), "%s", name);
	do {
		memcpy(current, next, sizeof(current));
		if (path->name_count < UNIT_NAMES && !has_name(path, current))
			memcpy(path->names[path->name_count++], current, sizeof(current));
	} while (path->name_count < UNIT_NAMES && chop(current, next));
}

/* The unit itself, its template and the prefixes of that, its own prefixes. */
static void add_names(struct unit_path *path, const char *name)
{
	char template[UNIT_PATH_NAME];
	snprintf(path->names[path->name_count++], UNIT_PATH_NAME, "%s", name);
	if (unit_path_template(name, template))
		add_prefixes(path, template);
	add_prefixes(path, name);
}

/* --- the home ----------------------------------------------------------------------------------- */

struct home_search {
	struct unit_path *path;
	size_t longest; /* of the mount points that the home is below */
	bool remote;
};

/* name:password:uid:gid:comment:home:shell */
static bool visit_passwd(void *context, struct text line)
{
	struct unit_path *path = context;
	struct text field[6];
	uint64_t uid;
	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		if (!text_split(&line, ':', &field[i]))
			return true;
	if (!text_to_u64(field[2], &uid) || (int64_t)uid != path->uid)
		return true;
	while (text_skip(&field[5], "/"))
		;
	if (field[5].len < sizeof(path->home))
		text_copy(field[5], path->home, sizeof(path->home));
	return false;
}

static bool is_remote(struct text type)
{
	static const char *const types[] = { "nfs", "cifs", "smb", "9p", "afs", "ceph", "autofs",
		"fuse", "lustre", "glusterfs", "gfs2", "ocfs2", "coda", "ncpfs", "beegfs" };
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (text_starts(type, types[i]))
			return true;
	return false;
}

/* 36 35 98:0 /root /mount/point rw,noatime master:1 - fstype source super,options */
static bool visit_mount(void *context, struct text line)
{
	struct home_search *search = context;
	struct text point = { 0 }, type;
	for (int i = 0; i < 5; i++)
		if (!text_next_field(&line, &point))
			return true;
	const char *dash = text_find(line, " - ");
	text_skip(&point, "/");
	if (!dash || strncmp(search->path->home, point.at, point.len) != 0 ||
		point.len < search->longest)
		return true;
	line = (struct text){ dash + 3, line.len - (size_t)(dash + 3 - line.at) };
	char behind = search->path->home[point.len];
	if ((point.len == 0 || behind == '/' || behind == '\0') && text_next_field(&line, &type)) {
		search->longest = point.len;
		search->remote = is_remote(type);
	}
	return true;
}

static void find_home(struct unit_path *path)
{
	struct home_search search = { .path = path };
	root_each_line(path->root, "etc/passwd", ROOT_USERS_MAX, visit_passwd, path);
	if (path->home[0])
		root_each_line(
			path->root, "proc/self/mountinfo", ROOT_MOUNTS_MAX, visit_mount, &search);
	path->home_skipped = search.remote || !path->home[0];
	if (search.remote)
		path->home[0] = '\0';
}

void unit_path_init(struct unit_path *path, const struct root *root, const char *name, int64_t uid)
{
	*path = (struct unit_path){ .root = root, .uid = uid };
	add_names(path, name);
	if (uid != UNIT_USER_NONE)
		find_home(path);
}
