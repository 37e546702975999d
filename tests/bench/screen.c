/* What the live screen costs whoever sits before it: from a key to its effect, and bytes a refresh.
 * usage: tests/bench/screen [PROCESSES [PRESSES]]    (10000 1000; root, for a namespace)
 *
 * Runs the program ($OOMSPECT, build/oomspect) on a terminal in a pid namespace of its own, with
 * so many processes asleep, or with 20 that churn. Wants a machine that does nothing else. */
#include "../support_enclosure.h"
#include "../support_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define APART_MS      200
#define REFRESHES_MS  30000
#define REFRESHES_MAX 64
#define PRESSES_MAX   100000
#define FEW_PROCESSES 90

static void start(struct terminal *terminal, int rows, int cols, const char *delay,
	const struct enclosure *enclosure)
{
	const char *built = getenv("OOMSPECT");
	char program[4096], option[32];
	char *argv[] = { program, option, (char[]){ "--config=/dev/null" }, NULL };
	struct terminal_options options = { .enter = enclosure_enter, .context = enclosure };
	snprintf(program, sizeof(program), "%s", built ? built : "build/oomspect");
	snprintf(option, sizeof(option), "-d%s", delay);
	terminal_start(terminal, rows, cols, &options, argv);
	terminal_wait_for(terminal, " rows ");
}

static void keys(size_t asleep, size_t presses, const char *delay)
{
	static double ms[PRESSES_MAX];
	struct enclosure enclosure = { .asleep = asleep };
	struct terminal terminal;
	start(&terminal, 24, 80, delay, &enclosure);
	meter_keys(&terminal, ms, 20, APART_MS); /* what is done once only */
	meter_keys(&terminal, ms, presses, APART_MS);
	struct figures figures = figures_of(ms, presses);
	printf("%6zu asleep, delay %s s, %zu keys: median %.2f, p90 %.2f, p99 %.2f, most %.2f ms\n",
		asleep, delay, presses, figures.median, figures.p90, figures.p99, figures.max);
	fflush(stdout);
	terminal_release(&terminal);
}

static void bytes(int rows, int cols, const struct enclosure *enclosure)
{
	double sizes[REFRESHES_MAX];
	struct terminal terminal;
	start(&terminal, rows, cols, "1", enclosure);
	terminal_read(&terminal, 5000);
	struct figures figures =
		figures_of(sizes, meter_refreshes(&terminal, REFRESHES_MS, sizes, REFRESHES_MAX));
	printf("%dx%d, %zu asleep, %zu churning, %zu refreshes: median %.0f, mean %.0f, most %.0f "
	       "bytes\n",
		cols, rows, enclosure->asleep, enclosure->churning, figures.count, figures.median,
		figures.mean, figures.max);
	fflush(stdout);
	terminal_release(&terminal);
}

static void print_load(void)
{
	double load;
	if (getloadavg(&load, 1) == 1)
		printf("%ld CPUs, load average %.2f\n", sysconf(_SC_NPROCESSORS_ONLN), load);
}

int main(int argc, char *argv[])
{
	static const struct enclosure churning = { 70, 20 }, still = { FEW_PROCESSES, 0 };
	size_t processes = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	size_t presses = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	if (presses > PRESSES_MAX)
		presses = PRESSES_MAX;
	if (!enclosure_possible()) {
		fprintf(stderr, "no namespace can be made here\n");
		return 1;
	}
	print_load();
	if (presses) {
		keys(FEW_PROCESSES, presses, "1");
		keys(processes, presses, "1");
		keys(processes, presses, "3");
	}
	bytes(24, 80, &churning);
	bytes(50, 200, &churning);
	bytes(24, 80, &still);
	bytes(50, 200, &still);
	print_load();
	return 0;
}
