/* Wiring: which command runs, and the only exit status. */
#include "app.h"
#include "command.h"
#include "output.h"
#include "printer.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

/* The live screen, or the list when there is no terminal to write to. */
static int command_screen(const struct options *options, struct err *err)
{
	if (options->batch || !isatty(STDOUT_FILENO))
		return command_list(options, err);
	return app_run(options, err);
}

static const struct command commands[] = {
	{ COMMAND_SCREEN, NULL, "", "the live screen; not on a terminal: the same as list", 0,
		command_screen },
	{ COMMAND_LIST, "list", "", "processes, next victim first", 0, command_list },
	{ COMMAND_CGROUPS, "cgroups", "",
		"memory cgroups: usage, limits, and who would die in each", 0, command_cgroups },
	{ COMMAND_VICTIM, "victim", "", "whom the kernel would kill now, who dies with it, and why",
		0, command_victim },
	{ COMMAND_EVENTS, "events", "[FILE ...]",
		"OOM events of the kernel's log, or of saved logs (-: standard input), explained",
		SIZE_MAX, command_events },
	{ COMMAND_ADJ, "adj", "VALUE [PID ...]", "set oom_score_adj, and say who is next then",
		SIZE_MAX, command_adj },
	{ COMMAND_METRICS, "metrics", "", "text for Prometheus and node_exporter", 0,
		command_metrics },
	{ COMMAND_CAPTURE, "capture", "DIR", "write what is read of this machine under DIR", 1,
		command_capture },
};
#define COMMAND_ROWS (sizeof(commands) / sizeof(commands[0]))

static int run(const struct options *options, struct err *err)
{
	if (options->help) {
		options_print_help(stdout, options, commands, COMMAND_ROWS);
		return 0;
	}
	if (options->version) {
		printf("oomspect %s\n", OOMSPECT_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_ROWS; i++)
		if (commands[i].id == options->command)
			return commands[i].run(options, err);
	return STATUS_USAGE;
}

/* What was printed has to have arrived; the first reason is the one that is told. */
static int check_output(int status, struct err *err)
{
	struct err unwritten;
	if (output_flush(stdout, &unwritten) == ERR_OK)
		return status;
	if (err->code == ERR_OK)
		*err = unwritten;
	return STATUS_FAILED;
}

int main(int argc, char *argv[])
{
	struct options options;
	struct err err = { 0 };
	int status = STATUS_USAGE;
	output_guard_descriptors();
	/* Names may have any letters; numbers, for people too, are the same everywhere. */
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_DFL); /* a reader that goes away ends us quietly, whoever started us */
	if (options_parse(&options, argc, argv, commands, COMMAND_ROWS, &err) == ERR_OK)
		status = check_output(run(&options, &err), &err);
	options_release(&options);
	if (err.code != ERR_OK)
		printer_complain(&err);
	return status;
}
