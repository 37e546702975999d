#include "config.h"

#include "options.h"

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

enum err_code config_check(const struct config *config, struct err *err)
{
	if (config->warn_percent > config->critical_percent)
		return err_set(err, ERR_SYNTAX, "warn = %d is above critical = %d",
			config->warn_percent, config->critical_percent);
	return ERR_OK;
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
	if (config_check(&parsed, &what))
		return err_set(err, ERR_SYNTAX, "%s: %s", path, what.text);
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
		return err_set(err, ERR_NO_MEMORY, "cannot read the settings: out of memory");
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
