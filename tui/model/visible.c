#include "visible.h"

#include "watch.h"

#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELECT_MAX 255 /* what procps_pids_select takes at once */

enum item { ITEM_PID, ITEM_BEGAN, ITEM_COMMAND, ITEM_COUNT };

enum err_code visible_init(
	struct visible *visible, const struct root *root, struct names *names, struct err *err)
{
	enum pids_item items[ITEM_COUNT] = {
		[ITEM_PID] = PIDS_ID_PID,
		[ITEM_BEGAN] = PIDS_TICS_BEGAN,
		[ITEM_COMMAND] = PIDS_CMDLINE,
	};
	*visible = (struct visible){ .root = root, .names = names };
	visible->entries = calloc((size_t)VISIBLE_SETS * VISIBLE_WAYS, sizeof(*visible->entries));
	if (!visible->entries)
		return err_set(err, ERR_NO_MEMORY, "cannot keep command lines: out of memory");
	if (!root->live)
		return ERR_OK;
	int result = procps_pids_new(&visible->info, items, ITEM_COUNT);
	if (result < 0) {
		visible->info = NULL;
		visible_release(visible);
		return err_set_errno(err, -result, "cannot ask for processes");
	}
	return ERR_OK;
}

void visible_release(struct visible *visible)
{
	if (visible->info)
		procps_pids_unref(&visible->info);
	free(visible->entries);
	visible->entries = NULL;
}

void visible_forget(struct visible *visible)
{
	memset(visible->entries, 0,
		(size_t)VISIBLE_SETS * VISIBLE_WAYS * sizeof(*visible->entries));
}

static struct visible_entry *set_of(const struct visible *visible, pid_t pid)
{
	return &visible->entries[(size_t)pid % VISIBLE_SETS * VISIBLE_WAYS];
}

static struct visible_entry *find(const struct visible *visible, const struct task *task)
{
	struct visible_entry *set = set_of(visible, task->pid);
	for (size_t i = 0; i < VISIBLE_WAYS; i++)
		if (set[i].pid == task->pid && set[i].start_ticks == task->start_ticks &&
			strcmp(set[i].comm, task->comm) == 0)
			return &set[i];
	return NULL;
}

/* The entry to be used for a new task: one of the same pid, else the one unused for longest. */
static struct visible_entry *claim(struct visible *visible, const struct task *task)
{
	struct visible_entry *set = set_of(visible, task->pid), *oldest = set;
	for (size_t i = 0; i < VISIBLE_WAYS; i++) {
		if (set[i].pid == task->pid) {
			oldest = &set[i];
			break;
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	oldest->pid = task->pid;
	oldest->start_ticks = task->start_ticks;
	oldest->used = visible->fetches;
	memcpy(oldest->comm, task->comm, sizeof(oldest->comm));
	return oldest;
}

static void bracket(const char *comm, char *buffer, size_t size)
{
	snprintf(buffer, size, "[%s]", comm);
}

static void fetch_captured(struct visible *visible, const struct task *task)
{
	struct visible_entry *entry = claim(visible, task);
	ssize_t length = 0;
	if (!task->kthread)
		length = proc_read_cmdline(
			visible->root, task->pid, entry->command, sizeof(entry->command));
	if (length <= 0)
		bracket(task->comm, entry->command, sizeof(entry->command));
}

/* The members of a stack by their place. PIDS_VAL does the same, with four arguments up to 4.0.4
 * and three from 4.0.5; what it expands to has stayed. */
static const struct pids_result *result_of(const struct pids_stack *stack, enum item item)
{
	return &stack->head[item];
}

static void keep(struct visible *visible, const struct task *task, const struct pids_stack *stack)
{
	if (result_of(stack, ITEM_BEGAN)->result.ull_int != task->start_ticks)
		return;
	struct visible_entry *entry = claim(visible, task);
	const char *command = result_of(stack, ITEM_COMMAND)->result.str;
	if (command && command[0])
		text_copy(text_of(command), entry->command, sizeof(entry->command));
	else
		bracket(task->comm, entry->command, sizeof(entry->command));
}

static void fetch_live(
	struct visible *visible, const struct task *const *tasks, unsigned *pids, unsigned count)
{
	const struct pids_fetch *fetch =
		procps_pids_select(visible->info, pids, (int)count, PIDS_SELECT_PID);
	if (!fetch)
		return;
	for (int i = 0; i < fetch->counts->total; i++) {
		pid_t pid = result_of(fetch->stacks[i], ITEM_PID)->result.s_int;
		for (unsigned t = 0; t < count; t++)
			if (tasks[t]->pid == pid)
				keep(visible, tasks[t], fetch->stacks[i]);
	}
}

void visible_fetch(struct visible *visible, const struct task *const *tasks, size_t count)
{
	unsigned pids[SELECT_MAX], wanted = 0;
	const struct task *missing[SELECT_MAX];
	visible->fetches++;
	for (size_t i = 0; i < count; i++) {
		struct visible_entry *entry = find(visible, tasks[i]);
		if (entry)
			entry->used = visible->fetches;
		else if (!visible->info)
			fetch_captured(visible, tasks[i]);
		else if (tasks[i]->state != 'D' && wanted < SELECT_MAX) {
			missing[wanted] = tasks[i];
			pids[wanted++] = (unsigned)tasks[i]->pid;
		}
	}
	if (wanted)
		fetch_live(visible, missing, pids, wanted);
}

const char *visible_user(struct visible *visible, const struct task *task)
{
	return names_user(visible->names, task->uid);
}

const char *visible_command(struct visible *visible, const struct task *task)
{
	const struct visible_entry *entry = find(visible, task);
	return entry ? entry->command : task->comm;
}

const char *visible_whole_command(
	struct visible *visible, struct watch *watch, const struct task *task)
{
	return task->state == 'D' ? visible_command(visible, task) : watch_command(watch, task);
}
