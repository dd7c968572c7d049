// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/mysql_packet.h"

#include <errno.h>
#include <sha1.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>

#define MYSQL_HEAD 4
#define MYSQL_PROTOCOL 10

int mysql_packet_read(const void *bytes, size_t length, size_t limit,
		      struct mysql_packet *ret_packet)
{
	const uint8_t *b = bytes;
	size_t size;

	if (length < MYSQL_HEAD)
		return MYSQL_PARTIAL;
	size = (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16;
	if (size > limit)
		return -EBADMSG;
	if (length - MYSQL_HEAD < size)
		return MYSQL_PARTIAL;
	*ret_packet = (struct mysql_packet){b[3], b + MYSQL_HEAD, size, size + MYSQL_HEAD};
	return MYSQL_WHOLE;
}

static bool mysql_take(struct mysql_reader *reader, size_t count, const uint8_t **ret_bytes)
{
	if (reader->left < count)
		return false;
	*ret_bytes = reader->bytes;
	reader->bytes += count;
	reader->left -= count;
	return true;
}

bool mysql_read_number(struct mysql_reader *reader, uint64_t *ret_value)
{
	static const size_t sizes[] = {2, 3, 8};
	const uint8_t *bytes;
	uint64_t value = 0;

	if (!mysql_take(reader, 1, &bytes))
		return false;
	if (*bytes < 0xfb) {
		*ret_value = *bytes;
		return true;
	}
	if (*bytes < 0xfc || *bytes > 0xfe)
		return false;
	for (size_t i = 0, size = sizes[*bytes - 0xfc]; i < size; i++) {
		const uint8_t *byte;

		if (!mysql_take(reader, 1, &byte))
			return false;
		value |= (uint64_t)*byte << (8 * i);
	}
	*ret_value = value;
	return true;
}

bool mysql_read_text(struct mysql_reader *reader, const char **ret_text, size_t *ret_length)
{
	const uint8_t *bytes;
	uint64_t length;

	if (reader->left && *reader->bytes == 0xfb) {
		*ret_text = NULL;
		*ret_length = 0;
		return mysql_take(reader, 1, &bytes);
	}
	if (!mysql_read_number(reader, &length) || length > reader->left ||
	    !mysql_take(reader, (size_t)length, &bytes))
		return false;
	*ret_text = (const char *)bytes;
	*ret_length = (size_t)length;
	return true;
}

bool mysql_read_string(struct mysql_reader *reader, const char **ret_text, size_t *ret_length)
{
	const uint8_t *end = reader->left ? memchr(reader->bytes, 0, reader->left) : NULL;
	const uint8_t *bytes;

	if (!end)
		return false;
	*ret_length = (size_t)(end - reader->bytes);
	*ret_text = (const char *)reader->bytes;
	return mysql_take(reader, *ret_length + 1, &bytes);
}

/* "5.5.5-10.11.6-MariaDB", "8.0.36" */
static void mysql_version(const char *text, struct mysql_greeting *greeting)
{
	unsigned int part[3] = {0, 0, 0};

	greeting->mariadb = strstr(text, "MariaDB") != NULL;
	if (greeting->mariadb && !strncmp(text, "5.5.5-", 6))
		text += 6;
	(void)sscanf(text, "%3u.%2u.%2u", &part[0], &part[1], &part[2]);
	greeting->version = part[0] * 10000 + part[1] * 100 + part[2];
}

/* The second half of the greeting, which servers before 4.1 lack. */
static bool mysql_greeting_rest(struct mysql_reader *reader, struct mysql_greeting *greeting)
{
	const uint8_t *bytes;
	const char *plugin;
	size_t length;

	if (!mysql_take(reader, 2 + 1 + 2 + 2 + 1 + 10, &bytes))
		return false;
	greeting->capabilities = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[5] << 16 |
				 (uint32_t)bytes[6] << 24;
	length = bytes[7] > 8 + 13 ? (size_t)bytes[7] - 8 : 13;
	if (!mysql_take(reader, length, &bytes))
		return false;
	memcpy(greeting->scramble + 8, bytes, MYSQL_SCRAMBLE - 8);
	if (mysql_read_string(reader, &plugin, &length))
		(void)snprintf(greeting->plugin, sizeof(greeting->plugin), "%.*s", (int)length,
			       plugin);
	return true;
}

int mysql_greeting_read(const struct mysql_packet *packet, struct mysql_greeting *ret_greeting)
{
	struct mysql_reader reader = {packet->bytes, packet->length};
	struct mysql_greeting greeting = {.version = 0};
	const uint8_t *bytes;
	const char *version;
	size_t length;

	if (!mysql_take(&reader, 1, &bytes) || *bytes != MYSQL_PROTOCOL ||
	    !mysql_read_string(&reader, &version, &length))
		return -EBADMSG;
	mysql_version(version, &greeting);
	if (!mysql_take(&reader, 4 + 8 + 1, &bytes))
		return -EBADMSG;
	memcpy(greeting.scramble, bytes + 4, 8);
	if (!mysql_greeting_rest(&reader, &greeting))
		return -EBADMSG;
	*ret_greeting = greeting;
	return 0;
}

void mysql_packet_add(struct buf *out, uint8_t sequence, const struct buf *payload)
{
	const uint8_t head[MYSQL_HEAD] = {(uint8_t)payload->length, (uint8_t)(payload->length >> 8),
					  (uint8_t)(payload->length >> 16), sequence};

	buf_add(out, head, sizeof(head));
	buf_add(out, payload->data, payload->length);
}

/* SHA1(password) XOR SHA1(scramble, SHA1(SHA1(password))) */
static void mysql_native(struct buf *out, const char *password, const uint8_t *scramble)
{
	uint8_t once[SHA1_DIGEST_LENGTH], twice[SHA1_DIGEST_LENGTH], proof[SHA1_DIGEST_LENGTH];
	SHA1_CTX context;

	SHA1Init(&context);
	SHA1Update(&context, (const uint8_t *)password, strlen(password));
	SHA1Final(once, &context);
	SHA1Init(&context);
	SHA1Update(&context, once, sizeof(once));
	SHA1Final(twice, &context);
	SHA1Init(&context);
	SHA1Update(&context, scramble, MYSQL_SCRAMBLE);
	SHA1Update(&context, twice, sizeof(twice));
	SHA1Final(proof, &context);
	for (size_t i = 0; i < sizeof(proof); i++)
		proof[i] ^= once[i];
	buf_add(out, proof, sizeof(proof));
}

/* SHA256(password) XOR SHA256(SHA256(SHA256(password)), scramble) */
static void mysql_caching(struct buf *out, const char *password, const uint8_t *scramble)
{
	uint8_t once[SHA256_DIGEST_LENGTH], twice[SHA256_DIGEST_LENGTH];
	uint8_t proof[SHA256_DIGEST_LENGTH];
	SHA2_CTX context;

	SHA256Init(&context);
	SHA256Update(&context, (const uint8_t *)password, strlen(password));
	SHA256Final(once, &context);
	SHA256Init(&context);
	SHA256Update(&context, once, sizeof(once));
	SHA256Final(twice, &context);
	SHA256Init(&context);
	SHA256Update(&context, twice, sizeof(twice));
	SHA256Update(&context, scramble, MYSQL_SCRAMBLE);
	SHA256Final(proof, &context);
	for (size_t i = 0; i < sizeof(proof); i++)
		proof[i] ^= once[i];
	buf_add(out, proof, sizeof(proof));
}

bool mysql_proof_add(struct buf *out, const char *plugin, const char *password,
		     const uint8_t scramble[MYSQL_SCRAMBLE])
{
	const bool caching = !strcmp(plugin, MYSQL_CACHING);

	if (!caching && strcmp(plugin, MYSQL_NATIVE))
		return false;
	if (!password || !*password)
		return true;
	if (caching)
		mysql_caching(out, password, scramble);
	else
		mysql_native(out, password, scramble);
	return true;
}
