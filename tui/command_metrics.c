#include "command.h"
#include "watch.h"

#include "oomspect/metrics.h"

#include <stdio.h>

int command_metrics(const struct options *options, struct err *err)
{
	struct watch watch;
	struct memcg_victims victims;
	if (watch_open(&watch, options, true, err) != ERR_OK)
		return STATUS_FAILED;
	memcg_victims_init(&victims);
	enum err_code code = watch_sample(&watch, err);
	if (code == ERR_OK)
		code = memcg_victims_build(&victims, watch.snapshot, err);
	if (code == ERR_OK)
		metrics_write(stdout, watch.snapshot, &watch.now, &victims);
	memcg_victims_release(&victims);
	watch_release(&watch);
	return code == ERR_OK ? 0 : STATUS_FAILED;
}
