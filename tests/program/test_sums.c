/* Every BAD that is printed is the MEM and the ADJ printed beside it, added up: in the golden screens,
 * and in what `list` and `victim` say of captured machines, of small cgroups and of every arithmetic
 * that kernels had. Text and JSON round alike. */
#include "support.h"
#include "support_files.h"
#include "support_run.h"
#include "support_tree.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 4096

/* --- numbers as they are printed ------------------------------------------------------------------ */

/* "289.6", "-200": tenths. False for "unk", "-" and whatever else stands where a number could. */
static bool parse_tenths(const char *at, size_t length, long *ret)
{
	bool negative = length && at[0] == '-';
	size_t i = negative;
	long value = 0;
	for (; i < length && at[i] >= '0' && at[i] <= '9'; i++)
		value = value * 10 + (at[i] - '0');
	if (i == (size_t)negative)
		return false;
	value *= 10;
	if (i + 2 == length && at[i] == '.' && at[i + 1] >= '0' && at[i + 1] <= '9') {
		value += at[i + 1] - '0';
		i += 2;
	}
	*ret = negative ? -value : value;
	return i == length;
}

static void check_sum(const char *where, const char *line, long bad, long mem, long adj)
{
	if (bad != mem + adj)
		fail_msg("%s: %ld tenths are not %ld + %ld in \"%s\"", where, bad, mem, adj, line);
}

/* The lines of a text, one after the other, without their newlines. */
static bool next_line(const char **at, char line[LINE_SIZE])
{
	size_t length = strcspn(*at, "\n");
	if (!**at)
		return false;
	snprintf(line, LINE_SIZE, "%.*s", (int)length, *at);
	*at += length + ((*at)[length] == '\n');
	return true;
}

/* --- tables: MEM, ADJ and BAD below their titles -------------------------------------------------- */

/* Where the three end in a line of titles: numbers stand flush right. */
struct titles {
	size_t mem, adj, bad;
};

static size_t end_of_word(const char *line, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = line; (at = strstr(at, word)); at++)
		if ((at == line || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return (size_t)(at - line) + length;
	return 0;
}

static bool is_titles(const char *line, struct titles *ret)
{
	*ret = (struct titles){ end_of_word(line, "MEM"), end_of_word(line, "ADJ"),
		end_of_word(line, "BAD") };
	return ret->mem && ret->adj > ret->mem && ret->bad > ret->adj && end_of_word(line, "PID");
}

static bool cell(const char *line, size_t end, long *ret)
{
	size_t begin = end;
	if (strlen(line) < end || (line[end] && line[end] != ' '))
		return false;
	while (begin > 0 && line[begin - 1] != ' ')
		begin--;
	return parse_tenths(line + begin, end - begin, ret);
}

static size_t check_row(const char *where, const char *line, const struct titles *titles)
{
	long mem, adj, bad;
	if (!titles->mem || !cell(line, titles->mem, &mem) || !cell(line, titles->adj, &adj) ||
		!cell(line, titles->bad, &bad))
		return 0;
	check_sum(where, line, bad, mem, adj);
	return 1;
}

/* --- sentences, and the sums of NEXT and Detail ----------------------------------------------------- */

#define N "(-?[0-9]+(\\.[0-9])?)"

static const struct pattern {
	const char *regex;
	int bad, mem, sign, adj; /* which brackets */
} patterns[] = {
	{ "BAD " N " = MEM " N " ([+-]) ADJ " N, 1, 3, 5, 6 },
	{ N " = " N " ([+-]) " N "( |$)", 1, 3, 5, 6 },
	{ N " points( \\([0-9-]+ pages\\))? = " N " for its memory ([+-]) " N " for oom_score_adj",
		1, 4, 6, 7 },
};

static long matched(const char *line, const regmatch_t *match)
{
	long value = 0;
	assert_true(
		parse_tenths(line + match->rm_so, (size_t)(match->rm_eo - match->rm_so), &value));
	return value;
}

static size_t check_pattern(const char *where, const char *line, const struct pattern *pattern)
{
	regmatch_t match[12];
	regex_t regex;
	size_t count = 0;
	assert_int_equal(regcomp(&regex, pattern->regex, REG_EXTENDED), 0);
	for (const char *at = line; !regexec(&regex, at, ARRAY_SIZE(match), match, 0);
		at += match[0].rm_eo) {
		long adj = matched(at, &match[pattern->adj]);
		bool minus = at[match[pattern->sign].rm_so] == '-';
		check_sum(where, line, matched(at, &match[pattern->bad]),
			matched(at, &match[pattern->mem]), minus ? -adj : adj);
		count++;
	}
	regfree(&regex);
	return count;
}

/* --- the dialog: what a value would make of BAD ------------------------------------------------------ */

struct dialog {
	long now, then; /* tenths; the dialog has them as "now  0  new [-200 ]" */
	bool open;
};

static size_t check_dialog(const char *where, const char *line, struct dialog *dialog)
{
	char before[16], after[16], mem[16];
	long values[3];
	int now, then;
	if (sscanf(line, "| now %d new [%d", &now, &then) == 2)
		*dialog = (struct dialog){ now * 10L, then * 10L, true };
	if (!dialog->open ||
		sscanf(line, "| BAD = MEM + ADJ %15s %15s (MEM %15s", before, after, mem) != 3)
		return 0;
	if (!parse_tenths(before, strlen(before), &values[0]) ||
		!parse_tenths(mem, strlen(mem), &values[2]))
		return 0;
	check_sum(where, line, values[0], values[2], dialog->now);
	if (parse_tenths(after, strlen(after), &values[1]))
		check_sum(where, line, values[1], values[2], dialog->then);
	return 1;
}

/* Checks every sum in a text; how many there were. */
static size_t check_text(const char *where, const char *text)
{
	char line[LINE_SIZE];
	struct titles titles = { 0 }, found;
	struct dialog dialog = { .open = false };
	size_t count = 0;
	while (next_line(&text, line)) {
		if (is_titles(line, &found))
			titles = found;
		else
			count += check_row(where, line, &titles);
		for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
			count += check_pattern(where, line, &patterns[i]);
		count += check_dialog(where, line, &dialog);
	}
	return count;
}

/* --- golden screens ---------------------------------------------------------------------------------- */

static const struct screen_row {
	const char *claim;
	size_t sums; /* that it has at least */
} screen_rows[] = {
	{ "procs-80x24", 12 },
	{ "procs-160x50", 13 },
	{ "procs-tree-80x24", 12 },
	{ "machine-4.19-80x24", 10 },
	{ "machine-6.18-160x50", 20 },
	{ "cgroups-160x50", 2 },
	{ "detail-160x50", 3 },
	{ "adjust-80x24", 1 },
};

static size_t check_screen_file(const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	char *text = file_text(path);
	size_t count = check_text(path, text);
	free(text);
	return count;
}

static void adds_up_on_the_screen(void **state)
{
	const struct screen_row *row = *state;
	assert_in_range(check_screen_file(row->claim), row->sums, 1000);
}

static void adds_up_on_every_screen(void **state)
{
	DIR *dir = opendir("tests/screens");
	const struct dirent *entry;
	size_t count = 0;
	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char name[256];
		const char *dot = strrchr(entry->d_name, '.');
		/* Numbers are masked in what the machine itself is shown as. */
		if (!dot || strcmp(dot, ".txt") != 0 || strncmp(entry->d_name, "rights-", 7) == 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(dot - entry->d_name), entry->d_name);
		count += check_screen_file(name);
	}
	closedir(dir);
	assert_in_range(count, 200, 100000);
}

/* --- what the program prints -------------------------------------------------------------------------- */

/* A machine, and one question about it. */
struct asked {
	const char *root, *moment, *cgroup; /* cgroup NULL: the host */
};

static struct run ask(const struct asked *asked, const char *command, const char *format)
{
	const char *words[10] = { command, "--root", asked->root, "--moment", asked->moment,
		asked->cgroup ? "--cgroup" : "--host" };
	size_t count = 6;
	if (asked->cgroup)
		words[count++] = asked->cgroup;
	words[count] = format;
	struct run run = run_program(words);
	if (run.status != 0)
		fail_msg("%s of %s: %s", command, asked->root, run.err);
	return run;
}

static json_t *ask_json(const struct asked *asked, const char *command)
{
	struct run run = ask(asked, command, "--json");
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	run_release(&run);
	return document;
}

/* Thousandths with one decimal, as tenths; false for null. */
static bool member(const json_t *object, const char *name, long *ret)
{
	const json_t *value = json_object_get(object, name);
	assert_non_null(value);
	if (!json_is_number(value))
		return false;
	double tenths = json_number_value(value) * 10;
	*ret = (long)(tenths + (tenths < 0 ? -0.5 : 0.5));
	double off = tenths - (double)*ret;
	assert_true(off < 1e-6 && off > -1e-6);
	return true;
}

static size_t check_process(const char *where, const json_t *process)
{
	long mem, adj, bad;
	char line[64];
	if (!json_is_object(process) || !member(process, "badness_permille", &bad))
		return 0;
	assert_true(member(process, "mem_permille", &mem) && member(process, "adj_permille", &adj));
	snprintf(line, sizeof(line), "process %" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(process, "pid")));
	check_sum(where, line, bad, mem, adj);
	return 1;
}

static size_t check_processes(const char *where, const json_t *processes)
{
	size_t index, count = 0;
	const json_t *process;
	json_array_foreach(processes, index, process) count += check_process(where, process);
	return count;
}

/* What a cell of the list has is what the member has; "-" and "unk" are null. */
static void check_cell(const char *line, size_t end, const json_t *process, const char *name)
{
	long shown = 0, told = 0;
	bool is_shown = cell(line, end, &shown), is_told = member(process, name, &told);
	if (is_shown != is_told || shown != told)
		fail_msg("%s is %ld (%s) of \"%s\"", name, told, is_told ? "known" : "null", line);
}

/* The rows of `list` one by one, beside the processes of its document. */
static void check_same(const char *text, const json_t *processes)
{
	char line[LINE_SIZE];
	struct titles titles;
	size_t index;
	const json_t *process;
	assert_true(next_line(&text, line) && is_titles(line, &titles));
	json_array_foreach(processes, index, process)
	{
		assert_true(next_line(&text, line));
		check_cell(line, titles.mem, process, "mem_permille");
		/* What cannot be killed has a value, and nothing for it to weigh in. */
		if (json_is_number(json_object_get(process, "badness_permille")))
			check_cell(line, titles.adj, process, "adj_permille");
		check_cell(line, titles.bad, process, "badness_permille");
	}
	assert_false(next_line(&text, line));
}

static size_t check_list(const struct asked *asked)
{
	struct run text = ask(asked, "list", NULL);
	json_t *document = ask_json(asked, "list");
	const json_t *processes = json_object_get(document, "processes");
	size_t count = check_text("list", text.out);
	assert_int_equal(count, check_processes("list --json", processes));
	check_same(text.out, processes);
	json_decref(document);
	run_release(&text);
	return count;
}

static size_t check_victim(const struct asked *asked)
{
	struct run text = ask(asked, "victim", NULL);
	json_t *document = ask_json(asked, "victim");
	const json_t *now = json_object_get(document, "now");
	size_t count = check_text("victim", text.out);
	assert_int_equal(check_process("victim", json_object_get(document, "victim")), 1);
	assert_int_equal(check_process("victim now", json_object_get(now, "victim")), 1);
	check_processes("dies_with", json_object_get(document, "dies_with"));
	check_processes("dies_with now", json_object_get(now, "dies_with"));
	check_processes("runners_up", json_object_get(document, "runners_up"));
	json_decref(document);
	run_release(&text);
	return count;
}

/* At least so many sums in the text of list, and in that of victim. */
static void check_domain(const struct asked *asked, size_t listed, size_t told)
{
	assert_in_range(check_list(asked), listed, 10000);
	assert_in_range(check_victim(asked), told, 10000);
}

static const struct captured_row {
	const char *claim, *root, *cgroup;
} captured_rows[] = {
	{ "a captured 6.18", "tests/fixtures/machine-6.18", NULL },
	{ "its small cgroup", "tests/fixtures/machine-6.18", "/batch" },
	{ "its container", "tests/fixtures/machine-6.18", "/" },
	{ "a captured 4.19", "tests/fixtures/machine-4.19", NULL },
	{ "the small cgroup of 4.19", "tests/fixtures/machine-4.19", "/batch" },
};

static void adds_up_of_a_captured_machine(void **state)
{
	const struct captured_row *row = *state;
	const struct asked oom = { row->root, "oom", row->cgroup };
	const struct asked now = { row->root, "now", row->cgroup };
	/* NEXT, why, and five who are next. */
	check_domain(&oom, 5, 7);
	check_domain(&now, 5, 7);
}

/* --- small cgroups, every arithmetic ------------------------------------------------------------------- */

/* Pages, around what an adj's weight turns on: below 1000 it has none, from 100,000 on all of it. */
static const int64_t limits[] = { 999, 1000, 1999, 5999, 12800, 99999, 100000, 250000 };

static const struct kernel_row {
	const char *claim, *release;
} kernel_rows[] = {
	{ "6.12: signed points", "6.12.0" },
	{ "5.10: signed points", "5.10.0" },
	{ "5.2: at least one point", "5.2.0" },
	{ "4.19: a child in its parent's place", "4.19.222" },
	{ "4.9: root has 3 % of its own less", "4.9.0" },
	{ "3.10: root has 30 thousandths less", "3.10.0" },
	{ "3.2: permille, root has 30 less", "3.2.0" },
	{ "2.6.36: permille without page tables", "2.6.36" },
	{ "el6: permille under the number 2.6.32", "2.6.32-754.el6.x86_64" },
};

static void add_group(const struct tree *tree, const char *group, const char *limit)
{
	char path[96];
	snprintf(path, sizeof(path), "sys/fs/cgroup/memory%s/memory.limit_in_bytes", group);
	tree_write(tree, path, limit);
	snprintf(path, sizeof(path), "sys/fs/cgroup/memory%s/memory.usage_in_bytes", group);
	tree_write(tree, path, "4096\n");
	/* Else the swap of the machine is added to it. */
	snprintf(path, sizeof(path), "sys/fs/cgroup/memory%s/memory.swappiness", group);
	tree_write(tree, path, "0\n");
}

/* Sizes that divide by nothing, values from end to end, every other one with root's bonus. */
static void fill(const struct tree *tree, const char *group, int64_t limit, pid_t *pid)
{
	static const int adjs[] = { 994, -994, 1, -1, 0, 1000, -999, 333, -1000 };
	for (size_t i = 0; i < ARRAY_SIZE(adjs); i++, ++*pid) {
		const struct tree_process process = { .pid = *pid,
			.ppid = i % 3 == 2 ? *pid - 1 : 1,
			.start = 100 + (uint64_t)i,
			.rss = limit * (int64_t)(i + 1) / 13 + 7,
			.swap = limit / 37,
			.pte_kb = 4 * (limit / 501),
			.adj = adjs[i],
			.oom_score = 1,
			.cap_eff = i % 2 ? 1u << 21 : 0,
			.cgroup = group };
		tree_add(tree, &process);
	}
}

static void make_machine(struct tree *tree, const char *release)
{
	const struct tree_process init = { .pid = 1, .rss = 1000, .cgroup = "/" };
	char group[32], text[64];
	pid_t pid = 100;
	tree_init(tree);
	snprintf(text, sizeof(text), "%s\n", release);
	tree_write(tree, "proc/sys/kernel/osrelease", text);
	tree_write(tree, "proc/self/mountinfo",
		"31 1 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
	add_group(tree, "", "9223372036854771712\n");
	tree_add(tree, &init);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		snprintf(group, sizeof(group), "/g%" PRId64, limits[i]);
		snprintf(text, sizeof(text), "%" PRId64 "\n", limits[i] * 4096);
		add_group(tree, group, text);
		fill(tree, group, limits[i], &pid);
	}
}

static int64_t totalpages(const struct asked *asked)
{
	json_t *document = ask_json(asked, "list");
	const json_t *domain = json_object_get(document, "domain");
	int64_t pages = json_integer_value(json_object_get(domain, "totalpages"));
	json_decref(document);
	return pages;
}

/* All their memory is anonymous: one moment is like the other. */
static void adds_up_in_small_cgroups(void **state)
{
	const struct kernel_row *row = *state;
	struct tree tree;
	char group[32];
	make_machine(&tree, row->release);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct asked asked = { tree.path, "oom", group };
		snprintf(group, sizeof(group), "/g%" PRId64, limits[i]);
		assert_int_equal(totalpages(&asked), limits[i]);
		check_domain(&asked, 8, 7);
	}
	const struct asked host = { tree.path, "oom", NULL };
	check_domain(&host, 8 * ARRAY_SIZE(limits), 7);
	tree_release(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_on_every_screen),
	};
	return run_rows("golden screens", screen_rows, adds_up_on_the_screen) +
	       cmocka_run_group_tests_name("all golden screens", tests, NULL, NULL) +
	       run_rows("captured machines", captured_rows, adds_up_of_a_captured_machine) +
	       run_rows("small cgroups", kernel_rows, adds_up_in_small_cgroups);
}
