#include "support_snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void machine_init(struct machine *machine, const char *release, int64_t total_pages)
{
	*machine = (struct machine){ 0 };
	struct snapshot *snapshot = &machine->snapshot;
	struct host *host = &snapshot->host;
	snapshot->tasks = machine->tasks;
	snapshot->capacity = MACHINE_TASKS;
	snapshot->memcgs = &machine->tree;
	machine->tree.rows = machine->memcgs;
	snprintf(host->kernel, sizeof(host->kernel), "%s", release);
	host->era = era_of_release(release);
	host->page_size = 4096;
	host->cpus = 2;
	host->total_pages = host->ram_pages = total_pages;
	host->init_pid_ns = host->init_pid_ns_known = true;
	host->meminfo.shmem = UNKNOWN;
	host->node_mask = 1;
	host->node_present[0] = total_pages;
	host->zone_count = 1;
	outlook_init(&machine->outlook);
}

void machine_release(struct machine *machine)
{
	outlook_release(&machine->outlook);
}

struct task *machine_add_inside(
	struct machine *machine, pid_t pid, int64_t rss_pages, int32_t memcg)
{
	struct task *task = machine_add(machine, pid, rss_pages, 0);
	task->memcg = memcg;
	return task;
}

struct task *machine_add_mixed(
	struct machine *machine, pid_t pid, int64_t anon, int64_t file, int64_t shmem)
{
	assert_true(machine->snapshot.count < MACHINE_TASKS);
	struct task *task = &machine->tasks[machine->snapshot.count++];
	*task = proc_unknown(pid);
	task->ppid = 1;
	task->start_ticks = 100 + machine->snapshot.count;
	task->state = 'S';
	task->uid = 0;
	task->threads = 1;
	task->has_mm = task->adj_known = true;
	task->rss_anon_pages = anon;
	task->rss_file_pages = file;
	task->rss_shmem_pages = shmem;
	task->rss_pages = task->rss_stat_pages = anon + file + shmem;
	task->swap_pages = task->pte_kb = task->locked_pages = 0;
	snprintf(task->comm, sizeof(task->comm), "task%d", (int)pid);
	return task;
}

struct task *machine_add(struct machine *machine, pid_t pid, int64_t rss_pages, int oom_score_adj)
{
	struct task *task = machine_add_mixed(machine, pid, rss_pages, 0, 0);
	task->oom_score_adj = oom_score_adj;
	return task;
}

struct memcg *machine_add_memcg(struct machine *machine, int32_t parent, struct amount limit)
{
	assert_true(machine->tree.count < MACHINE_MEMCGS);
	int32_t index = (int32_t)machine->tree.count++;
	struct memcg *memcg = &machine->memcgs[index];
	*memcg = (struct memcg){ .path = "/group", .parent = parent, .limit = limit };
	memcg->swappiness = UNKNOWN;
	memcg->oom_group = memcg->oom_kill_disable = memcg->under_oom = memcg->use_hierarchy =
		UNKNOWN;
	machine->tree.version = 2;
	for (int32_t row = index; row >= 0; row = machine->memcgs[row].parent)
		machine->memcgs[row].subtree_end = index + 1;
	return memcg;
}

void machine_rank(struct machine *machine, struct domain domain, enum moment moment,
	const struct ranking_edit *edits, size_t edit_count)
{
	struct err err;
	assert_int_equal(outlook_build(&machine->outlook, &machine->snapshot, &domain, moment,
				 edits, edit_count, &err),
		ERR_OK);
}

void machine_rank_memcg(struct machine *machine, int32_t memcg)
{
	machine_rank(machine, domain_memcg(&machine->snapshot, memcg), MOMENT_NOW, NULL, 0);
}

void machine_rank_nodes(struct machine *machine, uint64_t nodes)
{
	machine_rank(machine, domain_nodes(&machine->snapshot, nodes), MOMENT_NOW, NULL, 0);
}

void machine_rank_host(struct machine *machine)
{
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_NOW, NULL, 0);
}

void machine_rank_at_oom(struct machine *machine)
{
	machine_rank(machine, domain_host(&machine->snapshot), MOMENT_OOM, NULL, 0);
}

const char *machine_order(const struct machine *machine, char ret[MACHINE_ORDER_SIZE])
{
	const struct ranking *ranking = &machine->outlook.ranking;
	size_t used = 0;
	ret[0] = '\0';
	for (size_t i = 0; i < ranking->count; i++)
		used += (size_t)snprintf(ret + used, MACHINE_ORDER_SIZE - used, "%s%s%d",
			used ? " " : "", i == ranking->killable ? "| " : "",
			(int)ranking->rows[i].task->pid);
	return ret;
}

int machine_setup(void **state)
{
	struct machine *machine = malloc(sizeof(*machine));
	if (!machine)
		return -1;
	machine_init(machine, "6.1.0", 1000000);
	*state = machine;
	return 0;
}

int machine_teardown(void **state)
{
	machine_release(*state);
	free(*state);
	return 0;
}
