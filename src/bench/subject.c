#include "bench/subject.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/environment.h"
#include "base/str.h"
#include "base/words.h"

char *subject_fill(struct arena *a, const char *text, const struct bench_param *params, uint32_t n_params)
{
	struct buf b = {0};
	while (*text) {
		const char *next = text + 1;
		for (uint32_t i = 0; *text == '{' && i < n_params; i++) {
			struct str name = params[i].name;
			if (strncmp(text + 1, name.at, name.n) == 0 && text[1 + name.n] == '}') {
				buf_str(&b, params[i].value);
				next = text + name.n + 2;
			}
		}
		if (next == text + 1)
			buf_char(&b, *text);
		text = next;
	}
	char *ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

int subject_words(struct subject *s, char ***ret, size_t *ret_n, struct err *e)
{
	const struct knob_list *words = &s->item->command;
	if (s->instead) {
		if (words_split(s->arena, s->instead, ret, ret_n, e) < 0)
			return err_wrap(e, "variant '%s'", s->instead);
		if (!*ret_n)
			return err_usage(e, "a variant has no command");
	} else {
		*ret_n = words->n;
		*ret = arena_array(s->arena, char *, words->n + 1);
		for (size_t i = 0; i < words->n; i++)
			(*ret)[i] = (char *)(uintptr_t)words->at[i];
	}
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i] = subject_fill(s->arena, (*ret)[i], s->params, s->n_params);
	return 0;
}

char **subject_environment(struct arena *a, const struct bench_item *item)
{
	return environment_with(a, environ, (char *const *)(uintptr_t)item->env.at, item->env.n);
}

void subject_note(struct subject *s, const char *fmt, ...)
{
	char text[480];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (s->n_notes < SUBJECT_NOTES)
		s->notes[s->n_notes++] = arena_str(s->arena, str_clip_utf8(str_of(text), sizeof(text)));
}

void subject_fails(struct subject_run *run, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(run->why, sizeof(run->why), fmt, args);
	va_end(args);
	run->good = false;
}
