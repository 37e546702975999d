#include "process_facts.h"

#include "oomspect/line.h"
#include "oomspect/saturate.h"

#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE 8192

/* As the lines of /proc/PID/limits begin. Those that decide how much memory a process can get. */
const char *const process_limit_names[FACTS_LIMITS] = {
	"Max address space",
	"Max data size",
	"Max stack size",
	"Max locked memory",
	"Max resident set",
	"Max processes",
	"Max open files",
};

static ssize_t read_file(
	const struct root *root, pid_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	ssize_t length = root_read_proc(root, path, buffer, size);
	if (length < 0)
		buffer[0] = '\0';
	return length;
}

/* --- limits --------------------------------------------------------------------------------- */

static void take_limit(struct text line, struct process_limit *limit)
{
	struct text soft, hard, unit;
	if (!text_next_field(&line, &soft) || !text_next_field(&line, &hard))
		return;
	text_copy(soft, limit->soft, sizeof(limit->soft));
	text_copy(hard, limit->hard, sizeof(limit->hard));
	limit->bytes = text_next_field(&line, &unit) && text_equals(unit, "bytes");
}

static void read_limits(struct process_facts *facts, const struct root *root, pid_t pid)
{
	char buffer[FILE_SIZE];
	ssize_t length = read_file(root, pid, "limits", buffer, sizeof(buffer));
	struct text rest = { buffer, length > 0 ? (size_t)length : 0 }, line;
	while (text_next_line(&rest, &line))
		for (size_t i = 0; i < FACTS_LIMITS; i++)
			if (text_skip(&line, process_limit_names[i]))
				take_limit(line, &facts->limits[i]);
}

/* --- a captured machine ---------------------------------------------------------------------- */

/* The line of status that begins with `key`, without it. */
static bool find_line(struct text status, const char *key, struct text *ret)
{
	struct text line;
	while (text_next_line(&status, &line)) {
		if (text_skip(&line, key)) {
			*ret = text_trim(line);
			return true;
		}
	}
	return false;
}

/* The next id of a list, which has blanks in status and commas in libproc2. */
static bool next_id(struct text *rest, uint32_t *ret)
{
	struct text field;
	uint64_t id;
	if (!text_split(rest, ',', &field) && !text_next_field(rest, &field))
		return false;
	*ret = text_to_u64(text_trim(field), &id) && id < UID_UNKNOWN ? (uint32_t)id : UID_UNKNOWN;
	return true;
}

static void take_groups(struct process_facts *facts, struct text list)
{
	uint32_t gid;
	for (; next_id(&list, &gid); facts->gid_count++)
		if (facts->gid_count < FACTS_GROUPS)
			facts->gids[facts->gid_count] = gid;
}

static void take_status(struct process_facts *facts, struct text status)
{
	struct text line;
	if (find_line(status, "Uid:", &line))
		next_id(&line, &facts->real_uid);
	if (find_line(status, "Gid:", &line) && next_id(&line, &facts->gid))
		next_id(&line, &facts->gid); /* the effective one */
	if (find_line(status, "Groups:", &line))
		take_groups(facts, line);
}

/* All groups stand in one line of it. */
static void read_status(struct process_facts *facts, const struct root *root, pid_t pid)
{
	char *buffer = malloc(ROOT_STATUS_MAX);
	ssize_t length = buffer ? read_file(root, pid, "status", buffer, ROOT_STATUS_MAX) : 0;
	take_status(facts, (struct text){ buffer ? buffer : "", length > 0 ? (size_t)length : 0 });
	free(buffer);
}

/* Fields of stat behind the name, which may hold any byte: 3 is the first. */
static bool stat_field(const char *stat, int number, int64_t *ret)
{
	const char *end = strrchr(stat, ')');
	struct text rest = text_of(end ? end + 1 : ""), field = { NULL, 0 };
	for (int i = 3; i <= number; i++)
		if (!text_next_field(&rest, &field))
			return false;
	return text_to_i64(field, ret);
}

static void take_stat(struct process_facts *facts, const char *stat)
{
	int64_t user, system, tty;
	if (stat_field(stat, 14, &user) && stat_field(stat, 15, &system))
		facts->cpu_ticks = saturate_add(user, system);
	/* Major number in bits 8 to 15, the minor around it (proc_pid_stat(5)). */
	if (stat_field(stat, 7, &tty) && tty > 0)
		snprintf(facts->tty, sizeof(facts->tty), "%d:%d", (int)(tty >> 8 & 0xff),
			(int)((tty & 0xff) | (tty >> 12 & 0xfff00)));
}

static void ask_captured(
	struct process_facts *facts, const struct root *root, const struct task *task)
{
	char buffer[FILE_SIZE], path[64];
	read_status(facts, root, task->pid);
	read_file(root, task->pid, "stat", buffer, sizeof(buffer));
	take_stat(facts, buffer);
	read_file(root, task->pid, "wchan", facts->wchan, sizeof(facts->wchan));
	snprintf(path, sizeof(path), "%d/exe", (int)task->pid);
	if (root_readlink_proc(root, path, facts->exe, sizeof(facts->exe)) < 0)
		facts->exe[0] = '\0';
	if (task->kthread ||
		proc_read_cmdline(root, task->pid, facts->command, sizeof(facts->command)) < 0)
		facts->command[0] = '\0';
}

/* --- the live machine ------------------------------------------------------------------------ */

enum form { FORM_TEXT, FORM_KB, FORM_TICKS, FORM_ID, FORM_GROUPS };

#define TEXT(member) \
	FORM_TEXT, offsetof(struct process_facts, member), \
		sizeof(((struct process_facts *)NULL)->member)
#define NUMBER(form, member) form, offsetof(struct process_facts, member), 0

static const struct {
	enum pids_item item;
	bool locks; /* takes the target's mmap_lock */
	enum form form;
	size_t field, size;
} asked[] = {
	/* Not their names: libproc2 would ask whoever knows them, and wait. */
	{ PIDS_ID_RUID, false, NUMBER(FORM_ID, real_uid) },
	{ PIDS_ID_EGID, false, NUMBER(FORM_ID, gid) },
	{ PIDS_SUPGIDS, false, NUMBER(FORM_GROUPS, gids) },
	{ PIDS_SD_UNIT, false, TEXT(unit) },
	{ PIDS_LXCNAME, false, TEXT(lxc) },
	{ PIDS_TTY_NAME, false, TEXT(tty) },
	{ PIDS_EXE, false, TEXT(exe) },
	{ PIDS_WCHAN_NAME, false, TEXT(wchan) },
	{ PIDS_TICS_ALL, false, NUMBER(FORM_TICKS, cpu_ticks) },
	{ PIDS_CMDLINE, true, TEXT(command) },
	{ PIDS_SMAP_PSS, true, NUMBER(FORM_KB, pss_kb) },
	{ PIDS_SMAP_PSS_ANON, true, NUMBER(FORM_KB, pss_anon_kb) },
	{ PIDS_SMAP_PSS_FILE, true, NUMBER(FORM_KB, pss_file_kb) },
	{ PIDS_SMAP_PSS_SHMEM, true, NUMBER(FORM_KB, pss_shmem_kb) },
	{ PIDS_SMAP_SWAP_PSS, true, NUMBER(FORM_KB, swap_pss_kb) },
};
#define ASKED (sizeof(asked) / sizeof(asked[0]))

/* "-", or "?" for a terminal, is libproc2's word for nothing. */
static void take_text(const char *text, char *buffer, size_t size)
{
	text_copy(text_of(text && strcmp(text, "-") != 0 && strcmp(text, "?") != 0 ? text : ""),
		buffer, size);
}

static void take_result(struct process_facts *facts, size_t i, const struct pids_result *result)
{
	char *field = (char *)facts + asked[i].field;
	int64_t number = asked[i].form == FORM_KB ? (int64_t)result->result.ul_int
						  : (int64_t)result->result.ull_int;
	switch (asked[i].form) {
	case FORM_TEXT:
		take_text(result->result.str, field, asked[i].size);
		break;
	case FORM_ID:
		memcpy(field, &result->result.u_int, sizeof(result->result.u_int));
		break;
	case FORM_GROUPS:
		take_groups(facts, text_of(result->result.str ? result->result.str : ""));
		break;
	default:
		memcpy(field, &number, sizeof(number));
	}
}

/* smaps_rollup belongs to the owner: libproc2 gives zeros where it could not be read. */
static void forget_unread_pss(struct process_facts *facts, const struct task *task)
{
	if (facts->pss_kb > 0 || task->rss_pages <= 0)
		return;
	facts->pss_kb = facts->pss_anon_kb = facts->pss_file_kb = UNKNOWN;
	facts->pss_shmem_kb = facts->swap_pss_kb = UNKNOWN;
}

static void ask_live(struct process_facts *facts, const struct task *task)
{
	enum pids_item items[ASKED + 1] = { PIDS_TICS_BEGAN };
	size_t rows[ASKED] = { 0 }, count = 0;
	unsigned pid = (unsigned)task->pid;
	struct pids_info *info = NULL;
	for (size_t i = 0; i < ASKED; i++) {
		if (asked[i].locks && facts->stuck)
			continue;
		rows[count++] = i;
		items[count] = asked[i].item;
	}
	if (procps_pids_new(&info, items, (int)count + 1) < 0)
		return;
	const struct pids_fetch *fetch = procps_pids_select(info, &pid, 1, PIDS_SELECT_PID);
	const struct pids_result *results =
		fetch && fetch->counts->total == 1 ? fetch->stacks[0]->head : NULL;
	facts->gone = !results || results[0].result.ull_int != task->start_ticks;
	for (size_t i = 0; !facts->gone && i < count; i++)
		take_result(facts, rows[i], &results[i + 1]);
	forget_unread_pss(facts, task);
	procps_pids_unref(&info);
}

void process_facts_name(struct process_facts *facts, struct names *names, const struct task *task)
{
	struct line line = line_begin(facts->groups, sizeof(facts->groups));
	text_copy(text_of(names_user(names, task->uid)), facts->user, NAME_SIZE);
	text_copy(text_of(names_user(names, facts->real_uid)), facts->real_user, NAME_SIZE);
	text_copy(text_of(names_group(names, facts->gid)), facts->group, NAME_SIZE);
	for (size_t i = 0; i < facts->gid_count && i < FACTS_GROUPS; i++)
		line_add(&line, "%s%s", i ? "," : "", names_group(names, facts->gids[i]));
	if (facts->gid_count > FACTS_GROUPS)
		line_add(&line, " and %zu more", facts->gid_count - FACTS_GROUPS);
}

void process_facts_ask(
	struct process_facts *facts, const struct root *root, const struct task *task)
{
	*facts = (struct process_facts){
		.real_uid = UID_UNKNOWN,
		.gid = UID_UNKNOWN,
		.stuck = task->state == 'D',
		.cpu_ticks = UNKNOWN,
		.pss_kb = UNKNOWN,
		.pss_anon_kb = UNKNOWN,
		.pss_file_kb = UNKNOWN,
		.pss_shmem_kb = UNKNOWN,
		.swap_pss_kb = UNKNOWN,
	};
	if (root->live)
		ask_live(facts, task);
	else
		ask_captured(facts, root, task);
	if (!facts->gone)
		read_limits(facts, root, task->pid);
}
