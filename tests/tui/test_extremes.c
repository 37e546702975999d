/* Machines whose files say what no machine can: every number in every file replaced by an extreme,
 * one at a time, all of a file, and all of all files. Under the sanitizers (make check-sanitize) no
 * arithmetic overflows; anywhere all commands answer, and no size is below zero. */
#include "support.h"
#include "support_groups.h"
#include "support_machine.h"
#include "support_run.h"
#include "support_view.h"

#include "command/command.h"
#include "view/react.h"
#include "view/state.h"

#include "oomspect/sampler.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first ones are those that arithmetic meets: these are tried one at a time, too. */
static const char *const extremes[] = { "9223372036854775807", "-9223372036854775808",
	"18446744073709551615", "0", "-1", "99999999999999999999", "", "x" };
enum { ONE_AT_A_TIME = 4 };
enum { ALL = -1, FILES_MAX = 4096, TEXT_MAX = 65536 };

/* --- the files of a machine ---------------------------------------------------------------------- */

struct file {
	char path[192];
	char *text;
};

static struct files_of_machine {
	struct file files[FILES_MAX];
	size_t count;
} all;

/* Text with numbers in it: all but the vector of the page size, and names. */
static int note_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	static const char *const others[] = { "auxv", "cmdline", "passwd", "mountinfo", "version",
		"cgroup", "osrelease", "hostname", "cgroup.controllers" };
	(void)status;
	if (type != FTW_F || all.count == FILES_MAX)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(path + walk->base, others[i]) == 0)
			return 0;
	struct file *file = &all.files[all.count++];
	snprintf(file->path, sizeof(file->path), "%s", path);
	file->text = calloc(1, TEXT_MAX);
	FILE *from = fopen(path, "re");
	assert_true(file->text && from);
	assert_true(fread(file->text, 1, TEXT_MAX, from) < TEXT_MAX);
	fclose(from);
	return 0;
}

static void note_files(const char *root)
{
	all.count = 0;
	assert_int_equal(nftw(root, note_file, 16, FTW_PHYS), 0);
	assert_in_range(all.count, 20, FILES_MAX - 1);
}

static void forget_files(void)
{
	for (size_t i = 0; i < all.count; i++)
		free(all.files[i].text);
	all.count = 0;
}

static void put(const struct file *file, const char *text)
{
	FILE *to = fopen(file->path, "we");
	assert_non_null(to);
	fputs(text, to);
	assert_int_equal(fclose(to), 0);
}

/* --- numbers ------------------------------------------------------------------------------------- */

/* How long the number is that begins at `at`: no digit of a name, "cpu0" or "pgscan_anon1". */
static size_t number_length(const char *text, const char *at)
{
	bool in_name = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
	size_t sign = *at == '-';
	size_t digits = strspn(at + sign, "0123456789");
	return in_name || !digits ? 0 : sign + digits;
}

static int count_numbers(const char *text)
{
	int count = 0;
	for (const char *at = text; *at;) {
		size_t length = number_length(text, at);
		count += length > 0;
		at += length ? length : 1;
	}
	return count;
}

/* Writes the file with number `which`, or all of them, replaced. */
static void put_extreme(const struct file *file, int which, const char *extreme)
{
	static char changed[8 * TEXT_MAX];
	char *to = changed;
	int number = 0;
	for (const char *at = file->text; *at;) {
		size_t length = number_length(file->text, at);
		if (length && (which == ALL || which == number))
			to = stpcpy(to, extreme);
		else
			to = mempcpy(to, at, length ? length : 1);
		number += length > 0;
		at += length ? length : 1;
	}
	*to = '\0';
	put(file, changed);
}

/* --- what looks at them -------------------------------------------------------------------------- */

/* All pages of the screen, wide and narrow. */
static void look(struct app *app)
{
	static const char *const pages[] = { "1", "4", "2", "\r", "\033", "3", "5", "1" };
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		keys(app, pages[i]);
		draw(app, 50, 200);
	}
	draw(app, 24, 80);
}

static bool sample(struct app *app)
{
	if (sampler_sample(&app->model.watch.sampler, NULL) != ERR_OK ||
		state_sampled(app, NULL) != ERR_OK)
		return false;
	app->clock.now_ms = app->clock.taken_ms = app->clock.sample_ms;
	return true;
}

static void ask_each(const struct options *options)
{
	static int (*const commands[])(const struct options *, struct err *) = { command_list,
		command_cgroups, command_victim, command_metrics };
	struct options asked = *options;
	struct err err;
	asked.json = true; /* the texts are those of the screen */
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		commands[i](&asked, &err);
}

/* What is printed goes nowhere. */
static void ask_commands(const struct options *options)
{
	fflush(stdout);
	int kept = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(kept >= 0 && nowhere >= 0);
	dup2(nowhere, STDOUT_FILENO);
	ask_each(options);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(nowhere);
}

static void examine(const char *root)
{
	struct options options = { .root = root, .delay_ms = 3000 };
	struct app *app = calloc(1, sizeof(*app));
	assert_non_null(app);
	if (state_init(app, &options, true, NULL) == ERR_OK) {
		if (sample(app))
			look(app);
		state_release(app);
	}
	free(app);
	ask_commands(&options);
}

/* Samples of ordinary and of extreme figures in turn, twenty seconds apart: rates and trends. */
static void examine_series(const char *root, const char *extreme)
{
	enum { SAMPLES = 12 };
	struct options options = { .root = root, .delay_ms = 3000 };
	struct app *app = calloc(1, sizeof(*app));
	char uptime[64];
	assert_non_null(app);
	if (state_init(app, &options, true, NULL) == ERR_OK) {
		for (int i = 0; i < SAMPLES; i++) {
			for (size_t at = 0; at < all.count; at++)
				put_extreme(&all.files[at], ALL, i % 2 ? extreme : "1");
			snprintf(uptime, sizeof(uptime), "%d.00 1.00\n", 1000 + 20 * i);
			machine_write(root, "proc/uptime", uptime);
			if (sample(app))
				look(app);
		}
		state_release(app);
	}
	free(app);
}

/* --- the machines -------------------------------------------------------------------------------- */

static const struct machine_row {
	const char *claim;
	const char *copied; /* NULL: the one of the drawings, with its cgroups */
	const char *group;  /* whose files are changed */
} machine_rows[] = {
	{ "cgroups of version 2", NULL, "docker-9c1f2ab0" },
	{ "version 1, a kernel of today", "tests/fixtures/machine-6.18", "web" },
	{ "version 1, a kernel of before 5.9", "tests/fixtures/machine-4.19", "web" },
};

/* A few processes will do, and they are read thousands of times. */
static void thin_out(const char *root)
{
	static const int kept[] = { 1, 2, 10, 11, 24, 4242, 9120 };
	char path[128];
	for (int pid = 1; pid < 11000; pid++) {
		bool keep = false;
		for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
			keep |= kept[i] == pid;
		snprintf(path, sizeof(path), "%s/proc/%d", root, pid);
		if (!keep && access(path, F_OK) == 0)
			machine_remove(path);
	}
}

static void make_machine(const struct machine_row *row, char *root, size_t size)
{
	char command[256];
	machine_make(root, size);
	if (!row->copied) {
		group_write(root, &groups[0]);
		group_write(root, &groups[1]); /* below it, with a limit */
	} else {
		machine_remove(root);
		snprintf(command, sizeof(command), "cp -r %s %s", row->copied, root);
		assert_int_equal(system(command), 0);
	}
	thin_out(root);
}

/* The first process of a machine stands for all, and so does one of its cgroups beside the top. */
static bool is_chosen(const struct machine_row *row, const char *root, const char *path)
{
	const char *below = path + strlen(root) + 1, *name = strrchr(path, '/');
	long pid = strncmp(below, "proc/", 5) == 0 ? strtol(below + 5, NULL, 10) : 0;
	char dir[64];
	snprintf(dir, sizeof(dir), "/%s/", row->group);
	if (pid)
		return pid == (row->copied ? 1 : 4242);
	if (strncmp(below, "sys/", 4) != 0)
		return true;
	return strstr(below, dir) || (size_t)(name - below) <= strlen("sys/fs/cgroup/memory");
}

static void replaces_numbers_one_at_a_time(void **state)
{
	const struct machine_row *row = &machine_rows[0];
	char root[64];
	(void)state;
	make_machine(row, root, sizeof(root));
	note_files(root);
	for (size_t i = 0; i < all.count; i++) {
		const struct file *file = &all.files[i];
		int count = is_chosen(row, root, file->path) ? count_numbers(file->text) : 0;
		for (int which = 0; which < count; which++) {
			for (size_t e = 0; e < ONE_AT_A_TIME; e++) {
				put_extreme(file, which, extremes[e]);
				examine(root);
			}
		}
		put(file, file->text);
	}
	forget_files();
	machine_remove(root);
}

static void replaces_all_numbers_of_a_file(void **state)
{
	const struct machine_row *row = *state;
	char root[64];
	make_machine(row, root, sizeof(root));
	note_files(root);
	for (size_t i = 0; i < all.count; i++) {
		for (size_t e = 0; e < ARRAY_SIZE(extremes); e++) {
			if (!is_chosen(row, root, all.files[i].path))
				continue;
			put_extreme(&all.files[i], ALL, extremes[e]);
			examine(root);
		}
		put(&all.files[i], all.files[i].text);
	}
	forget_files();
	machine_remove(root);
}

/* No size or count of a document is below zero, nor beyond what JSON's readers hold. */
static void check_numbers(const json_t *value, const char *name)
{
	static const char *const sizes[] = { "_kb", "_bytes", "totalpages", "total_pages" };
	const char *key;
	const json_t *member;
	size_t index;
	for (size_t i = 0; name && i < ARRAY_SIZE(sizes); i++)
		if (json_is_integer(value) && strstr(name, sizes[i]) && !strstr(name, "min_free") &&
			json_integer_value(value) < 0)
			fail_msg("%s is %lld", name, (long long)json_integer_value(value));
	json_object_foreach((json_t *)(uintptr_t)value, key, member) check_numbers(member, key);
	json_array_foreach(value, index, member) check_numbers(member, name);
}

static void check_answers(const char *root)
{
	static const char *const commands[] = { "list", "cgroups", "victim", "metrics" };
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run text = RUN("--root", root, commands[i]);
		struct run json = RUN("--root", root, "--json", commands[i]);
		assert_in_range(text.status, 0, 3);
		if (text.status == 1)
			run_assert_sentence(&text);
		if (json.status == 0 && i < 3) {
			json_t *document = json_loads(json.out, 0, NULL);
			assert_non_null(document);
			check_numbers(document, NULL);
			json_decref(document);
		}
		run_release(&text);
		run_release(&json);
	}
}

static void replaces_all_numbers_of_all_files(void **state)
{
	const struct machine_row *row = *state;
	char root[64];
	make_machine(row, root, sizeof(root));
	note_files(root);
	for (size_t e = 0; e < ARRAY_SIZE(extremes); e++) {
		for (size_t i = 0; i < all.count; i++)
			put_extreme(&all.files[i], ALL, extremes[e]);
		examine(root);
		check_answers(root);
		/* A machine whose processes have their numbers. */
		for (size_t i = 0; i < all.count; i++)
			if (strstr(all.files[i].path, "/stat"))
				put(&all.files[i], all.files[i].text);
		examine(root);
		check_answers(root);
		examine_series(root, extremes[e]);
	}
	forget_files();
	machine_remove(root);
}

/* --- length -------------------------------------------------------------------------------------- */

enum { CPU_SECONDS = 5 }; /* of one command: reading 64 GiB of nothing takes three times as long */

static char long_files[FILES_MAX][192];
static size_t long_count;

static int note_any_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	if (type == FTW_F && long_count < FILES_MAX)
		snprintf(long_files[long_count++], sizeof(long_files[0]), "%s", path);
	return 0;
}

static void check_end(const char *root, const char *file)
{
	static const char *const commands[] = { "list", "cgroups", "victim", "metrics" };
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run run = RUN("--root", root, commands[i]);
		if (run.status > 3)
			fail_msg("%s with 64 GiB of %s: status %d", commands[i], file, run.status);
		if (run.status == 1)
			run_assert_sentence(&run);
		run_release(&run);
	}
}

/* Each file with its text and then nothing, of which a disk holds any amount. */
static void no_file_is_read_without_end(void **state)
{
	struct rlimit before, limit = { CPU_SECONDS, RLIM_INFINITY };
	struct stat status;
	char root[64];
	(void)state;
	make_machine(&machine_rows[0], root, sizeof(root));
	long_count = 0;
	assert_int_equal(nftw(root, note_any_file, 16, FTW_PHYS), 0);
	assert_in_range(long_count, 40, FILES_MAX - 1);
	assert_int_equal(getrlimit(RLIMIT_CPU, &before), 0);
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	limit.rlim_cur += (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
	setrlimit(RLIMIT_CPU, &limit);
	for (size_t i = 0; i < long_count; i++) {
		assert_return_code(stat(long_files[i], &status), errno);
		if (truncate(long_files[i], (off_t)1 << 36) < 0)
			skip_because("no file system of 64 GiB");
		check_end(root, long_files[i] + strlen(root));
		assert_return_code(truncate(long_files[i], status.st_size), errno);
	}
	setrlimit(RLIMIT_CPU, &before);
	machine_remove(root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_is_read_without_end),
		cmocka_unit_test(replaces_numbers_one_at_a_time),
	};
	return run_rows("all of a file", machine_rows, replaces_all_numbers_of_a_file) +
	       run_rows("all of all files", machine_rows, replaces_all_numbers_of_all_files) +
	       cmocka_run_group_tests_name("one at a time", tests, NULL, NULL);
}
