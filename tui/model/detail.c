#include "detail.h"

#include "watch.h"

#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELECT_MAX 255 /* what procps_pids_select takes at once */

enum item { ITEM_PID, ITEM_BEGAN, ITEM_COMMAND, ITEM_COUNT };

enum err_code detail_init(
	struct detail *detail, const struct root *root, struct names *names, struct err *err)
{
	enum pids_item items[ITEM_COUNT] = {
		[ITEM_PID] = PIDS_ID_PID,
		[ITEM_BEGAN] = PIDS_TICS_BEGAN,
		[ITEM_COMMAND] = PIDS_CMDLINE,
	};
	*detail = (struct detail){ .root = root, .names = names };
	detail->entries = calloc((size_t)DETAIL_SETS * DETAIL_WAYS, sizeof(*detail->entries));
	if (!detail->entries)
		return err_set(err, ERR_NO_MEMORY, "cannot keep command lines: out of memory");
	if (!root->live)
		return ERR_OK;
	int result = procps_pids_new(&detail->info, items, ITEM_COUNT);
	if (result < 0) {
		detail->info = NULL;
		detail_release(detail);
		return err_set_errno(err, -result, "cannot ask for processes");
	}
	return ERR_OK;
}

void detail_release(struct detail *detail)
{
	if (detail->info)
		procps_pids_unref(&detail->info);
	free(detail->entries);
	detail->entries = NULL;
}

void detail_forget(struct detail *detail)
{
	memset(detail->entries, 0, (size_t)DETAIL_SETS * DETAIL_WAYS * sizeof(*detail->entries));
}

static struct detail_entry *set_of(const struct detail *detail, pid_t pid)
{
	return &detail->entries[(size_t)pid % DETAIL_SETS * DETAIL_WAYS];
}

static struct detail_entry *find(const struct detail *detail, const struct task *task)
{
	struct detail_entry *set = set_of(detail, task->pid);
	for (size_t i = 0; i < DETAIL_WAYS; i++)
		if (set[i].pid == task->pid && set[i].start_ticks == task->start_ticks &&
			strcmp(set[i].comm, task->comm) == 0)
			return &set[i];
	return NULL;
}

/* The entry to be used for a new task: one of the same pid, else the one unused for longest. */
static struct detail_entry *claim(struct detail *detail, const struct task *task)
{
	struct detail_entry *set = set_of(detail, task->pid), *oldest = set;
	for (size_t i = 0; i < DETAIL_WAYS; i++) {
		if (set[i].pid == task->pid) {
			oldest = &set[i];
			break;
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	oldest->pid = task->pid;
	oldest->start_ticks = task->start_ticks;
	oldest->used = detail->fetches;
	memcpy(oldest->comm, task->comm, sizeof(oldest->comm));
	return oldest;
}

static void bracket(const char *comm, char *buffer, size_t size)
{
	snprintf(buffer, size, "[%s]", comm);
}

static void fetch_captured(struct detail *detail, const struct task *task)
{
	struct detail_entry *entry = claim(detail, task);
	ssize_t length = 0;
	if (!task->kthread)
		length = proc_read_cmdline(
			detail->root, task->pid, entry->command, sizeof(entry->command));
	if (length <= 0)
		bracket(task->comm, entry->command, sizeof(entry->command));
}

/* The members of a stack by their place. PIDS_VAL does the same, with four arguments up to 4.0.4
 * and three from 4.0.5; what it expands to has stayed. */
static const struct pids_result *result_of(const struct pids_stack *stack, enum item item)
{
	return &stack->head[item];
}

static void keep(struct detail *detail, const struct task *task, const struct pids_stack *stack)
{
	if (result_of(stack, ITEM_BEGAN)->result.ull_int != task->start_ticks)
		return;
	struct detail_entry *entry = claim(detail, task);
	const char *command = result_of(stack, ITEM_COMMAND)->result.str;
	if (command && command[0])
		text_copy(text_of(command), entry->command, sizeof(entry->command));
	else
		bracket(task->comm, entry->command, sizeof(entry->command));
}

static void fetch_live(
	struct detail *detail, const struct task *const *tasks, unsigned *pids, unsigned count)
{
	const struct pids_fetch *fetch =
		procps_pids_select(detail->info, pids, (int)count, PIDS_SELECT_PID);
	if (!fetch)
		return;
	for (int i = 0; i < fetch->counts->total; i++) {
		pid_t pid = result_of(fetch->stacks[i], ITEM_PID)->result.s_int;
		for (unsigned t = 0; t < count; t++)
			if (tasks[t]->pid == pid)
				keep(detail, tasks[t], fetch->stacks[i]);
	}
}

void detail_fetch(struct detail *detail, const struct task *const *tasks, size_t count)
{
	unsigned pids[SELECT_MAX], wanted = 0;
	const struct task *missing[SELECT_MAX];
	detail->fetches++;
	for (size_t i = 0; i < count; i++) {
		struct detail_entry *entry = find(detail, tasks[i]);
		if (entry)
			entry->used = detail->fetches;
		else if (!detail->info)
			fetch_captured(detail, tasks[i]);
		else if (tasks[i]->state != 'D' && wanted < SELECT_MAX) {
			missing[wanted] = tasks[i];
			pids[wanted++] = (unsigned)tasks[i]->pid;
		}
	}
	if (wanted)
		fetch_live(detail, missing, pids, wanted);
}

const char *detail_user(struct detail *detail, const struct task *task)
{
	return names_user(detail->names, task->uid);
}

const char *detail_command(struct detail *detail, const struct task *task)
{
	const struct detail_entry *entry = find(detail, task);
	return entry ? entry->command : task->comm;
}

const char *detail_whole_command(
	struct detail *detail, struct watch *watch, const struct task *task)
{
	return task->state == 'D' ? detail_command(detail, task) : watch_command(watch, task);
}
