#include "config/config_check.h"

#include "base/str.h"
#include "config/knob_yaml.h"
#include "config/sections.h"
#include "config/settings.h"

/* Sections of commands, into values that nobody uses. */
static void check_commands(struct config_doc *d, const struct yaml_node *map)
{
	struct section s;
	for (size_t i = 0; section_at(i, &s); i++) {
		struct knob_values v;
		const struct yaml_node *n = *s.name ? yaml_find(map, str_of(s.name)) : NULL;
		if (n && section_is_later(&s) && !yaml_is_null(n))
			remark_warning(
			    &d->remarks, n->key_at,
			    "'%s' is for 'fettle %s', which this version does not have; it is %spassed over",
			    s.name, s.served_by, s.table ? "checked and " : "");
		if (!n || !s.table || s.is_setting || (n->kind == YAML_KIND_LIST && s.items))
			continue;
		knob_defaults(&v, s.table, arena_alloc(d->remarks.arena, s.table->options_bytes),
			      d->remarks.arena);
		knob_bind(&v, n, ORIGIN_FILE, s.items_key, &d->remarks);
	}
}

/* A section of benches that has no options besides may hold nothing but its list. */
static void check_lists(struct config_doc *d, const struct yaml_node *map)
{
	struct section s;
	for (size_t i = 0; section_at(i, &s); i++) {
		const struct yaml_node *n = s.items && !s.table ? yaml_find(map, str_of(s.name)) : NULL;
		for (const struct yaml_node *m = n && n->kind == YAML_KIND_MAP ? n->first : NULL; m;
		     m = m->next)
			if (!str_is(m->key, s.items_key))
				remark(&d->remarks, m->key_at,
				       "unknown key '%.*s' in '%s': its benches stand in '%s'",
				       STR_ARG(str_clip_utf8(m->key, 60)), s.name, s.items_key);
	}
}

static void check_layer(struct config_doc *d, const struct yaml_node *map)
{
	config_doc_unknown(d, map, true);
	check_commands(d, map);
	check_lists(d, map);
}

/* A profile lies over the file: what the file itself lacks was told already. */
static void check_profile(struct config_doc *d, const struct yaml_node *n)
{
	struct settings s;
	struct remarks told = {.arena = d->remarks.arena};
	if (n->kind == YAML_KIND_BROKEN || yaml_is_null(n))
		return;
	if (n->kind != YAML_KIND_MAP) {
		remark(&d->remarks, n->at, "a profile is a mapping of sections, as the file itself");
		return;
	}
	for (const struct yaml_node *m = n->first; m; m = m->next)
		if (profile_is_known(m->key) || str_is(m->key, PROFILES_KEY))
			remark(&d->remarks, m->key_at, "a profile cannot hold a profile");
	check_layer(d, n);
	settings_init(&s, d->remarks.arena);
	settings_layer(&s, d->tree.root, ORIGIN_FILE, &told);
	settings_layer(&s, n, ORIGIN_PROFILE, &d->remarks);
	if (!d->tree.broken)
		settings_complete(&s, s.n_layers, &d->remarks);
}

static void check_profiles(struct config_doc *d)
{
	const struct yaml_node *root = d->tree.root, *more = yaml_find(root, STR(PROFILES_KEY));
	for (const struct yaml_node *n = root->first; n; n = n->next)
		if (profile_is_known(n->key))
			check_profile(d, n);
	if (!more || more->kind == YAML_KIND_BROKEN || yaml_is_null(more))
		return;
	if (more->kind != YAML_KIND_MAP) {
		remark(&d->remarks, more->at, "'%s' must be a mapping of names to profiles", PROFILES_KEY);
		return;
	}
	for (const struct yaml_node *n = more->first; n; n = n->next) {
		const struct yaml_node *same = profile_is_known(n->key) ? yaml_find(root, n->key) : NULL;
		if (same)
			remark(&d->remarks, n->key_at, "profile '%.*s' stands already in line %u",
			       STR_ARG(n->key), same->key_at.line);
		check_profile(d, n);
	}
}

void config_check(struct config_doc *d)
{
	struct settings s;
	const struct yaml_node *root = d->tree.root;
	if (!root || root->kind != YAML_KIND_MAP) {
		if (!d->remarks.errors && !d->tree.broken)
			remark_warning(&d->remarks, (struct place){0},
				       "it says nothing: no section stands in it");
		return;
	}
	check_layer(d, root);
	settings_init(&s, d->remarks.arena);
	settings_layer(&s, root, ORIGIN_FILE, &d->remarks);
	if (!d->tree.broken)
		settings_complete(&s, 0, &d->remarks);
	check_profiles(d);
}
