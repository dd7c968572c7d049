// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/num.h"
#include "cloud/cloud.h"

#define SESSION_SERVICES "services:\n"
#define SESSION_LEAST 60 /* seconds that a login must still be good for */

/* With its NUL, so that two texts are not taken for one. */
static uint64_t session_hash(uint64_t hash, const char *text)
{
	return hash_more(hash, text ? text : "", strlen(text ? text : "") + 1);
}

/* Another password, another place: another login. */
static void session_origin(const struct cloud *cloud, char origin[17])
{
	uint64_t hash = session_hash(HASH_INIT, cloud->secret.text);

	hash = session_hash(hash, cloud->config->api_url);
	hash = session_hash(hash, cloud->config->region);
	(void)snprintf(origin, 17, "%016" PRIx64, hash);
}

static bool session_is_good(const struct cloud *cloud, const struct secret *kept)
{
	AUTO_SECRET struct secret until = SECRET_INIT;
	AUTO_SECRET struct secret with = SECRET_INIT;
	const long long now = time(NULL);
	long long end;
	char origin[17];

	session_origin(cloud, origin);
	return !secret_value(kept, "until", &until) && !secret_value(kept, "with", &with) &&
	       !strcmp(with.text, origin) &&
	       !num_parse(until.text, now + SESSION_LEAST, INT64_MAX, &end);
}

bool session_recall(struct cloud *cloud)
{
	AUTO_SECRET struct secret kept = SECRET_INIT;
	const char *services;

	if (!cloud->config->session_file || secret_read(cloud->config->session_file, NULL, &kept))
		return false;
	services = strstr(kept.text, "\n" SESSION_SERVICES);
	if (!services || !session_is_good(cloud, &kept))
		return false;
	if (secret_value(&kept, "token", &cloud->session))
		return false;
	free(cloud->services);
	cloud->services = strdup(services + 1 + strlen(SESSION_SERVICES));
	if (!cloud->services)
		secret_wipe(&cloud->session);
	return cloud->services;
}

void session_keep(const struct cloud *cloud, const char *until)
{
	struct tm tm = {.tm_year = 0};
	AUTO_FREE char *text = NULL;
	char origin[17];
	int length;

	if (!cloud->config->session_file || !strptime(until, "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	session_origin(cloud, origin);
	length = asprintf(&text, "until=%lld\nwith=%s\ntoken=%s\n" SESSION_SERVICES "%s",
			  (long long)timegm(&tm), origin, cloud->session.text, cloud->services);
	if (length < 0)
		return;
	(void)file_replace(cloud->config->session_file, text, (size_t)length);
	explicit_bzero(text, (size_t)length);
}

void session_forget(const struct cloud *cloud)
{
	if (cloud->config->session_file)
		file_remove(cloud->config->session_file);
}
