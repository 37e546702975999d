/* What went wrong: a code for the program to act on, one finished sentence for a person.
 *
 * Knows nothing of where the sentence goes: the core returns, only tui/main.c prints. */
#ifndef OOMSPECT_ERR_H
#define OOMSPECT_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum err_code {
	ERR_OK = 0,
	ERR_NO_MEMORY,     /* an allocation failed, ours or the kernel's: ENOMEM */
	ERR_NO_DESCRIPTOR, /* none is left, to us or to the machine: EMFILE, ENFILE */
	ERR_IO,            /* a read or write failed for a reason not listed here */
	ERR_NOT_FOUND,     /* no such file, process, cgroup, column, user */
	ERR_DENIED,  /* EACCES or EPERM: the sentence names the missing right where it is known */
	ERR_GONE,    /* it was there and is gone: ESRCH, ENOENT in the middle, ENODEV */
	ERR_SYNTAX,  /* text that is not of its grammar */
	ERR_RANGE,   /* a number that does not fit */
	ERR_TOO_BIG, /* more than the buffer the caller allowed */
	ERR_UNSUPPORTED, /* this kernel, or this kind of root, cannot do it */
};

/* `text` is a sentence as the user will read it: lower case, what failed first, no full stop.
 * A path or name inside it is foreign text: whoever shows it makes it safe. */
struct err {
	enum err_code code;
	int sys_errno; /* the errno behind it, or 0 */
	char text[512];
};

/* Fills `err` (which may be NULL) and returns `code`, so that a function can end in it. */
enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

/* The same for a failed system call: the code is derived from `sys_errno` (err_code_of) and
 * strerror's words are appended after ": ". */
enum err_code err_set_errno(struct err *err, int sys_errno, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));

/* Whether the machine is short of memory or descriptors, which says nothing of what was asked for:
 * it may be there the next time. */
bool err_is_shortage(enum err_code code);

/* The code that stands for an errno. */
enum err_code err_code_of(int sys_errno);

#endif
