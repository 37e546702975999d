#include "selection.h"

#include "oomspect/memcg_name.h"

#include <stdlib.h>
#include <string.h>

#define COMM_LENGTH 15 /* TASK_COMM_LEN less its NUL */

bool selection_has(const struct selection *selection, pid_t pid)
{
	return marks_has(&selection->pids, (uint64_t)pid);
}

pid_t selection_pid(const struct selection *selection, size_t index)
{
	return (pid_t)selection->pids.items[index].number;
}

static enum err_code add(struct selection *selection, pid_t pid, struct err *err)
{
	if (!marks_add(&selection->pids, (uint64_t)pid))
		return err_set(err, ERR_NO_MEMORY, "cannot select processes: out of memory");
	return ERR_OK;
}

bool selection_is_of(const struct task *task, const uid_t *user)
{
	return !user || (task->uid == *user && task->real_uid == *user);
}

/* Whether `text` (up to a blank or its end) is a path that ends in that name. */
static bool ends_in(struct text text, const char *name)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '/') {
			text.at += i + 1;
			text.len -= i + 1;
			i = (size_t)-1;
		}
	return text_equals(text, name);
}

/* Whether its command line begins with that program, or with an interpreter and then that script.
 * One whose command line cannot be read goes by its comm alone. */
static bool runs_program(const struct root *root, const struct task *task, const char *name)
{
	char buffer[4096];
	ssize_t length = root ? proc_read_cmdline(root, task->pid, buffer, sizeof(buffer)) : -1;
	if (length <= 0)
		return true;
	struct text rest = text_of(buffer), word;
	bool more = text_split(&rest, ' ', &word);
	if (ends_in(more ? word : rest, name))
		return true;
	if (!more)
		return false;
	more = text_split(&rest, ' ', &word);
	return ends_in(more ? word : rest, name);
}

static bool has_name(const struct root *root, const struct task *task, const char *name)
{
	if (strlen(name) <= COMM_LENGTH)
		return strcmp(task->comm, name) == 0;
	return strlen(task->comm) == COMM_LENGTH && strncmp(task->comm, name, COMM_LENGTH) == 0 &&
	       runs_program(root, task, name);
}

static enum err_code add_by_name(struct selection *selection, const struct snapshot *snapshot,
	const struct selection_query *query, struct err *err)
{
	const char *name = query->name;
	bool found = false;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->kthread || !selection_is_of(task, query->user) ||
			!has_name(query->root, task, name))
			continue;
		found = true;
		if (add(selection, task->pid, err) != ERR_OK)
			return ERR_NO_MEMORY;
	}
	return found ? ERR_OK
		     : err_set(err, ERR_NOT_FOUND, "'%s': no process%s has this name", name,
			       query->user ? " of this user" : "");
}

static enum err_code add_by_cgroup(struct selection *selection, const struct snapshot *snapshot,
	const struct selection_query *query, struct err *err)
{
	const char *path = query->cgroup;
	const struct memcg_tree *tree = snapshot->memcgs;
	int32_t top;
	enum err_code code = memcg_lookup(tree, path, &top, err);
	if (code)
		return code;
	bool found = false;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->kthread || task->memcg < top ||
			task->memcg >= tree->rows[top].subtree_end ||
			!selection_is_of(task, query->user))
			continue;
		found = true;
		if (add(selection, task->pid, err) != ERR_OK)
			return ERR_NO_MEMORY;
	}
	return found ? ERR_OK
		     : err_set(err, ERR_NOT_FOUND, "'%s': no process%s is in there", path,
			       query->user ? " of this user" : "");
}

/* A child may have a smaller pid than its parent, so one pass is not enough. */
static enum err_code add_descendants(struct selection *selection, const struct snapshot *snapshot,
	const uid_t *user, struct err *err)
{
	for (size_t before = 0; before != selection->pids.count;) {
		before = selection->pids.count;
		for (size_t i = 0; i < snapshot->count; i++) {
			const struct task *task = &snapshot->tasks[i];
			if (selection_has(selection, task->ppid) && selection_is_of(task, user) &&
				add(selection, task->pid, err) != ERR_OK)
				return ERR_NO_MEMORY;
		}
	}
	return ERR_OK;
}

enum err_code selection_build(struct selection *selection, const struct snapshot *snapshot,
	const struct selection_query *query, struct err *err)
{
	enum err_code code = ERR_OK;
	*selection = (struct selection){ 0 };
	for (size_t i = 0; code == ERR_OK && i < query->pid_count; i++)
		code = add(selection, query->pids[i], err);
	if (code == ERR_OK && query->name)
		code = add_by_name(selection, snapshot, query, err);
	if (code == ERR_OK && query->cgroup)
		code = add_by_cgroup(selection, snapshot, query, err);
	if (code == ERR_OK && query->descendants)
		code = add_descendants(selection, snapshot, query->user, err);
	return code;
}

void selection_release(struct selection *selection)
{
	marks_release(&selection->pids);
}
