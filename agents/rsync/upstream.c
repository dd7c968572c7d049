// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "rsync/argv.h"
#include "rsync/config.h"
#include "rsync/module.h"
#include "rsync/setting.h"

#define UPSTREAM_SECRETS_MAX 65536
#define UPSTREAM_CONNECT_S 10 /* seconds a connection may take */

/*
 * rsync's daemon protocol within ssh: the module's configuration is what is read, so that it is
 * read-only here too, and gone when the source is none any more.
 */
static void upstream_argv_ssh(const struct setting *setting, const char *host, int port,
			      struct argv *argv)
{
	const char *key = setting->config->ssh_key_file;

	argv_addf(argv,
		  "--rsh=ssh -l root -p %d -o BatchMode=yes -o StrictHostKeyChecking=yes "
		  "-o ConnectTimeout=%d -o ServerAliveInterval=15 -o LogLevel=ERROR%s%s",
		  port, UPSTREAM_CONNECT_S, key ? " -i " : "", key ? key : "");
	argv_addf(argv, "--rsync-path=/usr/bin/rsync --config=%s" MODULE_CONF, setting->base);
	argv_add(argv, "--");
	argv_addf(argv, "%s::" MODULE_NAME "/", host);
}

void upstream_argv(const struct setting *setting, const struct inet *address, int port,
		   struct argv *argv)
{
	const struct rsync_config *config = setting->config;
	const bool v6 = address->family == AF_INET6;
	char text[INET_TEXT_MAX], host[INET_TEXT_MAX + 2];

	(void)snprintf(host, sizeof(host), v6 ? "[%s]" : "%s", inet_host_text(address, text));
	argv_addf(argv, "--timeout=%d", UPSTREAM_SILENT_S);
	if (config->transport == CONFIG_SSH) {
		upstream_argv_ssh(setting, host, port, argv);
		return;
	}
	argv_addf(argv, "--contimeout=%d", UPSTREAM_CONNECT_S);
	/* Without it Nagle and delayed acknowledgements cost 80 ms a pull. */
	argv_add(argv, "--sockopts=TCP_NODELAY");
	argv_add(argv, "--");
	argv_addf(argv, "rsync://%s%s:%d/" MODULE_NAME "/",
		  config->secrets_file ? MODULE_USER "@" : "", host, port);
}

/* The line "quorate:SECRET" of the file. */
static int upstream_secret(const char *path, struct argv *environment, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct stat st;
	int r = stat(path, &st) < 0 ? -errno : file_read(path, UPSTREAM_SECRETS_MAX, &text);

	if (!r && !file_is_private(&st))
		return fault_set(fault, FAULT_ARGS, -EPERM,
				 "secrets_file: %s must belong to root with mode 0600", path);
	if (r)
		return fault_set(fault, FAULT_ARGS, r, "secrets_file: %s: %s", path, strerror(-r));
	for (char *line = text.data, *next;; line = next + 1) {
		size_t length = strcspn(line, "\r\n");

		next = strchr(line, '\n');
		if (!strncmp(line, MODULE_USER ":", strlen(MODULE_USER ":"))) {
			line[length] = '\0';
			argv_addf(environment, "RSYNC_PASSWORD=%s", line + strlen(MODULE_USER ":"));
			explicit_bzero(text.data, text.length);
			return argv_error(environment);
		}
		if (!next)
			break;
	}
	explicit_bzero(text.data, text.length);
	return fault_set(fault, FAULT_ARGS, -EINVAL,
			 "secrets_file: %s has no line \"" MODULE_USER ":SECRET\"", path);
}

int upstream_environment(const struct rsync_config *config, int port, struct argv *environment,
			 struct fault *fault)
{
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "RSYNC_", 6) && strncmp(*e, "LC_", 3) && strncmp(*e, "LANG", 4))
			argv_add(environment, *e);
	argv_add(environment, "LC_ALL=C");
	if (config->transport == CONFIG_TLS)
		argv_addf(environment,
			  "RSYNC_CONNECT_PROG=exec openssl s_client -quiet -verify_quiet "
			  "-verify_return_error -CAfile %s -cert %s -key %s -connect %%H:%d",
			  config->tls_ca_file, config->tls_certificate_file, config->tls_key_file,
			  port);
	if (config->secrets_file)
		return upstream_secret(config->secrets_file, environment, fault);
	return argv_error(environment);
}
