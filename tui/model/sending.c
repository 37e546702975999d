#include "sending.h"

#include "selection.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

const struct signal_row signal_rows[] = {
	{ "SIGTERM", "asks it to end: it may clean up, or ignore it", SIGTERM, true },
	{ "SIGKILL", "ends it at once: it cannot clean up", SIGKILL, true },
	{ "SIGINT", "as Ctrl-C does", SIGINT, true },
	{ "SIGHUP", "hangs up: many daemons read their settings again instead", SIGHUP, true },
	{ "SIGQUIT", "ends it with a core dump, a JVM prints its threads", SIGQUIT, true },
	{ "SIGABRT", "ends it with a core dump, which needs memory and time", SIGABRT, true },
	{ "SIGSTOP", "stops it: it grows no more, its memory stays taken", SIGSTOP, false },
	{ "SIGCONT", "lets a stopped process go on", SIGCONT, false },
	{ "SIGUSR1", "whatever the program made of it, or the end", SIGUSR1, true },
	{ "SIGUSR2", "whatever the program made of it, or the end", SIGUSR2, true },
};
const size_t signal_row_count = sizeof(signal_rows) / sizeof(signal_rows[0]);

static bool ends_with_target(const struct sending *sending, const struct task *task)
{
	for (size_t i = 0; i < sending->targets.count; i++)
		if (death_ends_namespace_of(
			    sending->snapshot, sending->targets.items[i].task, task))
			return true;
	return false;
}

/* What ends, and what that brings back: the targets, and all in a pid namespace whose first process
 * is one of them. Their pids into `edits`. */
static size_t count_ending(struct sending *sending, struct ranking_edit *edits)
{
	const struct snapshot *snapshot = sending->snapshot;
	const struct targets *targets = &sending->targets;
	bool namespaces = false;
	size_t count = 0;
	for (size_t i = 0; i < targets->count; i++) {
		const struct task *task = targets->items[i].task;
		namespaces |= task->ns_init;
		sending->frees = freed_sum(sending->frees, freed_by_end_of(snapshot, task));
		edits[count++] = (struct ranking_edit){ .pid = task->pid, .gone = true };
	}
	for (size_t i = 0; namespaces && i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->state == 'Z' || !ends_with_target(sending, task) ||
			targets_has(targets, task))
			continue;
		sending->ending++;
		sending->frees = freed_sum(sending->frees, freed_by_end_of(snapshot, task));
		edits[count++] = (struct ranking_edit){ .pid = task->pid, .gone = true };
	}
	return count;
}

/* The host as it would be without them. */
static enum err_code look_ahead(struct sending *sending, enum moment moment, struct err *err)
{
	const struct snapshot *snapshot = sending->snapshot;
	struct domain domain = domain_host(snapshot);
	struct ranking_edit *edits =
		calloc(snapshot->count + sending->targets.count, sizeof(*edits));
	if (!edits)
		return err_set(err, ERR_NO_MEMORY, "cannot look ahead: out of memory");
	size_t count = count_ending(sending, edits);
	ranking_sort_edits(edits, count);
	enum err_code code =
		outlook_build(&sending->before, snapshot, &domain, moment, NULL, 0, err);
	if (code == ERR_OK)
		code = outlook_build(&sending->after, snapshot, &domain, moment, edits, count, err);
	free(edits);
	return code;
}

static enum err_code count_children(struct sending *sending, struct err *err)
{
	struct selection selection;
	size_t count = sending->targets.count;
	pid_t *pids = calloc(count, sizeof(*pids));
	if (!pids)
		return err_set(err, ERR_NO_MEMORY, "cannot look for children: out of memory");
	for (size_t i = 0; i < count; i++)
		pids[i] = sending->targets.items[i].task->pid;
	struct selection_query query = { .pids = pids, .pid_count = count, .descendants = true };
	enum err_code code = selection_build(&selection, sending->snapshot, &query, err);
	if (code == ERR_OK)
		sending->children = selection.pids.count - count;
	sending->children -=
		sending->ending < sending->children ? sending->ending : sending->children;
	selection_release(&selection);
	free(pids);
	return code;
}

enum err_code sending_open(struct sending *sending, const struct sending_query *query,
	struct targets *targets, struct err *err)
{
	*sending = (struct sending){
		.snapshot = query->snapshot,
		.root = query->root,
		.writable = query->why_not == NULL,
		.targets = *targets,
	};
	*targets = (struct targets){ 0 };
	if (query->why_not)
		snprintf(sending->why_not, sizeof(sending->why_not), "%s", query->why_not);
	enum err_code code = look_ahead(sending, query->moment, err);
	if (code == ERR_OK)
		code = count_children(sending, err);
	if (code != ERR_OK)
		sending_release(sending);
	return code;
}

void sending_release(struct sending *sending)
{
	targets_release(&sending->targets);
	outlook_release(&sending->before);
	outlook_release(&sending->after);
	*sending = (struct sending){ 0 };
}

void sending_choose(struct sending *sending, long row)
{
	long last = (long)signal_row_count - 1;
	sending->chosen = (size_t)(row < 0 ? 0 : row > last ? last : row);
}

static void send_one(struct sending *sending, struct target *target, struct history *history,
	const struct audit *audit)
{
	const struct signal_row *signal = &signal_rows[sending->chosen];
	struct err unaudited = { 0 };
	target->done = false;
	enum err_code code = targets_ready(&sending->targets, target, sending->root);
	if (target->held.dir_fd < 0)
		return;
	if (code == ERR_OK) {
		target->refused.code = ERR_OK;
		code = action_signal(&target->held, signal->number, &target->refused);
	}
	target->done = code == ERR_OK;
	if (target->done)
		history_add_signal(history, &target->held, signal->name);
	audit_signal(audit, &target->held, signal->number, code ? target->refused.text : NULL,
		&unaudited);
	if (target->done && unaudited.code)
		target->refused = unaudited;
}

/* After all have got the signal: taking back much memory takes its time. */
static void release_memory(struct sending *sending)
{
	for (size_t i = 0; i < sending->targets.count; i++)
		if (sending->targets.items[i].done &&
			action_release_memory(&sending->targets.items[i].held, NULL) == ERR_OK)
			sending->released = true;
}

static void sum_up(struct sending *sending)
{
	const struct target *target = &sending->targets.items[0];
	const char *name = signal_rows[sending->chosen].name;
	char verb[32];
	if (sending->targets.count > 1) {
		snprintf(verb, sizeof(verb), "sent %s", name);
		targets_sum_up(&sending->targets, verb, sending->result, sizeof(sending->result));
	} else if (target->done) {
		snprintf(sending->result, sizeof(sending->result), "%s sent to %d %s%s%s", name,
			(int)target->task->pid, target->seen.comm, target->refused.code ? "; " : "",
			target->refused.code ? target->refused.text : "");
	} else {
		snprintf(sending->result, sizeof(sending->result), "%s", target->refused.text);
	}
}

bool sending_send(struct sending *sending, struct history *history, const struct audit *audit)
{
	if (!targets_prepare(&sending->targets, sending->root, history, &sending->asks_again,
		    sending->result, sizeof(sending->result)))
		return false;
	for (size_t i = 0; i < sending->targets.count; i++)
		send_one(sending, &sending->targets.items[i], history, audit);
	if (signal_rows[sending->chosen].number == SIGKILL)
		release_memory(sending);
	sending->sent = true;
	sum_up(sending);
	return targets_refused(&sending->targets) == 0;
}
