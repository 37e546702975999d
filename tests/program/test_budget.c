/* What the live screen may cost whoever sits before it: bytes a refresh, and how long a key takes
 * while processes are read. The limits leave room for a machine that is busy; what is reached on a
 * quiet one, and with 10,000 processes, is for tests/bench/screen.c to say. */
#include "support.h"
#include "support_enclosure.h"
#include "support_meter.h"

#include <stdlib.h>
#include <unistd.h>

#define WARM_MS       2500
#define REFRESHES_MS  8000
#define REFRESHES_MAX 32
#define TOLERANCE     1.15 /* chance decides how many rows change */
#define PRESSES       300
#define APART_MS      20

static void start(struct terminal *terminal, int rows, int cols, const struct enclosure *enclosure)
{
	static char built[] = "build/oomspect";
	char *program = getenv("OOMSPECT");
	char *argv[] = { program ? program : built, (char[]){ "-d1" },
		(char[]){ "--log=/dev/null" }, (char[]){ "--config=/dev/null" }, NULL };
	struct terminal_options options = { .enter = enclosure_enter, .context = enclosure };
	if (!enclosure_possible())
		skip_because("a pid namespace cannot be made here");
	terminal_start(terminal, rows, cols, &options, argv);
	terminal_wait_for(terminal, " rows ");
}

struct budget {
	const char *claim;
	int rows, cols;
	struct enclosure around;
	double bytes; /* of the refresh in the middle */
};

static const struct budget budgets[] = {
	{ "80x24, every row changes its place", 24, 80, { 70, 20 }, 1200 },
	{ "200x50, every row changes its place", 50, 200, { 70, 20 }, 2000 },
	{ "80x24, nothing changes", 24, 80, { 90, 0 }, 300 },
	{ "200x50, nothing changes", 50, 200, { 90, 0 }, 300 },
};

static void keeps_to_its_budget(void **state)
{
	const struct budget *budget = *state;
	double sizes[REFRESHES_MAX];
	struct terminal terminal;
	start(&terminal, budget->rows, budget->cols, &budget->around);
	terminal_read(&terminal, WARM_MS);
	size_t count = meter_refreshes(&terminal, REFRESHES_MS, sizes, REFRESHES_MAX);
	terminal_release(&terminal);
	struct figures figures = figures_of(sizes, count);
	print_message("%.0f bytes a refresh, at most %.0f\n", figures.median, figures.max);
	assert_true(figures.median <= budget->bytes * TOLERANCE);
}

static void a_key_is_answered_while_2000_processes_are_read(void **state)
{
	static const struct enclosure around = { .asleep = 2000 };
	double ms[PRESSES];
	struct terminal terminal;
	(void)state;
	start(&terminal, 24, 80, &around);
	meter_keys(&terminal, ms, PRESSES, APART_MS);
	terminal_release(&terminal);
	struct figures figures = figures_of(ms, PRESSES);
	print_message("%.1f ms in the middle, nine of ten in %.1f, at most %.1f\n", figures.median,
		figures.p90, figures.max);
	assert_true(figures.p90 < 50);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_answered_while_2000_processes_are_read),
	};
	return run_rows("budgets", budgets, keeps_to_its_budget) +
	       cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
