/*
 * The map of native marks. An input is the file as it grows: each byte pair "length, place" in front of some
 * bytes says where they are written; between two of them the map is read.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "collect/marks_map.h"
#include "door.h"

struct heard {
	struct marks_map *map;
	size_t n;
};

static void tell(void *to, const struct marks_told *t)
{
	struct heard *h = to;
	h->n++;
	HOLD(t->number / MARKS_A_PAGE >= MARKS_FIRST_PAGE && t->number / MARKS_A_PAGE < MARKS_END_PAGE &&
	     t->number % MARKS_A_PAGE);
	HOLD(t->kind >= MARK_PHASE && t->kind <= MARK_READY && t->status < STATUS_KINDS);
	HOLD(t->begin_ns > 0);
	if (t->type == EVENT_SPAN || t->type == EVENT_END)
		HOLD(t->end_ns >= t->begin_ns);
	else
		HOLD(t->type == EVENT_BEGIN || t->type == EVENT_VALUE);
	size_t sum = 0;
	for (size_t i = 0; i < t->name.n; i++)
		sum += (unsigned char)t->name.at[i];
	for (size_t i = 0; i < t->image.n; i++)
		sum += (unsigned char)t->image.at[i];
	HOLD(t->name.n <= MARKS_NAME_MOST && t->image.n <= MARKS_NAME_MOST &&
	     sum <= 2 * 255 * MARKS_NAME_MOST);
}

/* Places where bytes mean something. */
static off_t place(uint8_t code)
{
	unsigned in = code >> 2;
	switch (code & 3) {
	case 0:
		return (off_t)(in % 8 * 8);
	case 1:
		return MARKS_NAMES_AT + (off_t)in * 8;
	case 2:
		return MARKS_RECORDS_AT + (off_t)in * (off_t)sizeof(struct marks_record);
	default:
		return MARKS_RECORDS_AT + (off_t)in * MARKS_PAGE;
	}
}

/* A head that claims all pages is slow, not wrong: the unit test has it. */
static void keep_small(int fd)
{
	uint64_t taken = 0, most = MARKS_FIRST_PAGE + 64;
	HOLD(pread(fd, &taken, sizeof(taken), offsetof(struct marks_head, taken)) == sizeof(taken));
	if (taken > most)
		HOLD(pwrite(fd, &most, sizeof(most), offsetof(struct marks_head, taken)) == sizeof(most));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("marks", MFD_CLOEXEC);
	struct marks_map map;
	struct heard heard = {.map = &map};
	HOLD(fd >= 0 && ftruncate(fd, (off_t)MARKS_BYTES) == 0);
	marks_map_over(&map, fd);
	for (size_t at = 0, n; at + 2 < size && heard.n < 100000; at += 2 + n) {
		n = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
		HOLD(pwrite(fd, bytes + at + 2, n, place(bytes[at + 1])) == (ssize_t)n);
		keep_small(fd);
		marks_map_read(&map, 1000, tell, &heard);
		HOLD(map.n_pages <= MARKS_AHEAD);
	}
	marks_map_close(&map);
	return 0;
}
