/* fettle completion SHELL: the words to complete, from the knob tables. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "config/knob_complete.h"
#include "config/tables.h"

static int run(int n_words, char **words)
{
	static const struct {
		const char *shell;
		void (*write)(struct buf *b, const struct knob_table *const *tables, size_t n);
	} shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};
	struct err e;
	for (unsigned i = 0; n_words == 1 && i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(words[0], shells[i].shell) != 0)
			continue;
		struct buf b = {0};
		shells[i].write(&b, knob_tables, knob_tables_n);
		(void)fwrite(b.at, 1, b.n, stdout);
		buf_free(&b);
		return 0;
	}
	(void)err_usage(&e, "which shell? 'fettle completion bash|zsh|fish'");
	return complain("completion", &e);
}

const struct cmd cmd_completion = {
    .name = "completion",
    .brief = "print shell completion for bash, zsh or fish",
    .run = run,
};
