#include "oomspect/memcg_name.h"

#include "memcg_walk.h"

#include "oomspect/array.h"
#include "oomspect/line.h"
#include "oomspect/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SHORT_ID  12 /* as `docker ps`, `podman ps` and `crictl ps` show it (crictl: 13) */
#define SHORT_POD 8
#define ID_MIN    4 /* characters of an id that somebody types */

const char *const memcg_kind_names[MEMCG_KIND_COUNT] = {
	[MEMCG_OTHER] = "other",
	[MEMCG_SLICE] = "slice",
	[MEMCG_SERVICE] = "service",
	[MEMCG_SCOPE] = "scope",
	[MEMCG_DOCKER] = "docker",
	[MEMCG_PODMAN] = "podman",
	[MEMCG_CONTAINERD] = "containerd",
	[MEMCG_CRIO] = "crio",
	[MEMCG_KUBEPOD] = "kubepod",
	[MEMCG_LXC] = "lxc",
};

/* What must stand between a pattern's prefix and suffix. */
enum middle {
	MIDDLE_UNIT,      /* anything: the whole component is the name of a systemd unit */
	MIDDLE_CONTAINER, /* the 64 hexadecimal digits of a container */
	MIDDLE_POD,       /* the uid of a Kubernetes pod */
	MIDDLE_NAME,      /* anything: the name of a container */
};

/* A component of a path, and the one above it. */
struct pattern {
	const char *above; /* NULL: any; with "*" at its end: how it begins */
	const char *prefix, *suffix;
	enum middle middle;
	enum memcg_kind kind;
};

/* The first that fits holds. Sources, by prefix:
 * docker: moby daemon/oci_linux.go (cgroupfs "/docker/ID", systemd "docker-ID.scope");
 * libpod: podman libpod/container_internal_linux.go; crio: cri-o internal/config/cgmgr;
 * cri-containerd: containerd pkg/cri ("/k8s.io/ID" is its namespace with cgroupfs);
 * pods: kubelet pkg/kubelet/cm/cgroup_manager_linux.go ("kubelet-": its --cgroup-root);
 * lxc: lxc src/lxc/cgroups/cgfsng.c (lxc.payload since 4.0, lxc/NAME before). */
static const struct pattern patterns[] = {
	{ NULL, "docker-", ".scope", MIDDLE_CONTAINER, MEMCG_DOCKER },
	{ NULL, "libpod-", ".scope", MIDDLE_CONTAINER, MEMCG_PODMAN },
	{ NULL, "cri-containerd-", ".scope", MIDDLE_CONTAINER, MEMCG_CONTAINERD },
	{ NULL, "nerdctl-", ".scope", MIDDLE_CONTAINER, MEMCG_CONTAINERD },
	{ NULL, "crio-", ".scope", MIDDLE_CONTAINER, MEMCG_CRIO },
	{ NULL, "libpod-", "", MIDDLE_CONTAINER, MEMCG_PODMAN },
	{ NULL, "crio-", "", MIDDLE_CONTAINER, MEMCG_CRIO },
	{ "docker", "", "", MIDDLE_CONTAINER, MEMCG_DOCKER },
	{ "k8s.io", "", "", MIDDLE_CONTAINER, MEMCG_CONTAINERD },
	{ "pod*", "", "", MIDDLE_CONTAINER, MEMCG_KUBEPOD },
	{ NULL, "kubepods-burstable-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "kubepods-besteffort-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "kubepods-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "kubelet-kubepods-burstable-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "kubelet-kubepods-besteffort-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "kubelet-kubepods-pod", ".slice", MIDDLE_POD, MEMCG_KUBEPOD },
	{ "kubepods", "pod", "", MIDDLE_POD, MEMCG_KUBEPOD },
	{ "burstable", "pod", "", MIDDLE_POD, MEMCG_KUBEPOD },
	{ "besteffort", "pod", "", MIDDLE_POD, MEMCG_KUBEPOD },
	{ NULL, "lxc.payload.", "", MIDDLE_NAME, MEMCG_LXC },
	{ "lxc.payload", "", "", MIDDLE_NAME, MEMCG_LXC },
	{ "lxc", "", "", MIDDLE_NAME, MEMCG_LXC },
	{ NULL, "", ".service", MIDDLE_UNIT, MEMCG_SERVICE },
	{ NULL, "", ".scope", MIDDLE_UNIT, MEMCG_SCOPE },
	{ NULL, "", ".slice", MIDDLE_UNIT, MEMCG_SLICE },
};

/* Quality of service of a pod: how its component begins (systemd), or the one above (cgroupfs). */
static const struct {
	const char *begin, *qos;
} classes[] = {
	{ "kubepods-burstable", "burstable" },
	{ "kubepods-besteffort", "besteffort" },
	{ "kubelet-kubepods-burstable", "burstable" },
	{ "kubelet-kubepods-besteffort", "besteffort" },
	{ "kubelet-kubepods", "guaranteed" },
	{ "kubepods", "guaranteed" },
	{ "burstable", "burstable" },
	{ "besteffort", "besteffort" },
};

static bool is_container(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!isxdigit((unsigned char)text.at[i]))
			return false;
	return text.len == 64;
}

/* A UUID, with underscores where a slice's name could not have dashes; a static pod's has none. */
static bool is_pod(struct text text)
{
	size_t digits = 0;
	for (size_t i = 0; i < text.len; i++) {
		bool digit = isxdigit((unsigned char)text.at[i]);
		if (!digit && text.at[i] != '-' && text.at[i] != '_')
			return false;
		digits += digit;
	}
	return digits == 32 && text.len <= 36;
}

static bool middle_fits(enum middle middle, struct text text)
{
	switch (middle) {
	case MIDDLE_CONTAINER:
		return is_container(text);
	case MIDDLE_POD:
		return is_pod(text);
	case MIDDLE_UNIT:
	case MIDDLE_NAME:
		break;
	}
	return text.len > 0;
}

static bool above_fits(const char *pattern, struct text above)
{
	size_t length = pattern ? strlen(pattern) : 0;
	if (length == 0)
		return true;
	if (pattern[length - 1] != '*')
		return text_equals(above, pattern);
	return above.len >= length - 1 && memcmp(above.at, pattern, length - 1) == 0;
}

static bool pattern_fits(const struct pattern *pattern, struct text component, struct text above,
	struct text *ret_middle)
{
	size_t prefix = strlen(pattern->prefix), suffix = strlen(pattern->suffix);
	if (component.len < prefix + suffix || !text_starts(component, pattern->prefix) ||
		memcmp(component.at + component.len - suffix, pattern->suffix, suffix) != 0)
		return false;
	*ret_middle = (struct text){ component.at + prefix, component.len - prefix - suffix };
	return above_fits(pattern->above, above) && middle_fits(pattern->middle, *ret_middle);
}

static const struct pattern *find(struct text component, struct text above, struct text *ret_middle)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (pattern_fits(&patterns[i], component, above, ret_middle))
			return &patterns[i];
	return NULL;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* systemd writes what a unit's name cannot hold as \xHH. Source: systemd.unit(5). */
static void unescape_unit(struct text unit, char *buffer, size_t size)
{
	size_t length = 0;
	for (size_t i = 0; i < unit.len && length < size - 1; i++) {
		const char *at = unit.at + i;
		char c = *at;
		if (unit.len - i > 3 && at[0] == '\\' && at[1] == 'x' &&
			isxdigit((unsigned char)at[2]) && isxdigit((unsigned char)at[3]) &&
			hex(at[2]) + hex(at[3]) > 0) {
			c = (char)(hex(at[2]) * 16 + hex(at[3]));
			i += 3;
		}
		buffer[length++] = c;
	}
	buffer[length] = '\0';
}

static void set_pod(
	struct text component, struct text above, struct text uid, struct memcg_name *ret)
{
	text_copy(uid, ret->pod, sizeof(ret->pod));
	for (char *c = ret->pod; *c; c++)
		*c = *c == '_' ? '-' : *c;
	for (size_t i = ARRAY_SIZE(classes); i-- > 0;) /* the longer ones stand first, and win */
		if (text_starts(component, classes[i].begin) ||
			text_starts(above, classes[i].begin))
			ret->qos = classes[i].qos;
}

static void set_name(const struct pattern *pattern, struct text component, struct text middle,
	struct memcg_name *ret)
{
	const char *maker =
		pattern->kind == MEMCG_KUBEPOD ? "container" : memcg_kind_names[pattern->kind];
	ret->kind = pattern->kind;
	switch (pattern->middle) {
	case MIDDLE_UNIT:
		unescape_unit(component, ret->name, sizeof(ret->name));
		break;
	case MIDDLE_CONTAINER:
		text_copy(middle, ret->id, sizeof(ret->id));
		snprintf(ret->name, sizeof(ret->name), "%s-%.*s", maker, SHORT_ID, ret->id);
		break;
	case MIDDLE_POD:
		memcpy(ret->id, ret->pod, sizeof(ret->pod));
		snprintf(ret->name, sizeof(ret->name), "pod-%.*s", SHORT_POD, ret->pod);
		break;
	case MIDDLE_NAME:
		text_copy(middle, ret->id, sizeof(ret->id));
		text_copy(middle, ret->name, sizeof(ret->name));
		break;
	}
}

/* Podman may put a container one below its scope, beside its supervisor ("split" cgroups). */
static bool is_payload(struct text component, struct text above)
{
	return text_equals(component, "container") && text_starts(above, "libpod-");
}

void memcg_name_of(const char *path, struct memcg_name *ret)
{
	struct text rest = text_of(path), component = { "", 0 }, next, middle;
	const struct pattern *pattern = NULL;
	*ret = (struct memcg_name){ .kind = MEMCG_OTHER, .name = "/", .qos = "" };
	while (rest.len) {
		if (!text_split(&rest, '/', &next)) {
			next = rest;
			rest.len = 0;
		}
		if (next.len == 0 || is_payload(next, component))
			continue;
		struct text above = component;
		component = next;
		pattern = find(component, above, &middle);
		if (pattern && pattern->middle == MIDDLE_POD)
			set_pod(component, above, middle, ret);
	}
	if (pattern)
		set_name(pattern, component, middle, ret);
	else if (component.len)
		text_copy(component, ret->name, sizeof(ret->name));
}

/* --- which cgroup is meant -------------------------------------------------------------------- */

static struct text without_slashes(struct text text)
{
	while (text.len && text.at[0] == '/') {
		text.at++;
		text.len--;
	}
	while (text.len && text.at[text.len - 1] == '/')
		text.len--;
	return text;
}

/* The row of "/" + `below`, or UNKNOWN. */
static int32_t find_path(const struct memcg_tree *tree, const char *prefix, struct text below)
{
	char path[PATH_MAX];
	struct line line = line_begin(path, sizeof(path));
	line_add(&line, "%s/%.*s", prefix, (int)below.len, below.at);
	if (line.cut || below.len > PATH_MAX)
		return UNKNOWN;
	/* The top of what a bind mount shows is called by its prefix alone. */
	if (below.len == 0 && prefix[0])
		path[line.used - 1] = '\0';
	int32_t row = memcg_tree_find(tree, path);
	return row >= 0 && strcmp(tree->rows[row].path, path) == 0 ? row : UNKNOWN;
}

/* `text` behind the path of the mount point, where it begins with that: as a shell completes it. */
static bool below_mount(const struct memcg_tree *tree, struct text *text)
{
	size_t length = tree->walk ? strlen(tree->walk->point) : 0;
	if (!length || text->len < length || memcmp(text->at, tree->walk->point, length) != 0 ||
		(text->len > length && text->at[length] != '/'))
		return false;
	text->at += length;
	text->len -= length;
	*text = without_slashes(*text);
	return true;
}

static int32_t find_by_path(const struct memcg_tree *tree, const char *text)
{
	const char *prefix = tree->walk ? tree->walk->prefix : "";
	struct text path = without_slashes(text_of(text));
	int32_t row = find_path(tree, "", path);
	if (row == UNKNOWN && (prefix[0] || path.len == 0))
		row = find_path(tree, prefix, path);
	if (row == UNKNOWN && text[0] == '/' && below_mount(tree, &path))
		row = find_path(tree, prefix, path);
	return row;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static bool has_name(const struct memcg *row, const char *text)
{
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	return strcmp(name.name, text) == 0 || strcmp(last_component(row->path), text) == 0 ||
	       (name.kind == MEMCG_KUBEPOD && !name.id[0] && strcmp(name.pod, text) == 0) ||
	       strcmp(name.id, text) == 0;
}

static bool has_id(const struct memcg *row, const char *text)
{
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	return strlen(text) >= ID_MIN && strncmp(name.id, text, strlen(text)) == 0;
}

/* What fits, the first of them, and as many of their paths as a sentence holds. */
struct fits {
	int32_t row;
	size_t count;
	char paths[256];
};

static void find_fitting(const struct memcg_tree *tree, const char *text,
	bool (*fits)(const struct memcg *row, const char *text), struct fits *ret)
{
	struct line line = line_begin(ret->paths, sizeof(ret->paths));
	ret->count = 0;
	for (size_t i = 0; i < tree->count; i++) {
		const struct memcg *row = &tree->rows[i];
		/* Below a cgroup that fits, its own children are part of it. */
		if (!fits(row, text) ||
			(ret->count && (int32_t)i < tree->rows[ret->row].subtree_end))
			continue;
		line_add(&line, "%s%s", ret->count ? ", " : "", row->path);
		if (ret->count++ == 0)
			ret->row = (int32_t)i;
	}
}

enum err_code memcg_lookup(
	const struct memcg_tree *tree, const char *text, int32_t *ret_row, struct err *err)
{
	struct fits fits = { .row = UNKNOWN };
	int32_t row = find_by_path(tree, text);
	if (row != UNKNOWN) {
		*ret_row = row;
		return ERR_OK;
	}
	find_fitting(tree, text, has_name, &fits);
	if (!fits.count)
		find_fitting(tree, text, has_id, &fits);
	if (!fits.count)
		return err_set(err, ERR_NOT_FOUND, "cgroup '%s': no such memory cgroup", text);
	if (fits.count > 1)
		return err_set(
			err, ERR_SYNTAX, "cgroup '%s': %zu fit: %s", text, fits.count, fits.paths);
	*ret_row = fits.row;
	return ERR_OK;
}
