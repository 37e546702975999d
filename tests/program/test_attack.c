/* The program, run by root, where another user owns the names: 200 times for each place that it
 * writes to, while that user swaps files, links and directories as fast as that is possible. */
#include "support.h"
#include "support_attacker.h"
#include "support_child.h"
#include "support_enclosure.h"
#include "support_run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RACES = 200, PATH_SIZE = BATTLEFIELD_PATH_SIZE };

struct battle {
	struct battlefield field;
	struct attacker attacker;
};

static void begin(struct battle *battle, void (*turn)(const void *context))
{
	if (!battlefield_make(&battle->field))
		skip_because("only root has something to lose to another user");
	attacker_start(&battle->attacker, turn, &battle->field);
}

static void end(struct battle *battle)
{
	attacker_stop(&battle->attacker);
	battlefield_assert_held(&battle->field);
	battlefield_remove(&battle->field);
}

/* --- capture DIR ---------------------------------------------------------------------------------- */

static void clear(const char *path)
{
	static unsigned number;
	char aside[PATH_SIZE + 16];
	snprintf(aside, sizeof(aside), "%s.%u", path, number++);
	if (rmdir(path) < 0)
		rename(path, aside);
}

/* Whatever stands there is moved away, and a link is there for a moment. */
static void swap_for_link(const char *path, const char *target)
{
	clear(path);
	if (symlink(target, path) == 0)
		unlink(path);
}

static void swap_captures(const void *context)
{
	static unsigned turns;
	const struct battlefield *field = context;
	char path[PATH_SIZE];
	swap_for_link(battlefield_path(field->theirs, "copy", path), field->directory);
	/* Now and then something has to be begun, to be moved away while it goes on. */
	if (turns++ % 8 == 0)
		usleep(1000);
}

static void the_name_of_the_directory_is_swapped(void **state)
{
	struct battle battle;
	char path[PATH_SIZE];
	int done = 0;
	(void)state;
	begin(&battle, swap_captures);
	battlefield_path(battle.field.theirs, "copy", path);
	for (int i = 0; i < RACES; i++) {
		attacker_wait(&battle.attacker);
		struct run run = RUN("capture", path);
		done += run.status == 0;
		run_release(&run);
	}
	end(&battle);
	assert_true(done > 0);
}

/* The directory is theirs, and so are all names in it. */
static void swap_what_is_captured(const void *context)
{
	const struct battlefield *field = context;
	char path[PATH_SIZE], proc[PATH_SIZE];
	clear(battlefield_path(field->theirs, "copy", path));
	mkdir(path, 0755);
	swap_for_link(battlefield_path(path, "proc", proc), field->outside);
	if (mkdir(proc, 0755) == 0)
		swap_for_link(battlefield_path(proc, "1", path), field->directory);
	rmdir(proc);
}

static void what_is_in_the_directory_is_swapped(void **state)
{
	struct battle battle;
	char path[PATH_SIZE];
	(void)state;
	begin(&battle, swap_what_is_captured);
	battlefield_path(battle.field.theirs, "copy", path);
	for (int i = 0; i < RACES; i++) {
		attacker_wait(&battle.attacker);
		struct run run = RUN("capture", path);
		run_release(&run);
	}
	end(&battle);
}

/* --- adj --audit FILE ----------------------------------------------------------------------------- */

static void swap_audits(const void *context)
{
	const struct battlefield *field = context;
	attacker_swap_file(field, field->theirs, "file");
}

static void the_audit_file_is_swapped(void **state)
{
	struct battle battle;
	char path[PATH_SIZE], number[16];
	pid_t pid = child_start("audited");
	(void)state;
	begin(&battle, swap_audits);
	snprintf(number, sizeof(number), "%d", (int)pid);
	battlefield_path(battle.field.theirs, "file", path);
	for (int i = 0; i < RACES; i++) {
		attacker_wait(&battle.attacker);
		struct run run = RUN("adj", "1000", number, "--audit", path);
		run_release(&run);
	}
	child_end(pid);
	end(&battle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_the_directory_is_swapped),
		cmocka_unit_test(what_is_in_the_directory_is_swapped),
		cmocka_unit_test(the_audit_file_is_swapped),
	};
	/* Few processes to be captured, and mounts that nobody else sees. */
	if (enclosure_possible())
		enclosure_enter(&(struct enclosure){ 0 });
	return cmocka_run_group_tests_name("attacks", tests, NULL, NULL);
}
