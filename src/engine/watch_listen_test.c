#include "engine/watch_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fd.h"

static void message(struct buf *b, uint16_t type, uint32_t seq, const void *body, size_t n)
{
	struct nlmsghdr h = {.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + n), .nlmsg_type = type, .nlmsg_seq = seq};
	buf_add(b, &h, sizeof(h));
	buf_add(b, body, n);
	while (b->n % NLMSG_ALIGNTO)
		buf_char(b, 0);
}

static void socket_at(struct buf *b, uint8_t family, const void *address, size_t n, uint16_t port,
		      uint8_t state)
{
	struct inet_diag_msg m = {.idiag_family = family, .idiag_state = state};
	m.id.idiag_sport = htons(port);
	memcpy(m.id.idiag_src, address, n);
	message(b, TCPDIAG_GETSOCK, 4, &m, sizeof(m));
}

enum { LISTENS = 10, ESTABLISHED = 1 };

static void addresses_are_told_apart(void **state)
{
	(void)state;
	struct buf b = {0};
	struct listen_seen seen = {.n = 0};
	static const uint8_t any6[16] = {0}, one6[16] = {[15] = 1},
			     mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
	socket_at(&b, AF_INET, "\0\0\0\0", 4, 80, LISTENS);
	socket_at(&b, AF_INET, "\x7f\0\0\x0b", 4, 4000, LISTENS);
	socket_at(&b, AF_INET, "\x7f\0\0\1", 4, 81, LISTENS);
	socket_at(&b, AF_INET, "\xac\x11\0\2", 4, 82, LISTENS);
	socket_at(&b, AF_INET, "\0\0\0\0", 4, 83, ESTABLISHED);
	socket_at(&b, AF_INET6, any6, 16, 84, LISTENS);
	socket_at(&b, AF_INET6, one6, 16, 85, LISTENS);
	socket_at(&b, AF_INET6, mapped, 16, 86, LISTENS);
	assert_int_equal(listen_read(buf_view(&b), 4, &seen), LISTEN_MORE);
	message(&b, NLMSG_DONE, 4, "\0\0\0\0", 4);
	seen.n = 0;
	assert_int_equal(listen_read(buf_view(&b), 4, &seen), LISTEN_END);
	static const struct {
		uint16_t port;
		enum listen_where where;
	} want[] = {{80, LISTEN_ANYBODY}, {4000, LISTEN_RESOLVER}, {81, LISTEN_LOOPBACK},
		    {82, LISTEN_ANYBODY}, {84, LISTEN_ANYBODY},    {85, LISTEN_LOOPBACK},
		    {86, LISTEN_LOOPBACK}};
	assert_int_equal(seen.n, sizeof(want) / sizeof(*want));
	for (int i = 0; i < seen.n; i++) {
		assert_int_equal(seen.at[i].port, want[i].port);
		assert_int_equal(seen.at[i].where, want[i].where);
	}
	buf_free(&b);
}

static void what_does_not_fit_is_dropped(void **state)
{
	(void)state;
	struct buf b = {0};
	struct listen_seen seen = {.n = 0};
	for (uint16_t i = 1; i < 100; i++)
		socket_at(&b, AF_INET, "\0\0\0\0", 4, i, LISTENS);
	assert_int_equal(listen_read(buf_view(&b), 4, &seen), LISTEN_MORE);
	assert_int_equal(seen.n, LISTEN_SEEN);
	buf_free(&b);
}

static void datagrams_cut_short_or_wrong(void **state)
{
	(void)state;
	struct buf b = {0};
	struct listen_seen seen = {.n = 0};
	socket_at(&b, AF_INET, "\0\0\0\0", 4, 80, LISTENS);
	size_t whole = b.n;
	for (size_t n = 0; n < whole; n++)
		assert_int_equal(listen_read((struct str){b.at, n}, 4, &seen),
				 n < sizeof(struct nlmsghdr) ? LISTEN_MORE : LISTEN_BAD);
	assert_int_equal(listen_read(buf_view(&b), 5, &seen),
			 LISTEN_MORE); /* an answer to another question */
	assert_int_equal(seen.n, 0);
	buf_clear(&b);
	int32_t denied = -EPERM;
	message(&b, NLMSG_ERROR, 4, &denied, sizeof(denied));
	assert_int_equal(listen_read(buf_view(&b), 4, &seen), LISTEN_BAD);
	buf_clear(&b);
	message(&b, TCPDIAG_GETSOCK, 4, "short", 5);
	assert_int_equal(listen_read(buf_view(&b), 4, &seen), LISTEN_MORE);
	assert_int_equal(seen.n, 0);
	buf_free(&b);
}

static int listen_at(uint32_t address, uint16_t port)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0 ? fd : -1;
}

static int listen_at_6(uint16_t port)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0 ? fd : -1;
}

/* In a network of its own: says 'r' when it is there, listens when told to. */
static _Noreturn void child(int in, int out)
{
	char c;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 && unshare(CLONE_NEWNET) < 0)
		_exit(1);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	(void)ioctl(fd, SIOCSIFFLAGS, &lo);
	(void)!write(out, "r", 1);
	if (read(in, &c, 1) != 1 || listen_at(INADDR_ANY, 8080) < 0 || listen_at(INADDR_LOOPBACK, 9090) < 0)
		_exit(1);
	bool six = listen_at_6(7070) >= 0; /* unless the machine has no IPv6 */
	(void)!write(out, six ? "6" : "4", 1);
	(void)!read(in, &c, 1);
	_exit(0);
}

static void sockets_of_another_network_are_seen_and_ours_is_kept(void **state)
{
	(void)state;
	int to[2], from[2];
	char c;
	struct stat before, after;
	struct listen_seen seen = {.n = 0};
	assert_true(pipe(to) == 0 && pipe(from) == 0);
	pid_t pid = fork();
	if (pid == 0)
		child(to[0], from[1]);
	assert_true(pid > 0);
	(void)close(from[1]);
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	int fd = read(from[0], &c, 1) == 1 ? listen_open(pid) : -1;
	if (fd < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		skip(); /* no right to make or to enter a network namespace */
	}
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(listen_ask(fd, &seen));
	assert_int_equal(seen.n, 0);
	assert_int_equal(write(to[1], "l", 1), 1);
	assert_int_equal(read(from[0], &c, 1), 1);
	assert_true(listen_ask(fd, &seen));
	assert_int_equal(seen.n, c == '6' ? 3 : 2);
	for (int i = 0; i < seen.n; i++)
		assert_int_equal(seen.at[i].where,
				 seen.at[i].port == 9090 ? LISTEN_LOOPBACK : LISTEN_ANYBODY);
	assert_int_equal(write(to[1], "x", 1), 1);
	(void)waitpid(pid, NULL, 0);
	seen.n = 0;
	assert_true(listen_ask(fd, &seen)); /* the socket keeps the network alive */
	assert_int_equal(seen.n, 0);
	(void)close(fd);
}

static void our_own_network_and_no_process_are_refused(void **state)
{
	(void)state;
	assert_int_equal(listen_open(getpid()), -1);
	assert_int_equal(errno, ENOTSUP);
	assert_int_equal(listen_open(INT32_MAX), -1);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_told_apart),
	    cmocka_unit_test(what_does_not_fit_is_dropped),
	    cmocka_unit_test(datagrams_cut_short_or_wrong),
	    cmocka_unit_test(sockets_of_another_network_are_seen_and_ours_is_kept),
	    cmocka_unit_test(our_own_network_and_no_process_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
