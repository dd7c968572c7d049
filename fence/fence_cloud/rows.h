/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of the parameters of the cloud fence agents, beyond those that all fence agents have.
 */
#pragma once

#include "fence_cloud/config.h"
#include "ocf/fence_params.h"

#define ROW_IN(kind, member) FIELD(kind, struct fence_cloud_config, member)

/* letter, FIELD, required, default, brief, text */
#define ROW(row, letter_, field_, required_, brief_, text_)                                        \
	{                                                                                          \
		.name = (row), .letter = (letter_), field_, .required = (required_),               \
		.brief = (brief_), .text = (text_),                                                \
	}

#define ROW_CREDENTIALS(file_text)                                                                 \
	ROW("token_file", '\0', ROW_IN(PARAM_SECRET_FILE, cloud.token_file), false,                \
	    "file with the credentials", file_text),                                               \
	{                                                                                          \
		.name = "token", ROW_IN(PARAM_STRING, cloud.token), .secret = true,                \
		.brief = "the credentials themselves",                                             \
		.text = "What would be in token_file, for a value that Pacemaker keeps out of "    \
			"the CIB (cibsecret set DEVICE token ...).",                               \
	}

#define ROW_ZONE(required)                                                                         \
	ROW("zone", 'z', ROW_IN(PARAM_STRING, cloud.zone), required, "zone of the servers",        \
	    "The provider's own word for it.")

#define ROW_REGION(required)                                                                       \
	ROW("region", 'r', ROW_IN(PARAM_STRING, cloud.region), required, "region of the servers",  \
	    "The provider's own word for it.")

#define ROW_PROJECT(required)                                                                      \
	ROW("project", '\0', ROW_IN(PARAM_STRING, cloud.project), required,                        \
	    "project of the servers", "The project's id.")

#define ROW_API                                                                                    \
	ROW("api_url", '\0', ROW_IN(PARAM_STRING, cloud.api_url), false,                           \
	    "where the API is instead",                                                            \
	    "The base URL, https; plain http is taken for this host only."),                       \
		ROW("ca_file", '\0', ROW_IN(PARAM_PATH, cloud.ca_file), false,                     \
		    "certificates that the API's is verified with",                                \
		    "PEM. Without it, those that the host trusts (/etc/ssl/certs).")

#define ROW_TOKEN_TEXT "A regular file of root, mode 0600, with the API token on its first line."

/* Pacemaker waits 60 s for a power action; requests are small. */
#define ROWS_OF_ALL FENCE_PARAMS("50", "5", "5"), FENCE_MISSING_AS_OFF
