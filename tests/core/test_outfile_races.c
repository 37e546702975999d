/* Files that root writes where another user changes names as fast as that is possible: 200 times each
 * and never once where that user would like to have it. */
#include "oomspect/outfile.h"

#include "support.h"
#include "support_attacker.h"
#include "support_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many races, and in each of them so many tries. */
enum { PATH_SIZE = BATTLEFIELD_PATH_SIZE, RACES = 200, TRIES = 50 };

static enum err_code replace(const char *path, const char *text)
{
	struct outfile file;
	enum err_code code = outfile_find(&file, path, NULL);
	if (code != ERR_OK)
		return code;
	code = outfile_replace(&file, path, text_of(text), NULL);
	outfile_release(&file);
	return code;
}

static void append(const char *path, const char *text)
{
	int fd;
	if (outfile_append(&fd, path, NULL) != ERR_OK)
		return;
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void assert_holds(const char *path, const char *expected)
{
	char *text = file_text(path);
	assert_string_equal(text, expected);
	free(text);
}

static void give(const char *path)
{
	assert_return_code(lchown(path, ATTACKER_UID, ATTACKER_UID), errno);
}

static void battle(void (*fight)(const struct battlefield *field, struct attacker *attacker),
	void (*turn)(const void *context))
{
	struct battlefield field;
	struct attacker attacker;
	if (!battlefield_make(&field))
		skip_because("only root has something to lose to another user");
	attacker_start(&attacker, turn, &field);
	fight(&field, &attacker);
	attacker_stop(&attacker);
	battlefield_assert_held(&field);
	battlefield_remove(&field);
}

/* Puts a link to `target` in the place of what is there, and takes it away again. */
static void swap_for_link(const char *path, const char *target)
{
	char aside[PATH_SIZE + 2];
	snprintf(aside, sizeof(aside), "%s~", path);
	rename(path, aside);
	if (symlink(target, path) == 0)
		unlink(path);
	rename(aside, path);
}

static void swap_directories(const void *context)
{
	const struct battlefield *field = context;
	char path[PATH_SIZE];
	swap_for_link(battlefield_path(field->theirs, "own/proc/7", path), field->outside);
	swap_for_link(battlefield_path(field->theirs, "own/proc", path), field->outside);
	swap_for_link(battlefield_path(field->theirs, "own/proc/7/stat", path), field->file);
}

/* As nobody lets it be: the directory was given away, so the names below it are not ours. */
static void put_below_what_is_swapped(const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE], name[64];
	int fd;
	assert_int_equal(
		outfile_directory(&fd, battlefield_path(field->theirs, "own", path), NULL), ERR_OK);
	assert_int_equal(outfile_put(fd, "proc/7/stat", 0, text_of("")), 0);
	give(battlefield_path(field->theirs, "own/proc/7", path));
	give(battlefield_path(field->theirs, "own/proc", path));
	give(battlefield_path(field->theirs, "own", path));
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		snprintf(name, sizeof(name), "proc/7/new%d", i);
		outfile_put(fd, "proc/7/stat", 0, text_of("theirs"));
		outfile_put(fd, name, 0, text_of("theirs"));
		snprintf(name, sizeof(name), "proc/7/directory%d/file", i);
		outfile_put(fd, name, 0, text_of("theirs"));
		snprintf(name, sizeof(name), "proc/7/link%d", i);
		outfile_put_link(fd, name, "theirs");
	}
	close(fd);
}

static void race_below_a_directory(void)
{
	battle(put_below_what_is_swapped, swap_directories);
}

static void files_below_a_directory_go_into_it_alone(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip_because("only root has something to lose to another user");
	files_with_and_without_openat2(race_below_a_directory);
}

static void swap_for_directory(const void *context)
{
	const struct battlefield *field = context;
	char path[PATH_SIZE], aside[PATH_SIZE + 12];
	static unsigned number;
	battlefield_path(field->theirs, "own", path);
	snprintf(aside, sizeof(aside), "%s.%u", path, number++);
	rename(path, aside);
	rmdir(aside); /* if it was ours */
	/* As fast as it can: a link has to come between a look and the next step. */
	for (int flips = 0; flips < 20 && symlink(field->directory, path) == 0; flips++)
		unlink(path);
	mkdir(path, 0777);
	rmdir(path);
}

static void try_directory(const char *path)
{
	struct stat found;
	int fd;
	if (outfile_directory(&fd, path, NULL) != ERR_OK)
		return;
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(found.st_uid, 0);
	/* It may be removed, as it is empty; then nothing can be put into it. */
	int result = outfile_put(fd, "proc/stat", 0, text_of("ours"));
	assert_true(result == 0 || result == -ENOENT);
	close(fd);
}

static void make_a_directory(const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE];
	battlefield_path(field->theirs, "own", path);
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		for (int tries = 0; tries < TRIES; tries++)
			try_directory(path);
	}
}

static void a_directory_is_ours_or_none(void **state)
{
	(void)state;
	battle(make_a_directory, swap_for_directory);
}

static void swap_file_of_theirs(const void *context)
{
	const struct battlefield *field = context;
	attacker_swap_file(field, field->theirs, "file");
}

static void append_to_a_file(const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE];
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		append(battlefield_path(field->theirs, "file", path), "ours");
	}
}

static void what_is_appended_goes_into_a_file_of_ours(void **state)
{
	(void)state;
	battle(append_to_a_file, swap_file_of_theirs);
}

static void create_a_file(const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE];
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		outfile_create(
			battlefield_path(field->theirs, "file", path), text_of("ours"), NULL);
	}
}

static void what_is_created_is_a_new_file(void **state)
{
	(void)state;
	battle(create_a_file, swap_file_of_theirs);
}

static void replace_in_a_directory_of_theirs(
	const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE];
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		assert_int_not_equal(
			replace(battlefield_path(field->theirs, "file", path), "ours"), ERR_OK);
	}
}

static void nothing_is_replaced_in_a_directory_of_theirs(void **state)
{
	(void)state;
	battle(replace_in_a_directory_of_theirs, swap_file_of_theirs);
}

/* Files under a name for a while only are tried as well. */
static void swap_file_of_all(const void *context)
{
	const struct battlefield *field = context;
	char path[PATH_SIZE + 256], target[PATH_SIZE];
	const struct dirent *entry;
	attacker_swap_file(field, field->shared, "file");
	DIR *dir = opendir(field->shared);
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, ".oomspect", 9) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", field->shared, entry->d_name);
		if (rename(path, battlefield_path(field->shared, "stolen", target)) < 0)
			unlink(path);
	}
	if (dir)
		closedir(dir);
}

static void replace_in_a_directory_of_all(
	const struct battlefield *field, struct attacker *attacker)
{
	char path[PATH_SIZE];
	struct stat found;
	battlefield_path(field->shared, "file", path);
	for (int i = 0; i < RACES; i++) {
		attacker_wait(attacker);
		if (replace(path, "ours") != ERR_OK)
			continue;
		assert_int_equal(lstat(path, &found), 0);
		assert_int_equal(found.st_uid, 0);
		assert_holds(path, "ours");
		assert_int_equal(replace(path, "ours again"), ERR_OK);
		assert_holds(path, "ours again");
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(access(battlefield_path(field->shared, "stolen", path), F_OK), -1);
}

static void what_is_replaced_in_a_directory_of_all_is_whole_and_ours(void **state)
{
	(void)state;
	battle(replace_in_a_directory_of_all, swap_file_of_all);
}

int main(void)
{
	static const struct CMUnitTest races[] = {
		cmocka_unit_test(files_below_a_directory_go_into_it_alone),
		cmocka_unit_test(a_directory_is_ours_or_none),
		cmocka_unit_test(what_is_appended_goes_into_a_file_of_ours),
		cmocka_unit_test(what_is_created_is_a_new_file),
		cmocka_unit_test(nothing_is_replaced_in_a_directory_of_theirs),
		cmocka_unit_test(what_is_replaced_in_a_directory_of_all_is_whole_and_ours),
	};
	umask(022);
	return cmocka_run_group_tests_name("races", races, NULL, NULL);
}
