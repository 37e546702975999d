#include "oomspect/unlogged.h"

#include "limiting.h"

#include <stdlib.h>
#include <string.h>

/* Kills between the sample `before` and `after`, which the log had until now to tell of. */
struct gap {
	const struct sightings *sightings;
	const struct sight *before, *after;
	int64_t missing; /* kills that nobody told of, and no event yet */
	struct unlogged *unlogged;
	unlogged_sink *sink;
	void *arg;
};

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

static void start_event(struct oom_event *event, const struct gap *gap, int64_t kills)
{
	double now_s = gap->after->shot.host.time_unix;
	oom_event_init(event);
	event->number = ++gap->unlogged->number;
	event->boot_us = gap->after->counted_us;
	if (now_s > 0)
		event->unix_us = (int64_t)(now_s * 1e6);
	memcpy(event->kernel, gap->after->shot.host.kernel, sizeof(event->kernel) - 1);
	event->outcome = OOM_OUTCOME_KILLED;
	event->proven = true; /* nobody but the kernel counts */
	event->seen.unlogged = kills;
	event->seen.age_us = gap->after->counted_us - gap->before->begun_us;
}

/* False without memory. */
static bool tell(struct gap *gap, int32_t row, int64_t kills)
{
	struct oom_event event;
	start_event(&event, gap, kills);
	event.source = strdup("counters");
	bool kept = event.source;
	if (kept && row >= 0) {
		event.seen.task_memcg = strdup(gap->before->tree.rows[row].path);
		kept = event.seen.task_memcg && take_limiting(&event, gap, row);
		take_gone(&event.seen, gap, row);
	}
	if (kept)
		gap->sink(gap->arg, &event);
	oom_event_release(&event);
	gap->missing -= kills;
	return kept;
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

static bool look_into_cgroups(struct gap *gap)
{
	bool kept = true;
	for (size_t i = 0; i < gap->before->tree.count && gap->missing > 0; i++) {
		int32_t row = (int32_t)i;
		int64_t kills = kills_of(gap, row);
		if (kills && has_counting_child(gap, row))
			continue;
		kills -= kills ? told_of(gap, row) : 0;
		if (kills > 0)
			kept &= tell(gap, row, kills < gap->missing ? kills : gap->missing);
	}
	return kept;
}

/* --- all of it --------------------------------------------------------------------------------- */

enum err_code unlogged_look(struct unlogged *unlogged, const struct sightings *sightings,
	uint64_t told, bool caught_up, unlogged_sink *sink, void *arg)
{
	const struct sight *latest = sightings_get(sightings, 0);
	const struct sight *after = sightings_get(sightings, 1);
	const struct sight *before = sightings_get(sightings, 2);
	if (!after || !caught_up || after->shot.host.vmstat.oom_kill == UNKNOWN)
		return ERR_OK;
	/* What was counted before is nobody's; what the log tells late is not missing. */
	if (!unlogged->begun) {
		unlogged->ahead = latest->shot.host.vmstat.oom_kill - (int64_t)told;
		unlogged->begun = true;
	}
	int64_t ahead = after->shot.host.vmstat.oom_kill - (int64_t)told;
	struct gap gap = { sightings, before, after, ahead - unlogged->ahead, unlogged, sink, arg };
	if (gap.missing <= 0 || !before)
		return ERR_OK;
	unlogged->ahead = ahead;
	bool kept = look_into_cgroups(&gap);
	if (gap.missing > 0)
		kept &= tell(&gap, -1, gap.missing);
	return kept ? ERR_OK : ERR_NO_MEMORY;
}
