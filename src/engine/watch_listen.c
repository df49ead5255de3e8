#include "engine/watch_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fd.h"

enum { DATAGRAM_BYTES = 32 * 1024, DATAGRAMS_MOST = 64 };

static int open_here(void)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	if (fd >= 0 && connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		fd_close(&fd);
	return fd;
}

int listen_open(int64_t pid)
{
	char path[64];
	struct stat at_home, over_there;
	(void)snprintf(path, sizeof(path), "/proc/%lld/ns/net", (long long)pid);
	auto_fd home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	auto_fd there = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || there < 0 || fstat(home, &at_home) < 0 || fstat(there, &over_there) < 0)
		return -1;
	if (at_home.st_ino == over_there.st_ino && at_home.st_dev == over_there.st_dev) {
		errno = ENOTSUP;
		return -1;
	}
	if (setns(there, CLONE_NEWNET) < 0)
		return -1;
	int fd = open_here();
	int why = errno;
	if (setns(home, CLONE_NEWNET) < 0) {
		why = errno;
		fd_close(&fd);
	}
	errno = why;
	return fd;
}

static enum listen_where where_of(const struct inet_diag_msg *m)
{
	const uint8_t *a = (const uint8_t *)m->id.idiag_src;
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, loopback[16] = {[15] = 1};
	if (m->idiag_family == AF_INET6) {
		if (memcmp(a, loopback, sizeof(loopback)) == 0)
			return LISTEN_LOOPBACK;
		if (memcmp(a, mapped, sizeof(mapped)) != 0)
			return LISTEN_ANYBODY;
		a += sizeof(mapped);
	}
	if (a[0] != 127)
		return LISTEN_ANYBODY;
	return a[1] == 0 && a[2] == 0 && a[3] == 11 ? LISTEN_RESOLVER : LISTEN_LOOPBACK;
}

static void add(struct listen_seen *seen, const struct inet_diag_msg *m)
{
	if (m->idiag_state != TCP_LISTEN || seen->n == LISTEN_SEEN)
		return;
	seen->at[seen->n].port = ntohs(m->id.idiag_sport);
	seen->at[seen->n].where = where_of(m);
	seen->n++;
}

enum listen_reply listen_read(struct str datagram, uint32_t seq, struct listen_seen *seen)
{
	while (datagram.n >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr h;
		memcpy(&h, datagram.at, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > datagram.n)
			return LISTEN_BAD;
		if (h.nlmsg_seq != seq)
			return LISTEN_MORE; /* the rest of an answer that was given up */
		if (h.nlmsg_type == NLMSG_DONE)
			return LISTEN_END;
		if (h.nlmsg_type == NLMSG_ERROR)
			return LISTEN_BAD;
		if (h.nlmsg_type == TCPDIAG_GETSOCK &&
		    h.nlmsg_len >= NLMSG_HDRLEN + sizeof(struct inet_diag_msg)) {
			struct inet_diag_msg m;
			memcpy(&m, datagram.at + NLMSG_HDRLEN, sizeof(m));
			add(seen, &m);
		}
		size_t step = NLMSG_ALIGN(h.nlmsg_len);
		if (step >= datagram.n)
			break;
		datagram.at += step;
		datagram.n -= step;
	}
	return LISTEN_MORE;
}

/*
 * The older of the two forms of the question: it is about both families at once, and the kernel walks its
 * table of listening sockets once instead of twice.
 */
bool listen_ask(int fd, struct listen_seen *seen)
{
	static uint32_t last_seq;
	struct {
		struct nlmsghdr head;
		struct inet_diag_req what;
	} request = {
	    .head = {.nlmsg_len = sizeof(request),
		     .nlmsg_type = TCPDIAG_GETSOCK,
		     .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		     .nlmsg_seq = ++last_seq},
	    .what = {.idiag_family = AF_INET, .idiag_states = 1U << TCP_LISTEN},
	};
	static _Alignas(struct nlmsghdr) char answer[DATAGRAM_BYTES];
	if (send(fd, &request, sizeof(request), MSG_NOSIGNAL) < 0)
		return errno == EBUSY || errno == EAGAIN || errno == EINTR;
	/* the kernel answers within send and recv: there is nothing to wait for */
	for (int i = 0; i < DATAGRAMS_MOST; i++) {
		ssize_t n = recv(fd, answer, sizeof(answer), 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
		enum listen_reply reply = listen_read((struct str){answer, (size_t)n}, last_seq, seen);
		if (reply != LISTEN_MORE)
			return reply == LISTEN_END;
	}
	return true;
}
