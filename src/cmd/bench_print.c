/* What was measured: on standard output, and as files beside the record. */
#include "cmd/bench_print.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "bench_out/report_bench.h"
#include "cmd/cmd.h"
#include "record/bench_file.h"

static void put_json(struct out *out, const struct bench *b)
{
	struct buf text = {0};
	bench_file_put(&text, b);
	out_str(out, buf_view(&text));
	buf_free(&text);
}

static void put_hyperfine(const struct bench_print *o, struct out *out, const struct bench *b)
{
	uint32_t left_out = bench_hyperfine(out, b);
	if (left_out && !o->quiet)
		warn(o->command, "%u benchmark%s without wall time: hyperfine's form has no place for that",
		     left_out, left_out == 1 ? "" : "s");
}

static void put(const struct bench_print *o, struct out *out, const struct bench *b, unsigned columns)
{
	static void (*const forms[BENCH_FORMS])(struct out *, const struct bench *) = {
	    [BENCH_JSON] = put_json,        [BENCH_CSV] = bench_csv, [BENCH_MARKDOWN] = bench_markdown,
	    [BENCH_JUNIT] = bench_junit,    [BENCH_GO] = bench_go,   [BENCH_OPENMETRICS] = bench_openmetrics,
	    [BENCH_BENCHER] = bench_bencher};
	struct arena a = {0};
	struct term t = {.out = out, .columns = columns, .colour = o->colour};
	if (o->form == BENCH_BRIEF) {
		bench_text_brief(&t, b);
	} else if (o->form == BENCH_TEXT || o->form == BENCH_HTML) {
		struct besides v = besides_of(&a, b);
		if (o->form == BENCH_HTML)
			bench_html(out, b, &v);
		else
			bench_text(&t, b, &v);
	} else if (o->form == BENCH_HYPERFINE) {
		put_hyperfine(o, out, b);
	} else {
		forms[o->form](out, b);
	}
	arena_free(&a);
}

int bench_print_to(const struct bench_print *o, const struct bench *b, int fd, struct err *e)
{
	struct out out;
	out_to_fd(&out, fd);
	put(o, &out, b, terminal_columns(fd));
	return out_close(&out, e);
}

int bench_print(const struct bench_options *o, const struct bench *b, struct err *e)
{
	struct bench_print p = {.command = "bench",
				.form = (enum bench_form)o->format.is,
				.colour = wants_colour(&o->exec.color, STDOUT_FILENO),
				.quiet = o->exec.quiet};
	return bench_print_to(&p, b, STDOUT_FILENO, e);
}

int bench_print_files(const struct bench *b, const char *dir, struct err *e)
{
	static const struct {
		enum bench_form form;
		const char *name;
	} files[] = {{BENCH_HTML, "bench.html"}, {BENCH_JUNIT, "junit.xml"}};
	struct arena a = {0};
	struct err one;
	int rc = 0;
	for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct buf text = {0};
		struct out out;
		out_to_buf(&out, &text);
		put(&(struct bench_print){.form = files[i].form}, &out, b, 0);
		if (file_write(arena_printf(&a, "%s/%s", dir, files[i].name), buf_view(&text), &one) < 0 &&
		    rc == 0) {
			*e = one;
			rc = e->fault;
		}
		buf_free(&text);
	}
	arena_free(&a);
	return rc;
}
