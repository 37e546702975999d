/* The program against the contract that other programs rely on: commands, options, JSON members,
 * metrics. Where the contract's own text is at hand (../shared/cli.md) it is read too. */
#include "support.h"
#include "support_run.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE  "tests/fixtures/machine-6.18"
#define CONTRACT "../shared/cli.md"

/* --- JSON: every member is there, whatever its value */

struct json_row {
	const char *claim;
	const char *words[8];
	const char *path;    /* of the object, "a.b" and "a[]" for the first of an array */
	const char *members; /* separated by blanks */
};

#define PROCESS_MEMBERS \
	"pid ppid tgid uid user comm state start_ticks cgroup oom_score oom_score_adj " \
	"badness_pages mem_permille adj_permille badness_permille rank unkillable rss_kb " \
	"rss_anon_kb rss_file_kb rss_shmem_kb swap_kb pgtables_kb cmdline"
#define HOST_MEMBERS \
	"kernel page_size total_pages mem_total_kb mem_available_kb swap_total_kb swap_free_kb " \
	"committed_kb commit_limit_kb psi_some_avg10 psi_full_avg10 oom_kill era vm"
#define CGROUP_MEMBERS \
	"path name kind id usage_bytes limit_bytes effective_limit_bytes limited_by " \
	"headroom_bytes high_bytes swap_bytes swap_limit_bytes peak_bytes reclaimable_bytes " \
	"unreclaimable_bytes anon_bytes file_bytes shmem_bytes kernel_bytes processes oom_group " \
	"oom_kill_disable under_oom oom oom_kill max_events psi_some_avg10 growth_bytes_s eta_s " \
	"victim"
#define EVENT_MEMBERS \
	"schema source event time_unix boot_s kernel invoker gfp_mask gfp_flags order " \
	"constraint scope oom_memcg task_memcg trigger outcome complete chosen victims tasks " \
	"task_count limit_kb usage_kb why lines"
#define EVENTS \
	{ \
		"events", "--json", "tests/fixtures/klog/6.12-memcg-group.kmsg" \
	}
#define LIST \
	{ \
		"list", "--json", "--root", MACHINE \
	}
#define VICTIM \
	{ \
		"victim", "--json", "--root", MACHINE \
	}
#define GROUPS \
	{ \
		"cgroups", "--json", "--root", MACHINE \
	}

static const struct json_row json_rows[] = {
	{ "the list", LIST, "", "schema time_unix boot_s host domain moment uncertain processes" },
	{ "the list's machine", LIST, "host", HOST_MEMBERS },
	{ "its settings", LIST, "host.vm",
		"overcommit_memory overcommit_ratio panic_on_oom oom_kill_allocating_task "
		"oom_dump_tasks swappiness min_free_kbytes" },
	{ "its domain", LIST, "domain", "kind path nodes totalpages limit_bytes" },
	{ "a process of the list", LIST, "processes[]", PROCESS_MEMBERS },
	{ "the prediction", VICTIM, "",
		"schema host domain moment prediction victim dies_with margin_pages margin_bytes "
		"runners_up frees_kb why now differ uncertain" },
	{ "the victim", VICTIM, "victim", PROCESS_MEMBERS },
	{ "a runner-up", VICTIM, "runners_up[]", PROCESS_MEMBERS },
	{ "the answer now", VICTIM, "now", "victim dies_with margin_pages frees_kb" },
	{ "the victim now", VICTIM, "now.victim", PROCESS_MEMBERS },
	{ "the cgroups", GROUPS, "", "schema moment uncertain version cgroups" },
	{ "a cgroup", GROUPS, "cgroups[]", CGROUP_MEMBERS },
	{ "its victim", GROUPS, "cgroups[].victim", "pid comm badness_pages" },
	{ "an event", EVENTS, "", EVENT_MEMBERS },
	{ "who asked", EVENTS, "invoker", "comm pid oom_score_adj" },
	{ "who was chosen", EVENTS, "chosen", "pid comm score" },
	{ "who died", EVENTS, "victims[]",
		"pid comm uid total_vm_kb anon_rss_kb file_rss_kb shmem_rss_kb pgtables_kb "
		"oom_score_adj reaped" },
	{ "a row of the table", EVENTS, "tasks[]",
		"pid tgid uid total_vm_pages rss_pages pgtables_bytes swapents_pages oom_score_adj "
		"comm badness_pages rank" },
};

static const json_t *follow(const json_t *object, const char *path)
{
	char copy[64], *rest = NULL;
	snprintf(copy, sizeof(copy), "%s", path);
	for (char *step = strtok_r(copy, ".", &rest); step; step = strtok_r(NULL, ".", &rest)) {
		char *brackets = strstr(step, "[]");
		if (brackets)
			*brackets = '\0';
		object = json_object_get(object, step);
		if (brackets)
			object = json_array_get(object, 0);
	}
	return object;
}

static void check_json(void **state)
{
	const struct json_row *row = *state;
	struct run run = run_program(row->words);
	char copy[1024], *rest = NULL, schema[64];
	assert_int_equal(run.status, 0);
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	/* The three that predict have been changed once. */
	int version = strcmp(row->words[0], "events") == 0 ? 1 : 2;
	snprintf(schema, sizeof(schema), "oomspect.%s/%d", row->words[0], version);
	assert_string_equal(json_string_value(json_object_get(document, "schema")), schema);
	const json_t *object = follow(document, row->path);
	assert_true(json_is_object(object));
	snprintf(copy, sizeof(copy), "%s", row->members);
	for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		if (!json_object_get(object, name))
			fail_msg("no member '%s'", name);
	json_decref(document);
	run_release(&run);
}

/* A machine has one document for each sample, each on a line of its own. */
static void samples_are_lines(void **state)
{
	(void)state;
	struct run run = RUN("list", "--json", "--root", MACHINE, "-n", "3", "-d", "0.1");
	size_t lines = 0;
	char *rest = NULL;
	for (char *line = strtok_r(run.out, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		json_t *document = json_loads(line, 0, NULL);
		assert_non_null(document);
		json_decref(document);
		lines++;
	}
	assert_int_equal(lines, 3);
	run_release(&run);
}

/* --- metrics */

static const char *const metric_names[] = { "oomspect_mem_available_bytes",
	"oomspect_oom_kill_total", "oomspect_cgroup_usage_bytes", "oomspect_cgroup_limit_bytes",
	"oomspect_cgroup_oom_kill_total", "oomspect_next_victim_info",
	"oomspect_next_victim_badness_ratio", "oomspect_next_victim_uncertain" };

static void metrics_have_every_name(void **state)
{
	(void)state;
	struct run run = RUN("metrics", "--root", MACHINE);
	assert_int_equal(run.status, 0);
	for (size_t i = 0; i < ARRAY_SIZE(metric_names); i++) {
		char type[128];
		snprintf(type, sizeof(type), "# TYPE %s ", metric_names[i]);
		assert_non_null(strstr(run.out, type));
	}
	run_release(&run);
}

/* --- status and help */

struct status_row {
	const char *claim;
	const char *words[8];
	int status;
	const char *out; /* how it begins */
};

static const struct status_row status_rows[] = {
	{ "--help", { "--help" }, 0, "Whom the Linux OOM killer" },
	{ "--help of a command", { "victim", "-h" }, 0, "Whom the Linux OOM killer" },
	{ "--version", { "-V" }, 0, "oomspect " },
	{ "--version of a command", { "metrics", "--version" }, 0, "oomspect " },
	{ "--list-columns", { "list", "--list-columns" }, 0, "" },
	{ "--list-columns of cgroups", { "cgroups", "--list-columns" }, 0, "" },
	{ "a victim", VICTIM, 0, "{" },
	{ "nobody can be killed", { "victim", "--root", MACHINE, "-u", "daemon" }, 3,
		"no prediction: " },
	{ "no event in the text", { "events", "/dev/null" }, 0, "No OOM event in /dev/null." },
	{ "no event as JSON is no line", { "events", "--json", "/dev/null" }, 0, "" },
	{ "options before the command", { "--root", MACHINE, "--json", "list" }, 0, "{" },
	{ "after two dashes there are files", { "events", "--", "--json" }, 1, "" },
};

static void check_status(void **state)
{
	const struct status_row *row = *state;
	struct run run = run_program(row->words);
	if (run.status != row->status || strncmp(run.out, row->out, strlen(row->out)) != 0)
		fail_msg("status %d, \"%.80s\", \"%s\"", run.status, run.out, run.err);
	if (run.status != 1)
		assert_string_equal(run.err, "");
	run_release(&run);
}

/* --- the text of the contract itself */

static char *help_of(const char *command)
{
	bool screen = strcmp(command, "screen") == 0;
	struct run run = screen ? RUN("--help") : RUN(command, "--help");
	char *text = strdup(run.out);
	assert_int_equal(run.status, 0);
	run_release(&run);
	return text;
}

/* What the contract has for later: whatever is built must leave these lists. */
static const char *const later_commands[] = { "memory", "check", "record" };
static const char *const later_options[] = { "--replay", "--at" };

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* An option stands in a help as "--name" and a blank or the end of the line behind it. */
static bool help_has(const char *help, const char *name)
{
	for (const char *at = help; (at = strstr(at, name)); at++)
		if (at[strlen(name)] == ' ' && at[-1] == ' ')
			return true;
	return false;
}

static void check_cell(const char *options, const char *command)
{
	char *help = help_of(command), copy[1024], *rest = NULL;
	snprintf(copy, sizeof(copy), "%s", options);
	for (char *word = strtok_r(copy, " `,", &rest); word; word = strtok_r(NULL, " `,", &rest)) {
		if (strncmp(word, "--", 2) != 0)
			continue;
		bool later = is_one_of(word, later_options, ARRAY_SIZE(later_options));
		if (help_has(help, word) == later)
			fail_msg("%s of %s: %s", word, command,
				later ? "is there, and listed as missing" : "is missing");
	}
	free(help);
}

/* "| `-h --help` ... | screen list | meaning |" */
static void check_table_row(char *line)
{
	static const char all[] = "screen list cgroups victim events adj metrics capture";
	/* A bar inside of a cell is escaped. */
	char *options = line, *commands = strstr(line, "` | "), copy[1024], *more = NULL;
	assert_non_null(commands);
	*commands = '\0';
	commands += strlen("` |");
	char *end = strstr(commands + 1, " | ");
	assert_non_null(end);
	end[1] = '\0';
	snprintf(copy, sizeof(copy), "%s", strcmp(commands, " all ") == 0 ? all : commands);
	for (char *word = strtok_r(copy, " ,", &more); word; word = strtok_r(NULL, " ,", &more))
		if (!is_one_of(word, later_commands, ARRAY_SIZE(later_commands)))
			check_cell(options, word);
}

static void every_option_of_the_contract_is_there(void **state)
{
	char line[1024];
	size_t rows = 0;
	FILE *file = fopen(CONTRACT, "r");
	(void)state;
	if (!file)
		skip_because("there is no " CONTRACT " here");
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "| `-", 4) != 0)
			continue;
		check_table_row(line);
		rows++;
	}
	fclose(file);
	assert_true(rows >= 10);
}

static void every_command_of_the_contract_is_there(void **state)
{
	char line[1024], command[32];
	size_t commands = 0;
	FILE *file = fopen(CONTRACT, "r");
	(void)state;
	if (!file)
		skip_because("there is no " CONTRACT " here");
	char *help = help_of("screen");
	while (fgets(line, sizeof(line), file)) {
		char usage[64];
		if (sscanf(line, "oomspect %31[a-z] ", command) != 1)
			continue;
		snprintf(usage, sizeof(usage), "oomspect %s [OPTIONS]", command);
		bool later = is_one_of(command, later_commands, ARRAY_SIZE(later_commands));
		assert_int_equal(strstr(help, usage) != NULL, !later);
		commands++;
	}
	free(help);
	fclose(file);
	assert_int_equal(commands, 7 + ARRAY_SIZE(later_commands));
}

/* Every word of the contract that is a metric's name. */
static void every_metric_of_the_contract_is_tested(void **state)
{
	char line[2048];
	size_t found = 0;
	FILE *file = fopen(CONTRACT, "r");
	(void)state;
	if (!file)
		skip_because("there is no " CONTRACT " here");
	while (fgets(line, sizeof(line), file))
		for (char *at = line; (at = strstr(at, "`oomspect_")); at++) {
			size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_"), i = 0;
			if (length == strlen("oomspect_"))
				continue; /* the prefix that all have */
			while (i < ARRAY_SIZE(metric_names) &&
				(strlen(metric_names[i]) != length ||
					strncmp(metric_names[i], at + 1, length) != 0))
				i++;
			assert_true(i < ARRAY_SIZE(metric_names));
			found++;
		}
	fclose(file);
	assert_int_equal(found, ARRAY_SIZE(metric_names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_lines),
		cmocka_unit_test(metrics_have_every_name),
		cmocka_unit_test(every_option_of_the_contract_is_there),
		cmocka_unit_test(every_command_of_the_contract_is_there),
		cmocka_unit_test(every_metric_of_the_contract_is_tested),
	};
	return run_rows("JSON", json_rows, check_json) +
	       run_rows("status", status_rows, check_status) +
	       cmocka_run_group_tests_name("contract", tests, NULL, NULL);
}
