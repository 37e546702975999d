#include "oomspect/json.h"

#include "oomspect/cgroup_figures.h"
#include "oomspect/explain.h"
#include "oomspect/memcg_name.h"

/* --- lists and victims ------------------------------------------------------------------------ */

#define TIME_MAX_S 1e12 /* no clock says more */

static void put_kb(struct json_out *out, const char *name, int64_t pages, int64_t page_size)
{
	json_out_known(out, name, pages == UNKNOWN ? UNKNOWN : pages * (page_size / 1024));
}

static void put_tenths(struct json_out *out, const char *name, int64_t value)
{
	json_out_decimal(out, name, value, 1);
}

static void put_psi(struct json_out *out, const char *name, int64_t hundredths)
{
	if (hundredths == UNKNOWN)
		json_out_null(out, name);
	else
		json_out_decimal(out, name, hundredths, 2);
}

static void put_setting(struct json_out *out, const char *name, int64_t value)
{
	if (value == UNKNOWN_SIGNED)
		json_out_null(out, name);
	else
		json_out_integer(out, name, value);
}

/* What documents are made from. */
struct document {
	struct json_out *out;
	const struct snapshot *snapshot;
	const struct outlook *outlook;
	const struct json_lookup *lookup;
};

static void put_identity(const struct document *document, const struct task *task)
{
	const struct json_lookup *lookup = document->lookup;
	struct json_out *out = document->out;
	char state[2] = { task->state, '\0' };
	bool read = task->state != '?'; /* its stat: nothing of it may be told with hidepid=1 */
	bool uid_known = task->uid != UID_UNKNOWN;
	json_out_integer(out, "pid", task->pid);
	json_out_known(out, "ppid", read ? task->ppid : UNKNOWN);
	json_out_integer(out, "tgid", task->pid);
	json_out_known(out, "uid", uid_known ? (int64_t)task->uid : UNKNOWN);
	json_out_text(out, "user", uid_known ? lookup->user(lookup->context, task->uid) : NULL);
	json_out_text(out, "comm", read || task->comm[0] ? task->comm : NULL);
	json_out_text(out, "state", read ? state : NULL);
	json_out_known(out, "start_ticks", read ? (int64_t)task->start_ticks : UNKNOWN);
	json_out_text(out, "cgroup", snapshot_cgroup(document->snapshot, task));
}

static void put_part(struct json_out *out, const char *name, bool known, int64_t tenths)
{
	if (known)
		put_tenths(out, name, tenths);
	else
		json_out_null(out, name);
}

/* MEM, ADJ and BAD of the screen. */
static void put_share(const struct document *document, const struct ranking_row *row)
{
	struct badness_share share = { 0, 0, 0 };
	bool known = outlook_share(document->outlook, row, &share);
	put_part(document->out, "mem_permille", known, share.mem);
	put_part(document->out, "adj_permille", known && row->task->adj_known, share.adj);
	put_part(
		document->out, "badness_permille", known && points_can_die(row->points), share.bad);
}

static void put_badness(const struct document *document, const struct ranking_row *row)
{
	struct json_out *out = document->out;
	bool unknown = row->unkillable == UNKILLABLE_UNKNOWN;
	size_t rank = outlook_rank(document->outlook, row);
	int64_t pages = 0;
	bool in_pages = points_in_pages(&document->snapshot->host.era, row->points, &pages);
	json_out_known(out, "oom_score", row->task->oom_score);
	json_out_known(out, "oom_score_predicted", row->oom_score);
	json_out_number(out, "oom_score_adj", row->task->adj_known, row->oom_score_adj);
	json_out_number(out, "badness_pages", in_pages, pages);
	put_share(document, row);
	json_out_number(out, "rank", rank > 0, (int64_t)rank);
	json_out_text(out, "unkillable", unknown ? NULL : unkillable_names[row->unkillable]);
}

static void put_memory(const struct document *document, const struct task *task)
{
	struct json_out *out = document->out;
	int64_t page_size = document->snapshot->host.page_size;
	int64_t pmd_kb = task->pmd_kb == UNKNOWN ? 0 : task->pmd_kb;
	put_kb(out, "rss_kb", task->rss_pages, page_size);
	put_kb(out, "rss_anon_kb", task->rss_anon_pages, page_size);
	put_kb(out, "rss_file_kb", task->rss_file_pages, page_size);
	put_kb(out, "rss_shmem_kb", task->rss_shmem_pages, page_size);
	put_kb(out, "swap_kb", task->swap_pages, page_size);
	json_out_number(out, "pgtables_kb", task->pte_kb != UNKNOWN, task->pte_kb + pmd_kb);
}

/* A command line may be long: most of it is not. */
static void put_cmdline(const struct document *document, const struct task *task)
{
	char buffer[4096];
	const struct json_lookup *lookup = document->lookup;
	ssize_t length = lookup->cmdline(lookup->context, task->pid, buffer, sizeof(buffer));
	json_out_text(document->out, "cmdline", length >= 0 ? buffer : NULL);
}

static void put_process(
	const struct document *document, const char *name, const struct ranking_row *row)
{
	if (!row) {
		json_out_null(document->out, name);
		return;
	}
	json_out_begin(document->out, name, '{');
	put_identity(document, row->task);
	put_badness(document, row);
	put_memory(document, row->task);
	put_cmdline(document, row->task);
	json_out_end(document->out, '}');
}

static void put_era(struct json_out *out, const struct era *era)
{
	json_out_begin(out, "era", '[');
	for (size_t i = 0; i < ERA_FLAG_COUNT; i++)
		if (era_has(era, (enum era_flag)i))
			json_out_text(out, NULL, era_rows[i].name);
	json_out_end(out, ']');
}

static void put_settings(struct json_out *out, const struct host_settings *vm)
{
	json_out_begin(out, "vm", '{');
	put_setting(out, "overcommit_memory", vm->overcommit_memory);
	put_setting(out, "overcommit_ratio", vm->overcommit_ratio);
	put_setting(out, "panic_on_oom", vm->panic_on_oom);
	put_setting(out, "oom_kill_allocating_task", vm->oom_kill_allocating_task);
	put_setting(out, "oom_dump_tasks", vm->oom_dump_tasks);
	put_setting(out, "swappiness", vm->swappiness);
	put_setting(out, "min_free_kbytes", vm->min_free_kbytes);
	json_out_end(out, '}');
}

void json_put_clocks(struct json_out *out, const struct host *host)
{
	/* In 10 us: a double tells no more of this century. */
	bool known = host->time_unix > 0 && host->time_unix < TIME_MAX_S;
	if (known)
		json_out_decimal(out, "time_unix", (int64_t)(host->time_unix * 1e5 + 0.5), 5);
	else
		json_out_null(out, "time_unix");
	if (host->boot_ms == UNKNOWN)
		json_out_null(out, "boot_s");
	else
		json_out_decimal(out, "boot_s", host->boot_ms, 3);
}

void json_put_host(struct json_out *out, const struct host *host)
{
	const struct host_meminfo *meminfo = &host->meminfo;
	json_out_begin(out, "host", '{');
	json_out_text(out, "kernel", host->kernel);
	json_out_integer(out, "page_size", host->page_size);
	json_out_known(out, "total_pages", host->total_pages);
	json_out_known(out, "mem_total_kb", meminfo->mem_total);
	json_out_known(out, "mem_available_kb", meminfo->mem_available);
	json_out_known(out, "swap_total_kb", meminfo->swap_total);
	json_out_known(out, "swap_free_kb", meminfo->swap_free);
	json_out_known(out, "committed_kb", meminfo->committed);
	json_out_known(out, "commit_limit_kb", meminfo->commit_limit);
	put_psi(out, "psi_some_avg10", host->psi_memory.some.avg10);
	put_psi(out, "psi_full_avg10", host->psi_memory.full.avg10);
	json_out_known(out, "oom_kill", host->vmstat.oom_kill);
	put_era(out, &host->era);
	put_settings(out, &host->vm);
	json_out_end(out, '}');
}

/* Nodes of a mask; bit 63 stands for all from 63 on and is given as 63. */
static void put_nodes(struct json_out *out, uint64_t nodes)
{
	json_out_begin(out, "nodes", '[');
	for (unsigned node = 0; node < 64; node++)
		if (nodes >> node & 1)
			json_out_integer(out, NULL, node);
	json_out_end(out, ']');
}

static void put_domain(
	struct json_out *out, const struct domain *domain, const struct snapshot *snapshot)
{
	static const char *const kinds[] = {
		[DOMAIN_HOST] = "host", [DOMAIN_MEMCG] = "memcg", [DOMAIN_NODES] = "nodes"
	};
	bool memcg = domain->kind == DOMAIN_MEMCG;
	json_out_begin(out, "domain", '{');
	json_out_text(out, "kind", kinds[domain->kind]);
	json_out_text(out, "path", memcg ? snapshot->memcgs->rows[domain->memcg].path : NULL);
	if (domain->kind == DOMAIN_NODES)
		put_nodes(out, domain->nodes);
	else
		json_out_null(out, "nodes");
	json_out_known(out, "totalpages", domain->totalpages);
	json_out_number(
		out, "limit_bytes", amount_known(domain->limit), (int64_t)domain->limit.bytes);
	json_out_end(out, '}');
}

void json_put_uncertain(struct json_out *out, unsigned bits)
{
	json_out_begin(out, "uncertain", '[');
	for (size_t i = 0; i < UNCERTAIN_COUNT; i++)
		if (bits >> i & 1)
			json_out_text(out, NULL, uncertainty_names[i]);
	json_out_end(out, ']');
}

void json_list(FILE *file, const struct outlook *outlook, const struct ranking_row *const *rows,
	size_t count, const struct json_lookup *lookup)
{
	const struct snapshot *snapshot = outlook->snapshot;
	struct json_out out = json_out_to(file);
	struct document document = { &out, snapshot, outlook, lookup };
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "schema", "oomspect.list/2");
	json_put_clocks(&out, &snapshot->host);
	json_put_host(&out, &snapshot->host);
	put_domain(&out, &outlook->ranking.domain, snapshot);
	json_out_text(&out, "moment", moment_names[outlook->ranking.moment]);
	json_put_uncertain(&out, outlook->uncertain);
	json_out_begin(&out, "processes", '[');
	for (size_t i = 0; i < count && !ferror(file); i++)
		put_process(&document, NULL, rows[i]);
	json_out_end(&out, ']');
	json_out_end(&out, '}');
	json_out_finish(&out);
}

static void put_dies_with(const struct document *document)
{
	const struct outlook *outlook = document->outlook;
	const struct ranking *ranking = &outlook->ranking;
	json_out_begin(document->out, "dies_with", '[');
	for (size_t i = 0; i < ranking->count; i++)
		if (ranking->rows[i].dies_along)
			put_process(document, NULL, &ranking->rows[i]);
	for (size_t i = 0; i < outlook->outsider_count; i++)
		put_process(document, NULL, &outlook->outsiders[i]);
	json_out_end(document->out, ']');
}

/* The next ones after those who die, at most five. */
static void put_runners_up(const struct document *document)
{
	const struct outlook *outlook = document->outlook;
	const struct ranking *ranking = &outlook->ranking;
	size_t shown = 0;
	json_out_begin(document->out, "runners_up", '[');
	for (size_t i = 1; outlook->victim && i < ranking->killable && shown < 5; i++) {
		if (ranking->rows[i].dies_along)
			continue;
		put_process(document, NULL, &ranking->rows[i]);
		shown++;
	}
	json_out_end(document->out, ']');
}

static void put_outcome(const struct document *document)
{
	const struct outlook *outlook = document->outlook;
	const struct lead *lead = &outlook->lead;
	struct json_out *out = document->out;
	int64_t page_size = document->snapshot->host.page_size;
	bool in_pages = lead->known && lead->in_pages;
	put_process(document, "victim", outlook->victim);
	put_dies_with(document);
	json_out_number(out, "margin_pages", in_pages, lead->pages);
	json_out_number(out, "margin_bytes", in_pages, lead->pages * page_size);
	json_out_number(out, "frees_kb", outlook->victim != NULL, freed_kb(outlook->frees));
}

void json_victim(FILE *file, const struct outlook *outlook, const struct outlook *other,
	const struct json_lookup *lookup)
{
	const struct outlook *now = outlook->ranking.moment == MOMENT_NOW ? outlook : other;
	const struct snapshot *snapshot = outlook->snapshot;
	struct json_out out = json_out_to(file);
	struct document document = { &out, snapshot, outlook, lookup };
	struct document document_now = { &out, snapshot, now, lookup };
	char why[4096];
	explain_victim(outlook, why, sizeof(why));
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "schema", "oomspect.victim/2");
	json_put_host(&out, &snapshot->host);
	put_domain(&out, &outlook->ranking.domain, snapshot);
	json_out_text(&out, "moment", moment_names[outlook->ranking.moment]);
	json_out_text(&out, "prediction", prediction_names[outlook->prediction]);
	put_outcome(&document);
	put_runners_up(&document);
	json_out_text(&out, "why", why);
	json_out_begin(&out, "now", '{');
	put_outcome(&document_now);
	json_out_end(&out, '}');
	json_out_bool(&out, "differ", outlook_differs(outlook, other));
	json_put_uncertain(&out, outlook->uncertain);
	json_out_end(&out, '}');
	json_out_finish(&out);
}

/* --- memory cgroups --------------------------------------------------------------------------- */

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

static void put_whose(struct json_out *out, const struct memcg_tree *tree, const struct memcg *row)
{
	bool visible = row->limited_by >= 0;
	json_out_text(out, "limited_by", visible ? tree->rows[row->limited_by].path : NULL);
	json_out_bool(out, "limit_hidden", row->limit_hidden);
}

static void put_hundredths(struct json_out *out, const char *name, int64_t value)
{
	if (value == UNKNOWN)
		json_out_null(out, name);
	else
		json_out_decimal(out, name, value, 2);
}

static void put_figure(
	struct json_out *out, const struct cgroup_figure *figure, const struct memcg *row)
{
	const void *field = (const char *)row + figure->field;
	switch (figure->kind) {
	case FIGURE_BYTES:
	case FIGURE_LIMIT:
		put_bytes(out, figure->json, *(const struct amount *)field);
		break;
	case FIGURE_COUNT:
		json_out_known(out, figure->json, *(const int64_t *)field);
		break;
	case FIGURE_FLAG:
		put_flag(out, figure->json, *(const int8_t *)field);
		break;
	case FIGURE_HUNDREDTHS:
		put_hundredths(out, figure->json, *(const int64_t *)field);
		break;
	}
}

static void put_figures(
	struct json_out *out, const struct memcg_tree *tree, const struct memcg *row)
{
	for (size_t i = 0; i < cgroup_figure_count; i++) {
		put_figure(out, &cgroup_figures[i], row);
		if (cgroup_figures[i].kind == FIGURE_LIMIT)
			put_whose(out, tree, row);
	}
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
	put_figures(out, tree, row);
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
