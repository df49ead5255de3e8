#include "bench_out/metric_words.h"

#include "base/str.h"

static const struct {
	const char *kinds, *metric, *words;
} known[] = {
    {"exec|import|c", "wall",
     "from before the process is made until it is reaped; of functions, of one operation"},
    {"exec|import|c", "cpu", "user and system time"},
    {"exec", "user", "CPU time in the program"},
    {"exec", "system", "CPU time in the kernel for it"},
    {"exec", "peak_rss", "the most memory that one of its processes had"},
    {"c|import", "bytes_per_op", "memory that one operation asked for"},
    {"c|import", "allocs_per_op", "how often one operation asked for memory"},
    {"http", "latency",
     "from sending the request until the last byte of the answer, over a connection that is there"},
    {"mcp", "latency", "from writing the request until its reply was read"},
    {"http|mcp", "first_byte", "from sending until the first byte came"},
    {"http", "connect", "resolving the name and connecting, of requests that had to"},
    {"http", "tls", "the handshake, of requests that made one"},
    {"http", "received", "size of the answer's body"},
    {"mcp", "start", "until the server was started and had agreed on the protocol"},
    {"container", "startup",
     "from asking to create it until it is started and, where 'ready' is given, ready"},
    {"container", "create", "the engine's answer to the request to create it"},
    {"container", "start", "the engine's answer to the request to start it"},
    {"container", "ready", "from started until the line of 'ready' succeeded"},
    {"container", "exec",
     "the command inside: from the request until its output ended and its code is known"},
    {"container", "overhead", "what exec took more than the same command outside of any container"},
    {"container", "memory",
     "of all processes inside: anonymous, shared and the kernel's for them; no page cache"},
    {"container", "supervisor",
     "of the engine's process beside it (conmon, containerd-shim), its share of shared pages"},
    {"container", "sandbox_memory", "memory and supervisor together: what one sandbox takes of the machine"},
    {"container", "stop", "ending it at once, without a time of grace"},
    {"container", "remove", "the engine's answer to the request to remove it"},
    {"container", "lifecycle", "startup, exec, stop and remove together"},
};

const char *metric_words(struct str kind, struct str metric)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(metric, known[i].metric) && str_among(kind, known[i].kinds))
			return known[i].words;
	return NULL;
}

/* Whether a benchmark before the i-th, of the same kind, has the metric. */
static bool is_told(const struct bench *b, uint32_t i, struct str metric)
{
	for (uint32_t k = 0; k < i; k++)
		for (uint32_t c = 0;
		     str_eq(b->subjects[k].kind, b->subjects[i].kind) && c < b->subjects[k].n_columns; c++)
			if (str_eq(b->subjects[k].columns[c].metric, metric))
				return true;
	return false;
}

enum { SUBJECTS = 300 }; /* looked at: each is held against all before it */

void metric_words_each(const struct bench *b, bool of_commands,
		       void (*put)(void *ctx, struct str kind, struct str metric, const char *words),
		       void *ctx)
{
	for (uint32_t i = 0; i < b->n_subjects && i < SUBJECTS; i++) {
		const struct bench_subject *s = &b->subjects[i];
		if (!of_commands && (str_is(s->kind, "exec") || !s->kind.n))
			continue;
		for (uint32_t c = 0; c < s->n_columns; c++) {
			const char *words = metric_words(s->kind, s->columns[c].metric);
			if (words && s->columns[c].summary.n && !is_told(b, i, s->columns[c].metric))
				put(ctx, s->kind, s->columns[c].metric, words);
		}
	}
}
