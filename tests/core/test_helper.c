/* Programs that are run: from where, with what, and what is left of one that could not be. */
#include "support.h"
#include "support_programs.h"

#include "oomspect/helper.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STRANGER 4242
#define NAME     "oomspect-helper-test"

struct fixture {
	struct programs programs;
	struct helper helper;
	struct err err;
	char out[8192];
};

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .out = "" };
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	helper_end(&fixture->helper);
	programs_remove(&fixture->programs);
	return 0;
}

/* Runs it to the end of its output, which is kept. */
static bool run(struct fixture *fixture, const char *const argv[], int stdin_fd)
{
	int fd;
	size_t used = 0;
	ssize_t got;
	if (helper_start(&fixture->helper, argv, stdin_fd, &fd, &fixture->err) != ERR_OK)
		fail_msg("%s", fixture->err.text);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	while (poll(&pollfd, 1, 10000) > 0 &&
		(got = read(fd, fixture->out + used, sizeof(fixture->out) - 1 - used)) > 0)
		used += (size_t)got;
	fixture->out[used] = '\0';
	close(fd);
	return helper_finish(&fixture->helper);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int count_fds(void)
{
	int count = 0;
	DIR *directory = opendir("/proc/self/fd");
	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* --- from where ------------------------------------------------------------------------------ */

static void path_of_the_environment_is_not_asked(void **state)
{
	struct fixture *fixture = *state;
	struct files files;
	char path[PATH_MAX], file[PATH_MAX], system[PATH_MAX], *before = getenv("PATH");
	before = before ? strdup(before) : NULL;
	files_make(&files);
	files_put(&files, "cat", "#!/bin/sh\necho theirs\n");
	snprintf(file, sizeof(file), "%s/cat", files.path);
	assert_int_equal(chmod(file, 0755), 0);
	setenv("PATH", files.path, 1);
	enum err_code code = helper_find("cat", path, &fixture->err);
	setenv("PATH", before ? before : "", 1);
	free(before);
	files_remove(&files);
	assert_int_equal(code, ERR_OK);
	assert_true(realpath("/usr/bin/cat", system) || realpath("/bin/cat", system));
	assert_string_equal(path, system);
}

static void where_it_was_looked_for_is_said(void **state)
{
	struct fixture *fixture = *state;
	int fd;
	const char *const argv[] = { NAME, NULL };
	assert_int_equal(
		helper_start(&fixture->helper, argv, -1, &fd, &fixture->err), ERR_NOT_FOUND);
	assert_string_equal(fixture->err.text,
		"cannot run " NAME ": it is not in /usr/bin, /bin, /usr/local/bin");
	assert_no_child();
}

/* What is wrong with the file, or with the directory it lies in. */
struct unsafe_row {
	const char *claim;
	uid_t owner, directory_owner;
	mode_t mode, directory_mode;
	const char *why; /* NULL: nothing */
};

static const struct unsafe_row unsafe_rows[] = {
	{ "root's, and nobody else may write", 0, 0, 0755, 0755, NULL },
	{ "a set-group-ID bit of the directory is no harm", 0, 0, 0755, 02755, NULL },
	{ "a file that everybody may write", 0, 0, 0757, 0755,
		"/usr/local/bin/" NAME " can be written by others" },
	{ "a file that a group may write", 0, 0, 0775, 0755,
		"/usr/local/bin/" NAME " can be written by others" },
	{ "a file of another user", STRANGER, 0, 0755, 0755,
		"/usr/local/bin/" NAME " belongs to user 4242" },
	{ "a directory that everybody may write", 0, 0, 0755, 0777,
		"/usr/local/bin can be written by others" },
	{ "a directory like /tmp, where files stay whose they are", 0, 0, 0755, 01777,
		"/usr/local/bin can be written by others" },
	{ "a directory that a group may write, as Debian's of old", 0, 0, 0755, 02775,
		"/usr/local/bin can be written by others" },
	{ "a directory of another user", 0, STRANGER, 0755, 0755,
		"/usr/local/bin belongs to user 4242" },
};

static void assert_found(struct fixture *fixture, const char *name, const char *why)
{
	char path[PATH_MAX], sentence[256];
	enum err_code code = helper_find(name, path, &fixture->err);
	if (!why) {
		assert_int_equal(code, ERR_OK);
		return;
	}
	snprintf(sentence, sizeof(sentence), "cannot run %s: %s", name, why);
	assert_int_equal(code, ERR_DENIED);
	assert_string_equal(fixture->err.text, sentence);
}

static void check_unsafe(void **state)
{
	const struct unsafe_row *row = *state;
	void *made;
	char file[PATH_MAX], directory[PATH_MAX];
	set_up(&made);
	struct fixture *fixture = made;
	programs_make(&fixture->programs);
	programs_put(&fixture->programs, NAME, "echo run", file);
	strcpy(directory, file);
	*strrchr(directory, '/') = '\0';
	assert_int_equal(chown(file, row->owner, 0), 0);
	assert_int_equal(chmod(file, row->mode), 0);
	assert_int_equal(chown(directory, row->directory_owner, 0), 0);
	assert_int_equal(chmod(directory, row->directory_mode), 0);
	assert_found(fixture, NAME, row->why);
	tear_down(&made);
}

/* A link of root's to where others write: the file there is looked at, not the link. */
static void a_link_leads_to_what_is_looked_at(void **state)
{
	struct fixture *fixture = *state;
	struct files others;
	char file[PATH_MAX], link[PATH_MAX], why[PATH_MAX];
	programs_make(&fixture->programs);
	programs_put(&fixture->programs, NAME, "echo run", link);
	assert_int_equal(unlink(link), 0);
	files_make(&others);
	files_put(&others, "theirs", "#!/bin/sh\necho theirs\n");
	snprintf(file, sizeof(file), "%s/theirs", others.path);
	assert_int_equal(chmod(file, 0755), 0);
	assert_int_equal(symlink(file, link), 0);
	snprintf(why, sizeof(why), "/tmp can be written by others");
	assert_found(fixture, NAME, why);
	files_remove(&others);
}

/* In a directory that comes first it may be unsafe, and good in the next. */
static void an_unsafe_one_is_passed_over(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX], file[PATH_MAX];
	programs_make(&fixture->programs);
	programs_put(&fixture->programs, NAME, "echo run", file);
	snprintf(path, sizeof(path), "%s/first/" NAME, fixture->programs.files.path);
	files_put(&fixture->programs.files, "first/" NAME, "#!/bin/sh\n");
	assert_int_equal(chmod(path, 0777), 0);
	*strrchr(path, '/') = '\0';
	programs_bind(&fixture->programs, path, "/usr/bin");
	assert_int_equal(helper_find(NAME, path, &fixture->err), ERR_OK);
	assert_string_equal(path, "/usr/local/bin/" NAME);
}

/* --- with what ------------------------------------------------------------------------------- */

static void its_environment_is_made_here(void **state)
{
	struct fixture *fixture = *state;
	setenv("OOMSPECT_TEST_SECRET", "x", 1);
	setenv("LD_LIBRARY_PATH", "/tmp", 1);
	bool good = run(fixture, WORDS("env"), -1);
	unsetenv("OOMSPECT_TEST_SECRET");
	unsetenv("LD_LIBRARY_PATH");
	assert_true(good);
	assert_string_equal(fixture->out, "PATH=/usr/bin:/bin\nLC_ALL=C\n");
}

static void no_descriptor_of_ours_is_open_in_it(void **state)
{
	struct fixture *fixture = *state;
	int left_open = open("/dev/null", O_RDONLY); /* as somebody before us might have */
	assert_true(left_open > 2);
	assert_true(fcntl(left_open, F_DUPFD, 100) >= 100);
	assert_true(run(fixture, WORDS("ls", "/proc/self/fd"), -1));
	close(left_open);
	assert_string_equal(fixture->out, "0\n1\n2\n3\n"); /* the last is that of ls itself */
}

static void it_reads_nothing_but_what_it_is_given(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	assert_true(run(fixture, WORDS("cat"), -1));
	assert_string_equal(fixture->out, "");
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "given", 5), 5);
	close(ends[1]);
	assert_true(run(fixture, WORDS("cat"), ends[0]));
	close(ends[0]);
	assert_string_equal(fixture->out, "given");
}

static void signals_are_as_they_were_for_us(void **state)
{
	struct fixture *fixture = *state;
	sigset_t blocked, before;
	sigfillset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	bool good = run(fixture, WORDS("cat", "/proc/self/status"), -1);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_true(good);
	assert_non_null(strstr(fixture->out, "SigBlk:\t0000000000000000"));
	const char *ignored = strstr(fixture->out, "SigIgn:\t");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + 8, NULL, 16) & 1ULL << (SIGPIPE - 1), 0);
}

/* What is run would have the rights of root again. */
static void with_borrowed_rights_nothing_is_run(void **state)
{
	struct fixture *fixture = *state;
	int fd;
	if (geteuid() != 0 || seteuid(STRANGER) != 0)
		skip_because("only root can be two users");
	enum err_code code = helper_start(&fixture->helper, WORDS("env"), -1, &fd, &fixture->err);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(code, ERR_DENIED);
	assert_string_equal(fixture->err.text,
		"cannot run env: the rights in force are not those of the user who started this");
	assert_no_child();
}

/* --- its end --------------------------------------------------------------------------------- */

static void one_that_cannot_start_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	int fd, fds = count_fds();
	char file[PATH_MAX];
	programs_make(&fixture->programs);
	programs_put(&fixture->programs, NAME, "", file);
	FILE *script = fopen(file, "w");
	assert_non_null(script);
	fputs("#!/nowhere/at/all\n", script);
	fclose(script);
	assert_int_equal(
		helper_start(&fixture->helper, WORDS(NAME), -1, &fd, &fixture->err), ERR_NOT_FOUND);
	assert_string_equal(fixture->err.text, "cannot run " NAME ": No such file or directory");
	assert_int_equal(fixture->helper.pid, 0);
	assert_no_child();
	assert_int_equal(count_fds(), fds);
}

static void how_it_ended_is_known(void **state)
{
	struct fixture *fixture = *state;
	assert_true(run(fixture, WORDS("true"), -1));
	assert_false(run(fixture, WORDS("false"), -1));
	signal(SIGCHLD, SIG_IGN); /* as inherited from whoever does not care */
	bool bad = run(fixture, WORDS("false"), -1);
	signal(SIGCHLD, SIG_DFL);
	assert_false(bad);
}

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void one_that_does_not_end_is_ended(void **state)
{
	struct fixture *fixture = *state;
	programs_make(&fixture->programs);
	programs_put(&fixture->programs, NAME, "exec >&-; exec sleep 1000", NULL);
	double began = monotonic_s();
	assert_false(run(fixture, WORDS(NAME), -1));
	assert_true(monotonic_s() - began < 5);
	assert_no_child();
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(path_of_the_environment_is_not_asked),
		WITH_FIXTURE(where_it_was_looked_for_is_said),
		WITH_FIXTURE(a_link_leads_to_what_is_looked_at),
		WITH_FIXTURE(an_unsafe_one_is_passed_over),
		WITH_FIXTURE(its_environment_is_made_here),
		WITH_FIXTURE(no_descriptor_of_ours_is_open_in_it),
		WITH_FIXTURE(it_reads_nothing_but_what_it_is_given),
		WITH_FIXTURE(signals_are_as_they_were_for_us),
		WITH_FIXTURE(with_borrowed_rights_nothing_is_run),
		WITH_FIXTURE(one_that_cannot_start_leaves_nothing),
		WITH_FIXTURE(how_it_ended_is_known),
		WITH_FIXTURE(one_that_does_not_end_is_ended),
	};
	return run_rows("where programs are found", unsafe_rows, check_unsafe) +
	       cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
