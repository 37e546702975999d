/* Runs the program under test as a user would from a shell, and keeps what it said. */
#ifndef TESTS_SUPPORT_RUN_H
#define TESTS_SUPPORT_RUN_H

struct run {
	int status; /* exit status, or 128 + signal */
	char *out;  /* standard output, owned */
	char *err;  /* standard error, owned */
};

/* The program: $OOMSPECT, or build/oomspect. */
const char *run_program_path(void);

/* Runs it with `words` (NULL at the end), standard input from /dev/null. Fails the test when it
 * cannot be started. */
struct run run_program(const char *const words[]);
void run_release(struct run *run);

/* The same, with something to be done in the process that is about to become the program: its
 * descriptors are in place then. */
struct run_entry {
	void (*enter)(const void *context);
	const void *context;
};
struct run run_program_from(const char *const words[], const struct run_entry *entry);

/* That it said one line, "oomspect: WHAT: WHY": in lower case, or beginning with the word that is
 * refused, without a full stop. */
void run_assert_sentence(const struct run *run);

/* Takes the lines "oomspect: uncertain: ..." out of standard error: whether a prediction is certain
 * is a matter of the machine; in a pid namespace none is. */
void run_forget_doubts(struct run *run);

#define RUN(...) run_program((const char *const[]){ __VA_ARGS__, NULL })

#endif
