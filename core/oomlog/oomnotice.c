#include "oomspect/oomnotice.h"

#include "oomspect/array.h"
#include "oomspect/line.h"
#include "oomspect/logscan.h"

#include <string.h>

static struct text nothing(void)
{
	return (struct text){ "", 0 };
}

/* What stands between two pieces of `text`; empty if they are not there in that order. */
static struct text between(struct text text, const char *before, const char *after)
{
	const char *at = text_find(text, before);
	if (!at)
		return nothing();
	struct text rest = scan_from(text, at + strlen(before));
	const char *end = text_find(rest, after);
	return end ? scan_until(rest, end) : nothing();
}

static struct text without_stop(struct text text)
{
	text = text_trim(text);
	if (text.len && text.at[text.len - 1] == '.')
		text.len--;
	return text;
}

/* --- systemd ----------------------------------------------------------------------------------- */

/* "Killed /a/b due to memory pressure for /a being 51.07% > 50.00% for > 20s with reclaim activity",
 * "Killed /a/b due to memory used (1) / total (2) and swap used (3) / total (4) being more than 90%". */
static bool oomd_killed(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	const char *at = text_find(text, "Killed /");
	struct text path = at ? scan_from(text, at + strlen("Killed ")) : nothing();
	const char *due = text_find(path, " due to memory ");
	(void)nohang;
	ret->program = "systemd-oomd";
	ret->subject = due ? scan_until(path, due) : path;
	ret->reason = due ? without_stop(scan_from(path, due + strlen(" due to "))) : nothing();
	return due || (at == text.at && path.len && !memchr(path.at, ' ', path.len)); /* cut off */
}

/* The name of a unit before what systemd says of it: it has no blank, a tag before it may stand there. */
static struct text unit_before(struct text text, const char *at)
{
	struct text unit = scan_until(text, at);
	const char *blank = scan_last(unit, " ");
	return blank ? scan_from(unit, blank + 1) : unit;
}

/* "x.scope: systemd-oomd killed 12 process(es) in this unit." */
static bool oomd_killed_unit(
	struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	const char *at = text_find(text, ": systemd-oomd killed ");
	(void)nohang;
	if (!at || !text_find(text, "process(es) in this unit"))
		return false;
	struct text number = scan_from(text, at + strlen(": systemd-oomd killed "));
	ret->program = "systemd-oomd";
	ret->subject = unit_before(text, at);
	return scan_number(&number, &ret->members);
}

static bool unit_killed(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	const char *at =
		text_find(text, ": A process of this unit has been killed by the OOM killer");
	(void)nohang;
	if (!at)
		return false;
	ret->by = OOM_NOTICE_KERNEL;
	ret->program = "systemd";
	ret->subject = unit_before(text, at);
	return true;
}

static bool unit_failed(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	const char *at = text_find(text, ": Failed with result 'oom-kill'");
	(void)nohang;
	if (!at)
		return false;
	ret->by = OOM_NOTICE_UNSAID;
	ret->program = "systemd";
	ret->subject = unit_before(text, at);
	return true;
}

/* --- others ------------------------------------------------------------------------------------ */

/* "PID uid N \"NAME\": ...": the name may hold a quotation mark, the sign behind it is the last. */
static bool take_quoted_process(struct text rest, struct oom_notice *ret)
{
	const char *open, *close;
	if (!scan_number(&rest, &ret->pid) || ret->pid < 0 || !(open = text_find(rest, "\"")))
		return false;
	rest = scan_from(rest, open + 1);
	/* The command line of newer versions is quoted as well. */
	const char *cmdline = text_find(rest, ", cmdline \"");
	struct text head = cmdline ? scan_until(rest, cmdline) : rest;
	close = scan_last(head, "\": ");
	if (!close)
		close = scan_last(head, "\"");
	ret->comm = close ? scan_until(rest, close) : nothing();
	return close != NULL;
}

/* "sending SIGTERM to process 9 uid 7 \"x\": badness 550, VmRSS 9 MiB", "killing process 9 \"x\" with
 * signal 15: badness 550, VmRSS 9 MiB". */
static bool earlyoom(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	static const struct {
		const char *marker, *verb;
	} rows[] = {
		{ "sending SIGTERM to process ", "sent SIGTERM to" },
		{ "sending SIGKILL to process ", "sent SIGKILL to" },
		{ "killing process ", "killed" }, /* to v1.2, with the number of the signal */
	};
	(void)nohang;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *at = text_find(text, rows[i].marker);
		if (!at)
			continue;
		ret->program = "earlyoom";
		ret->verb = text_find(text, " with signal 15")  ? rows[0].verb
			    : text_find(text, " with signal 9") ? rows[1].verb
								: rows[i].verb;
		return text_find(text, "VmRSS") &&
		       take_quoted_process(scan_from(text, at + strlen(rows[i].marker)), ret);
	}
	return false;
}

/* "PID: 9, name: x, badness: 8": the process that nohang will kill. */
static void note_nohang(struct text text, struct oom_notice_victim *nohang)
{
	int64_t pid = UNKNOWN_SIGNED;
	struct text name = between(text, "ame: ", ", badness: ");
	if (name.len && scan_key(text, "PID: ", &pid)) {
		nohang->pid = pid;
		text_copy(name, nohang->comm, sizeof(nohang->comm));
	}
}

static bool nohang_sent(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	bool kill = text_find(text, "SIGKILL to the victim") != NULL;
	note_nohang(text, nohang);
	if ((!kill && !text_find(text, "SIGTERM to the victim")) ||
		!(text_find(text, "Send ") || text_find(text, "Sending ")))
		return false;
	ret->program = "nohang";
	ret->verb = kill ? "sent SIGKILL to" : "sent SIGTERM to";
	ret->pid = nohang->comm[0] ? nohang->pid : ret->pid;
	ret->comm = text_of(nohang->comm);
	return true;
}

static bool kubelet(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	(void)nohang;
	ret->program = "kubelet";
	ret->verb = "evicted";
	ret->subject = between(text, "pod is evicted successfully\" pod=\"", "\"");
	if (!ret->subject.len) /* to v1.20 */
		ret->subject = between(text, "eviction manager: pod ", " is evicted successfully");
	return ret->subject.len > 0;
}

/* "Kill 'x' (9), uid 7, oom_score_adj 0 to free 1kB rss, 2kB swap; reason: ..." and "Reclaim" of lmkd;
 * "Killing 'x' (9) (tgid 9), adj 0," of the driver. */
static bool lowmemorykiller(
	struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	static const char *const verbs[] = { "Kill '", "Killing '", "Reclaim '" };
	(void)nohang;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		const char *at = text_find(text, verbs[i]);
		struct text rest = at ? scan_from(text, at + strlen(verbs[i])) : nothing();
		const char *end = at ? text_find(rest, "' (") : NULL;
		if (!end || !(text_find(rest, "to free ") || text_find(rest, ", adj ")))
			continue;
		struct text number = scan_from(rest, end + strlen("' ("));
		const char *reason = text_find(rest, "reason: ");
		ret->program = "lowmemorykiller";
		ret->comm = scan_until(rest, end);
		ret->reason = reason ? text_trim(scan_from(rest, reason + strlen("reason: ")))
				     : nothing();
		return scan_number(&number, &ret->pid) && ret->pid >= 0;
	}
	return false;
}

static struct oom_notice no_notice(void)
{
	return (struct oom_notice){ .by = OOM_NOTICE_PROGRAM,
		.comm = nothing(),
		.subject = nothing(),
		.reason = nothing(),
		.stamp = nothing(),
		.verb = "killed",
		.pid = UNKNOWN_SIGNED,
		.members = UNKNOWN_SIGNED,
		.boot_us = UNKNOWN_SIGNED,
		.unix_us = UNKNOWN_SIGNED };
}

typedef bool parse_fn(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret);

bool oomnotice_parse(struct text text, struct oom_notice_victim *nohang, struct oom_notice *ret)
{
	static parse_fn *const rows[] = { oomd_killed, oomd_killed_unit, unit_killed, unit_failed,
		earlyoom, nohang_sent, kubelet, lowmemorykiller };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oom_notice notice = no_notice();
		if (!rows[i](text, nohang, &notice))
			continue;
		*ret = notice;
		return true;
	}
	return false;
}

void oomnotice_say(const struct oom_notice *notice, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	int unit = (int)notice->subject.len, comm = (int)notice->comm.len;
	if (notice->by == OOM_NOTICE_KERNEL) {
		line_add(&line, "a process of unit %.*s", unit, notice->subject.at);
		return;
	}
	if (notice->by == OOM_NOTICE_UNSAID) {
		line_add(&line, "unit %.*s failed with result oom-kill", unit, notice->subject.at);
		return;
	}
	line_add(&line, "%s %s", notice->program, notice->verb);
	if (notice->pid != UNKNOWN_SIGNED)
		line_add(&line, " %lld (%.*s)", (long long)notice->pid, comm, notice->comm.at);
	else if (notice->members != UNKNOWN_SIGNED)
		line_add(&line, " %lld %s of unit %.*s", (long long)notice->members,
			notice->members == 1 ? "process" : "processes", unit, notice->subject.at);
	else if (notice->subject.len)
		line_add(&line, " %.*s", unit, notice->subject.at);
	else
		line_add(&line, " its victim");
	if (notice->reason.len)
		line_add(&line, ": %.*s", (int)notice->reason.len, notice->reason.at);
}
