/* The live screen, seen through a pseudo-terminal: its NEXT line against the kernel's choice. */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEEN_SIZE = 65536 };

struct screen {
	int fd; /* the terminal's other end */
	pid_t pid;
};

static struct screen open_screen(void)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 100 };
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666");
	struct screen screen = { .fd = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY) };
	if (screen.fd < 0 || unlockpt(screen.fd) || ioctl(screen.fd, TIOCSWINSZ, &size))
		scene_broken("no pseudo-terminal: %s", strerror(errno));
	screen.pid = fork();
	if (screen.pid)
		return screen;
	char oomspect[] = "oomspect", delay[] = "-d1";
	char *args[] = { oomspect, delay, NULL };
	setsid();
	int terminal = open(ptsname(screen.fd), O_RDWR); /* and the controlling one */
	for (int fd = 0; fd < 3; fd++)
		dup2(terminal, fd);
	setenv("TERM", "linux", 1);
	execv("/oomspect", args);
	_exit(127);
}

/* Reads what comes within `ms`, at most the last so many bytes of it. */
static size_t read_screen(const struct screen *screen, char *seen, long ms)
{
	size_t length = 0;
	int64_t until = guest_ms() + ms;
	struct pollfd poll_fd = { .fd = screen->fd, .events = POLLIN };
	while (guest_ms() < until) {
		if (poll(&poll_fd, 1, 50) <= 0)
			continue;
		if (length > SEEN_SIZE - 4096)
			length = 0;
		ssize_t got = read(screen->fd, seen + length, 4095);
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	seen[length] = '\0';
	return length;
}

/* Leaves the letters: escape sequences end with a letter, those of character sets after one more. */
static void strip_escapes(char *text)
{
	char *to = text;
	for (const char *at = text; *at; at++) {
		if (*at != '\033') {
			*to++ = *at;
			continue;
		}
		at++;
		if (*at == '[')
			at += strcspn(at, "ABCDEFGHJKLMPSTXZabcdefghlmnrstu`@");
		else if (*at == '(' || *at == ')')
			at++;
		if (!*at)
			break;
	}
	*to = '\0';
}

/* The pid behind the last NEXT. */
static pid_t next_of(char *text)
{
	const char *last = NULL;
	strip_escapes(text);
	for (const char *at = text; (at = strstr(at, "NEXT ")); at++)
		last = at;
	return last ? (pid_t)strtol(last + strlen("NEXT "), NULL, 10) : 0;
}

static pid_t killed_by_sysrq(struct scene *scene)
{
	static struct kernlog log;
	int64_t until = guest_ms() + 10000;
	if (!kernlog_begin(&log))
		scene_broken("/dev/kmsg: %s", strerror(errno));
	trigger_sysrq(scene);
	while (!log.killed.count && guest_ms() < until) {
		guest_sleep_ms(2);
		kernlog_poll(&log);
	}
	kernlog_end(&log);
	return kernlog_victim(&log);
}

static void check_next_line(struct scene *scene)
{
	static char seen[SEEN_SIZE];
	char redraw = 'L' - 64;
	int right = 0, kills = 3;
	pid_t shown = 0, killed = 0;
	struct hog hog = { .name = "shown" };
	for (int i = 0; i < 6; i++) {
		hog.anon = guest_mib(1) * (1 + i * 5 % 6) + chance_between(&scene->chance, 0, 100);
		scene_hog(scene, &hog);
	}
	struct screen screen = open_screen();
	read_screen(&screen, seen, 1500);
	for (int i = 0; i < kills; i++) {
		read_screen(&screen, seen, 2500);
		if (write(screen.fd, &redraw, 1) != 1)
			scene_broken("the screen takes no key: %s", strerror(errno));
		read_screen(&screen, seen, 1500);
		shown = next_of(seen);
		killed = killed_by_sysrq(scene);
		right += shown && shown == killed;
	}
	scene_claim(scene, right == kills, "%d of %d right; the last: NEXT %d, killed %d", right,
		kills, shown, killed);
	kill(screen.pid, SIGTERM);
}

const struct kind kinds_screen[] = {
	{ "screen-next", "the NEXT line names whom the kernel kills", .check = check_next_line,
		.needs = NEED_TERMINFO },
	{ .name = NULL },
};
