/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of MySQL's and MariaDB's client protocol, as far as a check needs them. Pure.
 *
 * Source: MySQL Internals, "Client/Server Protocol"; MariaDB, "Clientserver Protocol".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define MYSQL_SCRAMBLE 20 /* bytes */
#define MYSQL_PLUGIN_MAX 32

#define MYSQL_CAN_TLS 0x800U

struct mysql_packet {
	uint8_t sequence;
	const uint8_t *bytes;
	size_t length, whole; /* whole: with its head */
};

enum mysql_outcome {
	MYSQL_WHOLE = 0,
	MYSQL_PARTIAL = 1
};

/* The packet at the head of the bytes; -EBADMSG: it is larger than limit. */
int mysql_packet_read(const void *bytes, size_t length, size_t limit,
		      struct mysql_packet *ret_packet);

struct mysql_greeting {
	uint32_t capabilities;
	uint8_t scramble[MYSQL_SCRAMBLE];
	char plugin[MYSQL_PLUGIN_MAX];
	bool mariadb;
	unsigned int version; /* 80022 for 8.0.22 */
};

/* 0, or -EBADMSG. */
int mysql_greeting_read(const struct mysql_packet *packet, struct mysql_greeting *ret_greeting);

/* Reads fields one after the other; every function is false at a damaged packet. */
struct mysql_reader {
	const uint8_t *bytes;
	size_t left;
};

bool mysql_read_number(struct mysql_reader *reader, uint64_t *ret_value);
/* *ret_text is NULL for SQL's NULL. */
bool mysql_read_text(struct mysql_reader *reader, const char **ret_text, size_t *ret_length);
bool mysql_read_string(struct mysql_reader *reader, const char **ret_text, size_t *ret_length);

/* Appends the packet with its head. */
void mysql_packet_add(struct buf *out, uint8_t sequence, const struct buf *payload);

/*
 * Appends the proof of the password that the plugin wants. False: the plugin is not known here.
 * An empty password is proved by nothing.
 */
bool mysql_proof_add(struct buf *out, const char *plugin, const char *password,
		     const uint8_t scramble[MYSQL_SCRAMBLE]);

#define MYSQL_NATIVE "mysql_native_password"
#define MYSQL_CACHING "caching_sha2_password"
