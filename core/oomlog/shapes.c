#include "shapes.h"

#include "oomspect/array.h"
#include "oomspect/logscan.h"
#include "oomspect/oomline.h"
#include "oomspect/oommem.h"

#include <stdio.h>
#include <string.h>

#define HEADER_WORDS "invoked oom-killer"
#define NAME_REACH   16 /* a name of 15 bytes and a blank */

/* Behind more than a name the words of the header are what somebody put into another message: what
 * a device calls itself, an option of mount(2). */
static bool is_behind_name(struct text text, const char *at)
{
	return at - text.at <= NAME_REACH;
}

/* Where the beginning of a record is known, nothing stands before the name. */
static bool is_inside(const struct oomlog_message *message, struct text text)
{
	const char *at = text_find(text, HEADER_WORDS);
	return (message->stamped || message->form == KLOG_WHOLE) && at && !is_behind_name(text, at);
}

static bool take_header(struct oomlog *log, struct text text)
{
	struct oom_event probe;
	if (is_inside(&log->message, text))
		return false;
	oom_event_init(&probe);
	bool header = oomline_header(text, &probe);
	oom_event_release(&probe);
	if (!header)
		return false;
	oomlog_end(log);
	oomlog_begin(log, OOMLOG_REPORT);
	log->in_failure = false;
	oomline_header(text, &log->event);
	if (log->sysrq)
		log->event.trigger = OOM_TRIGGER_SYSRQ;
	log->sysrq = false;
	return true;
}

static void apply_prefix(struct oom_event *event, const struct oom_kill_line *line)
{
	if (line->memcg) {
		event->constraint = OOM_CONSTRAINT_MEMCG;
		event->scope = OOM_SCOPE_MEMCG;
	} else if (line->host && event->constraint != OOM_CONSTRAINT_MEMCG) {
		event->scope = OOM_SCOPE_HOST;
	}
	if (line->release_hint)
		event->release_hint = line->release_hint;
	if (line->allocating_task)
		event->trigger = OOM_TRIGGER_ALLOCATING_TASK;
}

/* Two kills that are not of one group are a scan of the processes and a reclaim apart: 10 ms where it
 * was measured. Members of a group follow one another within some 20 us. */
#define GROUP_GAP_US 200

static bool is_at_once(const struct oomlog *log)
{
	int64_t now = log->message.boot_us, last = log->last_kill_us;
	return now != UNKNOWN_SIGNED && last != UNKNOWN_SIGNED && now >= last &&
	       now - last <= GROUP_GAP_US;
}

static bool is_repeated(const struct oom_event *event, const struct oom_kill_line *line)
{
	return event->victim_count && event->victims[0].pid == line->victim.pid &&
	       strcmp(event->victims[0].comm, line->victim.comm) == 0;
}

/* Another victim of the event that is decided: of a group, or the same line once more. */
static bool is_more(const struct oomlog *log, const struct oom_kill_line *line)
{
	const struct oom_event *event = &log->event;
	if (event->outcome != OOM_OUTCOME_KILLED || oomlog_age_s(log) > 2)
		return false;
	bool same_kind = line->memcg == (event->scope == OOM_SCOPE_MEMCG);
	return is_repeated(event, line) || (same_kind && (event->group || is_at_once(log)));
}

/* A line that the kernel prints behind the task table. */
static void close_table(struct oomlog *log)
{
	log->event.tasks_closed |= log->event.task_table_headed;
}

/* A kill line whose pid and name are not those of the constraint line before it belongs to another
 * event, whose report was not printed. The pid alone may differ: that of a thread whose name is
 * that of its process. */
static bool contradicts(const struct oomlog *log, const struct oom_kill_line *line)
{
	const struct oom_event *event = &log->event;
	return log->phase == OOMLOG_REPORT && log->has_constraint_line &&
	       event->chosen.pid != UNKNOWN_SIGNED && event->chosen.pid != line->victim.pid &&
	       oomlog_age_s(log) > 2 && strcmp(event->chosen.comm, line->victim.comm) != 0;
}

static void take_killed(struct oomlog *log, const struct oom_kill_line *line)
{
	if (log->phase == OOMLOG_DECIDED && is_more(log, line)) {
		/* A group kill names the first victim once more; a doubled log has the same time. */
		log->event.group |= is_repeated(&log->event, line) &&
				    log->message.boot_us != UNKNOWN_SIGNED &&
				    log->message.boot_us != log->first_kill_us;
		log->last_kill_us = log->message.boot_us;
		oomlog_add_victim(log, &line->victim);
		return;
	}
	if (oomlog_rejoin_group(log, &line->victim))
		return;
	if (contradicts(log, line))
		oomlog_end(log);
	oomlog_need_report(log);
	close_table(log);
	log->first_kill_us = log->last_kill_us = log->message.boot_us;
	apply_prefix(&log->event, line);
	oomlog_add_victim(log, &line->victim);
	log->event.outcome = OOM_OUTCOME_KILLED;
	log->phase = OOMLOG_DECIDED;
}

static bool take_kill(struct oomlog *log, struct text text)
{
	struct oom_kill_line line;
	if (!oomline_kill(text, &line))
		return false;
	log->in_failure = false;
	if (line.killed) {
		take_killed(log, &line);
		return true;
	}
	if (line.sharing) {
		if (log->phase == OOMLOG_DECIDED) {
			log->event.sharing = true;
			oomlog_add_victim(log, &line.victim);
		}
		return true;
	}
	if (log->event.chosen.score != UNKNOWN_SIGNED)
		oomlog_end(log);
	oomlog_need_report(log);
	close_table(log);
	apply_prefix(&log->event, &line);
	log->event.chosen.pid = line.victim.pid;
	log->event.chosen.score = line.score;
	memcpy(log->event.chosen.comm, line.victim.comm, sizeof(line.victim.comm));
	return true;
}

/* The constraint line of the event that is decided, which somebody has put behind its kill: of a
 * report without one, and of the same process. */
static bool is_of_decided(const struct oomlog *log, struct text text)
{
	const struct oom_event *event = &log->event;
	struct oom_event probe;
	if (log->phase != OOMLOG_DECIDED || log->has_constraint_line || !event->victim_count ||
		oomlog_age_s(log) > 2)
		return false;
	oom_event_init(&probe);
	oomline_constraint(text, &probe);
	bool same = probe.chosen.pid == event->victims[0].pid &&
		    strcmp(probe.chosen.comm, event->victims[0].comm) == 0;
	oom_event_release(&probe);
	return same;
}

static bool take_constraint(struct oomlog *log, struct text text)
{
	struct oom_event probe;
	oom_event_init(&probe);
	bool known = oomline_constraint(text, &probe);
	oom_event_release(&probe);
	if (!known)
		return false;
	if (is_of_decided(log, text)) {
		log->has_constraint_line = oomline_constraint(text, &log->event);
		return true;
	}
	if (log->has_constraint_line)
		oomlog_end(log);
	oomlog_need_report(log);
	log->in_failure = false;
	close_table(log);
	log->has_constraint_line = oomline_constraint(text, &log->event);
	return true;
}

static bool take_task_in(struct oomlog *log, struct text text)
{
	struct text task, limit;
	if (!oomline_task_in_paths(text, &task, &limit) || !limit.len)
		return false;
	if (log->event.oom_memcg)
		oomlog_end(log);
	oomlog_need_report(log);
	return oomline_task_in(text, &log->event);
}

static bool take_usage(struct oomlog *log, struct text text)
{
	oomlog_need_body(log);
	log->event.has_stats = true;
	return oommem_usage(text, &log->event);
}

/* "Memory cgroup stats for /a:", alone since v5.3, with the row before. */
static bool take_stats(struct oomlog *log, struct text text)
{
	oomlog_need_body(log);
	log->has_memcg_stats = log->event.has_stats = true;
	oommem_memcg_stat(text, &log->event);
	return true;
}

/* "Tasks state (memory values in pages):" */
static bool take_tasks(struct oomlog *log, struct text text)
{
	(void)text;
	oomlog_need_body(log);
	log->event.tasks_announced = true;
	return true;
}

static bool take_columns(struct oomlog *log, struct text text)
{
	struct oom_columns columns;
	if (!oomtable_columns(text, &columns))
		return false;
	if (log->phase == OOMLOG_TENTATIVE && log->event.task_count)
		oomlog_end(log);
	oomlog_need_body(log);
	log->columns = columns;
	log->has_memcg_stats = log->in_failure = false;
	log->event.tasks_damaged |= log->event.task_count > 0;
	log->event.tasks_wide |= text_starts(text, "[  pid");
	log->event.task_table_headed = true;
	return true;
}

static bool take_row(struct oomlog *log, struct text text)
{
	struct oom_task task;
	bool named;
	int64_t stamp_pid = log->message.boot_us == UNKNOWN_SIGNED ? UNKNOWN_SIGNED
								   : log->message.boot_us / 1000000;
	if (!oomtable_row(text, &log->columns, stamp_pid, &task, &named)) {
		log->event.tasks_damaged |=
			log->event.task_table_headed && !log->event.tasks_closed;
		return false;
	}
	oomlog_need_body(log);
	log->event.tasks_damaged |= !named || !log->columns.count || log->event.tasks_closed;
	oomlog_add_task(log, &task);
	return true;
}

static bool take_mangled_row(struct oomlog *log, struct text text)
{
	return log->columns.mangled && take_row(log, text);
}

/* Every stack of a text names the kernel that ran then: one that belongs to no OOM report tells it
 * for the reports before and behind it. */
static void note_release(struct oomlog *log, const char *release, bool of_report)
{
	snprintf(log->release, sizeof(log->release), "%s", release);
	for (size_t i = 0; i < log->held_count && !of_report; i++) {
		struct oom_event *held = &log->held[i];
		if (!held->kernel[0])
			memcpy(held->kernel, log->release, sizeof(held->kernel));
	}
	if (!of_report && log->phase == OOMLOG_DECIDED && !log->event.kernel[0])
		memcpy(log->event.kernel, log->release, sizeof(log->event.kernel));
}

static bool take_other_stack(struct oomlog *log, struct text text)
{
	struct oom_event probe;
	oom_event_init(&probe);
	if (oomline_cpu(text, &probe))
		note_release(log, probe.kernel, false);
	oom_event_release(&probe);
	return false;
}

static bool take_cpu(struct oomlog *log, struct text text)
{
	bool open = log->phase == OOMLOG_REPORT ||
		    (log->phase == OOMLOG_DECIDED && log->event.outcome == OOM_OUTCOME_PANIC);
	if (!open || (!log->event.headed && log->event.outcome != OOM_OUTCOME_PANIC))
		return take_other_stack(log, text);
	log->event.has_cpu_line |= log->event.headed && !log->event.task_count;
	if (log->event.kernel[0] || !oomline_cpu(text, &log->event))
		return false;
	note_release(log, log->event.kernel, true);
	return true;
}

/* "Linux version 6.1.0-18-amd64 (...": the first line of a boot. */
static bool take_banner(struct oomlog *log, struct text text)
{
	char release[sizeof(log->release)];
	struct text word;
	text_skip(&text, "Linux version ");
	if (!text_next_field(&text, &word) || !scan_is_digit(*word.at))
		return false;
	oomlog_end(log); /* what is open is of the boot before */
	oomlog_deliver_held(log);
	text_copy(word, release, sizeof(release));
	note_release(log, release, false);
	return true;
}

/* Frames of the invoker's stack are looked at: not those of a panic, or of something else behind the
 * report. */
static bool is_in_stack(const struct oomlog *log)
{
	const struct oom_event *event = &log->event;
	return log->phase == OOMLOG_REPORT && event->headed && !event->has_meminfo &&
	       !event->task_count;
}

static void set_memcg(struct oom_event *event)
{
	event->constraint = OOM_CONSTRAINT_MEMCG;
	event->scope = OOM_SCOPE_MEMCG;
}

/* The stack of the invoker says it before v5.0 prints a constraint, or where that line is lost.
 * A frame with "?" may be left from another call. */
static bool take_memcg_frame(struct oomlog *log, struct text text)
{
	const char *at = text_find(text, "mem_cgroup_o");
	if (!at || !is_in_stack(log) || text_find(scan_until(text, at), "?"))
		return false;
	set_memcg(&log->event);
	return true;
}

/* The name of a frame: behind its address, up to "+0x", ".isra.0" or the place in the source. */
static struct text frame_name(struct text text)
{
	const char *bracket = text_starts(text, "[<") ? text_find(text, ">]") : NULL;
	if (bracket)
		text = scan_from(text, bracket + 2);
	text = text_trim(text);
	size_t length = 0;
	while (length < text.len && (scan_is_digit(text.at[length]) || text.at[length] == '_' ||
					    (text.at[length] >= 'a' && text.at[length] <= 'z')))
		length++;
	return (struct text){ text.at, length };
}

static bool is_frame_of(struct text name, const char *const *starts)
{
	for (; *starts; starts++) {
		if (text_starts(name, *starts))
			return true;
	}
	return false;
}

/* Where the compiler has inlined the memcg's own function, the caller of out_of_memory() tells the
 * scope: a charge, or an allocation of pages. */
static void watch_frame(struct oomlog *log, struct text text)
{
	static const char *const killer[] = { "out_of_memory", "oom_kill_process", NULL };
	static const char *const charge[] = { "try_charge", "charge_memcg", "mem_cgroup_",
		"__mem_cgroup_", "obj_cgroup_charge", "memcg_kmem_charge", "__memcg_kmem_charge",
		NULL };
	static const char *const allocation[] = { "__alloc_pages", "alloc_pages",
		"__alloc_frozen_pages", "pagefault_out_of_memory", "moom_callback", NULL };
	struct text name = frame_name(text);
	if (!is_in_stack(log) || !name.len || text_find(text, "? "))
		return;
	if (is_frame_of(name, killer)) {
		log->below_killer = true;
		return;
	}
	if (log->below_killer && is_frame_of(name, charge))
		set_memcg(&log->event);
	else if (log->below_killer && is_frame_of(name, allocation) &&
		 log->event.scope == OOM_SCOPE_UNKNOWN)
		log->event.scope = OOM_SCOPE_HOST;
	log->below_killer = false;
}

static bool take_group(struct oomlog *log, struct text text)
{
	if (!text_find(text, "memory.oom.group"))
		return false;
	if (log->phase == OOMLOG_DECIDED && oomlog_age_s(log) > 2)
		oomlog_end(log);
	if (log->phase != OOMLOG_DECIDED)
		oomlog_need_report(log);
	log->event.group = true;
	return oomline_group(text, &log->event);
}

static bool take_exiting(struct oomlog *log, struct text text)
{
	if (!text_find(text, "is already exiting"))
		return false;
	if (log->phase == OOMLOG_DECIDED && log->event.group) {
		log->event.already_exiting++;
	} else if (log->phase == OOMLOG_REPORT && !log->event.victim_count) {
		close_table(log);
		log->event.outcome = OOM_OUTCOME_SKIPPED;
		log->phase = OOMLOG_DECIDED;
	}
	return true;
}

static bool take_reaped(struct oomlog *log, struct text text)
{
	struct oom_victim victim;
	if (!oomline_reaped(text, &victim))
		return false;
	oomlog_mark_reaped(log, &victim);
	return true;
}

static bool take_no_victim(struct oomlog *log, struct text text)
{
	(void)text;
	oomlog_need_report(log);
	close_table(log);
	log->event.outcome = OOM_OUTCOME_NO_VICTIM;
	log->event.no_candidate = true;
	log->phase = OOMLOG_DECIDED;
	return true;
}

/* "Attempted to kill init!": memory.oom.group took it along (up to v4.20; d342a0b38674). */
static bool take_init_panic(struct oomlog *log)
{
	struct oom_event *event = &log->event;
	if (log->phase != OOMLOG_DECIDED || oomlog_age_s(log) > 10)
		return false;
	for (size_t i = 0; i < event->victim_count; i++) {
		if (event->victims[i].pid == 1)
			event->panic = OOM_PANIC_INIT;
	}
	return event->panic == OOM_PANIC_INIT;
}

/* mm/oom_kill.c:out_of_memory(), check_panic_on_oom(); 2.6.32 had it in lower case. */
static enum oom_panic panic_of(struct text text)
{
	if (text_find(text, "no killable processes") || text_find(text, "deadlocked on memory"))
		return OOM_PANIC_NO_CANDIDATE;
	if (text_find(text, "ompulsory panic_on_oom"))
		return OOM_PANIC_COMPULSORY;
	if (text_find(text, "panic_on_oom"))
		return OOM_PANIC_SETTING;
	return OOM_PANIC_NONE;
}

static bool take_panic(struct oomlog *log, struct text text)
{
	enum oom_panic panic = panic_of(text);
	if (text_find(text, "Attempted to kill init!"))
		return take_init_panic(log);
	if (!panic && !text_find(text, "not syncing: Out of memory: "))
		return false;
	if (log->phase != OOMLOG_DECIDED || log->event.outcome != OOM_OUTCOME_NO_VICTIM)
		oomlog_need_report(log);
	close_table(log);
	log->event.outcome = OOM_OUTCOME_PANIC;
	log->event.panic = panic;
	log->event.no_candidate |= panic == OOM_PANIC_NO_CANDIDATE;
	/* A compulsory one may be of a cgroup, a cpuset or a policy. */
	if (log->event.constraint != OOM_CONSTRAINT_MEMCG && panic != OOM_PANIC_COMPULSORY)
		log->event.scope = OOM_SCOPE_HOST;
	log->phase = OOMLOG_DECIDED;
	return true;
}

static bool take_sysrq(struct oomlog *log, struct text text)
{
	(void)text;
	log->sysrq = true;
	return true;
}

static bool take_suppressed(struct oomlog *log, struct text text)
{
	if (!text_starts(text, "oom_kill_process: ") && !text_starts(text, "out_of_memory: "))
		return false;
	text_skip(&text, "oom_kill_process: ");
	text_skip(&text, "out_of_memory: ");
	return scan_number(&text, &log->suppressed);
}

static bool take_allocation_failure(struct oomlog *log, struct text text)
{
	(void)text;
	log->others[OOMLOG_ALLOCATION_FAILURE]++;
	if (log->phase == OOMLOG_TENTATIVE)
		oomlog_end(log);
	log->in_failure = true;
	return true;
}

static bool take_sysrq_ignored(struct oomlog *log, struct text text)
{
	(void)text;
	log->others[OOMLOG_SYSRQ_IGNORED]++;
	return true;
}

/* Mem-Info and memory.stat have many keys and no marker of their own. The last row of the table:
 * what it does not take either is counted. */
static bool take_rest(struct oomlog *log, struct text text)
{
	if (logjoin_is_elision(text)) {
		log->event.elided |= log->phase == OOMLOG_REPORT || log->phase == OOMLOG_TENTATIVE;
		return true;
	}
	if (log->has_memcg_stats && log->phase != OOMLOG_DECIDED && log->phase != OOMLOG_IDLE &&
		oommem_memcg_stat(text, &log->event))
		return true;
	if (log->in_failure)
		return false;
	if (log->phase == OOMLOG_TENTATIVE || log->phase == OOMLOG_REPORT) {
		watch_frame(log, text);
		return oommem_meminfo(text, &log->event);
	}
	struct oom_event probe;
	oom_event_init(&probe);
	if (!oommem_meminfo(text, &probe))
		return false;
	oomlog_need_body(log);
	return oommem_meminfo(text, &log->event);
}

const struct oomlog_shape oomlog_shapes[] = {
	{ "[", OOMLOG_TABLE, take_row, logjoin_table, "task table, v2.6.32 (fef1bdd68c81)" },
	{ "[", OOMLOG_TABLE, take_columns, logjoin_table, "its header" },
	{ HEADER_WORDS, OOMLOG_INNER, take_header, logjoin_header, "v2.6.20" },
	{ "mem_cgroup_out_of_memory", OOMLOG_ANYWHERE, take_memcg_frame, NULL,
		"a frame of the invoker's stack" },
	{ "mem_cgroup_oom_synchronize", OOMLOG_ANYWHERE, take_memcg_frame, NULL,
		"the same, to v5.x, in which the former may be inlined" },
	{ "page allocation failure", OOMLOG_ANYWHERE, take_allocation_failure, NULL,
		"not an OOM; a dot follows in v2.6, a colon since" },
	{ "page allocation stalls for", OOMLOG_ANYWHERE, take_allocation_failure, NULL,
		"v4.9 to v4.14" },
	{ "pid ]", OOMLOG_START, take_columns, logjoin_table,
		"the same, its bracket eaten by busybox dmesg" },
	{ "oom-killer: gfp_mask=0x", OOMLOG_START, take_header, logjoin_header, "to v2.6.18" },
	{ "oom-kill:", OOMLOG_QUOTED, take_constraint, logjoin_constraint, "v5.0 (ef8444ea01d7)" },
	{ "Memory cgroup out of memory", OOMLOG_QUOTED, take_kill, logjoin_kill,
		"v2.6.29 (a636b327f731); one line since v5.1" },
	{ "Memory cgroup out of memory", OOMLOG_QUOTED, take_exiting, NULL, "v5.10" },
	{ "Out of memory and no killable processes", OOMLOG_QUOTED, take_no_victim, NULL,
		"a warning since v4.19" },
	{ "Out of memory", OOMLOG_QUOTED, take_kill, logjoin_kill, "v2.6.18 to 7.1" },
	{ "Out of Memory", OOMLOG_QUOTED, take_kill, logjoin_kill, "to v2.6.18" },
	{ "Out of memory", OOMLOG_QUOTED, take_exiting, NULL, "v5.10" },
	{ "No available memory", OOMLOG_QUOTED, take_kill, logjoin_kill,
		"cpuset and MPOL_BIND, v2.6.16 to v2.6.35" },
	{ "OOM killed process ", OOMLOG_QUOTED, take_kill, logjoin_kill,
		"OpenVZ 2.6.32, behind \"Out of memory in UB 1: \"" },
	{ "Killed process ", OOMLOG_QUOTED, take_kill, logjoin_kill, "the second line, to v5.0" },
	{ "Kill process ", OOMLOG_QUOTED, take_kill, logjoin_kill,
		"sharing same memory, v2.6.36 to v3.10" },
	{ "Tasks state (memory values", OOMLOG_START, take_tasks, NULL, "v4.19 (c3b78b11efbb)" },
	{ "Tasks in ", OOMLOG_START, take_group, logjoin_group,
		"memory.oom.group, v4.19 (3d8b38eb81ca)" },
	{ "Task in ", OOMLOG_QUOTED, take_task_in, logjoin_task_in, "v2.6.29 to v4.20" },
	{ "Memory limit reached of cgroup ", OOMLOG_START, take_task_in, NULL, "v4.5 to v4.20" },
	{ "memory: usage ", OOMLOG_START, take_usage, logjoin_usage, "v2.6.29" },
	{ "memory+swap: usage ", OOMLOG_START, take_usage, logjoin_usage, "cgroup v1" },
	{ "swap: usage ", OOMLOG_START, take_usage, logjoin_usage, "cgroup v2, v5.3" },
	{ "kmem: usage ", OOMLOG_START, take_usage, NULL, "v3.10, cgroup v1" },
	{ "Memory cgroup stats for ", OOMLOG_START, take_stats, NULL,
		"v3.10; memory.stat since v5.3" },
	{ "Linux version ", OOMLOG_START, take_banner, NULL, "init/version.c" },
	{ "CPU: ", OOMLOG_START, take_cpu, logjoin_cpu, "dump_stack(), v3.10" },
	{ "Pid: ", OOMLOG_START, take_cpu, logjoin_cpu, "dump_stack(), to v3.9" },
	{ "oom_reaper: reaped process ", OOMLOG_START, take_reaped, logjoin_reaped,
		"v4.6 (aac453635549)" },
	{ "Kernel panic - not syncing: ", OOMLOG_QUOTED, take_panic, logjoin_panic,
		"panic_on_oom, or nobody left" },
	{ "SysRq : Manual OOM execution", OOMLOG_QUOTED, take_sysrq, NULL, "to v4.19" },
	{ "sysrq: SysRq : Manual OOM execution", OOMLOG_QUOTED, take_sysrq, NULL, "v4.4 to v4.20" },
	{ "sysrq: Manual OOM execution", OOMLOG_QUOTED, take_sysrq, NULL, "v5.0" },
	{ "OOM request ignored", OOMLOG_QUOTED, take_sysrq_ignored, NULL, "sysrq-f found nobody" },
	{ "sysrq: OOM request ignored", OOMLOG_QUOTED, take_sysrq_ignored, NULL, "v4.4" },
	{ "oom_kill_process: ", OOMLOG_START, take_suppressed, NULL, "rate limit, v4.9" },
	{ "out_of_memory: ", OOMLOG_START, take_suppressed, NULL, "rate limit" },
	{ "Node ", OOMLOG_START, take_rest, logjoin_zone, "zones" },
	{ "DMA", OOMLOG_START, take_rest, logjoin_zone, "zones of one node" },
	{ "Normal", OOMLOG_START, take_rest, logjoin_zone, "zones of one node" },
	{ "HighMem", OOMLOG_START, take_rest, logjoin_zone, "zones of one node" },
	{ "", OOMLOG_LAST, take_mangled_row, NULL,
		"rows whose pid busybox dmesg took for a time stamp" },
	{ "", OOMLOG_LAST, take_rest, NULL, "Mem-Info, memory.stat; what is left is counted" },
};

#define SHAPES ARRAY_SIZE(oomlog_shapes)
const size_t oomlog_shape_count = SHAPES;
_Static_assert(SHAPES <= 64, "struct oomlog_filter has a bit for each row");

/* Signs of quoting before a line: "# ", "- ", a quotation mark of any kind. */
static bool is_quoting(char c)
{
	return scan_is_blank(c) || (unsigned char)c >= 0x80 || strchr("#*-+>|\"'`;/!~=.", c);
}

#define QUOTING_MAX 8

static struct text unquoted(struct text text)
{
	size_t at = 0;
	while (at < text.len && at < QUOTING_MAX && text.at[at] && is_quoting(text.at[at]))
		at++;
	return scan_from(text, text.at + at);
}

static bool starts(struct text text, const char *marker)
{
	return text.len && *text.at == *marker && text_starts(text, marker);
}

/* "...<4>cc1 invoked", in a line without a stamp: a console that prints none puts a record right
 * behind the rest of another. */
static bool is_behind_priority(struct text text, const char *at)
{
	const char *priority = scan_last(scan_until(text, at), "<");
	struct text rest = scan_from(text, priority ? priority : text.at);
	return priority && rest.len > 3 && scan_is_digit(rest.at[1]) && rest.at[2] == '>' &&
	       is_behind_name(scan_from(rest, rest.at + 3), at);
}

/* Searching every line to its end would take most of the time, and nearly none has the marker. */
static bool is_inner(struct text text, const char *marker)
{
	size_t reach = NAME_REACH + strlen(marker);
	struct text head = { text.at, text.len < reach ? text.len : reach };
	if (text_find(head, marker))
		return true;
	const char *at =
		text.len && memchr(text.at, '<', text.len) ? text_find(text, marker) : NULL;
	return at && is_behind_priority(text, at);
}

/* Where the shape begins in the message, or NULL if its marker is not where it belongs. */
static const char *find_shape(
	const struct oomlog_shape *shape, struct text message, struct text bare)
{
	bool found = true;
	switch (shape->where) {
	case OOMLOG_TABLE:
		found = starts(message, shape->marker) && oomtable_begins(message);
		break;
	case OOMLOG_INNER:
		found = is_inner(message, shape->marker);
		break;
	case OOMLOG_ANYWHERE:
		found = text_find(message, shape->marker);
		break;
	case OOMLOG_START:
		found = starts(message, shape->marker);
		break;
	case OOMLOG_QUOTED:
		return starts(bare, shape->marker) ? bare.at : NULL;
	case OOMLOG_LAST:
		break;
	}
	return found ? message.at : NULL;
}

static bool is_at_start(const struct oomlog_shape *shape)
{
	return shape->where == OOMLOG_TABLE || shape->where == OOMLOG_START ||
	       shape->where == OOMLOG_QUOTED;
}

void oomlog_filter_init(struct oomlog_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	for (size_t s = 0; s < SHAPES; s++) {
		unsigned char first = (unsigned char)*oomlog_shapes[s].marker;
		for (size_t byte = 0; byte < 256; byte++) {
			if (!is_at_start(&oomlog_shapes[s]) || byte == first)
				filter->rows[byte] |= UINT64_C(1) << s;
		}
	}
}

static uint64_t filtered(const struct oomlog_filter *filter, struct text bare)
{
	return filter->rows[bare.len ? (unsigned char)*bare.at : 0];
}

const struct oomlog_shape *oomlog_shape_of(const struct oomlog_filter *filter, struct text message)
{
	struct text bare = unquoted(message);
	uint64_t rows = filtered(filter, bare);
	while (!find_shape(&oomlog_shapes[__builtin_ctzll(rows)], message, bare))
		rows &= rows - 1; /* as far as the last rows, which have no marker */
	return &oomlog_shapes[__builtin_ctzll(rows)];
}

bool oomlog_take(struct oomlog *log)
{
	struct text message = { log->message.bytes, log->message.len }, bare = unquoted(message);
	uint64_t above = (UINT64_C(1) << (log->message.shape - oomlog_shapes)) - 1;
	bool taken = false;
	for (uint64_t rows = filtered(&log->filter, bare) & ~above; rows && !taken;
		rows &= rows - 1) {
		const struct oomlog_shape *shape = &oomlog_shapes[__builtin_ctzll(rows)];
		const char *at = find_shape(shape, message, bare);
		taken = at && shape->take(log, scan_from(message, at));
	}
	log->unknown += !taken;
	return taken;
}

#define SEAM 48 /* no marker is longer */

/* The marker begins in the first `tail` bytes of what is joined and ends behind them. */
static bool is_seam_of(const struct oomlog_shape *shape, struct text joined, size_t tail)
{
	size_t length = strlen(shape->marker);
	switch (shape->where) {
	case OOMLOG_INNER: {
		const char *at = text_find(joined, shape->marker);
		return at && (size_t)(at - joined.at) < tail &&
		       (size_t)(at - joined.at) + length > tail;
	}
	case OOMLOG_START:
	case OOMLOG_QUOTED:
		return tail > 3 && tail < SEAM && length > tail && starts(joined, shape->marker);
	default:
		return false;
	}
}

/* The name alone was left on the line before. */
static bool is_behind_break(const struct oomlog_shape *shape, struct text text, struct text next)
{
	return shape->where == OOMLOG_INNER && text.len < 32 && text_starts(next, shape->marker);
}

bool oomlog_makes_shape(struct text text, struct text next, const char *gap)
{
	char bytes[2 * SEAM + 1];
	size_t tail = text.len < SEAM ? text.len : SEAM, head = next.len < SEAM ? next.len : SEAM;
	size_t blanks = strlen(gap), seam = tail + blanks;
	memcpy(bytes, text.at + text.len - tail, tail);
	memcpy(bytes + tail, gap, blanks);
	memcpy(bytes + seam, next.at, head);
	struct text joined = { bytes, seam + head };
	for (size_t s = 0; s < SHAPES; s++) {
		if (is_seam_of(&oomlog_shapes[s], joined, tail) ||
			(blanks && is_behind_break(&oomlog_shapes[s], text, next)))
			return true;
	}
	return false;
}
