/* Several loops and functions on one line, as counting must tell them apart. */
/* clang-format off */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#define LOOPS(n) for (int i = 0; i < n; i++) { for (int k = 0; k < i; k++) { if (k & 1) s += k; else s -= i; if (s > 40) break; } while (s > 10 && s < 1000) { s += i; if (s % 7 == 0) s--; } }
#define PAIR(name) static int name##_a(int x) { return x ? x + 1 : 2; } static int name##_b(int x) { return x > 3 && x < 10 ? name##_a(x) : 0; }
PAIR(one)
PAIR(two)
static jmp_buf jb;
static int s;
static inline int sw(int x) { switch (x) { case 1: return 2; case 2: case 3: return 4; case 9: s++; break; default: return x; } return 1; }
static void jump(int x) { if (x) longjmp(jb, x); }
static int rec(int n) { return n < 2 ? 1 : rec(n - 1) + rec(n - 2); }
int main(int argc, char **argv)
{
	LOOPS(12)
	for (int i = 0; i < 5; i++) s += sw(i) + one_a(i) + one_b(i) + two_b(argc);
	int v = setjmp(jb);
	if (v < 3)
		jump(v + 1);
	do s++; while (s < 5); for (;;) { if (s++ > 100) break; else if (s == 50) continue; } goto again;
again:
	if (s < 120) { s++; goto again; }
	printf("%d %d %s\n", s, rec(10),
		argc > 1 ? argv[1]
		: argc == 1 ? "a" : "b");
	if (argc > 5) abort();
	exit(argc > 2 ? 3 : 0);
}
