#include "dialog.h"

#include "model/targets.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX 96
#define WIDE_COLS 80 /* what lines with two values and a remark need */

/* Marks which lines are shown: all that are there, less those that do not fit. Their number. */
static int choose_lines(const struct app *app, const struct dialog_line *lines, size_t count,
	int room, bool shown[LINES_MAX])
{
	enum dialog_form other = dialog_is_narrow(app) ? DIALOG_WIDE : DIALOG_NARROW;
	int used = 0;
	for (size_t i = 0; i < count; i++) {
		shown[i] = lines[i].form != other &&
			   (!lines[i].needs || lines[i].needs(app, lines[i].index));
		used += shown[i];
	}
	while (used > room) {
		size_t least = count;
		for (size_t i = 0; i < count; i++)
			if (shown[i] &&
				(least == count || lines[i].priority >= lines[least].priority))
				least = i;
		if (least == count)
			break;
		shown[least] = false;
		used--;
	}
	return used;
}

void dialog_draw_lines(const struct app *app, struct grid *grid, const struct dialog_line *lines,
	size_t count, const char *title, const char *keys)
{
	bool shown[LINES_MAX];
	if (count > LINES_MAX)
		count = LINES_MAX;
	int rows = choose_lines(app, lines, count, box_room(grid), shown);
	struct box box = box_open(grid, rows, STYLE_BOLD, title, "list is frozen");
	for (size_t i = 0; i < count && box.rows > 0; i++) {
		if (!shown[i])
			continue;
		struct pen pen = box_line(&box);
		lines[i].put(app, &pen, lines[i].index);
	}
	box_close(&box, keys);
}

void dialog_status_draw(const struct app *app, struct grid *grid, unsigned style, const char *text)
{
	struct pen pen = grid_pen(grid, grid->rows - 1, 0);
	bool said = app->status.message[0] != '\0';
	grid_fill(&pen, STYLE_NORMAL, ' ', grid_left(&pen));
	pen = grid_pen(grid, grid->rows - 1, grid->cols > 20 ? 1 : 0);
	grid_put_foreign(&pen, said ? STYLE_BOLD : style, said ? app->status.message : text,
		grid_left(&pen));
}

void dialog_blank(const struct app *app, struct pen *pen, int index)
{
	(void)app;
	(void)pen;
	(void)index;
}

bool dialog_is_narrow(const struct app *app)
{
	return app->grid.cols < WIDE_COLS;
}

static const char *name_user(void *context, uid_t uid)
{
	const struct app *app = *(const struct app *const *)context;
	const struct task task = { .uid = uid };
	/* cppcheck-suppress returnDanglingLifetime ; a name is not the task's */
	return app->model.context.lookup.user(app->model.context.lookup.context, &task);
}

const char *dialog_user_of(const struct app *app, const struct target *target)
{
	return name_user(&app, target->seen.uid);
}

void dialog_put_user(const struct app *app, struct pen *pen, const struct target *target)
{
	static const char label[] = "   user ";
	const char *user = dialog_user_of(app, target);
	if (grid_left(pen) < (int)sizeof(label) - 1 + grid_foreign_width(pen->grid, user))
		return;
	grid_put(pen, STYLE_NORMAL, label);
	grid_put_foreign(pen, STYLE_NORMAL, user, grid_left(pen));
}

void dialog_put_owners(const struct app *app, struct pen *pen, const struct targets *targets)
{
	struct owners owners = { .count = 0 };
	char words[512];
	struct line line = line_begin(words, sizeof(words));
	for (size_t i = 0; i < targets->count; i++)
		owners_add(&owners, targets->items[i].task);
	if (!owners_are_several(&owners))
		return;
	line_add(&line, "   users: ");
	owners_describe(&owners, &line, name_user, &app);
	grid_put_foreign(pen, STYLE_RISK, words, grid_left(pen));
}

static void put_named(struct pen *pen, unsigned style, pid_t pid, const char *comm, int width)
{
	char number[16];
	int used = snprintf(number, sizeof(number), "%d ", (int)pid);
	grid_put(pen, style, number);
	if (width > used)
		grid_put_foreign(pen, style, comm, width - used);
}

void dialog_put_process(struct pen *pen, unsigned style, const struct task *task, int width)
{
	put_named(pen, style, task->pid, task->comm, width);
}

void dialog_put_target(struct pen *pen, unsigned style, const struct target *target, int width)
{
	put_named(pen, style, target->task->pid, target->seen.comm, width);
}

/* How many bytes of `text` a line of `width` columns takes; words are only broken when longer. */
static size_t take_line(const struct grid *grid, const char *text, int width)
{
	size_t fits = 0;
	for (size_t end = 0;; end++) {
		char line[512];
		if (text[end] != ' ' && text[end] != '\0')
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)end, text);
		if (grid_foreign_width(grid, line) > width)
			return fits ? fits : end;
		fits = end;
		if (text[end] == '\0')
			return end;
	}
}

void dialog_put_wrapped(struct pen *pen, unsigned style, const char *text, int index)
{
	char line[512];
	size_t length = take_line(pen->grid, text, grid_left(pen));
	for (; index > 0; index--) {
		text += length;
		text += *text == ' ';
		length = take_line(pen->grid, text, grid_left(pen));
	}
	snprintf(line, sizeof(line), "%.*s", (int)length, text);
	grid_put_foreign(pen, style, line, grid_left(pen));
}
