#include "net/tls.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "net/wait.h"

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
	int (*peek)(void *, void *, int);
	int (*write)(void *, const void *, int);
	int (*shutdown)(void *);
	int (*error)(void *, int);
	long (*verified)(void *);
	const char *(*verify_text)(long);
	unsigned long (*pop_error)(void);
	void (*clear_errors)(void);
	void (*error_text)(unsigned long, char *, size_t);
};

/* A context holds the roots, whose reading costs more than a handshake: one for each file, for all threads.
 */
struct context {
	struct context *next;
	void *ctx;
	char ca_file[]; /* empty: the machine's */
};

struct tls {
	void *ssl;
	int fd;
};

static struct library is;
static struct err unloadable; /* fault 0: the library is there */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct context *contexts;

static void load(void)
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
	    {offsetof(struct library, peek), "SSL_peek"},
	    {offsetof(struct library, write), "SSL_write"},
	    {offsetof(struct library, shutdown), "SSL_shutdown"},
	    {offsetof(struct library, error), "SSL_get_error"},
	    {offsetof(struct library, verified), "SSL_get_verify_result"},
	    {offsetof(struct library, verify_text), "X509_verify_cert_error_string"},
	    {offsetof(struct library, pop_error), "ERR_get_error"},
	    {offsetof(struct library, clear_errors), "ERR_clear_error"},
	    {offsetof(struct library, error_text), "ERR_error_string_n"},
	};
	static const char *const names[] = {"libssl.so.3", "libssl.so.1.1"};
	void *handle = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !handle; i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	errno = 0;
	if (!handle) {
		(void)err_sys(&unloadable, "https needs OpenSSL (libssl.so.3), which is not here");
		return;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *f = dlsym(handle, functions[i].name);
		if (f)
			memcpy((char *)&is + functions[i].at, &f, sizeof(f));
		else
			(void)err_sys(&unloadable, "https: the OpenSSL here has no '%s'", functions[i].name);
	}
}

static int failed(struct tls *t, const char *what, struct err *e)
{
	char text[200] = "the connection was ended";
	int sys = errno;
	long verified = is.verified(t->ssl);
	unsigned long code = is.pop_error();
	errno = 0;
	if (verified != VERIFY_OK)
		return err_sys(e, "its certificate is not good: %s", is.verify_text(verified));
	if (code)
		is.error_text(code, text, sizeof(text));
	else
		errno = sys;
	return err_sys(e, "TLS: %s: %s", what, text);
}

/* After a call that gave n <= 0: 0 to do it again, -1 at the peer's end, else a fault. */
static int again(struct tls *t, int n, const char *what, int64_t deadline_ns, struct err *e)
{
	switch (is.error(t->ssl, n)) {
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
		return is.param_ip(is.param(t->ssl), host);
	(void)is.ctrl(t->ssl, SET_NAME, 0, (void *)(uintptr_t)host);
	return is.set_host(t->ssl, host);
}

static void *context_make(const char *ca_file, struct err *e)
{
	void *ctx = is.ctx_new(is.method());
	errno = 0;
	if (!ctx) {
		(void)err_sys(e, "TLS cannot be begun");
		return NULL;
	}
	is.ctx_verify(ctx, VERIFY_PEER, NULL);
	if (ca_file ? is.ctx_roots(ctx, ca_file, NULL) : is.ctx_default_roots(ctx))
		return ctx;
	is.ctx_free(ctx);
	(void)err_sys(e, "cannot read certificates from '%s'", ca_file ? ca_file : "the machine's own place");
	return NULL;
}

static void *context_for(const char *ca_file, struct err *e)
{
	const char *name = ca_file ? ca_file : "";
	size_t n = strlen(name) + 1;
	(void)pthread_mutex_lock(&lock);
	struct context *c = contexts;
	while (c && strcmp(c->ca_file, name) != 0)
		c = c->next;
	void *ctx = c ? c->ctx : context_make(ca_file, e);
	if (ctx && !c) {
		c = mem_alloc(sizeof(*c) + n);
		c->ctx = ctx;
		memcpy(c->ca_file, name, n);
		c->next = contexts;
		contexts = c;
	}
	(void)pthread_mutex_unlock(&lock);
	return ctx;
}

static int begin(struct tls *t, const char *host, const char *ca_file, int64_t deadline_ns, struct err *e)
{
	int n, rc;
	(void)pthread_once(&once, load);
	if (unloadable.fault) {
		*e = unloadable;
		return e->fault;
	}
	is.clear_errors();
	void *ctx = context_for(ca_file, e);
	if (!ctx)
		return e->fault;
	errno = 0;
	t->ssl = is.new(ctx);
	if (!t->ssl || !is.set_fd(t->ssl, t->fd) || !name_peer(t, host))
		return err_sys(e, "TLS cannot be begun");
	while ((n = is.connect(t->ssl)) <= 0) {
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
		is.clear_errors();
		int done = is.write(t->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
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
		is.clear_errors();
		int done = is.read(t->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
		if (done > 0)
			return done;
		int rc = again(t, done, "reading", deadline_ns, e);
		if (rc < 0)
			return rc == -1 ? 0 : rc;
	}
}

bool tls_has_input(struct tls *t)
{
	char byte;
	is.clear_errors();
	int n = is.peek(t->ssl, &byte, 1);
	bool waits = n <= 0 && is.error(t->ssl, n) == WANT_READ;
	is.clear_errors();
	return !waits;
}

void tls_end(struct tls *t)
{
	is.clear_errors();
	(void)is.shutdown(t->ssl);
}

/* The library and the contexts stay: it registers things that are run at exit. */
void tls_close(struct tls *t)
{
	if (!t)
		return;
	if (t->ssl) {
		tls_end(t);
		is.free(t->ssl);
	}
	mem_free(t);
}
