#include "batch.h"
#include "command.h"

#include "model/listing.h"
#include "model/watch.h"
#include "term/printer.h"

#include "oomspect/explain.h"
#include "oomspect/json.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define LINE_WIDTH     8192
#define RUNNERS_UP_MAX 5
#define DIES_WITH_MAX  20 /* in the text; JSON has all */

static const char *look_up_user(void *context, uid_t uid)
{
	struct watch *watch = context;
	return names_user(&watch->names, uid);
}

static ssize_t look_up_cmdline(void *context, pid_t pid, char *buffer, size_t size)
{
	const struct watch *watch = context;
	const struct task *task = snapshot_find(watch->snapshot, pid);
	if (!task || task->state == 'D')
		return -EAGAIN;
	return proc_read_cmdline(&watch->root, pid, buffer, size);
}

static enum err_code print_json(struct watch *watch)
{
	struct json_lookup lookup = { watch, look_up_user, look_up_cmdline };
	watch_name_users(watch);
	json_victim(stdout, watch_outlook(watch), watch_other_outlook(watch), &lookup);
	return ERR_OK;
}

/* "NEXT 4242 java  BAD 289.6 = MEM 289.6 + ADJ 0  of 36.0G". */
static void put_victim(struct printer *printer, const char *label, const struct outlook *outlook)
{
	const struct ranking_row *victim = outlook->victim;
	const struct host *host = &outlook->snapshot->host;
	char mem[FORMAT_SIZE], adj[FORMAT_SIZE], bad[FORMAT_SIZE], total[FORMAT_SIZE];
	format_tenths(column_mem_tenths(outlook, victim), mem);
	column_format_adj(outlook, victim, adj);
	format_tenths(column_bad_tenths(outlook, victim), bad);
	format_kb(outlook->ranking.domain.totalpages * (host->page_size / 1024), total);
	grid_printf(&printer->pen, STYLE_NORMAL, "%s %d ", label, (int)victim->task->pid);
	grid_put_foreign(&printer->pen, STYLE_NORMAL, victim->task->comm, LINE_WIDTH);
	grid_printf(&printer->pen, STYLE_NORMAL, "  BAD %s = MEM %s + ADJ %s  of %s", bad, mem, adj,
		total);
	printer_end_line(printer);
}

static void put_why(struct printer *printer, const struct outlook *outlook)
{
	char why[4096];
	explain_victim(outlook, why, sizeof(why));
	grid_put(&printer->pen, STYLE_NORMAL, "  why: ");
	printer_line(printer, why);
}

/* "LABEL 12 a, 13 b, and 3 more", a line of its own if there is anybody. */
struct roll {
	struct printer *printer;
	const char *label;
	size_t count;
};

static void roll_call(struct roll *roll, const struct task *task)
{
	struct pen *pen = &roll->printer->pen;
	if (++roll->count > DIES_WITH_MAX)
		return;
	grid_printf(
		pen, STYLE_NORMAL, "%s %d ", roll->count == 1 ? roll->label : ",", (int)task->pid);
	grid_put_foreign(pen, STYLE_NORMAL, task->comm, LINE_WIDTH);
}

static void roll_end(const struct roll *roll)
{
	if (roll->count > DIES_WITH_MAX)
		grid_printf(&roll->printer->pen, STYLE_NORMAL, ", and %zu more",
			roll->count - DIES_WITH_MAX);
	if (roll->count)
		printer_end_line(roll->printer);
}

static void put_outsiders(struct printer *printer, const struct outlook *outlook)
{
	bool memcg = outlook->ranking.domain.kind == DOMAIN_MEMCG;
	struct roll roll = { printer,
		memcg ? "  and outside this cgroup:" : "  and outside these nodes:", 0 };
	for (size_t i = 0; i < outlook->outsider_count; i++)
		roll_call(&roll, outlook->outsiders[i].task);
	roll_end(&roll);
}

static void put_dies_with(struct printer *printer, const struct outlook *outlook)
{
	const struct ranking *ranking = &outlook->ranking;
	char frees[FORMAT_SIZE], swap[FORMAT_SIZE];
	struct roll roll = { printer, "  dies with it:", 0 };
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].dies_along)
			roll_call(&roll, ranking->rows[i].task);
	roll_end(&roll);
	put_outsiders(printer, outlook);
	format_kb(freed_kb(outlook->frees), frees);
	format_kb(outlook->frees.swap_kb, swap);
	grid_printf(&printer->pen, STYLE_NORMAL, "  frees about: %s", frees);
	if (outlook->frees.swap_kb && outlook->frees.ram_kb)
		grid_printf(&printer->pen, STYLE_NORMAL, ", %s of it swap", swap);
	else if (outlook->frees.swap_kb)
		grid_put(&printer->pen, STYLE_NORMAL, " of swap");
	printer_end_line(printer);
}

static void put_runners_up(struct printer *printer, struct watch *watch)
{
	const struct ranking *ranking = &watch_outlook(watch)->ranking;
	struct column_context context = watch_columns(watch);
	struct column_set set = { .count = 0 };
	unsigned count = 0;
	column_set_parse(&set, &process_table, "rk,pid,user,mem,adj,bad,rss,swap,comm", NULL);
	column_set_measure(&set, &context);
	for (size_t i = 1; i < ranking->killable && count < RUNNERS_UP_MAX; i++) {
		const struct ranking_row *row = &ranking->rows[i];
		if (row->dies_along)
			continue;
		if (count++ == 0) {
			printer_line(printer, "then:");
			grid_skip(&printer->pen, 2);
			column_put_titles(&set, &printer->pen, COLUMN_UNSORTED);
			printer_end_line(printer);
		}
		grid_skip(&printer->pen, 2);
		column_put_row(&set, &context, process_row(row), NULL, &printer->pen);
		printer_end_line(printer);
	}
}

static void put_uncertain(struct printer *printer, const struct watch *watch)
{
	unsigned uncertain = watch_outlook(watch)->uncertain;
	for (enum uncertainty i = 0; i < UNCERTAIN_COUNT; i++) {
		if (!(uncertain >> i & 1))
			continue;
		grid_put(&printer->pen, STYLE_NORMAL, "uncertain: ");
		printer_line(printer, explain_uncertainty(i));
	}
}

/* Where the other moment has another victim, that one too. */
static void put_other(struct printer *printer, const struct watch *watch)
{
	const struct outlook *other = watch_other_outlook(watch);
	bool now = other->ranking.moment == MOMENT_NOW;
	if (!outlook_differs(watch_outlook(watch), other)) {
		printer_line(printer, now ? "now: the same" : "at OOM: the same");
	} else if (!outlook_next(other)) {
		printer_line(printer, now ? "now: nobody" : "at OOM: nobody");
	} else {
		put_victim(printer, now ? "but now" : "but at OOM", other);
		put_why(printer, other);
		put_dies_with(printer, other);
	}
}

static void print_prediction(struct printer *printer, struct watch *watch)
{
	const struct outlook *outlook = watch_outlook(watch);
	put_victim(printer, outlook->ranking.moment == MOMENT_OOM ? "NEXT at OOM" : "NEXT now",
		outlook);
	put_why(printer, outlook);
	put_dies_with(printer, outlook);
	put_other(printer, watch);
	put_runners_up(printer, watch);
	put_uncertain(printer, watch);
}

/* -p and -u: who of these. */
struct restriction {
	const struct options *options;
	uid_t uid; /* UID_UNKNOWN: of anybody */
};

static bool is_wanted(const void *context, const struct task *task)
{
	const struct restriction *restriction = context;
	const struct options *options = restriction->options;
	bool wanted = options->pid_count == 0;
	for (size_t i = 0; i < options->pid_count; i++)
		wanted |= options->pids[i] == task->pid;
	return wanted && (restriction->uid == UID_UNKNOWN || restriction->uid == task->uid);
}

static enum err_code restrict_candidates(struct watch *watch, struct err *err)
{
	struct restriction restriction = { watch->options, UID_UNKNOWN };
	const char *user = watch->options->user;
	enum err_code code = batch_find_pids(watch, err);
	if (code)
		return code;
	if (user && names_find(&watch->names, user, &restriction.uid, err))
		return ERR_NOT_FOUND;
	for (enum moment moment = 0; !code && moment < MOMENT_COUNT; moment++)
		code = outlook_restrict(&watch->outlooks[moment], is_wanted, &restriction, err);
	return code;
}

static enum err_code print_text(struct watch *watch, bool victim, struct err *err)
{
	struct printer printer;
	char why[4096];
	enum err_code code = printer_init(&printer, stdout, LINE_WIDTH, err);
	if (!code && victim) {
		print_prediction(&printer, watch);
	} else if (!code) {
		explain_victim(watch_outlook(watch), why, sizeof(why));
		grid_put(&printer.pen, STYLE_NORMAL, "no prediction: ");
		printer_line(&printer, why);
	}
	printer_release(&printer);
	return code;
}

static enum err_code answer(struct watch *watch, bool *ret_victim, struct err *err)
{
	enum err_code code = watch_sample(watch, err);
	if (!code)
		code = restrict_candidates(watch, err);
	if (code)
		return code;
	*ret_victim = outlook_next(watch_outlook(watch)) != NULL;
	code = watch->options->json ? print_json(watch) : print_text(watch, *ret_victim, err);
	return code ? code : root_check_lacking(&watch->root, err); /* of command lines and names */
}

int command_victim(const struct options *options, struct err *err)
{
	struct watch watch;
	bool victim = false;
	if (options->cgroup && options->nodes) {
		err_set(err, ERR_SYNTAX, "--nodes: not together with --cgroup");
		return STATUS_USAGE;
	}
	if (watch_open(&watch, options, true, err))
		return STATUS_FAILED;
	enum err_code code = answer(&watch, &victim, err);
	watch_release(&watch);
	if (code)
		return STATUS_FAILED;
	return victim ? 0 : STATUS_NO_VICTIM;
}
