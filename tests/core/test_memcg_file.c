#include "support.h"

#include "oomspect/memcg_file.h"

#include <string.h>

static struct text text(const char *string)
{
	return text_of(string);
}

static struct memcg forgotten(int version)
{
	struct memcg row;
	memset(&row, 0xa5, sizeof(row));
	row.parent = 0;
	memcg_row_forget(&row, version);
	return row;
}

static void assert_amount(struct amount amount, enum amount_kind kind, uint64_t bytes)
{
	assert_int_equal(amount.kind, kind);
	if (kind == AMOUNT_BYTES)
		assert_int_equal(amount.bytes, bytes);
}

struct amount_row {
	const char *claim, *text;
	enum amount_kind kind;
	uint64_t bytes;
};

static const struct amount_row amounts[] = {
	{ "a number is bytes", "52428800\n", AMOUNT_BYTES, 52428800 },
	{ "zero is a number", "0\n", AMOUNT_BYTES, 0 },
	{ "a number without a newline", "4096", AMOUNT_BYTES, 4096 },
	{ "max is no limit", "max\n", AMOUNT_UNLIMITED, 0 },
	{ "v1 without a limit, pages of 4 KiB", "9223372036854771712\n", AMOUNT_UNLIMITED, 0 },
	{ "v1 without a limit, pages of 64 KiB", "9223372036854710272\n", AMOUNT_UNLIMITED, 0 },
	{ "v1 without a limit up to 3.18", "9223372036854775807\n", AMOUNT_UNLIMITED, 0 },
	{ "2^62 is no limit", "4611686018427387904\n", AMOUNT_UNLIMITED, 0 },
	{ "a byte less than 2^62 is one", "4611686018427387903\n", AMOUNT_BYTES,
		4611686018427387903 },
	{ "2^64 - 1 is no limit", "18446744073709551615\n", AMOUNT_UNLIMITED, 0 },
	{ "what does not fit is unknown", "18446744073709551616\n", AMOUNT_UNKNOWN, 0 },
	{ "nothing is unknown", "", AMOUNT_UNKNOWN, 0 },
	{ "an empty line is unknown", "\n", AMOUNT_UNKNOWN, 0 },
	{ "a negative number is unknown", "-1\n", AMOUNT_UNKNOWN, 0 },
	{ "a unit is unknown", "5M\n", AMOUNT_UNKNOWN, 0 },
	{ "MAX is unknown", "MAX\n", AMOUNT_UNKNOWN, 0 },
	{ "two numbers are unknown", "1\n2\n", AMOUNT_UNKNOWN, 0 },
};

static void check_amount(void **state)
{
	const struct amount_row *row = *state;
	struct amount amount = amount_bytes(77);
	memcg_parse_amount(text(row->text), &amount);
	assert_amount(amount, row->kind, row->bytes);
}

/* Every file of the table, what its text "7" or its first key means, and where that goes. */
enum field_kind { AMOUNT, COUNT, FLAG, KEYED };

struct file_row {
	const char *claim; /* the file's name */
	int version;
	enum field_kind kind;
	const char *number; /* a text of its grammar */
	size_t offset;      /* of the field that this text sets */
};

#define AT(field) offsetof(struct memcg, field)

static const struct file_row files[] = {
	{ "memory.current", 2, AMOUNT, "7\n", AT(usage) },
	{ "memory.max", 2, AMOUNT, "7\n", AT(limit) },
	{ "memory.swap.current", 2, AMOUNT, "7\n", AT(swap_usage) },
	{ "memory.swap.max", 2, AMOUNT, "7\n", AT(swap_limit) },
	{ "memory.high", 2, AMOUNT, "7\n", AT(high) },
	{ "memory.low", 2, AMOUNT, "7\n", AT(low) },
	{ "memory.min", 2, AMOUNT, "7\n", AT(min) },
	{ "memory.peak", 2, AMOUNT, "7\n", AT(peak) },
	{ "memory.oom.group", 2, FLAG, "1\n", AT(oom_group) },
	{ "memory.stat", 2, KEYED, "anon 7\n", AT(anon) },
	{ "memory.events", 2, KEYED, "oom_kill 7\n", AT(events.oom_kill) },
	{ "memory.events.local", 2, KEYED, "oom 7\n", AT(events_local.oom) },
	{ "memory.pressure", 2, KEYED, "some avg10=0.07 avg60=0.00 avg300=0.00 total=7\n",
		AT(psi.some.avg10) },
	{ "memory.usage_in_bytes", 1, AMOUNT, "7\n", AT(usage) },
	{ "memory.limit_in_bytes", 1, AMOUNT, "7\n", AT(limit) },
	{ "memory.memsw.limit_in_bytes", 1, AMOUNT, "7\n", AT(memsw_limit) },
	{ "memory.kmem.usage_in_bytes", 1, AMOUNT, "7\n", AT(kernel) },
	{ "memory.max_usage_in_bytes", 1, AMOUNT, "7\n", AT(peak) },
	{ "memory.failcnt", 1, COUNT, "7\n", AT(failcnt) },
	{ "memory.swappiness", 1, COUNT, "7\n", AT(swappiness) },
	{ "memory.use_hierarchy", 1, FLAG, "1\n", AT(use_hierarchy) },
	{ "memory.stat", 1, KEYED, "rss 7\n", AT(anon) },
	{ "memory.oom_control", 1, KEYED, "oom_kill 7\n", AT(events.oom_kill) },
};

static const struct memcg_file *file_of(const struct file_row *row)
{
	for (size_t i = 0; i < memcg_file_count; i++)
		if (memcg_files[i].version == row->version &&
			strcmp(memcg_files[i].name, row->claim) == 0)
			return &memcg_files[i];
	fail_msg("%s of v%d has no row", row->claim, row->version);
	return NULL;
}

/* The number that the field holds: -1 unknown, -2 unlimited. */
static int64_t value_at(const struct file_row *row, const struct memcg *memcg)
{
	const void *field = (const char *)memcg + row->offset;
	struct amount amount;
	bool is_amount = row->kind == AMOUNT || row->offset == AT(anon);
	if (row->kind == FLAG)
		return *(const int8_t *)field;
	if (!is_amount)
		return *(const int64_t *)field;
	memcpy(&amount, field, sizeof(amount));
	return amount.kind == AMOUNT_BYTES     ? (int64_t)amount.bytes
	       : amount.kind == AMOUNT_UNKNOWN ? -1
					       : -2;
}

static int64_t parsed(const struct file_row *row, const char *content)
{
	const struct memcg_file *file = file_of(row);
	struct memcg memcg = forgotten(row->version);
	/* What stood there must not shine through. */
	file->parse(text(row->number), (char *)&memcg + file->offset);
	file->parse(text(content), (char *)&memcg + file->offset);
	return value_at(row, &memcg);
}

static void check_number(void **state)
{
	const struct file_row *row = *state;
	assert_int_equal(parsed(row, row->number), row->kind == FLAG ? 1 : 7);
}

static void check_max(void **state)
{
	const struct file_row *row = *state;
	assert_int_equal(parsed(row, "max\n"), row->kind == AMOUNT ? -2 : -1);
}

static void check_nothing(void **state)
{
	assert_int_equal(parsed(*state, ""), -1);
}

static void check_garbage(void **state)
{
	static const char *const garbage[] = { "\n", "x\n", "7 7\n", "-7\n", "7x\n", "\xff\xfe\n",
		"anon\n", "anon 7 7\n", "oom_kill x\n", "some avg10=\n", "some\n", "rss -7\n" };
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++)
		assert_int_equal(parsed(*state, garbage[i]), -1);
}

static void every_file_is_whole(void **state)
{
	(void)state;
	assert_int_equal(memcg_file_count, ARRAY_SIZE(files));
	for (size_t i = 0; i < memcg_file_count; i++) {
		const struct memcg_file *file = &memcg_files[i];
		assert_non_null(file->name);
		assert_non_null(file->parse);
		assert_true(strlen(file->name) < 63);
		assert_true(file->version == 1 || file->version == 2);
		assert_in_range(file->keep + 1, 0, MEMCG_FILE_KEPT);
		assert_in_range(file->offset, 0, sizeof(struct memcg) - 1);
		for (size_t other = 0; other < i; other++) {
			assert_false(file->version == memcg_files[other].version &&
				     strcmp(file->name, memcg_files[other].name) == 0);
			assert_false(file->version == memcg_files[other].version &&
				     file->keep != MEMCG_FILE_REOPENED &&
				     file->keep == memcg_files[other].keep);
		}
	}
}

static void usage_is_the_first_of_its_version(void **state)
{
	(void)state;
	for (int version = 1; version <= 2; version++)
		for (size_t i = 0; i < memcg_file_count; i++)
			if (memcg_files[i].version == version) {
				assert_int_equal(memcg_files[i].offset, AT(usage));
				break;
			}
}

static const char stat_v2[] =
	"anon 1\nfile 2\nkernel 3\nshmem 4\nfile_mapped 99\nfile_dirty 5\n"
	"file_writeback 6\ninactive_anon 99\nactive_anon 99\ninactive_file 7\n"
	"active_file 8\nslab_reclaimable 9\nslab_unreclaimable 99\n";

static void stat_is_read_by_key(void **state)
{
	(void)state;
	struct memcg row = forgotten(2);
	memcg_parse_stat_v2(text(stat_v2), &row);
	assert_amount(row.anon, AMOUNT_BYTES, 1);
	assert_amount(row.file, AMOUNT_BYTES, 2);
	assert_amount(row.kernel, AMOUNT_BYTES, 3);
	assert_amount(row.shmem, AMOUNT_BYTES, 4);
	assert_amount(row.dirty, AMOUNT_BYTES, 5);
	assert_amount(row.writeback, AMOUNT_BYTES, 6);
	assert_amount(row.inactive_file, AMOUNT_BYTES, 7);
	assert_amount(row.active_file, AMOUNT_BYTES, 8);
	assert_amount(row.slab_reclaimable, AMOUNT_BYTES, 9);
}

static void a_missing_key_is_unknown(void **state)
{
	(void)state;
	struct memcg row = forgotten(2);
	memcg_parse_stat_v2(text(stat_v2), &row);
	memcg_parse_stat_v2(text("anon 1\nfile 2\n"), &row);
	assert_amount(row.anon, AMOUNT_BYTES, 1);
	assert_amount(row.kernel, AMOUNT_UNKNOWN, 0);
}

static void v1_totals_win_over_local_values(void **state)
{
	(void)state;
	struct memcg row = forgotten(1);
	memcg_parse_stat_v1(
		text("total_rss 8\ncache 1\nrss 2\nswap 3\nhierarchical_memory_limit 4096\n"
		     "total_cache 7\ntotal_swap 9\n"),
		&row);
	assert_amount(row.anon, AMOUNT_BYTES, 8);
	assert_amount(row.file, AMOUNT_BYTES, 7);
	assert_amount(row.swap_usage, AMOUNT_BYTES, 9);
	assert_amount(row.hierarchical_limit, AMOUNT_BYTES, 4096);
}

static void v1_without_totals_gives_local_values(void **state)
{
	(void)state;
	struct memcg row = forgotten(1);
	memcg_parse_stat_v1(text("cache 1\nrss 2\n"), &row);
	assert_amount(row.anon, AMOUNT_BYTES, 2);
	assert_amount(row.file, AMOUNT_BYTES, 1);
	assert_amount(row.hierarchical_limit, AMOUNT_UNKNOWN, 0);
}

static void events_are_read_by_key(void **state)
{
	(void)state;
	struct memcg row = forgotten(2);
	memcg_parse_events(
		text("low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\nnew 9\n"),
		&row.events);
	assert_int_equal(row.events.low, 1);
	assert_int_equal(row.events.high, 2);
	assert_int_equal(row.events.max, 3);
	assert_int_equal(row.events.oom, 4);
	assert_int_equal(row.events.oom_kill, 5);
	assert_int_equal(row.events.oom_group_kill, 6);
}

static void v1_oom_control_has_flags_and_a_count(void **state)
{
	(void)state;
	struct memcg row = forgotten(1);
	memcg_parse_oom_control(text("oom_kill_disable 1\nunder_oom 0\noom_kill 3\n"), &row);
	assert_int_equal(row.oom_kill_disable, 1);
	assert_int_equal(row.under_oom, 0);
	assert_int_equal(row.events.oom_kill, 3);
	assert_int_equal(row.events.oom, UNKNOWN);
	memcg_parse_oom_control(text("oom_kill_disable 0\nunder_oom 1\n"), &row);
	assert_int_equal(row.under_oom, 1);
	assert_int_equal(row.events.oom_kill, UNKNOWN); /* before 4.13 */
}

static struct memcg finished_v1(struct amount limit, struct amount memsw)
{
	struct memcg row = forgotten(1);
	row.limit = limit;
	row.memsw_limit = memsw;
	memcg_row_finish(&row, 1);
	return row;
}

static void v1_swap_limit_is_the_difference(void **state)
{
	(void)state;
	const struct amount none = { AMOUNT_UNLIMITED, 0 }, unknown = { AMOUNT_UNKNOWN, 0 };
	assert_amount(finished_v1(amount_bytes(50), amount_bytes(80)).swap_limit, AMOUNT_BYTES, 30);
	assert_amount(finished_v1(amount_bytes(50), amount_bytes(50)).swap_limit, AMOUNT_BYTES, 0);
	assert_amount(finished_v1(amount_bytes(50), amount_bytes(40)).swap_limit, AMOUNT_BYTES, 0);
	assert_amount(finished_v1(amount_bytes(50), none).swap_limit, AMOUNT_UNLIMITED, 0);
	assert_amount(finished_v1(amount_bytes(50), unknown).swap_limit, AMOUNT_UNKNOWN, 0);
	assert_amount(finished_v1(none, amount_bytes(80)).swap_limit, AMOUNT_UNKNOWN, 0);
}

static void the_top_of_v2_has_no_limit(void **state)
{
	(void)state;
	struct memcg row = forgotten(2);
	memcg_row_finish(&row, 2);
	assert_amount(row.limit, AMOUNT_UNKNOWN, 0);
	row.parent = -1;
	memcg_row_finish(&row, 2);
	assert_amount(row.limit, AMOUNT_UNLIMITED, 0);
}

static int run_files(void)
{
	return run_rows("a file with a number", files, check_number) +
	       run_rows("a file with max", files, check_max) +
	       run_rows("a file absent or denied", files, check_nothing) +
	       run_rows("a file with garbage", files, check_garbage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_is_whole),
		cmocka_unit_test(usage_is_the_first_of_its_version),
		cmocka_unit_test(stat_is_read_by_key),
		cmocka_unit_test(a_missing_key_is_unknown),
		cmocka_unit_test(v1_totals_win_over_local_values),
		cmocka_unit_test(v1_without_totals_gives_local_values),
		cmocka_unit_test(events_are_read_by_key),
		cmocka_unit_test(v1_oom_control_has_flags_and_a_count),
		cmocka_unit_test(v1_swap_limit_is_the_difference),
		cmocka_unit_test(the_top_of_v2_has_no_limit),
	};
	return run_rows("amounts", amounts, check_amount) + run_files() +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
