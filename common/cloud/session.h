/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A login kept between calls, so that who asks the API once a minute does not log in as often.
 *
 * It stands in a private file, config->session_file (NULL: nothing is kept): until when it is good,
 * what it was got with, the token and the services of the catalogue. The file is a hint: a damaged,
 * foreign or outdated one is no login, and one that the API refuses is forgotten.
 */
#pragma once

#include <stdbool.h>

struct cloud;

/* Puts the kept login into the cloud's session and services; false when none is of use. */
bool session_recall(struct cloud *cloud);

/* Keeps the cloud's; until is what the login's answer says ("2026-01-02T03:04:05.000000Z"). */
void session_keep(const struct cloud *cloud, const char *until);

void session_forget(const struct cloud *cloud);
