#include "dialog_adjust.h"

#include "acting.h"
#include "dialog.h"
#include "dialog_adjust_lines.h"
#include "dialog_adjust_narrow.h"
#include "term/input.h"

#include <stdio.h>

#define GROUP_SHOWN 8

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

/* From top to bottom. What is left out first on a low screen has the greatest number. */
static const struct dialog_line lines[] = {
	{ adjust_line_target, is_single, 0, 0 },
	{ adjust_line_crowd, is_group, 0, 0 },
	{ dialog_blank, is_single, 0, 90 },
	{ adjust_line_value, NULL, 0, 0 },
	{ adjust_line_slider, NULL, 0, 70 },
	{ adjust_line_threshold, is_single, 0, 20 },
	{ adjust_line_member, is_group, 0, 60 },
	{ adjust_line_member, is_group, 1, 61 },
	{ adjust_line_member, is_group, 2, 62 },
	{ adjust_line_member, is_group, 3, 63 },
	{ adjust_line_member, is_group, 4, 64 },
	{ adjust_line_member, is_group, 5, 65 },
	{ adjust_line_member, is_group, 6, 66 },
	{ adjust_line_member, is_group, 7, 67 },
	{ adjust_line_more, is_crowd, 0, 59 },
	{ adjust_line_heading, NULL, 0, 58 },
	{ adjust_line_badness, is_single, 0, 30 },
	{ adjust_line_score, is_single, 0, 50 },
	{ adjust_line_rank, is_single, 0, 35 },
	{ adjust_line_rank_cgroup, has_cgroup, 0, 40 },
	{ adjust_line_next, NULL, 0, 5 },
	{ adjust_line_company, has_company, 0, 27 },
	{ adjust_line_next_cgroup, has_limit, 0, 25 },
	{ adjust_line_company, has_company, 1, 28 },
	{ adjust_line_freed, NULL, 0, 45 },
	{ dialog_blank, NULL, 0, 91 },
	{ adjust_line_children, NULL, 0, 15 },
	{ adjust_line_sharers, has_sharers, 0, 16 },
	{ adjust_line_unit, is_single, 0, 46 },
	{ adjust_line_drop_in, has_service, 0, 71 },
	{ adjust_line_right, is_writable, 0, 10 },
	{ adjust_line_remark, has_remark, 0, 8 },
	{ adjust_line_refused, was_refused, 0, 1 },
	{ adjust_line_refused, was_refused, 1, 2 },
	{ dialog_blank, NULL, 0, 92 },
	{ adjust_line_keys, NULL, 0, 55 },
};

static const struct dialog_line narrow_lines[] = {
	{ narrow_line_target, is_single, 0, 0 },
	{ narrow_line_crowd, is_group, 0, 0 },
	{ narrow_line_value, NULL, 0, 0 },
	{ narrow_line_threshold, is_single, 0, 9 },
	{ narrow_line_member, is_group, 0, 60 },
	{ narrow_line_member, is_group, 1, 61 },
	{ narrow_line_member, is_group, 2, 62 },
	{ narrow_line_member, is_group, 3, 63 },
	{ narrow_line_member, is_group, 4, 64 },
	{ narrow_line_member, is_group, 5, 65 },
	{ narrow_line_member, is_group, 6, 66 },
	{ narrow_line_member, is_group, 7, 67 },
	{ adjust_line_more, is_crowd, 0, 59 },
	{ narrow_line_badness, is_single, 0, 6 },
	{ narrow_line_rank, is_single, 0, 7 },
	{ narrow_line_next, NULL, 0, 4 },
	{ narrow_line_then, NULL, 0, 3 },
	{ narrow_line_company, has_company, 0, 27 },
	{ narrow_line_rank, has_limit, 1, 40 },
	{ narrow_line_next, has_limit, 1, 26 },
	{ narrow_line_then, has_limit, 1, 25 },
	{ narrow_line_company, has_company, 1, 28 },
	{ narrow_line_freed, NULL, 0, 45 },
	{ narrow_line_children, NULL, 0, 15 },
	{ narrow_line_sharers, has_sharers, 0, 16 },
	{ narrow_line_unit, is_single, 0, 46 },
	{ narrow_line_right, is_writable, 0, 10 },
	{ adjust_line_remark, has_remark, 0, 8 },
	{ adjust_line_refused, was_refused, 0, 1 },
	{ adjust_line_refused, was_refused, 1, 2 },
	{ narrow_line_keys, NULL, 0, 55 },
};

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

void dialog_adjust_draw(const struct app *app, struct grid *grid)
{
	const struct adjust *adjust = &app->acting.adjust;
	char status[sizeof(adjust->invalid.text)];
	bool narrow = dialog_is_narrow(app);
	dialog_draw_lines(app, grid, narrow ? narrow_lines : lines,
		(narrow ? sizeof(narrow_lines) : sizeof(lines)) / sizeof(lines[0]),
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
		snprintf(app->message, sizeof(app->message), "%.*s", (int)sizeof(app->message) - 1,
			err.text);
}

void dialog_adjust_key(struct app *app, int key)
{
	struct adjust *adjust = &app->acting.adjust;
	if (take_step(adjust, key))
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
