/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The source's serving side: a read-only module of `rsync --daemon`, kept alive beside the loop.
 *
 * It listens on the cluster address only, asks for the secret, refuses what no pull needs, and sends
 * without delay (TCP_NODELAY). With transport=tls stunnel listens there and runs an rsync a
 * connection; with transport=ssh nothing is started: sshd is the host's, and runs an rsync with this configuration.
 */
#pragma once

#include "base/inet.h"

struct fault;
struct module;
struct setting;

#define MODULE_NAME "tree"
#define MODULE_CONF ".rsyncd.conf" /* behind the setting's base */
#define MODULE_TLS_CONF ".stunnel.conf"
#define MODULE_USER "quorate" /* in the secrets file: a line "quorate:SECRET" */

struct module_ops {
	void (*ready)(void *data); /* it takes connections; also after each restart */

	/* It ended, and is started again 1 s later, then 2, 4 ... 60 s. */
	void (*failed)(const struct fault *fault, void *data);
};

/* 0, or -errno with the fault set. The setting is borrowed. */
int module_start(const struct setting *setting, const struct inet *address,
		 const struct module_ops *ops, void *data, struct module **ret_module,
		 struct fault *fault);
void module_stop(struct module **module); /* at once: nobody is served when it returns */
