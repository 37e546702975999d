#include "view.h"

#include "oomspect/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WIDE          120
#define LABEL_WIDE    7      /* columns of "Commit " */
#define KILL_SHOWN_MS 900000 /* 15 minutes */
#define KILL_NOW_MS   10000
#define LATE_MS       1500 /* a sample this much older than it should be is said to be late */

static bool is_wide(const struct grid *grid)
{
	return grid->cols >= WIDE;
}

/* A pen behind the label of a line, or one that writes nothing when the line is left out. */
static struct pen begin_line(
	const struct app *app, struct grid *grid, enum part part, const char *label)
{
	struct pen pen = grid_pen(grid, app->layout.rows[part], 0);
	grid_put(&pen, STYLE_BOLD, label);
	grid_skip_to(&pen, is_wide(grid) ? LABEL_WIDE : 5);
	return pen;
}

static int64_t page_kb(const struct app *app)
{
	return app->context.measure.page_kb;
}

/* --- title ---------------------------------------------------------------------------------- */

static void put_clock(struct pen *pen, const struct host *host)
{
	time_t now = (time_t)host->time_unix;
	struct tm tm;
	if (localtime_r(&now, &tm))
		grid_printf(
			pen, STYLE_NORMAL, "  %02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_uptime(struct pen *pen, const struct host *host)
{
	int64_t seconds = host->boot_ms / 1000;
	char span[FORMAT_SIZE];
	format_span(seconds, span);
	grid_printf(pen, STYLE_NORMAL, "  up %s", span);
	if (is_wide(pen->grid) && seconds >= 86400)
		grid_printf(pen, STYLE_NORMAL, " %02d:%02d", (int)(seconds % 86400 / 3600),
			(int)(seconds % 3600 / 60));
}

/* The interval, or how old the picture is when that is not what one expects. */
static void put_age(struct pen *pen, const struct app *app)
{
	int64_t age = app->now_ms - app->taken_ms;
	if (app->acting.dialog != DIALOG_NONE && app->watch.root.live)
		grid_printf(pen, STYLE_BOLD, "  FROZEN %" PRId64 "s", age / 1000);
	else if (app->paused)
		grid_printf(pen, STYLE_BOLD | STYLE_REVERSE, "  PAUSED %" PRId64 "s", age / 1000);
	else if (app->watch.root.live && age > app->delay_ms + LATE_MS)
		grid_printf(pen, STYLE_RISK, "  late %" PRId64 "s", age / 1000);
	else
		grid_printf(pen, STYLE_NORMAL, "  %s%" PRId64 ".%" PRId64 "s",
			is_wide(pen->grid) ? "every " : "", app->delay_ms / 1000,
			app->delay_ms % 1000 / 100);
}

static void format_kills(const struct app *app, bool wide, char *buffer, size_t size)
{
	char span[FORMAT_SIZE] = "";
	int64_t kills = app->watch.snapshot->host.vmstat.oom_kill, age = app->now_ms - app->kill_ms;
	buffer[0] = '\0';
	if (kills < 0)
		return;
	if (app->kill_ms && age < KILL_SHOWN_MS)
		format_span(age / 1000, span);
	if (app->kill_ms && age < KILL_NOW_MS)
		snprintf(span, sizeof(span), "now");
	snprintf(buffer, size, "%s %" PRId64 "%s%s%s", wide ? "KILLS since boot" : "KILLS", kills,
		span[0] ? " (" : "", span, span[0] ? ")" : "");
}

static void draw_title(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TITLE], 0);
	char right[128];
	bool wide = is_wide(grid),
	     fresh = app->kill_ms && app->now_ms - app->kill_ms < KILL_SHOWN_MS;
	grid_put(&pen, STYLE_BOLD, "oomspect");
	grid_put(&pen, STYLE_NORMAL, "  ");
	grid_put_foreign(&pen, STYLE_NORMAL, host->hostname, wide ? 40 : 16);
	grid_put(&pen, STYLE_NORMAL, "  Linux ");
	grid_put_foreign(&pen, STYLE_NORMAL, host->kernel, wide ? 40 : 12);
	if (wide && host->cpus > 0)
		grid_printf(&pen, STYLE_NORMAL, "  %" PRId64 " CPUs", host->cpus);
	put_clock(&pen, host);
	put_uptime(&pen, host);
	put_age(&pen, app);
	grid_put(&pen, STYLE_NORMAL, "  ");
	grid_put_foreign(&pen, STYLE_NORMAL, app->user, 16);
	format_kills(app, wide, right, sizeof(right));
	const char *rights = acting_rights_words(app, wide);
	snprintf(right + strlen(right), sizeof(right) - strlen(right), "%s%s",
		right[0] && rights[0] ? "  " : "", rights);
	grid_skip(&pen, 1);
	grid_put_right(&pen, fresh ? STYLE_VICTIM : STYLE_NORMAL, right, grid_left(&pen));
}

/* --- memory --------------------------------------------------------------------------------- */

static int bar_width(const struct grid *grid)
{
	return is_wide(grid) ? 68 : grid->cols - 35;
}

static void put_bar(struct pen *pen, int64_t part, int64_t whole)
{
	int width = bar_width(pen->grid);
	if (width < 8)
		return;
	bool tight = whole > 0 && part > whole - whole / 10;
	grid_bar(pen, tight ? STYLE_RISK : STYLE_NORMAL, part, whole, width);
	grid_skip(pen, 1);
}

static void put_share(struct pen *pen, int64_t part, int64_t whole)
{
	int64_t tenths = format_share_tenths(part, whole);
	char text[FORMAT_SIZE];
	if (tenths < 0)
		return;
	format_tenths((tenths + 5) / 10, text);
	grid_printf(pen, STYLE_NORMAL, is_wide(pen->grid) ? " (%4s%%)" : " %4s%%", text);
}

static void put_of(struct pen *pen, int64_t part, int64_t whole)
{
	char first[FORMAT_SIZE], second[FORMAT_SIZE];
	format_gib(part, first);
	format_gib(whole, second);
	grid_printf(pen, STYLE_NORMAL, "%4s/%4sG", first, second);
}

static void put_size(struct pen *pen, const char *label, int64_t kb)
{
	char text[FORMAT_SIZE];
	if (kb < 0)
		return;
	format_kb(kb, text);
	grid_put(pen, STYLE_DIM, label);
	grid_put(pen, STYLE_NORMAL, text);
}

static int64_t difference(int64_t whole, int64_t part)
{
	return whole < 0 || part < 0 ? UNKNOWN : whole > part ? whole - part : 0;
}

static void draw_memory(const struct app *app, struct grid *grid)
{
	const struct host_meminfo *mem = &app->watch.snapshot->host.meminfo;
	struct pen pen = begin_line(app, grid, PART_MEMORY, "Mem");
	char available[FORMAT_SIZE];
	int64_t used = difference(mem->mem_total, mem->mem_available);
	format_kb(mem->mem_available, available);
	put_bar(&pen, used, mem->mem_total);
	put_of(&pen, used, mem->mem_total);
	grid_printf(&pen, STYLE_NORMAL, "  avail %4s", available);
	put_share(&pen, mem->mem_available, mem->mem_total);
	if (!is_wide(grid))
		return;
	grid_skip(&pen, 2);
	put_size(&pen, " anon ", mem->anon);
	put_size(&pen, " file ", difference(mem->cached, mem->shmem));
	put_size(&pen, " shmem ", mem->shmem);
	put_size(&pen, " slab ", mem->slab);
	put_size(&pen, " pt ", mem->page_tables);
}

/* Events a second since the sample before; false when that cannot be told. */
static bool rate_of(const struct app *app, int64_t now, int64_t before, int64_t *ret)
{
	int64_t ms = app->sample_ms - app->previous_ms;
	if (app->previous_ms == 0 || ms <= 0 || now < 0 || before < 0 || now < before)
		return false;
	*ret = (now - before) * 1000 / ms;
	return true;
}

static void put_rate(struct pen *pen, const struct app *app, const char *label, int64_t now,
	int64_t before, bool sized)
{
	char text[FORMAT_SIZE];
	int64_t rate;
	if (!rate_of(app, now, before, &rate))
		return;
	if (sized)
		format_kb(rate * page_kb(app), text);
	else
		snprintf(text, sizeof(text), "%" PRId64, rate);
	grid_printf(pen, STYLE_DIM, "%s", label);
	grid_printf(pen, STYLE_NORMAL, "%s/s", text);
}

static void put_commit(struct pen *pen, const struct host_meminfo *mem)
{
	char committed[FORMAT_SIZE], limit[FORMAT_SIZE];
	format_gib(mem->committed, committed);
	format_gib(mem->commit_limit, limit);
	grid_printf(pen, STYLE_NORMAL, "  commit %s/%s", committed, limit);
}

static void draw_swap(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	const struct host_meminfo *mem = &host->meminfo;
	struct pen pen = begin_line(app, grid, PART_SWAP, "Swap");
	int64_t used = difference(mem->swap_total, mem->swap_free);
	if (mem->swap_total == 0) {
		grid_put(&pen, STYLE_DIM, "none");
		put_commit(&pen, mem);
		return;
	}
	put_bar(&pen, used, mem->swap_total);
	put_of(&pen, used, mem->swap_total);
	if (!is_wide(grid)) {
		put_commit(&pen, mem);
		return;
	}
	put_size(&pen, "  free ", mem->swap_free);
	put_rate(&pen, app, "  in ", host->vmstat.pswpin, app->previous.pswpin, true);
	put_rate(&pen, app, " out ", host->vmstat.pswpout, app->previous.pswpout, true);
	if (mem->zswapped > 0)
		put_size(&pen, "  zswap ", mem->zswapped);
}

static void draw_commit(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	struct pen pen = begin_line(app, grid, PART_COMMIT, is_wide(grid) ? "Commit" : "Cmit");
	put_bar(&pen, host->meminfo.committed, host->meminfo.commit_limit);
	put_of(&pen, host->meminfo.committed, host->meminfo.commit_limit);
	if (host->vm.overcommit_memory != HOST_SETTING_UNKNOWN)
		grid_printf(&pen, STYLE_DIM, "   overcommit_memory=%" PRId64,
			host->vm.overcommit_memory);
}

/* --- pressure and zones --------------------------------------------------------------------- */

static void put_psi(struct pen *pen, const char *label, const struct host_psi_line *line)
{
	char ten[FORMAT_SIZE], sixty[FORMAT_SIZE], long_run[FORMAT_SIZE];
	format_hundredths(line->avg10, ten);
	format_hundredths(line->avg60, sixty);
	format_hundredths(line->avg300, long_run);
	grid_put(pen, STYLE_NORMAL, label);
	grid_printf(pen, line->avg10 >= 1000 ? STYLE_RISK : STYLE_NORMAL, " %5s", ten);
	grid_printf(pen, STYLE_NORMAL, " %5s %5s", sixty, long_run);
}

static void draw_psi(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	struct pen pen = begin_line(app, grid, PART_PSI, "PSI");
	if (host->psi_memory.some.avg10 < 0) {
		grid_put(&pen, STYLE_DIM, "pressure is not kept by this kernel");
	} else {
		put_psi(&pen, "mem some", &host->psi_memory.some);
		put_psi(&pen, "   full", &host->psi_memory.full);
		if (is_wide(grid) && host->psi_io.some.avg10 >= 0) {
			put_psi(&pen, "    io  some", &host->psi_io.some);
			put_psi(&pen, "   full", &host->psi_io.full);
		}
		grid_put(&pen, STYLE_DIM,
			is_wide(grid) ? "   (avg10 avg60 avg300)" : "     (10s 60s 300s)");
	}
	if (is_wide(grid))
		put_rate(&pen, app, "   allocstall +", host->vmstat.allocstall,
			app->previous.allocstall, false);
}

/* The zone that is nearest to its low watermark, by its size; -1 without zones. */
static int tightest_zone(const struct host *host)
{
	int tightest = -1;
	int64_t least = INT64_MAX;
	for (unsigned i = 0; i < host->zone_count; i++) {
		const struct host_zone *zone = &host->zones[i];
		if (zone->managed <= 0 || zone->free < 0 || zone->low < 0)
			continue;
		int64_t room = (zone->free - zone->low) * 10000 / zone->managed;
		if (room < least) {
			least = room;
			tightest = (int)i;
		}
	}
	return tightest;
}

static void put_zone(struct pen *pen, const struct app *app, const struct host_zone *zone)
{
	if (is_wide(pen->grid))
		grid_printf(pen, STYLE_NORMAL, "node%d ", zone->node);
	grid_put_foreign(pen, STYLE_NORMAL, zone->name, HOST_ZONE_NAME_SIZE);
	grid_put(pen, STYLE_NORMAL, " ");
	put_size(pen, "free ", zone->free * page_kb(app));
	put_size(pen, "  min ", zone->min * page_kb(app));
	put_size(pen, " low ", zone->low * page_kb(app));
	put_size(pen, " high ", zone->high * page_kb(app));
}

static void draw_zones(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	struct pen pen = begin_line(app, grid, PART_ZONES, is_wide(grid) ? "Zones" : "Zone");
	int first = tightest_zone(host);
	if (first < 0)
		return;
	put_zone(&pen, app, &host->zones[first]);
	for (unsigned i = 0; i < host->zone_count && grid_left(&pen) > 12; i++) {
		const struct host_zone *zone = &host->zones[i];
		if ((int)i == first || zone->managed <= 0)
			continue;
		bool low = zone->free < zone->low;
		grid_put(&pen, STYLE_NORMAL, "   ");
		grid_put_foreign(&pen, STYLE_NORMAL, zone->name, HOST_ZONE_NAME_SIZE);
		grid_put(&pen, low ? STYLE_RISK : STYLE_DIM, low ? " low!" : " ok");
	}
	if (is_wide(grid)) {
		put_rate(
			&pen, app, "   pgscan +", host->vmstat.pgscan, app->previous.pgscan, false);
		put_rate(&pen, app, "  pgsteal +", host->vmstat.pgsteal, app->previous.pgsteal,
			false);
	}
}

void view_header_draw(const struct app *app, struct grid *grid)
{
	static void (*const parts[])(const struct app *app, struct grid *grid) = {
		draw_title,
		draw_memory,
		draw_swap,
		draw_commit,
		draw_psi,
		draw_zones,
	};
	if (!app->watch.snapshot)
		return;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](app, grid);
}
