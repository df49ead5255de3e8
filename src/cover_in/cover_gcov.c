#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_file.h"
#include "cover_in/cover_graph.h"
#include "cover_in/cover_readers.h"
#include "cover_in/cover_tell.h"

enum { OLDEST = 11, NEWEST = 14 }; /* GCC, whose form is known */

/* An object file that was compiled for counting. */
struct object {
	struct gcov_object graph;
	struct map by_ident; /* its functions */
	bool counted;        /* some .gcda was added */
	struct object *next;
};

struct cover_gcov {
	struct arena arena;
	struct object *first, **last;
	struct object **all; /* by the number in by_key */
	size_t n, cap;
	struct map by_key;
};

static int bad(struct err *e, const char *path, const char *what)
{
	return err_format(e, "cannot read '%s': %s", path, what);
}

static struct cover_gcov *house(struct cover_read *r)
{
	if (!r->gcov) {
		r->gcov = mem_alloc(sizeof(*r->gcov));
		*r->gcov = (struct cover_gcov){0};
		r->gcov->last = &r->gcov->first;
	}
	return r->gcov;
}

/* path without its folder and the last of its endings. */
static struct str stem(const char *path)
{
	struct str s = str_of(path);
	size_t slash = str_find_last(s, '/');
	s = slash < s.n ? str_cut(s, slash + 1, s.n) : s;
	return str_cut(s, 0, str_find_last(s, '.'));
}

enum { KEY_MAX = COVER_PATH_MAX + 64 };

/* A compilation, wherever its files lie: .gcda and .gcno of it agree in all of this. */
static struct str key_of(char *buffer, const struct gcov_head *head, const char *path)
{
	struct str name = str_cut(stem(path), 0, COVER_PATH_MAX);
	memcpy(buffer, head->version, 4);
	memcpy(buffer + 4, &head->stamp, 4);
	if (name.n)
		memcpy(buffer + 8, name.at, name.n);
	return (struct str){buffer, 8 + name.n};
}

/* The object of this key, or NULL. */
static struct object *find(const struct cover_gcov *g, struct str key)
{
	uint32_t i = map_get(&g->by_key, key);
	return g->all && i < g->n ? g->all[i] : NULL;
}

static bool is_known(const struct gcov_head *head)
{
	return head->major >= OLDEST && head->major <= NEWEST;
}

int cover_gcov_notes(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct cover_gcov *g = house(r);
	struct gcov_words w;
	struct gcov_head head;
	char key[KEY_MAX];
	if (!gcov_open(bytes, &w, &head))
		return bad(e, path, "cut off");
	if (!is_known(&head)) /* gcov will find it by itself, beside its .gcda */
		return 0;
	struct str k = key_of(key, &head, path);
	if (find(g, k))
		return 0;
	/* a copy, as texts are borrowed from it */
	struct str kept = arena_str(&g->arena, bytes);
	size_t done = (size_t)(w.at - w.start);
	w.start = (const unsigned char *)kept.at;
	w.at = w.start + done;
	w.end = w.start + kept.n;
	struct object *o = arena_new(&g->arena, struct object);
	const char *fault = gcov_object_read(&w, &g->arena, &o->graph);
	if (fault)
		return bad(e, path, fault);
	for (uint32_t i = 0; i < o->graph.n_functions; i++)
		*map_at_int(&o->by_ident, o->graph.functions[i].ident) = i;
	g->all = mem_grow(g->all, g->n, &g->cap, sizeof(struct object *));
	g->all[g->n] = o;
	*map_at(&g->by_key, arena_str(&g->arena, k)) = (uint32_t)g->n++;
	*g->last = o;
	g->last = &o->next;
	return 0;
}

/* Reads the .gcno at this path, if there is one and it is of the same compilation. NULL: there is none. */
static struct object *try_notes(struct cover_read *r, const char *path, struct str key, bool *ret_other,
				struct err *e)
{
	char *buffer = NULL;
	size_t cap = 0;
	struct str bytes;
	struct err none;
	struct gcov_words w;
	struct gcov_head head;
	struct object *o = NULL;
	char own[KEY_MAX];
	e->fault = 0;
	if (cover_file_read(path, &buffer, &cap, &bytes, &none) == 0 && bytes.n >= 4 &&
	    (memcmp(bytes.at, "oncg", 4) == 0 || memcmp(bytes.at, "gcno", 4) == 0)) {
		if (!gcov_open(bytes, &w, &head) || !str_eq(key_of(own, &head, path), key))
			*ret_other = true;
		else if (cover_gcov_notes(r, bytes, path, e) == 0)
			o = find(r->gcov, key);
	}
	mem_free(buffer);
	return o;
}

/*
 * The .gcno lies beside the .gcda, or, where GCOV_PREFIX put a folder in front of the path of the latter, at
 * the path behind that: /tmp/w1/home/me/x.gcda has /home/me/x.gcno.
 */
static struct object *look_for_notes(struct cover_read *r, const char *path, struct str key, struct err *e)
{
	struct str whole = str_of(path);
	size_t slash = str_find_last(whole, '/'), dot = str_find_last(whole, '.');
	struct str base = dot < whole.n && (slash == whole.n || dot > slash) ? str_cut(whole, 0, dot) : whole;
	bool other = false;
	char *name = arena_printf(&r->scratch, "%.*s.gcno", STR_ARG(base));
	struct object *o = try_notes(r, name, key, &other, e);
	for (const char *p = name + 1; !o && !e->fault && (p = strchr(p, '/')); p++)
		o = try_notes(r, p, key, &other, e);
	if (!o && !e->fault)
		(void)bad(e, path,
			  other ? "it is not of the same build as its .gcno: compile and run anew"
				: "its .gcno is not there, which the compiler leaves beside the object file");
	return o;
}

/* The function that the next counters are of. ret_n: its counters; NULL for one that the object does not
 * have. */
static struct gcov_function *function_of(struct object *o, struct gcov_words *w, const char **fault)
{
	uint32_t ident = gcov_word(w), line = gcov_word(w), flow = gcov_word(w);
	uint32_t i = map_get_int(&o->by_ident, ident);
	struct gcov_function *f = i == MAP_NONE ? NULL : &o->graph.functions[i];
	if (!f || f->line_checksum != line || f->flow_checksum != flow)
		*fault = "it has counters of other functions than its .gcno";
	return f;
}

static const char *take_counters(struct gcov_function *f, struct gcov_words *w, int64_t n_bytes, bool apply)
{
	int64_t n = (n_bytes < 0 ? -n_bytes : n_bytes) / 8;
	if (n != f->n_counters)
		return "it has counters of other functions than its .gcno";
	for (int64_t i = 0; apply && n_bytes > 0 && i < n; i++) {
		uint64_t low = gcov_word(w), high = gcov_word(w);
		f->counters[i] = (int64_t)((uint64_t)f->counters[i] + (low | high << 32));
	}
	f->counted |= apply;
	return NULL;
}

static const char *walk(struct object *o, struct gcov_words w, bool apply)
{
	struct gcov_function *f = NULL;
	const char *fault = NULL;
	while (!fault && w.end - w.at >= 8) {
		int64_t n;
		uint32_t tag = gcov_record(&w, &n);
		if (tag == 0)
			break;
		if (n > w.end - w.at)
			return "cut off";
		struct gcov_words record = w;
		if (tag == GCOV_TAG_FUNCTION)
			f = n >= 12 ? function_of(o, &record, &fault)
				    : NULL; /* shorter: left out by the linker */
		else if (tag == GCOV_TAG_COUNTERS && f)
			fault = take_counters(f, &record, n, apply);
		w.at += n > 0 ? n : 0;
	}
	return fault;
}

int cover_gcov_data(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct cover_gcov *g = house(r);
	struct gcov_words w;
	struct gcov_head head;
	char key[KEY_MAX];
	if (!gcov_open(bytes, &w, &head))
		return bad(e, path, "cut off");
	if (!is_known(&head)) {
		const char *why = arena_printf(&r->scratch, "its version '%s' is not one of GCC %d to %d",
					       head.version, OLDEST, NEWEST);
		if (head.major == 0 || !r->host || !r->host->gcov)
			return bad(
			    e, path,
			    head.major
				? why
				: "not written by GCC: with clang, give the output of 'llvm-cov export'");
		r->host->gcov(r->host, path, why);
		return 0;
	}
	struct str k = key_of(key, &head, path);
	struct object *o = find(g, k);
	if (!o)
		o = look_for_notes(r, path, k, e);
	if (!o)
		return e->fault;
	const char *fault = walk(o, w, false);
	if (fault)
		return bad(e, path, fault);
	(void)walk(o, w, true);
	o->counted = true;
	return 0;
}

void cover_gcov_end(struct cover_read *r)
{
	struct arena scratch = {0};
	if (!r->gcov)
		return;
	for (struct object *o = r->gcov->first; o; o = o->next)
		gcov_object_tell(&o->graph, !o->counted, r->tell, &scratch);
	tell_oddities(r, "counters of gcov");
	arena_free(&scratch);
	cover_gcov_free(r);
}

void cover_gcov_free(struct cover_read *r)
{
	if (!r->gcov)
		return;
	for (struct object *o = r->gcov->first; o; o = o->next)
		map_free(&o->by_ident);
	map_free(&r->gcov->by_key);
	mem_free(r->gcov->all);
	arena_free(&r->gcov->arena);
	mem_free(r->gcov);
	r->gcov = NULL;
}
