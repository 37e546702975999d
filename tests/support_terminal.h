/* A program on a pseudo-terminal, and what a terminal emulator (libvterm) shows of it. */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct VTerm;

struct terminal {
	int master, slave; /* -1 once closed */
	int rows, cols;
	pid_t pid;
	struct termios before; /* settings when the program was started */
	struct VTerm *emulator;
	bool alternate, cursor_hidden; /* what the terminal was told last */
	bool mouse, mouse_ever;        /* it is, or was at any time, to tell of clicks */
	bool paste;                    /* it is to tell what is pasted */
	size_t received;               /* bytes so far */
	char last[4096];               /* the last of them, NUL-terminated */
	void (*tap)(void *context, const char *bytes, size_t length);
	void *tap_context;
};

struct terminal_options {
	const char *term;   /* NULL: xterm-256color; "": not set at all */
	const char *locale; /* NULL: C.UTF-8 */
	bool stdin_is_null; /* keys must come from /dev/tty */
	bool ignore_hup;    /* as under nohup(1) */
	/* Called in the process that is about to become the program, with `context`. */
	void (*enter)(const void *context);
	const void *context;
	void (*tap)(void *context, const char *bytes, size_t length); /* sees every byte; or NULL */
	void *tap_context;
};

/* Starts `argv` on a new terminal of that size, as the leader of its session. A terminal of 0 rows
 * or columns does not know its size; the emulator is one of 80x24 then. */
void terminal_start(struct terminal *terminal, int rows, int cols,
	const struct terminal_options *options, char *const argv[]);

/* Reads until the screen holds `text`, or fails the test after ten seconds. */
void terminal_wait_for(struct terminal *terminal, const char *text);

/* The same for an extended regular expression, of which `.` matches a line's end as well; and
 * whether the screen matches it now. */
void terminal_wait_like(struct terminal *terminal, const char *pattern);
bool terminal_is_like(const struct terminal *terminal, const char *pattern);

/* Presses Enter in a dialog, until `text` is shown: on a machine so busy that the program saw nobody
 * pause, it asks for it again. */
void terminal_confirm(struct terminal *terminal, const char *text);

/* Reads for that long. */
void terminal_read(struct terminal *terminal, int ms);

void terminal_send(const struct terminal *terminal, const char *keys);

/* The same key by key, as they are typed: in one piece they could have been pasted. */
void terminal_type(struct terminal *terminal, const char *keys);
void terminal_resize(struct terminal *terminal, int rows, int cols);

/* The screen as lines without trailing blanks. Free it. */
char *terminal_text(const struct terminal *terminal);

/* Presses Q until it has ended. On a busy machine an Esc before may have been read together with
 * the key behind it, and then a prompt is still open: two of them are an Esc in any case. */
void terminal_quit(struct terminal *terminal);

/* Reads until the program has ended; its status as waitpid(2) has it. Fails after ten seconds. */
int terminal_wait_exit(struct terminal *terminal);

/* Whether the settings are those of the start. */
bool terminal_is_restored(const struct terminal *terminal);

/* The same, and the alternate screen is left, the cursor seen, the mouse free, pastes as ever. */
bool terminal_is_left(const struct terminal *terminal);

/* The process group that has the terminal; its leader is the program when a shell started it. */
pid_t terminal_foreground(const struct terminal *terminal);

/* The other end goes away, as when a connection is lost. */
void terminal_hang_up(struct terminal *terminal);

/* Ends the program if it still runs. */
void terminal_release(struct terminal *terminal);

#endif
