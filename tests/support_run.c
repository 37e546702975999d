#include "support.h"

#include "support_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS 32

const char *run_program_path(void)
{
	const char *path = getenv("OOMSPECT");
	return path ? path : "build/oomspect";
}

static char *read_back(FILE *file)
{
	fseek(file, 0, SEEK_END);
	long length = ftell(file);
	rewind(file);
	char *text = calloc(1, (size_t)length + 1);
	if (text && fread(text, 1, (size_t)length, file) != (size_t)length)
		text[0] = '\0';
	fclose(file);
	return text;
}

static void become_program(
	const char *const words[], FILE *out, FILE *err, const struct run_entry *entry)
{
	char *argv[MAX_WORDS + 2] = { (char *)(uintptr_t)run_program_path() };
	for (size_t i = 0; words[i] && i < MAX_WORDS; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	if (entry)
		entry->enter(entry->context);
	execv(argv[0], argv);
	_exit(127);
}

struct run run_program(const char *const words[])
{
	return run_program_from(words, NULL);
}

struct run run_program_from(const char *const words[], const struct run_entry *entry)
{
	struct run run = { 0 };
	FILE *out = tmpfile(), *err = tmpfile();
	int status;
	assert_true(out && err);
	pid_t pid = fork();
	if (pid == 0)
		become_program(words, out, err, entry);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	run.out = read_back(out);
	run.err = read_back(err);
	assert_int_not_equal(run.status, 127);
	return run;
}

void run_release(struct run *run)
{
	free(run->out);
	free(run->err);
	*run = (struct run){ 0 };
}

void run_assert_sentence(const struct run *run)
{
	const char *err = run->err;
	size_t length = strlen(err);
	assert_true(length > 12 && err[length - 1] == '\n');
	assert_ptr_equal(strchr(err, '\n'), err + length - 1);
	assert_int_equal(strncmp(err, "oomspect: ", 10), 0);
	assert_non_null(strstr(err + 10, ": "));
	assert_false(err[10] >= 'A' && err[10] <= 'Z');
	assert_int_not_equal(err[length - 2], '.');
	assert_null(strchr(err, '\033'));
}

void run_forget_doubts(struct run *run)
{
	static const char doubt[] = "oomspect: uncertain: ";
	char *from = run->err, *to = run->err;
	while (*from) {
		size_t length = strcspn(from, "\n");
		length += from[length] == '\n';
		if (strncmp(from, doubt, strlen(doubt)) != 0) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	*to = '\0';
}
