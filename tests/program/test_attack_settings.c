/* W, pressed by root where another user owns the names of the settings file: 200 times, while that user
 * swaps them as fast as that is possible. And what is no file. */
#include "support.h"
#include "support_attacker.h"
#include "support_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { RACES = 200, PATH_SIZE = BATTLEFIELD_PATH_SIZE };

struct battle {
	struct battlefield field;
	struct session *session; /* NULL: there is no battle */
	struct attacker attacker;
};

static int set_up(void **state)
{
	struct battle *battle = calloc(1, sizeof(*battle));
	assert_non_null(battle);
	if (battlefield_make(&battle->field))
		battle->session = session_new();
	*state = battle;
	return 0;
}

static int tear_down(void **state)
{
	struct battle *battle = *state;
	if (battle->session) {
		session_free(battle->session);
		battlefield_remove(&battle->field);
	}
	free(battle);
	return 0;
}

static struct battle *of_root(void **state)
{
	struct battle *battle = *state;
	if (!battle->session)
		skip_because("only root has something to lose to another user");
	return battle;
}

static void end(struct battle *battle)
{
	attacker_stop(&battle->attacker);
	battlefield_assert_held(&battle->field);
}

static void swap_in_theirs(const void *context)
{
	const struct battlefield *field = context;
	attacker_swap_file(field, field->theirs, "file");
}

static struct terminal *start_with(struct battle *battle, const char *path, const char *shown)
{
	const char *const words[] = { "--config", path, NULL };
	return session_start(battle->session, 24, 80, NULL, words, shown);
}

#define ANSWER "settings written to |cannot write "

/* Keys that come faster than anybody presses them do nothing (react.h). */
#define KEY_US 13000

static void assert_whole_and_ours(const char *path)
{
	struct stat found;
	assert_return_code(lstat(path, &found), errno);
	assert_true(S_ISREG(found.st_mode));
	assert_int_equal(found.st_uid, 0);
	char *text = file_text(path);
	assert_non_null(strstr(text, "\ncritical = 90\n"));
	free(text);
}

/* Each time nothing of ours is in the way. Another key takes the answer away again. */
static void press_w_and_look(struct battle *battle, struct terminal *terminal, const char *path)
{
	for (int i = 0; i < RACES; i++) {
		attacker_wait(&battle->attacker);
		session_press(terminal, "W", ANSWER);
		if (terminal_is_like(terminal, "settings written to "))
			assert_whole_and_ours(path);
		unlink(path);
		terminal_send(terminal, "g");
		while (terminal_is_like(terminal, ANSWER))
			terminal_read(terminal, 1);
		usleep(KEY_US);
	}
}

/* Where the answer is always the same. On a busy machine two keys may be read together, and the second
 * does nothing: a few more make up for that. */
static void press_w(struct battle *battle, struct terminal *terminal)
{
	for (int i = 0; i < RACES + RACES / 4; i++) {
		attacker_wait(&battle->attacker);
		terminal_send(terminal, "W");
		usleep(KEY_US);
	}
	terminal_wait_like(terminal, "cannot write ");
}

static void the_settings_file_is_swapped(void **state)
{
	struct battle *battle = of_root(state);
	char path[PATH_SIZE];
	files_put(&battle->field.files, "theirs/file", "");
	struct terminal *terminal = start_with(
		battle, battlefield_path(battle->field.theirs, "file", path), "java -Xmx12g");
	assert_int_equal(lchown(path, ATTACKER_UID, ATTACKER_UID), 0);
	attacker_start(&battle->attacker, swap_in_theirs, &battle->field);
	press_w(battle, terminal);
	terminal_quit(terminal);
	end(battle);
}

/* What they may do in a sticky directory: nothing to what is ours, but every name is free to them. */
static void swap_in_shared(const void *context)
{
	const struct battlefield *field = context;
	attacker_swap_file(field, field->shared, "file");
}

static void the_settings_file_of_a_sticky_directory_is_swapped(void **state)
{
	struct battle *battle = of_root(state);
	char path[PATH_SIZE];
	files_put(&battle->field.files, "shared/file", "");
	struct terminal *terminal = start_with(
		battle, battlefield_path(battle->field.shared, "file", path), "java -Xmx12g");
	assert_int_equal(unlink(path), 0);
	attacker_start(&battle->attacker, swap_in_shared, &battle->field);
	press_w_and_look(battle, terminal, path);
	terminal_quit(terminal);
	end(battle);
}

/* A device of the kind of /dev/null, which is read as settings without any. */
static void w_leaves_a_device_what_it_is(void **state)
{
	struct battle *battle = of_root(state);
	const dev_t null = makedev(1, 3);
	struct stat found;
	char path[PATH_SIZE], message[512];
	battlefield_path(battle->field.outside, "null", path);
	if (mknod(path, S_IFCHR | 0666, null) < 0)
		skip_because("no device can be made in /tmp: %s", strerror(errno));
	const char *const words[] = { "--config", path, NULL };
	struct terminal *terminal =
		session_start(battle->session, 24, 200, NULL, words, "java -Xmx12g");
	snprintf(message, sizeof(message), "cannot write '%s': it is a device", path);
	session_press(terminal, "W", message);
	terminal_quit(terminal);
	assert_int_equal(lstat(path, &found), 0);
	assert_true(S_ISCHR(found.st_mode) && found.st_rdev == null);
}

#define WITH_BATTLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_BATTLE(the_settings_file_is_swapped),
		WITH_BATTLE(the_settings_file_of_a_sticky_directory_is_swapped),
		WITH_BATTLE(w_leaves_a_device_what_it_is),
	};
	return cmocka_run_group_tests_name("attacks on settings", tests, NULL, NULL);
}
