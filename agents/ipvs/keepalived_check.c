// SPDX-License-Identifier: BSD-3-Clause
/*
 * The check blocks of a real_server.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ipvs/keepalived_block.h"
#include "ipvs/memory.h"

#define FROM_CHECK(member) offsetof(struct intent_check, member)

static int ka_check_text(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	*(const char **)((char *)&ka->check->check + key->offset) = value;
	return 0;
}

static int ka_check_address(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);
	struct inet *to = (struct inet *)((char *)&ka->check->check + key->offset);

	return value ? reading_address(ka->at, value, to) : -EINVAL;
}

static int ka_check_port(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);
	uint16_t *to = (uint16_t *)((char *)&ka->check->check + key->offset);

	return value ? reading_port(ka->at, value, IPPROTO_TCP, to) : -EINVAL;
}

static int ka_fwmark(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);
	long mark = 0;

	if (!value || reading_number(ka->at, key->name, value, 0, UINT32_MAX, &mark))
		return -EINVAL;
	ka->check->check.fwmark = (uint32_t)mark;
	return 0;
}

static int ka_url_text(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	*(const char **)((char *)ka->url + key->offset) = value;
	return 0;
}

static int ka_digest(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);
	char lower[33];
	size_t i;

	for (i = 0; value && i < 32 && isxdigit((unsigned char)value[i]); i++)
		lower[i] = (char)tolower((unsigned char)value[i]);
	if (!value || i != 32 || value[32])
		return reading_fault(ka->at, "a digest is 32 hexadecimal digits (MD5)");
	ka->url->digest = memory_text(ka->at->intent, lower, 32);
	return ka->url->digest ? 0 : -ENOMEM;
}

/* "200 300-399": one or more numbers and ranges, to a list with commas. */
static int ka_status(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	AUTO_BUF struct buf list = BUF_INIT;

	for (size_t i = 1; i < line->count; i++) {
		unsigned int from, to;
		int end = 0, whole = 0;

		if (sscanf(line->words[i], "%3u%n-%3u%n", &from, &end, &to, &whole) == 1) {
			to = from;
			whole = end;
		}
		if (!whole || line->words[i][whole] || from < 100 || from > to || to > 999)
			return reading_fault(ka->at, "'%.40s' is no HTTP status or range of them",
					     line->words[i]);
		buf_addf(&list, "%s%u-%u", i > 1 ? "," : "", from, to);
	}
	if (!list.length)
		return reading_fault(ka->at, "status_code needs a value");
	ka->url->status = memory_text(ka->at->intent, list.data, list.length);
	return ka->url->status ? 0 : -ENOMEM;
}

static int ka_no_match(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	ka->url->no_match = true;
	return 0;
}

#define REGEX_MORE "PCRE2's own syntax in the regex does the same, e.g. (?i)"

static const struct ka_key ka_url_keys[] = {
	{"path", ka_url_text, offsetof(struct intent_url, path), NULL, 0},
	{"digest", ka_digest, 0, NULL, 0},
	{"status_code", ka_status, 0, NULL, 0},
	{"virtualhost", ka_virtualhost, 0, NULL, 0},
	{"regex", ka_url_text, offsetof(struct intent_url, receive), NULL, 0},
	{"regex_no_match", ka_no_match, 0, NULL, 0},
	{"regex_stack", ka_ignore, 0, "it is sized by itself", 0},
	{"regex_options", ka_refuse, 0, REGEX_MORE, 0},
	{"regex_min_offset", ka_refuse, 0, REGEX_MORE, 0},
	{"regex_max_offset", ka_refuse, 0, REGEX_MORE, 0},
	{.name = NULL},
};

static int ka_url(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct intent_check *check = &ka->check->check;
	int r;

	if (!line->opens)
		return reading_fault(ka->at, "url needs a block");
	if (memory_grow(ka->at->intent, &check->urls, check->url_count, sizeof(*check->urls)))
		return -ENOMEM;
	ka->url = &check->urls[check->url_count++];
	r = ka_block(ka, ka_url_keys);
	if (!r && !ka->url->path)
		r = reading_fault(ka->at, "a url needs a path");
	ka->url = NULL;
	return r;
}

static int ka_protocol_version(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	if (strncmp(value, "1.0", 3) && strncmp(value, "1.1", 3))
		return reading_fault(ka->at, "http_protocol must be 1.0 or 1.1");
	ka->check->check.version = value[2] == '0' ? "1.0" : "1.1";
	return 0;
}

static int ka_sni(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return ka_boolean(ka, line, &ka->check->check.sni);
}

static int ka_hex(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct intent_check *check = &ka->check->check;

	for (size_t i = 1; i < line->count; i++) {
		if (strspn(line->words[i], "0123456789abcdefABCDEFxX?") != strlen(line->words[i]))
			return reading_fault(ka->at, "'%.40s' is not hexadecimal", line->words[i]);
		buf_adds(&text, line->words[i]);
	}
	check->hex = true;
	if (key->number)
		check->require_reply = true;
	if (!text.length)
		return 0;
	*(const char **)((char *)check + key->offset) =
		memory_text(ka->at->intent, text.data, text.length);
	return 0;
}

static int ka_command(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	AUTO_BUF struct buf text = BUF_INIT;

	for (size_t i = 1; i < line->count; i++)
		buf_addf(&text, "%s%s", i > 1 ? " " : "", line->words[i]);
	return reading_command(ka->at, text.data, &ka->check->check.command);
}

static int ka_dynamic(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	ka->check->check.style = EXTERNAL_DYNAMIC;
	return 0;
}

static int ka_misc_user(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	if (line->count < 2)
		return reading_fault(ka->at, "user needs a name");
	ka->check->check.user = line->words[1];
	return 0;
}

#define KA_CHECK_COMMON                                                                            \
	KA_COMMON, {"connect_ip", ka_check_address, FROM_CHECK(address), NULL, 0},                 \
		{"connect_port", ka_check_port, FROM_CHECK(port), NULL, 0},                        \
		{"bindto", ka_check_address, FROM_CHECK(bind), NULL, 0},                           \
		{"bind_port", ka_check_port, FROM_CHECK(bind_port), NULL, 0},                      \
		{"bind_if", ka_check_text, FROM_CHECK(bind_link), NULL, 0},                        \
		{"fwmark", ka_fwmark, 0, NULL, 0},                                                 \
	{                                                                                          \
		"log_all_failures", ka_ignore, 0, "quorate-ipvs status shows them", 0              \
	}

static int ka_smtp_host(struct ka *ka, const struct ka_key *key, const struct ka_line *line);

static const struct ka_key ka_check_keys[] = {
	KA_CHECK_COMMON,
	{"url", ka_url, 0, NULL, 0},
	{"http_protocol", ka_protocol_version, 0, NULL, 0},
	{"enable_sni", ka_sni, 0, NULL, 0},
	{"fast_recovery", ka_ignore, 0, "all urls are asked at once", 0},
	{"tls_compliant", ka_ignore, 0, "an end without TLS's own is understood", 0},
	{"helo_name", ka_check_text, FROM_CHECK(host), NULL, 0},
	{"host", ka_smtp_host, 0, NULL, 0},
	{"type", ka_check_text, FROM_CHECK(type), NULL, 0},
	{"name", ka_check_text, FROM_CHECK(request), NULL, 0},
	{"payload", ka_hex, FROM_CHECK(request), NULL, 0},
	{"require_reply", ka_hex, FROM_CHECK(receive), NULL, 1},
	{"min_reply_length", ka_refuse, 0, "give a pattern to require_reply", 0},
	{"max_reply_length", ka_refuse, 0, "give a pattern to require_reply", 0},
	{"misc_path", ka_command, 0, NULL, 0},
	{"misc_timeout", ka_time, offsetof(struct ka_times, connect_timeout), NULL, 0},
	{"misc_dynamic", ka_dynamic, 0, NULL, 0},
	{"user", ka_misc_user, 0, NULL, 0},
	{.name = NULL},
};

/* keepalived's older form of the addresses in SMTP_CHECK. */
static int ka_smtp_host(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return line->opens ? ka_block(ka, ka_check_keys) :
			     reading_fault(ka->at, "host needs a block");
}

struct ka_kind {
	enum check_kind kind;
	bool tls;
	int retry;	 /* default */
	long long delay; /* default, ms before a retry */
};

static const struct ka_kind ka_kinds[] = {
	{CHECK_HTTP, false, 1, 3000},	 {CHECK_HTTP, true, 1, 3000},
	{CHECK_CONNECT, false, 1, 1000}, {CHECK_SMTP, false, 1, 1000},
	{CHECK_DNS, false, 3, 0},	 {CHECK_UDP, false, 1, 1000},
	{CHECK_PING, false, 1, 1000},	 {CHECK_EXTERNAL, false, 0, 1000},
};

static int ka_check_block(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const struct ka_kind *kind = &ka_kinds[key->number];
	struct ka_server *server = ka->server;
	int r = 0;

	if (memory_grow(ka->at->intent, &server->checks, server->check_count,
			sizeof(*server->checks)))
		return -ENOMEM;
	ka->check = &server->checks[server->check_count++];
	*ka->check = (struct ka_check){
		.check = reading_check_defaults(kind->kind),
		.times = KA_TIMES_INIT,
		.retry_default = kind->retry,
		.delay_default = kind->delay,
	};
	ka->check->check.tls = kind->tls;
	ka->check->check.style = EXTERNAL_MISC;
	if (line->opens)
		r = ka_block(ka, ka_check_keys);
	if (!r && kind->kind == CHECK_HTTP && !ka->check->check.url_count)
		r = reading_fault(ka->at, "%s needs a url", key->name);
	if (!r && kind->kind == CHECK_EXTERNAL && !ka->check->check.command)
		r = reading_fault(ka->at, "%s needs a misc_path", key->name);
	ka->check = NULL;
	return r;
}

const struct ka_key ka_checks[] = {
	{"HTTP_GET", ka_check_block, 0, NULL, 0},
	{"SSL_GET", ka_check_block, 0, NULL, 1},
	{"TCP_CHECK", ka_check_block, 0, NULL, 2},
	{"SMTP_CHECK", ka_check_block, 0, NULL, 3},
	{"DNS_CHECK", ka_check_block, 0, NULL, 4},
	{"UDP_CHECK", ka_check_block, 0, NULL, 5},
	{"PING_CHECK", ka_check_block, 0, NULL, 6},
	{"MISC_CHECK", ka_check_block, 0, NULL, 7},
	{"BFD_CHECK", ka_refuse, 0, "TCP_CHECK or PING_CHECK is", 0},
	{"FILE_CHECK", ka_refuse, 0, "quorate-ipvs drain and maint take a server out", 0},
	{.name = NULL},
};
