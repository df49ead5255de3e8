#include "collect/marks_map.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

enum { AT_ONCE = 16, SLICE = 1024 }; /* pages of one pread; of one sorting */

enum { WORDS = MARKS_A_PAGE / 64 };

/* A page that was taken and is not told whole. A bit a record. */
struct marks_page_read {
	uint32_t page;
	bool over; /* told whole, or its process is gone */
	uint32_t n_told;
	uint64_t begun[WORDS]; /* told as begin */
	uint64_t told[WORDS];  /* told, or of no use */
};

/* A record that is to be told. */
struct marks_found {
	struct marks_told told;
	int64_t key_ns;
	bool is_end;
};

static bool has(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static void add(uint64_t *bits, unsigned i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

static void told_one(struct marks_page_read *p, unsigned i)
{
	add(p->told, i);
	p->n_told++;
}

int marks_map_make(struct marks_map *m, const char *path, struct err *e)
{
	struct marks_head head = {.magic = MARKS_MAGIC,
				  .version = MARKS_VERSION,
				  .names_end = MARKS_NAMES_AT,
				  .taken = MARKS_FIRST_PAGE};
	(void)unlink(path); /* of an earlier pool of the same run */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	marks_map_over(m, fd);
	if (fd < 0 || ftruncate(fd, MARKS_BYTES) < 0 || !fd_write(fd, &head, sizeof(head))) {
		(void)err_sys(e, "cannot make '%s'", path);
		fd_close(&m->fd);
		return e->fault;
	}
	return 0;
}

void marks_map_over(struct marks_map *m, int fd)
{
	struct stat st;
	*m = (struct marks_map){.fd = fd, .known = MARKS_FIRST_PAGE};
	if (stat("/proc/self/ns/pid", &st) == 0)
		m->pid_space = (uint64_t)st.st_ino;
}

void marks_map_close(struct marks_map *m)
{
	fd_close(&m->fd);
	mem_free(m->pages);
	mem_free(m->found);
	mem_free(m->texts);
	map_free(&m->names);
	arena_free(&m->arena);
	*m = (struct marks_map){.fd = -1};
}

/* What is there of n bytes; the rest is zeroed. */
static void read_at(const struct marks_map *m, uint64_t at, void *to, size_t n)
{
	ssize_t got;
	do
		got = pread(m->fd, to, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	size_t have = got > 0 ? (size_t)got : 0;
	memset((char *)to + have, 0, n - have);
}

static struct str name_at(struct marks_map *m, uint32_t offset)
{
	struct {
		struct marks_name head;
		char text[MARKS_NAME_MOST];
	} name;
	if (offset < MARKS_NAMES_AT || offset > MARKS_RECORDS_AT - sizeof(name) || offset % 8)
		return STR_NONE;
	uint32_t known = map_get_int(&m->names, offset);
	if (known != MAP_NONE)
		return m->texts[known];
	read_at(m, offset, &name, sizeof(name));
	if (!name.head.bytes || name.head.bytes > MARKS_NAME_MOST)
		return STR_NONE;
	struct str text = str_clip_utf8((struct str){name.text, name.head.bytes}, name.head.bytes);
	m->texts = mem_grow(m->texts, m->n_texts, &m->cap_texts, sizeof(*m->texts));
	m->texts[m->n_texts] = arena_str(&m->arena, text);
	*map_at_int(&m->names, offset) = (uint32_t)m->n_texts;
	return m->texts[m->n_texts++];
}

static bool is_span(unsigned kind)
{
	return kind == MARK_PHASE || kind == MARK_SCENARIO || kind == MARK_CONTAINER;
}

/* Whether a record can be; one that was cut off while it was written waits for its rest. */
static bool is_good(const struct marks_record *r)
{
	return r->kind >= MARK_PHASE && r->kind <= MARK_READY && r->begin_ns > 0 &&
	       (is_span(r->kind) ? r->state == MARK_OPEN || r->end_ns >= r->begin_ns
				 : r->state == MARK_DONE) &&
	       r->status < STATUS_KINDS;
}

static void find(struct marks_map *m, const struct marks_told *told, bool is_end)
{
	m->found = mem_grow(m->found, m->n_found, &m->cap_found, sizeof(*m->found));
	m->found[m->n_found++] = (struct marks_found){*told, is_end ? told->end_ns : told->begin_ns, is_end};
}

/* One record of a page; gone: its process is, so that nothing more will come. */
static void take_record(struct marks_map *m, struct marks_page_read *p, const struct marks_page *head,
			const struct marks_record *r, unsigned place, bool gone, int64_t now_ns)
{
	if (r->state == MARK_DONE && is_span(r->kind) && !r->end_ns && !gone)
		return;
	if (r->state > MARK_DONE || !is_good(r)) {
		m->bad++;
		told_one(p, place);
		return;
	}
	struct marks_told t = {.kind = (enum marks_kind)r->kind,
			       .status = (enum status)r->status,
			       .number = p->page * MARKS_A_PAGE + place,
			       .inside = r->inside,
			       .begin_ns = r->begin_ns,
			       .end_ns = r->end_ns,
			       .num = r->end_ns,
			       .pid = head->pid,
			       .thread = head->thread,
			       .name = name_at(m, r->name),
			       .image = r->image ? name_at(m, r->image) : STR_NONE};
	bool begun = has(p->begun, place), done = r->state == MARK_DONE;
	if (!is_span(r->kind)) {
		t.type = EVENT_VALUE;
		find(m, &t, false);
	} else if (done && !begun) {
		t.type = EVENT_SPAN;
		find(m, &t, false);
	} else if (!begun) {
		t.type = EVENT_BEGIN;
		find(m, &t, false);
		add(p->begun, place);
	}
	if (is_span(r->kind) && ((done && begun) || (!done && gone))) {
		t.type = EVENT_END;
		t.status = done ? t.status : STATUS_UNFINISHED;
		t.end_ns = done ? t.end_ns : now_ns > t.begin_ns ? now_ns : t.begin_ns;
		find(m, &t, true);
		done = true;
	}
	if (done)
		told_one(p, place);
}

/* Returns whether the page is written by a process that is no more. */
static bool take_page(struct marks_map *m, struct marks_page_read *p, const struct marks_record *records,
		      bool gone, int64_t now_ns)
{
	struct marks_page head;
	memcpy(&head, records, sizeof(head));
	if (head.in_use != 1)
		return false;
	for (unsigned i = 1; i < MARKS_A_PAGE && records[i].state != MARK_NONE; i++)
		if (!has(p->told, i))
			take_record(m, p, &head, &records[i], i, gone, now_ns);
	p->over = p->n_told == MARKS_A_PAGE - 1 || gone;
	return !p->over && m->pid_space && head.pid_space == m->pid_space && head.pid &&
	       head.pid <= INT32_MAX && kill((pid_t)head.pid, 0) < 0 && errno == ESRCH;
}

/* Reads pages that lie side by side in one go; those of a dead process once more, for its last words. */
static size_t take_pages(struct marks_map *m, size_t first, int64_t now_ns)
{
	struct marks_record records[AT_ONCE * MARKS_A_PAGE], *of = records;
	uint32_t page = m->pages[first].page;
	size_t n = 1;
	while (n < AT_ONCE && first + n < m->n_pages && m->pages[first + n].page == page + n)
		n++;
	read_at(m, (uint64_t)page * MARKS_PAGE, records, n * MARKS_PAGE);
	for (size_t i = 0; i < n; i++, of += MARKS_A_PAGE) {
		if (!take_page(m, &m->pages[first + i], of, false, now_ns))
			continue;
		read_at(m, (uint64_t)(page + i) * MARKS_PAGE, of, MARKS_PAGE);
		(void)take_page(m, &m->pages[first + i], of, true, now_ns);
	}
	return n;
}

/* Begins rise, an outer one first; ends come behind all of the same moment, an inner one first. */
static int compare(const void *a, const void *b)
{
	const struct marks_found *x = a, *y = b;
	if (x->key_ns != y->key_ns)
		return x->key_ns < y->key_ns ? -1 : 1;
	if (x->is_end != y->is_end)
		return x->is_end ? 1 : -1;
	int by_number = x->told.number < y->told.number ? -1 : x->told.number > y->told.number;
	return x->is_end ? -by_number : by_number;
}

static int by_number(const void *a, const void *b)
{
	const struct marks_found *x = a, *y = b;
	return x->told.number < y->told.number ? -1 : x->told.number > y->told.number;
}

/* A whole span that holds others is told as begin and end, with them in between. */
static void open_parents(struct marks_map *m)
{
	size_t n = m->n_found;
	qsort(m->found, n, sizeof(*m->found), by_number);
	for (size_t i = 0; i < n; i++) {
		struct marks_found key = {.told.number = m->found[i].told.inside};
		struct marks_found *outer =
		    key.told.number ? bsearch(&key, m->found, n, sizeof(key), by_number) : NULL;
		if (!outer || outer->told.type != EVENT_SPAN)
			continue;
		struct marks_told end = outer->told;
		outer->told.type = EVENT_BEGIN;
		end.type = EVENT_END;
		find(m, &end, true);
	}
}

static void tell_found(struct marks_map *m, void (*tell)(void *, const struct marks_told *), void *to)
{
	if (!m->n_found)
		return;
	open_parents(m);
	qsort(m->found, m->n_found, sizeof(*m->found), compare);
	for (size_t i = 0; i < m->n_found; i++)
		tell(to, &m->found[i].told);
	m->n_found = 0;
}

/* Drops the pages that are over from the list and gives their room back. */
static void give_back(struct marks_map *m)
{
	size_t kept = 0;
	uint64_t before = m->given_back;
	for (size_t i = 0; i < m->n_pages;) {
		size_t n = 0;
		while (i + n < m->n_pages && m->pages[i + n].over &&
		       m->pages[i + n].page == m->pages[i].page + n)
			n++;
		if (n)
			(void)fallocate(m->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					(off_t)m->pages[i].page * MARKS_PAGE, (off_t)n * MARKS_PAGE);
		else
			m->pages[kept++] = m->pages[i];
		m->given_back += n;
		i += n ? n : 1;
	}
	m->n_pages = kept;
	if (m->given_back != before)
		(void)!pwrite(m->fd, &m->given_back, sizeof(m->given_back),
			      offsetof(struct marks_head, given_back));
}

void marks_map_read(struct marks_map *m, int64_t now_ns,
		    void (*tell)(void *to, const struct marks_told *told), void *to)
{
	struct marks_head head;
	if (m->fd < 0)
		return;
	read_at(m, 0, &head, sizeof(head));
	m->lost = head.lost;
	m->lost_names = head.lost_names;
	uint64_t taken = head.taken < MARKS_END_PAGE ? head.taken : MARKS_END_PAGE;
	for (; m->known < taken && m->n_pages < MARKS_AHEAD; m->known++) {
		m->pages = mem_grow(m->pages, m->n_pages, &m->cap_pages, sizeof(*m->pages));
		m->pages[m->n_pages++] = (struct marks_page_read){.page = (uint32_t)m->known};
	}
	for (size_t i = 0, upto; i < m->n_pages;) {
		for (upto = i + SLICE; i < m->n_pages && i < upto;)
			i += take_pages(m, i, now_ns);
		tell_found(m, tell, to);
	}
	if (m->n_pages)
		give_back(m);
}
