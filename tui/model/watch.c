#include "watch.h"

#include "oomspect/memcg_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of thousands of processes on a live screen: perf and honesty ask for some screenfuls. */
#define HOT_PROCESSES 400
#define CMDLINE_MAX   131072

enum err_code watch_open(
	struct watch *watch, const struct options *options, bool one_shot, struct err *err)
{
	*watch = (struct watch){ .options = options, .moment = options->moment };
	struct sampler_options sampling = {
		.memcgs = true,
		.leave_out_self = one_shot,
		.hot = one_shot ? 0 : HOT_PROCESSES,
	};
	for (enum moment moment = 0; moment < MOMENT_COUNT; moment++)
		outlook_init(&watch->outlooks[moment]);
	growth_init(&watch->growth);
	enum err_code code = root_open(&watch->root, options->root, err);
	if (code)
		return code;
	watch->root.lacking = one_shot ? &watch->lacking : NULL;
	watch->cmdline = malloc(CMDLINE_MAX);
	if (!watch->cmdline)
		code = err_set(err, ERR_NO_MEMORY, "cannot begin: out of memory");
	if (!code)
		code = names_init(&watch->names, &watch->root, err);
	if (!code)
		code = sampler_init(&watch->sampler, &watch->root, &sampling, err);
	if (!code && (code = root_check_lacking(&watch->root, err)))
		sampler_release(&watch->sampler);
	if (code) {
		names_release(&watch->names);
		free(watch->cmdline);
		root_release(&watch->root);
	}
	return code;
}

void watch_release(struct watch *watch)
{
	for (enum moment moment = 0; moment < MOMENT_COUNT; moment++)
		outlook_release(&watch->outlooks[moment]);
	growth_release(&watch->growth);
	sampler_release(&watch->sampler);
	names_release(&watch->names);
	free(watch->cmdline);
	root_release(&watch->root);
}

void watch_set_scope(struct watch *watch, enum watch_scope scope, const char *path)
{
	watch->scope = scope;
	if (path)
		text_copy(text_of(path), watch->scope_path, sizeof(watch->scope_path));
}

int32_t watch_find_cgroup(const struct watch *watch, const char *path)
{
	const struct memcg_tree *tree = watch->snapshot->memcgs;
	int32_t row = memcg_tree_find(tree, path);
	return row >= 0 && strcmp(tree->rows[row].path, path) == 0 ? row : UNKNOWN;
}

/* The top of the whole hierarchy is the host. */
static struct domain domain_of_cgroup(const struct snapshot *snapshot, int32_t row)
{
	bool whole = row == 0 && !amount_known(snapshot->memcgs->rows[0].limit);
	return whole ? domain_host(snapshot) : domain_memcg(snapshot, row);
}

static enum err_code asked_domain(const struct watch *watch, struct domain *ret, struct err *err)
{
	const struct snapshot *snapshot = watch->snapshot;
	/* With adj it says which processes are meant. */
	bool adj = watch->options->command == COMMAND_ADJ;
	const char *cgroup = adj ? NULL : watch->options->cgroup, *nodes = watch->options->nodes;
	uint64_t mask;
	if (cgroup) {
		int32_t index;
		enum err_code code = memcg_lookup(snapshot->memcgs, cgroup, &index, err);
		if (code)
			return code;
		*ret = domain_of_cgroup(snapshot, index);
	} else if (nodes) {
		if (!proc_parse_list(text_of(nodes), &mask) || (mask & ~snapshot->host.node_mask))
			return err_set(err, ERR_NOT_FOUND, "nodes '%s': no such NUMA nodes", nodes);
		*ret = domain_nodes(snapshot, mask);
	} else {
		/* What is told of every cgroup is told of the host beside them. */
		bool all = watch->options->command == COMMAND_METRICS ||
			   watch->options->command == COMMAND_CGROUPS;
		*ret = all || watch->options->host ? domain_host(snapshot)
						   : domain_of_reader(snapshot);
	}
	return ERR_OK;
}

static enum err_code choose_domain(struct watch *watch, struct domain *ret, struct err *err)
{
	int32_t chosen = UNKNOWN;
	if (watch->scope == WATCH_CGROUP)
		chosen = watch_find_cgroup(watch, watch->scope_path);
	if (watch->scope == WATCH_CGROUP && chosen == UNKNOWN)
		watch->scope = WATCH_AS_ASKED;
	if (watch->scope == WATCH_AS_ASKED)
		return asked_domain(watch, ret, err);
	*ret = chosen == UNKNOWN ? domain_host(watch->snapshot)
				 : domain_memcg(watch->snapshot, chosen);
	return ERR_OK;
}

enum err_code watch_rank(struct watch *watch, struct err *err)
{
	struct domain domain;
	watch->snapshot = sampler_latest(&watch->sampler);
	enum err_code code = growth_update(&watch->growth, watch->snapshot, err);
	if (!code)
		code = choose_domain(watch, &domain, err);
	for (enum moment moment = 0; !code && moment < MOMENT_COUNT; moment++)
		code = outlook_build(
			&watch->outlooks[moment], watch->snapshot, &domain, moment, NULL, 0, err);
	return code;
}

void watch_name_users(struct watch *watch)
{
	for (size_t i = 0; i < watch->snapshot->count; i++)
		names_user(&watch->names, watch->snapshot->tasks[i].uid);
	names_settle(&watch->names, NAMES_LIMIT_MS);
}

enum err_code watch_sample(struct watch *watch, struct err *err)
{
	enum err_code code = sampler_sample(&watch->sampler, err);
	if (!code)
		code = watch_rank(watch, err);
	return code ? code : root_check_lacking(&watch->root, err);
}

const char *watch_command(struct watch *watch, const struct task *task)
{
	ssize_t length = 0;
	if (!task->kthread && task->state != 'D')
		length = proc_read_cmdline(&watch->root, task->pid, watch->cmdline, CMDLINE_MAX);
	if (length <= 0)
		snprintf(watch->cmdline, CMDLINE_MAX, "[%s]", task->comm);
	return watch->cmdline;
}

static const char *look_up_user(void *context, const struct task *task)
{
	struct watch *watch = context;
	return names_user(&watch->names, task->uid);
}

static const char *look_up_command(void *context, const struct task *task)
{
	return watch_command(context, task);
}

struct column_context watch_columns(struct watch *watch)
{
	const struct outlook *outlook = watch_outlook(watch);
	const struct host *host = &watch->snapshot->host;
	return (struct column_context){
		.snapshot = watch->snapshot,
		.outlook = outlook,
		.growth = growth_rows(&watch->growth, watch->snapshot),
		.measure = { UNITS_AUTO, host->page_size >= 1024 ? host->page_size / 1024 : 4,
			outlook->ranking.domain.totalpages },
		.lookup = { watch, look_up_user, look_up_command },
	};
}

const struct outlook *watch_outlook(const struct watch *watch)
{
	return &watch->outlooks[watch->moment];
}

const struct outlook *watch_other_outlook(const struct watch *watch)
{
	return &watch->outlooks[watch->moment == MOMENT_OOM ? MOMENT_NOW : MOMENT_OOM];
}
