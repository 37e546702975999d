#include "oomspect/metrics.h"

#include "oomspect/safe_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A value without a sample. */
#define ABSENT NAN

static void write_value(FILE *out, double value)
{
	if (isinf(value))
		fputs(" +Inf\n", out);
	else
		fprintf(out, " %.17g\n", value);
}

static void write_piece(FILE *out, const char *piece)
{
	for (; *piece; piece++) {
		if (*piece == '\\' || *piece == '"')
			fputc('\\', out);
		fputc(*piece, out);
	}
}

/* A label value: what cannot be shown is spelled, but for a newline: the format has a form for it,
 * as for backslash and quote. */
static void write_label(FILE *out, const char *name, const char *value)
{
	char piece[SAFE_TEXT_MAX];
	struct text rest = text_of(value);
	fprintf(out, "%s=\"", name);
	while (rest.len) {
		if (text_skip(&rest, "\n")) {
			fputs("\\n", out);
			continue;
		}
		safe_text_next(&rest, piece);
		write_piece(out, piece);
	}
	fputc('"', out);
}

static void write_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static double bytes_of_kb(int64_t kb)
{
	return kb == UNKNOWN ? ABSENT : (double)kb * 1024;
}

static double count_or_absent(int64_t count)
{
	return count == UNKNOWN ? ABSENT : (double)count;
}

static double ratio_of_hundredths(int64_t hundredths)
{
	return hundredths == UNKNOWN ? ABSENT : (double)hundredths / 10000;
}

/* No limit is +Inf: usage / limit is then 0, as it should be. */
static double bytes_of_amount(struct amount amount)
{
	if (amount.kind == AMOUNT_UNLIMITED)
		return INFINITY;
	return amount_known(amount) ? (double)amount.bytes : ABSENT;
}

/* --- the machine */

static double mem_total(const struct host *host)
{
	return bytes_of_kb(host->meminfo.mem_total);
}

static double mem_available(const struct host *host)
{
	return bytes_of_kb(host->meminfo.mem_available);
}

static double swap_total(const struct host *host)
{
	return bytes_of_kb(host->meminfo.swap_total);
}

static double swap_free(const struct host *host)
{
	return bytes_of_kb(host->meminfo.swap_free);
}

static double committed(const struct host *host)
{
	return bytes_of_kb(host->meminfo.committed);
}

static double commit_limit(const struct host *host)
{
	return bytes_of_kb(host->meminfo.commit_limit);
}

static double psi_some(const struct host *host)
{
	return ratio_of_hundredths(host->psi_memory.some.avg10);
}

static double psi_full(const struct host *host)
{
	return ratio_of_hundredths(host->psi_memory.full.avg10);
}

static double oom_kill(const struct host *host)
{
	return count_or_absent(host->vmstat.oom_kill);
}

static const struct host_family {
	const char *name, *type, *help;
	double (*value)(const struct host *host);
} host_families[] = {
	{ "oomspect_mem_total_bytes", "gauge", "RAM that the kernel manages.", mem_total },
	{ "oomspect_mem_available_bytes", "gauge", "MemAvailable.", mem_available },
	{ "oomspect_swap_total_bytes", "gauge", "Size of all swap.", swap_total },
	{ "oomspect_swap_free_bytes", "gauge", "Unused swap.", swap_free },
	{ "oomspect_committed_bytes", "gauge", "Committed_AS.", committed },
	{ "oomspect_commit_limit_bytes", "gauge", "CommitLimit.", commit_limit },
	{ "oomspect_pressure_memory_some_ratio", "gauge",
		"Share of the last 10 s in which some task waited for memory.", psi_some },
	{ "oomspect_pressure_memory_full_ratio", "gauge",
		"Share of the last 10 s in which all tasks waited for memory.", psi_full },
	{ "oomspect_oom_kill_total", "counter", "Processes killed by the OOM killer since boot.",
		oom_kill },
};

static void write_host(FILE *out, const struct host *host)
{
	for (size_t i = 0; i < sizeof(host_families) / sizeof(host_families[0]); i++) {
		const struct host_family *family = &host_families[i];
		double value = family->value(host);
		if (isnan(value))
			continue;
		write_head(out, family->name, family->type, family->help);
		fputs(family->name, out);
		write_value(out, value);
	}
}

/* --- memory cgroups */

static double usage(const struct memcg *memcg)
{
	return bytes_of_amount(memcg->usage);
}

static double limit(const struct memcg *memcg)
{
	return bytes_of_amount(memcg->limit);
}

static double effective_limit(const struct memcg *memcg)
{
	return bytes_of_amount(memcg->effective_limit);
}

static double headroom(const struct memcg *memcg)
{
	return bytes_of_amount(memcg->headroom);
}

static double unreclaimable(const struct memcg *memcg)
{
	return bytes_of_amount(memcg->unreclaimable);
}

static double memcg_oom_kill(const struct memcg *memcg)
{
	return count_or_absent(memcg->events.oom_kill);
}

static const struct memcg_family {
	const char *name, *type, *help;
	double (*value)(const struct memcg *memcg);
} memcg_families[] = {
	{ "oomspect_cgroup_usage_bytes", "gauge", "Memory charged to the cgroup and below.",
		usage },
	{ "oomspect_cgroup_limit_bytes", "gauge", "Limit set on the cgroup itself.", limit },
	{ "oomspect_cgroup_effective_limit_bytes", "gauge",
		"Limit of the level that binds, own or an ancestor's.", effective_limit },
	{ "oomspect_cgroup_headroom_bytes", "gauge", "What is left below the limit that binds.",
		headroom },
	{ "oomspect_cgroup_unreclaimable_bytes", "gauge",
		"Usage that reclaim cannot drop: an estimate.", unreclaimable },
	{ "oomspect_cgroup_oom_kill_total", "counter", "OOM kills counted by the cgroup.",
		memcg_oom_kill },
};

static void write_memcg_family(
	FILE *out, const struct memcg_tree *tree, const struct memcg_family *family)
{
	bool headed = false;
	for (size_t row = 0; row < tree->count; row++) {
		double value = family->value(&tree->rows[row]);
		if (isnan(value))
			continue;
		if (!headed)
			write_head(out, family->name, family->type, family->help);
		headed = true;
		fprintf(out, "%s{", family->name);
		write_label(out, "path", tree->rows[row].path);
		fputc('}', out);
		write_value(out, value);
	}
}

/* --- next victims */

static void write_info(FILE *out, const char *domain, const struct task *task)
{
	fputs("oomspect_next_victim_info{", out);
	write_label(out, "domain", domain);
	fprintf(out, ",pid=\"%d\",", (int)task->pid);
	write_label(out, "comm", task->comm);
	fputs("} 1\n", out);
}

static void write_ratio(FILE *out, const char *domain, int64_t points, int64_t totalpages)
{
	if (totalpages <= 0)
		return;
	fputs("oomspect_next_victim_badness_ratio{", out);
	write_label(out, "domain", domain);
	fprintf(out, "} %.6f\n", (double)points / (double)totalpages);
}

static bool has_victim(
	const struct snapshot *snapshot, const struct memcg_victims *victims, size_t row)
{
	return amount_known(snapshot->memcgs->rows[row].limit) && victims->rows[row].task;
}

/* What the two families of next victims are written from. */
struct next_victims {
	const struct snapshot *snapshot;
	const struct ranking *machine;
	const struct memcg_victims *victims; /* NULL: there are no cgroups */
};

static bool host_has_victim(const struct next_victims *next)
{
	return ranking_prediction(next->machine, next->snapshot) == PREDICTION_VICTIM &&
	       ranking_victim(next->machine);
}

static bool any_victim(const struct next_victims *next)
{
	bool any = host_has_victim(next);
	for (size_t row = 0; next->victims && row < next->victims->count; row++)
		any |= has_victim(next->snapshot, next->victims, row);
	return any;
}

/* Domains are "host" and the path of every memory cgroup that has a limit of its own. */
static void write_infos(FILE *out, const struct next_victims *next)
{
	const struct memcg_victims *victims = next->victims;
	write_head(out, "oomspect_next_victim_info", "gauge", "Whom the kernel would kill now.");
	if (host_has_victim(next))
		write_info(out, "host", ranking_victim(next->machine)->task);
	for (size_t row = 0; victims && row < victims->count; row++)
		if (has_victim(next->snapshot, victims, row))
			write_info(out, next->snapshot->memcgs->rows[row].path,
				victims->rows[row].task);
}

static void write_ratios(FILE *out, const struct next_victims *next)
{
	const struct memcg_victims *victims = next->victims;
	const struct memcg_tree *tree = next->snapshot->memcgs;
	write_head(out, "oomspect_next_victim_badness_ratio", "gauge",
		"Badness of the next victim as a share of its domain.");
	if (host_has_victim(next))
		write_ratio(out, "host", ranking_victim(next->machine)->points,
			next->machine->domain.totalpages);
	for (size_t row = 0; victims && row < victims->count; row++)
		if (has_victim(next->snapshot, victims, row))
			write_ratio(out, tree->rows[row].path, victims->rows[row].points,
				memcg_totalpages(tree, (int32_t)row, &next->snapshot->host));
}

void metrics_write(FILE *out, const struct snapshot *snapshot, const struct ranking *machine,
	const struct memcg_victims *victims)
{
	write_host(out, &snapshot->host);
	for (size_t i = 0; i < sizeof(memcg_families) / sizeof(memcg_families[0]); i++)
		write_memcg_family(out, snapshot->memcgs, &memcg_families[i]);
	const struct next_victims next = { snapshot, machine, victims };
	if (any_victim(&next)) {
		write_infos(out, &next);
		write_ratios(out, &next);
	}
}
