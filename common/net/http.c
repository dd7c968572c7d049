// SPDX-License-Identifier: BSD-3-Clause

#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "base/library.h"

#define HTTP_SONAME "libcurl.so.4"
#define HTTP_CA_DIRECTORY "/etc/ssl/certs"
#define HTTP_HEADERS_MAX 65536 /* bytes */

struct http {
	struct {
		__typeof__(curl_easy_init) *init;
		__typeof__(curl_easy_cleanup) *cleanup;
		__typeof__(curl_easy_reset) *reset;
		__typeof__(curl_easy_setopt) *set;
		__typeof__(curl_easy_perform) *perform;
		__typeof__(curl_easy_getinfo) *get;
		__typeof__(curl_easy_strerror) *words;
		__typeof__(curl_slist_append) *append;
		__typeof__(curl_slist_free_all) *free_list;
	} curl;
	CURL *easy;
	struct http_options options;
	char error[CURL_ERROR_SIZE];
};

static int http_load(struct http *http, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"curl_easy_init", (void **)&http->curl.init},
		{"curl_easy_cleanup", (void **)&http->curl.cleanup},
		{"curl_easy_reset", (void **)&http->curl.reset},
		{"curl_easy_setopt", (void **)&http->curl.set},
		{"curl_easy_perform", (void **)&http->curl.perform},
		{"curl_easy_getinfo", (void **)&http->curl.get},
		{"curl_easy_strerror", (void **)&http->curl.words},
		{"curl_slist_append", (void **)&http->curl.append},
		{"curl_slist_free_all", (void **)&http->curl.free_list},
	};

	return library_load(HTTP_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

int http_open(const struct http_options *options, struct fault *fault, struct http **ret_http)
{
	AUTO_HTTP struct http *http = calloc(1, sizeof(*http));
	int r;

	if (!http)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	r = http_load(http, fault);
	if (r)
		return r;
	http->options = *options;
	http->easy = http->curl.init();
	if (!http->easy)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "libcurl can't begin");
	*ret_http = TAKE(http);
	return 0;
}

void http_close(struct http **http)
{
	if (*http && (*http)->easy)
		(*http)->curl.cleanup((*http)->easy);
	free(*http);
	*http = NULL;
}

static size_t http_take(char *bytes, size_t size, size_t count, struct buf *to, size_t limit)
{
	if (size * count > limit - to->length)
		return 0;
	buf_add(to, bytes, size * count);
	return buf_error(to) ? 0 : size * count;
}

static size_t http_take_body(char *bytes, size_t size, size_t count, void *answer)
{
	return http_take(bytes, size, count, &((struct http_answer *)answer)->body, HTTP_BODY_MAX);
}

/* An interim answer (100 Continue) begins anew. */
static size_t http_take_header(char *bytes, size_t size, size_t count, void *answer)
{
	struct buf *headers = &((struct http_answer *)answer)->headers;

	if (size * count > 5 && !memcmp(bytes, "HTTP/", 5))
		buf_clear(headers);
	return http_take(bytes, size, count, headers, HTTP_HEADERS_MAX);
}

static int http_error(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
		return -ECONNREFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return -EHOSTUNREACH;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return -EPROTO;
	case CURLE_WRITE_ERROR:
		return -EMSGSIZE;
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return -ECONNRESET;
	default:
		return -EIO;
	}
}

static struct curl_slist *http_headers(struct http *http, const struct http_request *request)
{
	struct curl_slist *list = NULL;

	for (const char *const *h = request->headers; h && *h; h++) {
		struct curl_slist *longer = http->curl.append(list, *h);

		if (!longer)
			break;
		list = longer;
	}
	return list;
}

/* libcurl's own socket would be left open to a child. */
static curl_socket_t http_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)data;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void http_prepare(struct http *http, const struct http_request *request, long milliseconds,
			 struct http_answer *answer)
{
	const struct http_options *o = &http->options;
	const long connect = o->connect_ms ? o->connect_ms : HTTP_CONNECT_MS;
	__typeof__(curl_easy_setopt) *set = http->curl.set;
	CURL *easy = http->easy;

	http->curl.reset(easy);
	http->error[0] = '\0';
	(void)set(easy, CURLOPT_URL, request->url);
	(void)set(easy, CURLOPT_ERRORBUFFER, http->error);
	(void)set(easy, CURLOPT_NOSIGNAL, 1L);
	(void)set(easy, CURLOPT_OPENSOCKETFUNCTION, http_socket);
	(void)set(easy, CURLOPT_PROTOCOLS_STR, "https,http");
	(void)set(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)set(easy, CURLOPT_TIMEOUT_MS, milliseconds);
	(void)set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds < connect ? milliseconds : connect);
	(void)set(easy, CURLOPT_WRITEFUNCTION, http_take_body);
	(void)set(easy, CURLOPT_WRITEDATA, answer);
	(void)set(easy, CURLOPT_HEADERFUNCTION, http_take_header);
	(void)set(easy, CURLOPT_HEADERDATA, answer);
	(void)set(easy, CURLOPT_USERAGENT, "quorate");
	(void)set(easy, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	(void)set(easy, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
	(void)set(easy, CURLOPT_CAINFO, o->ca_file);
	(void)set(easy, CURLOPT_CAPATH, o->ca_file ? NULL : HTTP_CA_DIRECTORY);
	if (o->interface)
		(void)set(easy, CURLOPT_INTERFACE, o->interface);
	if (request->body || (strcmp(request->method, "GET") && strcmp(request->method, "DELETE")))
		(void)set(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	(void)set(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->user)
		(void)set(easy, CURLOPT_USERNAME, request->user);
	if (request->password)
		(void)set(easy, CURLOPT_PASSWORD, request->password);
	if (request->sigv4)
		(void)set(easy, CURLOPT_AWS_SIGV4, request->sigv4);
}

/* What libcurl says, without the URL's query, where a secret might be. */
static int http_fault(struct http *http, const struct http_request *request, CURLcode code,
		      struct fault *fault)
{
	int r = http_error(code);

	return fault_set(fault, r == -ETIMEDOUT ? FAULT_TIMEOUT : FAULT_GENERIC, r, "%s %.*s: %s",
			 request->method, (int)strcspn(request->url, "?"), request->url,
			 r == -EMSGSIZE ? "the answer is too large" :
			 *http->error	? http->error :
					  http->curl.words(code));
}

static void http_tell(const struct http *http, const struct http_request *request, long status,
		      const char *error, long long since)
{
	char line[512];
	const int took = (int)((deadline_now() - since) / 1000000);

	if (!http->options.trace)
		return;
	(void)snprintf(line, sizeof(line), "%s %.*s: HTTP %ld%s%.100s, %d ms", request->method,
		       (int)strcspn(request->url, "?"), request->url, status, *error ? ", " : "",
		       error, took);
	http->options.trace(line, http->options.trace_data);
}

int http_run(struct http *http, const struct http_request *request, const struct deadline *deadline,
	     struct fault *fault, struct http_answer *ret_answer)
{
	long most = http->options.request_ms ? http->options.request_ms : HTTP_REQUEST_MS;
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	const long long since = deadline_now();
	struct curl_slist *headers;
	CURLcode code;

	if (deadline_left(deadline) < most)
		most = deadline_left(deadline);
	if (!most)
		return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT, "%s %.*s: no time left",
				 request->method, (int)strcspn(request->url, "?"), request->url);
	http_prepare(http, request, most, &answer);
	headers = http_headers(http, request);
	(void)http->curl.set(http->easy, CURLOPT_HTTPHEADER, headers);
	code = http->curl.perform(http->easy);
	http->curl.free_list(headers);
	(void)http->curl.get(http->easy, CURLINFO_RESPONSE_CODE, &answer.status);
	http_tell(http, request, answer.status, code == CURLE_OK ? "" : http->curl.words(code),
		  since);
	if (code != CURLE_OK)
		return http_fault(http, request, code, fault);
	*ret_answer = answer;
	answer = HTTP_ANSWER_INIT;
	return 0;
}

void http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->headers);
	buf_release(&answer->body);
}

const char *http_header(const struct http_answer *answer, const char *name, char *text, size_t size)
{
	const size_t length = strlen(name);

	for (const char *line = answer->headers.data; *line; line += strcspn(line, "\n")) {
		const char *value;
		size_t end;

		line += *line == '\n';
		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		value = line + length + 1;
		value += strspn(value, " \t");
		end = strcspn(value, "\r\n");
		while (end && (value[end - 1] == ' ' || value[end - 1] == '\t'))
			end--;
		if (end >= size)
			return NULL;
		memcpy(text, value, end);
		text[end] = '\0';
		return text;
	}
	return NULL;
}

long http_retry_after(const struct http_answer *answer, long long now)
{
	char text[64];
	struct tm when = {.tm_isdst = 0};
	long long seconds;

	if (!http_header(answer, "retry-after", text, sizeof(text)))
		return -1;
	if (!num_parse(text, 0, 86400, &seconds))
		return (long)seconds;
	if (!strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &when))
		return -1;
	seconds = timegm(&when) - now;
	return seconds < 0 ? 0 : seconds > 86400 ? 86400 : (long)seconds;
}
