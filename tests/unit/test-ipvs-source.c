// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "ipvs/intent.h"
#include "ipvs/source.h"
#include "scratch.h"

static const char *const kinds[CHECK_KINDS] = {"off",	   "on",    "connect", "http", "smtp",
					       "dns",	   "mysql", "ping",    "udp",  "sctp",
					       "ldap",	   "imap",  "pop",     "ftp",  "talk",
					       "external", "agent"};

static void print_check(struct buf *out, const struct intent_check *c)
{
	buf_addf(out, "    %s%s port %u every %lld within %lld again %lld fall %d rise %d",
		 kinds[c->kind], c->tls ? "s" : "", c->port, c->interval, c->timeout,
		 c->retry_interval, c->fall, c->rise);
	for (size_t i = 0; i < c->url_count; i++)
		buf_addf(out, " url %s digest %.6s status %s", c->urls[i].path,
			 c->urls[i].digest ? c->urls[i].digest : "-",
			 c->urls[i].status ? c->urls[i].status : "-");
	if (c->request)
		buf_addf(out, " request '%s'", c->request);
	if (c->receive)
		buf_addf(out, " receive '%s'", c->receive);
	if (c->host)
		buf_addf(out, " host %s", c->host);
	if (c->login)
		buf_addf(out, " as %s/%s at %s", c->login, c->password, c->database);
	for (size_t i = 0; c->command && c->command[i]; i++)
		buf_addf(out, " <%s>", c->command[i]);
	buf_adds(out, "\n");
}

static void print_server(struct buf *out, const char *what, const struct intent_server *s)
{
	char text[IPVS_KEY_TEXT_MAX];

	buf_addf(out, "  %s %s way %d/%u/%u weight %d thresholds %u %u%s\n", what,
		 ipvs_server_text(&s->server, text), s->server.forward, s->server.tunnel_type,
		 s->server.tunnel_port, s->server.weight, s->server.upper, s->server.lower,
		 s->quiescent ? " quiescent" : "");
	for (size_t i = 0; i < s->check_count; i++)
		print_check(out, s->checks[i]);
}

static void print_intent(struct buf *out, const struct intent *intent)
{
	char text[IPVS_KEY_TEXT_MAX];

	buf_clear(out);
	for (size_t i = 0; i < intent->service_count; i++) {
		const struct intent_service *s = &intent->services[i];

		buf_addf(out, "%s %s flags %x persistence %u/%d quorum %d/%d\n",
			 ipvs_key_text(&s->service.key, text), s->service.scheduler,
			 s->service.flags, s->service.persistence, s->service.netmask, s->quorum,
			 s->hysteresis);
		for (size_t n = 0; n < s->server_count; n++)
			print_server(out, "server", &s->servers[n]);
		for (size_t n = 0; n < s->fallback_count; n++)
			print_server(out, "fallback", &s->fallbacks[n]);
	}
}

static void read_file(const char *path, struct intent *ret_intent, struct buf *out)
{
	struct fault fault = FAULT_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	assert_int_equal(file_read(path, SOURCE_FILE_MAX, &text), 0);
	if (source_parse(path, text.data, ret_intent, &fault))
		fail_msg("%s", fault.reason);
	print_intent(out, ret_intent);
}

static void test_keepalived(void **state)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	AUTO_BUF struct buf out = BUF_INIT;

	read_file("tests/kernel/configs/keepalived.conf", &intent, &out);
	assert_string_equal(
		out.data,
		"fwmark 7 wlc flags 1 persistence 360/24 quorum 2/1\n"
		"  server 10.2.1.2:0 way 3/0/0 weight 1 thresholds 0 0 quiescent\n"
		"    connect port 2525 every 10000 within 3000 again 1000 fall 2 rise 1\n"
		"    smtp port 25 every 10000 within 5000 again 1000 fall 2 rise 1 host "
		"lvs.example.com\n"
		"  server 10.2.2.2:0 way 2/1/5555 weight 1 thresholds 0 0\n"
		"    external port 25 every 10000 within 7000 again 1000 fall 1 rise 1 "
		"</usr/local/bin/check> <--deep> <10.2.2.2>\n"
		"tcp 10.1.0.100:80 wrr flags 0 persistence 0/32 quorum 1/0\n"
		"  server 10.2.1.2:80 way 0/0/0 weight 2 thresholds 0 0\n"
		"    http port 80 every 5000 within 3000 again 2000 fall 4 rise 1 url / digest "
		"ea53b3 status -\n"
		"  server 10.2.2.2:80 way 0/0/0 weight 1 thresholds 0 0\n"
		"    http port 80 every 5000 within 3000 again 2000 fall 4 rise 1 url / digest - "
		"status 200-200\n"
		"  fallback 10.2.3.2:80 way 0/0/0 weight 1 thresholds 0 0\n");
	assert_int_equal(intent.timeout_tcp, 7200);
	assert_string_equal(intent.services[0].file, "tests/kernel/configs/keepalived.d/mail.conf");
	assert_int_equal(intent.services[0].line, 2);
	assert_string_equal(intent.services[0].quorum_down[0], "/bin/echo");
	/* the directory, too: a file may come */
	assert_string_equal(intent.files[1], "tests/kernel/configs/keepalived.d");
	assert_string_equal(intent.files[2], "tests/kernel/configs/keepalived.d/mail.conf");
	assert_null(intent.files[3]);
	assert_int_equal(intent.remark_count, 1);
	assert_string_equal(intent.remarks[0],
			    "tests/kernel/configs/keepalived.conf:7: vrrp_instance has no effect: "
			    "only virtual_server is read");
}

static void test_ldirectord(void **state)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	AUTO_BUF struct buf out = BUF_INIT;

	read_file("tests/kernel/configs/ldirectord.cf", &intent, &out);
	assert_string_equal(
		out.data,
		"tcp 10.1.0.100:443 wrr flags 1 persistence 600/24 quorum 1/0\n"
		"  server 10.2.1.2:443 way 0/0/0 weight 2 thresholds 0 0\n"
		"    connect port 443 every 5000 within 5000 again 5000 fall 1 rise 1\n"
		"  server 10.2.2.2:443 way 0/0/0 weight 1 thresholds 0 0\n"
		"    connect port 443 every 5000 within 5000 again 5000 fall 1 rise 1\n"
		"  fallback 127.0.0.1:443 way 3/0/0 weight 1 thresholds 0 0\n"
		"tcp 10.1.0.100:3306 wlc flags 0 persistence 0/32 quorum 1/0\n"
		"  server 10.2.1.2:3306 way 3/0/0 weight 1 thresholds 0 0 quiescent\n"
		"    mysql port 3306 every 5000 within 4000 again 5000 fall 1 rise 1 request "
		"'SELECT 1' as checker/secret at test\n"
		"  server 10.2.1.3:3306 way 3/0/0 weight 1 thresholds 0 0 quiescent\n"
		"    mysql port 3306 every 5000 within 4000 again 5000 fall 1 rise 1 request "
		"'SELECT 1' as checker/secret at test\n"
		"  fallback 10.2.3.2:3306 way 0/0/0 weight 1 thresholds 0 0\n"
		"tcp 10.1.0.100:80 wrr flags 0 persistence 0/32 quorum 1/0\n"
		"  server 10.2.1.2:80 way 0/0/0 weight 2 thresholds 10 5\n"
		"    http port 8080 every 5000 within 30000 again 5000 fall 3 rise 1 request "
		"'/index.html' receive 'server1' host www.example.com\n"
		"  server 10.2.2.2:80 way 0/0/0 weight 1 thresholds 0 0\n"
		"    http port 8080 every 5000 within 30000 again 5000 fall 3 rise 1 request '/' "
		"host www.example.com\n"
		"  fallback 127.0.0.1:80 way 3/0/0 weight 1 thresholds 0 0\n");
	assert_true(intent.autoreload);
	assert_string_equal(intent.services[2].quorum_down[2], "start");
	assert_string_equal(intent.services[2].quorum_up[2], "stop");
}

struct wrong {
	const char *text, *reason;
};

static void read_wrong(const struct wrong *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO_INTENT struct intent intent = INTENT_INIT;
		struct fault fault = FAULT_INIT;

		assert_int_equal(source_parse("f", rows[i].text, &intent, &fault), -EINVAL);
		assert_string_equal(fault.reason, rows[i].reason);
	}
}

/* Each is one sentence that says where. */
static void test_wrong_ldirectord(void **state)
{
	static const struct wrong rows[] = {
		{"", "f: there is no virtual service in it"},
		{"checktimeout=0\n", "f:1: checktimeout must be a number from 1 to 86400, not '0'"},
		{"nonsense=1\n", "f:1: 'nonsense' is not known outside a virtual"},
		{"what is this\n", "f:1: 'what is this' is not NAME = VALUE"},
		{"maintenancedir=/x\n",
		 "f:1: maintenancedir is not supported: quorate-ipvs maint takes a server out"},
		{"  real=10.0.0.1 masq\n", "f:1: real is indented but belongs to no virtual"},
		{"virtual=10.0.0.1:80\n", "f:1: tcp 10.0.0.1:80 has no servers"},
		{"virtual=www:80\n real=10.0.0.1 masq\n",
		 "f:1: 'www' must be an address; only servers may have names"},
		{"virtual=10.0.0.1:80\n real=10.0.0.256 masq\n",
		 "f:2: '10.0.0.256' must be an address or the name of a host"},
		{"virtual=10.0.0.1:80\n real=web_1/x masq\n",
		 "f:2: 'web_1/x' must be an address or the name of a host"},
		{"virtual=10.0.0.1:80\n real=web1 masq 1\n real=web1:80 masq 1\n",
		 "f:1: server web1 is there twice"},
		{"virtual=10.0.0.1:80\n\n real=10.0.0.2:80 round 1\n",
		 "f:3: 'round' must be masq, gate, ipip, gue or gre"},
		{"virtual=10.0.0.1:80\n real=10.0.0.2:80 masq 1\n real=10.0.0.2:80 masq 1\n",
		 "f:1: server 10.0.0.2:80 is there twice"},
		{"virtual=10.0.0.1:80\n real=10.0.0.2:80 masq 1\n"
		 "virtual=10.0.0.1:80\n real=10.0.0.2:80 masq 1\n",
		 "f:3: tcp 10.0.0.1:80 is there twice"},
		{"virtual=10.0.0.1:80\n real=2001:db8::1 masq 1\n",
		 "f:1: server [2001:db8::1]:80: another address family needs a tunnel"},
		{"virtual=10.0.0.1:80\n service=oracle\n real=10.0.0.2:80 masq 1\n",
		 "f:1: service=oracle is not supported; checktype=external is"},
		{"virtual=10.0.0.1:80\n checktype=external-perl\n real=10.0.0.2:80 masq 1\n",
		 "f:1: checktype=external-perl is not supported"},
		{"virtual=10.0.0.1:80\n checktype=external\n checkcommand=x\n"
		 " real=10.0.0.2:80 masq 1\n",
		 "f:1: 'x' must be the whole path of a program"},
	};

	read_wrong(rows, ARRAY_SIZE(rows));
}

static void test_wrong_keepalived(void **state)
{
	static const struct wrong rows[] = {
		{"virtual_server 10.0.0.1 80 {\n", "f:1: a block has no end"},
		{"x {\n}\n}\n", "f:3: a } too many"},
		{"virtual_server 10.0.0.1 80 {\n lb_algo rr\n turbo\n}\n",
		 "f:3: 'turbo' is not supported here"},
		{"virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n BFD_CHECK {\n}\n}\n}\n",
		 "f:3: BFD_CHECK is not supported: TCP_CHECK or PING_CHECK is"},
		{"virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n HTTP_GET {\n url {\n"
		 " path /\n digest 12\n}\n}\n}\n}\n",
		 "f:6: a digest is 32 hexadecimal digits (MD5)"},
		{"virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n}\n}\n",
		 "f:1: tcp 10.0.0.1:80 has no scheduler"},
		{"virtual_server group g {\n}\n",
		 "f:1: a virtual_server group is not supported: write a virtual_server for each "
		 "address"},
		{"include /nowhere/*\n", "f:1: there is no file '/nowhere/*'"},
		{"$A=1\nx {\n}\n", "f:1: '$A=1': definitions and conditions are not supported"},
		{"global_defs {\n lvs_timeouts tcp x\n}\n",
		 "f:2: tcp must be a number from 1 to 31536000, not 'x'"},
	};

	read_wrong(rows, ARRAY_SIZE(rows));
}

/* A server may have a name, which has no address before it is looked up. */
static void test_names(void **state)
{
	static const char *const texts[] = {
		"virtual=10.0.0.1:80\n real=web1.example.org:8080 masq 2\n fallback=sorry masq\n",
		"virtual_server 10.0.0.1 80 {\n lb_algo wrr\n lb_kind NAT\n sorry_server sorry 80\n"
		" real_server web1.example.org 8080 {\n weight 2\n}\n}\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO_INTENT struct intent intent = INTENT_INIT;
		struct fault fault = FAULT_INIT;
		const struct intent_server *server, *sorry;

		if (source_parse("f", texts[i], &intent, &fault))
			fail_msg("%s", fault.reason);
		server = &intent.services[0].servers[0];
		sorry = &intent.services[0].fallbacks[0];
		assert_string_equal(server->name, "web1.example.org");
		assert_true(server->nameless);
		assert_int_equal(server->server.port, 8080);
		assert_int_equal(server->server.address.family, AF_INET);
		assert_int_equal(server->server.weight, 2);
		assert_string_equal(sorry->name, "sorry");
	}
}

/* A file that includes itself ends. */
static void test_include_itself(void **state)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	struct fault fault = FAULT_INIT;
	struct scratch *scratch = *state;
	char path[300], text[700];

	(void)snprintf(path, sizeof(path), "%s/self.conf", scratch->directory);
	(void)snprintf(text, sizeof(text), "include %s\ninclude %s\nx {\n}\n", path, path);
	assert_int_equal(file_replace(path, text, strlen(text)), 0);
	assert_int_equal(source_parse(path, text, &intent, &fault), -EINVAL);
	assert_non_null(strstr(fault.reason, "include each other 8 deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepalived),
		cmocka_unit_test(test_ldirectord),
		cmocka_unit_test(test_wrong_ldirectord),
		cmocka_unit_test(test_wrong_keepalived),
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_include_itself, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
