/*
 * exec_work cpu US: uses the CPU for about US microseconds, the same number of steps each time (EXEC_STEPS a
 * us). exec_work memory BYTES FILE: touches BYTES, and writes the peak that the kernel tells of it to FILE.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef EXEC_STEPS
#define EXEC_STEPS 1000
#endif

static int work(double us)
{
	unsigned long long x = 1;
	for (long long i = (long long)(us * EXEC_STEPS); i > 0; i--)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	__asm__ volatile("" : : "r"(x));
	return 0;
}

static int memory(size_t n, const char *path)
{
	char text[4096];
	char *p = malloc(n + 1);
	if (!p)
		return 1;
	memset(p, 1, n + 1);
	__asm__ volatile("" : : "r"(p) : "memory");
	/* the first time the pages come in that the second, which counts, has then */
	for (int i = 0; i < 2; i++) {
		int in = open("/proc/self/status", O_RDONLY),
		    out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		ssize_t got = read(in, text, sizeof(text) - 1);
		if (got <= 0)
			return 1;
		text[got] = 0;
		const char *peak = strstr(text, "VmHWM:");
		dprintf(out, "%ld\n", peak ? atol(peak + 6) * 1024 : 0);
		close(in);
		close(out);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "cpu") == 0)
		return work(atof(argv[2]));
	if (argc > 3 && strcmp(argv[1], "memory") == 0)
		return memory((size_t)atoll(argv[2]), argv[3]);
	return 2;
}
