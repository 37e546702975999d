#include "support.h"

#include "term/grid.h"

#include "oomspect/amount.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static struct grid make(int rows, int cols, bool ascii)
{
	struct grid grid;
	grid_init(&grid, ascii);
	assert_int_equal(grid_resize(&grid, rows, cols, NULL), ERR_OK);
	return grid;
}

static void assert_row(const struct grid *grid, int row, const char *expected)
{
	char text[512];
	grid_row_text(grid, row, text, sizeof(text));
	assert_string_equal(text, expected);
}

struct foreign_row {
	const char *claim, *bytes;
	int width, used;
	const char *utf8, *ascii;
};

#define BAD "\357\277\275"

static const struct foreign_row foreign_rows[] = {
	{ "plain text is as it is", "java", 20, 4, "java", "java" },
	{ "what does not fit is cut", "javajava", 4, 4, "java", "java" },
	{ "control characters are replaced", "a\033[2J\n\tb\177c", 20, 10,
		"a" BAD "[2J" BAD BAD "b" BAD "c", "a?[2J??b?c" },
	{ "C1 control characters are replaced", "a\302\233b\302\200", 20, 4, "a" BAD "b" BAD,
		"a?b?" },
	{ "each bad byte is replaced", "\377\376a\300\200", 20, 5, BAD BAD "a" BAD BAD, "??a??" },
	{ "a character that is cut short is bad", "a\346\227", 20, 3, "a" BAD BAD, "a??" },
	{ "a surrogate is bad", "\355\240\200", 20, 3, BAD BAD BAD, "???" },
	{ "zero width is made visible", "a\342\200\213b\314\201c", 20, 5, "a" BAD "b" BAD "c",
		"a?b?c" },
	{ "direction marks are made visible", "a\342\200\256b\342\201\246c\330\234d", 20, 7,
		"a" BAD "b" BAD "c" BAD "d", "a?b?c?d" },
	{ "a wide character takes two columns", "\346\227\245x", 20, 3, "\346\227\245x", "?x" },
	{ "a wide character that does not fit is left out", "a\346\227\245", 2, 1, "a", "a?" },
	{ "accented letters are shown", "\303\251", 20, 1, "\303\251", "?" },
	{ "nothing is nothing", "", 20, 0, "", "" },
};

static void check_foreign(void **state)
{
	const struct foreign_row *row = *state;
	struct grid grid = make(1, 20, false);
	struct pen pen = grid_pen(&grid, 0, 0);
	assert_int_equal(grid_put_foreign(&pen, STYLE_NORMAL, row->bytes, row->width), row->used);
	assert_row(&grid, 0, row->utf8);
	grid_release(&grid);
	grid = make(1, 20, true);
	pen = grid_pen(&grid, 0, 0);
	grid_put_foreign(&pen, STYLE_NORMAL, row->bytes, row->width);
	assert_row(&grid, 0, row->ascii);
	grid_release(&grid);
}

/* As lines of text are printed: nothing is lost. */
static const struct foreign_row spelled_rows[] = {
	{ "plain text is as it is", "by\\x2duuid", 20, 10, "by\\x2duuid", "by\\x2duuid" },
	{ "control characters are spelled", "a\033[2J\n\177", 20, 16, "a\\x1b[2J\\x0a\\x7f",
		"a\\x1b[2J\\x0a\\x7f" },
	{ "direction marks are spelled", "a\342\200\256b", 20, 8, "a\\u202eb", "a\\u202eb" },
	{ "a bad byte is spelled", "\377\xe6", 20, 8, "\\xff\\xe6", "\\xff\\xe6" },
	{ "what reads as spelled is another spelling", "\\xff", 20, 7, "\\x5cxff", "\\x5cxff" },
	{ "a spelling that does not fit is left out", "abc\033", 6, 3, "abc", "abc" },
	{ "what is printable is shown", "\346\227\245\303\251", 20, 3, "\346\227\245\303\251",
		"??" },
	{ "zero width is still no column of its own", "b\314\201c", 20, 3, "b" BAD "c", "b?c" },
};

static void check_spelled(void **state)
{
	const struct foreign_row *row = *state;
	for (int ascii = 0; ascii < 2; ascii++) {
		struct grid grid = make(1, 20, ascii);
		struct pen pen = grid_pen(&grid, 0, 0);
		grid.spell = true;
		int used = grid_put_foreign(&pen, STYLE_NORMAL, row->bytes, row->width);
		if (!ascii)
			assert_int_equal(used, row->used);
		assert_row(&grid, 0, ascii ? row->ascii : row->utf8);
		if (row->width == 20)
			assert_int_equal(grid_foreign_width(&grid, row->bytes), used);
		grid_release(&grid);
	}
}

static void any_bytes_give_printable_cells(void **state)
{
	struct grid grid = make(1, 64, false);
	(void)state;
	uint32_t random = 7;
	for (int i = 0; i < 20000; i++) {
		char bytes[32];
		struct pen pen = grid_pen(&grid, 0, 0);
		for (size_t b = 0; b < sizeof(bytes) - 1; b++)
			bytes[b] =
				(char)(1 + (random = random * 1664525 + 1013904223) / 65536 % 255);
		bytes[sizeof(bytes) - 1] = '\0';
		int used = grid_put_foreign(&pen, STYLE_NORMAL, bytes, 64);
		assert_int_equal(used, pen.col);
		assert_int_equal(grid_foreign_width(&grid, bytes), pen.col);
		for (int col = 0; col < pen.col; col++) {
			const struct cell *cell = &grid.cells[col];
			assert_true(cell->ch >= ' ' && !(cell->ch >= 0x7f && cell->ch < 0xa0));
			assert_true(cell->width <= 2);
		}
	}
	grid_release(&grid);
}

static void writing_outside_changes_nothing(void **state)
{
	struct grid grid = make(2, 4, false);
	struct pen pens[] = { grid_pen(&grid, -1, 0), grid_pen(&grid, 2, 0), grid_pen(&grid, 0, 4),
		grid_pen(&grid, 0, -1), grid_pen_until(&grid, 0, 3, 2) };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pens); i++) {
		grid_put(&pens[i], STYLE_NORMAL, "xxxxxxxx");
		grid_put_foreign(&pens[i], STYLE_NORMAL, "xxxx", 100);
		grid_bar(&pens[i], STYLE_NORMAL, 1, 1, 10, "]");
	}
	grid_mark_row(&grid, 5, STYLE_REVERSE);
	assert_row(&grid, 0, "");
	assert_row(&grid, 1, "");
	grid_release(&grid);
}

static void text_flush_right_keeps_its_beginning(void **state)
{
	struct grid grid = make(1, 12, false);
	struct pen pen = grid_pen(&grid, 0, 0);
	(void)state;
	grid_put_right(&pen, STYLE_NORMAL, "7", 3);
	grid_put_right(&pen, STYLE_NORMAL, "12345", 3);
	grid_put(&pen, STYLE_NORMAL, "|");
	assert_row(&grid, 0, "  7123|");
	grid_release(&grid);
}

static void bars_are_full_only_when_they_are(void **state)
{
	struct grid grid = make(1, 7, false);
	static const struct {
		int64_t part, whole;
		const char *end, *bar;
	} bars[] = { { 0, 10, "]", "[.....]" }, { 5, 10, "]", "[|||..]" },
		{ 10, 10, "]", "[|||||]" }, { 20, 10, "]", "[|||||]" }, { 5, 0, "]", "[.....]" },
		{ UNKNOWN, 10, "]", "[.....]" }, { 8, 10, "!", "[||||.!" },
		{ 9, 10, "!!", "[||||!!" } };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bars); i++) {
		struct pen pen = grid_pen(&grid, 0, 0);
		grid_bar(&pen, STYLE_NORMAL, bars[i].part, bars[i].whole, 7, bars[i].end);
		assert_row(&grid, 0, bars[i].bar);
	}
	grid_release(&grid);
}

static void a_shifted_line_begins_further_right(void **state)
{
	struct grid grid = make(1, 6, false);
	struct pen pen = grid_pen_shifted(&grid, 0, 1, 3);
	(void)state;
	grid_put(&pen, STYLE_NORMAL, "abcdefghijklmn");
	assert_row(&grid, 0, " defgh");
	grid_clear(&grid);
	pen = grid_pen_shifted(&grid, 0, 0, 1);
	grid_put_foreign(&pen, STYLE_NORMAL, "\346\227\245x", 10); /* half of it is hidden */
	assert_row(&grid, 0, " x");
	grid_release(&grid);
}

static void half_a_wide_character_is_not_left_behind(void **state)
{
	struct grid grid = make(1, 4, false);
	struct pen pen = grid_pen(&grid, 0, 0);
	(void)state;
	grid_put_foreign(&pen, STYLE_NORMAL, "\346\227\245\346\227\245", 4);
	pen = grid_pen(&grid, 0, 1);
	grid_put(&pen, STYLE_NORMAL, "ab");
	assert_row(&grid, 0, " ab");
	grid_release(&grid);
}

static void a_row_of_text_fits_its_buffer(void **state)
{
	struct grid grid = make(1, 8, false);
	struct pen pen = grid_pen(&grid, 0, 0);
	char text[6];
	(void)state;
	grid_put_foreign(&pen, STYLE_NORMAL, "\303\251\303\251\303\251\303\251", 8);
	assert_int_equal(grid_row_text(&grid, 0, text, sizeof(text)), 2);
	assert_string_equal(text, "\303\251");
	grid_release(&grid);
}

static void an_item_is_whole_or_absent(void **state)
{
	struct grid grid = make(1, 6, false);
	struct pen pen = grid_pen(&grid, 0, 0);
	(void)state;
	struct pen begin = grid_begin_item(&pen);
	grid_put(&pen, STYLE_NORMAL, "ab");
	assert_true(grid_end_item(&pen, &begin));
	begin = grid_begin_item(&pen);
	grid_put_foreign(&pen, STYLE_REVERSE, "cde\346\227\245", 10);
	assert_false(grid_end_item(&pen, &begin));
	assert_row(&grid, 0, "ab");
	assert_int_equal(grid.cells[3].style, STYLE_NORMAL);
	begin = grid_begin_item(&pen);
	grid_put_foreign(&pen, STYLE_NORMAL, "fghi", 3); /* it was to be no wider */
	grid_put(&pen, STYLE_NORMAL, "j");
	assert_true(grid_end_item(&pen, &begin));
	begin = grid_begin_item(&pen);
	grid_put(&pen, STYLE_NORMAL, "k");
	assert_false(grid_end_item(&pen, &begin));
	assert_row(&grid, 0, "abfghj");
	grid_release(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes_give_printable_cells),
		cmocka_unit_test(writing_outside_changes_nothing),
		cmocka_unit_test(text_flush_right_keeps_its_beginning),
		cmocka_unit_test(bars_are_full_only_when_they_are),
		cmocka_unit_test(a_shifted_line_begins_further_right),
		cmocka_unit_test(half_a_wide_character_is_not_left_behind),
		cmocka_unit_test(a_row_of_text_fits_its_buffer),
		cmocka_unit_test(an_item_is_whole_or_absent),
	};
	setlocale(LC_ALL, "C.UTF-8");
	return run_rows("foreign text", foreign_rows, check_foreign) +
	       run_rows("spelled text", spelled_rows, check_spelled) +
	       cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
