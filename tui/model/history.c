#include "history.h"

#include "term/printer.h"

#include <stdlib.h>
#include <string.h>

void history_release(struct history *history)
{
	free(history->entries);
	*history = (struct history){ 0 };
}

enum err_code history_reserve(struct history *history, size_t count, struct err *err)
{
	if (history->count + count <= history->capacity)
		return ERR_OK;
	size_t capacity = (history->count + count) * 2;
	struct history_entry *entries = reallocarray(history->entries, capacity, sizeof(*entries));
	if (!entries)
		return err_set(
			err, ERR_NO_MEMORY, "nothing is done: out of memory for a record of it");
	history->entries = entries;
	history->capacity = capacity;
	return ERR_OK;
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
