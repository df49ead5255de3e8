#include "report/html_head.h"

#include "base/base64.h"
#include "base/sha256.h"

static void put_hash(struct out *o, const struct html_asset *a)
{
	uint8_t sum[SHA256_BYTES];
	struct buf text = {0};
	sha256((struct str){(const char *)a->at, a->bytes}, sum);
	base64_add(&text, sum, sizeof(sum));
	out_text(o, " 'sha256-");
	out_str(o, buf_view(&text));
	out_char(o, '\'');
	buf_free(&text);
}

void html_head(struct out *o, const struct html_asset *styles, size_t n_styles,
	       const struct html_asset *scripts, size_t n_scripts)
{
	out_text(o, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
	out_text(o, n_styles ? "; style-src" : "");
	for (size_t i = 0; i < n_styles; i++)
		put_hash(o, &styles[i]);
	out_text(o, n_scripts ? "; script-src" : "");
	for (size_t i = 0; i < n_scripts; i++)
		put_hash(o, &scripts[i]);
	out_text(o, "; img-src data:; base-uri 'none'; form-action 'none'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
}
