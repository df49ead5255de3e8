#include "base/str.h"
#include "report/phrase.h"

/* ", 3 failed": where there are any. */
static void put_some(struct buf *b, uint32_t n, const char *what)
{
	if (n)
		buf_printf(b, ", %u %s", n, what);
}

void phrase_containers(struct buf *b, const struct model *m)
{
	const struct model_containers *c = &m->containers;
	phrase_number(b, c->n, STR("container"));
	buf_text(b, " of ");
	phrase_number(b, c->n_types, STR("type"));
	put_some(b, c->n_failed, "failed to start");
	put_some(b, c->n_left, "still there at the end");
	if (c->n_shared) {
		buf_printf(b, ", %u of no single ", c->n_shared);
		buf_str(b, m->word_test);
	}
	put_some(b, c->n_passed_over, "more than are kept here");
	buf_char(b, '.');
	if (c->peak) {
		buf_printf(b, " At most %u ran at once, first at ", c->peak);
		phrase_duration(b, c->peak_at_ns);
		buf_printf(b, "; %.2f on average, %u at the end.", c->average, c->at_end);
	}
	if (c->wait_ns) {
		buf_text(b, " Polling went on for ");
		phrase_duration(b, c->wait_ns);
		buf_text(b, " after containers were ready.");
	}
}

void phrase_container_type(struct buf *b, const struct model_container_type *t)
{
	phrase_number(b, t->n, STR("container"));
	put_some(b, t->n_failed, "failed");
	put_some(b, t->n_left, "left");
	if (t->peak)
		buf_printf(b, ", at most %u at once", t->peak);
	if (t->wait_ns) {
		buf_text(b, ", polled for ");
		phrase_duration(b, t->wait_ns);
	}
}

void phrase_container_of(struct buf *b, const struct model *m, const struct model_container *c)
{
	if (c->worker >= 0)
		buf_printf(b, "worker %d", c->worker);
	else
		buf_text(b, "no worker");
	struct str name = STR_NONE;
	if (c->test < m->n_tests)
		name = m->tests[c->test].name;
	else if (c->unit < m->n_units)
		name = m->units[c->unit].name;
	if (c->worker >= 0 && c->test >= m->n_tests)
		buf_text(b, ", shared");
	if (name.n) {
		buf_text(b, c->test < m->n_tests ? ", " : " in ");
		buf_str(b, name);
	}
}

bool phrase_tells_critical(const struct model *m)
{
	return m->critical.n && (m->containers.told || m->phase_tree.marked);
}

void phrase_critical(struct buf *b, const struct critical_item *x)
{
	static const struct {
		const char *before, *after;
	} words[CRITICAL_KINDS] = {
	    [CRITICAL_PHASE] = {"the phase '", "' took no time"},
	    [CRITICAL_HOOK] = {"'", "' took no time"},
	    [CRITICAL_REUSE] = {"each worker kept one '", "' container"},
	    [CRITICAL_SHARE] = {"all workers shared one '", "' container"},
	    [CRITICAL_IMAGE] = {"images were pulled and built before", ""},
	    [CRITICAL_POLLING] = {"nobody polled after a container was ready", ""},
	    [CRITICAL_LONGEST] = {"'", "', the longest unit, were split in two"},
	};
	if (x->kind == CRITICAL_WORKER) {
		buf_printf(b, "there were %u workers", x->n);
		return;
	}
	buf_text(b, words[x->kind].before);
	if (x->kind != CRITICAL_IMAGE && x->kind != CRITICAL_POLLING)
		buf_str(b, phrase_name(x->name));
	buf_text(b, words[x->kind].after);
}
