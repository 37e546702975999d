/* Every key as a terminal sends it, and what is seen then: the key table of the program held
 * against a table of screens. */
#include "support.h"
#include "support_machine.h"
#include "support_session.h"

#include "term/input.h"
#include "view/keymap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#define UP    "\033[A"
#define DOWN  "\033[B"
#define RIGHT "\033[C"
#define LEFT  "\033[D"

#define FIRST      "\n>1\\* +4242 "
#define SECOND     "\n>2 +9120 "
#define THIRD      "\n>3 +8807 "
#define LAST       "\n>- +602 "
#define SCROLLED   "-jar app\\.jar"
#define HELP       "THE NUMBERS"
#define CGROUPS    "\\[2 Cgroups\\]"
#define EVENTS     "\\[3 Events"
#define DETAIL     "\\[4 Detail\\]"
#define ADJUST     "What if \\.\\.\\. "
#define SIGNALS    "SIGTERM +asks it"
#define NEW(value) "new \\[" value " *\\]"

/* `before` leads to a screen that is like `there` and not like `shown`; `press` makes it so. */
struct row {
	const char *claim;
	int key; /* input.h; INPUT_NONE: one of a dialog, a prompt or a menu */
	const char *before, *there;
	const char *press, *shown;
};

static const struct row moving[] = {
	{ "Up", INPUT_UP, DOWN, SECOND, UP, FIRST },
	{ "Up of application keys", INPUT_UP, DOWN, SECOND, "\033OA", FIRST },
	{ "Ctrl-P", INPUT_CTRL('P'), DOWN, SECOND, "\020", FIRST },
	{ "Alt-k", INPUT_ALT | 'k', DOWN, SECOND, "\033k", FIRST },
	{ "Down", INPUT_DOWN, "", FIRST, DOWN, SECOND },
	{ "Down of application keys", INPUT_DOWN, "", FIRST, "\033OB", SECOND },
	{ "Ctrl-N", INPUT_CTRL('N'), "", FIRST, "\016", SECOND },
	{ "Alt-j", INPUT_ALT | 'j', "", FIRST, "\033j", SECOND },
	{ "PgUp", INPUT_PAGE_UP, "G", LAST, "\033[5~", FIRST },
	{ "Ctrl-B", INPUT_CTRL('B'), "G", LAST, "\002", FIRST },
	{ "PgDn", INPUT_PAGE_DOWN, "", FIRST, "\033[6~", LAST },
	{ "Ctrl-F", INPUT_CTRL('F'), "", FIRST, "\006", LAST },
	{ "Home", INPUT_HOME, "G", LAST, "\033[H", FIRST },
	{ "Home of a VT220", INPUT_HOME, "G", LAST, "\033[1~", FIRST },
	{ "Home of application keys", INPUT_HOME, "G", LAST, "\033OH", FIRST },
	{ "g", 'g', "G", LAST, "g", FIRST },
	{ "End", INPUT_END, "", FIRST, "\033[F", LAST },
	{ "End of a VT220", INPUT_END, "", FIRST, "\033[4~", LAST },
	{ "End of application keys", INPUT_END, "", FIRST, "\033OF", LAST },
	{ "G", 'G', "", FIRST, "G", LAST },
	{ "Left", INPUT_LEFT, RIGHT, SCROLLED, LEFT, "-jar a\n" },
	{ "Left of application keys", INPUT_LEFT, RIGHT, SCROLLED, "\033OD", "-jar a\n" },
	{ "Right", INPUT_RIGHT, "", FIRST, RIGHT, SCROLLED },
	{ "Right of application keys", INPUT_RIGHT, "", FIRST, "\033OC", SCROLLED },
	{ "^", '^', "$", "--server", "^", "-jar a\n" },
	{ "$", '$', "", FIRST, "$", "--server" },
	{ "Down in the cgroups", INPUT_DOWN, "2", "\n>machine", DOWN, "\n>[^\n]*docker-9c1f2ab0" },
	{ "G in the cgroups", 'G', "2", "\n>machine", "G", "\n>[^\n]*app\\.service" },
	{ "Down in the events", INPUT_DOWN, "3", "\n>\\+14s", DOWN, "\n>\\+13s" },
	{ "Down in the details", INPUT_DOWN, "4", "oom_score +859", DOWN, "lines 2-" },
	{ "G in the details", 'G', "4", "oom_score +859", "G", "lines [0-9]+-([0-9]+) of \\1" },
	{ "Down in the settings", INPUT_DOWN, "5", "lines 1-", DOWN, "lines 2-" },
	{ "PgDn in the help", INPUT_PAGE_DOWN, "?", "rows 1-", "\033[6~", "rows 2[0-9]-" },
};

static const struct row finding[] = {
	{ "F3", INPUT_F(3), "", FIRST, "\033OR", "\nsearch:" },
	{ "F3 of a VT220", INPUT_F(3), "", FIRST, "\033[13~", "\nsearch:" },
	{ "/", '/', "", FIRST, "/mysqld\r", "\n>4 +911 " },
	{ "/ matches a PID first", '/', "", FIRST, "/911\r", "\n>4 +911 " },
	{ "n", 'n', "/node\r", SECOND, "n", THIRD },
	{ "N", 'N', "/node\rn", THIRD, "N", SECOND },
	{ "F4", INPUT_F(4), "", FIRST, "\033OS", "show only:" },
	{ "\\", '\\', "", FIRST, "\\node\r", " of 2,.* can be killed" },
	{ "&", '&', "", FIRST, "&node\r", " of 2,.* can be killed" },
	{ "u", 'u', "", FIRST, "uwww\r", " of 2,.* can be killed" },
	{ "=", '=', "&node\ruwww\r", " of 2,", "=", " of 14,|no filter" },
	{ "/ in the cgroups", '/', "2", "\n>machine", "/app\r", "\n>[^\n]*app\\.service" },
	{ "& in the cgroups", '&', "2", "\n>machine", "&app\r", "rows 1-[12] of [12] " },
	{ "/ in the help", '/', "?", HELP, "/quit from\r", "quit from anywhere" },
	{ "/ in the events", '/', "3", EVENTS, "/no such thing\r", "not found: no such thing" },
};

static const struct row sorting[] = {
	{ "F6", INPUT_F(6), "", FIRST, "\033[17~", "\n>RK " },
	{ ".", '.', "", FIRST, ".", "\n>RK " },
	{ "P", 'P', "M", "sort MEM", "P", "sorted by RK" },
	{ "M", 'M', "", FIRST, "M", "sorted by MEM" },
	{ "T", 'T', "", FIRST, "T", "sorted by START" },
	{ "<", '<', "", FIRST, "<", "sorted by COMMAND" },
	{ ">", '>', "", FIRST, ">", "sorted by PID" },
	{ "I", 'I', "", FIRST, "I", "sorted by RK, reversed" },
	{ "R", 'R', "", FIRST, "R", "sorted by RK, reversed" },
	{ "P in the cgroups", 'P', "2", CGROUPS, "P", "sorted by %LIM" },
	{ "M in the cgroups", 'M', "2", CGROUPS, "M", "sorted by USED" },
	{ "Down in the menu", INPUT_NONE, ".", "\n>RK ", DOWN, "\n>\\+- " },
	{ "Up in the menu", INPUT_NONE, "." DOWN, "\n>\\+- ", UP, "\n>RK " },
	{ "Home in the menu", INPUT_NONE, "." DOWN, "\n>\\+- ", "\033[H", "\n>RK " },
	{ "Enter in the menu", INPUT_NONE, "." DOWN DOWN, "\n>PID ", "\r", "sorted by PID" },
	{ "Esc in the menu", INPUT_NONE, "." DOWN, "\n>\\+- ", "\033", FIRST },
};

static const struct row acting[] = {
	{ "a", 'a', "", FIRST, "a", ADJUST ".*" NEW("0") },
	{ "r", 'r', "", FIRST, "r", ADJUST ".*" NEW("0") },
	{ "F7", INPUT_F(7), "", FIRST, "\033[18~", ADJUST ".*" NEW("-50") },
	{ "]", ']', "", FIRST, "]", ADJUST ".*" NEW("-50") },
	{ "F8", INPUT_F(8), "", FIRST, "\033[19~", ADJUST ".*" NEW("50") },
	{ "[", '[', "", FIRST, "[", ADJUST ".*" NEW("50") },
	{ "F9", INPUT_F(9), "", FIRST, "\033[20~", SIGNALS },
	{ "k", 'k', "", FIRST, "k", SIGNALS },
	{ "Space", INPUT_SPACE, "", FIRST, " ", "\n\\+1\\* +4242 .*" SECOND },
	{ "A", 'A', "", FIRST, "A", "14 processes are tagged" },
	{ "U", 'U', "A", "14 processes are tagged", "U", "nothing is tagged" },
	{ "a for tagged rows", 'a', "  ", THIRD, "a", "list is frozen.*4242 java.*9120 node" },
	{ "a in the details", 'a', "4", DETAIL, "a", ADJUST },
	{ "a in the cgroups asks for a process", 'a', "2", CGROUPS, "a", "choose a process first" },
};

static const struct row looking[] = {
	{ "1", '1', "2", CGROUPS, "1", "\\[1 Procs\\].*" FIRST },
	{ "2", '2', "", FIRST, "2", CGROUPS ".*\n>machine" },
	{ "3", '3', "", FIRST, "3", EVENTS ".*\n>\\+14s" },
	{ "l", 'l', "", FIRST, "l", EVENTS ".*\n>\\+14s" },
	{ "4", '4', "", FIRST, "4", DETAIL ".*BADNESS at OOM" },
	{ "5", '5', "", FIRST, "5", "Settings that decide" },
	{ "Enter", INPUT_ENTER, DOWN, SECOND, "\r", DETAIL ".*9120 node" },
	{ "Enter in the cgroups", INPUT_ENTER, "2" DOWN, "\n>[^\n]*docker", "\r",
		"the processes of /machine/docker-9c1f2ab0" },
	{ "Enter in the events", INPUT_ENTER, "3", EVENTS, "\r", "invoked oom-killer: gfp_mask" },
	{ "w", 'w', "", FIRST, "w", "command line of 4242 " },
	{ "w in the cgroups", 'w', "2" DOWN, "\n>[^\n]*docker", "w", "\n>machine/docker-9c1f2ab0" },
	{ "Tab", INPUT_TAB, "", FIRST, "\t", CGROUPS },
	{ "Tab behind the last view", INPUT_TAB, "4", DETAIL, "\t", FIRST },
	{ "Shift-Tab", INPUT_BACKTAB, "", FIRST, "\033[Z", DETAIL },
	{ "c", 'c', "", FIRST, "c", CGROUPS ".*\n>[^\n]*app\\.service" },
	{ "c in the cgroups", 'c', DOWN "c", CGROUPS, "c", SECOND },
	{ "o", 'o', DOWN, SECOND, "o", "domain: /machine/docker-9c1f2ab0" },
	{ "m", 'm', "", FIRST, "m", "moment: now" },
	{ "m again", 'm', "m", "moment: now", "m", "moment: at OOM" },
	{ "F5", INPUT_F(5), "", FIRST, "\033[15~", "\n>1\\* +4242 [^\n]*─ java" },
	{ "t", 't', "", FIRST, "t", "\n>1\\* +4242 [^\n]*─ java" },
	{ "V", 'V', "", FIRST, "V", "\n>1\\* +4242 [^\n]*─ java" },
	{ "t again", 't', "t", "─ java", "t", "\n>1\\* +4242 [^─\n]* java" },
	{ "-", '-', "tg", "\n>- +1 [^\n]*\n 1\\* ", "-", "\n>- +1 [^\n]*\n *\n" },
	{ "+", '+', "tg-", "\n>- +1 [^\n]*\n *\n", "+", "\n>- +1 [^\n]*\n 1\\* " },
	{ "*", '*', "tg", "\n>- +1 [^\n]*\n 1\\* ", "*", "\n>- +1 [^\n]*\n *\n" },
	{ "F5 in the cgroups", INPUT_F(5), "2", "\n>machine", "\033[15~", " flat " },
	{ "t in the cgroups", 't', "2", "\n>machine", "t", " flat " },
	{ "V in the cgroups", 'V', "2", "\n>machine", "V", " flat " },
	{ "- in the cgroups", '-', "2", "docker-9c1f2ab0", "-", "\n>machine[^\n]*\n [^ ]" },
	{ "+ in the cgroups", '+', "2-", "\n>machine[^\n]*\n [^ ]", "+", "docker-9c1f2ab0" },
	{ "* in the cgroups", '*', "2", "docker-9c1f2ab0", "*", "\n>machine[^\n]*\n [^ ]" },
	{ "Z", 'Z', "", FIRST, "Z", "PAUSED" },
	{ "z", 'z', "", FIRST, "z", "PAUSED" },
	{ "Z goes on", 'Z', "Z", "PAUSED", "Z", "^[^\n]* 0\\.2s" },
	{ "F", 'F', "", FIRST, "F", "following 4242 java" },
	{ "F in the events", 'F', "3", EVENTS, "F", "not following new events" },
	{ "K", 'K', "", FIRST, "K", "everything is shown" },
	{ "K in the cgroups", 'K', "2", CGROUPS, "K", "without a limit are hidden" },
	{ "e", 'e', "", FIRST, "e", "sizes: K" },
	{ "%", '%', "", FIRST, "%", "sizes: % of RAM" },
	{ "#", '#', "", "\nMem ", "#", "^NEXT 4242" },
	{ "d", 'd', "", FIRST, "d\0251.5\r", "^[^\n]* 1\\.5s" },
};

static const struct row others[] = {
	{ "F1", INPUT_F(1), "", FIRST, "\033OP", HELP },
	{ "F1 of a VT220", INPUT_F(1), "", FIRST, "\033[11~", HELP },
	{ "h", 'h', "", FIRST, "h", HELP },
	{ "?", '?', "", FIRST, "?", HELP },
	{ "F2", INPUT_F(2), "", FIRST, "\033OQ", "[Ss]etup" },
	{ "S", 'S', "", FIRST, "S", "[Ss]etup" },
	{ "f", 'f', "", FIRST, "f", "[Cc]olumns" },
	{ "Esc in the help", INPUT_ESC, "?", HELP, "\033", FIRST },
	{ "Esc drops the filter", INPUT_ESC, "&node\r", " of 2,", "\033", "no filter" },
	{ "Esc drops the tags before the filter", INPUT_ESC, "&node\rA", "2 processes are tagged",
		"\033", "nothing is tagged" },
	{ "Esc leaves the domain", INPUT_ESC, DOWN "o", "domain: /machine", "\033",
		"domain: host" },
	{ "W", 'W', "M", "sorted by MEM", "W", "settings written to " },
	{ "q in the help", 'q', "?", HELP, "q", FIRST },
	{ "q in a page", 'q', "5", "Settings that", "q", FIRST },
	{ "F10 in the help", INPUT_F(10), "?", HELP, "\033[21~", FIRST },
	{ "Space in the help", INPUT_NONE, "?", "rows 1-", " ", "rows 2[0-9]-" },
};

/* Digits, - and the keys that count, on 4242 java, which has 0. */
static const struct row adjusting[] = {
	{ "digits", INPUT_NONE, "a", ADJUST, "-200", NEW("-200") },
	{ "Up is 10", INPUT_NONE, "a", ADJUST, UP, NEW("10") },
	{ "Down is -10", INPUT_NONE, "a", ADJUST, DOWN, NEW("-10") },
	{ "PgUp is 100", INPUT_NONE, "a", ADJUST, "\033[5~", NEW("100") },
	{ "PgDn is -100", INPUT_NONE, "a", ADJUST, "\033[6~", NEW("-100") },
	{ "Right is 1", INPUT_NONE, "a", ADJUST, RIGHT, NEW("1") },
	{ "Left is -1", INPUT_NONE, "a", ADJUST, LEFT, NEW("-1") },
	{ "F7 is -50", INPUT_NONE, "a", ADJUST, "\033[18~", NEW("-50") },
	{ "F8 is 50", INPUT_NONE, "a", ADJUST, "\033[19~", NEW("50") },
	{ "Home is -1000", INPUT_NONE, "a", ADJUST, "\033[H", NEW("-1000") },
	{ "End is 1000", INPUT_NONE, "a", ADJUST, "\033[F", NEW("1000") },
	{ "Backspace", INPUT_NONE, "a123", NEW("123"), "\177", NEW("12") },
	{ "Backspace as Ctrl-H", INPUT_NONE, "a123", NEW("123"), "\b", NEW("12") },
	{ "Ctrl-U", INPUT_NONE, "a123", NEW("123"), "\0257", NEW("7") },
	{ "u", INPUT_NONE, "a123", NEW("123"), "u", NEW("0") },
	{ "Tab", INPUT_NONE, "G" UP "a", "\\[ \\] also", "\t", "\\[x\\] also" },
	{ "Enter is refused on a captured machine", INPUT_NONE, "a5", NEW("5"), "\r",
		"not (written|sent)" },
	{ "Esc", INPUT_NONE, "a5", NEW("5"), "\033", FIRST },
	{ "q", INPUT_NONE, "a5", NEW("5"), "q", FIRST },
};

static const struct row signalling[] = {
	{ "Down", INPUT_NONE, "k", "> 15 SIGTERM", DOWN, "> +9 SIGKILL" },
	{ "Ctrl-N", INPUT_NONE, "k", "> 15 SIGTERM", "\016", "> +9 SIGKILL" },
	{ "Alt-j", INPUT_NONE, "k", "> 15 SIGTERM", "\033j", "> +9 SIGKILL" },
	{ "Up", INPUT_NONE, "k" DOWN, "> +9 SIGKILL", UP, "> 15 SIGTERM" },
	{ "Ctrl-P", INPUT_NONE, "k" DOWN, "> +9 SIGKILL", "\020", "> 15 SIGTERM" },
	{ "Alt-k", INPUT_NONE, "k" DOWN, "> +9 SIGKILL", "\033k", "> 15 SIGTERM" },
	{ "End", INPUT_NONE, "k", "> 15 SIGTERM", "\033[F", "> 12 SIGUSR2" },
	{ "Home", INPUT_NONE, "k\033[F", "> 12 SIGUSR2", "\033[H", "> 15 SIGTERM" },
	{ "Enter is refused on a captured machine", INPUT_NONE, "k", SIGNALS, "\r",
		"not (written|sent)" },
	{ "Esc", INPUT_NONE, "k", SIGNALS, "\033", FIRST },
};

static const struct row prompting[] = {
	{ "Backspace", INPUT_NONE, "/abc", "search: abc", "\177", "search: ab *\n" },
	{ "Ctrl-U", INPUT_NONE, "/abc", "search: abc", "\025x", "search: x" },
	{ "UTF-8 is typed", INPUT_NONE, "/", "search:", "\303\244\346\274\242", "search: ä漢" },
	{ "Backspace takes a whole character", INPUT_NONE, "/a\346\274\242", "search: a漢", "\177",
		"search: a *\n" },
	{ "Esc", INPUT_NONE, "/abc", "search: abc", "\033", "rows 1-14" },
	{ "letters are no keys", INPUT_NONE, "/", "search:", "qQ?", "search: qQ\\?" },
	{ "a delay that is none is refused", INPUT_NONE, "d\025", "between samples:", "0.01\r",
		"0\\.01: not a number of seconds" },
	{ "a user that is none is refused", INPUT_NONE, "u", "user ", "nobodyatall\r",
		"nobodyatall" },
};

static const struct {
	const char *name;
	const struct row *rows;
	size_t count;
} tables[] = {
	{ "moving", moving, ARRAY_SIZE(moving) },
	{ "finding", finding, ARRAY_SIZE(finding) },
	{ "sorting", sorting, ARRAY_SIZE(sorting) },
	{ "acting", acting, ARRAY_SIZE(acting) },
	{ "looking", looking, ARRAY_SIZE(looking) },
	{ "the rest", others, ARRAY_SIZE(others) },
	{ "the adjust dialog", adjusting, ARRAY_SIZE(adjusting) },
	{ "the signal dialog", signalling, ARRAY_SIZE(signalling) },
	{ "prompts", prompting, ARRAY_SIZE(prompting) },
};

/* --- the machine ---------------------------------------------------------------------------------- */

static void put_cgroup(const char *root, const char *path, const char *current, const char *max)
{
	static const char *const empty[] = { "memory.stat", "memory.events", "memory.pressure" };
	char name[256];
	snprintf(name, sizeof(name), "sys/fs/cgroup/%s/memory.current", path);
	machine_write(root, name, current);
	snprintf(name, sizeof(name), "sys/fs/cgroup/%s/memory.max", path);
	machine_write(root, name, max);
	for (size_t i = 0; i < ARRAY_SIZE(empty); i++) {
		snprintf(name, sizeof(name), "sys/fs/cgroup/%s/%s", path, empty[i]);
		machine_write(root, name, "");
	}
}

/* Two events, of which the second is the later. */
static void put_log(const char *root)
{
	static const char *const parts[] = { "6.12-memcg", "6.12-memcg-group" };
	char *text = calloc(1, 1u << 20), path[128];
	size_t length = 0;
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(path, sizeof(path), "tests/fixtures/klog/%s.kmsg", parts[i]);
		FILE *file = fopen(path, "re");
		assert_non_null(file);
		length += fread(text + length, 1, (1u << 19) - 1, file);
		fclose(file);
	}
	machine_write(root, "log", text);
	free(text);
}

static struct session *open_session(void)
{
	struct session *session = session_new();
	put_cgroup(session->root, "machine", "7945000000", "max\n");
	put_cgroup(session->root, "machine/docker-9c1f2ab0", "7945000000", "8589934592\n");
	put_cgroup(session->root, "system.slice", "12000000000", "max\n");
	put_cgroup(session->root, "system.slice/app.service", "11000000000", "max\n");
	put_cgroup(session->root, "user", "4700000000", "max\n");
	put_cgroup(session->root, "user/1000", "4700000000", "max\n");
	put_cgroup(session->root, "user/1000/build.scope", "4700000000", "6442450944\n");
	put_log(session->root);
	return session;
}

static struct terminal *start(struct session *session, const char *settings)
{
	char log[96], config[96];
	const char *const words[] = { "--log", log, "--config", config, NULL };
	snprintf(log, sizeof(log), "%s/log", session->root);
	snprintf(config, sizeof(config), "%s/config", session->root);
	machine_write(session->root, "config", settings);
	return session_start(session, 24, 80, NULL, words, FIRST);
}

/* --- the checks ----------------------------------------------------------------------------------- */

static void check_row(void **state)
{
	const struct row *row = *state;
	if (row->key != INPUT_NONE && !keymap_find(row->key))
		skip_because("%s is not bound", row->claim);
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	session_press(terminal, row->before, row->there);
	if (terminal_is_like(terminal, row->shown))
		fail_msg("it is there before: %s", row->shown);
	session_press(terminal, row->press, row->shown);
	session_free(session);
}

static void quit(struct session *session)
{
	terminal_send(&session->terminal, "Q");
	session_ends_with(&session->terminal, 0);
	session_free(session);
}

static void ctrl_l_paints_over_what_others_wrote(void **state)
{
	static const char scribble[] = "\033[H\033[7mWRECKED BY wall(1)\033[10;3HAND HERE";
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	char *before = terminal_text(terminal);
	vterm_input_write(terminal->emulator, scribble, strlen(scribble));
	assert_true(terminal_is_like(terminal, "WRECKED.*AND HERE"));
	terminal_send(terminal, "\f");
	terminal_wait_for(terminal, before);
	free(before);
	quit(session);
}

/* What ends or stops the program is looked at in test_robust. */
static const int elsewhere[] = { INPUT_CTRL('C'), INPUT_CTRL('Z'), INPUT_CTRL('L'), 'Q' };

static bool is_covered(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (elsewhere[i] == key)
			return true;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t i = 0; i < tables[t].count; i++)
			if (tables[t].rows[i].key == key)
				return true;
	return false;
}

static void every_key_of_the_table_has_a_row_here(void **state)
{
	char name[32];
	size_t missing = 0;
	(void)state;
	for (size_t i = 0; i < key_row_count; i++) {
		if (is_covered(key_rows[i].key))
			continue;
		input_name(key_rows[i].key, name, sizeof(name));
		print_message("no row for %s\n", name);
		missing++;
	}
	assert_int_equal(missing, 0);
}

static void a_key_that_is_not_bound_says_so(void **state)
{
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	for (int key = '!'; key <= '~'; key++) {
		char keys[] = { (char)key, '\0' }, shown[64];
		if (keymap_find(key))
			continue;
		snprintf(shown, sizeof(shown), "unknown key \"%c\", ? for help", key);
		terminal_send(terminal, keys);
		terminal_wait_for(terminal, shown);
	}
	assert_true(terminal_is_like(terminal, FIRST));
	quit(session);
}

/* The letters that tui.md leaves free. */
static void stray_letters_do_nothing(void **state)
{
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	for (const char *letter = "bijpsvxyBCDEHJLOXY"; *letter; letter++) {
		char keys[] = { *letter, '\0' }, shown[64];
		snprintf(shown, sizeof(shown), "unknown key \"%c\", ? for help", *letter);
		terminal_send(terminal, keys);
		terminal_wait_for(terminal, shown);
	}
	quit(session);
}

static void esc_never_quits(void **state)
{
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	for (int i = 0; i < 5; i++)
		session_press(terminal, "\033", FIRST);
	terminal_read(terminal, 100); /* or the next would be Alt-? */
	session_press(terminal, "?", HELP);
	quit(session);
}

static void esc_twice_at_once_is_esc_twice(void **state)
{
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "");
	session_press(terminal, "&node\r", " of 2,");
	session_press(terminal, "?", HELP);
	session_press(terminal, "\033\033", "no filter");
	quit(session);
}

static void with_vi_keys_letters_move(void **state)
{
	static const char *const steps[][2] = { { "j", SECOND }, { "j", THIRD }, { "k", SECOND },
		{ "l", SCROLLED }, { "h", "-jar a\n" }, { "H", HELP }, { "q", SECOND },
		{ "K", "everything is shown" }, { "\033[20~", SIGNALS } };
	(void)state;
	struct session *session = open_session();
	struct terminal *terminal = start(session, "vi_keys = on\n");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		session_press(terminal, steps[i][0], steps[i][1]);
	quit(session);
}

int main(void)
{
	int failed = 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_the_table_has_a_row_here),
		cmocka_unit_test(a_key_that_is_not_bound_says_so),
		cmocka_unit_test(stray_letters_do_nothing),
		cmocka_unit_test(ctrl_l_paints_over_what_others_wrote),
		cmocka_unit_test(esc_never_quits),
		cmocka_unit_test(esc_twice_at_once_is_esc_twice),
		cmocka_unit_test(with_vi_keys_letters_move),
	};
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		failed += run_row_tests(tables[i].name, tables[i].rows, sizeof(struct row),
			tables[i].count, check_row);
	return failed + cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
