/* Wiring: which command runs, and the only exit status. */
#include "app.h"
#include "command/command.h"
#include "model/config.h"
#include "model/history.h"
#include "term/printer.h"

#include "oomspect/klog.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

/* Files that only the screen has a use for: where the list stands in for it, one that cannot be read
 * is an error all the same. */
static enum err_code check_files(const struct options *options, struct err *err)
{
	struct config config;
	struct config_ignored ignored;
	struct audit audit;
	struct klog klog;
	enum err_code code = ERR_OK;
	config_defaults(&config);
	if (options->config)
		code = config_read(&config, options->config, true, &ignored, err);
	if (!code && options->log) {
		code = klog_open_file(&klog, options->log, err);
		if (!code)
			klog_close(&klog);
	}
	if (!code) {
		code = audit_open(&audit, options->audit, false, err);
		audit_release(&audit);
	}
	return code;
}

/* The list, asked for by options of its own or in place of the screen. */
static int list_for_screen(const struct options *options, struct err *err)
{
	return check_files(options, err) ? STATUS_FAILED : command_list(options, err);
}

/* The live screen, or the list when there is no terminal to write to. */
static int command_screen(const struct options *options, struct err *err)
{
	if (options->batch || options->list_columns || !isatty(STDOUT_FILENO))
		return list_for_screen(options, err);
	return app_run(options, err);
}

static const struct command commands[] = {
	{ COMMAND_SCREEN, NULL, "", "the live screen; not on a terminal: the same as list", 0,
		command_screen },
	{ COMMAND_LIST, "list", "", "processes, next victim first", 0, list_for_screen },
	{ COMMAND_CGROUPS, "cgroups", "",
		"memory cgroups: usage, limits, and who would die in each", 0, command_cgroups },
	{ COMMAND_VICTIM, "victim", "",
		"whom the kernel would kill next, who dies with it, and why", 0, command_victim },
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

/* Names may have any letters; numbers, for people too, are the same everywhere. A locale that is not
 * there is that of C. */
static enum err_code choose_locale(struct err *err)
{
	errno = 0;
	if (!setlocale(LC_CTYPE, "") && errno == ENOMEM)
		return err_set(err, ERR_NO_MEMORY, "cannot load the locale: out of memory");
	return ERR_OK;
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
	struct options options = { .command = COMMAND_SCREEN };
	struct err err = { 0 };
	int status = STATUS_FAILED;
	output_guard_descriptors();
	signal(SIGPIPE, SIG_DFL); /* a reader that goes away ends us quietly, whoever started us */
	enum err_code code = choose_locale(&err);
	if (code == ERR_OK)
		code = options_parse(&options, argc, argv, commands, COMMAND_ROWS, &err);
	if (code == ERR_OK)
		status = check_output(run(&options, &err), &err);
	else if (code != ERR_NO_MEMORY)
		status = STATUS_USAGE;
	options_release(&options);
	if (err.code != ERR_OK)
		printer_complain(&err);
	return status;
}
