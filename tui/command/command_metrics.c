#include "batch.h"
#include "command.h"
#include "model/watch.h"

#include "oomspect/metrics.h"

#include <stdio.h>

int command_metrics(const struct options *options, struct err *err)
{
	struct watch watch;
	struct memcg_victims victims;
	struct cgroup_choice choice = { NULL, 0 };
	if (watch_open(&watch, options, true, err) != ERR_OK)
		return STATUS_FAILED;
	memcg_victims_init(&victims);
	enum err_code code = watch_sample(&watch, err);
	if (code == ERR_OK)
		code = cgroup_choice_build(&choice, &watch, err);
	if (code == ERR_OK)
		code = memcg_victims_build(&victims, watch.snapshot, watch.moment, err);
	if (code == ERR_OK)
		metrics_write(stdout, watch_outlook(&watch), &victims, choice.rows);
	cgroup_choice_release(&choice);
	memcg_victims_release(&victims);
	watch_release(&watch);
	return code == ERR_OK ? 0 : STATUS_FAILED;
}
