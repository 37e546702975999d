#include "oomspect/json.h"

#include "oomspect/memcg_name.h"

static json_t *number_or_null(int64_t value)
{
	return value == UNKNOWN ? json_null() : json_integer(value);
}

/* No limit is null as well: whether it is none or unknown, there is no number. */
static json_t *bytes_or_null(struct amount amount)
{
	return amount_known(amount) ? json_integer((json_int_t)amount.bytes) : json_null();
}

static json_t *flag_or_null(int8_t flag)
{
	return flag == UNKNOWN ? json_null() : json_boolean(flag);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	json_set_bytes(object, name, *text ? text : NULL);
}

static void set_name(json_t *object, const struct memcg *row)
{
	struct memcg_name name;
	memcg_name_of(row->path, &name);
	json_set_bytes(object, "path", row->path);
	json_set_bytes(object, "name", name.name);
	json_object_set_new(object, "kind", json_string(memcg_kind_names[name.kind]));
	set_text(object, "id", name.id);
	set_text(object, "pod", name.pod);
	set_text(object, "qos", name.qos);
}

static void set_limits(json_t *object, const struct memcg_tree *tree, const struct memcg *row)
{
	bool visible = row->limited_by >= 0;
	json_object_set_new(object, "usage_bytes", bytes_or_null(row->usage));
	json_object_set_new(object, "limit_bytes", bytes_or_null(row->limit));
	json_object_set_new(object, "effective_limit_bytes", bytes_or_null(row->effective_limit));
	json_set_bytes(object, "limited_by", visible ? tree->rows[row->limited_by].path : NULL);
	json_object_set_new(object, "limit_hidden", json_boolean(row->limit_hidden));
	json_object_set_new(object, "headroom_bytes", bytes_or_null(row->headroom));
	json_object_set_new(object, "high_bytes", bytes_or_null(row->high));
	json_object_set_new(object, "swap_bytes", bytes_or_null(row->swap_usage));
	json_object_set_new(object, "swap_limit_bytes", bytes_or_null(row->swap_limit));
	json_object_set_new(object, "peak_bytes", bytes_or_null(row->peak));
}

static void set_kinds(json_t *object, const struct memcg *row)
{
	json_object_set_new(object, "reclaimable_bytes", bytes_or_null(row->reclaimable));
	json_object_set_new(object, "unreclaimable_bytes", bytes_or_null(row->unreclaimable));
	json_object_set_new(object, "anon_bytes", bytes_or_null(row->anon));
	json_object_set_new(object, "file_bytes", bytes_or_null(row->file));
	json_object_set_new(object, "shmem_bytes", bytes_or_null(row->shmem));
	json_object_set_new(object, "kernel_bytes", bytes_or_null(row->kernel));
}

static void set_counters(json_t *object, const struct memcg *row)
{
	int64_t psi = row->psi.some.avg10;
	json_object_set_new(object, "processes", number_or_null(row->processes));
	json_object_set_new(object, "oom_group", flag_or_null(row->oom_group));
	json_object_set_new(object, "oom_kill_disable", flag_or_null(row->oom_kill_disable));
	json_object_set_new(object, "under_oom", flag_or_null(row->under_oom));
	json_object_set_new(object, "oom", number_or_null(row->events.oom));
	json_object_set_new(object, "oom_kill", number_or_null(row->events.oom_kill));
	json_object_set_new(object, "max_events", number_or_null(row->events.max));
	json_object_set_new(object, "failcnt", number_or_null(row->failcnt));
	json_object_set_new(object, "psi_some_avg10",
		psi == UNKNOWN ? json_null() : json_real((double)psi / 100));
}

static void set_trend(json_t *object, const struct memcg *row)
{
	int64_t growth;
	bool known = trend_growth(&row->trend, &growth);
	json_object_set_new(object, "growth_bytes_s", known ? json_integer(growth) : json_null());
	json_object_set_new(object, "eta_s", number_or_null(memcg_eta_s(row)));
}

static void set_victim(json_t *object, const struct memcg_victim *victim)
{
	json_t *value = json_null();
	if (victim->task) {
		value = json_object();
		json_object_set_new(value, "pid", json_integer(victim->task->pid));
		json_set_bytes(value, "comm", victim->task->comm);
		json_object_set_new(value, "badness_pages", json_integer(victim->points));
	}
	json_object_set_new(object, "victim", value);
}

static json_t *cgroup(
	const struct memcg_tree *tree, const struct memcg_victims *victims, int32_t index)
{
	const struct memcg *row = &tree->rows[index];
	json_t *object = json_object();
	set_name(object, row);
	set_limits(object, tree, row);
	set_kinds(object, row);
	set_counters(object, row);
	set_trend(object, row);
	set_victim(object, &victims->rows[index]);
	return object;
}

json_t *json_cgroups(const struct snapshot *snapshot, const struct memcg_victims *victims,
	const int32_t *rows, size_t count)
{
	const struct memcg_tree *tree = snapshot->memcgs;
	const struct host *host = &snapshot->host;
	json_t *object = json_object();
	json_t *list = json_array();
	json_object_set_new(object, "schema", json_string("oomspect.cgroups/1"));
	json_set_clocks(object, host);
	json_object_set_new(object, "host", json_host(host));
	json_object_set_new(
		object, "version", tree->version ? json_integer(tree->version) : json_null());
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, cgroup(tree, victims, rows[i]));
	json_object_set_new(object, "cgroups", list);
	return object;
}
