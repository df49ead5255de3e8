#include "analyse/slots.h"

void slots_init(struct slots *s, struct arena *a, uint32_t all, uint32_t widest)
{
	if (all > SLOTS_MOST)
		all = widest > 1 ? SLOTS_MOST : 0;
	*s = (struct slots){.all = all, .widest = widest < all ? widest : all};
	s->of_width = arena_array(a, uint32_t, (size_t)s->widest + 1);
}

uint32_t slots_width(const struct slots *s, uint32_t n)
{
	if (n <= 1 || !s->all)
		return 1;
	return n < s->widest ? n : s->widest;
}

bool slots_fit(struct slots *s, uint32_t width)
{
	uint32_t narrower = 0;
	if (!s->all)
		return true;
	for (uint32_t w = 1; w < s->reserved; w++)
		narrower += s->of_width[w];
	bool room = s->used + width <= s->all;
	if (room && (!s->reserved || narrower + width <= s->all - s->reserved))
		return true;
	if (!s->reserved)
		s->reserved = width;
	return false;
}

void slots_take(struct slots *s, uint32_t width)
{
	s->used += width;
	if (s->all)
		s->of_width[width] += width;
}

void slots_free(struct slots *s, uint32_t width)
{
	s->used -= width;
	if (s->all)
		s->of_width[width] -= width;
	s->reserved = 0;
}
