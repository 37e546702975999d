#include "limiting.h"

#include "oomspect/array.h"

#include <string.h>

/* --- counters ---------------------------------------------------------------------------------- */

struct limiting_level limiting_level_of(const struct limiting_span *span, int32_t row)
{
	const struct sightings *sightings = span->sightings;
	const struct memcg *then = &span->sight->tree.rows[row];
	const struct memcg *later =
		span->later ? sightings_row(span->later, then, (size_t)row) : NULL;
	struct limiting_level level = { .row = row,
		.before = sightings_row_before(sightings, span->sight, row, span->when_us),
		.after = later ? *later : *then,
		.looked = later };
	if (!span->later && sightings->look_again)
		level.looked = sightings->look_again(sightings->context, then->path, &level.after);
	return level;
}

static struct oom_seen_count count_of(
	const struct limiting_level *level, int64_t before, int64_t after)
{
	return (struct oom_seen_count){ before == UNKNOWN ? UNKNOWN_SIGNED : before,
		!level->looked || after == UNKNOWN ? UNKNOWN_SIGNED : after };
}

struct oom_seen_count limiting_hits(const struct limiting_level *level, enum oom_seen_ground ground)
{
	const struct memcg *before = level->before, *after = &level->after;
	switch (ground) {
	case OOM_SEEN_LOCAL_OOM:
		return count_of(level, before->events_local.oom, after->events_local.oom);
	case OOM_SEEN_OOM:
		return count_of(level, before->events.oom, after->events.oom);
	case OOM_SEEN_FAILCNT:
		return count_of(level, before->failcnt, after->failcnt);
	default:
		return (struct oom_seen_count){ UNKNOWN_SIGNED, UNKNOWN_SIGNED };
	}
}

/* memory.events of v2 counts those of the whole subtree; memory.oom_control of v1 does not. */
struct oom_seen_count limiting_kills(const struct limiting_level *level)
{
	const struct memcg *before = level->before, *after = &level->after;
	if (before->events_local.oom_kill != UNKNOWN)
		return count_of(level, before->events_local.oom_kill, after->events_local.oom_kill);
	return count_of(level, before->events.oom_kill, after->events.oom_kill);
}

bool limiting_went_up(struct oom_seen_count count)
{
	return count.before != UNKNOWN_SIGNED && count.after != UNKNOWN_SIGNED &&
	       count.after > count.before;
}

/* --- which of them ----------------------------------------------------------------------------- */

static uint64_t left_of(const struct memcg *row)
{
	if (!amount_known(row->usage))
		return row->limit.bytes;
	return row->limit.bytes > row->usage.bytes ? row->limit.bytes - row->usage.bytes : 0;
}

/* The grounds, the best first. A charge goes up from the leaf, and the lowest level that fails it has
 * the OOM: of two of the same ground the lower one is it. */
static bool is_better(const struct limiting_level *level, enum oom_seen_ground ground,
	const struct limiting *best)
{
	if (best->ground == OOM_SEEN_UNDECIDED)
		return true;
	if (ground != best->ground)
		return ground < best->ground;
	return ground == OOM_SEEN_LEAST_LEFT &&
	       left_of(level->before) < left_of(best->level.before);
}

static enum oom_seen_ground ground_of(const struct limiting_level *level)
{
	static const enum oom_seen_ground counted[] = { OOM_SEEN_LOCAL_OOM, OOM_SEEN_OOM,
		OOM_SEEN_FAILCNT };
	for (size_t i = 0; i < ARRAY_SIZE(counted); i++)
		if (limiting_went_up(limiting_hits(level, counted[i])))
			return counted[i];
	return OOM_SEEN_LEAST_LEFT;
}

struct limiting limiting_infer(const struct limiting_span *span, int32_t own)
{
	const struct memcg_tree *tree = &span->sight->tree;
	struct limiting best = { .ground = OOM_SEEN_UNDECIDED };
	unsigned limits = 0;
	for (int32_t row = own; row >= 0; row = tree->rows[row].parent) {
		if (!amount_known(tree->rows[row].limit) || !memcg_tree_covers(tree, row, own))
			continue;
		struct limiting_level level = limiting_level_of(span, row);
		enum oom_seen_ground ground = ground_of(&level);
		limits++;
		if (is_better(&level, ground, &best))
			best = (struct limiting){ level, ground };
	}
	if (limits == 1)
		best.ground = OOM_SEEN_ONLY_LIMIT;
	return best;
}

struct limiting limiting_said(const struct limiting_span *span, int32_t own, const char *path)
{
	const struct memcg_tree *tree = &span->sight->tree;
	struct limiting said = { .ground = OOM_SEEN_UNDECIDED };
	for (int32_t row = own; row >= 0; row = tree->rows[row].parent)
		if (strcmp(tree->rows[row].path, path) == 0)
			return (struct limiting){ limiting_level_of(span, row), OOM_SEEN_SAID };
	return said;
}

/* --- what is kept of it ------------------------------------------------------------------------ */

static int64_t kb_of(struct amount amount)
{
	return amount.kind == AMOUNT_UNLIMITED ? OOM_UNLIMITED
	       : amount_known(amount)          ? (int64_t)(amount.bytes / 1024)
					       : UNKNOWN_SIGNED;
}

bool limiting_keep(
	const struct limiting *limiting, const struct sight *sight, struct oom_seen *seen)
{
	if (limiting->ground == OOM_SEEN_UNDECIDED)
		return true;
	const struct memcg *row = &sight->tree.rows[limiting->level.row];
	seen->ground = limiting->ground;
	seen->limit_kb = kb_of(row->limit);
	seen->usage_kb = kb_of(row->usage);
	if (amount_known(row->limit) && amount_known(row->usage))
		seen->left_kb = (int64_t)(left_of(row) / 1024);
	seen->hits = limiting_hits(&limiting->level, limiting->ground);
	seen->oom_memcg = strdup(row->path);
	return seen->oom_memcg;
}
