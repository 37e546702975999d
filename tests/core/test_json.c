#include "oomspect/json.h"

#include "oomspect/cgroup_paths.h"

#include "support.h"
#include "support_json.h"
#include "support_members.h"
#include "support_snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is asked beside the snapshot */

static const char *user_name(void *context, uid_t uid)
{
	(void)context;
	return uid == 0 ? "root" : NULL;
}

static ssize_t command_line(void *context, pid_t pid, char *buffer, size_t size)
{
	(void)context;
	if (pid == 99)
		return -3;
	return snprintf(buffer, size, "run %d", (int)pid);
}

static const struct json_lookup lookup = { NULL, user_name, command_line };

/* --- the contract: names and types of the members */

static const struct member process_members[] = {
	{ "pid", "n" },
	{ "ppid", "n0" },
	{ "tgid", "n" },
	{ "uid", "n0" },
	{ "user", "s0" },
	{ "comm", "s0" },
	{ "state", "s0" },
	{ "start_ticks", "n0" },
	{ "cgroup", "s0" },
	{ "oom_score", "n0" },
	{ "oom_score_adj", "n0" },
	{ "badness_pages", "n0" },
	{ "mem_permille", "n0" },
	{ "adj_permille", "n0" },
	{ "badness_permille", "n0" },
	{ "rank", "n0" },
	{ "unkillable", "s0" },
	{ "rss_kb", "n0" },
	{ "rss_anon_kb", "n0" },
	{ "rss_file_kb", "n0" },
	{ "rss_shmem_kb", "n0" },
	{ "swap_kb", "n0" },
	{ "pgtables_kb", "n0" },
	{ "cmdline", "s0" },
};

static const struct member host_members[] = {
	{ "kernel", "s" },
	{ "page_size", "n" },
	{ "total_pages", "n" },
	{ "mem_total_kb", "n0" },
	{ "mem_available_kb", "n0" },
	{ "swap_total_kb", "n0" },
	{ "swap_free_kb", "n0" },
	{ "committed_kb", "n0" },
	{ "commit_limit_kb", "n0" },
	{ "psi_some_avg10", "n0" },
	{ "psi_full_avg10", "n0" },
	{ "oom_kill", "n0" },
	{ "era", "a" },
	{ "vm", "o" },
};

static const struct member vm_members[] = {
	{ "overcommit_memory", "n0" },
	{ "overcommit_ratio", "n0" },
	{ "panic_on_oom", "n0" },
	{ "oom_kill_allocating_task", "n0" },
	{ "oom_dump_tasks", "n0" },
	{ "swappiness", "n0" },
	{ "min_free_kbytes", "n0" },
};

static const struct member domain_members[] = {
	{ "kind", "s" },
	{ "path", "s0" },
	{ "nodes", "a0" },
	{ "totalpages", "n0" },
	{ "limit_bytes", "n0" },
};

static const struct member list_members[] = {
	{ "schema", "s" },
	{ "time_unix", "n0" },
	{ "boot_s", "n0" },
	{ "host", "o" },
	{ "domain", "o" },
	{ "moment", "s" },
	{ "uncertain", "a" },
	{ "processes", "a" },
};

static const struct member victim_members[] = {
	{ "schema", "s" },
	{ "host", "o" },
	{ "domain", "o" },
	{ "prediction", "s" },
	{ "victim", "o0" },
	{ "dies_with", "a" },
	{ "margin_pages", "n0" },
	{ "runners_up", "a" },
	{ "frees_kb", "n0" },
	{ "why", "s" },
	{ "margin_bytes", "n0" },
	{ "moment", "s" },
	{ "now", "o" },
	{ "differ", "b" },
	{ "uncertain", "a" },
};

static const struct member now_members[] = {
	{ "victim", "o0" },
	{ "dies_with", "a" },
	{ "margin_pages", "n0" },
	{ "margin_bytes", "n0" },
	{ "frees_kb", "n0" },
};

static void check_processes(const json_t *array, size_t count)
{
	size_t index;
	const json_t *process;
	assert_int_equal(json_array_size(array), count);
	json_array_foreach(array, index, process) assert_members(process, process_members);
}

static void check_head(const json_t *document)
{
	const json_t *host = json_object_get(document, "host");
	assert_members(host, host_members);
	assert_members(json_object_get(host, "vm"), vm_members);
	assert_members(json_object_get(document, "domain"), domain_members);
}

/* --- documents of a small machine: 10 would die and take 11 along, 12 is next, 1 is init */

static void make_machine(struct machine *machine)
{
	machine_add(machine, 1, 5, 0);
	struct task *victim = machine_add(machine, 10, 250000, 40);
	victim->swap_pages = 30;
	victim->pte_kb = 28;
	machine_add(machine, 11, 250000, -1000)->mm_owner = 10;
	machine_add_mixed(machine, 12, 1000, 300000, 0);
	machine->snapshot.host.boot_ms = 1500;
	machine->snapshot.host.time_unix = 1700000000.5;
	machine->snapshot.host.psi_memory.some.avg10 = 1231;
}

static void write_list(const struct machine *machine, struct written_json *written)
{
	const struct ranking_row *rows[MACHINE_TASKS];
	for (size_t i = 0; i < machine->outlook.ranking.count; i++)
		rows[i] = &machine->outlook.ranking.rows[i];
	written_json_begin(written);
	json_list(written->file, &machine->outlook, rows, machine->outlook.ranking.count, &lookup);
}

static json_t *list_of(struct machine *machine)
{
	struct written_json written;
	write_list(machine, &written);
	json_t *list = written_json_read(&written);
	written_json_release(&written);
	return list;
}

static json_t *victim_of(struct machine *machine)
{
	struct written_json written;
	struct outlook at_oom;
	outlook_init(&at_oom);
	assert_int_equal(outlook_build(&at_oom, &machine->snapshot,
				 &machine->outlook.ranking.domain, MOMENT_OOM, NULL, 0, NULL),
		ERR_OK);
	written_json_begin(&written);
	json_victim(written.file, &at_oom, &machine->outlook, &lookup);
	json_t *document = written_json_read(&written);
	written_json_release(&written);
	outlook_release(&at_oom);
	return document;
}

static double number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	assert_true(json_is_number(value));
	return json_number_value(value);
}

static const char *string(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static const json_t *first_process(const json_t *list)
{
	return json_array_get(json_object_get(list, "processes"), 0);
}

static void list_has_every_member_of_the_contract(void **state)
{
	struct machine *machine = *state;
	make_machine(machine);
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	assert_members(list, list_members);
	check_head(list);
	check_processes(json_object_get(list, "processes"), 4);
	assert_string_equal(string(list, "schema"), "oomspect.list/2");
	assert_string_equal(string(json_object_get(list, "domain"), "kind"), "host");
	json_decref(list);
}

static void victim_has_every_member_of_the_contract(void **state)
{
	struct machine *machine = *state;
	make_machine(machine);
	machine_rank_host(machine);
	json_t *document = victim_of(machine);
	const json_t *now = json_object_get(document, "now");
	assert_members(document, victim_members);
	check_head(document);
	assert_string_equal(string(document, "schema"), "oomspect.victim/2");
	assert_members(json_object_get(document, "victim"), process_members);
	check_processes(json_object_get(document, "dies_with"), 1);
	check_processes(json_object_get(document, "runners_up"), 1);
	assert_members(now, now_members);
	assert_members(json_object_get(now, "victim"), process_members);
	check_processes(json_object_get(now, "dies_with"), 0);
	json_decref(document);
}

static void a_process_has_its_numbers(void **state)
{
	struct machine *machine = *state;
	make_machine(machine);
	machine->tasks[3].oom_score_adj = -500;
	machine->tasks[1].oom_score = 860;
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	const json_t *process = first_process(list);
	assert_int_equal(number(process, "pid"), 10);
	assert_string_equal(string(process, "user"), "root");
	assert_string_equal(string(process, "cmdline"), "run 10");
	assert_string_equal(string(process, "state"), "S");
	assert_int_equal(number(process, "rank"), 1);
	assert_int_equal(number(process, "oom_score"), 860);
	/* 250000 + 30 + 7 pages of tables + 40 * 1000 */
	assert_int_equal(number(process, "badness_pages"), 290037);
	assert_true(number(process, "mem_permille") == 250.0);
	assert_true(number(process, "adj_permille") == 40.0);
	assert_true(number(process, "badness_permille") == 290.0);
	assert_int_equal(number(process, "rss_kb"), 1000000);
	assert_int_equal(number(process, "swap_kb"), 120);
	assert_int_equal(number(process, "pgtables_kb"), 28);
	assert_true(json_is_null(json_object_get(process, "unkillable")));
	json_decref(list);
}

static void the_outcome_now_and_at_the_oom_may_differ(void **state)
{
	struct machine *machine = *state;
	make_machine(machine);
	machine_rank_host(machine);
	json_t *document = victim_of(machine);
	const json_t *now = json_object_get(document, "now");
	assert_string_equal(string(document, "prediction"), "victim");
	assert_string_equal(string(document, "moment"), "oom");
	assert_int_equal(number(json_object_get(document, "victim"), "pid"), 10);
	assert_int_equal(number(document, "margin_pages"), 290037 - 1000);
	assert_int_equal(number(document, "margin_bytes"), (290037 - 1000) * 4096);
	assert_int_equal(number(document, "frees_kb"), 1000000 + 120 + 28);
	assert_int_equal(number(json_object_get(now, "victim"), "pid"), 12);
	assert_int_equal(number(now, "margin_pages"), 301000 - 290037);
	assert_int_equal(number(now, "frees_kb"), 4000);
	assert_true(json_is_true(json_object_get(document, "differ")));
	json_decref(document);
}

static void without_a_prediction_nobody_is_named(void **state)
{
	struct machine *machine = *state;
	make_machine(machine);
	machine->snapshot.host.vm.panic_on_oom = 1;
	machine_rank_host(machine);
	json_t *document = victim_of(machine);
	assert_string_equal(string(document, "prediction"), "panic");
	assert_true(json_is_null(json_object_get(document, "victim")));
	assert_true(json_is_null(json_object_get(document, "margin_pages")));
	assert_true(json_is_null(json_object_get(document, "frees_kb")));
	assert_int_equal(json_array_size(json_object_get(document, "dies_with")), 0);
	json_decref(document);
}

static void an_empty_machine_has_no_victim(void **state)
{
	struct machine *machine = *state;
	machine_rank_host(machine);
	json_t *document = victim_of(machine), *list = list_of(machine);
	assert_string_equal(string(document, "prediction"), "none");
	assert_true(json_is_false(json_object_get(document, "differ")));
	check_processes(json_object_get(list, "processes"), 0);
	json_decref(document);
	json_decref(list);
}

static void no_more_than_five_runners_up_and_what_is_uncertain(void **state)
{
	struct machine *machine = *state;
	for (int i = 0; i < 9; i++)
		machine_add(machine, 10 + i, 900 - 10 * i, 0);
	machine->snapshot.hidepid = true;
	machine->tasks[0].mm_sharers_unknown = true;
	machine_rank_host(machine);
	json_t *document = victim_of(machine);
	const json_t *runners_up = json_object_get(document, "runners_up");
	const json_t *uncertain = json_object_get(document, "uncertain");
	check_processes(runners_up, 5);
	assert_int_equal(number(json_array_get(runners_up, 4), "pid"), 15);
	assert_int_equal(json_array_size(uncertain), 2);
	assert_string_equal(json_string_value(json_array_get(uncertain, 0)), "shared_mm");
	assert_string_equal(json_string_value(json_array_get(uncertain, 1)), "hidden");
	json_decref(document);
}

/* --- unknown is null */

static void of_an_unknown_process_all_numbers_are_null(void **state)
{
	static const char *const members[] = { "ppid", "uid", "user", "comm", "state",
		"start_ticks", "cgroup", "oom_score", "oom_score_adj", "badness_pages",
		"mem_permille", "adj_permille", "badness_permille", "rank", "unkillable", "rss_kb",
		"rss_anon_kb", "rss_file_kb", "rss_shmem_kb", "swap_kb", "pgtables_kb", "cmdline" };
	struct machine *machine = *state;
	*machine_add(machine, 99, 0, 0) = proc_unknown(99);
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	const json_t *process = first_process(list);
	assert_members(process, process_members);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (!json_is_null(json_object_get(process, members[i])))
			fail_msg("'%s' is not null", members[i]);
	json_decref(list);
}

static void of_an_unknown_host_all_numbers_are_null(void **state)
{
	static const char *const members[] = { "mem_total_kb", "mem_available_kb", "swap_total_kb",
		"swap_free_kb", "committed_kb", "commit_limit_kb", "psi_some_avg10",
		"psi_full_avg10", "oom_kill" };
	struct machine *machine = *state;
	struct host *host = &machine->snapshot.host;
	host_parse_meminfo(text_of(""), &host->meminfo);
	host_parse_psi(text_of(""), &host->psi_memory);
	host_parse_vmstat(text_of(""), &host->vmstat);
	host->vm.swappiness = UNKNOWN_SIGNED;
	host->boot_ms = UNKNOWN;
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	const json_t *object = json_object_get(list, "host");
	assert_members(object, host_members);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		assert_true(json_is_null(json_object_get(object, members[i])));
	assert_true(json_is_null(json_object_get(json_object_get(object, "vm"), "swappiness")));
	assert_int_equal(number(json_object_get(object, "vm"), "panic_on_oom"), 0);
	assert_true(json_is_null(json_object_get(list, "boot_s")));
	json_decref(list);
}

static void names_the_reason_to_live(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 1, 5000, 0);
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	assert_string_equal(string(first_process(list), "unkillable"), "init");
	assert_true(json_is_null(json_object_get(first_process(list), "rank")));
	json_decref(list);
}

/* --- domains */

static void a_domain_of_a_cgroup_has_a_path_and_a_limit(void **state)
{
	struct machine *machine = *state;
	machine_add_memcg(machine, -1, amount_bytes(100 << 20))->path = "/\xff";
	machine_add(machine, 10, 100, 0)->memcg = 0;
	machine_rank(machine, domain_memcg(&machine->snapshot, 0), MOMENT_NOW, NULL, 0);
	json_t *list = list_of(machine);
	const json_t *domain = json_object_get(list, "domain");
	assert_members(domain, domain_members);
	assert_string_equal(string(domain, "kind"), "memcg");
	assert_string_equal(string(domain, "path"), "/\xef\xbf\xbd");
	assert_string_equal(string(domain, "path_hex"), "2fff");
	assert_int_equal(number(domain, "limit_bytes"), 100 << 20);
	assert_int_equal(number(domain, "totalpages"), 25600);
	json_decref(list);
}

static void a_domain_of_nodes_lists_them(void **state)
{
	struct machine *machine = *state;
	machine->snapshot.host.zone_count = 0; /* zoneinfo could not be read */
	machine_rank(machine, domain_nodes(&machine->snapshot, 5), MOMENT_NOW, NULL, 0);
	json_t *list = list_of(machine);
	const json_t *domain = json_object_get(list, "domain");
	const json_t *nodes = json_object_get(domain, "nodes");
	assert_string_equal(string(domain, "kind"), "nodes");
	assert_int_equal(json_array_size(nodes), 2);
	assert_int_equal(json_integer_value(json_array_get(nodes, 1)), 2);
	assert_true(json_is_null(json_object_get(domain, "totalpages")));
	json_decref(list);
}

/* --- bytes from outside */

static void a_hostile_process_is_a_valid_document_on_one_line(void **state)
{
	struct machine *machine = *state;
	struct task *task = machine_add(machine, 10, 100, 0);
	struct cgroup_paths *paths = cgroup_paths_new();
	text_copy(text_of(") R 1\n\xff\""), task->comm, sizeof(task->comm));
	task->cgroup = cgroup_paths_id(paths, "/a\nb\x80");
	machine->snapshot.paths = paths;
	machine_rank_host(machine);
	json_t *list = list_of(machine);
	assert_string_equal(string(first_process(list), "comm"), ") R 1\n\xef\xbf\xbd\"");
	assert_string_equal(string(first_process(list), "comm_hex"), "29205220310aff22");
	assert_string_equal(string(first_process(list), "cgroup_hex"), "2f610a6280");
	json_decref(list);
	cgroup_paths_free(paths);
}

static void a_permille_has_one_decimal(void **state)
{
	struct machine *machine = *state;
	machine_add(machine, 10, 123456, 0);
	machine_rank_host(machine);
	struct written_json written;
	write_list(machine, &written);
	json_decref(written_json_read(&written));
	assert_non_null(strstr(written.text, "\"badness_permille\":123.4,"));
	written_json_release(&written);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		MACHINE_TEST(list_has_every_member_of_the_contract),
		MACHINE_TEST(victim_has_every_member_of_the_contract),
		MACHINE_TEST(a_process_has_its_numbers),
		MACHINE_TEST(the_outcome_now_and_at_the_oom_may_differ),
		MACHINE_TEST(without_a_prediction_nobody_is_named),
		MACHINE_TEST(an_empty_machine_has_no_victim),
		MACHINE_TEST(no_more_than_five_runners_up_and_what_is_uncertain),
		MACHINE_TEST(of_an_unknown_process_all_numbers_are_null),
		MACHINE_TEST(of_an_unknown_host_all_numbers_are_null),
		MACHINE_TEST(names_the_reason_to_live),
		MACHINE_TEST(a_domain_of_a_cgroup_has_a_path_and_a_limit),
		MACHINE_TEST(a_domain_of_nodes_lists_them),
		MACHINE_TEST(a_hostile_process_is_a_valid_document_on_one_line),
		MACHINE_TEST(a_permille_has_one_decimal),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
