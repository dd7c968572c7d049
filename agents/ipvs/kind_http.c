// SPDX-License-Identifier: BSD-3-Clause
/*
 * HTTP/1.0 and 1.1: status, digest and content of one page (RFC 9110, RFC 9112).
 *
 * The probe is over as soon as the answer is known: with the status line when nothing is asked of
 * the body, else where the body ends or what is to be matched was seen.
 */

#include <md5.h>
#include <string.h>
#include <strings.h>

#include "ipvs/kind.h"
#include "ipvs/page.h"

#define HTTP_HEAD_MAX (16U * 1024)  /* bytes of status line and headers */
#define HTTP_KEPT_MAX (256U * 1024) /* bytes of the body that are kept for matching */
#define HTTP_BODY_MAX (16U << 20)   /* bytes of the body */
#define HTTP_INTERIM_MAX 8	    /* answers before the one that counts */

enum http_stage {
	HTTP_HEAD,
	HTTP_BODY
};

struct http_state {
	const struct target *target;
	struct page page;
	MD5_CTX md5;
	struct buf kept;
	size_t body;	/* bytes of it that came */
	size_t matched; /* bytes of kept that were matched last */
};

static const char *http_host(const struct target *target)
{
	if (target->url && target->url->host)
		return target->url->host;
	return target->check->host;
}

static const char *http_digest_wanted(const struct target *target)
{
	return target->url ? target->url->digest : NULL;
}

static enum talk_turn http_begin(struct talk *talk)
{
	const struct target *target = talk->target;
	const struct intent_check *check = target->check;
	const char *path = target->url ? target->url->path : check->request;
	const char *host = http_host(target);
	const bool six = !host && target->address.family == AF_INET6;
	struct http_state *state = talk->state;
	struct buf *out = &talk->out;
	char text[INET_TEXT_MAX];

	state->target = target;
	state->kept = BUF_INIT;
	if (http_digest_wanted(target))
		MD5Init(&state->md5);
	page_init(&state->page, check->method && !strcasecmp(check->method, "HEAD"));
	/* By pieces: formatting costs more than all the rest of a request. */
	buf_adds(out, check->method ? check->method : "GET");
	buf_adds(out, path && *path == '/' ? " " : " /");
	buf_adds(out, path ? path : "");
	buf_adds(out, " HTTP/");
	buf_adds(out, check->version ? check->version : "1.0");
	buf_adds(out, "\r\nHost: ");
	buf_adds(out, six ? "[" : "");
	buf_adds(out, host ? host : inet_host_text(&target->address, text));
	buf_adds(out, six ? "]\r\n" : "\r\n");
	buf_adds(out, "User-Agent: quorate\r\nAccept: */*\r\nConnection: close\r\n\r\n");
	return TALK_ON;
}

static bool http_wants_body(const struct target *target)
{
	return target->pattern || http_digest_wanted(target);
}

static enum talk_turn http_judge_status(struct talk *talk)
{
	const struct http_state *state = talk->state;
	const char *wanted = talk->target->url ? talk->target->url->status : NULL;

	if (!page_status_fits(state->page.status, wanted ? wanted : "200-299"))
		return talk_over(talk, OUTCOME_STATUS, "status %d", state->page.status);
	if (!http_wants_body(talk->target))
		return talk_good(talk);
	return TALK_ON;
}

static enum talk_turn http_finish(struct talk *talk)
{
	struct http_state *state = talk->state;
	const char *wanted = http_digest_wanted(talk->target);
	char digest[MD5_DIGEST_STRING_LENGTH];
	MD5_CTX md5 = state->md5;

	if (wanted) {
		(void)MD5End(&md5, digest);
		if (strcasecmp(digest, wanted))
			return talk_over(talk, OUTCOME_CONTENT, "digest %s, not %s", digest,
					 wanted);
	}
	return talk_expect(talk, state->kept.data, state->kept.length, false);
}

/* Takes a piece of the body in: counts it into the digest, keeps what is to be matched. */
static void http_body_piece(void *data, const char *bytes, size_t length)
{
	struct http_state *state = data;
	const size_t room = HTTP_KEPT_MAX - state->kept.length;

	state->body += length;
	if (http_digest_wanted(state->target))
		MD5Update(&state->md5, (const uint8_t *)bytes, length);
	if (state->target->pattern)
		buf_add(&state->kept, bytes, length < room ? length : room);
}

static enum talk_turn http_head_more(struct talk *talk)
{
	if (talk->in.length > HTTP_HEAD_MAX)
		return talk_over(talk, OUTCOME_DAMAGED, "the headers are longer than %u bytes",
				 HTTP_HEAD_MAX);
	return TALK_ON;
}

static enum talk_turn http_head(struct talk *talk)
{
	struct http_state *state = talk->state;
	size_t head;

	for (int answers = 0; answers <= HTTP_INTERIM_MAX; answers++) {
		int r = page_head(&state->page, talk->in.data, talk->in.length, &head);

		if (r < 0)
			return talk_over(talk, OUTCOME_DAMAGED, "the answer is not HTTP");
		if (!state->page.status)
			return http_head_more(talk);
		/* An interim answer (100 Continue) precedes the one that counts. */
		if (state->page.status >= 200 && http_judge_status(talk) == TALK_OVER)
			return TALK_OVER;
		if (r == PAGE_PARTIAL)
			return http_head_more(talk);
		talk_take(talk, head);
		if (state->page.status >= 200) {
			talk->stage = HTTP_BODY;
			return TALK_ON;
		}
	}
	return talk_over(talk, OUTCOME_DAMAGED, "too many interim answers");
}

static enum talk_turn http_body(struct talk *talk, bool end)
{
	struct http_state *state = talk->state;
	const bool matching = talk->target->pattern && !http_digest_wanted(talk->target);
	size_t taken = 0;
	int r = page_body(&state->page, talk->in.data, talk->in.length, &taken, http_body_piece,
			  state);

	talk_take(talk, taken);
	if (r < 0)
		return talk_over(talk, OUTCOME_DAMAGED, "the body's chunks are damaged");
	if (state->body > HTTP_BODY_MAX)
		return talk_over(talk, OUTCOME_DAMAGED, "the body is longer than %u bytes",
				 HTTP_BODY_MAX);
	if (buf_error(&state->kept))
		return talk_over(talk, OUTCOME_NONE, "out of memory");
	if (r == PAGE_WHOLE || (end && state->page.until_end))
		return http_finish(talk);
	/* When it has doubled: a body that drips would else be matched at every byte. */
	if (!matching || state->kept.length < 2 * state->matched ||
	    state->kept.length == state->matched)
		return TALK_ON;
	state->matched = state->kept.length;
	return talk_expect(talk, state->kept.data, state->kept.length,
			   state->kept.length < HTTP_KEPT_MAX);
}

static enum talk_turn http_hear(struct talk *talk, bool end)
{
	if (talk->stage == HTTP_HEAD && http_head(talk) == TALK_OVER)
		return TALK_OVER;
	if (talk->stage == HTTP_BODY && http_body(talk, end) == TALK_OVER)
		return TALK_OVER;
	if (!end)
		return TALK_ON;
	return talk_over(talk, OUTCOME_CUT, "the connection ended before the answer was whole");
}

static void http_release(void *state)
{
	buf_release(&((struct http_state *)state)->kept);
}

const struct kind kind_http = {
	.name = "http",
	.port = 80,
	.tls_port = 443,
	.way = KIND_STREAM,
	.state_size = sizeof(struct http_state),
	.begin = http_begin,
	.hear = http_hear,
	.release = http_release,
};
