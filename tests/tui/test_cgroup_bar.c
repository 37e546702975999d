#include "support.h"

#include "view/cgroup_line.h"

#define MIB ((uint64_t)1024 * 1024)

static const struct levels usual = { 80, 90 };

struct level_row {
	const char *claim;
	uint64_t used_mib, stuck_mib, limit_mib; /* stuck: cannot be reclaimed; 0: nobody says */
	struct levels levels;
	enum level level;
};

static const struct level_row level_rows[] = {
	{ "below the warning nothing is said", 799, 799, 1000, { 80, 90 }, LEVEL_CALM },
	{ "at the warning it fills up", 800, 800, 1000, { 80, 90 }, LEVEL_WARN },
	{ "just below the critical share it fills up", 899, 899, 1000, { 80, 90 }, LEVEL_WARN },
	{ "at the critical share it is at risk", 900, 900, 1000, { 80, 90 }, LEVEL_CRITICAL },
	{ "what can be reclaimed is no danger", 1000, 100, 1000, { 80, 90 }, LEVEL_CALM },
	{ "where nobody tells the parts apart all counts", 950, 0, 1000, { 80, 90 },
		LEVEL_CRITICAL },
	{ "without a limit there is no danger", 950, 950, 0, { 80, 90 }, LEVEL_CALM },
	{ "the shares are those of the settings", 500, 500, 1000, { 40, 50 }, LEVEL_CRITICAL },
	{ "equal shares leave nothing between", 850, 850, 1000, { 85, 85 }, LEVEL_CRITICAL },
};

static struct amount amount_of(uint64_t mib)
{
	return mib ? (struct amount){ AMOUNT_BYTES, mib * MIB } : (struct amount){ 0 };
}

static struct memcg memcg_of(uint64_t used, uint64_t stuck, uint64_t limit)
{
	return (struct memcg){ .usage = amount_of(used),
		.unreclaimable = amount_of(stuck),
		.effective_limit = amount_of(limit) };
}

static void check_level(void **state)
{
	const struct level_row *row = *state;
	struct memcg memcg = memcg_of(row->used_mib, row->stuck_mib, row->limit_mib);
	assert_int_equal(cgroup_bar_level(&memcg, &row->levels), row->level);
}

static void draw(struct grid *grid, const struct memcg *memcg, char text[64])
{
	struct pen pen = grid_pen(grid, 0, 0);
	grid_clear(grid);
	cgroup_bar_put(&pen, cgroup_bar_level(memcg, &usual), memcg, 12);
	grid_row_text(grid, 0, text, 64);
}

static void the_bar_shows_both_parts_and_ends_in_a_sign(void **state)
{
	struct grid grid;
	struct memcg memcg = memcg_of(700, 300, 1000);
	char text[64];
	(void)state;
	grid_init(&grid, true);
	assert_int_equal(grid_resize(&grid, 1, 20, NULL), ERR_OK);
	memcg.high = amount_of(850);
	draw(&grid, &memcg, text);
	assert_string_equal(text, "[|||::::.h.]");
	memcg = memcg_of(850, 850, 1000);
	draw(&grid, &memcg, text);
	assert_string_equal(text, "[|||||||||.!");
	assert_int_equal(grid.cells[0].style, STYLE_RISK);
	memcg = memcg_of(950, 950, 1000);
	draw(&grid, &memcg, text);
	assert_string_equal(text, "[|||||||||!!");
	assert_int_equal(grid.cells[0].style, STYLE_RISK | STYLE_BOLD);
	memcg = memcg_of(950, 950, 0);
	draw(&grid, &memcg, text);
	assert_string_equal(text, "");
	grid_release(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bar_shows_both_parts_and_ends_in_a_sign),
	};
	return run_rows("how near a cgroup is to its limit", level_rows, check_level) +
	       cmocka_run_group_tests_name("bar of a cgroup", tests, NULL, NULL);
}
