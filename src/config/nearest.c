#include "config/nearest.h"

#include "base/str.h"

void nearest_try(struct nearest *n, const char *known)
{
	struct str k = str_of(known);
	unsigned d = str_distance(n->word, k);
	bool begins = n->word.n >= 3 && k.n > n->word.n && str_eq(str_cut(k, 0, n->word.n), n->word);
	if (begins) /* somebody stopped typing: better than two edits */
		d = 1;
	if (!n->best || d < n->distance) {
		n->best = known;
		n->distance = d;
	}
}

const char *nearest_word(const struct nearest *n)
{
	/* a third of the word may be wrong, so that short words do not all look alike */
	unsigned most = n->word.n < 3 ? 0 : n->word.n < 6 ? 1 : (unsigned)n->word.n / 3;
	return n->best && n->distance <= most ? n->best : NULL;
}
