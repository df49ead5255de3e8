
#include <stdbool.h>
#include <string.h>

#include "base/environment.h"

const char *environment_get(char *const *env, const char *name)
{
	size_t n = strlen(name);
	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

char **environment_with(struct arena *a, char *const *base, char *const *extra, size_t n)
{
	size_t have = 0, out = 0;
	while (base[have])
		have++;
	char **env = arena_array(a, char *, have + n + 1);
	for (size_t i = 0; i < have; i++) {
		bool replaced = false;
		for (size_t j = 0; j < n && !replaced; j++) {
			size_t name = strcspn(extra[j], "=");
			replaced = strncmp(base[i], extra[j], name) == 0 && base[i][name] == '=';
		}
		if (!replaced)
			env[out++] = base[i];
	}
	for (size_t j = 0; j < n; j++)
		if (strchr(extra[j], '='))
			env[out++] = extra[j];
	return env;
}
