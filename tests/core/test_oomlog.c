/* Kernel log text in, events out: one claim a row, an event as one line of what it says. */

#include "support.h"
#include "support_files.h"
#include "support_oomlog.h"

#include "oomspect/logline.h"
#include "oomspect/oomlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KLOG "tests/fixtures/klog/"

struct row {
	const char *claim;
	const char *log;
	const char *events;
};

#define KILLED_5_4 \
	"Out of memory: Killed process 9 (x) total-vm:40kB, anon-rss:3kB, file-rss:2kB, " \
	"shmem-rss:1kB, " \
	"UID:7 pgtables:8kB oom_score_adj:5\n"
#define IS_5_4 " killed=9(x) vm=40 anon=3 file=2 shmem=1 uid=7 adj=5"

struct kept_event {
	struct oom_event event;
	bool any;
};

static void keep_first(void *arg, struct oom_event *event)
{
	struct kept_event *kept = arg;
	if (kept->any)
		return;
	kept->event = *event;
	kept->any = true;
	oom_event_init(event);
}

static const struct row rows[] = {
	/* eras */
	{ "2.6.18: no sizes, capital M, no task table",
		"oom-killer: gfp_mask=0x201d2, order=0\nOut of Memory: Kill process 9 (x y) score "
		"48 and children.\n"
		"Out of memory: Killed process 9 (x y).\n",
		"- unknown/host killed 0x201d2 order=0 chosen=9(x y):48 killed=9(x y)" },
	{ "2.6.30: a child died for its parent",
		"[1.000000] Xorg invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0\n"
		"[1.000001] Pid: 3308, comm: Xorg Not tainted 2.6.30-rc8-mm1 #301\n"
		"[1.000002] Out of memory: kill process 5 (parent) score 1094818 or a child\n"
		"[1.000003] Killed process 6 (child)\n",
		"Xorg unknown/host killed 0xd0 order=0 kernel=2.6.30-rc8-mm1 "
		"chosen=5(parent):1094818 killed=6(child)" },
	{ "RHEL 6: UID before the name, adj from the table",
		"m invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0, oom_score_adj=0\n"
		"[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name\n"
		"[  333]    89   333     2667      111   0       1           60 m\n"
		"Out of memory: Kill process 333 (m) score 951 or sacrifice child\n"
		"Killed process 333, UID 89, (m) total-vm:10668kB, anon-rss:1kB, file-rss:2kB\n",
		"m unknown/host killed 0xd0 order=0 chosen=333(m):951 killed=333(m) vm=10668 "
		"anon=1 file=2 uid=89 adj=60 "
		"tasks=1" },
	{ "RHEL 7: UID behind the name",
		"Killed process 9 (x), UID 48, total-vm:40kB, anon-rss:3kB, file-rss:2kB, "
		"shmem-rss:1kB\n",
		"- unknown/unknown killed killed=9(x) vm=40 anon=3 file=2 shmem=1 uid=48" },
	{ "4.x memcg: the limit is the second path",
		"Task in /a/b killed as a result of limit of /a\nmemory: usage 64kB, limit 64kB, "
		"failcnt 3\n"
		"Memory cgroup out of memory: Kill process 9 (x) score 1 or sacrifice child\n"
		"Killed process 9 (x) total-vm:40kB, anon-rss:3kB, file-rss:2kB\n",
		"- memcg/memcg killed memcg=/a limit=64 chosen=9(x):1 killed=9(x) vm=40 anon=3 "
		"file=2" },
	{ "5.4 and later: one line", KILLED_5_4, "- unknown/host killed" IS_5_4 },
	{ "5.0 and later: the constraint has a line of its own",
		"oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,cpuset=/"
		",mems_allowed=0-2,global_oom,task_memcg=/u,"
		"task=x,pid=9,uid=7\n" KILLED_5_4,
		"- mempolicy/host killed" IS_5_4 },
	{ "oom_memcg proves a memcg whatever the constraint says",
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),oom_memcg=/foo,task_memcg=/"
		"foo,task=x,pid=9,uid=0\n",
		"- memcg/memcg killed memcg=/foo killed=9(x)" },
	{ "6.8: four rss columns",
		"[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem "
		"pgtables_bytes swapents oom_score_adj name\n"
		"[      9]     7     9        9       60       50        9         1     8192      "
		"  0             5 x\n"
		"Out of memory: Killed process 9 (x) total-vm:36kB\n",
		"- unknown/host killed killed=9(x) vm=36 uid=7 adj=5 tasks=1" },
	{ "OpenVZ has words of its own",
		"Out of memory in UB 101: OOM killed process 9 (x y) score 0 vm:40kB, rss:12kB, "
		"swap:0kB\n",
		"- unknown/host killed killed=9(x y) vm=40" },
	/* who asked, and how */
	{ "order -1 is sysrq-f",
		"kworker/0:0 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, "
		"oom_score_adj=0\n",
		"kworker/0:0 unknown/unknown unknown sysrq 0xcc0 order=-1" },
	{ "oom_kill_allocating_task",
		"Out of memory (oom_kill_allocating_task): Killed process 9 (x) total-vm:1kB\n",
		"- unknown/host killed allocating_task killed=9(x) vm=1" },
	{ "the stack proves a memcg",
		"x invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n "
		"mem_cgroup_out_of_memory+0x46/0x80\n",
		"x memcg/memcg unknown 0xd0 order=0" },
	{ "a frame with a question mark proves nothing",
		"x invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n ? "
		"mem_cgroup_out_of_memory+0x46/0x80\n",
		"x unknown/unknown unknown 0xd0 order=0" },
	/* outcomes */
	{ "nobody left: a panic",
		"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\nOut of memory and "
		"no killable processes...\n"
		"Kernel panic - not syncing: System is deadlocked on memory\n",
		"x unknown/host panic 0xcc0 order=0" },
	{ "panic_on_oom, and only its line left",
		"Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n"
		"CPU: 1 PID: 2 Comm: m Tainted: G X 5.14.21-default #1\n",
		"- unknown/host panic kernel=5.14.21-default" },
	{ "a panic of another kind is no event",
		"Kernel panic - not syncing: Attempted to kill init!\n", "" },
	{ "no victim in a memcg, twice: the second is a repeat",
		"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\nOut of memory and "
		"no killable processes...\n"
		"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\nOut of memory and "
		"no killable processes...\n",
		"x unknown/unknown no_victim 0xcc0 order=0\nx unknown/unknown no_victim 0xcc0 "
		"order=0 repeats=1" },
	{ "the chosen one was dying",
		"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
		"Out of memory: OOM victim 9 (x) is already exiting. Skip killing the task\n",
		"x unknown/unknown skipped 0xcc0 order=0" },
	/* several victims */
	{ "memory.oom.group: all of them, the chosen one once",
		"Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n"
		"Tasks in /g are going to be killed due to memory.oom.group set\n"
		"Memory cgroup out of memory: Killed process 8 (y) total-vm:3kB\n"
		"Memory cgroup out of memory: OOM victim 7 (z) is already exiting. Skip killing "
		"the task\n"
		"Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n",
		"- memcg/memcg killed killed=9(x) vm=4 killed=8(y) vm=3" },
	{ "kill lines without reports are events of their own",
		"Out of memory: Killed process 9 (x) total-vm:4kB\nOut of memory: Killed process 8 "
		"(y) total-vm:3kB\n",
		"- unknown/host killed killed=9(x) vm=4\n- unknown/host killed killed=8(y) vm=3" },
	{ "a process that shared the memory",
		"Out of memory: Kill process 9 (x) score 5 or sacrifice child\nKilled process 9 "
		"(x) total-vm:4kB, anon-rss:1kB, "
		"file-rss:1kB\nKill process 8 (y) sharing same memory\n",
		"- unknown/host killed chosen=9(x):5 killed=9(x) vm=4 anon=1 file=1 killed=8(y)" },
	{ "the thread of a process without its main thread",
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/"
		",mems_allowed=0,global_oom,task_memcg=/,task=a,"
		"pid=142,uid=0\nOut of memory: Killed process 143 (a) total-vm:4kB\n",
		"- none/host killed killed=143(a) vm=4" },
	{ "the reaper, right away and late",
		"Out of memory: Killed process 9 (x) total-vm:4kB\nOut of memory: Killed process 8 "
		"(y) total-vm:3kB\n"
		"oom_reaper: reaped process 9 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB\n",
		"- unknown/host killed killed=9(x) vm=4 reaped\n- unknown/host killed killed=8(y) "
		"vm=3" },
	{ "the reaper alone is no event", "oom_reaper: reaped process 9 (x), now anon-rss:0kB\n",
		"" },
	/* hostile names */
	{ "a name that ends like a kill line",
		"Out of memory: Killed process 9 (x) total-vm:1kB) total-vm:40kB, anon-rss:3kB, "
		"file-rss:2kB, shmem-rss:1kB, "
		"UID:7 pgtables:8kB oom_score_adj:5\n",
		"- unknown/host killed killed=9(x) total-vm:1kB) vm=40 anon=3 file=2 shmem=1 uid=7 "
		"adj=5" },
	{ "a name with the words of the constraint line",
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/"
		",mems_allowed=0,global_oom,task_memcg=/,"
		"task=,pid=1,uid=0,pid=9,uid=7\n",
		"- none/host killed killed=9(,pid=1,uid=0)" },
	{ "an invoker named like the start of a report",
		"Out of memory:  invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
		"oom_score_adj=0\n",
		"Out of memory: unknown/unknown unknown 0xcc0 order=0" },
	{ "names in the table are what is behind the numbers",
		"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
		"name\n"
		"[      9]     7     9        9       60     8192        0             5 1 2) x\n"
		"Out of memory: Killed process 9 (1 2) x) total-vm:36kB\n",
		"- unknown/host killed killed=9(1 2) x) vm=36 uid=7 adj=5 tasks=1" },
	/* wrapped */
	{ "a mail program wrapped it",
		"[    1.000000] mkfs.ext4 invoked\noom-killer: "
		"gfp_mask=0x101cc0(GFP_USER|__GFP_WRITE), order=0,\n"
		"oom_score_adj=0\n[    1.000001] CPU: 2 PID: 391 Comm: mkfs.ext4 Not "
		"tainted\n5.7.0-rc6-next-20200521 #1\n"
		"[    1.000002] [    348]   998   348    19521     2782    65536\n0             0 "
		"polkitd\n"
		"[    1.000003] Out of memory: Killed process 348 (polkitd)\ntotal-vm:78084kB, "
		"anon-rss:2980kB,\n"
		"file-rss:8148kB, shmem-rss:0kB, UID:998\npgtables:64kB oom_score_adj:0\n",
		"mkfs.ext4 unknown/host killed 0x101cc0 order=0 kernel=5.7.0-rc6-next-20200521 "
		"killed=348(polkitd) vm=78084 "
		"anon=2980 file=8148 shmem=0 uid=998 adj=0 tasks=1" },
	{ "a terminal cut it in the middle of words",
		"[    1.000000] "
		"\noom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/"
		",mems_allowed=0,oom\n"
		"_memcg=/test512mb,task_m\nemcg=/test512mb,task=stress,pid=1122,uid=0\n"
		"[    1.000001] Memory cgroup out of memory: Killed process 1122 (stress) \n"
		"total-vm:719740kB, anon-rss:522880kB, file-rss\n:536kB, shmem-rss:0kB, UID:0 "
		"pgtables:1072kB oom_score_adj:0\n",
		"- memcg/memcg killed memcg=/test512mb killed=1122(stress) vm=719740 anon=522880 "
		"file=536 shmem=0 uid=0 "
		"adj=0" },
	{ "the break is at the marker",
		"[    1.000000] Out of memory: Killed\nprocess 9 (x) total-vm:4kB\n",
		"- unknown/host killed killed=9(x) vm=4" },
	{ "a path of 600 bytes fills a record, and goes on in the next",
		"[    1.000000] "
		"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/"
		",mems_allowed=0,oom_memcg=/long,"
		"task_memcg=\n[    1.000007] /long,task=x,pid=9,uid=0\n",
		"- memcg/memcg killed memcg=/long killed=9(x)" },
	{ "a whole line is not joined to prose",
		"Out of memory: Killed process 9 (x) total-vm:4kB, anon-rss:1kB, file-rss:1kB\nand "
		"then it hung\n",
		"- unknown/host killed killed=9(x) vm=4 anon=1 file=1" },
	/* damage */
	{ "busybox dmesg ate the bracket of the pid",
		"[    0.000000] pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents "
		"oom_score_adj name\n"
		"[19417.000000]     0 19417   396156    42487     618       4   266041             "
		"7 python\n"
		"[    0.000000] Killed process 19417 (python) total-vm:1584624kB, "
		"anon-rss:168368kB, file-rss:1580kB\n",
		"- unknown/unknown killed killed=19417(python) vm=1584624 anon=168368 file=1580 "
		"uid=0 adj=7 tasks=1" },
	{ "overprinted ends are not guessed at",
		"Memory cgroup out of memory: Killed process 9 (x) total-vm:40kB, anon-rss:3kB, "
		"file-rss:2kB, shmem-rss:1kB,UID:00\n",
		"- memcg/memcg killed killed=9(x) vm=40 anon=3 file=2 shmem=1" },
	{ "a report cut before its kill",
		"x invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
		"CPU: 2 PID: 391 Comm: x Not tainted 5.7.0 #1\n",
		"x unknown/unknown unknown 0xcc0 order=0 kernel=5.7.0" },
	{ "the next boot does not go on with the report of the one before",
		"[ 9000.000000] x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
		"[   10.000000] Out of memory: Killed process 9 (y) total-vm:4kB\n",
		"x unknown/unknown unknown 0xcc0 order=0\n- unknown/host killed killed=9(y) vm=4" },
	{ "a report with the #012 of syslog",
		"x invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0#012 "
		"oom_policy=default\n",
		"x unknown/unknown unknown 0xcc0 order=0" },
	{ "a pager cut the path",
		"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/"
		",mems_allowed=0,oom_memcg=/kubepods/burst>\n",
		"- memcg/memcg unknown" },
	{ "Android's console prefix stands before the name",
		"<4>[  103.141266]  [1:      swapper/1:    0] foo invoked oom-killer: "
		"gfp_mask=0xd0, order=0, oom_score_adj=0\n",
		"foo unknown/unknown unknown 0xd0 order=0" },
	{ "journalctl -o verbose", "    MESSAGE=Out of memory: Killed process 9 (x) total-vm:4kB\n",
		"- unknown/host killed killed=9(x) vm=4" },
	{ "dmesg --json",
		"         \"msg\": \"foo invoked oom-killer: gfp_mask=0xd0, order=0, "
		"oom_score_adj=0\"\n",
		"foo unknown/unknown unknown 0xd0 order=0" },
	{ "s390 has no name beside the release",
		"x invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\nCPU: 1 Not tainted "
		"3.0.101-0.47-default #1\n",
		"x unknown/unknown unknown 0xd0 order=0 kernel=3.0.101-0.47-default" },
	{ "2.4 and 2.6.9 say little", "Out of Memory: Killed process 2593 (java).\n",
		"- unknown/host killed killed=2593(java)" },
	{ "only the lines of grep 'Kill process'",
		"Out of memory: Kill process 9 (x) score 979 or sacrifice child\n"
		"Out of memory: Kill process 8 (y) score 978 or sacrifice child\n",
		"- unknown/host unknown chosen=9(x):979\n- unknown/host unknown chosen=8(y):978" },
	/* not OOM kills */
	/* quoted, wrapped and put together by people */
	{ "a priority in the middle of a line begins a record",
		"[drm:something] *ERROR* half a line<4>cc1 invoked oom-killer: gfp_mask=0xd0, "
		"order=0, "
		"oom_score_adj=0\n",
		"cc1 unknown/unknown unknown 0xd0 order=0" },
	{ "string literals of a program, with commas",
		"LOG = [\n\t\"node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
		"oom_score_adj=0\",\n\t\"Out of memory: Killed process 9 (x) total-vm:4kB, "
		"anon-rss:3kB\"\n]\n",
		"node unknown/host killed 0xcc0 order=0 killed=9(x) vm=4 anon=3" },
	{ "records of /dev/kmsg as string literals",
		"\t\"6,22743,6115623303887,-;Task in /a/b killed as a result of limit of /a\",\n"
		"\t\"6,23800,6780904484233,-;Task in /c killed as a result of limit of /c\",\n",
		"- memcg/memcg unknown memcg=/a\n- memcg/memcg unknown memcg=/c" },
	{ "a remark behind the path of the limit",
		"# Task in /a/b killed as a result of limit of /a  # noqa: E501\n"
		"# Memory cgroup out of memory: Kill process 9 (x) score 5 or sacrifice child  # "
		"noqa\n",
		"- memcg/memcg unknown memcg=/a chosen=9(x):5" },
	{ "a remark in the middle of that line ends it: what is behind is not read",
		"Task in /a # x killed as a result of limit of /a\nOut of memory: Killed process 9 "
		"(x)\n",
		"- unknown/host killed killed=9(x)" },
	{ "a name that looks like a tag of syslog, at the start of a wrapped line",
		"kernel: oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),\n"
		"        cpuset=d.service,mems_allowed=0,global_oom,\n        "
		"task_memcg=/s/x.scope,\n"
		"        task=mutmut: wks.api,pid=9912,uid=1001\n",
		"- none/host killed killed=9912(mutmut: wks.api)" },
	{ "a constraint line behind its kill, and the table below both",
		"kernel: Out of memory: Killed process 9 (x: y) total-vm:36kB, anon-rss:4kB\n"
		"kernel: "
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,"
		"global_oom,task_memcg=/,task=x: y,pid=9,uid=7\nand the table:\n"
		"[      8]     7     8        9       60       50        9         1     8192      "
		"  0 "
		"            5 z\n"
		"[      9]     7     9        9       60       50        9         1     8192      "
		"  0 "
		"            3 x: y\n",
		"- none/host killed killed=9(x: y) vm=36 anon=4 uid=7 adj=3 tasks=2" },
	{ "a table of another process below a kill is not its own",
		"Out of memory: Killed process 9 (x) total-vm:36kB\n"
		"[      8]     7     8        9       60       50        9         1     8192      "
		"  0 "
		"            5 z\n",
		"- unknown/host killed killed=9(x) vm=36" },
	{ "sizes of which the rest is on the next line",
		"[1.000000] Killed process 9 (x) total-vm:40kB, anon-rss:448kB,\nfile-rss:2kB, "
		"shmem-rss:1kB\n",
		"- unknown/unknown killed killed=9(x) vm=40 anon=448 file=2 shmem=1" },
	{ "a number on the next line",
		"[1.000000] Killed process 9 (x) total-vm:40kB, anon-rss:\n448kB, file-rss:2kB\n",
		"- unknown/unknown killed killed=9(x) vm=40 anon=448 file=2" },
	{ "tags of a forum around the lines",
		"[code]Out of memory: Kill process 9 (x) score 5 or sacrifice child[/code]\n"
		"[code]Killed process 9 (x) total-vm:4kB, anon-rss:1kB, file-rss:1kB[/code]\n",
		"- unknown/host killed chosen=9(x):5 killed=9(x) vm=4 anon=1 file=1" },
	{ "the release is in another stack, above",
		"[1.000000] CPU: 0 PID: 5 Comm: y Not tainted 4.20.0+ #252\n[9.000000] " KILLED_5_4,
		"- unknown/host killed kernel=4.20.0+" IS_5_4 },
	{ "the release is in another stack, below",
		"[1.000000] " KILLED_5_4
		"[9.000000] CPU: 0 PID: 5 Comm: y Not tainted 4.20.0+ #252\n",
		"- unknown/host killed kernel=4.20.0+" IS_5_4 },
	{ "the release is in the banner of the boot, and of that boot only",
		"[1.000000] " KILLED_5_4 "[0.000000] Linux version 6.1.0-18 (x@y) (gcc)\n"
		"[2.000000] " KILLED_5_4,
		"- unknown/host killed" IS_5_4 "\n- unknown/host killed kernel=6.1.0-18" IS_5_4 },
	{ "the release of a later report is that report's",
		"[1.000000] " KILLED_5_4
		"[9.000000] y invoked oom-killer: gfp_mask=0xcc0, order=0, "
		"oom_score_adj=0\n[9.000000] CPU: 0 PID: 5 Comm: y Not tainted 4.20.0+ #252\n",
		"- unknown/host killed" IS_5_4
		"\ny unknown/unknown unknown 0xcc0 order=0 kernel=4.20.0+" },
	{ "source code is no event",
		"pr_warn(\"%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%d, "
		"oom_score_adj=%hd\\n\",\n"
		"pr_err(\"%s: Killed process %d (%s) total-vm:%lukB\n"
		"pr_info(\"oom-kill:constraint=%s,nodemask=%*pbl\"\n",
		"" },
	{ "another kind of memory panic is no event",
		"Kernel panic - not syncing: cma: out of memory\n", "" },
	{ "a page allocation failure is no event",
		"x: page allocation failure: order:4, mode:0xd0\nMem-Info:\nNode 0 DMA free:1kB "
		"min:2kB\n",
		"" },
	{ "lowmemorykiller is no event", "lowmemorykiller: Killing 'c' (6924), adj 705,\n", "" },
	{ "systemd-oomd is no event",
		"Dec 18 19:34:56 h systemd-oomd[8]: Killed /u due to memory pressure for /u being "
		"62.11% > 60.00%\n",
		"" },
	{ "a program that writes the kernel's words is no event",
		"Dec 18 19:34:56 h root[8]: Out of memory: Killed process 9 (x) total-vm:4kB\n",
		"" },
	{ "a program that writes the kernel's tag and stamp before them is none either",
		"Nov 28 14:02:31 h root: kernel: [5.000000] " KILLED_5_4, "" },
	{ "the rest of what a program said is that program's",
		"Nov 28 14:02:31 h app[8]: first line\n                          " KILLED_5_4, "" },
	{ "the kernel's words behind a program's, and an empty line",
		"Nov 28 14:02:31 h app[8]: a line\n\n" KILLED_5_4, "- unknown/host killed" IS_5_4 },
	{ "a port of a bridge is no event",
		"[1.000000] br0: port 1(Out of memory: Killed process 1 (x)) entered blocking "
		"state\n",
		"" },
	{ "a port of a bridge is no event without a stamp",
		"br0: port 1(Out of memory: Killed process 1 (x)) entered blocking state\n", "" },
	{ "what a device calls itself is no event",
		"[1.000000] usb 1-1: Product: " KILLED_5_4 "usb 1-1: Product: " KILLED_5_4
		"[1.000000] usb 1-1: Product: x invoked oom-killer: gfp_mask=0xd0, order=0, "
		"oom_score_adj=0\n",
		"" },
	{ "a priority in a message whose beginning is known begins nothing",
		"[1.000000] usb 1-1: Product: <4>x invoked oom-killer: gfp_mask=0xd0, order=0, "
		"oom_score_adj=0\n",
		"" },
	{ "an option of a mount is no event, whatever stands in it",
		"[1.000000] tmpfs: Unknown parameter '[2.000000] " KILLED_5_4
		"[1.000000] tmpfs: Unknown parameter 'oom-kill:constraint=CONSTRAINT_NONE,"
		"nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=x,pid=9,"
		"uid=7\n"
		"[1.000000] tmpfs: Unknown parameter 'Task in /a killed as a result of limit of "
		"/a\n"
		"[1.000000] tmpfs: Unknown parameter 'Kernel panic - not syncing: Out of memory: "
		"compulsory panic_on_oom is enabled\n",
		"" },
	{ "a second line inside of one record is no event",
		"4,1,1000000,-;tmpfs: Unknown parameter 'x\\x0a" KILLED_5_4, "" },
	{ "names that look like a remark behind the line",
		"[1.000000] a  # b invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
		"[1.000000] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/"
		",mems_allowed=0,global_oom,task_memcg=/u,task=x  // y,pid=9,uid=7\n"
		"[1.000000] Out of memory: Killed process 9 (x  // y) total-vm:40kB, anon-rss:3kB, "
		"file-rss:2kB, shmem-rss:1kB, UID:7 pgtables:8kB oom_score_adj:5\n",
		"a  # b none/host killed 0xd0 order=0 killed=9(x  // y) vm=40 anon=3 file=2 "
		"shmem=1 uid=7 adj=5" },
	{ "people quote it in many ways", "# " KILLED_5_4 "- " KILLED_5_4 "   \"" KILLED_5_4,
		"- unknown/host killed" IS_5_4 },
	{ "a stack of the OOM killer without a report is no event",
		"[1.000000]  oom_kill_process.cold+0x10/0x6ef\n[1.000001]  ? "
		"oom_killer_disable+0x280/0x280\n",
		"" },
	{ "suspend disables the OOM killer: no event",
		"OOM killer disabled.\nOOM killer enabled.\n", "" },
	{ "an application out of memory is no event",
		"Out of memory (Needed 123 bytes)\nOut of memory\n", "" },
	{ "prose about it is no event", "yesterday the kernel invoked oom-killer on us and died\n",
		"" },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct oomlog_told told = { .length = 0 };
	oomlog_told_read(row->log, KLOG_LINE, &told);
	assert_string_equal(told.text, row->events);
}

static void check_fixture(const char *name, const char *events)
{
	char *text = file_text(name);
	struct oomlog_told told = { .length = 0 };
	oomlog_told_read(text, KLOG_WHOLE, &told);
	assert_string_equal(told.text, events);
	free(text);
}

static void a_memcg_of_cgroup_v1_on_5_10(void **state)
{
	(void)state;
	check_fixture(KLOG "5.10-memcg-v1.kmsg",
		"trigger memcg/memcg killed 0x400cc0 order=1 kernel=5.10.0-46-cloud-amd64 "
		"memcg=/lab/c limit=102400 killed=120(a) vm=52408 anon=51152 file=4 shmem=704 "
		"uid=0 adj=0 tasks=3");
}

static void a_machine_on_5_10(void **state)
{
	(void)state;
	check_fixture(KLOG "5.10-global.kmsg",
		"trigger none/host killed 0x100dca order=0 kernel=5.10.0-46-cloud-amd64 "
		"killed=122(a) vm=62648 anon=61448 file=4 shmem=704 uid=0 adj=0 tasks=7");
}

static void a_storm_is_counted(void **state)
{
	char *text = file_text(KLOG "5.10-no-victim-storm.kmsg");
	struct oomlog_told told = { .length = 0 };
	(void)state;
	oomlog_told_read(text, KLOG_WHOLE, &told);
	assert_true(told.events >= 4);
	assert_non_null(strstr(told.text, "repeats=3"));
	free(text);
}

/* A live caller has its event although the log does not go on, and a late reaper still reports. */
/* The first event of a text. */
static struct oom_event first_of(const char *text)
{
	struct kept_event kept = { .any = false };
	struct oomlog log;
	struct text line, rest = text_of(text);
	struct oomlog_sink sink = { .event = keep_first, .arg = &kept };
	assert_int_equal(oomlog_init(&log, "test", sink, 0), ERR_OK);
	while (text_next_line(&rest, &line)) {
		struct klog_record record;
		logline_parse(line, &record);
		oomlog_push(&log, &record);
	}
	oomlog_finish(&log);
	oomlog_release(&log);
	assert_true(kept.any);
	return kept.event;
}

static void the_first_line_with_a_time_tells_it(void **state)
{
	(void)state;
	struct oom_event event =
		first_of("x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
			 "[   12.500000] Mem-Info:\n2024-05-06T07:08:09Z host kernel: " KILLED_5_4);
	assert_true(event.boot_us == 12500000);
	assert_true(event.unix_us == 1714979289000000);
	assert_string_equal(event.stamp, "12.500000");
	oom_event_release(&event);
}

struct swap_row {
	const char *claim;
	const char *line;
	int64_t free_kb;
};

static const struct swap_row swap_rows[] = {
	{ "as the kernel prints it", "Free swap  = 84kB", 84 },
	{ "blanks folded by a page", "Free swap = 84kB", 84 },
	{ "a colon, up to 2.6.27", "Free swap:            0kB", 0 },
	{ "behind a tag of a forum", "[code]Free swap  = 84kB", 84 },
	{ "cut off", "Free swap  = 8", UNKNOWN_SIGNED },
	{ "prose", "Free swap is good", UNKNOWN_SIGNED },
};

static void check_swap(void **state)
{
	const struct swap_row *row = *state;
	char text[256];
	snprintf(text, sizeof(text),
		"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n%s\n", row->line);
	struct oom_event event = first_of(text);
	assert_true(event.mem.swap_free_kb == row->free_kb);
	oom_event_release(&event);
}

static void a_flush_delivers_what_is_decided(void **state)
{
	struct oomlog log;
	struct oomlog_told told = { .length = 0 };
	struct oomlog_sink sink = {
		.event = oomlog_told_event, .reaped = oomlog_told_reaped, .arg = &told
	};
	(void)state;
	assert_int_equal(oomlog_init(&log, "test", sink, OOMLOG_LIVE), ERR_OK);
	oomlog_told_lines(&log,
		text_of("x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"),
		KLOG_WHOLE);
	oomlog_flush(&log, false);
	assert_int_equal(told.events, 0);
	oomlog_told_lines(&log, text_of(KILLED_5_4), KLOG_WHOLE);
	assert_true(oomlog_waiting(&log));
	oomlog_flush(&log, false);
	assert_int_equal(told.events, 1);
	assert_false(oomlog_waiting(&log));
	oomlog_told_lines(
		&log, text_of("oom_reaper: reaped process 9 (x), now anon-rss:0kB\n"), KLOG_WHOLE);
	assert_int_equal(told.reaped_late, 1);
	oomlog_finish(&log);
	assert_int_equal(told.events, 1);
	oomlog_release(&log);
}

static void a_group_waits_for_its_members(void **state)
{
	struct oomlog log;
	struct oomlog_told told = { .length = 0 };
	struct oomlog_sink sink = { .event = oomlog_told_event, .arg = &told };
	(void)state;
	assert_int_equal(oomlog_init(&log, "test", sink, OOMLOG_LIVE), ERR_OK);
	oomlog_told_lines(&log,
		text_of("Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n"
			"Tasks in /g are going to be killed due to memory.oom.group set\n"),
		KLOG_WHOLE);
	oomlog_flush(&log, true);
	assert_int_equal(told.events, 0);
	oomlog_flush(&log, false);
	assert_int_equal(told.events, 1);
	oomlog_release(&log);
}

/* __oom_kill_process() runs twice for it, and counts each time. */
static void the_chosen_one_of_a_group_counts_twice(void **state)
{
	struct oomlog log;
	struct oomlog_told told = { .length = 0 };
	struct oomlog_sink sink = { .event = oomlog_told_event, .arg = &told };
	(void)state;
	assert_int_equal(oomlog_init(&log, "test", sink, 0), ERR_OK);
	oomlog_told_lines(&log,
		text_of("Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n"
			"Tasks in /g are going to be killed due to memory.oom.group set\n"
			"Memory cgroup out of memory: Killed process 8 (y) total-vm:4kB\n"
			"Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n"),
		KLOG_WHOLE);
	oomlog_finish(&log);
	assert_int_equal(told.events, 1);
	assert_int_equal(log.victims, 2);
	assert_int_equal(log.doubled, 1);
	oomlog_release(&log);
}

#define KEPT_MAX 256

static void keep_raw_of(void *arg, struct oom_event *event)
{
	snprintf(arg, KEPT_MAX, "%s", event->raw ? event->raw : "");
}

static void raw_lines_are_kept_if_asked(void **state)
{
	struct oomlog log;
	char kept[KEPT_MAX] = "";
	struct oomlog_sink sink = { .event = keep_raw_of, .arg = kept };
	(void)state;
	assert_int_equal(oomlog_init(&log, "test", sink, OOMLOG_KEEP_RAW), ERR_OK);
	oomlog_told_lines(&log,
		text_of("unrelated\nOut of memory: Killed process 9 (x) total-vm:4kB\nunrelated\n"),
		KLOG_WHOLE);
	oomlog_finish(&log);
	oomlog_release(&log);
	assert_string_equal(kept, "Out of memory: Killed process 9 (x) total-vm:4kB\n");
}

static void kills_that_the_log_lacks_are_counted(void **state)
{
	(void)state;
	assert_true(oom_kills_missing(9, 4) == 5);
	assert_true(oom_kills_missing(4, 9) == 0);
}

static void every_other_kind_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < OOMLOG_OTHER_COUNT; i++)
		assert_non_null(oomlog_other_name((enum oomlog_other)i));
}

#define CASE(claim, function) \
	(struct CMUnitTest) \
	{ \
		claim, function, NULL, NULL, NULL \
	}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 11 +
				sizeof(swap_rows) / sizeof(swap_rows[0])];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	for (size_t i = 0; i < sizeof(swap_rows) / sizeof(swap_rows[0]); i++)
		tests[count++] = (struct CMUnitTest){ swap_rows[i].claim, check_swap, NULL, NULL,
			(void *)(uintptr_t)&swap_rows[i] };
	tests[count++] =
		CASE("the first line with a time tells it", the_first_line_with_a_time_tells_it);
	tests[count++] =
		CASE("a captured memcg event, cgroup v1, 5.10", a_memcg_of_cgroup_v1_on_5_10);
	tests[count++] = CASE("a captured global event, 5.10", a_machine_on_5_10);
	tests[count++] = CASE("a captured storm of reports without a victim", a_storm_is_counted);
	tests[count++] = CASE(
		"a flush delivers what is decided, and no more", a_flush_delivers_what_is_decided);
	tests[count++] = CASE("a group kill waits for its members", a_group_waits_for_its_members);
	tests[count++] = CASE(
		"the chosen one of a group counts twice", the_chosen_one_of_a_group_counts_twice);
	tests[count++] = CASE("raw lines are kept if asked for", raw_lines_are_kept_if_asked);
	tests[count++] =
		CASE("kills that the log lacks are counted", kills_that_the_log_lacks_are_counted);
	tests[count++] = CASE("every other kind of line has a name", every_other_kind_has_a_name);
	return _cmocka_run_group_tests("oomlog", tests, count, NULL, NULL);
}
