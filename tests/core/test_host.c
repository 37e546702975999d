#include "oomspect/host.h"

#include "support.h"
#include "support_tree.h"

#include <elf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- meminfo */

static const char meminfo[] =
	"MemTotal:       16314560 kB\nMemFree:          200000 kB\nMemAvailable:    9000000 kB\n"
	"Buffers:           10000 kB\nCached:           300000 kB\nSwapCached:            7 kB\n"
	"Active(anon):      11111 kB\nActive(file):      50000 kB\nInactive(file):    60000 kB\n"
	"SwapTotal:       2097148 kB\nSwapFree:              0 kB\nAnonPages:        400000 kB\n"
	"Shmem:             70000 kB\nPageTables:         8000 kB\nCommitLimit:    10000000 kB\n"
	"Committed_AS:    5000000 kB\nHugePages_Total:       4\nHugetlb:            8192 kB\n";

static void reads_meminfo(void **state)
{
	struct host_meminfo parsed;
	(void)state;
	host_parse_meminfo(text_of(meminfo), &parsed);
	assert_int_equal(parsed.mem_total, 16314560);
	assert_int_equal(parsed.mem_free, 200000);
	assert_int_equal(parsed.mem_available, 9000000);
	assert_int_equal(parsed.active_file, 50000);
	assert_int_equal(parsed.inactive_file, 60000);
	assert_int_equal(parsed.swap_total, 2097148);
	assert_int_equal(parsed.anon, 400000);
	assert_int_equal(parsed.shmem, 70000);
	assert_int_equal(parsed.committed, 5000000);
	assert_int_equal(parsed.hugetlb, 8192);
}

static void a_missing_line_of_meminfo_is_unknown_and_zero_is_zero(void **state)
{
	struct host_meminfo parsed;
	(void)state;
	host_parse_meminfo(text_of(meminfo), &parsed);
	assert_int_equal(parsed.swap_free, 0);
	assert_int_equal(parsed.zswap, UNKNOWN);
	assert_int_equal(parsed.high_total, UNKNOWN);
}

/* What one line of meminfo, MemTotal, gives. */
static const struct number_case {
	const char *claim;
	const char *text;
	int64_t mem_total;
} meminfo_cases[] = {
	{ "an empty meminfo says nothing", "", UNKNOWN },
	{ "a number cut by the end of the file", "MemTotal: 12", 12 },
	{ "a name without a number", "MemTotal:\n", UNKNOWN },
	{ "a negative number", "MemTotal: -5 kB\n", UNKNOWN },
	{ "a number that does not fit", "MemTotal: 9223372036854775808 kB\n", UNKNOWN },
	{ "more than any machine has is the most", "MemTotal: 9223372036854775807 kB\n",
		AMOUNT_KB_MAX },
	{ "the most is what it is", "MemTotal: 70368744177664 kB\n", AMOUNT_KB_MAX },
	{ "a line without a colon", "MemTotal 5 kB\n", UNKNOWN },
	{ "a name that only begins so", "MemTotalX: 5 kB\n", UNKNOWN },
	{ "binary bytes around it", "\xff\x01: \n\xfe\nMemTotal: 5 kB\n", 5 },
};

static void reads_one_number_of_meminfo(void **state)
{
	const struct number_case *row = *state;
	struct host_meminfo parsed;
	host_parse_meminfo(text_of(row->text), &parsed);
	assert_int_equal(parsed.mem_total, row->mem_total);
}

/* --- vmstat */

static void adds_up_the_counters_of_vmstat(void **state)
{
	struct host_vmstat parsed;
	(void)state;
	host_parse_vmstat(
		text_of("nr_free_pages 5\npgscan_kswapd 40\npgscan_direct 2\n"
			"allocstall_normal 3\nallocstall_movable 4\npgscan_direct_throttle 9\n"
			"oom_kill 49\npswpin 0\n"),
		&parsed);
	assert_int_equal(parsed.oom_kill, 49);
	assert_int_equal(parsed.pswpin, 0);
	assert_int_equal(parsed.pgscan, 42);
	assert_int_equal(parsed.allocstall, 7);
	assert_int_equal(parsed.pswpout, UNKNOWN);
	assert_int_equal(parsed.pgsteal, UNKNOWN);
}

static void stalls_of_every_zone_count(void **state)
{
	struct host_vmstat parsed;
	(void)state;
	host_parse_vmstat(text_of("allocstall_dma 1\nallocstall_dma32 20\nallocstall_normal 300\n"
				  "allocstall_high 4000\nallocstall_movable 50000\n"
				  "allocstall_device 600000\n"),
		&parsed);
	assert_int_equal(parsed.allocstall, 654321);
}

static void an_old_vmstat_without_oom_kill_is_unknown(void **state)
{
	struct host_vmstat parsed;
	(void)state;
	host_parse_vmstat(text_of("allocstall 12\noom_kill\noom_kill x\n\n   \n"), &parsed);
	assert_int_equal(parsed.oom_kill, UNKNOWN);
	assert_int_equal(parsed.allocstall, 12);
}

/* --- pressure */

static const struct psi_case {
	const char *claim;
	const char *text;
	int64_t some_avg10, full_avg10, some_total;
} psi_cases[] = {
	{ "averages are hundredths of a percent",
		"some avg10=12.31 avg60=0.50 avg300=0.00 total=123456\n"
		"full avg10=0.07 avg60=0.00 avg300=0.00 total=99\n",
		1231, 7, 123456 },
	{ "a hundred percent", "some avg10=100.00 avg60=0.00 avg300=0.00 total=1\n", 10000, UNKNOWN,
		1 },
	{ "before 5.13 the CPU has no full line",
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 0, UNKNOWN, 0 },
	{ "without PSI nothing is known", "", UNKNOWN, UNKNOWN, UNKNOWN },
	{ "an average without a fraction is unknown", "some avg10=12 total=5\n", UNKNOWN, UNKNOWN,
		5 },
	{ "an average of words is unknown", "some avg10=a.bc total=x\n", UNKNOWN, UNKNOWN,
		UNKNOWN },
	{ "a total that does not fit is unknown", "some avg10=1.00 total=9223372036854775808\n",
		100, UNKNOWN, UNKNOWN },
	{ "an average that does not fit is unknown", "some avg10=99999999999.00 total=1\n", UNKNOWN,
		UNKNOWN, 1 },
	{ "fields in another order", "full total=7 avg10=3.00\n", UNKNOWN, 300, UNKNOWN },
};

static void reads_pressure(void **state)
{
	const struct psi_case *row = *state;
	struct host_psi parsed;
	host_parse_psi(text_of(row->text), &parsed);
	assert_int_equal(parsed.some.avg10, row->some_avg10);
	assert_int_equal(parsed.full.avg10, row->full_avg10);
	assert_int_equal(parsed.some.total_us, row->some_total);
}

/* --- zones */

#define PAGESETS \
	"        protection: (0, 1, 2)\n  pagesets\n    cpu: 0\n              count: 3\n" \
	"              high:  0\n              low: 9\n              batch: 1\n"

static const char zoneinfo[] =
	"Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 13\n  pages free     "
	"3840\n"
	"        boost    0\n        min      8\n        low      11\n        high     14\n"
	"        spanned  4095\n        present  3998\n        managed  3840\n" PAGESETS
	"Node 0, zone   Normal\n  pages free     100\n        min      1\n        low      2\n"
	"        high     3\n        spanned  2000\n        present  1000\n        managed  "
	"900\n" PAGESETS
	"Node 0, zone  Movable\n  pages free     0\n        min      0\n        low      0\n"
	"        high     0\n        spanned  0\n        present  0\n        managed  0\n"
	"Node 1, zone   Normal\n  pages free     7\n        present  500\n        managed  450\n";

static void write_zones(const struct tree *tree, const char *text)
{
	tree_write(tree, "proc/zoneinfo", text);
}

static struct host identify(const struct tree *tree)
{
	struct host host;
	struct err err;
	assert_int_equal(host_identify(&tree->root, &host, &err), ERR_OK);
	return host;
}

/* Counters beyond what is read would be missing from a sum. */
static void a_vmstat_that_is_too_long_is_unknown(void **state)
{
	const struct tree *tree = *state;
	static char text[40000];
	size_t used = (size_t)sprintf(text, "oom_kill 5\nallocstall_normal 3\n");
	while (used < 35000)
		used += (size_t)sprintf(text + used, "nr_of_something 12345\n");
	sprintf(text + used, "allocstall_movable 4\n");
	tree_write(tree, "proc/vmstat", text);
	struct host host = identify(tree);
	assert_int_equal(host.vmstat.oom_kill, UNKNOWN);
	assert_int_equal(host.vmstat.allocstall, UNKNOWN);
}

static void keeps_the_zones_that_have_memory(void **state)
{
	write_zones(*state, zoneinfo);
	struct host host = identify(*state);
	assert_int_equal(host.zone_count, 3);
	assert_string_equal(host.zones[0].name, "DMA");
	assert_int_equal(host.zones[0].free, 3840);
	assert_int_equal(host.zones[0].low, 11);
	assert_int_equal(host.zones[0].high, 14);
	assert_int_equal(host.zones[1].present, 1000);
	assert_int_equal(host.zones[2].node, 1);
	assert_int_equal(host.zones[2].min, UNKNOWN);
	assert_int_equal(host.node_mask, 3);
}

static void the_pages_of_nodes_are_their_present_pages_and_all_swap(void **state)
{
	write_zones(*state, zoneinfo);
	struct host host = identify(*state);
	assert_int_equal(host_node_totalpages(&host, 1), 262144 + 3998 + 1000);
	assert_int_equal(host_node_totalpages(&host, 2), 262144 + 500);
	assert_int_equal(host_node_totalpages(&host, 3), 262144 + 5498);
	assert_int_equal(host_node_totalpages(&host, 4), 262144);
}

static void without_zoneinfo_the_pages_of_nodes_are_unknown(void **state)
{
	struct host host = identify(*state);
	assert_int_equal(host.zone_count, 0);
	assert_int_equal(host.node_mask, 1);
	assert_int_equal(host_node_totalpages(&host, 1), UNKNOWN);
}

static void counts_the_memory_of_more_nodes_than_bits(void **state)
{
	static char text[100000];
	size_t used = 0;
	for (unsigned node = 0; node < 200; node++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"Node %u, zone   Normal\n  pages free     1\n        present  10\n", node);
	write_zones(*state, text);
	struct host host = identify(*state);
	assert_true(host.node_mask == UINT64_MAX);
	assert_int_equal(host_node_totalpages(&host, 1ull << 62), 262144 + 10);
	/* Nodes 63 to 199 have one bit. */
	assert_int_equal(host_node_totalpages(&host, 1ull << 63), 262144 + 1370);
	assert_int_equal(host_node_totalpages(&host, UINT64_MAX), 262144 + 2000);
}

static void reads_the_long_zoneinfo_of_many_cpus(void **state)
{
	static char text[400000];
	size_t used = 0;
	for (unsigned node = 0; node < 2; node++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"Node %u, zone   Normal\n  pages free     5\n        high     77\n"
			"        present  %u\n  pagesets\n",
			node, 1000 + node);
		for (unsigned cpu = 0; cpu < 1024; cpu++)
			used += (size_t)snprintf(text + used, sizeof(text) - used,
				"    cpu: %u\n              count: 1\n              high:  378\n"
				"              high_min:  1\n              batch: 63\n",
				cpu);
	}
	write_zones(*state, text);
	struct host host = identify(*state);
	assert_int_equal(host.zone_count, 2);
	assert_int_equal(host.zones[0].high, 77);
	assert_int_equal(host.zones[1].present, 1001);
}

static const struct zone_case {
	const char *claim;
	const char *text;
	unsigned zones;
} zone_cases[] = {
	{ "an empty zoneinfo", "", 0 },
	{ "numbers before any head", "  pages free 3\n        present  4\n", 0 },
	{ "a zone cut before its present pages", "Node 0, zone Normal\n  pages free 5\n", 0 },
	{ "a present count that does not fit",
		"Node 0, zone Normal\n        present  9223372036854775808\n", 0 },
	{ "a node that does not fit", "Node 4294967296, zone Normal\n  present 5\n", 0 },
	{ "a head without a zone", "Node 0, place Normal\n  present 5\n", 0 },
	{ "a zone of a long name", "Node 0, zone ANameLongerThanSixteenBytes\n  present 5\n", 1 },
};

static void counts_the_zones_of_odd_text(void **state)
{
	const struct zone_case *row = *state;
	struct host host = { 0 };
	struct text rest = text_of(row->text), line;
	host_zoneinfo_begin(&host);
	while (text_next_line(&rest, &line))
		host_zoneinfo_line(&host, line);
	host_zoneinfo_end(&host);
	assert_int_equal(host.zone_count, row->zones);
}

/* --- the machine */

static void the_pages_of_the_machine_are_ram_and_swap(void **state)
{
	struct host host = identify(*state);
	assert_int_equal(host.ram_pages, 1048576);
	assert_int_equal(host.swap_total_pages, 262144);
	assert_int_equal(host.total_pages, 1310720);
	assert_int_equal(host.swap_free_pages, 262144);
}

static void without_a_line_of_free_swap_it_is_unknown(void **state)
{
	tree_write(*state, "proc/meminfo", "MemTotal: 4096 kB\n");
	struct host host = identify(*state);
	assert_int_equal(host.total_pages, 1024);
	assert_int_equal(host.swap_free_pages, UNKNOWN);
}

static void a_machine_without_memory_is_an_error(void **state)
{
	const struct tree *tree = *state;
	struct host host;
	struct err err;
	static const char *const without[] = { "", "SwapTotal: 5 kB\n" };
	for (size_t i = 0; i < ARRAY_SIZE(without); i++) {
		tree_write(tree, "proc/meminfo", without[i]);
		assert_int_equal(host_identify(&tree->root, &host, &err), ERR_SYNTAX);
		assert_string_equal(err.text, "cannot read proc/meminfo: no MemTotal in it");
	}
	tree_remove(tree, "proc/meminfo");
	tree_write(tree, "proc/meminfo/not-a-file", "");
	assert_int_not_equal(host_identify(&tree->root, &host, &err), ERR_OK);
	assert_string_equal(err.text, "cannot read proc/meminfo: Is a directory");
}

static void reads_the_settings(void **state)
{
	const struct tree *tree = *state;
	tree_write(tree, "proc/sys/vm/panic_on_oom", "2\n");
	tree_write(tree, "proc/sys/vm/oom_kill_allocating_task", "0\n");
	tree_write(tree, "proc/sys/vm/overcommit_memory", "99999999999999999999\n");
	tree_write(tree, "proc/sys/vm/swappiness", "");
	struct host host = identify(tree);
	assert_int_equal(host.vm.panic_on_oom, 2);
	assert_int_equal(host.vm.oom_kill_allocating_task, 0);
	assert_true(host.vm.overcommit_memory == UNKNOWN_SIGNED);
	assert_true(host.vm.swappiness == UNKNOWN_SIGNED);
	assert_true(host.vm.min_free_kbytes == UNKNOWN_SIGNED);
}

static void reads_names_clocks_and_cpus(void **state)
{
	const struct tree *tree = *state;
	tree_write(tree, "proc/sys/kernel/hostname", "oak\n");
	tree_write(tree, "proc/uptime", "1234.56 99.00\n");
	tree_write(tree, "proc/stat",
		"cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\ncpu17 1 2 3\nintr 5\nbtime 1700000000\n");
	struct host host = identify(tree);
	assert_string_equal(host.kernel, "6.1.0");
	assert_string_equal(host.hostname, "oak");
	assert_int_equal(host.cpus, 3);
	assert_int_equal(host.boot_ms, 1234560);
	assert_true(host.time_unix > 1700001234.5 && host.time_unix < 1700001234.6);
}

static void without_an_uptime_the_time_since_boot_is_unknown(void **state)
{
	const struct tree *tree = *state;
	assert_int_equal(identify(tree).boot_ms, UNKNOWN);
	tree_write(tree, "proc/uptime", "yesterday\n");
	assert_int_equal(identify(tree).boot_ms, UNKNOWN);
}

static void pid_1_is_init_in_the_first_pid_namespace_alone(void **state)
{
	const struct tree *tree = *state;
	struct host host = identify(tree);
	assert_false(host.init_pid_ns_known);
	assert_true(host.init_pid_ns);
	tree_link(tree, "proc/self/ns/pid", "pid:[4026532281]");
	host = identify(tree);
	assert_true(host.init_pid_ns_known);
	assert_false(host.init_pid_ns);
	tree_remove(tree, "proc/self/ns/pid");
	tree_link(tree, "proc/self/ns/pid", "pid:[4026531836]");
	assert_true(identify(tree).init_pid_ns);
}

static const struct era_case {
	const char *claim;
	const char *release, *adj, *score;
	bool signed_points;
} era_cases[] = {
	{ "without a probe the release decides: new", "5.9.0", "", "", true },
	{ "without a probe the release decides: old", "5.8.0", "", "", false },
	{ "a back-ported arithmetic is seen by its 666", "5.4.144", "0\n", "666\n", true },
	{ "an old arithmetic under a new number is seen by its 0", "6.1.0", "0\n", "0\n", false },
	{ "an adj of -1000 says nothing", "5.4.0", "-1000\n", "0\n", false },
	{ "a score that is not there says nothing", "6.1.0", "0\n", "", true },
};

static void probes_the_arithmetic(void **state)
{
	const struct era_case *row = *state;
	struct tree tree;
	tree_init(&tree);
	tree_write(&tree, "proc/sys/kernel/osrelease", row->release);
	tree_write(&tree, "proc/self/oom_score_adj", row->adj);
	tree_write(&tree, "proc/self/oom_score", row->score);
	struct host host = identify(&tree);
	tree_release(&tree);
	assert_int_equal(era_has(&host.era, ERA_SIGNED_POINTS), row->signed_points);
}

/* --- the auxiliary vector: page size and clock of the kernel that wrote it */

static const struct auxv_case {
	const char *claim;
	int word; /* bytes; 0: no file */
	uint64_t page_size, ticks;
	int64_t expected_page, expected_ticks; /* 0: those of this machine */
} auxv_cases[] = {
	{ "64 bits, pages of 4 KiB", 8, 4096, 100, 4096, 100 },
	{ "64 bits, pages of 16 KiB", 8, 16384, 100, 16384, 100 },
	{ "64 bits, pages of 64 KiB", 8, 65536, 100, 65536, 100 },
	{ "64 bits, an Alpha's clock", 8, 8192, 1024, 8192, 1024 },
	{ "32 bits, pages of 4 KiB", 4, 4096, 100, 4096, 100 },
	{ "32 bits, pages of 16 KiB", 4, 16384, 250, 16384, 250 },
	{ "no file: those of this machine", 0, 0, 0, 0, 0 },
	{ "a page size that is no power of two", 8, 5000, 100, 0, 0 },
	{ "a page size of nothing", 8, 0, 100, 0, 0 },
	{ "a clock that stands", 8, 4096, 0, 0, 0 },
};

static size_t put_word(char *at, int word, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;
	if (word == 4)
		memcpy(at, &narrow, sizeof(narrow));
	else
		memcpy(at, &value, sizeof(value));
	return (size_t)word;
}

static void write_auxv(const struct tree *tree, const struct auxv_case *row)
{
	const uint64_t pairs[] = { AT_HWCAP, 0xbfebfbff, AT_PAGESZ, row->page_size, AT_CLKTCK,
		row->ticks, AT_PHNUM, 13, AT_NULL, 0 };
	char bytes[sizeof(pairs)];
	size_t used = 0;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		used += put_word(bytes + used, row->word, pairs[i]);
	tree_write_bytes(tree, "proc/self/auxv", bytes, used);
}

static void reads_the_auxiliary_vector(void **state)
{
	const struct auxv_case *row = *state;
	struct tree tree;
	tree_init(&tree);
	if (row->word)
		write_auxv(&tree, row);
	struct host host = identify(&tree);
	tree_release(&tree);
	assert_int_equal(
		host.page_size, row->expected_page ? row->expected_page : sysconf(_SC_PAGESIZE));
	assert_int_equal(
		host.clock_ticks, row->expected_ticks ? row->expected_ticks : sysconf(_SC_CLK_TCK));
	/* 4 GB and 1 GB of swap, in pages of that size. */
	assert_int_equal(host.total_pages * host.page_size, 5ll << 30);
}

/* --- what lxcfs shows in a container */

static const struct impossible_case {
	const char *claim, *meminfo;
	int64_t mem_total, mem_available, swap_free, total_pages;
} impossible_cases[] = {
	{ "a machine of nothing is unknown",
		"MemTotal: 0 kB\nMemAvailable: 0 kB\nSwapTotal: 8 kB\n", UNKNOWN, 0, UNKNOWN,
		UNKNOWN },
	{ "more free swap than there is swap is unknown",
		"MemTotal: 40 kB\nMemAvailable: 20 kB\nSwapTotal: 8 kB\nSwapFree: 4000 kB\n", 40,
		20, UNKNOWN, 12 },
	{ "free swap where there is none, too",
		"MemTotal: 40 kB\nMemAvailable: 20 kB\nSwapTotal: 0 kB\nSwapFree: 4000 kB\n", 40,
		20, UNKNOWN, 10 },
	{ "all of the swap may be free",
		"MemTotal: 40 kB\nMemAvailable: 40 kB\nSwapTotal: 8 kB\nSwapFree: 8 kB\n", 40, 40,
		8, 12 },
	{ "more available than there is, is unknown",
		"MemTotal: 40 kB\nMemAvailable: 41 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n", 40,
		UNKNOWN, 0, 10 },
};

static void knows_no_machine_that_cannot_be(void **state)
{
	const struct impossible_case *row = *state;
	struct tree tree;
	tree_init(&tree);
	tree_write(&tree, "proc/meminfo", row->meminfo);
	struct host host = identify(&tree);
	tree_release(&tree);
	assert_int_equal(host.meminfo.mem_total, row->mem_total);
	assert_int_equal(host.meminfo.mem_available, row->mem_available);
	assert_int_equal(host.meminfo.swap_free, row->swap_free);
	assert_int_equal(
		host.swap_free_pages, row->swap_free == UNKNOWN ? UNKNOWN : row->swap_free / 4);
	assert_int_equal(host.total_pages, row->total_pages);
}

static int64_t boot_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Lays a file over /proc/uptime where nobody else sees it. */
static bool overlay_uptime(const struct tree *tree)
{
	char path[128];
	tree_write(tree, "uptime", "12.34 5.00\n");
	snprintf(path, sizeof(path), "%s/uptime", tree->path);
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(path, "/proc/uptime", "", MS_BIND, NULL) == 0;
}

/* In a child: 0 when the time since boot is that of the clock, 2 where nothing can be mounted. */
static int ask_below_overlay(const struct tree *tree)
{
	struct root root;
	struct host host;
	if (!overlay_uptime(tree))
		return 2;
	if (root_open(&root, "/", NULL) || host_identify(&root, &host, NULL))
		return 1;
	int64_t off = boot_clock_ms() - host.boot_ms;
	return off < 0 || off > 60000;
}

static void the_time_since_boot_is_of_the_machine_and_not_of_the_container(void **state)
{
	const struct tree *tree = *state;
	int status;
	if (boot_clock_ms() < 120000)
		skip_because("this machine is as young as the container");
	pid_t child = fork();
	if (child == 0)
		_exit(ask_below_overlay(tree));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 2)
		skip_because("no mount namespace here");
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- this machine */

static void this_machine_is_counted_as_the_kernel_counts_it(void **state)
{
	struct root root;
	struct host host;
	struct sysinfo info;
	struct utsname name;
	(void)state;
	assert_int_equal(root_open(&root, "/", NULL), ERR_OK);
	assert_int_equal(host_identify(&root, &host, NULL), ERR_OK);
	root_release(&root);
	assert_int_equal(sysinfo(&info), 0);
	assert_int_equal(uname(&name), 0);
	/* By sysinfo(2) and not by meminfo, which lxcfs overlays with a container's limit. */
	assert_int_equal(host.total_pages * sysconf(_SC_PAGESIZE),
		(int64_t)((info.totalram + info.totalswap) * info.mem_unit));
	assert_string_equal(host.kernel, name.release);
	assert_string_equal(host.hostname, name.nodename);
	assert_int_equal(host.page_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(host.cpus, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(host.node_mask & 1);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_meminfo),
		cmocka_unit_test(a_missing_line_of_meminfo_is_unknown_and_zero_is_zero),
		cmocka_unit_test(adds_up_the_counters_of_vmstat),
		cmocka_unit_test(stalls_of_every_zone_count),
		TREE_TEST(a_vmstat_that_is_too_long_is_unknown),
		cmocka_unit_test(an_old_vmstat_without_oom_kill_is_unknown),
		TREE_TEST(keeps_the_zones_that_have_memory),
		TREE_TEST(the_pages_of_nodes_are_their_present_pages_and_all_swap),
		TREE_TEST(without_zoneinfo_the_pages_of_nodes_are_unknown),
		TREE_TEST(counts_the_memory_of_more_nodes_than_bits),
		TREE_TEST(reads_the_long_zoneinfo_of_many_cpus),
		TREE_TEST(the_pages_of_the_machine_are_ram_and_swap),
		TREE_TEST(without_a_line_of_free_swap_it_is_unknown),
		TREE_TEST(a_machine_without_memory_is_an_error),
		TREE_TEST(reads_the_settings),
		TREE_TEST(reads_names_clocks_and_cpus),
		TREE_TEST(without_an_uptime_the_time_since_boot_is_unknown),
		TREE_TEST(pid_1_is_init_in_the_first_pid_namespace_alone),
		TREE_TEST(the_time_since_boot_is_of_the_machine_and_not_of_the_container),
		cmocka_unit_test(this_machine_is_counted_as_the_kernel_counts_it),
	};
	return run_rows("meminfo", meminfo_cases, reads_one_number_of_meminfo) +
	       run_rows("impossible machines", impossible_cases, knows_no_machine_that_cannot_be) +
	       run_rows("psi", psi_cases, reads_pressure) +
	       run_rows("zones", zone_cases, counts_the_zones_of_odd_text) +
	       run_rows("era", era_cases, probes_the_arithmetic) +
	       run_rows("auxv", auxv_cases, reads_the_auxiliary_vector) +
	       cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
