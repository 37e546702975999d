/* Text for Prometheus: which families there are, what a label may hold, and what has no sample. */
#include "oomspect/metrics.h"

#include "support.h"
#include "support_snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct written {
	struct machine machine;
	struct memcg_victims victims;
	bool with_victims;
	char *text;
};

/* All known: 1,000,000 pages, two cgroups, two processes. */
static int set_up(void **state)
{
	static struct written written;
	struct machine *machine = &written.machine;
	struct host *host = &machine->snapshot.host;
	written = (struct written){ .with_victims = true };
	machine_init(machine, "6.1.0", 1000000);
	memcg_victims_init(&written.victims);
	host->meminfo = (struct host_meminfo){ .mem_total = 4000000,
		.mem_available = 3000000,
		.swap_total = 1000,
		.swap_free = 10,
		.committed = 5000,
		.commit_limit = 6000,
		.shmem = 0 };
	host->psi_memory.some.avg10 = 1231;
	host->psi_memory.full.avg10 = 5;
	host->vmstat.oom_kill = 7;
	machine_add_memcg(machine, -1, (struct amount){ AMOUNT_UNLIMITED, 0 })->path = "/";
	struct memcg *limited = machine_add_memcg(machine, 0, amount_bytes(4096000));
	limited->path = "/web";
	limited->usage = amount_bytes(1234);
	limited->events.oom_kill = 3;
	machine_add(machine, 10, 500000, 0)->memcg = 0;
	machine_add(machine, 11, 500, 0)->memcg = 1;
	*state = &written;
	return 0;
}

static int tear_down(void **state)
{
	struct written *written = *state;
	free(written->text);
	memcg_victims_release(&written->victims);
	machine_release(&written->machine);
	return 0;
}

static const char *write_text(struct written *written)
{
	size_t size;
	free(written->text);
	machine_rank_host(&written->machine);
	assert_int_equal(memcg_victims_build(
				 &written->victims, &written->machine.snapshot, MOMENT_NOW, NULL),
		ERR_OK);
	FILE *out = open_memstream(&written->text, &size);
	assert_non_null(out);
	metrics_write(out, &written->machine.outlook,
		written->with_victims ? &written->victims : NULL, NULL);
	assert_int_equal(fclose(out), 0);
	return written->text;
}

/* A whole line of the text. */
static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);
	for (const char *at = text; (at = strstr(at, line)); at++)
		if ((at == text || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

/* --- what the contract asks for */

struct line_row {
	const char *claim, *line;
};

static const struct line_row line_rows[] = {
	{ "memory in bytes", "oomspect_mem_available_bytes 3072000000" },
	{ "all memory", "oomspect_mem_total_bytes 4096000000" },
	{ "swap", "oomspect_swap_free_bytes 10240" },
	{ "pressure is a share of one",
		"oomspect_pressure_memory_full_ratio 0.00050000000000000001" },
	{ "kills are a counter", "# TYPE oomspect_oom_kill_total counter" },
	{ "kills of the machine", "oomspect_oom_kill_total 7" },
	{ "usage of a cgroup", "oomspect_cgroup_usage_bytes{path=\"/web\"} 1234" },
	{ "usage is a gauge", "# TYPE oomspect_cgroup_usage_bytes gauge" },
	{ "a limit", "oomspect_cgroup_limit_bytes{path=\"/web\"} 4096000" },
	{ "no limit is infinite", "oomspect_cgroup_limit_bytes{path=\"/\"} +Inf" },
	{ "kills of a cgroup", "oomspect_cgroup_oom_kill_total{path=\"/web\"} 3" },
	{ "kills of a cgroup are a counter", "# TYPE oomspect_cgroup_oom_kill_total counter" },
	{ "the next victim of the machine",
		"oomspect_next_victim_info{domain=\"host\",pid=\"10\",comm=\"task10\"} 1" },
	{ "the next victim of a cgroup",
		"oomspect_next_victim_info{domain=\"/web\",pid=\"11\",comm=\"task11\"} 1" },
	{ "its badness as a share of the domain",
		"oomspect_next_victim_badness_ratio{domain=\"host\"} 0.500000" },
	{ "a cgroup's domain is its limit",
		"oomspect_next_victim_badness_ratio{domain=\"/web\"} 0.500000" },
};

static void check_line(void **state)
{
	const struct line_row *row = *state;
	void *written;
	set_up(&written);
	const char *text = write_text(written);
	if (!has_line(text, row->line))
		fail_msg("no line \"%s\" in:\n%s", row->line, text);
	tear_down(&written);
}

/* --- labels: foreign text */

struct label_row {
	const char *claim, *comm, *escaped;
};

static const struct label_row label_rows[] = {
	{ "a quote", "a\"b", "a\\\"b" },
	{ "a backslash", "a\\b", "a\\\\b" },
	{ "a newline", "a\nb", "a\\nb" },
	{ "what looks like the end of the label", "\"} 1\n#", "\\\"} 1\\n#" },
	{ "UTF-8 as it is", "\303\244\342\202\254", "\303\244\342\202\254" },
	{ "an escape sequence and a bell", "\033]0;x\007", "\\\\x1b]0;x\\\\x07" },
	{ "delete", "\177", "\\\\x7f" },
	{ "a control of C1", "\302\233m", "\\\\u009bm" },
	{ "what turns the text around", "\342\200\256x", "\\\\u202ex" },
	{ "what hides", "\342\200\213\357\273\277", "\\\\u200b\\\\ufeff" },
	{ "a line separator", "\342\200\250", "\\\\u2028" },
	{ "a byte that is no UTF-8", "a\377b", "a\\\\xffb" },
	{ "another byte that is none", "a\376b", "a\\\\xfeb" },
	{ "U+FFFD as it is", "a\357\277\275b", "a\357\277\275b" },
	{ "a character that is cut", "a\342\202", "a\\\\xe2\\\\x82" },
	{ "an overlong slash", "\300\257", "\\\\xc0\\\\xaf" },
	{ "a surrogate", "\355\240\200", "\\\\xed\\\\xa0\\\\x80" },
	{ "a name that reads as if it were spelled", "\\xff", "\\\\x5cxff" },
	{ "a name as systemd writes it", "by\\x2duuid", "by\\\\x2duuid" },
	{ "nothing", "", "" },
};

static void check_label(void **state)
{
	const struct label_row *row = *state;
	char info[256], usage[256];
	void *fixture;
	set_up(&fixture);
	struct written *written = fixture;
	snprintf(written->machine.tasks[0].comm, sizeof(written->machine.tasks[0].comm), "%s",
		row->comm);
	written->machine.memcgs[1].path = row->comm;
	const char *text = write_text(written);
	snprintf(info, sizeof(info),
		"oomspect_next_victim_info{domain=\"host\",pid=\"10\",comm=\"%s\"} 1",
		row->escaped);
	snprintf(usage, sizeof(usage), "oomspect_cgroup_usage_bytes{path=\"%s\"} 1234",
		row->escaped);
	assert_true(has_line(text, info));
	assert_true(has_line(text, usage));
	tear_down(&fixture);
}

/* --- what is not known */

static void forget_available(struct machine *machine)
{
	machine->snapshot.host.meminfo.mem_available = UNKNOWN;
}

static void forget_kills(struct machine *machine)
{
	machine->snapshot.host.vmstat.oom_kill = UNKNOWN;
}

static void forget_pressure(struct machine *machine)
{
	machine->snapshot.host.psi_memory.some.avg10 = UNKNOWN;
}

static void forget_limits(struct machine *machine)
{
	machine->memcgs[0].limit = machine->memcgs[1].limit = (struct amount){ AMOUNT_UNKNOWN, 0 };
}

static void forget_memcg_kills(struct machine *machine)
{
	machine->memcgs[0].events.oom_kill = machine->memcgs[1].events.oom_kill = UNKNOWN;
}

static void protect_everyone(struct machine *machine)
{
	for (size_t i = 0; i < machine->snapshot.count; i++)
		machine->tasks[i].oom_score_adj = -1000;
}

static void remove_memcgs(struct machine *machine)
{
	machine->tree.count = 0;
	machine->snapshot.count = 0;
}

struct absent_row {
	const char *claim, *family;
	void (*forget)(struct machine *machine);
};

static const struct absent_row absent_rows[] = {
	{ "an old kernel without MemAvailable", "oomspect_mem_available_bytes", forget_available },
	{ "a kernel that counts no kills", "oomspect_oom_kill_total", forget_kills },
	{ "no pressure files", "oomspect_pressure_memory_some_ratio", forget_pressure },
	{ "limits that cannot be read", "oomspect_cgroup_limit_bytes", forget_limits },
	{ "cgroups that count no kills", "oomspect_cgroup_oom_kill_total", forget_memcg_kills },
	{ "no memory controller", "oomspect_cgroup_usage_bytes", remove_memcgs },
	{ "nobody can be killed", "oomspect_next_victim_info", protect_everyone },
	{ "nobody's badness", "oomspect_next_victim_badness_ratio", protect_everyone },
};

/* Neither a sample nor a head. */
static void check_absent(void **state)
{
	const struct absent_row *row = *state;
	void *fixture;
	set_up(&fixture);
	struct written *written = fixture;
	assert_non_null(strstr(write_text(written), row->family));
	row->forget(&written->machine);
	assert_null(strstr(write_text(written), row->family));
	tear_down(&fixture);
}

static void zero_is_a_sample(void **state)
{
	struct written *written = *state;
	written->machine.snapshot.host.vmstat.oom_kill = 0;
	written->machine.memcgs[1].usage = amount_bytes(0);
	const char *text = write_text(written);
	assert_true(has_line(text, "oomspect_oom_kill_total 0"));
	assert_true(has_line(text, "oomspect_cgroup_usage_bytes{path=\"/web\"} 0"));
}

static void without_victims_only_the_machine_has_one(void **state)
{
	struct written *written = *state;
	written->with_victims = false;
	const char *text = write_text(written);
	assert_non_null(strstr(text, "oomspect_next_victim_info{domain=\"host\""));
	assert_null(strstr(text, "{domain=\"/web\""));
}

static void a_panic_has_no_next_victim(void **state)
{
	struct written *written = *state;
	written->machine.snapshot.host.vm.panic_on_oom = 1;
	assert_null(strstr(write_text(written), "{domain=\"host\""));
}

/* --- the format */

/* Every sample stands below the head of its own family, and each head is there once. */
static void samples_stand_below_their_head(void **state)
{
	char family[128] = "", *rest = NULL, *text = strdup(write_text(*state));
	assert_non_null(text);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "# HELP %127s", family) == 1) {
			char head[160];
			snprintf(head, sizeof(head), "# HELP %s ", family);
			const char *whole = ((struct written *)*state)->text;
			assert_null(strstr(strstr(whole, head) + 1, head));
			continue;
		}
		const char *name = strncmp(line, "# TYPE ", 7) == 0 ? line + 7 : line;
		assert_int_equal(strncmp(name, family, strlen(family)), 0);
		assert_non_null(strchr(" {", name[strlen(family)]));
	}
	free(text);
}

static void promtool_has_nothing_to_say(void **state)
{
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	int found = system("promtool --version >/dev/null 2>&1");
	if (found != 0)
		skip_because("promtool is not installed");
	const char *text = write_text(*state);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	FILE *pipe = popen("promtool check metrics", "w");
	assert_non_null(pipe);
	assert_int_equal(fwrite(text, 1, strlen(text), pipe), strlen(text));
	assert_int_equal(pclose(pipe), 0);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(zero_is_a_sample),
		WITH_MACHINE(without_victims_only_the_machine_has_one),
		WITH_MACHINE(a_panic_has_no_next_victim),
		WITH_MACHINE(samples_stand_below_their_head),
		WITH_MACHINE(promtool_has_nothing_to_say),
	};
	return run_rows("lines", line_rows, check_line) +
	       run_rows("labels", label_rows, check_label) +
	       run_rows("what is not known", absent_rows, check_absent) +
	       cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
