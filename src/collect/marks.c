#include "collect/marks.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static void drop(struct marks *m, size_t i)
{
	mem_free((char *)m->open[i].name.at);
	memmove(&m->open[i], &m->open[i + 1], sizeof(*m->open) * (m->n_open - i - 1));
	m->n_open--;
}

void marks_forget(struct marks *m)
{
	while (m->n_open)
		drop(m, m->n_open - 1);
}

void marks_free(struct marks *m)
{
	marks_forget(m);
	mem_free(m->open);
	*m = (struct marks){0};
}

uint64_t marks_innermost(const struct marks *m, int64_t pid, int64_t thread)
{
	for (size_t i = m->n_open; i > 0; i--)
		if (m->open[i - 1].pid == pid && m->open[i - 1].thread == thread &&
		    m->open[i - 1].kind != SPAN_CONTAINER)
			return m->open[i - 1].id;
	return 0;
}

bool marks_begin(struct marks *m, uint64_t id, enum span_kind kind, struct str name, int64_t pid,
		 int64_t thread)
{
	if (m->n_open >= MARKS_OPEN_MOST)
		return false;
	char *kept = mem_alloc(name.n + 1);
	if (name.n)
		memcpy(kept, name.at, name.n);
	m->open = mem_grow(m->open, m->n_open, &m->cap_open, sizeof(*m->open));
	m->open[m->n_open++] = (struct marks_open){id, pid, thread, kind, {kept, name.n}};
	return true;
}

/* Index of the one that is meant, or n_open. */
static size_t meant(const struct marks *m, enum span_kind kind, struct str name, int64_t pid, int64_t thread)
{
	size_t only = m->n_open, n = 0;
	for (size_t i = m->n_open; i > 0; i--) {
		const struct marks_open *o = &m->open[i - 1];
		if ((kind != SPAN_NONE && o->kind != kind) || (name.n && !str_eq(o->name, name)))
			continue;
		if (o->pid == pid && o->thread == thread)
			return i - 1;
		only = i - 1;
		n++;
	}
	return n == 1 && name.n ? only : m->n_open;
}

uint64_t marks_find(const struct marks *m, enum span_kind kind, struct str name, int64_t pid, int64_t thread)
{
	size_t i = meant(m, kind, name, pid, thread);
	return i < m->n_open ? m->open[i].id : 0;
}

uint64_t marks_end(struct marks *m, enum span_kind kind, struct str name, int64_t pid, int64_t thread)
{
	size_t i = meant(m, kind, name, pid, thread);
	if (i == m->n_open)
		return 0;
	uint64_t id = m->open[i].id;
	drop(m, i);
	return id;
}

void marks_unit_begin(struct marks *m, uint64_t id, int64_t at_ns)
{
	m->units[m->n_units++ % MARKS_UNITS] = (struct marks_time){id, 0, at_ns, INT64_MAX};
}

void marks_test_begin(struct marks *m, uint64_t id, int64_t pid, int64_t at_ns)
{
	m->tests[m->n_tests++ % MARKS_TESTS] = (struct marks_time){id, pid, at_ns, INT64_MAX};
}

/* The newest first: an id may be used again. */
static void end_in(struct marks_time *ring, uint64_t n, uint64_t size, uint64_t id, int64_t at_ns)
{
	for (uint64_t i = n; i > 0 && n - i < size; i--) {
		struct marks_time *t = &ring[(i - 1) % size];
		if (t->id != id)
			continue;
		if (t->end_ns == INT64_MAX)
			t->end_ns = at_ns;
		return;
	}
}

void marks_unit_end(struct marks *m, uint64_t id, int64_t at_ns)
{
	end_in(m->units, m->n_units, MARKS_UNITS, id, at_ns);
	for (uint64_t i = 0; i < m->n_tests && i < MARKS_TESTS; i++) /* those that a crash cut off */
		if (m->tests[i].end_ns == INT64_MAX)
			m->tests[i].end_ns = at_ns;
}

void marks_test_end(struct marks *m, uint64_t id, int64_t at_ns)
{
	end_in(m->tests, m->n_tests, MARKS_TESTS, id, at_ns);
}

static bool holds(const struct marks_time *t, int64_t at_ns)
{
	return t->begin_ns <= at_ns && at_ns < t->end_ns;
}

uint64_t marks_around(const struct marks *m, int64_t pid, int64_t at_ns)
{
	uint64_t any = 0, own = 0, n_any = 0, n_own = 0;
	for (uint64_t i = m->n_tests; i > 0 && m->n_tests - i < MARKS_TESTS; i--) {
		const struct marks_time *t = &m->tests[(i - 1) % MARKS_TESTS];
		if (!holds(t, at_ns))
			continue;
		any = t->id;
		n_any++;
		if (t->pid == pid) {
			own = t->id;
			n_own++;
		}
	}
	if (n_any == 1)
		return any;
	if (n_own == 1)
		return own;
	return marks_unit_at(m, at_ns);
}

uint64_t marks_unit_at(const struct marks *m, int64_t at_ns)
{
	for (uint64_t i = m->n_units; i > 0 && m->n_units - i < MARKS_UNITS; i--)
		if (holds(&m->units[(i - 1) % MARKS_UNITS], at_ns))
			return m->units[(i - 1) % MARKS_UNITS].id;
	return 0;
}

void marks_command_begin(struct marks *m, uint64_t id, int64_t at_ns)
{
	m->commands[m->n_commands++ % MARKS_COMMANDS] = (struct marks_time){id, 0, at_ns, INT64_MAX};
}

void marks_command_end(struct marks *m, uint64_t id, int64_t at_ns)
{
	end_in(m->commands, m->n_commands, MARKS_COMMANDS, id, at_ns);
}

bool marks_command_ran(const struct marks *m, uint64_t id, int64_t at_ns)
{
	for (uint64_t i = 0; i < m->n_commands && i < MARKS_COMMANDS; i++)
		if (m->commands[i].id == id && holds(&m->commands[i], at_ns))
			return true;
	return false;
}
