#include "fuzz/mutate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64: every seed is a good one. */
size_t dice_roll(struct dice *dice, size_t below)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return below ? (size_t)((z ^ (z >> 31)) % below) : 0;
}

/* Puts `len` bytes in place of `gone` ones; nothing when they have no room. */
static void splice(struct bytes *text, size_t at, size_t gone, const char *from, size_t len)
{
	if (text->len - gone + len > MUTATE_MAX)
		return;
	memmove(text->at + at + len, text->at + at + gone, text->len - at - gone);
	memcpy(text->at + at, from, len);
	text->len += len - gone;
}

struct span {
	size_t at, len; /* with the newline, if it has one */
};

static struct span line_at(const struct bytes *text, size_t inside)
{
	size_t begin = inside, end = inside;
	while (begin > 0 && text->at[begin - 1] != '\n')
		begin--;
	while (end < text->len && text->at[end] != '\n')
		end++;
	return (struct span){ begin, (end < text->len ? end + 1 : end) - begin };
}

static struct span some_line(const struct bytes *text, struct dice *dice)
{
	return line_at(text, dice_roll(dice, text->len));
}

static void flip_bits(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	(void)other;
	for (size_t flips = 1 + dice_roll(dice, 8); flips > 0 && text->len > 0; flips--)
		text->at[dice_roll(dice, text->len)] ^= (char)(1 << dice_roll(dice, 8));
}

static void delete_lines(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	(void)other;
	for (size_t lines = 1 + dice_roll(dice, 4); lines > 0; lines--) {
		struct span line = some_line(text, dice);
		splice(text, line.at, line.len, "", 0);
	}
}

static void copy_line(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	static char line[4096];
	struct span from = some_line(text, dice);
	(void)other;
	if (from.len > sizeof(line))
		return;
	memcpy(line, text->at + from.at, from.len);
	splice(text, some_line(text, dice).at, 0, line, from.len);
}

static void swap_lines(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	static char line[4096];
	struct span first = some_line(text, dice);
	(void)other;
	if (first.len > sizeof(line))
		return;
	memcpy(line, text->at + first.at, first.len);
	splice(text, first.at, first.len, "", 0);
	splice(text, some_line(text, dice).at, 0, line, first.len);
}

static void repeat_piece(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	static char piece[16 << 10];
	size_t at = dice_roll(dice, text->len), len = dice_roll(dice, sizeof(piece));
	(void)other;
	if (len > text->len - at)
		len = text->len - at;
	memcpy(piece, text->at + at, len);
	for (size_t times = 1 + dice_roll(dice, 12); times > 0; times--)
		splice(text, at, 0, piece, len);
}

static const char *const numbers[] = { "0", "-1", "1", "-0", "127", "255", "256", "32768", "65535",
	"2147483647", "2147483648", "-2147483648", "4294967295", "4294967296", "9007199254740993",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775809", "18446744073709551615", "18446744073709551616", "18014398509481984",
	"4503599627370496", "99999999999999999999999999999999999999999999999999",
	"-99999999999999999999999999", "1e308", "0x7fffffffffffffff", "1.7976931348623157e309", ".",
	"nan", "inf", "max", "", "-", "1000", "1001", "-1000", "-1001", "17179869183.999999",
	"000000000000000000000000000000001" };

static void make_number_extreme(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	const char *number = numbers[dice_roll(dice, COUNT(numbers))];
	size_t at = dice_roll(dice, text->len), end;
	(void)other;
	while (at < text->len && !isdigit((unsigned char)text->at[at]))
		at++;
	while (at > 0 && at < text->len && isdigit((unsigned char)text->at[at - 1]))
		at--;
	for (end = at; end < text->len && isdigit((unsigned char)text->at[end]);)
		end++;
	splice(text, at, end - at, number, strlen(number));
}

static void make_numbers_extreme(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	for (size_t times = 1 + dice_roll(dice, 16); times > 0; times--)
		make_number_extreme(text, other, dice);
}

static const char *const prefixes[] = { "[    5.000000] ", "[99999999999.999999] ", "<6>",
	"<4294967295>", "6,1234,99,-;", "4,18446744073709551615,18446744073709551615,-;",
	"Nov 28 14:02:31 web kernel: ", "2026-11-28T14:02:31.123456+01:00 web kernel: ",
	"[Sat Nov 28 14:02:31 2026] ",
	"kern  :info  : ", "Nov 28 14:02:31 web kernel[1]: [    1.000000] ", "> > ", "\t",
	"                    ", "\xef\xbb\xbf", "\x1b[31m", "{\"MESSAGE\":\"",
	"Feb 30 25:61:61 web kernel: ", "0000-00-00T00:00:00Z ", "[ T1] ",
	"[ C18446744073709551615] ", "#012", "2,", ": ", "kernel: ", "root@web:~# " };

static void prefix_lines(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	const char *prefix = prefixes[dice_roll(dice, COUNT(prefixes))];
	size_t at = some_line(text, dice).at;
	(void)other;
	for (size_t lines = 1 + dice_roll(dice, dice_roll(dice, 3) ? 2 : 60); lines > 0; lines--) {
		splice(text, at, 0, prefix, strlen(prefix));
		struct span line = line_at(text, at);
		if (line.at + line.len >= text->len)
			return;
		at = line.at + line.len;
	}
}

static void cut(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	size_t at = dice_roll(dice, text->len);
	(void)other;
	if (dice_roll(dice, 3) == 0)
		splice(text, 0, at, "", 0);
	else
		text->len = at;
}

static void join_lines(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	(void)other;
	for (size_t lines = 1 + dice_roll(dice, 8); lines > 0; lines--) {
		struct span line = some_line(text, dice);
		if (line.len > 0 && text->at[line.at + line.len - 1] == '\n')
			splice(text, line.at + line.len - 1, 1, " ", dice_roll(dice, 2));
	}
}

static void break_line(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	static const char *const breaks[] = { "\n", "\r\n", "\n\n", "\r", "\n ", "\\\n", "\n> " };
	(void)other;
	for (size_t times = 1 + dice_roll(dice, 8); times > 0; times--) {
		const char *with = breaks[dice_roll(dice, COUNT(breaks))];
		splice(text, dice_roll(dice, text->len), 0, with, strlen(with));
	}
}

#define HOSTILE(bytes) \
	{ \
		(char *)(uintptr_t)(bytes), sizeof(bytes) - 1 \
	}

static const struct bytes hostile[] = { HOSTILE("\0"), HOSTILE("\0\0\0\0\0\0\0\0"), HOSTILE("\xff"),
	HOSTILE("\xfe\xff"), HOSTILE("\x80"), HOSTILE("\xc0\xaf"), HOSTILE("\xed\xa0\x80"),
	HOSTILE("\xf4\x90\x80\x80"), HOSTILE("\xf0\x9f"), HOSTILE("\xe2\x80\xae"),
	HOSTILE("\xe2\x81\xa6"),
	HOSTILE("\xc2\x9b"
		"31m"),
	HOSTILE("\x1b]0;title\x07"), HOSTILE("\x1b[2J"), HOSTILE("\x7f"), HOSTILE("%s%n%s%n"),
	HOSTILE(")"), HOSTILE("("), HOSTILE(") S 1 1 1"), HOSTILE(",pid=1,uid=0"), HOSTILE("\""),
	HOSTILE("\\"), HOSTILE("\\u0000"), HOSTILE("\\x2d"), HOSTILE("../../../../"), HOSTILE("="),
	HOSTILE(","), HOSTILE(" "), HOSTILE("\t"), HOSTILE("\x0b"), HOSTILE("\n\n\n\n"),
	HOSTILE("\x1f\x8b"), HOSTILE("\xf3\xa0\x81\x81"),
	HOSTILE("\xcc\x81\xcc\x81\xcc\x81\xcc\x81") };

static void put_hostile_bytes(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	(void)other;
	for (size_t times = 1 + dice_roll(dice, 4); times > 0; times--) {
		const struct bytes *with = &hostile[dice_roll(dice, COUNT(hostile))];
		splice(text, dice_roll(dice, text->len), 0, with->at, with->len);
	}
}

/* A word, a line, a number without an end. */
static void put_long_run(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	static char run[96 << 10];
	static const char of[] = "A9 -/\\,\"(\xff";
	size_t len = dice_roll(dice, dice_roll(dice, 4) ? 600 : sizeof(run));
	(void)other;
	memset(run, of[dice_roll(dice, sizeof(of) - 1)], len);
	splice(text, dice_roll(dice, text->len), 0, run, len);
}

static void put_piece_of_other(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	struct span from = some_line(other, dice);
	for (size_t lines = dice_roll(dice, 30); lines > 0 && from.at + from.len < other->len;
		lines--)
		from.len += line_at(other, from.at + from.len).len;
	splice(text, some_line(text, dice).at, 0, other->at + from.at, from.len);
}

static void become_other(struct bytes *text, const struct bytes *other, struct dice *dice)
{
	if (dice_roll(dice, 4) == 0)
		splice(text, 0, text->len, other->at, other->len);
}

typedef void damage_fn(struct bytes *text, const struct bytes *other, struct dice *dice);

static damage_fn *const damages[] = { flip_bits, delete_lines, copy_line, swap_lines, repeat_piece,
	make_number_extreme, make_numbers_extreme, prefix_lines, cut, join_lines, break_line,
	put_hostile_bytes, put_long_run, put_piece_of_other, become_other };

void mutate(struct bytes *text, const struct bytes *other, size_t most, struct dice *dice)
{
	for (size_t times = 1 + dice_roll(dice, most); times > 0; times--)
		damages[dice_roll(dice, COUNT(damages))](text, other, dice);
}

void mutate_numbers(struct bytes *text, struct dice *dice)
{
	make_numbers_extreme(text, NULL, dice);
}
