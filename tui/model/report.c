#include "report.h"

#include "term/printer.h"

#include "oomspect/event_explain.h"
#include "oomspect/event_rank.h"
#include "oomspect/memtext.h"
#include "oomspect/safe_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NARROWEST  40
#define INDENT     8
#define TABLE_ROWS 5

/* Bytes that are not the first of a character take no column; wide ones are not told apart. */
static size_t columns_of(const char *bytes, size_t length)
{
	size_t columns = 0;
	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return columns;
}

static void put_safe(FILE *out, const char *string)
{
	safe_text_put(out, text_of(string), printer_ascii_only());
}

static size_t safe_width(struct text text)
{
	char piece[SAFE_TEXT_MAX];
	size_t width = 0, length;
	while ((length = safe_text_next(&text, piece)))
		width += columns_of(piece, length);
	return width;
}

/* One word; longer than a line is left to the terminal. */
static void put_word(FILE *out, struct text word, size_t *column, size_t line)
{
	size_t width = safe_width(word);
	if (*column > INDENT && *column + 1 + width > line) {
		fprintf(out, "\n%*s", INDENT, "");
		*column = INDENT;
	} else if (*column > INDENT) {
		fputc(' ', out);
		(*column)++;
	}
	safe_text_put(out, word, printer_ascii_only());
	*column += width;
}

static void put_answer(FILE *out, const struct event_explanation *explanation,
	enum event_answer answer, const char *title, size_t line)
{
	size_t column = INDENT;
	bool any = false;
	for (size_t i = 0; i < explanation->count; i++) {
		if (explanation->sentences[i].answer != answer)
			continue;
		if (!any)
			fprintf(out, " %-*s", INDENT - 1, title);
		any = true;
		struct text rest = text_of(explanation->sentences[i].text), word;
		while (text_next_field(&rest, &word))
			put_word(out, word, &column, line);
	}
	if (any)
		fputc('\n', out);
}

static const char *mark_of(const struct oom_event *event, const struct oom_task *task)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		if (event->victims[i].pid == task->pid || event->victims[i].pid == task->tgid)
			return "  <- killed";
	}
	if (event->victim_count && event_victim_task(event, &event->victims[0]) == task)
		return "  <- killed"; /* a thread of it has the pid */
	return task->tgid == event->chosen.pid ? "  <- chosen" : "";
}

/* In this unit the table of a machine whose processes are tiny says something. */
#define KIB_BELOW (10 * 1024) /* KiB of the largest row */

static bool kb_of_pages(const struct oom_event *event, int64_t pages, int64_t *ret_kb)
{
	return pages != UNKNOWN_SIGNED &&
	       !__builtin_mul_overflow(pages, event->page_size / 1024, ret_kb);
}

/* Tenths of a MiB, rounded to nearest, or whole KiB, with its sign. */
static void put_size(
	FILE *out, const struct oom_event *event, int64_t pages, bool in_kib, int width)
{
	char text[32] = "-";
	int64_t kb;
	if (kb_of_pages(event, pages, &kb) && in_kib) {
		snprintf(text, sizeof(text), "%lld", (long long)kb);
	} else if (kb_of_pages(event, pages, &kb)) {
		uint64_t size = kb < 0 ? -(uint64_t)kb : (uint64_t)kb;
		uint64_t tenths = size / 1024 * 10 + (size % 1024 * 10 + 512) / 1024;
		snprintf(text, sizeof(text), "%s%llu.%llu", kb < 0 && tenths ? "-" : "",
			(unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));
	}
	fprintf(out, "%*s", width, text);
}

static void put_row(
	FILE *out, const struct oom_event *event, const struct oom_task *task, bool in_kib)
{
	char adj[24] = "-";
	size_t width = safe_width(text_of(task->comm));
	if (task->oom_score_adj != UNKNOWN_SIGNED)
		snprintf(adj, sizeof(adj), "%lld", (long long)task->oom_score_adj);
	fprintf(out, "%*s%8lld  ", INDENT, "", (long long)task->tgid);
	put_safe(out, task->comm);
	fprintf(out, "%*s", width < 16 ? (int)(16 - width) : 1, "");
	put_size(out, event, task->rss_pages, in_kib, 10);
	fprintf(out, " %6s", adj);
	put_size(out, event, task->badness_pages, in_kib, 11);
	fprintf(out, "%s\n", mark_of(event, task));
}

/* What the table shows: the first by rank; without ranks the largest rows that the log has. */
struct shown {
	const struct oom_task *rows[TABLE_ROWS];
	size_t count;
	bool ranked;
};

static bool is_shown(const struct shown *shown, const struct oom_task *task)
{
	for (size_t i = 0; i < shown->count; i++) {
		if (shown->rows[i] == task)
			return true;
	}
	return false;
}

static const struct oom_task *largest_left(const struct oom_event *event, const struct shown *shown)
{
	const struct oom_task *largest = NULL;
	for (size_t i = 0; i < event->tasks_kept; i++) {
		const struct oom_task *task = &event->tasks[i];
		if (!is_shown(shown, task) && (!largest || task->rss_pages > largest->rss_pages))
			largest = task;
	}
	return largest;
}

static struct shown shown_of(const struct oom_event *event)
{
	struct shown shown = { .ranked = event_task_of_rank(event, 1) != NULL };
	while (shown.count < TABLE_ROWS) {
		const struct oom_task *task =
			shown.ranked ? event_task_of_rank(event, (int64_t)shown.count + 1)
				     : largest_left(event, &shown);
		if (!task)
			break;
		shown.rows[shown.count++] = task;
	}
	return shown;
}

static bool is_tiny(const struct oom_event *event, const struct shown *shown)
{
	for (size_t i = 0; i < shown->count; i++) {
		int64_t kb;
		if (kb_of_pages(event, shown->rows[i]->rss_pages, &kb) && kb >= KIB_BELOW)
			return false;
	}
	return true;
}

static void put_table(FILE *out, const struct oom_event *event)
{
	const struct oom_task *chosen = event_chosen_task(event);
	struct shown shown = shown_of(event);
	bool in_kib = is_tiny(event, &shown);
	if (!shown.count)
		return;
	if (!shown.ranked)
		fprintf(out, "%*sThe largest rows that the log has of the table:\n", INDENT, "");
	fprintf(out, "%*s%8s  %-16s%10s %6s%11s  (%s)\n", INDENT, "", "PID", "NAME", "RSS", "ADJ",
		"BADNESS", in_kib ? "KiB" : "MiB");
	for (size_t i = 0; i < shown.count; i++)
		put_row(out, event, shown.rows[i], in_kib);
	if (chosen && !is_shown(&shown, chosen))
		put_row(out, event, chosen, in_kib);
}

static void put_time(FILE *out, const struct oom_event *event)
{
	struct tm local;
	char text[40];
	time_t seconds = (time_t)(event->unix_us / 1000000);
	if (event->unix_us != UNKNOWN_SIGNED && localtime_r(&seconds, &local) &&
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local))
		fputs(text, out);
	else if (event->stamp[0])
		put_safe(out, event->stamp);
	else if (event->boot_us != UNKNOWN_SIGNED)
		fprintf(out, "%lld.%03lld s after boot", (long long)(event->boot_us / 1000000),
			(long long)(event->boot_us % 1000000 / 1000));
	else
		fputs("time unknown", out);
}

static void put_lines(FILE *out, const struct oom_event *event)
{
	fprintf(out, " Lines  %llu-%llu of ", (unsigned long long)event->first_line,
		(unsigned long long)event->last_line);
	put_safe(out, event->source ? event->source : "?");
	fprintf(out, "%s\n", event->complete ? "" : " (not complete)");
}

static void print_report(FILE *out, const struct oom_event *event,
	const struct event_explanation *explanation, size_t line)
{
	if (event->seen.unlogged)
		fputs("Not in the log  ", out);
	else
		fprintf(out, "OOM %llu  ", (unsigned long long)event->number);
	put_time(out, event);
	fprintf(out, "  %s  ", oom_scope_names[event->scope]);
	if (event->victim_count) {
		fprintf(out, "killed %lld ", (long long)event->victims[0].pid);
		put_safe(out, event->victims[0].comm);
		if (event->victim_count > 1)
			fprintf(out, " and %zu more", event->victim_count - 1);
	} else if (event->outcome == OOM_OUTCOME_UNKNOWN && event->chosen.comm[0]) {
		fprintf(out, "chose %lld ", (long long)event->chosen.pid);
		put_safe(out, event->chosen.comm);
	} else {
		fputs(oom_outcome_names[event->outcome], out);
	}
	fputc('\n', out);
	put_answer(out, explanation, EVENT_WHAT, "What", line);
	put_answer(out, explanation, EVENT_WHO, "Who", line);
	put_answer(out, explanation, EVENT_WHY, "Why", line);
	put_table(out, event);
	put_answer(out, explanation, EVENT_NEXT, "Next", line);
	if (!event->seen.unlogged)
		put_lines(out, event);
	if (!event->proven)
		fputs(" Origin not proven to be the kernel's: anybody may have written the text\n",
			out);
	fputc('\n', out);
}

enum err_code report_print(FILE *out, const struct oom_event *event, int width)
{
	struct event_explanation explanation;
	enum err_code code = event_explain(event, &explanation);
	if (!code)
		print_report(
			out, event, &explanation, width < NARROWEST ? NARROWEST : (size_t)width);
	event_explanation_release(&explanation);
	return code;
}

/* --- its lines -------------------------------------------------------------------------------- */

void report_init(struct report *report)
{
	*report = (struct report){ 0 };
}

void report_release(struct report *report)
{
	free(report->text);
	free(report->lines);
	report->text = NULL;
	report->lines = NULL;
	report->count = 0;
}

static bool index_lines(struct report *report, size_t length)
{
	size_t lines = 1;
	for (size_t i = 0; i < length; i++)
		lines += report->text[i] == '\n';
	report->lines = calloc(lines, sizeof(*report->lines));
	if (!report->lines)
		return false;
	for (size_t at = 0; at < length; report->count++) {
		const char *end = memchr(report->text + at, '\n', length - at);
		report->lines[report->count] = at;
		at = end ? (size_t)(end - report->text) + 1 : length;
	}
	return true;
}

/* False when memory ran out. */
static bool write_report(FILE *out, const struct oom_event *event, int width, bool raw)
{
	if (!raw)
		return report_print(out, event, width) == ERR_OK;
	fwrite(event->raw ? event->raw : "", 1, event->raw ? event->raw_len : 0, out);
	return true;
}

void report_make(struct report *report, const struct oom_event *event, int width, bool raw)
{
	struct memtext made;
	struct report indexed = { .text = NULL };
	if (memtext_open(&made) && !write_report(made.file, event, width, raw))
		memtext_release(&made);
	else if (made.file && memtext_close(&made))
		indexed.text = made.text;
	if (indexed.text && !index_lines(&indexed, made.length))
		report_release(&indexed);
	report_release(report);
	*report = indexed;
}

const char *report_line(const struct report *report, size_t index, size_t *ret_length)
{
	const char *line = report->text + report->lines[index];
	*ret_length = strcspn(line, "\n");
	return line;
}
