#include "header.h"

#include "acting.h"

#include "oomspect/line.h"
#include "oomspect/saturate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

static struct pen begin_line(
	const struct app *app, struct grid *grid, enum part part, const char *label)
{
	struct pen pen = grid_pen(grid, app->layout.rows[part], 0);
	grid_put(&pen, STYLE_BOLD, label);
	grid_skip_to(&pen, header_is_wide(grid) ? LABEL_WIDE : LABEL);
	return pen;
}

static int64_t kb_of(const struct app *app, int64_t pages)
{
	int64_t page_kb = app->model.context.measure.page_kb;
	return pages < 0 || pages > INT64_MAX / page_kb ? UNKNOWN : pages * page_kb;
}

static int64_t difference(int64_t whole, int64_t part)
{
	return whole < 0 || part < 0 ? UNKNOWN : whole > part ? whole - part : 0;
}

static void put_bar(struct pen *pen, enum level level, int64_t part, int64_t whole)
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

static void put_of(struct pen *pen, int64_t part, int64_t whole)
{
	char first[FORMAT_SIZE], second[FORMAT_SIZE];
	format_gib(part, first);
	format_gib(whole, second);
	grid_printf(pen, STYLE_NORMAL, "%4s/%4sG", first, second);
}

static void put_size(struct pen *pen, const char *label, int64_t kb, int width)
{
	char text[FORMAT_SIZE];
	if (kb < 0)
		return;
	format_kb(kb, text);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%*s", width, text);
}

static void put_whole_size(struct pen *pen, const char *label, int64_t kb, int width)
{
	struct pen begin = grid_begin_item(pen);
	put_size(pen, label, kb, width);
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

static int64_t rate_of(const struct app *app, int64_t now, int64_t before)
{
	int64_t ms = app->clock.sample_ms - app->clock.previous_ms;
	if (app->clock.previous_ms == 0 || ms <= 0 || now < 0 || before < 0 || now < before)
		return UNKNOWN;
	return saturate_scale(now - before, 1000, ms);
}

static void put_count_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before)
{
	char text[1 + FORMAT_SIZE] = "+";
	int64_t rate = rate_of(app, now, before);
	format_count(rate, text + (rate >= 0));
	struct pen begin = grid_begin_item(pen);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%5s/s", text);
	grid_end_item(pen, &begin);
}

static void put_page_rate(
	struct pen *pen, const struct app *app, const char *label, int64_t now, int64_t before)
{
	char text[FORMAT_SIZE];
	format_kb(kb_of(app, rate_of(app, now, before)), text);
	struct pen begin = grid_begin_item(pen);
	grid_put(pen, STYLE_DIM, label);
	grid_printf(pen, STYLE_NORMAL, "%4s/s", text);
	grid_end_item(pen, &begin);
}

void header_put_estimate(struct pen *pen, const struct app *app)
{
	char span[FORMAT_SIZE], text[FORMAT_SIZE + 16];
	if (app->model.exhaustion.eta_s < 0)
		return;
	format_span(app->model.exhaustion.eta_s, span);
	snprintf(text, sizeof(text), "at this rate ~%s", span);
	int gap = grid_left(pen) - (int)strlen(text);
	if (gap < 1)
		return;
	grid_skip(pen, gap);
	grid_put(pen, STYLE_RISK, text);
}

/* --- pressure and zones ------------------------------------------------------------------------- */

#define RISK_HUNDREDTHS 1000 /* stalled for a tenth of the time */
#define ESTIMATE_COLS   18   /* kept free for "at this rate ~6m" */
#define RATES_COLS      41   /* of reclaim, on a wide line */
#define ZONES_SHOWN     2    /* on a line of ZONES_COLS */
#define ZONES_COLS      160

static void put_psi(struct pen *pen, const char *label, const struct host_psi_line *line)
{
	char ten[FORMAT_SIZE], sixty[FORMAT_SIZE], long_run[FORMAT_SIZE];
	format_hundredths(line->avg10, ten);
	format_hundredths(line->avg60, sixty);
	format_hundredths(line->avg300, long_run);
	struct pen begin = grid_begin_item(pen);
	grid_put(pen, STYLE_NORMAL, label);
	grid_printf(pen, line->avg10 >= RISK_HUNDREDTHS ? STYLE_RISK : STYLE_NORMAL, " %5s", ten);
	grid_printf(pen, STYLE_NORMAL, " %5s %5s", sixty, long_run);
	grid_end_item(pen, &begin);
}

static void draw_pressure(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->model.watch.snapshot->host;
	struct pen pen = begin_line(app, grid, PART_PSI, "PSI");
	bool wide = header_is_wide(grid);
	if (host->psi_memory.some.avg10 < 0) {
		grid_put(&pen, STYLE_DIM, "pressure is not kept by this kernel");
	} else {
		put_psi(&pen, "mem some", &host->psi_memory.some);
		put_psi(&pen, "   full", &host->psi_memory.full);
		if (wide && host->psi_io.some.avg10 >= 0) {
			put_psi(&pen, "    io  some", &host->psi_io.some);
			put_psi(&pen, "   full", &host->psi_io.full);
		}
		header_put_whole(&pen, STYLE_DIM, "%s",
			wide ? "   (avg10 avg60 avg300)" : "     (10s 60s 300s)");
	}
	if (wide)
		put_count_rate(&pen, app, "   allocstall ", host->vmstat.allocstall,
			app->clock.previous.allocstall);
}

/* --- zones ----------------------------------------------------------------------------------- */

/* How far it is above its low watermark, by its size. */
static double room_of(const struct host_zone *zone)
{
	return ((double)zone->free - (double)zone->low) / (double)zone->managed;
}

static bool is_counted(const struct host_zone *zone)
{
	return zone->managed > 0 && zone->free >= 0 && zone->low >= 0;
}

static bool is_low(const struct host_zone *zone)
{
	return is_counted(zone) && zone->free < zone->low;
}

/* The `count` zones that are nearest to their low watermarks, as a bit for each. */
static uint64_t tightest_zones(const struct host *host, int count)
{
	uint64_t chosen = 0;
	for (; count > 0; count--) {
		int best = -1;
		for (unsigned i = 0; i < host->zone_count; i++)
			if (is_counted(&host->zones[i]) && !(chosen >> i & 1) &&
				(best < 0 ||
					room_of(&host->zones[i]) < room_of(&host->zones[best])))
				best = (int)i;
		if (best >= 0)
			chosen |= UINT64_C(1) << best;
	}
	return chosen;
}

static void put_zone(struct pen *pen, const struct app *app, const struct host_zone *zone)
{
	if (header_is_wide(pen->grid))
		grid_printf(pen, STYLE_NORMAL, "node%d ", zone->node);
	grid_put_foreign(pen, STYLE_NORMAL, zone->name, HOST_ZONE_NAME_SIZE);
	grid_put(pen, is_low(zone) ? STYLE_RISK : STYLE_NORMAL, is_low(zone) ? "! " : " ");
	put_whole_size(pen, "free ", kb_of(app, zone->free), 4);
	put_whole_size(pen, " min ", kb_of(app, zone->min), 4);
	put_whole_size(pen, " low ", kb_of(app, zone->low), 4);
	put_whole_size(pen, " high ", kb_of(app, zone->high), 4);
}

struct others {
	unsigned count, low;
	int cols; /* of their names and what is said of them */
};

static bool is_other(const struct host *host, uint64_t shown, unsigned i)
{
	return !(shown >> i & 1) && host->zones[i].managed > 0;
}

static const char *state_of(const struct host_zone *zone)
{
	return is_low(zone) ? " low!" : " ok";
}

static struct others count_others(const struct grid *grid, const struct host *host, uint64_t shown)
{
	struct others others = { 0, 0, 0 };
	for (unsigned i = 0; i < host->zone_count; i++) {
		const struct host_zone *zone = &host->zones[i];
		if (!is_other(host, shown, i))
			continue;
		others.count++;
		others.low += is_low(zone);
		others.cols +=
			3 + grid_foreign_width(grid, zone->name) + (int)strlen(state_of(zone));
	}
	return others;
}

/* Those whose watermarks are not shown: by name where that ends before column `end`. */
static void put_others(struct pen *pen, const struct host *host, uint64_t shown, int end)
{
	struct others others = count_others(pen->grid, host, shown);
	if (others.count && pen->col + others.cols > end) {
		header_put_whole(pen, others.low ? STYLE_RISK : STYLE_DIM, "   %u more %s",
			others.low ? others.low : others.count, others.low ? "low!" : "ok");
		return;
	}
	for (unsigned i = 0; i < host->zone_count; i++) {
		const struct host_zone *zone = &host->zones[i];
		if (!is_other(host, shown, i))
			continue;
		grid_put(pen, STYLE_NORMAL, "   ");
		grid_put_foreign(pen, STYLE_NORMAL, zone->name, HOST_ZONE_NAME_SIZE);
		grid_put(pen, is_low(zone) ? STYLE_RISK : STYLE_DIM, state_of(zone));
	}
}

static void put_part(struct pen *pen, const char *label, int64_t part, int64_t whole)
{
	struct pen begin = grid_begin_item(pen);
	put_size(pen, label, part, 4);
	put_size(pen, " of ", whole, 4);
	grid_end_item(pen, &begin);
}

/* 32-bit kernels run out of the memory they map themselves long before the rest. */
static void put_low_memory(struct pen *pen, const struct host_meminfo *mem)
{
	if (mem->high_total <= 0)
		return;
	put_part(pen, "   LowMem ", mem->low_free, mem->low_total);
	put_part(pen, "  HighMem ", mem->high_free, mem->high_total);
}

static void put_reclaim(struct pen *pen, const struct app *app)
{
	const struct host_vmstat *now = &app->model.watch.snapshot->host.vmstat;
	int64_t scanned = rate_of(app, now->pgscan, app->clock.previous.pgscan);
	int64_t stolen = rate_of(app, now->pgsteal, app->clock.previous.pgsteal);
	if (now->pgscan < 0)
		return;
	grid_skip_to(pen, pen->grid->cols - RATES_COLS);
	put_count_rate(pen, app, "pgscan ", now->pgscan, app->clock.previous.pgscan);
	put_count_rate(pen, app, "  pgsteal ", now->pgsteal, app->clock.previous.pgsteal);
	if (scanned > 0 && stolen >= 0)
		header_put_whole(
			pen, STYLE_NORMAL, "  eff %3.0f%%", (double)stolen * 100 / (double)scanned);
}

static void draw_zones(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->model.watch.snapshot->host;
	bool wide = header_is_wide(grid), high = host->meminfo.high_total > 0;
	struct pen pen = begin_line(app, grid, PART_ZONES, wide ? "Zones" : "Zone");
	bool two = grid->cols >= ZONES_COLS && !high;
	uint64_t shown = tightest_zones(host, two ? ZONES_SHOWN : 1);
	bool first = true;
	for (unsigned i = 0; i < host->zone_count; i++) {
		if (!(shown >> i & 1))
			continue;
		grid_put(&pen, STYLE_NORMAL, first ? "" : "   ");
		put_zone(&pen, app, &host->zones[i]);
		first = false;
	}
	int kept = wide ? RATES_COLS + 1 : app->model.exhaustion.eta_s < 0 ? 0 : ESTIMATE_COLS;
	if (high)
		put_low_memory(&pen, &host->meminfo);
	else
		put_others(&pen, host, shown, grid->cols - kept);
	if (wide)
		put_reclaim(&pen, app);
	else
		header_put_estimate(&pen, app);
}

/* --- the machine and its memory ----------------------------------------------------------------- */

#define KILL_NEWS_MS 900000 /* 15 minutes */
#define LATE_MS      1500   /* a sample this much older than it should be is said to be late */

/* --- title ---------------------------------------------------------------------------------- */

/* How much is said of the machine: each with all before it. */
enum title_detail {
	TITLE_LEAST, /* its name and the time */
	TITLE_USER,
	TITLE_VERSION, /* of cgroups; and the CPUs */
	TITLE_KERNEL,
	TITLE_UPTIME,
};

/* How the kills and the rights are said, and what gives way to that last. */
struct right_form {
	bool kills, since_boot, reason;
	enum title_detail least;
};

static void put_clock(struct pen *pen, const struct host *host)
{
	time_t now = (time_t)host->time_unix;
	struct tm tm;
	if (now > 0 && localtime_r(&now, &tm))
		grid_printf(
			pen, STYLE_NORMAL, "  %02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_uptime(struct pen *pen, const struct host *host)
{
	int64_t seconds = host->boot_ms / 1000;
	char span[FORMAT_SIZE];
	format_span(seconds, span);
	grid_printf(pen, STYLE_NORMAL, "  up %s", span);
	if (header_is_wide(pen->grid) && seconds >= 86400)
		grid_printf(pen, STYLE_NORMAL, " %02d:%02d", (int)(seconds % 86400 / 3600),
			(int)(seconds % 3600 / 60));
}

bool header_put_standstill(struct pen *pen, const struct app *app)
{
	int64_t age = app->clock.now_ms - app->clock.taken_ms;
	if (app->acting.dialog != DIALOG_NONE && app->model.watch.root.live)
		grid_printf(pen, STYLE_BOLD, "FROZEN %" PRId64 "s", age / 1000);
	else if (app->clock.paused)
		grid_printf(pen, STYLE_BOLD | STYLE_REVERSE, "PAUSED %" PRId64 "s", age / 1000);
	else if (app->status.missed[0])
		grid_printf(pen, STYLE_RISK | STYLE_BOLD, "STALE %" PRId64 "s", age / 1000);
	else if (app->model.watch.root.live && age > app->clock.delay_ms + LATE_MS)
		grid_printf(pen, STYLE_RISK, "late %" PRId64 "s", age / 1000);
	else
		return false;
	return true;
}

/* The interval, or how old the picture is when that is not what one expects. */
static void put_age(struct pen *pen, const struct app *app)
{
	grid_put(pen, STYLE_NORMAL, "  ");
	if (!header_put_standstill(pen, app))
		grid_printf(pen, STYLE_NORMAL, "%s%" PRId64 ".%" PRId64 "s",
			header_is_wide(pen->grid) ? "every " : "", app->clock.delay_ms / 1000,
			app->clock.delay_ms % 1000 / 100);
}

/* When the last kill was: seen by us, or told by the log; UNKNOWN. */
static int64_t last_kill_age_ms(const struct app *app)
{
	const struct host *host = &app->model.watch.snapshot->host;
	const struct oom_event *event = event_log_get(&app->events.log, 0);
	int64_t age = UNKNOWN;
	if (app->clock.kill_ms)
		return app->clock.now_ms - app->clock.kill_ms;
	/* A log that was given by name may be of another boot, or of another machine. */
	if (event && app->events.log.live && event->boot_us != UNKNOWN_SIGNED)
		age = host->boot_ms - event->boot_us / 1000;
	else if (event && event->unix_us != UNKNOWN_SIGNED && host->time_unix > 0)
		age = (int64_t)(host->time_unix * 1000) - event->unix_us / 1000;
	return age > host->boot_ms ? UNKNOWN : age;
}

/* One that happened while we looked. */
static bool is_news(const struct app *app)
{
	return app->clock.kill_ms && app->clock.now_ms - app->clock.kill_ms < KILL_NEWS_MS;
}

static void add_kills(const struct app *app, bool wide, struct line *line)
{
	char span[FORMAT_SIZE];
	int64_t kills = app->model.watch.snapshot->host.vmstat.oom_kill;
	int64_t age_s = last_kill_age_ms(app) / 1000;
	if (kills < 0)
		return;
	line_add(line, "%s %" PRId64, wide ? "KILLS since boot" : "KILLS", kills);
	format_span(age_s, span);
	if (kills == 0 || last_kill_age_ms(app) < 0)
		return;
	if (age_s < 60 || (is_news(app) && !wide))
		snprintf(span, sizeof(span), "now");
	line_add(line, wide && strcmp(span, "now") != 0 ? ", last %s ago" : " (%s)", span);
}

static void put_system(struct pen *pen, const struct app *app, enum title_detail detail)
{
	const struct host *host = &app->model.watch.snapshot->host;
	bool wide = header_is_wide(pen->grid);
	grid_put(pen, STYLE_BOLD, "oomspect");
	grid_put(pen, STYLE_NORMAL, "  ");
	grid_put_foreign(pen, STYLE_NORMAL, host->hostname, wide ? 40 : 16);
	if (detail >= TITLE_KERNEL) {
		grid_put(pen, STYLE_NORMAL, "  Linux ");
		grid_put_foreign(pen, STYLE_NORMAL, host->kernel, wide ? 40 : 12);
	}
	if (detail >= TITLE_VERSION && wide && host->cpus > 0)
		grid_printf(pen, STYLE_NORMAL, "  %" PRId64 " CPUs", host->cpus);
}

/* Whose machine this is, when, and who looks. */
static struct pen put_machine(const struct app *app, struct grid *grid, enum title_detail detail)
{
	const struct memcg_tree *memcgs = app->model.watch.snapshot->memcgs;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TITLE], 0);
	grid_fill(&pen, STYLE_NORMAL, ' ', grid->cols);
	pen = grid_pen(grid, app->layout.rows[PART_TITLE], 0);
	put_system(&pen, app, detail);
	put_clock(&pen, &app->model.watch.snapshot->host);
	if (detail >= TITLE_UPTIME)
		put_uptime(&pen, &app->model.watch.snapshot->host);
	put_age(&pen, app);
	if (detail >= TITLE_USER) {
		grid_put(&pen, STYLE_NORMAL, app->model.user[0] ? "  " : "");
		grid_put_foreign(&pen, STYLE_NORMAL, app->model.user, 16);
	}
	if (detail >= TITLE_VERSION && header_is_wide(grid) && memcgs->version)
		grid_printf(&pen, STYLE_NORMAL, "  cgroup v%d", (int)memcgs->version);
	return pen;
}

/* Past kills, and what may be done here. */
static void format_right(
	const struct app *app, const struct right_form *form, char *right, size_t size)
{
	const char *rights = acting_rights_words(app, form->reason);
	struct line line = line_begin(right, size);
	if (form->kills)
		add_kills(app, form->since_boot, &line);
	line_add(&line, "%s%s", line.used && rights[0] ? "  " : "", rights);
}

/* What may be done here must be read: the rest gives way. */
static void draw_title(const struct app *app, struct grid *grid)
{
	static const struct right_form forms[] = {
		{ true, true, true, TITLE_USER },
		{ true, false, true, TITLE_LEAST },
		{ true, false, false, TITLE_LEAST },
		{ false, false, false, TITLE_LEAST },
	};
	char right[128];
	for (size_t i = header_is_wide(grid) ? 0 : 2; i < sizeof(forms) / sizeof(forms[0]); i++) {
		format_right(app, &forms[i], right, sizeof(right));
		for (int detail = TITLE_UPTIME; detail >= (int)forms[i].least; detail--) {
			struct pen pen = put_machine(app, grid, (enum title_detail)detail);
			if (grid_left(&pen) <= (int)strlen(right))
				continue;
			grid_skip(&pen, 1);
			grid_put_right(&pen, is_news(app) ? STYLE_VICTIM : STYLE_NORMAL, right,
				grid_left(&pen));
			return;
		}
	}
}

/* --- memory --------------------------------------------------------------------------------- */

static enum level level_in(const struct app *app, int64_t part, int64_t whole)
{
	const struct levels levels = { app->settings.config.warn_percent,
		app->settings.config.critical_percent };
	return level_of(&levels, part, whole);
}

static void put_share(struct pen *pen, unsigned style, int64_t part, int64_t whole)
{
	int64_t tenths = format_share_tenths(part, whole);
	char text[FORMAT_SIZE];
	if (tenths < 0)
		return;
	format_tenths((tenths + 5) / 10, text);
	grid_printf(pen, style, header_is_wide(pen->grid) ? " (%4s%%)" : " %4s%%", text);
}

static void draw_memory(const struct app *app, struct grid *grid)
{
	const struct host_meminfo *mem = &app->model.watch.snapshot->host.meminfo;
	struct pen pen = begin_line(app, grid, PART_MEMORY, "Mem");
	char available[FORMAT_SIZE];
	int64_t used = difference(mem->mem_total, mem->mem_available);
	enum level level = level_in(app, used, mem->mem_total);
	format_kb(mem->mem_available, available);
	put_bar(&pen, level, used, mem->mem_total);
	put_of(&pen, used, mem->mem_total);
	grid_printf(&pen, STYLE_NORMAL, "  avail %4s", available);
	put_share(&pen, level_style(level), mem->mem_available, mem->mem_total);
	if (!header_is_wide(grid))
		return;
	grid_skip(&pen, 2);
	put_whole_size(&pen, " anon ", mem->anon, 4);
	put_whole_size(&pen, " file ", difference(mem->cached, mem->shmem), 4);
	put_whole_size(&pen, " shmem ", mem->shmem, 4);
	put_whole_size(&pen, " slab ", mem->slab, 4);
	put_whole_size(&pen, " pt ", mem->page_tables, 4);
}

static void put_commit(struct pen *pen, const struct host_meminfo *mem)
{
	char committed[FORMAT_SIZE], limit[FORMAT_SIZE];
	format_gib(mem->committed, committed);
	format_gib(mem->commit_limit, limit);
	header_put_whole(pen, STYLE_NORMAL, "  commit %s/%s", committed, limit);
}

/* What is held compressed in memory, and how many times as much it stands for. */
static void put_zswap(struct pen *pen, const struct host_meminfo *mem)
{
	if (mem->zswap <= 0 || mem->zswapped < 0)
		return;
	struct pen begin = grid_begin_item(pen);
	put_size(pen, "   zswap ", mem->zswap, 4);
	grid_printf(pen, STYLE_NORMAL, " (%.1fx)", (double)mem->zswapped / (double)mem->zswap);
	grid_end_item(pen, &begin);
}

static void draw_swap(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->model.watch.snapshot->host;
	const struct host_meminfo *mem = &host->meminfo;
	struct pen pen = begin_line(app, grid, PART_SWAP, "Swap");
	int64_t used = difference(mem->swap_total, mem->swap_free);
	if (mem->swap_total == 0) {
		grid_put(&pen, STYLE_DIM, "none");
		if (app->layout.rows[PART_COMMIT] < 0)
			put_commit(&pen, mem);
		return;
	}
	put_bar(&pen, level_in(app, used, mem->swap_total), used, mem->swap_total);
	put_of(&pen, used, mem->swap_total);
	if (!header_is_wide(grid)) {
		put_commit(&pen, mem);
		return;
	}
	put_whole_size(&pen, "  free  ", mem->swap_free, 4);
	put_page_rate(&pen, app, "           in ", host->vmstat.pswpin, app->clock.previous.pswpin);
	put_page_rate(&pen, app, " out ", host->vmstat.pswpout, app->clock.previous.pswpout);
	put_zswap(&pen, mem);
}

/* Only where the kernel refuses to promise more is a full bar a danger. */
static enum level commit_level(const struct app *app, const struct host *host)
{
	if (host->vm.overcommit_memory != 2)
		return LEVEL_CALM;
	return level_in(app, host->meminfo.committed, host->meminfo.commit_limit);
}

static void draw_commit(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->model.watch.snapshot->host;
	const struct host_meminfo *mem = &host->meminfo;
	struct pen pen =
		begin_line(app, grid, PART_COMMIT, header_is_wide(grid) ? "Commit" : "Cmit");
	put_bar(&pen, commit_level(app, host), mem->committed, mem->commit_limit);
	put_of(&pen, mem->committed, mem->commit_limit);
	if (!header_is_wide(grid))
		return;
	int64_t tenths = format_share_tenths(mem->committed, mem->commit_limit);
	if (tenths >= 0)
		header_put_whole(&pen, STYLE_NORMAL, "   %3" PRId64 "%% of CommitLimit",
			(tenths + 50) / 100);
	if (host->vm.overcommit_memory != UNKNOWN_SIGNED)
		header_put_whole(&pen, STYLE_DIM, "   overcommit_memory=%" PRId64,
			host->vm.overcommit_memory);
	if (host->vm.overcommit_ratio != UNKNOWN_SIGNED)
		header_put_whole(&pen, STYLE_DIM, "  ratio=%" PRId64, host->vm.overcommit_ratio);
}

void header_draw(const struct app *app, struct grid *grid)
{
	static void (*const parts[])(const struct app *app, struct grid *grid) = {
		draw_title,
		draw_memory,
		draw_swap,
		draw_commit,
		draw_pressure,
		draw_zones,
	};
	if (!app->model.watch.snapshot)
		return;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](app, grid);
}
