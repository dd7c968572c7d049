/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kinds of checks: what differs between them, a const table each. What is the same (the way,
 * deadlines, rise and fall, log, notify) is none of their business.
 *
 * A new kind is a value of enum check_kind (ipvs/intent.h), a file kind_NAME.c and a line in kind.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipvs/intent.h"
#include "ipvs/talk.h"

enum kind_way {
	KIND_FIXED,  /* nothing is probed: off and on */
	KIND_STREAM, /* TCP, with TLS where the check says so */
	KIND_SCTP,
	KIND_DATAGRAM, /* UDP; one datagram out, one or none back */
	KIND_ECHO,     /* ICMP */
	KIND_PROGRAM,  /* an external one */
};

struct kind {
	const char *name;
	enum kind_way way;
	uint16_t port;	   /* where neither check nor server has one; 0: none */
	uint16_t tls_port; /* the same with TLS */
	bool own_tls;	   /* TLS is asked for within the protocol (talk->secure), not first */
	size_t state_size; /* of talk->state */

	/* NULL: an open way is all that is asked. */
	enum talk_turn (*begin)(struct talk *talk);
	/* talk->in has grown. end: no more will come; then it must be OVER. */
	enum talk_turn (*hear)(struct talk *talk, bool end);
	/* The second stream (talk->side): what talk_hear_side() is told. NULL: it asks for none. */
	enum talk_turn (*hear_side)(struct talk *talk, const char *bytes, size_t length, int error);
	/* Whether no answer until the deadline is a good one; NULL: never. */
	bool (*may_be_silent)(const struct target *target);
	/* What begin and hear left in talk->state; NULL: nothing. */
	void (*release)(void *state);
};

/* Never NULL. */
const struct kind *kind_of(const struct intent_check *check);

extern const struct kind kind_agent, kind_connect, kind_dns, kind_external, kind_ftp, kind_http,
	kind_imap, kind_ldap, kind_mysql, kind_off, kind_on, kind_ping, kind_pop, kind_sctp,
	kind_smtp, kind_text, kind_udp;
