// SPDX-License-Identifier: BSD-3-Clause
/*
 * harm HOW PORT: a server that means harm to whoever asks it, a process a connection:
 *
 *	headers		an answer by HTTP whose headers never end
 *	body		one whose body is a gigabyte
 *	drip		one whose body comes by a byte a second
 *	reset		a reset once something was asked
 *	noise		bytes of no sense without end, in place of anything
 *	mute		nothing
 */

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HARM_PIECE 65536
#define HARM_BODY "1073741824"

static void harm_send(int fd, const char *bytes, size_t length)
{
	while (length) {
		const ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		bytes += n;
		length -= (size_t)n;
	}
}

static void harm_text(int fd, const char *text)
{
	harm_send(fd, text, strlen(text));
}

static void harm_headers(int fd, char *piece)
{
	harm_text(fd, "HTTP/1.1 200 OK\r\n");
	memcpy(piece + HARM_PIECE - 8, "\r\nX-Z: z", 8);
	for (;;)
		harm_send(fd, piece, HARM_PIECE);
}

static void harm_body(int fd, char *piece)
{
	harm_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: " HARM_BODY "\r\n\r\n");
	for (long left = strtol(HARM_BODY, NULL, 10); left > 0; left -= HARM_PIECE)
		harm_send(fd, piece, HARM_PIECE);
}

static void harm_drip(int fd, char *piece)
{
	harm_text(fd, "HTTP/1.1 200 OK\r\n\r\n");
	for (;;) {
		harm_send(fd, piece, 1);
		(void)poll(NULL, 0, 1000);
	}
}

static void harm_reset(int fd, char *piece)
{
	const struct linger reset = {.l_onoff = 1};

	(void)recv(fd, piece, 1, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static void harm_noise(int fd, char *piece)
{
	unsigned int noise = 1;

	for (size_t i = 0; i < HARM_PIECE; i++)
		piece[i] = (char)((noise = noise * 1103515245U + 12345U) >> 24);
	for (;;)
		harm_send(fd, piece, HARM_PIECE);
}

static void harm_mute(int fd, char *piece)
{
	while (recv(fd, piece, HARM_PIECE, 0) > 0)
		;
}

static const struct {
	const char *name;
	void (*harm)(int fd, char *piece);
} ways[] = {
	{"headers", harm_headers}, {"body", harm_body},	  {"drip", harm_drip},
	{"reset", harm_reset},	   {"noise", harm_noise}, {"mute", harm_mute},
};

static void serve(int fd, const char *how)
{
	static char piece[HARM_PIECE];

	memset(piece, 'x', sizeof(piece));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(how, ways[i].name))
			ways[i].harm(fd, piece);
	_exit(0);
}

int main(int argc, char **argv)
{
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in address = {.sin_family = AF_INET};

	if (argc != 3)
		return 2;
	(void)signal(SIGCHLD, SIG_IGN);
	address.sin_port = htons((uint16_t)strtol(argv[2], NULL, 10));
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 64)) {
		perror(argv[2]);
		return 1;
	}
	for (;;) {
		const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		if (!fork())
			serve(fd, argv[1]);
		(void)close(fd);
	}
}
