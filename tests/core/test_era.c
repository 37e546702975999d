#include "oomspect/era.h"

#include "support.h"

#include <stdio.h>
#include <string.h>

/* The names of the behaviours in force, in the table's order. */
static void name_flags(const struct era *era, char *names, size_t size)
{
	size_t used = 0;
	names[0] = '\0';
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++)
		if (era_has(era, (enum era_flag)i))
			used += (size_t)snprintf(names + used, size - used, "%s%s", used ? " " : "",
				era_rows[i].name);
}

struct release_case {
	const char *claim;
	const char *release;
	const char *names;
};

#define FROM_4_19 "pgtables_bytes sacrifice_child vfork_shield oom_group"
#define FROM_5_1  "pgtables_bytes vfork_shield oom_group"
#define FROM_5_3  "pgtables_bytes newest_wins_ties vfork_shield oom_group"
#define FROM_5_9  "pgtables_bytes signed_points newest_wins_ties vfork_shield oom_group"
#define FROM_6_2  "pgtables_bytes signed_points unsummed_rss newest_wins_ties vfork_shield oom_group"

/* Both sides of every change of the arithmetic and of the choice, oldest first. */
static const struct release_case releases[] = {
	{ "2.6.18 weighs virtual size", "2.6.18", "virtual_size sacrifice_child" },
	{ "2.6.35 is the last to", "2.6.35.14", "virtual_size sacrifice_child" },
	{ "2.6.36 counts in permille", "2.6.36", "points_permille root_minus_30 sacrifice_child" },
	{ "2.6.38 without page tables", "2.6.38.8",
		"points_permille root_minus_30 sacrifice_child" },
	{ "2.6.39 with page tables", "2.6.39",
		"points_permille nr_ptes root_minus_30 sacrifice_child" },
	{ "3.4 is the last in permille", "3.4.113",
		"points_permille nr_ptes root_minus_30 sacrifice_child" },
	{ "3.5 counts in pages", "3.5.0", "nr_ptes root_minus_30 sacrifice_child" },
	{ "3.13 is the last with root's 30", "3.13.11", "nr_ptes root_minus_30 sacrifice_child" },
	{ "3.14 has root's 3 %", "3.14.0", "nr_ptes root_3_percent sacrifice_child" },
	{ "3.19 counts one level of page tables", "3.19.8",
		"nr_ptes root_3_percent sacrifice_child" },
	{ "4.0 counts two", "4.0.0", "nr_ptes nr_pmds root_3_percent sacrifice_child" },
	{ "4.7 has no vfork shield", "4.7.10", "nr_ptes nr_pmds root_3_percent sacrifice_child" },
	{ "4.8 has one", "4.8.0", "nr_ptes nr_pmds root_3_percent sacrifice_child vfork_shield" },
	{ "4.14 counts two levels still", "4.14.336",
		"nr_ptes nr_pmds root_3_percent sacrifice_child vfork_shield" },
	{ "4.15 counts the bytes of all", "4.15.0",
		"pgtables_bytes root_3_percent sacrifice_child vfork_shield" },
	{ "4.16 is the last with root's 3 %", "4.16.18",
		"pgtables_bytes root_3_percent sacrifice_child vfork_shield" },
	{ "4.17 has no bonus for root", "4.17.0", "pgtables_bytes sacrifice_child vfork_shield" },
	{ "4.18 has no oom.group", "4.18.20", "pgtables_bytes sacrifice_child vfork_shield" },
	{ "4.19 has it", "4.19.0", FROM_4_19 },
	{ "5.0 is the last to sacrifice a child", "5.0.21", FROM_4_19 },
	{ "5.1 kills whom it chose", "5.1.0", FROM_5_1 },
	{ "5.2 is the last to keep the oldest of equals", "5.2.21", FROM_5_1 },
	{ "5.3 takes the newest of equals", "5.3.0", FROM_5_3 },
	{ "5.8 is the last with a floor of one", "5.8.18", FROM_5_3 },
	{ "5.9 has signed points", "5.9.0", FROM_5_9 },
	{ "6.1 is the last with one kind of rss", "6.1.192", FROM_5_9 },
	{ "6.2 reads unsummed counters", "6.2.0", FROM_6_2 },
	{ "6.19 is the last to", "6.19.14", FROM_6_2 },
	{ "7.0 sums them", "7.0.0", FROM_5_9 },
	{ "7.1 is the newest that was read", "7.1.5", FROM_5_9 },
	{ "what comes later is taken for the newest", "12.0.1", FROM_5_9 },
	/* Vendors: the number says one thing, what was back-ported another. */
	{ "el6 has the rewrite and page tables under 2.6.32", "2.6.32-754.el6.x86_64",
		"points_permille nr_ptes root_minus_30 sacrifice_child" },
	{ "2.6.32 of others has not", "2.6.32-5-amd64", "virtual_size sacrifice_child" },
	{ "el7 has root's 3 % under 3.10.0", "3.10.0-1160.el7.x86_64",
		"nr_ptes root_3_percent sacrifice_child" },
	{ "3.10 of others has root's 30", "3.10.0-amd64", "nr_ptes root_minus_30 sacrifice_child" },
	{ "the last of 3.10.y has root's 3 %", "3.10.108",
		"nr_ptes root_3_percent sacrifice_child" },
	{ "3.10 before it is not known to", "3.10.14", "nr_ptes root_minus_30 sacrifice_child" },
	{ "a new kernel on el7 is what its number says", "5.4.278-1.el7.elrepo.x86_64", FROM_5_3 },
	{ "a new kernel on el6 is what its number says", "4.1.12-124.el6uek.x86_64",
		"nr_ptes nr_pmds root_3_percent sacrifice_child" },
	{ "and so is one without a patch number", "4.4-el6.elrepo",
		"nr_ptes nr_pmds root_3_percent sacrifice_child" },
	{ "and one with the very tag of el6", "4.4.247-1.el6.elrepo.x86_64",
		"nr_ptes nr_pmds root_3_percent sacrifice_child" },
	{ "2.6.32 for el6 that is not el6's is 2.6.32", "2.6.32-300.39.5.el6uek.x86_64",
		"virtual_size sacrifice_child" },
	/* Strings as uname prints them, and as it does not. */
	{ "a distribution's suffix is no part of the number", "5.10.0-46-cloud-amd64", FROM_5_9 },
	{ "a release candidate counts as its release", "6.2-rc1", FROM_6_2 },
	{ "two numbers are enough", "5.9", FROM_5_9 },
	{ "one number is enough", "6", FROM_5_9 },
	{ "a plus or a name may follow", "6.12+custom", FROM_6_2 },
	{ "words may stand before the number", "Linux version 4.19.0 (gcc", FROM_4_19 },
	{ "a patch above 255 does not spill into the minor", "4.18.4096",
		"pgtables_bytes sacrifice_child vfork_shield" },
	{ "a minor above 255 does not spill into the major", "4.4096.0", FROM_4_19 },
	{ "a number beyond every number is a number", "99999999999999999999999.1", FROM_5_9 },
	{ "without a number it is the newest", "unknown", FROM_5_9 },
	{ "and so it is without a letter", "", FROM_5_9 },
};

static void check_release(void **state)
{
	const struct release_case *row = *state;
	struct era era = era_of_release(row->release);
	char names[512];
	name_flags(&era, names, sizeof(names));
	assert_string_equal(names, row->names);
}

struct probe_case {
	const char *claim;
	const char *release;
	int adj;
	int64_t oom_score, mem_permille;
	bool signed_points;
};

/* A process of adj 0 that is small shows 666 since 9066e5cfb73c and 0 before. */
static const struct probe_case probes[] = {
	{ "5.4.273 has the back-port: 666 at adj 0", "5.4.273", 0, 666, 0, true },
	{ "5.4.6 has not: 0 at adj 0", "5.4.6", 0, 0, 0, false },
	{ "a vendor's 5.10 without it: 0 at adj 0", "5.10.0", 0, 0, 0, false },
	{ "6.12 as it is: 666 at adj 0", "6.12.0", 0, 666, 0, true },
	{ "a probe's own share is reckoned with, new", "5.4.273", 0, 733, 100, true },
	{ "a probe's own share is reckoned with, old", "5.10.0", 0, 100, 100, false },
	{ "adj 500: 1000 is new", "5.4.0", 500, 1000, 0, true },
	{ "adj 500: 500 is old", "5.10.0", 500, 500, 0, false },
	{ "adj 1000: 1333 is new", "5.4.0", 1000, 1333, 0, true },
	{ "adj 1000: 1000 is old", "5.10.0", 1000, 1000, 0, false },
	{ "adj -500: 333 is new", "5.4.0", -500, 333, 0, true },
	{ "adj -500: 0 is old", "5.10.0", -500, 0, 0, false },
	{ "adj -999: 0 is either, the old guess stays", "5.4.0", -999, 0, 0, false },
	{ "adj -999: 0 is either, the new guess stays", "5.10.0", -999, 0, 0, true },
	{ "ten points off is still new", "5.4.0", 0, 676, 0, true },
	{ "a score that fits neither changes no old guess", "5.4.0", 0, 300, 0, false },
	{ "a score that fits neither changes no new guess", "5.10.0", 0, 300, 0, true },
	{ "ten off a permille is still permille", "3.2.0", 0, 10, 0, false },
	{ "a permille kernel that rescales is none", "3.2.0", 0, 666, 0, true },
};

static void check_probe(void **state)
{
	const struct probe_case *row = *state;
	struct era guess = era_of_release(row->release);
	struct era era = guess;
	era_correct_arithmetic(&era, row->adj, row->oom_score, row->mem_permille);
	assert_int_equal(era_has(&era, ERA_SIGNED_POINTS), row->signed_points);
	if (!era_has(&guess, ERA_POINTS_PERMILLE))
		assert_int_equal((era.flags ^ guess.flags) & ~(1u << ERA_SIGNED_POINTS), 0);
}

/* A release that cannot be true: what is seen makes the whole era. */
static const struct contradiction {
	const char *claim;
	const char *release;
	int adj;
	int64_t oom_score;
	const char *names;
} contradictions[] = {
	{ "666 under the number of el6 is 5.9 or later", "2.6.32-754.el6.x86_64", 0, 666,
		FROM_5_9 },
	{ "666 under 2.6.32 as well", "2.6.32-5-amd64", 0, 666, FROM_5_9 },
	{ "0 is no permille: these were at least 1", "3.2.0", 0, 0,
		"nr_ptes root_minus_30 sacrifice_child" },
	{ "1 may be", "3.2.0", 0, 1, "points_permille nr_ptes root_minus_30 sacrifice_child" },
	{ "500 at adj 500 may be", "3.2.0", 500, 500,
		"points_permille nr_ptes root_minus_30 sacrifice_child" },
	{ "an oom_score_adj under 2.6.32 came with the rewrite", "2.6.32-5-amd64", 0, 1,
		"points_permille root_minus_30 sacrifice_child" },
};

static void check_contradiction(void **state)
{
	const struct contradiction *row = *state;
	struct era era = era_of_release(row->release);
	char names[512];
	era_correct_arithmetic(&era, row->adj, row->oom_score, 0);
	name_flags(&era, names, sizeof(names));
	assert_string_equal(names, row->names);
}

struct rss_case {
	const char *claim;
	const char *release;
	unsigned agree_unsummed, agree_summed;
	bool unsummed;
};

static const struct rss_case rss_probes[] = {
	{ "three processes that agree turn it on", "6.1.0", 3, 0, true },
	{ "three processes that agree turn it off", "6.12.0", 0, 3, false },
	{ "two do not turn it on", "6.1.0", 2, 0, false },
	{ "two do not turn it off", "6.12.0", 0, 2, true },
	{ "one that contradicts leaves it off", "6.1.0", 50, 1, false },
	{ "one that contradicts leaves it on", "6.12.0", 1, 50, true },
	{ "nobody who says anything leaves it", "6.12.0", 0, 0, true },
};

static void check_rss_probe(void **state)
{
	const struct rss_case *row = *state;
	struct era guess = era_of_release(row->release);
	struct era era = guess;
	era_correct_rss(&era, row->agree_unsummed, row->agree_summed);
	assert_int_equal(era_has(&era, ERA_UNSUMMED_RSS), row->unsummed);
	assert_int_equal((era.flags ^ guess.flags) & ~(1u << ERA_UNSUMMED_RSS), 0);
}

static void processes_of_root_tell_which_bonus_they_have(void **state)
{
	struct era era = era_of_release("3.10.14");
	(void)state;
	era_correct_root_bonus(&era, 1, 50);
	assert_true(era_has(&era, ERA_ROOT_MINUS_30));
	era_correct_root_bonus(&era, 0, 3);
	assert_true(era_has(&era, ERA_ROOT_3_PERCENT));
	assert_false(era_has(&era, ERA_ROOT_MINUS_30));
	era_correct_root_bonus(&era, 3, 0);
	assert_true(era_has(&era, ERA_ROOT_MINUS_30));
	assert_false(era_has(&era, ERA_ROOT_3_PERCENT));
}

static void every_flag_has_a_whole_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++) {
		const struct era_row *row = &era_rows[i];
		assert_non_null(row->name);
		assert_non_null(row->commit);
		assert_non_null(row->what);
		assert_true(row->name[0] && row->what[0]);
		assert_int_equal(strlen(row->commit), 12);
		assert_int_equal(strspn(row->commit, "0123456789abcdef"), 12);
	}
}

static void names_are_unique_json_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++) {
		const char *name = era_rows[i].name;
		assert_int_equal(
			strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name, era_rows[j].name);
	}
}

static void a_behaviour_ends_after_it_began(void **state)
{
	(void)state;
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++)
		assert_true(!era_rows[i].until || era_rows[i].since < era_rows[i].until);
}

static void the_flags_fit_their_word(void **state)
{
	(void)state;
	assert_true(ERA_FLAG_COUNT <= 32);
}

static void each_kernel_counts_page_tables_one_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(releases); i++) {
		struct era era = era_of_release(releases[i].release);
		assert_false(era_has(&era, ERA_PGTABLES_BYTES) && era_has(&era, ERA_NR_PTES));
		assert_false(era_has(&era, ERA_ROOT_MINUS_30) && era_has(&era, ERA_ROOT_3_PERCENT));
	}
}

int main(void)
{
	const struct CMUnitTest table[] = {
		cmocka_unit_test(processes_of_root_tell_which_bonus_they_have),
		cmocka_unit_test(every_flag_has_a_whole_row),
		cmocka_unit_test(names_are_unique_json_words),
		cmocka_unit_test(a_behaviour_ends_after_it_began),
		cmocka_unit_test(the_flags_fit_their_word),
		cmocka_unit_test(each_kernel_counts_page_tables_one_way),
	};
	int failed = run_rows("releases", releases, check_release);
	failed += run_rows("the probe of the arithmetic", probes, check_probe);
	failed += run_rows("contradictions", contradictions, check_contradiction);
	failed += run_rows("the probe of the rss", rss_probes, check_rss_probe);
	failed += cmocka_run_group_tests(table, NULL, NULL);
	return failed > 0;
}
