#include "dialog_adjust_narrow.h"

#include "dialog.h"

#include "oomspect/explain.h"

#include <stdio.h>

#define MEMBER_END 14 /* columns of "  now ->   new" */

static const struct adjust *adjust_of(const struct app *app)
{
	return &app->acting.adjust;
}

static const struct adjust_domain *domain_of(const struct app *app, int index)
{
	return index ? &adjust_of(app)->cgroup : &adjust_of(app)->host;
}

static void put_change(struct pen *pen, const char *label, const char *before, const char *after)
{
	grid_printf(pen, STYLE_NORMAL, "%s %s -> ", label, before);
	grid_put(pen, STYLE_BOLD, after);
}

/* --- who -------------------------------------------------------------------------------------- */

void narrow_line_target(const struct app *app, struct pen *pen, int index)
{
	const struct target *target = &adjust_of(app)->targets.items[index];
	dialog_put_target(pen, STYLE_BOLD, target, grid_left(pen));
	dialog_put_user(app, pen, target);
}

void narrow_line_crowd(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_BOLD, "%zu tagged processes", adjust_of(app)->named);
	dialog_put_owners(app, pen, &adjust_of(app)->targets);
}

void narrow_line_member(const struct app *app, struct pen *pen, int index)
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

/* --- the value -------------------------------------------------------------------------------- */

void narrow_line_value(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	adjust_put_value(adjust_of(app), pen, "  ");
}

void narrow_line_threshold(const struct app *app, struct pen *pen, int index)
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

/* --- before and after ------------------------------------------------------------------------- */

void narrow_line_badness(const struct app *app, struct pen *pen, int index)
{
	char before[FORMAT_SIZE], after[FORMAT_SIZE];
	(void)index;
	adjust_format_bad(app, ADJUST_BEFORE, before);
	adjust_format_bad(app, ADJUST_AFTER, after);
	put_change(pen, "BAD", before, after);
}

static void format_rank(
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

void narrow_line_rank(const struct app *app, struct pen *pen, int index)
{
	char before[FORMAT_SIZE], after[FORMAT_SIZE];
	format_rank(app, index, ADJUST_BEFORE, before);
	format_rank(app, index, ADJUST_AFTER, after);
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

void narrow_line_next(const struct app *app, struct pen *pen, int index)
{
	grid_put(pen, STYLE_NORMAL, index ? "in cgroup  " : "NEXT       ");
	put_next(app, pen, index, ADJUST_BEFORE, STYLE_NORMAL);
}

void narrow_line_then(const struct app *app, struct pen *pen, int index)
{
	bool changes = adjust_changes_victim(domain_of(app, index));
	if (changes)
		grid_put(pen, STYLE_RISK | STYLE_BOLD, "CHANGES to ");
	else
		grid_put(pen, STYLE_NORMAL, "  and then ");
	put_next(app, pen, index, ADJUST_AFTER, changes ? STYLE_VICTIM | STYLE_BOLD : STYLE_NORMAL);
}

void narrow_line_company(const struct app *app, struct pen *pen, int index)
{
	char count[ADJUST_STAGES][FORMAT_SIZE];
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		snprintf(count[stage], FORMAT_SIZE, "%zu",
			domain_of(app, index)->outlooks[stage].deaths);
	put_change(pen, index ? "die too, cgroup" : "die too", count[ADJUST_BEFORE],
		count[ADJUST_AFTER]);
}

void narrow_line_freed(const struct app *app, struct pen *pen, int index)
{
	const struct adjust_domain *host = &adjust_of(app)->host;
	char freed[ADJUST_STAGES][FORMAT_SIZE];
	(void)index;
	for (int stage = 0; stage < ADJUST_STAGES; stage++)
		format_kb(freed_kb(host->outlooks[stage].frees), freed[stage]);
	put_change(pen, "kill frees", freed[ADJUST_BEFORE], freed[ADJUST_AFTER]);
}

/* --- what else there is to know ---------------------------------------------------------------- */

void narrow_line_children(const struct app *app, struct pen *pen, int index)
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

void narrow_line_sharers(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_RISK, "! %zu more get it: same mm", adjust_of(app)->sharers);
}

void narrow_line_unit(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_put(pen, STYLE_NORMAL, "! lost at restart");
	if (!adjust_of(app)->unit.name[0])
		return;
	grid_put(pen, STYLE_NORMAL, ": ");
	grid_put_foreign(pen, STYLE_NORMAL, adjust_of(app)->unit.name, grid_left(pen));
}

void narrow_line_right(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	if (adjust_of(app)->sys_resource)
		grid_put(pen, STYLE_NORMAL, "! lowering is allowed");
	else
		grid_put(pen, STYLE_RISK, "! lowering may be refused");
}

void narrow_line_keys(const struct app *app, struct pen *pen, int index)
{
	(void)app;
	(void)index;
	grid_put(pen, STYLE_DIM, "Up Dn 10  PgUp PgDn 100");
}
