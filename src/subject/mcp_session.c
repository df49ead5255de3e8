#include "subject/mcp_session.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "config/nearest.h"

enum { PAGES = 1000, NAMED = 8 };
/* Errors that only a server without a handshake gives. */
enum { HEADER_MISMATCH = -32020, MISSING_CAPABILITY = -32021, UNSUPPORTED_VERSION = -32022 };
#define ASK_NS (5 * NS_PER_S)

static const char modern_version[] = "2026-07-28";
/* From new to old. */
static const char *const legacy_versions[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05",
					      "2024-10-07"};
enum { LEGACY = sizeof(legacy_versions) / sizeof(legacy_versions[0]) };

static int told(struct err *e, const struct mcp_call *c, const char *what)
{
	errno = 0;
	return err_sys(e, "%s: %s", what, c->why);
}

static bool ask(struct mcp_session *m, struct mcp_call *c, const char *method, struct str params,
		int64_t timeout_ns)
{
	mcp_call_set(c, method, params, m->modern ? m->version : NULL);
	c->headers = STR_NONE;
	c->keep = true;
	return m->link->kind->call(m->link, 0, c, clock_mono_ns() + timeout_ns);
}

static void ready(struct mcp_session *m, const struct mcp_call *c)
{
	m->asked_ns = c->sent_ns;
	m->ready_ns = c->read_ns;
}

/* The newest version of the list that we know; NULL: none. */
static const char *choose(struct str list_owner, const char *key, struct arena *scratch)
{
	if (mcp_lists(list_owner, key, modern_version, scratch))
		return modern_version;
	for (int i = 0; i < LEGACY; i++)
		if (mcp_lists(list_owner, key, legacy_versions[i], scratch))
			return legacy_versions[i];
	return NULL;
}

/* *ret_legacy: the version to shake hands for; NULL where no hands are shaken. */
static int find_era(struct mcp_session *m, struct mcp_call *c, int64_t timeout_ns, bool *ret_silent,
		    const char **ret_legacy, struct err *e)
{
	const char *version = NULL;
	m->modern = true;
	m->version = modern_version;
	m->link->kind->agree(m->link, modern_version, true);
	*ret_silent =
	    !ask(m, c, "server/discover", STR_NONE, timeout_ns / 2 < ASK_NS ? timeout_ns / 2 : ASK_NS);
	if (*ret_silent)
		return told(e, c, "cannot ask the server for its protocol");
	if (!c->said.failed)
		version = choose(c->said.result, "supportedVersions", &c->scratch);
	else if (c->said.code == UNSUPPORTED_VERSION)
		version = choose(c->said.data, "supported", &c->scratch);
	else if (c->said.code == HEADER_MISMATCH || c->said.code == MISSING_CAPABILITY)
		return mcp_call_good(c, false) ? 0 : told(e, c, "the server refuses 'server/discover'");
	else
		version = legacy_versions[0];
	if (!version)
		return err_usage(
		    e, "the server speaks no version of the protocol that is known here (%s and older)",
		    modern_version);
	m->modern = version == modern_version;
	*ret_legacy = m->modern ? NULL : version;
	return 0;
}

static int agree(struct mcp_session *m, struct mcp_call *c, struct err *e)
{
	struct json j;
	json_init(&j, mcp_member(c->said.result, "protocolVersion", &c->scratch), &c->scratch);
	struct str said = json_text(&j);
	for (int i = 0; i < LEGACY; i++)
		if (str_is(said, legacy_versions[i])) {
			m->version = legacy_versions[i];
			m->link->kind->agree(m->link, m->version, false);
			return 0;
		}
	struct buf b = {0};
	mcp_put_said(&b, said, 40);
	int rc = err_usage(e, "the server speaks version '%.*s' of the protocol, which is not known here",
			   STR_ARG(buf_view(&b)));
	buf_free(&b);
	return rc;
}

static int shake_hands(struct mcp_session *m, struct mcp_call *c, const char *version, int64_t timeout_ns,
		       struct err *e)
{
	static const char done[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
	struct buf params = {0};
	m->modern = false;
	m->link->kind->agree(m->link, NULL, false);
	mcp_put_initialize(&params, version);
	bool there = ask(m, c, "initialize", buf_view(&params), timeout_ns);
	buf_free(&params);
	if (!there || !mcp_call_good(c, false))
		return told(e, c, "cannot initialize the server");
	ready(m, c);
	if (agree(m, c, e) < 0)
		return e->fault;
	return m->link->kind->notify(m->link, STR(done), clock_mono_ns() + timeout_ns, e);
}

int mcp_session_begin(struct mcp_session *m, struct mcp_call *c, bool may_ask, int64_t timeout_ns,
		      bool *ret_silent, struct err *e)
{
	const char *legacy = legacy_versions[0];
	*ret_silent = false;
	if (may_ask && find_era(m, c, timeout_ns, ret_silent, &legacy, e) < 0)
		return e->fault;
	ready(m, c);
	return legacy ? shake_hands(m, c, legacy, timeout_ns, e) : 0;
}

struct search {
	struct str tool;
	struct arena *a;
	struct nearest near;
	struct buf names; /* of the first few */
	size_t n;
	bool found;
	struct str schema, cursor;
};

static void take_tool(struct search *s, struct json *j)
{
	struct str key, name = STR_NONE, schema = STR_NONE;
	if (json_object(j))
		while (json_key(j, &key)) {
			if (str_is(key, "name"))
				name = json_text(j);
			else if (str_is(key, "inputSchema"))
				schema = json_raw(j);
			else
				json_skip(j);
		}
	if (j->error)
		return;
	if (str_eq(name, s->tool)) {
		s->found = true;
		s->schema = arena_str(s->a, schema);
	}
	struct buf shown = {0};
	mcp_put_said(&shown, name, 60);
	if (shown.n)
		nearest_try(&s->near, arena_copy(s->a, buf_view(&shown)));
	if (s->n++ < NAMED)
		buf_printf(&s->names, "%s%.*s", s->n > 1 ? ", " : "", STR_ARG(buf_view(&shown)));
	buf_free(&shown);
}

static const char *take_page(struct search *s, struct str page, struct arena *scratch)
{
	struct json j;
	struct str key;
	s->cursor = STR_NONE;
	json_init(&j, page, scratch);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (str_is(key, "nextCursor")) {
				s->cursor = arena_str(s->a, json_text(&j));
			} else if (str_is(key, "tools") && json_array(&j)) {
				while (json_item(&j))
					take_tool(s, &j);
			} else {
				json_skip(&j);
			}
		}
	return json_end(&j) ? NULL : j.error;
}

static int search_all(struct mcp_session *m, struct mcp_call *c, struct search *s, int64_t timeout_ns,
		      struct err *e)
{
	struct buf params = {0};
	int rc = 0;
	for (int page = 0; rc == 0 && !s->found && (page == 0 || s->cursor.n); page++) {
		buf_clear(&params);
		if (page) {
			buf_text(&params, "\"cursor\":");
			json_put_text(&params, s->cursor);
		}
		const char *wrong = NULL;
		errno = 0;
		if (!ask(m, c, "tools/list", buf_view(&params), timeout_ns) || !mcp_call_good(c, false))
			rc = told(e, c, "cannot list the server's tools");
		else if ((wrong = take_page(s, c->said.result, &c->scratch)))
			rc = err_sys(e, "cannot read the list of the server's tools: %s", wrong);
		else if (page == PAGES)
			rc = err_sys(e, "the list of the server's tools has no end");
	}
	buf_free(&params);
	return rc;
}

int mcp_session_find(struct mcp_session *m, struct mcp_call *c, const char *tool, int64_t timeout_ns,
		     struct arena *a, struct str *ret_schema, struct err *e)
{
	struct search s = {.tool = str_of(tool), .a = a, .near = {.word = str_of(tool)}};
	int rc = search_all(m, c, &s, timeout_ns, e);
	const char *near = nearest_word(&s.near);
	struct buf shown = {0};
	mcp_put_said(&shown, s.tool, 80);
	if (rc == 0 && !s.found && near)
		rc = err_usage(e, "the server has no tool '%s' (did you mean '%s'?)", shown.at, near);
	else if (rc == 0 && !s.found && s.n)
		rc = err_usage(e, "the server has no tool '%s'; it has %.*s%s", shown.at,
			       STR_ARG(buf_view(&s.names)), s.n > NAMED ? ", ..." : "");
	else if (rc == 0 && !s.found)
		rc = err_usage(e, "the server has no tool '%s', nor any other", shown.at);
	*ret_schema = s.schema;
	buf_free(&s.names);
	buf_free(&shown);
	return rc;
}
