/* The tracepoint oom:mark_victim: its formats, its records, and listening to it where this machine
 * lets us. What it says of real kills is for a guest to show (tests/kernel/kinds_burst.c). */
#include "oomspect/oomtrace.h"

#include "support.h"

#include <dirent.h>
#include <string.h>

#define COMMON \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

/* As 6.12.117 has it on amd64. */
static const char format_6_12[] =
	"name: mark_victim\nID: 584\n" COMMON "\tfield:int pid;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] comm;\toffset:12;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned long total_vm;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long anon_rss;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long file_rss;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long shmem_rss;\toffset:40;\tsize:8;\tsigned:0;\n"
	"\tfield:uid_t uid;\toffset:48;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned long pgtables;\toffset:56;\tsize:8;\tsigned:0;\n"
	"\tfield:short oom_score_adj;\toffset:64;\tsize:2;\tsigned:1;\n\n"
	"print fmt: \"pid=%d comm=%s\", REC->pid, __get_str(comm)\n";

/* Up to 6.8 there is the pid alone: include/trace/events/oom.h. */
static const char format_old[] =
	"name: mark_victim\nID: 512\n" COMMON "\tfield:int pid;\toffset:8;\tsize:4;\tsigned:1;\n\n"
	"print fmt: \"pid=%d\", REC->pid\n";

static struct oomtrace_format parsed(const char *text)
{
	struct oomtrace_format format;
	assert_true(oomtrace_parse_format(text_of(text), &format));
	return format;
}

/* A record of 6.12: a name behind the fields. */
struct record {
	unsigned char bytes[128];
	size_t size;
};

static void put(struct record *record, size_t offset, uint64_t value, size_t size)
{
	memcpy(record->bytes + offset, &value, size); /* amd64: little-endian, as this test */
}

static struct record a_record(const char *comm)
{
	struct record record = { .size = 72 + strlen(comm) + 1 };
	put(&record, 8, 4711, 4);
	put(&record, 12, (strlen(comm) + 1) << 16 | 72, 4);
	put(&record, 16, 20480, 8);
	put(&record, 24, 10240, 8);
	put(&record, 32, 12, 8);
	put(&record, 40, 0, 8);
	put(&record, 48, 1000, 4);
	put(&record, 56, 68, 8);
	put(&record, 64, (uint64_t)-998, 2);
	strcpy((char *)record.bytes + 72, comm);
	return record;
}

static void skip_unless_little_endian(void)
{
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip_because("the record is one of a little-endian machine");
}

static void a_record_of_6_12_has_name_and_sizes(void **state)
{
	struct oomtrace_format format = parsed(format_6_12);
	struct record record = a_record("a)b\x1b[0m");
	struct oom_victim victim;
	(void)state;
	skip_unless_little_endian();
	assert_true(oomtrace_decode(&format, record.bytes, record.size, &victim));
	assert_int_equal(victim.pid, 4711);
	assert_string_equal(victim.comm, "a)b\x1b[0m");
	assert_int_equal(victim.total_vm_kb, 20480);
	assert_int_equal(victim.anon_rss_kb, 10240);
	assert_int_equal(victim.file_rss_kb, 12);
	assert_int_equal(victim.shmem_rss_kb, 0);
	assert_int_equal(victim.uid, 1000);
	assert_int_equal(victim.pgtables_kb, 68);
	assert_int_equal(victim.oom_score_adj, -998);
}

static void before_6_9_there_is_the_pid_alone(void **state)
{
	struct oomtrace_format format = parsed(format_old);
	struct record record = a_record("x");
	struct oom_victim victim;
	(void)state;
	skip_unless_little_endian();
	assert_true(oomtrace_decode(&format, record.bytes, 12, &victim));
	assert_int_equal(victim.pid, 4711);
	assert_string_equal(victim.comm, "");
	assert_int_equal(victim.anon_rss_kb, UNKNOWN_SIGNED);
	assert_int_equal(victim.oom_score_adj, UNKNOWN_SIGNED);
}

/* Wherever it is cut nothing beyond it is read; it lies at the end of a block of its own. */
static void a_record_that_is_cut_says_what_is_left(void **state)
{
	struct oomtrace_format format = parsed(format_6_12);
	struct record record = a_record("name");
	(void)state;
	skip_unless_little_endian();
	for (size_t size = 0; size < record.size; size++) {
		unsigned char *copy = test_malloc(size + 1);
		struct oom_victim victim;
		memcpy(copy, record.bytes, size);
		assert_int_equal(oomtrace_decode(&format, copy, size, &victim), size >= 12);
		assert_true(size < 24 + 8 ? victim.anon_rss_kb == UNKNOWN_SIGNED
					  : victim.anon_rss_kb == 10240);
		assert_string_equal(victim.comm, "");
		test_free(copy);
	}
}

static void a_name_that_lies_beyond_the_record_is_none(void **state)
{
	struct oomtrace_format format = parsed(format_6_12);
	struct record record = a_record("name");
	struct oom_victim victim;
	(void)state;
	put(&record, 12, UINT64_C(0xffff) << 16 | 72, 4);
	assert_true(oomtrace_decode(&format, record.bytes, record.size, &victim));
	assert_string_equal(victim.comm, "");
}

static void a_format_without_a_pid_is_none(void **state)
{
	static const char *const texts[] = { "", "format:\n", COMMON,
		"\tfield:int pid;\toffset:8;\tsize:8;\tsigned:1;\n",
		"\tfield:int pid;\toffset:x;\tsize:4;\tsigned:1;\n",
		"\tfield:int pid;\toffset:99999;\tsize:4;\tsigned:1;\n", "\tfield:int pid;" };
	struct oomtrace_format format;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(oomtrace_parse_format(text_of(texts[i]), &format));
}

static size_t open_descriptors(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");
	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void none(void *arg, const struct oom_victim *victim, int64_t mono_us)
{
	(void)arg;
	(void)victim;
	(void)mono_us;
}

/* Listening or not, nothing stays open. */
static void nothing_is_left_behind(void **state)
{
	struct oomtrace trace;
	struct root root;
	struct err err = { 0 };
	(void)state;
	assert_int_equal(root_open(&root, "/", &err), ERR_OK);
	size_t before = open_descriptors();
	enum err_code code = oomtrace_open(&trace, &root, &err);
	size_t meanwhile = open_descriptors();
	oomtrace_drain(&trace, none, NULL);
	oomtrace_release(&trace);
	assert_int_equal(open_descriptors(), before);
	root_release(&root);
	if (code)
		skip_because("%s", err.text);
	assert_true(meanwhile > before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_6_12_has_name_and_sizes),
		cmocka_unit_test(before_6_9_there_is_the_pid_alone),
		cmocka_unit_test(a_record_that_is_cut_says_what_is_left),
		cmocka_unit_test(a_name_that_lies_beyond_the_record_is_none),
		cmocka_unit_test(a_format_without_a_pid_is_none),
		cmocka_unit_test(nothing_is_left_behind),
	};
	return cmocka_run_group_tests_name("oomtrace", tests, NULL, NULL);
}
