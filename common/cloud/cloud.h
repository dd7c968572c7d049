/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A conversation with a provider's API: requests out of its table, answers as JSON, and one place
 * that knows how to wait.
 *
 * Errors of the table's classes are handled here until the deadline: RETRY backs off with jitter,
 * RATE obeys Retry-After and the limit's reset, LOCKED waits the poll time. A request that changes
 * something and whose answer was lost is not sent again: it is UNSURE, and the caller looks. So it
 * does when a change is refused as BUSY: what locks may be the very change that is wanted.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "cloud/secret.h"
#include "cloud/variables.h"

struct cloud_fact;
struct cloud_provider;
struct cloud_request;
struct deadline;
struct fault;
struct http;
struct http_options;

/* The parameters that every agent over a cloud has; strings are borrowed, NULL when unset. */
struct cloud_config {
	const char *token_file;	   /* a token on its first line, or lines of the provider's own */
	const char *token;	   /* the same from a parameter (cibsecret) */
	const char *api_url;	   /* instead of the provider's base */
	const char *ca_file;	   /* instead of the host's CA certificates */
	const char *metadata_host; /* instead of the provider's */
	const char *server, *nic;  /* own id and port, instead of asking the metadata service */
	const char *zone, *region, *project;
	const char *session_file; /* where a login is kept between calls (session.h), or NULL */
	const struct http_options *http; /* what ca_file does not say; or NULL */
};

struct cloud {
	const struct cloud_provider *provider;
	const struct cloud_config *config;
	const struct deadline *deadline;
	struct variables variables;
	struct http *http; /* opened with the first request to the API */
	struct secret secret;
	struct secret session;	   /* a login's token, or AWS's session token */
	struct secret key, key_id; /* AWS */
	char *services;		   /* base URLs by service name, NAME=URL lines; owned */
	struct secret metadata_token;
	bool renewed;	       /* a login was thrown away that the API did not take */
	unsigned int requests; /* to the API, that were sent */
};

enum cloud_outcome {
	CLOUD_ABSENT = 1, /* CLOUD_GONE: what was asked for does not exist */
	CLOUD_UNSURE = 2, /* CLOUD_VERIFY, or the answer to a change was lost: look */
	CLOUD_BUSY = 3,	  /* CLOUD_LOCKED refused a change, nothing was done: look, ask again */
};

/*
 * Reads the credentials, and sends nothing. 0; -errno with FAULT_PERM or FAULT_ARGS naming
 * token_file, or FAULT_CONFIGURED naming a parameter that the provider needs.
 */
int cloud_open(struct cloud *cloud, const struct cloud_provider *provider,
	       const struct cloud_config *config, const struct deadline *deadline,
	       struct fault *fault);
void cloud_close(struct cloud *cloud);

/* Own id, port, zone and region into the variables, from the configuration or the metadata. */
int cloud_learn_self(struct cloud *cloud, struct fault *fault);

/*
 * One fact of the metadata service. 0; -ENOENT when the provider or the service has none;
 * -errno when the service doesn't answer.
 */
int cloud_ask_metadata(struct cloud *cloud, const struct cloud_fact *fact, struct fault *fault,
		       char value[VARIABLE_MAX]);

/* The same for an answer that is JSON as a whole. */
int cloud_ask_metadata_json(struct cloud *cloud, const struct cloud_fact *fact, struct fault *fault,
			    json_t **ret_answer);

/*
 * One request of the table. 0 with the answer (NULL for an empty one; ret_answer may be NULL), an
 * outcome with the fault set, or -errno: -EACCES (credentials refused), -EINVAL (can't ever work),
 * -EAGAIN (the limit lasts longer than the deadline), -ETIMEDOUT (the last error is in the fault).
 */
int cloud_run(struct cloud *cloud, const struct cloud_request *request, struct fault *fault,
	      json_t **ret_answer);

/*
 * Waits for the action whose id is in the answer, if the provider has actions and it has one: 0
 * when it is done, CLOUD_UNSURE when it failed or nobody can tell, -errno.
 */
int cloud_await(struct cloud *cloud, const struct cloud_request *poll, const json_t *answer,
		struct fault *fault);

enum cloud_progress {
	CLOUD_RUNNING,
	CLOUD_DONE,
	CLOUD_FAILED, /* with the fault set */
	CLOUD_UNCLEAR,
};

/* What an answer says of its action. Pure. */
enum cloud_progress cloud_progress(const struct cloud *cloud, const json_t *answer,
				   struct fault *fault);

/* Waits so long, or -ETIMEDOUT at once when the deadline comes first. */
int cloud_pause(const struct cloud *cloud, long long milliseconds, struct fault *fault);

/* The wait before the next look at something under way: soon at first, the provider's in the end. */
long long cloud_poll_ms(const struct cloud *cloud, unsigned int looks);

/* Text at a path that may hold variables; NULL as json_text_at(). */
const char *cloud_text_at(const struct cloud *cloud, const json_t *answer, const char *path,
			  char text[VARIABLE_MAX]);

#define AUTO_CLOUD CLEANUP(cloud_close)
