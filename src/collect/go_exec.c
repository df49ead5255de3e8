#include "collect/go_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "collect/copy.h"

extern char **environ;

static bool write_file(const char *path, const struct buf *b)
{
	auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 && fd_write(fd, b->at, b->n);
}

/* Takes the next free number by creating its file. */
static long take_number(const char *dir, char path[PATH_MAX])
{
	for (long n = 0; n < 1000000; n++) {
		(void)snprintf(path, PATH_MAX, "%s/go-%ld.taken", dir, n);
		auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			return n;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int go_exec_main(int argc, char **argv)
{
	const char *dir = getenv(GO_EXEC_DIR);
	char path[PATH_MAX], kept[PATH_MAX], cwd[PATH_MAX];
	struct buf b = {0};
	struct err e;
	long n = dir && argc >= 2 && getcwd(cwd, sizeof(cwd)) ? take_number(dir, path) : -1;
	if (n < 0) {
		(void)fprintf(stderr, "fettle: cannot keep the test binary: %s\n", strerror(errno));
		return 3;
	}
	(void)snprintf(kept, sizeof(kept), "%s/go-%ld.test", dir, n);
	if (link(argv[1], kept) < 0 && copy_file(argv[1], kept, &e) < 0) {
		(void)fprintf(stderr, "fettle: %s\n", e.text);
		return 3;
	}
	buf_add(&b, cwd, strlen(cwd) + 1);
	buf_add(&b, kept, strlen(kept) + 1);
	for (int i = 2; i < argc; i++)
		buf_add(&b, argv[i], strlen(argv[i]) + 1);
	(void)snprintf(path, sizeof(path), "%s/go-%ld.argv", dir, n);
	bool ok = write_file(path, &b);
	buf_clear(&b);
	for (char **v = environ; *v; v++)
		if (strncmp(*v, GO_EXEC_DIR "=", sizeof(GO_EXEC_DIR)) != 0)
			buf_add(&b, *v, strlen(*v) + 1);
	(void)snprintf(path, sizeof(path), "%s/go-%ld.env", dir, n);
	ok = write_file(path, &b) && ok;
	buf_clear(&b);
	buf_printf(&b, GO_EXEC_MARK "%ld\n", n);
	ok = ok && fd_write(1, b.at, b.n);
	buf_free(&b);
	return ok ? 0 : 3;
}

int copy_main(void)
{
	char bytes[65536];
	for (;;) {
		ssize_t n = read(0, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0;
		if (!fd_write(1, bytes, (size_t)n))
			return 1;
	}
}
