/*
 * subject/container_plan.h - everything about a bench of containers that is settled before the first is made.
 */
#pragma once
#include "bench/subject.h"
#include "subject/container_box.h"

/*
 * Finds the engine, the image (fetching it where the item says so), and forms the requests; nothing is
 * created yet. Fills *shop, which must not move, in the subject's arena, and s->shown. A fault says what is
 * missing.
 */
must_use int container_plan(struct subject *s, struct container_shop *shop, struct err *e);

/*
 * The limits that the item wants and the container does not have, by the engine's word and the kernel's, as
 * notes of the subject.
 */
void container_limits(struct subject *s, const struct container_shop *shop, const struct inspect *in);
