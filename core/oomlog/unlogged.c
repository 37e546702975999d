#include "oomspect/unlogged.h"

#include "limiting.h"
#include "oomspect/event_seen.h"

#include <stdlib.h>
#include <string.h>

/* Kills between the sample `before` and `after`, which the log had until now to tell of. */
struct gap {
	struct sightings *sightings;
	const struct sight *before, *after;
	int64_t missing; /* kills that nobody told of, and no event yet */
	struct unlogged *unlogged;
	unlogged_sink *sink;
	void *arg;
};

/* --- what the tracepoint marked, and what the log told ----------------------------------------- */

static bool was_told(const struct unlogged *unlogged, int64_t pid)
{
	for (size_t i = 0; i < UNLOGGED_MARKED_MAX; i++)
		if (unlogged->told[i] == pid)
			return true;
	return false;
}

void unlogged_mark(void *arg, const struct oom_victim *victim, int64_t mono_us)
{
	struct unlogged *unlogged = arg;
	if (unlogged->marked_count == UNLOGGED_MARKED_MAX)
		return;
	unlogged->marked[unlogged->marked_count++] =
		(struct unlogged_marked){ *victim, mono_us, was_told(unlogged, victim->pid) };
}

void unlogged_tell(struct unlogged *unlogged, const struct oom_event *event)
{
	for (size_t i = 0; i < event->victim_count; i++) {
		int64_t pid = event->victims[i].pid;
		unlogged->told[unlogged->told_next++ % UNLOGGED_MARKED_MAX] = pid;
		for (size_t k = 0; k < unlogged->marked_count; k++)
			unlogged->marked[k].told |= unlogged->marked[k].victim.pid == pid;
	}
}

/* --- an event of one cgroup -------------------------------------------------------------------- */

static bool ended(const struct gap *gap, const struct task *task)
{
	const struct task *now = snapshot_find(&gap->after->shot, task->pid);
	return !now || now->start_ticks != task->start_ticks || !sightings_alive(now);
}

static void take_gone(struct oom_seen *seen, const struct gap *gap, int32_t row)
{
	const struct snapshot *shot = &gap->before->shot;
	for (size_t i = 0; i < shot->count; i++) {
		const struct task *task = &shot->tasks[i];
		if (task->memcg != row || !sightings_alive(task) || !ended(gap, task) ||
			sightings_told(gap->before, task))
			continue;
		if (seen->gone_count < OOM_GONE_MAX) {
			struct oom_seen_gone *gone = &seen->gone[seen->gone_count];
			gone->pid = task->pid;
			memcpy(gone->comm, task->comm, sizeof(gone->comm) - 1);
		}
		seen->gone_count++;
	}
}

/* A counter that went up, and no other ground: without a log the host may have killed there. */
static bool take_limiting(struct oom_event *event, const struct gap *gap, int32_t row)
{
	const struct limiting_span span = { .sightings = gap->sightings,
		.sight = gap->before,
		.later = gap->after,
		.when_us = SIGHTINGS_NEVER };
	struct limiting_level own = limiting_level_of(&span, row);
	struct limiting limiting = limiting_infer(&span, row);
	static const enum oom_seen_ground counted[] = { OOM_SEEN_LOCAL_OOM, OOM_SEEN_OOM,
		OOM_SEEN_FAILCNT };
	event->seen.kills = limiting_kills(&own);
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		if (limiting.ground == OOM_SEEN_UNDECIDED ||
			!limiting_went_up(limiting_hits(&limiting.level, counted[i])))
			continue;
		limiting.ground = counted[i];
		event->scope = OOM_SCOPE_MEMCG;
		return limiting_keep(&limiting, gap->before, &event->seen);
	}
	return true;
}

static void start_event(
	struct oom_event *event, const struct gap *gap, int64_t kills, int64_t mono_us)
{
	const struct host *host = &gap->after->shot.host;
	oom_event_init(event);
	event->number = ++gap->unlogged->number;
	event->boot_us = mono_us;
	if (host->time_unix > 0)
		event->unix_us = (int64_t)(host->time_unix * 1e6) + mono_us - gap->after->begun_us;
	memcpy(event->kernel, host->kernel, sizeof(event->kernel) - 1);
	event->outcome = OOM_OUTCOME_KILLED;
	event->proven = true; /* nobody but the kernel counts and marks */
	event->seen.unlogged = kills;
	event->seen.age_us = gap->after->counted_us - gap->before->begun_us;
}

/* False without memory. */
static bool tell(struct gap *gap, int32_t row, int64_t kills)
{
	struct oom_event event;
	start_event(&event, gap, kills, gap->after->counted_us);
	if (row >= 0)
		take_gone(&event.seen, gap, row);
	event.source = strdup("counters");
	bool kept = event.source;
	if (kept && row >= 0) {
		event.seen.task_memcg = strdup(gap->before->tree.rows[row].path);
		kept = event.seen.task_memcg && take_limiting(&event, gap, row);
	}
	if (kept)
		gap->sink(gap->arg, &event);
	oom_event_release(&event);
	gap->missing -= kills;
	return kept;
}

/* --- an event of one that was marked ------------------------------------------------------------ */

/* Before v6.9 the tracepoint has the pid alone. */
static void name_by_sample(struct oom_event *event, const struct task *task)
{
	struct oom_victim *victim = &event->victims[0];
	event->seen.named = !victim->comm[0];
	if (event->seen.named)
		memcpy(victim->comm, task->comm, sizeof(victim->comm) - 1);
}

/* Whose limit it was is inferred only where a counter says that it was one's. */
static bool look_up(struct oom_event *event, const struct gap *gap)
{
	const struct oom_victim *victim = &event->victims[0];
	struct oom_event probe;
	struct sighting sighting;
	if (victim->pid > INT32_MAX ||
		!sightings_find(gap->sightings, (pid_t)victim->pid, event->boot_us, &sighting))
		return true;
	name_by_sample(event, sighting.task);
	if (sighting.task->memcg < 0)
		return true;
	struct gap own = *gap;
	own.before = sighting.sight;
	oom_event_init(&probe);
	bool kept = take_limiting(&probe, &own, sighting.task->memcg);
	event->scope = probe.scope;
	oom_event_release(&probe);
	return kept;
}

/* False without memory. */
static bool tell_marked(struct gap *gap, const struct unlogged_marked *marked)
{
	struct oom_event event;
	start_event(&event, gap, 1, marked->mono_us);
	event.source = strdup("tracepoint");
	event.victims = malloc(sizeof(*event.victims));
	bool kept = event.source && event.victims;
	if (kept) {
		event.victims[0] = marked->victim;
		event.victim_count = 1;
		kept = look_up(&event, gap) &&
		       event_seen_join(&event, gap->sightings, marked->mono_us) == ERR_OK;
	}
	if (kept)
		gap->sink(gap->arg, &event);
	oom_event_release(&event);
	gap->missing--;
	return kept;
}

/* Those until `until_us`, as many as were counted: one that is dying anyway is marked and not counted. */
static bool tell_marked_until(struct gap *gap, int64_t until_us)
{
	struct unlogged *unlogged = gap->unlogged;
	bool kept = true;
	for (size_t i = 0; i < unlogged->marked_count && gap->missing > 0; i++) {
		struct unlogged_marked *marked = &unlogged->marked[i];
		if (marked->told || marked->mono_us > until_us)
			continue;
		kept &= tell_marked(gap, marked);
		marked->told = true;
	}
	return kept;
}

/* vmstat is read as a sample begins: what was marked while it was read may be in it, or has its turn
 * next time. */
static bool tell_marked_of(struct gap *gap)
{
	return tell_marked_until(gap, gap->after->begun_us) &&
	       tell_marked_until(gap, gap->after->counted_us);
}

/* --- which cgroups ----------------------------------------------------------------------------- */

static int64_t told_of(const struct gap *gap, int32_t row)
{
	const struct snapshot *shot = &gap->before->shot;
	int64_t told = 0;
	for (size_t i = 0; i < shot->count; i++)
		told += shot->tasks[i].memcg == row && sightings_told(gap->before, &shot->tasks[i]);
	return told;
}

/* Kills of its own processes; on a v2 without memory.events.local the subtree's, of which the lowest
 * cgroup that counted has them. */
static int64_t kills_of(const struct gap *gap, int32_t row)
{
	const struct limiting_span span = { .sightings = gap->sightings,
		.sight = gap->before,
		.later = gap->after,
		.when_us = SIGHTINGS_NEVER };
	struct limiting_level level = limiting_level_of(&span, row);
	struct oom_seen_count kills = limiting_kills(&level);
	return limiting_went_up(kills) ? kills.after - kills.before : 0;
}

static bool has_counting_child(const struct gap *gap, int32_t row)
{
	const struct memcg_tree *tree = &gap->before->tree;
	if (tree->version == 1 || tree->rows[row].events_local.oom_kill != UNKNOWN)
		return false;
	for (int32_t i = row + 1; i < tree->rows[row].subtree_end; i++)
		if (kills_of(gap, i))
			return true;
	return false;
}

/* How many of them nobody told of. */
static int64_t untold_of(const struct gap *gap, int32_t row)
{
	int64_t kills = kills_of(gap, row);
	return !kills || has_counting_child(gap, row) ? 0 : kills - told_of(gap, row);
}

static void leave(struct unlogged *unlogged, size_t row)
{
	unlogged->left = true;
	unlogged->left_row = row;
}

/* The rows from `first` on. The first of which not all could be told is left for the next look. */
static bool look_into_rows(struct gap *gap, size_t first)
{
	struct unlogged *unlogged = gap->unlogged;
	bool kept = true;
	unlogged->left = false;
	for (size_t i = first; i < gap->before->tree.count && !unlogged->left; i++) {
		int64_t kills = untold_of(gap, (int32_t)i);
		if (kills > 0 && gap->missing > 0)
			kept &= tell(gap, (int32_t)i, kills < gap->missing ? kills : gap->missing);
		else if (kills > 0)
			leave(unlogged, i);
	}
	return kept;
}

/* A sample reads its cgroups last, when vmstat has long been read: they may have counted a kill that
 * vmstat tells of one sample later. */
static bool look_into_left(struct gap *gap)
{
	struct gap older = *gap;
	older.after = gap->before;
	older.before = sightings_get(gap->sightings, SIGHTINGS_KEPT - 1);
	if (gap->missing <= 0 || !older.before)
		return true;
	bool kept = look_into_rows(&older, gap->unlogged->left_row);
	gap->missing = older.missing;
	return kept;
}

/* --- all of it --------------------------------------------------------------------------------- */

/* What came before them has had its turn. */
static void drop_marked(struct unlogged *unlogged, const struct sight *after)
{
	size_t left = 0;
	for (size_t i = 0; i < unlogged->marked_count; i++)
		if (!unlogged->marked[i].told && unlogged->marked[i].mono_us > after->begun_us)
			unlogged->marked[left++] = unlogged->marked[i];
	unlogged->marked_count = left;
}

/* What was counted before it is nobody's; what the log tells late is not missing. */
static void begin(struct unlogged *unlogged, int64_t counted, uint64_t told)
{
	if (!unlogged->begun)
		unlogged->ahead = counted - (int64_t)told;
	unlogged->begun = true;
}

enum err_code unlogged_look(struct unlogged *unlogged, struct sightings *sightings, uint64_t told,
	bool caught_up, unlogged_sink *sink, void *arg)
{
	const struct sight *latest = sightings_get(sightings, 0);
	const struct sight *after = sightings_get(sightings, 1);
	const struct sight *before = sightings_get(sightings, 2);
	bool left = unlogged->left;
	unlogged->left = false;
	if (!after || !caught_up || after->shot.host.vmstat.oom_kill == UNKNOWN)
		return ERR_OK;
	begin(unlogged, latest->shot.host.vmstat.oom_kill, told);
	int64_t ahead = after->shot.host.vmstat.oom_kill - (int64_t)told;
	struct gap gap = { sightings, before, after, ahead - unlogged->ahead, unlogged, sink, arg };
	bool still = before && gap.missing <= 0 &&
		     latest->shot.host.vmstat.oom_kill == before->shot.host.vmstat.oom_kill;
	bool kept = true;
	if (before && !still) {
		unlogged->ahead += gap.missing > 0 ? gap.missing : 0;
		kept = tell_marked_of(&gap) && (!left || look_into_left(&gap)) &&
		       look_into_rows(&gap, 0);
		if (gap.missing > 0)
			kept &= tell(&gap, -1, gap.missing);
	}
	drop_marked(unlogged, after);
	return kept ? ERR_OK : ERR_NO_MEMORY;
}
