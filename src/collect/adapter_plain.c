/* Whatever nobody recognises: run as it is, one unit. */
#include "base/str.h"
#include "collect/adapter.h"

static int discover(struct suite *s, struct err *e)
{
	(void)e;
	struct target *t = suite_target(s);
	struct buf b = {0};
	for (size_t i = 0; i < s->n_argv && b.n < 120; i++) {
		if (i)
			buf_char(&b, ' ');
		buf_text(&b, i ? s->argv[i] : word_base(s->argv[i]));
	}
	t->argv = s->argv;
	t->name = arena_str(&s->arena, str_clip_utf8(buf_view(&b), 120));
	buf_free(&b);
	return 0;
}

const struct adapter adapter_plain = {
    .name = "plain",
    .mode = ADAPTER_EXEC,
    .stream = STREAM_TAP,
    .suite_word = "suite",
    .test_word = "test",
    .step_word = "step",
    .discover = discover,
};
