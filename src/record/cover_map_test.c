#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "record/cover_map.h"

/* A sink that writes down what it is told, a line a call. */
struct listener {
	struct cover_sink sink;
	struct buf said;
};

static struct buf *said(struct cover_sink *s)
{
	return &((struct listener *)s)->said;
}

static void on_file(struct cover_sink *s, const struct cover_source *f)
{
	buf_printf(said(s), "file %.*s%s%s\n", STR_ARG(f->path),
		   f->raw && f->language == COVER_PYTHON ? "" : " ?", f->sha256.n ? " changed" : "");
}

static void on_context(struct cover_sink *s, struct str name)
{
	buf_printf(said(s), "context %.*s\n", STR_ARG(name));
}

static void on_bits(struct cover_sink *s, const uint8_t *bits, size_t n)
{
	buf_text(said(s), "lines");
	for (size_t i = 0; i < n * 8; i++)
		if (bits[i / 8] >> i % 8 & 1)
			buf_printf(said(s), " %zu", i);
	buf_char(said(s), '\n');
}

static void on_arcs(struct cover_sink *s, const struct cover_arc *arcs, size_t n)
{
	buf_text(said(s), "arcs");
	for (size_t i = 0; i < n; i++)
		buf_printf(said(s), " %d>%d", arcs[i].from, arcs[i].to);
	buf_char(said(s), '\n');
}

static struct listener listener(void)
{
	return (struct listener){
	    .sink = {.file = on_file, .context = on_context, .line_bits = on_bits, .arcs = on_arcs}};
}

enum { N_SLOTS = 8 };

/* A map in memory that is filled as an agent does it. */
struct making {
	_Alignas(8) char bytes[8192];
	struct cover_map *map;
	uint64_t *slots;
};

static void begin(struct making *m)
{
	memset(m, 0, sizeof(*m));
	m->map = (struct cover_map *)(void *)m->bytes;
	*m->map = (struct cover_map){.magic = COVER_MAP_MAGIC,
				     .version = COVER_MAP_VERSION,
				     .flags = COVER_MAP_BRANCH,
				     .size_bytes = sizeof(m->bytes),
				     .slots = (sizeof(*m->map) + 7) & ~(size_t)7,
				     .n_slots = N_SLOTS};
	m->slots = (uint64_t *)(void *)(m->bytes + m->map->slots);
	m->map->used = m->map->slots + N_SLOTS * 8;
}

static void *take(struct making *m, size_t n, uint64_t *ret_offset)
{
	*ret_offset = m->map->used;
	m->map->used += (n + 7) & ~(size_t)7;
	return m->bytes + *ret_offset;
}

static uint64_t add_file(struct making *m, unsigned slot, const char *path, const uint32_t *lines, size_t n,
			 const struct cover_arc *arcs, size_t n_arcs)
{
	enum { LINES = 40, ARCS = 4 };
	uint64_t offset;
	struct cover_map_file *f = take(m, sizeof(*f) + ARCS * 8 + LINES + strlen(path), &offset);
	*f = (struct cover_map_file){.n_lines = LINES, .n_arcs = ARCS, .path_bytes = (uint32_t)strlen(path)};
	uint64_t *words = (uint64_t *)(f + 1);
	for (size_t i = 0; i < n_arcs; i++)
		words[i] = cover_map_arc(arcs[i].from, arcs[i].to);
	char *bytes = (char *)(words + ARCS);
	for (size_t i = 0; i < n; i++)
		bytes[lines[i]] = 1;
	memcpy(bytes + LINES, path, strlen(path));
	m->slots[slot] = offset;
	return offset;
}

static uint64_t add_context(struct making *m, const char *name)
{
	uint64_t offset;
	struct cover_map_context *c = take(m, sizeof(*c) + strlen(name), &offset);
	c->name_bytes = strlen(name);
	memcpy(c + 1, name, strlen(name));
	return offset;
}

static struct cover_map_chunk *add_chunk(struct making *m, uint64_t file, uint64_t context, uint8_t bits)
{
	uint64_t offset;
	struct cover_map_chunk *c = take(m, sizeof(*c) + 5, &offset);
	*c = (struct cover_map_chunk){.next = m->map->chunks, .file = file, .context = context, .n_bytes = 5};
	*(uint8_t *)(c + 1) = bits;
	m->map->chunks = offset;
	return c;
}

static struct cover_map_stats tell(const struct making *m, struct listener *l)
{
	struct cover_map_stats stats;
	struct err e;
	assert_int_equal(cover_map_tell((struct str){m->bytes, m->map->used}, &l->sink, &stats, &e), 0);
	return stats;
}

static void what_was_hit_is_told_by_path(void **state)
{
	struct making m;
	struct listener l = listener();
	(void)state;
	begin(&m);
	const uint32_t lines[] = {1, 2, 39};
	const struct cover_arc arcs[] = {{1, 2}, {2, -1}};
	add_file(&m, 5, "/b.py", lines, 3, arcs, 2);
	add_file(&m, 2, "/a.py", lines, 1, NULL, 0);
	m.map->lost_lines = 7;
	m.map->processes[COVER_WAY_PROBE] = 3;
	m.map->python_minor = 14;
	struct cover_map_stats stats = tell(&m, &l);
	assert_string_equal(l.said.at, "file /a.py\nlines 1\nfile /b.py\nlines 1 2 39\narcs 1>2 2>-1\n");
	assert_int_equal(stats.n_files, 2);
	assert_int_equal(stats.flags, COVER_MAP_BRANCH);
	assert_int_equal(stats.lost_lines, 7);
	assert_int_equal(stats.processes[COVER_WAY_PROBE], 3);
	assert_int_equal(stats.python_minor, 14);
	assert_int_equal(stats.torn, 0);
	buf_free(&l.said);
}

static void contexts_follow_their_file(void **state)
{
	struct making m;
	struct listener l = listener();
	(void)state;
	begin(&m);
	const uint32_t lines[] = {1, 2};
	uint64_t a = add_file(&m, 1, "/a.py", lines, 2, NULL, 0),
		 b = add_file(&m, 0, "/b.py", lines, 1, NULL, 0);
	uint64_t one = add_context(&m, "one"), two = add_context(&m, "two");
	add_chunk(&m, b, two, 2);
	add_chunk(&m, a, two, 4);
	add_chunk(&m, a, one, 6);
	tell(&m, &l);
	assert_string_equal(l.said.at, "file /a.py\nlines 1 2\ncontext one\nlines 1 2\ncontext two\nlines 2\n"
				       "file /b.py\nlines 1\ncontext two\nlines 1\n");
	buf_free(&l.said);
}

static void torn_entries_are_passed_over_and_counted(void **state)
{
	struct making m;
	struct listener l = listener();
	(void)state;
	begin(&m);
	const uint32_t lines[] = {3};
	const struct cover_arc arcs[] = {{1, 0}, {INT32_MIN, 4}, {5, 6}};
	uint64_t good = add_file(&m, 0, "/good.py", lines, 1, arcs, 3);
	uint64_t large = add_file(&m, 1, "/large.py", lines, 1, NULL, 0);
	((struct cover_map_file *)(void *)(m.bytes + large))->n_lines = 1U << 20;
	uint64_t nameless = add_file(&m, 2, "/x", lines, 1, NULL, 0);
	((struct cover_map_file *)(void *)(m.bytes + nameless))->path_bytes = 0;
	m.slots[3] = good + 4;
	m.slots[4] = UINT64_MAX - 7;
	m.slots[5] = m.map->used;
	uint64_t name = add_context(&m, "c");
	add_chunk(&m, good, name, 8);
	add_chunk(&m, good, UINT64_MAX - 15, 8);
	add_chunk(&m, good, name, 8)->n_bytes = 1U << 20;
	struct cover_map_stats stats = tell(&m, &l);
	assert_string_equal(l.said.at, "file /good.py\nlines 3\narcs 5>6\ncontext c\nlines 3\n");
	assert_int_equal(stats.torn, 5 + 2 + 2);
	buf_free(&l.said);
}

static void a_list_in_a_circle_ends(void **state)
{
	struct making m;
	struct listener l = listener();
	(void)state;
	begin(&m);
	uint64_t name = add_context(&m, "c");
	struct cover_map_chunk *first = add_chunk(&m, 8, name, 1);
	add_chunk(&m, 8, name, 1);
	first->next = m.map->chunks;
	assert_true(tell(&m, &l).torn > 0);
	assert_int_equal(l.said.n, 0);
	buf_free(&l.said);
}

static void entries_that_share_their_bytes_are_told_once(void **state)
{
	struct making m;
	struct listener l = listener();
	(void)state;
	begin(&m);
	const uint32_t lines[] = {1};
	uint64_t a = add_file(&m, 0, "/a.py", lines, 1, NULL, 0);
	for (unsigned i = 1; i < N_SLOTS; i++)
		m.slots[i] = a;
	struct cover_map_stats stats = tell(&m, &l);
	assert_true(stats.torn > 0 && stats.n_files < N_SLOTS);
	buf_free(&l.said);
}

static void what_is_no_map_is_refused(void **state)
{
	struct making m;
	struct listener l = listener();
	struct cover_map_stats stats;
	struct err e;
	(void)state;
	begin(&m);
	struct str bytes = {m.bytes, m.map->used};
	assert_int_equal(cover_map_tell((struct str){m.bytes, 20}, &l.sink, &stats, &e), FAULT_FORMAT);
	m.map->version = 9;
	assert_int_equal(cover_map_tell(bytes, &l.sink, &stats, &e), FAULT_FORMAT);
	assert_string_equal(e.text, "the map has version 9; this fettle reads 2");
	m.map->magic++;
	assert_int_equal(cover_map_tell(bytes, &l.sink, &stats, &e), FAULT_FORMAT);
	assert_string_equal(e.text, "it is no coverage map of fettle");
	assert_int_equal(l.said.n, 0);
}

/* Any byte of a good map may be any other: nothing outside it is read (sanitizers watch), nothing ends it. */
static void no_byte_can_break_the_reader(void **state)
{
	static const unsigned char others[] = {0, 1, 7, 127, 128, 255};
	(void)state;
	for (size_t at = 16; at < 8192; at++) {
		struct making m;
		struct listener l = listener();
		struct cover_map_stats stats;
		struct err e;
		begin(&m);
		const uint32_t lines[] = {1, 30};
		const struct cover_arc arcs[] = {{1, 30}};
		uint64_t a = add_file(&m, 3, "/a.py", lines, 2, arcs, 1);
		add_chunk(&m, a, add_context(&m, "c"), 2);
		size_t used = m.map->used;
		if (at >= used)
			break;
		m.bytes[at] = (char)others[at % sizeof(others)];
		char *exact = malloc(used);
		assert_non_null(exact);
		memcpy(exact, m.bytes, used);
		assert_int_equal(cover_map_tell((struct str){exact, used}, &l.sink, &stats, &e), 0);
		free(exact);
		buf_free(&l.said);
	}
}

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void a_source_that_changed_since_is_told(void **state)
{
	char map[] = "/tmp/cover-map-test-XXXXXX", source[] = "/tmp/cover-map-source-XXXXXX";
	struct making m;
	struct listener l = listener();
	struct cover_map_stats stats;
	struct err e;
	struct stat st;
	(void)state;
	assert_int_equal(close(mkstemp(map)) | close(mkstemp(source)), 0);
	write_file(source, "x = 1\n", 6);
	assert_int_equal(stat(source, &st), 0);
	begin(&m);
	const uint32_t lines[] = {1};
	uint64_t at = add_file(&m, 0, source, lines, 1, NULL, 0);
	struct cover_map_file *f = (struct cover_map_file *)(void *)(m.bytes + at);
	f->size_bytes = 6;
	f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	write_file(map, m.bytes, sizeof(m.bytes));
	assert_int_equal(cover_map_read(map, &l.sink, &stats, &e), 0);
	assert_int_equal(stats.changed, 0);
	write_file(source, "x = 12\n", 7);
	assert_int_equal(cover_map_read(map, &l.sink, &stats, &e), 0);
	assert_int_equal(stats.changed, 1);
	assert_non_null(strstr(l.said.at, " changed\n"));
	assert_int_equal(truncate(map, 100), 0);
	assert_int_equal(cover_map_read(map, &l.sink, &stats, &e), FAULT_FORMAT);
	(void)unlink(map);
	assert_int_equal(cover_map_read(map, &l.sink, &stats, &e), FAULT_SYSTEM);
	(void)unlink(source);
	buf_free(&l.said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_hit_is_told_by_path),
	    cmocka_unit_test(contexts_follow_their_file),
	    cmocka_unit_test(torn_entries_are_passed_over_and_counted),
	    cmocka_unit_test(a_list_in_a_circle_ends),
	    cmocka_unit_test(entries_that_share_their_bytes_are_told_once),
	    cmocka_unit_test(what_is_no_map_is_refused),
	    cmocka_unit_test(no_byte_can_break_the_reader),
	    cmocka_unit_test(a_source_that_changed_since_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
