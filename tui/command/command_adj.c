#include "batch.h"
#include "command.h"
#include "model/history.h"
#include "model/selection.h"
#include "model/targets.h"
#include "model/watch.h"
#include "term/printer.h"

#include "oomspect/action.h"
#include "oomspect/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_WIDTH 1024

/* What became of one process. */
struct change {
	pid_t pid;
	struct action_facts facts; /* when it was written to */
	uint64_t start_ticks;
	int before, after;  /* ACTION_ADJ_UNKNOWN: could not be read */
	struct err refused; /* ERR_OK: it was written, or would be */
};

struct adjustment {
	const struct options *options;
	struct watch watch;
	struct audit audit;
	struct selection selection;
	struct owners owners; /* of the selection */
	uid_t user;           /* of --user */
	int value;
	const char *note;
	struct change *changes; /* one for each of the selection */
	size_t written, refused;
	struct outlook after; /* the machine as it would be */
};

static enum err_code parse_operands(
	struct adjustment *adjustment, pid_t *pids, size_t *ret_count, struct err *err)
{
	const struct options *options = adjustment->options;
	if (options->operand_count == 0)
		return err_set(err, ERR_SYNTAX, "adj: needs a value and whom to give it");
	struct err why = { 0 };
	if (action_parse_adj(options->operands[0], &adjustment->value, &adjustment->note, &why))
		return err_set(err, ERR_SYNTAX, "adj: %s", why.text);
	*ret_count = 0;
	for (size_t i = 1; i < options->operand_count; i++) {
		int64_t pid;
		if (!text_to_i64(text_of(options->operands[i]), &pid) || pid > INT32_MAX ||
			pid < INT32_MIN)
			return err_set(err, ERR_SYNTAX, "adj: '%s' is not a process number",
				options->operands[i]);
		pids[(*ret_count)++] = (pid_t)pid;
	}
	if (*ret_count == 0 && !options->name && !options->cgroup)
		return err_set(err, ERR_SYNTAX, "adj: needs a PID, --name or --cgroup");
	return ERR_OK;
}

static const char *name_user(void *context, uid_t uid)
{
	return names_user(context, uid);
}

/* With the names of all of them, as far as they can be had. */
static struct owners owners_of(struct adjustment *adjustment, const struct selection *selection)
{
	struct names *names = &adjustment->watch.names;
	struct owners owners = { .count = 0 };
	for (size_t i = 0; i < selection->pids.count; i++) {
		const struct task *task =
			snapshot_find(adjustment->watch.snapshot, selection_pid(selection, i));
		if (!task)
			continue;
		owners_add(&owners, task);
		names_user(names, task->uid);
		names_user(names, task->real_uid);
	}
	names_settle(names, NAMES_LIMIT_MS);
	return owners;
}

/* Anybody can call his process as he likes: a name of several users' is not enough. */
static enum err_code check_name(struct adjustment *adjustment, struct err *err)
{
	const struct options *options = adjustment->options;
	const struct selection_query query = {
		.name = options->name,
		.root = &adjustment->watch.root,
	};
	struct selection named;
	char words[256];
	struct line line = line_begin(words, sizeof(words));
	if (!options->name || options->user || options->any_user)
		return ERR_OK;
	enum err_code code = selection_build(&named, adjustment->watch.snapshot, &query, err);
	struct owners owners = owners_of(adjustment, &named);
	selection_release(&named);
	if (code != ERR_OK || !owners_are_several(&owners))
		return code;
	owners_describe(&owners, &line, name_user, &adjustment->watch.names);
	return err_set(err, ERR_SYNTAX,
		"'%s': processes of several users have this name, %s: choose with --user, or take "
		"them all with --any-user",
		options->name, words);
}

static enum err_code select_processes(
	struct adjustment *adjustment, const pid_t *pids, size_t count, struct err *err)
{
	const struct options *options = adjustment->options;
	struct selection_query query = {
		.pids = pids,
		.pid_count = count,
		.name = options->name,
		.root = &adjustment->watch.root,
		.cgroup = options->cgroup,
		.descendants = options->descendants,
		.user = options->user ? &adjustment->user : NULL,
	};
	enum err_code code = watch_sample(&adjustment->watch, err);
	if (code == ERR_OK && options->user)
		code = names_find(&adjustment->watch.names, options->user, &adjustment->user, err);
	if (code == ERR_OK)
		code = check_name(adjustment, err);
	if (code == ERR_OK)
		code = selection_build(
			&adjustment->selection, adjustment->watch.snapshot, &query, err);
	if (code != ERR_OK)
		return code;
	adjustment->owners = owners_of(adjustment, &adjustment->selection);
	adjustment->changes =
		calloc(adjustment->selection.pids.count, sizeof(*adjustment->changes));
	return adjustment->changes
		       ? ERR_OK
		       : err_set(err, ERR_NO_MEMORY, "cannot keep the changes: out of memory");
}

/* The machine with every process at the value that is, or would be, in force now. */
static enum err_code look_ahead(struct adjustment *adjustment, struct err *err)
{
	const struct selection *selection = &adjustment->selection;
	const struct snapshot *snapshot = adjustment->watch.snapshot;
	const struct outlook *before = watch_outlook(&adjustment->watch);
	struct ranking_edit *edits = calloc(selection->pids.count, sizeof(*edits));
	if (!edits)
		return err_set(err, ERR_NO_MEMORY, "cannot look ahead: out of memory");
	size_t count = 0;
	for (size_t i = 0; i < selection->pids.count; i++) {
		const struct change *change = &adjustment->changes[i];
		if (change->after != ACTION_ADJ_UNKNOWN)
			edits[count++] = (struct ranking_edit){ .pid = change->pid,
				.oom_score_adj = change->after };
	}
	ranking_sort_edits(edits, count);
	enum err_code code = outlook_build(&adjustment->after, snapshot, &before->ranking.domain,
		before->ranking.moment, edits, count, err);
	free(edits);
	return code;
}

/* Of either answer: a doubt about one is a doubt about the change. */
static unsigned uncertain_of(const struct adjustment *adjustment)
{
	return watch_outlook(&adjustment->watch)->uncertain | adjustment->after.uncertain;
}

#define OWNER_SIZE 128

static const char *owner_words(
	struct adjustment *adjustment, uid_t uid, uid_t real_uid, char buffer[OWNER_SIZE])
{
	struct line line = line_begin(buffer, OWNER_SIZE);
	owners_put(&line, uid, real_uid, name_user, &adjustment->watch.names);
	return buffer;
}

/* Whether it is what was asked for still: its name, and whose it is, may have changed since it was
 * found by them. A number that was named stands for whatever the process is, but for whose. */
static bool is_as_found(struct adjustment *adjustment, const struct task *task,
	const struct action_target *target, struct err *refused)
{
	const struct options *options = adjustment->options;
	const struct action_facts *facts = &target->facts;
	char was[OWNER_SIZE], is[OWNER_SIZE];
	bool owned = facts->uid == adjustment->user && facts->real_uid == adjustment->user;
	owner_words(adjustment, facts->uid, facts->real_uid, is);
	if (options->user && !owned) {
		err_set(refused, ERR_DENIED, "%d: belongs to user %s, not to %s", (int)target->pid,
			is, options->user);
		return false;
	}
	if (!task || (!options->name && !options->cgroup && !options->descendants) ||
		(strcmp(task->comm, facts->comm) == 0 && task->uid == facts->uid &&
			task->real_uid == facts->real_uid))
		return true;
	err_set(refused, ERR_DENIED, "%d: was %s of user %s, and is %s of user %s by now",
		(int)target->pid, task->comm,
		owner_words(adjustment, task->uid, task->real_uid, was), facts->comm, is);
	return false;
}

static void change_one(
	struct adjustment *adjustment, const struct action_target *target, struct change *change)
{
	struct err *refused = &change->refused, unaudited = { 0 };
	if (adjustment->options->dry_run) {
		if (action_get_adj(target, &change->before, refused) == ERR_OK)
			change->after = adjustment->value;
		return;
	}
	action_set_adj(target, adjustment->value, &change->before, &change->after, refused);
	audit_adj(&adjustment->audit, target, change->before, adjustment->value, change->after,
		refused->code ? refused->text : NULL, &unaudited);
	if (unaudited.code)
		printer_complain(&unaudited);
}

/* Writes to one process, or with --dry-run only looks whether it could be pointed at. */
static void apply_one(struct adjustment *adjustment, pid_t pid, struct change *change)
{
	const struct task *task = snapshot_find(adjustment->watch.snapshot, pid);
	struct action_target target = ACTION_NOBODY;
	struct err *refused = &change->refused;
	change->pid = pid;
	change->before = change->after = ACTION_ADJ_UNKNOWN;
	refused->code = ERR_OK;
	if (action_hold(
		    &target, &adjustment->watch.root, pid, task ? task->start_ticks : 0, refused))
		return;
	change->facts = target.facts;
	change->start_ticks = target.start_ticks;
	if (is_as_found(adjustment, task, &target, refused))
		change_one(adjustment, &target, change);
	action_release(&target);
}

static void apply(struct adjustment *adjustment)
{
	for (size_t i = 0; i < adjustment->selection.pids.count; i++) {
		struct change *change = &adjustment->changes[i];
		apply_one(adjustment, selection_pid(&adjustment->selection, i), change);
		if (change->refused.code == ERR_OK) {
			adjustment->written++;
			continue;
		}
		adjustment->refused++;
		printer_complain(&change->refused);
	}
}

/* --- as text */

static void put_process(struct printer *printer, pid_t pid, const char *comm)
{
	grid_printf(&printer->pen, STYLE_NORMAL, "%d ", (int)pid);
	grid_put_foreign(&printer->pen, STYLE_NORMAL, comm, LINE_WIDTH);
}

static void put_next(struct printer *printer, const struct outlook *outlook)
{
	const struct ranking_row *victim = outlook_next(outlook);
	if (victim)
		put_process(printer, victim->task->pid, victim->task->comm);
	else
		grid_put(&printer->pen, STYLE_NORMAL, "nobody");
}

/* What the value means beyond the number. */
static void print_notes(struct printer *printer, const struct adjustment *adjustment)
{
	if (adjustment->note)
		printer_line(printer, adjustment->note);
	if (adjustment->written == 0)
		return;
	if (adjustment->value == -1000)
		printer_line(printer,
			"-1000: never killed, and neither is any child started from now "
			"on: for a parent of sessions (sshd, a shell) that is all of them");
	else if (adjustment->value < 0)
		printer_line(printer, "children started from now on inherit the value");
}

/* More than one user's are not always meant. */
static void print_owners(struct printer *printer, struct adjustment *adjustment)
{
	char words[512];
	struct line line = line_begin(words, sizeof(words));
	if (!owners_are_several(&adjustment->owners))
		return;
	line_add(&line, "processes of several users: ");
	owners_describe(&adjustment->owners, &line, name_user, &adjustment->watch.names);
	printer_line(printer, words);
}

static void print_changes(struct printer *printer, struct adjustment *adjustment)
{
	char owner[OWNER_SIZE];
	const struct outlook *before = watch_outlook(&adjustment->watch);
	bool dry_run = adjustment->options->dry_run;
	for (size_t i = 0; i < adjustment->selection.pids.count; i++) {
		const struct change *change = &adjustment->changes[i];
		if (change->refused.code)
			continue;
		put_process(printer, change->pid, change->facts.comm);
		grid_put(&printer->pen, STYLE_NORMAL, " (user ");
		grid_put_foreign(&printer->pen, STYLE_NORMAL,
			owner_words(adjustment, change->facts.uid, change->facts.real_uid, owner),
			LINE_WIDTH);
		grid_printf(&printer->pen, STYLE_NORMAL, ") oom_score_adj %d -> %d%s",
			change->before, change->after, dry_run ? " (not written: --dry-run)" : "");
		printer_end_line(printer);
	}
	print_owners(printer, adjustment);
	grid_printf(&printer->pen, STYLE_NORMAL,
		"next victim %s: ", before->ranking.moment == MOMENT_OOM ? "at OOM" : "now");
	put_next(printer, before);
	grid_put(&printer->pen, STYLE_NORMAL, " -> ");
	put_next(printer, &adjustment->after);
	printer_end_line(printer);
}

static void print_text(struct printer *printer, struct adjustment *adjustment)
{
	if (adjustment->written) /* every refusal was said already */
		print_changes(printer, adjustment);
	print_notes(printer, adjustment);
	batch_print_doubts(uncertain_of(adjustment));
}

/* --- as JSON */

static void put_change(
	struct json_out *out, struct adjustment *adjustment, const struct change *change)
{
	const struct action_facts *facts = &change->facts;
	bool held = change->start_ticks != 0;
	bool refused = change->refused.code != ERR_OK;
	json_out_begin(out, NULL, '{');
	json_out_integer(out, "pid", change->pid);
	json_out_text(out, "comm", held ? facts->comm : NULL);
	json_out_number(out, "uid", held && facts->uid != UID_UNKNOWN, facts->uid);
	json_out_number(out, "real_uid", held && facts->real_uid != UID_UNKNOWN, facts->real_uid);
	json_out_text(out, "user", held ? names_user(&adjustment->watch.names, facts->uid) : NULL);
	json_out_number(out, "before", change->before != ACTION_ADJ_UNKNOWN, change->before);
	json_out_number(out, "after", change->after != ACTION_ADJ_UNKNOWN, change->after);
	json_out_text(out, "refused", refused ? change->refused.text : NULL);
	json_out_end(out, '}');
}

static void put_victim(struct json_out *out, const char *name, const struct outlook *outlook)
{
	const struct ranking_row *victim = outlook_next(outlook);
	int64_t pages = 0;
	if (!victim) {
		json_out_null(out, name);
		return;
	}
	bool in_pages = points_in_pages(&outlook->snapshot->host.era, victim->points, &pages);
	json_out_begin(out, name, '{');
	json_out_integer(out, "pid", victim->task->pid);
	json_out_text(out, "comm", victim->task->comm);
	json_out_number(out, "badness_pages", in_pages, pages);
	json_out_end(out, '}');
}

static void print_json(struct adjustment *adjustment)
{
	const struct outlook *before = watch_outlook(&adjustment->watch);
	struct json_out out = json_out_to(stdout);
	bool dry_run = adjustment->options->dry_run;
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "schema", "oomspect.adj/1");
	json_out_integer(&out, "value", adjustment->value);
	json_out_bool(&out, "dry_run", dry_run);
	json_out_begin(&out, "changes", '[');
	for (size_t i = 0; i < adjustment->selection.pids.count; i++)
		put_change(&out, adjustment, &adjustment->changes[i]);
	json_out_end(&out, ']');
	json_out_integer(&out, "written", dry_run ? 0 : (int64_t)adjustment->written);
	json_out_integer(&out, "refused", (int64_t)adjustment->refused);
	json_out_text(&out, "moment", moment_names[before->ranking.moment]);
	json_put_uncertain(&out, uncertain_of(adjustment));
	put_victim(&out, "next_victim_before", before);
	put_victim(&out, "next_victim_after", &adjustment->after);
	json_out_text(&out, "note", adjustment->note);
	json_out_end(&out, '}');
	json_out_finish(&out);
}

static enum err_code print_result(struct adjustment *adjustment, struct err *err)
{
	struct printer printer;
	if (adjustment->options->json) {
		print_json(adjustment);
		return ERR_OK;
	}
	enum err_code code = printer_init(&printer, stdout, LINE_WIDTH, err);
	if (code == ERR_OK)
		print_text(&printer, adjustment);
	printer_release(&printer);
	return code;
}

static enum err_code adjust(
	struct adjustment *adjustment, const pid_t *pids, size_t count, struct err *err)
{
	/* --cgroup selects here, it does not choose the domain of the prediction. */
	struct options machine = *adjustment->options;
	machine.cgroup = NULL;
	enum err_code code = audit_open(&adjustment->audit, machine.audit, !machine.dry_run, err);
	if (code == ERR_OK)
		code = watch_open(&adjustment->watch, &machine, true, err);
	if (code != ERR_OK) {
		audit_release(&adjustment->audit);
		return code;
	}
	outlook_init(&adjustment->after);
	code = select_processes(adjustment, pids, count, err);
	if (code == ERR_OK) {
		apply(adjustment);
		code = look_ahead(adjustment, err);
	}
	if (code == ERR_OK)
		code = print_result(adjustment, err);
	outlook_release(&adjustment->after);
	selection_release(&adjustment->selection);
	free(adjustment->changes);
	watch_release(&adjustment->watch);
	audit_release(&adjustment->audit);
	return code;
}

int command_adj(const struct options *options, struct err *err)
{
	struct adjustment adjustment = { .options = options, .audit = { -1 } };
	size_t count = 0;
	pid_t *pids = calloc(options->operand_count + 1, sizeof(*pids));
	if (!pids) {
		err_set(err, ERR_NO_MEMORY, "cannot read the command line: out of memory");
		return STATUS_FAILED;
	}
	int status = STATUS_USAGE;
	if (parse_operands(&adjustment, pids, &count, err) == ERR_OK)
		status = adjust(&adjustment, pids, count, err) || adjustment.refused ? STATUS_FAILED
										     : 0;
	free(pids);
	return status;
}
