#include "support_terminal.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define PATIENCE_MS 10000
#define POLL_MS     20
#define KEY_MS      20  /* between two keys that are typed, when the first has been answered */
#define ANSWER_MS   300 /* or as long without an answer: not every key has one */

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set_size(struct terminal *terminal, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	terminal->rows = rows && cols ? rows : 24;
	terminal->cols = rows && cols ? cols : 80;
	assert_int_equal(ioctl(terminal->master, TIOCSWINSZ, &size), 0);
}

static int note_property(VTermProp property, VTermValue *value, void *context)
{
	struct terminal *terminal = context;
	if (property == VTERM_PROP_ALTSCREEN)
		terminal->alternate = value->boolean;
	return 1;
}

static void make_emulator(struct terminal *terminal)
{
	static const VTermScreenCallbacks callbacks = { .settermprop = note_property };
	terminal->emulator = vterm_new(terminal->rows, terminal->cols);
	vterm_set_utf8(terminal->emulator, 1);
	VTermScreen *screen = vterm_obtain_screen(terminal->emulator);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_set_callbacks(screen, &callbacks, terminal);
	vterm_screen_reset(screen, 1);
}

static void become_program(
	const struct terminal *terminal, const struct terminal_options *options, char *const argv[])
{
	struct rlimit no_core = { 0, 0 };
	setsid();
	ioctl(terminal->slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(terminal->slave, fd);
	if (options->stdin_is_null)
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	setrlimit(RLIMIT_CORE, &no_core);
	if (options->ignore_hup)
		signal(SIGHUP, SIG_IGN);
	setenv("TERM", options->term ? options->term : "xterm-256color", 1);
	if (options->term && !*options->term)
		unsetenv("TERM");
	setenv("LC_ALL", options->locale ? options->locale : "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("NO_COLOR");
	if (options->enter)
		options->enter(options->context);
	execvp(argv[0], argv);
	_exit(127);
}

void terminal_start(struct terminal *terminal, int rows, int cols,
	const struct terminal_options *options, char *const argv[])
{
	static const struct terminal_options none = { 0 };
	if (!options)
		options = &none;
	*terminal = (struct terminal){ .tap = options->tap, .tap_context = options->tap_context };
	terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal->master >= 0);
	assert_int_equal(grantpt(terminal->master) | unlockpt(terminal->master), 0);
	terminal->slave = open(ptsname(terminal->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal->slave >= 0);
	set_size(terminal, rows, cols);
	assert_int_equal(tcgetattr(terminal->slave, &terminal->before), 0);
	make_emulator(terminal);
	terminal->pid = fork();
	if (terminal->pid == 0)
		become_program(terminal, options, argv);
	assert_true(terminal->pid > 0);
}

/* Whether what came last tells of the mouse, "\033[?1006;1000h", or of pastes, or l. The emulator takes
 * the first mode of such a sequence only. */
static void note_modes(struct terminal *terminal)
{
	static const char *const reports[] = { "1000", "1002", "1003" };
	const char *escape = strrchr(terminal->last, '\033');
	if (!escape || strncmp(escape, "\033[?", 3) != 0)
		return;
	size_t length = strspn(escape + 3, "0123456789;");
	bool on = strcmp(escape + 3 + length, "h") == 0;
	if (!on && strcmp(escape + 3 + length, "l") != 0)
		return;
	if (strncmp(escape + 3, "2004", 4) == 0)
		terminal->paste = on;
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		if (strstr(escape, reports[i]))
			terminal->mouse = on;
	terminal->mouse_ever |= terminal->mouse;
}

/* Asked of the bytes: libvterm takes a cursor that is put back where it was for one that is shown
 * or hidden as it was. */
static void note_cursor(struct terminal *terminal, size_t kept)
{
	const char *end = terminal->last + kept;
	if (kept >= 5 && memcmp(end - 5, "[?25", 4) == 0)
		terminal->cursor_hidden = end[-1] == 'l';
}

static void keep_last(struct terminal *terminal, const char *bytes, size_t length)
{
	size_t room = sizeof(terminal->last) - 1, kept = strlen(terminal->last);
	for (size_t i = 0; i < length; i++) {
		if (kept == room) {
			memmove(terminal->last, terminal->last + room / 2, room - room / 2);
			kept -= room / 2;
		}
		terminal->last[kept++] = bytes[i] ? bytes[i] : '?';
		terminal->last[kept] = '\0';
		if (bytes[i] == 'h' || bytes[i] == 'l')
			note_modes(terminal);
		note_cursor(terminal, kept);
	}
}

/* One look: false when nothing came within POLL_MS. */
static bool receive(struct terminal *terminal)
{
	struct pollfd poll_fd = { .fd = terminal->master, .events = POLLIN };
	char bytes[4096];
	if (poll(&poll_fd, 1, POLL_MS) <= 0)
		return false;
	ssize_t length = read(terminal->master, bytes, sizeof(bytes));
	if (length <= 0)
		return false;
	terminal->received += (size_t)length;
	keep_last(terminal, bytes, (size_t)length);
	if (terminal->tap)
		terminal->tap(terminal->tap_context, bytes, (size_t)length);
	vterm_input_write(terminal->emulator, bytes, (size_t)length);
	return true;
}

void terminal_read(struct terminal *terminal, int ms)
{
	long end = now_ms() + ms;
	while (now_ms() < end)
		receive(terminal);
}

static bool contains(const struct terminal *terminal, const char *text)
{
	char *screen = terminal_text(terminal);
	bool found = strstr(screen, text) != NULL;
	free(screen);
	return found;
}

bool terminal_is_like(const struct terminal *terminal, const char *pattern)
{
	regex_t regex;
	char *screen = terminal_text(terminal);
	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	bool found = regexec(&regex, screen, 0, NULL, 0) == 0;
	regfree(&regex);
	free(screen);
	return found;
}

/* By lines: print_message cuts at 1,024 bytes. */
static void print_screen(const struct terminal *terminal)
{
	char *screen = terminal_text(terminal), *rest = screen;
	for (const char *line; (line = strsep(&rest, "\n"));)
		print_message("%s\n", line);
	free(screen);
}

static void wait_until(struct terminal *terminal, const char *text,
	bool (*is_there)(const struct terminal *terminal, const char *text))
{
	long end = now_ms() + PATIENCE_MS;
	while (!is_there(terminal, text)) {
		if (now_ms() > end) {
			print_screen(terminal);
			fail_msg("never shown: %s", text);
		}
		receive(terminal);
	}
	while (receive(terminal)) /* the rest of that picture */
		;
}

void terminal_wait_for(struct terminal *terminal, const char *text)
{
	wait_until(terminal, text, contains);
}

void terminal_wait_like(struct terminal *terminal, const char *pattern)
{
	wait_until(terminal, pattern, terminal_is_like);
}

void terminal_send(const struct terminal *terminal, const char *keys)
{
	assert_int_equal(write(terminal->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static bool is_answered(const struct terminal *terminal, const char *text)
{
	return contains(terminal, text) ||
	       contains(terminal, "Enter came together with other keys");
}

void terminal_confirm(struct terminal *terminal, const char *text)
{
	do {
		terminal_read(terminal, KEY_MS);
		terminal_send(terminal, "\r");
		terminal_read(terminal, KEY_MS);
		wait_until(terminal, text, is_answered);
	} while (!contains(terminal, text));
}

/* Bytes of the first key: of an escape sequence, of a character. */
static size_t key_length(const char *keys)
{
	size_t length = 1;
	if (keys[0] == '\033' && (keys[1] == '[' || keys[1] == 'O') && keys[2]) {
		length = 2 + strspn(keys + 2, "0123456789;[");
		return length + (keys[length] != '\0');
	}
	while (((unsigned char)keys[length] & 0xc0) == 0x80)
		length++;
	return length;
}

void terminal_type(struct terminal *terminal, const char *keys)
{
	for (size_t length; *keys; keys += length) {
		length = key_length(keys);
		assert_int_equal(write(terminal->master, keys, length), (ssize_t)length);
		size_t before = terminal->received;
		for (long end = now_ms() + ANSWER_MS;
			terminal->received == before && now_ms() < end;)
			receive(terminal);
		terminal_read(terminal, KEY_MS);
	}
}

void terminal_resize(struct terminal *terminal, int rows, int cols)
{
	set_size(terminal, rows, cols);
	vterm_set_size(terminal->emulator, terminal->rows, terminal->cols);
}

char *terminal_text(const struct terminal *terminal)
{
	size_t room = (size_t)terminal->cols * 6 + 2, size = (size_t)terminal->rows * room + 1;
	char *text = calloc(1, size), *at = text;
	VTermScreen *screen = vterm_obtain_screen(terminal->emulator);
	assert_non_null(text);
	for (int row = 0; row < terminal->rows; row++) {
		VTermRect rect = { row, row + 1, 0, terminal->cols };
		at += vterm_screen_get_text(screen, at, room, rect);
		while (at > text && at[-1] == ' ')
			at--;
		*at++ = '\n';
	}
	*at = '\0';
	return text;
}

static bool has_ended(const struct terminal *terminal)
{
	siginfo_t info = { .si_pid = 0 };
	return waitid(P_PID, (id_t)terminal->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == terminal->pid;
}

void terminal_quit(struct terminal *terminal)
{
	static const char *const presses[] = { "Q", "\033\033" };
	long end = now_ms() + PATIENCE_MS;
	for (int i = 0; !has_ended(terminal) && now_ms() < end; i = !i) {
		terminal_send(terminal, presses[i]);
		for (long next = now_ms() + 500; now_ms() < next && !has_ended(terminal);)
			receive(terminal);
	}
}

int terminal_wait_exit(struct terminal *terminal)
{
	int status;
	long end = now_ms() + PATIENCE_MS;
	for (;;) {
		if (waitpid(terminal->pid, &status, WNOHANG) == terminal->pid)
			break;
		if (now_ms() > end) {
			print_screen(terminal);
			fail_msg("the program does not end");
		}
		if (terminal->master < 0)
			usleep(POLL_MS * 1000);
		else
			receive(terminal);
	}
	terminal->pid = 0;
	while (terminal->master >= 0 && receive(terminal))
		;
	return status;
}

bool terminal_is_restored(const struct terminal *terminal)
{
	struct termios now;
	const struct termios *before = &terminal->before;
	assert_int_equal(tcgetattr(terminal->slave, &now), 0);
	return now.c_iflag == before->c_iflag && now.c_oflag == before->c_oflag &&
	       now.c_cflag == before->c_cflag && now.c_lflag == before->c_lflag &&
	       memcmp(now.c_cc, before->c_cc, sizeof(now.c_cc)) == 0;
}

bool terminal_is_left(const struct terminal *terminal)
{
	return terminal_is_restored(terminal) && !terminal->alternate && !terminal->cursor_hidden &&
	       !terminal->mouse && !terminal->paste;
}

pid_t terminal_foreground(const struct terminal *terminal)
{
	pid_t group = 0; /* tcgetpgrp(3) is for one's own terminal; a master may be asked */
	assert_int_equal(ioctl(terminal->master, TIOCGPGRP, &group), 0);
	return group;
}

void terminal_hang_up(struct terminal *terminal)
{
	close(terminal->slave);
	close(terminal->master);
	terminal->master = terminal->slave = -1;
}

void terminal_release(struct terminal *terminal)
{
	if (terminal->pid > 0) {
		kill(terminal->pid, SIGKILL);
		waitpid(terminal->pid, NULL, 0);
	}
	if (terminal->master >= 0)
		terminal_hang_up(terminal);
	if (terminal->emulator)
		vterm_free(terminal->emulator);
}
