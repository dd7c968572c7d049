// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/realservers.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "ipvs/config.h"
#include "ipvs/memory.h"
#include "ipvs/reading.h"

/* What check=NAME means; realservers_checks has the names in the same order. */
static const struct {
	enum check_kind kind;
	bool tls;
} check_rows[] = {
	{CHECK_CONNECT, false}, {CHECK_HTTP, false},	 {CHECK_HTTP, true},   {CHECK_SMTP, false},
	{CHECK_DNS, false},	{CHECK_MYSQL, false},	 {CHECK_PING, false},  {CHECK_UDP, false},
	{CHECK_SCTP, false},	{CHECK_LDAP, false},	 {CHECK_LDAP, true},   {CHECK_IMAP, false},
	{CHECK_IMAP, true},	{CHECK_POP, false},	 {CHECK_POP, true},    {CHECK_FTP, false},
	{CHECK_TALK, false},	{CHECK_EXTERNAL, false}, {CHECK_AGENT, false}, {CHECK_ON, false},
	{CHECK_OFF, false},
};

const char *const realservers_checks[] = {"connect", "http",	  "https",    "smtp",  "dns",
					  "mysql",   "ping",	  "udp",      "sctp",  "ldap",
					  "ldaps",   "imap",	  "imaps",    "pop",   "pops",
					  "ftp",     "simpletcp", "external", "agent", "on",
					  "off",     NULL};

static long long plain(long long value, long long unset)
{
	return value == PARAM_UNSET ? unset : value;
}

/* The intent outlives the parameters. */
static const char *own(const struct reading *at, const char *text)
{
	return text ? memory_text(at->intent, text, strlen(text)) : NULL;
}

static int check_secret(const struct reading *at, const char *path, const char **ret_secret)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	if (!path)
		return 0;
	r = file_read(path, 4096, &text);
	if (r)
		return fault_set(at->fault, FAULT_ARGS, r, "check_password_file: %s: %s", path,
				 strerror(-r));
	*ret_secret = memory_text(at->intent, text.data, strcspn(text.data, "\r\n"));
	explicit_bzero(text.data, text.length);
	return *ret_secret ? 0 : -ENOMEM;
}

static int check_program(const struct reading *at, const char *text, struct intent_check *check)
{
	struct reading where = *at;

	where.where = "check_command";
	return reading_command(&where, text, &check->command);
}

static int check_url(const struct reading *at, const struct ipvs_config *c,
		     struct intent_check *check)
{
	struct intent_url *url;

	if (check->kind != CHECK_HTTP)
		return 0;
	url = memory_take(at->intent, sizeof(*url));
	if (!url)
		return -ENOMEM;
	*url = (struct intent_url){
		.path = c->check_request ? own(at, c->check_request) : "/",
		.digest = own(at, c->check_digest),
		.status = own(at, c->check_status),
		.receive = own(at, c->check_receive),
	};
	check->urls = url;
	check->url_count = 1;
	return 0;
}

static int check_of(const struct reading *at, const struct ipvs_config *c,
		    struct intent_check *ret_check)
{
	struct intent_check check = reading_check_defaults(check_rows[c->check].kind);
	int r;

	check.tls = check_rows[c->check].tls;
	check.sni = check.tls;
	check.verify = c->check_verify;
	check.ca_file = own(at, c->check_ca_file);
	check.host = own(at, c->check_host);
	check.tls_name = check.host;
	check.method = own(at, c->check_method);
	check.request = own(at, c->check_request);
	check.receive = own(at, c->check_receive);
	check.type = own(at, c->check_type);
	check.login = own(at, c->check_login);
	check.database = own(at, c->check_database);
	check.user = own(at, c->check_user);
	check.address = c->check_address;
	check.port = (uint16_t)c->check_port;
	check.interval = c->check_interval;
	check.timeout = c->check_timeout;
	check.retry_interval = plain(c->check_retry_interval, c->check_interval);
	check.warmup = plain(c->check_warmup, c->check_interval);
	check.fall = 1 + (int)c->check_retries;
	check.rise = (int)c->check_rise;
	check.lag_limit = plain(c->check_lag, -1);
	check.lag_weight = c->check_lag_weight;
	check.read_only = c->check_read_only == 0 ? -1 : c->check_read_only == 1;
	check.style = EXTERNAL_DYNAMIC;
	check.require_reply = check.receive != NULL;
	r = check_secret(at, c->check_password_file, &check.password);
	if (!r && c->check_command)
		r = check_program(at, c->check_command, &check);
	if (!r)
		r = check_url(at, c, &check);
	*ret_check = check;
	return r;
}

static int server_option(const struct reading *at, const char *name, const char *value,
			 struct intent_server *server, struct intent_check *check)
{
	long number = 0;

	if (!strcmp(name, "check")) {
		for (size_t i = 0; realservers_checks[i]; i++)
			if (!strcmp(value, realservers_checks[i])) {
				check->kind = check_rows[i].kind;
				check->tls = check_rows[i].tls;
				return 0;
			}
		return reading_fault(at, "'%.40s' is no check", value);
	}
	if (!strcmp(name, "check_port"))
		return reading_port(at, value, IPPROTO_TCP, &check->port);
	if (!strcmp(name, "check_request")) {
		check->request = memory_text(at->intent, value, strlen(value));
		check->url_count = 0;
		return 0;
	}
	if (reading_number(at, name, value, 0, INT32_MAX, &number))
		return -EINVAL;
	if (!strcmp(name, "upper"))
		server->server.upper = (uint32_t)number;
	else if (!strcmp(name, "lower"))
		server->server.lower = (uint32_t)number;
	else if (!strcmp(name, "tunnel_port") && number <= UINT16_MAX)
		server->server.tunnel_port = (uint16_t)number;
	else
		return reading_fault(at, "'%.40s' is no option of a server", name);
	return 0;
}

static int server_word(const struct reading *at, const char *word, struct intent_server *server,
		       struct intent_check *check)
{
	const char *equals = strchr(word, '=');
	char name[32];
	long weight = 0;

	if (equals) {
		if ((size_t)(equals - word) >= sizeof(name))
			return reading_fault(at, "'%.40s' is no option of a server", word);
		memcpy(name, word, (size_t)(equals - word));
		name[equals - word] = '\0';
		return server_option(at, name, equals + 1, server, check);
	}
	if (word[0] >= '0' && word[0] <= '9') {
		if (reading_number(at, "a weight", word, 0, 65535, &weight))
			return -EINVAL;
		server->server.weight = (int)weight;
		return 0;
	}
	return reading_forward(at, word, &server->server);
}

static int server_entry(const struct reading *at, const char *text, struct intent_service *service,
			const struct intent_check *check, bool fallback)
{
	struct intent_server *server;
	const char *const *words = memory_words(at->intent, text);
	struct intent_check own = *check;
	int r;

	if (!words)
		return reading_fault(at, "'%.60s' is no server", text);
	server = reading_add_server(at, service, fallback);
	if (!server)
		return -ENOMEM;
	server->server.port = service->service.key.port;
	r = reading_server(at, words[0], service->service.key.protocol, server);
	for (words++; !r && *words; words++)
		r = server_word(at, *words, server, &own);
	if (r || fallback || own.kind == CHECK_ON)
		return r;
	return reading_add_check(at, server, &own);
}

static int server_list(struct reading *at, const char *name, const char *text,
		       struct intent_service *service, const struct intent_check *check)
{
	bool fallback = !strcmp(name, "fallback");

	at->where = name;
	while (text && *text) {
		size_t length = strcspn(text, ",\n");
		const char *entry = memory_text(at->intent, text, length);
		int r;

		if (!entry)
			return -ENOMEM;
		if (entry[strspn(entry, " \t")]) {
			r = server_entry(at, entry, service, check, fallback);
			if (r)
				return r;
		}
		text += length + (text[length] != '\0');
	}
	return 0;
}

/* "mh", or with the flags behind it: "mh mh-port mh-fallback ops". */
static int service_scheduler(struct reading *at, const char *text, struct ipvs_service *service)
{
	const char *const *words = memory_words(at->intent, text);

	at->where = "scheduler";
	if (!words)
		return reading_fault(at, "'%.40s' cannot be a scheduler", text);
	if (reading_scheduler(at, *words, service))
		return -EINVAL;
	for (words++; *words; words++)
		if (reading_flag(at, *words, service))
			return -EINVAL;
	return 0;
}

static int service_kernel(struct reading *at, const struct ipvs_config *c,
			  struct ipvs_service *service)
{
	static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP};

	service->key.protocol = protocols[c->protocol];
	service->key.family = c->vip.family ? c->vip.family : c->family ? AF_INET6 : AF_INET;
	service->key.address = c->vip;
	if (c->fwmark != PARAM_UNSET) {
		service->key.fwmark = (uint32_t)c->fwmark;
		service->key.protocol = 0;
	}
	if (c->persistence) {
		service->persistence = (uint32_t)c->persistence;
		service->flags |= IP_VS_SVC_F_PERSISTENT;
	}
	if (c->engine)
		(void)snprintf(service->engine, sizeof(service->engine), "%s", c->engine);
	at->where = "netmask";
	if (c->netmask && reading_netmask(at, c->netmask, service))
		return -EINVAL;
	return service_scheduler(at, c->scheduler, service);
}

static int service_add(struct reading *at, const struct ipvs_config *c, uint16_t port,
		       const struct ipvs_service *kernel, const struct intent_check *check)
{
	struct intent_service *service = reading_add_service(at);
	int r;

	if (!service)
		return -ENOMEM;
	service->service = *kernel;
	service->service.key.port = port;
	service->quorum = (int)c->quorum;
	service->hysteresis = (int)c->hysteresis;
	service->withdraw = c->withdraw;
	service->balance = (enum intent_balance)c->balance;
	service->slow_start = c->slow_start;
	r = server_list(at, "realservers", c->realservers, service, check);
	if (!r)
		r = server_list(at, "fallback", c->fallback, service, check);
	for (size_t i = 0; !r && i < service->server_count; i++) {
		service->servers[i].quiescent = c->quiescent;
		service->servers[i].alpha = c->alpha;
	}
	return r;
}

int realservers_read(struct reading *reading, const struct ipvs_config *c)
{
	struct ipvs_service kernel = {.servers = NULL};
	const char *ports = c->port;
	struct intent_check check;
	int r;

	r = service_kernel(reading, c, &kernel);
	reading->where = "check";
	if (!r)
		r = check_of(reading, c, &check);
	if (!r && !ports)
		r = service_add(reading, c, 0, &kernel, &check);
	while (!r && ports && *ports) {
		size_t length = strcspn(ports, ", ");
		uint16_t port = 0;
		char name[32];

		reading->where = "port";
		if (length >= sizeof(name))
			return reading_fault(reading, "'%.40s' is no port", ports);
		memcpy(name, ports, length);
		name[length] = '\0';
		r = length ? reading_port(reading, name, kernel.key.protocol, &port) : 0;
		if (!r && length)
			r = service_add(reading, c, port, &kernel, &check);
		ports += length + (ports[length] != '\0');
	}
	if (!r) {
		reading->intent->timeout_tcp = c->timeout_tcp;
		reading->intent->timeout_fin = c->timeout_fin;
		reading->intent->timeout_udp = c->timeout_udp;
		reading->where = "realservers";
	}
	return r;
}
