#include "oomspect/sampler.h"

#include "oomspect/array.h"
#include "oomspect/attention.h"
#include "oomspect/cgroup_paths.h"
#include "oomspect/sharers.h"
#include "oomspect/terms.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_EVERY  256 /* samples between two clean-ups of cgroup paths nobody is in */
#define CGROUP_EVERY 16  /* samples between two reads of a process's cgroup, in turn */

/* What a step does costs this much, 2 us each: its units. */
#define COST_READ   16 /* a process that is due */
#define COST_KEPT   1  /* one that is not */
#define COST_SHARER 2  /* asking who shares the mm of one */

/* A sample goes through them, in steps. */
enum phase { PHASE_LIST, PHASE_READ, PHASE_SHARERS, PHASE_FINISH, PHASE_DONE };

struct sampler_work {
	enum phase phase;
	int proc_fd; /* while it is listed; -1 */
	pid_t *pids; /* ascending */
	size_t pid_count, pid_capacity, next_pid;
	size_t next_old; /* place in the latest snapshot that the merge has reached */
	bool no_memory;  /* a path or who shares an mm could not be kept */
	struct cgroup_paths *paths;
	struct memcg_tree tree;
	struct attention attention;
	pid_t watched[SAMPLER_WATCHED_MAX]; /* ascending */
	size_t watched_count;
	int32_t *memcg_of_path; /* by path id, for one sample */
	size_t memcg_of_path_capacity;
	struct sharers sharers;
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
		return err_set(err, ERR_NO_MEMORY, "cannot begin: out of memory");
	}
	sampler->work->paths = paths;
	sampler->work->proc_fd = -1;
	sampler->work->phase = PHASE_DONE;
	sharers_init(&sampler->work->sharers);
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

static void stop_listing(struct sampler_work *work)
{
	if (work->proc_fd >= 0)
		close(work->proc_fd);
	work->proc_fd = -1;
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
		sharers_release(&work->sharers);
		stop_listing(work);
		free(work->pids);
		free(work->memcg_of_path);
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

static enum err_code out_of_memory(struct err *err)
{
	return err_set(err, ERR_NO_MEMORY, "cannot read processes: out of memory");
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
	if (!ARRAY_RESERVE(work->pids, work->pid_capacity, work->pid_count + 1)) {
		list->no_memory = true;
		return false;
	}
	work->pids[work->pid_count++] = pid;
	return true;
}

/* Our own pid; in a captured machine that is another process. */
static pid_t left_out(const struct sampler *sampler)
{
	return sampler->options.leave_out_self && sampler->root->live ? getpid() : 0;
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

enum err_code sampler_begin(struct sampler *sampler, struct err *err)
{
	struct sampler_work *work = sampler->work;
	struct snapshot *next = next_shot(sampler);
	work->phase = PHASE_DONE;
	stop_listing(work);
	/* What was identified or probed so far goes with the newest; the first sample has it there. */
	next->host = sampler->shots[sampler->latest].host;
	enum err_code code = host_read(sampler->root, &next->host, err);
	if (code != ERR_OK)
		return code;
	work->proc_fd = root_open_dir_at(sampler->root, sampler->root->proc_fd, ".");
	if (work->proc_fd < 0)
		return err_set_errno(err, -work->proc_fd, "cannot list processes");
	work->pid_count = work->next_pid = work->next_old = 0;
	work->no_memory = false;
	work->phase = PHASE_LIST;
	return ERR_OK;
}

static enum err_code begin_reading(struct sampler *sampler, struct err *err)
{
	struct sampler_work *work = sampler->work;
	struct snapshot *next = next_shot(sampler);
	stop_listing(work);
	sort_pids(work);
	next->count = 0;
	enum err_code code = snapshot_reserve(next, work->pid_count, err);
	if (code == ERR_OK)
		attention_begin(
			&work->attention, sampler_latest(sampler), &next->host, work->pid_count);
	work->phase = PHASE_READ;
	return code;
}

/* What one system call lists: some hundreds. */
static enum err_code list_some(struct sampler *sampler, struct err *err)
{
	struct sampler_work *work = sampler->work;
	struct pid_list list = { work, left_out(sampler), false };
	int result = root_some_numbers(work->proc_fd, add_pid, &list);
	if (result < 0)
		return err_set_errno(err, -result, "cannot list processes");
	if (list.no_memory)
		return err_set(err, ERR_NO_MEMORY, "cannot list processes: out of memory");
	return result == 0 ? begin_reading(sampler, err) : ERR_OK;
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

static enum err_code read_cgroup(struct sampler *sampler, struct task *task, struct err *err)
{
	struct sampler_work *work = sampler->work;
	char path[PATH_MAX];
	if (!work->tree.version)
		return ERR_OK;
	/* In v1 a process whose leader has exited is listed at the top, and its threads are where
	 * they were: so ask a thread. The live /proc has every thread under its own number, a
	 * captured one has not. */
	pid_t holder = sampler->root->live ? task->mm_tid : task->pid;
	ssize_t length = proc_read_cgroup(
		sampler->root, holder, work->tree.version == 2, path, sizeof(path));
	if (length < 0 && err_is_shortage(err_code_of((int)-length)))
		return err_set_errno(
			err, (int)-length, "cannot read the cgroup of process %d", (int)task->pid);
	if (length <= 0)
		return ERR_OK;
	task->cgroup = cgroup_paths_id(work->paths, path);
	work->no_memory |= task->cgroup == UNKNOWN;
	return ERR_OK;
}

/* A row that is not due lives on unread. */
static enum err_code keep_process(struct snapshot *next, const struct task *old, long *units)
{
	struct task *task = &next->tasks[next->count++];
	*task = *old;
	task->age++;
	task->sightings++;
	*units -= COST_KEPT;
	return ERR_OK;
}

/* What it cost is taken off `*units`. */
static enum err_code read_process(struct sampler *sampler, pid_t pid, long *units, struct err *err)
{
	struct snapshot *next = next_shot(sampler);
	const struct task *old = old_row(sampler, pid);
	if (old && !attention_due(&sampler->work->attention, old, sampler->work->next_pid) &&
		!is_watched(sampler->work, pid))
		return keep_process(next, old, units);
	struct task task = old ? *old : proc_unknown(pid);
	struct err why = { 0 };
	enum err_code code = proc_read(sampler->root, pid, next->host.page_size, &task, &why);
	*units -= COST_READ;
	if (code == ERR_GONE)
		return ERR_OK;
	if (err_is_shortage(code))
		return err_set(err, code, "%s", why.text);
	if (old && old->start_ticks != task.start_ticks) { /* the pid went to another process */
		old = NULL;
		task.cgroup = UNKNOWN;
		task.sightings = 0;
	}
	task.age = code == ERR_OK ? 0 : task.age + 1;
	task.restless = attention_restless(old, &task);
	task.weight_pages = attention_weight(&task, next->host.total_pages);
	code = cgroup_is_due(sampler, &task) ? read_cgroup(sampler, &task, err) : ERR_OK;
	task.sightings++;
	next->tasks[next->count++] = task;
	return code;
}

static enum err_code read_some(struct sampler *sampler, long units, struct err *err)
{
	struct sampler_work *work = sampler->work;
	enum err_code code = ERR_OK;
	for (; !code && units > 0 && work->next_pid < work->pid_count; work->next_pid++)
		code = read_process(sampler, work->pids[work->next_pid], &units, err);
	if (code || work->next_pid < work->pid_count)
		return code;
	sharers_begin(&work->sharers, next_shot(sampler)->count);
	work->no_memory |= !work->sharers.fits;
	work->phase = PHASE_SHARERS;
	return ERR_OK;
}

static void ask_some(struct sampler *sampler, long units)
{
	struct sampler_work *work = sampler->work;
	if (sharers_step(&work->sharers, sampler->root, next_shot(sampler),
		    (size_t)(units / COST_SHARER)))
		work->phase = PHASE_FINISH;
}

static bool fit_paths(struct sampler_work *work, size_t ids)
{
	return ARRAY_RESERVE(work->memcg_of_path, work->memcg_of_path_capacity, ids);
}

static size_t highest_path_id(const struct snapshot *shot)
{
	size_t highest = 0;
	for (size_t i = 0; i < shot->count; i++)
		if (shot->tasks[i].cgroup > (int32_t)highest)
			highest = (size_t)shot->tasks[i].cgroup;
	return highest;
}

/* One look-up a path, not one a process. False when out of memory. */
static bool find_memcgs(struct sampler *sampler, struct snapshot *shot)
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
	return fits || !work->tree.version;
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

/* What the live oom_score of `task` would be in that era. */
static int64_t score_in(const struct era *era, const struct host *host, const struct task *task)
{
	struct badness_terms terms = terms_in_era(era, host, task);
	struct points points = badness_points(era, &terms, host->total_pages);
	return badness_oom_score(era, points, host->total_pages);
}

/* The era of the host with the behaviour `flag` instead of `other`. */
static struct era era_with(const struct host *host, enum era_flag flag, uint32_t other)
{
	return (struct era){ (host->era.flags & ~other) | 1u << flag };
}

/* Two eras, and how many processes show a live oom_score that only one of them gives. */
struct witnesses {
	struct era eras[2];
	unsigned agree[2];
};

static void witness(struct witnesses *witnesses, const struct host *host, const struct task *task)
{
	int64_t one = score_in(&witnesses->eras[0], host, task);
	int64_t other = score_in(&witnesses->eras[1], host, task);
	if (one != other) {
		witnesses->agree[0] += task->oom_score == one;
		witnesses->agree[1] += task->oom_score == other;
	}
}

static bool can_witness(const struct task *task)
{
	return task->has_mm && !task->age && task->oom_score > 0 && task->adj_known;
}

/* A live oom_score that only VmRSS of status explains, or only the rss of stat, tells which of the
 * two the kernel reads. */
static void witness_rss(struct snapshot *shot)
{
	const uint32_t flag = 1u << ERA_UNSUMMED_RSS;
	struct host *host = &shot->host;
	struct witnesses witnesses = { .eras = { { host->era.flags | flag },
					       { host->era.flags & ~flag } } };
	for (size_t i = 0; i < shot->count; i++)
		if (can_witness(&shot->tasks[i]) &&
			shot->tasks[i].rss_stat_pages != shot->tasks[i].rss_pages)
			witness(&witnesses, host, &shot->tasks[i]);
	era_correct_rss(&host->era, witnesses.agree[0], witnesses.agree[1]);
}

/* And those of root, which bonus it gives them. */
static void witness_bonus(struct snapshot *shot)
{
	struct host *host = &shot->host;
	const uint32_t both = 1u << ERA_ROOT_MINUS_30 | 1u << ERA_ROOT_3_PERCENT;
	struct witnesses witnesses = { .eras = { era_with(host, ERA_ROOT_MINUS_30, both),
					       era_with(host, ERA_ROOT_3_PERCENT, both) } };
	if (!(host->era.flags & both) || era_has(&host->era, ERA_POINTS_PERMILLE))
		return;
	for (size_t i = 0; i < shot->count; i++)
		if (can_witness(&shot->tasks[i]) && shot->tasks[i].cap_sys_admin)
			witness(&witnesses, host, &shot->tasks[i]);
	era_correct_root_bonus(&host->era, witnesses.agree[0], witnesses.agree[1]);
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
	bool is_first = left_out(sampler) == 1;
	const struct task *first = snapshot_find(shot, 1);
	/* With hidepid=1 others are listed, and none of their files can be read: proc(5). */
	shot->hidepid = !is_first && (!first || first->state == '?');
	/* A pid namespace without a /proc of its own sees that of the machine, with kthreadd in it.
	 * */
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

/* Which cgroup we are in matters where it may be a container's. */
static void find_reader(const struct sampler *sampler, struct snapshot *shot)
{
	const struct memcg_tree *tree = &sampler->work->tree;
	const struct task *self = snapshot_find(shot, getpid());
	char path[PATH_MAX];
	shot->reader_memcg = UNKNOWN;
	if (!shot->pid_ns || !sampler->root->live)
		return;
	if (self)
		shot->reader_memcg = self->memcg;
	else if (proc_read_cgroup(sampler->root, getpid(), tree->version == 2, path, sizeof(path)) >
		 0)
		shot->reader_memcg = memcg_tree_find(tree, path);
}

/* The tree is read last, in one go: until then views of the latest snapshot look at it. */
static enum err_code finish(struct sampler *sampler, struct err *err)
{
	struct snapshot *shot = next_shot(sampler);
	struct memcg_tree *tree = &sampler->work->tree;
	/* Before the tree changes: a sample that fails here leaves the tree to the latest one. */
	if (tree->version && !fit_paths(sampler->work, highest_path_id(shot) + 1))
		return out_of_memory(err);
	/* A hierarchy that is gone leaves no rows; the processes are shown all the same. */
	enum err_code code = tree->version ? memcg_tree_read(tree, err) : ERR_OK;
	if (code && code != ERR_GONE)
		return code;
	if (shot->host.boot_ms != UNKNOWN)
		memcg_tree_note(tree, shot->host.boot_ms);
	if (!find_memcgs(sampler, shot))
		return out_of_memory(err);
	count_processes(tree, shot);
	witness_rss(shot);
	witness_bonus(shot);
	attention_learn(&sampler->work->attention, shot);
	find_unseen(sampler, shot);
	find_reader(sampler, shot);
	sweep_paths(sampler, shot);
	code = root_check_lacking(sampler->root, err);
	if (code)
		return code;
	sampler->latest = !sampler->latest;
	sampler->samples++;
	sampler->work->phase = PHASE_DONE;
	return ERR_OK;
}

enum err_code sampler_step(
	struct sampler *sampler, unsigned processes, bool *ret_finished, struct err *err)
{
	struct sampler_work *work = sampler->work;
	long units = (long)processes * COST_READ;
	enum err_code code = ERR_OK;
	if (work->phase == PHASE_LIST)
		code = list_some(sampler, err);
	else if (work->phase == PHASE_READ)
		code = read_some(sampler, units, err);
	else if (work->phase == PHASE_SHARERS)
		ask_some(sampler, units);
	else if (work->phase == PHASE_FINISH)
		code = finish(sampler, err);
	if (code == ERR_OK && work->no_memory)
		code = out_of_memory(err);
	if (code == ERR_OK)
		*ret_finished = work->phase == PHASE_DONE;
	return code;
}

enum err_code sampler_sample(struct sampler *sampler, struct err *err)
{
	bool finished = false;
	enum err_code code = sampler_begin(sampler, err);
	while (code == ERR_OK && !finished)
		code = sampler_step(sampler, UINT16_MAX, &finished, err);
	return code;
}
