/* The command line: which command, which options, what is left over. One table holds them all.
 *
 * Knows what may stand on the command line and what it means; prints nothing, opens nothing. */
#ifndef OOMSPECT_OPTIONS_H
#define OOMSPECT_OPTIONS_H

#include "oomspect/err.h"
#include "oomspect/terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum command_id {
	COMMAND_SCREEN, /* no command at all */
	COMMAND_LIST,
	COMMAND_CGROUPS,
	COMMAND_VICTIM,
	COMMAND_EVENTS,
	COMMAND_ADJ,
	COMMAND_METRICS,
	COMMAND_CAPTURE,
	COMMAND_COUNT,
};

#define OPTIONS_DELAY_MS 3000 /* between samples, unless said otherwise */

/* Exit statuses besides 0 and 128 + signal. */
enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_NO_VICTIM = 3 };

struct options {
	enum command_id command;
	bool help, version;
	const char *root;
	bool read_only, batch, json, no_color, ascii, mouse, list_columns;
	int64_t delay_ms;
	bool with_delay;    /* it was given */
	int64_t iterations; /* 0: as the command has it */
	int64_t lines;      /* 0: all */
	pid_t *pids;        /* owned */
	size_t pid_count;
	const char *user, *cgroup, *nodes, *sort, *columns; /* NULL: not given */
	const char *name;                                   /* of adj; NULL: not given */
	const char *audit;  /* of adj and the screen; NULL: not given */
	const char *config; /* of the screen; NULL: config_locate() knows */
	const char *log;    /* of the screen; NULL: the running kernel's */
	enum moment moment; /* of all that is predicted */
	bool host;          /* the host's domain, where the default is the container's */
	bool descendants, any_user, dry_run; /* of adj */
	bool protect;                        /* of the screen */
	bool follow, with_boot;              /* of events; with_boot: boot was given */
	int64_t boot;                        /* 0: this one, -1: the one before */
	const char *
		*operands; /* what is neither command nor option; owned, the strings are argv's */
	size_t operand_count;
	bool no_memory; /* what was not taken in may have been right */
};

/* A command is one row: how it is called, what it does, and the function that does it. */
struct command {
	enum command_id id;
	const char *name;     /* NULL for the screen */
	const char *operands; /* as the usage line shows them, "" for none */
	const char *help;
	size_t max_operands;
	/* Returns the exit status; a sentence in `err` is printed. */
	int (*run)(const struct options *options, struct err *err);
};

/* Parses the command line. Strings are borrowed from `argv`. What is not ERR_OK or ERR_NO_MEMORY is a
 * wrong usage, and the sentence says which word is wrong. Release in any case. */
enum err_code options_parse(struct options *options, int argc, char *const argv[],
	const struct command *commands, size_t command_count, struct err *err);
void options_release(struct options *options);

/* A number of seconds from 0.1 to 3600, with any number of decimals, as milliseconds. False, and
 * `*ret_ms` untouched, for other text. */
bool options_parse_seconds(const char *text, int64_t *ret_ms);

/* Writes the help: of all commands, or of the one that is named by options->command. */
void options_print_help(FILE *out, const struct options *options, const struct command *commands,
	size_t command_count);

#endif
