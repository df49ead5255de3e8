#include <string.h>

#include "base/digits.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "base/vec.h"
#include "cover_out/cover_html.h"
#include "cover_out/paint.h"

/* Lines that the same contexts ran. */
struct set {
	const uint32_t *ids;
	uint32_t n;
};

struct page {
	struct cover_html *x;
	struct out *o;
	const struct cover_file *f;
	struct painter painter;
	uint32_t next; /* of the file's lines */
	struct set *sets;
	size_t n_sets, cap_sets;
	struct table set_at;
};

static uint32_t index_of(const struct page *p)
{
	return (uint32_t)(p->f - p->x->c->files);
}

/* Without the empty context, which is none. */
static struct set set_of(const struct page *p, uint32_t line)
{
	const struct cover_file *f = p->f;
	if (!f->context_first)
		return (struct set){0};
	struct set s = {f->context_ids + f->context_first[line],
			f->context_first[line + 1] - f->context_first[line]};
	if (s.n && s.ids[0] == 0) {
		s.ids++;
		s.n--;
	}
	return s;
}

static uint32_t set_number(struct page *p, struct set s)
{
	struct str bytes = {(const char *)s.ids, s.n * sizeof(*s.ids)};
	uint32_t hash = (uint32_t)str_hash(bytes, 1);
	for (uint32_t at = table_first(&p->set_at, hash), i; (i = table_item(&p->set_at, at)) != TABLE_NONE;
	     at = table_next(&p->set_at, hash, at))
		if (p->sets[i].n == s.n && memcmp(p->sets[i].ids, s.ids, bytes.n) == 0)
			return i;
	p->sets = vec_grow(p->sets, p->n_sets, &p->cap_sets, sizeof(*p->sets));
	p->sets[p->n_sets] = s;
	table_add(&p->set_at, hash, (uint32_t)p->n_sets);
	return (uint32_t)p->n_sets++;
}

static void put_painted(struct page *p, struct str line)
{
	static const char *const opens[] = {NULL, "<b>", "<u>", "<i>", "<var>", "<dfn>"};
	static const char *const closes[] = {NULL, "</b>", "</u>", "</i>", "</var>", "</dfn>"};
	size_t plain = 0, at = 0; /* a stretch without colour goes out as one */
	enum paint paint;
	struct str text;
	painter_line(&p->painter, line);
	while (painter_next(&p->painter, &paint, &text)) {
		at += text.n;
		if (paint == PAINT_PLAIN)
			continue;
		size_t from = at - text.n;
		if (plain < from)
			out_html(p->o, str_cut(line, plain, from - plain));
		out_text(p->o, opens[paint]);
		out_html(p->o, text);
		out_text(p->o, closes[paint]);
		plain = at;
	}
	if (plain < line.n)
		out_html(p->o, str_cut(line, plain, line.n));
}

static bool is_taken(const struct cover_branch *b)
{
	return b->taken && b->taken != COVER_UNREACHED;
}

static void put_target(struct page *p, const struct cover_branch *b)
{
	if (b->way > 0)
		out_printf(p->o, "<a href=\"#L%d\">line %d</a>", b->way, b->way);
	else
		cover_way(p->o, p->f, b, out_html);
}

/* What branches of a line did: where it never went, or how often each way was taken. */
static void put_ways(struct page *p, const struct cover_line *l)
{
	const struct cover_branch *b = p->f->branches + l->first_branch, *end = b + l->n_listed;
	struct out *o = p->o;
	out_printf(o, "<small>%u of %u ways", l->n_taken, l->n_branches);
	const char *before = p->f->targets ? ", never: " : ": ";
	for (; b < end; b++) {
		if (p->f->targets && is_taken(b))
			continue;
		out_text(o, before);
		before = ", ";
		if (p->f->targets)
			put_target(p, b);
		else if (is_taken(b))
			out_count(o, b->taken);
		else
			out_text(o, "<em>never</em>");
	}
	out_text(o, "</small>");
}

static void put_contexts_of(struct page *p, uint32_t i)
{
	struct set s = set_of(p, i);
	if (s.n)
		out_printf(p->o, "<a class=\"c\" href=\"#C%u\">%u context%s</a>", set_number(p, s), s.n,
			   s.n == 1 ? "" : "s");
}

/* m: missed, p: not all its ways, x: excluded, r: ran; 0: no statement. */
static char class_of(const struct page *p, const struct cover_line *l)
{
	if (l->flags & COVER_EXCLUDED)
		return 'x';
	if (l->hits == 0)
		return 'm';
	return p->x->c->branch && l->n_taken < l->n_branches ? 'p' : 'r';
}

static void put_row_start(struct page *p, uint32_t number, const struct cover_line *l)
{
	char text[3 * DIGITS_BYTES + 64], *at = digits_put(digits_text(text, "<tr id=L"), number);
	if (l) {
		at = digits_text(at, " class=");
		*at++ = class_of(p, l);
	}
	at = digits_put(digits_text(at, "><th>"), number);
	at = digits_text(at, "<td>");
	if (p->f->counts) {
		if (l && !(l->flags & COVER_EXCLUDED))
			at = digits_put(at, l->hits);
		at = digits_text(at, "<td>");
	}
	out_add(p->o, text, (size_t)(at - text));
}

/* The line of the model with this number, or NULL. Numbers rise from call to call. */
static const struct cover_line *line_at(struct page *p, uint32_t number)
{
	while (p->next < p->f->n_lines && p->f->lines[p->next].number < number)
		p->next++;
	if (p->next == p->f->n_lines || p->f->lines[p->next].number != number)
		return NULL;
	return &p->f->lines[p->next];
}

static void put_notes(struct page *p, const struct cover_line *l)
{
	if (!l)
		return;
	if (p->f->context_first)
		put_contexts_of(p, (uint32_t)(l - p->f->lines));
	if (p->x->c->branch && l->n_branches && l->hits && (l->n_taken < l->n_branches || !p->f->targets))
		put_ways(p, l);
}

/* Takes a line, which ends with \n, \r\n or \r. */
static struct str take_line(struct str *rest)
{
	size_t n = str_find(*rest, '\n');
	struct str line = str_cut(*rest, 0, n);
	size_t cr = memchr(line.at, '\r', line.n) ? str_find(line, '\r') : line.n;
	if (cr < line.n && cr + 1 < n) {
		*rest = str_cut(*rest, cr + 1, rest->n);
		return str_cut(line, 0, cr);
	}
	*rest = str_cut(*rest, n + 1, rest->n);
	return str_cut(line, 0, cr);
}

static void put_lines(struct page *p, struct str source)
{
	for (uint32_t number = 1; source.n && number < COVER_LINE_MAX; number++) {
		struct str line = take_line(&source);
		const struct cover_line *l = line_at(p, number);
		put_row_start(p, number, l);
		put_painted(p, line);
		put_notes(p, l);
	}
}

/* Without a source: what is known of its lines. */
static void put_bare_lines(struct page *p)
{
	for (uint32_t i = 0; i < p->f->n_lines; i++) {
		const struct cover_line *l = &p->f->lines[i];
		put_row_start(p, l->number, l);
		put_notes(p, l);
	}
}

static void put_nav(struct page *p)
{
	struct cover_html *x = p->x;
	uint32_t i = index_of(p);
	out_text(p->o, "<nav aria-label=\"Files\">");
	if (i > 0) {
		out_text(p->o, "<a rel=\"prev\" href=\"");
		cover_html_reference(x, i - 1, 0);
		out_text(p->o, "\">Previous</a>");
	}
	out_printf(p->o, "<a rel=\"index\" href=\"%s\">Index</a>",
		   x->single ? "#" : report_cover_html_indexes[0]);
	if (i + 1 < x->c->n_files) {
		out_text(p->o, "<a rel=\"next\" href=\"");
		cover_html_reference(x, i + 1, 0);
		out_text(p->o, "\">Next</a>");
	}
	out_text(p->o, "</nav>\n");
}

static void put_tally(struct page *p, const char *class, uint64_t n, const char *word)
{
	out_printf(p->o, "<li class=\"%s\"><b>", class);
	out_count(p->o, n);
	out_printf(p->o, "</b> %s", word);
}

static void put_top(struct page *p)
{
	const struct cover_sum *s = &p->f->sum;
	struct out *o = p->o;
	uint32_t partial = 0;
	for (uint32_t i = 0; i < p->f->n_lines; i++)
		partial += class_of(p, &p->f->lines[i]) == 'p';
	out_text(o, "<header class=\"top\"><div class=\"wrap\">\n");
	put_nav(p);
	out_text(o, "<h1>");
	cover_html_path(p->x, p->f->path);
	out_printf(o, " <b class=\"%s\">", cover_html_grade(s));
	cover_html_percent(p->x, s);
	out_text(o, "</b></h1>\n<ul class=\"tally\">");
	put_tally(p, "r", s->covered, "ran");
	put_tally(p, "m", s->statements - s->covered, "missing");
	if (p->x->c->branch)
		put_tally(p, "p", partial, "partial");
	put_tally(p, "x", s->excluded, "excluded");
	out_text(o, "</ul>\n</div></header>\n");
}

static void put_fault(struct page *p, struct str source)
{
	const char *text = cover_fault_text(p->f->fault);
	if (!source.at && p->f->fault != COVER_SOURCE_GONE)
		text = "its source is not there";
	if (text)
		out_printf(p->o, "<p class=\"warn\">Mind: %s.</p>\n", text);
}

static void put_outline(struct page *p)
{
	struct out *o = p->o;
	uint32_t n = 0, whole = 0;
	for (uint32_t i = 0; i < p->f->n_regions; i++) {
		const struct cover_sum *s = &p->f->regions[i].sum;
		n += s->statements > 0;
		whole += s->statements && s->covered == s->statements && s->partial == 0;
	}
	if (n == 0)
		return;
	out_printf(
	    o,
	    "<details class=\"outline\"><summary>Functions and classes: %u of %u with misses</summary>\n<ul>",
	    n - whole, n);
	for (uint32_t i = 0; i < p->f->n_regions; i++) {
		const struct cover_region *r = &p->f->regions[i];
		if (r->sum.statements == 0)
			continue;
		out_printf(o, "<li%s><a href=\"#L%u\">", r->kind == COVER_CLASS ? " class=\"k\"" : "",
			   r->first);
		out_html(o, r->name);
		out_printf(o, "</a> <b class=\"%s\">", cover_html_grade(&r->sum));
		cover_html_percent(p->x, &r->sum);
		out_text(o, "</b>\n");
	}
	out_text(o, "</ul></details>\n");
}

/* "1-4, 7": numbers in the list of names. */
static void put_ranges(struct page *p, struct set s, const uint32_t *numbers)
{
	for (uint32_t i = 0, k; i < s.n; i = k) {
		uint32_t first = numbers[s.ids[i]], last = first;
		for (k = i + 1; k < s.n && numbers[s.ids[k]] == last + 1; k++)
			last++;
		out_printf(p->o, "%s%u", i ? ", " : "", first);
		if (last > first)
			out_printf(p->o, "-%u", last);
	}
}

static void put_contexts(struct page *p)
{
	if (p->n_sets == 0)
		return;
	const struct cover *c = p->x->c;
	uint32_t *numbers = mem_alloc(sizeof(*numbers) * c->n_contexts), n = 0;
	memset(numbers, 0, sizeof(*numbers) * c->n_contexts);
	for (size_t i = 0; i < p->n_sets; i++)
		for (uint32_t k = 0; k < p->sets[i].n; k++)
			numbers[p->sets[i].ids[k]] = 1;
	out_text(
	    p->o,
	    "<section class=\"contexts\" aria-label=\"Contexts\"><div class=\"wrap\">\n<h2>Contexts</h2>\n<ol class=\"names\">\n");
	for (uint32_t i = 0; i < c->n_contexts; i++) {
		if (!numbers[i])
			continue;
		numbers[i] = ++n;
		out_text(p->o, "<li>");
		out_html(p->o, c->contexts[i]);
		out_char(p->o, '\n');
	}
	out_text(p->o, "</ol>\n<h3>Which of them ran a line</h3>\n<ul class=\"sets\">\n");
	for (size_t i = 0; i < p->n_sets; i++) {
		out_printf(p->o, "<li id=\"C%zu\">", i);
		put_ranges(p, p->sets[i], numbers);
		out_char(p->o, '\n');
	}
	out_text(p->o, "</ul>\n</div></section>\n");
	mem_free(numbers);
}

void cover_html_source(struct cover_html *x, const struct cover_file *f, struct str source)
{
	struct page p = {.x = x, .o = x->o, .f = f};
	painter_init(&p.painter, f->language ? f->language : language_of(f->path));
	if (source.n >= 3 && memcmp(source.at, "\xef\xbb\xbf", 3) == 0)
		source = str_cut(source, 3, source.n);
	put_top(&p);
	out_text(x->o, "<main id=\"source\">\n<div class=\"wrap\">\n");
	put_fault(&p, source);
	put_outline(&p);
	out_printf(x->o, "</div>\n<table class=\"code%s\"><tbody>", f->counts ? " counts" : "");
	if (source.at)
		put_lines(&p, source);
	else
		put_bare_lines(&p);
	out_text(x->o, "</tbody></table>\n</main>\n");
	put_contexts(&p);
	vec_free(p.sets);
	table_free(&p.set_at);
}
