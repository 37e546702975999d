#include "event_line.h"

#include "term/format.h"

#include "oomspect/amount.h"
#include "oomspect/event_rank.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MEMCG_WIDTH 22
#define NAME_WIDTH  22 /* where there is no cgroup beside it: a pid, a name, "+9" */
#define NAME_NARROW 17
#define ADJ_SIZE    16
#define KB_MAX      (INT64_MAX / OOM_VICTIMS_MAX / 2)

#define CLOCK_COLS 8
#define STAMP_COLS 20 /* a day, a month and a clock */

/* "today" is the day of whoever looks. */
static void put_date(const struct tm *then, int64_t now_s, char buffer[EVENT_LINE_TIME_SIZE])
{
	struct tm now;
	time_t seconds = (time_t)now_s;
	if (now_s <= 0 || !localtime_r(&seconds, &now) || now.tm_year != then->tm_year)
		strftime(buffer, EVENT_LINE_TIME_SIZE, "%Y-%m-%d %H:%M", then);
	else if (now.tm_yday != then->tm_yday)
		strftime(buffer, EVENT_LINE_TIME_SIZE, "%m-%d %H:%M:%S", then);
	else
		strftime(buffer, EVENT_LINE_TIME_SIZE, "%H:%M:%S", then);
}

void event_line_time(int64_t unix_us, int64_t boot_us, const char *stamp, int64_t now_s,
	char buffer[EVENT_LINE_TIME_SIZE])
{
	struct tm local;
	time_t seconds = (time_t)(unix_us / 1000000);
	if (unix_us != UNKNOWN_SIGNED && localtime_r(&seconds, &local))
		put_date(&local, now_s, buffer);
	else if (strchr(stamp, ':'))
		snprintf(buffer, EVENT_LINE_TIME_SIZE, "%s", stamp);
	else if (boot_us != UNKNOWN_SIGNED)
		snprintf(buffer, EVENT_LINE_TIME_SIZE, "+%llds", (long long)(boot_us / 1000000));
	else
		snprintf(buffer, EVENT_LINE_TIME_SIZE, "-");
}

int event_line_time_cols(const struct oom_event *event, int64_t now_s)
{
	char when[EVENT_LINE_TIME_SIZE];
	event_line_time(event->unix_us, event->boot_us, event->stamp, now_s, when);
	size_t cols = strlen(when);
	return cols < CLOCK_COLS ? CLOCK_COLS : cols > STAMP_COLS ? STAMP_COLS : (int)cols;
}

/* A stamp is foreign text, in whatever language. */
static void put_time(
	struct pen *pen, const struct oom_event *event, const struct event_line_form *form)
{
	char when[EVENT_LINE_TIME_SIZE];
	struct pen cell = grid_pen_until(pen->grid, pen->row, pen->col, pen->col + form->time_cols);
	event_line_time(event->unix_us, event->boot_us, event->stamp, form->now_s, when);
	grid_skip(pen, form->time_cols + 1);
	grid_put_foreign(&cell, STYLE_NORMAL, when, form->time_cols);
}

/* What a damaged log says may be beyond all sums. */
static int64_t known(int64_t kb)
{
	if (kb == UNKNOWN_SIGNED)
		return 0;
	return kb < KB_MAX ? kb : KB_MAX;
}

/* Anonymous memory and page tables come back; files and shared memory may stay. */
static int64_t freed_kb(const struct oom_event *event)
{
	int64_t sum = 0;
	bool any = false;
	for (size_t i = 0; i < event->victim_count; i++) {
		any |= event->victims[i].anon_rss_kb != UNKNOWN_SIGNED;
		sum += known(event->victims[i].anon_rss_kb) + known(event->victims[i].pgtables_kb);
	}
	return any ? sum : -1;
}

static void put_killed(struct pen *pen, const struct oom_event *event, int width)
{
	struct pen cell = grid_pen_until(pen->grid, pen->row, pen->col, pen->col + width);
	grid_skip(pen, width + 1);
	if (event->victim_count) {
		grid_printf(&cell, STYLE_NORMAL, "%lld ", (long long)event->victims[0].pid);
		grid_put_foreign(&cell, STYLE_NORMAL, event->victims[0].comm, OOM_COMM_SIZE);
		if (event->victim_count > 1)
			grid_printf(&cell, STYLE_NORMAL, " +%zu", event->victim_count - 1);
	} else if (event->outcome == OOM_OUTCOME_UNKNOWN && event->chosen.comm[0]) {
		grid_printf(&cell, STYLE_DIM, "chose %lld ", (long long)event->chosen.pid);
		grid_put_foreign(&cell, STYLE_NORMAL, event->chosen.comm, OOM_COMM_SIZE);
	} else {
		grid_put(&cell, STYLE_BOLD, oom_outcome_names[event->outcome]);
	}
}

static void put_memcg(struct pen *pen, const struct oom_event *event)
{
	struct pen cell = grid_pen_until(pen->grid, pen->row, pen->col, pen->col + MEMCG_WIDTH);
	/* The end of a path tells more than its beginning. */
	const char *seen = event->seen.oom_memcg ? event->seen.oom_memcg : "-";
	const char *path = event->oom_memcg ? event->oom_memcg : seen;
	bool inferred = path == seen && event->seen.oom_memcg;
	size_t length = strlen(path), width = MEMCG_WIDTH - inferred;
	if (length > width)
		path += length - width;
	grid_skip(pen, MEMCG_WIDTH + 1);
	grid_put(&cell, STYLE_DIM, inferred ? "~" : "");
	grid_put_foreign(&cell, STYLE_NORMAL, path, (int)width);
}

static void format_adj(const struct oom_event *event, char adj[ADJ_SIZE])
{
	snprintf(adj, ADJ_SIZE, "-");
	if (event->victim_count && event->victims[0].oom_score_adj != UNKNOWN_SIGNED)
		snprintf(adj, ADJ_SIZE, "%d", (int)event->victims[0].oom_score_adj);
}

void event_line_put_titles(struct pen *pen, const struct event_line_form *form)
{
	grid_printf(pen, STYLE_NORMAL, "%-*s SCOPE   %-*s%-*sFREED   ADJ BY", form->time_cols,
		"TIME", form->with_memcg ? MEMCG_WIDTH + 1 : 0,
		form->with_memcg ? "LIMITING CGROUP" : "",
		(form->with_memcg ? NAME_NARROW : NAME_WIDTH) + 1, "KILLED");
}

void event_line_put(
	struct pen *pen, const struct oom_event *event, const struct event_line_form *form)
{
	char freed[FORMAT_SIZE], adj[ADJ_SIZE];
	format_kb(freed_kb(event), freed);
	format_adj(event, adj);
	put_time(pen, event, form);
	grid_printf(pen, STYLE_NORMAL, "%-7s ", oom_scope_names[event->scope]);
	if (form->with_memcg)
		put_memcg(pen, event);
	put_killed(pen, event, form->with_memcg ? NAME_NARROW : NAME_WIDTH);
	grid_put_right(pen, STYLE_NORMAL, freed, 5);
	grid_put_right(pen, STYLE_NORMAL, adj, 6);
	grid_skip(pen, 1);
	grid_put_foreign(pen, STYLE_DIM, event->invoker.comm, OOM_COMM_SIZE);
}

/* --- in one line, in words --------------------------------------------------------------------- */

/* The memory that ran out: a cgroup's, or the machine's as the log has it. */
static void put_where(struct pen *pen, const struct oom_event *event)
{
	struct pen cell = grid_pen_until(pen->grid, pen->row, pen->col, pen->col + MEMCG_WIDTH);
	const struct oom_meminfo *mem = &event->mem;
	char size[FORMAT_SIZE];
	if (event->oom_memcg || !event->has_meminfo || mem->ram_pages < 0 || mem->page_kb <= 0 ||
		mem->ram_pages > INT64_MAX / mem->page_kb) {
		put_memcg(pen, event);
		return;
	}
	format_kb(mem->ram_pages * mem->page_kb, size);
	grid_printf(&cell, STYLE_NORMAL, "%s RAM", size);
	if (mem->swap_total_kb > 0) {
		format_kb(mem->swap_total_kb, size);
		grid_printf(&cell, STYLE_NORMAL, " + %s swap", size);
	}
	grid_skip(pen, MEMCG_WIDTH + 1);
}

static void put_cell(struct pen *pen, const char *label, const char *text, int width)
{
	grid_put(pen, STYLE_DIM, label);
	grid_put_right(pen, STYLE_NORMAL, text, width);
}

/* The victim's badness in thousandths of what ran out. */
static void format_bad(const struct oom_event *event, char bad[FORMAT_SIZE])
{
	const struct oom_task *task = NULL;
	snprintf(bad, FORMAT_SIZE, "-");
	if (event->victim_count)
		task = event_victim_task(event, &event->victims[0]);
	if (task && task->badness_pages != UNKNOWN_SIGNED && event->totalpages_exact &&
		event->totalpages > 0)
		format_tenths(
			(int64_t)((double)task->badness_pages * 10000 / (double)event->totalpages),
			bad);
}

void event_line_put_words(
	struct pen *pen, const struct oom_event *event, const struct event_line_form *form)
{
	char size[FORMAT_SIZE], adj[ADJ_SIZE];
	int64_t limit = oom_event_usage(event).limit_kb;
	put_time(pen, event, form);
	grid_printf(pen, STYLE_NORMAL, "%-7s ", oom_scope_names[event->scope]);
	put_where(pen, event);
	format_kb(limit == OOM_UNLIMITED ? UNKNOWN : limit, size);
	put_cell(pen, " limit ", size, 5);
	grid_put(pen, STYLE_DIM, "  killed ");
	put_killed(pen, event, NAME_WIDTH);
	format_kb(event->victim_count ? event->victims[0].anon_rss_kb : UNKNOWN, size);
	put_cell(pen, " anon ", size, 5);
	format_adj(event, adj);
	put_cell(pen, "  adj ", adj, 5);
	format_kb(freed_kb(event), size);
	put_cell(pen, "  freed ", size, 5);
	format_bad(event, size);
	put_cell(pen, "  BAD ", size, 6);
	grid_put(pen, STYLE_DIM, "  trigger ");
	grid_put_foreign(pen, STYLE_NORMAL, event->invoker.comm, OOM_COMM_SIZE);
}
