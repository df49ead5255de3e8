/*
 * Drives engine/watch.h as the tap does, and prints its rows.
 *
 *	watch_says SOCKET
 *
 * Reads from its standard input lines `CID ID`: that container was started. `end` or the end of the input
 * ends the watch. Each row is one JSON line, as in a record, times CLOCK_MONOTONIC; the last line is
 * {"own_cpu_ns": ..., "ns": ..., "fds": ...}: CPU time, wall time, and descriptors open beyond those at the
 *start.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/row.h"
#include "base/str.h"
#include "engine/watch.h"

static struct buf out;

static void put(struct watch_host *h, const struct event *ev)
{
	(void)h;
	buf_clear(&out);
	row_write(&out, ev);
	(void)fwrite(out.at, 1, out.n, stdout);
	(void)fflush(stdout);
}

/* False when the watch is to end. */
static bool take_lines(struct watch *w, struct buf *in)
{
	ssize_t n = read(0, buf_room(in, 64 * 1024), 64 * 1024);
	if (n <= 0)
		return false;
	in->n += (size_t)n;
	struct str rest = buf_view(in), line;
	for (size_t end; (end = str_find(rest, '\n')) < rest.n; rest = str_cut(rest, end + 1, rest.n)) {
		int64_t id;
		char cid[256];
		line = str_cut(rest, 0, end);
		size_t blank = str_find(line, ' ');
		if (str_is(line, "end"))
			return false;
		if (blank >= sizeof(cid) || !str_int(str_cut(line, blank + 1, line.n), &id))
			continue;
		memcpy(cid, line.at, blank);
		cid[blank] = '\0';
		watch_container(w, cid, (uint64_t)id, 0, clock_mono_ns());
	}
	buf_drop(in, in->n - rest.n);
	return true;
}

static int count_fds(void)
{
	int n = 0;
	DIR *d = opendir("/proc/self/fd");
	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	struct arena a = {0};
	struct err e;
	struct watch_host host = {.put = put};
	struct buf in = {0};
	int fds = count_fds();
	if (argc != 2) {
		(void)fprintf(stderr, "usage: watch_says SOCKET\n");
		return 2;
	}
	struct watch *w = watch_new(&a, argv[1], &host, &e);
	if (!w) {
		(void)fprintf(stderr, "watch_says: %s\n", e.text);
		return 3;
	}
	int64_t from_ns = clock_mono_ns();
	for (bool on = true; on;) {
		struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = watch_fd(w), .events = POLLIN}};
		(void)poll(p, 2, watch_timeout_ms(w, clock_mono_ns()));
		if (p[0].revents)
			on = take_lines(w, &in);
		watch_turn(w, clock_mono_ns());
	}
	watch_end(w, clock_mono_ns());
	watch_free(w);
	(void)printf("{\"own_cpu_ns\": %lld, \"ns\": %lld, \"fds\": %d}\n", (long long)clock_cpu_ns(),
		     (long long)(clock_mono_ns() - from_ns), count_fds() - fds);
	buf_free(&in);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
