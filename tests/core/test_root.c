#include "oomspect/root.h"

#include "support.h"
#include "support_files.h"
#include "support_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MOST ((size_t)1 << 20)

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
	int result = root_each_line(&tree.root, "sys/a", MOST, count_line, &count);
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
	assert_int_equal(root_each_line(&tree->root, "sys/a", MOST, count_line, &count), 0);
	assert_int_equal(count.lines, LINES);
	assert_int_equal(count.bytes, LINES * 7);
	assert_int_equal(count.longest, 7);
	assert_string_equal(count.last, "0019999");
}

/* A piece of a line is no line: it may look like one that somebody would like to be there. */
static const struct long_case {
	const char *claim;
	size_t before, length, behind; /* lines of a byte before and behind one of that length */
	bool ended;
	size_t lines, longest;
} long_cases[] = {
	{ "the longest line", 0, ROOT_LINE_MAX - 1, 0, true, 1, ROOT_LINE_MAX - 1 },
	{ "a longer one is left out", 0, ROOT_LINE_MAX, 0, true, 0, 0 },
	{ "and at the end of a file, too", 0, ROOT_LINE_MAX, 0, false, 0, 0 },
	{ "the rest of it is no line either", 0, 2 * ROOT_LINE_MAX + 77, 0, false, 0, 0 },
	{ "lines before and behind it are handed out", 3, 5 * ROOT_LINE_MAX, 2, true, 5, 1 },
	{ "a line that begins late in the buffer", 5000, ROOT_LINE_MAX - 1, 1, true, 5002,
		ROOT_LINE_MAX - 1 },
};

static void leaves_out_lines_that_are_too_long(void **state)
{
	const struct long_case *row = *state;
	static char text[2 * 5000 + 5 * ROOT_LINE_MAX + 16];
	struct line_count count = { 0 };
	struct tree tree;
	char *at = text;
	for (size_t i = 0; i < row->before; i++)
		at = stpcpy(at, "x\n");
	memset(at, 'y', row->length);
	at += row->length;
	*at = '\0';
	if (row->ended)
		at = stpcpy(at, "\n");
	for (size_t i = 0; i < row->behind; i++)
		at = stpcpy(at, "z\n");
	tree_init(&tree);
	tree_write(&tree, "sys/a", text);
	int result = root_each_line(&tree.root, "sys/a", MOST, count_line, &count);
	tree_release(&tree);
	assert_int_equal(result, 0);
	assert_int_equal(count.lines, row->lines);
	assert_int_equal(count.longest, row->longest);
}

static void a_file_without_end_is_read_up_to_a_bound(void **state)
{
	const struct tree *tree = *state;
	struct line_count count = { 0 };
	char path[128];
	tree_write(tree, "sys/a", "1\n2\n");
	snprintf(path, sizeof(path), "%s/sys/a", tree->path);
	assert_return_code(truncate(path, (off_t)1 << 36), errno);
	assert_int_equal(root_each_line(&tree->root, "sys/a", MOST, count_line, &count), -EFBIG);
	assert_int_equal(count.lines, 2);
	tree_write(tree, "sys/b", "1\n2\n");
	assert_int_equal(root_each_line(&tree->root, "sys/b", 4, count_line, &count), 0);
	assert_int_equal(root_each_line(&tree->root, "sys/b", 3, count_line, &count), -EFBIG);
}

static void whoever_has_seen_enough_is_given_no_more(void **state)
{
	const struct tree *tree = *state;
	struct line_count count = { .stop_after = 2 };
	tree_write(tree, "sys/a", "1\n2\n3\n");
	assert_int_equal(root_each_line(&tree->root, "sys/a", MOST, count_line, &count), 0);
	assert_int_equal(count.lines, 2);
	tree_write(tree, "sys/a", "1\n2");
	count = (struct line_count){ .stop_after = 2 };
	assert_int_equal(root_each_line(&tree->root, "sys/a", MOST, count_line, &count), 0);
	assert_int_equal(count.lines, 2);
}

static void lines_of_what_is_no_file(void **state)
{
	const struct tree *tree = *state;
	struct line_count count = { 0 };
	assert_int_equal(
		root_each_line(&tree->root, "sys/none", MOST, count_line, &count), -ENOENT);
	assert_int_equal(root_each_line(&tree->root, "proc", MOST, count_line, &count), -EISDIR);
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

/* --- links, and what is no file: what another root's files may be */

struct within_case {
	const char *claim;
	const char *path;   /* below proc */
	const char *target; /* of the link that stands there; NULL: none */
	const char *read;   /* what is read through it, or NULL ... */
	ssize_t result;     /* ... and this */
};

/* There are proc/file ("inside") and proc/dir/file ("below"), and "outside" stands beside the root. */
static const struct within_case within_cases[] = {
	{ "a file", "file", NULL, "inside", 0 },
	{ "a link beside it", "link", "file", "inside", 0 },
	{ "an absolute link", "link", "/proc/file", "inside", 0 },
	{ "a link up and up again", "link", "../../../../../../../proc/file", "inside", 0 },
	{ "a link up from the top is at the top", "link", "/../proc/file", "inside", 0 },
	{ "a link to the directory above", "link/proc/file", "..", "inside", 0 },
	{ "a link to a directory", "link/file", "/proc/dir", "below", 0 },
	{ "and up from there is where that is", "link/../file", "/proc/dir", "inside", 0 },
	{ "a link to a link", "link", "/proc/other", "inside", 0 },
	{ "a link of dots and slashes", "link", ".././/proc/./dir//file", "below", 0 },
	{ "a relative link out of the root", "link", "../../outside", NULL, -ENOENT },
	{ "an absolute link to what is not in the root", "link", "/etc/hostname", NULL, -ENOENT },
	{ "a link to itself", "link", "link", NULL, -ELOOP },
	{ "a link to a directory is no file", "link", "dir", NULL, -EISDIR },
	{ "through a file leads nothing", "link", "file/file", NULL, -ENOTDIR },
	{ "a FIFO is not waited for", "fifo", NULL, NULL, -ENOTSUP },
	{ "a link to one neither", "link", "fifo", NULL, -ENOTSUP },
	{ "a socket is no file", "socket", NULL, NULL, -ENOTSUP },
	{ "a device is not opened", "device", NULL, NULL, -ENOTSUP },
	{ "a link to one neither", "link", "/proc/device", NULL, -ENOTSUP },
};

static void make_node(const struct tree *tree, const char *name, mode_t type)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/proc/%s", tree->path, name);
	assert_return_code(mknod(path, type | 0644, makedev(1, 5)), errno); /* /dev/zero */
}

static bool needs_device(const struct within_case *row)
{
	return strstr(row->path, "device") || (row->target && strstr(row->target, "device"));
}

static void make_within(const struct tree *tree, const struct within_case *row)
{
	tree_write(tree, "proc/file", "inside");
	tree_write(tree, "proc/dir/file", "below");
	tree_write(tree, "../outside", "foreign");
	tree_link(tree, "proc/other", "file");
	if (row->target)
		tree_link(tree, "proc/link", row->target);
	make_node(tree, "fifo", S_IFIFO);
	make_node(tree, "socket", S_IFSOCK);
	if (needs_device(row))
		make_node(tree, "device", S_IFCHR);
}

static bool note_line(void *context, struct text line)
{
	text_copy(line, context, 16);
	return true;
}

/* Each way of reading a file leads to the same one. */
static void reads_within_the_root(void **state)
{
	const struct within_case *row = *state;
	struct tree top, tree;
	char buffer[16], path[64], line[16] = "";
	if (needs_device(row) && geteuid() != 0)
		skip_because("a device needs root");
	/* One above, so that what is beside the root is the test's own. */
	tree_init(&top);
	tree = top;
	strcat(tree.path, "/root");
	tree_write(&tree, "proc/meminfo", "MemTotal: 4 kB\n");
	assert_int_equal(root_open(&tree.root, tree.path, NULL), ERR_OK);
	make_within(&tree, row);
	snprintf(path, sizeof(path), "proc/%s", row->path);
	ssize_t expected = row->read ? (ssize_t)strlen(row->read) : row->result;
	ssize_t results[3] = { root_read(&tree.root, path, buffer, sizeof(buffer)),
		root_read_proc(&tree.root, row->path, buffer, sizeof(buffer)),
		root_read_linked(&tree.root, path, buffer, sizeof(buffer)) };
	int lines = root_each_line(&tree.root, path, MOST, note_line, line);
	root_release(&tree.root);
	tree_release(&top);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		assert_int_equal(results[i], expected);
	assert_string_equal(buffer, row->read ? row->read : "");
	assert_int_equal(lines, row->read ? 0 : row->result);
	assert_string_equal(line, row->read ? row->read : "");
}

static void directories_are_found_within_the_root(void **state)
{
	const struct tree *tree = *state;
	char buffer[16];
	struct number_sum sum = { 0 };
	tree_write(tree, "sys/a", "A");
	tree_write(tree, "proc/9/task/7/x", "");
	tree_link(tree, "dir", "/sys");
	tree_link(tree, "proc/8", "/proc/9");
	assert_int_equal(root_open_dir(&tree->root, "sys/a"), -ENOTDIR);
	assert_int_equal(root_open_dir(&tree->root, "../../tmp"), -ENOENT);
	int fd = root_open_dir(&tree->root, "dir");
	assert_true(fd >= 0);
	assert_int_equal(root_read_at(fd, "a", buffer, sizeof(buffer)), 1);
	close(fd);
	assert_int_equal(root_each_number(&tree->root, "8/task", add_number, &sum), 0);
	assert_int_equal(sum.sum, 7);
}

static void below_a_directory_no_link_is_followed(void **state)
{
	const struct tree *tree = *state;
	struct stat status;
	tree_write(tree, "sys/dir/a", "A");
	tree_link(tree, "sys/link", "dir");
	int top_fd = root_open_dir(&tree->root, "sys");
	int fd = root_open_at(&tree->root, top_fd, "dir/a");
	assert_true(top_fd >= 0 && fd >= 0);
	assert_int_equal(root_open_at(&tree->root, top_fd, "link/a"), -ELOOP);
	assert_int_equal(root_open_dir_at(&tree->root, top_fd, "link"), -ELOOP);
	assert_int_equal(root_open_at(&tree->root, top_fd, "../proc/meminfo"), -EXDEV);
	assert_int_equal(root_stat_at(&tree->root, top_fd, "link/a", &status), -ELOOP);
	assert_int_equal(root_stat_at(&tree->root, top_fd, "dir/a", &status), 0);
	assert_int_equal(status.st_size, 1);
	close(fd);
	close(top_fd);
}

static void the_target_of_a_link_is_of_one_within_the_root(void **state)
{
	const struct tree *tree = *state;
	char buffer[64];
	tree_link(tree, "proc/9/exe", "/bin/nine");
	tree_link(tree, "proc/8", "/proc/9");
	tree_link(tree, "proc/7", "../../../../../../../proc/self");
	assert_int_equal(root_readlink_proc(&tree->root, "8/exe", buffer, sizeof(buffer)), 9);
	assert_string_equal(buffer, "/bin/nine");
	/* There is a /proc/self/exe outside. */
	assert_int_equal(root_readlink_proc(&tree->root, "7/exe", buffer, sizeof(buffer)), -ENOENT);
}

/* A user's own directory, read on behalf of root. */
static void on_a_live_machine_a_link_to_a_device_is_not_opened(void **state)
{
	const struct tree *tree = *state;
	struct root live;
	char buffer[16], path[128];
	(void)state;
	tree_link(tree, "sys/unit", "/dev/zero");
	tree_link(tree, "sys/other", "unit2");
	tree_write(tree, "sys/unit2", "text");
	assert_int_equal(root_open(&live, "/", NULL), ERR_OK);
	snprintf(path, sizeof(path), "%s/sys/unit", tree->path + 1);
	assert_int_equal(root_read_linked(&live, path, buffer, sizeof(buffer)), -ENOTSUP);
	assert_int_equal(root_open_dir_linked(&live, path), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/sys/other", tree->path + 1);
	assert_int_equal(root_read_linked(&live, path, buffer, sizeof(buffer)), 4);
	root_release(&live);
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
	root_each_line(&tree->root, "sys/a", MOST, count_line, &count);
	tree->root.listener = NULL;
	assert_string_equal(heard, "sys/a+0=A;proc/7/stat+0=B;proc/self->7;sys/a+0=A;sys/a+1=;");
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

static int run_all(void)
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
		TREE_TEST(reads_the_target_of_a_link),
		TREE_TEST(directories_are_found_within_the_root),
		TREE_TEST(below_a_directory_no_link_is_followed),
		TREE_TEST(the_target_of_a_link_is_of_one_within_the_root),
		TREE_TEST(on_a_live_machine_a_link_to_a_device_is_not_opened),
		TREE_TEST(lines_of_a_long_file_are_whole),
		TREE_TEST(a_file_without_end_is_read_up_to_a_bound),
		TREE_TEST(whoever_has_seen_enough_is_given_no_more),
		TREE_TEST(lines_of_what_is_no_file),
		TREE_TEST(visits_directories_whose_name_is_a_number),
		TREE_TEST(visits_thousands_of_entries_and_stops_when_told),
		TREE_TEST(a_listener_hears_what_is_read),
	};
	return run_rows("lines", line_cases, hands_out_lines) +
	       run_rows("long lines", long_cases, leaves_out_lines_that_are_too_long) +
	       run_rows("within the root", within_cases, reads_within_the_root) +
	       cmocka_run_group_tests_name("root", tests, NULL, NULL);
}

/* The same where the kernel, or a container's filter, has no openat2(2). */
int main(void)
{
	int failed = run_all();
	if (files_without_openat2())
		return failed + run_all();
	print_message("openat2(2) cannot be taken away here: not run without it\n");
	return failed;
}
