#include "oomspect/json.h"

#include "oomspect/memcg_name.h"

/* No limit is null as well: whether it is none or unknown, there is no number. */
static void put_bytes(struct json_out *out, const char *name, struct amount amount)
{
	json_out_number(out, name, amount_known(amount), (int64_t)amount.bytes);
}

static void put_flag(struct json_out *out, const char *name, int8_t flag)
{
	if (flag == UNKNOWN)
		json_out_null(out, name);
	else
		json_out_bool(out, name, flag);
}

static void put_text(struct json_out *out, const char *name, const char *text)
{
	json_out_text(out, name, *text ? text : NULL);
}

static void put_name(struct json_out *out, const struct memcg *row)
{
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	json_out_text(out, "path", row->path);
	json_out_text(out, "name", name.name);
	json_out_text(out, "kind", memcg_kind_names[name.kind]);
	put_text(out, "id", name.id);
	put_text(out, "pod", name.pod);
	put_text(out, "qos", name.qos);
}

static void put_limits(struct json_out *out, const struct memcg_tree *tree, const struct memcg *row)
{
	bool visible = row->limited_by >= 0;
	put_bytes(out, "usage_bytes", row->usage);
	put_bytes(out, "limit_bytes", row->limit);
	put_bytes(out, "effective_limit_bytes", row->effective_limit);
	json_out_text(out, "limited_by", visible ? tree->rows[row->limited_by].path : NULL);
	json_out_bool(out, "limit_hidden", row->limit_hidden);
	put_bytes(out, "headroom_bytes", row->headroom);
	put_bytes(out, "high_bytes", row->high);
	put_bytes(out, "swap_bytes", row->swap_usage);
	put_bytes(out, "swap_limit_bytes", row->swap_limit);
	put_bytes(out, "peak_bytes", row->peak);
}

static void put_kinds(struct json_out *out, const struct memcg *row)
{
	put_bytes(out, "reclaimable_bytes", row->reclaimable);
	put_bytes(out, "unreclaimable_bytes", row->unreclaimable);
	put_bytes(out, "anon_bytes", row->anon);
	put_bytes(out, "file_bytes", row->file);
	put_bytes(out, "shmem_bytes", row->shmem);
	put_bytes(out, "kernel_bytes", row->kernel);
}

static void put_counters(struct json_out *out, const struct memcg *row)
{
	int64_t psi = row->psi.some.avg10;
	json_out_known(out, "processes", row->processes);
	put_flag(out, "oom_group", row->oom_group);
	put_flag(out, "oom_kill_disable", row->oom_kill_disable);
	put_flag(out, "under_oom", row->under_oom);
	json_out_known(out, "oom", row->events.oom);
	json_out_known(out, "oom_kill", row->events.oom_kill);
	json_out_known(out, "max_events", row->events.max);
	json_out_known(out, "failcnt", row->failcnt);
	if (psi == UNKNOWN)
		json_out_null(out, "psi_some_avg10");
	else
		json_out_decimal(out, "psi_some_avg10", psi, 2);
}

static void put_trend(struct json_out *out, const struct memcg *row)
{
	int64_t growth = 0;
	bool known = trend_growth(&row->trend, &growth);
	json_out_number(out, "growth_bytes_s", known, growth);
	json_out_known(out, "eta_s", memcg_eta_s(row));
}

static void put_victim(
	struct json_out *out, const struct era *era, const struct memcg_victim *victim)
{
	int64_t pages = 0;
	bool in_pages = points_in_pages(era, victim->points, &pages);
	if (!victim->task) {
		json_out_null(out, "victim");
		return;
	}
	json_out_begin(out, "victim", '{');
	json_out_integer(out, "pid", victim->task->pid);
	json_out_text(out, "comm", victim->task->comm);
	json_out_number(out, "badness_pages", in_pages, pages);
	json_out_end(out, '}');
}

static void put_cgroup(struct json_out *out, const struct snapshot *snapshot,
	const struct memcg_victims *victims, int32_t index)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	const struct memcg *row = &tree->rows[index];
	const struct memcg_victim *victim = memcg_victims_of(victims, index);
	json_out_begin(out, NULL, '{');
	put_name(out, row);
	put_limits(out, tree, row);
	put_kinds(out, row);
	put_counters(out, row);
	put_trend(out, row);
	put_victim(out, &snapshot->host.era, victim);
	json_put_uncertain(out, victim->uncertain);
	json_out_end(out, '}');
}

void json_cgroups(FILE *file, const struct snapshot *snapshot, const struct memcg_victims *victims,
	const int32_t *rows, size_t count)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	struct json_out out = json_out_to(file);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "schema", "oomspect.cgroups/2");
	json_put_clocks(&out, &snapshot->host);
	json_put_host(&out, &snapshot->host);
	json_out_text(&out, "moment", moment_names[victims->moment]);
	json_put_uncertain(&out, memcg_victims_uncertain(victims));
	json_out_number(&out, "version", tree->version != 0, tree->version);
	json_out_begin(&out, "cgroups", '[');
	for (size_t i = 0; i < count && !ferror(file); i++)
		put_cgroup(&out, snapshot, victims, rows[i]);
	json_out_end(&out, ']');
	json_out_end(&out, '}');
	json_out_finish(&out);
}
