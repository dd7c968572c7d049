// SPDX-License-Identifier: BSD-3-Clause
/*
 * Announcements and probes byte for byte. The checksums were computed by another program.
 */

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/inet.h"
#include "net/announce.h"
#include "net/packet.h"
#include "net/probe.h"

static const struct link ethernet = {
	.index = 2,
	.name = "eth0",
	.type = ARPHRD_ETHER,
	.address_length = 6,
	.address = {0x02, 0x00, 0x00, 0x00, 0x53, 0x01},
	.broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
};

/* The broadcast address carries the scope (2) and the P_Key (0x8001) of the partition. */
static const struct link infiniband = {
	.index = 3,
	.name = "ib0",
	.type = ARPHRD_INFINIBAND,
	.address_length = 20,
	.address = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
		    0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93},
	.broadcast = {0x00, 0xff, 0xff, 0xff, 0xff, 0x12, 0x40, 0x1b, 0x80, 0x01,
		      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff},
};

static struct inet inet_of(const char *text)
{
	struct inet inet;

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

static void assert_hex(const unsigned char *bytes, size_t length, const char *hex)
{
	char text[2 * PACKET_BYTES_MAX + 1] = "";

	assert_true(length <= PACKET_BYTES_MAX);
	for (size_t i = 0; i < length; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, hex);
}

static void assert_announced(const struct link *link, const char *address, enum announce_form form,
			     const char *hex, const char *to)
{
	const struct inet inet = inet_of(address);
	struct packet packet;

	assert_int_equal(announce_build(link, &inet, form, &packet), 0);
	assert_int_equal(packet.protocol, inet.family == AF_INET ? ETH_P_ARP : ETH_P_IPV6);
	assert_hex(packet.bytes, packet.length, hex);
	assert_hex(packet.to, link->address_length, to);
	if (inet.family == AF_INET6)
		assert_int_equal(packet_checksum(packet.bytes, packet.length), 0);
}

static void test_gratuitous_arp(void **state)
{
	assert_announced(&ethernet, "192.0.2.10", ANNOUNCE_REQUEST,
			 "0001"
			 "0800"
			 "06"
			 "04"
			 "0001"
			 "020000005301"
			 "c000020a"
			 "000000000000"
			 "c000020a",
			 "ffffffffffff");
	assert_announced(&ethernet, "192.0.2.10", ANNOUNCE_REPLY,
			 "0001"
			 "0800"
			 "06"
			 "04"
			 "0002"
			 "020000005301"
			 "c000020a"
			 "020000005301"
			 "c000020a",
			 "ffffffffffff");
}

static void test_gratuitous_arp_on_infiniband(void **state)
{
	assert_announced(&infiniband, "192.0.2.10", ANNOUNCE_REQUEST,
			 "0020"
			 "0800"
			 "14"
			 "04"
			 "0001"
			 "808182838485868788898a8b8c8d8e8f90919293"
			 "c000020a"
			 "0000000000000000000000000000000000000000"
			 "c000020a",
			 "00ffffffff12401b800100000000"
			 "0000ffffffff");
}

static void test_advertisement(void **state)
{
	assert_announced(&ethernet, "2001:db8::10", ANNOUNCE_NA,
			 "6000000000203aff"
			 "20010db8000000000000000000000010"
			 "ff020000000000000000000000000001"
			 "8800a60c20000000"
			 "20010db8000000000000000000000010"
			 "0201020000005301",
			 "333300000001");
	assert_announced(&ethernet, "2001:db8::10", ANNOUNCE_NA_ROUTER,
			 "6000000000203aff"
			 "20010db8000000000000000000000010"
			 "ff020000000000000000000000000001"
			 "8800260ca0000000"
			 "20010db8000000000000000000000010"
			 "0201020000005301",
			 "333300000001");
}

static void test_advertisement_on_infiniband(void **state)
{
	assert_announced(&infiniband, "2001:db8::10", ANNOUNCE_NA,
			 "6000000000303aff"
			 "20010db8000000000000000000000010"
			 "ff020000000000000000000000000001"
			 "88009b9220000000"
			 "20010db8000000000000000000000010"
			 "02030000808182838485868788898a8b8c8d8e8f90919293",
			 "00ffffffff12601b8001"
			 "00000000000000000001");
}

static void test_forms_of_the_other_family(void **state)
{
	const struct inet four = inet_of("192.0.2.10"), six = inet_of("2001:db8::10");
	struct packet packet;

	assert_int_equal(announce_build(&ethernet, &four, ANNOUNCE_NA, &packet), -EAFNOSUPPORT);
	assert_int_equal(announce_build(&ethernet, &four, ANNOUNCE_NA_ROUTER, &packet),
			 -EAFNOSUPPORT);
	assert_int_equal(announce_build(&ethernet, &six, ANNOUNCE_REQUEST, &packet), -EAFNOSUPPORT);
	assert_int_equal(announce_build(&ethernet, &six, ANNOUNCE_REPLY, &packet), -EAFNOSUPPORT);
}

static void test_arp_probe(void **state)
{
	const struct inet address = inet_of("192.0.2.10"), source = inet_of("fe80::1");
	struct packet packet;

	/* The source is for IPv6 only: an ARP probe has none. */
	probe_build(&ethernet, &address, &source, &packet);
	assert_hex(packet.bytes, packet.length,
		   "0001"
		   "0800"
		   "06"
		   "04"
		   "0001"
		   "020000005301"
		   "00000000"
		   "000000000000"
		   "c000020a");
	assert_hex(packet.to, 6, "ffffffffffff");
}

static void test_solicitation(void **state)
{
	const struct inet address = inet_of("2001:db8::10"), source = inet_of("fe80::1");
	struct packet packet;

	/* RFC 4862: from ::, without a link-layer address. */
	probe_build(&ethernet, &address, NULL, &packet);
	assert_hex(packet.bytes, packet.length,
		   "6000000000183aff"
		   "00000000000000000000000000000000"
		   "ff0200000000000000000001ff000010"
		   "87004ccf00000000"
		   "20010db8000000000000000000000010");
	assert_hex(packet.to, 6, "3333ff000010");
	probe_build(&ethernet, &address, &source, &packet);
	assert_hex(packet.bytes, packet.length,
		   "6000000000203aff"
		   "fe800000000000000000000000000001"
		   "ff0200000000000000000001ff000010"
		   "8700f84200000000"
		   "20010db8000000000000000000000010"
		   "0101020000005301");
}

static void test_checksum_of_odd_lengths(void **state)
{
	const struct inet address = inet_of("2001:db8::10");
	unsigned char longer[PACKET_BYTES_MAX + 1];
	struct packet packet;

	probe_build(&ethernet, &address, NULL, &packet);
	assert_int_equal(packet_checksum(packet.bytes, packet.length), 0);
	packet.bytes[47] ^= 1;
	assert_int_not_equal(packet_checksum(packet.bytes, packet.length), 0);
	/* One more byte counts as the upper half of a word. */
	packet.bytes[47] ^= 1;
	memcpy(longer, packet.bytes, packet.length);
	longer[packet.length] = 0x01;
	assert_int_equal(packet_checksum(longer, packet.length + 1), (uint16_t) ~(0x0100 + 1));
}

static void test_links_that_speak(void **state)
{
	struct link link = ethernet;

	assert_true(packet_link_speaks(&link));
	link.flags = IFF_LOOPBACK;
	assert_false(packet_link_speaks(&link));
	link.flags = IFF_UP | IFF_NOARP;
	assert_false(packet_link_speaks(&link));
	link = ethernet;
	link.address_length = 0;
	assert_false(packet_link_speaks(&link));
}

/* An unknown kind of link has only its broadcast address. */
static void test_groups_elsewhere(void **state)
{
	const struct inet group = packet_all_nodes();
	unsigned char address[LINK_ADDRESS_MAX];
	struct link link = {.type = ARPHRD_ARCNET, .address_length = 1, .broadcast = {0x00}};

	packet_group_address(&link, &group, address);
	assert_hex(address, 1, "00");
}

/* The longest hardware address that a struct link can have must not run over. */
static void test_the_longest_address(void **state)
{
	const struct inet four = inet_of("192.0.2.10"), six = inet_of("2001:db8::10");
	struct link link = {.type = ARPHRD_VOID, .address_length = LINK_ADDRESS_MAX};
	struct packet packet;

	assert_int_equal(announce_build(&link, &four, ANNOUNCE_REPLY, &packet), 0);
	assert_int_equal(packet.length, 8 + 2 * (LINK_ADDRESS_MAX + 4));
	assert_int_equal(announce_build(&link, &six, ANNOUNCE_NA, &packet), 0);
	assert_int_equal(packet.length, PACKET_BYTES_MAX);
	assert_int_equal(packet_checksum(packet.bytes, packet.length), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gratuitous_arp),
		cmocka_unit_test(test_gratuitous_arp_on_infiniband),
		cmocka_unit_test(test_advertisement),
		cmocka_unit_test(test_advertisement_on_infiniband),
		cmocka_unit_test(test_forms_of_the_other_family),
		cmocka_unit_test(test_arp_probe),
		cmocka_unit_test(test_solicitation),
		cmocka_unit_test(test_checksum_of_odd_lengths),
		cmocka_unit_test(test_links_that_speak),
		cmocka_unit_test(test_groups_elsewhere),
		cmocka_unit_test(test_the_longest_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
