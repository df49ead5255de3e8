#include "cover_out/cover_order.h"

#include <string.h>

#include "base/str.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t run_of(struct str s, bool digits)
{
	size_t n = 0;
	while (n < s.n && is_digit(s.at[n]) == digits)
		n++;
	return n;
}

static int compare_numbers(struct str a, struct str b)
{
	while (a.n && a.at[0] == '0')
		a = str_cut(a, 1, a.n);
	while (b.n && b.at[0] == '0')
		b = str_cut(b, 1, b.n);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return str_compare(a, b);
}

int human_compare(struct str a, struct str b)
{
	struct str x = a, y = b;
	for (bool digits = false; x.n || y.n; digits = !digits) {
		size_t n = run_of(x, digits), m = run_of(y, digits);
		struct str p = str_cut(x, 0, n), q = str_cut(y, 0, m);
		if (digits && (n == 0 || m == 0))
			break;
		int order = digits ? compare_numbers(p, q) : str_compare(p, q);
		if (order)
			return order;
		x = str_cut(x, n, x.n);
		y = str_cut(y, m, y.n);
	}
	if (x.n == 0 && y.n == 0)
		return str_compare(a, b);
	return x.n == 0 ? -1 : y.n == 0 ? 1 : str_compare(x, y);
}

uint32_t cover_line_from(const struct cover_file *f, uint32_t number)
{
	uint32_t low = 0, high = f->n_lines;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (f->lines[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct str path_base(struct str path)
{
	size_t slash = str_find_last(path, '/');
	return slash == path.n ? path : str_cut(path, slash + 1, path.n);
}

struct str path_folder(struct str path)
{
	size_t slash = str_find_last(path, '/');
	return slash == path.n ? STR_NONE : str_cut(path, 0, slash);
}

static bool has_line(const struct cover_region *r, uint32_t line)
{
	for (uint32_t i = 0; i < r->n_spans; i++)
		if (r->spans[i][0] <= line && line <= r->spans[i][1])
			return true;
	return false;
}

/* The function or class that begins on line `start`, decorators included, and that `line` belongs to; or
 * NULL. */
static const struct cover_region *region_left(const struct cover_file *f, uint32_t start, uint32_t line)
{
	uint32_t low = 0, high = f->n_regions;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (f->regions[mid].first < start)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == f->n_regions || f->regions[low].first > line)
		return NULL;
	const struct cover_region *r = &f->regions[low];
	if (r->kind == COVER_FUNCTION)
		return has_line(r, line) ? r : NULL;
	if (r->last)
		return line <= r->last ? r : NULL;
	return start == 1 && r->first != 1 ? NULL : r;
}

void cover_way(struct out *o, const struct cover_file *f, const struct cover_branch *b,
	       void (*door)(struct out *o, struct str s))
{
	if (b->way > 0) {
		out_text(o, "jump to line ");
		out_int(o, b->way);
		return;
	}
	const struct cover_region *r = region_left(f, (uint32_t) - (int64_t)b->way, b->line);
	if (!r) {
		out_text(o, b->way < -1 ? "jump to the function exit" : "exit the module");
		return;
	}
	size_t dot = str_find_last(r->name, '.');
	out_text(o, r->kind == COVER_FUNCTION ? "return from function '" : "exit class '");
	door(o, dot == r->name.n ? r->name : str_cut(r->name, dot + 1, r->name.n));
	out_char(o, '\'');
}

const char *cover_fault_text(enum cover_fault fault)
{
	static const char *const texts[] = {
	    [COVER_SOURCE_GONE] = "its source is gone: only lines that ran are known",
	    [COVER_SOURCE_CHANGED] = "its source is not the one that ran",
	    [COVER_SOURCE_BAD] = "its source cannot be read",
	    [COVER_LINES_BEYOND] = "the data speaks of lines that the source does not have",
	};
	return (unsigned)fault < sizeof(texts) / sizeof(texts[0]) ? texts[fault] : NULL;
}
