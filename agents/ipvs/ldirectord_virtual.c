// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/ldirectord_virtual.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "ipvs/memory.h"

static const struct {
	const char *name;
	uint16_t port; /* 0: not by port */
	enum check_kind kind;
	bool tls;
} ld_services[] = {
	{"http", 80, CHECK_HTTP, false},	 {"https", 443, CHECK_HTTP, true},
	{"http_proxy", 3128, CHECK_HTTP, false}, {"ftp", 21, CHECK_FTP, false},
	{"smtp", 25, CHECK_SMTP, false},	 {"submission", 587, CHECK_SMTP, false},
	{"dns", 53, CHECK_DNS, false},		 {"pop", 110, CHECK_POP, false},
	{"pops", 995, CHECK_POP, true},		 {"imap", 143, CHECK_IMAP, false},
	{"imaps", 993, CHECK_IMAP, true},	 {"ldap", 389, CHECK_LDAP, false},
	{"ldaps", 636, CHECK_LDAP, true},	 {"mysql", 3306, CHECK_MYSQL, false},
	{"simpletcp", 0, CHECK_TALK, false},	 {"none", 0, CHECK_ON, false},
};

int ld_virtual_begin(struct ld_virtual *virtual, const char *text, bool six)
{
	struct ipvs_key *key = &virtual->service.key;
	long long mark;

	memcpy(virtual->service.scheduler, "wrr", 4);
	if (!num_parse(text, 1, UINT32_MAX, &mark)) {
		key->fwmark = (uint32_t)mark;
		key->family = six ? AF_INET6 : AF_INET;
		return 0;
	}
	key->protocol = IPPROTO_TCP;
	if (reading_endpoint(&virtual->at, text, IPPROTO_TCP, &key->address, &key->port))
		return -EINVAL;
	key->family = key->address.family;
	if (key->port == 53)
		key->protocol = IPPROTO_UDP;
	return 0;
}

static long long ld_pick(long long own, long long global, long long fallback)
{
	if (own != LD_UNSET)
		return own;
	return global != LD_UNSET ? global : fallback;
}

/* The check of "negotiate": what speaks service, or the service that is usual on the port. */
static int ld_negotiate(const struct ld_virtual *v, struct intent_check *check)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ld_services); i++)
		if (v->service_name ?
			    !strcmp(v->service_name, ld_services[i].name) :
			    v->service.key.port && v->service.key.port == ld_services[i].port)
			break;
	if (i == ARRAY_SIZE(ld_services) && v->service_name)
		return reading_fault(&v->at, "service=%s is not supported; checktype=external is",
				     v->service_name);
	check->kind = i < ARRAY_SIZE(ld_services) ? ld_services[i].kind : CHECK_ON;
	check->tls = i < ARRAY_SIZE(ld_services) && ld_services[i].tls;
	check->sni = check->tls;
	return 0;
}

static int ld_kind(const struct ld_virtual *v, struct intent_check *check)
{
	const char *type = v->checktype ? v->checktype : "negotiate";
	long long connects;

	if (!strcmp(type, "connect"))
		check->kind = v->service.key.protocol == IPPROTO_UDP ? CHECK_UDP : CHECK_CONNECT;
	else if (!strcmp(type, "ping"))
		check->kind = CHECK_PING;
	else if (!strcmp(type, "on"))
		check->kind = CHECK_ON;
	else if (!strcmp(type, "off"))
		check->kind = CHECK_OFF;
	else if (!strcmp(type, "external"))
		check->kind = CHECK_EXTERNAL;
	else if (!strcmp(type, "negotiate") || !num_parse(type, 0, INT32_MAX, &connects))
		return ld_negotiate(v, check);
	else
		return reading_fault(&v->at, "checktype=%.40s is not supported", type);
	return 0;
}

/* The path of a request may lack its slash (FTP begins at the root, too); a proxy is asked for a whole URL. */
static const char *ld_path(const struct ld_virtual *v, const char *request)
{
	char path[1024];

	if (!request || request[0] == '/' || strstr(request, "://"))
		return request ? request : "/";
	(void)snprintf(path, sizeof(path), "/%s", request);
	return memory_text(v->at.intent, path, strlen(path));
}

static void ld_texts(const struct ld_virtual *v, struct intent_check *check)
{
	check->login = v->login;
	check->password = v->passwd;
	check->database = v->database;
	check->host = v->virtualhost;
	check->tls_name = v->virtualhost;
	check->method = v->httpmethod;
	check->request = v->request;
	check->receive = v->receive;
	if (check->kind == CHECK_HTTP || (check->kind == CHECK_FTP && check->request))
		check->request = ld_path(v, check->request);
	if (check->kind == CHECK_CONNECT || check->kind == CHECK_PING || check->kind == CHECK_UDP) {
		check->request = NULL;
		check->receive = NULL;
	}
}

static int ld_check(const struct ld_virtual *v, const struct ld_options *g,
		    struct intent_check *ret_check)
{
	struct intent_check check = reading_check_defaults(CHECK_CONNECT);
	bool negotiate;

	if (ld_kind(v, &check))
		return -EINVAL;
	negotiate = !v->checktype || (check.kind != CHECK_CONNECT && check.kind != CHECK_PING &&
				      check.kind != CHECK_EXTERNAL && check.kind != CHECK_UDP);
	check.interval = ld_pick(v->own.checkinterval, g->checkinterval, 10000);
	check.timeout = ld_pick(v->own.checktimeout, g->checktimeout, 5000);
	if (negotiate)
		check.timeout = ld_pick(v->own.negotiatetimeout, g->negotiatetimeout, 30000);
	check.fall = (int)ld_pick(v->own.failurecount, g->failurecount, 1);
	if (check.kind == CHECK_PING)
		check.fall = (int)ld_pick(v->own.checkcount, g->checkcount, 1);
	check.retry_interval = check.interval;
	check.port = v->checkport;
	ld_texts(v, &check);
	if (check.kind == CHECK_EXTERNAL) {
		check.style = EXTERNAL_LDIRECTORD;
		if (reading_command(&v->at, v->checkcommand ? v->checkcommand : "/bin/true",
				    &check.command))
			return -EINVAL;
	}
	*ret_check = check;
	return 0;
}

/* One "..." out of *text, or NULL. */
static const char *ld_quoted(struct intent *intent, const char **text)
{
	const char *begin = *text + strspn(*text, " \t,");
	const char *end = *begin == '"' ? strchr(begin + 1, '"') : NULL;

	if (!end)
		return NULL;
	*text = end + 1;
	return memory_text(intent, begin + 1, (size_t)(end - begin - 1));
}

/* Behind the address: gate|masq|ipip [weight] ["request", "receive"] [<l:n> <u:n>]. */
static int ld_real_rest(const struct ld_virtual *v, const struct reading *at, const char *text,
			struct intent_server *server, struct intent_check *check)
{
	struct ipvs_server *s = &server->server;
	char forward[16];
	int end = 0;

	if (sscanf(text, " %15[a-z]%n", forward, &end) != 1)
		return reading_fault(at, "a real server needs gate, masq or ipip");
	if (reading_forward(at, forward, s))
		return -EINVAL;
	text += end;
	if (sscanf(text, " %d%n", &s->weight, &end) == 1)
		text += end;
	if (s->weight < 0 || s->weight > 65535)
		return reading_fault(at, "a weight must be from 0 to 65535");
	if (strchr(text, '"')) {
		check->request = ld_quoted(at->intent, &text);
		check->receive = ld_quoted(at->intent, &text);
		if (check->kind == CHECK_HTTP || check->kind == CHECK_FTP)
			check->request = ld_path(v, check->request);
		if (!check->request || !check->receive)
			return reading_fault(
				at, "after the weight \"request\", \"receive\" may follow");
	}
	for (;;) {
		text += strspn(text, " \t");
		end = 0;
		if (sscanf(text, "<l:%u>%n", &s->lower, &end) != 1)
			(void)sscanf(text, "<u:%u>%n", &s->upper, &end);
		/* Without its end a threshold has a number, too. */
		if (!end)
			break;
		text += end;
	}
	return *text ? reading_fault(at, "'%.60s' is not understood", text) : 0;
}

static int ld_add_real(const struct reading *at, struct intent_service *service,
		       const struct intent_server *server, const struct intent_check *check)
{
	struct intent_server *added = reading_add_server(at, service, false);

	if (!added)
		return -ENOMEM;
	*added = *server;
	return check->kind == CHECK_ON ? 0 : reading_add_check(at, added, check);
}

#define LD_RANGE_MAX 1024

/* "A->B": every IPv4 address from A to B. */
static int ld_range(const struct reading *at, struct intent_service *service,
		    struct intent_server *server, const char *last,
		    const struct intent_check *check)
{
	unsigned char *bytes = server->server.address.bytes;
	struct inet end;
	int r = 0;

	if (reading_address(at, last, &end))
		return -EINVAL;
	if (end.family != AF_INET || server->server.address.family != AF_INET ||
	    memcmp(bytes, end.bytes, 2) || memcmp(bytes, end.bytes, 4) > 0)
		return reading_fault(at, "a range goes up, within an IPv4 /16");
	for (int i = 0; !r; i++) {
		if (i == LD_RANGE_MAX)
			return reading_fault(at, "a range has %d servers at most", LD_RANGE_MAX);
		r = ld_add_real(at, service, server, check);
		if (r || !memcmp(bytes, end.bytes, 4))
			break;
		if (!++bytes[3])
			bytes[2]++;
	}
	return r;
}

static int ld_real(const struct ld_virtual *v, const struct ld_real *real, bool quiescent,
		   struct intent_service *service, struct intent_check check)
{
	struct intent_server server = {.quiescent = quiescent, .server = {.weight = 1}};
	struct reading at = v->at;
	char first[128], *last, *colon;
	int length = 0;

	at.line = real->line;
	if (sscanf(real->text, "%127s%n", first, &length) != 1)
		return reading_fault(&at, "a real server needs an address");
	if (ld_real_rest(v, &at, real->text + length, &server, &check))
		return -EINVAL;
	last = strstr(first, "->");
	server.server.port = service->service.key.port;
	if (last) {
		*last = '\0';
		last += 2;
		colon = strchr(last, ':');
		if (colon) {
			*colon++ = '\0';
			if (reading_port(&at, colon, service->service.key.protocol,
					 &server.server.port))
				return -EINVAL;
		}
	}
	if (reading_server(&at, first, service->service.key.protocol, &server))
		return -EINVAL;
	return last ? ld_range(&at, service, &server, last, &check) :
		      ld_add_real(&at, service, &server, &check);
}

/* "127.0.0.1:80 gate", the port and the method may be left out. */
static int ld_fallback(const struct ld_virtual *v, const char *text, int line,
		       struct intent_service *service)
{
	struct intent_server *server = reading_add_server(&v->at, service, true);
	struct reading at = v->at;
	char address[128], forward[16] = "gate", rest[2] = "";

	if (!server)
		return -ENOMEM;
	at.line = line;
	if (sscanf(text, "%127s %15s %1s", address, forward, rest) < 1 || rest[0])
		return reading_fault(&at, "a fallback is ADDRESS[:PORT] [gate|masq|ipip]");
	server->server.port = service->service.key.port;
	if (reading_server(&at, address, service->service.key.protocol, server))
		return -EINVAL;
	return reading_forward(&at, forward, &server->server);
}

/* ldirectord runs it with "start" when the fallback begins to serve, with "stop" when it ends. */
static int ld_commands(const struct ld_virtual *v, const char *text, struct intent_service *service)
{
	struct intent *intent = v->at.intent;
	char command[512];

	if (!text)
		return 0;
	if (snprintf(command, sizeof(command), "%s stop", text) >= (int)sizeof(command))
		return reading_fault(&v->at, "the fallbackcommand is too long");
	if (reading_command(&v->at, command, &service->quorum_up))
		return -EINVAL;
	(void)snprintf(command, sizeof(command), "%s start", text);
	service->quorum_down = memory_words(intent, command);
	return 0;
}

int ld_virtual_end(const struct ld_virtual *v, const struct ld_options *g)
{
	struct intent_service *service = reading_add_service(&v->at);
	bool six = v->service.key.family == AF_INET6;
	const char *global = six ? g->fallback6 : g->fallback;
	const char *own = six ? v->own.fallback6 : v->own.fallback;
	struct intent_check check;
	int r;

	if (!service)
		return -ENOMEM;
	service->service = v->service;
	r = ld_check(v, g, &check);
	for (size_t i = 0; !r && i < v->real_count; i++)
		r = ld_real(v, &v->reals[i], ld_pick(v->own.quiescent, g->quiescent, 0), service,
			    check);
	if (!r && own)
		r = ld_fallback(v, own, v->own.fallback_line, service);
	else if (!r && global)
		r = ld_fallback(v, global, g->fallback_line, service);
	return r ? r :
		   ld_commands(v,
			       v->own.fallbackcommand ? v->own.fallbackcommand : g->fallbackcommand,
			       service);
}
