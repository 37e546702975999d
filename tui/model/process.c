#include "process.h"

#include "process_columns.h"

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

/* --- its place among the others --------------------------------------------------------------- */

void process_detail_init(struct process_detail *detail)
{
	*detail = (struct process_detail){ .pid = 0 };
	outlook_init(&detail->outlook);
}

void process_detail_release(struct process_detail *detail)
{
	outlook_release(&detail->outlook);
}

static struct process_name name_of(const struct task *task)
{
	struct process_name name = { .pid = task->pid };
	memcpy(name.comm, task->comm, sizeof(name.comm));
	return name;
}

/* --- one domain ------------------------------------------------------------------------------ */

static void add_company(void *context, const struct ranking_row *row, bool inside)
{
	struct process_domain *domain = context;
	(void)inside;
	if (domain->company_count < PROCESS_COMPANY)
		domain->company[domain->company_count] = name_of(row->task);
	domain->company_count++;
}

/* The terms of the outlook's moment; their sum is what the list calls MEM. */
static void take_terms(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	ret->adj_pages = badness_adj_pages(row->oom_score_adj, ret->totalpages);
	ret->rss = ret->swapents = ret->pgtables = UNKNOWN;
	if (row->terms_known && row->mem_pages >= 0) {
		ret->rss = row->terms.rss;
		ret->swapents = row->terms.swapents;
		ret->pgtables = row->terms.pgtables;
	}
	ret->mem_tenths = column_mem_tenths(outlook, row);
	ret->adj_tenths = column_adj_tenths(outlook, row);
	ret->bad_tenths = column_bad_tenths(outlook, row);
	ret->points = row->points;
	ret->in_pages =
		points_in_pages(&outlook->snapshot->host.era, row->points, &ret->points_pages);
}

static void take_rival(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	bool ahead = ret->victim || ret->chosen;
	const struct ranking_row *rival = ahead ? outlook->runner_up : outlook->chosen;
	const struct ranking_row *compared = ahead ? outlook->chosen : row;
	if (ahead && outlook->victim != outlook->chosen)
		ret->instead = name_of(ret->victim ? outlook->chosen->task : outlook->victim->task);
	if (!rival)
		return;
	ret->rival = name_of(rival->task);
	ret->lead = outlook_lead(outlook, compared, rival);
}

static void take_place(
	struct process_domain *ret, const struct outlook *outlook, const struct ranking_row *row)
{
	if (row->unkillable != KILLABLE)
		return;
	ret->rank = outlook_rank(outlook, row);
	ret->victim = row == outlook->victim;
	ret->chosen = row == outlook->chosen;
	ret->dies_along = row->dies_along;
	take_rival(ret, outlook, row);
	ret->frees = outlook_death(outlook, row, add_company, ret);
}

static enum err_code add_domain(struct process_detail *detail, const struct snapshot *snapshot,
	const struct domain *domain, const char *name, struct err *err)
{
	struct outlook *outlook = &detail->outlook;
	enum err_code code = outlook_build(outlook, snapshot, domain, detail->moment, NULL, 0, err);
	const struct ranking_row *row = ranking_find(&outlook->ranking, detail->pid);
	if (code || !row)
		return code;
	struct process_domain *added = &detail->domains[detail->domain_count++];
	*added = (struct process_domain){
		.totalpages = domain->totalpages,
		.prediction = outlook->prediction,
		.unkillable = row->unkillable,
		.candidates = outlook->ranking.killable,
	};
	text_copy(text_of(name), added->name, sizeof(added->name));
	take_terms(added, outlook, row);
	take_place(added, outlook, row);
	added->threshold_kind = explain_threshold(outlook, row, &added->threshold);
	if (domain->kind == DOMAIN_HOST)
		detail->predicted_score = row->oom_score;
	return ERR_OK;
}

static enum err_code take_domains(
	struct process_detail *detail, const struct snapshot *snapshot, struct err *err)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	struct domain domain = domain_host(snapshot);
	detail->domain_count = 0;
	detail->predicted_score = UNKNOWN;
	enum err_code code = add_domain(detail, snapshot, &domain, "host", err);
	for (int32_t i = detail->task.memcg; !code && i >= 0; i = tree->rows[i].parent) {
		struct memcg_name name;
		if (!amount_known(tree->rows[i].limit) || detail->domain_count == PROCESS_DOMAINS)
			continue;
		memcg_name_of(tree->rows[i].path, &name);
		domain = domain_memcg(snapshot, i);
		code = add_domain(detail, snapshot, &domain, name.name, err);
	}
	return code;
}

/* --- cgroups and children -------------------------------------------------------------------- */

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static void take_level(struct process_level *ret, const struct memcg *row, bool binding)
{
	*ret = (struct process_level){
		.usage = row->usage,
		.limit = row->limit,
		.high = row->high,
		.swap_limit = row->swap_limit,
		.headroom = { row->limit.kind, 0 },
		.oom_kill = row->events.oom_kill,
		.oom_group = row->oom_group == 1,
		.binding = binding,
	};
	if (amount_known(row->limit) && !amount_known(row->usage))
		ret->headroom.kind = AMOUNT_UNKNOWN;
	else if (amount_known(row->limit) && row->limit.bytes > row->usage.bytes)
		ret->headroom.bytes = row->limit.bytes - row->usage.bytes;
	text_copy(text_of(last_component(row->path)), ret->name, sizeof(ret->name));
}

/* Of a path that is deeper than there is room the top is left out. */
static void take_levels(struct process_detail *detail, const struct memcg_tree *tree)
{
	int32_t path[PROCESS_LEVELS], own = detail->task.memcg;
	size_t count = 0;
	detail->level_count = 0;
	detail->limit_hidden = false;
	if (own < 0)
		return;
	for (int32_t i = own; i >= 0 && count < PROCESS_LEVELS; i = tree->rows[i].parent)
		path[count++] = i;
	while (count-- > 0)
		take_level(&detail->levels[detail->level_count++], &tree->rows[path[count]],
			path[count] == tree->rows[own].limited_by);
	detail->limit_hidden = tree->rows[own].limit_hidden;
}

static int64_t kb_of(const struct process_detail *detail, int64_t pages)
{
	return pages < 0 ? UNKNOWN : pages * detail->page_kb;
}

static void take_children(struct process_detail *detail, const struct snapshot *snapshot)
{
	detail->child_count = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct task *task = &snapshot->tasks[i];
		if (task->ppid != detail->pid)
			continue;
		if (detail->child_count < PROCESS_CHILDREN)
			detail->children[detail->child_count] =
				(struct process_child){ name_of(task),
					kb_of(detail, task->rss_pages),
					kb_of(detail, task->swap_pages), task->oom_score_adj };
		detail->child_count++;
	}
}

static void take_identity(struct process_detail *detail, const struct snapshot *snapshot)
{
	const struct host *host = &snapshot->host;
	const struct task *parent = snapshot_find(snapshot, detail->task.ppid);
	const char *cgroup = snapshot_cgroup(snapshot, &detail->task);
	detail->page_kb = host->page_size >= 1024 ? host->page_size / 1024 : 4;
	detail->clock_ticks = host->clock_ticks > 0 ? host->clock_ticks : 100;
	detail->started_ago_s = host->boot_ms / 1000 -
				(int64_t)(detail->task.start_ticks / (uint64_t)detail->clock_ticks);
	detail->unsummed = era_has(&host->era, ERA_UNSUMMED_RSS);
	detail->parent = parent ? name_of(parent) : (struct process_name){ .pid = 0 };
	text_copy(text_of(cgroup ? cgroup : ""), detail->cgroup, sizeof(detail->cgroup));
	memcg_name_of(detail->cgroup, &detail->memcg);
}

/* --- what the screen asks for ---------------------------------------------------------------- */

void process_detail_open(
	struct process_detail *detail, struct watch *watch, const struct task *task)
{
	detail->pid = task->pid;
	detail->start_ticks = task->start_ticks;
	detail->task = *task;
	detail->gone = false;
	process_detail_ask(detail, watch);
}

void process_detail_ask(struct process_detail *detail, struct watch *watch)
{
	if (!detail->pid || detail->gone)
		return;
	process_facts_ask(&detail->facts, &watch->root, &detail->task);
	process_detail_name(detail, &watch->names);
}

void process_detail_name(struct process_detail *detail, struct names *names)
{
	if (detail->pid)
		process_facts_name(&detail->facts, names, &detail->task);
}

enum err_code process_detail_update(
	struct process_detail *detail, const struct watch *watch, struct err *err)
{
	const struct snapshot *snapshot = watch->snapshot;
	if (!detail->pid || !snapshot)
		return ERR_OK;
	const struct task *task = snapshot_find(snapshot, detail->pid);
	detail->gone = !task || task->start_ticks != detail->start_ticks;
	if (detail->gone)
		return ERR_OK;
	detail->task = *task;
	detail->moment = watch->moment;
	take_identity(detail, snapshot);
	take_levels(detail, snapshot->memcgs);
	take_children(detail, snapshot);
	return take_domains(detail, snapshot, err);
}

bool process_detail_disagrees(const struct process_detail *detail)
{
	int64_t live = detail->task.oom_score, predicted = detail->predicted_score;
	/* The two are read one after the other, and a score has steps of 1.5 thousandths. */
	return live >= 0 && predicted >= 0 && (live > predicted + 1 || predicted > live + 1);
}
