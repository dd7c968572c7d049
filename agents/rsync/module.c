// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/module.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "daemon/child.h"
#include "daemon/loop.h"
#include "rsync/config.h"
#include "rsync/outcome.h"
#include "rsync/report.h"
#include "rsync/setting.h"
#include "rsync/upstream.h"

#define MODULE_RSYNC "/usr/bin/rsync"
#define MODULE_STUNNEL "/usr/bin/stunnel"
#define MODULE_PROBE_MS 10
#define MODULE_STEADY_MS 60000 /* after so long alive an end is not one of a row */

struct module {
	struct loop *loop;
	const struct rsync_config *config;
	const struct module_ops *ops;
	void *data;
	struct inet address;
	struct buf conf, tls_conf; /* paths */
	struct child *child;
	struct report report;
	struct loop_timer timer; /* the next probe, or the next start */
	int probe;		 /* a connection being made, -1 without */
	unsigned failures;
	long long started; /* deadline_now() */
};

/* What a pull never asks for, and a stolen secret should not buy. */
#define MODULE_REFUSED                                                                             \
	"remove-source-files copy-links copy-unsafe-links copy-dirlinks copy-devices "             \
	"write-devices append append-verify inplace compress"

/* rsyncd.conf; path is what is served: the tree, symbolic links resolved. */
static int module_conf(const struct rsync_config *config, const struct inet *address,
		       const char *path, struct buf *text)
{
	const bool tls = config->transport == CONFIG_TLS;
	char host[INET_TEXT_MAX];

	buf_addf(text, "# Written by ocf:quorate:rsync at each promote.\naddress = %s\nport = %d\n",
		 tls ? "127.0.0.1" : inet_host_text(address, host), config->port);
	buf_adds(text, "socket options = TCP_NODELAY\nreverse lookup = no\nforward lookup = no\n"
		       "use chroot = yes\nuid = 0\ngid = 0\nnumeric ids = yes\n"
		       "munge symlinks = no\nmax connections = 64\n"
		       "transfer logging = no\ndont compress = *\n");
	buf_addf(text, "[" MODULE_NAME "]\npath = %s\nread only = yes\nlist = no\n", path);
	buf_adds(text, "refuse options = " MODULE_REFUSED "\n");
	buf_addf(text, "timeout = %d\n", UPSTREAM_SILENT_S);
	if (config->secrets_file)
		buf_addf(text,
			 "auth users = " MODULE_USER "\nsecrets file = %s\nstrict modes = yes\n",
			 config->secrets_file);
	return buf_error(text);
}

/* stunnel takes the connections and runs an rsync for each, as inetd would. */
static int module_tls_conf(const struct module *m, struct buf *text)
{
	const struct rsync_config *c = m->config;
	char host[INET_TEXT_MAX];

	buf_addf(text,
		 "foreground = quiet\nsyslog = no\npid =\nsocket = r:TCP_NODELAY=1\n"
		 "socket = a:SO_REUSEADDR=1\n[" MODULE_NAME "]\naccept = %s:%d\n"
		 "cert = %s\nkey = %s\nCAfile = %s\nverifyChain = yes\n"
		 "sslVersionMin = TLSv1.2\nexec = " MODULE_RSYNC "\n"
		 "execArgs = rsync --daemon --config=%s\n",
		 inet_host_text(&m->address, host), c->port, c->tls_certificate_file,
		 c->tls_key_file, c->tls_ca_file, m->conf.data);
	return buf_error(text);
}

static int module_write(const char *path, const struct buf *text, struct fault *fault)
{
	int r = file_replace(path, text->data, text->length);

	return r ? fault_set(fault, FAULT_GENERIC, r, "cannot write %s: %s", path, strerror(-r)) :
		   0;
}

static int module_write_confs(struct module *m, struct fault *fault)
{
	AUTO_FREE char *path = realpath(m->config->directory, NULL);
	AUTO_BUF struct buf text = BUF_INIT, tls = BUF_INIT;
	int r = path ? module_conf(m->config, &m->address, path, &text) : -errno;

	if (!r)
		r = module_write(m->conf.data, &text, fault);
	if (r || m->config->transport != CONFIG_TLS)
		return r;
	r = module_tls_conf(m, &tls);
	return r ? r : module_write(m->tls_conf.data, &tls, fault);
}

static void module_stop_probe(struct module *m)
{
	if (m->probe < 0)
		return;
	loop_unwatch(m->loop, m->probe);
	(void)close(TAKE_FD(m->probe));
}

static void module_probe_again(struct module *m)
{
	module_stop_probe(m);
	(void)loop_timer_set(&m->timer, MODULE_PROBE_MS);
}

static void module_probe_answered(int fd, short events, void *data)
{
	struct module *m = data;
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error) {
		module_probe_again(m);
		return;
	}
	module_stop_probe(m);
	m->ops->ready(m->data);
}

/* Whether it takes connections yet: nothing else tells, so a connection is made. */
static void module_probe(struct module *m)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons((uint16_t)m->config->port)};
	struct sockaddr_in v4 = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)m->config->port)};
	const bool six = m->address.family == AF_INET6;
	const struct sockaddr *to = six ? (const struct sockaddr *)&v6 :
					  (const struct sockaddr *)&v4;

	memcpy(&v6.sin6_addr, m->address.bytes, sizeof(v6.sin6_addr));
	memcpy(&v4.sin_addr, m->address.bytes, sizeof(v4.sin_addr));
	m->probe = socket(m->address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (m->probe < 0 ||
	    (connect(m->probe, to, six ? sizeof(v6) : sizeof(v4)) < 0 && errno != EINPROGRESS)) {
		if (m->probe >= 0)
			(void)close(TAKE_FD(m->probe));
		(void)loop_timer_set(&m->timer, MODULE_PROBE_MS);
		return;
	}
	if (loop_watch(m->loop, m->probe, POLLOUT, module_probe_answered, m)) {
		(void)close(TAKE_FD(m->probe));
		(void)loop_timer_set(&m->timer, MODULE_PROBE_MS);
	}
}

static int module_run(struct module *m, struct fault *fault);

static void module_fire(void *data)
{
	struct module *m = data;
	struct fault fault = FAULT_INIT;

	if (m->child) {
		module_probe(m);
		return;
	}
	if (module_run(m, &fault)) {
		m->ops->failed(&fault, m->data);
		(void)loop_timer_set(&m->timer, outcome_delay(++m->failures));
	}
}

static void module_output(bool errors, const char *bytes, size_t length, void *data)
{
	struct module *m = data;

	report_feed(&m->report, true, bytes, length);
}

static void module_done(int status, bool late, void *data)
{
	struct module *m = data;
	struct fault fault = FAULT_INIT;

	m->child = NULL;
	module_stop_probe(m);
	report_end(&m->report);
	if (deadline_now() - m->started > MODULE_STEADY_MS * 1000000LL)
		m->failures = 0;
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "the serving rsync ended with %s %d%s%s",
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			*m->report.error ? ": " : "", m->report.error);
	(void)loop_timer_set(&m->timer, outcome_delay(++m->failures));
	m->ops->failed(&fault, m->data);
}

static int module_run(struct module *m, struct fault *fault)
{
	static const struct child_ops ops = {.output = module_output, .done = module_done};
	const char *const plain[] = {MODULE_RSYNC, "--daemon",	 "--no-detach",
				     "--config",   m->conf.data, NULL};
	const char *const tls[] = {MODULE_STUNNEL, m->tls_conf.data, NULL};
	const struct child_plan plan = {
		.argv = m->config->transport == CONFIG_TLS ? tls : plain, .ops = &ops, .data = m};
	int r = module_write_confs(m, fault);

	report_release(&m->report);
	report_init(&m->report, NULL, NULL);
	m->started = deadline_now();
	if (!r)
		r = child_start(m->loop, &plan, &m->child, fault);
	if (!r)
		r = loop_timer_set(&m->timer, 0);
	return r;
}

static void module_ready_at_once(void *data)
{
	struct module *m = data;

	m->ops->ready(m->data);
}

int module_start(const struct setting *setting, const struct inet *address,
		 const struct module_ops *ops, void *data, struct module **ret_module,
		 struct fault *fault)
{
	CLEANUP(module_stop) struct module *m = calloc(1, sizeof(*m));
	const bool ssh = setting->config->transport == CONFIG_SSH;
	int r;

	if (!m)
		return -ENOMEM;
	*m = (struct module){.loop = setting->loop,
			     .config = setting->config,
			     .ops = ops,
			     .data = data,
			     .address = *address,
			     .conf = BUF_INIT,
			     .tls_conf = BUF_INIT,
			     .probe = -1};
	report_init(&m->report, NULL, NULL);
	loop_timer_init(&m->timer, setting->loop, ssh ? module_ready_at_once : module_fire, m);
	buf_addf(&m->conf, "%s" MODULE_CONF, setting->base);
	buf_addf(&m->tls_conf, "%s" MODULE_TLS_CONF, setting->base);
	r = buf_error(&m->conf) ? -ENOMEM : buf_error(&m->tls_conf);
	if (!r && ssh)
		r = module_write_confs(m, fault);
	if (!r)
		r = ssh ? loop_timer_set(&m->timer, 0) : module_run(m, fault);
	if (!r)
		*ret_module = TAKE(m);
	return r;
}

void module_stop(struct module **module)
{
	struct module *m = *module;

	if (!m)
		return;
	loop_timer_clear(&m->timer);
	module_stop_probe(m);
	if (m->child)
		child_kill(&m->child);
	file_remove(m->conf.data);
	file_remove(m->tls_conf.data);
	buf_release(&m->conf);
	buf_release(&m->tls_conf);
	report_release(&m->report);
	free(m);
	*module = NULL;
}
