#include "oomspect/json.h"

#include "oomspect/explain.h"
#include "oomspect/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *number_or_null(int64_t value)
{
	return value == UNKNOWN ? json_null() : json_integer(value);
}

static json_t *kb_or_null(int64_t pages, int64_t page_size)
{
	return pages == UNKNOWN ? json_null() : json_integer(pages * (page_size / 1024));
}

static json_t *tenths(int64_t value)
{
	return json_real((double)value / 10);
}

static json_t *permille_or_null(int64_t pages, int64_t totalpages)
{
	return pages == UNKNOWN ? json_null() : tenths(badness_tenths(pages, totalpages));
}

static json_t *psi_or_null(int64_t hundredths)
{
	return hundredths == UNKNOWN ? json_null() : json_real((double)hundredths / 100);
}

static json_t *setting_or_null(int64_t value)
{
	return value == HOST_SETTING_UNKNOWN ? json_null() : json_integer(value);
}

static json_t *string_or_null(const char *string)
{
	return string ? json_string(string) : json_null();
}

static void set_hex(json_t *object, const char *name, const char *bytes, size_t length)
{
	char member[64];
	char *hex = malloc(length * 2 + 1);
	if (!hex)
		return;
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)bytes[i]);
	snprintf(member, sizeof(member), "%s_hex", name);
	json_object_set_new(object, member, json_stringn(hex, length * 2));
	free(hex);
}

void json_set_bytes(json_t *object, const char *name, const char *bytes)
{
	if (!bytes) {
		json_object_set_new(object, name, json_null());
		return;
	}
	size_t length = strlen(bytes);
	if (utf8_valid(bytes, length)) {
		json_object_set_new(object, name, json_stringn(bytes, length));
		return;
	}
	char *shown = malloc(length * UTF8_REPLACEMENT_SIZE + 1);
	if (!shown)
		return;
	size_t shown_length = utf8_replace_invalid(bytes, length, shown);
	json_object_set_new(object, name, json_stringn(shown, shown_length));
	free(shown);
	set_hex(object, name, bytes, length);
}

/* What documents are made from. */
struct document {
	const struct snapshot *snapshot;
	const struct ranking *ranking;
	const struct json_lookup *lookup;
};

static void set_identity(json_t *object, const struct document *document, const struct task *task)
{
	char state[2] = { task->state, '\0' };
	bool read = task->state != '?'; /* its stat: nothing of it may be told with hidepid=1 */
	bool uid_known = task->uid != UID_UNKNOWN;
	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "ppid", read ? json_integer(task->ppid) : json_null());
	json_object_set_new(object, "tgid", json_integer(task->pid));
	json_object_set_new(object, "uid", uid_known ? json_integer(task->uid) : json_null());
	json_set_bytes(object, "user",
		uid_known ? document->lookup->user(document->lookup->context, task->uid) : NULL);
	json_set_bytes(object, "comm", read || task->comm[0] ? task->comm : NULL);
	json_set_bytes(object, "state", read ? state : NULL);
	json_object_set_new(object, "start_ticks",
		read ? json_integer((json_int_t)task->start_ticks) : json_null());
	json_set_bytes(object, "cgroup", snapshot_cgroup(document->snapshot, task));
}

static void set_badness(
	json_t *object, const struct document *document, const struct ranking_row *row)
{
	const struct ranking *ranking = document->ranking;
	int64_t total = ranking->domain.totalpages;
	/* Outside the domain nobody is a candidate, though some die along. */
	bool killable = row->unkillable == KILLABLE && row->points != BADNESS_UNKILLABLE;
	bool unknown = row->unkillable == UNKILLABLE_UNKNOWN;
	json_t *adj = row->task->adj_known ? json_integer(row->oom_score_adj) : json_null();
	json_t *adj_permille =
		row->task->adj_known ? tenths(badness_tenths(
					       badness_adj_pages(row->oom_score_adj, total), total))
				     : json_null();
	json_object_set_new(object, "oom_score", number_or_null(row->task->oom_score));
	json_object_set_new(object, "oom_score_predicted", number_or_null(row->oom_score));
	json_object_set_new(object, "oom_score_adj", adj);
	json_object_set_new(
		object, "badness_pages", killable ? json_integer(row->points) : json_null());
	json_object_set_new(object, "mem_permille", permille_or_null(row->mem_pages, total));
	json_object_set_new(object, "adj_permille", adj_permille);
	json_object_set_new(object, "badness_permille",
		killable ? tenths(badness_tenths(row->points, total)) : json_null());
	json_object_set_new(
		object, "rank", killable ? json_integer(row - ranking->rows + 1) : json_null());
	json_object_set_new(object, "unkillable",
		string_or_null(unknown ? NULL : unkillable_names[row->unkillable]));
}

static void set_memory(json_t *object, const struct document *document, const struct task *task)
{
	int64_t page_size = document->snapshot->host.page_size;
	int64_t pmd_kb = task->pmd_kb == UNKNOWN ? 0 : task->pmd_kb;
	json_object_set_new(object, "rss_kb", kb_or_null(task->rss_pages, page_size));
	json_object_set_new(object, "rss_anon_kb", kb_or_null(task->rss_anon_pages, page_size));
	json_object_set_new(object, "rss_file_kb", kb_or_null(task->rss_file_pages, page_size));
	json_object_set_new(object, "rss_shmem_kb", kb_or_null(task->rss_shmem_pages, page_size));
	json_object_set_new(object, "swap_kb", kb_or_null(task->swap_pages, page_size));
	json_object_set_new(object, "pgtables_kb",
		task->pte_kb == UNKNOWN ? json_null() : json_integer(task->pte_kb + pmd_kb));
}

/* A command line may be long: most of it is not. */
static void set_cmdline(json_t *object, const struct document *document, const struct task *task)
{
	char buffer[4096];
	const struct json_lookup *lookup = document->lookup;
	ssize_t length = lookup->cmdline(lookup->context, task->pid, buffer, sizeof(buffer));
	json_set_bytes(object, "cmdline", length >= 0 ? buffer : NULL);
}

static json_t *process(const struct document *document, const struct ranking_row *row)
{
	json_t *object = json_object();
	if (!object || !row) {
		json_decref(object);
		return json_null();
	}
	set_identity(object, document, row->task);
	set_badness(object, document, row);
	set_memory(object, document, row->task);
	set_cmdline(object, document, row->task);
	return object;
}

static json_t *era_names(const struct era *era)
{
	json_t *names = json_array();
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++)
		if (era_has(era, (enum era_flag)i))
			json_array_append_new(names, json_string(era_rows[i].name));
	return names;
}

static json_t *settings(const struct host_settings *vm)
{
	json_t *object = json_object();
	json_object_set_new(object, "overcommit_memory", setting_or_null(vm->overcommit_memory));
	json_object_set_new(object, "overcommit_ratio", setting_or_null(vm->overcommit_ratio));
	json_object_set_new(object, "panic_on_oom", setting_or_null(vm->panic_on_oom));
	json_object_set_new(
		object, "oom_kill_allocating_task", setting_or_null(vm->oom_kill_allocating_task));
	json_object_set_new(object, "oom_dump_tasks", setting_or_null(vm->oom_dump_tasks));
	json_object_set_new(object, "swappiness", setting_or_null(vm->swappiness));
	json_object_set_new(object, "min_free_kbytes", setting_or_null(vm->min_free_kbytes));
	return object;
}

void json_set_clocks(json_t *object, const struct host *host)
{
	json_object_set_new(object, "time_unix",
		host->time_unix > 0 ? json_real(host->time_unix) : json_null());
	json_object_set_new(object, "boot_s",
		host->boot_ms == UNKNOWN ? json_null() : json_real((double)host->boot_ms / 1000));
}

json_t *json_host(const struct host *host)
{
	const struct host_meminfo *meminfo = &host->meminfo;
	json_t *object = json_object();
	json_set_bytes(object, "kernel", host->kernel);
	json_object_set_new(object, "page_size", json_integer(host->page_size));
	json_object_set_new(object, "total_pages", json_integer(host->total_pages));
	json_object_set_new(object, "mem_total_kb", number_or_null(meminfo->mem_total));
	json_object_set_new(object, "mem_available_kb", number_or_null(meminfo->mem_available));
	json_object_set_new(object, "swap_total_kb", number_or_null(meminfo->swap_total));
	json_object_set_new(object, "swap_free_kb", number_or_null(meminfo->swap_free));
	json_object_set_new(object, "committed_kb", number_or_null(meminfo->committed));
	json_object_set_new(object, "commit_limit_kb", number_or_null(meminfo->commit_limit));
	json_object_set_new(object, "psi_some_avg10", psi_or_null(host->psi_memory.some.avg10));
	json_object_set_new(object, "psi_full_avg10", psi_or_null(host->psi_memory.full.avg10));
	json_object_set_new(object, "oom_kill", number_or_null(host->vmstat.oom_kill));
	json_object_set_new(object, "era", era_names(&host->era));
	json_object_set_new(object, "vm", settings(&host->vm));
	return object;
}

/* Nodes of a mask; bit 63 stands for all from 63 on and is given as 63. */
static json_t *node_list(uint64_t nodes)
{
	json_t *list = json_array();
	for (unsigned node = 0; node < 64; node++)
		if (nodes >> node & 1)
			json_array_append_new(list, json_integer(node));
	return list;
}

static json_t *domain_object(const struct domain *domain, const struct snapshot *snapshot)
{
	static const char *const kinds[] = {
		[DOMAIN_HOST] = "host", [DOMAIN_MEMCG] = "memcg", [DOMAIN_NODES] = "nodes"
	};
	bool memcg = domain->kind == DOMAIN_MEMCG;
	json_t *object = json_object();
	json_object_set_new(object, "kind", json_string(kinds[domain->kind]));
	json_set_bytes(object, "path", memcg ? snapshot->memcgs->rows[domain->memcg].path : NULL);
	json_object_set_new(object, "nodes",
		domain->kind == DOMAIN_NODES ? node_list(domain->nodes) : json_null());
	json_object_set_new(object, "totalpages", number_or_null(domain->totalpages));
	json_object_set_new(object, "limit_bytes",
		amount_known(domain->limit) ? json_integer((json_int_t)domain->limit.bytes)
					    : json_null());
	return object;
}

json_t *json_list(const struct snapshot *snapshot, const struct ranking *ranking,
	const struct ranking_row *const *rows, size_t count, const struct json_lookup *lookup)
{
	struct document document = { snapshot, ranking, lookup };
	json_t *object = json_object();
	json_t *processes = json_array();
	const struct host *host = &snapshot->host;
	json_object_set_new(object, "schema", json_string("oomspect.list/1"));
	json_set_clocks(object, host);
	json_object_set_new(object, "host", json_host(host));
	json_object_set_new(object, "domain", domain_object(&ranking->domain, snapshot));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(processes, process(&document, rows[i]));
	json_object_set_new(object, "processes", processes);
	return object;
}

enum { OUTSIDERS_SHOWN = 64 };

static json_t *dies_with(const struct document *document)
{
	const struct ranking *ranking = document->ranking;
	json_t *list = json_array();
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking_dies_with_victim(ranking, document->snapshot, &ranking->rows[i]))
			json_array_append_new(list, process(document, &ranking->rows[i]));
	struct ranking_row outside[OUTSIDERS_SHOWN];
	size_t count = ranking_outsiders(ranking, document->snapshot, outside, OUTSIDERS_SHOWN);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, process(document, &outside[i]));
	return list;
}

/* The next ones after those who die, at most five. */
static json_t *runners_up(const struct document *document)
{
	const struct ranking *ranking = document->ranking;
	json_t *list = json_array();
	for (size_t i = 0; i < ranking->killable && json_array_size(list) < 5; i++)
		if (i != ranking->victim &&
			!ranking_dies_with_victim(ranking, document->snapshot, &ranking->rows[i]))
			json_array_append_new(list, process(document, &ranking->rows[i]));
	return list;
}

static void set_outcome(json_t *object, const struct document *document)
{
	const struct ranking *ranking = document->ranking;
	bool predicted = ranking_prediction(ranking, document->snapshot) == PREDICTION_VICTIM;
	const struct ranking_row *victim = predicted ? ranking_victim(ranking) : NULL;
	json_object_set_new(object, "victim", process(document, victim));
	json_object_set_new(object, "dies_with", predicted ? dies_with(document) : json_array());
	json_object_set_new(object, "margin_pages",
		predicted ? number_or_null(ranking_margin(ranking, document->snapshot))
			  : json_null());
	json_object_set_new(object, "frees_kb",
		predicted ? number_or_null(ranking_frees_kb(ranking, document->snapshot))
			  : json_null());
}

static json_t *uncertain(unsigned bits)
{
	json_t *list = json_array();
	for (size_t i = 0; i < UNCERTAIN_COUNT; i++)
		if (bits >> i & 1)
			json_array_append_new(list, json_string(uncertainty_names[i]));
	return list;
}

static bool differ(const struct ranking *now, const struct ranking *at_oom)
{
	const struct ranking_row *a = ranking_victim(now), *b = ranking_victim(at_oom);
	return (a ? a->task->pid : 0) != (b ? b->task->pid : 0);
}

json_t *json_victim(const struct snapshot *snapshot, const struct ranking *now,
	const struct ranking *at_oom, const struct json_lookup *lookup)
{
	struct document document = { snapshot, now, lookup };
	struct document document_at_oom = { snapshot, at_oom, lookup };
	char why[1024];
	json_t *object = json_object();
	json_t *later = json_object();
	enum prediction prediction = ranking_prediction(now, snapshot);
	explain_victim(now, snapshot, why, sizeof(why));
	json_object_set_new(object, "schema", json_string("oomspect.victim/1"));
	json_object_set_new(object, "host", json_host(&snapshot->host));
	json_object_set_new(object, "domain", domain_object(&now->domain, snapshot));
	json_object_set_new(object, "prediction", string_or_null(prediction_names[prediction]));
	set_outcome(object, &document);
	json_object_set_new(object, "runners_up", runners_up(&document));
	json_set_bytes(object, "why", why);
	set_outcome(later, &document_at_oom);
	json_object_set_new(object, "at_oom", later);
	json_object_set_new(object, "differ", json_boolean(differ(now, at_oom)));
	json_object_set_new(object, "uncertain",
		uncertain(ranking_uncertainty(now, snapshot) |
			  ranking_uncertainty(at_oom, snapshot)));
	return object;
}
