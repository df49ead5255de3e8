#include "subject/container_plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "base/str.h"
#include "base/words.h"
#include "collect/proc.h"
#include "config/quantity.h"

enum { INPUT_MOST = 1 << 30, FIND_S = 10, PULL_S = 1800 };

extern char **environ;

/* What the link could not do, as a fault. */
static int link_fault(const struct container_link *l, struct err *e)
{
	errno = 0;
	return err_sys(e, "%s", l->why);
}

static void make_label(char ret[48])
{
	uint64_t some = (uint64_t)clock_mono_ns();
	(void)!getrandom(&some, sizeof(some), GRND_NONBLOCK);
	(void)snprintf(ret, 48, "%d-%016llx", (int)getpid(), (unsigned long long)some);
}

/* Letters and digits in an order that no compression makes small, the same each time; lines of 64. */
static struct str make_text(struct arena *a, size_t n)
{
	static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct random r = {n};
	char *text = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 63 ? '\n' : signs[random_below(&r, 64)];
	return (struct str){text, n};
}

static int read_input(struct subject *s, struct container_shop *shop, struct err *e)
{
	const struct bench_item *item = s->item;
	struct buf text = {0};
	if (item->input_bytes)
		shop->input = make_text(s->arena, (size_t)item->input_bytes);
	if (!item->input)
		return 0;
	const char *path = subject_fill(s->arena, item->input, s->params, s->n_params);
	bool good = file_read(path, INPUT_MOST + 1, &text), fits = text.n <= INPUT_MOST;
	if (good && fits)
		shop->input = arena_str(s->arena, buf_view(&text));
	buf_free(&text);
	if (!good)
		return err_sys(e, "cannot read '%s'", path);
	return fits ? 0 : err_usage(e, "'%s' is larger than 1 GiB, which is too much as input", path);
}

static char **fill_words(struct subject *s)
{
	const struct knob_list *words = &s->item->command;
	char **ret = arena_array(s->arena, char *, words->n + 1);
	for (size_t i = 0; i < words->n; i++)
		ret[i] = subject_fill(s->arena, words->at[i], s->params, s->n_params);
	return ret;
}

static struct str exec_body(struct subject *s, char *const *words, bool in)
{
	struct buf b = {0};
	container_put_exec(&b, words, in);
	struct str ret = arena_str(s->arena, buf_view(&b));
	buf_free(&b);
	return ret;
}

static void form_commands(struct subject *s, struct container_shop *shop, char **words)
{
	struct buf shown = {0};
	buf_text(&shown, shop->image);
	if (words[0]) {
		shop->exec = exec_body(s, words, shop->input.n > 0);
		buf_text(&shown, ": ");
		words_show(&shown, words, s->item->command.n);
	}
	if (s->item->ready) {
		char sh[] = "sh", dash_c[] = "-c";
		char *ready[] = {sh, dash_c, subject_fill(s->arena, s->item->ready, s->params, s->n_params),
				 NULL};
		shop->ready = exec_body(s, ready, false);
	}
	s->shown = arena_str(s->arena, buf_view(&shown));
	buf_free(&shown);
}

static void find_outside(struct subject *s, struct container_shop *shop, char **words)
{
	if (!s->item->outside || !words[0])
		return;
	char *const *env = subject_environment(s->arena, s->item);
	shop->outside =
	    (struct container_outside){proc_find(s->arena, words[0], env, NULL), words, env, shop->input};
	if (!shop->outside.path)
		subject_note(s, "no 'overhead': this machine has no program '%s'", words[0]);
}

static struct str create_body(struct subject *s, struct container_shop *shop, bool disk)
{
	struct buf b = {0};
	struct container_wish p = {s->item, shop->image, shop->label, disk};
	container_put_create(&b, &p);
	struct str ret = arena_str(s->arena, buf_view(&b));
	buf_free(&b);
	return ret;
}

/* NAME[:TAG] as it stands in a path: slashes and colons are part of it. */
static char *image_path(struct container_link *l, const char *image)
{
	struct buf b = {0};
	struct str rest = str_of(image), part;
	for (bool first = true; str_next(&rest, '/', &part); first = false) {
		buf_text(&b, first ? "" : "/");
		container_put_escaped(&b, part);
	}
	char *ret = arena_printf(&l->scratch, "/images/%.*s/json", STR_ARG(buf_view(&b)));
	buf_free(&b);
	return ret;
}

/* The words of an engine that failed half way stand in an answer of status 200. */
static bool pull(struct container_link *l, const char *image)
{
	static const char what[] = "fetch the image";
	struct buf b = {0};
	struct str name = str_of(image);
	char said[CONTAINER_SAID];
	size_t slash = str_find_last(name, '/');
	struct str last = slash == name.n ? name : str_cut(name, slash, name.n);
	buf_text(&b, "/images/create?fromImage=");
	container_put_escaped(&b, name);
	/* without a tag it would be all of them */
	if (str_find(last, ':') == last.n && str_find(last, '@') == last.n)
		buf_text(&b, "&tag=latest");
	struct container_ask q = {
	    .what = what, .method = "POST", .path = arena_copy(&l->scratch, buf_view(&b))};
	buf_free(&b);
	if (!container_call(l, &q, clock_mono_ns() + PULL_S * NS_PER_S))
		return false;
	return !container_pull_error(buf_view(&l->body), &l->scratch, said) ||
	       container_fails(l, what, "%s", said);
}

static int find_image(struct subject *s, struct container_shop *shop, struct container_link *l, struct err *e)
{
	struct container_ask q = {
	    .what = "look for the image", .method = "GET", .path = image_path(l, shop->image)};
	for (bool pulled = false;; pulled = true) {
		if (container_call(l, &q, clock_mono_ns() + s->timeout_ns))
			return 0;
		if (l->status != 404)
			return link_fault(l, e);
		if (s->item->pull.is != PULL_MISSING || pulled)
			return err_usage(e,
					 "the engine has no image '%s': fetch it ('docker pull %s', 'podman "
					 "pull %s'), or have it done by 'pull: missing'",
					 shop->image, shop->image, shop->image);
		if (!pull(l, shop->image))
			return link_fault(l, e);
	}
}

/* The cause alone: in front of it podman names the layer that it was making. */
static const char *cause_of(const char *why)
{
	for (const char *colon; (colon = strstr(why, ": ")) != NULL; why = colon + 2)
		;
	return why;
}

struct tried {
	bool good;
	int status;
	char why[SUBJECT_WHY];
};

static struct tried tried_by(const struct container_link *l, bool good)
{
	struct tried t = {.good = good, .status = l->status};
	memcpy(t.why, l->why, sizeof(t.why));
	return t;
}

/* Made and removed again. Removing must not make why it could not be made forgotten. */
static struct tried try_once(struct container_box *b, int64_t deadline_ns)
{
	int64_t none[BOX_METRICS];
	bool good = container_box_make(b, deadline_ns, none);
	struct tried made = tried_by(&b->link, good);
	bool gone = container_box_drop(b, deadline_ns);
	return good && !gone ? tried_by(&b->link, false) : made;
}

static void note_disk(struct subject *s, const char *why)
{
	struct buf size = {0};
	quantity_put_size(&size, s->item->disk_bytes);
	subject_note(s, "the limit of the disk (%.*s) does not hold: %s", STR_ARG(buf_view(&size)),
		     cause_of(why));
	buf_free(&size);
}

/* Few storages can limit the disk, and engines refuse it otherwise: then it is tried without. */
static int try_create(struct subject *s, struct container_shop *shop, struct err *e)
{
	struct container_box b;
	int64_t deadline = clock_mono_ns() + s->timeout_ns;
	if (!s->item->disk_bytes)
		return 0;
	container_box_init(&b, shop);
	struct tried with = try_once(&b, deadline), without = with;
	if (!with.good && with.status >= 400) {
		shop->create = create_body(s, shop, false);
		without = try_once(&b, deadline);
		if (without.good)
			note_disk(s, with.why);
	}
	container_box_free(&b);
	errno = 0;
	return without.good ? 0 : err_sys(e, "%s", without.why);
}

static const char *image_of(struct subject *s)
{
	const char *image = s->instead ? s->instead : s->item->image;
	return subject_fill(s->arena, image, s->params, s->n_params);
}

int container_plan(struct subject *s, struct container_shop *shop, struct err *e)
{
	struct container_link l;
	struct checks *checks = NULL;
	int64_t deadline = clock_mono_ns() + FIND_S * NS_PER_S;
	char **words = fill_words(s);
	shop->item = s->item;
	shop->image = image_of(s);
	make_label(shop->label);
	if (checks_read(&checks, s->arena, &s->item->checks, e) < 0)
		return e->fault;
	shop->checks = checks;
	if (read_input(s, shop, e) < 0)
		return e->fault;
	form_commands(s, shop, words);
	if (container_engine_find(&shop->engine, s->arena, s->item->engine, environ, deadline, e) < 0)
		return e->fault;
	find_outside(s, shop, words);
	container_mounts(&shop->mounts);
	shop->create = create_body(s, shop, true);
	container_link_init(&l, &shop->engine);
	int rc = find_image(s, shop, &l, e);
	container_link_free(&l);
	return rc < 0 ? rc : try_create(s, shop, e);
}

static void note_size(struct subject *s, const char *what, int64_t wanted, int64_t got, const char *who)
{
	struct buf want = {0}, have = {0};
	quantity_put_size(&want, wanted);
	if (got > 0 && got < INT64_MAX)
		quantity_put_size(&have, got);
	else
		buf_text(&have, "none");
	subject_note(s, "the limit of the %s (%.*s) does not hold: %s has %.*s", what,
		     STR_ARG(buf_view(&want)), who, STR_ARG(buf_view(&have)));
	buf_free(&want);
	buf_free(&have);
}

void container_limits(struct subject *s, const struct container_shop *shop, const struct inspect *in)
{
	enum { PAGE = 4096, NANO_SLACK = 10000000 };
	const struct bench_item *item = s->item;
	struct container_weight w = {-1, -1, -1};
	int64_t nano = (int64_t)(item->cpus * 1e9 + 0.5), off = in->nano_cpus - nano;
	if (shop->engine.url.socket[0])
		container_weigh(in->pid, in->id, &shop->mounts, &w);
	if (item->memory_bytes && in->memory_limit != item->memory_bytes)
		note_size(s, "memory", item->memory_bytes, in->memory_limit, "the engine");
	else if (item->memory_bytes && w.limit_bytes >= 0 &&
		 (w.limit_bytes > item->memory_bytes || w.limit_bytes <= item->memory_bytes - PAGE))
		note_size(s, "memory", item->memory_bytes, w.limit_bytes, "the kernel");
	if (nano && (off > NANO_SLACK || off < -NANO_SLACK))
		subject_note(s, "the limit of %g cores does not hold: the engine has %g", item->cpus,
			     (double)in->nano_cpus / 1e9);
}
