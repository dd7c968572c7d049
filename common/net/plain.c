// SPDX-License-Identifier: BSD-3-Clause

#include "net/plain.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/inet.h"
#include "base/num.h"

#define PLAIN_PORT 80

/* "192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]:8080" */
static int plain_resolve(const char *host, struct sockaddr_storage *ret_name, socklen_t *ret_length)
{
	char address[INET_TEXT_MAX];
	const char *end = *host == '[' ? strchr(host, ']') : host + strcspn(host, ":");
	const char *begin = host + (*host == '[');
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_name;
	struct sockaddr_in *four = (struct sockaddr_in *)ret_name;
	long long port = PLAIN_PORT;
	struct inet inet;

	if (!end || (size_t)(end - begin) >= sizeof(address))
		return -EINVAL;
	memcpy(address, begin, (size_t)(end - begin));
	address[end - begin] = '\0';
	end += *end == ']';
	if (inet_parse(address, &inet) || inet.prefix != INET_NO_PREFIX ||
	    (*end && (*end != ':' || num_parse(end + 1, 1, 65535, &port))))
		return -EINVAL;
	memset(ret_name, 0, sizeof(*ret_name));
	if (inet.family == AF_INET) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		memcpy(&four->sin_addr, inet.bytes, sizeof(four->sin_addr));
		*ret_length = sizeof(*four);
	} else {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		memcpy(&six->sin6_addr, inet.bytes, sizeof(six->sin6_addr));
		*ret_length = sizeof(*six);
	}
	return 0;
}

static int plain_wait(int fd, short events, const struct deadline *deadline)
{
	struct pollfd polled = {.fd = fd, .events = events};
	int r;

	do
		r = poll(&polled, 1, deadline_left(deadline));
	while (r < 0 && errno == EINTR && !deadline_passed(deadline));
	if (r < 0)
		return -errno;
	return r ? 0 : -ETIMEDOUT;
}

static int plain_connect(const char *host, const struct deadline *deadline, int *ret_fd)
{
	struct sockaddr_storage name;
	socklen_t length, size = sizeof(int);
	AUTO_CLOSE int fd = -1;
	int error = 0, r = plain_resolve(host, &name, &length);

	if (r)
		return r;
	fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&name, length) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		r = plain_wait(fd, POLLOUT, deadline);
		if (r)
			return r;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
			return error ? -error : -errno;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int plain_send(int fd, const struct plain_request *request, const struct deadline *deadline)
{
	AUTO_BUF struct buf text = BUF_INIT;
	size_t sent = 0;

	buf_addf(&text, "%s %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n", request->method,
		 request->path, request->host);
	for (const char *const *h = request->headers; h && *h; h++)
		buf_addf(&text, "%s\r\n", *h);
	if (strcmp(request->method, "GET"))
		buf_adds(&text, "Content-Length: 0\r\n");
	buf_adds(&text, "\r\n");
	if (buf_error(&text))
		return -ENOMEM;
	while (sent < text.length) {
		ssize_t n = send(fd, text.data + sent, text.length - sent, MSG_NOSIGNAL);
		int r = 0;

		if (n > 0)
			sent += (size_t)n;
		else if (errno == EAGAIN)
			r = plain_wait(fd, POLLOUT, deadline);
		else if (errno != EINTR)
			r = -errno;
		if (r)
			return r;
	}
	return 0;
}

static int plain_receive(int fd, const struct deadline *deadline, struct buf *answer)
{
	char bytes[4096];

	for (;;) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
		int r = 0;

		if (n == 0)
			return buf_error(answer);
		if (n > 0)
			buf_add(answer, bytes, (size_t)n);
		else if (errno == EAGAIN)
			r = plain_wait(fd, POLLIN, deadline);
		else if (errno != EINTR)
			r = -errno;
		if (r)
			return r;
		if (answer->length > PLAIN_BODY_MAX)
			return -EMSGSIZE;
		if (deadline_passed(deadline))
			return -ETIMEDOUT;
	}
}

int plain_read(const char *bytes, size_t length, int *ret_status, size_t *ret_body)
{
	const char *end = memmem(bytes, length, "\r\n\r\n", 4);
	const char *line = memmem(bytes, length, "\r\n", 2);
	char status[4];
	long long number;

	/* "HTTP/1.x NNN" */
	if (!end || !line || line - bytes < 12 || memcmp(bytes, "HTTP/1.", 7) || bytes[8] != ' ' ||
	    (line - bytes > 12 && bytes[12] != ' '))
		return -EBADMSG;
	memcpy(status, bytes + 9, 3);
	status[3] = '\0';
	if (num_parse(status, 100, 599, &number))
		return -EBADMSG;
	*ret_status = (int)number;
	*ret_body = (size_t)(end + 4 - bytes);
	return 0;
}

int plain_run(const struct plain_request *request, const struct deadline *deadline,
	      struct fault *fault, int *ret_status, struct buf *body)
{
	struct deadline most = deadline_within(deadline, PLAIN_MOST_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	AUTO_CLOSE int fd = -1;
	size_t begin = 0;
	int r = plain_connect(request->host, &most, &fd);

	if (!r)
		r = plain_send(fd, request, &most);
	if (!r)
		r = plain_receive(fd, &most, &answer);
	if (!r)
		r = plain_read(answer.data, answer.length, ret_status, &begin);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "http://%s%.60s: %s", request->host,
				 request->path,
				 r == -EBADMSG ? "the answer is no HTTP" : strerror(-r));
	buf_add(body, answer.data + begin, answer.length - begin);
	return buf_error(body);
}
