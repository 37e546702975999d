#include "batch.h"
#include "command.h"
#include "model/listing.h"
#include "model/watch.h"
#include "term/printer.h"

#include "oomspect/json.h"

#include <errno.h>

#define WIDTH_AT_FIRST 512

/* What `list` prints, sample after sample. */
struct list {
	const struct options *options;
	struct watch watch;
	struct printer printer;
	struct listing listing;
	struct listing_filter filter;
	struct listing_order order;
	struct column_set columns;
};

static enum err_code choose_columns(struct list *list, struct err *err)
{
	unsigned sort = COL_RK;
	enum err_code code = batch_choose_columns(list->options, &process_table,
		"rk,pid,user,mem,adj,bad,score,rss,swap,command", &list->columns, &sort, err);
	list->order = (struct listing_order){ (enum column_id)sort, false };
	return code;
}

static enum err_code choose_rows(struct list *list, struct err *err)
{
	const struct options *options = list->options;
	list->filter = (struct listing_filter){
		.show = LISTING_ALL, /* a reader can leave out, but not ask for more */
		.uid = UID_UNKNOWN,
		.pids = options->pids,
		.pid_count = options->pid_count,
	};
	if (!options->user)
		return ERR_OK;
	return names_find(&list->watch.names, options->user, &list->filter.uid, err);
}

static const char *look_up_user(void *context, uid_t uid)
{
	struct list *list = context;
	return names_user(&list->watch.names, uid);
}

static ssize_t look_up_cmdline(void *context, pid_t pid, char *buffer, size_t size)
{
	struct list *list = context;
	const struct task *task = snapshot_find(list->watch.snapshot, pid);
	if (!task || task->state == 'D')
		return -EAGAIN;
	return proc_read_cmdline(&list->watch.root, pid, buffer, size);
}

static void print_json(struct list *list, size_t count)
{
	struct json_lookup lookup = { list, look_up_user, look_up_cmdline };
	json_list(
		list->printer.out, watch_outlook(&list->watch), list->listing.rows, count, &lookup);
}

static enum err_code print_text(struct list *list, size_t count, struct err *err)
{
	struct printer *printer = &list->printer;
	struct column_context context = watch_columns(&list->watch);
	column_set_measure(&list->columns, &context);
	for (size_t i = 0; i < count; i++)
		column_set_widen(&list->columns, &printer->grid, &context,
			process_row(list->listing.rows[i]));
	enum err_code code = printer_widen(printer, column_set_width(&list->columns), err);
	if (code)
		return code;
	if (list->watch.sampler.samples > 1)
		fputc('\n', printer->out);
	column_put_titles(&list->columns, &printer->pen, list->order.column);
	printer_end_line(printer);
	for (size_t i = 0; i < count; i++) {
		column_put_row(&list->columns, &context, process_row(list->listing.rows[i]), NULL,
			&printer->pen);
		printer_end_line(printer);
	}
	return ERR_OK;
}

static enum err_code print_sample(void *what, struct err *err)
{
	struct list *list = what;
	enum err_code code = watch_sample(&list->watch, err);
	if (code)
		return code;
	if (list->options->json || column_set_has(&list->columns, COL_USER))
		watch_name_users(&list->watch);
	struct column_context context = watch_columns(&list->watch);
	code = listing_build(&list->listing, &context, &list->filter, list->order, err);
	if (code)
		return code;
	size_t count = list->listing.count;
	if (list->options->lines && (size_t)list->options->lines < count)
		count = (size_t)list->options->lines;
	if (list->options->json)
		print_json(list, count);
	else
		code = print_text(list, count, err);
	if (!code)
		code = root_check_lacking(&list->watch.root, err); /* of command lines and names */
	return code ? code : output_flush(list->printer.out, err);
}

/* What there is to say of it all: of the last sample. */
static enum err_code finish(const struct list *list, struct err *err)
{
	enum err_code code = batch_find_pids(&list->watch, err);
	if (!code && !list->options->json)
		batch_print_doubts(watch_outlook(&list->watch)->uncertain);
	return code;
}

int command_list(const struct options *options, struct err *err)
{
	struct list list = { .options = options };
	if (options->list_columns)
		return batch_list_columns(&process_table);
	if (choose_columns(&list, err))
		return STATUS_USAGE;
	if (watch_open(&list.watch, options, true, err))
		return STATUS_FAILED;
	listing_init(&list.listing);
	enum err_code code = printer_init(&list.printer, stdout, WIDTH_AT_FIRST, err);
	list.printer.grid.ascii |= options->ascii;
	if (!code)
		code = choose_rows(&list, err);
	if (!code)
		code = batch_run(options, print_sample, &list, err);
	if (!code)
		code = finish(&list, err);
	printer_release(&list.printer);
	listing_release(&list.listing);
	watch_release(&list.watch);
	return code ? STATUS_FAILED : 0;
}
