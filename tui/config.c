#include "config.h"

#include "column_set.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

/* --- the values ------------------------------------------------------------------------------ */

static bool parse_switch(void *field, const char *value)
{
	bool on = strcmp(value, "on") == 0;
	if (!on && strcmp(value, "off") != 0)
		return false;
	*(bool *)field = on;
	return true;
}

static void format_switch(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", *(const bool *)field ? "on" : "off");
}

static bool parse_delay(void *field, const char *value)
{
	return options_parse_seconds(value, field);
}

static void format_delay(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	int64_t ms = *(const int64_t *)field;
	int used = snprintf(buffer, CONFIG_TEXT_SIZE, "%lld.%03lld", (long long)(ms / 1000),
		(long long)(ms % 1000));
	while (buffer[used - 1] == '0' && buffer[used - 2] != '.')
		buffer[--used] = '\0';
}

static bool parse_columns(void *field, const char *value)
{
	struct column_set set;
	if (strcmp(value, "auto") == 0)
		value = "";
	else if (strlen(value) >= CONFIG_TEXT_SIZE || column_set_parse(&set, value, NULL))
		return false;
	snprintf(field, CONFIG_TEXT_SIZE, "%s", value);
	return true;
}

static void format_columns(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	const char *names = field;
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", names[0] ? names : "auto");
}

static bool parse_sort(void *field, const char *value)
{
	enum column_id id = column_find(value, strlen(value));
	if (id == COL_COUNT)
		return false;
	snprintf(field, sizeof(((struct config *)NULL)->sort), "%s", columns[id].name);
	return true;
}

static void format_sort(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", (const char *)field);
}

static const char *const units_words[UNITS_COUNT] = {
	[UNITS_AUTO] = "auto",
	[UNITS_K] = "K",
	[UNITS_M] = "M",
	[UNITS_G] = "G",
	[UNITS_PAGES] = "pages",
	[UNITS_SHARE] = "share",
};

static const char *const show_words[LISTING_SHOW_COUNT] = {
	[LISTING_NO_KTHREADS] = "processes",
	[LISTING_ALL] = "all",
	[LISTING_KILLABLE] = "killable",
};

/* The place of `value` among `words`, or -1. */
static int place_of(const char *value, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	return -1;
}

static bool parse_units(void *field, const char *value)
{
	int place = place_of(value, units_words, UNITS_COUNT);
	if (place >= 0)
		*(enum units *)field = (enum units)place;
	return place >= 0;
}

static void format_units(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", units_words[*(const enum units *)field]);
}

static bool parse_show(void *field, const char *value)
{
	int place = place_of(value, show_words, LISTING_SHOW_COUNT);
	if (place >= 0)
		*(enum listing_show *)field = (enum listing_show)place;
	return place >= 0;
}

static void format_show(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", show_words[*(const enum listing_show *)field]);
}

static bool parse_percent(void *field, const char *value)
{
	uint64_t percent;
	if (!text_to_u64(text_of(value), &percent) || percent < 1 || percent > 100)
		return false;
	*(int *)field = (int)percent;
	return true;
}

static void format_percent(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%d", *(const int *)field);
}

#define FIELD(member) offsetof(struct config, member)
#define SWITCH        parse_switch, format_switch, "neither on nor off"
#define PERCENT       parse_percent, format_percent, "not a number from 1 to 100"

const struct config_row config_rows[] = {
	{ "delay", FIELD(delay_ms), parse_delay, format_delay,
		"not a number of seconds from 0.1 to 3600", "seconds between samples" },
	{ "columns", FIELD(columns), parse_columns, format_columns, "not a list of columns",
		"names as in --columns, or auto: by the width of the screen" },
	{ "sort", FIELD(sort), parse_sort, format_sort, "not a column", "sorted by this column" },
	{ "reverse", FIELD(reverse), SWITCH, "sorted the other way round" },
	{ "tree", FIELD(tree), SWITCH, "processes below their parents" },
	{ "units", FIELD(units), parse_units, format_units, "none of auto, K, M, G, pages, share",
		"of sizes: auto, K, M, G, pages, share" },
	{ "show", FIELD(show), parse_show, format_show, "none of processes, all, killable",
		"processes, all (kernel threads too) or killable" },
	{ "header", FIELD(header), SWITCH, "the panel above the list" },
	{ "vi_keys", FIELD(vi_keys), SWITCH, "h j k l move, H is the help, F9 sends signals" },
	{ "color", FIELD(color), SWITCH, "off: as with --no-color" },
	{ "ascii", FIELD(ascii), SWITCH, "on: as with --ascii" },
	{ "warn", FIELD(warn_percent), PERCENT, "percent of memory or of a limit: getting full" },
	{ "critical", FIELD(critical_percent), PERCENT,
		"percent of memory or of a limit: at risk" },
};
const size_t config_row_count = sizeof(config_rows) / sizeof(config_rows[0]);

void config_defaults(struct config *config)
{
	*config = (struct config){
		.delay_ms = OPTIONS_DELAY_MS,
		.sort = "bad",
		.header = true,
		.color = true,
		.warn_percent = 80,
		.critical_percent = 90,
	};
}

void config_locate(char path[PATH_MAX], const char *given)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	path[0] = '\0';
	if (given)
		snprintf(path, PATH_MAX, "%s", given);
	else if (xdg && xdg[0] == '/')
		snprintf(path, PATH_MAX, "%s/oomspect/config", xdg);
	else if (home && home[0] == '/')
		snprintf(path, PATH_MAX, "%s/.config/oomspect/config", home);
}

/* --- reading --------------------------------------------------------------------------------- */

static const struct config_row *find_row(struct text name, size_t *ret_index)
{
	for (size_t i = 0; i < config_row_count; i++) {
		if (text_equals(name, config_rows[i].name)) {
			*ret_index = i;
			return &config_rows[i];
		}
	}
	return NULL;
}

/* One line without its comment. False, with `err` saying what of it is wrong. */
static bool take_line(struct config *config, struct text line, unsigned *seen, struct err *err)
{
	char value[CONFIG_TEXT_SIZE], given[48];
	struct text name;
	size_t index = 0;
	if (!text_split(&line, '=', &name)) {
		err_set(err, ERR_SYNTAX, "no '=' in it");
		return false;
	}
	name = text_trim(name);
	line = text_trim(line);
	text_copy(name, given, sizeof(given));
	const struct config_row *row = find_row(name, &index);
	if (!row) {
		err_set(err, ERR_SYNTAX, "'%s': no such setting", given);
		return false;
	}
	if (*seen >> index & 1) {
		err_set(err, ERR_SYNTAX, "'%s': set twice", given);
		return false;
	}
	*seen |= 1u << index;
	text_copy(line, value, sizeof(value));
	if (line.len < sizeof(value) && strlen(value) == line.len &&
		row->parse((char *)config + row->field, value))
		return true;
	err_set(err, ERR_SYNTAX, "%s = %s: %s", given, value, row->expected);
	return false;
}

enum err_code config_parse(
	struct config *config, struct text text, const char *path, struct err *err)
{
	struct config parsed = *config;
	struct text line, comment_free;
	struct err what;
	unsigned seen = 0;
	for (unsigned number = 1; text_next_line(&text, &line); number++) {
		if (text_split(&line, '#', &comment_free))
			line = comment_free;
		line = text_trim(line);
		if (line.len && !take_line(&parsed, line, &seen, &what))
			return err_set(err, ERR_SYNTAX, "%s:%u: %s", path, number, what.text);
	}
	if (parsed.warn_percent > parsed.critical_percent)
		return err_set(err, ERR_SYNTAX, "%s: warn = %d is above critical = %d", path,
			parsed.warn_percent, parsed.critical_percent);
	*config = parsed;
	return ERR_OK;
}

/* Reads a regular file whole; its length, or a negative errno. */
static ssize_t read_file(const char *path, char *buffer, size_t size)
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	ssize_t length = -EINVAL;
	if (fstat(fd, &stat) == 0 && (S_ISREG(stat.st_mode) || S_ISCHR(stat.st_mode)))
		length = read(fd, buffer, size);
	close(fd);
	return length == (ssize_t)size ? -EFBIG : length;
}

enum err_code config_read(struct config *config, const char *path, bool required, struct err *err)
{
	if (!path[0])
		return ERR_OK;
	char *buffer = malloc(FILE_MAX);
	if (!buffer)
		return err_set(err, ERR_NO_MEMORY, "no memory for the settings");
	enum err_code code = ERR_OK;
	ssize_t length = read_file(path, buffer, FILE_MAX);
	if (length >= 0)
		code = config_parse(config, (struct text){ buffer, (size_t)length }, path, err);
	else if (required || (length != -ENOENT && length != -ENOTDIR))
		code = err_set_errno(err, (int)-length, "cannot read settings '%s'", path);
	free(buffer);
	return code;
}

/* --- writing --------------------------------------------------------------------------------- */

static enum err_code make_parents(const char *path, struct err *err)
{
	char parent[PATH_MAX];
	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0700) < 0 && errno != EEXIST)
			return err_set_errno(err, errno, "cannot create '%s'", parent);
		*slash = '/';
	}
	return ERR_OK;
}

/* The nearest of the path and its parents that is there must be ours: what root writes into a
 * user's home, the user cannot change any more. In a sticky directory anybody may have files. */
static enum err_code check_owner(const char *path, struct err *err)
{
	char there[PATH_MAX];
	struct stat found;
	snprintf(there, sizeof(there), "%s", path);
	while (stat(there, &found) < 0) {
		char *slash = strrchr(there, '/');
		if (!slash)
			return stat(".", &found) < 0 || found.st_uid != geteuid()
				       ? err_set(err, ERR_DENIED, "this directory is not yours")
				       : ERR_OK;
		slash[slash == there] = '\0';
		if (slash == there && stat(there, &found) < 0)
			break;
	}
	bool shared = S_ISDIR(found.st_mode) && found.st_mode & S_ISVTX;
	if (found.st_uid != geteuid() && !shared)
		return err_set(err, ERR_DENIED, "not written: '%s' belongs to uid %u, not to you",
			there, (unsigned)found.st_uid);
	return ERR_OK;
}

static void print_rows(FILE *file, const struct config *config)
{
	char value[CONFIG_TEXT_SIZE];
	fputs("# Settings of oomspect(1), written by its key W; see oomspect.conf(5).\n", file);
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		row->format((const char *)config + row->field, value);
		fprintf(file, "\n# %s\n%s = %s\n", row->help, row->name, value);
	}
}

/* Writes it all beside the file and puts it in its place. */
static enum err_code replace(const struct config *config, const char *path, struct err *err)
{
	char beside[PATH_MAX + 8];
	snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
	int fd = mkstemp(beside);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		err_set_errno(err, errno, "cannot write '%s'", beside);
		if (fd >= 0)
			close(fd);
		return err_code_of(errno);
	}
	print_rows(file, config);
	bool done = fflush(file) == 0 && fsync(fd) == 0;
	done = fclose(file) == 0 && done;
	if (done && rename(beside, path) == 0)
		return ERR_OK;
	enum err_code code = err_set_errno(err, errno, "cannot write '%s'", path);
	unlink(beside);
	return code;
}

enum err_code config_write(const struct config *config, const char *path, struct err *err)
{
	char target[PATH_MAX];
	if (!path[0])
		return err_set(err, ERR_NOT_FOUND, "nowhere to write: HOME is not set");
	/* A link stays a link: what it points to is replaced. */
	if (!realpath(path, target))
		snprintf(target, sizeof(target), "%s", path);
	enum err_code code = check_owner(target, err);
	if (!code)
		code = make_parents(target, err);
	return code ? code : replace(config, target, err);
}
