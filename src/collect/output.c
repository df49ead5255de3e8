#include "collect/output.h"

#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

void output_init(struct output *o, int tee)
{
	*o = (struct output){.log = -1, .tee = tee};
}

void output_open(struct output *o, const char *path)
{
	o->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (o->log < 0 && !o->failed) {
		o->failed = true;
		(void)err_sys(&o->error, "cannot keep output in '%s'", path);
	}
}

void output_close(struct output *o)
{
	fd_close(&o->log);
	mem_free(o->head);
	mem_free(o->tail);
	o->head = o->tail = NULL;
}

void output_put(struct output *o, struct str bytes)
{
	if (!bytes.n)
		return;
	if (o->tee >= 0 && !fd_write(o->tee, bytes.at, bytes.n))
		o->tee = -1; /* the reader of our output has gone: the tests go on */
	if (o->log >= 0) {
		if (fd_write(o->log, bytes.at, bytes.n)) {
			o->log_bytes += bytes.n;
		} else {
			o->failed = true;
			(void)err_sys(&o->error, "cannot keep output");
			fd_close(&o->log);
		}
	}
	if (!o->head) {
		o->head = mem_alloc(OUTPUT_HEAD);
		o->tail = mem_alloc(OUTPUT_TAIL);
	}
	uint64_t at = o->unit_bytes;
	o->unit_bytes += bytes.n;
	if (at < OUTPUT_HEAD) {
		size_t n = bytes.n < OUTPUT_HEAD - at ? bytes.n : (size_t)(OUTPUT_HEAD - at);
		memcpy(o->head + at, bytes.at, n);
		bytes = str_cut(bytes, n, bytes.n);
		at += n;
	}
	if (bytes.n > OUTPUT_TAIL) {
		at += bytes.n - OUTPUT_TAIL;
		bytes = str_cut(bytes, bytes.n - OUTPUT_TAIL, OUTPUT_TAIL);
	}
	/* the tail is a ring: byte k of the unit stands at (k - OUTPUT_HEAD) % OUTPUT_TAIL */
	while (bytes.n) {
		size_t slot = (size_t)((at - OUTPUT_HEAD) % OUTPUT_TAIL);
		size_t n = bytes.n < OUTPUT_TAIL - slot ? bytes.n : OUTPUT_TAIL - slot;
		memcpy(o->tail + slot, bytes.at, n);
		bytes = str_cut(bytes, n, bytes.n);
		at += n;
	}
}

void output_mark(struct output *o)
{
	o->unit_bytes = 0;
	o->unit_at = o->log_bytes;
}

struct str output_excerpt(const struct output *o, struct arena *a)
{
	struct buf b = {0};
	uint64_t n = o->unit_bytes;
	if (n)
		buf_add(&b, o->head, n < OUTPUT_HEAD ? (size_t)n : OUTPUT_HEAD);
	if (n > OUTPUT_HEAD) {
		uint64_t behind = n - OUTPUT_HEAD, from = 0;
		if (behind > OUTPUT_TAIL) {
			from = behind - OUTPUT_TAIL;
			buf_printf(&b, "\n[... %llu bytes cut; all of it is in the log ...]\n",
				   (unsigned long long)from);
		}
		while (from < behind) {
			size_t slot = (size_t)(from % OUTPUT_TAIL);
			size_t part = OUTPUT_TAIL - slot;
			if (part > behind - from)
				part = (size_t)(behind - from);
			buf_add(&b, o->tail + slot, part);
			from += part;
		}
	}
	struct str text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}
