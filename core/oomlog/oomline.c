#include "oomspect/oomline.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <stdlib.h>
#include <string.h>

#define COMM_MAX      15 /* TASK_COMM_LEN - 1 */
#define INVOKER_REACH 80 /* what is further left is no part of a name */

static void copy_comm(struct text comm, char ret[OOM_COMM_SIZE])
{
	text_copy(comm, ret, OOM_COMM_SIZE);
}

static char *copy_path(struct oom_event *event, struct text path)
{
	char *copy = strndup(path.at, path.len);
	event->no_memory |= !copy;
	return copy;
}

static void replace(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* The ')' that ends a name right before `at`, blanks and commas between them skipped. */
static const char *name_end_before(struct text text, const char *at)
{
	while (at > text.at && (scan_is_blank(at[-1]) || at[-1] == ',' || at[-1] == '\n'))
		at--;
	return at > text.at && at[-1] == ')' ? at - 1 : NULL;
}

/* The name may hold anything that follows a name: the rightmost place counts. */
static const char *name_end(struct text text)
{
	static const char *const follow[] = { "total-vm:", "vsz:", "UID ", "score ",
		"sharing same memory", "is already exiting", "now anon-rss:" };
	const char *end = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(follow); i++) {
		const char *at = scan_last(text, follow[i]);
		const char *candidate = at ? name_end_before(text, at) : NULL;
		if (candidate && (!end || candidate > end))
			end = candidate;
	}
	return end ? end : scan_last(text, ")");
}

/* "PID (NAME) rest", "PID, UID N, (NAME) rest". */
static bool take_process(struct text *rest, struct oom_victim *victim)
{
	struct text text = *rest;
	scan_blanks(&text);
	if (!scan_number(&text, &victim->pid) || victim->pid < 0)
		return false;
	text_skip(&text, ",");
	scan_blanks(&text);
	if (text_skip(&text, "UID ")) {
		scan_number(&text, &victim->uid);
		text_skip(&text, ",");
		scan_blanks(&text);
	}
	if (text_skip(&text, "(")) {
		const char *end = name_end(text);
		struct text comm =
			end ? scan_until(text, end)
			    : (struct text){ text.at, text.len < COMM_MAX ? text.len : COMM_MAX };
		copy_comm(comm, victim->comm);
		text = end ? scan_from(text, end + 1) : scan_from(text, text.at + comm.len);
	}
	*rest = text;
	return true;
}

static void take_sizes(struct text text, struct oom_victim *victim)
{
	if (!scan_kb(text, "total-vm:", &victim->total_vm_kb))
		if (!scan_kb(text, "vsz:", &victim->total_vm_kb))
			scan_kb(text, "vm:", &victim->total_vm_kb);
	scan_kb(text, "anon-rss:", &victim->anon_rss_kb);
	scan_kb(text, "file-rss:", &victim->file_rss_kb);
	scan_kb(text, "shmem-rss:", &victim->shmem_rss_kb);
	scan_kb(text, "pgtables:", &victim->pgtables_kb);
	scan_key(text, "oom_score_adj:", &victim->oom_score_adj);
	if (!scan_key(text, "UID:", &victim->uid))
		scan_key(text, "UID ", &victim->uid);
}

static void read_kill_prefix(struct text prefix, struct oom_kill_line *line)
{
	line->memcg = scan_word(prefix, "Memory cgroup out of memory") != NULL;
	line->host = !line->memcg &&
		     (text_find(prefix, "Out of memory") || text_find(prefix, "Out of Memory") ||
			     text_find(prefix, "No available memory"));
	if (text_find(prefix, "No available memory") || text_find(prefix, "Out of Memory"))
		line->release_hint = "2.6.18";
	line->allocating_task = text_find(prefix, "oom_kill_allocating_task") != NULL;
}

bool oomline_kill(struct text text, struct oom_kill_line *ret)
{
	struct oom_kill_line line = { .score = UNKNOWN_SIGNED };
	const char *at = scan_word(text, "Killed process ");
	if (!at)
		at = text_find(text, "OOM killed process ") ? scan_word(text, "killed process ")
							    : NULL; /* OpenVZ */
	line.killed = at != NULL;
	if (!at && !(at = scan_word(text, "Kill process ")) &&
		!(at = scan_word(text, "kill process ")))
		return false;
	struct text rest =
		scan_from(text, at + strlen(line.killed ? "Killed process " : "Kill process "));
	oom_victim_init(&line.victim);
	if (!take_process(&rest, &line.victim))
		return false;
	read_kill_prefix(scan_until(text, at), &line);
	if (line.killed) {
		take_sizes(rest, &line.victim);
		if (text_find(rest, "vsz:"))
			line.release_hint = "2.6.35";
	} else {
		if (text_find(rest, " and children"))
			line.release_hint = "2.6.18";
		else if (text_find(rest, " or a child"))
			line.release_hint = "2.6.32";
		line.sharing = text_find(rest, "sharing same memory") != NULL;
		scan_key(rest, "score ", &line.score);
		if (!line.sharing && line.score == UNKNOWN_SIGNED && !line.memcg && !line.host)
			return false;
	}
	*ret = line;
	return true;
}

/* "...<4>cc1": a record that a console put behind another one begins at its priority. */
static struct text behind_priority(struct text text)
{
	struct text seek = text;
	for (const char *at; (at = memchr(seek.at, '<', seek.len));
		seek = scan_from(seek, at + 1)) {
		struct text rest = scan_from(seek, at + 1);
		if (rest.len > 2 && scan_is_digit(*rest.at) && rest.at[1] == '>')
			text = scan_from(text, rest.at + 2);
		if (seek.len == 1)
			break;
	}
	return text;
}

/* What stands before "invoked": a name, or a name behind a prefix nobody knows, of which the last
 * "] " or ": " is the end (Android: "[1:  swapper/1:    0] x"). */
static struct text invoker_name(struct text text)
{
	size_t far = text.len > INVOKER_REACH ? text.len - INVOKER_REACH : 0;
	struct text name = text_trim(behind_priority(scan_from(text, text.at + far)));
	if (name.len <= COMM_MAX)
		return name;
	const char *bracket = scan_last(name, "] ");
	if (bracket)
		return text_trim(scan_from(name, bracket + 1));
	while (name.len > COMM_MAX) {
		const char *colon = text_find(name, ": ");
		const char *blank = colon ? colon + 1 : memchr(name.at, ' ', name.len);
		if (!blank)
			break;
		name = text_trim(scan_from(name, blank));
	}
	return name;
}

/* Source code, patches and prose have these words too; what follows them in a log is known. */
static bool is_header_rest(struct text rest)
{
	text_skip(&rest, ":");
	rest = text_trim(rest);
	return !rest.len || text_find(rest, "gfp_mask=0x") || scan_word(rest, "order=0") ||
	       text_starts(rest, "...") || text_starts(rest, "[...");
}

static void read_gfp(struct text text, struct oom_event *event)
{
	const char *at = text_find(text, "gfp_mask=");
	if (!at)
		return;
	struct text mask = scan_from(text, at + strlen("gfp_mask="));
	size_t length = 0;
	while (length < mask.len && strchr("0123456789abcdefxABCDEF", mask.at[length]) &&
		mask.at[length])
		length++;
	if (length < 3 || !text_starts(mask, "0x"))
		return;
	text_copy((struct text){ mask.at, length }, event->gfp_mask, sizeof(event->gfp_mask));
	struct text flags = scan_from(mask, mask.at + length);
	const char *end = text_find(flags, ")");
	if (!text_skip(&flags, "(") || !end || end == flags.at)
		return;
	char *copy = copy_path(event, scan_until(flags, end));
	size_t out = 0;
	for (size_t i = 0; copy && copy[i]; i++) {
		if (!scan_is_blank(copy[i]))
			copy[out++] = copy[i];
	}
	if (copy)
		copy[out] = '\0';
	replace(&event->gfp_flags, copy);
}

/* How the header of kernels before the rewrite of v2.6.36 differs. */
static const char *release_hint_of(struct text text)
{
	if (text_starts(text, "oom-killer: "))
		return "2.6.18";
	if (scan_word(text, "oomkilladj="))
		return "2.6.24";
	return scan_word(text, "oom_adj=") && !scan_word(text, "oom_score_adj=") ? "2.6.32" : NULL;
}

bool oomline_header(struct text text, struct oom_event *event)
{
	const char *at = scan_last(text, "invoked oom-killer");
	struct text rest;
	if (at) {
		rest = scan_from(text, at + strlen("invoked oom-killer"));
		if (!is_header_rest(rest))
			return false;
		struct text name = invoker_name(scan_until(text, at));
		if (!rest.len && name.len > COMM_MAX)
			return false;
		copy_comm(name, event->invoker.comm);
	} else {
		rest = text;
		if (!text_skip(&rest, "oom-killer: gfp_mask=0x"))
			return false;
		rest = text;
	}
	event->headed = true;
	event->release_hint = release_hint_of(text);
	read_gfp(rest, event);
	scan_key(rest, "order=", &event->order);
	scan_key(rest, "oom_score_adj=", &event->invoker.oom_score_adj);
	if (event->order == -1)
		event->trigger = OOM_TRIGGER_SYSRQ;
	return true;
}

static enum oom_constraint constraint_of(struct text name)
{
	static const struct {
		const char *name;
		enum oom_constraint constraint;
	} rows[] = {
		{ "CONSTRAINT_NONE", OOM_CONSTRAINT_NONE },
		{ "CONSTRAINT_CPUSET", OOM_CONSTRAINT_CPUSET },
		{ "CONSTRAINT_MEMORY_POLICY", OOM_CONSTRAINT_MEMPOLICY },
		{ "CONSTRAINT_MEMCG", OOM_CONSTRAINT_MEMCG },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (text_equals(name, rows[i].name))
			return rows[i].constraint;
	}
	return OOM_CONSTRAINT_UNKNOWN;
}

/* The value of the first "key" up to the first "stop" behind it, or to the end. */
static struct text value_of(struct text text, const char *key, const char *stop)
{
	const char *at = text_find(text, key);
	if (!at)
		return (struct text){ text.at, 0 };
	struct text value = scan_from(text, at + strlen(key));
	const char *end = text_find(value, stop);
	return end ? scan_until(value, end) : value;
}

/* "...,task=NAME,pid=N,uid=N" from the right: the name may hold all of these words. */
static void read_constraint_task(struct text text, struct oom_event *event)
{
	int64_t pid, uid;
	const char *uid_at = scan_last(text, ",uid");
	const char *pid_at = scan_last(uid_at ? scan_until(text, uid_at) : text, ",pid=");
	if (!uid_at || !pid_at)
		return;
	struct text number = scan_from(text, pid_at + strlen(",pid="));
	struct text owner = scan_from(text, uid_at + strlen(",uid"));
	text_skip(&owner, "=");
	if (!scan_number(&number, &pid) || number.at != uid_at || !scan_number(&owner, &uid))
		return;
	struct text head = scan_until(text, pid_at);
	size_t reach = COMM_MAX + strlen(",task=");
	struct text window =
		head.len > reach ? scan_from(head, head.at + (head.len - reach)) : head;
	const char *task = text_find(window, ",task=");
	if (!task)
		return;
	event->chosen.pid = pid;
	copy_comm(scan_from(head, task + strlen(",task=")), event->chosen.comm);
}

/* A pager that cuts long lines ends them in '>': the value there is not whole. */
static struct text without_pager_cut(struct text text)
{
	struct text line = scan_trim_end(text);
	if (!line.len || line.at[line.len - 1] != '>')
		return text;
	const char *comma = scan_last(line, ",");
	return comma ? scan_until(line, comma) : line;
}

bool oomline_constraint(struct text text, struct oom_event *event)
{
	if (!text_skip(&text, "oom-kill:"))
		return false;
	scan_blanks(&text);
	if (!text_skip(&text, "constraint=") || !text_starts(text, "CONSTRAINT_"))
		return false;
	text = without_pager_cut(text);
	struct text name = text;
	const char *comma = text_find(text, ",");
	event->constraint = constraint_of(comma ? scan_until(name, comma) : name);
	text_copy(value_of(text, ",nodemask=", ","), event->nodemask, sizeof(event->nodemask));
	text_copy(
		value_of(text, ",cpuset=", ",mems_allowed="), event->cpuset, sizeof(event->cpuset));
	/* "mems_allowed=0-1,3" has commas of its own: it ends where a word begins. */
	struct text mems = value_of(text, ",mems_allowed=", ",global_oom");
	mems = scan_until(mems, mems.at + strspn(mems.len ? mems.at : "", "0123456789-,"));
	while (mems.len && mems.at[mems.len - 1] == ',')
		mems.len--;
	text_copy(mems, event->mems_allowed, sizeof(event->mems_allowed));
	struct text oom_memcg = value_of(text, ",oom_memcg=", ",task_memcg=");
	if (oom_memcg.len) {
		replace(&event->oom_memcg, copy_path(event, oom_memcg));
		event->constraint = OOM_CONSTRAINT_MEMCG;
	}
	const char *task_at = scan_last(text, ",task=");
	struct text task_memcg =
		value_of(task_at ? scan_until(text, task_at) : text, ",task_memcg=", "\n");
	if (task_memcg.len)
		replace(&event->task_memcg, copy_path(event, task_memcg));
	event->scope = event->constraint == OOM_CONSTRAINT_MEMCG ? OOM_SCOPE_MEMCG : OOM_SCOPE_HOST;
	read_constraint_task(text, event);
	return true;
}

bool oomline_task_in_paths(struct text text, struct text *ret_task, struct text *ret_limit)
{
	const char *newline = text_find(text, "\n");
	text = newline ? scan_until(text, newline) : text;
	const char *remark = text_find(text, " # "); /* "# noqa", "# the limit" */
	text = remark ? scan_until(text, remark) : text;
	const char *killed = text_find(text, "killed as a result of limit of");
	*ret_task = *ret_limit = (struct text){ text.at, 0 };
	if (text_skip(&text, "Memory limit reached of cgroup ")) {
		*ret_limit = text_trim(text);
		return true;
	}
	if (!text_skip(&text, "Task in "))
		return false;
	*ret_task = text_trim(killed ? scan_until(text, killed) : text);
	if (killed)
		*ret_limit = text_trim(
			scan_from(text, killed + strlen("killed as a result of limit of")));
	return ret_task->len && *ret_task->at == '/';
}

static char *copy_without_blanks(struct oom_event *event, struct text path)
{
	char *copy = copy_path(event, path);
	size_t out = 0;
	for (size_t i = 0; copy && copy[i]; i++) {
		if (!scan_is_blank(copy[i]) && copy[i] != '\n')
			copy[out++] = copy[i];
	}
	if (copy)
		copy[out] = '\0';
	return copy;
}

static bool is_ancestor(const char *path, const char *of)
{
	return strncmp(path, of, strlen(path)) == 0;
}

/* The limit is the task's cgroup or an ancestor of it. Where it is not, a wrap has put blanks
 * into one of them. */
static void set_paths(struct oom_event *event, struct text task, struct text limit)
{
	replace(&event->task_memcg, task.len ? copy_path(event, task) : NULL);
	replace(&event->oom_memcg, limit.len ? copy_path(event, limit) : NULL);
	if (!event->task_memcg || !event->oom_memcg ||
		is_ancestor(event->oom_memcg, event->task_memcg))
		return;
	char *mended_task = copy_without_blanks(event, task);
	char *mended_limit = copy_without_blanks(event, limit);
	bool mended = mended_task && mended_limit && is_ancestor(mended_limit, mended_task);
	replace(mended ? &event->task_memcg : &mended_task, mended ? mended_task : NULL);
	replace(mended ? &event->oom_memcg : &mended_limit, mended ? mended_limit : NULL);
}

bool oomline_task_in(struct text text, struct oom_event *event)
{
	struct text task, limit;
	if (!oomline_task_in_paths(text, &task, &limit))
		return false;
	set_paths(event, task, limit);
	event->constraint = OOM_CONSTRAINT_MEMCG;
	event->scope = OOM_SCOPE_MEMCG;
	return true;
}

bool oomline_group(struct text text, struct oom_event *event)
{
	static const char *const going = " are going to be killed due to memory.oom.group";
	const char *end;
	if (!text_skip(&text, "Tasks in ") || !(end = scan_last(text, going)))
		return false;
	struct text path = text_trim(scan_until(text, end));
	if (path.len)
		replace(&event->group_memcg, copy_path(event, path));
	return true;
}

bool oomline_reaped(struct text text, struct oom_victim *ret)
{
	struct oom_victim victim;
	oom_victim_init(&victim);
	if (!text_skip(&text, "oom_reaper: reaped process ") || !take_process(&text, &victim))
		return false;
	scan_kb(text, "anon-rss:", &victim.reaped_left_kb);
	*ret = victim;
	return true;
}

/* The release stands between the taint letters and " #build". */
static struct text release_in(struct text text)
{
	const char *at = scan_last(text, "ainted");
	struct text rest = at ? scan_from(text, at + strlen("ainted"))
			      : (struct text){ text.at, 0 },
		    field;
	while (text_next_field(&rest, &field)) {
		text_skip(&field, "(");
		const char *dot = memchr(field.at, '.', field.len);
		if (field.len > 2 && scan_is_digit(*field.at) && dot && dot < field.at + 3)
			return field;
	}
	return (struct text){ text.at, 0 };
}

bool oomline_cpu(struct text text, struct oom_event *event)
{
	int64_t pid = UNKNOWN_SIGNED;
	struct text release = release_in(text);
	if (release.len && !event->kernel[0])
		text_copy(release, event->kernel, sizeof(event->kernel));
	const char *comm_at = text_find(text, "omm: ");
	if (!comm_at || !(scan_key(text, "PID: ", &pid) || scan_key(text, "Pid: ", &pid)))
		return release.len > 0;
	struct text comm = scan_from(text, comm_at + strlen("omm: "));
	if (event->invoker.comm[0] && text_starts(comm, event->invoker.comm) &&
		event->invoker.pid == UNKNOWN_SIGNED)
		event->invoker.pid = pid;
	return release.len > 0;
}
