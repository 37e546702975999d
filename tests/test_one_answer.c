/* One answer from every mouth: whatever shows, prints or exports a prediction names the same victim,
 * lead, deaths and doubts. Over made-up machines of all eras and the captured ones, every domain,
 * both moments. The judge is the outlook, built once more from the same sample. */
#include "support.h"
#include "support_files.h"
#include "support_json.h"
#include "support_machine.h"
#include "support_run.h"
#include "support_tree.h"
#include "support_view.h"

#include "../tui/model/column.h"
#include "../tui/view/state.h"

#include "oomspect/explain.h"
#include "oomspect/json.h"
#include "oomspect/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MACHINES = 200, PROGRAM_EVERY = 25 };

/* --- made-up machines -------------------------------------------------------------------------- */

static const char *const releases[] = { "6.18.4", "6.12.0", "6.1.0", "5.10.0", "5.2.0", "4.19.0",
	"4.9.0", "3.10.0", "3.2.0", "2.6.39" };
static const char *const groups[] = { "", "/a", "/a/b", "/c", "/c/d" };

struct chance {
	uint64_t state;
};

static unsigned below(struct chance *chance, unsigned bound)
{
	chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(chance->state >> 33) % bound;
}

static void add_process(const struct tree *tree, struct chance *chance, int pid)
{
	static const int adjs[] = { 0, 0, 0, 100, -100, 500, 994, 1000, -500, -999, -1000 };
	char path[64], text[1024];
	unsigned anon = 4 * below(chance, 20000), file = 4 * below(chance, 20000);
	unsigned shmem = below(chance, 3) ? 0 : 4 * below(chance, 8000);
	unsigned swap = below(chance, 3) ? 0 : 4 * below(chance, 4000);
	int ppid = pid == 1 ? 0 : 1 + (int)below(chance, (unsigned)pid - 1);
	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text),
		"%d (p%d) S %d 0 0 0 0 4194304 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 %u 1 0 0\n", pid, pid,
		ppid, 100 + below(chance, 50), (anon + file + shmem) / 4);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/status", pid);
	snprintf(text, sizeof(text),
		"Name:\tp%d\nState:\tS (sleeping)\nPid:\t%d\nPPid:\t%d\nNSpid:\t%d%s\n"
		"Uid:\t0\t0\t0\t0\nVmLck:\t0 kB\nVmRSS:\t%u kB\nRssAnon:\t%u kB\n"
		"RssFile:\t%u kB\nRssShmem:\t%u kB\nVmPTE:\t%u kB\nVmSwap:\t%u kB\nThreads:\t1\n"
		"CapEff:\t%s\nMems_allowed_list:\t0\n",
		pid, pid, ppid, pid, below(chance, 9) ? "" : "\t1", anon + file + shmem, anon, file,
		shmem, 4 + below(chance, 200), swap,
		below(chance, 4) ? "0000000000000000" : "0000000000200000");
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/oom_score_adj", pid);
	snprintf(text, sizeof(text), "%d\n", adjs[below(chance, ARRAY_SIZE(adjs))]);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/cgroup", pid);
	const char *group = groups[below(chance, ARRAY_SIZE(groups))];
	snprintf(text, sizeof(text), "4:memory:%s\n0::%s\n", *group ? group : "/",
		*group ? group : "/");
	tree_write(tree, path, text);
}

static void add_group(const struct tree *tree, struct chance *chance, bool v2, const char *group)
{
	static const unsigned limits_kb[] = { 3000, 40000, 200000, 800000, 4000000 };
	char path[128], text[64];
	unsigned limit = limits_kb[below(chance, ARRAY_SIZE(limits_kb))];
	bool limited = *group && below(chance, 3);
	snprintf(path, sizeof(path), "sys/fs/cgroup/%s%s/%s", v2 ? "" : "memory", group,
		v2 ? "memory.max" : "memory.limit_in_bytes");
	if (limited)
		snprintf(text, sizeof(text), "%u\n", limit * 1024);
	else
		snprintf(text, sizeof(text), v2 ? "max\n" : "9223372036854771712\n");
	if (*group || !v2)
		tree_write(tree, path, text);
	snprintf(path, sizeof(path), "sys/fs/cgroup/%s%s/%s", v2 ? "" : "memory", group,
		v2 ? "memory.current" : "memory.usage_in_bytes");
	tree_write(tree, path, "1048576\n");
	snprintf(path, sizeof(path), "sys/fs/cgroup%s/memory.oom.group", group);
	if (v2 && *group)
		tree_write(tree, path, below(chance, 4) ? "0\n" : "1\n");
	snprintf(path, sizeof(path), "sys/fs/cgroup/memory%s/memory.oom_control", group);
	if (!v2)
		tree_write(tree, path,
			below(chance, 8) ? "oom_kill_disable 0\nunder_oom 0\n"
					 : "oom_kill_disable 1\nunder_oom 0\n");
}

static void make_up(struct tree *tree, unsigned seed)
{
	struct chance chance = { seed * 7919u + 1 };
	char text[64];
	bool v2 = below(&chance, 2);
	tree_init(tree);
	snprintf(text, sizeof(text), "%s\n", releases[seed % ARRAY_SIZE(releases)]);
	tree_write(tree, "proc/sys/kernel/osrelease", text);
	snprintf(text, sizeof(text), "%u\n", below(&chance, 10) ? 0 : 1);
	tree_write(tree, "proc/sys/vm/oom_kill_allocating_task", text);
	snprintf(text, sizeof(text), "%u\n", below(&chance, 10) ? 0 : 1 + below(&chance, 2));
	tree_write(tree, "proc/sys/vm/panic_on_oom", text);
	tree_write(tree, "proc/self/mountinfo",
		v2 ? "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
		   : "31 1 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
	if (v2)
		tree_write(tree, "sys/fs/cgroup/cgroup.controllers", "memory\n");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		add_group(tree, &chance, v2, groups[i]);
	int count = 3 + (int)below(&chance, 9);
	for (int pid = 1; pid <= count; pid++)
		add_process(tree, &chance, pid);
}

/* --- what each mouth says, against the outlook -------------------------------------------------- */

static pid_t pid_of(const struct ranking_row *row)
{
	return row ? row->task->pid : 0;
}

static size_t bits_in(unsigned bits)
{
	return (size_t)__builtin_popcount(bits);
}

static pid_t json_pid(const json_t *object)
{
	return (pid_t)json_integer_value(json_object_get(object, "pid"));
}

static const char *no_user(void *context, uid_t uid)
{
	(void)context;
	(void)uid;
	return "u";
}

static ssize_t no_cmdline(void *context, pid_t pid, char *buffer, size_t size)
{
	(void)context;
	(void)pid;
	(void)buffer;
	(void)size;
	return -1;
}

static const struct json_lookup lookup = { NULL, no_user, no_cmdline };

static void check_lead(const json_t *object, const struct lead *lead)
{
	const json_t *pages = json_object_get(object, "margin_pages");
	if (lead->known && lead->in_pages)
		assert_int_equal(json_integer_value(pages), lead->pages);
	else
		assert_true(json_is_null(pages));
}

static void check_documents(const struct app *app, const struct outlook *judge)
{
	const struct outlook *shown = watch_outlook(&app->watch);
	struct written_json written;
	written_json_begin(&written);
	json_victim(written.file, shown, watch_other_outlook(&app->watch), &lookup);
	json_t *victim = written_json_read(&written);
	written_json_release(&written);
	assert_int_equal(json_pid(json_object_get(victim, "victim")), pid_of(judge->victim));
	assert_int_equal(json_array_size(json_object_get(victim, "dies_with")), judge->deaths);
	assert_int_equal(
		json_array_size(json_object_get(victim, "uncertain")), bits_in(judge->uncertain));
	check_lead(victim, &judge->lead);
	json_decref(victim);
	written_json_begin(&written);
	json_list(written.file, shown, app->listing.rows, app->listing.count, &lookup);
	json_t *list = written_json_read(&written);
	written_json_release(&written);
	const json_t *first = json_array_get(json_object_get(list, "processes"), 0);
	if (judge->ranking.killable)
		assert_int_equal(json_pid(first), pid_of(ranking_victim(&judge->ranking)));
	assert_int_equal(
		json_array_size(json_object_get(list, "uncertain")), bits_in(judge->uncertain));
	json_decref(list);
}

static void check_screen(struct app *app, const struct outlook *judge)
{
	char line[512], expected[128];
	const struct ranking_row *next = outlook_next(judge);
	assert_int_equal(pid_of(outlook_next(watch_outlook(&app->watch))), pid_of(next));
	draw(app, 30, 120);
	grid_row_text(&app->grid, app->layout.rows[PART_NEXT], line, sizeof(line));
	if (next) {
		snprintf(expected, sizeof(expected), "NEXT   %d p", (int)next->task->pid);
		if (!strstr(line, expected) && !strstr(line, next->task->comm))
			fail_msg("\"%s\" does not name %d", line, (int)next->task->pid);
		assert_int_equal(app->listing.rows[0]->task->pid, next->task->pid);
		char buffer[FORMAT_SIZE];
		assert_string_equal(
			column_cell(COL_RK, &app->context, app->listing.rows[0], buffer), "1*");
	} else {
		assert_non_null(strstr(line, "no prediction: "));
	}
	char why[1024];
	explain_victim(watch_outlook(&app->watch), why, sizeof(why));
	snprintf(expected, sizeof(expected), "%d %s ", (int)pid_of(judge->chosen),
		judge->chosen ? judge->chosen->task->comm : "");
	if (next)
		assert_int_equal(strncmp(why, expected, strlen(expected)), 0);
}

/* The detail of the next victim says so of the domain, with the same lead and deaths. */
static void check_detail(struct app *app, const struct outlook *judge)
{
	const struct ranking_row *next = outlook_next(judge);
	if (!next)
		return;
	process_detail_open(&app->process, &app->watch, next->task);
	assert_int_equal(process_detail_update(&app->process, &app->watch, NULL), ERR_OK);
	bool found = false;
	for (size_t i = 0; i < app->process.domain_count; i++) {
		const struct process_domain *domain = &app->process.domains[i];
		bool same = domain->totalpages == judge->ranking.domain.totalpages &&
			    domain->candidates == judge->ranking.killable;
		if (!same || !domain->victim)
			continue;
		found = true;
		assert_int_equal(domain->rank, 1);
		assert_int_equal(domain->company_count, judge->deaths);
		assert_int_equal(freed_kb(domain->frees), freed_kb(judge->frees));
		assert_int_equal(domain->lead.known, judge->lead.known);
		assert_int_equal(domain->lead.tenths, judge->lead.tenths);
	}
	assert_true(found);
	app->process.pid = 0;
}

/* What the dialog would begin with, before anything is changed. */
static void check_dialog(struct app *app, const struct outlook *judge)
{
	if (judge->ranking.domain.kind != DOMAIN_HOST || !app->listing.count)
		return;
	keys(app, "1ga");
	const struct outlook *before = &app->acting.adjust.host.outlooks[ADJUST_BEFORE];
	assert_int_equal(app->acting.dialog, DIALOG_ADJUST);
	assert_int_equal(pid_of(outlook_next(before)), pid_of(outlook_next(judge)));
	assert_int_equal(before->deaths, judge->deaths);
	assert_int_equal(before->lead.tenths, judge->lead.tenths);
	assert_int_equal(before->uncertain, judge->uncertain);
	keys(app, "\033");
}

/* The column VICTIM, the cgroups' document and the metrics are made of these rows. */
static void check_cgroup(const struct memcg_victims *victims, const struct outlook *judge)
{
	const struct memcg_victim *row = &victims->rows[judge->ranking.domain.memcg];
	const struct ranking_row *next = outlook_next(judge);
	assert_int_equal(row->task ? row->task->pid : 0, pid_of(next));
	assert_int_equal(row->uncertain, judge->uncertain);
	assert_int_equal(row->prediction, judge->prediction);
	if (!next)
		return;
	assert_int_equal(row->deaths, judge->deaths);
	assert_int_equal(row->lead.tenths, judge->lead.tenths);
	assert_int_equal(freed_kb(row->frees), freed_kb(judge->frees));
}

static void check_metrics(const struct outlook *host, const struct memcg_victims *victims)
{
	char *text = NULL, line[128];
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	assert_non_null(out);
	metrics_write(out, host, victims, NULL);
	assert_int_equal(fclose(out), 0);
	const struct ranking_row *next = outlook_next(host);
	snprintf(line, sizeof(line), "oomspect_next_victim_info{domain=\"host\",pid=\"%d\",",
		(int)pid_of(next));
	assert_int_equal(strstr(text, line) != NULL, next != NULL);
	for (unsigned i = 0; i < UNCERTAIN_COUNT; i++) {
		snprintf(line, sizeof(line),
			"oomspect_next_victim_uncertain{domain=\"host\",reason=\"%s\"} 1\n",
			uncertainty_names[i]);
		assert_int_equal(strstr(text, line) != NULL, host->uncertain >> i & 1);
	}
	free(text);
}

static void check_domain(struct app *app, struct outlook *judge, const struct domain *domain)
{
	bool memcg = domain->kind == DOMAIN_MEMCG;
	const struct snapshot *snapshot = app->watch.snapshot;
	keys(app, "1");
	state_set_scope(app, memcg ? WATCH_CGROUP : WATCH_HOST,
		memcg ? snapshot->memcgs->rows[domain->memcg].path : NULL);
	assert_int_equal(
		outlook_build(judge, snapshot, domain, app->watch.moment, NULL, 0, NULL), ERR_OK);
	check_screen(app, judge);
	check_documents(app, judge);
	check_detail(app, judge);
	check_dialog(app, judge);
}

/* Every limited cgroup, and the host. */
static void check_moment(struct app *app)
{
	const struct snapshot *snapshot = app->watch.snapshot;
	struct memcg_victims victims;
	struct outlook judge;
	outlook_init(&judge);
	memcg_victims_init(&victims);
	assert_int_equal(memcg_victims_build(&victims, snapshot, app->watch.moment, NULL), ERR_OK);
	for (size_t i = 0; i < snapshot->memcgs->count; i++) {
		if (!amount_known(snapshot->memcgs->rows[i].limit))
			continue;
		struct domain domain = domain_memcg(snapshot, (int32_t)i);
		check_domain(app, &judge, &domain);
		check_cgroup(&victims, &judge);
	}
	struct domain host = domain_host(snapshot);
	check_domain(app, &judge, &host);
	check_metrics(&judge, &victims);
	memcg_victims_release(&victims);
	outlook_release(&judge);
}

static void check_fixture(struct fixture *fixture)
{
	check_moment(&fixture->app);
	keys(&fixture->app, "1m");
	assert_int_equal(fixture->app.watch.moment, MOMENT_NOW);
	check_moment(&fixture->app);
	fixture_close(fixture);
}

/* --- the same of the program as it is run -------------------------------------------------------- */

static json_t *ask(const char *command, const char *root, const char *moment, const char *cgroup)
{
	const char *words[] = { command, "--json", "--root", root, "--moment", moment,
		cgroup ? "--cgroup" : NULL, cgroup, NULL };
	struct run run = run_program(words);
	assert_true(run.status == 0 || run.status == 3);
	json_t *document = json_loads(run.out, 0, NULL);
	assert_non_null(document);
	run_release(&run);
	return document;
}

static void assert_same_words(const json_t *a, const json_t *b)
{
	assert_true(json_equal(json_object_get(a, "uncertain"), json_object_get(b, "uncertain")));
	assert_true(json_equal(json_object_get(a, "moment"), json_object_get(b, "moment")));
}

static void check_text(const char *root, const char *moment, const char *cgroup, pid_t pid)
{
	const char *words[] = { "victim", "--root", root, "--moment", moment,
		cgroup ? "--cgroup" : "--host", cgroup, NULL };
	char begin[64];
	struct run run = run_program(words);
	snprintf(begin, sizeof(begin), "NEXT %s %d ", strcmp(moment, "now") ? "at OOM" : "now",
		(int)pid);
	assert_int_equal(strncmp(run.out, begin, strlen(begin)) == 0, run.status == 0);
	run_release(&run);
	words[0] = "list";
	run = run_program(words);
	int first = 0;
	const char *row = strchr(run.out, '\n');
	assert_non_null(row);
	if (sscanf(row, " 1* %d", &first) == 1)
		assert_int_equal(first, pid);
	run_release(&run);
}

static void check_row(const char *root, const char *moment, const json_t *row)
{
	const char *path = json_string_value(json_object_get(row, "path"));
	if (json_is_null(json_object_get(row, "limit_bytes")))
		return;
	json_t *victim = ask("victim", root, moment, path);
	json_t *list = ask("list", root, moment, path);
	bool predicted =
		!strcmp(json_string_value(json_object_get(victim, "prediction")), "victim");
	const json_t *killed = json_object_get(victim, "victim");
	assert_same_words(victim, list);
	assert_true(json_equal(
		json_object_get(victim, "uncertain"), json_object_get(row, "uncertain")));
	assert_int_equal(json_is_null(json_object_get(row, "victim")), !predicted);
	if (predicted) {
		const json_t *first = json_array_get(json_object_get(list, "processes"), 0);
		assert_int_equal(json_pid(json_object_get(row, "victim")), json_pid(killed));
		assert_true(json_equal(first, killed));
		check_text(root, moment, path, json_pid(killed));
	}
	json_decref(victim);
	json_decref(list);
}

static void check_program(const char *root)
{
	static const char *const moments[] = { "oom", "now" };
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		json_t *document = ask("cgroups", root, moments[i], NULL);
		size_t index;
		const json_t *row;
		json_array_foreach(json_object_get(document, "cgroups"), index, row)
			check_row(root, moments[i], row);
		json_decref(document);
	}
}

/* --- the tests ------------------------------------------------------------------------------------ */

static void made_up_machines_have_one_answer(void **state)
{
	struct tree tree;
	(void)state;
	for (unsigned seed = 0; seed < MACHINES; seed++) {
		make_up(&tree, seed);
		root_release(&tree.root);
		if (seed % PROGRAM_EVERY == 0)
			check_program(tree.path);
		check_fixture(fixture_take(tree.path));
	}
}

static const struct captured_row {
	const char *claim, *root;
} captured[] = {
	{ "a captured 6.18 has one answer", "tests/fixtures/machine-6.18" },
	{ "a captured 4.19 has one answer", "tests/fixtures/machine-4.19" },
};

static void check_captured(void **state)
{
	const struct captured_row *row = *state;
	check_fixture(fixture_open(row->root, NULL));
	check_program(row->root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_up_machines_have_one_answer),
	};
	return run_rows("captured machines", captured, check_captured) +
	       cmocka_run_group_tests_name("one answer", tests, NULL, NULL);
}
