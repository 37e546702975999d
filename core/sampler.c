#include "oomspect/sampler.h"

#include "oomspect/attention.h"
#include "oomspect/badness.h"
#include "oomspect/cgroup_paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_EVERY   256 /* samples between two clean-ups of cgroup paths nobody is in */
#define CGROUP_EVERY  16  /* samples between two reads of a process's cgroup, in turn */
#define SHARERS_TRIED 4   /* relatives with the same counters that are asked about one mm */

struct sampler_work {
	pid_t *pids; /* ascending */
	size_t pid_count, pid_capacity, next_pid;
	size_t next_old; /* place in the latest snapshot that the merge has reached */
	struct cgroup_paths *paths;
	struct memcg_tree tree;
	struct attention attention;
	pid_t watched[SAMPLER_WATCHED_MAX]; /* ascending */
	size_t watched_count;
	int32_t *memcg_of_path; /* by path id, for one sample */
	size_t memcg_of_path_capacity;
	uint32_t *mm_slots; /* open addressing over mm_key: index in tasks + 1, 0 free */
	size_t mm_slot_count;
};

enum err_code sampler_init(struct sampler *sampler, const struct root *root,
	const struct sampler_options *options, struct err *err)
{
	*sampler = (struct sampler){ .root = root, .options = *options };
	sampler->work = calloc(1, sizeof(*sampler->work));
	struct cgroup_paths *paths = cgroup_paths_new();
	if (!sampler->work || !paths) {
		free(paths);
		free(sampler->work);
		return err_set(err, ERR_NO_MEMORY, "no memory to begin with");
	}
	sampler->work->paths = paths;
	memcg_tree_init(&sampler->work->tree);
	attention_init(&sampler->work->attention, options->hot);
	for (size_t i = 0; i < 2; i++) {
		snapshot_init(&sampler->shots[i]);
		sampler->shots[i].memcgs = &sampler->work->tree;
		sampler->shots[i].paths = paths;
	}
	enum err_code code = host_identify(root, &sampler->shots[0].host, err);
	if (code == ERR_OK && options->memcgs)
		code = memcg_tree_open(&sampler->work->tree, root, err);
	if (code != ERR_OK)
		sampler_release(sampler);
	return code;
}

void sampler_release(struct sampler *sampler)
{
	struct sampler_work *work = sampler->work;
	for (size_t i = 0; i < 2; i++)
		snapshot_release(&sampler->shots[i]);
	if (work) {
		memcg_tree_release(&work->tree);
		attention_release(&work->attention);
		cgroup_paths_free(work->paths);
		free(work->pids);
		free(work->memcg_of_path);
		free(work->mm_slots);
		free(work);
	}
	*sampler = (struct sampler){ 0 };
}

const struct snapshot *sampler_latest(const struct sampler *sampler)
{
	return &sampler->shots[sampler->latest];
}

static struct snapshot *next_shot(struct sampler *sampler)
{
	return &sampler->shots[!sampler->latest];
}

struct pid_list {
	struct sampler_work *work;
	pid_t left_out;
	bool no_memory;
};

static bool add_pid(void *context, pid_t pid)
{
	struct pid_list *list = context;
	struct sampler_work *work = list->work;
	if (pid == list->left_out)
		return true;
	if (work->pid_count == work->pid_capacity) {
		size_t capacity = work->pid_capacity ? work->pid_capacity * 2 : 1024;
		pid_t *pids = reallocarray(work->pids, capacity, sizeof(*pids));
		if (!pids) {
			list->no_memory = true;
			return false;
		}
		work->pids = pids;
		work->pid_capacity = capacity;
	}
	work->pids[work->pid_count++] = pid;
	return true;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;
	return (left > right) - (left < right);
}

/* /proc lists ascending; a captured tree lists as its filesystem likes. */
static void sort_pids(struct sampler_work *work)
{
	for (size_t i = 1; i < work->pid_count; i++) {
		if (work->pids[i - 1] > work->pids[i]) {
			qsort(work->pids, work->pid_count, sizeof(*work->pids), compare_pids);
			return;
		}
	}
}

void sampler_watch(struct sampler *sampler, const pid_t *pids, size_t count)
{
	struct sampler_work *work = sampler->work;
	work->watched_count = count < SAMPLER_WATCHED_MAX ? count : SAMPLER_WATCHED_MAX;
	for (size_t i = 0; i < work->watched_count; i++) {
		size_t at = i; /* insertion: a screenful, and no allocation */
		for (; at > 0 && work->watched[at - 1] > pids[i]; at--)
			work->watched[at] = work->watched[at - 1];
		work->watched[at] = pids[i];
	}
}

static bool is_watched(const struct sampler_work *work, pid_t pid)
{
	return bsearch(&pid, work->watched, work->watched_count, sizeof(pid), compare_pids) != NULL;
}

static enum err_code list_processes(struct sampler *sampler, struct err *err)
{
	struct sampler_work *work = sampler->work;
	struct pid_list list = { work, sampler->options.leave_out_self ? getpid() : 0, false };
	work->pid_count = work->next_pid = work->next_old = 0;
	int result = root_each_number(sampler->root, ".", add_pid, &list);
	if (result < 0)
		return err_set_errno(err, -result, "cannot list processes");
	if (list.no_memory)
		return err_set(err, ERR_NO_MEMORY, "no memory to list processes");
	sort_pids(work);
	return ERR_OK;
}

enum err_code sampler_begin(struct sampler *sampler, struct err *err)
{
	struct snapshot *next = next_shot(sampler);
	/* What was identified or probed so far goes with the newest; the first sample has it there. */
	next->host = sampler->shots[sampler->latest].host;
	enum err_code code = host_read(sampler->root, &next->host, err);
	if (code == ERR_OK)
		code = list_processes(sampler, err);
	if (code == ERR_OK)
		code = snapshot_reserve(next, sampler->work->pid_count, err);
	next->count = 0;
	if (code != ERR_OK)
		sampler->work->pid_count = 0;
	attention_begin(&sampler->work->attention, sampler_latest(sampler), &next->host,
		sampler->work->pid_count);
	return code;
}

/* The row that `pid` had in the latest snapshot, or NULL: both are in ascending order. */
static const struct task *old_row(struct sampler *sampler, pid_t pid)
{
	const struct snapshot *latest = sampler_latest(sampler);
	size_t *at = &sampler->work->next_old;
	while (*at < latest->count && latest->tasks[*at].pid < pid)
		++*at;
	return *at < latest->count && latest->tasks[*at].pid == pid ? &latest->tasks[*at] : NULL;
}

/* At first and second sight, since managers move a child just after fork; then in turn. */
static bool cgroup_is_due(const struct sampler *sampler, const struct task *task)
{
	return task->sightings < 2 || task->cgroup == UNKNOWN ||
	       ((unsigned long)task->pid + sampler->samples) % CGROUP_EVERY == 0;
}

static void read_cgroup(struct sampler *sampler, struct task *task)
{
	struct sampler_work *work = sampler->work;
	char path[PATH_MAX];
	if (!work->tree.version)
		return;
	/* A v1 hierarchy puts the exited at the top, where a leader's living threads are not. The live
	 * /proc knows every thread by its own number, a captured one does not. */
	pid_t holder = sampler->root->live ? task->mm_tid : task->pid;
	ssize_t length = proc_read_cgroup(
		sampler->root, holder, work->tree.version == 2, path, sizeof(path));
	if (length > 0)
		task->cgroup = cgroup_paths_id(work->paths, path);
}

/* A row that is not due lives on unread. */
static void keep_process(struct snapshot *next, const struct task *old)
{
	struct task *task = &next->tasks[next->count++];
	*task = *old;
	task->age++;
	task->sightings++;
}

static void read_process(struct sampler *sampler, pid_t pid)
{
	struct snapshot *next = next_shot(sampler);
	const struct task *old = old_row(sampler, pid);
	if (old && !attention_due(&sampler->work->attention, old, sampler->work->next_pid) &&
		!is_watched(sampler->work, pid)) {
		keep_process(next, old);
		return;
	}
	struct task task = old ? *old : proc_unknown(pid);
	enum err_code code = proc_read(sampler->root, pid, next->host.page_size, &task, NULL);
	if (code == ERR_GONE)
		return;
	if (old && old->start_ticks != task.start_ticks) { /* the pid went to another process */
		old = NULL;
		task.cgroup = UNKNOWN;
		task.sightings = 0;
	}
	task.age = code == ERR_OK ? 0 : task.age + 1;
	task.restless = attention_restless(old, &task);
	task.weight_pages = attention_weight(&task, next->host.total_pages);
	if (cgroup_is_due(sampler, &task))
		read_cgroup(sampler, &task);
	task.sightings++;
	next->tasks[next->count++] = task;
}

static bool fit_slots(struct sampler_work *work, size_t tasks)
{
	size_t wanted = 64;
	while (wanted < tasks * 2)
		wanted *= 2;
	if (wanted > work->mm_slot_count) {
		uint32_t *slots = reallocarray(work->mm_slots, wanted, sizeof(*slots));
		if (!slots)
			return false;
		work->mm_slots = slots;
		work->mm_slot_count = wanted;
	}
	memset(work->mm_slots, 0, work->mm_slot_count * sizeof(*work->mm_slots));
	return true;
}

static bool related(const struct task *a, const struct task *b)
{
	return a->ppid == b->pid || b->ppid == a->pid || a->ppid == b->ppid;
}

/* Whether `task` turned out to share the mm of `other`. /proc does not say who shares an mm: equal
 * counters between relatives raise the question, kcmp(2) answers it where it may be asked. */
static bool joins_mm(const struct root *root, struct task *task, struct task *other)
{
	/* By threads that hold an mm: two leaders that have exited have none, and that is equal too. */
	enum proc_same same =
		root->live ? proc_same_mm(task->mm_tid, other->mm_tid) : PROC_UNDECIDED;
	if (same == PROC_SAME)
		task->mm_owner = other->mm_owner;
	else if (same == PROC_UNDECIDED)
		task->mm_sharers_unknown = other->mm_sharers_unknown = true;
	return same == PROC_SAME;
}

/* Finds the mm of `task` among those seen before it: its parent's, or a relative's with the same
 * counters. Idle siblings forked from one program look alike by the thousand, hence the bound. */
static void place_mm(struct sampler *sampler, struct snapshot *shot, size_t index)
{
	struct sampler_work *work = sampler->work;
	struct task *task = &shot->tasks[index];
	size_t mask = work->mm_slot_count - 1;
	unsigned tried = 0;
	bool ask = task->age == 0; /* what was not read again keeps its answer */
	const struct task *found = ask ? snapshot_find(shot, task->ppid) : NULL;
	struct task *parent = found ? &shot->tasks[found - shot->tasks] : NULL;
	if (parent && parent < task && parent->mm_key == task->mm_key &&
		joins_mm(sampler->root, task, parent))
		return;
	size_t at = task->mm_key & mask;
	for (; work->mm_slots[at]; at = (at + 1) & mask) {
		struct task *other = &shot->tasks[work->mm_slots[at] - 1];
		if (other->mm_key != task->mm_key || !related(task, other))
			continue;
		if (tried++ == SHARERS_TRIED || (ask && joins_mm(sampler->root, task, other)))
			return;
	}
	work->mm_slots[at] = (uint32_t)index + 1;
}

static void find_sharers(struct sampler *sampler, struct snapshot *shot)
{
	bool fits = fit_slots(sampler->work, shot->count);
	for (size_t i = 0; i < shot->count; i++) {
		struct task *task = &shot->tasks[i];
		if (task->age == 0) {
			task->mm_owner = task->pid;
			task->mm_sharers_unknown = !fits;
		}
		if (fits && task->has_mm)
			place_mm(sampler, shot, i);
	}
}

static bool fit_paths(struct sampler_work *work, size_t ids)
{
	if (ids <= work->memcg_of_path_capacity)
		return true;
	size_t capacity = ids * 2;
	int32_t *rows = reallocarray(work->memcg_of_path, capacity, sizeof(*rows));
	if (!rows)
		return false;
	work->memcg_of_path = rows;
	work->memcg_of_path_capacity = capacity;
	return true;
}

static size_t highest_path_id(const struct snapshot *shot)
{
	size_t highest = 0;
	for (size_t i = 0; i < shot->count; i++)
		if (shot->tasks[i].cgroup > (int32_t)highest)
			highest = (size_t)shot->tasks[i].cgroup;
	return highest;
}

/* One look-up a path, not one a process. */
static void find_memcgs(struct sampler *sampler, struct snapshot *shot)
{
	enum { NOT_ASKED = -2 };
	struct sampler_work *work = sampler->work;
	size_t ids = highest_path_id(shot) + 1;
	bool fits = work->tree.version && fit_paths(work, ids);
	for (size_t id = 0; fits && id < ids; id++)
		work->memcg_of_path[id] = NOT_ASKED;
	for (size_t i = 0; i < shot->count; i++) {
		struct task *task = &shot->tasks[i];
		task->memcg = UNKNOWN;
		if (!fits || task->cgroup == UNKNOWN)
			continue;
		int32_t *row = &work->memcg_of_path[task->cgroup];
		if (*row == NOT_ASKED)
			*row = memcg_tree_find(
				&work->tree, cgroup_paths_get(work->paths, task->cgroup));
		task->memcg = *row;
	}
}

/* Processes of each row and below: children stand after their parents. */
static void count_processes(struct memcg_tree *tree, const struct snapshot *shot)
{
	for (size_t row = 0; row < tree->count; row++)
		tree->rows[row].processes = 0;
	for (size_t i = 0; i < shot->count; i++)
		if (shot->tasks[i].memcg != UNKNOWN)
			tree->rows[shot->tasks[i].memcg].processes++;
	for (size_t row = tree->count; row-- > 0;)
		if (tree->rows[row].parent >= 0)
			tree->rows[tree->rows[row].parent].processes += tree->rows[row].processes;
}

/* What the live oom_score of `task` would be if badness took rss from `rss`. */
static int64_t score_with(const struct host *host, const struct task *task, int64_t rss)
{
	struct badness_terms terms = {
		.rss = rss,
		.swapents = task->swap_pages,
		.pgtables = badness_pgtables(&host->era, task->pte_kb,
			task->pmd_kb == UNKNOWN ? 0 : task->pmd_kb, host->page_size),
		.oom_score_adj = task->oom_score_adj,
		.cap_sys_admin = task->cap_sys_admin,
	};
	int64_t points = badness_points(&host->era, &terms, host->total_pages);
	return badness_oom_score(&host->era, points, host->total_pages);
}

/* Processes whose live oom_score tells status from stat say which of them the kernel reads. */
static void witness_rss(struct snapshot *shot)
{
	unsigned unsummed = 0, summed = 0;
	for (size_t i = 0; i < shot->count; i++) {
		const struct task *task = &shot->tasks[i];
		if (!task->has_mm || task->age || task->oom_score <= 0 || !task->adj_known ||
			task->rss_stat_pages == task->rss_pages)
			continue;
		int64_t by_stat = score_with(&shot->host, task, task->rss_stat_pages);
		int64_t by_status = score_with(&shot->host, task, task->rss_pages);
		if (by_stat != by_status) {
			unsummed += task->oom_score == by_stat;
			summed += task->oom_score == by_status;
		}
	}
	era_correct_rss(&shot->host.era, unsummed, summed);
}

static void sweep_paths(struct sampler *sampler, const struct snapshot *shot)
{
	if ((sampler->samples + 1) % SWEEP_EVERY)
		return;
	const struct snapshot *latest = sampler_latest(sampler);
	for (size_t i = 0; i < shot->count; i++)
		cgroup_paths_mark(sampler->work->paths, shot->tasks[i].cgroup);
	for (size_t i = 0; i < latest->count; i++)
		cgroup_paths_mark(sampler->work->paths, latest->tasks[i].cgroup);
	cgroup_paths_sweep(sampler->work->paths);
}

/* How many threads the machine has, of whatever namespace and user: the fourth field of loadavg,
 * "1.72 2.33 1.59 2/103 12003". */
static int64_t count_threads(const struct root *root)
{
	char buffer[128];
	ssize_t length = root_read_proc(root, "loadavg", buffer, sizeof(buffer));
	struct text text = { buffer, length > 0 ? (size_t)length : 0 }, field, running;
	uint64_t total;
	for (int i = 0; i < 4; i++)
		if (!text_next_field(&text, &field))
			return UNKNOWN;
	if (!text_split(&field, '/', &running) || !text_to_u64(field, &total) || total > INT32_MAX)
		return UNKNOWN;
	return (int64_t)total;
}

static void find_unseen(const struct sampler *sampler, struct snapshot *shot)
{
	const struct host *host = &shot->host;
	const struct task *second = snapshot_find(shot, 2);
	/* Unless it is left out as ourselves: the first process of a container may be oomspect. */
	bool is_first = sampler->options.leave_out_self && getpid() == 1;
	shot->hidepid = !is_first && !snapshot_find(shot, 1);
	/* In a namespace that has mounted no /proc of its own all are there, kthreadd as well. */
	shot->pid_ns =
		host->init_pid_ns_known && !host->init_pid_ns && !(second && second->kthread);
	shot->threads_unseen = UNKNOWN;
	if (!shot->hidepid && !shot->pid_ns)
		return;
	int64_t unseen = count_threads(sampler->root);
	for (size_t i = 0; i < shot->count && unseen > 0; i++)
		unseen -= shot->tasks[i].threads > 0 ? shot->tasks[i].threads : 0;
	shot->threads_unseen = unseen < 0 ? UNKNOWN : unseen;
}

/* The tree is read last and at once: views of the latest snapshot look at it until now. */
static void finish(struct sampler *sampler)
{
	struct snapshot *shot = next_shot(sampler);
	struct memcg_tree *tree = &sampler->work->tree;
	if (tree->version)
		memcg_tree_read(tree, NULL);
	if (shot->host.boot_ms != UNKNOWN)
		memcg_tree_note(tree, shot->host.boot_ms);
	find_memcgs(sampler, shot);
	count_processes(tree, shot);
	find_sharers(sampler, shot);
	witness_rss(shot);
	attention_learn(&sampler->work->attention, shot);
	find_unseen(sampler, shot);
	sweep_paths(sampler, shot);
	sampler->latest = !sampler->latest;
	sampler->samples++;
}

bool sampler_step(struct sampler *sampler, unsigned processes)
{
	struct sampler_work *work = sampler->work;
	for (; processes > 0 && work->next_pid < work->pid_count; processes--, work->next_pid++)
		read_process(sampler, work->pids[work->next_pid]);
	if (work->next_pid < work->pid_count)
		return false;
	finish(sampler);
	return true;
}

enum err_code sampler_sample(struct sampler *sampler, struct err *err)
{
	enum err_code code = sampler_begin(sampler, err);
	if (code == ERR_OK)
		sampler_step(sampler, UINT_MAX);
	return code;
}
