/* An OOM domain: the whole machine, one memory cgroup with its subtree, or the NUMA nodes of a
 * cpuset. Knows its totalpages and who is a candidate; knows nothing of order.
 * Source: mm/oom_kill.c:constrained_alloc(), oom_evaluate_task(). */
#ifndef OOMSPECT_DOMAIN_H
#define OOMSPECT_DOMAIN_H

#include "oomspect/snapshot.h"

enum domain_kind { DOMAIN_HOST, DOMAIN_MEMCG, DOMAIN_NODES };

struct domain {
	enum domain_kind kind;
	int32_t memcg;       /* row in snapshot->memcgs, DOMAIN_MEMCG only */
	uint64_t nodes;      /* DOMAIN_NODES only; bit 63: node 63 and above */
	int64_t totalpages;  /* pages; UNKNOWN when the files do not say */
	struct amount limit; /* what is hit: unlimited kind for the host */
};

struct domain domain_host(const struct snapshot *snapshot);
struct domain domain_memcg(const struct snapshot *snapshot, int32_t memcg);
/* The domain that matters to whoever looks: inside a container (its cgroup is limited, and the host
 * cannot be seen for a pid or a cgroup namespace) the container's; else the host. */
struct domain domain_of_reader(const struct snapshot *snapshot);

struct domain domain_nodes(const struct snapshot *snapshot, uint64_t nodes);

/* Whether the OOM killer would look at `task` in this domain at all. */
bool domain_has(
	const struct domain *domain, const struct snapshot *snapshot, const struct task *task);

#endif
