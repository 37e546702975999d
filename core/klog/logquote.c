#include "logquote.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"

#include <string.h>
#include <strings.h>

/* What follows a name in a line of the kernel: the sign before it is a part of the name, which any
 * user can choose. */
static bool follows_a_name(struct text remark)
{
	static const char *const words[] = { " invoked oom-killer", ",pid=", ")", "total-vm:" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_find(remark, words[i]))
			return true;
	}
	return false;
}

/* "  # noqa: E501", "\t// from production": two blanks or a tab before it, as style guides ask. */
static struct text without_remark(struct text line)
{
	static const char *const signs[] = { "# ", "// ", "<!-- ", "/* " };
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		const char *at = scan_last(line, signs[i]);
		bool apart = at && at > line.at + 1 &&
			     (at[-1] == '\t' || (at[-1] == ' ' && scan_is_blank(at[-2])));
		if (apart && scan_trim_end(scan_until(line, at)).len &&
			!follows_a_name(scan_from(line, at)))
			return scan_trim_end(scan_until(line, at));
	}
	return line;
}

/* "[code]", "[/quote]", "[color=red]", "<pre>", "<br />": forums and web pages. */
static size_t tag_length(struct text text)
{
	static const char *const names[] = { "code", "quote", "pre", "font", "color", "colour",
		"size", "b", "i", "u", "tt", "br", "p", "div", "span", "li", "blockquote",
		"noparse", "spoiler", "php", "log", "samp", "kbd", "mono", "noformat", "td", "tr" };
	if (text.len < 3 || (*text.at != '[' && *text.at != '<'))
		return 0;
	const char *end =
		memchr(text.at, *text.at == '[' ? ']' : '>', text.len < 80 ? text.len : 80);
	if (!end)
		return 0;
	struct text name = { text.at + 1, (size_t)(end - text.at) - 1 };
	text_skip(&name, "/");
	size_t length = 0;
	while (length < name.len &&
		((name.at[length] | 0x20) >= 'a' && (name.at[length] | 0x20) <= 'z'))
		length++;
	struct text rest = { name.at + length, name.len - length };
	if (rest.len && *rest.at != '=' && *rest.at != ' ' && *rest.at != '/' && *rest.at != ':')
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == length && strncasecmp(names[i], name.at, length) == 0)
			return (size_t)(end - text.at) + 1;
	}
	return 0;
}

static struct text without_tags(struct text line)
{
	struct text text = text_trim(line);
	size_t length;
	while ((length = tag_length(text))) {
		text = scan_from(text, text.at + length);
		line = text;
		text = text_trim(text);
	}
	for (;;) { /* at the end */
		const char *open =
			scan_last(text, text.len && text.at[text.len - 1] == ']' ? "[" : "<");
		if (!text.len || !open || open == text.at ||
			tag_length(scan_from(text, open)) != text.len - (size_t)(open - text.at))
			return line;
		text = scan_trim_end(scan_until(text, open));
		line = scan_until(line, text.at + text.len);
	}
}

static bool is_mark(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* "- \"", "[\"", "b'": what stands before a literal in a list, or before its first mark. */
static struct text skip_opening(struct text line)
{
	struct text text = line;
	scan_blanks(&text);
	for (int i = 0; i < 4 && text.len && strchr("[({-+,", *text.at); i++) {
		text = scan_from(text, text.at + 1);
		scan_blanks(&text);
	}
	if (text.len > 1 && strchr("bBuUrRfL$@", *text.at) && is_mark(text.at[1]))
		text = scan_from(text, text.at + 1);
	return text;
}

/* What may stand behind a literal: the signs of a list, then a remark. */
static bool is_behind(struct text rest)
{
	while (rest.len && strchr(",;)]}+\\ \t", *rest.at))
		rest = scan_from(rest, rest.at + 1);
	return !rest.len || text_starts(rest, "#") || text_starts(rest, "//") ||
	       text_starts(rest, "/*") || text_starts(rest, "--");
}

/* "\n" that is spelled out at the end of a literal. */
static struct text without_newline(struct text text)
{
	static const char *const newlines[] = { "\\r\\n", "\\n" };
	for (size_t i = 0; i < ARRAY_SIZE(newlines); i++) {
		size_t length = strlen(newlines[i]);
		if (text.len > length &&
			memcmp(text.at + text.len - length, newlines[i], length) == 0)
			return (struct text){ text.at, text.len - length };
	}
	return text;
}

static struct text without_literal(struct text line)
{
	struct text text = skip_opening(line), seek;
	if (text.len < 3 || !is_mark(*text.at))
		return line;
	char mark = *text.at;
	text = seek = scan_from(text, text.at + 1);
	for (const char *at; seek.len && (at = memchr(seek.at, mark, seek.len));
		seek = scan_from(seek, at + 1)) {
		struct text rest = text_trim(scan_from(seek, at + 1));
		if (seek.at == text.at && text_starts(rest, ":"))
			return line; /* a key of JSON */
		if (at > text.at && is_behind(rest))
			return without_newline(scan_until(text, at));
	}
	return line;
}

struct text logquote_inside(struct text line)
{
	/* Nearly every line is none of these, and the log may be long. */
	if (!line.len || (!strchr("\"'`,;)]}+\\>", line.at[line.len - 1]) && *line.at != '[' &&
				 *line.at != '<' && !text_find(line, " # ") &&
				 !text_find(line, "\t# ") && !text_find(line, " // ") &&
				 !text_find(line, "/* ") && !text_find(line, "<!-- ")))
		return line;
	return scan_trim_end(without_literal(without_tags(without_remark(line))));
}
