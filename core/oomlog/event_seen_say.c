/* What is said of an event from our own sample before it; each sentence says that it is. */
#include "event_say.h"

#include "oomspect/memtext.h"

#include <stdio.h>

/* What a sample proves: the facts that its sentences need. */
enum seen_fact {
	SEEN_PLACE,   /* the victim's cgroup, of which the log has nothing */
	SEEN_LIMIT,   /* whose limit it was, which the log does not say */
	SEEN_ONLY,    /* it was the only limit above the victim */
	SEEN_COUNTED, /* a counter of it went up */
	SEEN_LEAST,   /* it had the least left */
	SEEN_SIZE,    /* how large the limit was, of a cgroup that the log names without it */
	SEEN_KILLS,   /* oom_kill of the victim's cgroup went up */
	SEEN_RANK,    /* its place among those that could be killed, which the log does not tell */
	SEEN_ALONE,   /* there was no other */
	SEEN_FIRST,   /* it was before all of them */
	SEEN_AFTER_DEAD, /* whoever was before it had died when it was killed */
	SEEN_EQUAL,      /* one before it that had not, with as much badness */
	SEEN_BEHIND,     /* the same, with more */
	SEEN_UNLOGGED,   /* counters tell of kills that the log has not */
	SEEN_MARKED,     /* the same of one, whom the tracepoint names */
	SEEN_NAMED,      /* whose name is of our sample */
	SEEN_CGROUP,     /* the same, and which cgroup counted them */
	SEEN_GONE,       /* processes of it have ended since */
};
#define HAS(fact) (1u << SEEN_##fact)

struct seen_saying {
	enum event_answer answer;
	unsigned needs, unless;
	const char *form; /* the sentence with its blanks */
	void (*say)(const struct oom_event *event, const struct seen_saying *row,
		struct event_explanation *to);
};

/* --- the facts --------------------------------------------------------------------------------- */

static unsigned facts_of_limit(const struct oom_event *event)
{
	const struct oom_seen *seen = &event->seen;
	unsigned facts = 0;
	switch (seen->ground) {
	case OOM_SEEN_UNDECIDED:
	case OOM_SEEN_GROUND_COUNT:
		break;
	case OOM_SEEN_SAID:
		if (event->memcg.limit_kb == UNKNOWN_SIGNED && seen->limit_kb != UNKNOWN_SIGNED)
			facts |= HAS(SIZE);
		break;
	case OOM_SEEN_ONLY_LIMIT:
		facts |= HAS(LIMIT) | HAS(ONLY);
		break;
	case OOM_SEEN_LOCAL_OOM:
	case OOM_SEEN_OOM:
	case OOM_SEEN_FAILCNT:
		facts |= HAS(LIMIT) | HAS(COUNTED);
		break;
	case OOM_SEEN_LEAST_LEFT:
		if (seen->left_kb != UNKNOWN_SIGNED)
			facts |= HAS(LIMIT) | HAS(LEAST);
		break;
	}
	return facts;
}

/* A whole table in the log outranks what we saw a moment before it. */
static unsigned facts_of_rank(const struct oom_event *event)
{
	const struct oom_seen *seen = &event->seen;
	event_facts told = EVENT_HAS(WHOLE_TABLE) | EVENT_HAS(CHOSEN_ROW);
	if (seen->rank == UNKNOWN_SIGNED || event->trigger == OOM_TRIGGER_ALLOCATING_TASK ||
		(event_facts_of(event) & told) == told)
		return 0;
	if (seen->candidates == 1)
		return HAS(RANK) | HAS(ALONE);
	if (seen->rank == 1)
		return HAS(RANK) | HAS(FIRST);
	if (!seen->ahead)
		return HAS(RANK) | HAS(AFTER_DEAD);
	return HAS(RANK) | (seen->ahead_pages == 0 ? HAS(EQUAL) : HAS(BEHIND));
}

static unsigned facts_of_unlogged(const struct oom_event *event)
{
	unsigned facts = HAS(UNLOGGED);
	if (event->victim_count)
		return facts | HAS(MARKED) | (event->seen.named ? HAS(NAMED) : 0);
	facts |= facts_of_limit(event);
	if (event->seen.task_memcg)
		facts |= HAS(CGROUP);
	if (event->seen.gone_count)
		facts |= HAS(GONE);
	return facts;
}

static unsigned facts_of(const struct oom_event *event)
{
	const struct oom_seen *seen = &event->seen;
	unsigned facts = seen->unlogged ? facts_of_unlogged(event) : 0;
	if (!seen->known)
		return facts;
	facts |= facts_of_limit(event) | facts_of_rank(event);
	if (seen->task_memcg && !event->task_memcg)
		facts |= HAS(PLACE);
	if (seen->kills.before != UNKNOWN_SIGNED && seen->kills.after > seen->kills.before)
		facts |= HAS(KILLS);
	return facts;
}

/* --- the sentences ----------------------------------------------------------------------------- */

struct seen_words {
	char text[96];
};

/* "From our sample 0.8 s before". */
static struct seen_words from_sample(const struct oom_event *event)
{
	struct seen_words words;
	int64_t tenths = (event->seen.age_us + 50000) / 100000;
	snprintf(words.text, sizeof(words.text), "From our sample %lld.%lld s before",
		(long long)(tenths / 10), (long long)(tenths % 10));
	return words;
}

/* ", 812 pages", and nothing where the era counts in something else. */
static struct seen_words badness_words(const struct oom_event *event, const char *before)
{
	struct seen_words words = { "" };
	if (event->seen.badness_pages != UNKNOWN_SIGNED)
		snprintf(words.text, sizeof(words.text), "%s%lld pages", before,
			(long long)event->seen.badness_pages);
	return words;
}

/* ", 8.0 MiB (6.1 MiB in use)" */
static struct seen_words limit_words(const struct oom_event *event)
{
	const struct oom_seen *seen = &event->seen;
	struct seen_words words;
	snprintf(words.text, sizeof(words.text), "%s (%s in use)", event_kb(seen->limit_kb).text,
		event_kb(seen->usage_kb).text);
	return words;
}

static void say_only(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->seen.oom_memcg);
	event_say(to, row->answer,
		"%s: it was below the limit of " EVENT_PLACE
		", %s, and no other cgroup that it was in has one.",
		from_sample(event).text, EVENT_PLACE_ARGS(place), limit_words(event).text);
}

static void say_counted(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	static const char *const names[OOM_SEEN_GROUND_COUNT] = {
		[OOM_SEEN_LOCAL_OOM] = "oom in memory.events.local",
		[OOM_SEEN_OOM] = "oom in memory.events",
		[OOM_SEEN_FAILCNT] = "memory.failcnt",
	};
	const struct oom_seen *seen = &event->seen;
	struct event_place place = event_place_of(seen->oom_memcg);
	event_say(to, row->answer,
		"%s: the limit was that of " EVENT_PLACE ", %s, whose %s went from %lld to %lld.",
		from_sample(event).text, EVENT_PLACE_ARGS(place), limit_words(event).text,
		names[seen->ground], (long long)seen->hits.before, (long long)seen->hits.after);
}

static void say_least(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	struct event_place place = event_place_of(seen->oom_memcg);
	event_say(to, row->answer,
		"%s: of the limits above it that of " EVENT_PLACE " had the least left, %s of %s.",
		from_sample(event).text, EVENT_PLACE_ARGS(place), event_kb(seen->left_kb).text,
		event_kb(seen->limit_kb).text);
}

static void say_size(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "%s: its limit was %s.", from_sample(event).text,
		limit_words(event).text);
}

static void say_kills(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	struct event_place place = event_place_of(seen->task_memcg);
	event_say(to, row->answer,
		"%s: oom_kill of " EVENT_PLACE " was %lld, and was %lld after the kill.",
		from_sample(event).text, EVENT_PLACE_ARGS(place), (long long)seen->kills.before,
		(long long)seen->kills.after);
}

static void say_place(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	struct event_place place = event_place_of(event->seen.task_memcg);
	event_say(to, row->answer, "%s: it ran in " EVENT_PLACE ".", from_sample(event).text,
		EVENT_PLACE_ARGS(place));
}

static void say_alone(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer, "%s: it was the only process there that could be killed%s.",
		from_sample(event).text, badness_words(event, ", with a badness of ").text);
}

static void say_first(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"%s: it had the highest badness of the %lld processes there that could be "
		"killed%s.",
		from_sample(event).text, (long long)event->seen.candidates,
		badness_words(event, ", ").text);
}

static void say_after_dead(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	event_say(to, row->answer,
		"%s: it was number %lld of %lld there%s; those before it had been killed since.",
		from_sample(event).text, (long long)event->seen.rank,
		(long long)event->seen.candidates,
		badness_words(event, ", with a badness of ").text);
}

static void say_equal(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	event_say(to, row->answer,
		"%s: %lld (%s) had the same badness there%s; the order of the scan decided.",
		from_sample(event).text, (long long)seen->ahead_pid, seen->ahead_comm,
		badness_words(event, ", ").text);
}

static void say_behind(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	struct seen_words by = { "" };
	if (seen->ahead_pages != UNKNOWN_SIGNED)
		snprintf(by.text, sizeof(by.text), "%lld pages ", (long long)seen->ahead_pages);
	event_say(to, row->answer,
		"%s: it was number %lld of %lld there%s, %sbehind %lld (%s); sizes had changed "
		"since.",
		from_sample(event).text, (long long)seen->rank, (long long)seen->candidates,
		badness_words(event, ", with a badness of ").text, by.text,
		(long long)seen->ahead_pid, seen->ahead_comm);
}

static void say_form(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	(void)event;
	event_say(to, row->answer, "%s", row->form);
}

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

static void say_unlogged(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	struct event_place place = event_place_of(seen->task_memcg);
	if (seen->task_memcg)
		event_say(to, row->answer,
			"The log does not mention %lld kill%s that " EVENT_PLACE
			" counted: its oom_kill went from %lld to %lld.",
			(long long)seen->unlogged, plural(seen->unlogged), EVENT_PLACE_ARGS(place),
			(long long)seen->kills.before, (long long)seen->kills.after);
	else
		event_say(to, row->answer,
			"The log does not mention %lld kill%s that /proc/vmstat counted.",
			(long long)seen->unlogged, plural(seen->unlogged));
}

static void put_gone(FILE *out, const struct oom_seen *seen)
{
	size_t named = seen->gone_count < OOM_GONE_MAX ? seen->gone_count : OOM_GONE_MAX;
	for (size_t i = 0; i < named; i++)
		fprintf(out, "%s%lld (%s)", i ? ", " : "", (long long)seen->gone[i].pid,
			seen->gone[i].comm);
	if (named < seen->gone_count)
		fprintf(out, " and %zu more", seen->gone_count - named);
}

static void say_gone(
	const struct oom_event *event, const struct seen_saying *row, struct event_explanation *to)
{
	const struct oom_seen *seen = &event->seen;
	struct memtext names;
	if (memtext_open(&names))
		put_gone(names.file, seen);
	if (names.file && memtext_close(&names))
		event_say(to, row->answer, "%s: of those that ran there %zu %s gone: %s.",
			from_sample(event).text, seen->gone_count,
			seen->gone_count == 1 ? "is" : "are", names.text);
	else
		to->no_memory = true;
	memtext_release(&names);
}

static const struct seen_saying sayings[] = {
	{ EVENT_WHAT, HAS(UNLOGGED) | HAS(MARKED), 0,
		"The log does not mention this kill; the tracepoint oom:mark_victim does.",
		say_form },
	{ EVENT_WHO, HAS(UNLOGGED) | HAS(NAMED), 0,
		"The tracepoint has its pid alone; its name is from our sample.", say_form },
	{ EVENT_WHAT, HAS(UNLOGGED) | HAS(CGROUP), 0,
		"The log does not mention N kills that PATH counted: its oom_kill went from N to "
		"N.",
		say_unlogged },
	{ EVENT_WHAT, HAS(UNLOGGED), HAS(CGROUP) | HAS(MARKED),
		"The log does not mention N kills that /proc/vmstat counted.", say_unlogged },
	{ EVENT_WHO, HAS(UNLOGGED) | HAS(GONE), 0,
		"From our sample N s before: of those that ran there N are gone: PID (NAME), PID "
		"(NAME).",
		say_gone },
	{ EVENT_WHAT, HAS(LIMIT) | HAS(ONLY), 0,
		"From our sample N s before: it was below the limit of PATH, SIZE (SIZE in use), "
		"and no other cgroup that it was in has one.",
		say_only },
	{ EVENT_WHAT, HAS(LIMIT) | HAS(COUNTED), 0,
		"From our sample N s before: the limit was that of PATH, SIZE (SIZE in use), whose "
		"COUNTER went from N to N.",
		say_counted },
	{ EVENT_WHAT, HAS(LIMIT) | HAS(LEAST), 0,
		"From our sample N s before: of the limits above it that of PATH had the least "
		"left, SIZE of SIZE.",
		say_least },
	{ EVENT_WHAT, HAS(SIZE), 0, "From our sample N s before: its limit was SIZE (SIZE in use).",
		say_size },
	{ EVENT_WHAT, HAS(KILLS), 0,
		"From our sample N s before: oom_kill of PATH was N, and was N after the kill.",
		say_kills },
	{ EVENT_WHO, HAS(PLACE), 0, "From our sample N s before: it ran in PATH.", say_place },
	{ EVENT_WHY, HAS(RANK) | HAS(ALONE), 0,
		"From our sample N s before: it was the only process there that could be killed[, "
		"with a badness of N pages].",
		say_alone },
	{ EVENT_WHY, HAS(RANK) | HAS(FIRST), 0,
		"From our sample N s before: it had the highest badness of the N processes there "
		"that could be killed[, N pages].",
		say_first },
	{ EVENT_WHY, HAS(RANK) | HAS(AFTER_DEAD), 0,
		"From our sample N s before: it was number N of N there[, with a badness of N "
		"pages]; those before it had been killed since.",
		say_after_dead },
	{ EVENT_WHY, HAS(RANK) | HAS(EQUAL), 0,
		"From our sample N s before: PID (NAME) had the same badness there[, N pages]; the "
		"order of the scan decided.",
		say_equal },
	{ EVENT_WHY, HAS(RANK) | HAS(BEHIND), 0,
		"From our sample N s before: it was number N of N there[, with a badness of N "
		"pages], [N pages ]behind PID (NAME); sizes had changed since.",
		say_behind },
};

void event_say_seen(const struct oom_event *event, bool what, struct event_explanation *to)
{
	unsigned facts = facts_of(event);
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++)
		if ((sayings[i].answer == EVENT_WHAT) == what &&
			(facts & sayings[i].needs) == sayings[i].needs &&
			!(facts & sayings[i].unless))
			sayings[i].say(event, &sayings[i], to);
}
