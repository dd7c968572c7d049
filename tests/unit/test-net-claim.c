// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/announce.h"
#include "net/claim.h"
#include "net/packet.h"
#include "net/probe.h"

static const struct link ethernet = {
	.type = ARPHRD_ETHER,
	.address_length = 6,
	.address = {0x02, 0x00, 0x00, 0x00, 0x53, 0x01},
};

static const struct link infiniband = {
	.type = ARPHRD_INFINIBAND,
	.address_length = 20,
	.address = {0x80, [19] = 0x93},
};

static const unsigned char from[LINK_ADDRESS_MAX] = {0x02, 0x00, 0x00, 0x00, 0x53, 0x99};

static struct inet inet_of(const char *text)
{
	struct inet inet;

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

/* In a block of just its size, so that a sanitizer sees a step beyond. */
static int read_packet(const struct link *link, const struct packet *packet, size_t length,
		       struct claim *claim)
{
	unsigned char *copy = malloc(length ? length : 1);
	const struct claim_packet heard = {
		.protocol = packet->protocol,
		.bytes = copy,
		.length = length,
		.from = from,
		.from_length = link == &ethernet ? 6 : 0,
	};
	int r;

	assert_non_null(copy);
	memcpy(copy, packet->bytes, length);
	r = claim_read(link, &heard, claim);
	free(copy);
	return r;
}

static void assert_claim(const struct link *link, const struct packet *packet, const char *address,
			 const unsigned char *hardware, bool asking)
{
	const struct inet wanted = inet_of(address);
	struct claim claim;

	assert_int_equal(read_packet(link, packet, packet->length, &claim), 0);
	assert_true(inet_same(&claim.inet, &wanted));
	assert_int_equal(claim.asking, asking);
	assert_int_equal(claim.address_length, link->address_length);
	assert_memory_equal(claim.address, hardware, link->address_length);
	for (size_t length = 0; length < packet->length; length++)
		assert_int_equal(read_packet(link, packet, length, &claim), -ENOMSG);
}

static struct packet announced(const struct link *link, const char *address,
			       enum announce_form form)
{
	const struct inet inet = inet_of(address);
	struct packet packet;

	assert_int_equal(announce_build(link, &inet, form, &packet), 0);
	return packet;
}

static void test_arp(void **state)
{
	const struct inet address = inet_of("192.0.2.10");
	struct packet packet = announced(&ethernet, "192.0.2.10", ANNOUNCE_REQUEST);

	assert_claim(&ethernet, &packet, "192.0.2.10", ethernet.address, false);
	packet = announced(&ethernet, "192.0.2.10", ANNOUNCE_REPLY);
	assert_claim(&ethernet, &packet, "192.0.2.10", ethernet.address, false);
	packet = announced(&infiniband, "192.0.2.10", ANNOUNCE_REPLY);
	assert_claim(&infiniband, &packet, "192.0.2.10", infiniband.address, false);
	probe_build(&ethernet, &address, NULL, &packet);
	assert_claim(&ethernet, &packet, "192.0.2.10", ethernet.address, true);
}

static void refuse_arp(size_t at, unsigned char value)
{
	struct packet packet = announced(&ethernet, "192.0.2.10", ANNOUNCE_REPLY);
	struct claim claim;

	packet.bytes[at] = value;
	assert_int_equal(read_packet(&ethernet, &packet, packet.length, &claim), -ENOMSG);
}

static void test_odd_arp(void **state)
{
	struct packet packet = announced(&infiniband, "192.0.2.10", ANNOUNCE_REPLY);
	struct claim claim;

	refuse_arp(1, 32);   /* another hardware type */
	refuse_arp(2, 0x86); /* another protocol */
	refuse_arp(4, 5);    /* lengths of other addresses */
	refuse_arp(4, 255);
	refuse_arp(5, 16);
	refuse_arp(7, 0); /* no operation, and RARP's */
	refuse_arp(7, 3);
	assert_int_equal(read_packet(&ethernet, &packet, packet.length, &claim), -ENOMSG);
	/* A reply from 0.0.0.0 says nothing. */
	packet = announced(&ethernet, "0.0.0.0", ANNOUNCE_REPLY);
	assert_int_equal(read_packet(&ethernet, &packet, packet.length, &claim), -ENOMSG);
}

/* Ethernet pads short frames to 46 bytes. */
static void test_padding(void **state)
{
	struct packet packet = announced(&ethernet, "192.0.2.10", ANNOUNCE_REQUEST);
	const struct inet six = inet_of("2001:db8::10");
	struct claim claim;

	assert_int_equal(read_packet(&ethernet, &packet, 46, &claim), 0);
	probe_build(&ethernet, &six, NULL, &packet);
	assert_int_equal(read_packet(&ethernet, &packet, packet.length + 7, &claim), 0);
}

static void test_advertisement(void **state)
{
	struct packet packet = announced(&ethernet, "2001:db8::10", ANNOUNCE_NA);

	assert_claim(&ethernet, &packet, "2001:db8::10", ethernet.address, false);
	packet = announced(&infiniband, "2001:db8::10", ANNOUNCE_NA_ROUTER);
	assert_claim(&infiniband, &packet, "2001:db8::10", infiniband.address, false);
}

static void test_solicitation(void **state)
{
	const struct inet address = inet_of("2001:db8::10"), source = inet_of("2001:db8::7");
	struct packet packet;
	struct claim claim;

	/* DAD: the sender wants the target. */
	probe_build(&ethernet, &address, NULL, &packet);
	assert_claim(&ethernet, &packet, "2001:db8::10", from, true);
	/* Any other: the sender has the source. */
	probe_build(&ethernet, &address, &source, &packet);
	assert_claim(&ethernet, &packet, "2001:db8::7", ethernet.address, false);
	/* A link that does not say who sent it, and no option either. */
	probe_build(&infiniband, &address, NULL, &packet);
	assert_int_equal(read_packet(&infiniband, &packet, packet.length, &claim), -ENOMSG);
}

static void mend(struct packet *packet)
{
	uint16_t checksum;

	packet->bytes[42] = 0;
	packet->bytes[43] = 0;
	checksum = packet_checksum(packet->bytes, 40 + packet->bytes[5]);
	packet->bytes[42] = (unsigned char)(checksum >> 8);
	packet->bytes[43] = (unsigned char)checksum;
}

static int read_changed(size_t at, unsigned char value, bool mended)
{
	struct packet packet = announced(&ethernet, "2001:db8::10", ANNOUNCE_NA);
	struct claim claim;

	packet.bytes[at] = value;
	if (mended)
		mend(&packet);
	return read_packet(&ethernet, &packet, packet.length, &claim);
}

static void test_odd_neighbours(void **state)
{
	assert_int_equal(read_changed(47, 0, true), 0);
	assert_int_equal(read_changed(47, 1, false), -ENOMSG);	/* a wrong checksum */
	assert_int_equal(read_changed(0, 0x45, true), -ENOMSG); /* IPv4 */
	assert_int_equal(read_changed(6, 17, true), -ENOMSG);	/* UDP */
	assert_int_equal(read_changed(7, 64, true), -ENOMSG);	/* from beyond a router */
	assert_int_equal(read_changed(40, 134, true), -ENOMSG); /* a router's advertisement */
	assert_int_equal(read_changed(41, 1, true), -ENOMSG);	/* a code */
	assert_int_equal(read_changed(5, 23, true), -ENOMSG);	/* too short for the target */
	assert_int_equal(read_changed(5, 33, true), -ENOMSG);	/* longer than what came */
	assert_int_equal(read_changed(4, 255, false), -ENOMSG);
	assert_int_equal(read_changed(65, 0, true), -ENOMSG); /* an option of length 0 */
	assert_int_equal(read_changed(65, 2, true), -ENOMSG); /* one that is longer than the rest */
	assert_int_equal(read_changed(5, 25, true), -ENOMSG); /* half an option */
	/* Another option than the address: then the sender's address counts. */
	assert_int_equal(read_changed(64, 14, true), 0);
}

static void test_other_protocols(void **state)
{
	struct packet packet = announced(&ethernet, "192.0.2.10", ANNOUNCE_REQUEST);
	struct claim claim;

	packet.protocol = ETH_P_IP;
	assert_int_equal(read_packet(&ethernet, &packet, packet.length, &claim), -ENOMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_odd_arp),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_advertisement),
		cmocka_unit_test(test_solicitation),
		cmocka_unit_test(test_odd_neighbours),
		cmocka_unit_test(test_other_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
