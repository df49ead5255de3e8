#include "cover/cover_gate.h"

#include "base/str.h"
#include "cover/cover_glob.h"

struct judge {
	const struct cover *c;
	const struct cover_gate *gates;
	uint32_t n_gates;
	unsigned precision;
	struct cover_misses ret;
};

static bool matches(const struct cover_gate *g, const struct cover_file *f)
{
	return g->pattern.n == 0 || cover_glob_matches(g->pattern, f->path);
}

static void hold(struct judge *j, const struct cover_gate *g, const struct cover_file *f,
		 const struct cover_sum *sum)
{
	double percent = g->kind == COVER_GATE_DIFF ? cover_percent_lines(sum) : cover_percent(sum);
	if (cover_below(percent, g->bound, j->precision))
		j->ret.misses[j->ret.n++] =
		    (struct cover_miss){.gate = g, .file = f, .sum = *sum, .percent = percent};
}

static void hold_group(struct judge *j, const struct cover_gate *g)
{
	struct cover_sum sum = {0};
	uint32_t n = 0;
	for (uint32_t i = 0; i < j->c->n_files; i++) {
		if (!matches(g, &j->c->files[i]))
			continue;
		cover_sum_add(&sum, &j->c->files[i].sum);
		n++;
	}
	if (n)
		hold(j, g, NULL, &sum);
	else
		j->ret.misses[j->ret.n++] = (struct cover_miss){.gate = g, .none = true};
}

/* Whether a later gate speaks of this file. */
static bool is_overruled(const struct judge *j, const struct cover_gate *g, const struct cover_file *f)
{
	for (const struct cover_gate *later = g + 1; later < j->gates + j->n_gates; later++)
		if (later->kind == COVER_GATE_EACH && matches(later, f))
			return true;
	return false;
}

static void hold_each(struct judge *j, const struct cover_gate *g)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < j->c->n_files; i++) {
		const struct cover_file *f = &j->c->files[i];
		if (!matches(g, f))
			continue;
		n++;
		if (!is_overruled(j, g, f))
			hold(j, g, f, &f->sum);
	}
	if (n == 0 && g->pattern.n)
		j->ret.misses[j->ret.n++] = (struct cover_miss){.gate = g, .none = true};
}

struct cover_misses cover_gate(struct arena *arena, const struct cover *c, const struct cover_diff *diff,
			       const struct cover_gate *gates, uint32_t n_gates, unsigned precision)
{
	struct judge j = {.c = c, .gates = gates, .n_gates = n_gates, .precision = precision};
	/* Of all gates for each file one holds a file at the most. */
	j.ret.misses = arena_array(arena, struct cover_miss, (size_t)c->n_files + n_gates);
	for (const struct cover_gate *g = gates; g < gates + n_gates; g++) {
		if (g->kind == COVER_GATE_TOTAL)
			hold(&j, g, NULL, &c->sum);
		else if (g->kind == COVER_GATE_GROUP)
			hold_group(&j, g);
		else if (g->kind == COVER_GATE_EACH)
			hold_each(&j, g);
		else if (diff)
			hold(&j, g, NULL, &diff->sum);
	}
	return j.ret;
}
