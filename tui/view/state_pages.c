#include "state_pages.h"

enum err_code state_pages_update(struct app *app, struct err *err)
{
	if (app->view == VIEW_DETAIL) {
		sampler_watch(&app->watch.sampler, &app->process.pid, app->process.pid != 0);
		return process_detail_update(&app->process, &app->watch, err);
	}
	if (app->view == VIEW_SETTINGS)
		vm_values_read(&app->vm, &app->watch.root,
			app->watch.snapshot ? app->watch.snapshot->host.meminfo.mem_total
					    : UNKNOWN);
	return ERR_OK;
}
