#include "base/git_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/temp_fixture.h"

#define ONE "0123456789abcdef0123456789abcdef01234567"
#define TWO "fedcba9876543210fedcba9876543210fedcba98"

static void assert_head(struct temp *t, const char *dir, const char *commit)
{
	struct arena a = {0};
	struct str s = git_head(&a, temp_at(t, dir));
	assert_int_equal(s.n, strlen(commit));
	if (s.n)
		assert_memory_equal(s.at, commit, s.n);
	arena_free(&a);
}

static void a_branch_is_followed_loose_and_packed(void **state)
{
	(void)state;
	struct temp t;
	temp_make(&t);
	temp_file(&t, "r/.git/HEAD", "ref: refs/heads/main\n");
	temp_file(&t, "r/src/a.c", "");
	assert_head(&t, "r/src", ""); /* no commit yet */
	temp_file(&t, "r/.git/packed-refs",
		  "# pack-refs with: peeled\n" TWO " refs/heads/other\n" ONE " refs/heads/main\n^" TWO "\n");
	assert_head(&t, "r/src", ONE);
	temp_file(&t, "r/.git/refs/heads/main", TWO "\n");
	assert_head(&t, "r", TWO);
	temp_file(&t, "r/.git/HEAD", ONE "\n");
	assert_head(&t, "r/src", ONE);
	temp_drop(&t);
}

static void a_tree_that_was_added_has_a_head_of_its_own(void **state)
{
	(void)state;
	struct temp t;
	char text[TEMP_PATH + 16];
	temp_make(&t);
	temp_file(&t, "r/.git/HEAD", "ref: refs/heads/main\n");
	temp_file(&t, "r/.git/refs/heads/main", ONE "\n");
	temp_file(&t, "r/.git/refs/heads/side", TWO "\n");
	temp_file(&t, "r/.git/worktrees/w/HEAD", "ref: refs/heads/side\n");
	temp_file(&t, "r/.git/worktrees/w/commondir", "../..\n");
	(void)snprintf(text, sizeof(text), "gitdir: %s\n", temp_at(&t, "r/.git/worktrees/w"));
	temp_file(&t, "w/.git", text);
	assert_head(&t, "w", TWO);
	temp_file(&t, "w/.git", "gitdir: ../r/.git/worktrees/w\n");
	assert_head(&t, "w", TWO);
	assert_head(&t, "r", ONE);
	temp_drop(&t);
}

static void what_is_no_commit_is_none(void **state)
{
	(void)state;
	struct temp t;
	temp_make(&t);
	temp_file(&t, "secret", ONE "\n");
	temp_file(&t, "r/.git/HEAD", "ref: refs/../../../secret\n");
	assert_head(&t, "r", "");
	temp_file(&t, "r/.git/HEAD", "ref: /secret\n");
	assert_head(&t, "r", "");
	temp_file(&t, "r/.git/HEAD", "ref: refs/heads/a\n");
	temp_file(&t, "r/.git/refs/heads/a", "ref: refs/heads/a\n"); /* and round and round */
	assert_head(&t, "r", "");
	temp_file(&t, "r/.git/refs/heads/a", "not forty digits\n");
	assert_head(&t, "r", "");
	temp_file(&t, "f/.git", "nothing that git writes");
	assert_head(&t, "f", "");
	temp_drop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_branch_is_followed_loose_and_packed),
	    cmocka_unit_test(a_tree_that_was_added_has_a_head_of_its_own),
	    cmocka_unit_test(what_is_no_commit_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
