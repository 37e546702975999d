#include "acting.h"
#include "dialog.h"
#include "term/input.h"

#include "oomspect/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The lines, one function each. `index` is the number of a process in the group, of a domain (0: the
 * machine, 1: the cgroup), or of a line of a longer text. */

/* Columns of the grid where before and after end, and where the remark begins. */
#define BEFORE_END  34
#define AFTER_END   46
#define REMARK      49
#define NUMBER      12
#define MEMBER_END  14 /* the same of "  now ->   new" where columns are few */
#define GROUP_SHOWN 8

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
	const struct host *host = &app->model.watch.snapshot->host;
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

static void line_target(const struct app *app, struct pen *pen, int index)
{
	const struct target *target = &adjust_of(app)->targets.items[0];
	const struct task *task = target->task;
	const char *cgroup = snapshot_cgroup(app->model.watch.snapshot, task);
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

static void line_crowd(const struct app *app, struct pen *pen, int index)
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

static void line_member(const struct app *app, struct pen *pen, int index)
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

static void line_more(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_DIM, "  and %zu more", adjust_of(app)->named - 8);
}

/* --- the value -------------------------------------------------------------------------------- */

static void put_value(const struct adjust *adjust, struct pen *pen, const char *gap)
{
	unsigned style = adjust->invalid.code ? STYLE_RISK | STYLE_BOLD : STYLE_BOLD;
	if (adjust_is_mixed(adjust))
		grid_put(pen, STYLE_NORMAL, "now mixed");
	else
		grid_printf(pen, STYLE_NORMAL, "now %5d", adjust->targets.items[0].adj);
	grid_printf(pen, STYLE_NORMAL, "%snew ", gap);
	grid_printf(pen, style, "[%-5s]", adjust->text);
}

static void line_value(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_put(pen, STYLE_NORMAL, "  ");
	put_value(adjust_of(app), pen, "        ");
	grid_put(pen, STYLE_DIM, "      -1000 unkillable .. 0 .. +1000 first");
}

static void line_slider(const struct app *app, struct pen *pen, int index)
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

static void line_threshold(const struct app *app, struct pen *pen, int index)
{
	const struct domain *domain = &adjust_of(app)->host.domain;
	char point[48];
	int64_t point_kb =
		domain->totalpages / 1000 * (app->model.watch.snapshot->host.page_size / 1024);
	(void)index;
	grid_skip(pen, 2);
	put_threshold(app, pen);
	snprintf(point, sizeof(point), "      1 point = %" PRId64 ".%" PRId64 " MiB",
		point_kb / 1024, point_kb % 1024 * 10 / 1024);
	grid_put(pen, STYLE_DIM, "      last killable: -999");
	if (grid_left(pen) >= (int)strlen(point))
		grid_put(pen, STYLE_DIM, point);
}

static void line_heading(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, adjust_of(app)->moment == MOMENT_OOM ? "at OOM" : "now");
	put_pair(pen, "before", "after");
}

/* --- before and after ------------------------------------------------------------------------- */

static void format_bad(const struct app *app, enum adjust_stage stage, char buffer[FORMAT_SIZE])
{
	const struct ranking_row *row = row_of(app, stage);
	if (row && row->unkillable == KILLABLE)
		format_tenths(
			column_bad_tenths(&adjust_of(app)->host.outlooks[stage], row), buffer);
	else
		snprintf(buffer, FORMAT_SIZE, "unk");
}

static void line_badness(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct outlook *outlook = &adjust->host.outlooks[ADJUST_BEFORE];
	const struct ranking_row *row = row_of(app, ADJUST_BEFORE);
	char before[FORMAT_SIZE], after[FORMAT_SIZE], mem[FORMAT_SIZE] = "-", total[FORMAT_SIZE];
	(void)index;
	format_bad(app, ADJUST_BEFORE, before);
	format_bad(app, ADJUST_AFTER, after);
	if (row && row->mem_pages >= 0)
		format_tenths(column_mem_tenths(outlook, row), mem);
	put_label(pen, "BAD = MEM + ADJ");
	put_pair(pen, before, after);
	format_kb(adjust->host.domain.totalpages * app->model.context.measure.page_kb, total);
	grid_printf(pen, STYLE_DIM, "(MEM %s of %s)", mem, total);
}

static void line_score(const struct app *app, struct pen *pen, int index)
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

static void line_rank(const struct app *app, struct pen *pen, int index)
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

static void line_rank_cgroup(const struct app *app, struct pen *pen, int index)
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

static void line_next(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, "NEXT VICTIM, host");
	put_victims(pen, &adjust_of(app)->host);
}

static void line_next_cgroup(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_label(pen, "NEXT VICTIM, cgroup");
	put_victims(pen, &adjust_of(app)->cgroup);
}

static void line_company(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct adjust_domain *domain = index ? &adjust->cgroup : &adjust->host;
	char count[ADJUST_STAGES][FORMAT_SIZE];
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		snprintf(count[stage], FORMAT_SIZE, "%zu", domain->outlooks[stage].deaths);
	put_label(pen, index ? "die with it, cgroup" : "die with it, host");
	put_pair(pen, count[ADJUST_BEFORE], count[ADJUST_AFTER]);
}

static void line_freed(const struct app *app, struct pen *pen, int index)
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

static void line_children(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	grid_printf(pen, STYLE_NORMAL, "  ! children started later inherit %d", adjust->value);
	if (adjust->descendants > 0)
		grid_printf(pen, adjust->with_descendants ? STYLE_BOLD : STYLE_NORMAL,
			"    [%c] also set %zu existing %s", adjust->with_descendants ? 'x' : ' ',
			adjust->descendants, adjust->descendants == 1 ? "child" : "children");
}

static void line_sharers(const struct app *app, struct pen *pen, int index)
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

static void line_unit(const struct app *app, struct pen *pen, int index)
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

static void line_drop_in(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	grid_printf(pen, STYLE_DIM, "    to keep it: systemctl %sedit ",
		adjust->unit.user ? "--user " : "");
	grid_put_foreign(pen, STYLE_DIM, adjust->unit.name, grid_left(pen) - 32);
	grid_printf(pen, STYLE_DIM, " [Service] OOMScoreAdjust=%d", adjust->value);
}

static void line_right(const struct app *app, struct pen *pen, int index)
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

static void line_remark(const struct app *app, struct pen *pen, int index)
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

static void line_refused(const struct app *app, struct pen *pen, int index)
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

static void line_keys(const struct app *app, struct pen *pen, int index)
{
	(void)app;
	(void)index;
	grid_put(pen, STYLE_DIM,
		" Up/Dn 10  PgUp/PgDn 100  Home -1000  End +1000  0-9 type   Tab option");
}

/* --- where columns are few: shorter labels, each with its value ---------------------------------- */

static const struct adjust_domain *domain_of(const struct app *app, int index)
{
	return index ? &adjust_of(app)->cgroup : &adjust_of(app)->host;
}

static void put_change(struct pen *pen, const char *label, const char *before, const char *after)
{
	grid_printf(pen, STYLE_NORMAL, "%s %s -> ", label, before);
	grid_put(pen, STYLE_BOLD, after);
}

static void narrow_target(const struct app *app, struct pen *pen, int index)
{
	const struct target *target = &adjust_of(app)->targets.items[index];
	dialog_put_target(pen, STYLE_BOLD, target, grid_left(pen));
	dialog_put_user(app, pen, target);
}

static void narrow_crowd(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_BOLD, "%zu tagged processes", adjust_of(app)->named);
	dialog_put_owners(app, pen, &adjust_of(app)->targets);
}

static void narrow_member(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	const struct target *target = &adjust->targets.items[index];
	int values = pen->end - MEMBER_END;
	if (target->refused.code) {
		grid_put_foreign(pen, STYLE_RISK, target->refused.text, grid_left(pen));
		return;
	}
	dialog_put_target(pen, STYLE_NORMAL, target, values - pen->col - 1);
	grid_skip_to(pen, values);
	if (target->done)
		grid_printf(pen, STYLE_BOLD, " written %5d", target->after);
	else
		grid_printf(pen, STYLE_NORMAL, "%5d -> %5d", target->adj, adjust->value);
}

static void narrow_value(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_value(adjust_of(app), pen, "  ");
}

static void narrow_threshold(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	int adj;
	enum threshold_kind kind = adjust_threshold(adjust, &adj);
	(void)index;
	if (kind == THRESHOLD_NOT_FIRST)
		grid_printf(pen, STYLE_BOLD, "no longer first at %d", adj);
	else if (kind == THRESHOLD_FIRST)
		grid_printf(pen, STYLE_BOLD, "becomes first at %+d", adj);
	else if (kind == THRESHOLD_NONE)
		grid_put(pen, STYLE_BOLD, "never killed");
	else
		grid_put(pen, STYLE_BOLD, explain_threshold_without_value(kind));
}

static void narrow_badness(const struct app *app, struct pen *pen, int index)
{
	char before[FORMAT_SIZE], after[FORMAT_SIZE];
	(void)index;
	format_bad(app, ADJUST_BEFORE, before);
	format_bad(app, ADJUST_AFTER, after);
	put_change(pen, "BAD", before, after);
}

static void format_place(
	const struct app *app, int index, enum adjust_stage stage, char buffer[FORMAT_SIZE])
{
	const struct adjust_domain *domain = domain_of(app, index);
	const struct ranking_row *row = adjust_row(adjust_of(app), domain, stage);
	size_t rank = row ? outlook_rank(&domain->outlooks[stage], row) : 0;
	if (rank)
		snprintf(buffer, FORMAT_SIZE, "%zu", rank);
	else
		snprintf(buffer, FORMAT_SIZE, "never");
}

static void narrow_rank(const struct app *app, struct pen *pen, int index)
{
	char before[FORMAT_SIZE], after[FORMAT_SIZE];
	format_place(app, index, ADJUST_BEFORE, before);
	format_place(app, index, ADJUST_AFTER, after);
	put_change(pen, index ? "rank in cgroup" : "rank", before, after);
}

static void put_next(
	const struct app *app, struct pen *pen, int index, enum adjust_stage stage, unsigned style)
{
	const struct ranking_row *next = outlook_next(&domain_of(app, index)->outlooks[stage]);
	if (next)
		dialog_put_process(pen, style, next->task, grid_left(pen));
	else
		grid_put(pen, STYLE_RISK, "no prediction");
}

static void narrow_next(const struct app *app, struct pen *pen, int index)
{
	grid_put(pen, STYLE_NORMAL, index ? "in cgroup  " : "NEXT       ");
	put_next(app, pen, index, ADJUST_BEFORE, STYLE_NORMAL);
}

static void narrow_then(const struct app *app, struct pen *pen, int index)
{
	bool changes = adjust_changes_victim(domain_of(app, index));
	if (changes)
		grid_put(pen, STYLE_RISK | STYLE_BOLD, "CHANGES to ");
	else
		grid_put(pen, STYLE_NORMAL, "  and then ");
	put_next(app, pen, index, ADJUST_AFTER, changes ? STYLE_VICTIM | STYLE_BOLD : STYLE_NORMAL);
}

static void narrow_company(const struct app *app, struct pen *pen, int index)
{
	char count[ADJUST_STAGES][FORMAT_SIZE];
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		snprintf(count[stage], FORMAT_SIZE, "%zu",
			domain_of(app, index)->outlooks[stage].deaths);
	put_change(pen, index ? "die too, cgroup" : "die too", count[ADJUST_BEFORE],
		count[ADJUST_AFTER]);
}

static void narrow_freed(const struct app *app, struct pen *pen, int index)
{
	const struct adjust_domain *host = &adjust_of(app)->host;
	char freed[ADJUST_STAGES][FORMAT_SIZE];
	(void)index;
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		format_kb(freed_kb(host->outlooks[stage].frees), freed[stage]);
	put_change(pen, "kill frees", freed[ADJUST_BEFORE], freed[ADJUST_AFTER]);
}

static void narrow_children(const struct app *app, struct pen *pen, int index)
{
	const struct adjust *adjust = adjust_of(app);
	(void)index;
	if (adjust->descendants > 0)
		grid_printf(pen, adjust->with_descendants ? STYLE_BOLD : STYLE_NORMAL,
			"Tab [%c] also %zu %s", adjust->with_descendants ? 'x' : ' ',
			adjust->descendants, adjust->descendants == 1 ? "child" : "children");
	else
		grid_printf(pen, STYLE_NORMAL, "! new children get %d", adjust->value);
}

static void narrow_sharers(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_RISK, "! %zu more get it: same mm", adjust_of(app)->sharers);
}

static void narrow_unit(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_put(pen, STYLE_NORMAL, "! lost at restart");
	if (!adjust_of(app)->unit.name[0])
		return;
	grid_put(pen, STYLE_NORMAL, ": ");
	grid_put_foreign(pen, STYLE_NORMAL, adjust_of(app)->unit.name, grid_left(pen));
}

static void narrow_right(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	if (adjust_of(app)->sys_resource)
		grid_put(pen, STYLE_NORMAL, "! lowering is allowed");
	else
		grid_put(pen, STYLE_RISK, "! lowering may be refused");
}

static void narrow_keys(const struct app *app, struct pen *pen, int index)
{
	(void)app;
	(void)index;
	grid_put(pen, STYLE_DIM, "Up Dn 10  PgUp PgDn 100");
}

/* --- what a line needs ---------------------------------------------------------------------------- */

static bool is_single(const struct app *app, int index)
{
	(void)index;
	return app->acting.adjust.named == 1;
}

static bool is_group(const struct app *app, int index)
{
	return app->acting.adjust.named > (index > 0 ? (size_t)index : 1);
}

static bool is_crowd(const struct app *app, int index)
{
	return is_group(app, index) && app->acting.adjust.named > GROUP_SHOWN;
}

static bool has_limit(const struct app *app, int index)
{
	return is_single(app, index) && app->acting.adjust.cgroup_limited;
}

static bool has_cgroup(const struct app *app, int index)
{
	return is_single(app, index) && app->acting.adjust.cgroup.there;
}

static bool has_company(const struct app *app, int index)
{
	const struct adjust *adjust = &app->acting.adjust;
	const struct adjust_domain *domain = index ? &adjust->cgroup : &adjust->host;
	size_t count = 0;
	for (int stage = 0; domain->there && stage < ADJUST_STAGES; stage++)
		count += domain->outlooks[stage].deaths;
	return count > 0 && (index == 0 || has_limit(app, index));
}

static bool has_sharers(const struct app *app, int index)
{
	(void)index;
	return app->acting.adjust.sharers > 0;
}

static bool has_service(const struct app *app, int index)
{
	return is_single(app, index) && app->acting.adjust.unit.service;
}

static bool is_writable(const struct app *app, int index)
{
	(void)index;
	return app->acting.adjust.writable;
}

static bool has_remark(const struct app *app, int index)
{
	(void)index;
	return app->acting.adjust.note || app->acting.adjust.value == OOM_SCORE_ADJ_MIN;
}

static bool was_refused(const struct app *app, int index)
{
	const struct adjust *adjust = &app->acting.adjust;
	(void)index;
	return adjust->result[0] || targets_refused(&adjust->targets) > 0;
}

/* From top to bottom, in either form. What is left out first on a low screen has the greatest
 * number. */
static const struct dialog_line lines[] = {
	{ line_target, is_single, 0, 0, DIALOG_WIDE },
	{ line_crowd, is_group, 0, 0, DIALOG_WIDE },
	{ dialog_blank, is_single, 0, 90, DIALOG_WIDE },
	{ line_value, NULL, 0, 0, DIALOG_WIDE },
	{ line_slider, NULL, 0, 70, DIALOG_WIDE },
	{ line_threshold, is_single, 0, 20, DIALOG_WIDE },
	{ line_member, is_group, 0, 60, DIALOG_WIDE },
	{ line_member, is_group, 1, 61, DIALOG_WIDE },
	{ line_member, is_group, 2, 62, DIALOG_WIDE },
	{ line_member, is_group, 3, 63, DIALOG_WIDE },
	{ line_member, is_group, 4, 64, DIALOG_WIDE },
	{ line_member, is_group, 5, 65, DIALOG_WIDE },
	{ line_member, is_group, 6, 66, DIALOG_WIDE },
	{ line_member, is_group, 7, 67, DIALOG_WIDE },
	{ narrow_target, is_single, 0, 0, DIALOG_NARROW },
	{ narrow_crowd, is_group, 0, 0, DIALOG_NARROW },
	{ narrow_value, NULL, 0, 0, DIALOG_NARROW },
	{ narrow_threshold, is_single, 0, 9, DIALOG_NARROW },
	{ narrow_member, is_group, 0, 60, DIALOG_NARROW },
	{ narrow_member, is_group, 1, 61, DIALOG_NARROW },
	{ narrow_member, is_group, 2, 62, DIALOG_NARROW },
	{ narrow_member, is_group, 3, 63, DIALOG_NARROW },
	{ narrow_member, is_group, 4, 64, DIALOG_NARROW },
	{ narrow_member, is_group, 5, 65, DIALOG_NARROW },
	{ narrow_member, is_group, 6, 66, DIALOG_NARROW },
	{ narrow_member, is_group, 7, 67, DIALOG_NARROW },
	{ line_more, is_crowd, 0, 59, DIALOG_ANY },
	{ line_heading, NULL, 0, 58, DIALOG_WIDE },
	{ line_badness, is_single, 0, 30, DIALOG_WIDE },
	{ line_score, is_single, 0, 50, DIALOG_WIDE },
	{ line_rank, is_single, 0, 35, DIALOG_WIDE },
	{ line_rank_cgroup, has_cgroup, 0, 40, DIALOG_WIDE },
	{ line_next, NULL, 0, 5, DIALOG_WIDE },
	{ line_company, has_company, 0, 27, DIALOG_WIDE },
	{ line_next_cgroup, has_limit, 0, 25, DIALOG_WIDE },
	{ line_company, has_company, 1, 28, DIALOG_WIDE },
	{ line_freed, NULL, 0, 45, DIALOG_WIDE },
	{ dialog_blank, NULL, 0, 91, DIALOG_WIDE },
	{ line_children, NULL, 0, 15, DIALOG_WIDE },
	{ line_sharers, has_sharers, 0, 16, DIALOG_WIDE },
	{ line_unit, is_single, 0, 46, DIALOG_WIDE },
	{ line_drop_in, has_service, 0, 71, DIALOG_WIDE },
	{ line_right, is_writable, 0, 10, DIALOG_WIDE },
	{ narrow_badness, is_single, 0, 6, DIALOG_NARROW },
	{ narrow_rank, is_single, 0, 7, DIALOG_NARROW },
	{ narrow_next, NULL, 0, 4, DIALOG_NARROW },
	{ narrow_then, NULL, 0, 3, DIALOG_NARROW },
	{ narrow_company, has_company, 0, 27, DIALOG_NARROW },
	{ narrow_rank, has_limit, 1, 40, DIALOG_NARROW },
	{ narrow_next, has_limit, 1, 26, DIALOG_NARROW },
	{ narrow_then, has_limit, 1, 25, DIALOG_NARROW },
	{ narrow_company, has_company, 1, 28, DIALOG_NARROW },
	{ narrow_freed, NULL, 0, 45, DIALOG_NARROW },
	{ narrow_children, NULL, 0, 15, DIALOG_NARROW },
	{ narrow_sharers, has_sharers, 0, 16, DIALOG_NARROW },
	{ narrow_unit, is_single, 0, 46, DIALOG_NARROW },
	{ narrow_right, is_writable, 0, 10, DIALOG_NARROW },
	{ line_remark, has_remark, 0, 8, DIALOG_ANY },
	{ line_refused, was_refused, 0, 1, DIALOG_ANY },
	{ line_refused, was_refused, 1, 2, DIALOG_ANY },
	{ dialog_blank, NULL, 0, 92, DIALOG_WIDE },
	{ line_keys, NULL, 0, 55, DIALOG_WIDE },
	{ narrow_keys, NULL, 0, 55, DIALOG_NARROW },
};

/* --- the dialog ---------------------------------------------------------------------------------- */

static void status_text(const struct adjust *adjust, char *buffer, size_t size)
{
	const struct task *first = adjust->targets.items[0].task;
	if (adjust->invalid.code)
		snprintf(buffer, size, "%s", adjust->invalid.text);
	else if (!adjust->writable)
		snprintf(buffer, size, "nothing can be written: %s", adjust->why_not);
	else if (adjust_is_over(adjust))
		snprintf(buffer, size, "%.*s", (int)size - 1, adjust->result);
	else if (adjust->targets.count > 1)
		snprintf(buffer, size, "writes \"%d\" to %zu processes, each checked again",
			adjust->value, adjust->targets.count);
	else
		snprintf(buffer, size,
			"writes \"%d\" to /proc/%d/oom_score_adj after checking start time again",
			adjust->value, (int)first->pid);
}

static const char *keys_of(const struct adjust *adjust)
{
	if (!adjust->writable)
		return "Enter is refused   Esc close   u the value from before oomspect";
	return adjust_is_over(adjust)
		       ? "Enter close   Esc close   u the value from before oomspect"
		       : "Enter write   Esc cancel   u put back the value from before oomspect";
}

static void draw(const struct app *app, struct grid *grid)
{
	const struct adjust *adjust = &app->acting.adjust;
	char status[sizeof(adjust->invalid.text)];
	dialog_draw_lines(app, grid, lines, sizeof(lines) / sizeof(lines[0]),
		adjust->writable ? "Adjust oom_score_adj" : "What if ... (read-only)",
		keys_of(adjust));
	status_text(adjust, status, sizeof(status));
	dialog_status_draw(app, grid, adjust->invalid.code ? STYLE_RISK : STYLE_NORMAL, status);
}

/* Keys that move the value, and by how much. */
static const struct {
	int key, by;
} steps[] = {
	{ INPUT_UP, 10 },
	{ INPUT_DOWN, -10 },
	{ INPUT_PAGE_UP, 100 },
	{ INPUT_PAGE_DOWN, -100 },
	{ INPUT_RIGHT, 1 },
	{ INPUT_LEFT, -1 },
	{ INPUT_F(8), 50 },
	{ '[', 50 },
	{ INPUT_F(7), -50 },
	{ ']', -50 },
	{ INPUT_HOME, -2000 },
	{ INPUT_END, 2000 },
};

static bool take_step(struct adjust *adjust, int key)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].key != key)
			continue;
		adjust_step(adjust, steps[i].by);
		return true;
	}
	return false;
}

static void put_back(struct adjust *adjust)
{
	adjust_set(
		adjust, adjust->first_known ? adjust->first_value : adjust->targets.items[0].adj);
}

static void toggle_descendants(struct app *app)
{
	struct err err;
	if (adjust_toggle_descendants(&app->acting.adjust, &err))
		snprintf(app->status.message, sizeof(app->status.message), "%.*s",
			(int)sizeof(app->status.message) - 1, err.text);
}

static void take_key(struct app *app, int key)
{
	struct adjust *adjust = &app->acting.adjust;
	if (acting_took_key(app, key) || take_step(adjust, key))
		return;
	if ((key >= '0' && key <= '9') || key == '-' || key == '+')
		adjust_type(adjust, (char)key);
	else if (key == INPUT_BACKSPACE || key == INPUT_CTRL('H'))
		adjust_erase(adjust, false);
	else if (key == INPUT_CTRL('U'))
		adjust_erase(adjust, true);
	else if (key == INPUT_TAB && adjust->descendants > 0)
		toggle_descendants(app);
	else if (key == 'u')
		put_back(adjust);
	else if (key == INPUT_ENTER)
		acting_write(app);
}

static bool is_open(const struct app *app)
{
	return app->acting.dialog == DIALOG_ADJUST;
}

const struct overlay overlay_adjust = {
	.is_open = is_open,
	.draw = draw,
	.key = take_key,
	.takes_digits = true,
	.acts = true,
	.says = true,
};
