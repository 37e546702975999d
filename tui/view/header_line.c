#include "header_line.h"

#include "oomspect/saturate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WIDE            120
#define LABEL           5
#define LABEL_WIDE      7 /* columns of "Commit " */
#define BAR_WIDE        68
#define BESIDE_BAR      35 /* columns of a narrow line without its bar */
#define BESIDE_BAR_WIDE 92 /* and of a wide one */
#define BAR_LEAST       8

bool header_is_wide(const struct grid *grid)
{
	return grid->cols >= WIDE;
}

struct pen header_begin(const struct app *app, struct grid *grid, enum part part, const char *label)
{
	struct pen pen = grid_pen(grid, app->layout.rows[part], 0);
	grid_put(&pen, STYLE_BOLD, label);
	grid_skip_to(&pen, header_is_wide(grid) ? LABEL_WIDE : LABEL);
	return pen;
}

int64_t header_kb(const struct app *app, int64_t pages)
{
	int64_t page_kb = app->context.measure.page_kb;
	return pages < 0 || pages > INT64_MAX / page_kb ? UNKNOWN : pages * page_kb;
}

int64_t header_difference(int64_t whole, int64_t part)
{
	return whole < 0 || part < 0 ? UNKNOWN : whole > part ? whole - part : 0;
}

void header_put_bar(struct pen *pen, enum level level, int64_t part, int64_t whole)
{
	bool wide = header_is_wide(pen->grid);
	int width = pen->grid->cols - (wide ? BESIDE_BAR_WIDE : BESIDE_BAR);
	if (width > BAR_WIDE && wide)
		width = BAR_WIDE;
	if (width < BAR_LEAST)
		return;
	grid_bar(pen, level_style(level), part, whole, width, level_end(level));
	grid_skip(pen, 1);
}

void header_put_of(struct pen *pen, int64_t part, int64_t whole)
{
	char first[FORMAT_SIZE], second[FORMAT_SIZE];
	format_gib(part, first);
	format_gib(whole, second);
	grid_printf(pen, STYLE_NORMAL, "%4s/%4sG", first, second);
}

void header_put_size(struct pen *pen, const char *label, int64_t kb, int width)
{
	char text[FORMAT_SIZE];
	if (kb < 0)
		return;
	format_kb(kb, text);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%*s", width, text);
}

void header_put_whole_size(struct pen *pen, const char *label, int64_t kb, int width)
{
	struct pen begin = grid_begin_item(pen);
	header_put_size(pen, label, kb, width);
	grid_end_item(pen, &begin);
}

void header_put_whole(struct pen *pen, unsigned style, const char *format, ...)
{
	char text[128];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if ((int)strlen(text) <= grid_left(pen))
		grid_put(pen, style, text);
}

int64_t header_rate(const struct app *app, int64_t now, int64_t before)
{
	int64_t ms = app->sample_ms - app->previous_ms;
	if (app->previous_ms == 0 || ms <= 0 || now < 0 || before < 0 || now < before)
		return UNKNOWN;
	return saturate_scale(now - before, 1000, ms);
}

void header_put_count_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before)
{
	char text[1 + FORMAT_SIZE] = "+";
	int64_t rate = header_rate(app, now, before);
	format_count(rate, text + (rate >= 0));
	struct pen begin = grid_begin_item(pen);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%5s/s", text);
	grid_end_item(pen, &begin);
}

void header_put_page_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before)
{
	char text[FORMAT_SIZE];
	format_kb(header_kb(app, header_rate(app, now, before)), text);
	struct pen begin = grid_begin_item(pen);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%4s/s", text);
	grid_end_item(pen, &begin);
}

void header_put_estimate(struct pen *pen, const struct app *app)
{
	char span[FORMAT_SIZE], text[FORMAT_SIZE + 16];
	if (app->exhaustion.eta_s < 0)
		return;
	format_span(app->exhaustion.eta_s, span);
	snprintf(text, sizeof(text), "at this rate ~%s", span);
	int gap = grid_left(pen) - (int)strlen(text);
	if (gap < 1)
		return;
	grid_skip(pen, gap);
	grid_put(pen, STYLE_RISK, text);
}
