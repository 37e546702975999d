/* Killers other than the kernel: what their arguments and settings say, read once, and how near
 * they are. */
#include "oomspect/killer.h"

#include "support.h"
#include "support_files.h"
#include "support_snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GIB ((int64_t)1 << 20)

static const struct host_meminfo meminfo = {
	.mem_total = 32 * GIB,
	.mem_available = 2306867,
	.anon = 27367833,
	.swap_total = 4 * GIB,
	.swap_free = 3040870,
};

/* --- earlyoom's arguments --------------------------------------------------------------------- */

struct earlyoom_row {
	const char *claim, *arguments; /* blanks stand for NULs */
	int64_t mem_free, swap_free;
	bool dry_run;
};

static const struct earlyoom_row earlyoom_rows[] = {
	{ "without options both are 10 %", "earlyoom", 1000, 1000, false },
	{ "-m and -s are shares", "/usr/bin/earlyoom -r 3600 -m 5 -s 30", 500, 3000, false },
	{ "the share for SIGKILL is another", "earlyoom -m 12,4 -s 20,1", 1200, 2000, false },
	{ "a value may follow its letter at once", "earlyoom -m7 -ns100", 700, 10000, false },
	{ "letters may stand together", "earlyoom -pgnm 4.5", 450, 1000, false },
	{ "-M is a size of the total", "earlyoom -M 3355443,1", 999, 1000, false },
	{ "of -m and -M the lower one counts", "earlyoom -m 20 -M 1677721", 499, 1000, false },
	{ "of -s and -S the lower one counts", "earlyoom -S 4194304 -s 15", 1000, 1500, false },
	{ "the value of --prefer is no option", "earlyoom --prefer -m3 -m 4", 400, 1000, false },
	{ "nor is that of an abbreviation", "earlyoom --avoi -m3 --ignore -s9", 1000, 1000, false },
	{ "a value behind = takes nothing more", "earlyoom --prefer=^x$ -m 4", 400, 1000, false },
	{ "-- ends the options", "earlyoom -- -m 3", 1000, 1000, false },
	{ "a dry run kills nothing", "earlyoom --dryrun -m 8", 800, 1000, true },
	{ "an unknown letter leaves nothing known", "earlyoom -m 3 -z 4", UNKNOWN, UNKNOWN, false },
	{ "a share that is no number neither", "earlyoom -m x", UNKNOWN, UNKNOWN, false },
	{ "a value that is missing neither", "earlyoom -m", UNKNOWN, UNKNOWN, false },
	{ "a negative size neither", "earlyoom -M -5", UNKNOWN, UNKNOWN, false },
	{ "a size beyond all numbers neither", "earlyoom -M 99999999999999999999", UNKNOWN, UNKNOWN,
		false },
	{ "bytes that are no text neither", "earlyoom -m \033[2J", UNKNOWN, UNKNOWN, false },
};

static void check_earlyoom(void **state)
{
	const struct earlyoom_row *row = *state;
	struct killer killer = { .pid = 1 };
	char arguments[256];
	size_t length = strlen(row->arguments) + 1;
	memcpy(arguments, row->arguments, length);
	for (size_t i = 0; i < length; i++)
		if (arguments[i] == ' ')
			arguments[i] = '\0';
	killer_parse_earlyoom((struct text){ arguments, length }, &meminfo, &killer);
	assert_int_equal(killer.mem_free, row->mem_free);
	assert_int_equal(killer.swap_free, row->swap_free);
	assert_int_equal(killer.dry_run, row->dry_run);
}

static void earlyoom_without_swap_keeps_its_default(void **state)
{
	struct host_meminfo none = meminfo;
	struct killer killer = { .pid = 1 };
	static const char arguments[] = "earlyoom\0-S\0001048576";
	(void)state;
	none.swap_total = 0;
	killer_parse_earlyoom((struct text){ arguments, sizeof(arguments) }, &none, &killer);
	assert_int_equal(killer.swap_free, 1000);
}

/* --- the settings of systemd-oomd and nohang --------------------------------------------------- */

struct settings_row {
	const char *claim, *text;
	int64_t free, pressure, pressure_ms;
};

static const struct settings_row oomd_rows[] = {
	{ "comments say nothing", "[OOM]\n#SwapUsedLimit=50%\n;SwapUsedLimit=40%\n", 1000, 6000,
		30000 },
	{ "all three",
		"[OOM]\nSwapUsedLimit=80%\nDefaultMemoryPressureLimit=50%\n"
		"DefaultMemoryPressureDurationSec=20s\n",
		2000, 5000, 20000 },
	{ "blanks around do not matter", "[OOM]\n  SwapUsedLimit =  75.5%  \r\n", 2450, 6000,
		30000 },
	{ "permille and permyriad",
		"[OOM]\nSwapUsedLimit=950\u2030\n"
		"DefaultMemoryPressureLimit=4250\u2031\n",
		500, 4250, 30000 },
	{ "the last one counts", "[OOM]\nSwapUsedLimit=80%\nSwapUsedLimit=85%", 1500, 6000, 30000 },
	{ "an empty value changes nothing", "[OOM]\nSwapUsedLimit=\n", 1000, 6000, 30000 },
	{ "another section is not ours", "[Other]\nSwapUsedLimit=10%\n", 1000, 6000, 30000 },
	{ "nor is what stands before any", "SwapUsedLimit=10%\n[OOM]\n", 1000, 6000, 30000 },
	{ "a span in minutes", "[OOM]\nDefaultMemoryPressureDurationSec=1min\n", 1000, 6000,
		60000 },
	{ "a span of 0 is the default", "[OOM]\nDefaultMemoryPressureDurationSec=0\n", 1000, 6000,
		30000 },
	{ "a span of parts is not understood", "[OOM]\nDefaultMemoryPressureDurationSec=1min 5s\n",
		1000, 6000, UNKNOWN },
	{ "a share without a unit is none", "[OOM]\nSwapUsedLimit=90\n", UNKNOWN, 6000, 30000 },
	{ "more than all is none", "[OOM]\nSwapUsedLimit=101%\n", UNKNOWN, 6000, 30000 },
	{ "a negative one is none", "[OOM]\nSwapUsedLimit=-5%\n", UNKNOWN, 6000, 30000 },
	{ "a line that goes on is not understood", "[OOM]\nSwapUsedLimit=\\\n80%\n", UNKNOWN, 6000,
		30000 },
	{ "escape codes are no number", "[OOM]\nDefaultMemoryPressureLimit=\033]0;x\007%\n", 1000,
		UNKNOWN, 30000 },
};

static void check_oomd(void **state)
{
	const struct settings_row *row = *state;
	struct killer killer = {
		.mem_free = 1000, .swap_free = 1000, .pressure = 6000, .pressure_ms = 30000
	};
	killer_parse_oomd(text_of(row->text), &killer);
	assert_int_equal(killer.mem_free, row->free);
	assert_int_equal(killer.swap_free, row->free);
	assert_int_equal(killer.pressure, row->pressure);
	assert_int_equal(killer.pressure_ms, row->pressure_ms);
}

struct nohang_row {
	const char *claim, *text;
	int64_t mem_free, swap_free;
};

static const struct nohang_row nohang_rows[] = {
	{ "shares", "soft_threshold_min_mem = 5 %\nsoft_threshold_min_swap  = 10.5 %\n", 500,
		1050 },
	{ "sizes", "soft_threshold_min_mem = 1638 M\nsoft_threshold_min_swap=1024M\n", 499, 2500 },
	{ "a line that begins with a blank is a comment",
		"    soft_threshold_min_mem = 5 %\n\tsoft_threshold_min_swap = 3 %\n", UNKNOWN,
		UNKNOWN },
	{ "hard thresholds come later", "hard_threshold_min_mem = 2 %\n", UNKNOWN, UNKNOWN },
	{ "another unit is none", "soft_threshold_min_mem = 5 G\n", UNKNOWN, UNKNOWN },
	{ "more than all is none", "soft_threshold_min_swap = 400 %\n", UNKNOWN, UNKNOWN },
	{ "a line without = is nothing", "soft_threshold_min_mem\n= 5 %\n", UNKNOWN, UNKNOWN },
};

static void check_nohang(void **state)
{
	const struct nohang_row *row = *state;
	struct killer killer = { .mem_free = UNKNOWN, .swap_free = UNKNOWN };
	killer_parse_nohang(text_of(row->text), &meminfo, &killer);
	assert_int_equal(killer.mem_free, row->mem_free);
	assert_int_equal(killer.swap_free, row->swap_free);
}

/* --- on a machine ------------------------------------------------------------------------------ */

struct fixture {
	struct files files;
	struct root root;
	struct root_listener listener;
	struct machine machine;
	struct killers killers;
	size_t reads;
};

static void count_read(
	void *context, const char *path, size_t offset, const char *bytes, size_t length)
{
	(void)path;
	(void)offset;
	(void)bytes;
	(void)length;
	(*(size_t *)context)++;
}

static int set_up(void **state)
{
	static struct fixture fixture;
	memset(&fixture, 0, sizeof(fixture));
	files_make(&fixture.files);
	files_open(&fixture.files, "", &fixture.root);
	fixture.listener = (struct root_listener){ &fixture.reads, count_read, NULL };
	fixture.root.listener = &fixture.listener;
	machine_init(&fixture.machine, "6.18.4", 1 << 20);
	fixture.machine.snapshot.host.meminfo = meminfo;
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	machine_release(&fixture->machine);
	root_release(&fixture->root);
	files_remove(&fixture->files);
	return 0;
}

static struct task *run(struct fixture *fixture, pid_t pid, const char *comm)
{
	struct task *task = machine_add(&fixture->machine, pid, 100, 0);
	strcpy(task->comm, comm);
	return task;
}

/* As /proc has a command line: a NUL behind each argument, for which a blank stands here. */
static void put_arguments(const struct fixture *fixture, const char *arguments)
{
	char bytes[256];
	size_t length = strlen(arguments) + 1;
	files_put(&fixture->files, "proc/10/cmdline", "");
	int fd = openat(fixture->root.fd, "proc/10/cmdline", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0 && length <= sizeof(bytes));
	for (size_t i = 0; i < length; i++)
		bytes[i] = arguments[i] == ' ' ? '\0' : arguments[i];
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void look(struct fixture *fixture)
{
	killers_update(&fixture->killers, &fixture->root, &fixture->machine.snapshot);
}

static const char *words(const struct fixture *fixture, enum killer_kind kind)
{
	static char buffer[KILLER_WORDS_SIZE];
	killer_explain(&fixture->killers, kind, &fixture->machine.snapshot.host, buffer);
	return buffer;
}

static enum killer_stand stand(const struct fixture *fixture, enum killer_kind kind)
{
	return killer_stand(&fixture->killers, kind, &fixture->machine.snapshot.host);
}

static void none_runs(void **state)
{
	struct fixture *fixture = *state;
	run(fixture, 10, "earlyoom-helper");
	run(fixture, 11, "systemd-oom");
	run(fixture, 12, "nohang")->kthread = true;
	run(fixture, 13, "bustd")->state = 'Z';
	look(fixture);
	for (enum killer_kind kind = 0; kind < KILLER_COUNT; kind++) {
		assert_int_equal(stand(fixture, kind), KILLER_ABSENT);
		assert_string_equal(words(fixture, kind), "");
	}
	assert_int_equal(fixture->reads, 0);
}

static void oomd_by_its_defaults(void **state)
{
	struct fixture *fixture = *state;
	run(fixture, 10, "systemd-oomd");
	look(fixture);
	assert_string_equal(words(fixture, KILLER_SYSTEMD_OOMD),
		"systemd-oomd active, swap used 28%, mem 93% of limit 90%");
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_WAITS);
	fixture->machine.snapshot.host.meminfo.swap_free = 4 * GIB / 20;
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_DUE);
	fixture->machine.snapshot.host.meminfo.mem_available = 16 * GIB;
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_WAITS);
}

static void oomd_without_swap_watches_pressure(void **state)
{
	struct fixture *fixture = *state;
	struct host_meminfo *mem = &fixture->machine.snapshot.host.meminfo;
	mem->swap_total = mem->swap_free = 0;
	mem->mem_available = 0;
	files_put(&fixture->files, "etc/systemd/oomd.conf",
		"[OOM]\nDefaultMemoryPressureLimit=55%\n");
	run(fixture, 10, "systemd-oomd");
	look(fixture);
	assert_string_equal(words(fixture, KILLER_SYSTEMD_OOMD),
		"systemd-oomd active, no swap: acts on pressure only (55% for 30s)");
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_WAITS);
}

/* Of the main files the first one counts; of drop-ins the last by name, and of one name the first
 * directory. */
static void drop_ins_override_in_the_order_of_their_names(void **state)
{
	struct fixture *fixture = *state;
	const struct files *files = &fixture->files;
	const struct killer *killer = &fixture->killers.rows[KILLER_SYSTEMD_OOMD];
	files_put(files, "etc/systemd/oomd.conf", "[OOM]\nSwapUsedLimit=50%\n");
	files_put(files, "usr/lib/systemd/oomd.conf",
		"[OOM]\nSwapUsedLimit=1%\nDefaultMemoryPressureLimit=1%\n");
	files_put(files, "usr/lib/systemd/oomd.conf.d/10-a.conf",
		"[OOM]\nDefaultMemoryPressureDurationSec=20s\nSwapUsedLimit=2%\n");
	files_put(files, "etc/systemd/oomd.conf.d/20-b.conf", "[OOM]\nSwapUsedLimit=60%\n");
	files_put(files, "usr/lib/systemd/oomd.conf.d/30-c.conf", "[OOM]\nSwapUsedLimit=3%\n");
	files_put(files, "etc/systemd/oomd.conf.d/30-c.conf", "[OOM]\nSwapUsedLimit=70%\n");
	files_put(files, "etc/systemd/oomd.conf.d/40-d.conf~", "[OOM]\nSwapUsedLimit=4%\n");
	files_dir(files, "etc/systemd/oomd.conf.d/50-e.conf");
	run(fixture, 10, "systemd-oomd");
	look(fixture);
	assert_int_equal(killer->swap_free, 3000);
	assert_int_equal(killer->pressure, 6000);
	assert_int_equal(killer->pressure_ms, 20000);
}

static void settings_that_are_no_text_leave_nothing_known(void **state)
{
	struct fixture *fixture = *state;
	files_put_kind(&fixture->files, "etc/systemd/oomd.conf", FILES_GIGABYTE);
	run(fixture, 10, "systemd-oomd");
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_UNCLEAR);
	assert_string_equal(words(fixture, KILLER_SYSTEMD_OOMD),
		"systemd-oomd active, its thresholds are not known");
}

static void a_flood_of_drop_ins_leaves_nothing_known(void **state)
{
	struct fixture *fixture = *state;
	char name[64];
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "etc/systemd/oomd.conf.d/%02d.conf", i);
		files_put(&fixture->files, name, "[OOM]\nSwapUsedLimit=50%\n");
	}
	run(fixture, 10, "systemd-oomd");
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_SYSTEMD_OOMD), KILLER_UNCLEAR);
}

static void earlyoom_says_both_shares(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "earlyoom");
	run(fixture, 10, "earlyoom");
	look(fixture);
	assert_string_equal(words(fixture, KILLER_EARLYOOM),
		"earlyoom active, swap free 72%, avail 7-8% of limit 10%");
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_WAITS);
	fixture->machine.snapshot.host.meminfo.swap_free = 0;
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_DUE);
	fixture->machine.snapshot.host.meminfo.swap_total = 0;
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_DUE);
	assert_string_equal(words(fixture, KILLER_EARLYOOM),
		"earlyoom active, no swap, avail 7-8% of limit 10%");
}

static void unequal_limits_are_said_each(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "earlyoom -m 2.5");
	run(fixture, 10, "earlyoom");
	look(fixture);
	assert_string_equal(words(fixture, KILLER_EARLYOOM),
		"earlyoom active, swap free 72% of limit 10%, "
		"avail 7-8% of limit 2.5%");
}

static void nohang_is_named_when_its_settings_are_not_found(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "nohang");
	run(fixture, 10, "nohang");
	run(fixture, 11, "oomd");
	look(fixture);
	assert_string_equal(
		words(fixture, KILLER_NOHANG), "nohang active, its thresholds are not known");
	assert_string_equal(
		words(fixture, KILLER_OOMD), "oomd active, its thresholds are not known");
}

static void long_settings_are_read_whole(void **state)
{
	struct fixture *fixture = *state;
	static char settings[40000];
	size_t used = 0;
	while (used < 32000) /* the comments of a file that explains itself */
		used += (size_t)sprintf(settings + used, "## This is how it is, and why.\n");
	strcpy(settings + used, "soft_threshold_min_mem = 5 %\nsoft_threshold_min_swap = 10 %\n");
	files_put(&fixture->files, "etc/nohang/nohang.conf", settings);
	put_arguments(fixture, "nohang --config /etc/nohang/nohang.conf");
	run(fixture, 10, "nohang");
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_NOHANG), KILLER_WAITS);
}

struct config_row {
	const char *claim, *path;
	enum killer_stand stand;
};

static const struct config_row config_rows[] = {
	{ "nohang's own directory is read", "/etc/nohang/nohang.conf", KILLER_WAITS },
	{ "the one of local programs too", "/usr/local/etc/nohang/my.conf", KILLER_WAITS },
	{ "no other place is opened", "/home/eve/nohang.conf", KILLER_UNCLEAR },
	{ "nor one that only begins like it", "/etc/nohang/../../home/eve/nohang.conf",
		KILLER_UNCLEAR },
	{ "nor a relative path", "etc/nohang/nohang.conf", KILLER_UNCLEAR },
	{ "nor the directory itself", "/etc/nohang/", KILLER_UNCLEAR },
};

static void check_config(void **state)
{
	static const char settings[] =
		"soft_threshold_min_mem = 5 %\nsoft_threshold_min_swap = 10 %\n";
	const struct config_row *row = *state;
	void *opened;
	char arguments[256];
	set_up(&opened);
	struct fixture *fixture = opened;
	files_put(&fixture->files, "etc/nohang/nohang.conf", settings);
	files_put(&fixture->files, "usr/local/etc/nohang/my.conf", settings);
	files_put(&fixture->files, "home/eve/nohang.conf", settings);
	snprintf(arguments, sizeof(arguments), "nohang --monitor --config %s", row->path);
	put_arguments(fixture, arguments);
	run(fixture, 10, "nohang");
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_NOHANG), row->stand);
	tear_down(&opened);
}

static void files_are_read_once_a_process(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "earlyoom");
	files_put(&fixture->files, "etc/systemd/oomd.conf", "[OOM]\n");
	struct task *task = run(fixture, 10, "earlyoom");
	run(fixture, 20, "systemd-oomd");
	look(fixture);
	size_t reads = fixture->reads;
	assert_true(reads > 0);
	for (int i = 0; i < 10; i++)
		look(fixture);
	assert_int_equal(fixture->reads, reads);
	task->start_ticks++; /* another process with the same number */
	look(fixture);
	assert_int_equal(fixture->reads, reads + 1);
}

static void a_process_in_deep_sleep_is_asked_later(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "earlyoom");
	struct task *task = run(fixture, 10, "earlyoom");
	task->state = 'D';
	look(fixture);
	assert_int_equal(fixture->reads, 0);
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_UNCLEAR);
	task->state = 'S';
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_WAITS);
}

static void one_that_ended_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	put_arguments(fixture, "earlyoom");
	struct task *task = run(fixture, 10, "earlyoom");
	look(fixture);
	strcpy(task->comm, "sleep");
	look(fixture);
	assert_int_equal(stand(fixture, KILLER_EARLYOOM), KILLER_ABSENT);
}

static void the_longest_words_fit(void **state)
{
	struct fixture *fixture = *state;
	fixture->killers.rows[KILLER_NOHANG] =
		(struct killer){ .pid = 1, .read = true, .mem_free = 9999, .swap_free = 9989 };
	fixture->machine.snapshot.host.meminfo.swap_free = 4 * GIB;
	fixture->machine.snapshot.host.meminfo.mem_available = 32 * GIB;
	assert_string_equal(words(fixture, KILLER_NOHANG),
		"nohang active, swap free 100% of limit 99.8%, "
		"avail 100% of limit 99.9%");
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(earlyoom_without_swap_keeps_its_default),
		ON_MACHINE(none_runs),
		ON_MACHINE(oomd_by_its_defaults),
		ON_MACHINE(oomd_without_swap_watches_pressure),
		ON_MACHINE(drop_ins_override_in_the_order_of_their_names),
		ON_MACHINE(settings_that_are_no_text_leave_nothing_known),
		ON_MACHINE(a_flood_of_drop_ins_leaves_nothing_known),
		ON_MACHINE(earlyoom_says_both_shares),
		ON_MACHINE(unequal_limits_are_said_each),
		ON_MACHINE(nohang_is_named_when_its_settings_are_not_found),
		ON_MACHINE(long_settings_are_read_whole),
		ON_MACHINE(files_are_read_once_a_process),
		ON_MACHINE(a_process_in_deep_sleep_is_asked_later),
		ON_MACHINE(one_that_ended_is_forgotten),
		ON_MACHINE(the_longest_words_fit),
	};
	return run_rows("earlyoom's arguments", earlyoom_rows, check_earlyoom) +
	       run_rows("oomd.conf", oomd_rows, check_oomd) +
	       run_rows("nohang.conf", nohang_rows, check_nohang) +
	       run_rows("where nohang's settings may stand", config_rows, check_config) +
	       cmocka_run_group_tests_name("killers on a machine", tests, NULL, NULL);
}
