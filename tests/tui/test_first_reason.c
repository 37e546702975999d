/* What ran out first is what is said: failures that follow from it, or from the same want, do not
 * take its place. Memory is refused to all arrays that grow. */
#include "support.h"
#include "support_machine.h"
#include "support_view.h"

#include "model/adjust.h"
#include "view/state.h"
#include "view/status.h"

#include <stdlib.h>
#include <string.h>

static bool refuses;

/* These stand before those of the C library. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define REFUSES_ALL 1
extern void *__libc_realloc(void *memory, size_t size);

void *realloc(void *memory, size_t size)
{
	return refuses ? NULL : __libc_realloc(memory, size);
}
#else
#define REFUSES_ALL 0
#endif

void *reallocarray(void *array, size_t count, size_t size)
{
	size_t bytes;
	if (refuses || __builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return realloc(array, bytes);
}

static void a_dialog_says_what_it_could_not_do_first(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	keys(app, "ga");
	draw(app, 50, 160);
	assert_int_equal(app->acting.dialog, DIALOG_ADJUST);
	struct err err = { 0 };
	refuses = true;
	enum err_code code = adjust_toggle_descendants(&app->acting.adjust, &err);
	refuses = false;
	assert_int_equal(code, ERR_NO_MEMORY);
	assert_non_null(strstr(err.text, "cannot select processes"));
	assert_false(app->acting.adjust.with_descendants);
}

/* So many more that every table has to grow. */
static void add_processes(const struct fixture *fixture)
{
	for (int pid = 20000; pid < 20300; pid++)
		machine_add_process(fixture->path, pid, "more");
}

static void a_screen_says_what_it_could_not_show_first(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	if (!REFUSES_ALL)
		skip_because("the sanitizer's allocator cannot be stood before");
	keys(app, "\\java\r"); /* a filter: names are matched before the list is made */
	draw(app, 50, 160);
	add_processes(fixture);
	assert_int_equal(sampler_sample(&app->model.watch.sampler, NULL), ERR_OK);
	assert_int_equal(watch_rank(&app->model.watch, NULL), ERR_OK);
	app->clock.now_ms += 3000;
	refuses = true;
	state_relist(app);
	refuses = false;
	assert_non_null(strstr(app->status.message, "cannot find among "));
}

static void a_later_failure_is_said_as_well(void **state)
{
	struct fixture *fixture = *state;
	struct app *app = &fixture->app;
	struct err first, second;
	err_set(&first, ERR_NO_MEMORY, "cannot do this: out of memory");
	err_set(&second, ERR_NO_MEMORY, "cannot do that: out of memory");
	app->clock.now_ms = 1000;
	status_say(app, "what a key did");
	status_say_failure(app, &first);
	status_say_failure(app, &second);
	assert_string_equal(app->status.message, first.text);
	app->clock.now_ms = 2000;
	status_say_failure(app, &second);
	assert_string_equal(app->status.message, second.text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_dialog_says_what_it_could_not_do_first),
		WITH_MACHINE(a_screen_says_what_it_could_not_show_first),
		WITH_MACHINE(a_later_failure_is_said_as_well),
	};
	return cmocka_run_group_tests_name("the first reason", tests, NULL, NULL);
}
