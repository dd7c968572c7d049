// SPDX-License-Identifier: BSD-3-Clause
/*
 * ICMP echo (RFC 792, RFC 4443). A random cookie in the packet tells our answer from all others:
 * a raw socket hears every echo of this host.
 */

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/random.h>

#include "ipvs/kind.h"

#define PING_COOKIE 8 /* bytes */

struct ping_packet {
	uint8_t type, code;
	uint16_t checksum, id, sequence;
	uint8_t cookie[PING_COOKIE];
};

static uint16_t ping_checksum(const struct ping_packet *packet)
{
	uint8_t bytes[sizeof(*packet)];
	uint32_t sum = 0;

	memcpy(bytes, packet, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static enum talk_turn ping_begin(struct talk *talk)
{
	struct ping_packet packet = {.type = ICMP_ECHO, .sequence = htons(1)};
	uint8_t *cookie = talk->state;

	if (getrandom(cookie, PING_COOKIE, 0) != PING_COOKIE)
		return talk_over(talk, OUTCOME_NONE, "no random numbers");
	memcpy(packet.cookie, cookie, PING_COOKIE);
	memcpy(&packet.id, cookie, sizeof(packet.id));
	if (talk->target->address.family == AF_INET6)
		packet.type = ICMP6_ECHO_REQUEST; /* the kernel computes the checksum */
	else
		packet.checksum = ping_checksum(&packet);
	buf_add(&talk->out, &packet, sizeof(packet));
	return TALK_ON;
}

static enum talk_turn ping_hear(struct talk *talk, bool end)
{
	const bool six = talk->target->address.family == AF_INET6;
	const uint8_t *bytes = (const uint8_t *)talk->in.data;
	size_t length = talk->in.length;
	struct ping_packet packet;

	if (end)
		return TALK_ON;
	/* A raw socket of IPv4 hands out the IP header, too. */
	if (!six && length && bytes[0] >> 4 == 4) {
		const size_t header = (size_t)(bytes[0] & 15) * 4;

		bytes += header < length ? header : length;
		length -= header < length ? header : length;
	}
	if (length >= sizeof(packet)) {
		memcpy(&packet, bytes, sizeof(packet));
		if (packet.type == (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
		    !memcmp(packet.cookie, talk->state, PING_COOKIE))
			return talk_good(talk);
	}
	buf_clear(&talk->in);
	return TALK_ON;
}

const struct kind kind_ping = {
	.name = "ping",
	.way = KIND_ECHO,
	.state_size = PING_COOKIE,
	.begin = ping_begin,
	.hear = ping_hear,
};
