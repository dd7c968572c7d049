// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/params.h"
#include "ocf/record.h"
#include "rsync/filter.h"
#include "rsync/hook_text.h"

const struct agent rsync_table = {
	.name = "rsync",
	.params = rsync_params,
	.config_size = sizeof(struct rsync_config),
	.check = rsync_check,
};

/* A path that is written into rsyncd.conf and into the arguments of rsync. */
static int config_check_path(const char *name, const char *path, struct fault *fault)
{
	size_t length = path ? strlen(path) : 0;

	if (!path)
		return 0;
	if (strpbrk(path, "\n\r%#") || length >= 1024)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "%s must not contain line feeds, %% or # ('%.60s')", name, path);
	if (length < 2 || path[length - 1] == '/' || strstr(path, "//") || strstr(path, "/../") ||
	    strstr(path, "/./"))
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"%s must be a plain absolute path below /, without a / at its end, "
			"not '%.60s'",
			name, path);
	return 0;
}

/* It becomes a word of a command line that a shell reads (RSYNC_CONNECT_PROG, rsync -e). */
static int config_check_word(const char *name, const char *path, struct fault *fault)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+-";

	if (path && path[strspn(path, plain)])
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "%s may hold letters, digits and /._+- only, not '%.60s'", name,
				 path);
	return 0;
}

static int config_check_words(const struct rsync_config *c, struct fault *fault)
{
	int r = config_check_word("ssh_key_file", c->ssh_key_file, fault);

	if (!r)
		r = config_check_word("tls_certificate_file", c->tls_certificate_file, fault);
	if (!r)
		r = config_check_word("tls_key_file", c->tls_key_file, fault);
	if (!r)
		r = config_check_word("tls_ca_file", c->tls_ca_file, fault);
	return r;
}

static int config_check_transport(const struct rsync_config *c, struct fault *fault)
{
	const bool tls = c->tls_certificate_file || c->tls_key_file || c->tls_ca_file;

	if (c->transport == CONFIG_TLS &&
	    (!c->tls_certificate_file || !c->tls_key_file || !c->tls_ca_file))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "transport=tls needs tls_certificate_file, tls_key_file and "
				 "tls_ca_file");
	if (c->transport != CONFIG_TLS && tls)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "tls_* parameters need transport=tls");
	if (c->transport != CONFIG_SSH && c->ssh_key_file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "ssh_key_file needs transport=ssh");
	if (c->transport == CONFIG_RSYNC && !c->secrets_file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "secrets_file must be given: a file of root, mode 0600, with the "
				 "line \"quorate:SECRET\", the same on all nodes");
	if (c->transport == CONFIG_SSH && c->secrets_file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "secrets_file has no use with transport=ssh");
	return 0;
}

static int config_check_sizes(const struct rsync_config *c, struct fault *fault)
{
	if (c->network.family && c->network.prefix == INET_NO_PREFIX)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "network must be a network with /prefix, as 10.0.0.0/24");
	if (c->lag_fail && c->lag_fail < c->lag_degraded)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "lag_fail must not be shorter than lag_degraded");
	if (c->mode == CONFIG_SNAPSHOT && c->conflict_dir == NULL)
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"mode=snapshot needs conflict_dir: a directory outside of the tree");
	if (c->mode == CONFIG_SNAPSHOT && c->mountpoint)
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"mode=snapshot makes directory a symbolic link: mountpoint can't be");
	return 0;
}

static int config_check_conflict_dir(const struct rsync_config *c, struct fault *fault)
{
	size_t length = strlen(c->directory);

	if (c->conflict_dir && !strncmp(c->conflict_dir, c->directory, length) &&
	    (!c->conflict_dir[length] || c->conflict_dir[length] == '/'))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "conflict_dir must be outside of directory");
	return 0;
}

int rsync_check(const void *config, struct fault *fault)
{
	AUTO_HOOK_LIST struct hook_list hooks = HOOK_LIST_INIT;
	AUTO_FILTER struct filter filter = FILTER_INIT;
	const struct rsync_config *c = config;
	struct rsync_config words = {.exclude = c->exclude}; /* its file is the host's */
	int r = config_check_path("directory", c->directory, fault);

	if (!r)
		r = config_check_path("conflict_dir", c->conflict_dir, fault);
	if (!r)
		r = config_check_path("secrets_file", c->secrets_file, fault);
	if (!r)
		r = config_check_conflict_dir(c, fault);
	if (!r)
		r = config_check_transport(c, fault);
	if (!r)
		r = config_check_words(c, fault);
	if (!r)
		r = config_check_sizes(c, fault);
	if (!r)
		r = filter_read(&words, &filter, fault);
	if (!r)
		r = hook_list_read(c->hooks, &hooks, fault);
	return r;
}

static const char *config_recorded(const char *name, const void *context)
{
	char key[128];

	(void)snprintf(key, sizeof(key), "param.%s", name);
	return record_get(context, key);
}

int config_read(const struct record *record, struct rsync_config **ret_config, struct fault *fault)
{
	void *config = NULL;
	int r = params_read(&rsync_table, config_recorded, record, &config, fault);

	if (!r)
		*ret_config = config;
	return r;
}

void config_free(struct rsync_config **config)
{
	if (*config)
		params_release(&rsync_table, *config);
	*config = NULL;
}
