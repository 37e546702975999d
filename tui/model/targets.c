#include "targets.h"

#include "oomspect/array.h"
#include "oomspect/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void targets_release(struct targets *targets)
{
	targets_truncate(targets, 0);
	free(targets->items);
	*targets = (struct targets){ 0 };
}

void targets_truncate(struct targets *targets, size_t count)
{
	while (targets->count > count)
		action_release(&targets->items[--targets->count].held);
}

static enum err_code hold(struct target *target, const struct root *root)
{
	const struct task *task = target->task;
	if (target->held.dir_fd >= 0)
		return ERR_OK;
	target->refused.code = ERR_OK;
	enum err_code code =
		action_hold(&target->held, root, task->pid, task->start_ticks, &target->refused);
	/* A sample does not know the program. */
	if (code == ERR_OK && target->seen.exe == ACTION_EXE_NOT_ASKED) {
		target->seen.exe = target->held.facts.exe;
		target->seen.exe_dev = target->held.facts.exe_dev;
		target->seen.exe_inode = target->held.facts.exe_inode;
	}
	return code;
}

enum err_code targets_reach(struct targets *targets, struct target *target, const struct root *root)
{
	enum err_code code = hold(target, root);
	if (!err_is_shortage(code))
		return code;
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].done)
			action_release(&targets->items[i].held);
	return hold(target, root);
}

enum err_code targets_add(
	struct targets *targets, const struct task *task, const struct root *root, struct err *err)
{
	if (!ARRAY_RESERVE(targets->items, targets->capacity, targets->count + 1))
		return err_set(err, ERR_NO_MEMORY, "cannot point at processes: out of memory");
	struct target *target = &targets->items[targets->count++];
	*target =
		(struct target){ .task = task, .held = ACTION_NOBODY, .adj = task->oom_score_adj };
	target->seen = (struct action_facts){ .uid = task->uid, .real_uid = task->real_uid };
	memcpy(target->seen.comm, task->comm, sizeof(target->seen.comm));
	if (!root || targets->count > TARGETS_HELD)
		return ERR_OK;
	enum err_code code = hold(target, root);
	if (code == ERR_OK)
		action_get_adj(&target->held, &target->adj, NULL);
	else if (err_is_shortage(code))
		target->refused.code = ERR_OK;
	return ERR_OK;
}

/* --- what they are at the moment that counts -------------------------------------------------------- */

static bool is_other_user(const struct action_facts *seen, const struct action_facts *now)
{
	return seen->uid != UID_UNKNOWN &&
	       (seen->uid != now->uid || seen->real_uid != now->real_uid);
}

struct namer {
	struct names *names; /* NULL: users are numbers */
	char number[16];
};

static const char *name_user(void *context, uid_t uid)
{
	struct namer *namer = context;
	if (namer->names)
		return names_user(namer->names, uid);
	snprintf(namer->number, sizeof(namer->number), "%u", (unsigned)uid);
	return namer->number;
}

static void add_owner(struct line *line, struct names *names, const struct action_facts *facts)
{
	struct namer namer = { .names = names };
	owners_put(line, facts->uid, facts->real_uid, name_user, &namer);
}

/* "4242 java is bash now, of user root (was app), and runs another program". */
static void add_change(struct line *line, struct names *names, const struct target *target,
	const struct action_facts *now)
{
	const struct action_facts *seen = &target->seen;
	bool other_name = strcmp(seen->comm, now->comm) != 0;
	line_add(line, "%d %s", (int)target->task->pid, seen->comm);
	if (other_name)
		line_add(line, " is %s now", now->comm);
	if (is_other_user(seen, now)) {
		line_add(line, "%s of user ", other_name ? "," : " is");
		add_owner(line, names, now);
		line_add(line, "%s (was ", other_name ? "" : " now");
		add_owner(line, names, seen);
		line_add(line, ")");
	}
	if (action_is_other_exe(seen, now))
		line_add(line, "%s runs another program",
			other_name || is_other_user(seen, now) ? ", and" : "");
}

static bool has_changed(const struct action_facts *seen, const struct action_facts *now)
{
	return strcmp(seen->comm, now->comm) != 0 || is_other_user(seen, now) ||
	       action_is_other_exe(seen, now);
}

/* Whether it is something else than what is shown; `line` says what, and what is shown changes. */
static bool take_change(
	struct targets *targets, struct target *target, struct line *line, enum err_code *ret_code)
{
	struct action_facts now;
	*ret_code = action_look(&target->held, &now, &target->refused);
	if (*ret_code != ERR_OK || !has_changed(&target->seen, &now))
		return false;
	add_change(line, targets->names, target, &now);
	target->seen = target->held.facts = now;
	return true;
}

bool targets_confirm(struct targets *targets, const struct root *root, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size), more;
	size_t changed = 0;
	char none[1];
	for (size_t i = 0; i < targets->count; i++) {
		struct target *target = &targets->items[i];
		enum err_code code;
		more = line_begin(
			none, sizeof(none)); /* one is described, the others are counted */
		if (target->done || target->refused.code == ERR_GONE ||
			targets_reach(targets, target, root) != ERR_OK)
			continue;
		changed += take_change(targets, target, changed ? &more : &line, &code);
	}
	if (changed > 1)
		line_add(&line, ", and %zu more changed", changed - 1);
	return changed == 0;
}

bool targets_prepare(struct targets *targets, const struct root *root, struct history *history,
	bool *ret_asks_again, char *buffer, size_t size)
{
	struct err err;
	*ret_asks_again = !targets_confirm(targets, root, buffer, size);
	if (*ret_asks_again)
		return false;
	if (history_reserve(history, targets->count, &err) == ERR_OK)
		return true;
	snprintf(buffer, size, "%s", err.text);
	return false;
}

enum err_code targets_ready(struct targets *targets, struct target *target, const struct root *root)
{
	char change[256];
	struct line line = line_begin(change, sizeof(change));
	enum err_code code = targets_reach(targets, target, root);
	if (code == ERR_OK && take_change(targets, target, &line, &code))
		code = err_set(&target->refused, ERR_DENIED, "just now: %s", change);
	return code;
}

bool targets_has(const struct targets *targets, const struct task *task)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].task == task)
			return true;
	return false;
}

bool targets_look(struct targets *targets)
{
	bool found = false;
	for (size_t i = 0; i < targets->count; i++) {
		struct target *target = &targets->items[i];
		if (target->held.dir_fd < 0 || target->done || target->refused.code == ERR_GONE ||
			!action_has_ended(&target->held))
			continue;
		err_set(&target->refused, ERR_GONE, "process %d has ended", (int)target->held.pid);
		found = true;
	}
	return found;
}

size_t targets_done(const struct targets *targets)
{
	size_t count = 0;
	for (size_t i = 0; i < targets->count; i++)
		count += targets->items[i].done;
	return count;
}

size_t targets_refused(const struct targets *targets)
{
	size_t count = 0;
	for (size_t i = 0; i < targets->count; i++)
		count += targets->items[i].refused.code != ERR_OK;
	return count;
}

void targets_sum_up(const struct targets *targets, const char *verb, char *buffer, size_t size)
{
	size_t refused = targets_refused(targets);
	struct line line = line_begin(buffer, size);
	line_add(&line, "%zu %s", targets_done(targets), verb);
	for (size_t i = 0; i < targets->count; i++) {
		const struct err *why = &targets->items[i].refused;
		if (why->code == ERR_OK)
			continue;
		line_add(&line, ", %zu refused: %s", refused, why->text);
		return;
	}
}

void owners_add(struct owners *owners, const struct task *task)
{
	for (size_t i = 0; i < owners->count; i++) {
		struct owner *owner = &owners->rows[i];
		if (owner->uid == task->uid && owner->real_uid == task->real_uid) {
			owner->count++;
			return;
		}
	}
	if (owners->count == OWNERS_KEPT)
		owners->others++;
	else
		owners->rows[owners->count++] = (struct owner){ task->uid, task->real_uid, 1 };
}

bool owners_are_several(const struct owners *owners)
{
	return owners->count > 1;
}

void owners_put(struct line *line, uid_t uid, uid_t real_uid, owner_name *name, void *context)
{
	line_add(line, "%s", name(context, uid));
	if (real_uid != uid)
		line_add(line, " for %s", name(context, real_uid));
}

void owners_describe(
	const struct owners *owners, struct line *line, owner_name *name, void *context)
{
	for (size_t i = 0; i < owners->count; i++) {
		const struct owner *owner = &owners->rows[i];
		line_add(line, "%s", i ? ", " : "");
		owners_put(line, owner->uid, owner->real_uid, name, context);
		line_add(line, " (%zu)", owner->count);
	}
	if (owners->others)
		line_add(line, ", others (%zu)", owners->others);
}
