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

#include "model/cgroup_columns.h"
#include "model/process_columns.h"
#include "view/state.h"

#include "oomspect/explain.h"
#include "oomspect/json.h"
#include "oomspect/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MACHINES = 20, PROGRAM_AT = 1 }; /* of each kernel */
enum { COUNT_MAX = 15 };                /* processes */

/* --- made-up machines -------------------------------------------------------------------------- */

static const struct release_row {
	const char *claim, *release;
} releases[] = {
	{ "6.18: swap counted per CPU", "6.18.4" },
	{ "6.12: the same", "6.12.0" },
	{ "6.1: counters summed", "6.1.0" },
	{ "5.10: the newest of equals", "5.10.0" },
	{ "5.2: the oldest of equals, at least one point", "5.2.0" },
	{ "4.19: a child in its parent's place", "4.19.0" },
	{ "4.9: root has 3 % less", "4.9.0" },
	{ "3.10: root has 30 points less", "3.10.0" },
	{ "3.2: permille", "3.2.0" },
	{ "2.6.39: permille", "2.6.39" },
};
static const char *const groups[] = { "", "/a", "/a/b", "/c", "/c/d" };

struct chance {
	uint64_t state;
	bool coarse; /* sizes of a few kinds: the machine is full of ties */
};

static unsigned below(struct chance *chance, unsigned bound)
{
	chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(chance->state >> 33) % bound;
}

static unsigned size_kb(struct chance *chance, unsigned pages)
{
	return chance->coarse ? below(chance, 2) * pages : 4 * below(chance, pages);
}

/* The lines of what has memory: not of a kernel thread, nor of a zombie. */
static void put_memory(struct chance *chance, char *text, size_t size, unsigned *ret_rss_kb)
{
	unsigned anon = size_kb(chance, 20000), file = size_kb(chance, 20000);
	unsigned shmem = below(chance, 3) ? 0 : size_kb(chance, 8000);
	unsigned swap = below(chance, 3) ? 0 : size_kb(chance, 4000);
	unsigned tables = chance->coarse ? 8 : 4 + below(chance, 200);
	*ret_rss_kb = anon + file + shmem;
	snprintf(text, size,
		"VmLck:\t%u kB\nVmRSS:\t%u kB\nRssAnon:\t%u kB\nRssFile:\t%u kB\n"
		"RssShmem:\t%u kB\nVmPTE:\t%u kB\nVmSwap:\t%u kB\n",
		below(chance, 8) ? 0 : file / 2, anon + file + shmem, anon, file, shmem, tables,
		swap);
}

/* Which group it is in. */
static size_t add_process(const struct tree *tree, struct chance *chance, int pid)
{
	static const int adjs[] = { 0, 0, 0, 100, -100, 500, 994, 1000, -500, -999, -1000 };
	char path[64], text[1024], memory[512] = "";
	unsigned rss_kb = 0;
	bool kthread = pid == 2 && below(chance, 2), zombie = pid > 2 && below(chance, 12) == 0;
	int ppid = pid == 1 ? 0 : 1 + (int)below(chance, (unsigned)pid - 1);
	if (!kthread && !zombie)
		put_memory(chance, memory, sizeof(memory), &rss_kb);
	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text),
		"%d (p%d) %c %d 0 0 0 0 %u 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 %u 1 0 0\n", pid, pid,
		zombie ? 'Z' : 'S', ppid, kthread ? 0x200000 : 0x400000, 100 + below(chance, 50),
		rss_kb / 4);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/status", pid);
	snprintf(text, sizeof(text),
		"Name:\tp%d\nPid:\t%d\nPPid:\t%d\nNSpid:\t%d%s\nUid:\t0\t0\t0\t0\n%s"
		"Threads:\t1\nCapEff:\t%s\nMems_allowed:\t%u\n",
		pid, pid, ppid, pid, below(chance, 4) ? "" : "\t1", memory,
		chance->coarse || below(chance, 4) ? "0000000000000000" : "0000000000200000",
		1 + below(chance, 3));
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/oom_score_adj", pid);
	snprintf(text, sizeof(text), "%d\n",
		adjs[below(chance, chance->coarse ? 5 : ARRAY_SIZE(adjs))]);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/cgroup", pid);
	size_t index = below(chance, ARRAY_SIZE(groups));
	const char *group = groups[index];
	snprintf(text, sizeof(text), "4:memory:%s\n0::%s\n", *group ? group : "/",
		*group ? group : "/");
	tree_write(tree, path, text);
	return index;
}

/* In the order in which they joined: not that of their pids. */
static void list_processes(const struct tree *tree, size_t group, const size_t *group_of, int count)
{
	char path[64], text[256] = "";
	size_t used = 0;
	for (int pid = count; pid >= 1; pid--)
		if (group_of[pid] == group)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%d\n", pid);
	snprintf(path, sizeof(path), "sys/fs/cgroup%s/cgroup.procs", groups[group]);
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
	/* With the swap of the machine none of them would be small. */
	snprintf(path, sizeof(path), "sys/fs/cgroup%s%s/%s", v2 ? "" : "/memory", group,
		v2 ? "memory.swap.max" : "memory.swappiness");
	if ((*group || !v2) && below(chance, 2))
		tree_write(tree, path, "0\n");
	snprintf(path, sizeof(path), "sys/fs/cgroup%s/memory.oom.group", group);
	if (v2 && *group)
		tree_write(tree, path, below(chance, 4) ? "0\n" : "1\n");
	snprintf(path, sizeof(path), "sys/fs/cgroup/memory%s/memory.oom_control", group);
	if (!v2)
		tree_write(tree, path,
			below(chance, 8) ? "oom_kill_disable 0\nunder_oom 0\n"
					 : "oom_kill_disable 1\nunder_oom 0\n");
}

#define ZONEINFO \
	"Node 0, zone   Normal\n  pages free     9000\n        present  600000\n" \
	"Node 1, zone   Normal\n  pages free     9000\n        present  448576\n"

static void make_up(struct tree *tree, unsigned seed, const char *kernel)
{
	struct chance chance = { .state = seed * 7919u + 1, .coarse = seed / 2 % 2 };
	char text[64];
	bool v2 = below(&chance, 2);
	tree_init(tree);
	snprintf(text, sizeof(text), "%s\n", kernel);
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
	tree_write(tree, "proc/zoneinfo", ZONEINFO);
	/* Without a first process others are hidden; with such a link it is that of a namespace. */
	if (seed % 12 == 7)
		tree_link(tree, "proc/self/ns/pid", "pid:[4026532000]");
	int count = 4 + (int)below(&chance, COUNT_MAX - 3);
	size_t group_of[COUNT_MAX + 1] = { 0 };
	for (int pid = seed % 12 == 5 ? 2 : 1; pid <= count; pid++)
		group_of[pid] = add_process(tree, &chance, pid);
	for (size_t i = 0; v2 && i < ARRAY_SIZE(groups); i++)
		list_processes(tree, i, group_of, count);
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
	const struct outlook *shown = watch_outlook(&app->model.watch);
	struct written_json written;
	written_json_begin(&written);
	json_victim(written.file, shown, watch_other_outlook(&app->model.watch), &lookup);
	json_t *victim = written_json_read(&written);
	written_json_release(&written);
	assert_int_equal(json_pid(json_object_get(victim, "victim")), pid_of(judge->victim));
	assert_int_equal(json_array_size(json_object_get(victim, "dies_with")), judge->deaths);
	assert_int_equal(
		json_array_size(json_object_get(victim, "uncertain")), bits_in(judge->uncertain));
	check_lead(victim, &judge->lead);
	json_decref(victim);
	written_json_begin(&written);
	json_list(written.file, shown, app->procs.listing.rows, app->procs.listing.count, &lookup);
	json_t *list = written_json_read(&written);
	written_json_release(&written);
	const json_t *first = json_array_get(json_object_get(list, "processes"), 0);
	if (judge->ranking.killable)
		assert_int_equal(json_pid(first), pid_of(ranking_victim(&judge->ranking)));
	assert_int_equal(
		json_array_size(json_object_get(list, "uncertain")), bits_in(judge->uncertain));
	json_decref(list);
}

/* "NEXT 4242 java  BAD ...  80.2 (2.9G) ahead of 9120 node": who is first, and who is next where
 * there is room for that. */
static void check_next_line(const char *line, const struct outlook *judge)
{
	static const char *const before[] = { " ahead of ", " tied with " };
	const struct ranking_row *next = outlook_next(judge);
	const char *at = strstr(line, "NEXT ");
	char comm[64];
	int pid;
	assert_non_null(at);
	if (!next) {
		assert_non_null(strstr(at, "NEXT   no prediction: "));
		return;
	}
	assert_int_equal(sscanf(at, "NEXT %d %63s", &pid, comm), 2);
	assert_int_equal(pid, next->task->pid);
	assert_string_equal(comm, next->task->comm);
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if ((at = strstr(line, before[i]))) {
			assert_int_equal(atoi(at + strlen(before[i])), pid_of(judge->runner_up));
			assert_int_equal(judge->lead.tied, i);
		}
}

/* The first row is the next victim, and the one star is its. */
static void check_rows(const struct app *app, const struct outlook *judge)
{
	const struct ranking_row *next = outlook_next(judge);
	size_t stars = 0;
	for (size_t i = 0; i < app->procs.listing.count; i++) {
		char buffer[COLUMN_CELL_SIZE];
		stars += strchr(column_cell(&columns[COL_RK], &app->model.context,
					process_row(app->procs.listing.rows[i]), buffer),
				 '*') != NULL;
	}
	assert_int_equal(stars, next != NULL);
	if (judge->ranking.killable)
		assert_int_equal(app->procs.listing.rows[0]->task->pid,
			pid_of(ranking_victim(&judge->ranking)));
	if (next) {
		char buffer[COLUMN_CELL_SIZE];
		assert_string_equal(column_cell(&columns[COL_RK], &app->model.context,
					    process_row(app->procs.listing.rows[0]), buffer),
			"1*");
	}
}

static void check_screen(struct app *app, const struct outlook *judge)
{
	char line[512], expected[160], why[4096];
	const struct ranking_row *next = outlook_next(judge);
	assert_int_equal(pid_of(outlook_next(watch_outlook(&app->model.watch))), pid_of(next));
	draw(app, 30, 160);
	grid_row_text(&app->grid, app->layout.rows[PART_NEXT], line, sizeof(line));
	check_next_line(line, judge);
	check_rows(app, judge);
	explain_victim(watch_outlook(&app->model.watch), why, sizeof(why));
	if (!next)
		return;
	snprintf(expected, sizeof(expected), "%d %s ", (int)pid_of(judge->chosen),
		judge->chosen->task->comm);
	assert_int_equal(strncmp(why, expected, strlen(expected)), 0);
	snprintf(expected, sizeof(expected), "; this kernel kills its child %d %s in its place",
		(int)next->task->pid, next->task->comm);
	assert_int_equal(strstr(why, expected) != NULL, judge->chosen != judge->victim);
}

/* The detail of the next victim says so of the domain, with the same lead and deaths. */
static void check_detail(struct app *app, const struct outlook *judge)
{
	const struct ranking_row *next = outlook_next(judge);
	const struct domain *asked = &judge->ranking.domain;
	if (!next || (asked->kind == DOMAIN_MEMCG && !amount_known(asked->limit)))
		return; /* a cgroup without a limit kills nobody: it is not among its domains */
	process_detail_open(&app->model.process, &app->model.watch, next->task);
	assert_int_equal(
		process_detail_update(&app->model.process, &app->model.watch, NULL), ERR_OK);
	bool found = false;
	for (size_t i = 0; i < app->model.process.domain_count; i++) {
		const struct process_domain *domain = &app->model.process.domains[i];
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
	app->model.process.pid = 0;
}

/* What the dialog would begin with, before anything is changed. */
static void check_dialog(struct app *app, const struct outlook *judge)
{
	if (judge->ranking.domain.kind != DOMAIN_HOST || !app->procs.listing.count)
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

/* The column VICTIM of the view of cgroups, and what `cgroups` prints. */
static void check_column(struct app *app, const struct memcg_victims *victims)
{
	char buffer[COLUMN_CELL_SIZE], expected[128];
	if (!app->model.watch.snapshot->memcgs->count)
		return;
	keys(app, "2");
	draw(app, 30, 160);
	for (size_t i = 0; i < victims->count; i++) {
		const struct task *task = victims->rows[i].task;
		snprintf(expected, sizeof(expected), "-");
		if (task)
			snprintf(expected, sizeof(expected), "%d %s", (int)task->pid, task->comm);
		assert_string_equal(
			column_cell(&cgroup_columns[CGROUP_COL_VICTIM],
				&app->cgroups.context.columns,
				cgroup_row(&app->model.watch.snapshot->memcgs->rows[i]), buffer),
			expected);
	}
	keys(app, "1");
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
	const struct snapshot *snapshot = app->model.watch.snapshot;
	keys(app, "1");
	state_set_scope(app, memcg ? WATCH_CGROUP : WATCH_HOST,
		memcg ? snapshot->memcgs->rows[domain->memcg].path : NULL);
	assert_int_equal(
		outlook_build(judge, snapshot, domain, app->model.watch.moment, NULL, 0, NULL),
		ERR_OK);
	check_screen(app, judge);
	check_documents(app, judge);
	check_detail(app, judge);
	check_dialog(app, judge);
}

/* What there was to agree about. */
struct seen {
	size_t victims, nobody, ties, leads, deaths, doubts, differences;
};

static void see(struct seen *seen, const struct app *app, const struct outlook *judge)
{
	bool next = outlook_next(judge) != NULL, tied = judge->lead.known && judge->lead.tied;
	seen->victims += next;
	seen->nobody += !next;
	seen->ties += tied;
	seen->leads += judge->lead.known && !tied;
	seen->deaths += judge->deaths > 0;
	seen->doubts += judge->uncertain != 0;
	seen->differences += outlook_differs(
		watch_outlook(&app->model.watch), watch_other_outlook(&app->model.watch));
}

/* Every cgroup, and the host, which is the top of a whole hierarchy. */
static void check_moment(struct app *app, struct seen *seen)
{
	const struct snapshot *snapshot = app->model.watch.snapshot;
	struct memcg_victims victims;
	struct outlook judge;
	outlook_init(&judge);
	memcg_victims_init(&victims);
	assert_int_equal(
		memcg_victims_build(&victims, snapshot, app->model.watch.moment, NULL), ERR_OK);
	for (size_t i = 0; i < snapshot->memcgs->count; i++) {
		if (i == 0 && !amount_known(snapshot->memcgs->rows[0].limit))
			continue;
		struct domain domain = domain_memcg(snapshot, (int32_t)i);
		check_domain(app, &judge, &domain);
		see(seen, app, &judge);
		check_cgroup(&victims, &judge);
	}
	struct domain host = domain_host(snapshot);
	check_domain(app, &judge, &host);
	see(seen, app, &judge);
	check_metrics(&judge, &victims);
	check_column(app, &victims);
	memcg_victims_release(&victims);
	outlook_release(&judge);
}

static void check_fixture(struct fixture *fixture, struct seen *seen)
{
	check_moment(&fixture->app, seen);
	keys(&fixture->app, "1m");
	assert_int_equal(fixture->app.model.watch.moment, MOMENT_NOW);
	check_moment(&fixture->app, seen);
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

/* A question to the program: a domain is words like "--cgroup" "/a". */
struct question {
	const char *root, *moment, *domain[2];
};

static struct run ask_text(const char *command, const struct question *question)
{
	const char *words[] = { command, "--root", question->root, "--moment", question->moment,
		question->domain[0], question->domain[1], NULL };
	return run_program(words);
}

/* The document of a victim, NULL where the kernel would choose none. */
static const json_t *chosen_in(const json_t *document)
{
	const char *prediction = json_string_value(json_object_get(document, "prediction"));
	bool predicted = prediction && strcmp(prediction, "victim") == 0;
	return predicted ? json_object_get(document, "victim") : NULL;
}

/* How often `words` begin a line of the text. */
static size_t lines_with(const char *text, const char *words)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, words)); at++)
		count += at == text || at[-1] == '\n';
	return count;
}

/* "  dies with it: 8 p8, 9 p9" and "  and outside this cgroup: ...": how many are named. */
static size_t named_behind(const char *text, const char *label)
{
	const char *at = strstr(text, label);
	size_t count = 0, length = at ? strcspn(at, "\n") : 0;
	for (size_t i = 0; i < length; i++)
		count += at[i] == ',' || i + 1 == length;
	return count;
}

/* Only of the answer at the moment that is asked about, which stands first. */
static void check_victim_text(const struct question *question, const json_t *document)
{
	char begin[64];
	struct run run = ask_text("victim", question);
	const json_t *killed = json_object_get(document, "victim");
	bool predicted = chosen_in(document) != NULL;
	assert_int_equal(run.status, predicted ? 0 : 3);
	snprintf(begin, sizeof(begin), "NEXT %s %d ",
		strcmp(question->moment, "now") ? "at OOM" : "now", (int)json_pid(killed));
	assert_int_equal(strncmp(run.out, begin, strlen(begin)) == 0, predicted);
	assert_int_equal(lines_with(run.out, "no prediction: "), !predicted);
	assert_int_equal(lines_with(run.out, "uncertain: "),
		predicted ? json_array_size(json_object_get(document, "uncertain")) : 0);
	char *other = strstr(run.out, "\nbut ");
	if (other)
		*other = '\0';
	if (predicted)
		assert_int_equal(named_behind(run.out, "  dies with it: ") +
					 named_behind(run.out, "  and outside "),
			json_array_size(json_object_get(document, "dies_with")));
	run_release(&run);
}

static void check_list_text(const struct question *question, const json_t *document)
{
	struct run run = ask_text("list", question);
	const json_t *killed = json_object_get(document, "victim");
	bool predicted = chosen_in(document) != NULL;
	int pid = 0;
	const char *row = strchr(run.out, '\n');
	assert_int_equal(run.status, 0);
	assert_non_null(row);
	assert_int_equal(sscanf(row, " 1* %d", &pid) == 1, predicted);
	if (predicted)
		assert_int_equal(pid, json_pid(killed));
	assert_int_equal(lines_with(run.err, "oomspect: uncertain: "),
		json_array_size(json_object_get(document, "uncertain")));
	run_release(&run);
}

static void check_domain_of_program(const struct question *question, const json_t *document)
{
	check_victim_text(question, document);
	check_list_text(question, document);
}

/* Samples of the two families for a domain, in the text of `metrics`. */
static void check_samples(
	const char *metrics, const char *domain, const json_t *victim, const json_t *uncertain)
{
	char line[256];
	size_t index;
	const json_t *name;
	snprintf(line, sizeof(line), "oomspect_next_victim_info{domain=\"%s\",pid=\"%d\",", domain,
		(int)json_pid(victim));
	assert_int_equal(lines_with(metrics, line), json_is_object(victim));
	snprintf(line, sizeof(line), "oomspect_next_victim_info{domain=\"%s\",", domain);
	assert_int_equal(lines_with(metrics, line), json_is_object(victim));
	snprintf(line, sizeof(line), "oomspect_next_victim_uncertain{domain=\"%s\",", domain);
	assert_int_equal(lines_with(metrics, line), json_array_size(uncertain));
	json_array_foreach(uncertain, index, name)
	{
		snprintf(line, sizeof(line),
			"oomspect_next_victim_uncertain{domain=\"%s\",reason=\"%s\"} 1\n", domain,
			json_string_value(name));
		assert_int_equal(lines_with(metrics, line), 1);
	}
}

static void check_cgroup_of_program(
	const char *root, const char *moment, const json_t *row, const char *metrics)
{
	const char *path = json_string_value(json_object_get(row, "path"));
	const struct question question = { root, moment, { "--cgroup", path } };
	if (strcmp(path, "/") == 0 && json_is_null(json_object_get(row, "limit_bytes")))
		return; /* the host */
	json_t *victim = ask("victim", root, moment, path);
	json_t *list = ask("list", root, moment, path);
	const json_t *killed = chosen_in(victim), *uncertain = json_object_get(row, "uncertain");
	assert_same_words(victim, list);
	assert_true(json_equal(json_object_get(victim, "uncertain"), uncertain));
	assert_int_equal(json_is_object(json_object_get(row, "victim")), killed != NULL);
	if (killed) {
		const json_t *first = json_array_get(json_object_get(list, "processes"), 0);
		assert_int_equal(json_pid(json_object_get(row, "victim")), json_pid(killed));
		assert_true(json_equal(first, killed));
	}
	check_domain_of_program(&question, victim);
	if (!json_is_null(json_object_get(row, "limit_bytes")))
		check_samples(metrics, path, json_object_get(row, "victim"), uncertain);
	json_decref(victim);
	json_decref(list);
}

static void check_host_of_program(const char *root, const char *moment, const char *metrics)
{
	const char *words[] = { "victim", "--json", "--root", root, "--moment", moment, "--host",
		NULL };
	const struct question question = { root, moment, { "--host", NULL } };
	struct run run = run_program(words);
	json_t *victim = json_loads(run.out, 0, NULL);
	assert_non_null(victim);
	check_domain_of_program(&question, victim);
	check_samples(metrics, "host", chosen_in(victim), json_object_get(victim, "uncertain"));
	json_decref(victim);
	run_release(&run);
}

/* Nodes are asked of victim alone: its two forms agree. */
static void check_nodes_of_program(const char *root, const char *moment)
{
	const char *words[] = { "victim", "--json", "--root", root, "--moment", moment, "--nodes",
		"0", NULL };
	const struct question question = { root, moment, { "--nodes", "0" } };
	struct run run = run_program(words);
	json_t *victim = json_loads(run.out, 0, NULL);
	assert_non_null(victim);
	check_victim_text(&question, victim);
	json_decref(victim);
	run_release(&run);
}

static void check_program(const char *root)
{
	static const char *const moments[] = { "oom", "now" };
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		struct run metrics = RUN("metrics", "--root", root, "--moment", moments[i]);
		json_t *document = ask("cgroups", root, moments[i], NULL);
		size_t index;
		const json_t *row;
		assert_int_equal(metrics.status, 0);
		json_array_foreach(json_object_get(document, "cgroups"), index, row)
			check_cgroup_of_program(root, moments[i], row, metrics.out);
		check_host_of_program(root, moments[i], metrics.out);
		check_nodes_of_program(root, moments[i]);
		json_decref(document);
		run_release(&metrics);
	}
}

/* --- the tests ------------------------------------------------------------------------------------ */

static void assert_seen(const struct seen *seen)
{
	print_message("%zu predictions, %zu times nobody: %zu ties, %zu leads, %zu with deaths, "
		      "%zu doubted, %zu others at the other moment\n",
		seen->victims, seen->nobody, seen->ties, seen->leads, seen->deaths, seen->doubts,
		seen->differences);
	assert_true(seen->victims && seen->nobody);
	assert_true(seen->ties && seen->leads);
	assert_true(seen->deaths && seen->doubts && seen->differences);
}

static void check_made_up(void **state)
{
	const struct release_row *row = *state;
	struct tree tree;
	struct seen seen = { .victims = 0 };
	for (unsigned i = 0; i < MACHINES; i++) {
		make_up(&tree, (unsigned)(row - releases) * MACHINES + i, row->release);
		root_release(&tree.root);
		if (i == PROGRAM_AT)
			check_program(tree.path);
		check_fixture(fixture_take(tree.path), &seen);
	}
	assert_seen(&seen);
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
	struct seen seen = { .victims = 0 };
	check_fixture(fixture_open(row->root, NULL), &seen);
	assert_true(seen.victims && seen.ties && seen.doubts);
	check_program(row->root);
}

int main(void)
{
	return run_rows("captured machines", captured, check_captured) +
	       run_rows("made-up machines", releases, check_made_up);
}
