#include "screen.h"

#include "input.h"
#include "rescue.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE_DELAY_MS 25
#define SEQUENCE_MS     50   /* for the next byte of a sequence that a slow line has cut in two */
#define SIZE_MAX_CELLS  4096 /* of rows and of columns: no terminal is larger, a mistake might be */

struct screen {
	SCREEN *curses;
	FILE *keys; /* stdin or /dev/tty */
	struct termios saved;
	char restore[256]; /* what a crash writes */
	size_t restore_length;
	struct screen_look look; /* as far as the terminal can */
	bool with_colors;        /* start_color(3X) was called */
	bool brackets_pastes;    /* the terminal may be asked to say what is pasted */
	struct input_mouse mouse;
	struct grid shown; /* what curses was given last */
	bool all;          /* it is to be given everything */
	cchar_t line[SIZE_MAX_CELLS + 1];
};

static const struct {
	int code, key;
} curses_keys[] = {
	{ KEY_UP, INPUT_UP },
	{ KEY_DOWN, INPUT_DOWN },
	{ KEY_LEFT, INPUT_LEFT },
	{ KEY_RIGHT, INPUT_RIGHT },
	{ KEY_PPAGE, INPUT_PAGE_UP },
	{ KEY_NPAGE, INPUT_PAGE_DOWN },
	{ KEY_HOME, INPUT_HOME },
	{ KEY_END, INPUT_END },
	{ KEY_FIND, INPUT_HOME },
	{ KEY_SELECT, INPUT_END },
	{ KEY_BTAB, INPUT_BACKTAB },
	{ KEY_ENTER, INPUT_ENTER },
	{ KEY_BACKSPACE, INPUT_BACKSPACE },
	{ KEY_A1, INPUT_HOME },
	{ KEY_A3, INPUT_PAGE_UP },
	{ KEY_C1, INPUT_END },
	{ KEY_C3, INPUT_PAGE_DOWN },
};

/* What terminals send beside what terminfo has of them, as under a wrong TERM. */
static const struct {
	const char *bytes;
	int code;
} more_keys[] = {
	{ "\033[A", KEY_UP },
	{ "\033[B", KEY_DOWN },
	{ "\033[C", KEY_RIGHT },
	{ "\033[D", KEY_LEFT },
	{ "\033OA", KEY_UP },
	{ "\033OB", KEY_DOWN },
	{ "\033OC", KEY_RIGHT },
	{ "\033OD", KEY_LEFT },
	{ "\033[H", KEY_HOME },
	{ "\033[F", KEY_END },
	{ "\033OH", KEY_HOME },
	{ "\033OF", KEY_END },
	{ "\033[1~", KEY_HOME },
	{ "\033[4~", KEY_END },
	{ "\033[7~", KEY_HOME },
	{ "\033[8~", KEY_END },
	{ "\033[5~", KEY_PPAGE },
	{ "\033[6~", KEY_NPAGE },
	{ "\033[Z", KEY_BTAB },
	{ "\033OP", KEY_F(1) },
	{ "\033OQ", KEY_F(2) },
	{ "\033OR", KEY_F(3) },
	{ "\033OS", KEY_F(4) },
	{ "\033[11~", KEY_F(1) },
	{ "\033[12~", KEY_F(2) },
	{ "\033[13~", KEY_F(3) },
	{ "\033[14~", KEY_F(4) },
	{ "\033[15~", KEY_F(5) },
	{ "\033[17~", KEY_F(6) },
	{ "\033[18~", KEY_F(7) },
	{ "\033[19~", KEY_F(8) },
	{ "\033[20~", KEY_F(9) },
	{ "\033[21~", KEY_F(10) },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A control string of the terminal, or NULL: tigetstr(3X) says that in two ways. */
static const char *capability(const char *name)
{
	const char *string = tigetstr(name);
	return (intptr_t)string == -1 ? NULL : string;
}

/* Whether it moves its cursor as the terminals of ECMA-48 do, which pass over modes that they do not
 * know. */
static bool is_ecma48(void)
{
	const char *moves = capability("cup");
	return moves && strncmp(moves, "\033[", 2) == 0;
}

/* Says what is wrong with the terminal. curses keeps to itself that it had no descriptor to look it
 * up: whether there is one is tried. */
static enum err_code refuse_terminal(const char *words, struct err *err)
{
	const char *term = getenv("TERM");
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && err_is_shortage(err_code_of(errno)))
		return err_set_errno(err, errno, "TERM=%s: the screen cannot be used", term);
	if (fd >= 0)
		close(fd);
	return err_set(err, ERR_UNSUPPORTED, "TERM=%s%s", term, words);
}

/* newterm(3X) may end the program over a bad TERM; setupterm(3X) only says so. */
static enum err_code check_terminal_type(struct err *err)
{
	const char *term = getenv("TERM");
	int result;
	if (!term || !*term)
		return err_set(err, ERR_UNSUPPORTED,
			"TERM is not set: try --batch for text without a screen");
	if (setupterm(NULL, STDOUT_FILENO, &result) != OK)
		return refuse_terminal(
			" is not a known terminal: try --batch for text without a screen", err);
	bool moves = capability("cup") != NULL;
	del_curterm(cur_term);
	if (!moves)
		return err_set(err, ERR_UNSUPPORTED,
			"TERM=%s cannot move its cursor: try --batch for text without a screen",
			term);
	return ERR_OK;
}

static enum err_code open_keys(struct screen *screen, struct err *err)
{
	int fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				      : open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0 && err_is_shortage(err_code_of(errno)))
		return err_set_errno(err, errno, "no keyboard");
	if (fd < 0)
		return err_set(err, ERR_UNSUPPORTED,
			"no keyboard, /dev/tty: %s; try --batch for text without a screen",
			strerror(errno));
	screen->keys = fdopen(fd, "r");
	if (!screen->keys) {
		close(fd);
		return err_set(err, ERR_NO_MEMORY, "cannot use the screen: out of memory");
	}
	if (tcgetattr(fd, &screen->saved) < 0)
		return err_set_errno(err, errno, "cannot read the settings of the terminal");
	return ERR_OK;
}

/* Appends a terminal's control string without its padding, "$<20>". */
static void add_restore(struct screen *screen, const char *at)
{
	while (at && *at && screen->restore_length < sizeof(screen->restore)) {
		if (at[0] == '$' && at[1] == '<' && strchr(at, '>'))
			at = strchr(at, '>') + 1;
		else
			screen->restore[screen->restore_length++] = *at++;
	}
}

/* What switches the mouse off: XM where the terminal's description has it, as curses does. */
static const char *mouse_off(void)
{
	const char *mode = capability("XM");
	return mode ? tiparm(mode, 0) : "\033[?1000l";
}

/* "Bracketed paste": ctlseqs(ms) of xterm. A terminal that has it not ignores the request, if it knows
 * sequences of that form at all. */
static const char *paste_mode(bool on)
{
	const char *mode = capability(on ? "BE" : "BD");
	return mode ? mode : on ? "\033[?2004h" : "\033[?2004l";
}

/* At once: what putp(3X) is given may lie in a buffer until the end. */
static void bracket_pastes(const struct screen *screen, bool on)
{
	const char *mode = paste_mode(on);
	if (screen->brackets_pastes && write(STDOUT_FILENO, mode, strlen(mode)) < 0)
		return; /* as with all that is drawn: the loop is told that the terminal is gone */
}

static void arm_rescue(struct screen *screen)
{
	static const char *const names[] = { "rmkx", "cnorm", "op", "sgr0", "rmcup" };
	screen->restore_length = 0;
	if (screen->look.mouse)
		add_restore(screen, mouse_off());
	if (screen->brackets_pastes)
		add_restore(screen, paste_mode(false));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		add_restore(screen, capability(names[i]));
	rescue_arm(screen_fd(screen), &screen->saved, screen->restore, screen->restore_length);
}

static void start_colors(struct screen *screen)
{
	screen->with_colors = true;
	start_color();
	use_default_colors();
	init_pair(STYLE_VICTIM, COLOR_RED, -1);
	init_pair(STYLE_RISK, COLOR_YELLOW, -1);
	init_pair(STYLE_SHIELDED, COLOR_GREEN, -1);
}

/* Only what is pressed: waiting for clicks would delay each by the time a double one takes. False
 * when the terminal has no mouse. */
static bool listen_to_mouse(bool on)
{
	static const mmask_t wanted = BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED;
	mouseinterval(0);
	return mousemask(on ? wanted : 0, NULL) != 0;
}

/* A crash in between has to find the mouse to be switched off. */
static void set_mouse(struct screen *screen, bool on)
{
	if (on) {
		screen->look.mouse = true;
		arm_rescue(screen);
	}
	screen->look.mouse = listen_to_mouse(on);
	arm_rescue(screen);
}

void screen_set_look(struct screen *screen, const struct screen_look *look)
{
	bool color = look->color && has_colors();
	if (look->mouse != screen->look.mouse)
		set_mouse(screen, look->mouse);
	if (color && !screen->with_colors)
		start_colors(screen);
	screen->all |= color != screen->look.color;
	screen->look.color = color;
}

static void set_up_curses(void)
{
	/* Its handlers are for programs that have none; ours read signals from a descriptor. */
	static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		signal(signals[i], SIG_DFL);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	for (size_t i = 0; i < COUNT_OF(more_keys); i++)
		define_key(more_keys[i].bytes, more_keys[i].code);
}

static void terminal_size(const struct screen *screen, int *ret_rows, int *ret_cols)
{
	struct winsize size;
	*ret_rows = 24;
	*ret_cols = 80;
	if (ioctl(screen_fd(screen), TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	*ret_rows = size.ws_row < SIZE_MAX_CELLS ? size.ws_row : SIZE_MAX_CELLS;
	*ret_cols = size.ws_col < SIZE_MAX_CELLS ? size.ws_col : SIZE_MAX_CELLS;
}

/* newterm(3X) on a screen as large as the terminal says. What $LINES and $COLUMNS said before goes
 * unread: however large, curses would make a screen of it. They have to say the size because curses
 * knows no other way that has a limit, and because terminals such as the console of Linux have no
 * size of their own in terminfo. */
static SCREEN *new_terminal(const struct screen *screen)
{
	char number[16];
	int rows, cols;
	terminal_size(screen, &rows, &cols);
	snprintf(number, sizeof(number), "%d", rows);
	if (setenv("LINES", number, true) < 0)
		return NULL;
	snprintf(number, sizeof(number), "%d", cols);
	if (setenv("COLUMNS", number, true) < 0)
		return NULL;
	use_env(TRUE);
	use_tioctl(FALSE);
	SCREEN *curses = newterm(NULL, stdout, screen->keys);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	return curses;
}

enum err_code screen_open(struct screen **ret, const struct screen_look *look, struct err *err)
{
	enum err_code code = check_terminal_type(err);
	if (code)
		return code;
	struct screen *screen = calloc(1, sizeof(*screen));
	if (!screen)
		return err_set(err, ERR_NO_MEMORY, "cannot use the screen: out of memory");
	code = open_keys(screen, err);
	if (!code) {
		set_escdelay(ESCAPE_DELAY_MS);
		screen->curses = new_terminal(screen);
		if (!screen->curses)
			code = refuse_terminal(": the screen cannot be used", err);
	}
	if (code) {
		if (screen->keys)
			fclose(screen->keys);
		free(screen);
		return code;
	}
	grid_init(&screen->shown, false);
	screen->brackets_pastes = is_ecma48();
	arm_rescue(screen);
	set_up_curses();
	bracket_pastes(screen, true);
	screen_set_look(screen, look);
	screen_resize(screen);
	screen->all = true;
	*ret = screen;
	return ERR_OK;
}

static void give_back(const struct screen *screen)
{
	bracket_pastes(screen, false);
	endwin();
	tcsetattr(screen_fd(screen), TCSANOW, &screen->saved);
	rescue_disarm();
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	/* Not delscreen(3X): it crashes where tparm(3X) had no memory once (ncurses 6.4), and what is to
	 * be printed behind the screen would be lost. What curses has is given back at the end. */
	give_back(screen);
	fclose(screen->keys);
	grid_release(&screen->shown);
	free(screen);
}

int screen_fd(const struct screen *screen)
{
	return fileno(screen->keys);
}

void screen_size(const struct screen *screen, int *ret_rows, int *ret_cols)
{
	(void)screen;
	getmaxyx(stdscr, *ret_rows, *ret_cols);
}

static attr_t attributes_of(unsigned style)
{
	static const attr_t plain[STYLE_COUNT] = { [STYLE_DIM] = A_DIM, [STYLE_VICTIM] = A_BOLD };
	unsigned meaning = style & ~(unsigned)(STYLE_BOLD | STYLE_REVERSE);
	attr_t attributes = plain[meaning];
	if (style & STYLE_BOLD)
		attributes |= A_BOLD;
	if (style & STYLE_REVERSE)
		attributes |= A_REVERSE;
	return attributes;
}

static short pair_of(const struct screen *screen, unsigned style)
{
	unsigned meaning = style & ~(unsigned)(STYLE_BOLD | STYLE_REVERSE);
	return screen->look.color && meaning >= STYLE_VICTIM ? (short)meaning : 0;
}

static void send_row(struct screen *screen, int row, const struct cell *cells, int cols)
{
	int count = 0;
	for (int col = 0; col < cols; col++) {
		wchar_t text[2] = { cells[col].ch, L'\0' };
		if (cells[col].width)
			setcchar(&screen->line[count++], text, attributes_of(cells[col].style),
				pair_of(screen, cells[col].style), NULL);
	}
	mvadd_wchnstr(row, 0, screen->line, count);
}

/* Keeps what was shown, to find what changes. Without memory for it everything counts as changed. */
static void fit_shown(struct screen *screen, const struct grid *grid)
{
	if (screen->shown.rows == grid->rows && screen->shown.cols == grid->cols)
		return;
	screen->all = true;
	if (grid_resize(&screen->shown, grid->rows, grid->cols, NULL))
		screen->shown.rows = 0;
}

void screen_draw(struct screen *screen, const struct grid *grid)
{
	size_t cols = (size_t)grid->cols;
	fit_shown(screen, grid);
	for (int row = 0; row < grid->rows; row++) {
		const struct cell *cells = &grid->cells[(size_t)row * cols];
		bool kept = row < screen->shown.rows;
		struct cell *shown = kept ? &screen->shown.cells[(size_t)row * cols] : NULL;
		if (!screen->all && shown && memcmp(shown, cells, cols * sizeof(*cells)) == 0)
			continue;
		send_row(screen, row, cells, grid->cols);
		if (shown)
			memcpy(shown, cells, cols * sizeof(*cells));
	}
	screen->all = false;
	refresh();
}

void screen_repaint(struct screen *screen)
{
	screen->all = true;
	clearok(curscr, TRUE);
}

bool screen_resize(struct screen *screen)
{
	int rows, cols, old_rows, old_cols;
	terminal_size(screen, &rows, &cols);
	screen_size(screen, &old_rows, &old_cols);
	if (rows == old_rows && cols == old_cols)
		return false;
	resize_term(rows, cols);
	screen_repaint(screen);
	return true;
}

/* What bracketed paste puts around it, behind "\033[". */
static const struct {
	char bytes[5];
	int key;
} pastes[] = {
	{ "200~", INPUT_PASTE_BEGIN },
	{ "201~", INPUT_PASTE_END },
};

static bool next_of_sequence(const struct screen *screen, wint_t *ret)
{
	struct pollfd poll_fd = { .fd = screen_fd(screen), .events = POLLIN };
	int result = get_wch(ret);
	if (result == ERR && poll(&poll_fd, 1, SEQUENCE_MS) > 0)
		result = get_wch(ret);
	return result == OK;
}

/* An escape sequence that is no key of ours is taken off to its last byte, so that its digits do
 * not act as keys. Esc pressed twice is that, though a slow line may bring both at once. */
static int after_escape(const struct screen *screen)
{
	char bytes[4] = "";
	size_t length = 0;
	wint_t ch;
	int result = get_wch(&ch);
	if (result != OK)
		return INPUT_ESC;
	if (ch == INPUT_ESC) {
		unget_wch(INPUT_ESC);
		return INPUT_ESC;
	}
	if (ch != '[' && ch != 'O')
		return INPUT_ALT | (int)ch;
	bool csi = ch == '[';
	while (next_of_sequence(screen, &ch)) {
		if (length < sizeof(bytes))
			bytes[length] = (char)ch;
		length++;
		if (ch >= 0x40 && ch <= 0x7e)
			break;
	}
	for (size_t i = 0; csi && length == sizeof(bytes) && i < COUNT_OF(pastes); i++)
		if (memcmp(bytes, pastes[i].bytes, sizeof(bytes)) == 0)
			return pastes[i].key;
	return INPUT_UNKNOWN;
}

static int key_of_code(int code)
{
	for (size_t i = 0; i < COUNT_OF(curses_keys); i++)
		if (curses_keys[i].code == code)
			return curses_keys[i].key;
	if (code > KEY_F0 && code <= KEY_F(24))
		return INPUT_F(code - KEY_F0);
	return INPUT_UNKNOWN;
}

/* Takes the event off the queue, also one that has no meaning here. */
static int take_mouse(struct screen *screen)
{
	MEVENT event;
	screen->mouse = (struct input_mouse){ MOUSE_NOTHING, 0, 0 };
	if (getmouse(&event) != OK)
		return INPUT_MOUSE;
	screen->mouse.row = event.y;
	screen->mouse.col = event.x;
	if (event.bstate & BUTTON4_PRESSED)
		screen->mouse.kind = MOUSE_WHEEL_UP;
	else if (event.bstate & BUTTON5_PRESSED)
		screen->mouse.kind = MOUSE_WHEEL_DOWN;
	else if (event.bstate & BUTTON1_PRESSED)
		screen->mouse.kind = MOUSE_CLICK;
	return INPUT_MOUSE;
}

struct input_mouse screen_mouse(const struct screen *screen)
{
	return screen->mouse;
}

int screen_key(struct screen *screen)
{
	wint_t ch;
	switch (get_wch(&ch)) {
	case KEY_CODE_YES:
		return ch == KEY_MOUSE ? take_mouse(screen) : key_of_code((int)ch);
	case OK:
		break;
	default:
		return INPUT_NONE;
	}
	if (ch == INPUT_ESC)
		return after_escape(screen);
	if (ch == '\n')
		return INPUT_ENTER;
	if (ch == '\b')
		return INPUT_BACKSPACE;
	return ch ? (int)ch : INPUT_UNKNOWN;
}

bool screen_gone(const struct screen *screen)
{
	struct pollfd poll_fd = { .fd = screen_fd(screen), .events = POLLIN };
	int waiting = 0;
	if (poll(&poll_fd, 1, 0) <= 0)
		return false;
	if (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(poll_fd.fd, FIONREAD, &waiting) < 0 || waiting == 0;
}

void screen_suspend(struct screen *screen)
{
	give_back(screen);
}

void screen_continue(struct screen *screen)
{
	reset_prog_mode();
	bracket_pastes(screen, true);
	screen_repaint(screen);
}

void screen_resume(struct screen *screen)
{
	/* Somebody may have set the terminal up anew meanwhile: that is what it gets back. */
	tcgetattr(screen_fd(screen), &screen->saved);
	arm_rescue(screen);
	reset_prog_mode();
	bracket_pastes(screen, true);
	screen_resize(screen);
	screen_repaint(screen);
	refresh();
}
