/* BAD = MEM + ADJ wherever the three are printed: on every golden screen, in the text and the JSON
 * of list and victim, of machines of all eras, large domains and small ones. */
#include "support.h"
#include "support_run.h"
#include "support_tree.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREENS "tests/screens"

/* A number with at most one decimal, as tenths; false for anything else ("unk", "-"). */
static bool take_tenths(const char *word, size_t length, long *ret)
{
	char copy[32], *end;
	if (length == 0 || length >= sizeof(copy))
		return false;
	memcpy(copy, word, length);
	copy[length] = '\0';
	double value = strtod(copy, &end);
	*ret = (long)(value * 10 + (value < 0 ? -0.5 : 0.5));
	return *end == '\0' && end != copy;
}

/* --- lines "BAD 1039.1 = MEM 39.1 + ADJ 1000" and "1039.1 points (...) = 39.1 for its memory + ..." */

static size_t check_sentence(const char *line)
{
	double bad, mem, adj;
	char sign;
	size_t sums = 0;
	const char *at = strstr(line, "BAD ");
	if (at && sscanf(at, "BAD %lf = MEM %lf + ADJ %lf", &bad, &mem, &adj) == 3) {
		if (bad - mem - adj > 0.01 || bad - mem - adj < -0.01)
			fail_msg("%s", line);
		sums++;
	}
	at = strstr(line, " points");
	if (!at || !strstr(line, " for its memory "))
		return sums;
	const char *equals = strstr(line, " = ");
	const char *points = strstr(line, " points");
	while (points > line && points[-1] != ' ')
		points--;
	if (!equals || sscanf(points, "%lf", &bad) != 1 ||
		sscanf(equals, " = %lf for its memory %c %lf for", &mem, &sign, &adj) != 3)
		return sums;
	adj = sign == '-' ? -adj : adj;
	if (bad - mem - adj > 0.01 || bad - mem - adj < -0.01)
		fail_msg("%s", line);
	return sums + 1;
}

/* --- tables: the columns stand where their titles end ---------------------------------------------- */

struct table {
	int mem, adj, bad; /* one past the last column of each title; 0: this is no table */
};

static int end_of(const char *titles, const char *title)
{
	for (const char *at = titles; (at = strstr(at, title)); at++)
		if ((at == titles || at[-1] == ' ') && at[strlen(title)] == ' ')
			return (int)(at - titles + (long)strlen(title));
	return 0;
}

static struct table table_of(const char *line)
{
	struct table table = { end_of(line, "MEM"), end_of(line, "ADJ"), end_of(line, "BAD") };
	if (!table.mem || !table.adj || !table.bad || !strstr(line, "RK"))
		return (struct table){ 0, 0, 0 };
	return table;
}

/* The word that ends before column `end`. */
static bool cell(const char *line, int end, long *ret)
{
	if ((int)strlen(line) < end || line[end - 1] == ' ')
		return false;
	int begin = end;
	while (begin > 0 && line[begin - 1] != ' ' && line[begin - 1] != '|')
		begin--;
	return take_tenths(line + begin, (size_t)(end - begin), ret);
}

static size_t check_row(const struct table *table, const char *line)
{
	long mem, adj, bad;
	if (!table->mem || !cell(line, table->mem, &mem) || !cell(line, table->adj, &adj) ||
		!cell(line, table->bad, &bad))
		return 0;
	if (bad != mem + adj)
		fail_msg("%s", line);
	return 1;
}

/* How many sums stand in a text; each must add up. */
static size_t check_text(char *text)
{
	struct table table = { 0, 0, 0 };
	char *rest = NULL;
	size_t sums = 0;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct table titles = table_of(line);
		if (titles.mem)
			table = titles;
		sums += check_row(&table, line) + check_sentence(line);
	}
	return sums;
}

/* --- JSON: every object that has the three ------------------------------------------------------------ */

static size_t check_json(const json_t *value)
{
	size_t sums = 0, index;
	const char *name;
	json_t *member;
	json_array_foreach((json_t *)(uintptr_t)value, index, member) sums += check_json(member);
	json_object_foreach((json_t *)(uintptr_t)value, name, member) sums += check_json(member);
	const json_t *bad = json_object_get(value, "badness_permille");
	if (!json_is_number(bad))
		return sums;
	double sum = json_number_value(json_object_get(value, "mem_permille")) +
		     json_number_value(json_object_get(value, "adj_permille"));
	double off = json_number_value(bad) - sum;
	if (off > 0.01 || off < -0.01)
		fail_msg("pid %" JSON_INTEGER_FORMAT ": %f is not %f",
			json_integer_value(json_object_get(value, "pid")), json_number_value(bad),
			sum);
	return sums + 1;
}

/* --- where they come from --------------------------------------------------------------------------- */

static void golden_screens_add_up(void **state)
{
	static char text[1 << 16];
	char path[512];
	size_t sums = 0, screens = 0;
	DIR *directory = opendir(SCREENS);
	(void)state;
	assert_non_null(directory);
	for (const struct dirent *entry; (entry = readdir(directory));) {
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, "rights-", 7) == 0)
			continue; /* numbers are masked there */
		snprintf(path, sizeof(path), SCREENS "/%s", entry->d_name);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		sums += check_text(text);
		screens++;
	}
	closedir(directory);
	assert_true(screens > 30);
	assert_true(sums > 200);
}

static size_t check_program(const char *const words[])
{
	struct run run = run_program(words);
	assert_true(run.status == 0 || run.status == 3);
	json_t *document = json_loads(run.out, 0, NULL);
	size_t sums = document ? check_json(document) : check_text(run.out);
	json_decref(document);
	run_release(&run);
	return sums;
}

/* One machine: a root process with the bonus of its era, shielded and offered ones, in a cgroup of
 * `limit_kb`. */
static void make_machine(struct tree *tree, const char *release, unsigned limit_kb)
{
	static const int adjs[] = { 0, 994, -994, 500, 333, -17, 1000, -999 };
	char text[64];
	tree_init(tree);
	snprintf(text, sizeof(text), "%s\n", release);
	tree_write(tree, "proc/sys/kernel/osrelease", text);
	tree_write(tree, "proc/self/mountinfo",
		"31 1 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
	tree_write(tree, "sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
	tree_write(tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	tree_write(tree, "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1000\n");
	snprintf(text, sizeof(text), "%u\n", limit_kb * 1024);
	tree_write(tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", text);
	for (size_t i = 0; i < ARRAY_SIZE(adjs); i++) {
		const struct tree_process process = {
			.pid = (pid_t)(10 + i),
			.ppid = 1,
			.start = 10 + i,
			.rss = 117 + 61 * (int64_t)i,
			.swap = 13 * (int64_t)i,
			.pte_kb = 8,
			.adj = adjs[i],
			.oom_score = 1,
			.cgroup = "/a",
			.cap_eff = i % 2 ? 0x200000 : 0,
		};
		tree_add(tree, &process);
	}
}

struct sum_row {
	const char *claim, *release;
	unsigned limit_kb;
};

static const struct sum_row rows[] = {
	{ "today, 4 GiB", "6.18.4", 4 << 20 },
	{ "today, 391 MiB: an adj has its full weight", "6.18.4", 400400 },
	{ "today, 390 MiB: an adj weighs less", "6.18.4", 399360 },
	{ "today, 20 MiB", "6.18.4", 20480 },
	{ "today, 999 pages: an adj weighs nothing", "6.18.4", 3996 },
	{ "5.2, 20 MiB: at least one point", "5.2.0", 20480 },
	{ "4.9, 20 MiB: root has 3 percent less", "4.9.0", 20480 },
	{ "4.9, 4 GiB", "4.9.0", 4 << 20 },
	{ "3.10, 20 MiB: root has 30 points less", "3.10.0", 20480 },
	{ "3.2, 20 MiB: points are thousandths", "3.2.0", 20480 },
	{ "3.2, 4 GiB", "3.2.0", 4 << 20 },
	{ "2.6.36, 4 GiB", "2.6.36", 4 << 20 },
};

static void check_sums(void **state)
{
	const struct sum_row *row = *state;
	static const char *const domains[] = { "--host", "-ca" };
	static const char *const moments[] = { "oom", "now" };
	struct tree tree;
	size_t sums = 0;
	make_machine(&tree, row->release, row->limit_kb);
	for (size_t i = 0; i < 4; i++) {
		const char *domain = domains[i % 2], *moment = moments[i / 2];
		const char *const list[] = { "list", domain, "--moment", moment, "--root",
			tree.path, NULL };
		const char *const list_json[] = { "list", domain, "--moment", moment, "--root",
			tree.path, "--json", NULL };
		const char *const victim[] = { "victim", domain, "--moment", moment, "--root",
			tree.path, NULL };
		const char *const victim_json[] = { "victim", domain, "--moment", moment, "--root",
			tree.path, "--json", NULL };
		sums += check_program(list) + check_program(list_json) + check_program(victim) +
			check_program(victim_json);
	}
	tree_release(&tree);
	/* Eight rows in each list, as JSON too, and of the victim the sum and why. */
	assert_true(sums >= 4 * (8 + 8 + 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_screens_add_up),
	};
	return run_rows("eras and sizes", rows, check_sums) +
	       cmocka_run_group_tests_name("golden screens", tests, NULL, NULL);
}
