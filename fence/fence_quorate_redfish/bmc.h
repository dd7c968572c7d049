/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A conversation with the Redfish service of one BMC about the power of one system.
 *
 * Logs in with a session, which bmc_close() ends, or with basic authentication where the service
 * gives no session. Reading is tried again until the deadline; a reset is sent once.
 *
 * Source: DMTF DSP0266 (Redfish specification: sessions, actions, error messages) and the schemas
 * ComputerSystem and ActionInfo of DSP8010.
 */
#pragma once

#include <stdbool.h>

#include "cloud/secret.h"

struct deadline;
struct fault;
struct http;
struct http_options;

#define BMC_URI_MAX 512
#define BMC_BASE_MAX 320
#define BMC_WORD_MAX 32
#define BMC_TYPES_MAX 256

struct bmc_config {
	const char
		*host; /* a name or an address, "[...]" around IPv6 not needed; perhaps ":port" */
	int port;
	const char *user, *password; /* borrowed */
	const char *root;	     /* "/redfish/v1" */
	const char *system;	     /* URI of the system, or NULL: the only one that there is */
	const struct http_options *http;
};

struct bmc {
	const struct bmc_config *config;
	const struct deadline *deadline;
	struct http *http;
	char base[BMC_BASE_MAX]; /* "https://host:port" */
	bool ready, basic;
	struct secret token;
	char session[BMC_URI_MAX], system[BMC_URI_MAX];
	char target[BMC_URI_MAX];  /* of the reset, as the system told last */
	char types[BMC_TYPES_MAX]; /* " On ForceOff ": what it takes; "" when it doesn't tell */
};

/* Sends nothing. 0 or -errno. */
int bmc_open(struct bmc *bmc, const struct bmc_config *config, const struct deadline *deadline,
	     struct fault *fault);
void bmc_close(struct bmc *bmc);

/*
 * The system's PowerState. 0; -ENOTUNIQ when there are several systems and none was named; -EACCES;
 * -errno.
 */
int bmc_power(struct bmc *bmc, struct fault *fault, char word[BMC_WORD_MAX]);

enum bmc_outcome {
	BMC_BUSY = 1,	/* not now; nothing was done */
	BMC_UNSURE = 2, /* refused or lost: look */
};

/*
 * Sends the first of the reset types, "ForceOff" or "On ForceOn", that the system takes. After
 * bmc_power(). 0, an outcome with the fault set, -ENOTSUP when it takes none of them, -errno.
 */
int bmc_reset(struct bmc *bmc, const char *types, struct fault *fault);
