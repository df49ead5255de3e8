#include "net/http_post.h"

#include "base/str.h"
#include "net/client.h"

/* What there is of a body that cannot be read to its end is enough. */
static void read_body(struct client *c, int64_t deadline_ns, struct buf *body)
{
	struct err broken;
	while (body->n < HTTP_BODY_BYTES && client_read(c, body, deadline_ns, &broken) > 0)
		;
	if (body->n > HTTP_BODY_BYTES)
		body->n = HTTP_BODY_BYTES;
}

int http_post(const struct http_url *u, const struct http_request *q, struct http_answer *ret, struct err *e)
{
	struct client *c = client_new(u, q->ca_file);
	struct buf headers = {0};
	buf_str(&headers, q->headers);
	buf_printf(&headers, "Content-Type: %.*s\r\nConnection: close\r\n", STR_ARG(q->type));
	const struct client_request post = {.method = "POST", .headers = buf_view(&headers), .body = q->body};
	*ret = (struct http_answer){.retry_s = -1};
	int rc = client_begin(c, &post, q->deadline_ns, e);
	if (rc == 0) {
		ret->status = client_answer(c)->status;
		if (!str_int(client_header(c, "retry-after"), &ret->retry_s) || ret->retry_s < 0)
			ret->retry_s = -1;
		read_body(c, q->deadline_ns, &ret->body);
	}
	buf_free(&headers);
	client_free(c);
	return rc;
}
