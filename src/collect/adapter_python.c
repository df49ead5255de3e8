#include "collect/adapter_python.h"

#include <string.h>

#include "collect/adapter.h"

bool python_interpreter(const char *word)
{
	const char *b = word_base(word);
	size_t n = strncmp(b, "python", 6) == 0 ? 6 : strncmp(b, "pypy", 4) == 0 ? 4 : 0;
	return n && strspn(b + n, "0123456789.") == strlen(b + n);
}

bool python_program(char *const *argv, size_t i, const char *name, size_t *ret_args)
{
	const char *b = word_base(argv[i]);
	size_t n = strlen(name);
	if (strncmp(b, name, n) == 0 &&
	    (b[n] == 0 || (b[n] == '-' && strspn(b + n + 1, "0123456789.") == strlen(b + n + 1)))) {
		*ret_args = i + 1;
		return true;
	}
	if (!python_interpreter(b))
		return false;
	for (i++; argv[i] && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1]) {
			*ret_args = i + 2;
			return strcmp(argv[i + 1], name) == 0;
		}
		if (strcmp(argv[i], "-c") == 0) /* what follows is code */
			return false;
		if ((strcmp(argv[i], "-W") == 0 || strcmp(argv[i], "-X") == 0) && argv[i + 1])
			i++;
	}
	/* "python /venv/bin/behave" */
	if (argv[i] && strcmp(word_base(argv[i]), name) == 0) {
		*ret_args = i + 1;
		return true;
	}
	return false;
}

bool python_is_closed(char *const *argv, size_t i)
{
	if (!python_interpreter(argv[i]))
		return false;
	for (i++; argv[i] && argv[i][0] == '-' && strcmp(argv[i], "-m") != 0; i++)
		if (argv[i][1] != '-' && argv[i][1] != 'W' && argv[i][1] != 'X' && strpbrk(argv[i], "IES"))
			return true;
	return false;
}
