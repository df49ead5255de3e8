#include "subject/mcp_message.h"

#include "base/json.h"
#include "base/str.h"

enum { NO_SUCH_METHOD = -32601 };

/* The bytes of the value that the reader has just passed, which began at from. */
static struct str passed(const struct json *j, const char *from)
{
	return j->error ? STR_NONE : (struct str){from, (size_t)(j->at - from)};
}

static void read_id(struct json *j, struct mcp_message *m)
{
	m->id_raw = json_raw(j);
	m->numbered = str_int(m->id_raw, &m->id);
}

static void read_result(struct json *j, struct mcp_message *m)
{
	struct str key;
	const char *from = j->at;
	if (json_object(j))
		while (json_key(j, &key)) {
			if (str_is(key, "isError"))
				m->is_error = json_bool(j);
			else if (str_is(key, "resultType"))
				m->wants_input = str_is(json_text(j), "input_required");
			else {
				m->has_content |= str_is(key, "content") && json_peek(j) == JSON_ARRAY;
				json_skip(j);
			}
		}
	m->result = passed(j, from);
}

static void read_error(struct json *j, struct mcp_message *m)
{
	struct str key;
	m->failed = true;
	if (json_object(j))
		while (json_key(j, &key)) {
			if (str_is(key, "code"))
				m->code = json_int(j);
			else if (str_is(key, "message"))
				m->error = json_text(j);
			else if (str_is(key, "data"))
				m->data = json_raw(j);
			else
				json_skip(j);
		}
}

const char *mcp_message_read(struct mcp_message *ret, struct str text, struct arena *scratch)
{
	struct json j;
	struct str key, version = STR_NONE;
	*ret = (struct mcp_message){0};
	json_init(&j, text, scratch);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			bool is_null = json_peek(&j) == JSON_NULL;
			if (str_is(key, "jsonrpc"))
				version = json_text(&j);
			else if (str_is(key, "id") && !is_null)
				read_id(&j, ret);
			else if (str_is(key, "method"))
				ret->method = json_text(&j);
			else if (str_is(key, "result") && !is_null)
				read_result(&j, ret);
			else if (str_is(key, "error") && !is_null)
				read_error(&j, ret);
			else
				json_skip(&j);
		}
	if (!json_end(&j))
		return j.error;
	if (!str_is(version, "2.0"))
		return "its 'jsonrpc' is not 2.0";
	ret->is = !ret->method.n ? MCP_ANSWER : ret->id_raw.n ? MCP_REQUEST : MCP_NOTICE;
	if (ret->is == MCP_ANSWER && !ret->failed && !ret->result.n)
		return "it has no result, error or method";
	return NULL;
}

const char *mcp_message_each(struct str text, struct arena *scratch,
			     void (*take)(void *ctx, const struct mcp_message *m, struct str raw), void *ctx)
{
	struct json j;
	struct mcp_message m;
	const char *wrong = NULL;
	if (!str_starts(text, "[")) {
		wrong = mcp_message_read(&m, text, scratch);
		if (!wrong)
			take(ctx, &m, text);
		return wrong;
	}
	json_init(&j, text, scratch);
	(void)json_array(&j);
	while (!wrong && json_item(&j)) {
		struct str raw = json_raw(&j);
		wrong = j.error ? j.error : mcp_message_read(&m, raw, scratch);
		if (!wrong)
			take(ctx, &m, raw);
	}
	return wrong || json_end(&j) ? wrong : j.error;
}

void mcp_message_text(struct buf *b, struct str result, struct arena *scratch)
{
	struct json j;
	struct str key;
	struct str content = mcp_member(result, "content", scratch);
	size_t from = b->n;
	json_init(&j, content, scratch);
	if (json_array(&j))
		while (json_item(&j)) {
			struct str type = STR_NONE, text = STR_NONE;
			if (json_object(&j))
				while (json_key(&j, &key)) {
					if (str_is(key, "type"))
						type = json_text(&j);
					else if (str_is(key, "text"))
						text = json_text(&j);
					else
						json_skip(&j);
				}
			if (!str_is(type, "text"))
				continue;
			if (b->n > from)
				buf_char(b, '\n');
			buf_str(b, text);
		}
}

struct str mcp_member(struct str object, const char *key, struct arena *scratch)
{
	struct json j;
	struct str k, found = STR_NONE;
	json_init(&j, object, scratch);
	if (json_peek(&j) != JSON_OBJECT || !json_object(&j))
		return STR_NONE;
	while (json_key(&j, &k)) {
		if (str_is(k, key))
			found = json_raw(&j);
		else
			json_skip(&j);
	}
	return json_end(&j) ? found : STR_NONE;
}

bool mcp_lists(struct str object, const char *key, const char *word, struct arena *scratch)
{
	struct json j;
	bool found = false;
	json_init(&j, mcp_member(object, key, scratch), scratch);
	if (json_array(&j))
		while (json_item(&j)) {
			if (json_peek(&j) != JSON_TEXT)
				json_skip(&j);
			else if (str_is(json_text(&j), word))
				found = true;
		}
	return found;
}

static void put_client(struct buf *b)
{
	buf_text(b, "{\"name\":\"fettle\",\"version\":\"" FETTLE_VERSION "\"}");
}

void mcp_put_request(struct buf *b, const char *method, struct str params, const char *version)
{
	buf_printf(b, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":{", method);
	buf_str(b, params);
	if (version) {
		buf_printf(b,
			   "%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\","
			   "\"io.modelcontextprotocol/clientCapabilities\":{},"
			   "\"io.modelcontextprotocol/clientInfo\":",
			   params.n ? "," : "", version);
		put_client(b);
		buf_char(b, '}');
	}
	buf_text(b, "},\"id\":");
}

void mcp_put_id(struct buf *b, int64_t id)
{
	buf_int(b, id);
	buf_char(b, '}');
}

void mcp_put_initialize(struct buf *b, const char *version)
{
	buf_printf(b, "\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":", version);
	put_client(b);
}

void mcp_put_reply(struct buf *b, const struct mcp_message *asked)
{
	buf_text(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_str(b, asked->id_raw);
	if (str_is(asked->method, "ping"))
		buf_text(b, ",\"result\":{}}");
	else
		buf_printf(b, ",\"error\":{\"code\":%d,\"message\":\"no such method\"}}", NO_SUCH_METHOD);
}
