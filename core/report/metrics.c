#include "oomspect/metrics.h"

#include "oomspect/array.h"
#include "oomspect/cgroup_figures.h"
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
	for (size_t i = 0; i < ARRAY_SIZE(host_families); i++) {
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

static double value_of(const struct cgroup_figure *figure, const struct memcg *row)
{
	const void *field = (const char *)row + figure->field;
	if (figure->kind == FIGURE_COUNT)
		return count_or_absent(*(const int64_t *)field);
	return bytes_of_amount(*(const struct amount *)field);
}

static void write_figure(FILE *out, const struct memcg_tree *tree, const bool *chosen,
	const struct cgroup_figure *figure)
{
	const char *type = figure->kind == FIGURE_COUNT ? "counter" : "gauge";
	bool headed = false;
	for (size_t row = 0; row < tree->count; row++) {
		double value = value_of(figure, &tree->rows[row]);
		if (isnan(value) || (chosen && !chosen[row]))
			continue;
		if (!headed)
			write_head(out, figure->metric, type, figure->help);
		headed = true;
		fprintf(out, "%s{", figure->metric);
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

/* One domain of the families of next victims. */
struct next_victim {
	const char *domain; /* "host", or the path of a memory cgroup */
	const struct task *task;
	struct badness_share share; /* of the domain's totalpages */
	unsigned uncertain;
};

typedef void next_writer(FILE *out, const struct next_victim *next);

static void write_ratio(FILE *out, const struct next_victim *next)
{
	fputs("oomspect_next_victim_badness_ratio{", out);
	write_label(out, "domain", next->domain);
	fprintf(out, "} %.6f\n", (double)next->share.bad / 10000);
}

static void write_next(FILE *out, const struct next_victim *next)
{
	write_info(out, next->domain, next->task);
}

static void write_uncertain(FILE *out, const struct next_victim *next)
{
	for (size_t i = 0; i < UNCERTAIN_COUNT; i++) {
		if (!(next->uncertain >> i & 1))
			continue;
		fputs("oomspect_next_victim_uncertain{", out);
		write_label(out, "domain", next->domain);
		fprintf(out, ",reason=\"%s\"} 1\n", uncertainty_names[i]);
	}
}

static const struct next_family {
	const char *name, *help;
	next_writer *write;
	bool needs_victim; /* else it needs a doubt */
} next_families[] = {
	{ "oomspect_next_victim_info", "The process that the kernel would kill.", write_next,
		true },
	{ "oomspect_next_victim_badness_ratio",
		"Badness of the next victim as a share of its domain.", write_ratio, true },
	{ "oomspect_next_victim_uncertain",
		"What /proc cannot decide about the next victim of a domain.", write_uncertain,
		false },
};

/* The domain of the host is -1, of a row of the tree its index. False: the family has no sample for
 * it. */
static bool next_of(const struct outlook *host, const struct memcg_victims *victims, long domain,
	struct next_victim *ret)
{
	const struct ranking_row *row = outlook_next(host);
	if (domain < 0) {
		*ret = (struct next_victim){ "host", row ? row->task : NULL, { 0, 0, 0 },
			host->uncertain };
		return host->ranking.domain.kind == DOMAIN_HOST &&
		       (!row || outlook_share(host, row, &ret->share));
	}
	const struct memcg *memcg = &host->snapshot->memcgs->rows[domain];
	const struct memcg_victim *victim = &victims->rows[domain];
	*ret = (struct next_victim){ memcg->path, victim->task, victim->share, victim->uncertain };
	return amount_known(memcg->limit);
}

/* Domains are "host" and the path of every memory cgroup that has a limit of its own. */
static void write_next_family(FILE *out, const struct outlook *host,
	const struct memcg_victims *victims, const bool *chosen, const struct next_family *family)
{
	bool headed = false;
	long count = victims ? (long)victims->count : 0;
	for (long domain = -1; domain < count; domain++) {
		struct next_victim next;
		if ((domain >= 0 && chosen && !chosen[domain]) ||
			!next_of(host, victims, domain, &next) ||
			!(family->needs_victim ? next.task != NULL : next.uncertain != 0))
			continue;
		if (!headed)
			write_head(out, family->name, "gauge", family->help);
		headed = true;
		family->write(out, &next);
	}
}

void metrics_write(FILE *out, const struct outlook *host, const struct memcg_victims *victims,
	const bool *chosen)
{
	write_host(out, &host->snapshot->host);
	for (size_t i = 0; i < cgroup_figure_count; i++)
		if (cgroup_figures[i].metric)
			write_figure(out, host->snapshot->memcgs, chosen, &cgroup_figures[i]);
	for (size_t i = 0; i < ARRAY_SIZE(next_families); i++)
		write_next_family(out, host, victims, chosen, &next_families[i]);
}
