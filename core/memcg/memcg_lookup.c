#include "oomspect/memcg_lookup.h"

#include "memcg_walk.h"

#include "oomspect/line.h"
#include "oomspect/memcg_name.h"
#include "oomspect/text.h"

#include <string.h>

enum { ID_MIN = 4 };

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
