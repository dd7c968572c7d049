// SPDX-License-Identifier: BSD-3-Clause
/*
 * forge NIC HEX: sends one frame, link header and all, out of the NIC. Blanks in HEX are skipped.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"

#define FRAME_MAX 1514

/* The value of a hexadecimal digit, 16 for any other character. */
static unsigned int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (unsigned int)(at - digits) : 16;
}

/* How many bytes; 0 for anything but pairs of digits. */
static size_t decode(const char *hex, unsigned char bytes[FRAME_MAX])
{
	size_t count = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		if (count == FRAME_MAX || digit(hex[0]) > 15 || digit(hex[1]) > 15)
			return 0;
		bytes[count++] = (unsigned char)(digit(hex[0]) << 4 | digit(hex[1]));
		hex++;
	}
	return count;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	AUTO_CLOSE int fd = -1;
	unsigned char bytes[FRAME_MAX];
	size_t length = argc == 3 ? decode(argv[2], bytes) : 0;

	if (!length) {
		(void)fprintf(stderr, "usage: forge NIC HEX\n");
		return 2;
	}
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, bytes, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
		(void)fprintf(stderr, "forge: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
