#include "config.h"

#include "options.h"

#include "oomspect/line.h"
#include "oomspect/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

void config_defaults(struct config *config)
{
	*config = (struct config){
		.delay_ms = OPTIONS_DELAY_MS,
		.sort = "rk",
		.header = true,
		.color = true,
		.warn_percent = 80,
		.critical_percent = 90,
	};
}

enum err_code config_locate(char path[PATH_MAX], const char *given, struct err *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int length = 0;
	path[0] = '\0';
	if (given)
		length = snprintf(path, PATH_MAX, "%s", given);
	else if (xdg && xdg[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/oomspect/config", xdg);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/.config/oomspect/config", home);
	if (length < PATH_MAX)
		return ERR_OK;
	path[0] = '\0';
	return err_set(
		err, ERR_TOO_BIG, "no settings: their path has more than %d bytes", PATH_MAX - 1);
}

/* --- the table ------------------------------------------------------------------------------- */

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

static void step_switch(void *field, int by)
{
	(void)by;
	*(bool *)field = !*(bool *)field;
}

/* `now` plus or minus one, all around. */
static int next_of(int now, int by, int count)
{
	return (now + by + count) % count;
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

static void step_delay(void *field, int by)
{
	static const int64_t usual[] = { 100, 200, 500, 1000, 2000, 3000, 5000, 10000, 15000, 30000,
		60000, 120000, 300000, 600000, 3600000 };
	int64_t *ms = field;
	int count = sizeof(usual) / sizeof(usual[0]), at = 0;
	while (at < count && usual[at] < *ms)
		at++;
	if (by < 0)
		at--;
	else if (at < count && usual[at] == *ms)
		at++;
	if (at >= 0 && at < count)
		*ms = usual[at];
}

static bool parse_columns(void *field, const char *value)
{
	struct column_set set;
	if (strcmp(value, "auto") == 0)
		value = "";
	else if (strlen(value) >= CONFIG_TEXT_SIZE ||
		 column_set_parse(&set, &process_table, value, NULL))
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
	unsigned id = column_find(&process_table, value, strlen(value));
	if (id == COL_COUNT)
		return false;
	snprintf(field, sizeof(((struct config *)NULL)->sort), "%s", columns[id].name);
	return true;
}

static void format_sort(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	snprintf(buffer, CONFIG_TEXT_SIZE, "%s", (const char *)field);
}

static void step_sort(void *field, int by)
{
	const char *name = field;
	int id = (int)column_find(&process_table, name, strlen(name));
	snprintf(field, sizeof(((struct config *)NULL)->sort), "%s",
		columns[next_of(id, by, COL_COUNT)].name);
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

static void step_units(void *field, int by)
{
	enum units *units = field;
	*units = (enum units)next_of((int)*units, by, UNITS_COUNT);
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

static void step_show(void *field, int by)
{
	enum listing_show *show = field;
	*show = (enum listing_show)next_of((int)*show, by, LISTING_SHOW_COUNT);
}

/* All that can be switched off. */
static unsigned all_meters(void)
{
	unsigned all = 0;
	for (enum part part = 0; part < PART_COUNT; part++)
		if (meters[part].name)
			all |= 1u << part;
	return all;
}

static bool take_meter(unsigned *off, struct text name)
{
	for (enum part part = 0; part < PART_COUNT; part++) {
		if (!meters[part].name || !text_equals(name, meters[part].name))
			continue;
		bool first = *off >> part & 1;
		*off &= ~(1u << part);
		return first;
	}
	return false;
}

static bool parse_meters(void *field, const char *value)
{
	unsigned off = all_meters();
	struct text rest = text_of(value), name;
	if (strcmp(value, "all") == 0)
		off = 0;
	else if (strcmp(value, "none") != 0) {
		while (text_split(&rest, ',', &name))
			if (!take_meter(&off, text_trim(name)))
				return false;
		if (!take_meter(&off, text_trim(rest)))
			return false;
	}
	*(unsigned *)field = off;
	return true;
}

static void format_meters(const void *field, char buffer[CONFIG_TEXT_SIZE])
{
	unsigned off = *(const unsigned *)field;
	struct line line = line_begin(buffer, CONFIG_TEXT_SIZE);
	for (enum part part = 0; part < PART_COUNT && off; part++)
		if (meters[part].name && !(off >> part & 1))
			line_add(&line, "%s%s", line.used ? "," : "", meters[part].name);
	if (!line.used)
		line_add(&line, "%s", off ? "none" : "all");
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

#define PERCENT_STEP 5

static void step_percent(void *field, int by)
{
	int *percent = field, next = *percent / PERCENT_STEP * PERCENT_STEP;
	if (by > 0 || next == *percent)
		next += by * PERCENT_STEP;
	*percent = next < 1 ? 1 : next > 100 ? 100 : next;
}

#define FIELD(member) offsetof(struct config, member)
#define SWITCH        parse_switch, format_switch, step_switch, "neither on nor off"
#define PERCENT       parse_percent, format_percent, step_percent, "not a number from 1 to 100"

const struct config_row config_rows[] = {
	{ "delay", FIELD(delay_ms), CONFIG_DISPLAY, parse_delay, format_delay, step_delay,
		"not a number of seconds from 0.1 to 3600", "seconds between samples" },
	{ "columns", FIELD(columns), CONFIG_COLUMNS, parse_columns, format_columns, NULL,
		"not a list of columns",
		"names as in --columns, or auto: by the width of the screen" },
	{ "sort", FIELD(sort), CONFIG_DISPLAY, parse_sort, format_sort, step_sort, "not a column",
		"sorted by this column" },
	{ "reverse", FIELD(reverse), CONFIG_DISPLAY, SWITCH, "sorted the other way round" },
	{ "tree", FIELD(tree), CONFIG_DISPLAY, SWITCH, "processes below their parents" },
	{ "units", FIELD(units), CONFIG_DISPLAY, parse_units, format_units, step_units,
		"none of auto, K, M, G, pages, share", "of sizes: auto, K, M, G, pages, share" },
	{ "show", FIELD(show), CONFIG_DISPLAY, parse_show, format_show, step_show,
		"none of processes, all, killable",
		"processes, all (kernel threads too) or killable" },
	{ "header", FIELD(header), CONFIG_METERS, SWITCH, "the panel above the list" },
	{ "meters", FIELD(meters_off), CONFIG_METERS, parse_meters, format_meters, NULL,
		"neither all, none nor a list of lines",
		"lines around the list: names, all or none" },
	{ "warn", FIELD(warn_percent), CONFIG_DISPLAY, PERCENT,
		"percent of memory or of a limit: getting full" },
	{ "critical", FIELD(critical_percent), CONFIG_DISPLAY, PERCENT,
		"percent of memory or of a limit: at risk" },
	{ "vi_keys", FIELD(vi_keys), CONFIG_DISPLAY, SWITCH,
		"h j k l move, H is the help, F9 sends signals" },
	{ "mouse", FIELD(mouse), CONFIG_DISPLAY, SWITCH, "wheel and clicks; on: as with --mouse" },
	{ "color", FIELD(color), CONFIG_COLORS, SWITCH, "colours; off: as with --no-color" },
	{ "ascii", FIELD(ascii), CONFIG_COLORS, SWITCH, "ASCII only; on: as with --ascii" },
};
const size_t config_row_count = sizeof(config_rows) / sizeof(config_rows[0]);

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

/* Rows that are not taken, by their bits, and why. */
struct barred {
	unsigned rows;
	struct err why;
};

/* One line without its comment. False, and nothing changed, with `err` saying what is wrong. */
static bool take_line(struct config *config, struct text line, const struct barred *barred,
	unsigned *seen, struct err *err)
{
	char value[CONFIG_TEXT_SIZE], given[48];
	struct config changed = *config;
	struct text name;
	size_t index = 0;
	if (!text_split(&line, '=', &name)) {
		err_set(err, ERR_SYNTAX, "no '=' in it");
		return false;
	}
	line = text_trim(line);
	text_copy(text_trim(name), given, sizeof(given));
	text_copy(line, value, sizeof(value));
	const struct config_row *row = find_row(text_trim(name), &index);
	if (!row)
		err_set(err, ERR_SYNTAX, "'%s': no such setting", given);
	else if (strlen(value) != line.len || !row->parse((char *)&changed + row->field, value))
		err_set(err, ERR_SYNTAX, "%s = %.48s: %s", given, value, row->expected);
	else if (*seen >> index & 1)
		err_set(err, ERR_SYNTAX, "'%s': set twice", given);
	else if (barred->rows >> index & 1)
		*err = barred->why;
	else {
		*seen |= 1u << index;
		*config = changed;
		return true;
	}
	return false;
}

enum err_code config_check(const struct config *config, struct err *err)
{
	if (config->warn_percent > config->critical_percent)
		return err_set(err, ERR_SYNTAX, "warn = %d is above critical = %d",
			config->warn_percent, config->critical_percent);
	return ERR_OK;
}

/* Who is told of a line that is no setting, whole and with its comment. */
struct listener {
	void (*ignored)(void *context, unsigned number, struct text line, const struct err *why);
	void *context;
};

static void parse_lines(struct config *config, struct text text, const struct barred *barred,
	const struct listener *listener)
{
	struct text whole, line, comment_free;
	struct err why = { 0 };
	unsigned seen = 0;
	for (unsigned number = 1; text_next_line(&text, &whole); number++) {
		line = whole;
		if (text_split(&line, '#', &comment_free))
			line = comment_free;
		line = text_trim(line);
		if (line.len && !take_line(config, line, barred, &seen, &why) && listener)
			listener->ignored(listener->context, number, whole, &why);
	}
}

/* Of settings that do not agree with each other none is taken, wherever they stand. */
static struct barred find_disagreeing(const struct config *config, struct text text)
{
	struct config parsed = *config;
	struct barred barred = { 0 };
	parse_lines(&parsed, text, &barred, NULL);
	if (config_check(&parsed, &barred.why) == ERR_OK)
		return barred;
	for (size_t i = 0; i < config_row_count; i++)
		if (config_rows[i].field == offsetof(struct config, warn_percent) ||
			config_rows[i].field == offsetof(struct config, critical_percent))
			barred.rows |= 1u << i;
	return barred;
}

static void parse_text(struct config *config, struct text text, const struct listener *listener)
{
	const struct barred barred = find_disagreeing(config, text);
	parse_lines(config, text, &barred, listener);
}

static void count_ignored(void *context, unsigned number, struct text line, const struct err *why)
{
	struct config_ignored *ignored = context;
	(void)line;
	if (ignored->count++ == 0) {
		ignored->first = number;
		ignored->why = *why;
	}
}

void config_parse(struct config *config, struct text text, struct config_ignored *ret)
{
	const struct listener listener = { count_ignored, ret };
	*ret = (struct config_ignored){ 0 };
	parse_text(config, text, &listener);
}

/* Reads to the end; the length, or a negative errno: -EFBIG when that is not within `size`. */
static ssize_t read_whole(int fd, char *buffer, size_t size)
{
	size_t length = 0;
	while (length < size) {
		ssize_t got = read(fd, buffer + length, size - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return (ssize_t)length;
		length += (size_t)got;
	}
	return -EFBIG;
}

/* The same of a file, or of /dev/null. */
static ssize_t read_file(const char *path, char *buffer, size_t size)
{
	struct stat what;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	ssize_t length = fstat(fd, &what) < 0 ? -errno : 0;
	if (length == 0 && S_ISDIR(what.st_mode))
		length = -EISDIR;
	else if (length == 0 && !S_ISREG(what.st_mode) && !S_ISCHR(what.st_mode))
		length = -EINVAL;
	if (length == 0)
		length = read_whole(fd, buffer, size);
	close(fd);
	return length;
}

enum err_code config_read(struct config *config, const char *path, bool required,
	struct config_ignored *ret, struct err *err)
{
	*ret = (struct config_ignored){ 0 };
	if (!path[0])
		return ERR_OK;
	char *buffer = malloc(FILE_MAX);
	if (!buffer)
		return err_set(err, ERR_NO_MEMORY, "cannot read the settings: out of memory");
	enum err_code code = ERR_OK;
	ssize_t length = read_file(path, buffer, FILE_MAX);
	if (length >= 0)
		config_parse(config, (struct text){ buffer, (size_t)length }, ret);
	else if (required || (length != -ENOENT && length != -ENOTDIR))
		code = err_set_errno(err, (int)-length, "cannot read settings '%s'", path);
	free(buffer);
	return code;
}

/* --- writing --------------------------------------------------------------------------------- */

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

/* The lines of the old file that are kept, behind a comment. */
struct kept {
	FILE *file;
	size_t count;
};

static void keep_line(void *context, unsigned number, struct text line, const struct err *why)
{
	struct kept *kept = context;
	(void)number;
	(void)why;
	if (kept->count++ == 0)
		fputs("\n# Lines that are no settings, as they were:\n", kept->file);
	fwrite(line.at, 1, line.len, kept->file);
	fputc('\n', kept->file);
}

/* Puts the new text together. Free `ret_text`. */
static enum err_code compose(const struct config *config, struct text old, char **ret_text,
	size_t *ret_length, struct err *err)
{
	struct config scratch;
	struct kept kept = { open_memstream(ret_text, ret_length), 0 };
	const struct listener listener = { keep_line, &kept };
	if (!kept.file)
		return err_set(err, ERR_NO_MEMORY, "no memory for the settings");
	print_rows(kept.file, config);
	config_defaults(&scratch);
	parse_text(&scratch, old, &listener);
	bool whole = !ferror(kept.file);
	if (fclose(kept.file) != 0 || !whole)
		return err_set(err, ERR_NO_MEMORY, "no memory for the settings");
	if (*ret_length >= FILE_MAX)
		return err_set(err, ERR_TOO_BIG,
			"not written: too many lines to keep that are no settings");
	return ERR_OK;
}

static enum err_code rewrite(
	const struct config *config, const struct outfile *file, const char *path, struct err *err)
{
	char *old = malloc(FILE_MAX), *text = NULL;
	size_t length = 0;
	enum err_code code = ERR_OK;
	ssize_t old_length = 0;
	if (!old)
		return err_set(err, ERR_NO_MEMORY, "no memory for the settings");
	if (file->old_fd >= 0)
		old_length = read_whole(file->old_fd, old, FILE_MAX);
	if (old_length < 0)
		code = err_set_errno(
			err, (int)-old_length, "not written: cannot read what is in '%s'", path);
	else
		code = compose(
			config, (struct text){ old, (size_t)old_length }, &text, &length, err);
	if (code == ERR_OK)
		code = outfile_replace(file, path, (struct text){ text, length }, err);
	free(old);
	free(text);
	return code;
}

enum err_code config_write(const struct config *config, const char *path, struct err *err)
{
	struct outfile file;
	if (!path[0])
		return err_set(err, ERR_NOT_FOUND,
			"nowhere to write: HOME is not set, or the path is too long");
	enum err_code code = outfile_find(&file, path, err);
	if (code != ERR_OK)
		return code;
	code = rewrite(config, &file, path, err);
	outfile_release(&file);
	return code;
}
