// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDP: one datagram out. Dead is what the network says so (ICMP port unreachable); silence is
 * alive unless a reply is asked for, whose bytes may then be prescribed (keepalived's UDP_CHECK).
 */

#include <string.h>

#include "ipvs/kind.h"

static int udp_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "48 65 6c", blanks anywhere. What is no digit ends it: the configuration was read by then. */
static void udp_bytes(struct buf *out, const char *hex)
{
	int half = -1;

	for (; *hex; hex++) {
		const int digit = udp_digit(*hex);
		char byte;

		if (digit < 0)
			continue;
		if (half < 0) {
			half = digit;
			continue;
		}
		byte = (char)(half * 16 + digit);
		buf_add(out, &byte, 1);
		half = -1;
	}
}

/* The pattern has two characters a byte, '?' for any digit; the answer may be longer. */
static bool udp_fits(const char *pattern, const char *bytes, size_t length)
{
	size_t halves = 0;

	for (; *pattern; pattern++) {
		const size_t at = halves / 2;
		int have;

		if (*pattern != '?' && udp_digit(*pattern) < 0)
			continue;
		if (at >= length)
			return false;
		have = halves % 2 ? bytes[at] & 15 : (bytes[at] >> 4) & 15;
		if (*pattern != '?' && udp_digit(*pattern) != have)
			return false;
		halves++;
	}
	return true;
}

static enum talk_turn udp_begin(struct talk *talk)
{
	const struct intent_check *check = talk->target->check;
	const char *request = check->request ? check->request : "";

	if (check->hex)
		udp_bytes(&talk->out, request);
	else
		buf_adds(&talk->out, request);
	if (!talk->out.length)
		buf_add(&talk->out, "", 1); /* nothing would ask for nothing */
	return TALK_ON;
}

static enum talk_turn udp_hear(struct talk *talk, bool end)
{
	const struct intent_check *check = talk->target->check;

	if (end)
		return TALK_ON;
	if (!check->hex)
		return talk_expect(talk, talk->in.data, talk->in.length, false);
	if (check->receive && !udp_fits(check->receive, talk->in.data, talk->in.length))
		return talk_over(talk, OUTCOME_CONTENT, "the answer does not match");
	return talk_good(talk);
}

static bool udp_may_be_silent(const struct target *target)
{
	return !target->check->require_reply && !target->check->receive;
}

const struct kind kind_udp = {
	.name = "udp",
	.way = KIND_DATAGRAM,
	.begin = udp_begin,
	.hear = udp_hear,
	.may_be_silent = udp_may_be_silent,
};
