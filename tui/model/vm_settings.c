#include "vm_settings.h"

#include "oomspect/host.h"

/* Source: Documentation/admin-guide/sysctl/{vm,kernel}.rst, mm/oom_kill.c. */
const struct vm_setting vm_settings[VM_SETTING_COUNT] = {
	[VM_PANIC_ON_OOM] = { "vm.panic_on_oom", "proc/sys/vm/panic_on_oom", "0",
		"0 kills a process; 1 panics when the whole machine is out of memory; 2 panics at "
		"every OOM, that of a cgroup too." },
	[VM_KERNEL_PANIC] = { "kernel.panic", "proc/sys/kernel/panic", "0",
		"Seconds after a panic until the machine boots again; 0 never, below 0 at once." },
	[VM_ALLOCATING_TASK] = { "vm.oom_kill_allocating_task",
		"proc/sys/vm/oom_kill_allocating_task", "0",
		"1 kills whoever asks for memory at that moment, without looking at badness. Not "
		"for OOMs of cgroups." },
	[VM_DUMP_TASKS] = { "vm.oom_dump_tasks", "proc/sys/vm/oom_dump_tasks", "1",
		"Whether the kernel's log lists all candidates of an OOM." },
	[VM_OVERCOMMIT_MEMORY] = { "vm.overcommit_memory", "proc/sys/vm/overcommit_memory", "0",
		"How much memory is promised: 0 all but what is obviously too much, 1 everything, "
		"2 no more than CommitLimit." },
	[VM_OVERCOMMIT_RATIO] = { "vm.overcommit_ratio", "proc/sys/vm/overcommit_ratio", "50",
		"CommitLimit is swap and this percentage of RAM. It counts with "
		"overcommit_memory 2 only." },
	[VM_OVERCOMMIT_KBYTES] = { "vm.overcommit_kbytes", "proc/sys/vm/overcommit_kbytes", "0",
		"The same in kB, instead of the percentage when it is not 0." },
	[VM_SWAPPINESS] = { "vm.swappiness", "proc/sys/vm/swappiness", "60",
		"0 to 200: what reclaim prefers, dropping file pages (low) or swapping (high)." },
	[VM_MIN_FREE] = { "vm.min_free_kbytes", "proc/sys/vm/min_free_kbytes", "by RAM",
		"Kept free for the kernel itself; the watermarks, and with them the moment of an "
		"OOM, follow from it." },
	[VM_WATERMARK_SCALE] = { "vm.watermark_scale_factor", "proc/sys/vm/watermark_scale_factor",
		"10", "How far the watermarks lie apart, in 1/10000 of RAM." },
	[VM_ADMIN_RESERVE] = { "vm.admin_reserve_kbytes", "proc/sys/vm/admin_reserve_kbytes",
		"8192", "Left for root when memory is promised, so that somebody can log in." },
	[VM_USER_RESERVE] = { "vm.user_reserve_kbytes", "proc/sys/vm/user_reserve_kbytes",
		"131072 at most",
		"Left for others than the process that asks. It counts with overcommit_memory 2 "
		"only." },
	[VM_HUGEPAGES] = { "vm.nr_hugepages", "proc/sys/vm/nr_hugepages", "0",
		"Huge pages set aside, used or not: no process is charged for them and nothing "
		"reclaims them." },
	[VM_DMESG_RESTRICT] = { "kernel.dmesg_restrict", "proc/sys/kernel/dmesg_restrict", "0 or 1",
		"1: the kernel's log, and with it the Events view, needs CAP_SYSLOG." },
};

#define ANY    VM_SETTING_COUNT, 0, 0
#define STRICT VM_OVERCOMMIT_MEMORY, 2, 2

const struct vm_rule vm_rules[] = {
	{ VM_PANIC_ON_OOM, false, 1, 1, ANY,
		"when the whole machine is out of memory it panics, and nobody is killed" },
	{ VM_PANIC_ON_OOM, false, 2, INT64_MAX, ANY,
		"every OOM panics the machine, even that of one small cgroup" },
	{ VM_KERNEL_PANIC, false, 0, 0, VM_PANIC_ON_OOM, 1, INT64_MAX,
		"and after that panic the machine stands until somebody resets it" },
	{ VM_ALLOCATING_TASK, false, 1, INT64_MAX, ANY,
		"whoever allocates is killed: nothing can be predicted for the whole machine" },
	{ VM_DUMP_TASKS, false, 0, 0, ANY,
		"the log names only who was killed, not who was passed over" },
	{ VM_OVERCOMMIT_MEMORY, false, 1, 1, ANY,
		"nothing is refused: memory runs out in use, and the OOM killer has to end it" },
	{ VM_OVERCOMMIT_MEMORY, false, 2, 2, ANY,
		"programs are refused memory at CommitLimit, long before an OOM" },
	{ VM_OVERCOMMIT_RATIO, false, 0, 49, STRICT, "much of RAM can never be promised" },
	{ VM_OVERCOMMIT_RATIO, false, 101, INT64_MAX, STRICT,
		"more than there is can be promised: an OOM is possible all the same" },
	{ VM_SWAPPINESS, false, 0, 0, ANY,
		"swap is hardly used before memory is out: an OOM may come with swap free" },
	{ VM_SWAPPINESS, false, 101, INT64_MAX, ANY,
		"swaps rather than drops file pages: meant for zram and zswap, slow on disks" },
	{ VM_MIN_FREE, false, 0, 1023, ANY,
		"very little is left for the kernel: allocations may fail before an OOM is tried" },
	{ VM_MIN_FREE, true, 5, INT64_MAX, ANY,
		"5 % of RAM or more is kept free: programs run out that much earlier" },
	{ VM_WATERMARK_SCALE, false, 300, INT64_MAX, ANY,
		"3 % of RAM or more between the watermarks: reclaim begins early" },
	{ VM_ADMIN_RESERVE, false, 0, 4095, STRICT,
		"with overcommit_memory 2 root may find no memory to log in with" },
	{ VM_HUGEPAGES, false, 1, INT64_MAX, ANY,
		"this memory is missing for everything else, and belongs to nobody's badness" },
};
const size_t vm_rule_count = sizeof(vm_rules) / sizeof(vm_rules[0]);

static int64_t read_value(const struct root *root, const char *path)
{
	char buffer[64];
	int64_t value;
	ssize_t length = root_read(root, path, buffer, sizeof(buffer));
	if (length <= 0 || !text_to_i64(text_trim((struct text){ buffer, (size_t)length }), &value))
		return UNKNOWN_SIGNED;
	return value;
}

void vm_values_read(struct vm_values *values, const struct root *root, int64_t mem_total_kb)
{
	values->mem_total_kb = mem_total_kb;
	for (enum vm_setting_id id = 0; id < VM_SETTING_COUNT; id++)
		values->values[id] = read_value(root, vm_settings[id].path);
}

static bool within(int64_t value, int64_t from, int64_t to)
{
	return value != UNKNOWN_SIGNED && value >= from && value <= to;
}

bool vm_rule_applies(const struct vm_rule *rule, const struct vm_values *values)
{
	int64_t value = values->values[rule->id];
	if (rule->of_ram && (value < 0 || value > INT64_MAX / 100 || values->mem_total_kb <= 0))
		return false;
	if (rule->of_ram)
		value = value * 100 / values->mem_total_kb;
	if (!within(value, rule->from, rule->to))
		return false;
	return rule->with == VM_SETTING_COUNT ||
	       within(values->values[rule->with], rule->with_from, rule->with_to);
}
