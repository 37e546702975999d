#include "oomspect/domain.h"

struct domain domain_host(const struct snapshot *snapshot)
{
	return (struct domain){
		.kind = DOMAIN_HOST,
		.memcg = UNKNOWN,
		.totalpages = snapshot->host.total_pages,
		.limit = { AMOUNT_UNLIMITED, 0 },
	};
}

struct domain domain_memcg(const struct snapshot *snapshot, int32_t memcg)
{
	return (struct domain){
		.kind = DOMAIN_MEMCG,
		.memcg = memcg,
		.totalpages = memcg_totalpages(snapshot->memcgs, memcg, &snapshot->host),
		.limit = snapshot->memcgs->rows[memcg].limit,
	};
}

/* The top of the real hierarchy has no limit: one with a limit is the top of a cgroup namespace, or
 * of what a container is shown. */
static int32_t container_of(const struct snapshot *snapshot)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	if (tree->version == 0 || tree->count == 0)
		return UNKNOWN;
	if (amount_known(tree->rows[0].limit))
		return 0;
	if (!snapshot->pid_ns || snapshot->reader_memcg < 0)
		return UNKNOWN;
	return tree->rows[snapshot->reader_memcg].limited_by;
}

struct domain domain_of_reader(const struct snapshot *snapshot)
{
	int32_t container = container_of(snapshot);
	return container >= 0 ? domain_memcg(snapshot, container) : domain_host(snapshot);
}

struct domain domain_nodes(const struct snapshot *snapshot, uint64_t nodes)
{
	return (struct domain){
		.kind = DOMAIN_NODES,
		.memcg = UNKNOWN,
		.nodes = nodes,
		.totalpages = host_node_totalpages(&snapshot->host, nodes),
		.limit = { AMOUNT_UNLIMITED, 0 },
	};
}

bool domain_has(
	const struct domain *domain, const struct snapshot *snapshot, const struct task *task)
{
	switch (domain->kind) {
	case DOMAIN_MEMCG:
		return memcg_tree_covers(snapshot->memcgs, domain->memcg, task->memcg);
	case DOMAIN_NODES:
		return task->mems_allowed & domain->nodes;
	case DOMAIN_HOST:
		break;
	}
	return true;
}
