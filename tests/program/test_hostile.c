/* Names of processes, cgroups and killed ones that hold anything a name can hold: not a byte of
 * them reaches the terminal that is no printable text. Looked at in the raw bytes, on a terminal
 * that has no control character of its own (support_stream.h). */
#include "support.h"
#include "support_cgroup.h"
#include "support_crowd.h"
#include "support_hostile.h"
#include "support_machine.h"
#include "support_run.h"
#include "support_session.h"
#include "support_stream.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NO_CGROUP_BYTES "/\n" /* the kernel refuses the second in a directory of cgroups */

enum { PROCESSES = 1000, CGROUPS = 100, COMM_SIZE = 16, PATH_SIZE = 48, ROWS = 60, COLS = 200 };

static struct {
	unsigned seed;
	char *arguments; /* argv and the environment as the kernel laid them out, in one piece */
	size_t arguments_size;
	char terminfo[64];
	bool has_terminfo;
} all;

/* --- the crowd ------------------------------------------------------------------------------------ */

/* Called in the child: it takes its names before it has its memory. */
static struct crowd_member hostile_member(size_t number)
{
	char comm[COMM_SIZE];
	hostile_name(all.seed, number, "", comm, sizeof(comm));
	prctl(PR_SET_NAME, comm);
	hostile_name(all.seed + 1, number, "", all.arguments, all.arguments_size);
	return (struct crowd_member){ number % 50, 900 + (int)(number % 100) };
}

struct live {
	struct crowd crowd;
	struct own_cgroup cgroup;
	char names[CGROUPS][PATH_SIZE];
	struct terminal terminal;
	struct stream stream;
	char log[64];
};

/* Where cgroups may not be made the processes are looked at all the same. */
static void make_cgroups(struct live *live)
{
	if (!own_cgroup_make(&live->cgroup, "hostile"))
		print_message("no v1 memory cgroup can be made: processes only\n");
	for (size_t i = 0; i < CGROUPS && live->cgroup.path[0]; i++) {
		hostile_name(all.seed + 2, i, NO_CGROUP_BYTES, live->names[i], PATH_SIZE);
		if (own_cgroup_add(&live->cgroup, live->names[i]))
			own_cgroup_join(&live->cgroup, live->names[i], live->crowd.pids[i]);
	}
}

/* --- the kernel's log ------------------------------------------------------------------------------ */

static void put_log(char *path, size_t size)
{
	char *text = hostile_log(all.seed + 3, 40);
	snprintf(path, size, "/tmp/oomspect-hostile-%d", (int)getpid());
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	free(text);
}

/* --- the walk --------------------------------------------------------------------------------------- */

/* Every view, page, dialog and message that shows a name. */
static const char *const walk[] = { "", "\033[6~", "\033[6~", "\033[6~", "\033[6~", "\033[6~",
	"\033[6~", "\033[6~", "\033[6~", "\033[6~", "\033[6~", "\033[6~", "\033[6~", "\033[6~",
	"\033[6~", "\033[6~", "\033[6~", "\033[6~", "$", "^", "gF", "F", "M", "P", "4", "\033[6~",
	"\033[6~", "G", "q", "a", "\033[A", "\033", "k", "\033[B", "\033", "o", "c", "c", "\033",
	" ", " ", " ", " ", "a", "\033", "k", "\033", "U", "2", "\033[6~", "\033[6~", "t",
	"\033[6~", "w", "\033[6~", "\033[6~", "\033[6~", "$", "^", "F", "F", "G", "o", "\r", "\033",
	"2", "w", "t", "g", "3", "\033[B", "\033[B", "\033[B", "\033[B", "\033[B", "\033[B",
	"\033[B", "\033[6~", "\r", "\033[6~", "\r", "G", "1", "?", "q", "/\302\233\303\251\r", "n",
	"\033", "#", "\033[6~", "#", "1g" };

/* Only a pause makes an Esc of an Esc: on a busy machine the next key would come along with it. */
static void take_walk(struct terminal *terminal)
{
	for (size_t i = 0; i < ARRAY_SIZE(walk); i++) {
		terminal_send(terminal, walk[i]);
		terminal_read(terminal, strcmp(walk[i], "\033") ? 30 : 200);
	}
}

static void check_stream(const struct stream *stream)
{
	if (stream->faults)
		fail_msg("seed %u: %zu faults, the first: %s", all.seed, stream->faults,
			stream->first);
	assert_true(stream->sequences > 100);
	assert_true(stream->printed > 10000);
}

static const struct terminal_options *look(struct stream *stream, const char *locale)
{
	static struct terminal_options options;
	bool ascii = strcmp(locale, "C") == 0;
	stream_init(stream, all.has_terminfo, ascii);
	options = (struct terminal_options){ .term = all.has_terminfo ? STREAM_TERM : NULL,
		.locale = locale,
		.tap = stream_feed,
		.tap_context = stream };
	return &options;
}

struct row {
	const char *claim, *locale, *shown; /* what stands for a byte that cannot be shown */
	int rows, cols;
};

static const struct row rows[] = {
	{ "in UTF-8", "C.UTF-8", "\xef\xbf\xbd", ROWS, COLS },
	{ "in ASCII", "C", "\\?\\?", ROWS, COLS },
	{ "in UTF-8 on 80x24", "C.UTF-8", "\xef\xbf\xbd", 24, 80 },
	{ "in ASCII on 80x24", "C", "\\?", 24, 80 },
};

/* --- this machine ------------------------------------------------------------------------------------ */

static int gather(void **state)
{
	struct live *live = calloc(1, sizeof(*live));
	assert_non_null(live);
	live->terminal = (struct terminal){ .master = -1, .slave = -1 };
	*state = live;
	assert_true(crowd_start(&live->crowd, PROCESSES, hostile_member));
	make_cgroups(live);
	put_log(live->log, sizeof(live->log));
	return 0;
}

static int scatter(void **state)
{
	struct live *live = *state;
	crowd_stop(&live->crowd);
	own_cgroup_remove(&live->cgroup);
	unlink(live->log);
	free(live);
	return 0;
}

static void check_live(struct live *live, const struct row *row)
{
	char *argv[] = { (char *)(uintptr_t)run_program_path(), (char[]){ "-rd0.5" },
		(char[]){ "--log" }, live->log, (char[]){ "-s" }, (char[]){ "adj" }, NULL };
	terminal_start(
		&live->terminal, row->rows, row->cols, look(&live->stream, row->locale), argv);
	terminal_wait_like(&live->terminal, "\n>");
	take_walk(&live->terminal);
	terminal_wait_like(&live->terminal, row->shown);
	terminal_quit(&live->terminal);
	session_ends_with(&live->terminal, 0);
	terminal_release(&live->terminal);
	live->terminal = (struct terminal){ .master = -1, .slave = -1 };
	check_stream(&live->stream);
}

static void a_thousand_processes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_live(*state, &rows[i]);
}

/* On the way out each change is told again, with the name. The list has our processes alone. */
static void changes_of_all_of_them(void **state)
{
	struct live *live = *state;
	size_t size;
	char *pids = NULL;
	FILE *list = open_memstream(&pids, &size);
	for (size_t i = 0; i < PROCESSES; i++)
		fprintf(list, "%s%d", i ? "," : "", (int)live->crowd.pids[i]);
	assert_int_equal(fclose(list), 0);
	char *argv[] = { (char *)(uintptr_t)run_program_path(), (char[]){ "-d0.5" },
		(char[]){ "-p" }, pids, NULL };
	terminal_start(&live->terminal, ROWS, COLS, look(&live->stream, "C.UTF-8"), argv);
	terminal_wait_like(&live->terminal, "rows 1-[0-9]+ of 1000,");
	session_press(&live->terminal, "A", "1000 processes are tagged");
	session_press(&live->terminal, "a\0251000", "list is frozen.*new \\[1000 ");
	session_press(&live->terminal, "\r", "1000 written");
	terminal_quit(&live->terminal);
	session_ends_with(&live->terminal, 0);
	assert_true(terminal_is_like(&live->terminal, "oomspect: .*oom_score_adj [0-9]+ -> 1000"));
	terminal_release(&live->terminal);
	live->terminal = (struct terminal){ .master = -1, .slave = -1 };
	free(pids);
	check_stream(&live->stream);
}

/* --- a captured machine: names that this kernel does not let us have --------------------------------- */

static void a_captured_machine(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stream stream;
		char log[96];
		const char *const words[] = { "--log", log, NULL };
		struct session *session = session_new();
		hostile_machine(all.seed + 4, session->root);
		snprintf(log, sizeof(log), "%s/log", session->root);
		char *text = hostile_log(all.seed + 3, 40);
		machine_write(session->root, "log", text);
		free(text);
		struct terminal *terminal = session_start(session, rows[i].rows, rows[i].cols,
			look(&stream, rows[i].locale), words, "\n>");
		take_walk(terminal);
		terminal_wait_like(terminal, rows[i].shown);
		terminal_quit(terminal);
		session_ends_with(terminal, 0);
		session_free(session);
		check_stream(&stream);
	}
}

/* --- the judge itself --------------------------------------------------------------------------------- */

struct stream_row {
	const char *claim, *bytes;
	bool strict, ascii, wrong;
};

static const struct stream_row stream_rows[] = {
	{ "text", "plain text", true, true, false },
	{ "UTF-8", "\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x92\xa3", true, false, false },
	{ "UTF-8 where ASCII is asked for", "\xc3\xa9", true, true, true },
	{ "sequences of the strict terminal",
		"\033[?1049h\033[?25l\033[12;40H\033[1m\033[31mx\033[m\033[K", true, false, false },
	{ "a colour that is no colour", "\033[5m", true, false, true },
	{ "a sequence of others", "\033[6n", true, false, true },
	{ "a title", "\033]0;x\007", false, false, true },
	{ "a reset", "\033c", false, false, true },
	{ "an escape before text", "\033x", false, false, true },
	{ "a line end on the screen", "\033[?1049ha\nb", true, false, true },
	{ "a line end on the screen of an xterm", "\033[?1049ha\r\nb", false, false, false },
	{ "a line end behind the screen", "\033[?1049h\033[?1049la\r\nb", true, false, false },
	{ "a bell", "\007", false, false, true },
	{ "DEL", "\x7f", false, false, true },
	{ "C1 as a byte",
		"\x9b"
		"31m",
		false, false, true },
	{ "C1 as a character", "\xc2\x9b", false, false, true },
	{ "cut UTF-8", "\xe6\xbc.", false, false, true },
	{ "a surrogate", "\xed\xa0\x80", false, false, true },
	{ "an overlong form", "\xc0\xaf", false, false, true },
	{ "above all characters", "\xf4\x90\x80\x80", false, false, true },
};

static void check_judge(void **state)
{
	const struct stream_row *row = *state;
	struct stream whole, pieces;
	stream_init(&whole, row->strict, row->ascii);
	stream_init(&pieces, row->strict, row->ascii);
	stream_feed(&whole, row->bytes, strlen(row->bytes));
	for (const char *at = row->bytes; *at; at++)
		stream_feed(&pieces, at, 1);
	assert_int_equal(whole.faults > 0, row->wrong);
	assert_int_equal(pieces.faults, whole.faults);
}

/* The strings of argv and of the environment stand behind each other: the kernel shows of them what
 * lies between the first and, once the end of argv is overwritten, the next NUL. */
static void find_arguments(char *argv[])
{
	char *end = argv[0] + strlen(argv[0]) + 1;
	for (size_t i = 1; argv[i] && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	for (size_t i = 0; environ[i] && environ[i] == end; i++)
		end += strlen(environ[i]) + 1;
	all.arguments = argv[0];
	all.arguments_size = (size_t)(end - argv[0]);
}

int main(int argc, char *argv[])
{
	const char *seed = getenv("OOMSPECT_SEED");
	const struct CMUnitTest live[] = { cmocka_unit_test(a_thousand_processes),
		cmocka_unit_test(changes_of_all_of_them) };
	const struct CMUnitTest captured[] = { cmocka_unit_test(a_captured_machine) };
	(void)argc;
	all.seed = seed ? (unsigned)strtoul(seed, NULL, 0) : (unsigned)time(NULL);
	print_message("seed %u (OOMSPECT_SEED)\n", all.seed);
	find_arguments(argv);
	all.has_terminfo = stream_terminfo_make(all.terminfo, sizeof(all.terminfo));
	if (all.has_terminfo)
		setenv("TERMINFO", all.terminfo, 1);
	else
		print_message(
			"no tic: looked at on an xterm, where CR, LF, BS and TAB may be ours\n");
	int failed = run_rows("what the stream is judged by", stream_rows, check_judge) +
		     cmocka_run_group_tests_name("captured", captured, NULL, NULL) +
		     cmocka_run_group_tests_name("live", live, gather, scatter);
	stream_terminfo_remove(all.terminfo);
	return failed;
}
