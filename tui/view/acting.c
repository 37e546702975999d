#include "acting.h"

#include "process_list.h"
#include "status.h"

#include "oomspect/clock.h"

#include <stdio.h>
#include <unistd.h>

#define WHY_SIZE     128
#define FILE_SIZE    8192
#define ADJUST_STEP  50
#define PROTECTED_AT (-999) /* not -1000: a shielded monitor must not be the last one alive */

/* --- rights ----------------------------------------------------------------------------------- */

/* Why nothing at all may be changed; NULL when something may. */
static const char *read_only_reason(const struct app *app)
{
	if (!app->model.watch.root.live)
		return "a captured machine cannot be changed";
	return app->options->read_only ? "started with -r, --read-only" : NULL;
}

const char *acting_rights_words(const struct app *app, bool with_reason)
{
	const struct action_rights *rights = &app->acting.rights;
	if (!app->model.watch.root.live)
		return with_reason ? "READ-ONLY (captured)" : "READ-ONLY";
	if (!rights->writable_root)
		return with_reason ? "READ-ONLY (-r)" : "READ-ONLY";
	if (!rights->write_any && !rights->kill_any)
		return with_reason ? "READ-WRITE own only (not root)" : "OWN ONLY";
	if (!rights->init_user_ns)
		return with_reason ? "READ-WRITE inside the user namespace" : "USER NS";
	if (!rights->sys_resource)
		return with_reason ? "READ-WRITE raise only (no CAP_SYS_RESOURCE)" : "";
	return with_reason ? "READ-WRITE" : "";
}

/* --- the program itself ------------------------------------------------------------------------ */

static void protect_oneself(struct app *app)
{
	struct action_target self;
	struct err err = { 0 }, unaudited = { 0 };
	int before, after;
	if (read_only_reason(app)) {
		status_say(app, "--protect: %s", read_only_reason(app));
		return;
	}
	if (history_reserve(&app->acting.history, 1, &err) ||
		action_hold(&self, &app->model.watch.root, getpid(), 0, &err)) {
		status_say(app, "--protect: %s", err.text);
		return;
	}
	if (action_set_adj(&self, PROTECTED_AT, &before, &after, &err))
		status_say(app, "--protect: %s", err.text);
	if (err.code != ERR_GONE) {
		history_add_adj(&app->acting.history, &self, before, after);
		audit_adj(&app->acting.audit, &self, before, PROTECTED_AT, after,
			err.code ? err.text : NULL, &unaudited);
	}
	if (unaudited.code)
		status_say(app, "--protect: %s", unaudited.text);
	action_release(&self);
}

enum err_code acting_init(struct app *app, struct err *err)
{
	struct acting *acting = &app->acting;
	*acting = (struct acting){ .audit = { -1 }, .reserve = RESERVE_EMPTY };
	acting->rights = action_rights_probe(&app->model.watch.root, app->options->read_only);
	enum err_code code =
		audit_open(&acting->audit, app->options->audit, !read_only_reason(app), err);
	if (code == ERR_OK && app->options->protect)
		protect_oneself(app);
	if (code == ERR_OK && !read_only_reason(app))
		reserve_fill(&acting->reserve);
	return code;
}

void acting_release(struct acting *acting)
{
	adjust_release(&acting->adjust);
	sending_release(&acting->sending);
	marks_release(&acting->tags);
	history_release(&acting->history);
	reserve_yield(&acting->reserve);
	audit_release(&acting->audit);
}

/* --- tags ------------------------------------------------------------------------------------- */

/* Whether the view shows rows to tag; says so when not. */
static bool shows_rows(struct app *app)
{
	if (app->view == VIEW_PROCS && app->model.watch.snapshot)
		return true;
	status_say(app, "a process has to be pointed at: 1 shows them");
	return false;
}

/* The process under the cursor, or the one whose details are shown; NULL when there is none. */
static const struct task *pointed_at(const struct app *app)
{
	const struct snapshot *snapshot = app->model.watch.snapshot;
	const struct ranking_row *row = NULL;
	if (snapshot && app->view == VIEW_PROCS)
		row = process_list_pointed(app);
	if (!snapshot || app->view != VIEW_DETAIL || app->model.process.pid <= 0)
		return row ? row->task : NULL;
	const struct task *task = snapshot_find(snapshot, app->model.process.pid);
	return task && task->start_ticks == app->model.process.start_ticks ? task : NULL;
}

static void tag(struct app *app, const struct task *task)
{
	struct err err;
	if (marks_add_task(&app->acting.tags, task, &err))
		status_say(app, "%s", err.text);
}

static void toggle_tag(struct app *app)
{
	const struct ranking_row *row = shows_rows(app) ? process_list_pointed(app) : NULL;
	if (!row)
		return;
	if (marks_has_task(&app->acting.tags, row->task))
		marks_remove_task(&app->acting.tags, row->task);
	else
		tag(app, row->task);
	process_list_point_at(app, (long)app->procs.cursor.at + 1);
}

static void tag_all(struct app *app)
{
	if (!shows_rows(app))
		return;
	for (size_t i = 0; i < app->procs.listing.count; i++)
		tag(app, app->procs.listing.rows[i]->task);
	status_say(app, "%zu processes are tagged", app->acting.tags.count);
}

void acting_untag(struct app *app)
{
	marks_clear(&app->acting.tags);
	status_say(app, "nothing is tagged");
}

/* --- opening a dialog --------------------------------------------------------------------------- */

typedef bool may_act(const struct action_rights *rights, const struct task *task);

/* Why these processes may not be changed, into `buffer`; NULL when one of them may. */
static const char *why_not(struct app *app, const struct targets *targets, may_act *may,
	const char *right, char buffer[WHY_SIZE])
{
	const struct task *first = targets->items[0].task;
	const char *reason = read_only_reason(app);
	if (reason)
		return reason;
	for (size_t i = 0; i < targets->count; i++)
		if (may(&app->acting.rights, targets->items[i].task))
			return NULL;
	if (action_is_foreign(&app->acting.rights, first)) {
		snprintf(buffer, WHY_SIZE, "%d belongs to a user outside this user namespace",
			(int)first->pid);
		return buffer;
	}
	snprintf(buffer, WHY_SIZE, "no %s, and %d belongs to user %s", right, (int)first->pid,
		app->model.context.lookup.user(app->model.context.lookup.context, first));
	return buffer;
}

/* One that there was no descriptor for is held by one of the reserve: it is what is pointed at. */
static void hold_first(struct app *app, struct targets *targets, const struct root *root)
{
	struct target *first = &targets->items[0];
	if (!root || targets->count == 0 || first->held.dir_fd >= 0 || first->refused.code)
		return;
	reserve_yield(&app->acting.reserve);
	targets_reach(targets, first, root);
	reserve_fill(&app->acting.reserve);
}

/* The tagged processes of the list, or the one that is pointed at. */
static enum err_code collect(struct app *app, struct targets *targets, struct err *err)
{
	const struct root *root = read_only_reason(app) ? NULL : &app->model.watch.root;
	const struct marks *tags = &app->acting.tags;
	const struct task *pointed = pointed_at(app);
	enum err_code code = ERR_OK;
	if (app->view == VIEW_PROCS && app->model.watch.snapshot)
		marks_keep_living(&app->acting.tags, app->model.watch.snapshot);
	size_t tagged = app->view == VIEW_PROCS ? tags->count : 0;
	for (size_t i = 0; code == ERR_OK && i < tagged; i++)
		code = targets_add(targets,
			snapshot_find(app->model.watch.snapshot, (pid_t)tags->items[i].number),
			root, err);
	if (code == ERR_OK && tagged == 0 && pointed)
		code = targets_add(targets, pointed, root, err);
	hold_first(app, targets, root);
	if (code != ERR_OK || targets->count > 1)
		return code;
	if (targets->count == 1 && targets->items[0].refused.code == ERR_OK)
		return ERR_OK;
	err_set(err, ERR_NOT_FOUND, "%s",
		targets->count ? targets->items[0].refused.text
			       : "a process has to be pointed at: 1 shows them");
	return ERR_NOT_FOUND;
}

static bool opened(struct app *app, enum dialog_id dialog, struct targets *targets,
	enum err_code code, const struct err *err)
{
	if (code == ERR_OK) {
		app->acting.dialog = dialog;
		return true;
	}
	targets_release(targets);
	status_say(app, "%s", err->text);
	return false;
}

static bool open_adjust(struct app *app)
{
	struct targets targets = { .names = &app->model.watch.names };
	struct err err = { 0 };
	char why[WHY_SIZE];
	enum err_code code = collect(app, &targets, &err);
	if (code == ERR_OK) {
		struct adjust_query query = {
			.snapshot = app->model.watch.snapshot,
			.root = &app->model.watch.root,
			.rights = &app->acting.rights,
			.history = &app->acting.history,
			.moment = app->model.watch.moment,
			.why_not =
				why_not(app, &targets, action_may_adjust, "CAP_DAC_OVERRIDE", why),
		};
		code = adjust_open(&app->acting.adjust, &query, &targets, &err);
	}
	return opened(app, DIALOG_ADJUST, &targets, code, &err);
}

static void adjust(struct app *app)
{
	open_adjust(app);
}

static void adjust_less(struct app *app)
{
	if (open_adjust(app))
		adjust_step(&app->acting.adjust, -ADJUST_STEP);
}

static void adjust_more(struct app *app)
{
	if (open_adjust(app))
		adjust_step(&app->acting.adjust, ADJUST_STEP);
}

static void send_signal(struct app *app)
{
	struct targets targets = { .names = &app->model.watch.names };
	struct err err = { 0 };
	char why[WHY_SIZE];
	enum err_code code = collect(app, &targets, &err);
	if (code == ERR_OK) {
		struct sending_query query = {
			.snapshot = app->model.watch.snapshot,
			.root = &app->model.watch.root,
			.moment = app->model.watch.moment,
			.why_not = why_not(app, &targets, action_may_signal, "CAP_KILL", why),
		};
		code = sending_open(&app->acting.sending, &query, &targets, &err);
	}
	opened(app, DIALOG_SIGNAL, &targets, code, &err);
}

/* --- in a dialog -------------------------------------------------------------------------------- */

void acting_close(struct app *app)
{
	adjust_release(&app->acting.adjust);
	sending_release(&app->acting.sending);
	app->acting.dialog = DIALOG_NONE;
	app->request.thawed = true;
}

/* After something was refused the dialog stays, with the reason; after a group it stays in any
 * case, with the result of each row, until the next Enter. */
void acting_write(struct app *app)
{
	struct adjust *adjust = &app->acting.adjust;
	if (!adjust->writable) {
		status_say(app, "not written: %s", adjust->why_not);
	} else if (adjust->invalid.code) {
		status_say(app, "not written: %s", adjust->invalid.text);
	} else if (adjust_is_over(adjust)) {
		acting_close(app);
	} else {
		const struct target *first = &adjust->targets.items[0];
		reserve_yield(&app->acting.reserve);
		bool done = adjust_write(adjust, &app->acting.history, &app->acting.audit);
		reserve_fill(&app->acting.reserve);
		/* The first row is a place, but what was done is undone at its process. */
		if (app->view == VIEW_PROCS)
			process_list_point_at(app, (long)app->procs.cursor.at);
		if (adjust->asks_again)
			status_say(app, "not written, look again: %s", adjust->result);
		else if (adjust->targets.count == 1 && first->refused.code == ERR_DENIED &&
			 first->after != ACTION_ADJ_UNKNOWN)
			status_say(app, "refused, %d is in force", first->after);
		else
			status_say(app, "%s", adjust->result);
		if (done && adjust->named == 1)
			acting_close(app);
	}
}

static int64_t read_available(const struct root *root)
{
	char buffer[FILE_SIZE];
	struct host_meminfo meminfo;
	ssize_t length = root_read_proc(root, "meminfo", buffer, sizeof(buffer));
	if (length <= 0)
		return UNKNOWN;
	host_parse_meminfo((struct text){ buffer, (size_t)length }, &meminfo);
	return meminfo.mem_available;
}

static void begin_recovery(struct app *app, int64_t before_ms, int64_t before_kb)
{
	recovery_begin(&app->acting.recovery, before_ms, before_kb);
	app->acting.recovery.released = app->acting.sending.released;
}

void acting_send(struct app *app)
{
	struct sending *sending = &app->acting.sending;
	if (!sending->writable) {
		status_say(app, "not sent: %s", sending->why_not);
		return;
	}
	if (sending->sent && sending->targets.count > 1) {
		acting_close(app);
		return;
	}
	int64_t before_ms = clock_ms(CLOCK_BOOTTIME),
		before_kb = read_available(&app->model.watch.root);
	reserve_yield(&app->acting.reserve);
	bool done = sending_send(sending, &app->acting.history, &app->acting.audit);
	reserve_fill(&app->acting.reserve);
	if (targets_done(&sending->targets) && signal_rows[sending->chosen].ends)
		begin_recovery(app, before_ms, before_kb);
	status_say(
		app, "%s%s", sending->asks_again ? "not sent, look again: " : "", sending->result);
	if (done && sending->targets.count == 1)
		acting_close(app);
}

void acting_look(struct app *app)
{
	if (app->acting.dialog == DIALOG_ADJUST && app->acting.adjust.writable)
		targets_look(&app->acting.adjust.targets);
	else if (app->acting.dialog == DIALOG_SIGNAL && app->acting.sending.writable)
		targets_look(&app->acting.sending.targets);
}

void acting_watch_memory(struct app *app, int64_t now_ms)
{
	char text[APP_MESSAGE_SIZE];
	struct recovery *recovery = &app->acting.recovery;
	if (recovery->watching) {
		recovery_note(recovery, now_ms, read_available(&app->model.watch.root));
		recovery_describe(recovery, text, sizeof(text));
		status_tell(app, text, now_ms);
	}
	status_age(app, now_ms);
}

bool acting_took_key(struct app *app, int key)
{
	const struct key_row *row = keymap_find(key);
	switch (row ? row->action : ACTION_NONE) {
	case ACTION_QUIT:
		app->request.quit = true;
		return true;
	case ACTION_REPAINT:
		app->request.repaint = true;
		return true;
	case ACTION_SUSPEND:
		app->request.suspend = true;
		return true;
	case ACTION_BACK:
	case ACTION_CLOSE:
		acting_close(app);
		return true;
	default:
		return false;
	}
}

reaction *const acting_reactions[ACTION_COUNT] = {
	[ACTION_ADJUST] = adjust,
	[ACTION_ADJUST_LESS] = adjust_less,
	[ACTION_ADJUST_MORE] = adjust_more,
	[ACTION_SIGNAL] = send_signal,
	[ACTION_TAG] = toggle_tag,
	[ACTION_TAG_ALL] = tag_all,
	[ACTION_UNTAG] = acting_untag,
};
