#include "oomspect/root.h"

#include "support.h"
#include "support_files.h"
#include "support_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening */

static void opens_this_machine_and_says_that_it_lives(void **state)
{
	struct root root;
	(void)state;
	assert_int_equal(root_open(&root, "/", NULL), ERR_OK);
	assert_true(root.live);
	root_release(&root);
	assert_int_equal(root.fd, -1);
	root_release(&root);
}

static void a_captured_machine_does_not_live(void **state)
{
	const struct tree *tree = *state;
	assert_false(tree->root.live);
}

static void refuses_what_is_no_machine(void **state)
{
	const struct tree *tree = *state;
	struct root root = { .fd = 77 };
	struct err err;
	char path[128], expected[256];
	snprintf(path, sizeof(path), "%s/proc", tree->path);
	assert_int_equal(root_open(&root, path, &err), ERR_UNSUPPORTED);
	snprintf(expected, sizeof(expected), "'%s' is not a machine: no proc/meminfo below it",
		path);
	assert_string_equal(err.text, expected);
	assert_int_equal(root.fd, 77);
	tree_remove(tree, "proc/meminfo");
	assert_int_equal(root_open(&root, tree->path, &err), ERR_UNSUPPORTED);
}

static void refuses_what_is_not_there_or_no_directory(void **state)
{
	const struct tree *tree = *state;
	struct root root;
	struct err err;
	char path[128];
	assert_int_equal(root_open(&root, "/nowhere/at/all", &err), ERR_NOT_FOUND);
	assert_string_equal(err.text, "cannot open '/nowhere/at/all': No such file or directory");
	snprintf(path, sizeof(path), "%s/proc/meminfo", tree->path);
	assert_int_equal(root_open(&root, path, &err), ERR_NOT_FOUND);
}

/* --- reading a file */

static void reads_a_file_and_ends_it(void **state)
{
	const struct tree *tree = *state;
	char buffer[16];
	memset(buffer, 'x', sizeof(buffer));
	tree_write_bytes(tree, "sys/a", "one\0two", 7);
	assert_int_equal(root_read(&tree->root, "sys/a", buffer, sizeof(buffer)), 7);
	assert_memory_equal(buffer, "one\0two", 8);
	tree_write(tree, "proc/42/stat", "hello");
	assert_int_equal(root_read_proc(&tree->root, "42/stat", buffer, sizeof(buffer)), 5);
	assert_string_equal(buffer, "hello");
}

static void a_file_may_fill_the_buffer_but_for_one_byte(void **state)
{
	const struct tree *tree = *state;
	char buffer[8];
	tree_write(tree, "sys/a", "1234567");
	assert_int_equal(root_read(&tree->root, "sys/a", buffer, sizeof(buffer)), 7);
	assert_string_equal(buffer, "1234567");
	tree_write(tree, "sys/a", "12345678");
	assert_int_equal(root_read(&tree->root, "sys/a", buffer, sizeof(buffer)), -EFBIG);
	assert_string_equal(buffer, "1234567");
}

static void an_empty_file_has_no_length(void **state)
{
	const struct tree *tree = *state;
	char buffer[8] = "before";
	tree_write(tree, "sys/a", "");
	assert_int_equal(root_read(&tree->root, "sys/a", buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "");
}

static void says_why_a_file_cannot_be_read(void **state)
{
	const struct tree *tree = *state;
	char buffer[8] = "before";
	assert_int_equal(root_read(&tree->root, "sys/none", buffer, sizeof(buffer)), -ENOENT);
	assert_string_equal(buffer, "");
	assert_int_equal(root_read(&tree->root, "proc", buffer, sizeof(buffer)), -EISDIR);
	assert_int_equal(
		root_read(&tree->root, "proc/meminfo/x", buffer, sizeof(buffer)), -ENOTDIR);
}

static void does_not_wait_for_a_fifo(void **state)
{
	const struct tree *tree = *state;
	char buffer[8], path[128];
	snprintf(path, sizeof(path), "%s/fifo", tree->path);
	assert_return_code(mkfifo(path, 0644), errno);
	assert_int_equal(root_read(&tree->root, "fifo", buffer, sizeof(buffer)), 0);
}

static void reads_the_target_of_a_link(void **state)
{
	const struct tree *tree = *state;
	char buffer[8];
	tree_link(tree, "proc/self", "4242");
	assert_int_equal(root_readlink_proc(&tree->root, "self", buffer, sizeof(buffer)), 4);
	assert_string_equal(buffer, "4242");
	assert_int_equal(root_readlink_proc(&tree->root, "self", buffer, 3), 2);
	assert_string_equal(buffer, "42");
	assert_int_equal(
		root_readlink_proc(&tree->root, "meminfo", buffer, sizeof(buffer)), -EINVAL);
}

/* --- lines */

struct line_count {
	size_t lines, bytes, stop_after, longest;
	char last[32];
};

static bool count_line(void *context, struct text line)
{
	struct line_count *count = context;
	count->lines++;
	count->bytes += line.len;
	count->longest = line.len > count->longest ? line.len : count->longest;
	text_copy(line, count->last, sizeof(count->last));
	return count->lines != count->stop_after;
}

static const struct line_case {
	const char *claim;
	const char *text;
	size_t lines, bytes;
	const char *last;
} line_cases[] = {
	{ "an empty file has no line", "", 0, 0, "" },
	{ "one line", "a\n", 1, 1, "a" },
	{ "a last line without its newline", "a\nbc", 2, 3, "bc" },
	{ "empty lines are lines", "\n\nx\n", 3, 1, "x" },
};

static void hands_out_lines(void **state)
{
	const struct line_case *row = *state;
	struct line_count count = { 0 };
	struct tree tree;
	tree_init(&tree);
	tree_write(&tree, "sys/a", row->text);
	int result = root_each_line(&tree.root, "sys/a", count_line, &count);
	tree_release(&tree);
	assert_int_equal(result, 0);
	assert_int_equal(count.lines, row->lines);
	assert_int_equal(count.bytes, row->bytes);
	assert_string_equal(count.last, row->last);
}

static void lines_of_a_long_file_are_whole(void **state)
{
	enum { LINES = 20000 };
	static char text[LINES * 8 + 1];
	const struct tree *tree = *state;
	struct line_count count = { 0 };
	for (int i = 0; i < LINES; i++)
		snprintf(text + 8 * i, 9, "%07d\n", i);
	tree_write(tree, "sys/a", text);
	assert_int_equal(root_each_line(&tree->root, "sys/a", count_line, &count), 0);
	assert_int_equal(count.lines, LINES);
	assert_int_equal(count.bytes, LINES * 7);
	assert_int_equal(count.longest, 7);
	assert_string_equal(count.last, "0019999");
}

static void a_line_above_four_kib_comes_in_pieces(void **state)
{
	const struct tree *tree = *state;
	static char text[10001];
	struct line_count count = { 0 };
	memset(text, 'y', 10000);
	tree_write(tree, "sys/a", text);
	assert_int_equal(root_each_line(&tree->root, "sys/a", count_line, &count), 0);
	assert_int_equal(count.bytes, 10000);
	assert_true(count.longest <= 4096);
	assert_int_equal(count.lines, 3);
}

static void whoever_has_seen_enough_is_given_no_more(void **state)
{
	const struct tree *tree = *state;
	struct line_count count = { .stop_after = 2 };
	tree_write(tree, "sys/a", "1\n2\n3\n");
	assert_int_equal(root_each_line(&tree->root, "sys/a", count_line, &count), 0);
	assert_int_equal(count.lines, 2);
	tree_write(tree, "sys/a", "1\n2");
	count = (struct line_count){ .stop_after = 2 };
	assert_int_equal(root_each_line(&tree->root, "sys/a", count_line, &count), 0);
	assert_int_equal(count.lines, 2);
}

static void lines_of_what_is_no_file(void **state)
{
	const struct tree *tree = *state;
	struct line_count count = { 0 };
	assert_int_equal(root_each_line(&tree->root, "sys/none", count_line, &count), -ENOENT);
	assert_int_equal(root_each_line(&tree->root, "proc", count_line, &count), -EISDIR);
	assert_int_equal(count.lines, 0);
}

/* --- numbers: the processes of a machine */

struct number_sum {
	size_t count, stop_after;
	int64_t sum;
};

static bool add_number(void *context, pid_t number)
{
	struct number_sum *sum = context;
	sum->sum += number;
	return ++sum->count != sum->stop_after;
}

static void visits_directories_whose_name_is_a_number(void **state)
{
	static const char *const names[] = { "1", "42", "4194304", "2147483647", "0", "-5",
		"2147483648", "12x", "x12", "99999999999999999999", "self" };
	const struct tree *tree = *state;
	struct number_sum sum = { 0 };
	char path[64];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "proc/%s/stat", names[i]);
		tree_write(tree, path, "");
	}
	assert_int_equal(root_each_number(&tree->root, ".", add_number, &sum), 0);
	assert_int_equal(sum.count, 4);
	assert_int_equal(sum.sum, 1ll + 42 + 4194304 + 2147483647);
}

static void visits_thousands_of_entries_and_stops_when_told(void **state)
{
	enum { MANY = 2000 };
	const struct tree *tree = *state;
	struct number_sum sum = { 0 }, some = { .stop_after = 7 };
	char path[64];
	for (int number = 1; number <= MANY; number++) {
		snprintf(path, sizeof(path), "proc/9/task/%d/x", number);
		tree_write(tree, path, "");
	}
	assert_int_equal(root_each_number(&tree->root, "9/task", add_number, &sum), 0);
	assert_int_equal(sum.count, MANY);
	assert_int_equal(sum.sum, MANY * (MANY + 1) / 2);
	assert_int_equal(root_each_number(&tree->root, "9/task", add_number, &some), 0);
	assert_int_equal(some.count, 7);
	assert_int_equal(root_each_number(&tree->root, "8/task", add_number, &sum), -ENOENT);
	assert_int_equal(root_each_number(&tree->root, "meminfo", add_number, &sum), -ENOTDIR);
}

static void links_are_followed_within_the_root(void **state)
{
	const struct tree *tree = *state;
	char buffer[16];
	files_need_links();
	tree_write(tree, "sys/a", "A");
	tree_link(tree, "sys/absolute", "/sys/a");
	tree_link(tree, "sys/up", "../../../../../../sys/a");
	tree_link(tree, "sys/loop", "loop");
	tree_link(tree, "dir", "/sys");
	assert_int_equal(root_read_linked(&tree->root, "sys/a", buffer, sizeof(buffer)), 1);
	assert_int_equal(root_read_linked(&tree->root, "sys/absolute", buffer, sizeof(buffer)), 1);
	assert_int_equal(root_read_linked(&tree->root, "sys/up", buffer, sizeof(buffer)), 1);
	assert_int_equal(root_read_linked(&tree->root, "../sys/a", buffer, sizeof(buffer)), 1);
	assert_int_equal(root_read_linked(&tree->root, "sys/loop", buffer, sizeof(buffer)), -ELOOP);
	assert_int_equal(root_open_dir_linked(&tree->root, "sys/a"), -ENOTDIR);
	int fd = root_open_dir_linked(&tree->root, "dir");
	assert_true(fd >= 0);
	assert_int_equal(root_read_at(fd, "a", buffer, sizeof(buffer)), 1);
	close(fd);
}

/* --- the listener */

static void note_file(
	void *context, const char *path, size_t offset, const char *bytes, size_t length)
{
	char *heard = context;
	snprintf(heard + strlen(heard), 256 - strlen(heard), "%s+%zu=%.*s;", path, offset,
		(int)length, bytes);
}

static void note_link(void *context, const char *path, const char *target)
{
	char *heard = context;
	snprintf(heard + strlen(heard), 256 - strlen(heard), "%s->%s;", path, target);
}

static void a_listener_hears_what_is_read(void **state)
{
	struct tree *tree = *state;
	char heard[256] = "", buffer[8];
	struct line_count count = { 0 };
	const struct root_listener listener = { heard, note_file, note_link };
	tree_write(tree, "sys/a", "A");
	tree_write(tree, "proc/7/stat", "B");
	tree_link(tree, "proc/self", "7");
	tree->root.listener = &listener;
	root_read(&tree->root, "sys/a", buffer, sizeof(buffer));
	root_read(&tree->root, "sys/none", buffer, sizeof(buffer));
	root_read_proc(&tree->root, "7/stat", buffer, sizeof(buffer));
	root_readlink_proc(&tree->root, "self", buffer, sizeof(buffer));
	root_each_line(&tree->root, "sys/a", count_line, &count);
	tree->root.listener = NULL;
	assert_string_equal(heard, "sys/a+0=A;proc/7/stat+0=B;proc/self->7;sys/a+0=A;sys/a+1=;");
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_this_machine_and_says_that_it_lives),
		TREE_TEST(a_captured_machine_does_not_live),
		TREE_TEST(refuses_what_is_no_machine),
		TREE_TEST(refuses_what_is_not_there_or_no_directory),
		TREE_TEST(reads_a_file_and_ends_it),
		TREE_TEST(a_file_may_fill_the_buffer_but_for_one_byte),
		TREE_TEST(an_empty_file_has_no_length),
		TREE_TEST(says_why_a_file_cannot_be_read),
		TREE_TEST(does_not_wait_for_a_fifo),
		TREE_TEST(reads_the_target_of_a_link),
		TREE_TEST(links_are_followed_within_the_root),
		TREE_TEST(lines_of_a_long_file_are_whole),
		TREE_TEST(a_line_above_four_kib_comes_in_pieces),
		TREE_TEST(whoever_has_seen_enough_is_given_no_more),
		TREE_TEST(lines_of_what_is_no_file),
		TREE_TEST(visits_directories_whose_name_is_a_number),
		TREE_TEST(visits_thousands_of_entries_and_stops_when_told),
		TREE_TEST(a_listener_hears_what_is_read),
	};
	return run_rows("lines", line_cases, hands_out_lines) +
	       cmocka_run_group_tests_name("root", tests, NULL, NULL);
}
