#include "support.h"

#include "support_hierarchy.h"

#define MIB (UINT64_C(1024) * 1024)

static const struct amount none = { AMOUNT_UNLIMITED, 0 };
static const struct amount unknown = { AMOUNT_UNKNOWN, 0 };

static struct amount mib(uint64_t count)
{
	return amount_bytes(count * MIB);
}

/* A row without limits or files on a path: each the child of the one before. */
static void chain(struct memcg *rows, size_t count, struct memcg_tree *ret)
{
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct memcg){ .parent = (int32_t)i - 1,
			.depth = (int32_t)i,
			.subtree_end = (int32_t)count,
			.usage = mib(0),
			.limit = none,
			.use_hierarchy = 1 };
	*ret = (struct memcg_tree){ .version = 1, .rows = rows, .count = count };
}

static void no_limit_is_unlimited(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	memcg_tree_derive(&tree);
	assert_amount(rows[1].effective_limit, AMOUNT_UNLIMITED, 0);
	assert_amount(rows[1].headroom, AMOUNT_UNLIMITED, 0);
	assert_int_equal(rows[1].limited_by, -1);
}

static void the_own_limit_binds(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	rows[1].limit = mib(50);
	rows[1].usage = mib(20);
	memcg_tree_derive(&tree);
	assert_amount(rows[1].effective_limit, AMOUNT_BYTES, 50 * MIB);
	assert_amount(rows[1].headroom, AMOUNT_BYTES, 30 * MIB);
	assert_int_equal(rows[1].limited_by, 1);
	assert_amount(rows[0].effective_limit, AMOUNT_UNLIMITED, 0);
}

static void an_ancestor_with_less_headroom_binds(void **state)
{
	(void)state;
	struct memcg rows[3];
	struct memcg_tree tree;
	chain(rows, 3, &tree);
	rows[0].limit = mib(100);
	rows[0].usage = mib(95); /* a sibling has filled it */
	rows[2].limit = mib(50);
	rows[2].usage = mib(10);
	memcg_tree_derive(&tree);
	assert_amount(rows[2].effective_limit, AMOUNT_BYTES, 100 * MIB);
	assert_amount(rows[2].headroom, AMOUNT_BYTES, 5 * MIB);
	assert_int_equal(rows[2].limited_by, 0);
	assert_int_equal(rows[1].limited_by, 0);
}

static void of_equal_headroom_the_lowest_level_binds(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	rows[0].limit = rows[1].limit = mib(10);
	memcg_tree_derive(&tree);
	assert_int_equal(rows[1].limited_by, 1);
}

static void usage_above_the_limit_leaves_nothing(void **state)
{
	(void)state;
	struct memcg row;
	struct memcg_tree tree;
	chain(&row, 1, &tree);
	row.limit = mib(10);
	row.usage = mib(11);
	memcg_tree_derive(&tree);
	assert_amount(row.headroom, AMOUNT_BYTES, 0);
}

static void an_unknown_limit_is_not_none(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	rows[0].limit = unknown;
	memcg_tree_derive(&tree);
	assert_amount(rows[1].effective_limit, AMOUNT_UNKNOWN, 0);
	rows[1].limit = mib(10);
	memcg_tree_derive(&tree);
	assert_amount(rows[1].effective_limit, AMOUNT_BYTES, 10 * MIB);
}

static void an_unknown_usage_leaves_the_headroom_unknown(void **state)
{
	(void)state;
	struct memcg row;
	struct memcg_tree tree;
	chain(&row, 1, &tree);
	row.limit = mib(10);
	row.usage = unknown;
	memcg_tree_derive(&tree);
	assert_amount(row.effective_limit, AMOUNT_BYTES, 10 * MIB);
	assert_amount(row.headroom, AMOUNT_UNKNOWN, 0);
}

static void a_hidden_ancestor_shows_in_the_smallest_limit(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	rows[0].usage = mib(10);
	rows[0].hierarchical_limit = rows[1].hierarchical_limit = mib(64);
	rows[1].limit = mib(500);
	memcg_tree_derive(&tree);
	assert_true(rows[1].limit_hidden);
	assert_int_equal(rows[1].limited_by, -1);
	assert_amount(rows[1].effective_limit, AMOUNT_BYTES, 64 * MIB);
	assert_amount(rows[1].headroom, AMOUNT_BYTES, 54 * MIB); /* at most */
	rows[1].usage = mib(480);
	memcg_tree_derive(&tree);
	assert_false(rows[1].limit_hidden);
	assert_int_equal(rows[1].limited_by, 1);
}

static void the_top_s_own_limit_is_not_hidden(void **state)
{
	(void)state;
	struct memcg row;
	struct memcg_tree tree;
	chain(&row, 1, &tree);
	row.limit = row.hierarchical_limit = mib(64);
	memcg_tree_derive(&tree);
	assert_false(row.limit_hidden);
	assert_int_equal(row.limited_by, 0);
}

static void without_use_hierarchy_a_parent_does_not_limit(void **state)
{
	(void)state;
	struct memcg rows[2];
	struct memcg_tree tree;
	chain(rows, 2, &tree);
	rows[0].limit = mib(10);
	rows[0].use_hierarchy = 0;
	memcg_tree_derive(&tree);
	assert_amount(rows[1].effective_limit, AMOUNT_UNLIMITED, 0);
	assert_true(memcg_tree_covers(&tree, 0, 0));
	assert_false(memcg_tree_covers(&tree, 0, 1));
	rows[0].use_hierarchy = UNKNOWN;
	memcg_tree_derive(&tree);
	assert_int_equal(rows[1].limited_by, 0);
	assert_true(memcg_tree_covers(&tree, 0, 1));
	assert_false(memcg_tree_covers(&tree, 1, 0));
	assert_false(memcg_tree_covers(&tree, 0, -1));
}

static struct memcg with_files(struct amount usage, struct amount inactive, struct amount active,
	struct amount slab, struct amount dirty, struct amount writeback)
{
	struct memcg row;
	struct memcg_tree tree;
	chain(&row, 1, &tree);
	row.usage = usage;
	row.inactive_file = inactive;
	row.active_file = active;
	row.slab_reclaimable = slab;
	row.dirty = dirty;
	row.writeback = writeback;
	memcg_tree_derive(&tree);
	return row;
}

static void clean_file_pages_and_slab_are_reclaimable(void **state)
{
	(void)state;
	struct memcg row = with_files(mib(100), mib(20), mib(30), mib(5), mib(4), mib(1));
	assert_amount(row.reclaimable, AMOUNT_BYTES, 50 * MIB);
	assert_amount(row.unreclaimable, AMOUNT_BYTES, 50 * MIB);
}

static void v1_says_nothing_of_slab(void **state)
{
	(void)state;
	struct memcg row = with_files(mib(100), mib(20), mib(30), unknown, unknown, unknown);
	assert_amount(row.reclaimable, AMOUNT_BYTES, 50 * MIB);
}

static void more_is_never_reclaimable_than_used(void **state)
{
	(void)state;
	struct memcg row = with_files(mib(10), mib(20), mib(30), mib(0), mib(0), mib(0));
	assert_amount(row.reclaimable, AMOUNT_BYTES, 10 * MIB);
	assert_amount(row.unreclaimable, AMOUNT_BYTES, 0);
	row = with_files(mib(10), mib(1), mib(1), mib(0), mib(20), mib(0));
	assert_amount(row.reclaimable, AMOUNT_BYTES, 0);
}

static void without_a_stat_nothing_is_said(void **state)
{
	(void)state;
	struct memcg row = with_files(mib(100), unknown, mib(30), mib(5), mib(4), mib(1));
	assert_amount(row.reclaimable, AMOUNT_UNKNOWN, 0);
	assert_amount(row.unreclaimable, AMOUNT_UNKNOWN, 0);
}

/* totalpages: limits in MiB, -1 none, -2 unknown; pages of 4 KiB. */
struct total_row {
	const char *claim;
	int version;
	int64_t limit, swap_limit, swappiness, host_swappiness, swap_mib, ram_mib, pages;
};

static const struct total_row totals[] = {
	{ "v2 adds the swap it may use", 2, 50, 10, -1, 60, 100, 1000, 60 * 256 },
	{ "v2 adds no more swap than there is", 2, 50, 500, -1, 60, 100, 1000, 150 * 256 },
	{ "v2 without a swap limit adds all swap", 2, 50, -1, -1, 60, 100, 1000, 150 * 256 },
	{ "v2 without a swap file adds all swap", 2, 50, -2, -1, 60, 100, 1000, 150 * 256 },
	{ "v2 asks the machine's swappiness", 2, 50, 10, 60, 0, 100, 1000, 50 * 256 },
	{ "v1 asks its own swappiness", 1, 50, 10, 0, 60, 100, 1000, 50 * 256 },
	{ "v1 with swappiness adds swap", 1, 50, 10, 60, 0, 100, 1000, 60 * 256 },
	{ "an unknown swappiness is not 0", 1, 50, 10, UNKNOWN, 60, 100, 1000, 60 * 256 },
	{ "a machine without swap adds none", 2, 50, -1, -1, 60, 0, 1000, 50 * 256 },
	{ "a limit above the machine's memory counts as it is", 2, 5000, 0, -1, 60, 0, 1000,
		5000 * 256 },
	{ "no limit is the machine", 2, -1, -1, -1, 60, 100, 1000, 1100 * 256 },
	{ "an unknown limit has no totalpages", 2, -2, 10, -1, 60, 100, 1000, UNKNOWN },
	{ "no limit on a machine of unknown size", 2, -1, -1, -1, 60, 100, -1, UNKNOWN },
	{ "nothing at all is 1", 2, 0, 0, -1, 60, 100, 1000, 1 },
};

static struct amount limit_of(int64_t count)
{
	return count == -1 ? none : count == -2 ? unknown : mib((uint64_t)count);
}

static void check_total(void **state)
{
	const struct total_row *total = *state;
	struct memcg row;
	struct memcg_tree tree;
	struct host host = { .page_size = 4096,
		.swap_total_pages = total->swap_mib * 256,
		.ram_pages = total->ram_mib < 0 ? UNKNOWN : total->ram_mib * 256 };
	chain(&row, 1, &tree);
	tree.version = total->version;
	row.limit = limit_of(total->limit);
	row.swap_limit = limit_of(total->swap_limit);
	row.swappiness = total->swappiness;
	host.vm.swappiness = total->host_swappiness;
	assert_int_equal(memcg_totalpages(&tree, 0, &host), total->pages);
}

static void the_trend_is_of_what_cannot_be_reclaimed(void **state)
{
	(void)state;
	struct memcg row;
	struct memcg_tree tree;
	int64_t growth;
	chain(&row, 1, &tree);
	row.unreclaimable = unknown;
	memcg_tree_note(&tree, 0);
	assert_int_equal(row.trend.count, 0);
	for (int64_t second = 0; second <= 120; second++) {
		row.unreclaimable = mib((uint64_t)second);
		memcg_tree_note(&tree, second * 1000);
	}
	assert_true(trend_growth(&row.trend, &growth));
	assert_int_equal(growth, MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_limit_is_unlimited),
		cmocka_unit_test(the_own_limit_binds),
		cmocka_unit_test(an_ancestor_with_less_headroom_binds),
		cmocka_unit_test(of_equal_headroom_the_lowest_level_binds),
		cmocka_unit_test(usage_above_the_limit_leaves_nothing),
		cmocka_unit_test(an_unknown_limit_is_not_none),
		cmocka_unit_test(an_unknown_usage_leaves_the_headroom_unknown),
		cmocka_unit_test(a_hidden_ancestor_shows_in_the_smallest_limit),
		cmocka_unit_test(the_top_s_own_limit_is_not_hidden),
		cmocka_unit_test(without_use_hierarchy_a_parent_does_not_limit),
		cmocka_unit_test(clean_file_pages_and_slab_are_reclaimable),
		cmocka_unit_test(v1_says_nothing_of_slab),
		cmocka_unit_test(more_is_never_reclaimable_than_used),
		cmocka_unit_test(without_a_stat_nothing_is_said),
		cmocka_unit_test(the_trend_is_of_what_cannot_be_reclaimed),
	};
	return run_rows("totalpages of a memory cgroup", totals, check_total) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
