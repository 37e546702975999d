#include "history.h"

#include "term/printer.h"

#include "oomspect/array.h"
#include "oomspect/line.h"
#include "oomspect/outfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void history_release(struct history *history)
{
	free(history->entries);
	*history = (struct history){ 0 };
}

enum err_code history_reserve(struct history *history, size_t count, struct err *err)
{
	if (ARRAY_RESERVE(history->entries, history->capacity, history->count + count))
		return ERR_OK;
	return err_set(err, ERR_NO_MEMORY, "nothing is done: out of memory for a record of it");
}

static void add(
	struct history *history, const struct action_target *target, struct history_entry entry)
{
	entry.pid = target->pid;
	entry.start_ticks = target->start_ticks;
	memcpy(entry.comm, target->facts.comm, sizeof(entry.comm));
	history->entries[history->count++] = entry;
}

void history_add_adj(
	struct history *history, const struct action_target *target, int before, int after)
{
	if (before != after && before != ACTION_ADJ_UNKNOWN && after != ACTION_ADJ_UNKNOWN)
		add(history, target, (struct history_entry){ .before = before, .after = after });
}

void history_add_signal(
	struct history *history, const struct action_target *target, const char *signal)
{
	add(history, target, (struct history_entry){ .signal = signal });
}

bool history_first_adj(const struct history *history, pid_t pid, uint64_t start_ticks, int *ret_adj)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];
		if (entry->pid != pid || entry->start_ticks != start_ticks || entry->signal)
			continue;
		*ret_adj = entry->before;
		return true;
	}
	return false;
}

void history_print(const struct history *history)
{
	struct err line;
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];
		if (entry->signal)
			err_set(&line, ERR_OK, "%d %s %s", (int)entry->pid, entry->comm,
				entry->signal);
		else
			err_set(&line, ERR_OK, "%d %s oom_score_adj %d -> %d", (int)entry->pid,
				entry->comm, entry->before, entry->after);
		printer_complain(&line);
	}
}

enum err_code audit_open(struct audit *audit, const char *path, bool may_change, struct err *err)
{
	struct err why = { 0 };
	enum err_code code = ERR_OK;
	audit->fd = -1;
	if (path)
		code = may_change ? outfile_append(&audit->fd, path, &why)
				  : outfile_check_append(path, &why);
	return code ? err_set(err, code, "no audit: %s", why.text) : ERR_OK;
}

void audit_release(struct audit *audit)
{
	if (audit->fd >= 0)
		close(audit->fd);
	audit->fd = -1;
}

static void escape(const char *name, char *ret, size_t size)
{
	struct line line = line_begin(ret, size);
	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;
		bool plain = byte > 0x20 && byte < 0x7f && byte != '\\';
		line_add(&line, plain ? "%c" : "\\x%02x", byte);
	}
}

/* One write(2) a line, so that lines of several writers do not mix. */
__attribute__((format(__printf__, 4, 5))) static enum err_code append(const struct audit *audit,
	const struct action_target *target, struct err *err, const char *format, ...)
{
	char buffer[1024], when[32], name[TASK_COMM_SIZE * 4 + 1];
	time_t now = time(NULL);
	struct tm utc;
	va_list args;
	if (audit->fd < 0)
		return ERR_OK;
	gmtime_r(&now, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	escape(target->facts.comm, name, sizeof(name));
	struct line line = line_begin(buffer, sizeof(buffer) - 1); /* and a line end */
	line_add(&line, "%s uid=%u pid=%d start_ticks=%llu comm=%s ", when, (unsigned)getuid(),
		(int)target->pid, (unsigned long long)target->start_ticks, name);
	va_start(args, format);
	line_add_args(&line, format, args);
	va_end(args);
	buffer[line.used++] = '\n';
	ssize_t written = write(audit->fd, buffer, line.used);
	if (written == (ssize_t)line.used)
		return ERR_OK;
	/* Of a line that was cut there is no errno: the file system is full, or the file too long. */
	return err_set_errno(
		err, written < 0 ? errno : ENOSPC, "cannot write the audit file whole");
}

static const char *adj_words(int adj, char buffer[16])
{
	if (adj == ACTION_ADJ_UNKNOWN)
		return "?";
	snprintf(buffer, 16, "%d", adj);
	return buffer;
}

enum err_code audit_adj(const struct audit *audit, const struct action_target *target, int before,
	int wanted, int after, const char *refused, struct err *err)
{
	char was[16], is[16];
	return append(audit, target, err, "oom_score_adj %s -> %d, in force %s%s%s",
		adj_words(before, was), wanted, adj_words(after, is), refused ? ", refused: " : "",
		refused ? refused : "");
}

enum err_code audit_signal(const struct audit *audit, const struct action_target *target,
	int signal, const char *refused, struct err *err)
{
	return append(audit, target, err, "signal %d%s%s", signal, refused ? ", refused: " : "",
		refused ? refused : "");
}
