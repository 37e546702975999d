#include "acting.h"
#include "dialog.h"
#include "term/input.h"

#include <stdio.h>

#define GROUP_SHOWN    8
#define NARROW_OUTCOME 12 /* kept free of names */
#define NARROW_DEATHS  15 /* columns of " and 99999 more" */
#define NARROW_BAD     20 /* of "  BAD 1003.3 at OOM" */

static const struct sending *sending_of(const struct app *app)
{
	return &app->acting.sending;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_target(const struct app *app, int index)
{
	return index == 0 || sending_of(app)->targets.count > (size_t)index;
}

static bool is_crowd(const struct app *app, int index)
{
	(void)index;
	return sending_of(app)->targets.count > GROUP_SHOWN;
}

static bool has_children(const struct app *app, int index)
{
	(void)index;
	return sending_of(app)->children > 0;
}

static bool has_ending(const struct app *app, int index)
{
	(void)index;
	return sending_of(app)->ending > 0;
}

static bool was_refused(const struct app *app, int index)
{
	(void)index;
	return sending_of(app)->result[0] || targets_refused(&sending_of(app)->targets) > 0;
}

static void put_target(const struct app *app, struct pen *pen, int index)
{
	const struct target *target = &sending_of(app)->targets.items[index];
	const char *cgroup = snapshot_cgroup(app->model.watch.snapshot, target->task);
	bool narrow = dialog_is_narrow(app), alone = sending_of(app)->targets.count == 1;
	int width = narrow ? grid_left(pen) - (alone ? 0 : NARROW_OUTCOME) : 24;
	dialog_put_target(pen, STYLE_BOLD, target, width);
	grid_skip_to(pen, narrow ? pen->col + 1 : 27);
	if (target->refused.code) {
		grid_put_foreign(pen, STYLE_RISK, target->refused.text, grid_left(pen));
		return;
	}
	if (target->done) {
		grid_put(pen, STYLE_BOLD, "sent");
		return;
	}
	if (narrow) {
		dialog_put_user(app, pen, target);
		return;
	}
	grid_put(pen, STYLE_NORMAL, " user ");
	grid_put_foreign(pen, STYLE_NORMAL, dialog_user_of(app, target), 12);
	if (cgroup) {
		grid_put(pen, STYLE_NORMAL, "  ");
		grid_put_foreign(pen, STYLE_NORMAL, cgroup, grid_left(pen));
	}
}

static void put_more(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_DIM, "and %zu more", sending_of(app)->targets.count - GROUP_SHOWN);
	dialog_put_owners(app, pen, &sending_of(app)->targets);
}

static void put_signal(const struct app *app, struct pen *pen, int index)
{
	const struct signal_row *row = &signal_rows[index];
	bool chosen = (size_t)index == sending_of(app)->chosen;
	unsigned style = chosen ? STYLE_REVERSE : STYLE_NORMAL;
	grid_printf(pen, style, " %s %2d %-8s ", chosen ? ">" : " ", row->number, row->name);
	grid_put(pen, style, row->what);
	if (chosen)
		grid_fill(pen, style, ' ', grid_left(pen));
}

static void put_freed(const struct app *app, struct pen *pen, int index)
{
	const struct sending *sending = sending_of(app);
	char freed[FORMAT_SIZE];
	(void)index;
	format_kb(freed_kb(sending->frees), freed);
	if (dialog_is_narrow(app))
		grid_printf(pen, STYLE_NORMAL, "  its end %s ",
			signal_rows[sending->chosen].ends ? "frees" : "would free");
	else
		grid_put(pen, STYLE_NORMAL, "  memory freed by its end  ");
	grid_put(pen, STYLE_BOLD, freed);
	if (!signal_rows[sending->chosen].ends && !dialog_is_narrow(app))
		grid_put(pen, STYLE_DIM, "  (this signal does not end it)");
}

static void put_next_of(
	const struct app *app, struct pen *pen, const char *label, const struct outlook *outlook)
{
	const struct ranking_row *next = outlook_next(outlook);
	char bad[FORMAT_SIZE];
	grid_put(pen, STYLE_NORMAL, label);
	if (!next) {
		grid_put(pen, STYLE_RISK, "no prediction");
		return;
	}
	format_tenths(column_bad_tenths(outlook, next), bad);
	bool narrow = dialog_is_narrow(app);
	dialog_put_process(pen, STYLE_VICTIM, next->task, narrow ? grid_left(pen) : 26);
	size_t others = outlook->deaths;
	if (narrow && others && grid_left(pen) > NARROW_DEATHS)
		grid_printf(pen, STYLE_RISK, " and %zu more", others);
	if (narrow && grid_left(pen) < NARROW_BAD)
		return;
	grid_printf(pen, STYLE_NORMAL, "  BAD %s %s", bad,
		outlook->ranking.moment == MOMENT_OOM ? "at OOM" : "now");
	if (others && !narrow)
		grid_printf(pen, STYLE_RISK, "  %zu more die with it", others);
}

static void put_next_now(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_next_of(app, pen,
		dialog_is_narrow(app) ? "  NEXT now  " : "  NEXT VICTIM now          ",
		&sending_of(app)->before);
}

static void put_next_then(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	put_next_of(app, pen,
		dialog_is_narrow(app) ? "  and then  " : "  NEXT VICTIM without it   ",
		&sending_of(app)->after);
}

static void put_ending(const struct app *app, struct pen *pen, int index)
{
	(void)index;
	grid_printf(pen, STYLE_RISK,
		"  ! it is the first process of a pid namespace: %zu more end with it",
		sending_of(app)->ending);
}

static void put_children(const struct app *app, struct pen *pen, int index)
{
	size_t children = sending_of(app)->children;
	(void)index;
	grid_printf(pen, STYLE_RISK, "  ! %zu %s no signal and lives on", children,
		children == 1 ? "child gets" : "children get");
}

static void put_refused(const struct app *app, struct pen *pen, int index)
{
	const struct sending *sending = sending_of(app);
	const char *text = sending->result;
	for (size_t i = 0; !text[0] && i < sending->targets.count; i++)
		if (sending->targets.items[i].refused.code)
			text = sending->targets.items[i].refused.text;
	grid_put(pen, STYLE_RISK, index == 0 ? "  ! " : "    ");
	dialog_put_wrapped(pen, STYLE_RISK | STYLE_BOLD, text, index);
}

static const struct dialog_line lines[] = {
	{ put_target, is_target, 0, 0, DIALOG_ANY },
	{ put_target, is_target, 1, 60, DIALOG_ANY },
	{ put_target, is_target, 2, 61, DIALOG_ANY },
	{ put_target, is_target, 3, 62, DIALOG_ANY },
	{ put_target, is_target, 4, 63, DIALOG_ANY },
	{ put_target, is_target, 5, 64, DIALOG_ANY },
	{ put_target, is_target, 6, 65, DIALOG_ANY },
	{ put_target, is_target, 7, 66, DIALOG_ANY },
	{ put_more, is_crowd, 0, 59, DIALOG_ANY },
	{ dialog_blank, NULL, 0, 90, DIALOG_ANY },
	{ put_signal, NULL, 0, 3, DIALOG_ANY },
	{ put_signal, NULL, 1, 4, DIALOG_ANY },
	{ put_signal, NULL, 2, 30, DIALOG_ANY },
	{ put_signal, NULL, 3, 31, DIALOG_ANY },
	{ put_signal, NULL, 4, 32, DIALOG_ANY },
	{ put_signal, NULL, 5, 33, DIALOG_ANY },
	{ put_signal, NULL, 6, 34, DIALOG_ANY },
	{ put_signal, NULL, 7, 35, DIALOG_ANY },
	{ put_signal, NULL, 8, 36, DIALOG_ANY },
	{ put_signal, NULL, 9, 37, DIALOG_ANY },
	{ dialog_blank, NULL, 0, 91, DIALOG_ANY },
	{ put_freed, NULL, 0, 8, DIALOG_ANY },
	{ put_next_now, NULL, 0, 9, DIALOG_ANY },
	{ put_next_then, NULL, 0, 5, DIALOG_ANY },
	{ put_ending, has_ending, 0, 6, DIALOG_ANY },
	{ put_children, has_children, 0, 7, DIALOG_ANY },
	{ put_refused, was_refused, 0, 1, DIALOG_ANY },
	{ put_refused, was_refused, 1, 2, DIALOG_ANY },
};

/* --- the dialog ------------------------------------------------------------------------------- */

static void status_text(const struct sending *sending, char *buffer, size_t size)
{
	const char *name = signal_rows[sending->chosen].name;
	const struct target *first = &sending->targets.items[0];
	if (!sending->writable)
		snprintf(buffer, size, "nothing can be sent: %s", sending->why_not);
	else if (sending->targets.count > 1)
		snprintf(buffer, size, "sends %s to %zu processes, each checked again", name,
			sending->targets.count);
	else
		snprintf(buffer, size, "sends %s to %d %s, and to nobody else", name,
			(int)first->task->pid, first->seen.comm);
}

static void draw(const struct app *app, struct grid *grid)
{
	const struct sending *sending = sending_of(app);
	char status[256];
	dialog_draw_lines(app, grid, lines, sizeof(lines) / sizeof(lines[0]),
		sending->writable ? "Send a signal" : "What if it were gone ... (read-only)",
		sending->writable ? "Enter send   Esc cancel   Up Down choose"
				  : "Enter is refused   Esc close");
	status_text(sending, status, sizeof(status));
	dialog_status_draw(app, grid, STYLE_NORMAL, status);
}

static const struct {
	int key;
	long by;
} steps[] = {
	{ INPUT_UP, -1 },
	{ INPUT_CTRL('P'), -1 },
	{ INPUT_ALT | 'k', -1 },
	{ INPUT_DOWN, 1 },
	{ INPUT_CTRL('N'), 1 },
	{ INPUT_ALT | 'j', 1 },
	{ INPUT_HOME, -1000 },
	{ INPUT_END, 1000 },
};

static void take_key(struct app *app, int key)
{
	struct sending *sending = &app->acting.sending;
	if (acting_took_key(app, key))
		return;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].key == key)
			sending_choose(sending, (long)sending->chosen + steps[i].by);
	if (key == INPUT_ENTER)
		acting_send(app);
}

static bool is_open(const struct app *app)
{
	return app->acting.dialog == DIALOG_SIGNAL;
}

const struct overlay overlay_signal = {
	.is_open = is_open,
	.draw = draw,
	.key = take_key,
	.acts = true,
	.says = true,
};
