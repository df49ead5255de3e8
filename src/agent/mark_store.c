#include "agent/mark_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "wire/env.h"

enum { BATCH = 32, PROBES = 64, PATH_MOST = 512, RETRY_NS = 10000000 };

/* A page that a forked child finds zeroed. */
struct own {
	uint32_t generation;
	uint32_t pid;
	uint64_t pid_space;
};

static struct marks_head *map; /* published last; NULL: not open */
static struct own *own;
static uint64_t lost_early; /* in a handler, while the map was being opened */
static char path[PATH_MOST];
static dev_t device;
static ino_t inode;

static int64_t now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void mark_store_lost(void)
{
	struct marks_head *m = __atomic_load_n(&map, __ATOMIC_ACQUIRE);
	(void)__atomic_fetch_add(m ? &m->lost : &lost_early, 1, __ATOMIC_RELAXED);
}

/*
 * Room on the disk: a store into a hole of a full file system would end the process. The file is opened anew,
 * for the program may have closed every descriptor that it does not know.
 */
static bool reserve(struct marks_head *m, uint64_t from, uint64_t n)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool good = fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode &&
		    (uint64_t)st.st_size == MARKS_BYTES &&
		    (fallocate(fd, 0, (off_t)from, (off_t)n) == 0 || errno == EOPNOTSUPP);
	(void)close(fd);
#ifdef MADV_POPULATE_WRITE
	if (good) /* one call instead of a fault a page; without it all goes on as well */
		(void)madvise((char *)m + from, n, MADV_POPULATE_WRITE);
#else
	(void)m;
#endif
	return good;
}

static struct marks_head *map_file(struct stat *ret_st)
{
	struct marks_head *m = MAP_FAILED;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return MAP_FAILED;
	if (fstat(fd, ret_st) == 0 && S_ISREG(ret_st->st_mode) && (uint64_t)ret_st->st_size == MARKS_BYTES)
		m = mmap(NULL, MARKS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	(void)close(fd);
	return m;
}

static struct own *map_own(void)
{
	struct own *o = mmap(NULL, MARKS_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (o == MAP_FAILED)
		return NULL;
	if (madvise(o, MARKS_PAGE, MADV_WIPEONFORK) == 0)
		return o;
	(void)munmap(o, MARKS_PAGE);
	return NULL;
}

/* Of several threads that come first at once all write the same into the static variables. */
bool mark_store_open(void)
{
	struct stat st;
	struct own *mine, *none = NULL;
	struct marks_head *fresh, *free_place = NULL;
	const char *name = secure_getenv(ENV_MARKS);
	size_t n = name ? strnlen(name, PATH_MOST) : 0;
	if (__atomic_load_n(&map, __ATOMIC_ACQUIRE))
		return true;
	if (!n || n == PATH_MOST || name[0] != '/')
		return false;
	memcpy(path, name, n + 1);
	if ((fresh = map_file(&st)) == MAP_FAILED)
		return false;
	device = st.st_dev;
	inode = st.st_ino;
	if (fresh->magic != MARKS_MAGIC || fresh->version != MARKS_VERSION || !(mine = map_own()))
		goto unmap;
	if (!__atomic_compare_exchange_n(&own, &none, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		(void)munmap(mine, MARKS_PAGE);
	if (!__atomic_load_n(&fresh->has_room, __ATOMIC_ACQUIRE)) {
		if (!reserve(fresh, 0, MARKS_RECORDS_AT))
			goto unmap;
		__atomic_store_n(&fresh->has_room, 1, __ATOMIC_RELEASE);
	}
	if (!__atomic_compare_exchange_n(&map, &free_place, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		(void)munmap(fresh, MARKS_BYTES);
	(void)__atomic_fetch_add(&map->lost, __atomic_exchange_n(&lost_early, 0, __ATOMIC_RELAXED),
				 __ATOMIC_RELAXED);
	return true;
unmap:
	(void)munmap(fresh, MARKS_BYTES);
	return __atomic_load_n(&map, __ATOMIC_ACQUIRE) != NULL;
}

uint32_t mark_store_generation(void)
{
	return __atomic_load_n(&own->generation, __ATOMIC_ACQUIRE);
}

/* Who we are is written by each thread that finds nothing, and is the same for all but for the number. */
static uint32_t enter_process(void)
{
	struct stat st;
	struct own *o = own;
	uint64_t moment = (uint64_t)now();
	uint32_t pid = (uint32_t)getpid(), no_one = 0;
	uint32_t generation = ((uint32_t)(moment >> 8) * 2654435761u ^ pid * 40503u) | 1;
	__atomic_store_n(&o->pid, pid, __ATOMIC_RELAXED);
	__atomic_store_n(&o->pid_space, stat("/proc/self/ns/pid", &st) == 0 ? (uint64_t)st.st_ino : 0,
			 __ATOMIC_RELAXED);
	if (__atomic_compare_exchange_n(&o->generation, &no_one, generation, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return generation;
	return no_one;
}

bool mark_store_enter(struct mark_thread *t)
{
	if (!mark_store_open())
		return false;
	uint32_t generation = mark_store_generation();
	if (!generation)
		generation = enter_process();
	t->next = t->pages_left = t->depth = 0;
	t->retry_ns = 0;
	t->generation = generation;
	return true;
}

/* Takes n pages; their first, or 0. */
static uint32_t take_pages(uint32_t n)
{
	struct marks_head *m = map;
	uint64_t taken = __atomic_load_n(&m->taken, __ATOMIC_RELAXED);
	for (;;) {
		uint64_t back = __atomic_load_n(&m->given_back, __ATOMIC_RELAXED);
		if (taken < MARKS_FIRST_PAGE || taken + n > MARKS_END_PAGE ||
		    taken - MARKS_FIRST_PAGE + n > back + MARKS_AHEAD ||
		    !reserve(m, taken * MARKS_PAGE, (uint64_t)n * MARKS_PAGE))
			return 0;
		if (__atomic_compare_exchange_n(&m->taken, &taken, taken + n, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return (uint32_t)taken;
	}
}

/* Says whose n pages these are, all at once: fettle frees what a process that is killed leaves unused. */
static void own_pages(uint32_t page, uint32_t n)
{
	uint32_t thread = (uint32_t)syscall(SYS_gettid);
	for (; n; n--, page++) {
		struct marks_page *p = (struct marks_page *)(void *)mark_store_at(page * MARKS_A_PAGE);
		p->pid = own->pid;
		p->thread = thread;
		p->pid_space = own->pid_space;
		__atomic_store_n(&p->in_use, 1, __ATOMIC_RELEASE);
	}
}

/* The thread goes on in a fresh page. */
static bool next_page(struct mark_thread *t, int64_t now_ns)
{
	uint32_t page = 0, n = t->next ? BATCH : 1;
	if (t->pages_left) {
		t->pages_left--;
		t->next++;
		return true;
	}
	if (now_ns < t->retry_ns)
		return false;
	if (!(page = take_pages(n))) {
		t->retry_ns = now_ns + RETRY_NS;
		return false;
	}
	own_pages(page, n);
	t->pages_left = n - 1;
	t->next = page * MARKS_A_PAGE + 1;
	return true;
}

struct marks_record *mark_store_at(uint32_t number)
{
	return (struct marks_record *)(void *)((char *)map + (uint64_t)number * sizeof(struct marks_record));
}

struct marks_record *mark_store_take(struct mark_thread *t, uint32_t *ret_number, int64_t now_ns)
{
	if (t->next % MARKS_A_PAGE == 0 && !next_page(t, now_ns)) {
		mark_store_lost();
		return NULL;
	}
	*ret_number = t->next++;
	return mark_store_at(*ret_number);
}

static uint64_t hash_of(const char *s, size_t n)
{
	uint64_t h = n * UINT64_C(0x9e3779b97f4a7c15), word;
	for (; n >= 8; n -= 8, s += 8) {
		memcpy(&word, s, 8);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, s, n);
	h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 29;
}

static bool is_name(uint32_t offset, uint32_t hash, const char *s, uint32_t n)
{
	const struct marks_name *name = (const void *)((const char *)map + offset);
	return offset >= MARKS_NAMES_AT && offset <= MARKS_RECORDS_AT - sizeof(*name) - MARKS_NAME_MOST - 1 &&
	       name->hash == hash && name->bytes == n && memcmp(name + 1, s, n) == 0;
}

static uint32_t add_name(uint32_t hash, const char *s, uint32_t n)
{
	uint64_t size = (sizeof(struct marks_name) + n + 7) & ~(uint64_t)7;
	uint64_t end = __atomic_load_n(&map->names_end, __ATOMIC_RELAXED);
	do
		if (end < MARKS_NAMES_AT ||
		    end > MARKS_RECORDS_AT - 2 * sizeof(struct marks_name) - MARKS_NAME_MOST - 1 || end % 8)
			return 0;
	while (!__atomic_compare_exchange_n(&map->names_end, &end, end + size, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED));
	struct marks_name *name = (void *)((char *)map + end);
	name->hash = hash;
	memcpy(name + 1, s, n);
	__atomic_store_n(&name->bytes, n, __ATOMIC_RELEASE);
	return (uint32_t)end;
}

uint32_t mark_store_name(const char *s)
{
	uint32_t *slots = (uint32_t *)(void *)((char *)map + MARKS_SLOTS_AT);
	uint32_t n = s ? (uint32_t)strnlen(s, MARKS_NAME_MOST) : 0, fresh = 0;
	uint64_t hash = hash_of(s ? s : "", n);
	for (unsigned i = 0; n && i < PROBES; i++) {
		uint32_t *slot = &slots[(hash + i) % MARKS_SLOTS];
		uint32_t there = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
		if (!there) {
			if (!fresh && !(fresh = add_name((uint32_t)(hash >> 32), s, n)))
				break;
			if (__atomic_compare_exchange_n(slot, &there, fresh, false, __ATOMIC_ACQ_REL,
							__ATOMIC_ACQUIRE))
				return fresh;
		}
		if (is_name(there, (uint32_t)(hash >> 32), s, n))
			return there;
	}
	if (n)
		(void)__atomic_fetch_add(&map->lost_names, 1, __ATOMIC_RELAXED);
	return fresh;
}
