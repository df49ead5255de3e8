/*
 * report/members.h - JSON objects of the reports, written member by member.
 *
 *	struct members x = members_begin(o);
 *	member_text(&x, "name", name);
 *	out_char(o, '}');
 *
 * A member puts its own comma. Names of members are our own words.
 */
#pragma once
#include "analyse/model.h"
#include "report/out.h"

struct members {
	struct out *o;
	bool comma;
};

struct members members_begin(struct out *o);
/* The name alone: what it is follows by other means. */
void member_key(struct members *x, const char *name);
void member_text(struct members *x, const char *name, struct str s);
/* Nothing where there is no text. */
void member_text_if(struct members *x, const char *name, struct str s);
/* Our own word. */
void member_word(struct members *x, const char *name, const char *ours);
void member_int(struct members *x, const char *name, int64_t v);
void member_int_or_null(struct members *x, const char *name, int64_t v, bool known);
/* null where it is negative: never happened, or not seen. */
void member_time(struct members *x, const char *name, int64_t ns);
void member_bool(struct members *x, const char *name, bool v);

/* Members of report.json, each with the comma in front: of json_containers.c. */
void json_containers(struct out *o, const struct model *m);
void json_phase_tree(struct out *o, const struct model *m);
void json_critical(struct out *o, const struct model *m);
/* Of report_values.c. */
void json_values(struct out *o, const struct model *m);
