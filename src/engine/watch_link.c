#include "engine/watch_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

enum { LINK_BYTES = 64 * 1024, BODY_KEPT = 256 * 1024 };

bool link_open(struct link *l, const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	if (n >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(to.sun_path, path, n);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return false;
	if (connect(l->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int why = errno;
		link_close(l);
		errno = why;
		return false;
	}
	return true;
}

void link_close(struct link *l)
{
	fd_close(&l->fd);
	answer_reset(&l->answer);
	if (l->body.cap > BODY_KEPT)
		buf_free(&l->body);
	buf_clear(&l->body);
	l->asked_ns = 0;
}

void link_free(struct link *l)
{
	link_close(l);
	answer_free(&l->answer);
	buf_free(&l->body);
}

bool link_ask(struct link *l, struct str target, int64_t now_ns)
{
	struct buf b = {0};
	buf_text(&b, "GET ");
	buf_str(&b, target);
	buf_text(&b, " HTTP/1.1\r\nHost: engine\r\nUser-Agent: fettle\r\n\r\n");
	ssize_t n = send(l->fd, b.at, b.n, MSG_NOSIGNAL);
	bool whole = n == (ssize_t)b.n;
	buf_free(&b);
	l->asked_ns = now_ns;
	return whole;
}

enum link_state link_read(struct link *l, size_t *ret_n)
{
	static char room[LINK_BYTES];
	enum link_state state = LINK_WAIT;
	size_t had = l->body.n;
	ssize_t n = recv(l->fd, room, LINK_BYTES, 0);
	if (n > 0) {
		struct str bytes = {room, (size_t)n};
		bool all = answer_feed(&l->answer, bytes, &l->body) == bytes.n;
		if (l->answer.at == ANSWER_BAD || !all) /* bytes that nobody asked for */
			state = LINK_LOST;
		else if (l->answer.at == ANSWER_DONE)
			state = LINK_ANSWERED;
	} else if (n == 0) {
		state = l->answer.at == ANSWER_TO_END ? LINK_ANSWERED : LINK_LOST;
	} else if (errno != EAGAIN && errno != EINTR) {
		state = LINK_LOST;
	}
	*ret_n = l->body.n - had;
	return state;
}

bool link_again(struct link *l)
{
	if (l->answer.closes) {
		link_close(l);
		return false;
	}
	answer_reset(&l->answer);
	buf_clear(&l->body);
	l->asked_ns = 0;
	return true;
}
