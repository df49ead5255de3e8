#include "agent/cover_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct store store;

#define GROW_BYTES (UINT64_C(256) << 10)
enum {
	UNKNOWN_LINES = 1 << 16, /* room for a source that cannot be read */
	SLACK_LINES = 64,        /* a source may be rewritten and run again */
	READ_BYTES = 32 << 10,
};

static void lose(uint32_t *counter)
{
	(void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void store_line_lost(void)
{
	lose(&store.map->lost_lines);
}

bool store_open(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	struct cover_map *m = MAP_FAILED;
	if (fstat(fd, &st) == 0 && (uint64_t)st.st_size == COVER_MAP_BYTES)
		m = mmap(NULL, COVER_MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	(void)close(fd);
	if (m == MAP_FAILED)
		return false;
	if (m->magic != COVER_MAP_MAGIC || m->version != COVER_MAP_VERSION ||
	    m->size_bytes != COVER_MAP_BYTES || !m->n_slots || (m->n_slots & (m->n_slots - 1)) ||
	    !(store.path = strdup(path))) {
		(void)munmap(m, COVER_MAP_BYTES);
		return false;
	}
	store.map = m;
	store.device = st.st_dev;
	store.inode = st.st_ino;
	store.branch = m->flags & COVER_MAP_BRANCH;
	store.contexts = m->flags & COVER_MAP_CONTEXTS;
	return true;
}

void store_count_process(enum cover_map_way way, unsigned python_minor)
{
	uint32_t *newest = &store.map->python_minor;
	uint32_t have = __atomic_load_n(newest, __ATOMIC_RELAXED);
	while (have < python_minor && !__atomic_compare_exchange_n(newest, &have, python_minor, false,
								   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	(void)__atomic_fetch_add(&store.map->processes[way], 1, __ATOMIC_RELAXED);
}

/*
 * Room on the disk up to `end`: a store into a hole of a full file system would end the process. The file is
 * opened anew, for the program may have closed every descriptor that it does not know.
 */
static bool commit(uint64_t end)
{
	struct stat st;
	uint64_t have = __atomic_load_n(&store.map->committed, __ATOMIC_ACQUIRE);
	if (end <= have)
		return true;
	end = (end + GROW_BYTES - 1) / GROW_BYTES * GROW_BYTES;
	if (end > COVER_MAP_BYTES)
		return false;
	int fd = open(store.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool good = fstat(fd, &st) == 0 && st.st_dev == store.device && st.st_ino == store.inode &&
		    (fallocate(fd, 0, (off_t)have, (off_t)(end - have)) == 0 || errno == EOPNOTSUPP);
	(void)close(fd);
	while (good && have < end &&
	       !__atomic_compare_exchange_n(&store.map->committed, &have, end, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE))
		;
	return good;
}

/* n bytes of the heap, zeroed; 0: there is no room. */
static uint64_t take(uint64_t n)
{
	n = (n + 7) & ~(uint64_t)7;
	uint64_t used = __atomic_load_n(&store.map->used, __ATOMIC_RELAXED);
	do {
		if (n > COVER_MAP_BYTES - used || !commit(used + n))
			return 0;
	} while (!__atomic_compare_exchange_n(&store.map->used, &used, used + n, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return used;
}

static void *at(uint64_t offset)
{
	return (char *)store.map + offset;
}

/* Line ends in a source, or -1. Sets what tells whether it has changed. */
static long count_lines(const char *path, struct cover_map_file *f)
{
	struct stat st;
	char buf[READ_BYTES];
	long lines = 0;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		f->size_bytes = (uint64_t)st.st_size;
		f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			for (ssize_t i = 0; i < n; i++)
				lines += buf[i] == '\n' || buf[i] == '\r';
	}
	(void)close(fd);
	return n < 0 ? -1 : lines + 1;
}

/* An entry that nobody sees yet. */
static uint64_t make_file(const char *path, size_t n, uint64_t hash, uint32_t least)
{
	struct cover_map_file f = {.hash = hash, .path_bytes = (uint32_t)n};
	long lines = count_lines(path, &f);
	if (lines < 0)
		lines = UNKNOWN_LINES;
	if (lines < (long)least)
		lines = (long)least;
	lines += 1 + lines / 8 + SLACK_LINES;
	f.n_lines = lines < COVER_LINE_MAX ? (uint32_t)lines : COVER_LINE_MAX;
	if (store.branch)
		for (f.n_arcs = 64; f.n_arcs < f.n_lines; f.n_arcs *= 2)
			;
	uint64_t offset = take(sizeof(f) + f.n_arcs * sizeof(uint64_t) + f.n_lines + n);
	if (offset) {
		struct cover_map_file *to = at(offset);
		*to = f;
		memcpy((char *)(to + 1) + f.n_arcs * sizeof(uint64_t) + f.n_lines, path, n);
	}
	return offset;
}

static bool is_file(uint64_t offset, const char *path, size_t n, uint64_t hash)
{
	const struct cover_map_file *f = at(offset);
	return f->hash == hash && f->path_bytes == n &&
	       memcmp((const char *)(f + 1) + f->n_arcs * sizeof(uint64_t) + f->n_lines, path, n) == 0;
}

static uint64_t find_file(const char *path, size_t n, uint32_t least)
{
	uint64_t *slots = at(store.map->slots), hash = cover_map_hash(path, n), made = 0;
	uint32_t mask = store.map->n_slots - 1;
	for (uint32_t i = (uint32_t)hash & mask, tries = 0; tries <= mask; i = (i + 1) & mask, tries++) {
		uint64_t there = __atomic_load_n(&slots[i], __ATOMIC_ACQUIRE);
		if (!there) {
			if (!made && !(made = make_file(path, n, hash, least)))
				return 0;
			if (__atomic_compare_exchange_n(&slots[i], &there, made, false, __ATOMIC_ACQ_REL,
							__ATOMIC_ACQUIRE))
				return made;
		}
		if (is_file(there, path, n, hash))
			return there;
	}
	return 0;
}

struct row *store_row(const char *path, size_t n, uint32_t lines)
{
	struct row *r = calloc(1, sizeof(*r));
	uint64_t offset = r ? find_file(path, n, lines) : 0;
	if (!offset) {
		lose(&store.map->lost_files);
		free(r);
		return NULL;
	}
	r->file = at(offset);
	r->arcs = (uint64_t *)(r->file + 1);
	r->n_arcs = r->file->n_arcs;
	r->lines = (uint8_t *)(r->arcs + r->n_arcs);
	r->n_lines = r->file->n_lines;
	return r;
}

void store_arc(struct row *r, int32_t from, int32_t to)
{
	uint64_t word = cover_map_arc(from, to);
	uint32_t mask = r->n_arcs - 1;
	if (!r->n_arcs)
		return;
	/* arcs of neighbouring lines lie side by side: few pages are touched */
	uint32_t i = ((uint32_t)from * 2 + (uint32_t)to % 7) & mask;
	for (uint32_t tries = 0; tries <= mask; tries++, i = (i + 1) & mask) {
		uint64_t there = __atomic_load_n(&r->arcs[i], __ATOMIC_RELAXED);
		if (there == 0 && __atomic_compare_exchange_n(&r->arcs[i], &there, word, false,
							      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return;
		if (there == word)
			return;
	}
	lose(&store.map->lost_arcs);
}

void store_context(const char *name, size_t n)
{
	static uint64_t last;
	free(store.context_name);
	store.context_name = NULL;
	store.generation = 0;
	store.context = 0;
	if (!n || !store.contexts || !(store.context_name = malloc(n)))
		return;
	memcpy(store.context_name, name, n);
	store.context_bytes = n;
	store.generation = ++last;
}

static bool make_context(void)
{
	if (store.context)
		return true;
	uint64_t offset = take(sizeof(struct cover_map_context) + store.context_bytes);
	if (!offset)
		return false;
	struct cover_map_context *c = at(offset);
	c->name_bytes = store.context_bytes;
	memcpy(c + 1, store.context_name, store.context_bytes);
	store.context = offset;
	return true;
}

static bool make_chunk(struct row *r)
{
	uint64_t n = (r->n_lines + UINT64_C(7)) / 8, offset = 0;
	r->generation = store.generation;
	r->bits = NULL;
	if (!make_context() || !(offset = take(sizeof(struct cover_map_chunk) + n))) {
		lose(&store.map->lost_contexts);
		return false;
	}
	struct cover_map_chunk *c = at(offset);
	*c = (struct cover_map_chunk){
	    .file = (uint64_t)((char *)r->file - (char *)store.map), .context = store.context, .n_bytes = n};
	c->next = __atomic_load_n(&store.map->chunks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&store.map->chunks, &c->next, offset, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED))
		;
	r->bits = (uint8_t *)(c + 1);
	return true;
}

void store_context_line(struct row *r, uint32_t line)
{
	if (r->generation != store.generation && !make_chunk(r))
		return;
	if (r->bits) /* a child after a fork may write here, too */
		(void)__atomic_fetch_or(&r->bits[line / 8], (uint8_t)(1U << line % 8), __ATOMIC_RELAXED);
}
