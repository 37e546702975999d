#include "header_line.h"

#include <inttypes.h>
#include <string.h>

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

void header_pressure_draw(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	struct pen pen = header_begin(app, grid, PART_PSI, "PSI");
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
		header_put_count_rate(&pen, app, "   allocstall ", host->vmstat.allocstall,
			app->previous.allocstall);
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
	header_put_whole_size(pen, "free ", header_kb(app, zone->free), 4);
	header_put_whole_size(pen, " min ", header_kb(app, zone->min), 4);
	header_put_whole_size(pen, " low ", header_kb(app, zone->low), 4);
	header_put_whole_size(pen, " high ", header_kb(app, zone->high), 4);
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
	header_put_size(pen, label, part, 4);
	header_put_size(pen, " of ", whole, 4);
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
	const struct host_vmstat *now = &app->watch.snapshot->host.vmstat;
	int64_t scanned = header_rate(app, now->pgscan, app->previous.pgscan);
	int64_t stolen = header_rate(app, now->pgsteal, app->previous.pgsteal);
	if (now->pgscan < 0)
		return;
	grid_skip_to(pen, pen->grid->cols - RATES_COLS);
	header_put_count_rate(pen, app, "pgscan ", now->pgscan, app->previous.pgscan);
	header_put_count_rate(pen, app, "  pgsteal ", now->pgsteal, app->previous.pgsteal);
	if (scanned > 0 && stolen >= 0)
		header_put_whole(
			pen, STYLE_NORMAL, "  eff %3.0f%%", (double)stolen * 100 / (double)scanned);
}

void header_zones_draw(const struct app *app, struct grid *grid)
{
	const struct host *host = &app->watch.snapshot->host;
	bool wide = header_is_wide(grid), high = host->meminfo.high_total > 0;
	struct pen pen = header_begin(app, grid, PART_ZONES, wide ? "Zones" : "Zone");
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
	int kept = wide ? RATES_COLS + 1 : app->exhaustion.eta_s < 0 ? 0 : ESTIMATE_COLS;
	if (high)
		put_low_memory(&pen, &host->meminfo);
	else
		put_others(&pen, host, shown, grid->cols - kept);
	if (wide)
		put_reclaim(&pen, app);
	else
		header_put_estimate(&pen, app);
}
