#include "net/tls.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* What is used of OpenSSL's interface, which 1.1 and 3 share. */
enum { WANT_READ = 2, WANT_WRITE = 3, ZERO_RETURN = 6, VERIFY_PEER = 1, SET_NAME = 55, VERIFY_OK = 0 };

struct library {
	void *(*method)(void);
	void *(*ctx_new)(void *);
	void (*ctx_free)(void *);
	void (*ctx_verify)(void *, int, void *);
	int (*ctx_default_roots)(void *);
	int (*ctx_roots)(void *, const char *, const char *);
	void *(*new)(void *);
	void (*free)(void *);
	int (*set_fd)(void *, int);
	long (*ctrl)(void *, int, long, void *);
	int (*set_host)(void *, const char *);
	void *(*param)(void *);
	int (*param_ip)(void *, const char *);
	int (*connect)(void *);
	int (*read)(void *, void *, int);
	int (*write)(void *, const void *, int);
	int (*shutdown)(void *);
	int (*error)(void *, int);
	long (*verified)(void *);
	const char *(*verify_text)(long);
	unsigned long (*pop_error)(void);
	void (*error_text)(unsigned long, char *, size_t);
};

struct tls {
	struct library is;
	void *handle, *ctx, *ssl;
	int fd;
};

static int load(struct tls *t, struct err *e)
{
	static const struct {
		size_t at;
		const char *name;
	} functions[] = {
	    {offsetof(struct library, method), "TLS_client_method"},
	    {offsetof(struct library, ctx_new), "SSL_CTX_new"},
	    {offsetof(struct library, ctx_free), "SSL_CTX_free"},
	    {offsetof(struct library, ctx_verify), "SSL_CTX_set_verify"},
	    {offsetof(struct library, ctx_default_roots), "SSL_CTX_set_default_verify_paths"},
	    {offsetof(struct library, ctx_roots), "SSL_CTX_load_verify_locations"},
	    {offsetof(struct library, new), "SSL_new"},
	    {offsetof(struct library, free), "SSL_free"},
	    {offsetof(struct library, set_fd), "SSL_set_fd"},
	    {offsetof(struct library, ctrl), "SSL_ctrl"},
	    {offsetof(struct library, set_host), "SSL_set1_host"},
	    {offsetof(struct library, param), "SSL_get0_param"},
	    {offsetof(struct library, param_ip), "X509_VERIFY_PARAM_set1_ip_asc"},
	    {offsetof(struct library, connect), "SSL_connect"},
	    {offsetof(struct library, read), "SSL_read"},
	    {offsetof(struct library, write), "SSL_write"},
	    {offsetof(struct library, shutdown), "SSL_shutdown"},
	    {offsetof(struct library, error), "SSL_get_error"},
	    {offsetof(struct library, verified), "SSL_get_verify_result"},
	    {offsetof(struct library, verify_text), "X509_verify_cert_error_string"},
	    {offsetof(struct library, pop_error), "ERR_get_error"},
	    {offsetof(struct library, error_text), "ERR_error_string_n"},
	};
	static const char *const names[] = {"libssl.so.3", "libssl.so.1.1"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !t->handle; i++)
		t->handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	errno = 0;
	if (!t->handle)
		return err_sys(e, "https needs OpenSSL (libssl.so.3), which is not here");
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *f = dlsym(t->handle, functions[i].name);
		if (!f)
			return err_sys(e, "https: the OpenSSL here has no '%s'", functions[i].name);
		memcpy((char *)&t->is + functions[i].at, &f, sizeof(f));
	}
	return 0;
}

int net_wait(int fd, short what, int64_t deadline_ns, struct err *e)
{
	for (;;) {
		int64_t left = (deadline_ns - clock_mono_ns() + NS_PER_MS - 1) / NS_PER_MS;
		struct pollfd p = {.fd = fd, .events = what};
		int n = left > 0 ? poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) : 0;
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for the answer");
		errno = 0;
		if (n == 0)
			return err_sys(e, "no answer in time");
	}
}

static int failed(struct tls *t, const char *what, struct err *e)
{
	char text[200] = "the connection was ended";
	long verified = t->is.verified(t->ssl);
	unsigned long code = t->is.pop_error();
	errno = 0;
	if (verified != VERIFY_OK)
		return err_sys(e, "its certificate is not good: %s", t->is.verify_text(verified));
	if (code)
		t->is.error_text(code, text, sizeof(text));
	return err_sys(e, "TLS: %s: %s", what, text);
}

/* After a call that gave n <= 0: 0 to do it again, -1 at the peer's end, else a fault. */
static int again(struct tls *t, int n, const char *what, int64_t deadline_ns, struct err *e)
{
	switch (t->is.error(t->ssl, n)) {
	case WANT_READ:
		return net_wait(t->fd, POLLIN, deadline_ns, e);
	case WANT_WRITE:
		return net_wait(t->fd, POLLOUT, deadline_ns, e);
	case ZERO_RETURN:
		return -1;
	default:
		return failed(t, what, e);
	}
}

static int name_peer(struct tls *t, const char *host)
{
	unsigned char ip[16];
	if (inet_pton(AF_INET, host, ip) == 1 || inet_pton(AF_INET6, host, ip) == 1)
		return t->is.param_ip(t->is.param(t->ssl), host);
	(void)t->is.ctrl(t->ssl, SET_NAME, 0, (void *)(uintptr_t)host);
	return t->is.set_host(t->ssl, host);
}

static int begin(struct tls *t, const char *host, const char *ca_file, int64_t deadline_ns, struct err *e)
{
	int n, rc = load(t, e);
	if (rc < 0)
		return rc;
	t->ctx = t->is.ctx_new(t->is.method());
	errno = 0;
	if (!t->ctx)
		return err_sys(e, "TLS cannot be begun");
	t->is.ctx_verify(t->ctx, VERIFY_PEER, NULL);
	if (ca_file ? !t->is.ctx_roots(t->ctx, ca_file, NULL) : !t->is.ctx_default_roots(t->ctx))
		return err_sys(e, "cannot read certificates from '%s'",
			       ca_file ? ca_file : "the machine's own place");
	t->ssl = t->is.new(t->ctx);
	if (!t->ssl || !t->is.set_fd(t->ssl, t->fd) || !name_peer(t, host))
		return err_sys(e, "TLS cannot be begun");
	while ((n = t->is.connect(t->ssl)) <= 0) {
		rc = again(t, n, "no handshake", deadline_ns, e);
		if (rc < 0)
			return rc == -1 ? failed(t, "no handshake", e) : rc;
	}
	return 0;
}

int tls_open(struct tls **ret, int fd, const char *host, const char *ca_file, int64_t deadline_ns,
	     struct err *e)
{
	struct tls *t = mem_alloc(sizeof(*t));
	*t = (struct tls){.fd = fd};
	int rc = begin(t, host, ca_file, deadline_ns, e);
	if (rc < 0) {
		tls_close(t);
		return rc;
	}
	*ret = t;
	return 0;
}

ssize_t tls_write(struct tls *t, const void *bytes, size_t n, int64_t deadline_ns, struct err *e)
{
	for (;;) {
		int done = t->is.write(t->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
		if (done > 0)
			return done;
		int rc = again(t, done, "sending", deadline_ns, e);
		if (rc < 0)
			return rc == -1 ? failed(t, "sending", e) : rc;
	}
}

ssize_t tls_read(struct tls *t, void *bytes, size_t n, int64_t deadline_ns, struct err *e)
{
	for (;;) {
		int done = t->is.read(t->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
		if (done > 0)
			return done;
		int rc = again(t, done, "reading", deadline_ns, e);
		if (rc < 0)
			return rc == -1 ? 0 : rc;
	}
}

/* The library stays loaded: it registers things that are run at exit. */
void tls_close(struct tls *t)
{
	if (!t)
		return;
	if (t->ssl) {
		(void)t->is.shutdown(t->ssl);
		t->is.free(t->ssl);
	}
	if (t->ctx)
		t->is.ctx_free(t->ctx);
	mem_free(t);
}
