#include "view_header.h"

#include "acting.h"
#include "header_line.h"

#include "oomspect/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
	int64_t age = app->now_ms - app->taken_ms;
	if (app->acting.dialog != DIALOG_NONE && app->watch.root.live)
		grid_printf(pen, STYLE_BOLD, "FROZEN %" PRId64 "s", age / 1000);
	else if (app->paused)
		grid_printf(pen, STYLE_BOLD | STYLE_REVERSE, "PAUSED %" PRId64 "s", age / 1000);
	else if (app->missed[0])
		grid_printf(pen, STYLE_RISK | STYLE_BOLD, "STALE %" PRId64 "s", age / 1000);
	else if (app->watch.root.live && age > app->delay_ms + LATE_MS)
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
			header_is_wide(pen->grid) ? "every " : "", app->delay_ms / 1000,
			app->delay_ms % 1000 / 100);
}

/* When the last kill was: seen by us, or told by the log; UNKNOWN. */
static int64_t last_kill_age_ms(const struct app *app)
{
	const struct host *host = &app->watch.snapshot->host;
	const struct oom_event *event = event_log_get(&app->events.log, 0);
	int64_t age = UNKNOWN;
	if (app->kill_ms)
		return app->now_ms - app->kill_ms;
	/* A log that was given by name may be of another boot, or of another machine. */
	if (event && app->events.log.live && event->boot_us != OOM_UNKNOWN)
		age = host->boot_ms - event->boot_us / 1000;
	else if (event && event->unix_us != OOM_UNKNOWN && host->time_unix > 0)
		age = (int64_t)(host->time_unix * 1000) - event->unix_us / 1000;
	return age > host->boot_ms ? UNKNOWN : age;
}

/* One that happened while we looked. */
static bool is_news(const struct app *app)
{
	return app->kill_ms && app->now_ms - app->kill_ms < KILL_NEWS_MS;
}

static void add_kills(const struct app *app, bool wide, struct line *line)
{
	char span[FORMAT_SIZE];
	int64_t kills = app->watch.snapshot->host.vmstat.oom_kill;
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
	const struct host *host = &app->watch.snapshot->host;
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
	const struct memcg_tree *memcgs = app->watch.snapshot->memcgs;
	struct pen pen = grid_pen(grid, app->layout.rows[PART_TITLE], 0);
	grid_fill(&pen, STYLE_NORMAL, ' ', grid->cols);
	pen = grid_pen(grid, app->layout.rows[PART_TITLE], 0);
	put_system(&pen, app, detail);
	put_clock(&pen, &app->watch.snapshot->host);
	if (detail >= TITLE_UPTIME)
		put_uptime(&pen, &app->watch.snapshot->host);
	put_age(&pen, app);
	if (detail >= TITLE_USER) {
		grid_put(&pen, STYLE_NORMAL, app->user[0] ? "  " : "");
		grid_put_foreign(&pen, STYLE_NORMAL, app->user, 16);
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
	const struct levels levels = { app->config.warn_percent, app->config.critical_percent };
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
	const struct host_meminfo *mem = &app->watch.snapshot->host.meminfo;
	struct pen pen = header_begin(app, grid, PART_MEMORY, "Mem");
	char available[FORMAT_SIZE];
	int64_t used = header_difference(mem->mem_total, mem->mem_available);
	enum level level = level_in(app, used, mem->mem_total);
	format_kb(mem->mem_available, available);
	header_put_bar(&pen, level, used, mem->mem_total);
	header_put_of(&pen, used, mem->mem_total);
	grid_printf(&pen, STYLE_NORMAL, "  avail %4s", available);
	put_share(&pen, level_style(level), mem->mem_available, mem->mem_total);
	if (!header_is_wide(grid))
		return;
	grid_skip(&pen, 2);
	header_put_whole_size(&pen, " anon ", mem->anon, 4);
	header_put_whole_size(&pen, " file ", header_difference(mem->cached, mem->shmem), 4);
	header_put_whole_size(&pen, " shmem ", mem->shmem, 4);
	header_put_whole_size(&pen, " slab ", mem->slab, 4);
	header_put_whole_size(&pen, " pt ", mem->page_tables, 4);
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
	header_put_size(pen, "   zswap ", mem->zswap, 4);
	grid_printf(pen, STYLE_NORMAL, " (%.1fx)", (double)mem->zswapped / (double)mem->zswap);
	grid_end_item(pen, &begin);
}

static void draw_swap(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	const struct host_meminfo *mem = &host->meminfo;
	struct pen pen = header_begin(app, grid, PART_SWAP, "Swap");
	int64_t used = header_difference(mem->swap_total, mem->swap_free);
	if (mem->swap_total == 0) {
		grid_put(&pen, STYLE_DIM, "none");
		if (app->layout.rows[PART_COMMIT] < 0)
			put_commit(&pen, mem);
		return;
	}
	header_put_bar(&pen, level_in(app, used, mem->swap_total), used, mem->swap_total);
	header_put_of(&pen, used, mem->swap_total);
	if (!header_is_wide(grid)) {
		put_commit(&pen, mem);
		return;
	}
	header_put_whole_size(&pen, "  free  ", mem->swap_free, 4);
	header_put_page_rate(
		&pen, app, "           in ", host->vmstat.pswpin, app->previous.pswpin);
	header_put_page_rate(&pen, app, " out ", host->vmstat.pswpout, app->previous.pswpout);
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
	const struct host *host = &app->watch.snapshot->host;
	const struct host_meminfo *mem = &host->meminfo;
	struct pen pen =
		header_begin(app, grid, PART_COMMIT, header_is_wide(grid) ? "Commit" : "Cmit");
	header_put_bar(&pen, commit_level(app, host), mem->committed, mem->commit_limit);
	header_put_of(&pen, mem->committed, mem->commit_limit);
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

void view_header_draw(const struct app *app, struct grid *grid)
{
	static void (*const parts[])(const struct app *app, struct grid *grid) = {
		draw_title,
		draw_memory,
		draw_swap,
		draw_commit,
		header_pressure_draw,
		header_zones_draw,
	};
	if (!app->watch.snapshot)
		return;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](app, grid);
}
