/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenStack's login: a token and the catalogue of services
 * (https://docs.openstack.org/api-ref/identity/v3/).
 *
 * token_file holds the lines of an openrc file: OS_AUTH_URL, and OS_APPLICATION_CREDENTIAL_ID with
 * OS_APPLICATION_CREDENTIAL_SECRET, or OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME,
 * OS_PROJECT_NAME and OS_PROJECT_DOMAIN_NAME; OS_REGION_NAME where there are several regions.
 */
#pragma once

struct buf;
struct cloud;
struct fault;

/* 0 with the cloud's session and services set; -EACCES when refused; -errno. */
int keystone_login(struct cloud *cloud, struct fault *fault);

/* Appends the public endpoint of a service type ("network", "compute"). 0 or -ENOENT. */
int keystone_base(const struct cloud *cloud, const char *service, struct fault *fault,
		  struct buf *url);
