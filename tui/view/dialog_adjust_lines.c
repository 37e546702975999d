#include "dialog_adjust_lines.h"

#include "dialog.h"

#include "oomspect/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Columns of the grid where before and after end, and where the remark begins. */
#define BEFORE_END 34
#define AFTER_END  46
#define REMARK     49
#define NUMBER     12

static const struct adjust *adjust_of(const struct app *app)
{
	return &app->acting.adjust;
}

static const struct task *first_of(const struct app *app)
{
	return app->acting.adjust.targets.items[0].task;
}

static const struct ranking_row *row_of(const struct app *app, enum adjust_stage stage)
{
	return adjust_row(adjust_of(app), &adjust_of(app)->host, stage);
}

static void put_label(struct pen *pen, const char *label)
{
	grid_skip(pen, 2);
	grid_put(pen, STYLE_NORMAL, label);
}

/* Both texts flush right in their columns; the second stands out. */
static void put_pair(struct pen *pen, const char *before, const char *after)
{
	grid_skip_to(pen, BEFORE_END - NUMBER);
	grid_put_right(pen, STYLE_NORMAL, before, NUMBER);
	grid_skip_to(pen, AFTER_END - NUMBER);
	grid_put_right(pen, STYLE_BOLD, after, NUMBER);
	grid_skip_to(pen, REMARK);
}

/* --- who -------------------------------------------------------------------------------------- */

static void put_age(struct pen *pen, const struct app *app, const struct task *task)
{
	const struct host *host = &app->watch.snapshot->host;
	int64_t ticks = host->clock_ticks > 0 ? host->clock_ticks : 100;
	int64_t seconds = host->boot_ms / 1000 - (int64_t)task->start_ticks / ticks;
	if (seconds < 0)
		return;
	grid_put(pen, STYLE_NORMAL, "   started ");
	if (seconds >= 86400)
		grid_printf(pen, STYLE_NORMAL, "%" PRId64 "d ", seconds / 86400);
	grid_printf(pen, STYLE_NORMAL, "%02d:%02d ago", (int)(seconds % 86400 / 3600),
		(int)(seconds % 3600 / 60));
}

void adjust_line_target(const struct app *app, struct pen *pen, int index)
{
	const struct target *target = &adjust_of(app)->targets.items[0];
	const struct task *task = target->task;
	const char *cgroup = snapshot_cgroup(app->watch.snapshot, task);
	(void)index;
	dialog_put_target(pen, STYLE_BOLD, target, 40);
	grid_put(pen, STYLE_NORMAL, "   user ");
	grid_put_foreign(pen, STYLE_NORMAL, dialog_user_of(app, target), 16);
	if (cgroup) {
		grid_put(pen, STYLE_NORMAL, "   ");
		grid_put_foreign(pen, STYLE_NORMAL, cgroup, grid_left(pen) - 25);
	}
	put_age(pen, app, task);
}

void adjust_line_crowd(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(
		pen, STYLE_BOLD, "%zu tagged processes, one value for all", adjust_of(app)->named);
	dialog_put_owners(app, pen, &adjust_of(app)->targets);
}

static void put_outcome(struct pen *pen, const struct target *target)
{
	if (target->done)
		grid_printf(pen, STYLE_BOLD, "%5d -> %5d  written", target->before, target->after);
	else
		grid_put_foreign(pen, STYLE_RISK, target->refused.text, grid_left(pen));
}

static void put_badness_pair(struct pen *pen, const struct adjust *adjust, const struct task *task)
{
	for (int stage = 0; stage < ADJUST_STAGES; stage++) {
		const struct outlook *outlook = &adjust->host.outlooks[stage];
		const struct ranking_row *row = ranking_find(&outlook->ranking, task->pid);
		char bad[FORMAT_SIZE] = "unk";
		if (row && row->unkillable == KILLABLE)
			format_tenths(column_bad_tenths(outlook, row), bad);
		grid_printf(pen, stage ? STYLE_BOLD : STYLE_NORMAL,
			stage ? " -> %7s" : "   BAD %7s", bad);
	}
}

void adjust_line_member(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct target *target = &adjust->targets.items[index];
	grid_skip(pen, 2);
	dialog_put_target(pen, STYLE_NORMAL, target, 24);
	grid_skip_to(pen, 30);
	if (target->done || target->refused.code) {
		put_outcome(pen, target);
		return;
	}
	grid_printf(pen, STYLE_NORMAL, "%5d -> %5d", target->adj, adjust->value);
	put_badness_pair(pen, adjust, target->task);
}

void adjust_line_more(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_DIM, "  and %zu more", adjust_of(app)->named - 8);
}

/* --- the value -------------------------------------------------------------------------------- */

void adjust_put_value(const struct adjust *adjust, struct pen *pen, const char *gap)
{
	unsigned style = adjust->invalid.code ? STYLE_RISK | STYLE_BOLD : STYLE_BOLD;
	if (adjust_is_mixed(adjust))
		grid_put(pen, STYLE_NORMAL, "now mixed");
	else
		grid_printf(pen, STYLE_NORMAL, "now %5d", adjust->targets.items[0].adj);
	grid_printf(pen, STYLE_NORMAL, "%snew ", gap);
	grid_printf(pen, style, "[%-5s]", adjust->text);
}

void adjust_line_value(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_put(pen, STYLE_NORMAL, "  ");
	adjust_put_value(adjust_of(app), pen, "        ");
	grid_put(pen, STYLE_DIM, "      -1000 unkillable .. 0 .. +1000 first");
}

void adjust_line_slider(const struct app *app, struct pen *pen, int index)
{
	int width = grid_left(pen) - 16, value = adjust_of(app)->value;
	(void)index;
	if (width < 11)
		return;
	int at = (value - OOM_SCORE_ADJ_MIN) * (width - 1) / 2000, zero = (width - 1) / 2;
	grid_put(pen, STYLE_DIM, "  -1000 [");
	for (int i = 0; i < width; i++)
		grid_put(pen, i == at ? STYLE_BOLD : STYLE_DIM,
			i == at     ? "#"
			: i == zero ? "|"
				    : "-");
	grid_put(pen, STYLE_DIM, "] 1000");
}

static void put_threshold(const struct app *app, struct pen *pen)
{
	const struct adjust *adjust = adjust_of(app);
	const struct ranking_row *row = row_of(app, ADJUST_BEFORE);
	int adj;
	enum threshold_kind kind = adjust_threshold(adjust, &adj);
	if (kind == THRESHOLD_NOT_FIRST)
		grid_printf(pen, STYLE_BOLD, "no longer first at %d or lower", adj);
	else if (kind == THRESHOLD_FIRST)
		grid_printf(pen, STYLE_BOLD, "becomes first at %+d", adj);
	else if (kind != THRESHOLD_NONE)
		grid_put(pen, STYLE_BOLD, explain_threshold_without_value(kind));
	else if (row)
		grid_printf(
			pen, STYLE_BOLD, "never killed: %s", explain_unkillable(row->unkillable));
}

void adjust_line_threshold(const struct app *app, struct pen *pen, int index)
{
	const struct domain *domain = &adjust_of(app)->host.domain;
	char point[48];
	int64_t point_kb = domain->totalpages / 1000 * (app->watch.snapshot->host.page_size / 1024);
	(void)index;
	grid_skip(pen, 2);
	put_threshold(app, pen);
	snprintf(point, sizeof(point), "      1 point = %" PRId64 ".%" PRId64 " MiB",
		point_kb / 1024, point_kb % 1024 * 10 / 1024);
	grid_put(pen, STYLE_DIM, "      last killable: -999");
	if (grid_left(pen) >= (int)strlen(point))
		grid_put(pen, STYLE_DIM, point);
}

void adjust_line_heading(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, adjust_of(app)->moment == MOMENT_OOM ? "at OOM" : "now");
	put_pair(pen, "before", "after");
}

/* --- before and after ------------------------------------------------------------------------- */

void adjust_format_bad(const struct app *app, enum adjust_stage stage, char buffer[FORMAT_SIZE])
{
	const struct ranking_row *row = row_of(app, stage);
	if (row && row->unkillable == KILLABLE)
		format_tenths(
			column_bad_tenths(&adjust_of(app)->host.outlooks[stage], row), buffer);
	else
		snprintf(buffer, FORMAT_SIZE, "unk");
}

void adjust_line_badness(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct outlook *outlook = &adjust->host.outlooks[ADJUST_BEFORE];
	const struct ranking_row *row = row_of(app, ADJUST_BEFORE);
	char before[FORMAT_SIZE], after[FORMAT_SIZE], mem[FORMAT_SIZE] = "-", total[FORMAT_SIZE];
	(void)index;
	adjust_format_bad(app, ADJUST_BEFORE, before);
	adjust_format_bad(app, ADJUST_AFTER, after);
	if (row && row->mem_pages >= 0)
		format_tenths(column_mem_tenths(outlook, row), mem);
	put_label(pen, "BAD = MEM + ADJ");
	put_pair(pen, before, after);
	format_kb(adjust->host.domain.totalpages * app->context.measure.page_kb, total);
	grid_printf(pen, STYLE_DIM, "(MEM %s of %s)", mem, total);
}

void adjust_line_score(const struct app *app, struct pen *pen, int index)
{
	char score[ADJUST_STAGES][FORMAT_SIZE];
	(void)index;
	for (int stage = 0; stage < ADJUST_STAGES; stage++) {
		const struct ranking_row *row = row_of(app, stage);
		if (row && row->oom_score >= 0)
			snprintf(score[stage], FORMAT_SIZE, "%" PRId64, row->oom_score);
		else
			snprintf(score[stage], FORMAT_SIZE, "-");
	}
	put_label(pen, "oom_score");
	put_pair(pen, score[ADJUST_BEFORE], score[ADJUST_AFTER]);
}

static void format_rank(
	const struct outlook *outlook, const struct ranking_row *row, char buffer[FORMAT_SIZE])
{
	if (row && row->unkillable == KILLABLE)
		snprintf(buffer, FORMAT_SIZE, "%zu of %zu", outlook_rank(outlook, row),
			outlook->ranking.killable);
	else
		snprintf(buffer, FORMAT_SIZE, "never");
}

static void put_ranks(struct pen *pen, const struct app *app, const struct adjust_domain *domain)
{
	char rank[ADJUST_STAGES][FORMAT_SIZE];
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		format_rank(&domain->outlooks[stage], adjust_row(adjust_of(app), domain, stage),
			rank[stage]);
	put_pair(pen, rank[ADJUST_BEFORE], rank[ADJUST_AFTER]);
}

void adjust_line_rank(const struct app *app, struct pen *pen, int index)
{
	const struct adjust_domain *host = &adjust_of(app)->host;
	const struct ranking_row *row = row_of(app, ADJUST_AFTER);
	(void)index;
	put_label(pen, "rank, host");
	put_ranks(pen, app, host);
	if (!row || row->unkillable != KILLABLE || row == host->outlooks[ADJUST_AFTER].ranking.rows)
		return;
	grid_put(pen, STYLE_DIM, "below ");
	dialog_put_process(pen, STYLE_DIM, row[-1].task, 22);
}

void adjust_line_rank_cgroup(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	struct amount limit = adjust->cgroup.domain.limit;
	char text[FORMAT_SIZE];
	(void)index;
	put_label(pen, "rank, its cgroup");
	put_ranks(pen, app, &adjust->cgroup);
	if (!adjust->cgroup_limited || !amount_known(limit)) {
		grid_put(pen, STYLE_DIM, "(no limit here)");
		return;
	}
	format_kb((int64_t)(limit.bytes / 1024), text);
	grid_printf(pen, STYLE_DIM, "(limit%s %s)",
		adjust->cgroup.domain.memcg == first_of(app)->memcg ? "" : "^", text);
}

static void put_victims(struct pen *pen, const struct adjust_domain *domain)
{
	bool changes = adjust_changes_victim(domain);
	for (int stage = 0; stage < ADJUST_STAGES; stage++) {
		const struct ranking_row *next = outlook_next(&domain->outlooks[stage]);
		grid_skip_to(pen, stage ? 44 : 25);
		if (next)
			dialog_put_process(pen,
				stage && changes ? STYLE_VICTIM | STYLE_BOLD : STYLE_NORMAL,
				next->task, 18);
		else
			grid_put(pen, STYLE_RISK, "no prediction");
	}
	grid_skip(pen, 1);
	if (changes)
		grid_put_right(pen, STYLE_RISK | STYLE_BOLD, "<== CHANGES ", grid_left(pen));
}

void adjust_line_next(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, "NEXT VICTIM, host");
	put_victims(pen, &adjust_of(app)->host);
}

void adjust_line_next_cgroup(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, "NEXT VICTIM, cgroup");
	put_victims(pen, &adjust_of(app)->cgroup);
}

void adjust_line_company(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct adjust_domain *domain = index ? &adjust->cgroup : &adjust->host;
	char count[ADJUST_STAGES][FORMAT_SIZE];
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		snprintf(count[stage], FORMAT_SIZE, "%zu", domain->outlooks[stage].deaths);
	put_label(pen, index ? "die with it, cgroup" : "die with it, host");
	put_pair(pen, count[ADJUST_BEFORE], count[ADJUST_AFTER]);
}

void adjust_line_freed(const struct app *app, struct pen *pen, int index)
{
	const struct adjust_domain *host = &adjust_of(app)->host;
	char freed[ADJUST_STAGES][FORMAT_SIZE];
	(void)index;
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		format_kb(freed_kb(host->outlooks[stage].frees), freed[stage]);
	put_label(pen, "kill of NEXT frees");
	put_pair(pen, freed[ADJUST_BEFORE], freed[ADJUST_AFTER]);
}

/* --- what else there is to know ---------------------------------------------------------------- */

void adjust_line_children(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	grid_printf(pen, STYLE_NORMAL, "  ! children started later inherit %d", adjust->value);
	if (adjust->descendants > 0)
		grid_printf(pen, adjust->with_descendants ? STYLE_BOLD : STYLE_NORMAL,
			"    [%c] also set %zu existing %s", adjust->with_descendants ? 'x' : ' ',
			adjust->descendants, adjust->descendants == 1 ? "child" : "children");
}

void adjust_line_sharers(const struct app *app, struct pen *pen, int index)
{
	size_t sharers = adjust_of(app)->sharers;
	(void)index;
	grid_printf(pen, STYLE_RISK, "  ! %zu other process%s its memory: the kernel sets %s too",
		sharers, sharers == 1 ? " shares" : "es share", sharers == 1 ? "it" : "them");
}

/* What its files say, and whether that is all of them. */
static void put_unit_value(struct pen *pen, const struct unit *unit)
{
	if (!unit->service) {
		grid_put(pen, STYLE_NORMAL, ": whoever starts it sets it");
	} else if (!unit->set) {
		grid_put(pen, STYLE_NORMAL,
			unit->unread ? ": OOMScoreAdjust= not seen; files unreadable"
				     : ": OOMScoreAdjust= is not set");
	} else {
		grid_put(pen, STYLE_NORMAL, ": OOMScoreAdjust=");
		grid_put_foreign(pen, STYLE_BOLD, unit->value, UNIT_VALUE_SIZE);
		grid_put(pen, STYLE_NORMAL, unit->unread ? "; some files unreadable" : "");
	}
}

void adjust_line_unit(const struct app *app, struct pen *pen, int index)
{
	const struct unit *unit = &adjust_of(app)->unit;
	(void)index;
	grid_put(pen, STYLE_NORMAL, "  ! lost at restart");
	if (!unit->name[0])
		return;
	grid_printf(pen, STYLE_NORMAL, "; %sunit ", unit->user ? "user " : "");
	grid_put_foreign(pen, STYLE_NORMAL, unit->name, grid_left(pen) - (unit->unread ? 46 : 32));
	put_unit_value(pen, unit);
}

void adjust_line_drop_in(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	grid_printf(pen, STYLE_DIM, "    to keep it: systemctl %sedit ",
		adjust->unit.user ? "--user " : "");
	grid_put_foreign(pen, STYLE_DIM, adjust->unit.name, grid_left(pen) - 32);
	grid_printf(pen, STYLE_DIM, " [Service] OOMScoreAdjust=%d", adjust->value);
}

void adjust_line_right(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	if (adjust_of(app)->sys_resource)
		grid_put(pen, STYLE_NORMAL, "  ! lowering needs CAP_SYS_RESOURCE: present");
	else
		grid_put(pen, STYLE_RISK,
			"  ! lowering may be refused: no CAP_SYS_RESOURCE, the floor is not shown");
}

/* Programs that start the sessions of people. */
static bool starts_sessions(const struct task *task)
{
	static const char *const names[] = { "sshd", "login", "bash", "sh", "zsh", "su", "sudo",
		"systemd", "cron", "crond", "gdm", "lightdm", "sddm", "tmux: server", "screen" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(task->comm, names[i]) == 0)
			return true;
	return false;
}

void adjust_line_remark(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	grid_put(pen, STYLE_RISK, "  ! ");
	if (adjust->note)
		grid_put(pen, STYLE_RISK, adjust->note);
	else if (starts_sessions(first_of(app)))
		grid_put(pen, STYLE_RISK,
			"-1000: every session it starts is never killed either: all of them");
	else
		grid_put(pen, STYLE_RISK,
			"-1000: never killed, and no child it starts from now on either");
}

void adjust_line_refused(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const char *text = adjust->result;
	for (size_t i = 0; !text[0] && i < adjust->targets.count; i++)
		if (adjust->targets.items[i].refused.code)
			text = adjust->targets.items[i].refused.text;
	bool refused = adjust->asks_again || targets_refused(&adjust->targets) > 0;
	unsigned style = refused ? STYLE_RISK : STYLE_NORMAL;
	grid_put(pen, style, index == 0 && style == STYLE_RISK ? "  ! " : "    ");
	dialog_put_wrapped(pen, style | STYLE_BOLD, text, index);
}

void adjust_line_keys(const struct app *app, struct pen *pen, int index)
{
	(void)app;
	(void)index;
	grid_put(pen, STYLE_DIM,
		" Up/Dn 10  PgUp/PgDn 100  Home -1000  End +1000  0-9 type   Tab option");
}
