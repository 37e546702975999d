#include "procs.h"
#include "react.h"
#include "texts.h"

#include "oomspect/host.h"

#include <inttypes.h>
#include <stdio.h>

/* The settings that decide an OOM: what each means, its value, what is unusual about it. */

/* " Settings that decide an OOM   nothing unusual" */
#define TITLE_WIDTH 46
#define VALUE_COL   28
#define VALUE_WIDTH 12
/* "   default: 131072 at most" */
#define DEFAULT_WIDTH 27

static void title(const struct app *app, struct pen *pen)
{
	size_t unusual = 0;
	for (size_t i = 0; i < vm_rule_count; i++)
		unusual += vm_rule_applies(&vm_rules[i], &app->model.vm);
	grid_put(pen, STYLE_BOLD,
		grid_left(pen) < TITLE_WIDTH ? " Settings" : " Settings that decide an OOM");
	if (unusual)
		grid_printf(pen, STYLE_RISK, "   %zu unusual (!)", unusual);
	else
		grid_put(pen, STYLE_NORMAL, "   nothing unusual");
}

static int width_of(const struct page *page)
{
	return page->end - page->col;
}

/* Beside the name, or below it where there is no room for both. */
static void put_value(struct page *page, struct pen *pen, const char *value, const char *preset)
{
	if (width_of(page) >= VALUE_COL + VALUE_WIDTH + DEFAULT_WIDTH) {
		grid_skip_to(pen, page->col + VALUE_COL);
		grid_put_right(pen, STYLE_BOLD, value, VALUE_WIDTH);
		grid_printf(pen, STYLE_DIM, "   default: %s", preset);
		return;
	}
	char text[80];
	snprintf(text, sizeof(text), "= %s  default: %s", value, preset);
	page_wrap(page, STYLE_BOLD, "", 2, text);
}

static void write_setting(const struct app *app, enum vm_setting_id id, struct page *page)
{
	const struct vm_setting *setting = &vm_settings[id];
	int64_t number = app->model.vm.values[id];
	char value[32] = "-";
	struct pen pen = page_line(page);
	grid_put(&pen, STYLE_BOLD, " ");
	grid_put(&pen, STYLE_BOLD, setting->name);
	if (number != UNKNOWN_SIGNED)
		snprintf(value, sizeof(value), "%" PRId64, number);
	put_value(page, &pen, value, setting->preset);
	for (size_t i = 0; i < vm_rule_count; i++)
		if (vm_rules[i].id == id && vm_rule_applies(&vm_rules[i], &app->model.vm))
			page_wrap(page, STYLE_RISK, "  !", 4, vm_rules[i].words);
	page_wrap(page, STYLE_NORMAL, "", 4, setting->meaning);
}

static void write_page(const struct app *app, struct page *page)
{
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++)
		write_setting(app, id, page);
}

static enum err_code update(struct app *app, struct err *err)
{
	const struct snapshot *snapshot = app->model.watch.snapshot;
	(void)err;
	vm_values_read(&app->model.vm, &app->model.watch.root,
		snapshot ? snapshot->host.meminfo.mem_total : UNKNOWN);
	return ERR_OK;
}

static const struct view_text text = {
	TEXTS_PAGE,
	.means = texts_page_means,
	.write = write_page,
	.title = title,
};

const struct view view_settings = {
	TEXTS_PAGE_VIEW,
	.opened_by = ACTION_VIEW_SETTINGS,
	.text = &text,
	.reactions = { texts_reactions, procs_look, react_lists, react_program },
	.update = update,
	.entered = texts_entered,
};
