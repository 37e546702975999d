#include "oomspect/err.h"

#include "support.h"

#include <errno.h>
#include <string.h>

struct code_case {
	const char *claim;
	int sys_errno;
	enum err_code code;
};

static const struct code_case codes[] = {
	{ "no errno is no error", 0, ERR_OK },
	{ "ENOMEM is no memory", ENOMEM, ERR_NO_MEMORY },
	{ "EMFILE is no descriptor", EMFILE, ERR_NO_DESCRIPTOR },
	{ "ENFILE is no descriptor", ENFILE, ERR_NO_DESCRIPTOR },
	{ "ENOENT is not found", ENOENT, ERR_NOT_FOUND },
	{ "a file where a directory should be is not found", ENOTDIR, ERR_NOT_FOUND },
	{ "EACCES is denied", EACCES, ERR_DENIED },
	{ "EPERM is denied", EPERM, ERR_DENIED },
	{ "a process that is no more is gone", ESRCH, ERR_GONE },
	{ "a removed cgroup's file is gone", ENODEV, ERR_GONE },
	{ "EFBIG is too big", EFBIG, ERR_TOO_BIG },
	{ "E2BIG is too big", E2BIG, ERR_TOO_BIG },
	{ "ERANGE is out of range", ERANGE, ERR_RANGE },
	{ "EOVERFLOW is out of range", EOVERFLOW, ERR_RANGE },
	{ "a missing system call is unsupported", ENOSYS, ERR_UNSUPPORTED },
	{ "EOPNOTSUPP is unsupported", EOPNOTSUPP, ERR_UNSUPPORTED },
	{ "EIO is a failed read or write", EIO, ERR_IO },
	{ "EISDIR is a failed read or write", EISDIR, ERR_IO },
	{ "an errno nobody knows is a failed read or write", 99999, ERR_IO },
};

static void check_code(void **state)
{
	const struct code_case *row = *state;
	assert_int_equal(err_code_of(row->sys_errno), row->code);
}

static void set_gives_the_sentence_and_returns_the_code(void **state)
{
	(void)state;
	struct err err = { ERR_IO, EIO, "an older sentence" };
	assert_int_equal(err_set(&err, ERR_SYNTAX, "bad '%s' in line %d", "x", 7), ERR_SYNTAX);
	assert_int_equal(err.code, ERR_SYNTAX);
	assert_int_equal(err.sys_errno, 0);
	assert_string_equal(err.text, "bad 'x' in line 7");
}

static void set_errno_appends_the_reason(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_int_equal(err_set_errno(&err, EACCES, "cannot open '%s'", "f"), ERR_DENIED);
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(err.sys_errno, EACCES);
	assert_string_equal(err.text, "cannot open 'f': Permission denied");
}

static void a_caller_that_wants_no_sentence_gets_the_code(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_TOO_BIG, "%s", "unseen"), ERR_TOO_BIG);
	assert_int_equal(err_set_errno(NULL, ESRCH, "%s", "unseen"), ERR_GONE);
}

static void a_sentence_that_is_too_long_is_cut_and_ended(void **state)
{
	(void)state;
	char name[2 * sizeof(((struct err *)0)->text)];
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	struct err err;
	memset(&err, '#', sizeof(err));
	err_set(&err, ERR_NOT_FOUND, "%s", name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	memset(&err, '#', sizeof(err));
	assert_int_equal(err_set_errno(&err, ENOENT, "%s", name), ERR_NOT_FOUND);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void a_name_that_is_too_long_leaves_room_for_the_reason(void **state)
{
	(void)state;
	char name[2 * sizeof(((struct err *)0)->text)];
	struct err err;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	err_set_errno(&err, EMFILE, "cannot open '%s'", name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_non_null(strstr(err.text, ": Too many open files"));
}

int main(void)
{
	const struct CMUnitTest sentences[] = {
		cmocka_unit_test(set_gives_the_sentence_and_returns_the_code),
		cmocka_unit_test(set_errno_appends_the_reason),
		cmocka_unit_test(a_caller_that_wants_no_sentence_gets_the_code),
		cmocka_unit_test(a_sentence_that_is_too_long_is_cut_and_ended),
		cmocka_unit_test(a_name_that_is_too_long_leaves_room_for_the_reason),
	};
	int failed = run_rows("codes", codes, check_code);
	failed += cmocka_run_group_tests(sentences, NULL, NULL);
	return failed > 0;
}
