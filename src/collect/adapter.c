#include "collect/adapter.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "collect/adapter_python.h"

const char adapter_names[] = "behave, pytest, go, ctest, bats, each, plain";

static const struct adapter *const adapters[] = {&adapter_behave, &adapter_pytest, &adapter_go,
						 &adapter_ctest,  &adapter_bats,   &adapter_each,
						 &adapter_plain};
enum { N_ADAPTERS = sizeof(adapters) / sizeof(*adapters) };

const char *word_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

bool word_in(const char *word, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* "--help-module" of "--help*"; "--show-only=human" and "-list=." of the option without its value. */
static bool tells(const char *word, const char *const *list)
{
	size_t n = strcspn(word, "=");
	for (; list && *list; list++) {
		size_t want = strlen(*list);
		bool open = (*list)[want - 1] == '*';
		if (open ? strncmp(word, *list, want - 1) == 0 : n == want && strncmp(word, *list, n) == 0)
			return true;
	}
	return false;
}

bool words_only_tell(char *const *args, const struct adapter *a)
{
	for (; *args && strcmp(*args, "--") != 0 && strcmp(*args, "-args") != 0; args++) {
		if (tells(*args, a->tells))
			return true;
		if (word_in(*args, a->value_options) && args[1])
			args++;
	}
	return false;
}

char **words_join(struct arena *a, char *const *first, size_t n_first, char *const *then, size_t n_then)
{
	char **all = arena_array(a, char *, n_first + n_then + 1);
	for (size_t i = 0; i < n_first; i++)
		all[i] = first[i];
	for (size_t i = 0; i < n_then; i++)
		all[n_first + i] = then[i];
	return all;
}

struct target *suite_target(struct suite *s)
{
	s->targets = mem_grow(s->targets, s->n_targets, &s->cap_targets, sizeof(*s->targets));
	struct target *t = &s->targets[s->n_targets++];
	*t = (struct target){.skip_code = -1};
	return t;
}

/* Programs that run the command behind their own options. */
static const char *const wrappers[] = {
    "env", "nice",   "ionice", "nohup", "stdbuf",           "setarch", "xvfb-run", "poetry", "uv",
    "pdm", "pipenv", "hatch",  "rye",   "dbus-run-session", "time",    "faketime", NULL};

/* The words at which a framework may stand: the first one, and those behind wrappers. */
static size_t past_wrapper(char *const *argv, size_t i)
{
	const char *b = word_base(argv[i]);
	if (!word_in(b, wrappers))
		return 0;
	for (i++; argv[i]; i++) {
		bool assignment = strchr(argv[i], '=') && argv[i][0] != '-' && argv[i][0] != '/';
		if (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "run") == 0 || assignment ||
		    argv[i][0] == '-')
			continue;
		/* the value of an option such as "-n 5" */
		if (argv[i - 1][0] == '-' && !strchr(argv[i - 1], '=') && strspn(argv[i], "0123456789") > 0)
			continue;
		return i;
	}
	return 0;
}

static const struct adapter *look(struct suite *s)
{
	size_t i = 0;
	do {
		for (unsigned k = 0; k < N_ADAPTERS; k++) {
			if (adapters[k]->match && adapters[k]->match(s->argv, i, &s->args)) {
				s->word = i;
				return adapters[k];
			}
		}
		/* "python -m coverage run -m behave" */
		if (python_interpreter(s->argv[i]) && s->argv[i + 1] && strcmp(s->argv[i + 1], "-m") == 0 &&
		    s->argv[i + 2] && strcmp(s->argv[i + 2], "coverage") == 0)
			return NULL;
		i = past_wrapper(s->argv, i);
	} while (i);
	return NULL;
}

/* A command that nobody knows, with a word {} that is no file: the files that it is to stand for are missing.
 */
static int check_holes(const struct suite *s, struct err *e)
{
	for (size_t i = 1; i < s->n_argv; i++)
		if (strcmp(s->argv[i], "{}") == 0 && access("{}", F_OK) < 0)
			return err_usage(e, "which files does {} stand for? --units 'PATTERN' names them "
					    "(--adapter plain: none, the command is run as it stands)");
	return 0;
}

static int choose(struct suite *s, const char *named, struct err *e)
{
	if (!named) {
		const struct adapter *found = look(s);
		s->adapter = found ? found : &adapter_plain;
		return found ? 0 : check_holes(s, e);
	}
	for (unsigned k = 0; k < N_ADAPTERS; k++) {
		if (strcmp(adapters[k]->name, named) != 0)
			continue;
		s->adapter = adapters[k];
		for (size_t i = 0; adapters[k]->match && s->argv[i]; i++) {
			if (adapters[k]->match(s->argv, i, &s->args)) {
				s->word = i;
				break;
			}
		}
		return 0;
	}
	return err_usage(e, "unknown adapter '%s' (there are %s)", named, adapter_names);
}

int adapter_choose(struct suite *s, const char *named, struct err *e)
{
	s->word = 0;
	s->args = 1;
	if (choose(s, s->n_patterns && !named ? "each" : named, e) < 0)
		return e->fault;
	if (s->args <= s->n_argv && words_only_tell(s->argv + s->args, s->adapter)) {
		s->only_tells = true;
		s->adapter = &adapter_plain;
	}
	return 0;
}
