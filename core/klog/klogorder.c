#include "oomspect/klogorder.h"

#include "oomspect/array.h"
#include "oomspect/logline.h"
#include "oomspect/logscan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- which way ---------------------------------------------------------------------------------- */

#define STRUCTURE_WEIGHT 4 /* the kernel prints these in one order only; times may jump at a boot */

enum kind { KIND_OTHER, KIND_HEADER, KIND_STACK, KIND_COLUMNS, KIND_ROW, KIND_CHOICE, KIND_KILL };

/* "[ 1234]", and behind it a number. */
static bool is_row(struct text text)
{
	int64_t number;
	if (!text_skip(&text, "["))
		return false;
	scan_blanks(&text);
	if (!scan_number(&text, &number) || !text_skip(&text, "]"))
		return false;
	scan_blanks(&text);
	return scan_number(&text, &number);
}

static enum kind kind_of(struct text text)
{
	if (text_find(text, "invoked oom-killer: "))
		return KIND_HEADER;
	if (text_starts(text, "CPU: ") || text_starts(text, "Pid: "))
		return KIND_STACK;
	if (text_starts(text, "[") && text_find(text, " pid ") && text_find(text, " tgid "))
		return KIND_COLUMNS;
	if (text_starts(text, "oom-kill:constraint="))
		return KIND_CHOICE;
	if (text_find(text, "Killed process "))
		return KIND_KILL;
	return is_row(text) ? KIND_ROW : KIND_OTHER;
}

/* Pairs of lines that stand one right behind the other. */
static int structure_vote(enum kind before, enum kind now)
{
	static const struct {
		enum kind first, second;
	} rows[] = { { KIND_HEADER, KIND_STACK }, { KIND_COLUMNS, KIND_ROW },
		{ KIND_ROW, KIND_CHOICE }, { KIND_CHOICE, KIND_KILL } };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (before == rows[i].first && now == rows[i].second)
			return STRUCTURE_WEIGHT;
		if (before == rows[i].second && now == rows[i].first)
			return -STRUCTURE_WEIGHT;
	}
	return 0;
}

struct moment {
	int64_t us;
	char stamp[40];
};

static struct moment moment_of(const struct klog_record *record)
{
	struct moment moment = { .us = record->unix_us };
	if (moment.us == UNKNOWN_SIGNED)
		moment.us = record->boot_us;
	text_copy(record->stamp, moment.stamp, sizeof(moment.stamp));
	return moment;
}

/* A clock behind the same day, whatever language that is in. */
static int compare_stamps(const char *before, const char *now)
{
	size_t length = strlen(now);
	const char *clock = strchr(now, ':');
	if (!clock || length != strlen(before) || clock < now + 2)
		return 0;
	size_t day = (size_t)(clock - now) - 2;
	int order = memcmp(before, now, day) == 0 ? strcmp(before + day, now + day) : 0;
	return order < 0 ? 1 : order > 0 ? -1 : 0;
}

static int time_vote(const struct moment *before, const struct moment *now)
{
	if (before->us != UNKNOWN_SIGNED && now->us != UNKNOWN_SIGNED)
		return now->us > before->us ? 1 : now->us < before->us ? -1 : 0;
	return compare_stamps(before->stamp, now->stamp);
}

bool klogorder_is_reversed(struct text text)
{
	struct text line;
	struct moment before = { .us = UNKNOWN_SIGNED };
	enum kind kind_before = KIND_OTHER;
	int up = 0, down = 0;
	while (text_next_line(&text, &line)) {
		struct klog_record record;
		logline_parse(line, &record);
		if (!record.text.len)
			continue;
		enum kind kind = kind_of(record.text);
		struct moment now = moment_of(&record);
		int votes[] = { structure_vote(kind_before, kind),
			record.stamped ? time_vote(&before, &now) : 0 };
		for (int i = 0; i < 2; i++) {
			up += votes[i] > 0 ? votes[i] : 0;
			down -= votes[i] < 0 ? votes[i] : 0;
		}
		kind_before = kind;
		if (record.stamped)
			before = now;
	}
	return down > 1 && down > 2 * up;
}

/* --- turning ------------------------------------------------------------------------------------ */

#define BLOCK    (256 * 1024)
#define UNIT_MAX (BLOCK / 2) /* more of one record is cut into pieces, which nothing joins again */

/* Where each record begins: a line with a time, or any line where none has one. */
struct units {
	uint64_t *starts;
	size_t count, size;
	uint64_t lines, end;
	bool no_memory;
};

static void add_unit(struct units *units, uint64_t start)
{
	if (ARRAY_RESERVE(units->starts, units->size, units->count + 1))
		units->starts[units->count++] = start;
	else
		units->no_memory = true;
}

static bool is_far(const struct units *units, uint64_t at)
{
	return !units->count || at - units->starts[units->count - 1] > UNIT_MAX;
}

static void take_line(struct units *units, struct text line, uint64_t at)
{
	struct klog_record record;
	logline_parse(line, &record);
	if (record.stamped || !record.indent || is_far(units, at))
		add_unit(units, at);
	units->lines++;
}

static enum err_code find_units(int fd, char *block, struct units *units, struct err *err)
{
	size_t have = 0;
	for (;;) {
		ssize_t got = pread(fd, block + have, BLOCK - have, (off_t)(units->end + have));
		if (got < 0)
			return err_set_errno(err, errno, "cannot read the log");
		have += (size_t)got;
		struct text rest = { block, have }, line;
		bool last = got == 0;
		while (rest.len && !units->no_memory) {
			const char *newline = memchr(rest.at, '\n', rest.len);
			if (!newline && !last && rest.len < BLOCK / 2)
				break;
			line = newline ? scan_until(rest, newline) : rest;
			take_line(units, line, units->end);
			size_t taken = line.len + (newline != NULL);
			rest = scan_from(rest, rest.at + taken);
			units->end += taken;
		}
		if (units->no_memory)
			return err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
		memmove(block, rest.at, rest.len);
		have = rest.len;
		if (last)
			return ERR_OK;
	}
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno != EINTR)
			return false;
		bytes += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

/* The last line of a file, which may lack its newline, becomes the first. */
static bool write_unit(int fd, const char *bytes, size_t length)
{
	bool ends = length && bytes[length - 1] == '\n';
	return write_all(fd, bytes, length) && (ends || write_all(fd, "\n", 1));
}

/* The units from the last one that is not written on, as many as go into a block. */
static bool write_block(int from, int to, char *block, const struct units *units, size_t *left)
{
	uint64_t end = *left == units->count ? units->end : units->starts[*left];
	size_t first = *left;
	while (first > 0 && end - units->starts[first - 1] <= BLOCK)
		first--;
	if (first == *left)
		return false;
	uint64_t start = units->starts[first];
	if (pread(from, block, (size_t)(end - start), (off_t)start) != (ssize_t)(end - start))
		return false;
	for (size_t i = *left; i-- > first;) {
		uint64_t unit_end = i + 1 == *left ? end : units->starts[i + 1];
		if (!write_unit(to, block + (units->starts[i] - start),
			    (size_t)(unit_end - units->starts[i])))
			return false;
	}
	*left = first;
	return true;
}

static enum err_code write_turned(
	int from, int to, char *block, const struct units *units, struct err *err)
{
	size_t left = units->count;
	while (left) {
		if (!write_block(from, to, block, units, &left))
			return err_set_errno(
				err, errno ? errno : EIO, "cannot put the log in order");
	}
	return lseek(to, 0, SEEK_SET) < 0 ? err_set_errno(err, errno, "cannot put the log in order")
					  : ERR_OK;
}

static enum err_code turn_into(
	int fd, int turned, char *block, uint64_t *ret_lines, struct err *err)
{
	struct units units = { .count = 0 };
	enum err_code code = find_units(fd, block, &units, err);
	if (code == ERR_OK)
		code = write_turned(fd, turned, block, &units, err);
	*ret_lines = units.lines;
	free(units.starts);
	return code;
}

enum err_code klogorder_turn(int fd, int *ret_fd, uint64_t *ret_lines, struct err *err)
{
	struct stat about;
	if (fstat(fd, &about) == 0 && about.st_size > KLOGORDER_MAX)
		return err_set(err, ERR_TOO_BIG,
			"cannot put the log in order: its newest line is the first, and it is "
			"larger than %d MiB (see tac(1))",
			KLOGORDER_MAX / (1024 * 1024));
	int turned = memfd_create("oomspect-log", MFD_CLOEXEC);
	if (turned < 0)
		return err_set_errno(err, errno, "cannot put the log in order");
	char *block = malloc(BLOCK);
	if (!block) {
		close(turned);
		return err_set(err, ERR_NO_MEMORY, "cannot read the log: out of memory");
	}
	enum err_code code = turn_into(fd, turned, block, ret_lines, err);
	free(block);
	if (code != ERR_OK)
		close(turned);
	else
		*ret_fd = turned;
	return code;
}
