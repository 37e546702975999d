#include "events_text.h"

#include "printer.h"

#include "oomspect/event_explain.h"
#include "oomspect/safe_text.h"

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
	return task->tgid == event->chosen.pid ? "  <- chosen" : "";
}

/* Tenths of a MiB, rounded towards zero, as text with its sign. */
static void put_mib(FILE *out, const struct oom_event *event, int64_t pages, int width)
{
	char text[32] = "-";
	int64_t kb;
	if (pages != OOM_UNKNOWN && !__builtin_mul_overflow(pages, event->page_size / 1024, &kb)) {
		int64_t tenths = kb / 1024 * 10 + kb % 1024 * 10 / 1024;
		snprintf(text, sizeof(text), "%s%lld.%lld", tenths < 0 ? "-" : "",
			(long long)(tenths < 0 ? -(tenths / 10) : tenths / 10),
			(long long)(tenths < 0 ? -(tenths % 10) : tenths % 10));
	}
	fprintf(out, "%*s", width, text);
}

static void put_row(FILE *out, const struct oom_event *event, const struct oom_task *task)
{
	char adj[24] = "-";
	size_t width = safe_width(text_of(task->comm));
	if (task->oom_score_adj != OOM_UNKNOWN)
		snprintf(adj, sizeof(adj), "%lld", (long long)task->oom_score_adj);
	fprintf(out, "%*s%8lld  ", INDENT, "", (long long)task->tgid);
	put_safe(out, task->comm);
	fprintf(out, "%*s", width < 16 ? (int)(16 - width) : 1, "");
	put_mib(out, event, task->rss_pages, 10);
	fprintf(out, " %6s", adj);
	put_mib(out, event, event_weighs(event, task) ? task->badness_pages : OOM_UNKNOWN, 11);
	fprintf(out, "%s\n", mark_of(event, task));
}

static void put_table(FILE *out, const struct oom_event *event)
{
	const struct oom_task *chosen = event_chosen_task(event);
	if (!event_task_of_rank(event, 1))
		return;
	fprintf(out, "%*s%8s  %-16s%10s %6s%11s  (MiB)\n", INDENT, "", "PID", "NAME", "RSS", "ADJ",
		"BADNESS");
	for (int64_t rank = 1; rank <= TABLE_ROWS; rank++) {
		const struct oom_task *task = event_task_of_rank(event, rank);
		if (task)
			put_row(out, event, task);
	}
	if (chosen && (chosen->rank == OOM_UNKNOWN || chosen->rank > TABLE_ROWS))
		put_row(out, event, chosen);
}

static void put_time(FILE *out, const struct oom_event *event)
{
	struct tm local;
	char text[40];
	time_t seconds = (time_t)(event->unix_us / 1000000);
	if (event->unix_us != OOM_UNKNOWN && localtime_r(&seconds, &local) &&
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local))
		fputs(text, out);
	else if (event->stamp[0])
		put_safe(out, event->stamp);
	else if (event->boot_us != OOM_UNKNOWN)
		fprintf(out, "%lld.%03lld s after boot", (long long)(event->boot_us / 1000000),
			(long long)(event->boot_us % 1000000 / 1000));
	else
		fputs("time unknown", out);
}

static void print_report(FILE *out, const struct oom_event *event,
	const struct event_explanation *explanation, size_t line)
{
	fprintf(out, "OOM %llu  ", (unsigned long long)event->number);
	put_time(out, event);
	fprintf(out, "  %s  ", oom_scope_name(event->scope));
	if (event->victim_count) {
		fprintf(out, "killed %lld ", (long long)event->victims[0].pid);
		put_safe(out, event->victims[0].comm);
		if (event->victim_count > 1)
			fprintf(out, " and %zu more", event->victim_count - 1);
	} else {
		fputs(oom_outcome_name(event->outcome), out);
	}
	fputc('\n', out);
	put_answer(out, explanation, EVENT_WHAT, "What", line);
	put_answer(out, explanation, EVENT_WHO, "Who", line);
	put_answer(out, explanation, EVENT_WHY, "Why", line);
	put_table(out, event);
	put_answer(out, explanation, EVENT_NEXT, "Next", line);
	fprintf(out, " Lines  %llu-%llu of ", (unsigned long long)event->first_line,
		(unsigned long long)event->last_line);
	put_safe(out, event->source ? event->source : "?");
	fprintf(out, "%s\n\n", event->complete ? "" : " (not complete)");
}

enum err_code events_text_print(FILE *out, const struct oom_event *event, int width)
{
	struct event_explanation explanation;
	enum err_code code = event_explain(event, &explanation);
	if (!code)
		print_report(
			out, event, &explanation, width < NARROWEST ? NARROWEST : (size_t)width);
	event_explanation_release(&explanation);
	return code;
}
