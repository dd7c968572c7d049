/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A provider: one const table of what its API looks like.
 *
 * Paths, bodies and expectations hold variables in braces (cloud/variables.h): {ip} the floating
 * address, {ip_id} its id where the API wants one, {server} the server's id, {nic} a port, interface
 * or MAC, {zone}, {region}, {project}, {action} an action's id, {owner} whoever has the address,
 * {page} of a list. Where the table can't say it (signatures, tokens) the auth names the code.
 *
 * Source of each table: the provider's public API reference, named in its file.
 */
#pragma once

#include <stddef.h>

enum cloud_auth {
	CLOUD_BEARER,	/* Authorization: Bearer TOKEN */
	CLOUD_HEADER,	/* auth_header: TOKEN */
	CLOUD_SIGV4,	/* AWS signature version 4; keys of a file or of the instance's role */
	CLOUD_KEYSTONE, /* OpenStack: a token by application credential or password */
	CLOUD_GCE,	/* Google: a token of the instance's service account */
};

struct cloud_request {
	const char *method;  /* NULL: the provider has no such request */
	const char *service; /* base URL's name where a provider has several ("network"), or NULL */
	const char *path;
	const char *body;
	int ok[4];	    /* HTTP statuses of success; 0 ends */
	const char *header; /* one more header line, or NULL; variables as in a JSON body */
};

/* What an answer that is no success means for the caller. */
enum cloud_class {
	CLOUD_RETRY,  /* a passing fault: back off and try again */
	CLOUD_LOCKED, /* another action is under way: wait and look again */
	CLOUD_RATE,   /* too many requests: obey Retry-After or the limit's reset */
	CLOUD_GONE,   /* what the request names does not exist */
	CLOUD_AUTH,   /* the credentials are refused or not sufficient */
	CLOUD_CONFIG, /* the request can never work as configured */
	CLOUD_VERIFY, /* perhaps it is done already: look */
};

struct cloud_error {
	int http;	  /* or 0: any */
	const char *code; /* of the body, or NULL: any */
	enum cloud_class means;
};

/* A value that the metadata service of the instance knows. */
struct cloud_fact {
	const char *path;   /* NULL: not known there */
	const char *at;	    /* JSON path, or NULL: the whole text */
	const char *header; /* besides the provider's, or NULL */
	const char *after;  /* only what follows this in the value counts, or NULL */
};

struct cloud_metadata {
	const char *host;	/* "169.254.169.254"; NULL: none */
	const char *header;	/* of every request, or NULL */
	const char *token_path; /* PUT for a session token first (IMDSv2), or NULL */
	const char *token_header, *token_ttl_header;
	struct cloud_fact server; /* own id */
	struct cloud_fact mac;	  /* {mac}, which paths below may need */
	struct cloud_fact nic;	  /* own port, interface or MAC */
	struct cloud_fact zone, region;
	struct cloud_fact holds;  /* whether this instance holds {ip}: path may contain {ip} ... */
	const char *holds_value;  /* ... and the value then ("{ip}"); NULL: any 200 means yes */
	struct cloud_fact active; /* a second condition, "true" when it holds; or no path */
};

enum cloud_move {
	CLOUD_MOVE_DIRECT,	 /* assign takes it from whoever has it */
	CLOUD_MOVE_DETACH_FIRST, /* it must be free before it can be assigned */
};

struct cloud_address_api {
	struct cloud_request find; /* by {ip}, to learn {ip_id}; may be paged */
	const char *find_id;	   /* path of the id in find's answer: "floating_ips[ip={ip}].id" */
	const char *find_is;	   /* path that every answer of find has */
	const char *find_first;	   /* {page} at first; NULL: "" */
	const char *find_next;	   /* path of the next page's number or cursor, or NULL */
	struct cloud_request show, assign, unassign, poll;
	const char *shown;	 /* path of {ip} in show's answer: without it, the answer is none */
	const char *owner;	 /* path of the owner in show's answer; null or "" is free */
	const char *owner_is;	 /* the variable that is us: "{server}" or "{nic}" */
	const char *owner_after; /* only what follows this in the owner counts, or NULL */
	const char *locked;	 /* path of a flag in show's answer, or NULL */
	struct cloud_request holder; /* tells of {owner} what show does not */
	const char *
		detach_id; /* path of what unassign needs as {action}: in holder's answer, or show's */
	enum cloud_move move;
};

/* What the id of a server looks like; another plug is a name and looked up by find. */
enum cloud_id {
	CLOUD_ID_NUMBER,
	CLOUD_ID_UUID,
	CLOUD_ID_AWS,  /* "i-" and hexadecimal digits */
	CLOUD_ID_NAME, /* the name is the id */
};

struct cloud_power_api {
	enum cloud_id id;
	struct cloud_request find; /* the servers called {name} at least; an answer like list's */
	struct cloud_request list; /* one page of the account's servers */
	struct cloud_request more; /* the further pages, where list can't say that */
	const char *list_items, *list_id, *list_name, *list_state; /* paths within an item */
	const char *list_is;	/* path that every list's answer has; NULL: list_items */
	const char *list_first; /* {page} at first; NULL: "" */
	const char *list_next;	/* path of the next page's number or cursor, or of its URL; NULL:
				      the number that follows, until a page is empty */
	struct cloud_request check; /* proves the credentials, and costs little */
	struct cloud_request status, on, off, reset, poll;
	const char *state;	      /* path in status' answer */
	const char *const *on_values; /* NULL-terminated; what is in neither is "changing" */
	const char *const *off_values;
	const char *needs; /* variables that a user must give: "zone", "project zone", or NULL */
};

struct cloud_provider {
	const char *name;  /* "digitalocean" */
	const char *title; /* "DigitalOcean" */
	const char *base; /* "https://api.digitalocean.com"; may hold {region}; NULL: a parameter */
	enum cloud_auth auth;
	const char *auth_header;
	const char *content_type; /* of bodies */
	struct cloud_metadata metadata;
	struct cloud_address_api address;
	struct cloud_power_api power;
	const char *action_id, *action_state,
		*action_error; /* paths in assign's and poll's answers */
	/* Words of an action's state; one that is in none of them tells nothing. */
	const char *const *action_running, *const *action_done, *const *action_failed;
	int poll_ms;
	const char *error_code, *error_text; /* paths in an error's body */
	const struct cloud_error
		*errors; /* ends with a row of class CLOUD_RETRY, http 0, code NULL */
	const char *limit_remaining, *limit_reset; /* header names, or NULL */
	const char *needs; /* variables that a user must give: "zone", "region project", or NULL */
	const struct cloud_provider *six; /* the table of IPv6 addresses; NULL: none that move */
};

extern const struct cloud_provider cloud_digitalocean, cloud_hetzner, cloud_aws, cloud_openstack,
	cloud_upcloud, cloud_scaleway, cloud_vultr, cloud_gcp, cloud_linode, cloud_digitalocean_six;

/* All of them, NULL-terminated; by name, or NULL. */
extern const struct cloud_provider *const cloud_providers[];
const struct cloud_provider *cloud_provider_find(const char *name);
