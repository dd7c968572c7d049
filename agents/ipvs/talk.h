/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conversation of one probe: bytes in, bytes out, an outcome. Pure.
 *
 * A kind (ipvs/kind.h) begins it once the way is open and hears it each time that bytes came; who
 * carries the bytes (ipvs/wire.h) is not its concern, so a fuzzer can. What came is hostile: it is
 * kept within TALK_IN_MAX bytes, or what the kind asked for, and a kind takes out what it has read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/inet.h"
#include "ipvs/intent.h"
#include "ipvs/outcome.h"

struct kind;
struct pattern;
struct tls;

#define TALK_IN_MAX (64U * 1024) /* bytes that came and were not taken */

/* What is probed: one check of one server. All of it is borrowed. */
struct target {
	const struct intent_check *check;
	const struct intent_url *url;  /* of an HTTP check, or NULL */
	const struct tls *tls;	       /* for a check with TLS, else NULL */
	const struct pattern *pattern; /* the check's or the url's receive, or NULL */
	struct inet address;	       /* where it connects to */
	uint16_t port;		       /* host order; 0 where the kind has none */
	/* What an external program is told. */
	struct ipvs_key service;
	struct inet server;
	uint16_t server_port;
};

struct talk {
	const struct kind *kind;
	const struct target *target;
	struct buf in;	/* came and is not taken */
	struct buf out; /* to be sent; the carrier takes it */
	int stage;	/* the kind's own: how far it is */
	bool stream;	/* a datagram's kind wants to begin again over a stream */
	bool secure;	/* the kind wants TLS once out is sent, and is then heard with no bytes */
	uint16_t
		side; /* the kind wants a second stream, from that port of the server; 0: no (more) */
	void *state; /* the kind's own, kind->state_size zeroed bytes, or NULL */
	struct outcome outcome;
};

enum talk_turn {
	TALK_ON,   /* more has to come */
	TALK_OVER, /* the outcome says all; what is in out is a farewell to be sent */
};

#define TALK_INIT ((struct talk){.in = BUF_INIT, .out = BUF_INIT, .outcome = OUTCOME_INIT})

/* Once the way is open. OVER: that was all to know. */
enum talk_turn talk_begin(struct talk *talk, const struct kind *kind, const struct target *target);

/* Bytes came: a part of the stream, or one datagram. */
enum talk_turn talk_hear(struct talk *talk, const void *bytes, size_t length);

/* No more will come. Always ends with an outcome. */
void talk_end(struct talk *talk);

/*
 * Bytes came over the second stream, or none: it has ended, whole (error 0) or not (errno). Only for
 * kinds that ask for one.
 */
enum talk_turn talk_hear_side(struct talk *talk, const void *bytes, size_t length, int error);

void talk_release(struct talk *talk);

/* For the kinds: sets the outcome and returns OVER. */
enum talk_turn talk_over(struct talk *talk, enum outcome_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* The same for OK without more to say. */
enum talk_turn talk_good(struct talk *talk);

/* Takes that many bytes out of talk->in: once for all that was read, since the others move. */
void talk_take(struct talk *talk, size_t length);

/*
 * The line that begins there in talk->in: its length without the line's end in *ret_length and
 * with it in *ret_whole. False when it has not come whole.
 */
bool talk_line(const struct talk *talk, size_t at, size_t *ret_length, size_t *ret_whole);

/*
 * Whether the bytes have what the target's pattern wants: OVER with OK or CONTENT, or, while more
 * may come and no match was seen, ON. Without a pattern it is OK at once.
 */
enum talk_turn talk_expect(struct talk *talk, const char *bytes, size_t length, bool more);

#define AUTO_TALK CLEANUP(talk_release)
