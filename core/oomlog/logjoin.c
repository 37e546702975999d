#include "oomspect/logjoin.h"

#include "oomspect/array.h"
#include "oomspect/badness.h"
#include "oomspect/logscan.h"
#include "oomspect/oomline.h"

#include <string.h>

/* A program that wraps at words leaves lines of about this many bytes; a terminal cuts at 80 or
 * more, wherever that is. */
#define SOFT_WRAP_MIN 60
#define HARD_WRAP_MIN 79

static const char *const words[] = { "invoked", "oom-killer:", "gfp_mask=", "order=", "nodemask=",
	"oom_score_adj=", "oom_score_adj:", "oom_score_adj", "oomkilladj=", "oom_adj=", "total-vm:",
	"anon-rss:", "file-rss:", "shmem-rss:", "UID:", "pgtables:", "score", "sacrifice", "child",
	"Killed", "process", "memory", "cgroup", "pgtables_bytes", "swapents", "rss_anon",
	"rss_file", "rss_shmem", "total_vm", "nr_ptes", "nr_pmds", "name", "constraint=",
	"oom_memcg=", "task_memcg=", "task=", "cpuset=", "mems_allowed=", "global_oom", "killed",
	"result", "going", "memory.oom.group", "panic_on_oom", "enabled", "deadlocked", "tainted",
	"Tainted:", "failcnt", "limit", "usage" };

static char last_of(struct text text)
{
	return text.len ? text.at[text.len - 1] : '\0';
}

static bool contains(struct text text, const char *needle)
{
	return text_find(text, needle);
}

/* The piece of a word at the end of `text`, separators cut off. */
static struct text last_piece(struct text text)
{
	size_t start = text.len;
	while (start && !strchr(" \t,:(|[", text.at[start - 1]) && text.len - start < 32)
		start--;
	return scan_from(text, text.at + start);
}

/* The end of `text` and the start of `next` are the two halves of a word the kernel prints. */
static bool halves_of_a_word(struct text text, struct text next)
{
	char both[80];
	struct text piece = last_piece(text);
	if (!piece.len)
		return false;
	memcpy(both, piece.at, piece.len);
	size_t more = next.len < sizeof(both) - piece.len ? next.len : sizeof(both) - piece.len;
	memcpy(both + piece.len, next.at, more);
	struct text joined = { both, piece.len + more };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i]) > piece.len && text_starts(joined, words[i]))
			return true;
	}
	return false;
}

static bool is_prefix(struct text prefix, struct text of)
{
	return prefix.len <= of.len && memcmp(prefix.at, of.at, prefix.len) == 0;
}

/* The break is at a blank of one of the kernel's fixed phrases. */
static bool breaks_a_phrase(struct text text, struct text next)
{
	static const char *const phrases[] = { "killed as a result of limit of",
		"or sacrifice child", "are going to be killed due to memory.oom.group set",
		"memory: Killed process", "memory: Kill process", "System is deadlocked on memory",
		"system-wide panic_on_oom is enabled" };
	for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
		struct text phrase = text_of(phrases[i]);
		for (size_t k = 2; k < phrase.len; k++) {
			struct text head = { phrase.at, k },
				    rest = { phrase.at + k + 1, phrase.len - k - 1 };
			struct text start = { next.at, next.len < rest.len ? next.len : rest.len };
			if (phrase.at[k] == ' ' && text.len >= k && start.len &&
				is_prefix(start, rest) &&
				memcmp(text.at + text.len - k, head.at, k) == 0)
				return true;
		}
	}
	return false;
}

static bool starts_with_word(struct text next)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_starts(next, words[i]))
			return true;
	}
	return false;
}

/* Signs of quoting and of comments before a line, and what frames a remark in it. */
static struct text without_quotes(struct text line)
{
	line = text_trim(line);
	while (line.len && (strchr("#>|*;/+", *line.at) || scan_is_blank(*line.at)))
		line = scan_from(line, line.at + 1);
	return line;
}

/* "[... 200 lines omitted ...]", "<snip>", "-- cut --": a remark in brackets or dashes. */
static bool is_remark(struct text line)
{
	static const char *const verbs[] = { "snip", "trim", "cut", "trunc", "omit", "remov",
		"skip", "elid", "delet", "redact", "shorten", "abbrev", "more lines",
		"lines more" };
	if (line.len < 3 || line.len > 64 || !strchr("[(<{-=~", *line.at))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (text_find(line, verbs[i]))
			return true;
	}
	return false;
}

bool logjoin_is_elision(struct text line)
{
	static const char *const dots[] = { "...", "[...", "(...", "<...", "{...", "\xe2\x80\xa6",
		"[\xe2\x80\xa6", "(\xe2\x80\xa6", "[..]", "[.....]", "8<" };
	line = without_quotes(line);
	if (text_equals(line, "..") || text_starts(line, "--8<") || text_starts(line, "[snip"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(dots); i++) {
		if (text_starts(line, dots[i]))
			return line.len < 24 || is_remark(line);
	}
	return is_remark(line);
}

/* A line this long was cut by a terminal, most likely. */
static bool is_cut(const struct logjoin *join)
{
	return join->width >= HARD_WRAP_MIN && join->widest && !join->indented;
}

static bool is_adj(int64_t number)
{
	return number >= OOM_SCORE_ADJ_MIN && number <= OOM_SCORE_ADJ_MAX;
}

/* The number at the end of the header goes on: -10, 00. */
static bool goes_on(const struct logjoin *join, int64_t adj)
{
	size_t digits = 0;
	while (digits < join->next.len && scan_is_digit(join->next.at[digits]))
		digits++;
	if (!join->stamped || !digits || digits > 3 || digits != join->next.len ||
		!scan_is_digit(last_of(join->text)))
		return false;
	/* What is none already does not become one. */
	while (digits-- > 0 && is_adj(adj))
		adj *= 10;
	return is_adj(adj);
}

bool logjoin_header(const struct logjoin *join)
{
	int64_t adj;
	if (scan_key(join->text, "oom_score_adj=", &adj) ||
		scan_key(join->text, "oom_adj=", &adj) || scan_key(join->text, "oomkilladj=", &adj))
		return goes_on(join, adj);
	char last = last_of(join->text);
	return is_cut(join) || last == ':' || last == ',' || last == '|' || last == '(' ||
	       last == '=' || starts_with_word(join->next) || text_starts(join->next, "GFP_") ||
	       text_starts(join->next, "__GFP") || text_starts(join->next, "|") ||
	       halves_of_a_word(join->text, join->next);
}

bool logjoin_kill(const struct logjoin *join)
{
	struct oom_kill_line line;
	bool parsed = oomline_kill(join->text, &line);
	if (!parsed && (contains(join->text, "OOM victim ") || contains(join->text, "no killable")))
		return false;
	if (!parsed || !contains(join->text, ")"))
		return true;
	char last = last_of(join->text);
	if (last == ',' || last == '-' || last == ':' || (last == 'k' && *join->next.at == 'B'))
		return true;
	bool number = scan_is_digit(last) && line.killed && !contains(join->text, "oom_score_adj:");
	if (number && (scan_is_digit(*join->next.at) || text_starts(join->next, "kB")))
		return true;
	return starts_with_word(join->next) || text_starts(join->next, ",") ||
	       text_starts(join->next, ":") || halves_of_a_word(join->text, join->next);
}

bool logjoin_constraint(const struct logjoin *join)
{
	const char *uid = scan_last(join->text, ",uid");
	if (uid && contains(join->text, ",pid="))
		return uid + strlen(",uid=") >= join->text.at + join->text.len &&
		       scan_is_digit(*join->next.at);
	/* No word of this line is followed by a blank, but for a name or a path with one. */
	return !contains(join->next, " ") || contains(join->next, ",task") ||
	       text_starts(join->next, "task") || contains(join->next, ",pid=");
}

static bool is_path_piece(struct text text)
{
	return !contains(text, " ") && !contains(text, "=");
}

bool logjoin_task_in(const struct logjoin *join)
{
	struct text task, limit;
	if (!oomline_task_in_paths(join->text, &task, &limit))
		return false;
	if (!limit.len)
		return true;
	if (!is_path_piece(join->next))
		return false;
	if (limit.len > 1 && last_of(limit) == '/')
		return true;
	struct text rest = task.len > limit.len ? scan_from(task, task.at + limit.len)
						: (struct text){ task.at, 0 };
	if (rest.len && memcmp(task.at, limit.at, limit.len) == 0)
		return join->next.len <= rest.len &&
		       memcmp(rest.at, join->next.at, join->next.len) == 0;
	return is_cut(join);
}

bool logjoin_table(const struct logjoin *join)
{
	struct oom_columns columns;
	struct oom_task task;
	bool named;
	if (oomtable_columns(join->text, &columns))
		return !columns.whole;
	bool row = oomtable_row(join->text, join->columns, UNKNOWN_SIGNED, &task, &named);
	if (!row || !named)
		return true;
	/* Whole, but a name may have been cut where a terminal ended. */
	return (join->stamped || is_cut(join)) && is_path_piece(join->next) &&
	       strlen(task.comm) + join->next.len <= 15;
}

bool logjoin_cpu(const struct logjoin *join)
{
	struct oom_event event;
	oom_event_init(&event);
	if (!oomline_cpu(join->text, &event))
		return join->text.len < 400;
	struct text release = text_of(event.kernel);
	bool at_end =
		release.len < join->text.len &&
		memcmp(join->text.at + join->text.len - release.len, release.at, release.len) == 0;
	return at_end && is_cut(join) && *join->next.at != '#';
}

bool logjoin_usage(const struct logjoin *join)
{
	int64_t kb;
	return !scan_kb(join->text, "limit ", &kb);
}

bool logjoin_panic(const struct logjoin *join)
{
	static const char *const sentences[] = {
		"Kernel panic - not syncing: System is deadlocked on memory",
		"Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled",
		"Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled",
		"Kernel panic - not syncing: Out of memory and no killable processes",
		"Kernel panic - not syncing: out of memory. panic_on_oom is selected"
	};
	struct text text = text_trim(join->text);
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		struct text sentence = text_of(sentences[i]);
		if (text.len < sentence.len && memcmp(sentence.at, text.at, text.len) == 0)
			return true;
	}
	return false;
}

bool logjoin_group(const struct logjoin *join)
{
	return !contains(join->text, "oom.group");
}

bool logjoin_reaped(const struct logjoin *join)
{
	return !contains(join->text, ")");
}

/* "free:1kB min:2kB ...": goes on while the next line is of such pairs. */
bool logjoin_zone(const struct logjoin *join)
{
	size_t i = 0;
	const char *c = join->next.at;
	while (i < join->next.len &&
		((c[i] >= 'a' && c[i] <= 'z') || c[i] == '_' || c[i] == '(' || c[i] == ')'))
		i++;
	return i > 2 && i + 1 < join->next.len && c[i] == ':' && scan_is_digit(c[i + 1]) &&
	       contains(join->next, "kB");
}

/* Between two numbers of a row the count of its columns decides, if there is a header; a break
 * inside a number leaves one column too few. */
static bool is_inside_number(const struct logjoin *join, struct text text)
{
	char bytes[256];
	struct oom_task task;
	bool named;
	if (!is_cut(join) || text.len + join->next.len > sizeof(bytes))
		return false;
	memcpy(bytes, text.at, text.len);
	memcpy(bytes + text.len, join->next.at, join->next.len);
	struct text joined = { bytes, text.len + join->next.len };
	return !join->columns->count ||
	       (oomtable_row(joined, join->columns, UNKNOWN_SIGNED, &task, &named) && named);
}

static bool is_between_numbers(const struct logjoin *join, struct text text)
{
	return scan_is_digit(last_of(text)) && join->next.len && scan_is_digit(*join->next.at) &&
	       oomtable_begins(text);
}

enum logjoin_gap logjoin_gap(const struct logjoin *join)
{
	struct text text = scan_trim_end(join->text), word = join->next;
	struct text first;
	if (join->cut)
		return join->indented || join->blank_end ? LOGJOIN_BLANK : LOGJOIN_NONE;
	if (breaks_a_phrase(text, join->next))
		return LOGJOIN_BLANK;
	if (halves_of_a_word(text, join->next))
		return LOGJOIN_NONE;
	if (text_starts(text, "oom-kill:") || text_starts(join->next, ",") ||
		text_starts(join->next, "kB") || last_of(text) == 'k' || last_of(text) == '=')
		return LOGJOIN_NONE;
	if (text_starts(text, "Task in ") && contains(text, "limit of /") &&
		is_path_piece(join->next))
		return LOGJOIN_NONE;
	if ((text_starts(text, "CPU: ") || text_starts(text, "Pid: ")) &&
		scan_is_digit(*join->next.at) && !scan_is_digit(*last_piece(text).at))
		return LOGJOIN_BLANK; /* the release is a word of its own */
	if (is_between_numbers(join, text))
		return is_inside_number(join, text) && !join->blank_end ? LOGJOIN_NONE
									: LOGJOIN_BLANK;
	if (join->blank_end || text.len < join->text.len || join->indented ||
		starts_with_word(join->next))
		return LOGJOIN_BLANK;
	if (!text_next_field(&word, &first) || is_cut(join))
		return LOGJOIN_NONE;
	return join->width + 1 + first.len > SOFT_WRAP_MIN ? LOGJOIN_BLANK : LOGJOIN_NONE;
}
