#include "config/config_doc.h"

#include <string.h>

#include "base/str.h"
#include "config/knob_yaml.h"
#include "config/nearest.h"
#include "config/quantity.h"
#include "config/sections.h"
#include "config/settings_knobs.h"

void config_doc_parse(struct config_doc *d, struct arena *arena, struct str text, const char *path)
{
	*d = (struct config_doc){.remarks = {.arena = arena, .path = path, .text = text}};
	yaml_read(&d->tree, &d->remarks);
	const struct yaml_node *root = d->tree.root;
	if (!root || root->kind == YAML_KIND_MAP || root->kind == YAML_KIND_BROKEN || yaml_is_null(root))
		return;
	remark(&d->remarks, root->at, "the file must be a mapping of sections such as 'run:'");
}

const char *environment_of(char *const *environment, const char *name)
{
	size_t n = strlen(name);
	for (; *environment; environment++)
		if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=' && (*environment)[n + 1])
			return *environment + n + 1;
	return NULL;
}

const struct yaml_node *config_doc_profile(const struct config_doc *d, struct str name, bool *ret_found)
{
	const struct yaml_node *n = profile_is_known(name) ? yaml_find(d->tree.root, name) : NULL;
	if (!n)
		n = yaml_find(yaml_find(d->tree.root, STR(PROFILES_KEY)), name);
	*ret_found = n != NULL;
	return n && n->kind == YAML_KIND_MAP ? n : NULL;
}

static int no_profile(const struct config_doc *d, struct str name, struct err *e)
{
	struct nearest near = {.word = name};
	const struct yaml_node *more = yaml_find(d->tree.root, STR(PROFILES_KEY));
	for (size_t i = 0; profile_names[i]; i++)
		if (yaml_find(d->tree.root, str_of(profile_names[i])))
			nearest_try(&near, profile_names[i]);
	if (more && more->kind == YAML_KIND_MAP)
		for (const struct yaml_node *n = more->first; n; n = n->next)
			nearest_try(&near, arena_copy(d->remarks.arena, n->key));
	const char *meant = nearest_word(&near);
	struct str s = str_clip_utf8(name, 60);
	if (meant)
		return err_usage(e, "%s: no profile '%.*s' (did you mean '%s'?)", d->remarks.path, STR_ARG(s),
				 meant);
	return err_usage(e,
			 "%s: no profile '%.*s': it is a section 'ci', 'dev' or 'prod', or a name below '%s'",
			 d->remarks.path, STR_ARG(s), PROFILES_KEY);
}

int config_doc_choose(struct config_doc *d, const char *flag, char *const *environment, struct err *e)
{
	const char *name = flag ? flag : environment_of(environment, "FETTLE_PROFILE");
	const char *ci = environment_of(environment, "CI");
	bool found, in_ci = false;
	if (!name && ci && quantity_bool(str_of(ci), &in_ci) && in_ci) {
		d->profile = config_doc_profile(d, STR("ci"), &found);
		d->profile_name = found ? "ci" : NULL;
		return 0;
	}
	if (!name)
		return 0;
	d->profile = config_doc_profile(d, str_of(name), &found);
	if (!found)
		return no_profile(d, str_of(name), e);
	d->profile_name = name;
	return 0;
}

/* The section that a key belongs in, or NULL. */
static const char *home_of(struct str key)
{
	struct section s;
	for (size_t i = 0; section_at(i, &s); i++)
		if (s.table && *s.name && knob_row_of(s.table, key, NULL) < s.table->n_rows)
			return s.name;
	return NULL;
}

static bool is_known(struct str key)
{
	struct section s;
	return section_of(key, &s) || profile_is_known(key) || str_is(key, PROFILES_KEY) ||
	       knob_row_of(&top_table, key, NULL) < top_table.n_rows;
}

void config_doc_unknown(struct config_doc *d, const struct yaml_node *map, bool strict)
{
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		struct str s = str_clip_utf8(n->key, 60);
		if (is_known(n->key))
			continue;
		const char *meant = section_meant(n->key), *home = home_of(n->key);
		if (meant && (strict || str_distance(n->key, str_of(meant)) == 1))
			remark(&d->remarks, n->key_at, "unknown section '%.*s' (did you mean '%s'?)",
			       STR_ARG(s), meant);
		else if (home && n->kind != YAML_KIND_MAP)
			remark(&d->remarks, n->key_at, "'%.*s' belongs in the section '%s'", STR_ARG(s),
			       home);
		else if (strict)
			remark(&d->remarks, n->key_at, "unknown section '%.*s'", STR_ARG(s));
	}
}

static void bind_layer(struct config_doc *d, const struct yaml_node *map, struct knob_values *v,
		       enum knob_origin origin)
{
	struct section s = {0};
	const struct yaml_node *n = yaml_find(map, str_of(v->table->command));
	(void)section_of(str_of(v->table->command), &s);
	if (n && !(n->kind == YAML_KIND_LIST && s.items))
		knob_bind(v, n, origin, s.items_key, &d->remarks);
}

int config_doc_bind(struct config_doc *d, struct knob_values *v, struct err *e)
{
	const struct yaml_node *root = d->tree.root;
	if (root && root->kind == YAML_KIND_MAP) {
		config_doc_unknown(d, root, false);
		bind_layer(d, root, v, ORIGIN_FILE);
		if (d->profile)
			bind_layer(d, d->profile, v, ORIGIN_PROFILE);
	}
	return remarks_first(&d->remarks, e);
}
