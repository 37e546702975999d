/* Who died, why that one, who was next; and all sentences about an event put together. */
#include "oomspect/event_explain.h"
#include "oomspect/array.h"
#include "oomspect/event_rank.h"

#include "event_say.h"

#include "oomspect/line.h"
#include "oomspect/memtext.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHIELDED_MAX 3   /* larger ones that are named */
#define COMPANY_MAX  256 /* of those that died along */

/* Unsummed per-CPU counters (v6.2 to v6.19) differ by this much per counter on small machines. */
#define COUNTER_DOUBT_PAGES 128

void event_say(
	struct event_explanation *explanation, enum event_answer answer, const char *format, ...)
{
	va_list args;
	char *text;
	if (explanation->count == EVENT_SENTENCES_MAX)
		return;
	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		explanation->no_memory = true;
		return;
	}
	explanation->sentences[explanation->count].answer = answer;
	explanation->sentences[explanation->count++].text = text;
}

/* --- who --------------------------------------------------------------------------------------- */

static void say_killed(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_victim *victim = &event->victims[0];
	event_say(to, row->answer, "%lld (%s) was killed; its size is missing from the log.",
		(long long)victim->pid, victim->comm);
}

static void say_killed_of_size(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_victim *victim = &event->victims[0];
	bool shmem = victim->shmem_rss_kb != UNKNOWN_SIGNED;
	event_say(to, row->answer, "%lld (%s) was killed: %s anonymous, %s of files%s%s%s.",
		(long long)victim->pid, victim->comm, event_kb(victim->anon_rss_kb).text,
		event_kb(victim->file_rss_kb).text, shmem ? ", " : "",
		shmem ? event_kb(victim->shmem_rss_kb).text : "", shmem ? " shared memory" : "");
}

static void say_large_tables(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "Its page tables were the largest part: %s.",
		event_kb(event_victim_tables_kb(event)).text);
}

static void say_adj(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "Its oom_score_adj was %lld.",
		(long long)event->victims[0].oom_score_adj);
}

static void say_place(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->task_memcg);
	event_say(to, row->answer, "It ran in " EVENT_PLACE ".", EVENT_PLACE_ARGS(place));
}

/* "1 (a), 2 (b) and 3 (c)" of all but the first victim. */
static void put_company(FILE *out, const struct oom_event *event)
{
	size_t count = event->victim_count - 1;
	size_t named = count < COMPANY_MAX ? count : COMPANY_MAX;
	for (size_t i = 1; i <= named; i++) {
		const struct oom_victim *victim = &event->victims[i];
		const char *before = i == 1 ? "" : i == count ? " and " : ", ";
		fprintf(out, "%s%lld (%s)", before, (long long)victim->pid, victim->comm);
	}
	if (named < count)
		fprintf(out, " and %zu more", count - named);
}

static void say_with_company(const struct oom_event *event, const struct event_saying *row,
	struct event_explanation *to, const char *format)
{
	struct memtext names;
	if (memtext_open(&names))
		put_company(names.file, event);
	if (names.file && memtext_close(&names))
		event_say(to, row->answer, "%s %s.", format, names.text);
	else
		to->no_memory = true;
	memtext_release(&names);
}

static void say_group_path(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->group_memcg);
	event_say(to, row->answer,
		"memory.oom.group is set for " EVENT_PLACE ": all of it is killed together.",
		EVENT_PLACE_ARGS(place));
}

static void say_company(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	say_with_company(event, row, to, "With it died");
}

static void say_exiting(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "%lld more of its cgroup %s dying already.",
		(long long)event->already_exiting, event->already_exiting == 1 ? "was" : "were");
}

static void say_sharing(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	say_with_company(event, row, to, "Because they share its memory, so died");
}

static void say_reaped_in_vain(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"The oom_reaper could not take its memory: %s anonymous was left.",
		event_kb(event->victims[0].reaped_left_kb).text);
}

static void say_chosen(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	char score[48] = "";
	if (event->chosen.score != UNKNOWN_SIGNED)
		snprintf(score, sizeof(score), " (score %lld)", (long long)event->chosen.score);
	event_say(to, row->answer,
		"The kernel chose %lld (%s)%s; who was killed is missing from the log.",
		(long long)event->chosen.pid, event->chosen.comm, score);
}

static void say_skipped(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	if (event->chosen.pid == UNKNOWN_SIGNED)
		event_say(to, row->answer,
			"Nobody was killed: the chosen process was dying already.");
	else
		event_say(to, row->answer,
			"Nobody was killed: %lld (%s), the chosen process, was dying "
			"already.",
			(long long)event->chosen.pid, event->chosen.comm);
}

/* --- why --------------------------------------------------------------------------------------- */

static void say_asked(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "%s asked for the memory.", event->invoker.comm);
}

static void say_fault(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "The page fault was one of %s.", event->invoker.comm);
}

static void say_suppressed(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "%lld reports before it were not printed (rate limit).",
		(long long)event->suppressed);
}

static void say_first(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *chosen = event_chosen_task(event);
	if (event->task_count == 1)
		event_say(to, row->answer, "%lld (%s) is the only process in the table.",
			(long long)chosen->tgid, chosen->comm);
	else
		event_say(to, row->answer,
			"%lld (%s) had the highest badness of the %llu processes in the table.",
			(long long)chosen->tgid, chosen->comm,
			(unsigned long long)event->task_count);
}

/* "page tables 12", "page tables unknown": a column that the table has not, or that is not whole. */
static const char *count_text(int64_t pages, char text[24])
{
	if (pages == UNKNOWN_SIGNED)
		return "unknown";
	snprintf(text, 24, "%lld", (long long)pages);
	return text;
}

static void say_terms(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *task = event_chosen_task(event);
	char rss[24], tables[24], swap[24], adj[24], badness[64] = "";
	if (task->badness_pages != UNKNOWN_SIGNED)
		snprintf(badness, sizeof(badness), " has a badness of %lld pages",
			(long long)task->badness_pages);
	event_say(to, row->answer,
		"%lld (%s)%s: rss %s, page tables %s, swap %s, oom_score_adj %s.",
		(long long)task->tgid, task->comm, badness, count_text(task->rss_pages, rss),
		count_text(event_table_pages(event, task), tables),
		count_text(task->swapents_pages, swap), count_text(task->oom_score_adj, adj));
}

static void say_bonus(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"By its score of %lld, the share that this kernel spares root is taken off.",
		(long long)event->chosen.score);
}

static void say_second(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *chosen = event_chosen_task(event);
	const struct oom_task *second = event_task_of_rank(event, 2);
	if (chosen->badness_pages == UNKNOWN_SIGNED || second->badness_pages == UNKNOWN_SIGNED)
		event_say(to, row->answer, "%lld (%s) is next.", (long long)second->tgid,
			second->comm);
	else if (chosen->badness_pages == second->badness_pages)
		event_say(to, row->answer,
			"%lld (%s) has the same badness; the order of the scan decided.",
			(long long)second->tgid, second->comm);
	else
		event_say(to, row->answer, "%lld (%s) is next, %s behind.", (long long)second->tgid,
			second->comm,
			event_pages(event, chosen->badness_pages - second->badness_pages).text);
}

/* Why the first by the table is not the kernel's, as far as the log lets one know. */
static const char *reason_of_difference(
	const struct oom_event *event, const struct oom_task *chosen, const struct oom_task *first)
{
	struct era era = event_era(event);
	if (event->trigger == OOM_TRIGGER_ALLOCATING_TASK)
		return "vm.oom_kill_allocating_task is set: whoever asks for memory dies, however "
		       "small";
	if (event->constraint == OOM_CONSTRAINT_MEMPOLICY)
		return "only tasks whose memory policy allows these nodes are candidates, and the "
		       "log does not say which";
	if (chosen->rank == UNKNOWN_SIGNED && chosen->oom_score_adj == -1000)
		return "by its row it may not be killed at all";
	if (chosen->badness_pages != UNKNOWN_SIGNED && first->badness_pages != UNKNOWN_SIGNED &&
		first->badness_pages - chosen->badness_pages <= COUNTER_DOUBT_PAGES &&
		era_has(&era, ERA_UNSUMMED_RSS))
		return "this kernel ranks by counters that lag behind by more than the difference";
	return "a larger one may have been dying already, or borrowing its memory in a vfork; the "
	       "log does not say";
}

static void say_other_first(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *chosen = event_chosen_task(event);
	const struct oom_task *first = event_task_of_rank(event, 1);
	event_say(to, row->answer,
		"By the table %lld (%s) has a higher badness, yet the kernel chose %lld (%s).",
		(long long)first->tgid, first->comm, (long long)chosen->tgid, chosen->comm);
	event_say(to, row->answer, "The reason may be this: %s.",
		reason_of_difference(event, chosen, first));
}

static const char *shield_of(const struct oom_task *task)
{
	return task->oom_score_adj == -1000 ? "makes it unkillable"
	       : task->oom_score_adj < 0    ? "protects it"
					    : "is lower";
}

static void say_shielded(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *task;
	for (size_t i = 0; i < SHIELDED_MAX && (task = event_shielded_task(event, i)); i++)
		event_say(to, row->answer,
			"%lld (%s) is larger (%s), but its oom_score_adj %lld %s.",
			(long long)task->tgid, task->comm,
			event_pages(event, event_task_memory(task)).text,
			(long long)task->oom_score_adj, shield_of(task));
}

static void say_child(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"The kernel chose %lld (%s) and killed its child in its place, as it did before "
		"v5.1.",
		(long long)event->chosen.pid, event->chosen.comm);
}

static void say_other_killed(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_victim *victim = &event->victims[0];
	event_say(to, row->answer,
		"The kernel chose %lld (%s) and killed %lld (%s); the log does not say how the two "
		"are related.",
		(long long)event->chosen.pid, event->chosen.comm, (long long)victim->pid,
		victim->comm);
}

static void say_thread_chosen(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"%lld (%s), which the kernel chose, is a thread: no row has its pid, and before "
		"v5.3 "
		"the threads of a cgroup were candidates.",
		(long long)event->chosen.pid, event->chosen.comm);
}

static void say_thread_killed(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *task = event_victim_task(event, &event->victims[0]);
	event_say(to, row->answer, "%lld is a thread of %lld (%s).",
		(long long)event->victims[0].pid, (long long)task->tgid, task->comm);
}

static void say_repeats(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "The same report came %llu times before.",
		(unsigned long long)event->repeats);
}

static void say_next(
	const struct oom_event *event, const struct event_saying *row, struct event_explanation *to)
{
	const struct oom_task *task = event_next_task(event);
	event_say(to, row->answer,
		"%lld (%s) would have been next, with %s and oom_score_adj %lld.",
		(long long)task->tgid, task->comm, event_pages(event, event_task_memory(task)).text,
		(long long)task->oom_score_adj);
}

/* --- all of them ------------------------------------------------------------------------------- */

#define DECIDED (EVENT_HAS(KILLED) | EVENT_HAS(SKIPPED) | EVENT_HAS(NO_VICTIM) | EVENT_HAS(PANIC))
#define NOT_BY_BADNESS \
	(EVENT_HAS(ALLOCATING_TASK) | EVENT_HAS(VIRTUAL_SIZE) | EVENT_HAS(NO_CANDIDATE))
#define SPECIAL_PANIC \
	(EVENT_HAS(NO_CANDIDATE) | EVENT_HAS(PANIC_SETTING) | EVENT_HAS(PANIC_COMPULSORY))

const struct event_saying event_choice_sayings[] = {
	{ EVENT_WHO, EVENT_HAS(KILLED), EVENT_HAS(SIZES),
		"PID (NAME) was killed; its size is missing from the log.", say_killed },
	{ EVENT_WHO, EVENT_HAS(KILLED) | EVENT_HAS(SIZES), 0,
		"PID (NAME) was killed: SIZE anonymous, SIZE of files[, SIZE shared memory].",
		say_killed_of_size },
	{ EVENT_WHO, EVENT_HAS(KILLED) | EVENT_HAS(LARGE_TABLES), 0,
		"Its page tables were the largest part: SIZE.", say_large_tables },
	{ EVENT_WHO, EVENT_HAS(KILLED) | EVENT_HAS(ADJ), 0, "Its oom_score_adj was N.", say_adj },
	{ EVENT_WHO, EVENT_HAS(KILLED) | EVENT_HAS(PLACE), 0, "It ran in PATH.", say_place },
	{ EVENT_WHO, EVENT_HAS(GROUP) | EVENT_HAS(GROUP_PATH), 0,
		"memory.oom.group is set for PATH: all of it is killed together.", say_group_path },
	{ EVENT_WHO, EVENT_HAS(GROUP), EVENT_HAS(GROUP_PATH),
		"memory.oom.group is set: the cgroup is killed as a whole.", NULL },
	{ EVENT_WHO, EVENT_HAS(COMPANY), 0, "With it died PID (NAME), PID (NAME) and PID (NAME).",
		say_company },
	{ EVENT_WHO, EVENT_HAS(GROUP) | EVENT_HAS(EXITING), 0,
		"N more of its cgroup were dying already.", say_exiting },
	{ EVENT_WHO, EVENT_HAS(INIT_KILLED), 0,
		"init was among them, so the kernel panicked: \"Attempted to kill init!\".", NULL },
	{ EVENT_WHO, EVENT_HAS(SHARING), 0, "Because they share its memory, so died PID (NAME).",
		say_sharing },
	{ EVENT_WHO, EVENT_HAS(REAPED), EVENT_HAS(REAPED_IN_VAIN),
		"The oom_reaper took its memory before it had exited.", NULL },
	{ EVENT_WHO, EVENT_HAS(REAPED_IN_VAIN), 0,
		"The oom_reaper could not take its memory: SIZE anonymous was left.",
		say_reaped_in_vain },
	{ EVENT_WHO, EVENT_HAS(SKIPPED), 0,
		"Nobody was killed: PID (NAME), the chosen process, was dying already.",
		say_skipped },
	{ EVENT_WHO, EVENT_HAS(NO_VICTIM), 0,
		"Nobody was killed: the kernel found no killable process there.", NULL },
	{ EVENT_WHO, EVENT_HAS(CHOSEN), DECIDED,
		"The kernel chose PID (NAME) (score N); who was killed is missing from the log.",
		say_chosen },
	{ EVENT_WHO, 0, EVENT_HAS(CHOSEN) | DECIDED, "Who died is missing from the log.", NULL },
	{ EVENT_WHO, EVENT_HAS(PANIC) | EVENT_HAS(NO_CANDIDATE), 0,
		"The kernel panicked: it found no killable process.", NULL },
	{ EVENT_WHO, EVENT_HAS(PANIC) | EVENT_HAS(PANIC_SETTING), EVENT_HAS(NO_CANDIDATE),
		"The kernel panicked instead of killing, because vm.panic_on_oom is set.", NULL },
	{ EVENT_WHO, EVENT_HAS(PANIC) | EVENT_HAS(PANIC_COMPULSORY), EVENT_HAS(NO_CANDIDATE),
		"The kernel panicked instead of killing, because vm.panic_on_oom is 2 "
		"(compulsory): it "
		"does so in cgroups, cpusets and memory policies too.",
		NULL },
	{ EVENT_WHO, EVENT_HAS(PANIC), SPECIAL_PANIC, "The kernel panicked instead of killing.",
		NULL },

	{ EVENT_WHY, EVENT_HAS(ASKED), 0, "NAME asked for the memory.", say_asked },
	{ EVENT_WHY, EVENT_HAS(FAULT) | EVENT_HAS(HEADED), EVENT_HAS(SYSRQ) | EVENT_HAS(MEMCG),
		"The page fault was one of NAME.", say_fault },
	{ EVENT_WHY, EVENT_HAS(SUPPRESSED), 0, "N reports before it were not printed (rate limit).",
		say_suppressed },
	{ EVENT_WHY, EVENT_HAS(ALLOCATING_TASK), 0,
		"vm.oom_kill_allocating_task is set: whoever asks for memory dies.", NULL },
	{ EVENT_WHY, EVENT_HAS(VIRTUAL_SIZE), EVENT_HAS(ALLOCATING_TASK) | EVENT_HAS(PANIC),
		"This kernel ranked by virtual size, run time and nice value, which the log does "
		"not "
		"show.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(SEEN),
		EVENT_HAS(HEADED) | EVENT_HAS(TABLE) | NOT_BY_BADNESS,
		"The report before the kill is missing from the log (cut off, or one of more than "
		"10 in 5 seconds), so the reason is inferred from our sample.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(HEADED) | EVENT_HAS(SEEN),
		EVENT_HAS(TABLE) | NOT_BY_BADNESS,
		"The log has no task table (vm.oom_dump_tasks=0, or cut out), so the reason is "
		"inferred from our sample.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED),
		EVENT_HAS(HEADED) | EVENT_HAS(TABLE) | EVENT_HAS(SEEN) | NOT_BY_BADNESS,
		"The report before the kill is missing from the log (cut off, or one of more than "
		"10 in "
		"5 seconds), so the reason is unknown.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(HEADED),
		EVENT_HAS(TABLE) | EVENT_HAS(SEEN) | NOT_BY_BADNESS,
		"The log has no task table (vm.oom_dump_tasks=0, or cut out), so the reason is "
		"unknown.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(TABLE),
		EVENT_HAS(CHOSEN_ROW) | EVENT_HAS(THREAD_CHOSEN) | NOT_BY_BADNESS,
		"The row of the chosen process is missing from the log.", NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(TABLE) | EVENT_HAS(CHOSEN_ROW),
		EVENT_HAS(WHOLE_TABLE) | NOT_BY_BADNESS,
		"The task table in the log is not known to be whole, so no ranks are told.", NULL },
	{ EVENT_WHY, EVENT_HAS(KILLED) | EVENT_HAS(WHOLE_TABLE) | EVENT_HAS(CHOSEN_ROW),
		EVENT_HAS(FIRST) | EVENT_HAS(OTHER_FIRST) | NOT_BY_BADNESS,
		"What the log leaves open could change the order of the processes, so no ranks are "
		"told.",
		NULL },
	{ EVENT_WHY, EVENT_HAS(FIRST), NOT_BY_BADNESS | EVENT_HAS(PANIC),
		"PID (NAME) had the highest badness of the N processes in the table.", say_first },
	{ EVENT_WHY, EVENT_HAS(CHOSEN_ROW), NOT_BY_BADNESS | EVENT_HAS(PANIC),
		"PID (NAME) [has a badness of N pages]: rss N, page tables N, swap N, "
		"oom_score_adj N.",
		say_terms },
	{ EVENT_WHY, EVENT_HAS(BONUS) | EVENT_HAS(SCORE) | EVENT_HAS(BADNESS), NOT_BY_BADNESS,
		"By its score of N, the share that this kernel spares root is taken off.",
		say_bonus },
	{ EVENT_WHY, EVENT_HAS(SECOND), NOT_BY_BADNESS | EVENT_HAS(PANIC),
		"PID (NAME) is next[, SIZE behind].", say_second },
	{ EVENT_WHY, EVENT_HAS(OTHER_FIRST), NOT_BY_BADNESS & ~EVENT_HAS(ALLOCATING_TASK),
		"By the table PID (NAME) has a higher badness, yet the kernel chose PID (NAME). "
		"The "
		"reason may be this: REASON.",
		say_other_first },
	{ EVENT_WHY, EVENT_HAS(SHIELDED) | EVENT_HAS(CHOSEN_ROW), NOT_BY_BADNESS | EVENT_HAS(PANIC),
		"PID (NAME) is larger (SIZE), but its oom_score_adj N makes it unkillable/protects "
		"it/is lower.",
		say_shielded },
	{ EVENT_WHY, EVENT_HAS(CHILD), 0,
		"The kernel chose PID (NAME) and killed its child in its place, as it did before "
		"v5.1.",
		say_child },
	{ EVENT_WHY, EVENT_HAS(THREAD_CHOSEN), 0,
		"PID (NAME), which the kernel chose, is a thread: no row has its pid, and before "
		"v5.3 the "
		"threads of a cgroup were candidates.",
		say_thread_chosen },
	{ EVENT_WHY, EVENT_HAS(OTHER_KILLED), 0,
		"The kernel chose PID (NAME) and killed PID (NAME); the log does not say how the "
		"two are "
		"related.",
		say_other_killed },
	{ EVENT_WHY, EVENT_HAS(THREAD_KILLED), 0, "PID is a thread of PID (NAME).",
		say_thread_killed },
	{ EVENT_WHY, EVENT_HAS(REPEATED), 0, "The same report came N times before.", say_repeats },

	{ EVENT_NEXT, EVENT_HAS(NEXT), NOT_BY_BADNESS | EVENT_HAS(PANIC),
		"PID (NAME) would have been next, with SIZE and oom_score_adj N.", say_next },
};

const size_t event_choice_saying_count = ARRAY_SIZE(event_choice_sayings);

static void say_all(const struct oom_event *event, event_facts facts,
	const struct event_saying *rows, size_t count, struct event_explanation *to)
{
	for (size_t i = 0; i < count; i++) {
		if ((facts & rows[i].needs) != rows[i].needs || (facts & rows[i].unless))
			continue;
		if (rows[i].say)
			rows[i].say(event, &rows[i], to);
		else
			event_say(to, rows[i].answer, "%s", rows[i].form);
	}
}

enum err_code event_explain(const struct oom_event *event, struct event_explanation *ret)
{
	event_facts facts = event_facts_of(event);
	ret->count = 0;
	ret->no_memory = false;
	say_all(event, facts, event_what_sayings, event_what_saying_count, ret);
	event_say_seen(event, true, ret);
	say_all(event, facts, event_choice_sayings, event_choice_saying_count, ret);
	event_say_seen(event, false, ret);
	return ret->no_memory ? ERR_NO_MEMORY : ERR_OK;
}

void event_explanation_release(struct event_explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
		free(explanation->sentences[i].text);
	explanation->count = 0;
}

char *event_explanation_text(const struct event_explanation *explanation)
{
	size_t size = 1;
	for (size_t i = 0; i < explanation->count; i++)
		size += strlen(explanation->sentences[i].text) + 1;
	char *text = malloc(size);
	if (!text)
		return NULL;
	struct line line = line_begin(text, size);
	for (size_t i = 0; i < explanation->count; i++) {
		enum event_answer answer = explanation->sentences[i].answer;
		if (answer != EVENT_WHAT && answer != EVENT_WHY)
			continue;
		line_add(&line, "%s%s", line.used ? " " : "", explanation->sentences[i].text);
	}
	return text;
}
