/* With -r nothing is written and nobody is signalled, whatever is pressed wherever: every key of every
 * view, dialog, prompt and menu, under strace(1), which sees what the program asks of the kernel. */
#include "support.h"
#include "support_enclosure.h"
#include "support_files.h"
#include "support_run.h"
#include "support_terminal.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRACE    "/usr/bin/strace"
#define PAUSE_MS  15 /* keys that come faster may have been pasted, and confirm nothing */
#define ESCAPE_MS 60 /* Esc is that when nothing follows it */
#define TRIES     100
#define TREE      "t"

/* All that opens something, and all that changes something: a file, a name, another process. */
static const char traced[] =
	"trace=?open,?openat,?openat2,?creat,?kill,?tgkill,?tkill,?rt_sigqueueinfo,"
	"?rt_tgsigqueueinfo,?pidfd_send_signal,?process_mrelease,?process_madvise,?truncate,"
	"?ftruncate,?rename,?renameat,?renameat2,?link,?linkat,?symlink,?symlinkat,?unlink,"
	"?unlinkat,?mkdir,?mkdirat,?rmdir,?mknod,?mknodat,?chmod,?fchmod,?fchmodat,?fchmodat2,"
	"?chown,?fchown,?lchown,?fchownat,?setxattr,?lsetxattr,?fsetxattr,?setxattrat,"
	"?removexattr,?lremovexattr,?fremovexattr,?utime,?utimes,?utimensat,?futimesat,?mount,"
	"?umount2,?swapon,?swapoff,?reboot,?sysfs,?prlimit64,?setpriority,?ptrace,?fallocate";

/* What a call was made of that changes nothing: opens that only read, those of the terminal and of
 * nothing, limits and traces of oneself. */
static bool is_harmless(const char *line)
{
	static const char *const written[] = { "O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC",
		"O_APPEND", "O_TMPFILE" };
	static const char *const own[] = { "\"/dev/tty\"", "\"/dev/pts/", "\"/dev/null\"" };
	bool opens = strstr(line, "open") != NULL, writes = false;
	if (strstr(line, "prlimit64("))
		return strstr(line, "prlimit64(0,") != NULL;
	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		writes |= strstr(line, written[i]) != NULL;
	for (size_t i = 0; opens && i < ARRAY_SIZE(own); i++)
		if (strstr(line, own[i]))
			return true;
	/* A line of strace's own ("+++ exited", "--- SIGCHLD") is no call. */
	return (opens && !writes) || strstr(line, "+++ ") || strstr(line, "--- SIG") ||
	       strstr(line, " resumed>") || strstr(line, ".gcda\"");
}

/* The calls that are not harmless; the first of them into `ret`. */
static size_t count_harm(const char *trace, char ret[512])
{
	char *text = file_text(trace), *rest;
	size_t count = 0;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (is_harmless(line))
			continue;
		if (count++ == 0)
			snprintf(ret, 512, "%s", line);
	}
	free(text);
	return count;
}

/* --- the program under strace ---------------------------------------------------------------------- */

struct fixture {
	struct files files; /* with all that the program could write by name */
	char trace[96], config[96];
	struct terminal terminal;
	struct enclosure enclosure;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture->terminal = (struct terminal){ .master = -1, .slave = -1 };
	fixture->enclosure.asleep = 4;
	files_make(&fixture->files);
	snprintf(fixture->trace, sizeof(fixture->trace), "%s/trace", fixture->files.path);
	snprintf(fixture->config, sizeof(fixture->config), "%s/config", fixture->files.path);
	files_put(&fixture->files, "config", "mouse = on\n");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	terminal_release(&fixture->terminal);
	files_remove(&fixture->files);
	free(fixture);
	return 0;
}

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Samples are taken at the start and after a dialog: more would only make a longer trace. */
static struct terminal *start(struct fixture *fixture, const char *option)
{
	char program[PATH_MAX];
	assert_non_null(realpath(run_program_path(), program));
	char *argv[] = { word(STRACE), word("-f"), word("-E"), word("ASAN_OPTIONS=detect_leaks=0"),
		word("-o"), fixture->trace, word("-e"), word(traced), program, word("-d3600"),
		word("--config"), fixture->config, word("-m"), word(option), NULL };
	struct terminal_options options = { .enter = enclosure_enter,
		.context = &fixture->enclosure };
	if (access(STRACE, X_OK) != 0)
		skip_because("strace is not installed");
	if (!enclosure_possible())
		skip_because("no pid namespace to be had");
	terminal_start(&fixture->terminal, 30, 110, &options, argv);
	terminal_wait_like(&fixture->terminal, "rows 1-|[Pp]trace|Operation not permitted");
	if (!terminal_is_like(&fixture->terminal, "rows 1-"))
		skip_because("strace may not trace here");
	return &fixture->terminal;
}

/* --- every key, everywhere -------------------------------------------------------------------------- */

/* `keys` lead from the list of processes to where `shown` is on the screen. */
struct place {
	const char *name, *keys, *shown;
	bool text; /* characters are only typed: they need not all be tried */
};

static const struct place places[] = {
	{ "processes", "", "\\[1 Procs\\].*F5Tree", false },
	{ "the tree of processes", TREE, "\\[1 Procs\\].*F5Flat", false },
	{ "cgroups", "2", "\\[2 Cgroups\\]", false },
	{ "events", "3", "\\[3 Events", false },
	{ "details", "4", "\\[4 Detail\\]", false },
	{ "settings of the kernel", "5", "Settings that decide", false },
	{ "help", "?", "THE NUMBERS", false },
	{ "the adjust dialog", "a", "What if \\.\\.\\. ", false },
	{ "the adjust dialog of a group", "Aa", "tagged processes", false },
	{ "the signal dialog", "k", "SIGTERM +asks", false },
	{ "the signal dialog in the details", "4k", "SIGTERM +asks", false },
	{ "the menu of columns to sort by", ".", ">[A-Z]+ ", false },
	{ "the setup", "S", "Setup", false },
	{ "the whole command line", "w", "command line of", false },
	{ "a search", "/", "search:", true },
	{ "a filter", "\\", "show only:", true },
	{ "a user", "u", "user \\(empty", true },
	{ "a delay", "d", "between samples:", true },
};

static const char *const sequences[] = { "\033[A", "\033[B", "\033[C", "\033[D", "\033[H", "\033[F",
	"\033[5~", "\033[6~", "\033[2~", "\033[3~", "\033[Z", "\033OP", "\033OQ", "\033OR",
	"\033OS", "\033[15~", "\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[23~",
	"\033[24~", "\033j", "\033k", "\033a", "\033w", "\033[200~kubectl\r900\r\033[201~",
	"\033[<0;3;12M", "\033[<0;40;30M", "\033[<0;9;8M", "\033[<64;3;9M", "\303\244" };

static bool is_at(const struct terminal *terminal, const struct place *place)
{
	return terminal_is_like(terminal, place->shown);
}

/* Out of whatever stands over the list, and back to where the keys are to be pressed. */
static void go_to(struct terminal *terminal, const struct place *place)
{
	for (int i = 0; i < TRIES; i++) {
		terminal_send(terminal, "\033");
		terminal_read(terminal, ESCAPE_MS);
		terminal_send(terminal, "1");
		terminal_read(terminal, PAUSE_MS);
		bool tree = strcmp(place->keys, TREE) == 0;
		if (terminal_is_like(terminal, "\\[1 Procs\\]") &&
			terminal_is_like(terminal, "F5Flat") != tree)
			terminal_type(terminal, TREE);
		if (!tree)
			terminal_type(terminal, place->keys);
		if (is_at(terminal, place))
			return;
	}
	fail_msg("no way to %s", place->name);
}

/* What it opened is confirmed, or refused, and seen. */
static void press(struct terminal *terminal, const struct place *place, const char *key)
{
	terminal_send(terminal, key);
	terminal_read(terminal, PAUSE_MS);
	if (terminal_is_like(terminal, "list is frozen")) {
		terminal_send(terminal, "\r");
		terminal_read(terminal, PAUSE_MS);
	}
	if (!is_at(terminal, place))
		go_to(terminal, place);
}

/* Not those that end it, stop it, or stop what it writes: Ctrl-C, Ctrl-\, Ctrl-Z, Ctrl-S, Q, and q
 * where it closes the last view. */
static bool is_left_out(const struct place *place, char key)
{
	return strchr("\003\034\032\023\021Q", key) || (key == 'q' && place < &places[5]);
}

static void press_all(struct terminal *terminal, const struct place *place)
{
	go_to(terminal, place);
	for (char key = 1; key < 0x7f; key++)
		if (!is_left_out(place, key) && !(place->text && key > '1'))
			press(terminal, place, (char[2]){ key, '\0' });
	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++)
		press(terminal, place, sequences[i]);
}

static void no_key_anywhere_writes_or_signals(void **state)
{
	struct fixture *fixture = *state;
	char harm[512];
	struct terminal *terminal = start(fixture, "-r");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		press_all(terminal, &places[i]);
	terminal_quit(terminal);
	terminal_wait_exit(terminal);
	assert_true(terminal_is_left(terminal));
	if (count_harm(fixture->trace, harm))
		fail_msg("with -r: %s", harm);
}

/* Each refusal is seen, so that the keys above did come where they would have done something. */
static void what_would_write_or_signal_is_refused(void **state)
{
	static const struct {
		const char *keys, *shown, *refused;
	} acts[] = {
		{ "a300", "\\[300", "not written: started with -r" },
		{ "\033[", "\\[-?[0-9]+", "not written: started with -r" },
		{ "\033k\033[B", "> +9 SIGKILL", "not sent: started with -r" },
	};
	struct fixture *fixture = *state;
	char harm[512];
	struct terminal *terminal = start(fixture, "-r");
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		terminal_type(terminal, acts[i].keys);
		terminal_wait_like(terminal, acts[i].shown);
		terminal_read(terminal, PAUSE_MS);
		terminal_send(terminal, "\r");
		terminal_wait_like(terminal, acts[i].refused);
	}
	terminal_type(terminal, "\033W");
	terminal_wait_for(terminal, "not written: --read-only");
	terminal_quit(terminal);
	terminal_wait_exit(terminal);
	if (count_harm(fixture->trace, harm))
		fail_msg("with -r: %s", harm);
}

/* The same look at the same program finds what is done without -r. */
static void without_it_the_trace_tells(void **state)
{
	struct fixture *fixture = *state;
	char harm[512];
	struct terminal *terminal = start(fixture, "-U");
	terminal_type(terminal, "W");
	terminal_wait_for(terminal, "settings written to ");
	terminal_type(terminal, "Ga444");
	terminal_wait_like(terminal, "\\[444");
	terminal_read(terminal, PAUSE_MS);
	terminal_send(terminal, "\r");
	terminal_wait_like(terminal, "-> 444");
	terminal_quit(terminal);
	terminal_wait_exit(terminal);
	/* A file for the settings, its name, and the value at least. */
	assert_true(count_harm(fixture->trace, harm) >= 3);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(no_key_anywhere_writes_or_signals),
		WITH_FIXTURE(what_would_write_or_signal_is_refused),
		WITH_FIXTURE(without_it_the_trace_tells),
	};
	return cmocka_run_group_tests_name("read-only", tests, NULL, NULL);
}
