/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a content tree: what the parameters of ocf:quorate:rsync say.
 *
 * The agent has it from its call; the daemon reads the same table from the instance's record, where
 * the core has put every parameter before it calls the agent. Strings belong to their source.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ocf/param.h"

struct agent;
struct fault;
struct record;

/* In the order of the words that the parameters take. */
enum config_mode {
	CONFIG_LIVE,
	CONFIG_SNAPSHOT
};
enum config_transport {
	CONFIG_RSYNC,
	CONFIG_SSH,
	CONFIG_TLS
};

struct rsync_config {
	const char *directory;
	struct inet network; /* with prefix; family 0: ring 0 of Corosync */
	int port;
	const char *exclude, *filter_file;
	long long interval, debounce; /* milliseconds */
	long list_max;
	int mode;
	long keep; /* snapshots beside the current one */
	long max_delete, max_delete_percent;
	bool mountpoint;
	const char *conflict_dir; /* NULL: conflicts/ in the own directory */
	const char *hooks;
	long long hook_timeout;
	int transport;
	const char *secrets_file;
	const char *ssh_key_file;
	const char *tls_certificate_file, *tls_key_file, *tls_ca_file;
	long bwlimit; /* KiB a second, 0: none */
	bool partial;
	bool owner, acls, xattrs, hard_links;
	bool fanotify;
	long checksum_slice; /* percent of the files a verify pass, 0: none */
	long long lag_degraded, lag_fail;
};

extern const struct param rsync_params[];

/* The params of the table alone, for the daemon: no actions. */
extern const struct agent rsync_table;

/* Looks at the parameters together (agent.check). */
int rsync_check(const void *config, struct fault *fault);

/*
 * The configuration out of the "param." entries of an instance's record, whose strings it borrows.
 * 0, -EINVAL with the fault set, or -ENOMEM. config_free() takes NULL.
 */
int config_read(const struct record *record, struct rsync_config **ret_config, struct fault *fault);
void config_free(struct rsync_config **config);

#define AUTO_CONFIG CLEANUP(config_free)

/*
 * Everything of ours within the tree is in this one directory of it (mode 0700), which is never
 * synchronized: the generation token, rsync's temporary and partial files, the conflicts.
 */
#define CONFIG_OWN_DIRECTORY ".quorate"
