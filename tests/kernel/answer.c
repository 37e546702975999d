#include "answer.h"

#include "group.h"

#include <grp.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DOCUMENT_SIZE = 1 << 20 };

/* As a container sees it: its cgroup is the top, and nothing above is mounted. */
static bool enter_namespace(const char *group)
{
	return group_join(group) && unshare(CLONE_NEWNS | CLONE_NEWCGROUP) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       umount("/sys/fs/cgroup") == 0 &&
	       mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0;
}

void question_become(const struct question *question)
{
	uid_t uid = question->uid;
	if ((question->inside && !enter_namespace(question->inside)) ||
		(uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid))))
		_exit(126);
}

/* Reads to the end, also what does not fit: a closed pipe would end the writer. */
static void read_all(int fd, char *output, size_t size)
{
	char rest[4096];
	size_t length = 0;
	ssize_t got;
	do {
		bool full = length + 1 >= size;
		got = read(
			fd, full ? rest : output + length, full ? sizeof(rest) : size - 1 - length);
		if (got > 0 && !full)
			length += (size_t)got;
	} while (got > 0);
	output[length] = '\0';
}

int oomspect_run(char *const args[], const struct question *question, char *output, size_t size)
{
	int pipe_fds[2];
	int status;
	if (pipe(pipe_fds))
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(pipe_fds[1], STDOUT_FILENO);
		dup2(pipe_fds[1], STDERR_FILENO);
		close(pipe_fds[0]);
		question_become(question);
		execv("/oomspect", args);
		_exit(127);
	}
	close(pipe_fds[1]);
	read_all(pipe_fds[0], output, size);
	close(pipe_fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static pid_t pid_of(const json_t *process)
{
	return (pid_t)json_integer_value(json_object_get(process, "pid"));
}

static struct death death_of(const json_t *object)
{
	struct death death = { .victim = pid_of(json_object_get(object, "victim")) };
	size_t index;
	const json_t *process;
	if (death.victim)
		pids_add(&death.dead, death.victim);
	json_array_foreach(json_object_get(object, "dies_with"), index, process)
		pids_add(&death.dead, pid_of(process));
	return death;
}

static void take_doubts(struct answer *answer, const json_t *words)
{
	size_t index;
	const json_t *word;
	json_array_foreach(words, index, word)
	{
		size_t used = strlen(answer->uncertain);
		snprintf(answer->uncertain + used, sizeof(answer->uncertain) - used, "%s%s",
			used ? "+" : "", json_string_value(word));
	}
}

static void take_domain(struct answer *answer, const json_t *domain)
{
	const char *kind = json_string_value(json_object_get(domain, "kind"));
	snprintf(answer->domain, sizeof(answer->domain), "%s", kind ? kind : "?");
}

static bool take_document(struct answer *answer, const char *text)
{
	json_t *document = json_loads(text, 0, NULL);
	const json_t *prediction = json_object_get(document, "prediction"); /* null: nothing */
	*answer = (struct answer){ .margin_pages = 0 };
	if (prediction) {
		const char *word = json_string_value(prediction);
		snprintf(answer->prediction, sizeof(answer->prediction), "%s",
			word ? word : "nothing");
		answer->death = death_of(document);
		take_domain(answer, json_object_get(document, "domain"));
		answer->differ = json_is_true(json_object_get(document, "differ"));
		answer->margin_pages =
			(long)json_integer_value(json_object_get(document, "margin_pages"));
		take_doubts(answer, json_object_get(document, "uncertain"));
	}
	bool understood = prediction != NULL;
	json_decref(document);
	return understood;
}

static pid_t first_of(const char *text)
{
	json_t *document = json_loads(text, 0, NULL);
	const json_t *processes = json_object_get(document, "processes");
	pid_t pid = pid_of(json_array_get(processes, 0));
	json_decref(document);
	return pid;
}

/* What `command` says as JSON. */
static int ask(const char *command, const struct question *question, char *text, size_t size)
{
	char program[] = "oomspect", json[] = "--json", moment[] = "--moment";
	char verb[16], when[8], option[16], value[256];
	char *args[] = { program, verb, json, moment, when, NULL, NULL, NULL };
	snprintf(verb, sizeof(verb), "%s", command);
	snprintf(when, sizeof(when), "%s", question->now ? "now" : "oom");
	if (question->group || question->nodes) {
		snprintf(option, sizeof(option), "%s", question->group ? "--cgroup" : "--nodes");
		snprintf(value, sizeof(value), "%s",
			question->group ? question->group : question->nodes);
		args[5] = option;
		args[6] = value;
	}
	return oomspect_run(args, question, text, size);
}

bool answer_ask(struct answer *answer, const struct question *question, char *why, size_t size)
{
	static char text[DOCUMENT_SIZE];
	int status = ask("victim", question, text, sizeof(text));
	bool understood = (status == 0 || status == 3) && take_document(answer, text);
	if (!understood) {
		snprintf(why, size, "oomspect: exit status %d: %.200s", status, text);
		return false;
	}
	/* `list` knows no nodes. */
	if (!question->nodes && ask("list", question, text, sizeof(text)) == 0)
		answer->listed = first_of(text);
	return true;
}

bool answer_doubts(const struct answer *answer, const char *word)
{
	return strstr(answer->uncertain, word) != NULL;
}
