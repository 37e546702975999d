#include "oomspect/exhaustion.h"

#define KB_MAX (INT64_MAX / 4096) /* what cannot be a size of memory is none */

void exhaustion_init(struct exhaustion *exhaustion)
{
	*exhaustion = (struct exhaustion){ .eta_s = UNKNOWN };
	trend_init(&exhaustion->trend);
}

static void start_anew(struct exhaustion *exhaustion, const struct host_meminfo *mem)
{
	trend_init(&exhaustion->trend);
	exhaustion->mem_total = mem->mem_total;
	exhaustion->swap_total = mem->swap_total;
}

void exhaustion_add(struct exhaustion *exhaustion, const struct host *host)
{
	const struct host_meminfo *mem = &host->meminfo;
	exhaustion->eta_s = UNKNOWN;
	if (mem->mem_available < 0 || mem->mem_available > KB_MAX || mem->swap_free > KB_MAX ||
		(mem->swap_total > 0 && mem->swap_free < 0) || host->boot_ms < 0)
		return;
	if (mem->mem_total != exhaustion->mem_total || mem->swap_total != exhaustion->swap_total)
		start_anew(exhaustion, mem);
	/* Both together: what is swapped out makes room in memory, and brings the end no nearer. */
	int64_t left = (mem->mem_available + (mem->swap_free > 0 ? mem->swap_free : 0)) * 1024;
	trend_add(&exhaustion->trend, host->boot_ms, -left);
	exhaustion->eta_s = trend_eta_s(&exhaustion->trend, (uint64_t)left);
}
