#include "collect/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* Where the kernel cannot move them by itself. */
static int copy_bytes(int in, int out)
{
	char bytes[64 * 1024];
	for (;;) {
		ssize_t n = read(in, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 ? errno != EINTR : !fd_write(out, bytes, (size_t)n))
			return -1;
	}
}

int copy_file(const char *from, const char *to, struct err *e)
{
	auto_fd in = open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (in < 0 || fstat(in, &st) < 0)
		return err_sys(e, "cannot read '%s'", from);
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return err_sys(e, "cannot copy '%s'", from);
	}
	auto_fd out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
	if (out < 0)
		return err_sys(e, "cannot make '%s'", to);
	if (ioctl(out, FICLONE, in) == 0)
		return 0;
	for (;;) { /* until the end of the file, however long it says it is */
		ssize_t n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
			n = sendfile(out, in, NULL, 1 << 30);
		if (n < 0 && (errno == EINVAL || errno == ENOSYS))
			n = copy_bytes(in, out);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot copy '%s' to '%s'", from, to);
	}
}
