/* What is said about an event, and what never: a sentence must follow from the log. One claim a row;
 * most come in pairs of a log that proves it and one that does not. */

#include "support.h"

#include "../../core/oomlog/event_say.h"
#include "oomspect/event_explain.h"
#include "oomspect/event_json.h"
#include "oomspect/event_rank.h"
#include "oomspect/logline.h"
#include "oomspect/oomlog.h"

#include <stdlib.h>
#include <string.h>

#define MANY 8

struct row {
	const char *claim;
	const char *log;
	const char *says[MANY];  /* sentences or pieces of one, all of which must be there */
	const char *never[MANY]; /* none of which may be there */
};

/* --- reports to put together ------------------------------------------------------------------- */

#define HEADER_(comm, gfp, order) \
	comm " invoked oom-killer: gfp_mask=" gfp ", order=" order ", oom_score_adj=0\n"
#define HEADER       HEADER_("x", "0xcc0(GFP_KERNEL)", "0")
#define CPU(release) "CPU: 1 PID: 7 Comm: x Not tainted " release " #1\n"
#define TOP(release) HEADER CPU(release)
#define ZONE(free, min) \
	"Node 0 Normal free:" free "kB min:" min "kB low:" min "kB high:" min "kB " \
	"present:48000kB\n"
#define PAGES \
	"Free swap  = 0kB\nTotal swap = 0kB\n12000 pages RAM\n0 pages HighMem/MovableOnly\n0 " \
	"pages " \
	"reserved\n"
#define MEM_INFO "Mem-Info:\n" ZONE("400", "500") PAGES
#define LIMIT \
	"memory: usage 40000kB, limit 40000kB, failcnt 1\nswap: usage 0kB, limit 0kB, failcnt 0\n"
#define TASKS \
	"Tasks state (memory values in pages):\n" \
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
#define HEAD_3_10 "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name\n"
#define ROW_A     "[ 9] 7 9 1000 500 8192 0 0 a\n"
#define ROW_B     "[ 8] 7 8 1000 400 8192 0 0 b\n"
#define ROW_C     "[ 7] 7 7 1000 300 8192 0 0 c\n"
#define SIZES     " total-vm:4000kB, anon-rss:1600kB, file-rss:400kB, shmem-rss:0kB"
#define TAIL      ", UID:7 pgtables:8kB oom_score_adj:0\n"
#define KILLED    "Out of memory: Killed process 9 (a)" SIZES TAIL
#define KILLED_CG "Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
#define GLOBAL(pid) \
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom," \
	"task_memcg=/,task=a,pid=" pid ",uid=7\n"
#define HEAD_2_6 "x invoked oom-killer: gfp_mask=0x201d2, order=0, oom_adj=0\n"

#define NEXT_B  "8 (b) would have been next"
#define NO_NEXT "would have been next", "is next", "had the highest badness"

static const struct row rows[] = {
	/* --- 1. no candidate, and why there was a panic ---------------------------------------- */
	{ "no killable process, whatever the table shows: no next, and that is why it panicked",
		TOP("4.19.0") MEM_INFO TASKS ROW_A ROW_B
		"Out of memory and no killable processes...\n"
		"Kernel panic - not syncing: System is deadlocked on memory\n",
		{ "The kernel panicked: it found no killable process." }, { NO_NEXT } },
	{ "up to 4.14 the panic itself says so",
		TOP("4.9.0") MEM_INFO HEAD_3_10
		"[ 9] 7 9 1000 500 8 0 0 a\n"
		"Kernel panic - not syncing: Out of memory and no killable processes...\n",
		{ "it found no killable process" }, { NO_NEXT, "panic_on_oom" } },
	{ "panic_on_oom is named as the reason",
		TOP("5.10.0") MEM_INFO TASKS ROW_A ROW_B
		"Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n",
		{ "because vm.panic_on_oom is set" }, { NO_NEXT, "no killable" } },
	{ "2.6.32 words it in lower case",
		HEAD_2_6 "Kernel panic - not syncing: out of memory. panic_on_oom is selected\n",
		{ "because vm.panic_on_oom is set" }, { NO_NEXT } },
	{ "compulsory: in a cgroup as well, and the host is not said to be short",
		HEADER CPU("5.10.0") LIMIT
		"Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled\n",
		{ "vm.panic_on_oom is 2 (compulsory)" },
		{ NO_NEXT, "The host ran out of memory" } },
	{ "a cgroup without a candidate: nobody is killed, nothing panicked",
		TOP("5.10.0") LIMIT TASKS "[ 9] 7 9 1000 500 8192 0 -1000 a\n"
					  "Out of memory and no killable processes...\n",
		{ "Nobody was killed: the kernel found no killable process there." },
		{ NO_NEXT, "panicked" } },

	/* --- 2. a table that is not whole ------------------------------------------------------ */
	{ "a whole report of the host: the next one is named",
		TOP("5.10.0") MEM_INFO TASKS ROW_A ROW_B GLOBAL("9") KILLED,
		{ "9 (a) had the highest badness of the 2 processes in the table.", NEXT_B,
			"8 (b) is next, 400 KiB behind." },
		{ "not known to be whole" } },
	{ "a whole report of a cgroup", TOP("5.10.0") LIMIT TASKS ROW_A ROW_B KILLED_CG, { NEXT_B },
		{ 0 } },
	{ "a whole report of 3.10, which announces no table",
		TOP("3.10.0") MEM_INFO HEAD_3_10
		"[ 9] 7 9 1000 500 8 0 0 a\n[ 8] 7 8 1000 400 8 0 0 b\n"
		"Out of memory: Kill process 9 (a) score 42 or sacrifice child\n"
		"Killed process 9 (a) total-vm:4000kB, anon-rss:1600kB, file-rss:400kB\n",
		{ NEXT_B }, { 0 } },
	{ "the row of the one that died is missing",
		TOP("5.10.0") MEM_INFO TASKS ROW_B ROW_C GLOBAL("9") KILLED,
		{ "The row of the chosen process is missing from the log." }, { NO_NEXT } },
	{ "somebody cut rows out, behind a comment sign",
		"# " HEADER "# " CPU("5.10.0") MEM_INFO TASKS ROW_A "# [...]\n" ROW_B KILLED, { 0 },
		{ NO_NEXT } },
	{ "somebody cut rows out, behind a mail's quotes",
		TOP("5.10.0") MEM_INFO TASKS ROW_A "> > ...\n" ROW_B KILLED, { 0 }, { NO_NEXT } },
	{ "somebody cut rows out, with words of his own",
		TOP("5.10.0") MEM_INFO TASKS ROW_A
		"[... 200 more lines omitted ...]\n" ROW_B KILLED,
		{ 0 }, { NO_NEXT } },
	{ "grep 'oom|a|b': rows of names that match, and no report around them",
		TASKS ROW_A ROW_B GLOBAL("9") KILLED, { "not known to be whole" }, { NO_NEXT } },
	{ "grep oom: the header and the table's head, but nothing of the report",
		HEADER "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents "
		       "oom_score_adj name\n" ROW_A ROW_B GLOBAL("9") KILLED,
		{ "not known to be whole" }, { NO_NEXT } },
	{ "grep memory: the counters and the table's announcement, but no stack",
		HEADER
		"memory: usage 40000kB, limit 40000kB, failcnt 1\n" TASKS ROW_A ROW_B KILLED_CG,
		{ "not known to be whole" }, { NO_NEXT } },
	{ "a report that begins in the middle, but before the table",
		PAGES TASKS ROW_A ROW_B GLOBAL("9") KILLED, { NEXT_B }, { 0 } },
	{ "a report that begins in the table", ROW_A ROW_B GLOBAL("9") KILLED,
		{ "not known to be whole" }, { NO_NEXT } },
	{ "a report that ends in the table", TOP("5.10.0") MEM_INFO TASKS ROW_A ROW_B,
		{ "Who died is missing from the log." }, { NO_NEXT } },
	{ "a row that cannot be read",
		TOP("5.10.0") MEM_INFO TASKS ROW_A "[ 8] 7 8 1000 4Killed\n" GLOBAL("9") KILLED,
		{ 0 }, { NO_NEXT } },
	{ "without a size of the domain, a negative adj could be anywhere",
		TOP("5.10.0") "12000 pages RAM\n" TASKS ROW_A
			      "[ 8] 7 8 1000 600 8192 0 -900 b\n" GLOBAL("9") KILLED,
		{ 0 }, { NO_NEXT } },
	{ "without a size of the domain, equal values of adj change no order",
		TOP("5.10.0") "12000 pages RAM\n" TASKS "[ 9] 7 9 1000 500 8192 0 200 a\n"
			      "[ 8] 7 8 1000 400 8192 0 200 b\n" GLOBAL("9") KILLED,
		{ NEXT_B, "8 (b) is next." }, { "behind" } },
	{ "without a size of the domain, a positive adj may outweigh what is larger",
		TOP("5.10.0") "12000 pages RAM\n" TASKS ROW_A
			      "[ 8] 7 8 1000 400 8192 0 200 b\n" GLOBAL("9") KILLED,
		{ "could change the order" }, { NO_NEXT } },
	{ "swap of a cgroup is limited by the machine's, which is not in the log: no order by adj",
		TOP("5.10.0") "memory: usage 40000kB, limit 40000kB, failcnt 1\n"
			      "swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n" TASKS ROW_A
			      "[ 8] 7 8 1000 480 8192 0 1 b\n" KILLED_CG,
		{ "could change the order" }, { NO_NEXT } },
	{ "with vm.oom_kill_allocating_task nobody is next",
		TOP("5.10.0") MEM_INFO TASKS ROW_A ROW_B
		"Out of memory (oom_kill_allocating_task): Killed process 9 (a)" SIZES TAIL,
		{ "whoever asks for memory dies" }, { NO_NEXT } },
	{ "root of 4.9 may have a bonus or not: its place is not told where that decides",
		TOP("4.9.0") MEM_INFO HEAD_3_10
		"[ 9] 7 9 1000 500 8 0 0 a\n[ 8] 0 8 1000 490 8 0 0 b\n"
		"[ 6] 7 6 1000 485 8 0 0 d\n"
		"Out of memory: Kill process 9 (a) score 42 or sacrifice child\n"
		"Killed process 9 (a) total-vm:4000kB, anon-rss:1600kB, file-rss:400kB\n",
		{ "9 (a) had the highest badness of the 3 processes in the table." },
		{ "would have been next", "is next" } },

	/* --- 3. a shortage of the host --------------------------------------------------------- */
	{ "a frame of the charge proves a cgroup, whatever Mem-Info follows",
		HEADER CPU("2.6.39") " [<ffffffff8>] oom_kill_process+0x1/0x2\n"
				     " [<ffffffff8>] "
				     "mem_cgroup_oom_synchronize+0x1/0x2\nMem-Info:\n" ZONE(
					     "24000000", "500"),
		{ "A memory cgroup reached its limit" }, { "The host ran out of memory" } },
	{ "a frame with a question mark proves nothing",
		HEADER CPU("4.9.0") " ? mem_cgroup_oom_synchronize+0x1/0x2\n",
		{ "does not say whether" }, { "cgroup reached" } },
	{ "try_charge that called out_of_memory() proves a cgroup",
		HEADER CPU("4.18.0") " out_of_memory+0x1/0x2\n ? x+0x1/0x2\n try_charge+0x1/0x2\n",
		{ "A memory cgroup reached its limit" }, { "The host ran out of memory" } },
	{ "an allocation below a charge is one of the host",
		HEADER CPU("4.18.0") " out_of_memory+0x1/0x2\n __alloc_pages_slowpath+0x1/0x2\n"
				     " try_charge+0x1/0x2\n",
		{ "The host ran out of memory." }, { "cgroup" } },
	{ "every zone has plenty: no shortage is claimed",
		HEADER CPU("5.10.0") "Mem-Info:\n" ZONE("25165824", "67584") PAGES KILLED,
		{ "No zone in the log was short of memory: Normal had 24.0 GiB free",
			"Why the allocation failed is unknown." },
		{ "ran out of memory" } },
	{ "one zone of two has plenty: the host ran out",
		HEADER CPU("5.10.0") "Mem-Info:\nNode 0 DMA free:15000kB min:100kB low:100kB "
				     "high:100kB\n" ZONE("400", "500") PAGES KILLED,
		{ "The host ran out of memory.", "Zone Normal was below its minimum" },
		{ "No zone" } },
	{ "every zone has plenty, but in small pieces: that is why, and no shortage",
		HEADER_("x", "0x40dc0(GFP_KERNEL)", "3") CPU("5.10.0") "Mem-Info:\n" ZONE(
			"25165824", "67584") "Node 0 Normal: 6291456*4kB 0*8kB 0*16kB 0*32kB = "
					     "25165824kB\n" PAGES KILLED,
		{ "No zone in the log was short of memory", "but in smaller pieces" },
		{ "ran out of memory", "failed is unknown" } },
	{ "every zone has plenty, and a request of several pages",
		HEADER_("x", "0x40dc0(GFP_KERNEL)", "3")
			CPU("5.10.0") "Mem-Info:\n" ZONE("25165824", "67584") PAGES KILLED,
		{ "Why the allocation failed is unknown." }, { "ran out of memory" } },
	{ "memory is there, but in small pieces: the host did not run out of it",
		HEADER_("x", "0x40dc0(GFP_KERNEL)", "3") CPU("5.10.0") "Mem-Info:\n" ZONE("900",
			"500") "Node 0 Normal: 225*4kB 0*8kB 0*16kB 0*32kB = 900kB\n" PAGES KILLED,
		{ "The host had no piece of memory as large as the request.",
			"but in smaller pieces" },
		{ "ran out of memory" } },
	{ "a page fault that failed elsewhere: mask 0",
		HEADER_("x", "0x0()", "0")
			CPU("5.4.0") "Mem-Info:\nactive_anon:1 inactive_anon:2\n",
		{ "A page fault that had failed for another reason",
			"The page fault was one of x." },
		{ "The host ran out of memory", "asked for the memory" } },
	{ "a mask of 0 in the report of a cgroup is of neither kind",
		HEADER_("x", "0x0()", "0") CPU("6.16.0") LIMIT KILLED_CG,
		{ "reached its limit of 39.1 MiB" }, { "page fault", "asked for the memory" } },
	{ "the kernel's own word is enough", "Out of memory: Killed process 9 (a)" SIZES TAIL,
		{ "The host ran out of memory." }, { 0 } },
	{ "nothing says where", HEADER, { "does not say whether the host or a cgroup" },
		{ "The host ran" } },

	/* --- 4. which counter was full --------------------------------------------------------- */
	{ "memory and swap together were full, memory alone was not",
		HEADER CPU("4.9.0") "memory: usage 39168kB, limit 40960kB, failcnt 1\n"
				    "memory+swap: usage 81920kB, limit 81920kB, failcnt 1\nkmem: "
				    "usage 0kB, limit "
				    "9007199254740988kB, failcnt 0\n",
		{ "reached its limit of 80.0 MiB for memory and swap together (usage 80.0 MiB).",
			"Its memory alone was 38.3 MiB of 40.0 MiB." },
		{ "limit of 40.0 MiB" } },
	{ "kernel memory was full",
		HEADER CPU("4.9.0") "memory: usage 9168kB, limit 40960kB, failcnt 1\n"
				    "memory+swap: usage 9168kB, limit 81920kB, failcnt 1\nkmem: "
				    "usage 8192kB, limit "
				    "8192kB, failcnt 9\n",
		{ "reached its limit of 8.0 MiB for kernel memory" }, { "limit of 40.0 MiB (" } },
	{ "memory was full",
		HEADER CPU("4.9.0") "memory: usage 40960kB, limit 40960kB, failcnt 1\n"
				    "memory+swap: usage 40960kB, limit 81920kB, failcnt 1\n",
		{ "reached its limit of 40.0 MiB (usage 40.0 MiB)." }, { "together" } },
	{ "nearly full, and the only one with a limit",
		HEADER CPU("5.15.0") "memory: usage 40950kB, limit 40960kB, failcnt 1\n"
				     "memory+swap: usage 40950kB, limit 9007199254740988kB, "
				     "failcnt 0\n"
				     "kmem: usage 100kB, limit 9007199254740988kB, failcnt 0\n",
		{ "reached its limit of 40.0 MiB" }, { "does not say which" } },
	{ "two limits, and neither is full: which one is not told",
		HEADER CPU(
			"4.9.0") "memory: usage 30960kB, limit 40960kB, failcnt 1\n"
				 "memory+swap: usage 70960kB, limit 81920kB, failcnt 1\n" KILLED_CG,
		{ "the log does not say which" }, { "reached its limit of" } },
	{ "the other counters were cut off: which one is not told",
		HEADER "memory: usage 30960kB, limit 40960kB, failcnt 1\n" KILLED_CG,
		{ "the log does not say which" }, { "reached its limit of" } },

	/* --- 5. what was in a cgroup ----------------------------------------------------------- */
	{ "v1: statistics of the parent alone say nothing of its children",
		HEADER CPU("4.9.0") "memory: usage 40960kB, limit 40960kB, failcnt 1\n"
				    "memory+swap: usage 40960kB, limit 81920kB, failcnt 1\n"
				    "Memory cgroup stats for /a: cache:0KB rss:0KB shmem:0KB\n",
		{ 0 }, { "It held" } },
	{ "v1: with its children the sum is the usage",
		HEADER CPU("4.9.0") "memory: usage 40960kB, limit 40960kB, failcnt 1\n"
				    "memory+swap: usage 40960kB, limit 81920kB, failcnt 1\n"
				    "Memory cgroup stats for /a: cache:0KB rss:0KB shmem:0KB\n"
				    "Memory cgroup stats for /a/b: cache:10240KB rss:30000KB "
				    "shmem:0KB\n",
		{ "It held 29.3 MiB of anonymous memory and 10.0 MiB of files." }, { 0 } },
	{ "v1 of new kernels has a value a line, and most of it is in a tmpfs",
		HEADER CPU("6.18.0") "memory: usage 30720kB, limit 30720kB, failcnt 1\n"
				     "memory+swap: usage 30720kB, limit 9007199254740988kB, "
				     "failcnt 0\n"
				     "kmem: usage 100kB, limit 9007199254740988kB, failcnt "
				     "0\nMemory cgroup stats for /a:\n"
				     "cache 0\nrss 0\nshmem 0\ntotal_cache 20971520\ntotal_rss "
				     "10485760\n"
				     "total_shmem 20971520\n",
		{ "It held 10.0 MiB of anonymous memory and 20.0 MiB of files.",
			"20.0 MiB of that is shared memory and tmpfs files" },
		{ "It held 0 KiB" } },
	{ "v1 of new kernels, own values first and the rest cut",
		HEADER CPU("6.18.0") "memory: usage 30720kB, limit 30720kB, failcnt 1\n"
				     "memory+swap: usage 30720kB, limit 9007199254740988kB, "
				     "failcnt 0\n"
				     "Memory cgroup stats for /a:\ncache 0\nrss 0\nshmem 0\n",
		{ 0 }, { "It held" } },
	{ "v2: far below the usage, nothing is said",
		HEADER CPU("6.1.0") LIMIT "Memory cgroup stats for /a:\nanon 1048576\nfile 0\n",
		{ 0 }, { "It held" } },
	{ "v2: kernel memory is what fills it",
		HEADER CPU("6.1.0") LIMIT
		"Memory cgroup stats for /a:\nanon 1048576\nfile 0\nkernel 39845888\n",
		{ "38.0 MiB is kernel memory charged to it." }, { 0 } },

	/* --- 6. children and threads ----------------------------------------------------------- */
	{ "a child: both have rows, and the kernel did so",
		TOP("4.19.0") LIMIT TASKS ROW_A ROW_B
		"Memory cgroup out of memory: Kill process 9 (a) score 50 or sacrifice child\n"
		"Killed process 8 (b) total-vm:4000kB, anon-rss:1600kB, file-rss:0kB, "
		"shmem-rss:0kB\n",
		{ "The kernel chose 9 (a) and killed its child in its place" }, { 0 } },
	{ "no row of the chosen one, on the host: how they are related is not told",
		TOP("4.19.0") MEM_INFO TASKS ROW_B ROW_C
		"Out of memory: Kill process 9 (a) score 50 or sacrifice child\n"
		"Killed process 8 (b) total-vm:4000kB, anon-rss:1600kB, file-rss:0kB, "
		"shmem-rss:0kB\n",
		{ "does not say how the two are related" }, { "its child in its place", NO_NEXT } },
	{ "no row of the chosen one, in a cgroup before 5.3: it is a thread",
		TOP("4.9.0") LIMIT HEAD_3_10 "[ 8] 7 8 1000 400 8 0 0 b\n"
					     "Memory cgroup out of memory: Kill process 91 "
					     "(b-thread) score 50 or sacrifice child\n"
					     "Killed process 8 (b) total-vm:4000kB, "
					     "anon-rss:1600kB, file-rss:0kB, shmem-rss:0kB\n",
		{ "91 (b-thread), which the kernel chose, is a thread" },
		{ "its child in its place" } },
	{ "no table at all",
		"Memory cgroup out of memory: Kill process 9 (a) score 5 or sacrifice child\n"
		"Killed process 8 (b)" SIZES "\n",
		{ "The kernel chose 9 (a) and killed 8 (b)" }, { "its child in its place" } },
	{ "a victim without a row, with the sizes of one: a thread of that process",
		TOP("4.19.0") LIMIT TASKS ROW_A ROW_B "Memory cgroup out of memory: Kill process "
						      "91 (worker) score 50 or sacrifice child\n"
						      "Killed process 91 (worker)" SIZES "\n",
		{ "91 is a thread of 9 (a).", "9 (a) had the highest badness", NEXT_B },
		{ "The row of the chosen process is missing" } },
	{ "a victim without a row, with the sizes of two: it could be either",
		TOP("5.10.0") MEM_INFO TASKS ROW_A
		"[ 5] 7 5 1000 500 8192 0 0 a\n"
		"Out of memory: Killed process 91 (worker)" SIZES TAIL,
		{ "The row of the chosen process is missing" }, { "is a thread of", NO_NEXT } },

	{ "no row of the chosen one in a table that begins in the middle: it may have been cut off",
		"[ 8] 7 8 1000 400 8 0 0 b\n"
		"Memory cgroup out of memory: Kill process 91 (b) score 50 or sacrifice child\n"
		"Killed process 91 (b) total-vm:9000kB, anon-rss:1600kB, file-rss:0kB\n",
		{ "The row of the chosen process is missing" }, { "is a thread" } },
	{ "about the sizes of a row, in a table of which rows may be missing: it may be another",
		"[ 8] 7 8 1000 400 8 0 0 b\n"
		"Killed process 91 (b) total-vm:4000kB, anon-rss:1604kB, file-rss:0kB\n",
		{ "The row of the chosen process is missing" }, { "is a thread" } },

	/* --- 7. the bonus of root -------------------------------------------------------------- */
	{ "root of a cgroup with the bonus, by the printed score",
		TOP("3.10.0-1160.el7.x86_64") "memory: usage 204800kB, limit 204800kB, failcnt 1\n"
					      "memory+swap: usage 204800kB, limit "
					      "9007199254740988kB, failcnt 0\n" HEAD_3_10
					      "[ 9] 0 9 60000 51620 116 0 0 a\n"
					      "Memory cgroup out of memory: Kill process 9 (a) "
					      "score 980 or sacrifice child\n"
					      "Killed process 9 (a), UID 0, total-vm:240000kB, "
					      "anon-rss:204596kB, file-rss:1884kB\n",
		{ "9 (a) has a badness of 50184 pages", "By its score of 980" }, { 0 } },
	{ "root of a cgroup without it, by the printed score",
		TOP("3.10.0-1160.el7.x86_64") "memory: usage 204800kB, limit 204800kB, failcnt 1\n"
					      "memory+swap: usage 204800kB, limit "
					      "9007199254740988kB, failcnt 0\n" HEAD_3_10
					      "[ 9] 0 9 60000 51620 116 0 0 a\n"
					      "Memory cgroup out of memory: Kill process 9 (a) "
					      "score 1010 or sacrifice child\n"
					      "Killed process 9 (a), UID 0, total-vm:240000kB, "
					      "anon-rss:204596kB, file-rss:1884kB\n",
		{ "9 (a) has a badness of 51736 pages" }, { "By its score", "50184" } },
	{ "root without a score: the badness is not told",
		TOP("4.9.0") LIMIT HEAD_3_10 "[ 9] 0 9 1000 500 8 0 0 a\n" KILLED_CG,
		{ "9 (a): rss 500, page tables 8" }, { "has a badness" } },

	/* --- 8. the chosen one ----------------------------------------------------------------- */
	{ "chosen, and no line of its death",
		"Memory cgroup out of memory: Kill process 99190 (apache2) score 1534 or sacrifice "
		"child\n",
		{ "The kernel chose 99190 (apache2) (score 1534); who was killed is missing from "
		  "the "
		  "log." },
		{ "Who died" } },
	{ "chosen by old words", "Out of memory: kill process 99 (httpd) score 12 or a child\n",
		{ "The kernel chose 99 (httpd) (score 12)" }, { "Who died", "oom_dump_tasks" } },

	/* --- 9. groups ------------------------------------------------------------------------- */
	{ "a group: its path, and each that died",
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000075] Tasks in /lab/c are going to be killed due to memory.oom.group set\n"
		"[1.000093] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000119] Memory cgroup out of memory: Killed process 8 (b)" SIZES TAIL
		"[1.000140] Memory cgroup out of memory: Killed process 7 (c)" SIZES TAIL,
		{ "memory.oom.group is set for /lab/c", "With it died 8 (b) and 7 (c)." }, { 0 } },
	{ "init among them, and the panic that follows",
		"[1.000000] Out of memory: Kill process 9 (a) score 5 or sacrifice child\n"
		"[1.000010] Killed process 9 (a)" SIZES "\n"
		"[1.000075] Tasks in / are going to be killed due to memory.oom.group set\n"
		"[1.000093] Killed process 1 (systemd)" SIZES "\n"
		"[1.000119] Killed process 9 (a)" SIZES "\n"
		"[1.100000] Kernel panic - not syncing: Attempted to kill init! "
		"exitcode=0x00000009\n",
		{ "With it died 1 (systemd).", "init was among them, so the kernel panicked" },
		{ "instead of killing" } },
	{ "a filtered log of a group: three within microseconds are one kill",
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000001] Memory cgroup out of memory: Killed process 8 (b)" SIZES TAIL
		"[1.000002] Memory cgroup out of memory: Killed process 7 (c)" SIZES TAIL,
		{ "With it died 8 (b) and 7 (c)." }, { 0 } },
	{ "the first one once more: that is a group, even where the line that says so was filtered",
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000093] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000500] Memory cgroup out of memory: Killed process 8 (b)" SIZES TAIL,
		{ "memory.oom.group is set: the cgroup is killed as a whole.",
			"With it died 8 (b)." },
		{ 0 } },
	{ "the first one once more, behind others: they are of that group, whenever they came",
		"[Tue Mar 11 10:16:36 2025] Memory cgroup out of memory: Killed process 9 (a)" SIZES
			TAIL
		"[Tue Mar 11 10:16:36 2025] Memory cgroup out of memory: Killed process 8 (b)" SIZES
			TAIL
		"[Tue Mar 11 10:16:36 2025] Memory cgroup out of memory: Killed process 9 (a)" SIZES
			TAIL
		"[Tue Mar 11 10:16:36 2025] Memory cgroup out of memory: Killed process 7 (c)" SIZES
			TAIL,
		{ "memory.oom.group is set: the cgroup is killed as a whole.",
			"With it died 8 (b) and 7 (c)." },
		{ 0 } },
	{ "a log with every line twice has no group",
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL,
		{ "9 (a) was killed" }, { "memory.oom.group", "With it died" } },
	{ "kills of two cgroups in a burst are two",
		"[1.000000] Memory cgroup out of memory: Killed process 9 (a)" SIZES TAIL
		"[1.010000] Memory cgroup out of memory: Killed process 8 (b)" SIZES TAIL,
		{ "9 (a) was killed" }, { "8 (b)", "memory.oom.group" } },

	/* --- 10. sysrq, and where the victim was ----------------------------------------------- */
	{ "sysrq-f: nobody asked for memory",
		"sysrq: Manual OOM execution\n" HEADER_("kworker/3:1", "0xcc0(GFP_KERNEL)", "-1")
			CPU("5.4.0") KILLED,
		{ "Somebody asked for a kill (sysrq-f)" },
		{ "asked for the memory", "The host ran out of memory" } },
	{ "a kill of the host says in which container the victim was",
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/"
		",mems_allowed=0,global_oom,"
		"task_memcg=/docker/"
		"0f2b3fcdd2578165ea77266cdc7b1ad43e75877b0ac1889ecda30a78cb78bd53,"
		"task=a,pid=9,uid=7\n" KILLED,
		{ "(Docker container 0f2b3fcdd257)", "The host ran out of memory." },
		{ "its limit" } },
	{ "a victim in the root cgroup was nowhere in particular", GLOBAL("9") KILLED, { 0 },
		{ "It ran in" } },

	/* --- 11. advice of the right era ------------------------------------------------------- */
	{ "oomkilladj: no table, and no setting for one",
		"x invoked oom-killer: gfp_mask=0x201d2, order=0, oomkilladj=0\nOut of memory: "
		"kill "
		"process 9 (a) score 5 or a child\nKilled process 9 (a)\n",
		{ "ranked by virtual size" }, { "oom_dump_tasks" } },
	{ "a bare header",
		"oom-killer: gfp_mask=0x201d2, order=0\nOut of Memory: Kill process 9 (a) score 5 "
		"and "
		"children.\nOut of memory: Killed process 9 (a).\n",
		{ "ranked by virtual size" }, { "oom_dump_tasks" } },
	{ "oom_adj and no oom_score_adj", HEAD_2_6 "Killed process 9 (a)\n",
		{ "ranked by virtual size" }, { "oom_dump_tasks" } },
	{ "or a child, and nothing else",
		"Out of memory: kill process 9 (a) score 5 or a child\n"
		"Killed process 9 (a)\n",
		{ "ranked by virtual size" }, { "5 seconds", "oom_dump_tasks" } },
	{ "of today the setting is named", TOP("5.10.0") MEM_INFO KILLED, { "vm.oom_dump_tasks=0" },
		{ "virtual size" } },

	/* --- 13. page tables ------------------------------------------------------------------- */
	{ "page tables are what it held",
		"Out of memory: Killed process 9 (a) total-vm:400000kB, anon-rss:100kB, "
		"file-rss:0kB, "
		"shmem-rss:0kB, UID:7 pgtables:20480kB oom_score_adj:0\n",
		{ "Its page tables were the largest part: 20.0 MiB." }, { 0 } },
	{ "page tables are what it held, by its row: the kill line has none before 5.4",
		TOP("4.19.0") MEM_INFO TASKS
		"[ 9] 7 9 1000 25 20971520 0 0 a\n"
		"Out of memory: Kill process 9 (a) score 42 or sacrifice child\n"
		"Killed process 9 (a) total-vm:4000kB, anon-rss:100kB, file-rss:0kB, "
		"shmem-rss:0kB\n",
		{ "Its page tables were the largest part: 20.0 MiB." }, { 0 } },
	{ "page tables of the usual size", KILLED, { 0 }, { "page tables were" } },

	/* --- 14. sizes ------------------------------------------------------------------------- */
	{ "sizes are rounded to nearest",
		"Out of memory: Killed process 9 (a) total-vm:4kB, anon-rss:1570864kB, "
		"file-rss:1048570kB, shmem-rss:1023kB, UID:7 pgtables:8kB oom_score_adj:0\n",
		{ "1.5 GiB anonymous, 1.0 GiB of files, 1023 KiB shared" }, { "1.4 GiB" } },
	{ "huge pages are set aside",
		TOP("5.10.0") "Mem-Info:\nNode 0 hugepages_total=8 hugepages_free=8 "
			      "hugepages_surp=0 "
			      "hugepages_size=2048kB\n" PAGES,
		{ "16.0 MiB (34 %) is set aside for huge pages, which no kill frees." }, { 0 } },
	{ "huge pages, and the size of the host cut off",
		TOP("5.10.0") "Mem-Info:\nNode 0 hugepages_total=8 hugepages_free=8 "
			      "hugepages_surp=0 "
			      "hugepages_size=2048kB\nNode 1 hugepages_total=8 hugepages_free=8 "
			      "hugepages_surp=0 hugepages_size=2048kB\n",
		{ "32.0 MiB is set aside for huge pages" }, { "%" } },
	{ "no huge pages",
		TOP("5.10.0") "Mem-Info:\nNode 0 hugepages_total=0 hugepages_free=0 "
			      "hugepages_surp=0 hugepages_size=2048kB\n" PAGES,
		{ 0 }, { "huge pages" } },
	{ "unequal, though they would be rounded to the same",
		HEADER CPU("5.10.0") "Mem-Info:\n" ZONE("61880", "61890") PAGES,
		{ "(61880 KiB free, minimum 61890 KiB)" }, { 0 } },
	{ "64 KiB pages are told by what page tables can be divided by",
		TOP("4.19.0") TASKS
		"[ 9] 7 9 1000 500 131072 0 0 a\n[ 8] 7 8 1000 400 65536 0 0 b\n"
		"[ 7] 7 7 1000 300 393216 0 0 c\n"
		"Out of memory: Kill process 9 (a) score 42 or sacrifice child\n",
		{ "9 (a) has a badness of 502 pages: rss 500, page tables 2" }, { 0 } },
	{ "the reaper had nothing to take",
		KILLED "oom_reaper: reaped process 9 (a), now anon-rss:1500kB, file-rss:0kB, "
		       "shmem-rss:0kB\n",
		{ "The oom_reaper could not take its memory: 1.5 MiB anonymous was left." },
		{ "took its memory before" } },
	{ "the reaper took it",
		KILLED "oom_reaper: reaped process 9 (a), now anon-rss:0kB, file-rss:0kB, "
		       "shmem-rss:0kB\n",
		{ "The oom_reaper took its memory before it had exited." }, { "could not" } },
};

/* --- the first event of a text, and all that is said of it ------------------------------------- */

struct told {
	struct oom_event event;
	char *text;
	bool any;
};

static void keep_event(void *arg, struct oom_event *event)
{
	struct told *told = arg;
	if (told->any)
		return;
	told->event = *event;
	told->any = true;
	oom_event_init(event);
}

static struct told told_of(const char *log_text)
{
	struct told told = { .any = false };
	struct oomlog log;
	struct text line, rest = text_of(log_text);
	struct oomlog_sink sink = { .event = keep_event, .arg = &told };
	assert_int_equal(oomlog_init(&log, "test", sink, 0), ERR_OK);
	while (text_next_line(&rest, &line)) {
		struct klog_record record;
		logline_parse(line, &record);
		assert_int_equal(oomlog_push(&log, &record), ERR_OK);
	}
	oomlog_finish(&log);
	oomlog_release(&log);
	assert_true(told.any);
	assert_int_equal(event_rank(&told.event), ERR_OK);
	return told;
}

static char *sentences_of(const struct oom_event *event)
{
	struct event_explanation explanation;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	assert_non_null(out);
	assert_int_equal(event_explain(event, &explanation), ERR_OK);
	for (size_t i = 0; i < explanation.count; i++)
		fprintf(out, "%s\n", explanation.sentences[i].text);
	event_explanation_release(&explanation);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check_row(void **state)
{
	const struct row *row = *state;
	struct told told = told_of(row->log);
	char *text = sentences_of(&told.event);
	for (int i = 0; i < MANY && row->says[i]; i++) {
		if (!strstr(text, row->says[i]))
			fail_msg("not said: %s\n%s", row->says[i], text);
	}
	for (int i = 0; i < MANY && row->never[i]; i++) {
		if (strstr(text, row->never[i]))
			fail_msg("said: %s\n%s", row->never[i], text);
	}
	free(text);
	oom_event_release(&told.event);
}

/* --- the table of sentences -------------------------------------------------------------------- */

static void every_fact_has_a_proof(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_FACT_COUNT; i++) {
		assert_non_null(event_fact_proof((enum event_fact)i));
		assert_true(strlen(event_fact_proof((enum event_fact)i)) > 0);
	}
}

static void check_sayings(const struct event_saying *sayings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_non_null(sayings[i].form);
		assert_true(
			sayings[i].needs || sayings[i].unless); /* nothing is said of every event */
		assert_false(sayings[i].needs & sayings[i].unless);
	}
}

static void every_sentence_needs_a_fact(void **state)
{
	(void)state;
	check_sayings(event_what_sayings, event_what_saying_count);
	check_sayings(event_choice_sayings, event_choice_saying_count);
}

static void mark_said(
	const struct event_saying *sayings, size_t count, event_facts facts, bool *said)
{
	for (size_t i = 0; i < count; i++)
		said[i] |= (facts & sayings[i].needs) == sayings[i].needs &&
			   !(facts & sayings[i].unless);
}

static void check_said(const struct event_saying *sayings, size_t count, const bool *said)
{
	for (size_t i = 0; i < count; i++) {
		if (!said[i])
			print_message("never said: %s\n", sayings[i].form);
	}
	for (size_t i = 0; i < count; i++)
		assert_true(said[i]);
}

/* What only other tests have. */
static const char *const more_logs[] = {
	HEAD_2_6,
	"oom_kill_process: 5 callbacks suppressed\n" HEADER_("x", "0x40dc0(GFP_KERNEL)", "3") CPU(
		"5.10.0") "Mem-Info:\n" ZONE("400",
		"100") "Node 0 Normal: 100*4kB 0*8kB 0*16kB 0*32kB = 400kB\n"
		       "Node 0 Movable free:124000kB min:100kB low:100kB high:100kB\n" PAGES,
	HEADER_("x", "0x40dc0(GFP_KERNEL)", "3") CPU("5.10.0") PAGES,
	TOP("5.10.0") LIMIT TASKS ROW_A "[ 8] 7 8 1000 900 8192 0 -900 b\n" KILLED_CG,
	TOP("6.12.0") LIMIT TASKS ROW_A "[ 8] 7 8 1000 550 8192 0 0 b\n" KILLED_CG,
	"x invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\nOut of memory: OOM victim "
	"9 (x) "
	"is already exiting. Skip killing the task\n",
	"Out of memory: Kill process 9 (x) score 5 or sacrifice child\nKilled process 9 (x) "
	"total-vm:4kB, anon-rss:1kB, file-rss:1kB\nKill process 8 (y) sharing same memory\n",
	"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,"
	"task_memcg=/a/b,task=a,pid=9,uid=7\nMemory cgroup out of memory: Killed process 9 "
	"(a)" SIZES ", UID:7 pgtables:8kB oom_score_adj:-5\nMemory cgroup out of memory: OOM "
	"victim 8 (b) is already "
	"exiting. Skip killing the task\n",
	"memory: usage 40000kB, limit 9007199254740988kB, failcnt 1\n" KILLED_CG,
	"oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=t,mems_allowed=0-1,global_"
	"oom,"
	"task_memcg=/,task=a,pid=9,uid=7\n" KILLED,
	"oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,cpuset=/"
	",mems_allowed=0-1,global_oom,"
	"task_memcg=/,task=a,pid=9,uid=7\n" KILLED,
	"Kernel panic - not syncing: Out of memory: something else\n",
	"Memory cgroup out of memory: Killed process 9 (x) total-vm:4kB\n"
	"Tasks in /g are going to be killed due to memory.oom.group set\n"
	"Memory cgroup out of memory: OOM victim 7 (z) is already exiting. Skip killing the task\n",
};

#define SAYINGS_MAX 128

static void every_sentence_is_said_of_some_log(void **state)
{
	bool what[SAYINGS_MAX] = { false }, choice[SAYINGS_MAX] = { false };
	const size_t rows_count = sizeof(rows) / sizeof(rows[0]);
	(void)state;
	assert_true(event_what_saying_count <= SAYINGS_MAX);
	assert_true(event_choice_saying_count <= SAYINGS_MAX);
	for (size_t i = 0; i < rows_count + sizeof(more_logs) / sizeof(more_logs[0]); i++) {
		struct told told =
			told_of(i < rows_count ? rows[i].log : more_logs[i - rows_count]);
		told.event.repeats =
			i; /* the stream counts them, of which these logs have one event */
		event_facts facts = event_facts_of(&told.event);
		mark_said(event_what_sayings, event_what_saying_count, facts, what);
		mark_said(event_choice_sayings, event_choice_saying_count, facts, choice);
		told.event.seen.known = true; /* our own sample is in no log */
		told.event.seen.rank = 1;
		facts = event_facts_of(&told.event);
		mark_said(event_choice_sayings, event_choice_saying_count, facts, choice);
		oom_event_release(&told.event);
	}
	check_said(event_what_sayings, event_what_saying_count, what);
	check_said(event_choice_sayings, event_choice_saying_count, choice);
}

#define CASE(claim, function) \
	(struct CMUnitTest) \
	{ \
		claim, function, NULL, NULL, NULL \
	}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 3];
	size_t count = 0;
	for (; count < sizeof(rows) / sizeof(rows[0]); count++)
		tests[count] = (struct CMUnitTest){ rows[count].claim, check_row, NULL, NULL,
			(void *)(uintptr_t)&rows[count] };
	tests[count++] = CASE("every fact says what proves it", every_fact_has_a_proof);
	tests[count++] = CASE("no sentence is said without a fact", every_sentence_needs_a_fact);
	tests[count++] = CASE("every sentence of the table is said of some log",
		every_sentence_is_said_of_some_log);
	return _cmocka_run_group_tests("sentences", tests, count, NULL, NULL);
}
