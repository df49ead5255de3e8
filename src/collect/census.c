#include "collect/census.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "collect/proc.h"

enum { LOOK_BYTES = 4 << 20, LINES_PER_SCENARIO = 8 };

static bool starts_with_any(struct str line, const char *const *words)
{
	for (; *words; words++)
		if (str_starts(line, *words))
			return true;
	return false;
}

uint32_t census_python(struct str text)
{
	static const char *const words[] = {"def test", "async def test", NULL};
	struct str line;
	uint32_t n = 0;
	while (text.n && str_next(&text, '\n', &line))
		n += starts_with_any(str_trim(line), words);
	return n;
}

uint32_t census_bats(struct str text)
{
	static const char *const words[] = {"@test ", NULL};
	struct str line;
	uint32_t n = 0;
	while (text.n && str_next(&text, '\n', &line))
		n += starts_with_any(str_trim(line), words);
	return n;
}

uint32_t census_go(struct str text)
{
	static const char *const words[] = {"func Test", "func Example", "func Fuzz", NULL};
	struct str line;
	uint32_t n = 0;
	while (text.n && str_next(&text, '\n', &line))
		n += starts_with_any(line, words) && !str_starts(line, "func TestMain(");
	return n;
}

static bool is_foreign(struct str line)
{
	if (!str_starts(line, "#"))
		return false;
	line = str_trim(str_cut(line, 1, line.n));
	if (!str_starts(line, "language:"))
		return false;
	line = str_trim(str_cut(line, sizeof("language:") - 1, line.n));
	return line.n && !str_starts(line, "en");
}

uint32_t census_gherkin(struct str text)
{
	static const char *const scenarios[] = {"Scenario:", "Example:", NULL};
	static const char *const outlines[] = {"Scenario Outline:", "Scenario Template:", NULL};
	static const char *const tables[] = {"Examples:", "Scenarios:", NULL};
	bool in_text = false, in_table = false, header = false, foreign = false;
	uint32_t n = 0, n_lines = 0;
	struct str line;
	while (text.n && str_next(&text, '\n', &line)) {
		line = str_trim(line);
		n_lines += line.n > 0;
		foreign |= is_foreign(line);
		if (str_starts(line, "\"\"\"") || str_starts(line, "```"))
			in_text = !in_text;
		if (in_text)
			continue;
		if (str_starts(line, "|")) { /* the first row of a table names its columns */
			n += in_table && !header;
			header = false;
			continue;
		}
		n += starts_with_any(line, scenarios);
		if (starts_with_any(line, tables))
			in_table = header = true;
		else if (starts_with_any(line, scenarios) || starts_with_any(line, outlines))
			in_table = false;
	}
	return foreign ? n_lines / LINES_PER_SCENARIO : n;
}

uint32_t census_file(const char *path, uint32_t (*count)(struct str text))
{
	struct stat st;
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return 0;
	size_t n = st.st_size < LOOK_BYTES ? (size_t)st.st_size : LOOK_BYTES;
	void *at = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return 0;
	uint32_t found = count((struct str){at, n});
	(void)munmap(at, n);
	return found;
}
