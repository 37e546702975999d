/* The settings file of the live screen: one table holds its keys.
 *
 * Lines "key = value", comments behind '#'. A line that is no setting changes nothing: it is counted
 * when the file is read, and kept when it is written. Knows no screen. */
#ifndef OOMSPECT_CONFIG_H
#define OOMSPECT_CONFIG_H

#include "listing.h"
#include "term/layout.h"

#include <limits.h>

#define CONFIG_TEXT_SIZE 256

struct config {
	int64_t delay_ms;
	char columns[CONFIG_TEXT_SIZE]; /* as --columns; "": by the width of the screen */
	char sort[32];                  /* name of a column */
	bool reverse, tree;
	enum units units;
	enum listing_show show;
	unsigned meters_off; /* bit PART_X: it is not shown */
	bool header, vi_keys, mouse, color, ascii;
	/* Shares of memory, and of a cgroup's limit, from which on they are pointed out;
	 * warn_percent is never the greater one. */
	int warn_percent, critical_percent;
};

/* The pages of the setup (setup.h), in its order. */
enum config_page {
	CONFIG_COLUMNS,
	CONFIG_METERS,
	CONFIG_DISPLAY,
	CONFIG_COLORS,
	CONFIG_PAGE_COUNT,
};

struct config_row {
	const char *name;
	size_t field;
	enum config_page page; /* of the setup, where it is a line */
	/* Takes the value in, NUL-terminated; false, and nothing changed, when it is none. */
	bool (*parse)(void *field, const char *value);
	void (*format)(const void *field, char buffer[CONFIG_TEXT_SIZE]);
	/* Puts the next value (by 1) or the one before (-1) in its place. NULL for a list: the page
	 * has a line for each that can be in it. */
	void (*step)(void *field, int by);
	const char *expected; /* "not X" */
	const char *help;     /* the comment above it in the file */
};

extern const struct config_row config_rows[];
extern const size_t config_row_count;

void config_defaults(struct config *config);

/* Where the file is: `given`, or $XDG_CONFIG_HOME/oomspect/config, or ~/.config/oomspect/config.
 * "" when nobody says where; and with ERR_TOO_BIG when that is a path too long for the kernel. */
enum err_code config_locate(char path[PATH_MAX], const char *given, struct err *err);

/* Whether the settings agree with each other: ERR_SYNTAX says which do not. */
enum err_code config_check(const struct config *config, struct err *err);

/* The lines that are no settings: an unknown key, one that is set already, a value that is none, or
 * settings that do not agree with each other. */
struct config_ignored {
	size_t count;
	unsigned first; /* the number of the first one, from 1 */
	struct err why; /* what is wrong with it */
};

/* Takes in what the text of a file says; what it does not name stays. */
void config_parse(struct config *config, struct text text, struct config_ignored *ret);

/* Reads the file. One that is not there is an error only if it is `required`. `ret` is always set. */
enum err_code config_read(struct config *config, const char *path, bool required,
	struct config_ignored *ret, struct err *err);

/* Writes the file anew, with the lines of the one that is there that are no settings, as they are. It
 * is the old or the new one at any moment. An error when it is not ours, or others may change its
 * directory, or it cannot be read, or is no file (outfile_find). */
enum err_code config_write(const struct config *config, const char *path, struct err *err);

#endif
