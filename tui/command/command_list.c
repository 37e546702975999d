#include "batch.h"
#include "command.h"
#include "model/listing.h"

#include "oomspect/json.h"

#include <errno.h>

/* What `list` prints, sample after sample. */
struct list {
	struct batch batch;
	struct listing listing;
	struct listing_filter filter;
};

static enum err_code choose_rows(struct list *list, struct err *err)
{
	const struct options *options = list->batch.options;
	list->filter = (struct listing_filter){
		.show = LISTING_ALL, /* a reader can leave out, but not ask for more */
		.uid = UID_UNKNOWN,
		.pids = options->pids,
		.pid_count = options->pid_count,
	};
	if (!options->user)
		return ERR_OK;
	return names_find(&list->batch.watch.names, options->user, &list->filter.uid, err);
}

static const char *look_up_user(void *context, uid_t uid)
{
	struct list *list = context;
	return names_user(&list->batch.watch.names, uid);
}

static ssize_t look_up_cmdline(void *context, pid_t pid, char *buffer, size_t size)
{
	struct list *list = context;
	const struct task *task = snapshot_find(list->batch.watch.snapshot, pid);
	if (!task || task->state == 'D')
		return -EAGAIN;
	return proc_read_cmdline(&list->batch.watch.root, pid, buffer, size);
}

static void print_json(struct list *list, size_t count)
{
	struct json_lookup lookup = { list, look_up_user, look_up_cmdline };
	json_list(list->batch.printer.out, watch_outlook(&list->batch.watch), list->listing.rows,
		count, &lookup);
}

static union column_row row_at(const void *list, size_t place)
{
	return process_row(((const struct list *)list)->listing.rows[place]);
}

static enum err_code print_text(struct list *list, size_t count, struct err *err)
{
	struct column_context context = watch_columns(&list->batch.watch);
	column_set_measure(&list->batch.columns, &context);
	return batch_print(&list->batch, &context, row_at, list, count, err);
}

static enum err_code print_sample(void *what, struct err *err)
{
	struct list *list = what;
	enum err_code code = watch_sample(&list->batch.watch, err);
	if (code)
		return code;
	if (list->batch.options->json || column_set_has(&list->batch.columns, COL_USER))
		watch_name_users(&list->batch.watch);
	struct column_context context = watch_columns(&list->batch.watch);
	struct listing_order order = { (enum column_id)list->batch.sort, false };
	code = listing_build(&list->listing, &context, &list->filter, order, err);
	if (code)
		return code;
	size_t count = list->listing.count;
	if (list->batch.options->lines && (size_t)list->batch.options->lines < count)
		count = (size_t)list->batch.options->lines;
	if (list->batch.options->json)
		print_json(list, count);
	else
		code = print_text(list, count, err);
	if (!code)
		code = root_check_lacking(
			&list->batch.watch.root, err); /* of command lines and names */
	return code ? code : output_flush(list->batch.printer.out, err);
}

/* What there is to say of it all: of the last sample. */
static enum err_code finish(const struct list *list, struct err *err)
{
	enum err_code code = batch_find_pids(&list->batch.watch, err);
	if (!code && !list->batch.options->json)
		batch_print_doubts(watch_outlook(&list->batch.watch)->uncertain);
	return code;
}

int command_list(const struct options *options, struct err *err)
{
	struct list list = { .listing = { .count = 0 } };
	if (options->list_columns)
		return batch_list_columns(&process_table);
	int status = batch_open(&list.batch, options, &process_table,
		"rk,pid,user,mem,adj,bad,score,rss,swap,command", COL_RK, err);
	if (status)
		return status;
	listing_init(&list.listing);
	list.batch.printer.grid.ascii |= options->ascii;
	enum err_code code = choose_rows(&list, err);
	if (!code)
		code = batch_run(options, print_sample, &list, err);
	if (!code)
		code = finish(&list, err);
	listing_release(&list.listing);
	batch_close(&list.batch);
	return code ? STATUS_FAILED : 0;
}
