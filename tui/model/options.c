#include "options.h"

#include "cgroup_columns.h"
#include "oomspect/line.h"
#include "process_columns.h"

#include "oomspect/proc.h"
#include "oomspect/text.h"

#include <stdlib.h>
#include <string.h>

#define ON(command) (1u << COMMAND_##command)
#define ON_ALL      (~0u)
#define ON_SAMPLES  (ON(SCREEN) | ON(LIST) | ON(CGROUPS))
#define ON_MACHINE  (ON_SAMPLES | ON(VICTIM) | ON(METRICS))
#define ON_MOMENT   (ON_MACHINE | ON(ADJ))
#define ON_JSON     (ON(LIST) | ON(CGROUPS) | ON(VICTIM) | ON(EVENTS) | ON(ADJ))

#define DELAY_MIN_MS 100
#define DELAY_MAX_MS 3600000
#define COUNT_MAX    1000000000

/* Fills the field of the options that the row names. The sentence says what was expected. */
typedef bool option_parser(void *field, struct options *options, const char *text);

struct option_row {
	char letter; /* 0: none */
	unsigned commands;
	const char *name;
	const char *argument; /* NULL: it takes none */
	size_t field;
	option_parser *parse;
	const char *expected; /* "not X": what is said of a bad argument */
	const char *help;
};

static bool parse_flag(void *field, struct options *options, const char *text)
{
	(void)options;
	(void)text;
	*(bool *)field = true;
	return true;
}

static bool parse_string(void *field, struct options *options, const char *text)
{
	(void)options;
	*(const char **)field = text;
	return *text != '\0';
}

static bool parse_count(void *field, struct options *options, const char *text)
{
	(void)options;
	uint64_t count;
	if (!text_to_u64(text_of(text), &count) || count < 1 || count > COUNT_MAX)
		return false;
	*(int64_t *)field = (int64_t)count;
	return true;
}

bool options_parse_seconds(const char *text, int64_t *ret_ms)
{
	struct text rest = text_of(text), whole;
	uint64_t seconds, ms = 0;
	bool fraction = text_split(&rest, '.', &whole);
	if (!text_to_u64(fraction ? whole : rest, &seconds) || seconds > DELAY_MAX_MS)
		return false;
	if (fraction && rest.len == 0)
		return false;
	for (uint64_t i = 0, weight = 100; fraction && i < rest.len; i++, weight /= 10) {
		if (rest.at[i] < '0' || rest.at[i] > '9')
			return false;
		ms += (uint64_t)(rest.at[i] - '0') * weight; /* thousandths; what is below is cut */
	}
	ms += seconds * 1000;
	if (ms < DELAY_MIN_MS || ms > DELAY_MAX_MS)
		return false;
	*ret_ms = (int64_t)ms;
	return true;
}

static bool parse_seconds(void *field, struct options *options, const char *text)
{
	options->with_delay = true;
	return options_parse_seconds(text, field);
}

/* Journals number boots from the oldest (1) and back from this one (0, -1). */
static bool parse_boot(void *field, struct options *options, const char *text)
{
	int64_t boot;
	if (!text_to_i64(text_of(text), &boot) || boot < -100000 || boot > 100000)
		return false;
	*(int64_t *)field = boot;
	options->with_boot = true;
	return true;
}

static bool parse_pids(void *field, struct options *options, const char *text)
{
	pid_t **pids = field;
	struct text rest = text_of(text), item;
	size_t room = 1;
	for (const char *at = text; *at; at++)
		room += *at == ',';
	free(*pids);
	options->pid_count = 0;
	*pids = calloc(room, sizeof(**pids));
	if (!*pids) {
		options->no_memory = true;
		return false;
	}
	for (bool more = true; more;) {
		uint64_t pid;
		more = text_split(&rest, ',', &item);
		if (!text_to_u64(more ? item : rest, &pid) || pid < 1 || pid > INT32_MAX)
			return false;
		(*pids)[options->pid_count++] = (pid_t)pid;
	}
	return true;
}

static bool parse_nodes(void *field, struct options *options, const char *text)
{
	uint64_t mask;
	return parse_string(field, options, text) && proc_parse_list(text_of(text), &mask);
}

static bool parse_moment(void *field, struct options *options, const char *text)
{
	(void)options;
	for (enum moment moment = 0; moment < MOMENT_COUNT; moment++)
		if (strcmp(text, moment_names[moment]) == 0) {
			*(enum moment *)field = moment;
			return true;
		}
	return false;
}

#define FIELD(member) offsetof(struct options, member)

static const struct option_row rows[] = {
	{ 'h', ON_ALL, "help", NULL, FIELD(help), parse_flag, NULL, "print this help" },
	{ 'V', ON_ALL, "version", NULL, FIELD(version), parse_flag, NULL, "print the version" },
	{ 0, ON_MACHINE, "root", "DIR", FIELD(root), parse_string, "not a directory",
		"read DIR/proc and DIR/sys instead of those of /" },
	{ 'r', ON(SCREEN), "read-only", NULL, FIELD(read_only), parse_flag, NULL,
		"nothing is ever written; the title says READ-ONLY" },
	{ 'd', ON_SAMPLES | ON(METRICS), "delay", "SECONDS", FIELD(delay_ms), parse_seconds,
		"not a number of seconds from 0.1 to 3600",
		"seconds between samples, 0.1 to 3600, default 3" },
	{ 'n', ON_SAMPLES, "iterations", "N", FIELD(iterations), parse_count,
		"not a number from 1 to 1000000000", "stop after N samples" },
	{ 'b', ON(SCREEN), "batch", NULL, FIELD(batch), parse_flag, NULL,
		"text without a terminal, as list" },
	{ 'p', ON_MACHINE, "pid", "PID,...", FIELD(pids), parse_pids,
		"not a list of process numbers",
		"only these processes, or the cgroups that they are in" },
	{ 'u', ON_MACHINE | ON(ADJ), "user", "NAME", FIELD(user), parse_string, "not a user",
		"only processes of this user, or the cgroups that have some" },
	{ 'c', ON_MACHINE | ON(ADJ), "cgroup", "CGROUP", FIELD(cgroup), parse_string,
		"not a cgroup", "predict inside this memory cgroup; adj: all its processes" },
	{ 0, ON(SCREEN) | ON(LIST) | ON(VICTIM), "host", NULL, FIELD(host), parse_flag, NULL,
		"predict for the host, inside a container too" },
	{ 0, ON_MOMENT, "moment", "oom|now", FIELD(moment), parse_moment, "not oom or now",
		"predict for when memory has run out, the default, or for now" },
	{ 0, ON(ADJ), "name", "COMM", FIELD(name), parse_string, "not a name",
		"all processes with exactly this name" },
	{ 0, ON(ADJ), "any-user", NULL, FIELD(any_user), parse_flag, NULL,
		"with --name: of whatever users they are" },
	{ 0, ON(ADJ), "descendants", NULL, FIELD(descendants), parse_flag, NULL,
		"their children as well, and theirs" },
	{ 0, ON(ADJ), "dry-run", NULL, FIELD(dry_run), parse_flag, NULL,
		"show the changes and the next victim, write nothing" },
	{ 0, ON(SCREEN), "log", "FILE", FIELD(log), parse_string, "not a file",
		"the Events view reads FILE instead of the running kernel's log" },
	{ 0, ON(SCREEN), "config", "FILE", FIELD(config), parse_string, "not a file",
		"settings, instead of $XDG_CONFIG_HOME/oomspect/config" },
	{ 0, ON(EVENTS), "follow", NULL, FIELD(follow), parse_flag, NULL,
		"go on with events as they happen" },
	{ 0, ON(EVENTS), "boot", "N", FIELD(boot), parse_boot, "not a boot number",
		"from the journal, boot N: 0 this one, -1 the one before" },
	{ 0, ON(SCREEN) | ON(ADJ), "audit", "FILE", FIELD(audit), parse_string, "not a file",
		"append every change to FILE" },
	{ 0, ON(SCREEN), "protect", NULL, FIELD(protect), parse_flag, NULL,
		"give oomspect itself oom_score_adj -999; needs CAP_SYS_RESOURCE" },
	{ 0, ON(VICTIM), "nodes", "LIST", FIELD(nodes), parse_nodes, "not a list of nodes",
		"predict for these NUMA nodes, as cpuset.mems has them" },
	{ 's', ON_SAMPLES, "sort", "COLUMN", FIELD(sort), parse_string, "not a column",
		"sort by this column" },
	{ 'o', ON_SAMPLES, "columns", "A,B,...", FIELD(columns), parse_string,
		"not a list of columns", "show these columns" },
	{ 0, ON_SAMPLES, "list-columns", NULL, FIELD(list_columns), parse_flag, NULL,
		"name the columns and what they mean" },
	{ 'l', ON(LIST) | ON(CGROUPS), "lines", "N", FIELD(lines), parse_count,
		"not a number from 1 to 1000000000", "at most N rows" },
	{ 0, ON_JSON, "json", NULL, FIELD(json), parse_flag, NULL, "JSON, one document a line" },
	{ 'C', ON(SCREEN), "no-color", NULL, FIELD(no_color), parse_flag, NULL,
		"no colours; so does NO_COLOR in the environment" },
	{ 'U', ON(SCREEN), "ascii", NULL, FIELD(ascii), parse_flag, NULL, "ASCII only" },
	{ 'm', ON(SCREEN), "mouse", NULL, FIELD(mouse), parse_flag, NULL,
		"wheel and clicks; to select text then needs the Shift key" },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* The walk along argv. */
struct words {
	char *const *at;                                  /* the next word */
	bool options_over;                                /* "--" was there */
	const struct option_row *excludes[COMMAND_COUNT]; /* an option that the command has not */
};

static const struct option_row *find_letter(char letter)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static const struct option_row *find_name(struct text name)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (text_equals(name, rows[i].name))
			return &rows[i];
	return NULL;
}

/* Takes the option in, with the argument that stands behind it, or in the next word if `text` is
 * NULL. `given` is how the option was written. */
static enum err_code take_option(struct options *options, struct words *words,
	const struct option_row *row, const char *given, const char *text, struct err *err)
{
	if (row->argument && !text) {
		if (!*words->at)
			return err_set(
				err, ERR_SYNTAX, "%s: needs an argument %s", given, row->argument);
		text = *words->at++;
	}
	for (enum command_id id = 0; id < COMMAND_COUNT; id++)
		if (!(row->commands >> id & 1) && !words->excludes[id])
			words->excludes[id] = row;
	if (row->parse((char *)options + row->field, options, text))
		return ERR_OK;
	if (options->no_memory)
		return err_set(err, ERR_NO_MEMORY, "cannot read the command line: out of memory");
	return err_set(err, ERR_SYNTAX, "%s %s: %s", given, text, row->expected);
}

static enum err_code take_long(
	struct options *options, struct words *words, const char *word, struct err *err)
{
	char given[64];
	struct text rest = text_of(word), name;
	bool with_argument = text_split(&rest, '=', &name);
	if (!with_argument)
		name = text_of(word);
	text_copy(name, given, sizeof(given));
	text_skip(&name, "--");
	const struct option_row *row = find_name(name);
	if (!row)
		return err_set(err, ERR_SYNTAX, "%s: no such option, try --help", given);
	if (with_argument && !row->argument)
		return err_set(err, ERR_SYNTAX, "%s: takes no argument", given);
	return take_option(options, words, row, given, with_argument ? rest.at : NULL, err);
}

/* Letters may stand together, the last with its argument: -bn1. */
static enum err_code take_letters(
	struct options *options, struct words *words, const char *word, struct err *err)
{
	for (const char *at = word + 1; *at; at++) {
		char given[] = { '-', *at, '\0' };
		const struct option_row *row = find_letter(*at);
		if (!row)
			return err_set(err, ERR_SYNTAX, "%s: no such option, try --help", given);
		bool ends = row->argument != NULL;
		const char *text = ends && at[1] ? at + 1 : NULL;
		enum err_code code = take_option(options, words, row, given, text, err);
		if (code || ends)
			return code;
	}
	return ERR_OK;
}

static const struct command *command_of(
	const struct command *commands, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (commands[i].name && strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* "-5" is a number, not an option: no option is a digit. A lone "-" is an operand as well. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static enum err_code take_word(struct options *options, struct words *words, const char *word,
	const struct command **command, const struct command *commands, size_t command_count,
	struct err *err)
{
	if (!words->options_over && is_option(word)) {
		if (strcmp(word, "--") == 0) {
			words->options_over = true;
			return ERR_OK;
		}
		return word[1] == '-' ? take_long(options, words, word, err)
				      : take_letters(options, words, word, err);
	}
	if (*command) {
		options->operands[options->operand_count++] = word;
		return ERR_OK;
	}
	*command = command_of(commands, command_count, word);
	if (!*command)
		return err_set(err, ERR_SYNTAX, "%s: no such command, try --help", word);
	return ERR_OK;
}

/* Each command has columns of its own. */
static enum err_code parse_columns(
	const struct options *options, const char *names, size_t *ret_count, struct err *err)
{
	bool cgroups = options->command == COMMAND_CGROUPS;
	struct column_set set = { .count = 0 };
	enum err_code code =
		column_set_parse(&set, cgroups ? &cgroup_table : &process_table, names, err);
	*ret_count = set.count;
	return code;
}

static enum err_code check_columns(const struct options *options, struct err *err)
{
	size_t count = 0;
	enum err_code code = ERR_OK;
	if (options->columns)
		code = parse_columns(options, options->columns, &count, err);
	if (!code && options->sort)
		code = parse_columns(options, options->sort, &count, err);
	if (!code && options->sort && count != 1)
		code = err_set(err, ERR_SYNTAX, "--sort %s: one column only", options->sort);
	return code;
}

/* The options that were given must be the command's. Without one, those of the list count as well
 * as those of the screen, and make it the list. */
static enum err_code settle(struct options *options, const struct words *words,
	const struct command *command, struct err *err)
{
	options->command = command ? command->id : COMMAND_SCREEN;
	if (!command && words->excludes[COMMAND_SCREEN])
		options->command = COMMAND_LIST;
	const struct option_row *wrong = words->excludes[options->command];
	if (wrong && (command || !(wrong->commands & ON(SCREEN))))
		return err_set(err, ERR_SYNTAX, "--%s: not an option %s%s", wrong->name,
			command ? "of " : "without a command", command ? command->name : "");
	if (command && options->operand_count > command->max_operands && !options->help)
		return err_set(err, ERR_SYNTAX, "%s: one word too many for %s",
			options->operands[command->max_operands], command->name);
	return check_columns(options, err);
}

enum err_code options_parse(struct options *options, int argc, char *const argv[],
	const struct command *commands, size_t command_count, struct err *err)
{
	struct words words = { .at = argc > 0 ? argv + 1 : argv };
	const struct command *command = NULL;
	*options = (struct options){ .root = "/", .delay_ms = OPTIONS_DELAY_MS };
	options->operands = calloc((size_t)argc + 1, sizeof(*options->operands));
	if (!options->operands)
		return err_set(err, ERR_NO_MEMORY, "cannot read the command line: out of memory");
	while (*words.at) {
		enum err_code code = take_word(
			options, &words, *words.at++, &command, commands, command_count, err);
		if (code)
			return code;
	}
	return settle(options, &words, command, err);
}

void options_release(struct options *options)
{
	free(options->pids);
	free(options->operands);
	options->pids = NULL;
	options->operands = NULL;
}

static void print_row(FILE *out, const struct option_row *row)
{
	char spelled[64];
	struct line line = line_begin(spelled, sizeof(spelled));
	if (row->letter)
		line_add(&line, "  -%c, ", row->letter);
	else
		line_add(&line, "      ");
	line_add(&line, "--%s%s%s", row->name, row->argument ? " " : "",
		row->argument ? row->argument : "");
	fprintf(out, "%-28s %s\n", spelled, row->help);
}

void options_print_help(FILE *out, const struct options *options, const struct command *commands,
	size_t command_count)
{
	bool all = options->command == COMMAND_SCREEN;
	fprintf(out, "Whom the Linux OOM killer would kill next, and why.\n\n");
	for (size_t i = 0; i < command_count; i++) {
		char spelled[64];
		if (!all && commands[i].id != options->command)
			continue;
		snprintf(spelled, sizeof(spelled), "oomspect %s",
			commands[i].name ? commands[i].name : "");
		fprintf(out, "%s%s[OPTIONS]%s%s\n    %s\n", spelled, commands[i].name ? " " : "",
			commands[i].operands[0] ? " " : "", commands[i].operands, commands[i].help);
	}
	fprintf(out, "\nOptions\n");
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (all || rows[i].commands >> options->command & 1)
			print_row(out, &rows[i]);
	fprintf(out, "\nKeys of the live screen: press ?\n");
}
