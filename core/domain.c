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
