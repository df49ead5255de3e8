#include "engine/watch_events.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

struct reading {
	struct str action, status, id, actor_id, health, exit, type;
	int64_t time_s, time_ns;
};

/* The next value where it is a text; passed over and empty where not. */
static struct str text_or_none(struct json *j)
{
	if (json_peek(j) == JSON_TEXT)
		return json_text(j);
	json_skip(j);
	return STR_NONE;
}

static int64_t number_or_none(struct json *j)
{
	if (json_peek(j) == JSON_NUMBER)
		return json_int(j);
	json_skip(j);
	return 0;
}

static void read_attributes(struct json *j, struct reading *r)
{
	struct str key;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return;
	}
	(void)json_object(j);
	while (json_key(j, &key)) {
		if (str_is(key, "exitCode"))
			r->exit = text_or_none(j);
		else if (str_is(key, "health_status"))
			r->health = text_or_none(j);
		else
			json_skip(j);
	}
}

static void read_actor(struct json *j, struct reading *r)
{
	struct str key;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return;
	}
	(void)json_object(j);
	while (json_key(j, &key)) {
		if (str_is(key, "ID"))
			r->actor_id = text_or_none(j);
		else if (str_is(key, "Attributes"))
			read_attributes(j, r);
		else
			json_skip(j);
	}
}

static void read_member(struct json *j, struct str key, struct reading *r)
{
	if (str_is(key, "Action"))
		r->action = text_or_none(j);
	else if (str_is(key, "status"))
		r->status = text_or_none(j);
	else if (str_is(key, "id"))
		r->id = text_or_none(j);
	else if (str_is(key, "Type"))
		r->type = text_or_none(j);
	else if (str_is(key, "timeNano"))
		r->time_ns = number_or_none(j);
	else if (str_is(key, "time"))
		r->time_s = number_or_none(j);
	else if (str_is(key, "Actor"))
		read_actor(j, r);
	else
		json_skip(j);
}

static enum engine_what what_of(struct str action, struct str health)
{
	static const struct {
		const char *word;
		enum engine_what what;
	} words[] = {
	    {"start", ENGINE_START}, {"die", ENGINE_DIE},         {"died", ENGINE_DIE},
	    {"oom", ENGINE_OOM},     {"destroy", ENGINE_REMOVED}, {"remove", ENGINE_REMOVED},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_is(action, words[i].word))
			return words[i].what;
	if (!str_starts(action, "health_status"))
		return ENGINE_OTHER;
	size_t colon = str_find(action, ':');
	if (colon < action.n)
		health = str_trim(str_cut(action, colon + 1, action.n));
	if (str_is(health, "healthy"))
		return ENGINE_HEALTHY;
	return str_is(health, "unhealthy") ? ENGINE_UNHEALTHY : ENGINE_OTHER;
}

static int64_t stamp_of(const struct reading *r)
{
	if (r->time_ns > 0)
		return r->time_ns;
	return r->time_s > 0 && r->time_s < INT64_MAX / NS_PER_S ? r->time_s * NS_PER_S : 0;
}

bool engine_event_read(struct str line, struct arena *scratch, struct engine_event *ret)
{
	struct json j;
	struct str key;
	struct reading r = {0};
	json_init(&j, line, scratch);
	if (!json_object(&j))
		return false;
	while (json_key(&j, &key))
		read_member(&j, key, &r);
	if (!json_end(&j) || (r.type.n && !str_is(r.type, "container")))
		return false;
	*ret = (struct engine_event){.what = what_of(r.action.n ? r.action : r.status, r.health),
				     .cid = r.actor_id.n ? r.actor_id : r.id,
				     .wall_ns = stamp_of(&r),
				     .exit = -1};
	if (ret->what == ENGINE_DIE)
		(void)str_int(r.exit, &ret->exit);
	return ret->cid.n > 0;
}
