/* A log whose lines a terminal or a web page has cut at a column says what it said before. */
#include "support.h"
#include "support_oomlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const report[] = {
	"trigger invoked oom-killer: gfp_mask=0x100dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), order=0, "
	"oom_score_adj=-1000",
	"CPU: 1 PID: 228 Comm: trigger Not tainted 6.12.117+deb12-cloud-amd64 #1  Debian "
	"6.12.117-1",
	"memory: usage 102400kB, limit 102400kB, failcnt 26",
	"[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes "
	"swapents "
	"oom_score_adj name",
	"[    224]     0   224    13102    12960    12784        0       176   143360        0     "
	" "
	"       0 a",
	"[    225]     0   225     5422     5280     5104        0       176    81920        0     "
	" "
	"   -1000 keep",
	"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg="
	"/lab/c,task_memcg=/lab/c,task=a,pid=224,uid=0",
	"Memory cgroup out of memory: Killed process 224 (a) total-vm:52408kB, anon-rss:51136kB, "
	"file-rss:0kB, shmem-rss:704kB, UID:0 pgtables:140kB oom_score_adj:0",
};

/* The report with the stamps of a syslog, cut at each `columns`-th byte; 0: nowhere. */
static void write_report(FILE *stream, const char *host, size_t columns)
{
	for (size_t i = 0; i < ARRAY_SIZE(report); i++) {
		char line[512];
		int length = snprintf(line, sizeof(line),
			"Nov 21 17:14:05 %s kernel: [   13.686%03zu] %s", host, i, report[i]);
		for (int at = 0; at < length; at++)
			fprintf(stream, "%s%c", columns && at && at % (int)columns == 0 ? "\n" : "",
				line[at]);
		fputc('\n', stream);
	}
}

static void read_report(const char *host, size_t columns, struct oomlog_told *told)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, &(size_t){ 0 });
	assert_non_null(stream);
	write_report(stream, host, columns);
	assert_int_equal(fclose(stream), 0);
	*told = (struct oomlog_told){ .length = 0 };
	oomlog_told_read(text, KLOG_LINE, told);
	free(text);
}

static void cut_at_any_column_it_says_the_same(void **state)
{
	static const char *const hosts[] = { "h", "web1", "ubuntu-server", "ip-172-31-5-14" };
	struct oomlog_told whole, cut;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		read_report(hosts[i], 0, &whole);
		assert_non_null(strstr(whole.text, "killed=224(a)"));
		for (size_t columns = 70; columns <= 240; columns++) {
			read_report(hosts[i], columns, &cut);
			if (strcmp(cut.text, whole.text) != 0)
				fail_msg("%s, cut at %zu: %s\nnot: %s", hosts[i], columns, cut.text,
					whole.text);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_any_column_it_says_the_same),
	};
	return cmocka_run_group_tests_name("oomlog cut", tests, NULL, NULL);
}
