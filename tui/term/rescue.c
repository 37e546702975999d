#include "rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define STACK_SIZE 65536

/* The one variable of the program that changes outside of main's frame: a signal handler is given
 * no pointer of ours. It is only written while `fd` is -1. */
static struct {
	volatile sig_atomic_t fd;
	struct termios termios;
	char bytes[256];
	size_t length;
	bool at_exit;           /* exit(3) knows of us */
	char stack[STACK_SIZE]; /* for a crash by an overflow of the stack */
} rescue = { .fd = -1 };

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGQUIT };

/* Those that end no program, or that the loop is told of. All others would end one that does not
 * expect them, the real-time ones too: signal(7). */
static const int harmless[] = { SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG,
	SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGKILL };

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* False when nothing was to be given back. */
static bool restore(void)
{
	int fd = rescue.fd;
	rescue.fd = -1;
	if (fd < 0)
		return false;
	ssize_t written = write(fd, rescue.bytes, rescue.length);
	(void)written;
	tcsetattr(fd, TCSANOW, &rescue.termios);
	return true;
}

/* curses calls exit(3) where it runs out of memory for a table of keys. */
static void restore_at_exit(void)
{
	static const char sentence[] = "oomspect: cannot draw the screen: its library gave up\n";
	if (!restore())
		return;
	ssize_t written = write(STDERR_FILENO, sentence, sizeof(sentence) - 1);
	(void)written;
}

static void restore_and_die(int signal_number)
{
	restore();
	/* SA_RESETHAND has put the default back; the signal is delivered when this returns. */
	raise(signal_number);
}

static bool is_among(int signal_number, const int *signals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (signals[i] == signal_number)
			return true;
	return false;
}

/* Who started us may have had it ignored: that holds for us as well. */
static void take_stray(int signal_number, const struct sigaction *action)
{
	struct sigaction before;
	if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(signal_number, action, NULL);
}

void rescue_arm(int fd, const struct termios *termios, const char *bytes, size_t length)
{
	stack_t stack = { .ss_sp = rescue.stack, .ss_size = STACK_SIZE };
	struct sigaction action = {
		.sa_handler = restore_and_die,
		.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK),
	};
	rescue.fd = -1;
	if (length > sizeof(rescue.bytes))
		length = 0; /* the settings at least */
	rescue.termios = *termios;
	memcpy(rescue.bytes, bytes, length);
	rescue.length = length;
	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT_OF(crashes); i++)
		sigaction(crashes[i], &action, NULL);
	for (int i = 1; i <= SIGRTMAX; i++)
		if (!is_among(i, crashes, COUNT_OF(crashes)) &&
			!is_among(i, harmless, COUNT_OF(harmless)))
			take_stray(i, &action);
	if (!rescue.at_exit)
		rescue.at_exit = atexit(restore_at_exit) == 0;
	rescue.fd = fd;
}

void rescue_disarm(void)
{
	rescue.fd = -1;
}

void reserve_fill(struct reserve *reserve)
{
	/* An open file, not a duplicate: the machine counts those (fs.file-max). */
	for (int i = 0; i < RESERVE_COUNT; i++)
		if (reserve->fds[i] < 0)
			reserve->fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void reserve_yield(struct reserve *reserve)
{
	for (int i = 0; i < RESERVE_COUNT; i++) {
		if (reserve->fds[i] >= 0)
			close(reserve->fds[i]);
		reserve->fds[i] = -1;
	}
}
