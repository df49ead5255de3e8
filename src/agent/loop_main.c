/* A program's flags, and which benchmarks are run in which order. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/loop_api.h"
#include "agent/loop_tell.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, LINE = 512 };

struct wishes {
	const char *filter, *counts;
	uint64_t rounds;
	int64_t min_ns;
	bool list;
	enum loop_format format;
};

struct program {
	struct fettle_bench *all;
	size_t n;
	struct wishes wishes;
	struct loop_tell tell;
};

static const char help[] =
    "Usage: %s [OPTION...]\n"
    "Measures the benchmarks in this program (fettle_bench.h).\n\n"
    "  --list            names only\n"
    "  --filter PATTERN  only those whose name matches: * ? [..]\n"
    "  --rounds N        figures of each (10)\n"
    "  --min-time TIME   a round takes at least so long: 10ms, 1s, 500us (10ms)\n"
    "  --format NAME     table, go (the text that benchstat reads) or json (a row a line);\n"
    "                    table on a terminal, else go\n"
    "  --counts FILE     lines 'NAME N': only these, N operations a round (0: as many as\n"
    "                    --min-time needs); - is standard input\n"
    "  --help            this text\n";

static int usage(const char *program, const char *what, const char *value)
{
	(void)fprintf(stderr, "%s: %s '%s'; --help tells more\n", program, what, value);
	return EXIT_USAGE;
}

static bool take_time(const char *text, int64_t *ret)
{
	static const struct {
		const char *word;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}};
	char *end;
	double v = strtod(text, &end);
	for (unsigned i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].word) == 0 && v * units[i].ns >= 1 && v * units[i].ns <= 3600e9) {
			*ret = (int64_t)(v * units[i].ns);
			return true;
		}
	return false;
}

static bool take_number(const char *text, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] < '0' || text[0] > '9')
		return false;
	*ret = v;
	return true;
}

static bool take_format(const char *text, enum loop_format *ret)
{
	static const char *const words[] = {"table", "go", "json"};
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(text, words[i]) == 0) {
			*ret = (enum loop_format)i;
			return true;
		}
	return false;
}

static bool take_value(struct wishes *w, const char *name, const char *value)
{
	if (strcmp(name, "--filter") == 0)
		return (w->filter = value) != NULL;
	if (strcmp(name, "--counts") == 0)
		return (w->counts = value) != NULL;
	if (strcmp(name, "--rounds") == 0)
		return take_number(value, &w->rounds) && w->rounds <= 1000000;
	if (strcmp(name, "--min-time") == 0)
		return take_time(value, &w->min_ns);
	return take_format(value, &w->format);
}

static bool has_value(const char *name)
{
	static const char *const names[] = {"--filter", "--counts", "--rounds", "--min-time", "--format"};
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* -1: go on; else the exit code. "--name value" and "--name=value". */
static int take_flags(struct wishes *w, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char name[32] = {0};
		char *equals = strchr(argv[i], '=');
		size_t n = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
		(void)snprintf(name, sizeof(name), "%.*s", n < sizeof(name) ? (int)n : 0, argv[i]);
		if (strcmp(argv[i], "--help") == 0) {
			(void)printf(help, argv[0]);
			return 0;
		}
		if (strcmp(argv[i], "--list") == 0) {
			w->list = true;
		} else if (!has_value(name)) {
			return usage(argv[0], "unknown option", argv[i]);
		} else {
			const char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
			if (!value)
				return usage(argv[0], "a value is missing behind", name);
			if (!take_value(w, name, value))
				return usage(argv[0], "cannot take this value of an option:", value);
		}
	}
	return -1;
}

static void *room(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);
	if (!p) {
		(void)fputs("out of memory\n", stderr);
		_exit(3);
	}
	return p;
}

/* They were added last first. */
static void collect(struct program *p)
{
	size_t n = 0;
	for (struct fettle_bench_entry *e = loop_entries; e; e = e->next)
		n += e->n_args ? e->n_args : 1;
	p->all = room(n, sizeof(*p->all));
	p->n = n;
	for (struct fettle_bench_entry *e = loop_entries; e; e = e->next)
		for (uint32_t k = e->n_args ? e->n_args : 1; k > 0; k--) {
			struct fettle_bench *b = &p->all[--n];
			b->entry = e;
			b->arg = e->n_args ? e->args[k - 1] : 0;
			(void)snprintf(b->name, sizeof(b->name), e->n_args ? "%s/%lld" : "%s", e->name,
				       (long long)b->arg);
		}
}

static const char *twice(const struct program *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->all[i].name, p->all[k].name) == 0)
				return p->all[i].name;
	return NULL;
}

static void keep_matching(struct program *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (!p->wishes.filter || fnmatch(p->wishes.filter, p->all[i].name, 0) == 0)
			p->all[n++] = p->all[i];
	p->n = n;
}

static void choose(struct program *p, const char *name, uint64_t n)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->all[i].name, name) == 0) {
			p->all[i].n = n;
			p->all[i].is_chosen = true;
		}
}

static int read_counts(struct program *p, const char *path)
{
	bool own = strcmp(path, "-") != 0;
	FILE *f = own ? fopen(path, "re") : stdin;
	char line[LINE];
	size_t n = 0;
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		uint64_t count;
		line[strcspn(line, "\n")] = 0;
		char *blank = strrchr(line, ' ');
		if (!blank || !take_number(blank + 1, &count))
			continue;
		*blank = 0;
		choose(p, line, count);
	}
	if (own)
		(void)fclose(f);
	for (size_t i = 0; i < p->n; i++)
		if (p->all[i].is_chosen)
			p->all[n++] = p->all[i];
	p->n = n;
	return 0;
}

static void keep_round(struct fettle_bench *b, uint64_t rounds)
{
	if (!b->rounds)
		b->rounds = room(rounds, sizeof(*b->rounds));
	b->rounds[b->n_rounds++] = b->now;
}

static void calibrate_all(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct fettle_bench *b = &p->all[i];
		bool told = b->n != 0; /* from outside: it needs a warm-up of its own */
		loop_tell_start(&p->tell, b);
		if (loop_calibrate(b, p->wishes.min_ns) && (!told || loop_run(b, b->n / 10 + 1)))
			loop_tell_calibrated(&p->tell, b);
		else
			loop_tell_over(&p->tell, b);
	}
}

/* Round by round, so that a moody machine hits all alike. */
static void run_all(struct program *p)
{
	for (uint64_t r = 0; r < p->wishes.rounds; r++)
		for (size_t i = 0; i < p->n; i++) {
			struct fettle_bench *b = &p->all[i];
			if (b->outcome != LOOP_GOOD)
				continue;
			loop_tell_start(&p->tell, b);
			if (loop_run(b, b->n)) {
				keep_round(b, p->wishes.rounds);
				loop_tell_round(&p->tell, b);
			} else {
				loop_tell_over(&p->tell, b);
			}
		}
}

/* Rows alone on standard output: what benchmarks print goes where errors go. */
static FILE *own_output(enum loop_format format)
{
	if (format != LOOP_JSON)
		return stdout;
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		return f;
	if (f)
		(void)fclose(f);
	else if (fd >= 0)
		(void)close(fd);
	return stdout;
}

static int run_program(struct program *p)
{
	int failed = 0;
	p->tell = (struct loop_tell){
	    .out = own_output(p->wishes.format), .format = p->wishes.format, .counted = loop_count_works()};
	loop_tell_begin(&p->tell, p->n);
	calibrate_all(p);
	run_all(p);
	loop_tell_end(&p->tell, p->all, p->n);
	for (size_t i = 0; i < p->n; i++) {
		failed |= p->all[i].outcome == LOOP_FAILED;
		free(p->all[i].rounds);
	}
	return fflush(p->tell.out) != 0 || failed ? EXIT_FAILED : 0;
}

static int list(struct program *p)
{
	p->tell = (struct loop_tell){.out = own_output(p->wishes.format), .format = p->wishes.format};
	if (p->wishes.format == LOOP_JSON)
		loop_tell_begin(&p->tell, p->n);
	for (size_t i = 0; i < p->n; i++)
		loop_tell_listed(&p->tell, &p->all[i]);
	if (p->wishes.format == LOOP_JSON)
		loop_tell_end(&p->tell, p->all, p->n);
	return fflush(p->tell.out) != 0;
}

int fettle_bench_main(int argc, char **argv)
{
	struct program p = {.wishes = {.rounds = 10,
				       .min_ns = 10000000,
				       .format = isatty(STDOUT_FILENO) ? LOOP_TABLE : LOOP_GO}};
	int rc = take_flags(&p.wishes, argc, argv);
	if (rc >= 0)
		return rc;
	collect(&p);
	const char *name = twice(&p);
	if (name)
		rc = usage(argv[0], "two benchmarks are called", name);
	keep_matching(&p);
	if (rc < 0 && p.wishes.counts && read_counts(&p, p.wishes.counts) < 0)
		rc = usage(argv[0], "cannot read", p.wishes.counts);
	if (rc < 0 && p.wishes.list)
		rc = list(&p);
	if (rc < 0 && !p.n && !p.wishes.counts)
		rc = usage(argv[0], "no benchmark matches", p.wishes.filter ? p.wishes.filter : "*");
	if (rc < 0)
		rc = run_program(&p);
	free(p.all);
	return rc;
}
