#include "names.h"

#include "oomspect/clock.h"
#include "oomspect/helper.h"
#include "oomspect/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE_MAX  65536 /* whoever makes up more ids than this sees numbers */
#define RETRY_MS   60000
#define NOT_FOUND  2    /* exit status of getent(1): a key was not found */
#define ENDING_MS  5    /* between two looks whether it has ended after its answer */
#define HANGING_MS 100  /* the same for one that was stopped */
#define WAITING_MS 1000 /* how long a question about ids may hold one about a user that was typed */
#define KEY_SIZE   12

static const struct {
	const char *file, *database;
} kinds[NAMES_KINDS] = {
	[NAMES_USERS] = { "etc/passwd", "passwd" },
	[NAMES_GROUPS] = { "etc/group", "group" },
};

/* --- the table ---------------------------------------------------------------------------------- */

/* Where `id` is, or would be. */
static struct name *place_of(const struct name_table *table, uint32_t id)
{
	uint32_t hash = (id ^ id >> 16) * 2654435761u;
	size_t at = (hash ^ hash >> 16) & (table->capacity - 1);
	while (table->rows[at].state != NAME_FREE && table->rows[at].id != id)
		at = (at + 1) & (table->capacity - 1);
	return &table->rows[at];
}

static bool grow(struct name_table *table)
{
	size_t capacity = table->capacity ? table->capacity * 2 : 128;
	struct name_table bigger = { .capacity = capacity };
	bigger.rows = calloc(capacity, sizeof(*bigger.rows));
	if (!bigger.rows) {
		table->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < table->capacity; i++)
		if (table->rows[i].state != NAME_FREE)
			*place_of(&bigger, table->rows[i].id) = table->rows[i];
	free(table->rows);
	table->rows = bigger.rows;
	table->capacity = capacity;
	return true;
}

/* The row of `id`, a new one if need be; NULL without room for it. */
static struct name *row_of(struct name_table *table, uint32_t id)
{
	bool full = table->count * 4 >= table->capacity * 3;
	struct name *row = table->capacity ? place_of(table, id) : NULL;
	if (row && row->state != NAME_FREE)
		return row;
	if (full && (table->count >= TABLE_MAX || !grow(table)))
		return NULL;
	row = place_of(table, id);
	row->id = id;
	row->state = NAME_NONE;
	snprintf(row->text, sizeof(row->text), "%u", (unsigned)id);
	table->count++;
	return row;
}

static void set_state(struct name_table *table, struct name *row, enum name_state state)
{
	table->wanted -= row->state == NAME_WANTED;
	table->wanted += state == NAME_WANTED;
	row->state = state;
}

static void change_all(struct name_table *table, enum name_state from, enum name_state to)
{
	for (size_t i = 0; i < table->capacity; i++)
		if (table->rows[i].state == from)
			set_state(table, &table->rows[i], to);
}

/* The first entry of an id is its name, as getpwuid(3) has it. */
static bool learn(struct name_table *table, uint32_t id, struct text text)
{
	struct name *row = row_of(table, id);
	if (!row || row->state == NAME_KNOWN || !text.len)
		return false;
	text_copy(text, row->text, sizeof(row->text));
	set_state(table, row, NAME_KNOWN);
	return true;
}

/* --- the files ---------------------------------------------------------------------------------- */

/* A line of passwd(5) or group(5): name, password, id. */
static bool parse_entry(struct text line, struct text *ret_name, uint32_t *ret_id)
{
	struct text password, id;
	uint64_t number;
	if (!text_split(&line, ':', ret_name) || !text_split(&line, ':', &password) ||
		!text_split(&line, ':', &id) || !text_to_u64(id, &number) || number >= UID_UNKNOWN)
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

static bool learn_line(void *context, struct text line)
{
	struct text name;
	uint32_t id;
	if (parse_entry(line, &name, &id))
		learn(context, id, name);
	return true;
}

/* An entry by its whole name, of which the table may have the beginning only. */
struct entry_search {
	const char *wanted;
	uid_t *ret;
	bool found;
};

static bool try_line(void *context, struct text line)
{
	struct entry_search *search = context;
	struct text name;
	uint32_t id;
	search->found = parse_entry(line, &name, &id) && text_equals(name, search->wanted);
	if (search->found)
		*search->ret = id;
	return !search->found;
}

static bool find_in_file(const struct root *root, const char *wanted, uid_t *ret)
{
	struct entry_search search = { wanted, ret, false };
	root_each_line(root, kinds[NAMES_USERS].file, ROOT_USERS_MAX, try_line, &search);
	return search.found;
}

enum err_code names_init(struct names *names, const struct root *root, struct err *err)
{
	enum err_code code = ERR_OK;
	*names = (struct names){ .root = root, .question = { .fd = -1 } };
	for (enum names_kind kind = 0; kind < NAMES_KINDS && !code; kind++) {
		root_each_line(
			root, kinds[kind].file, ROOT_USERS_MAX, learn_line, &names->tables[kind]);
		if (names->tables[kind].no_memory)
			code = err_set(err, ERR_NO_MEMORY,
				"cannot read the names of users: out of memory");
	}
	if (code)
		names_release(names);
	return code;
}

/* --- getent ------------------------------------------------------------------------------------- */

/* 0 or a negative errno. */
static int start(struct names_question *question, const char *const words[], int64_t now_ms)
{
	struct helper helper = { .pid = 0 };
	struct err err = { 0 };
	if (helper_start(&helper, words, -1, &question->fd, &err) != ERR_OK)
		return err.sys_errno ? -err.sys_errno : -EIO;
	question->pid = helper.pid;
	question->concluded = false;
	question->since_ms = now_ms;
	question->length = 0;
	return 0;
}

/* Those that are wanted, as many as are asked at once; each is put behind `words`. */
static void put_keys(struct name_table *table, const char *words[NAMES_AT_ONCE + 1],
	char keys[NAMES_AT_ONCE][KEY_SIZE])
{
	size_t count = 0;
	for (size_t i = 0; i < table->capacity && count < NAMES_AT_ONCE; i++) {
		struct name *row = &table->rows[i];
		if (row->state != NAME_WANTED)
			continue;
		snprintf(keys[count], KEY_SIZE, "%u", (unsigned)row->id);
		words[count] = keys[count];
		set_state(table, row, NAME_ASKED);
		count++;
	}
	words[count] = NULL;
}

/* Until the time of the next attempt they are numbers. */
static void give_up(struct names *names, enum names_kind kind, int64_t now_ms)
{
	change_all(&names->tables[kind], NAME_ASKED, NAME_SILENT);
	names->retry_ms = now_ms + RETRY_MS;
}

static void ask_ids(struct names *names, enum names_kind kind, int64_t now_ms)
{
	char keys[NAMES_AT_ONCE][KEY_SIZE];
	const char *words[NAMES_AT_ONCE + 3] = { "getent", kinds[kind].database };
	names->question.user = false;
	names->question.kind = kind;
	put_keys(&names->tables[kind], words + 2, keys);
	if (root_noted(names->root, start(&names->question, words, now_ms)) < 0)
		give_up(names, kind, now_ms);
}

static void fail_sought(struct names *names, enum err_code code, const char *why)
{
	struct names_sought *sought = &names->sought;
	sought->state = SOUGHT_FAILED;
	err_set(&sought->why, code, "user '%s': %s", sought->name, why);
}

static void ask_user(struct names *names, int64_t now_ms)
{
	const char *const words[] = { "getent", "passwd", "--", names->sought.name, NULL };
	names->question.user = true;
	names->sought.state = SOUGHT_ASKED;
	if (start(&names->question, words, now_ms) < 0)
		fail_sought(names, ERR_IO, "not in /etc/passwd, and getent cannot be started");
}

static bool is_seeking(const struct names *names)
{
	return names->sought.state == SOUGHT_WAITING || names->sought.state == SOUGHT_ASKED;
}

static bool take_line(struct names *names, struct text line)
{
	struct names_sought *sought = &names->sought;
	struct text name;
	uint32_t id;
	if (!parse_entry(line, &name, &id))
		return false;
	if (!names->question.user)
		return learn(&names->tables[names->question.kind], id, name);
	if (sought->state != SOUGHT_ASKED)
		return false;
	sought->uid = id;
	sought->state = SOUGHT_FOUND;
	return true;
}

/* The whole lines of what has come; the rest of an endless one is thrown away. */
static bool take_lines(struct names *names)
{
	struct names_question *question = &names->question;
	struct text rest = { question->answer, question->length }, line;
	bool news = false;
	while (text_split(&rest, '\n', &line))
		news |= take_line(names, line);
	question->length = rest.len == sizeof(question->answer) ? 0 : rest.len;
	memmove(question->answer, rest.at, question->length);
	return news;
}

/* What became of a question that was answered whole, or not: who is not in a whole answer has no
 * name. Of getent(1): 0, or 2 when a key was not found. */
static void conclude(struct names *names, bool whole, const char *why_not, int64_t now_ms)
{
	struct names_question *question = &names->question;
	question->concluded = true;
	if (question->user && names->sought.state == SOUGHT_ASKED)
		fail_sought(
			names, whole ? ERR_NOT_FOUND : ERR_IO, whole ? "no such user" : why_not);
	else if (!question->user && whole)
		change_all(&names->tables[question->kind], NAME_ASKED, NAME_NONE);
	else if (!question->user)
		give_up(names, question->kind, now_ms);
}

static void close_answer(struct names_question *question)
{
	if (question->fd >= 0)
		close(question->fd);
	question->fd = -1;
}

/* No answer in time. */
static void stop(struct names *names, int64_t now_ms)
{
	kill(names->question.pid, SIGKILL);
	close_answer(&names->question);
	conclude(names, false, "not in /etc/passwd, and getent gives no answer", now_ms);
}

/* False until the process has ended; one that hangs in the kernel is not waited for. */
static bool reap(struct names *names, int64_t now_ms)
{
	struct names_question *question = &names->question;
	int status = 0;
	if (question->fd >= 0 || (question->pid && waitpid(question->pid, &status, WNOHANG) == 0))
		return false;
	if (question->pid && !question->concluded)
		conclude(names,
			WIFEXITED(status) &&
				(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == NOT_FOUND),
			"not in /etc/passwd, and getent failed", now_ms);
	question->pid = 0;
	return true;
}

static void retry(struct names *names)
{
	names->retry_ms = 0;
	for (enum names_kind kind = 0; kind < NAMES_KINDS; kind++)
		change_all(&names->tables[kind], NAME_SILENT, NAME_WANTED);
}

static void ask(struct names *names, int64_t now_ms)
{
	if (names->sought.state == SOUGHT_WAITING)
		ask_user(names, now_ms);
	for (enum names_kind kind = 0; kind < NAMES_KINDS && !names->question.pid; kind++)
		if (names->tables[kind].wanted)
			ask_ids(names, kind, now_ms);
}

static int64_t limit_of(const struct names *names)
{
	bool waited_for = !names->question.user && names->sought.state == SOUGHT_WAITING;
	return waited_for ? WAITING_MS : NAMES_LIMIT_MS;
}

/* --- what the program calls ---------------------------------------------------------------------- */

bool names_tend(struct names *names, int64_t now_ms)
{
	struct names_question *question = &names->question;
	bool seeking = is_seeking(names);
	if (question->fd >= 0 && now_ms - question->since_ms >= limit_of(names))
		stop(names, now_ms);
	if (names->retry_ms && now_ms >= names->retry_ms)
		retry(names);
	if (reap(names, now_ms) && names->root->live)
		ask(names, now_ms);
	return seeking && !is_seeking(names);
}

int names_fd(const struct names *names)
{
	return names->question.fd;
}

int names_due_ms(const struct names *names, int64_t now_ms)
{
	const struct names_question *question = &names->question;
	int64_t due_ms = names->retry_ms;
	if (question->fd >= 0)
		due_ms = question->since_ms + limit_of(names);
	else if (question->pid)
		return question->concluded ? HANGING_MS : ENDING_MS;
	if (!due_ms)
		return -1;
	return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

bool names_hear(struct names *names)
{
	struct names_question *question = &names->question;
	bool news = false;
	while (question->fd >= 0) {
		ssize_t got = read(question->fd, question->answer + question->length,
			sizeof(question->answer) - question->length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		if (got <= 0)
			close_answer(question);
		else
			question->length += (size_t)got;
		news |= take_lines(names);
	}
	return news;
}

static bool is_settled(const struct names *names)
{
	bool settled = !names->question.pid || names->question.concluded;
	for (enum names_kind kind = 0; kind < NAMES_KINDS; kind++)
		settled &= !names->tables[kind].wanted;
	return settled && !is_seeking(names);
}

void names_settle(struct names *names, int limit_ms)
{
	int64_t now_ms = clock_ms(CLOCK_BOOTTIME), end_ms = now_ms + limit_ms;
	names_tend(names, now_ms);
	while (names->root->live && !is_settled(names) && now_ms < end_ms) {
		struct pollfd answer = { .fd = names_fd(names), .events = POLLIN };
		int due_ms = names_due_ms(names, now_ms), left_ms = (int)(end_ms - now_ms);
		poll(&answer, 1, due_ms >= 0 && due_ms < left_ms ? due_ms : left_ms);
		names_hear(names);
		now_ms = clock_ms(CLOCK_BOOTTIME);
		names_tend(names, now_ms);
	}
	if (names->question.fd >= 0)
		stop(names, now_ms);
}

static const char *name_of(struct names *names, enum names_kind kind, uint32_t id)
{
	struct name_table *table = &names->tables[kind];
	size_t count = table->count;
	struct name *row = id == UID_UNKNOWN ? NULL : row_of(table, id);
	if (id == UID_UNKNOWN)
		return "-";
	if (!row) {
		snprintf(names->number, sizeof(names->number), "%u", (unsigned)id);
		return names->number;
	}
	if (table->count > count && names->root->live)
		set_state(table, row, NAME_WANTED);
	return row->text;
}

const char *names_user(struct names *names, uid_t uid)
{
	return name_of(names, NAMES_USERS, uid);
}

const char *names_group(struct names *names, gid_t gid)
{
	return name_of(names, NAMES_GROUPS, gid);
}

void names_forget(struct names *names)
{
	for (enum names_kind kind = 0; kind < NAMES_KINDS && names->root->live; kind++)
		change_all(&names->tables[kind], NAME_NONE, NAME_WANTED);
	retry(names);
}

void names_seek(struct names *names, const char *name)
{
	struct names_sought *sought = &names->sought;
	uint64_t number;
	*sought = (struct names_sought){ .state = SOUGHT_FOUND };
	text_copy(text_of(name), sought->name, sizeof(sought->name));
	if (find_in_file(names->root, name, &sought->uid))
		return;
	if (text_to_u64(text_of(name), &number) && number < UID_UNKNOWN)
		sought->uid = (uid_t)number;
	else if (!names->root->live || !*name || strlen(name) >= sizeof(sought->name))
		fail_sought(names, ERR_NOT_FOUND, "no such user");
	else
		sought->state = SOUGHT_WAITING;
}

bool names_sought(const struct names *names, uid_t *ret, struct err *err)
{
	const struct names_sought *sought = &names->sought;
	if (sought->state != SOUGHT_FOUND && sought->state != SOUGHT_FAILED)
		return false;
	*err = sought->why;
	if (sought->state == SOUGHT_FOUND)
		*ret = sought->uid;
	return true;
}

enum err_code names_find(struct names *names, const char *name, uid_t *ret, struct err *err)
{
	names_seek(names, name);
	if (is_seeking(names))
		names_settle(names, NAMES_LIMIT_MS);
	names_sought(names, ret, err);
	return err->code;
}

void names_release(struct names *names)
{
	if (names->question.pid) {
		kill(names->question.pid, SIGKILL);
		close_answer(&names->question);
		waitpid(names->question.pid, NULL, WNOHANG);
	}
	for (enum names_kind kind = 0; kind < NAMES_KINDS; kind++)
		free(names->tables[kind].rows);
	*names = (struct names){ .question = { .fd = -1 } };
}
