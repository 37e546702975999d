#include "screen.h"

#include <ctype.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 30, COLS = 99, LOOK_MS = 600, PAUSE_MS = 300, PATIENCE_MS = 10000 };

static _Noreturn void become_oomspect(const struct screen *screen, const struct question *question)
{
	char oomspect[] = "oomspect", delay[] = "-d1";
	char *args[] = { oomspect, delay, NULL };
	setsid();
	int terminal = open(ptsname(screen->fd), O_RDWR); /* and the controlling one */
	for (int fd = 0; fd < 3; fd++)
		dup2(terminal, fd);
	setenv("TERM", "linux", 1);
	question_become(question);
	execv("/oomspect", args);
	_exit(127);
}

bool screen_open(struct screen *screen, const struct question *question)
{
	const struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666");
	screen->fd = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	if (screen->fd < 0 || unlockpt(screen->fd) || ioctl(screen->fd, TIOCSWINSZ, &size))
		return false;
	screen->length = 0;
	screen->looks = 1;
	screen->pid = fork();
	if (screen->pid == 0)
		become_oomspect(screen, question);
	return screen->pid > 0;
}

/* Takes in what comes within `ms`, behind what is there; when the room ends, only the last of it.
 * False at its end. */
static bool read_on(struct screen *screen, long ms)
{
	int64_t until = guest_ms() + ms;
	struct pollfd poll_fd = { .fd = screen->fd, .events = POLLIN };
	ssize_t got = 1;
	while (got > 0 && guest_ms() < until) {
		if (poll(&poll_fd, 1, 50) <= 0)
			continue;
		if (screen->length > SCREEN_SEEN - 4096)
			screen->length = 0;
		got = read(screen->fd, screen->seen + screen->length, 4095);
		screen->length += got > 0 ? (size_t)got : 0;
	}
	screen->seen[screen->length] = '\0';
	return got > 0;
}

static bool type_part(const struct screen *screen, const char *keys, size_t length)
{
	return write(screen->fd, keys, length) == (ssize_t)length;
}

bool screen_type(struct screen *screen, const char *keys)
{
	size_t length = strcspn(keys, "\r");
	bool typed = type_part(screen, keys, length);
	for (keys += length; typed && *keys; keys += length) {
		read_on(screen, PAUSE_MS);
		length = 1 + strcspn(keys + 1, "\r");
		typed = type_part(screen, keys, 1);
		if (length > 1)
			read_on(screen, PAUSE_MS);
		typed = typed && type_part(screen, keys + 1, length - 1);
	}
	return typed;
}

void screen_pass(struct screen *screen, long ms)
{
	read_on(screen, ms);
	screen->length = 0;
}

/* Leaves letters, digits and signs. Escape sequences end with a letter, those of character sets
 * after one more. */
static void strip(const char *text, char *to)
{
	for (const char *at = text; *at; at++) {
		if (*at == '\033') {
			at++;
			if (*at == '[')
				at += strcspn(at, "ABCDEFGHJKLMPSTXZabcdefghlmnrstu`@");
			else if (*at == '(' || *at == ')')
				at++;
			if (!*at)
				break;
		} else if (isgraph((unsigned char)*at)) {
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Of another width everything is drawn anew, and no key takes off the screen what was just said. */
const char *screen_look(struct screen *screen)
{
	const struct winsize size = { .ws_row = ROWS, .ws_col = COLS + screen->looks++ % 2 };
	screen->length = 0;
	ioctl(screen->fd, TIOCSWINSZ, &size);
	read_on(screen, LOOK_MS);
	strip(screen->seen, screen->words);
	return screen->words;
}

bool screen_wait(struct screen *screen, const char *words)
{
	char wanted[SCREEN_WORDS];
	int64_t until = guest_ms() + PATIENCE_MS;
	strip(words, wanted);
	while (guest_ms() < until)
		if (strstr(screen_look(screen), wanted))
			return true;
	return false;
}

pid_t screen_next(struct screen *screen)
{
	pid_t pid = 0;
	for (const char *at = screen_look(screen); (at = strstr(at, "NEXT")); at += 4)
		if (isdigit((unsigned char)at[4]))
			pid = (pid_t)strtol(at + 4, NULL, 10);
	return pid;
}

const char *screen_quit(struct screen *screen)
{
	bool goes_on = screen_type(screen, "Q");
	screen->length = 0;
	for (int i = 0; goes_on && i < 4; i++) {
		goes_on = read_on(screen, PATIENCE_MS / 4);
		if (strstr(screen->seen, "oomspect: "))
			break;
	}
	kill(screen->pid, SIGTERM); /* one that has ended waits for this only */
	waitpid(screen->pid, NULL, 0);
	close(screen->fd);
	return screen->seen;
}
